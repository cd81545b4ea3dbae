"""The terms of the reward of an imitation environment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from text2sim.control.tracking.observation import KEY
from text2sim.maths import quaternions as quat

Array = NDArray[np.floating]


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
