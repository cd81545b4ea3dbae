"""What an imitation environment asks, and how much each term of the reward counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from text2sim.errors import ConfigError


@final
@dataclass(frozen=True, kw_only=True)
class Task:
    """Rules of an environment.

    Attributes:
        seconds: length of an episode; it also ends with the motion.
        lost: mean distance of the joints from the motion's at which an episode ends [m].
        assist: largest force on the pelvis, of the body's weight; torque as in `pd`.
        push_speed: change of velocity of a push, in a random direction [m/s].
        push_every: time between pushes [s]; 0 is never.
        masses, strengths, frictions: each row draws a factor from 1 minus to 1 plus this.
        rate: time steps a second.
    """

    seconds: float = 10.0
    lost: float = 0.35
    assist: float = 0.0
    push_speed: float = 0.5
    push_every: float = 0.0
    masses: float = 0.0
    strengths: float = 0.0
    frictions: float = 0.0
    rate: float = 180.0

    def __post_init__(self) -> None:
        for name in ("seconds", "lost", "rate"):
            if not getattr(self, name) > 0.0:
                raise ConfigError(f"{name} must be over 0; got {getattr(self, name)}.")
        for name in ("assist", "push_speed", "push_every"):
            if not 0.0 <= getattr(self, name) < np.inf:
                raise ConfigError(f"{name} must be 0 or more; got {getattr(self, name)}.")
        for name in ("masses", "strengths", "frictions"):
            if not 0.0 <= getattr(self, name) < 1.0:
                raise ConfigError(f"{name} must be from 0 to below 1; got {getattr(self, name)}.")


@final
@dataclass(frozen=True, kw_only=True)
class RewardWeights:
    """Share of each term; the terms of a perfect row that does not act are 1, effort 0.

    Attributes:
        position: exp(-30 x), x the mean squared distance of 13 joints [m2].
        rotation: exp(-4 x), x the mean squared angle of their segments [rad2].
        velocity: exp(-0.5 x), x the mean squared difference of the joints' velocities [m2/s2].
        spin: exp(-0.05 x), x the same of the angular velocities of 12 joints [rad2/s2].
        effort: minus the mean squared action.
    """

    position: float = 0.45
    rotation: float = 0.3
    velocity: float = 0.15
    spin: float = 0.1
    effort: float = 0.005
