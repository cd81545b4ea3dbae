"""A plan drawn from above."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from text2sim.errors import MissingExtraError
from text2sim.scene.geometry import Box, unit
from text2sim.types import PlannedObject, ScenePlan, Segment

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK = ("#1f5fa8", "#c23b22", "#2f7d4f", "#8a4fa3", "#b8860b")


def draw_plan(plan: ScenePlan, ax: Axes | None = None) -> Axes:
    """Draw objects, paths with headings, actions and the camera; world X right, Y up, metres.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise MissingExtraError(
            'Drawing a plan needs matplotlib: pip install "text2sim[plot]"'
        ) from error
    if ax is None:
        _, ax = plt.subplots(figsize=(8, 6), layout="constrained")
    for item in sorted(plan.objects, key=lambda item: float(item.position[2])):
        _draw_object(ax, item)
    for number, actor in enumerate(plan.actors):
        colour = INK[number % len(INK)]
        mine = [segment for segment in plan.timeline if segment.actor == actor.id]
        _draw_actor(ax, mine, colour)
        _draw_body(ax, actor.position, actor.heading, colour, actor.id)
    _draw_camera(ax, plan)
    ax.set_aspect("equal")
    ax.autoscale_view()
    ax.set_xlabel("x [m]")
    ax.set_ylabel("y [m]")
    ax.set_title(f"{plan.script.prompt}  ({plan.duration:.1f} s)", fontsize=10)
    ax.grid(alpha=0.2)
    return ax


def _draw_object(ax: Axes, item: PlannedObject) -> None:
    box = Box.of(item)
    fill = np.clip(np.array(item.colour if item.colour else (0.45, 0.42, 0.38)), 0, 1) ** (1 / 2.2)
    corners = box.corners()
    ax.fill(*corners.T, facecolor=(*fill, 0.35), edgecolor="0.3", linewidth=0.8)
    if item.kind == "stairs":
        for x in np.linspace(-box.half[0], box.half[0], max(item.count, 1) + 1)[1:-1]:
            ax.plot(*box.world([[x, -box.half[1]], [x, box.half[1]]]).T, color="0.4", linewidth=0.6)
    front = box.world([[box.half[0], 0.0], [box.half[0] + 0.12, 0.0]])
    ax.plot(*front.T, color="0.3", linewidth=1.5)
    label = item.label if item.position[2] < 0.01 else f"{item.label} (z={item.position[2]:.2f})"
    ax.annotate(label, box.centre, fontsize=7, ha="center", va="center", color="0.2")


def _draw_actor(ax: Axes, segments: list[Segment], colour: str) -> None:
    for segment in segments:
        if len(segment.path) > 1:
            ax.plot(*segment.path[:, :2].T, color=colour, linewidth=1.6)
            tip, before = segment.path[-1, :2], segment.path[-2, :2]
            ax.annotate("", tip, before, arrowprops={"arrowstyle": "->", "color": colour})
    spoken: dict[tuple[float, float], list[str]] = {}
    for segment in segments:
        x, y = segment.path[len(segment.path) // 2, :2]
        spoken.setdefault((round(x, 1), round(y, 1)), []).append(
            f"{segment.action} {segment.start:.1f}-{segment.end:.1f}"
        )
        if segment.point is not None:
            ax.plot(*segment.point[:2], "x", color=colour, markersize=4)
    for place, words in spoken.items():
        ax.annotate(
            "\n".join(words), place, xytext=(4, 5), textcoords="offset points", fontsize=6,
            color=colour,
        )  # fmt: skip


def _draw_body(ax: Axes, position: np.ndarray, heading: float, colour: str, name: str) -> None:
    ring = np.linspace(0.0, 2.0 * np.pi, 24)
    ax.fill(position[0] + 0.14 * np.cos(ring), position[1] + 0.22 * np.sin(ring), color=colour,
            alpha=0.5)  # fmt: skip
    nose = position[:2] + 0.4 * unit(heading)
    ax.plot([position[0], nose[0]], [position[1], nose[1]], color=colour, linewidth=2)
    ax.annotate(name, position[:2], xytext=(0, -12), textcoords="offset points", fontsize=7,
                ha="center", color=colour)  # fmt: skip


def _draw_camera(ax: Axes, plan: ScenePlan) -> None:
    camera = plan.camera
    ax.plot(*camera.eye[:, :2].T, "-", color="0.55", linewidth=1)
    for eye, target in zip(camera.eye[[0, -1]], camera.target[[0, -1]]):
        ax.plot([eye[0], target[0]], [eye[1], target[1]], "--", color="0.75", linewidth=0.7)
    ax.plot(*camera.eye[0, :2], "s", color="0.3", markersize=6)
    ax.annotate("camera", camera.eye[0, :2], xytext=(5, -8), textcoords="offset points", fontsize=7)
