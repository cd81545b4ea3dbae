"""A plan drawn from above."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from text2sim.errors import MissingExtraError
from text2sim.scene.geometry import Box, unit
from text2sim.types import PlannedActor, PlannedObject, ScenePlan, Segment

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
        _draw_actor(ax, mine, colour, number)
        _draw_body(ax, actor, colour)
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
    ax.fill(*box.corners().T, facecolor=(*fill, 0.35), edgecolor="0.3", linewidth=0.8)
    if item.kind == "stairs":
        for x in np.linspace(-box.half[0], box.half[0], max(item.count, 1) + 1)[1:-1]:
            ax.plot(*box.world([[x, -box.half[1]], [x, box.half[1]]]).T, color="0.4", linewidth=0.6)
    front = box.world([[box.half[0], 0.0], [box.half[0] + 0.12, 0.0]])
    ax.plot(*front.T, color="0.3", linewidth=1.5)
    height = f" at {item.position[2]:.2f} m" if item.position[2] > 0.01 else ""
    x, y = box.corners()[:, 0].mean(), box.corners()[:, 1].max()
    ax.annotate(item.label + height, (x, y), fontsize=8, ha="center", va="bottom", color="0.25")


def _draw_actor(ax: Axes, segments: list[Segment], colour: str, number: int) -> None:
    """Paths and points of action, numbered; the list beside the drawing says what happens when."""
    lines: list[str] = []
    places: dict[tuple[float, float], list[str]] = {}
    told = [segment for segment in segments if segment.action != "stand"]
    for index, segment in enumerate(told, start=1):
        if len(segment.path) > 1:
            ax.plot(*segment.path[:, :2].T, color=colour, linewidth=1.8)
            (x0, y0), (x1, y1) = segment.path[-2, :2], segment.path[-1, :2]
            arrow = {"arrowstyle": "->", "color": colour}
            ax.annotate("", (x1, y1), (2 * x0 - x1, 2 * y0 - y1), arrowprops=arrow)
        if segment.point is not None:
            ax.plot(*segment.point[:2], "x", color=colour, markersize=5)
        x, y = segment.path[len(segment.path) // 2, :2]
        places.setdefault((round(float(x), 1), round(float(y), 1)), []).append(str(index))
        lines.append(f"{index}  {segment.start:4.1f}-{segment.end:4.1f} s  {segment.action}")
    for place, numbers in places.items():
        ax.annotate(",".join(numbers), place, xytext=(0, 5), textcoords="offset points",
                    fontsize=9, weight="bold", color=colour)  # fmt: skip
    ax.text(1.02, 1.0 - 0.34 * number, "\n".join(lines), transform=ax.transAxes, va="top",
            fontsize=8, color=colour, family="monospace")  # fmt: skip


def _draw_body(ax: Axes, actor: PlannedActor, colour: str) -> None:
    ring = np.linspace(0.0, 2.0 * np.pi, 24)
    along, across = unit(actor.heading), unit(actor.heading + np.pi / 2)
    x, y = actor.position[:2]
    outline = actor.position[:2] + 0.14 * np.cos(ring)[:, None] * along
    outline = outline + 0.22 * np.sin(ring)[:, None] * across
    ax.fill(*outline.T, color=colour, alpha=0.5)
    nose = actor.position[:2] + 0.35 * along
    ax.plot([x, nose[0]], [y, nose[1]], color=colour, linewidth=2)
    ax.annotate(actor.id, (x, y), xytext=(0, -14), textcoords="offset points", fontsize=8,
                ha="center", color=colour)  # fmt: skip


def _draw_camera(ax: Axes, plan: ScenePlan) -> None:
    camera = plan.camera
    ax.plot(*camera.eye[:, :2].T, "-", color="0.55", linewidth=1)
    for eye, target in zip(camera.eye[[0, -1]], camera.target[[0, -1]]):
        ax.plot([eye[0], target[0]], [eye[1], target[1]], "--", color="0.75", linewidth=0.7)
    x, y = camera.eye[0, :2]
    ax.plot(x, y, "s", color="0.3", markersize=6)
    ax.annotate("camera", (x, y), xytext=(6, -3), textcoords="offset points", fontsize=8)
