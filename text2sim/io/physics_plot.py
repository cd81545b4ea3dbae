"""A simulated clip on paper: contacts, feet, errors, assist and effort over time, with events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from text2sim.errors import MissingExtraError
from text2sim.evaluation.clip import SOLES, Course, courses, spans
from text2sim.io.motion_plot import SIDES, side

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from text2sim.types import Trace

PAPER, FAINT, BEFORE, AFTER, THIRD = "#fbfaf7", "#e4e2da", "#9a988f", "#2b6cb0", "#d1603d"
_ROWS = (1.3, 1.0, 1.0, 1.0, 1.0, 1.0)


def plot_physics(trace: Trace) -> Figure:
    """A figure with a column for each actor; `figure.savefig("physics.png")` keeps it.

    Grey is the motion before physics, blue the clip.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    figure_type = _figure_type()
    actors = courses(trace)
    figure = figure_type(
        figsize=(max(10.0, 7.0 * len(actors)), 11.0), facecolor=PAPER, layout="constrained"
    )
    grid = figure.subplots(
        len(_ROWS), max(1, len(actors)), sharex=True, squeeze=False, height_ratios=_ROWS
    )
    for axes, course in zip(grid.T, actors):
        _contacts(axes[0], course, trace.fps)
        _feet(axes[1], course)
        _slip(axes[2], course)
        _errors(axes[3], course)
        _assist(axes[4], course)
        _effort(axes[5], course)
        _events(axes, trace)
        axes[-1].set_xlabel("time [s]")
    return figure


def _figure_type() -> type[Figure]:
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError(
            'anim.plot_physics() needs matplotlib: pip install "text2sim[plot]".'
        ) from error
    return Figure


def _contacts(axes: Any, course: Course, fps: float) -> None:
    """Bars while a sole point is on the ground: thin before physics, thick after."""
    start = course.times[0] if len(course.times) else 0.0
    for row, name in enumerate(SOLES):
        for feet, middle, width, colour in (
            (course.before, row - 0.3, 0.16, BEFORE),
            (course.after, row + 0.06, 0.5, SIDES[side(name)]),
        ):
            bars = [(start + a / fps, (b - a) / fps) for a, b in spans(feet.contacts[:, row])]
            axes.broken_barh(bars, (middle - width / 2, width), color=colour, lw=0)
    axes.set(yticks=range(4), ylim=(3.6, -0.6))
    axes.set_yticklabels(SOLES, fontsize=9)
    axes.set_title(course.actor, loc="left", fontweight="bold")
    axes.set_title("grey: before physics", loc="right", fontsize=9, color="#666")
    _bare(axes)


def _feet(axes: Any, course: Course) -> None:
    """Above the ground up, into it down."""
    for feet, colour in ((course.before, BEFORE), (course.after, AFTER)):
        height = np.where(feet.penetration > 0.0, -feet.penetration, feet.clearance)
        axes.plot(course.times, 1000.0 * height, color=colour, lw=1.4)
    low, high = axes.get_ylim()
    axes.set_ylim(max(low, -60.0), min(max(high, 10.0), 120.0))
    axes.axhline(0.0, color="#666", lw=0.8)
    _label(axes, "lowest sole: float (up) and penetration (down) [mm]")


def _slip(axes: Any, course: Course) -> None:
    for feet, colour in ((course.before, BEFORE), (course.after, AFTER)):
        axes.plot(course.times, feet.slip, color=colour, lw=1.4)
    _label(axes, "slip speed of the fastest sole point in contact [m/s]", low=True)


def _errors(axes: Any, course: Course) -> None:
    axes.plot(course.times, 1000.0 * course.error, color=AFTER, lw=1.4, label="in the world")
    axes.plot(course.times, 1000.0 * course.error_local, color=THIRD, lw=1.4, label="of the pose")
    _label(axes, "distance of the joints from the motion [mm]", low=True)
    axes.legend(fontsize=8, frameon=False, loc="upper right", ncols=2)


def _assist(axes: Any, course: Course) -> None:
    axes.fill_between(course.times, course.assist, color=AFTER, alpha=0.15, lw=0)
    axes.plot(course.times, course.assist, color=AFTER, lw=1.4)
    _label(axes, "assist [of body weight]", low=True)


def _effort(axes: Any, course: Course) -> None:
    if course.power is None or course.saturation is None:
        axes.text(0.5, 0.5, "this controller drives no joints", transform=axes.transAxes,
                  ha="center", va="center", color="#666")  # fmt: skip
        axes.set_yticks([])
    else:
        axes.plot(course.times, course.power, color=AFTER, lw=1.4)
        other = axes.twinx()
        other.plot(course.times, 100.0 * course.saturation, color=THIRD, lw=1.2)
        other.set(ylim=(0.0, max(10.0, 105.0 * float(course.saturation.max(initial=0.0)))))
        other.tick_params(axis="y", colors=THIRD)
        _bare(other)
    _label(
        axes, "power of the joints [W], share of joints at their strength [%] (orange)", low=True
    )


def _events(axes: Any, trace: Trace) -> None:
    """Lines where a body fell and where things first touched."""
    marks = [(contact.time, f"{contact.a}, {contact.b}", "#888") for contact in trace.contacts]
    marks += [(event.time, f"{event.actor}: {event.kind}", "#b03030") for event in trace.events]
    if trace.outcome.status == "fell":
        marks.append((trace.outcome.time, "lost the motion", "#b03030"))
    for time, text, colour in marks:
        for item in axes:
            item.axvline(time, color=colour, lw=0.9, ls=":")
        axes[1].annotate(text, (time, 1.0), (2, -2), xycoords=("data", "axes fraction"),
                         textcoords="offset points", fontsize=7, color=colour, rotation=90,
                         va="top")  # fmt: skip


def _label(axes: Any, title: str, *, low: bool = False) -> None:
    axes.set_title(title, loc="left", fontsize=10)
    axes.grid(axis="y", color=FAINT)
    if low:
        axes.set_ylim(bottom=0.0)
    _bare(axes)


def _bare(axes: Any) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_facecolor(PAPER)
