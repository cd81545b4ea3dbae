"""Going somewhere on two feet: walk, run, sneak, march, skip, hop, carry, push, pull, stairs."""

from __future__ import annotations

import numpy as np

from text2sim.maths import filters
from text2sim.maths.pace import pace, travel_time
from text2sim.motion.sine.feet import Step, placement_at
from text2sim.motion.sine.flow import Schedule, flow
from text2sim.motion.sine.footholds import Route, footholds, route
from text2sim.motion.sine.gait import GAITS, Gait, gait_of
from text2sim.motion.sine.performer import Performer, Shot
from text2sim.motion.sine.sheet import LEFT, RIGHT, SIGN
from text2sim.types import Segment

OFFSET = {"backward": np.pi, "left": -0.5 * np.pi, "right": 0.5 * np.pi}
"""Direction of movement -> heading of the body relative to the way it goes."""
OVER = 0.8
"""The body passes over a standing foot at this part of `duty` steps after it has landed."""
IN_PLACE = 0.12
"""A route shorter than this [m] is stepped on the spot."""


def travel(performer: Performer, shots: list[Shot]) -> None:
    """Write one or more segments that go on in the same direction, as one flow of steps."""
    way = route(performer.scene, [shot.segment.path for shot in shots])
    plan = _schedule(performer, shots, way)
    span = slice(shots[0].span.start, shots[-1].span.stop)
    times = performer.sheet.times[span]
    yaw = _headings(performer, shots, way, plan, span)
    _step(performer, plan, way, np.interp(plan.middle, times, yaw), shots)
    flow(performer, shots, plan, times)


def _schedule(performer: Performer, shots: list[Shot], way: Route) -> Schedule:
    start, end = shots[0].segment.start, shots[-1].segment.end - 0.1
    gaits = [gait_of(shot.segment, shot.style) for shot in shots]
    size = performer.skeleton.leg_length / 0.84
    owner = np.minimum(np.searchsorted(way.bounds, way.s, side="left"), len(shots) - 1)
    speed = _pace(way, shots, owner)
    lengths = np.array([size * gaits[i].step_length(v / size) for i, v in zip(owner, speed)])
    forward = shots[0].segment.direction != "backward"
    if way.length < IN_PLACE:
        beat = 0.55 / shots[0].style.pace
        beats = shots[0].segment.repetitions or max(2, round((end - start) / beat))
        end = min(end, start + 1.25 * beat * (beats + 1))
        spots = np.linspace(0.0, way.length, beats + 1)
    else:
        spots = footholds(performer.scene, way, lengths, performer.scale, forward)
    index = owner[np.clip(np.searchsorted(way.s, spots), 0, len(owner) - 1)]
    between = np.append(0.0, 0.5 * (spots[1:] + spots[:-1]))
    effort = _effort(
        way, spots, np.interp(between, way.s, speed), np.interp(between, way.s, lengths)
    )
    landing = start + np.concatenate([[0.0], np.cumsum(effort)]) * (end - start) / effort.sum()
    chosen = [gaits[i] for i in index]
    duty = np.array([gait.duty for gait in chosen])
    beat = np.diff(landing, append=landing[-1] + 0.3)
    return Schedule(
        spots=spots, landing=landing, middle=landing + OVER * duty * beat,
        sides=_sides(performer, shots[0], len(spots)), gaits=chosen,
    )  # fmt: skip


def _pace(way: Route, shots: list[Shot], owner: np.ndarray) -> np.ndarray:
    """Speed [m/s] at every sample of a route, (N,), such that the time is what is planned."""
    top = np.array([max(_level_length(s) / s.duration, 0.2) for s in shots])[owner]
    if way.length < IN_PLACE:
        return top
    planned = sum(shot.duration for shot in shots)
    factor = 1.0
    for _ in range(4):
        speed = pace(way.points[:, :2], factor * top)
        factor = min(factor * travel_time(way.points[:, :2], speed) / planned, 1.8)
    return speed


def _level_length(shot: Shot) -> float:
    return float(np.linalg.norm(np.diff(shot.segment.path[:, :2], axis=0), axis=1).sum())


def _effort(way: Route, spots: np.ndarray, speed: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Relative time that each step takes: short steps and treads take longer than their length."""
    gap = np.diff(spots)
    usual = length[1:] / speed[1:]
    climb = np.abs(np.diff(way.at(spots)[:, 2]))
    time = np.clip(gap / speed[1:], 0.62 * usual, 1.3 * usual)
    time = np.where(climb > 0.08, np.maximum(time, 0.95 * usual), time)
    time[0] *= 1.1
    time[-1] = max(time[-1], 0.9 * usual[-1])
    return time


def _sides(performer: Performer, shot: Shot, count: int) -> np.ndarray:
    """Which foot lands at each foothold; entry 0 is the foot that stands at first."""
    action, direction = shot.segment.action, shot.segment.direction
    first = {"left": LEFT, "right": RIGHT}.get(direction)
    if first is None:
        first = int(performer.rng.integers(2)) if shot.segment.side is None else shot.side
    order = np.arange(count)
    if action == "hop":
        return np.full(count, shot.side)
    if action == "skip":
        sides = (first + (order // 2)) % 2
        sides[-1] = 1 - sides[-2]
        return sides
    return (first + order + 1) % 2


def _headings(
    performer: Performer, shots: list[Shot], way: Route, plan: Schedule, span: slice
) -> np.ndarray:
    """Write base and yaw; returns the yaw."""
    sheet, segment = performer.sheet, shots[0].segment
    times = sheet.times[span]
    s = _progress(plan, times, way.length)
    sheet.base[span] = way.at(s)
    sheet.base[span, 2] = _support(plan, way, times)
    before = sheet.yaw[max(span.start - 1, 0)]
    if way.length < IN_PLACE:
        yaw = np.full(len(times), before)
    else:
        look = np.clip(s + 0.12, 0.0, way.length)
        yaw = way.direction(look) + OFFSET.get(segment.direction, 0.0)
    yaw = yaw + 2 * np.pi * np.round((before - yaw[0]) / (2 * np.pi))
    start = before - yaw[0]
    yaw = yaw + start * (1.0 - filters.minimum_jerk((times - times[0]) / 0.8))
    end = (shots[-1].segment.heading_end - yaw[-1] + np.pi) % (2 * np.pi) - np.pi
    yaw = yaw + end * filters.minimum_jerk((times - times[-1] + 0.8) / 0.7)
    sheet.yaw[span] = yaw
    return yaw


def _progress(plan: Schedule, times: np.ndarray, length: float) -> np.ndarray:
    """Length along the route at each frame [m]: over every foothold at its middle time."""
    knots = np.concatenate([[plan.landing[0]], plan.middle[1:-2], [plan.landing[-1]]])
    values = np.concatenate([[0.0], plan.spots[1:-2], [length]])
    s = filters.monotone(knots, values, times)
    # Held beyond both ends, so that the body begins and ends at rest.
    pad = int(np.ceil(0.4 / (times[1] - times[0])))
    smooth = filters.gaussian(np.pad(s, pad, mode="edge"), 0.11 / (times[1] - times[0]))
    return np.clip(smooth[pad:-pad], 0.0, length)


def _support(plan: Schedule, way: Route, times: np.ndarray) -> np.ndarray:
    """Smooth height of the ground that carries the body [m], (T,)."""
    heights = way.at(plan.spots)[:, 2]
    lag = 0.12 * np.diff(plan.landing, append=plan.landing[-1] + 0.3)
    z = np.interp(times, plan.middle + lag, heights)
    return filters.gaussian(z, 0.16 / (times[1] - times[0]))


def _step(
    performer: Performer, plan: Schedule, way: Route, yaws: np.ndarray, shots: list[Shot]
) -> None:
    """Append the steps of both feet to the foot plan."""
    yaws = yaws.copy()
    yaws[-2:] = performer.sheet.yaw[shots[-1].span.stop - 1]
    last = [-1, 0] if plan.sides[0] == RIGHT else [0, -1]
    if shots[0].segment.action == "hop":
        last = [0, 0]
    for k in range(1, len(plan.spots)):
        side, gait = int(plan.sides[k]), plan.gaits[k]
        point = _spot(performer, plan, way, yaws[k], k, shots[0].segment.direction)
        lift_time = _leave(plan, k, last[side], gait)
        _append(performer, side, gait, point, float(yaws[k]), lift_time, float(plan.landing[k]))
        last[side] = k
    if shots[0].segment.action == "hop":
        _close_hop(performer, plan, way, yaws)


def _spot(
    performer: Performer, plan: Schedule, way: Route, yaw: float, k: int, direction: str
) -> np.ndarray:
    side, gait = int(plan.sides[k]), plan.gaits[k]
    closing = k >= len(plan.spots) - 2
    out = 0.5 * performer.scale * (0.19 if closing else gait.width)
    if direction in ("left", "right") and not closing:
        # Going sideways the leading foot opens and the other one closes, never crossing.
        out += 0.5 * (plan.spots[k + 1] - plan.spots[k])
    left = np.array([-np.sin(yaw), np.cos(yaw)])
    return way.at(plan.spots[k])[:2] + SIGN[side] * out * left


def _leave(plan: Schedule, k: int, previous: int, gait: Gait) -> float:
    beat = plan.landing[k] - plan.landing[k - 1]
    if previous < 0:
        leave = plan.landing[k] - 2.0 * (1.0 - gait.duty) * beat
    else:
        stance = plan.landing[previous + 1] - plan.landing[previous]
        leave = plan.landing[previous] + 2.0 * plan.gaits[previous].duty * stance
    latest = plan.landing[k] - min(0.24, 0.8 * beat)
    return float(max(min(leave, latest), plan.landing[0] + 0.04))


def _append(
    performer: Performer, side: int, gait: Gait, point: np.ndarray, yaw: float,
    start: float, end: float,
) -> None:  # fmt: skip
    goal = placement_at(performer.scene, performer.skeleton, point, yaw + SIGN[side] * 0.10)
    origin = performer.feet.now(side)
    stride = np.linalg.norm(goal.point[:2] - origin.point[:2]) / performer.scale
    climb = goal.point[2] - origin.point[2]
    size = float(np.clip(stride / 1.25, 0.2, 1.1))
    toe_off, strike = gait.toe_off * (0.35 + 0.65 * size), gait.strike * size
    if climb > 0.06:
        toe_off, strike = 0.6, 0.0
    elif climb < -0.06:
        toe_off, strike = 0.55, 0.30
    start = max(start, performer.feet.free_at(side) + 0.02)
    toe_off = max(toe_off, _heel_rise(performer, side, start))
    rise = 0.10
    if gait.duty > 0.5:
        rise = 0.14 if climb > 0.06 else 0.24
    step = Step(
        start=start, end=end, to=goal,
        lift=gait.lift * performer.scale * (0.5 + 0.5 * min(size * 1.3, 1.0)), toe_off=toe_off,
        strike=strike, rise=rise, roll=0.10, skew=gait.skew,
    )  # fmt: skip
    performer.feet.step(side, step)


def _heel_rise(performer: Performer, side: int, time: float) -> float:
    """Pitch [rad] that a foot needs as it leaves, so that the leg still reaches it."""
    sheet, skeleton = performer.sheet, performer.skeleton
    base = [np.interp(time, sheet.times, sheet.base[:, axis]) for axis in range(3)]
    place, rest = performer.feet.now(side), skeleton.rest_positions()
    behind = float(np.hypot(base[0] - place.point[0], base[1] - place.point[1]))
    hip = (
        base[2] - place.point[2] + performer.stand - 0.05 * performer.scale - (rest[0] - rest[1])[2]
    )
    pitch = np.linspace(0.0, 1.2, 49)
    ball = rest[10, 0] - rest[7, 0], rest[10, 2]
    up = rest[7, 2] - ball[1]
    ahead = ball[0] - ball[0] * np.cos(pitch) + up * np.sin(pitch)
    ankle = ball[1] + ball[0] * np.sin(pitch) + up * np.cos(pitch)
    reach = np.hypot(np.maximum(behind - ahead, 0.0), hip - ankle)
    enough = reach < 0.98 * skeleton.leg_length
    return float(pitch[np.argmax(enough)]) if enough.any() else 1.2


def _close_hop(performer: Performer, plan: Schedule, way: Route, yaws: np.ndarray) -> None:
    """The lifted foot of a hop: up behind the body all the way, then down beside the other."""
    side = 1 - int(plan.sides[0])
    start, end = float(plan.landing[0]) + 0.02, float(plan.landing[-1])
    via = []
    for time in np.linspace(start + 0.25, end - 0.3, max(2, round((end - start) / 0.12))):
        s = np.interp(time, plan.middle, plan.spots)
        yaw = np.interp(time, plan.middle, yaws)
        base = way.at(np.array(s))
        via.append((float(time), performer.to_world(
            (-0.30 * performer.scale, SIGN[side] * 0.08, 0.30 * performer.scale), base, float(yaw)
        ), 0.9))  # fmt: skip
    base = way.at(np.array(way.length))
    goal = performer.stance(base, float(yaws[-1]), side)
    performer.feet.step(side, Step(start=start, end=end, to=goal, via=tuple(via)))


def travels(segment: Segment) -> bool:
    """Whether a segment is performed by stepping along its path (or on the spot)."""
    if segment.action == "climb":
        return not is_ladder(segment)
    return segment.action in GAITS


def is_ladder(segment: Segment) -> bool:
    """Whether a path rises more steeply than any stairs."""
    level = float(np.linalg.norm(np.diff(segment.path[:, :2], axis=0), axis=1).sum())
    return float(np.ptp(segment.path[:, 2])) > max(1.2 * level, 0.25)


def flows_into(first: Segment, second: Segment) -> bool:
    """Whether two segments are one flow of steps, without a stop between them."""
    if not (travels(first) and travels(second)) or first.direction != second.direction:
        return False
    if {"hop", "skip"} & {first.action, second.action} or second.start - first.end > 0.05:
        return False
    if min(first.length, second.length) < 0.3:
        return False
    out = np.subtract(first.path[-1], first.path[max(-6, -len(first.path))])[:2]
    into = np.subtract(second.path[min(5, len(second.path) - 1)], second.path[0])[:2]
    turn = np.arctan2(into[1], into[0]) - np.arctan2(out[1], out[0])
    return bool(np.cos(turn) > 0.64)
