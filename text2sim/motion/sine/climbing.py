"""On hands and feet: crawling along the ground and climbing a ladder."""

from __future__ import annotations

import numpy as np

from text2sim.maths import filters
from text2sim.maths import quaternions as quat
from text2sim.motion.sine.feet import Placement, Step
from text2sim.motion.sine.footholds import Route, route
from text2sim.motion.sine.performer import Performer, Shot
from text2sim.motion.sine.postures import PRONE
from text2sim.motion.sine.sheet import LEFT, RIGHT, SIDES, SIGN, HandGoal
from text2sim.types import Grasp, Segment

STRIDE = 0.46
"""Length of a crawling stride [m] of an adult: both knees and both hands move once."""
DOWN = 1.0
"""Time to get down on hands and knees [s]."""
GRASP_TIME = 0.45
"""Time to reach for the first rung [s]."""
BAR = 0.022
"""Radius of a rung [m]."""


def crawl(performer: Performer, shot: Shot) -> None:
    """Get down on hands and knees and crawl along the path; hand and opposite knee go together."""
    segment, sheet, span, size = shot.segment, performer.sheet, shot.span, performer.scale
    way = route(performer.scene, [segment.path])
    already = bool(sheet.pelvis[max(span.start - 1, 0), 2] < 0.62 * size)
    down = 0.15 if already else min(DOWN, 0.35 * shot.duration)
    move = max(shot.duration - down - 0.2, 0.3)
    strides = max(1, round(way.length / (STRIDE * size)))
    s = way.length * _even((shot.t - down) / move)
    sheet.base[span] = way.at(s)
    sheet.base[span, 2] = filters.gaussian(way.at(s)[:, 2], 5.0)
    yaw = _crawl_yaw(performer, shot, way, s)
    phase = s / max(way.length, 1e-6) * strides
    _crawl_body(performer, shot, phase, down)
    _crawl_knees(performer, shot, way, strides, down, move, yaw)
    _crawl_hands(performer, shot, way, strides, down, move, yaw)


def _even(u: np.ndarray) -> np.ndarray:
    """Progress with soft ends and an even pace between."""
    u = np.clip(u, 0.0, 1.0)
    soft = 0.12
    ramp = np.where(u < soft, u**2 / (2 * soft), u - soft / 2)
    ramp = np.where(u > 1 - soft, 1 - soft - (1 - u) ** 2 / (2 * soft), ramp)
    return ramp / (1.0 - soft)


def _crawl_yaw(performer: Performer, shot: Shot, way: Route, s: np.ndarray) -> np.ndarray:
    sheet, span = performer.sheet, shot.span
    before = sheet.yaw[max(span.start - 1, 0)]
    turned = np.pi if shot.segment.direction == "backward" else 0.0
    yaw = way.direction(s) + turned if way.length > 0.1 else np.full(len(s), before)
    yaw = yaw + 2 * np.pi * np.round((before - yaw[0]) / (2 * np.pi))
    yaw += (before - yaw[0]) * (1.0 - filters.minimum_jerk(shot.t / 0.8))
    sheet.yaw[span] = yaw
    return yaw


def _crawl_body(performer: Performer, shot: Shot, phase: np.ndarray, down: float) -> None:
    sheet, span, size = performer.sheet, shot.span, performer.scale
    performer.neutral(shot)
    ease = filters.minimum_jerk(shot.t / down)[:, None]
    swing = np.sin(2.0 * np.pi * phase)
    count = len(phase)
    pelvis = np.stack([np.zeros(count), 0.025 * size * swing, np.full(count, 0.475 * size)], axis=1)
    tilt = np.stack([0.05 * swing, np.full(count, 1.38), 0.10 * swing], axis=1)
    spine = np.stack([-0.08 * swing, np.full(count, 0.16), -0.12 * swing], axis=1)
    for name, goal in (("pelvis", pelvis), ("tilt", tilt), ("spine", spine)):
        channel = getattr(sheet, name)
        channel[span] += ease * (goal - channel[span])
    # On the way down the hips go back and bend, the knees only then.
    dip = filters.bump(shot.t / down)
    sheet.pelvis[span, 0] -= 0.10 * size * dip
    sheet.head[span, 1] += ease[:, 0] * -0.10
    sheet.level[span] = 1.0 - 0.4 * ease[:, 0]


def _crawl_knees(
    performer: Performer, shot: Shot, way: Route, strides: int, down: float, move: float,
    yaw: np.ndarray,
) -> None:  # fmt: skip
    """The feet lie on their insteps, a shank's length behind the knees."""
    for side in (LEFT, RIGHT):
        lag = 0.0 if side == LEFT else 0.5
        start = shot.segment.start
        placed = _shin(performer, way, yaw, 0.0, side, shot)
        performer.feet.step(
            side,
            Step(start=start + (0.20 + 0.25 * side) * down,
                 end=start + (0.75 + 0.25 * side) * down, to=placed, lift=0.08, toe_off=0.4,
                 tuck=1.0),
        )  # fmt: skip
        for k in range(strides + 1):
            begin, end = (k + lag) / strides, (k + lag + 0.42) / strides
            if begin * move > move - 0.15:
                break
            goal = _shin(performer, way, yaw, min((k + lag + 0.92) / strides, 1.0), side, shot)
            performer.feet.step(
                side,
                Step(start=start + down + begin * move, end=start + down + end * move + 1e-3,
                     to=goal, lift=0.025, toe_off=0.0, tuck=PRONE - 0.1),
            )  # fmt: skip


def _at(way: Route, yaw: np.ndarray, u: float, shot: Shot) -> tuple[np.ndarray, float]:
    """Base and heading of the body at a fraction of the way."""
    s = u * way.length
    turned = np.pi if shot.segment.direction == "backward" else 0.0
    heading = float(way.direction(np.array(s))) + turned if way.length > 0.1 else float(yaw[-1])
    return way.at(np.array(s)), heading


def _shin(
    performer: Performer, way: Route, yaw: np.ndarray, u: float, side: int, shot: Shot
) -> Placement:
    base, heading = _at(way, yaw, u, shot)
    size = performer.scale
    point = performer.to_world((-0.71 * size, SIGN[side] * 0.12 * size, 0.0), base, heading)
    point[2] = performer.scene.ground_height(point[:2])
    return Placement(point=point, yaw=heading, pitch=PRONE)


def _crawl_hands(
    performer: Performer, shot: Shot, way: Route, strides: int, down: float, move: float,
    yaw: np.ndarray,
) -> None:  # fmt: skip
    """Palms planted on the ground, each moving with the opposite knee."""
    for side in (LEFT, RIGHT):
        lag = 0.5 if side == LEFT else 0.0
        palm = _palm(performer, way, yaw, 0.0, side, shot)
        points = np.tile(palm, (len(shot.t), 1))
        for k in range(strides + 1):
            begin, end = (k + lag) / strides, (k + lag + 0.42) / strides
            if begin * move > move - 0.15:
                break
            goal = _palm(performer, way, yaw, min((k + lag + 0.92) / strides, 1.0), side, shot)
            u = (shot.t - down - begin * move) / max((end - begin) * move, 1e-3)
            points += (goal - palm) * filters.minimum_jerk(u)[:, None]
            points[:, 2] += 0.07 * performer.scale * filters.bump(u)
            palm = goal
        weight = filters.minimum_jerk((shot.t - 0.25 * down) / (0.7 * down))
        performer.reach(shot, side, points, weight, frame="world", pole=(-0.1, 0.45, -1.0))


def _palm(
    performer: Performer, way: Route, yaw: np.ndarray, u: float, side: int, shot: Shot
) -> np.ndarray:
    base, heading = _at(way, yaw, u, shot)
    size = performer.scale
    point = performer.to_world((0.50 * size, SIGN[side] * 0.20 * size, 0.0), base, heading)
    point[2] = performer.scene.ground_height(point[:2]) + 0.035 * size
    return point


def climb_ladder(performer: Performer, shot: Shot) -> None:
    """Climb from rung to rung, hand and opposite foot by turns; hands hold on to the rungs."""
    segment, sheet, span, size = shot.segment, performer.sheet, shot.span, performer.scale
    performer.neutral(shot)
    sheet.yaw[span] = sheet.yaw[max(span.start - 1, 0)]
    rungs = _rungs(performer, shot)
    heights = segment.path[:, 2]
    rise, floor = float(heights[-1] - heights[0]), float(heights.min())
    above = rungs[:, 2] - floor
    steps = max(1, int(np.sum((above > 0.1) & (above <= abs(rise) + 0.05))))
    u = _even(shot.t / shot.duration)
    along = np.linspace(0.0, 1.0, len(segment.path))
    base = np.stack([np.interp(u, along, segment.path[:, i]) for i in range(3)], axis=1)
    # The body ends, or begins, above the rung that the feet really stand on.
    base[:, 2] = floor + (base[:, 2] - floor) * above[steps - 1] / max(abs(rise), 0.1)
    sheet.base[span] = base
    swing = np.sin(np.pi * u * steps) * filters.envelope(shot.t, 0, shot.duration, 0.4, 0.4)
    sheet.pelvis[span, 1] = 0.03 * size * swing
    # To the small the rungs are far apart: they bend further and need more room to pass a knee.
    small = float(np.clip((1.0 - size) / 0.25, 0.0, 1.0))
    sheet.pelvis[span, 0] = -(0.04 + 0.04 * small) * size
    sheet.pelvis[span, 2] -= (0.10 + 0.03 * small) * size
    sheet.tilt[span, 0] = -0.05 * swing
    sheet.tilt[span, 1] += 0.10
    sheet.spine[span, 1] += 0.08
    sheet.head[span, 1] -= 0.30
    _rung_feet(performer, shot, rungs, steps, up=rise > 0)
    _rung_hands(performer, shot, rungs, steps, up=rise > 0)


def _rungs(performer: Performer, shot: Shot) -> np.ndarray:
    """Middles of the rungs [m], world, from below, (R, 3): of a ladder, its flat parts."""
    segment, item = shot.segment, performer.object(shot.segment.target)
    parts = [part.vertices for part in item.parts] if item is not None else []
    middles = [0.5 * (part.min(axis=0) + part.max(axis=0)) for part in parts if _level(part)]
    if item is not None and len(middles) > 1:
        return item.position + quat.rotate(item.rotation_wxyz, np.array(middles))
    low, high = segment.path[np.argsort(segment.path[:, 2])[[0, -1]]]
    ahead = np.array([np.cos(segment.heading_end), np.sin(segment.heading_end), 0.0])
    heights = np.arange(0.3, high[2] - low[2] + 2.0, 0.3)
    lean = (high - low) / max(high[2] - low[2], 0.1)
    return low + 0.3 * ahead + heights[:, None] * [lean[0], lean[1], 1.0]


def _level(part: np.ndarray) -> bool:
    """Whether a part's corners (V, 3) are those of a bar that lies level."""
    return bool(np.ptp(part[:, 2]) < 0.3 * np.ptp(part, axis=0).max())


def _rung_feet(
    performer: Performer, shot: Shot, rungs: np.ndarray, steps: int, *, up: bool
) -> None:
    """The arches of the feet go on the rungs; a foot draws back to pass the rung between."""
    segment, size, yaw = shot.segment, performer.scale, shot.segment.heading_end
    beat = shot.duration / (steps + 1)
    ahead = np.array([np.cos(yaw), np.sin(yaw), 0.0])
    left = np.array([-np.sin(yaw), np.cos(yaw), 0.0])
    rest = performer.skeleton.rest_positions()
    arch = 0.5 * (rest[10, 0] - rest[7, 0] - 0.055 * size)
    order = [*range(steps), steps - 1] if up else [*range(steps - 2, -1, -1), -1, -1]
    for number, k in enumerate(order):
        side = (LEFT, RIGHT)[number % 2]
        if k < 0:
            goal = performer.stance(segment.path[-1], yaw, side)
        else:
            point = rungs[k] + [0.0, 0.0, BAR] - arch * ahead + SIGN[side] * 0.10 * size * left
            goal = Placement(point=point, yaw=yaw)
        start, end = segment.start + (number + 0.1) * beat, segment.start + (number + 0.85) * beat
        origin = performer.feet.now(side).point
        via = tuple(
            (start + part * (end - start), origin + share * (goal.point - origin) + out, 0.25)
            for part, share, out in (
                (0.3, 0.30, [0.0, 0.0, 0.05] - 0.20 * size * ahead),
                (0.7, 0.95, [0.0, 0.0, 0.07] - 0.12 * size * ahead),
            )
        )
        performer.feet.step(
            side,
            Step(start=start, end=end, to=goal, toe_off=0.3, rise=0.1, roll=0.05, via=via),
        )


def _rung_hands(
    performer: Performer, shot: Shot, rungs: np.ndarray, steps: int, *, up: bool
) -> None:
    """Hands pass from rung to rung, and hold on wherever they rest."""
    segment, size, yaw = shot.segment, performer.scale, shot.segment.heading_end
    beat, direction = shot.duration / (steps + 1), 1 if up else -1
    ahead = np.array([np.cos(yaw), np.sin(yaw), 0.0])
    left = np.array([-np.sin(yaw), np.cos(yaw), 0.0])
    first = int(np.argmin(np.abs(rungs[:, 2] - segment.path[0, 2] - 1.35 * size)))
    aloft = bool(segment.path[0, 2] > segment.path[:, 2].min() + 0.15)
    weight = np.ones(len(shot.t)) if aloft else filters.minimum_jerk(shot.t / GRASP_TIME)
    for side in (LEFT, RIGHT):
        place, since = first, segment.start + (0.0 if aloft else GRASP_TIME)
        bar = SIGN[side] * 0.17 * size * left - BAR * ahead
        points = np.tile(rungs[place] + bar, (len(shot.t), 1))
        for number in range((RIGHT, LEFT)[side], steps + 1, 2):
            to = int(np.clip(first + direction * min(number + 1, steps), 0, len(rungs) - 1))
            if to == place:
                continue
            start = (number + 0.1) * beat
            u = (shot.t - start) / (0.75 * beat)
            points += (rungs[to] - rungs[place]) * filters.minimum_jerk(u)[:, None]
            points -= 0.06 * size * filters.bump(u)[:, None] * ahead
            _hold_on(performer, segment, side, since, segment.start + start)
            place, since = to, segment.start + start + 0.75 * beat
        _hold_on(performer, segment, side, since, _stays_until(performer, segment))
        performer.goals.append(
            HandGoal(start=shot.span.start, side=side, frame="world", points=points,
                     weight=weight, pole=(-0.3, 0.8, -0.7))
        )  # fmt: skip


def _hold_on(performer: Performer, segment: Segment, side: int, start: float, end: float) -> None:
    """Grasp the thing that is climbed, if it exists and there is time to."""
    if performer.object(segment.target) is not None and end > start + 0.1:
        performer.grasps.append(
            Grasp(actor=segment.actor, hand=SIDES[side], object=segment.target or "",
                  start=start, end=end)
        )  # fmt: skip


def _stays_until(performer: Performer, segment: Segment) -> float:
    """When somebody who has climbed leaves the place [s]; who has come down does so at once."""
    plan = performer.scene.plan
    if segment.path[-1, 2] < segment.path[0, 2]:
        return segment.end
    later = (
        s.start for s in plan.timeline
        if s.actor == segment.actor and s.start >= segment.end - 1e-6 and s.action != "stand"
    )  # fmt: skip
    return min(later, default=plan.duration)
