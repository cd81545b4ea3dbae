"""Getting down and up again: bow, squat, kneel, sit, stand up, lie, fall, stretch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from text2sim.maths import filters
from text2sim.maths import quaternions as quat
from text2sim.motion.sine.feet import Placement, Step, placement_at
from text2sim.motion.sine.performer import Performer, Shot
from text2sim.motion.sine.pose import Pose, at_ease, both, moved, now, play
from text2sim.motion.sine.sheet import LEFT, RIGHT, SIGN

SUPINE, PRONE = -1.25, 2.55
"""Pitch of a foot that rests on its heel, toes up, and of one that lies on its instep [rad]."""


def stand(performer: Performer, shot: Shot) -> None:
    """Stand at ease; get up first if the body is down."""
    if performer.sheet.pelvis[max(shot.span.start - 1, 0), 2] < 0.8 * performer.stand:
        stand_up(performer, shot)
    else:
        performer.settle(shot)


def bow(performer: Performer, shot: Shot) -> None:
    """Bend forward at the hips with a straight back, hold, and come up."""
    performer.settle(shot)
    ease, d = at_ease(performer, shot.style), shot.duration
    down = replace(
        moved(ease, forward=-0.13 * performer.scale, up=-0.02),
        tilt=(0.0, 0.62, 0.0), spine=(0.0, 0.48, 0.0), head=(0.0, 0.45, 0.0), level=0.15,
        arms=both((0.35, 0.14, 0.2, 0.25)),
    )  # fmt: skip
    play(performer, shot, [(0.06 * d, ease), (0.42 * d, down), (0.58 * d, down), (0.96 * d, ease)])


def squat(performer: Performer, shot: Shot) -> None:
    """Bend the knees deeply, arms forward for balance, and rise; as often as asked for."""
    performer.settle(shot, width=0.12 * performer.scale, time=0.5)
    ease, size = at_ease(performer, shot.style), performer.scale
    down = replace(
        ease, pelvis=(-0.16 * size, 0.0, 0.50 * size), tilt=(0.0, 0.62, 0.0),
        spine=(0.0, 0.10, 0.0), arms=both((1.75, 0.12, 0.1, 0.2)),
    )  # fmt: skip
    count = max(1, shot.segment.repetitions)
    beat, keys = shot.duration / count, []
    for i in range(count):
        t = i * beat
        keys += [(t + 0.05 * beat, ease), (t + 0.42 * beat, down), (t + 0.60 * beat, down)]
    play(performer, shot, [*keys, (0.97 * shot.duration, ease)])


def stretch(performer: Performer, shot: Shot) -> None:
    """Reach up with both arms, lean to one side and to the other, and let go."""
    performer.settle(shot)
    ease, d = at_ease(performer, shot.style), shot.duration
    up = replace(
        moved(ease, up=0.006), spine=(0.0, -0.12, 0.0), head=(0.0, -0.25, 0.0),
        arms=both((2.75, 0.22, 0.0, 0.25)),
    )  # fmt: skip
    left = replace(up, spine=(-0.34, -0.05, 0.0), tilt=(-0.06, 0.0, 0.0))
    right = replace(up, spine=(0.34, -0.05, 0.0), tilt=(0.06, 0.0, 0.0))
    keys = [
        (0.04, ease),
        (0.26, up),
        (0.38, up),
        (0.53, left),
        (0.72, right),
        (0.82, up),
        (0.98, ease),
    ]
    play(performer, shot, [(u * d, pose) for u, pose in keys])


def kneel(performer: Performer, shot: Shot) -> None:
    """Go down on one knee, the right one where nothing is said, and stay there."""
    segment, size = shot.segment, performer.scale
    performer.settle(shot, time=0.4)
    base, yaw, d = segment.path[-1], segment.heading_end, shot.duration
    back, front = shot.side, 1 - shot.side
    go = min(d, 1.8)
    front_to = placement_at(
        performer.scene, performer.skeleton,
        performer.to_world((0.20 * size, SIGN[front] * 0.10 * size, 0.0), base, yaw)[:2],
        yaw + SIGN[front] * 0.08,
    )  # fmt: skip
    point = performer.to_world((-0.755 * size, SIGN[back] * 0.10 * size, 0.0), base, yaw)
    start = max(segment.start + 0.05, performer.feet.free_at(LEFT), performer.feet.free_at(RIGHT))
    performer.feet.step(front, Step(start=start, end=start + 0.26 * go, to=front_to, lift=0.05))
    performer.feet.step(
        back,
        Step(start=start + 0.26 * go, end=start + 0.62 * go,
             to=Placement(point=point, yaw=yaw, pitch=1.25), lift=0.05, toe_off=0.4, strike=-0.2),
    )  # fmt: skip
    ease = at_ease(performer, shot.style)
    low = replace(
        ease, pelvis=(-0.21 * size, 0.0, 0.515 * size), tilt=(0.0, 0.06, 0.0), spine=(0, 0.06, 0),
        arms=(((0.75, 0.10, 0.45, 0.75), (0.1, 0.2, 0.2, 0.35)) if front == LEFT
              else ((0.1, 0.2, 0.2, 0.35), (0.75, 0.10, 0.45, 0.75))),
    )  # fmt: skip
    middle = replace(low, pelvis=(-0.14 * size, 0.0, 0.80 * size), tilt=(0.0, 0.20, 0.0))
    offset = start - segment.start
    play(performer, shot, [(offset, ease), (offset + 0.5 * go, middle), (offset + 0.97 * go, low)])


def sit(performer: Performer, shot: Shot) -> None:
    """Sit down on the seat at the segment's point, or on the ground, and stay there."""
    segment, size = shot.segment, performer.scale
    performer.settle(shot, time=0.5)
    base, yaw = segment.path[-1], segment.heading_end
    go = min(shot.duration, 1.9)
    ease = at_ease(performer, shot.style)
    if segment.point is None:
        _sit_on_ground(performer, shot, ease, go)
        return
    local = quat.inv_rotate(quat.about_z(yaw), _seat(performer, shot) - base)
    pelvis = (float(local[0]), float(local[1]), float(local[2]) + 0.125 * size)
    feet_x = max(pelvis[0] + 0.41 * size, -0.35 * size) if pelvis[2] < 0.75 * size else 0.0
    _bring_feet(performer, shot, feet_x, 0.22 * go, spread=0.03 * size)
    seated = replace(
        ease, pelvis=pelvis, tilt=(0.0, -0.06, 0.0), spine=(0.0, 0.08 + shot.style.slump, 0.0),
        arms=both((0.32, 0.12, 0.25, 0.78)),
    )  # fmt: skip
    lean = replace(
        seated, pelvis=(0.45 * pelvis[0], pelvis[1], 0.55 * ease.pelvis[2] + 0.45 * pelvis[2]),
        tilt=(0.0, 0.55, 0.0), spine=(0.0, 0.25, 0.0), arms=both((0.55, 0.2, 0.2, 0.35)),
    )  # fmt: skip
    near = replace(lean, pelvis=(pelvis[0], pelvis[1], pelvis[2] + 0.02), tilt=(0, 0.35, 0))
    play(performer, shot,
         [(0.15 * go, ease), (0.52 * go, lean), (0.80 * go, near), (go, seated)])  # fmt: skip


def _seat(performer: Performer, shot: Shot) -> np.ndarray:
    """Where the pelvis comes to rest on the seat [m]: not so deep that the knees stay on it."""
    point, yaw = np.array(shot.segment.point), shot.segment.heading_end
    item = performer.object(shot.segment.target)
    if item is None:
        return point
    forward = np.array([np.cos(yaw), np.sin(yaw)])
    ahead = np.arange(0.0, 1.5, 0.02)
    tops = item.top(point[:2] + ahead[:, None] * forward)
    off = np.flatnonzero(tops < point[2] - 0.12)
    edge = ahead[off[0]] if len(off) else 0.0
    point[:2] += forward * max(0.0, edge - 0.36 * performer.scale)
    return point


def _bring_feet(
    performer: Performer, shot: Shot, x: float, time: float, *, spread: float = 0.0
) -> None:
    """Step both feet to x [m] before the base, one after the other, if they are not there."""
    base, yaw, size = shot.segment.path[-1], shot.segment.heading_end, performer.scale
    start = max(shot.segment.start, performer.feet.free_at(LEFT), performer.feet.free_at(RIGHT))
    for side in (LEFT, RIGHT):
        y = SIGN[side] * (0.095 * size + spread)
        point = performer.to_world((x, y, 0.0), base, yaw)
        goal = placement_at(performer.scene, performer.skeleton, point[:2], yaw + SIGN[side] * 0.1)
        if np.linalg.norm(goal.point - performer.feet.now(side).point) > 0.04:
            performer.feet.step(
                side, Step(start=start, end=start + time, to=goal, lift=0.03, toe_off=0.15)
            )
            start += time


def _sit_on_ground(performer: Performer, shot: Shot, ease: Pose, go: float) -> None:
    size = performer.scale
    low = replace(
        ease, pelvis=(-0.52 * size, 0.0, 0.12 * size), tilt=(0.0, -0.15, 0.0),
        spine=(0.0, 0.35, 0.0), arms=both((0.95, 0.18, 0.3, 0.5)),
    )  # fmt: skip
    crouch = replace(
        ease, pelvis=(-0.22 * size, 0.0, 0.42 * size), tilt=(0.0, 0.55, 0.0),
        spine=(0.0, 0.35, 0.0), arms=both((0.9, 0.3, 0.1, 0.3)),
    )  # fmt: skip
    play(performer, shot, [(0.1 * go, ease), (0.55 * go, crouch), (go, low)])


def stand_up(performer: Performer, shot: Shot) -> None:
    """Rise from sitting, kneeling or lying: lean over the feet, then stretch."""
    size = performer.scale
    begin = now(performer.sheet, max(shot.span.start - 1, 0))
    flat = begin.pelvis[2] < 0.3 * size
    go = min(shot.duration, 2.6 if flat else 1.7)
    performer.settle(shot, time=0.40 * go if flat else 0.7, delay=0.28 * go if flat else 0.0)
    ease = at_ease(performer, shot.style)
    low = max(begin.pelvis[2] + 0.10, 0.55 * size)
    lean = replace(
        ease, pelvis=(0.35 * begin.pelvis[0], 0.3 * begin.pelvis[1], low), tilt=(0.0, 0.62, 0.0),
        spine=(0.0, 0.28, 0.0), arms=both((0.75, 0.15, 0.2, 0.35)),
    )  # fmt: skip
    if not flat:
        play(performer, shot, [(0.42 * go, lean), (0.97 * go, ease)])
        return
    if begin.tilt[1] < 0.0:
        half = replace(lean, pelvis=(-0.34 * size, 0.0, 0.15 * size), tilt=(0.0, 0.10, 0.0),
                       spine=(0.0, 0.5, 0.0), arms=both((0.8, 0.3, 0.1, 0.2)))  # fmt: skip
    else:
        half = replace(lean, pelvis=(0.42 * size, 0.0, 0.475 * size), tilt=(0.0, 1.25, 0.0),
                       spine=(0.0, 0.15, 0.0), arms=both((1.4, 0.2, 0.1, 0.15)))  # fmt: skip
    crouch = replace(lean, pelvis=(-0.08 * size, 0.0, 0.46 * size), tilt=(0.0, 0.75, 0.0))
    play(performer, shot, [(0.33 * go, half), (0.68 * go, crouch), (0.98 * go, ease)])


def lie(performer: Performer, shot: Shot) -> None:
    """Lie down on the back, on the ground or on the bed at the segment's point, and stay."""
    segment, sheet, size = shot.segment, performer.sheet, performer.scale
    performer.settle(shot, time=0.5)
    base, go = segment.path[-1], min(shot.duration, 3.2)
    ease = at_ease(performer, shot.style)
    yaw = segment.heading_end
    middle = performer.to_world((-0.62 * size, 0.0, 0.0), base, yaw)
    item = performer.object(segment.target)
    if segment.point is not None and item is not None:
        middle = np.array(segment.point)
        yaw = _along(item.rotation_wxyz, performer.size_of(item.id), yaw)
    middle = middle + np.array([0.0, 0.0, 0.115 * size])
    local = quat.inv_rotate(quat.about_z(yaw), middle - base)
    sheet.yaw[shot.span] += (yaw - segment.heading_end) * filters.minimum_jerk(
        (shot.t - 0.35 * go) / (0.45 * go)
    )
    flat = replace(
        ease, pelvis=tuple(local), tilt=(0.0, -1.53, 0.0), spine=(0.0, 0.03, 0.0),
        head=(0.0, 0.12, 0.0), level=0.0, arms=both((0.05, 0.30, 0.2, 0.25)),
    )  # fmt: skip
    edge = quat.inv_rotate(quat.about_z(segment.heading_end), middle - base)
    crouch_x = max(0.5 * edge[0], -0.30 * size)
    crouch = replace(
        ease, pelvis=(crouch_x, 0.5 * float(edge[1]), 0.5 * (0.40 * size + middle[2] - base[2])),
        tilt=(0.0, 0.5, 0.0), spine=(0.0, 0.3, 0.0), arms=both((0.5, 0.35, 0.1, 0.3)),
    )  # fmt: skip
    seated = replace(
        ease, pelvis=(0.8 * float(local[0]), 0.8 * float(local[1]), float(local[2]) + 0.015),
        tilt=(0.0, -0.35, 0.0), spine=(0.0, 0.5, 0.0), head=(0.0, 0.2, 0.0), level=0.4,
        arms=both((-0.55, 0.35, 0.0, 0.35)),
    )  # fmt: skip
    play(performer, shot, [(0.05 * go, ease), (0.36 * go, crouch), (0.60 * go, seated), (go, flat)])
    for side, start in ((LEFT, 0.45), (RIGHT, 0.52)):
        point = middle + quat.rotate(
            quat.about_z(yaw), np.array([0.985 * size, SIGN[side] * 0.13 * size, -0.115 * size])
        )
        begin = segment.start + start * go
        goal = Placement(point=point, yaw=yaw + SIGN[side] * 0.25, pitch=SUPINE)
        performer.feet.step(
            side, Step(start=begin, end=segment.start + 0.92 * go, to=goal, lift=0.10, toe_off=0.1)
        )


def _along(rotation: np.ndarray, size: np.ndarray, yaw: float) -> float:
    """Heading of the legs of a body that lies along the longer side of a bed or sofa."""
    heading = float(quat.heading(rotation))
    if size[1] > size[0]:
        heading += 0.5 * np.pi
    turn = (heading - yaw + np.pi) % (2 * np.pi) - np.pi
    return yaw + float(turn)


def fall(performer: Performer, shot: Shot) -> None:
    """Stumble, buckle and drop forward to the ground; the hands go out to break the fall."""
    segment, size = shot.segment, performer.scale
    performer.settle(shot, time=0.3)
    base, yaw, ease = segment.path[-1], segment.heading_end, at_ease(performer, shot.style)
    side = SIGN[shot.side]
    trip = replace(
        ease, pelvis=(0.16 * size, 0.02 * side, 0.88 * size), tilt=(0.10 * side, 0.35, 0.1 * side),
        spine=(0.0, 0.20, 0.15 * side), arms=both((0.7, 0.7, -0.2, 0.5)),
    )  # fmt: skip
    drop = replace(
        trip, pelvis=(0.46 * size, 0.04 * side, 0.55 * size), tilt=(0.10 * side, 0.85, 0.15 * side),
        spine=(0.0, 0.15, 0.1 * side), head=(0.0, -0.25, 0.0), arms=both((1.5, 0.45, 0.0, 0.5)),
    )  # fmt: skip
    hit = replace(
        drop, pelvis=(0.84 * size, 0.05 * side, 0.135 * size), tilt=(0.12 * side, 1.50, 0.1 * side),
        spine=(0.0, -0.12, 0.05 * side), head=(0.0, -0.3, 0.0), level=0.2,
        arms=both((1.95, 0.75, 0.1, 1.75)),
    )  # fmt: skip
    still = replace(
        hit, pelvis=(0.88 * size, 0.05 * side, 0.125 * size), spine=(0.0, 0.0, 0.05 * side),
        head=(0.0, -0.10, 0.75 * side), level=0.0, arms=both((2.0, 0.85, 0.2, 1.8)),
    )  # fmt: skip
    down = filters.minimum_jerk((shot.t - 0.5) / 0.45)
    for hand in (LEFT, RIGHT):
        palm = performer.to_world((1.42 * size, SIGN[hand] * 0.34 * size, 0.03), base, yaw)
        performer.reach(shot, hand, palm, down, frame="world", pole=(-0.1, 1.0, -0.2))
    slow = 1.0 if shot.duration > 1.5 else shot.duration / 1.5
    play(performer, shot, [(0.08 * slow, ease), (0.36 * slow, trip), (0.66 * slow, drop),
                           (0.98 * slow, hit), (1.35 * slow, still)])  # fmt: skip
    for foot, delay in ((LEFT, 0.0), (RIGHT, 0.06)):
        start = max(segment.start + (0.42 + delay) * slow, performer.feet.free_at(foot))
        point = performer.to_world((-0.25 * size, SIGN[foot] * 0.13 * size, 0.0), base, yaw)
        goal = Placement(point=point, yaw=yaw, pitch=PRONE)
        performer.feet.step(
            foot,
            Step(start=start, end=segment.start + (1.05 + delay) * slow, to=goal, lift=0.06,
                 toe_off=0.6, rise=0.3, tuck=1.4),
        )  # fmt: skip
