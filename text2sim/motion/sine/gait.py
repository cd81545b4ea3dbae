"""Gaits: the numbers that make a walk a walk and a run a run."""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace
from typing import final

import numpy as np

from text2sim.motion.sine.style import Style
from text2sim.types import Segment


@final
@dataclass(frozen=True, kw_only=True)
class Gait:
    """A way of going; lengths are those of a 1.75 m adult.

    Attributes:
        duty: share of a stride that a foot stands.
        stride_base [m], stride_rate [s]: step length = base + rate * speed.
        width: between the ankles [m]. lift: of the swinging foot [m].
        toe_off, strike: largest pitch as the foot leaves, and pitch as it lands [rad].
        skew: below 1 the foot is highest late in its swing, above 1 early.
        crouch: pelvis lowered [m]. bob: its rise at mid-stance [m]; negative in a run.
        shift: sideways towards the standing foot [m]. twist, list: of the pelvis [rad].
        lean: trunk forward [rad]. head: chin down [rad].
        swing: of the arms [rad]. elbow, elbow_swing: bend of the elbow and its part that swings.
        flexion, abduct: of the hanging arm [rad].
        counter: how far the chest turns against the pelvis.
    """

    duty: float = 0.62
    stride_base: float = 0.32
    stride_rate: float = 0.26
    width: float = 0.15
    lift: float = 0.045
    toe_off: float = 0.60
    strike: float = -0.32
    skew: float = 0.8
    crouch: float = 0.026
    bob: float = 0.016
    shift: float = 0.022
    twist: float = 0.10
    list: float = 0.055
    lean: float = 0.05
    head: float = 0.03
    swing: float = 0.40
    elbow: float = 0.34
    elbow_swing: float = 0.16
    flexion: float = 0.02
    abduct: float = 0.15
    counter: float = 1.9

    def values(self) -> np.ndarray:
        """All numbers in the order of the fields."""
        return np.array(astuple(self))

    def step_length(self, speed: float) -> float:
        """Length of one step [m] at a speed [m/s] of an adult."""
        return self.stride_base + self.stride_rate * min(speed, 5.0)


WALK = Gait()
GAITS: dict[str, Gait] = {
    "walk": WALK,
    "carry": replace(WALK, swing=0.15, counter=1.2, lean=0.0, stride_base=0.28),
    "run": Gait(
        duty=0.36, stride_base=0.50, stride_rate=0.21, width=0.09, lift=0.26, toe_off=0.95,
        strike=-0.10, skew=0.75, crouch=0.045, bob=-0.036, shift=0.010, twist=0.14, list=0.05,
        lean=0.20, head=0.0, swing=0.75, elbow=1.45, elbow_swing=0.25, flexion=-0.12, abduct=0.20,
        counter=2.3,
    ),
    "sneak": Gait(
        duty=0.68, stride_base=0.32, stride_rate=0.22, width=0.22, lift=0.20, toe_off=0.45,
        strike=0.20, skew=1.0, crouch=0.17, bob=0.015, shift=0.045, twist=0.12, list=0.03,
        lean=0.42, head=-0.08, swing=0.30, elbow=1.25, elbow_swing=0.2, flexion=0.45, abduct=0.45,
        counter=1.2,
    ),
    "march": Gait(
        duty=0.58, stride_base=0.28, stride_rate=0.26, width=0.16, lift=0.34, toe_off=0.55,
        strike=-0.05, skew=0.95, crouch=0.0, bob=0.016, shift=0.02, twist=0.06, list=0.03,
        lean=-0.03, head=-0.06, swing=0.85, elbow=0.16, elbow_swing=0.04, flexion=0.10,
        abduct=0.12, counter=1.6,
    ),
    "push": replace(
        WALK, lean=0.42, crouch=0.07, swing=0.0, stride_base=0.28, head=-0.05, counter=1.0,
    ),
    "pull": replace(
        WALK, lean=-0.28, crouch=0.10, swing=0.0, stride_base=0.22, strike=0.1, counter=1.0,
    ),
    "climb": replace(WALK, lean=0.10, head=0.12, stride_base=0.30, swing=0.34, elbow=0.5),
    "skip": replace(
        WALK, duty=0.30, lift=0.14, toe_off=0.8, strike=0.1, bob=-0.07, swing=0.9, elbow=0.9,
        stride_base=0.30, stride_rate=0.20, crouch=0.02, lean=0.04, twist=0.16,
    ),
    "hop": replace(
        WALK, duty=0.26, lift=0.12, toe_off=0.7, strike=0.25, bob=-0.09, shift=0.0, twist=0.0,
        list=0.0, swing=0.0, elbow=1.2, abduct=0.45, stride_base=0.25, stride_rate=0.25,
        crouch=0.05, lean=0.10,
    ),
}  # fmt: skip
"""Action -> gait, for all actions that go on two feet."""


def gait_of(segment: Segment, style: Style) -> Gait:
    """The gait of a segment, coloured by its manner, energy and direction."""
    gait = GAITS[segment.action]
    gait = replace(
        gait,
        stride_base=gait.stride_base * style.stride,
        stride_rate=gait.stride_rate * style.stride,
        width=max(gait.width + style.width, 0.05),
        lift=gait.lift * style.lift,
        crouch=gait.crouch + style.crouch,
        bob=gait.bob * style.bounce,
        shift=gait.shift + 0.12 * style.sway + 0.1 * style.width,
        lean=gait.lean + style.lean,
        head=gait.head + style.head,
        swing=gait.swing * style.swing,
        elbow=gait.elbow + style.elbow,
        elbow_swing=gait.elbow_swing * style.swing,
        abduct=gait.abduct + style.abduct,
    )
    if segment.direction in ("backward", "left", "right"):
        gait = replace(
            gait, strike=0.12, toe_off=0.5 * gait.toe_off, lean=0.3 * gait.lean,
            swing=0.5 * gait.swing, stride_base=0.75 * gait.stride_base,
        )  # fmt: skip
    return gait
