"""Gestures of arms, head and torso, laid over whatever the legs do."""

from __future__ import annotations

import numpy as np

from text2sim.maths import filters
from text2sim.maths import quaternions as quat
from text2sim.motion.sine.performer import Performer, Shot
from text2sim.motion.sine.sheet import LEFT, RIGHT

BLEND = 0.32
"""Time that a gesture takes to fade in and out [s]."""


def fade(shot: Shot, rise: float = BLEND, fall: float = BLEND) -> np.ndarray:
    """Weight of a gesture over its shot, (n,)."""
    return filters.envelope(shot.t, 0.0, shot.duration, rise, fall)


def cycles(shot: Shot, rate: float) -> np.ndarray:
    """Phase [rad] of something repeated: as often as asked for, or at `rate` [1/s]."""
    count = shot.segment.repetitions or max(1, round(rate * shot.style.pace * shot.duration))
    return 2.0 * np.pi * count * shot.u


def face(performer: Performer, shot: Shot, weight: np.ndarray) -> None:
    """Turn chest and head towards the segment's point, if it has one."""
    point, sheet, span = shot.segment.point, performer.sheet, shot.span
    if point is None:
        return
    eyes = sheet.base[span] + [0.0, 0.0, 1.65 * performer.scale]
    local = quat.inv_rotate(quat.about_z(sheet.yaw[span]), point - eyes)
    yaw = np.clip(np.arctan2(local[:, 1], local[:, 0]), -1.3, 1.3)
    pitch = np.clip(-np.arctan2(local[:, 2], np.hypot(local[:, 0], local[:, 1])), -0.6, 0.7)
    sheet.spine[span, 2] += 0.25 * yaw * weight
    sheet.head[span, 2] += 0.70 * yaw * weight
    sheet.head[span, 1] += 0.8 * pitch * weight


def wave(performer: Performer, shot: Shot) -> None:
    """Raise a hand beside the head and swing it from side to side."""
    weight = fade(shot, 0.45, 0.45)
    phase = cycles(shot, 1.9) * np.clip(shot.t / max(shot.duration, 1e-6), 0, 1) ** 0.0
    for side in shot.hands:
        points = np.stack(
            [
                np.full_like(weight, 0.30),
                0.42 + 0.30 * np.sin(phase),
                0.84 - 0.06 * np.cos(2 * phase),
            ],
            axis=1,
        )
        performer.reach(shot, side, points, weight, pole=(0.0, 1.0, -0.55))
        performer.sheet.wrists[shot.span, side, 0] += 0.25 * np.sin(phase - 0.5) * weight
        performer.sheet.wrists[shot.span, side, 1] -= 1.2 * weight
    sign = 0.0 if len(shot.hands) == 2 else (1.0 if shot.side == LEFT else -1.0)
    performer.sheet.spine[shot.span, 0] -= sign * 0.06 * weight
    face(performer, shot, weight)


def clap(performer: Performer, shot: Shot) -> None:
    """Bring the hands together before the chest again and again."""
    weight = fade(shot, 0.35, 0.4)
    beat = np.abs(np.sin(0.5 * cycles(shot, 2.3)))
    for side in (LEFT, RIGHT):
        points = np.stack([0.62 - 0.06 * beat, -0.32 + 0.34 * beat, -0.22 + 0.10 * beat], axis=1)
        performer.reach(shot, side, points, weight, pole=(-0.3, 0.45, -1.0))
        performer.sheet.wrists[shot.span, side, 1] += 0.5 * weight
    performer.sheet.head[shot.span, 1] += 0.05 * beat * weight
    performer.sheet.pelvis[shot.span, 2] += 0.008 * performer.scale * (beat - 0.5) * weight


def point(performer: Performer, shot: Shot) -> None:
    """Stretch an arm towards the point, or straight ahead."""
    weight = fade(shot, 0.4, 0.4)
    target = shot.segment.point
    for side in shot.hands:
        if target is None:
            performer.reach(shot, side, np.array([1.15, 0.05, 0.08]), weight, pole=(0.0, 0.6, -0.8))
        else:
            performer.reach(
                shot,
                side,
                _far(performer, shot, target),
                weight,
                frame="world",
                pole=(0, 0.6, -0.8),
            )
    face(performer, shot, weight)


def _far(performer: Performer, shot: Shot, target: np.ndarray) -> np.ndarray:
    """A point beyond reach on the line from the shoulders to the target, (n, 3)."""
    chest = performer.sheet.base[shot.span] + [0.0, 0.0, 1.40 * performer.scale]
    line = target - chest
    return chest + line / np.maximum(np.linalg.norm(line, axis=1, keepdims=True), 0.2) * 1.5


def nod(performer: Performer, shot: Shot) -> None:
    """Nod the head."""
    swing = np.sin(cycles(shot, 1.7)) * fade(shot, 0.2, 0.25)
    performer.sheet.head[shot.span, 1] += 0.34 * swing + 0.08 * np.abs(swing)
    performer.sheet.spine[shot.span, 1] += 0.03 * swing


def shake_head(performer: Performer, shot: Shot) -> None:
    """Shake the head."""
    swing = np.sin(cycles(shot, 1.6)) * fade(shot, 0.2, 0.25)
    performer.sheet.head[shot.span, 2] += 0.62 * swing
    performer.sheet.spine[shot.span, 2] += 0.05 * swing


def look(performer: Performer, shot: Shot) -> None:
    """Look at the point, or around to both sides."""
    weight = fade(shot, 0.35, 0.4)
    if shot.segment.point is not None:
        face(performer, shot, weight)
        return
    side = {"left": 1.0, "right": -1.0}.get(shot.segment.direction)
    turn = np.sin(2.0 * np.pi * shot.u) if side is None else np.full_like(weight, side)
    performer.sheet.head[shot.span, 2] += 0.85 * turn * weight
    performer.sheet.spine[shot.span, 2] += 0.30 * turn * weight
    if shot.segment.direction in ("up", "down"):
        sign = -1.0 if shot.segment.direction == "up" else 1.0
        performer.sheet.head[shot.span, 1] += sign * 0.55 * weight


def raise_arms(performer: Performer, shot: Shot) -> None:
    """Raise both arms, or the one that is named, over the head."""
    weight = fade(shot, 0.5, 0.5)
    sides = shot.hands if shot.segment.side is not None else (LEFT, RIGHT)
    pump = 0.05 * np.sin(cycles(shot, 1.6)) * min(shot.segment.energy, 1.5)
    for side in sides:
        points = np.stack([np.full_like(pump, 0.12), 0.36 + pump, 1.16 + pump], axis=1)
        performer.reach(shot, side, points, weight, pole=(0.1, 1.0, -0.1))
    performer.sheet.spine[shot.span, 1] -= 0.07 * weight
    performer.sheet.head[shot.span, 1] -= 0.10 * weight


def talk(performer: Performer, shot: Shot) -> None:
    """Speak with the hands: both in front, one after the other giving weight to words."""
    weight = fade(shot, 0.45, 0.45)
    start = performer.rng.uniform(0, 2 * np.pi, 3)
    t = 2.0 * np.pi * shot.t * shot.style.pace
    for side, shift in ((RIGHT, 0.0), (LEFT, 2.3)):
        stress = np.sin(0.75 * t + start[0] + shift) + 0.5 * np.sin(1.35 * t + start[1] + shift)
        open_ = np.sin(0.48 * t + start[2] + 0.5 * shift)
        points = np.stack(
            [0.58 + 0.08 * stress, -0.02 + 0.12 * open_, -0.42 + 0.13 * stress], axis=1
        )
        performer.reach(shot, side, points, weight, pole=(-0.6, 0.35, -0.9))
        performer.sheet.wrists[shot.span, side, 1] -= (0.7 + 0.2 * open_) * weight
    performer.sheet.head[shot.span, 1] += 0.07 * np.sin(1.1 * t + start[1]) * weight
    performer.sheet.head[shot.span, 2] += 0.12 * np.sin(0.4 * t + start[2]) * weight
    performer.sheet.spine[shot.span, 2] += 0.04 * np.sin(0.3 * t) * weight
    face(performer, shot, 0.8 * weight)


def drink(performer: Performer, shot: Shot) -> None:
    """Lift a hand to the mouth and tilt the head back."""
    weight = fade(shot, 0.7, 0.7)
    sip = fade(shot, 0.40 * shot.duration, 0.35 * shot.duration)
    points = np.stack([np.full_like(sip, 0.42), -0.30 + 0.0 * sip, 0.22 + 0.16 * sip], axis=1)
    performer.reach(shot, shot.side, points, weight, pole=(0.1, 0.55, -1.0))
    performer.sheet.wrists[shot.span, shot.side, 1] += 0.5 * sip
    performer.sheet.head[shot.span, 1] += -0.32 * sip
    performer.sheet.spine[shot.span, 1] -= 0.05 * sip
