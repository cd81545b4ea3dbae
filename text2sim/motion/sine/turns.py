"""Turning on the spot with small steps."""

from __future__ import annotations

import numpy as np

from text2sim.maths import filters
from text2sim.motion.sine.feet import Step
from text2sim.motion.sine.performer import Performer, Shot
from text2sim.motion.sine.sheet import LEFT, RIGHT

STEP_ANGLE = 0.80
"""Largest turn of the body from one step to the next [rad]."""


def turn(performer: Performer, shot: Shot) -> None:
    """Turn to the segment's final heading."""
    segment = shot.segment
    rotate(performer, shot, segment.heading_end - segment.heading_start)


def spin(performer: Performer, shot: Shot) -> None:
    """Turn all the way round, arms out."""
    segment, sheet, span = shot.segment, performer.sheet, shot.span
    angle = segment.heading_end - segment.heading_start
    if abs(angle) < np.pi:
        whole = 2.0 * np.pi * max(1, segment.repetitions)
        angle += -whole if segment.direction == "right" else whole
    rotate(performer, shot, angle)
    wide = filters.envelope(shot.t, 0.0, shot.duration, 0.3 * shot.duration, 0.35 * shot.duration)
    sheet.arms[span, :, 1] += 0.95 * wide[:, None]
    sheet.arms[span, :, 3] += 0.15 * wide[:, None]
    sheet.head[span, 1] -= 0.12 * wide
    sheet.pelvis[span, 2] += 0.015 * performer.scale * wide


def rotate(performer: Performer, shot: Shot, angle: float) -> None:
    """Turn the body by an angle [rad], positive to the left, feet following in small steps."""
    sheet, span, segment = performer.sheet, shot.span, shot.segment
    begin = float(sheet.yaw[max(span.start - 1, 0)])
    off = (segment.heading_start - begin + np.pi) % (2 * np.pi) - np.pi
    angle += float(off)
    base = np.array(segment.path[-1])
    before = sheet.base[max(span.start - 1, 0)]
    ease = filters.minimum_jerk(shot.t / max(0.8 * shot.duration, 1e-3))
    sheet.base[span] = before + (base - before) * ease[:, None]
    performer.neutral(shot)
    count = max(2, int(np.ceil(abs(angle) / STEP_ANGLE)) + 1)
    beat = 0.97 * shot.duration / count
    lead = LEFT if angle > 0.0 else RIGHT
    yaw = _heading(begin, angle, beat, shot)
    sheet.yaw[span] = yaw
    ahead = np.clip(np.gradient(yaw, shot.t) * 0.12, -0.35, 0.35)
    sheet.head[span, 2] += 1.2 * ahead
    sheet.spine[span, 2] += 0.6 * ahead
    _steps(performer, shot, base, (begin, angle), lead, count)
    phase = np.clip(shot.t / beat, 0.0, count)
    side = (1.0 if lead == RIGHT else -1.0) * np.sin(np.pi * phase)
    on = filters.envelope(shot.t, 0.0, beat * count, beat, beat)
    sheet.pelvis[span, 1] += 0.030 * performer.scale * side * on
    sheet.pelvis[span, 2] -= 0.012 * performer.scale * on


def _heading(begin: float, angle: float, beat: float, shot: Shot) -> np.ndarray:
    window = max(shot.duration - 0.9 * beat, 0.5 * shot.duration)
    return begin + angle * filters.smoothstep((shot.t - 0.25 * beat) / window)


def _steps(
    performer: Performer,
    shot: Shot,
    base: np.ndarray,
    arc: tuple[float, float],
    lead: int,
    count: int,
) -> None:
    """Feet land ahead of the turn, so that the body passes over them while they stand."""
    begin, angle = arc
    beat = 0.97 * shot.duration / count
    for i in range(count):
        side = lead if i % 2 == 0 else 1 - lead
        fraction = min(1.0, (i + 1) / max(count - 1, 1))
        goal = performer.stance(base, begin + angle * fraction, side)
        start = shot.segment.start + i * beat
        performer.feet.step(
            side,
            Step(start=start + 0.02, end=start + 0.98 * beat, to=goal, lift=0.045, toe_off=0.28,
                 rise=0.1, roll=0.05),
        )  # fmt: skip
