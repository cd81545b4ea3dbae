"""The motion to follow, on the clock of the simulation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from text2sim.maths import quaternions as quat
from text2sim.skeleton import Skeleton
from text2sim.types import BodyState, Track

Array = NDArray[np.floating]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Reference:
    """One actor's motion at every step; S steps, including the first instant.

    Attributes:
        root_positions: pelvis [m], world, (S, 3).
        root_velocities: [m/s], world, (S, 3).
        root_spins: angular velocity of the pelvis [rad/s], world, (S, 3).
        rotations_wxyz: relative to the parent, (S, 22, 4).
        joint_velocities: relative to the parent, in the joint's own frame [rad/s], (S, 22, 3).
    """

    actor: str
    skeleton: Skeleton
    root_positions: Array
    root_velocities: Array
    root_spins: Array
    rotations_wxyz: Array
    joint_velocities: Array

    def state(self, step: int) -> BodyState:
        """Where the body should be at a step, and how fast."""
        return BodyState(
            root_position=self.root_positions[step],
            root_velocity=self.root_velocities[step],
            root_angular_velocity=self.root_spins[step],
            rotations_wxyz=self.rotations_wxyz[step],
            joint_velocities=self.joint_velocities[step],
        )


def resample(track: Track, steps_per_frame: int, fps: float) -> Reference:
    """A smooth curve through the frames (Catmull and Rom 1974), with its velocities."""
    rate = fps * steps_per_frame
    origins = track.root_positions
    spins = quat.angular_velocity(track.rotations_wxyz, 1.0)
    spins = quat.inv_rotate(track.rotations_wxyz, spins)
    steps = quat.log(quat.inv_mul(track.rotations_wxyz[:-1], track.rotations_wxyz[1:]))
    frames, along = split_steps(len(origins), steps_per_frame)
    roots = origins[frames] + _spline(np.diff(origins, axis=0), slopes(origins), frames, along)
    turns = _spline(steps, spins, frames, along)
    rotations = quat.mul(track.rotations_wxyz[frames], quat.exp(turns))
    return Reference(
        actor=track.actor,
        skeleton=track.skeleton,
        root_positions=roots,
        root_velocities=slopes(roots) * rate,
        root_spins=quat.angular_velocity(rotations[:, 0], rate),
        rotations_wxyz=rotations,
        joint_velocities=quat.inv_rotate(rotations, quat.angular_velocity(rotations, rate)),
    )


def split_steps(frames: int, steps_per_frame: int) -> tuple[NDArray[np.intp], Array]:
    """Frame before each step, (S,), and how far the step lies towards the next one, 0 to 1."""
    steps = np.arange((frames - 1) * steps_per_frame + 1)
    return steps // steps_per_frame, (steps % steps_per_frame) / steps_per_frame


def slopes(values: Array) -> Array:
    """Change per step along axis 0, by central differences; zero for a single step."""
    return np.gradient(values, axis=0) if len(values) > 1 else np.zeros_like(values)


def upsample(values: Array, steps_per_frame: int) -> Array:
    """Linear interpolation of values at frames, (T, ...), to the steps, (S, ...)."""
    frames, along = split_steps(len(values), steps_per_frame)
    following = values[np.minimum(frames + 1, len(values) - 1)]
    along = along.reshape(-1, *[1] * (values.ndim - 1))
    return values[frames] + along * (following - values[frames])


def _spline(changes: Array, tangents: Array, frames: NDArray[np.intp], along: Array) -> Array:
    """Cubic Hermite curve from 0 to `changes[i]` between frames i and i + 1."""
    if not len(changes):
        return np.zeros((len(frames), *changes.shape[1:]))
    frames = np.minimum(frames, len(changes) - 1)
    t = along.reshape(-1, *[1] * (changes.ndim - 1))
    rise = t * t * (3.0 - 2.0 * t) * changes[frames]
    leave = t * (1.0 - t) ** 2 * tangents[frames]
    arrive = t * t * (t - 1.0) * tangents[frames + 1]
    return rise + leave + arrive
