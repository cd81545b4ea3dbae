"""Many copies of a world side by side: what goes in and out, a row for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, final, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from text2sim.types.simulation import BodyState, Engine, World

Array = NDArray[np.floating]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class BatchStates:
    """States of one actor's body in every row; as `BodyState`, with a leading axis N.

    Attributes:
        root_positions [m] and root_velocities [m/s]: pelvis, world, (N, 3).
        root_spins: angular velocity of the pelvis, world [rad/s], (N, 3).
        rotations_wxyz: relative to the parent, joint 0 in the world, (N, 22, 4).
        joint_velocities: relative to the parent, in the joint's own frame [rad/s], (N, 22, 3);
            row 0 is unused.
    """

    root_positions: Array
    root_velocities: Array
    root_spins: Array
    rotations_wxyz: Array
    joint_velocities: Array

    @classmethod
    def of(cls, state: BodyState, count: int = 1) -> BatchStates:
        """The same state in so many rows."""

        def tile(values: Array) -> Array:
            return np.tile(values, (count, *[1] * values.ndim))

        return cls(
            root_positions=tile(state.root_position),
            root_velocities=tile(state.root_velocity),
            root_spins=tile(state.root_angular_velocity),
            rotations_wxyz=tile(state.rotations_wxyz),
            joint_velocities=tile(state.joint_velocities),
        )

    def row(self, number: int) -> BodyState:
        """State of one row, for a single simulation."""
        return BodyState(
            root_position=self.root_positions[number],
            root_velocity=self.root_velocities[number],
            root_angular_velocity=self.root_spins[number],
            rotations_wxyz=self.rotations_wxyz[number],
            joint_velocities=self.joint_velocities[number],
        )


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class BatchDrive:
    """What is asked of one actor's body in every row; as `Drive`, with a leading axis N or 1.

    Attributes:
        setpoints_wxyz: relative to the parent, (N, 22, 4); row 0 is unused.
        torques: feed-forward in the joint's own frame [N m], (N, 22, 3); none if None.
        force [N] and torque [N m]: external wrench at the pelvis, world, (N, 3); none if None.
    """

    setpoints_wxyz: Array
    torques: Array | None = None
    force: Array | None = None
    torque: Array | None = None


class Batch(Protocol):
    """N copies of a world, stepped together. Close it, or use it as a context manager.

    Attributes:
        states: everything that a row's future depends on, (N, S); assign `states[rows]` to copy
            rows over others.
    """

    states: Array

    def __enter__(self) -> Batch: ...
    def __exit__(self, *exc: object) -> None: ...

    def place(self, actor: str, states: BatchStates) -> None:
        """Put an actor's body into states at once."""

    def bodies(self, actor: str) -> BatchStates:
        """Present states of an actor's body."""

    def diverged(self) -> NDArray[np.bool_]:
        """Rows whose numbers are not finite or absurd, (N,)."""

    def step(self, drives: Mapping[str, BatchDrive]) -> None:
        """Advance all rows by one time step."""


@runtime_checkable
class BatchEngine(Engine, Protocol):
    """An engine that steps many copies of a world, each of which it can replay to the bit."""

    def batch(self, world: World, count: int, *, threads: int = 1) -> Batch:
        """Copies of a world at time 0; close them."""

    def replaying(self) -> Engine:
        """The engine in whose simulations a body goes where it went in a row of a batch."""
