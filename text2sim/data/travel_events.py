"""Events of the legs: walking and running, their paths and steps, turns, climbing."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Literal

import numpy as np

from text2sim.data.event_signals import OTHER, SIDES, Array, Signals, share, wrapped
from text2sim.data.events import Event, Shape
from text2sim.data.jump_events import jumps
from text2sim.types import Direction

Span = tuple[int, int]
_CARDINALS: tuple[Direction, ...] = ("forward", "left", "backward", "right")
_SURE = np.radians(35.0)
"""A direction is claimed where the body moves within this angle of it."""


def moves(s: Signals, postures: list[Event]) -> list[Event]:
    """Travel, turns and jumps."""
    if s.frames < 5:
        return []
    leaps = jumps(s)
    low = _mask(s, [e for e in postures if e.kind in ("lie", "sit", "kneel", "crawl")])
    turns = _turns(s, low)
    blocked = _mask(s, leaps) | low
    quick = _mask(s, [t for t in turns if abs(t.angle or 0.0) / (t.end - t.start) > 0.9])
    speed = np.linalg.norm(s.velocity, axis=1)
    travels = []
    for span in s.spans((speed > 0.35) & ~blocked & ~quick, shortest=0.5, gap=0.2):
        travels += _travel(s, span)
    steps = [e for e in _steps_up(s) if not any(t.rise and _meet(t, e) for t in travels)]
    turned = [_within(t, travels) for t in turns]
    return travels + turned + leaps + steps + _marches(s, speed, low)


def _meet(a: Event, b: Event) -> bool:
    return min(a.end, b.end) > max(a.start, b.start)


def _mask(s: Signals, events: list[Event]) -> Array:
    mask = np.zeros(s.frames, dtype=bool)
    for event in events:
        mask[round(event.start * s.fps) : round(event.end * s.fps)] = True
    return mask


def _within(turn: Event, travels: list[Event]) -> Event:
    """A turn, with the speed of the travel that it is a part of, if any."""
    beside = [t for t in travels if t.start - 0.3 <= turn.end and turn.start <= t.end + 0.3]
    return replace(turn, speed=max((t.speed or 0.0 for t in beside), default=0.0))


def _turns(s: Signals, low: Array) -> list[Event]:
    """Turns of the body by at least 45 degrees, quick enough to be no part of a wide curve."""
    yaw = s.smooth(s.heading, 0.15)
    rate = s.rate(yaw)
    seen = (s.across > 0.6) & (s.upright > 0.6) & ~low
    found = []
    for sign in (1.0, -1.0):
        for start, stop in s.spans((sign * rate > np.radians(35.0)) & seen, gap=0.25):
            angle = _turned(s, (start, stop))
            wide = (stop - start) / s.fps > 2.5 and _path_length(s, (start, stop)) > 1.5
            if sign * angle > np.radians(45.0) and not wide:
                whole = _settled(s, (start, stop))
                found.append(
                    Event(
                        kind="turn", start=start / s.fps, end=stop / s.fps, angle=angle, whole=whole
                    )
                )
    return found


def _settled(s: Signals, span: Span) -> bool:
    """Whether the body faces one way before a turn and one way after it."""
    around = int(0.35 * s.fps)
    before = s.heading[max(0, span[0] - around) : span[0] + 1]
    after = s.heading[span[1] - 1 : span[1] + around]
    return span[0] > 2 and span[1] < s.frames - 2 and max(np.ptp(before), np.ptp(after)) < 0.3


def _turned(s: Signals, span: Span) -> float:
    """How far the body turns about a span, as far as hips, shoulders and feet agree [rad]."""
    around = int(0.35 * s.fps)
    before = slice(max(0, span[0] - around), span[0] + 1)
    after = slice(span[1] - 1, span[1] + around)
    angles = [float(np.mean(yaw[after]) - np.mean(yaw[before])) for yaw in (s.heading, s.footing)]
    agree = abs(angles[0] - angles[1]) < max(0.35 * abs(angles[0]), np.radians(20))
    return angles[0] if agree else 0.0


def _path_length(s: Signals, span: Span) -> float:
    return float(np.linalg.norm(s.velocity[span[0] : span[1]], axis=1).sum() / s.fps)


def _travel(s: Signals, span: Span) -> list[Event]:
    """A stretch of travel, cut where the body changes its direction relative to itself."""
    way = s.to_body(s.velocity)
    angles = np.arctan2(*s.smooth(way, 0.2).T[::-1])
    nearest = np.round(angles / (np.pi / 2)).astype(int) % 4
    events = []
    for part in _pieces(s, nearest, span):
        net = s.positions[part[1] - 1, 0, :2] - s.positions[part[0], 0, :2]
        length = _path_length(s, part)
        if length < 0.5 or (np.linalg.norm(net) < 0.3 and length < 2.0):
            continue
        event = _described(s, part, length)
        facing = _majority(nearest, part)
        off = np.abs(wrapped(angles - np.pi / 2 * facing))
        if share(s.upright > 0.6, part) < 0.95:
            continue
        sure = share(off < _SURE, part) > 0.85 and _feet_agree(s, part, net, facing)
        events.append(replace(event, direction=_CARDINALS[facing] if sure else None))
    return events


def _feet_agree(s: Signals, part: Span, net: Array, facing: int) -> bool:
    """Whether the feet point as hips and shoulders do, relative to the way that is gone."""
    mean = float(np.mean(s.footing[part[0] : part[1]]))
    return abs(float(wrapped(np.arctan2(net[1], net[0]) - mean - np.pi / 2 * facing))) < 1.0 or (
        float(np.ptp(s.footing[part[0] : part[1]])) > 1.0
    )


def _majority(nearest: Array, part: Span) -> int:
    """The commonest direction; of several, the first in time, so that the mirror agrees."""
    inside = nearest[part[0] : part[1]]
    counts = np.bincount(inside, minlength=4)
    return int(inside[np.argmax(counts[inside] == counts.max())])


def _pieces(s: Signals, nearest: Array, span: Span) -> list[Span]:
    """Parts of a span with one cardinal direction; parts under 0.7 s go to the one before."""
    cuts = [span[0]]
    for frame in range(span[0] + 1, span[1]):
        ahead = nearest[frame : frame + int(0.7 * s.fps)]
        held = len(ahead) >= 0.6 * s.fps and frame + len(ahead) <= span[1]
        other = held and (ahead == ahead[0]).all() and frame - cuts[-1] >= 0.5 * s.fps
        if other and ahead[0] != _majority(nearest, (cuts[-1], frame)):
            cuts.append(frame)
    return list(zip(cuts, [*cuts[1:], span[1]]))


def _described(s: Signals, part: Span, length: float) -> Event:
    """Gait, path, steps and height of one stretch of travel; numbers in true metres."""
    start, stop = part
    duration = (stop - start) / s.fps
    speed = length / duration
    shape, angle = _shape(s, part, length)
    rise = float(s.floor[stop - 1] - s.floor[start])
    lift = float(s.positions[stop - 1, 0, 2] - s.positions[start, 0, 2])
    steady = min(s.pelvis[start], s.pelvis[stop - 1]) > 0.85 and abs(rise - lift) < 0.2
    climbs = steady and min(abs(rise), abs(lift)) > 0.2
    whole = start > 2 and stop < s.frames - 2
    gait = _gait(s, part, speed)
    counted = whole and shape == "straight" and not climbs and gait != "move"
    return Event(
        kind=gait,
        start=start / s.fps, end=stop / s.fps, shape=shape, angle=angle,
        rise=("up" if rise > 0 else "down") if climbs else None,
        height=abs(rise) * s.scale if climbs else None,
        speed=speed * s.scale, distance=length * s.scale,
        count=_steps(s, part, length) if counted else None,
        whole=whole,
    )  # fmt: skip


def _gait(s: Signals, part: Span, speed: float) -> Literal["walk", "run", "move"]:
    """Walkers are highest over the standing foot and runners between their steps.

    So the height of the pelvis goes against, or with, the distance between the feet.
    """
    apart = np.linalg.norm((s.joint("left_ankle") - s.joint("right_ankle"))[:, :2], axis=1)
    height = s.positions[:, 0, 2] - s.smooth(s.positions[:, 0, 2], 0.3)
    inside = slice(*part)
    if min(np.std(apart[inside]), np.std(height[inside])) < 1e-4:
        return "move"
    along = float(np.corrcoef(apart[inside], height[inside])[0, 1])
    if (along > 0.35 and speed > 1.3) or (along > 0.0 and speed > 2.3):
        return "run"
    return "walk" if along < (-0.2 if speed < 1.3 else -0.4) and speed < 2.1 else "move"


def _shape(s: Signals, part: Span, length: float) -> tuple[Shape | None, float | None]:
    """Shape of a path, and how far it turns in all where it is a curve or circle [rad]."""
    path = s.smooth(s.positions[:, 0, :2], 0.3)[part[0] : part[1]]
    way = s.rate(s.smooth(s.positions[:, 0, :2], 0.3))[part[0] : part[1]]
    if length < 1.0:
        return None, None
    angles = np.unwrap(np.arctan2(way[:, 1], way[:, 0]))
    total = float(angles[-1] - angles[0])
    wander = float(np.abs(np.diff(angles)).sum())
    chord = path[-1] - path[0]
    straight = float(np.linalg.norm(chord))
    if straight > 0.6 * length:
        off = np.abs((path - path[0]) @ np.array([-chord[1], chord[0]])) / straight
        if off.max() < 0.05 * length and abs(total) < np.radians(20):
            return "straight", None
    steady = abs(total) > 0.8 * wander
    if steady and abs(total) > np.radians(300) and straight < 0.35 * length:
        return "circle", total
    if steady and np.radians(35) < abs(total) <= np.radians(300):
        return "curve", total
    swings = _swings(angles)
    return ("zigzag", None) if len(swings) >= 3 and min(swings) > np.radians(30) else (None, None)


def _swings(angles: Array) -> list[float]:
    """How far the direction turns between its reversals; swings under 15 degrees are skipped."""
    turning = [angles[0]]
    for value in angles:
        if len(turning) > 1 and (value - turning[-1]) * (turning[-1] - turning[-2]) > 0:
            turning[-1] = value
        elif abs(value - turning[-1]) > np.radians(15):
            turning.append(value)
    return [abs(b - a) for a, b in pairwise(turning)]


def _steps(s: Signals, part: Span, length: float) -> int | None:
    """Steps past the other foot; None where their number is doubtful."""
    ahead = s.positions[part[1] - 1, 0, :2] - s.positions[part[0], 0, :2]
    ahead = ahead / np.linalg.norm(ahead)
    landings = []
    for side in SIDES:
        stances = s.spans(s.planted(side), shortest=0.1, gap=0.1)
        foot = s.joint(f"{side}_ankle")[:, :2]
        for before, after in pairwise(stances):
            way = np.linalg.norm(foot[after[0]] - foot[before[1] - 1])
            inside = part[0] - 0.4 * s.fps <= after[0] <= part[1] + 0.4 * s.fps
            other = s.joint(f"{OTHER[side]}_ankle")[after[0], :2]
            if way > 0.15 and inside and (foot[after[0]] - other) @ ahead > 0.1:
                landings.append((after[0], side))
    landings.sort()
    sides = [side for _, side in landings]
    regular = all(a != b for a, b in pairwise(sides))
    usual = 0.35 < length / max(1, len(sides)) < 0.9
    # Told from the landings and from the feet that pass each other, which must agree.
    gap = (s.joint("left_ankle") - s.joint("right_ankle"))[slice(*part), :2] @ ahead
    passes = _alternations(gap, 0.1) in (len(sides) - 1, len(sides))
    return len(sides) if 2 <= len(sides) <= 12 and regular and usual and passes else None


def _steps_up(s: Signals) -> list[Event]:
    """Feet that come to stand higher or lower than they stood, and the body with them."""
    changes: list[tuple[int, int, float]] = []
    for side in SIDES:
        columns = slice(0, 2) if side == "left" else slice(2, 4)
        height = s.soles[:, columns].min(axis=1)
        still = (s.foot_speed(side) < 0.3) & (s.upright > 0.7)
        stances = s.spans(still, shortest=0.25)
        for a, b in pairwise(stances):
            rise = float(np.median(height[slice(*b)]) - np.median(height[slice(*a)]))
            lift = float(s.positions[b[1] - 1, 0, 2] - s.positions[a[0], 0, 2])
            if abs(rise) > 0.12 and abs(lift - rise) < 0.12:
                changes.append((a[1], b[0], rise))
    changes.sort()
    joined: list[tuple[int, int, float]] = []
    for change in changes:
        if joined and joined[-1][2] * change[2] > 0 and change[0] - joined[-1][1] < 2.0 * s.fps:
            start, stop, rise = joined[-1]
            rise = max(rise, change[2], key=abs)
            joined[-1] = (start, max(stop, change[1]), rise)
        else:
            joined.append(change)
    return [
        Event(
            kind="step", start=start / s.fps, end=stop / s.fps, rise="up" if rise > 0 else "down",
            height=abs(rise) * s.scale,
        )
        for start, stop, rise in joined
    ]  # fmt: skip


def _marches(s: Signals, speed: Array, low: Array) -> list[Event]:
    """Walking or running on the spot: feet that leave the ground by turns."""
    still = (s.smooth(speed, 0.3) < 0.3) & ~low
    gap = s.smooth(s.sole("left") - s.sole("right"), 0.05)
    found = []
    for span in s.spans(still, shortest=1.5):
        inside = gap[span[0] : span[1]]
        often = _alternations(inside, 0.05) >= max(4, 0.8 * (span[1] - span[0]) / s.fps)
        if often or _alternations(inside, 0.09) >= 2:
            found.append(
                Event(
                    kind="march", start=span[0] / s.fps, end=span[1] / s.fps, speed=0.0,
                    whole=False,
                )
            )  # fmt: skip
    return found


def _alternations(values: Array, least: float) -> int:
    """How often values change between more than `least` and less than minus that."""
    signs = np.sign(values) * (np.abs(values) > least)
    signs = signs[signs != 0]
    return int((np.diff(signs) != 0).sum())
