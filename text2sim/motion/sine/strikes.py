"""Kicks and punches."""

from __future__ import annotations

import numpy as np

from text2sim.maths import filters
from text2sim.maths import quaternions as quat
from text2sim.motion.sine.feet import Step
from text2sim.motion.sine.performer import Performer, Shot
from text2sim.motion.sine.sheet import LEFT, RIGHT, SIGN

KICK_AT, PUNCH_AT = 0.52, 0.45
"""When a kick or a punch hits, as a fraction of its time."""


def kick(performer: Performer, shot: Shot) -> None:
    """Swing a foot back and through the point, as often as asked for; the body leans back."""
    performer.settle(shot, time=0.22)
    count = max(1, shot.segment.repetitions)
    beat = shot.duration / count
    for i in range(count):
        _kick_once(performer, shot, i * beat, beat)


def _kick_once(performer: Performer, shot: Shot, start: float, beat: float) -> None:
    sheet, span, size = performer.sheet, shot.span, performer.scale
    side = shot.side
    goal = _kick_goal(performer, shot)
    home = performer.feet.now(side)
    yaw, base = shot.segment.heading_end, shot.segment.path[-1]
    y = SIGN[side] * 0.10 * size
    begin = shot.segment.start + start

    def at(u: float) -> float:
        return begin + u * beat

    back = performer.to_world((-0.42 * size, y, 0.26 * size), base, yaw)
    swing = performer.to_world((-0.02 * size, y, 0.10 * size), base, yaw)
    through = goal + performer.to_world((0.40 * size, 0.0, 0.34 * size), np.zeros(3), yaw)
    down = performer.to_world((0.12 * size, y, 0.22 * size), base, yaw)
    via = ((at(0.36), back, 1.0), (at(0.46), swing, 0.55), (at(KICK_AT), goal, 0.30),
           (at(0.62), through, 0.25), (at(0.80), down, 0.35))  # fmt: skip
    leave = max(at(0.20), performer.feet.free_at(side) + 0.02)
    performer.feet.step(
        side, Step(start=leave, end=at(0.95), to=home, via=via, toe_off=0.45, rise=0.15, roll=0.06)
    )
    u = (shot.t - start) / beat
    wind = filters.envelope(u, 0.12, 0.50, 0.22, 0.14)
    hit = filters.envelope(u, 0.36, 0.95, 0.18, 0.30)
    other = 1 - side
    sheet.pelvis[span, 1] -= SIGN[side] * 0.055 * size * filters.envelope(u, 0.05, 0.98, 0.2, 0.2)
    sheet.pelvis[span, 2] -= 0.02 * size * (wind + hit)
    sheet.pelvis[span, 0] += 0.05 * size * hit
    sheet.tilt[span, 1] += 0.16 * wind - 0.22 * hit
    sheet.tilt[span, 2] += SIGN[side] * (0.22 * wind - 0.20 * hit)
    sheet.spine[span, 1] += 0.06 * wind + 0.16 * hit
    sheet.spine[span, 2] += SIGN[side] * (-0.35 * wind + 0.38 * hit)
    sheet.arms[span, other, 0] += 0.75 * hit - 0.55 * wind
    sheet.arms[span, side, 0] += 0.35 * wind - 0.65 * hit
    sheet.arms[span, :, 1] += (0.35 * np.maximum(hit, wind))[:, None]
    sheet.arms[span, :, 3] += (0.35 * np.maximum(hit, wind))[:, None]
    sheet.head[span, 1] += 0.18 * np.maximum(hit, wind)


def _kick_goal(performer: Performer, shot: Shot) -> np.ndarray:
    """Where the sole under the ankle is when the toes hit the point."""
    segment, size = shot.segment, performer.scale
    yaw, base = segment.heading_end, segment.path[-1]
    if segment.point is None:
        return performer.to_world(
            (0.55 * size, SIGN[shot.side] * 0.06 * size, 0.50 * size), base, yaw
        )
    radius = 0.5 * float(performer.size_of(segment.target)[:2].min(initial=0.0))
    local = quat.inv_rotate(quat.about_z(yaw), segment.point - base)
    x = max(float(local[0]) - radius - 0.17 * size, 0.12 * size)
    z = np.clip(float(local[2]) - 0.07 * size, 0.02, 0.95 * size)
    return performer.to_world((x, float(local[1]), float(z)), base, yaw)


def punch(performer: Performer, shot: Shot) -> None:
    """From guard, drive a fist into the point, as often as asked for."""
    performer.settle(shot, width=0.04, time=0.3)
    sheet, span, size = performer.sheet, shot.span, performer.scale
    base, yaw = shot.segment.path[-1], shot.segment.heading_end
    count = max(1, shot.segment.repetitions)
    guard = filters.envelope(shot.t, 0.0, shot.duration, 0.28, 0.32)
    _brace(performer, shot)
    for side in (LEFT, RIGHT):
        performer.reach(shot, side, np.array([0.55, -0.12, 0.05]), guard, pole=(-0.2, 0.5, -1.0))
    sheet.pelvis[span, 2] -= 0.05 * size * guard
    sheet.spine[span, 1] += 0.10 * guard
    sheet.head[span, 1] += 0.05 * guard
    for i in range(count):
        side = shot.side if i % 2 == 0 or shot.segment.side is not None else 1 - shot.side
        u = (shot.t * count / shot.duration) - i
        drive = filters.envelope(u, 0.30, 0.85, PUNCH_AT - 0.30, 0.32)
        load = filters.envelope(u, 0.05, 0.45, 0.2, 0.14)
        if shot.segment.point is None:
            goal = performer.to_world((0.85 * size, 0.03 * SIGN[side], 1.38 * size), base, yaw)
        else:
            goal = _surface(performer, shot)
        performer.reach(shot, side, goal, drive, frame="world", pole=(-0.2, 0.7, -0.7))
        sheet.spine[span, 2] += SIGN[side] * (0.30 * load - 0.45 * drive)
        sheet.tilt[span, 2] += SIGN[side] * (0.10 * load - 0.25 * drive)
        sheet.tilt[span, 1] += 0.10 * drive
        gap = float(np.linalg.norm(np.subtract(goal, base)[:2])) / size
        sheet.pelvis[span, 0] += size * (np.clip(gap - 0.66, -0.10, 0.10) * drive - 0.03 * load)


def _surface(performer: Performer, shot: Shot) -> np.ndarray:
    """The near side of the thing that is hit."""
    point = np.array(shot.segment.point)
    base = shot.segment.path[-1]
    away = point[:2] - base[:2]
    radius = 0.5 * float(performer.size_of(shot.segment.target)[:2].min(initial=0.0))
    reach = max(float(np.linalg.norm(away)), 1e-6)
    point[:2] -= away / reach * min(radius, 0.8 * reach)
    # Something tall is hit at the height of the chest and not at its middle.
    top = point[2] + 0.5 * float(performer.size_of(shot.segment.target)[2]) - 0.12
    point[2] = max(point[2], min(top, base[2] + 1.30 * performer.scale))
    point[2] = np.clip(point[2], base[2] + 0.7 * performer.scale, base[2] + 1.55 * performer.scale)
    return point


def _brace(performer: Performer, shot: Shot) -> None:
    """Put the foot of the other side forward, and back under the body at the end."""
    side, size = 1 - shot.side, performer.scale
    segment = shot.segment
    place = performer.stance(
        performer.to_world((0.24 * size, 0.0, 0.0), segment.path[-1], segment.heading_end),
        segment.heading_end, side,
    )  # fmt: skip
    home = performer.stance(segment.path[-1], segment.heading_end, side)
    start = max(segment.start + 0.02, performer.feet.free_at(0), performer.feet.free_at(1))
    there = min(0.30, 0.28 * shot.duration)
    performer.feet.step(
        side, Step(start=start, end=start + there, to=place, lift=0.05, toe_off=0.2)
    )
    back = max(segment.end - there, start + there + 0.1)
    performer.feet.step(
        side, Step(start=back, end=back + there - 0.02, to=home, lift=0.05, toe_off=0.3)
    )
