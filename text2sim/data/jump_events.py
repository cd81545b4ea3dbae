"""Events of both feet off the ground: jumps, and hops on one foot."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from text2sim.data.event_signals import OTHER, SIDES, Signals, wrapped
from text2sim.data.events import Event
from text2sim.types import Direction

Span = tuple[int, int]
_CARDINALS: tuple[Direction, ...] = ("forward", "left", "backward", "right")
_SURE = np.radians(35.0)
"""A direction is claimed where the body moves within this angle of it."""


def jumps(s: Signals) -> list[Event]:
    """Jumps, and hops on one foot; equal ones in a row become one event with a count."""
    flights = [(flight, _jump(s, flight)) for flight in _flights(s)]
    singles = [event for _, event in flights if event is not None]
    doubtful = [sum(flight) / 2.0 / s.fps for flight, event in flights if event is None]
    merged: list[Event] = []
    for event in sorted(singles, key=lambda e: e.start):
        last = merged[-1] if merged else None
        if last and _alike(last, event) and event.start - last.end < 0.9:
            merged[-1] = replace(
                last, end=event.end, count=(last.count or 1) + 1, whole=last.whole and event.whole,
                distance=(last.distance or 0.0) + (event.distance or 0.0),
                height=max(last.height or 0.0, event.height or 0.0),
            )  # fmt: skip
        else:
            merged.append(event)
    # Among flights that are too small to be jumps for sure, jumps can't be counted.
    return [
        replace(e, count=None) if any(e.start < t < e.end for t in doubtful) else e for e in merged
    ]


def _alike(a: Event, b: Event) -> bool:
    return (a.kind, a.side, a.direction) == (b.kind, b.side, b.direction)


def _jump(s: Signals, flight: Span) -> Event | None:
    """A flight that is a jump: high enough, on a body that is upright, from known feet."""
    start, stop = flight
    if start < 2 or stop > s.frames - 2 or not 0.09 <= (stop - start) / s.fps <= 1.2:
        return None
    apex = start + int(s.positions[start:stop, 0, 2].argmax())
    window = slice(max(0, start - int(0.3 * s.fps)), start + 1)
    dip = float(s.positions[window, 0, 2].min())
    rise = float(s.positions[apex, 0, 2]) - dip
    height = float(s.positions[apex, 0, 2] - s.floor[start]) - s.stand
    feet = [_stood(s, start - 1), _stood(s, stop)]
    if rise < 0.12 or s.upright[start:stop].min() < 0.6 or None in feet:
        return None
    net = s.to_body(s.positions[[stop] * s.frames, 0, :2] - s.positions[start, 0, :2])[apex]
    distance = float(np.linalg.norm(net))
    kind: Literal["jump", "hop"] = "jump" if feet == ["both", "both"] else "hop"
    if kind == "hop" and (feet[0] != feet[1] or feet[0] == "both"):
        return None
    angle = float(np.arctan2(net[1], net[0]))
    nearest = int(np.round(angle / (np.pi / 2)))
    sure = distance > 0.15 and abs(wrapped(np.array(angle - nearest * np.pi / 2))) < _SURE
    return Event(
        kind=kind, start=max(0, start - int(0.25 * s.fps)) / s.fps,
        end=min(s.frames, stop + int(0.2 * s.fps)) / s.fps,
        side=feet[0] if kind == "hop" else None,  # type: ignore[arg-type]
        direction=_CARDINALS[nearest % 4] if sure else ("up" if distance < 0.1 else None),
        distance=distance * s.scale, height=height * s.scale, count=1,
    )  # fmt: skip


def _stood(s: Signals, frame: int) -> str | None:
    """The feet that the body stands on about a frame: "left", "right", "both" or None."""
    window = slice(max(0, frame - int(0.12 * s.fps)), frame + int(0.12 * s.fps) + 1)
    low = {side: bool(s.sole(side)[window].min() < 0.06) for side in SIDES}
    high = {side: bool(s.sole(side)[window].min() > 0.1) for side in SIDES}
    if low["left"] and low["right"]:
        level = max(float(s.sole(side)[frame]) for side in SIDES) < 0.16
        return "both" if level else None
    return next((a for a in SIDES if low[a] and high[OTHER[a]]), None)


def _flights(s: Signals) -> list[Span]:
    """Spans in which no foot touches what the body stands on."""
    return s.spans(np.minimum(s.sole("left"), s.sole("right")) > 0.055)
