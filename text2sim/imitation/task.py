"""What an imitation environment asks, and what it pays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from text2sim.control.tracking.observation import KEY
from text2sim.errors import ConfigError
from text2sim.maths import quaternions as quat

Array = NDArray[np.floating]


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


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Seen:
    """A body and the motion at one instant; J = 13 joints, 12 driven.

    Attributes:
        positions [m], velocities [m/s]: (N, 13, 3). turns_wxyz: world, (N, 13, 4).
        spins: [rad/s], (N, 12, 3).
    """

    positions: Array
    velocities: Array
    turns_wxyz: Array
    spins: Array


def rewards(body: Seen, motion: Seen, actions: Array) -> dict[str, Array]:
    """Terms by name, each (N,), before they are weighed."""

    def near(difference: Array, steepness: float) -> Array:
        return np.exp(-steepness * (difference**2).sum(axis=-1).mean(axis=1))

    angle = quat.log(quat.inv_mul(body.turns_wxyz, motion.turns_wxyz))
    return {
        "position": near(body.positions - motion.positions, 30.0),
        "rotation": near(angle, 4.0),
        "velocity": near(body.velocities - motion.velocities, 0.5),
        "spin": near(body.spins - motion.spins, 0.05),
        "effort": -(actions**2).mean(axis=1),
    }


def keyed(positions: Array) -> Array:
    """The joints that count, (N, 13, ...)."""
    return positions[:, list(KEY)]
