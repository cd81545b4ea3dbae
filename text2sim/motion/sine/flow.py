"""What the body above the feet does while it steps along: bob, sway, twist, arm swing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from text2sim.maths import filters
from text2sim.motion.sine.gait import Gait
from text2sim.motion.sine.performer import Performer, Shot
from text2sim.motion.sine.sheet import LEFT, RIGHT, SIGN

STRIDING = ("walk", "climb", "carry")
"""Gaits whose bob and list grow with the speed."""


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Schedule:
    """When and where the feet land.

    Attributes:
        spots: length along the route at each foothold [m], (K,).
        landing: time at which it is reached [s], (K,); the first is the start.
        middle: time at which the body is over it [s], (K,).
        sides: LEFT or RIGHT, (K,).
        gaits: gait of each foothold.
    """

    spots: np.ndarray
    landing: np.ndarray
    middle: np.ndarray
    sides: np.ndarray
    gaits: list[Gait]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Rhythm:
    """Curves over the frames of a flow, (n,) each.

    Attributes:
        gait: the numbers of the gait, by name.
        on: 1 in mid-flow, 0 standing at both ends.
        ahead: 1 where the left leg is foremost, -1 where the right one is.
        side: 1 over the left foot, -1 over the right one.
        rise: 1 at mid-stance, -1 between two stances.
        size: how large bob and list are for the present speed.
    """

    gait: dict[str, np.ndarray]
    on: np.ndarray
    ahead: np.ndarray
    side: np.ndarray
    rise: np.ndarray
    size: np.ndarray
    phase: np.ndarray


def flow(performer: Performer, shots: list[Shot], plan: Schedule, times: np.ndarray) -> None:
    """Write pelvis, trunk, head and arms of a flow of steps."""
    sheet, style, scale = performer.sheet, shots[0].style, performer.scale
    span = slice(shots[0].span.start, shots[-1].span.stop)
    beats = _rhythm(performer, shots, plan, times)
    gait, on = beats.gait, beats.on
    for shot in shots:
        performer.neutral(shot)
    crouch = gait["crouch"] * on + style.crouch * (1.0 - on)
    sheet.pelvis[span, 0] = 0.03 * scale * np.sin(gait["lean"]) * on
    sheet.pelvis[span, 1] = gait["shift"] * scale * beats.side
    bob = gait["bob"] * beats.rise * beats.size
    sheet.pelvis[span, 2] = performer.stand + scale * (bob - crouch)
    _trunk(performer, span, beats, shots)
    _swing(sheet.arms[span], beats)
    if shots[0].segment.action == "hop":
        sheet.arms[span, :, 0] += (0.35 * beats.rise)[:, None]


def _rhythm(performer: Performer, shots: list[Shot], plan: Schedule, times: np.ndarray) -> Rhythm:
    span, action = slice(shots[0].span.start, shots[-1].span.stop), shots[0].segment.action
    gait = _gait_curves(plan, times)
    phase = filters.monotone(plan.landing, np.arange(len(plan.landing), dtype=float), times)
    flank = 1.2 * float(np.median(np.diff(plan.landing)))
    on = filters.envelope(times, plan.landing[0] - 0.1, plan.landing[-1] + 0.1, flank, flank)
    sign = float(SIGN[plan.sides[0]])
    ahead = sign * np.cos(np.pi * phase)
    side = sign * np.cos(np.pi * (phase - gait["duty"]))
    if action == "skip":
        ahead = sign * np.cos(0.5 * np.pi * (phase - 0.5))
    if action in ("skip", "hop"):
        side = 0.0 * side
    if action == "hop":
        ahead = 0.0 * ahead
    rise = np.cos(2.0 * np.pi * (phase - gait["duty"]))
    speed = np.linalg.norm(np.gradient(performer.sheet.base[span, :2], times, axis=0), axis=1)
    size = np.clip(speed / 1.2, 0.35, 1.3) if action in STRIDING else np.ones_like(speed)
    usual = max(float(np.median(speed)), 0.3)
    return Rhythm(
        gait=gait, on=on, ahead=ahead * on * np.clip(speed / usual, 0.35, 1.1), side=side * on,
        rise=rise * on, size=size, phase=phase,
    )  # fmt: skip


def _trunk(performer: Performer, span: slice, beats: Rhythm, shots: list[Shot]) -> None:
    """Pelvis lists and twists with the legs, the chest turns against it, the head stays level."""
    gait, on, style, sheet = beats.gait, beats.on, shots[0].style, performer.sheet
    drunk = style.sway * np.sin(0.73 * np.pi * beats.phase + 0.6) * on
    lean = gait["lean"] * on + 0.5 * style.lean * (1.0 - on)
    tip = gait["list"] * beats.side * beats.size
    twist = gait["twist"] * beats.ahead
    sheet.tilt[span] = np.stack([0.3 * drunk - tip, 0.35 * lean, -twist], axis=1)
    sheet.spine[span] = np.stack(
        [0.7 * drunk + 1.2 * tip, 0.65 * lean + style.slump, gait["counter"] * twist], axis=1
    )
    down = gait["head"] * on + style.head * (1.0 - on)
    sheet.head[span] = np.stack([-0.5 * drunk, down, np.zeros_like(down)], axis=1)


def _swing(arms: np.ndarray, beats: Rhythm) -> None:
    """Arms swing against the legs; elbows bend more as they come forward."""
    gait = beats.gait
    for side in (LEFT, RIGHT):
        forward = -SIGN[side] * beats.ahead
        bend = gait["elbow"] + gait["elbow_swing"] * (forward + 0.3 * np.abs(forward))
        flexion = gait["flexion"] + gait["swing"] * forward
        inward = np.full_like(forward, 0.22)
        pose = np.stack([flexion, gait["abduct"], inward, bend], axis=1)
        arms[:, side] += beats.on[:, None] * (pose - arms[:, side])


def _gait_curves(plan: Schedule, times: np.ndarray) -> dict[str, np.ndarray]:
    """Every number of the gait at every frame, eased where the gait changes."""
    table = np.array([gait.values() for gait in plan.gaits])
    curves = filters.monotone(plan.landing, table, times)
    return {name: curves[:, i] for i, name in enumerate(Gait.__dataclass_fields__)}
