"""Dancing: side steps to a beat with bouncing knees, swinging hips and arms."""

from __future__ import annotations

import numpy as np

from text2sim.maths import filters
from text2sim.motion.sine.feet import Step
from text2sim.motion.sine.performer import Performer, Shot
from text2sim.motion.sine.sheet import LEFT, RIGHT, SIGN

BEAT = 0.52
"""Time of one beat [s] at usual energy."""
SIDE = 0.26
"""Length of a side step [m]."""


def dance(performer: Performer, shot: Shot) -> None:
    """Step from side to side on the beat; the arms change their figure every four beats."""
    performer.settle(shot, time=0.3)
    segment = shot.segment
    lead = 0.25
    beats = max(
        2, round((shot.duration - lead - 0.3) * shot.style.pace * segment.energy**0.4 / BEAT)
    )
    beats += beats % 2
    beat = (shot.duration - lead - 0.25) / beats
    phase = np.clip((shot.t - lead) / beat, 0.0, beats)
    _side_steps(performer, shot, lead, beat, beats)
    _body(performer, shot, phase, lead, beat * beats)
    _arms(performer, shot, phase, beats)


def _side_steps(performer: Performer, shot: Shot, lead: float, beat: float, beats: int) -> None:
    """Left, close, right, close: feet open on even beats and close on odd ones."""
    base, yaw = shot.segment.path[-1], shot.segment.heading_end
    reach = SIDE * performer.scale
    for i in range(beats):
        opening, leftward = i % 2 == 0, (i // 2) % 2 == 0
        moving = LEFT if opening == leftward else RIGHT
        place = reach * (1.0 if leftward else 0.0)
        centre = performer.to_world((0.0, place, 0.0), base, yaw)
        goal = performer.stance(centre, yaw, moving, 0.04)
        if i == beats - 1:
            goal = performer.stance(centre, yaw, moving)
        start = shot.segment.start + lead + i * beat
        performer.feet.step(
            moving,
            Step(start=start + 0.05 * beat, end=start + 0.72 * beat, to=goal, lift=0.06,
                 toe_off=0.4, rise=0.12, roll=0.06),
        )  # fmt: skip


def _body(performer: Performer, shot: Shot, phase: np.ndarray, lead: float, length: float) -> None:
    sheet, span, size = performer.sheet, shot.span, performer.scale
    on = filters.envelope(shot.t, lead - 0.2, lead + length + 0.15, 0.35, 0.35)
    energy = shot.style.bounce * min(shot.segment.energy, 1.5)
    knots = np.arange(0.0, phase.max() + 2.0)
    shift = filters.monotone(knots, _places(len(knots)), phase)
    side = np.array([-np.sin(shot.segment.heading_end), np.cos(shot.segment.heading_end), 0.0])
    sheet.base[span] += (SIDE * size * shift)[:, None] * side
    down = np.cos(2.0 * np.pi * phase)
    sheet.pelvis[span, 2] -= size * (0.045 + 0.028 * energy * down) * on
    hips = np.sin(np.pi * phase + 0.5)
    sheet.pelvis[span, 1] += 0.035 * size * hips * on
    sheet.tilt[span, 0] += 0.10 * hips * on
    sheet.tilt[span, 2] += 0.20 * np.cos(np.pi * phase) * on
    sheet.spine[span, 0] -= 0.20 * hips * on
    sheet.spine[span, 2] -= 0.34 * np.cos(np.pi * phase) * on
    sheet.spine[span, 1] += (0.06 + 0.05 * down) * on
    sheet.head[span, 1] += 0.10 * down * on
    sheet.head[span, 0] += 0.10 * hips * on


def _places(count: int) -> np.ndarray:
    """Where the body is after each beat: half way out, out, half way back, back (0 to 1)."""
    return np.array([(0.0, 0.5, 1.0, 0.5)[i % 4] for i in range(count)])


def _arms(performer: Performer, shot: Shot, phase: np.ndarray, beats: int) -> None:
    """Three figures in turn: pumping fists, arms overhead, and wide swings."""
    first = int(performer.rng.integers(3))
    swing, twice = np.sin(np.pi * phase), np.sin(2.0 * np.pi * phase)
    for side in (LEFT, RIGHT):
        sway = SIGN[side] * swing
        figures = (
            np.stack([0.52 + 0.14 * sway, 0.08 + 0 * sway, -0.30 + 0.26 * sway], axis=1),
            np.stack(
                [0.15 + 0 * sway, 0.35 + 0.22 * swing * SIGN[side], 0.80 + 0.12 * twice], axis=1
            ),
            np.stack([0.30 + 0.18 * swing, 0.62 - 0.10 * twice, -0.22 + 0.30 * sway], axis=1),
        )
        for block in range(int(np.ceil(beats / 4))):
            weight = filters.envelope(phase, 4 * block, min(4 * block + 4, beats), 0.7, 0.7)
            if block:
                weight = filters.envelope(
                    phase, 4 * block - 0.7, min(4 * block + 4, beats), 0.7, 0.7
                )
            performer.reach(
                shot, side, figures[(first + block) % 3], weight, pole=(-0.2, 0.9, -0.6)
            )
