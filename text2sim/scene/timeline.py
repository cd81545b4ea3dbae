"""The clock: no gaps, no overlaps, and the length that was asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from text2sim.actions import ACTIONS
from text2sim.scene.paths import tangent_headings
from text2sim.scene.story import LASTING
from text2sim.stage import MAX_DURATION
from text2sim.types import PlannedActor, Segment

TAIL = 0.7
"""Everybody stands for this long after everything has happened [s]."""
LET_GO, THROWN = 0.56, 8.0
"""When a throw lets go, as a fraction of its time, and how fast the thing flies [m/s]."""
HURRY = 1.4
"""How much faster than planned things may go to fit a requested length."""
TICK = 1e-3


def natural_length(segments: Sequence[Segment], still: float = 3.0) -> float:
    """Length of the clip [s] if nobody asks for another."""
    end = max((max(item.end, _lands(item)) for item in segments), default=still)
    return min(round(end + TAIL, 2), MAX_DURATION)


def _lands(segment: Segment) -> float:
    """When a thing that is thrown should have landed [s]; the end of any other segment."""
    if segment.action != "throw" or segment.point is None:
        return segment.end
    distance = float(np.linalg.norm(segment.point[:2] - segment.path[-1, :2]))
    flight = min(max(distance / THROWN, 0.3), 1.3)
    return segment.start + LET_GO * segment.duration + flight + 0.1


def compress(
    segments: Sequence[Segment], wanted: float, warn: Callable[[str], None]
) -> list[Segment]:
    """Segments that end by `wanted` [s]: faster by at most `HURRY`, the rest is cut with a note."""
    end = max((segment.end for segment in segments), default=0.0)
    tail = min(TAIL, 0.15 * wanted)
    if end + tail <= wanted:
        return list(segments)
    factor = min(end / max(wanted - tail, 0.05), HURRY)
    faster = [replace(item, start=item.start / factor, end=item.end / factor) for item in segments]
    if end / factor > wanted + TICK:
        warn(f"{wanted:g} s are too short for all that was asked: the end is cut off.")
    kept = [cut(item, wanted) for item in faster if item.start < wanted - 0.05]
    return kept


def cut(segment: Segment, end: float) -> Segment:
    """The part of a segment before `end` [s]."""
    if segment.end <= end + TICK:
        return segment
    share = (end - segment.start) / segment.duration
    path, turned = segment.path, segment.heading_end - segment.heading_start
    if len(path) > 1:
        along = np.append(0.0, np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1)))
        count = max(int(np.searchsorted(along, share * along[-1])) + 1, 2)
        headings = tangent_headings(path)
        path = path[:count]
        part = tangent_headings(path) if len(path) > 1 else headings[:1]
        turned = float(part[-1] - headings[0]) if len(part) else 0.0
    else:
        turned *= share
    return replace(
        segment, end=end, path=path, heading_end=segment.heading_start + turned,
        repetitions=max(round(segment.repetitions * share), 1) if segment.repetitions else 0,
    )  # fmt: skip


def fill(
    segments: Sequence[Segment], actors: Sequence[PlannedActor], duration: float
) -> tuple[Segment, ...]:
    """All segments and what fills the gaps, so that every actor always does one full-body thing.

    Gaps are stood through; one who sits, lies or kneels goes on doing so.
    """
    whole: list[Segment] = [item for item in segments if not _is_full(item)]
    for actor in actors:
        mine = sorted(
            (item for item in segments if item.actor == actor.id and _is_full(item)),
            key=lambda item: item.start,
        )
        whole += _without_gaps(actor, mine, duration)
    whole = [replace(item, end=min(item.end, duration)) for item in whole if item.start < duration]
    return tuple(sorted(whole, key=lambda item: (item.start, item.actor, not _is_full(item))))


def _is_full(segment: Segment) -> bool:
    return ACTIONS[segment.action].layer == "full"


def _without_gaps(actor: PlannedActor, mine: list[Segment], duration: float) -> list[Segment]:
    filled: list[Segment] = []
    time, position, heading = 0.0, actor.position, actor.heading
    holding: str | None = None
    for item in [*mine, None]:
        start = duration if item is None else item.start
        if start > time + TICK:
            if filled and _lasts(filled[-1]):
                filled[-1] = replace(filled[-1], end=start)
            else:
                filled.append(_stand(actor.id, time, start, position, heading, holding))
        elif filled and start != filled[-1].end:
            filled[-1] = replace(filled[-1], end=start)
        if item is None:
            break
        filled.append(item)
        time, position, heading = item.end, item.path[-1], item.heading_end
        holding = held_after(item)
    return filled


def _lasts(segment: Segment) -> bool:
    """The body stays as it is: down, or on the ladder whose top is the point of a climb."""
    on_ladder = segment.action == "climb" and segment.point is not None
    return segment.action in LASTING or on_ladder


def held_after(segment: Segment) -> str | None:
    """What an actor has in its hands when a segment is over."""
    if segment.action in ("pick_up", "catch"):
        return segment.target
    return None if segment.action in ("put_down", "throw") else segment.holding


def _stand(
    actor: str, start: float, end: float, position: np.ndarray, heading: float, holding: str | None
) -> Segment:
    return Segment(
        actor=actor, action="stand", start=start, end=end, path=position[None],
        heading_start=heading, heading_end=heading, holding=holding,
    )  # fmt: skip
