"""What the plan knows and the network can't: limbs that meet things, and how often.

The network sees no objects and counts badly. Where a foot meets a ball, a hand grasps, a wave is to
be waved three times, the procedural motion of the same plan is right. Those parts of the body are
given to the network as they are there, and it makes the rest of the body to fit, as it was trained.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from text2sim.motion.sine.sheet import HandGoal
from text2sim.motion.ssm.features import (
    ARMS,
    BODY,
    DIM,
    FPS,
    LEGS,
    VELOCITY,
    YAW,
    Array,
    channels,
    encode,
)  # fmt: skip
from text2sim.types import Segment, Track

Mask = NDArray[np.bool_]
_WAY = (*range(YAW.start, YAW.stop), *range(VELOCITY.start, VELOCITY.stop))
_LEGS = tuple(i for i in LEGS if i not in _WAY)
_ARM = {"left": channels((13, 16, 18, 20)), "right": channels((14, 17, 19, 21))}
_BOTH = _ARM["left"] + _ARM["right"]
_PARTS = {
    "kick": _LEGS, "sit": _LEGS, "clap": _BOTH, "throw": _BOTH, "catch": _BOTH, "push": _BOTH,
    "pull": _BOTH, "carry": _BOTH, "nod": channels((12, 15)), "shake_head": channels((12, 15)),
    "climb": _LEGS + ARMS, "jump": _LEGS,
}  # fmt: skip
_POSE = np.isin(np.arange(DIM), (*_LEGS, *ARMS))
"""All but the way, (`DIM`,)."""
_ONE_ARM = frozenset(("wave", "drink", "point"))
_GRASPS = frozenset(("pick_up", "put_down", "reach"))
_FADE = 6
"""Frames at the beginning of an action in which the network finds its way to what is given."""
_THERE = 0.98
"""Weight from which a hand is at its goal."""


def given(
    track: Track, scale: float, ground: Array, mine: Iterable[Segment], goals: Sequence[HandGoal]
) -> tuple[Array, Mask]:
    """Features (T, `DIM`) of the procedural motion on `BODY`, and which of them are given.

    Args:
        track: procedural motion at `FPS`.
        scale: size of the actor, times `BODY`.
        ground: reference ground in the size of `BODY` [m], (T,).
        mine: segments of the actor.
        goals: of its hands.
    """
    standard = replace(track, skeleton=BODY, root_positions=track.root_positions / scale)
    features, _ = encode(standard, ground)
    held = np.zeros((len(features), DIM), dtype=bool)
    for segment in mine:
        span = slice(round(segment.start * FPS) + _FADE, round(segment.end * FPS))
        held[span, list(_part(segment))] = True
        if segment.action in _GRASPS:
            frames = _at_goals(goals, len(held))
            frames[: span.start] = False
            frames[span.stop :] = False
            held |= frames[:, None] & _POSE
    return features, held


def _part(segment: Segment) -> tuple[int, ...]:
    """Channels that are given while a segment lasts."""
    if segment.action in _ONE_ARM:
        return _ARM.get(segment.side or "right", _BOTH)
    return _PARTS.get(segment.action, ())


def _at_goals(goals: Sequence[HandGoal], count: int) -> Mask:
    """Frames (T,) in which a hand is at a place of the world."""
    frames = np.zeros(count, dtype=bool)
    for goal in goals:
        if goal.frame == "world":
            there = goal.start + np.flatnonzero(goal.weight > _THERE)
            frames[there[there < count]] = True
    return frames
