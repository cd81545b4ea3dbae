"""A motion on paper: a strip of poses, foot contacts, the path from above and the speed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from text2sim.errors import ConfigError, MissingExtraError
from text2sim.evaluation.clip import SOLES, spans
from text2sim.maths import quaternions as quat
from text2sim.skeleton import JOINTS, PARENTS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from text2sim.types.motion import Motion, Track

Array = NDArray[np.floating]

SIDES: dict[str, str] = {"left": "#d1603d", "right": "#2b6cb0", "middle": "#3a3f47"}
"""Colours of what is on the body's left, on its right, and between."""
_PAPER, _FAINT, _WIDTH = "#fbfaf7", "#b8b8b0", 12.0
_TRAVEL = 0.6
"""A root that gets this far [m] is looked at from the side of its path, others half from ahead."""
_SPACE, _RISE = 0.75, 2.4
"""Room for one pose across, and the usual height of the strip, in metres."""


def side(name: str) -> str:
    """Side of a joint or sole point: "left", "right" or "middle"."""
    first = name.replace(" ", "_").partition("_")[0]
    return first if first in ("left", "right") else "middle"


def speed(track: Track, fps: float) -> Array:
    """Speed of the pelvis over the ground [m/s], (T,)."""
    if len(track.root_positions) < 2:
        return np.zeros(len(track.root_positions))
    return np.linalg.norm(np.gradient(track.root_positions[:, :2], axis=0), axis=1) * fps


def plot(motion: Motion, *, poses: int = 11) -> Figure:
    """A figure with one block for each actor; `figure.savefig("walk.png")` keeps it.

    Args:
        motion: of any number of actors.
        poses: how many are in the strip, evenly spaced in time.

    Raises:
        ConfigError: there is no frame, or fewer than one pose.
        MissingExtraError: matplotlib is not installed.
    """
    if not motion.frames or poses < 1:
        raise ConfigError("A plot needs a motion with at least one frame, and at least one pose.")
    figure_type = _figure_type()
    tracks = motion.tracks
    heights = [strip_height(track) for track in tracks]
    figure = figure_type(
        figsize=(_WIDTH, sum(heights) + 3.1 * len(tracks)), facecolor=_PAPER, layout="constrained"
    )
    rows = figure.subfigures(
        len(tracks), squeeze=False, height_ratios=[height + 3.1 for height in heights]
    )
    for row, track, height in zip(rows[:, 0], tracks, heights):
        row.set_facecolor(_PAPER)
        grid = row.add_gridspec(3, 2, height_ratios=[height, 1.2, 1.6], width_ratios=[2.6, 1])
        strip(row.add_subplot(grid[0, :]), track, motion.fps, poses)
        contacts = row.add_subplot(grid[1, 0])
        _contacts(contacts, track, motion.fps)
        _speed(row.add_subplot(grid[2, 0], sharex=contacts), track, motion.fps)
        _path(row.add_subplot(grid[1:, 1]), track)
    return figure


def _figure_type() -> type[Figure]:
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError(
            'motion.plot() needs matplotlib: pip install "text2sim[plot]". '
            'motion.save_html("motion.html") needs nothing more.'
        ) from error
    return Figure


def strip_height(track: Track) -> float:
    """Height of the strip [inch], so that a metre is as long as across."""
    rise = max(_RISE, float(np.ptp(track.positions()[..., 2])) + 0.4)
    return rise * _WIDTH / (12.0 * _SPACE) + 0.4


def sideways(track: Track) -> Array:
    """Unit vector across the ground that is to be seen from left to right, (2,)."""
    root = track.root_positions[:, :2]
    far = root[np.argmax(np.linalg.norm(root - root[0], axis=1))] - root[0]
    if np.linalg.norm(far) > _TRAVEL:
        return far / np.linalg.norm(far)
    yaw = float(quat.heading(track.rotations_wxyz[0, 0])) + np.pi / 4.0
    return np.array([np.cos(yaw), np.sin(yaw)])


def strip(axes: Any, track: Track, fps: float, poses: int) -> None:
    """Poses side by side, each over its own time."""
    chosen = np.unique(np.linspace(0, len(track.root_positions) - 1, poses).round().astype(int))
    p = track.positions()[chosen]
    along = (p[..., :2] - p[:, :1, :2]) @ sideways(track)
    depth = (p[..., :2] - p[:, :1, :2]) @ (sideways(track)[::-1] * [1.0, -1.0])
    for i, frame in enumerate(chosen):
        x = along[i] + i * _SPACE
        bones = sorted(range(1, len(JOINTS)), key=lambda j: depth[i, j])
        for joint in bones:
            ends = [PARENTS[joint], joint]
            axes.plot(x[ends], p[i, ends, 2], color=SIDES[side(JOINTS[joint])], lw=2.6,
                      solid_capstyle="round")  # fmt: skip
        axes.plot(x[15], p[i, 15, 2] + 0.07, "o", ms=9.0, color=SIDES["middle"])
        axes.annotate(f"{frame / fps:.1f} s", (i * _SPACE, 0.0), (0.0, -8.0),
                      textcoords="offset points", ha="center", va="top", color="#666")  # fmt: skip
    axes.axhline(0.0, color=_FAINT, lw=1.0, zorder=0)
    low, high = min(-0.1, float(p[..., 2].min()) - 0.1), float(p[..., 2].max()) + 0.3
    axes.set(xlim=(-_SPACE, len(chosen) * _SPACE), ylim=(low, high), aspect="equal")
    axes.set_title(track.actor, loc="left", fontweight="bold")
    axes.set_title("left orange, right blue", loc="right", fontsize=9, color="#666")
    axes.axis("off")


def _contacts(axes: Any, track: Track, fps: float) -> None:
    """Bars while a sole point is on the ground."""
    for row, name in enumerate(SOLES):
        axes.axhspan(row - 0.36, row + 0.36, color="#efede6", lw=0, zorder=0)
        axes.broken_barh(
            [(start / fps, (end - start) / fps) for start, end in spans(track.contacts[:, row])],
            (row - 0.36, 0.72), color=SIDES[side(name)], lw=0,
        )  # fmt: skip
    axes.set(yticks=range(4), ylim=(3.6, -0.6))
    axes.set_yticklabels(SOLES, fontsize=9)
    axes.set_title("feet on the ground", loc="left", fontsize=10)
    axes.tick_params(labelbottom=False, length=0)
    _bare(axes, "top", "right", "bottom", "left")


def _speed(axes: Any, track: Track, fps: float) -> None:
    times, values = np.arange(len(track.root_positions)) / fps, speed(track, fps)
    axes.fill_between(times, values, color="#3a3f47", alpha=0.12, lw=0)
    axes.plot(times, values, color="#3a3f47", lw=1.6)
    axes.set(xlim=(0.0, max(len(times) / fps, 1e-3)), ylim=(0.0, max(0.5, 1.1 * values.max())))
    axes.set_title("speed of the pelvis over the ground [m/s]", loc="left", fontsize=10)
    axes.set_xlabel("time [s]")
    axes.grid(axis="y", color="#e4e2da")
    _bare(axes, "top", "right")


def _path(axes: Any, track: Track) -> None:
    """Path of the pelvis from above, with an arrow each half of a stride for where it faces."""
    root = track.root_positions[:, :2]
    axes.plot(*root.T, color=SIDES["middle"], lw=1.6)
    reach = max(1.0, float(np.ptp(root, axis=0).max()))
    chosen = np.unique(np.linspace(0, len(root) - 1, 9).round().astype(int))
    yaw = quat.heading(track.rotations_wxyz[chosen, 0])
    axes.quiver(*root[chosen].T, np.cos(yaw), np.sin(yaw), color=SIDES["middle"], width=0.009,
                scale=9.0, pivot="tail", alpha=0.65)  # fmt: skip
    axes.plot(*root[0], "o", ms=8, color="#3b8f5a", label="begin")
    axes.plot(*root[-1], "s", ms=7, color="#b03030", label="end")
    centre = 0.5 * (root.min(axis=0) + root.max(axis=0))
    half = 0.62 * reach
    axes.set(xlim=(centre[0] - half, centre[0] + half), ylim=(centre[1] - half, centre[1] + half))
    axes.set(aspect="equal", xlabel="x [m]", ylabel="y [m]")
    axes.set_title("path from above", loc="left", fontsize=10)
    axes.grid(color="#e4e2da")
    axes.set_axisbelow(True)
    axes.legend(fontsize=8, frameon=False)
    _bare(axes, "top", "right")


def _bare(axes: Any, *sides: str) -> None:
    axes.spines[list(sides)].set_visible(False)
    axes.set_facecolor(_PAPER)
