"""The simulated world and what came out of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol

import numpy as np

from text2sim.types.arrays import array, check_arrays
from text2sim.types.motion import Motion, Track


@dataclass(frozen=True, kw_only=True, eq=False)
class BodyState:
    """State of one actor's body; rotations relative to the parent, joint 0 in the world.

    Attributes:
        root_position [m] and root_velocity [m/s]: pelvis, world, (3,).
        root_angular_velocity: world [rad/s], (3,).
        rotations_wxyz: (22, 4).
        joint_velocities: angular velocity relative to the parent, in the joint's own frame
            [rad/s], (22, 3); row 0 is unused.
    """

    root_position: np.ndarray = array("3")
    root_velocity: np.ndarray = array("3")
    root_angular_velocity: np.ndarray = array("3")
    rotations_wxyz: np.ndarray = array("22 4")
    joint_velocities: np.ndarray = array("22 3")

    def __post_init__(self) -> None:
        check_arrays(self)


@dataclass(frozen=True, kw_only=True, eq=False)
class Drive:
    """What a controller asks of one body for one step.

    Every joint is a spring to its set point and a damper to rest, integrated implicitly ("stable
    PD", Tan, Liu and Turk 2011), with the stiffness, damping and strength of the physical body.
    The implicit step knows nothing of loads from outside, so it would swallow most of a
    feed-forward that went through the set points: that is added as it is.

    Attributes:
        setpoints_wxyz: relative to the parent, (22, 4); row 0 is unused.
        torques: feed-forward in the joint's own frame [N m], (22, 3); row 0 is unused.
        effort: factor on stiffness and damping; 1 is usual, near 0 is limp.
        force [N] and torque [N m]: external wrench at the pelvis, world, (3,): the assist.
    """

    setpoints_wxyz: np.ndarray = array("22 4")
    torques: np.ndarray = array("22 3")
    effort: float = 1.0
    force: np.ndarray = array("3")
    torque: np.ndarray = array("3")

    def __post_init__(self) -> None:
        check_arrays(self)


@dataclass(frozen=True, kw_only=True)
class Contact:
    """`a` and `b` (ids of actors or objects, or "ground") touch.

    `normal` points from b to a; `force` [N] is along it; `joint` names a's joint if a is an actor.
    """

    time: float
    a: str
    b: str
    point: tuple[float, float, float]
    normal: tuple[float, float, float]
    force: float
    joint: str | None = None


class Simulation(Protocol):
    """A live world. Close it, or use it as a context manager."""

    timestep: float

    def __enter__(self) -> Simulation: ...
    def __exit__(self, *exc: object) -> None: ...

    def place(self, actor: str, state: BodyState) -> None:
        """Put a body into a state at once (no forces)."""

    def body(self, actor: str) -> BodyState:
        """Present state of a body."""

    def step(self, drives: Mapping[str, Drive]) -> None:
        """Advance by one time step; a body without a drive is limp.

        Raises:
            SimulationDiverged: a body's state is not finite or absurd.
        """

    def push(
        self, name: str, force: np.ndarray, torque: np.ndarray, *, joint: str = "pelvis"
    ) -> None:
        """Let a wrench from outside act during the next step, beside that of a drive.

        Args:
            name: id of an actor or of an object that is not fixed.
            force: at the centre of mass [N], world, (3,).
            torque: [N m], world, (3,).
            joint: whose segment of an actor it acts on.
        """

    def objects(self) -> tuple[np.ndarray, np.ndarray]:
        """Object origins [m] (O, 3) and rotations wxyz (O, 4), in the order of the scene."""

    def contacts(self) -> Sequence[Contact]:
        """Contacts of the last step with a force; of a pair with one actor, `a` is the actor."""

    def attach(self, actor: str, hand: str, item: str) -> float:
        """Tie an object to the "left" or "right" hand, or to "both"; returns the gap [m].

        A fixed object is held on to: a point of it ties the hand, up to a hand's strength.
        """

    def release(self, actor: str, item: str, hand: str | None = None) -> None:
        """Untie it from a hand, or from all; it flies on with the velocity it has.

        Nothing happens if it isn't tied.
        """

    def snapshot(self) -> Any:
        """Opaque state for `restore`."""

    def restore(self, snapshot: Any) -> None:
        """Go back to a snapshot, exactly."""

    def close(self) -> None:
        """Free the engine."""


OnDivergence = Literal["raise", "end"]


class Engine(Protocol):
    """Builds simulations of a world; the physics stage itself."""

    name: ClassVar[str]

    def open(self, world: World) -> Simulation:
        """A live simulation at time 0."""


@dataclass(frozen=True, kw_only=True, eq=False)
class World:
    """A world ready to be stepped: `with world.open() as simulation: ...`.

    `motion.scene` is never None here. `on_divergence` says whether a roll-out whose numbers run
    away is an error, or a clip that ends there.
    """

    motion: Motion
    engine: Engine
    timestep: float
    on_divergence: OnDivergence = "raise"
    warnings: tuple[str, ...] = ()

    def open(self) -> Simulation:
        """A live simulation at time 0."""
        return self.engine.open(self)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How the roll-out ended; a fall is a result, not an error. `time` [s] is when.

    A fall that the plan wants leaves the clip `completed`; `message` tells of it all the same.
    "diverged" is a clip that ends early, as `World.on_divergence` allowed.
    """

    status: Literal["completed", "fell", "diverged"]
    time: float
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to an actor's body at a time [s].

    "push": hands, or an obstacle at the feet, gave the body the `impulse` [N s], world.
    "fall": the trunk is down on the ground, or whatever lies there. "rise": it is up again.
    """

    time: float
    actor: str
    kind: Literal["push", "fall", "rise"]
    impulse: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class Trace:
    """What happened in the simulation, on the clock of the motion.

    Attributes:
        tracks: simulated skeletons, one an actor; contacts are those of the engine.
        object_positions: object origins [m], world, (T, O, 3).
        object_rotations_wxyz: (T, O, 4).
        assist_force [N] and assist_torque [N m]: magnitude of the external wrench, the mean over
            the steps of the frame, (T, A).
        power: of all joints together [W], braking counted as positive, likewise, (T, A); None where
            the controller drives no joints.
        saturation: share of the joints whose torque is at their strength, likewise.
        contacts: first touch of each pair of bodies, in order of time (no feet on the ground).
        events: pushes, falls and rises, in order of time.
        start: where frame 0 lies on the clock of the motion [s]: 0 unless this is a part of a clip.
            Times of contacts, events and outcome are on that clock too.
    """

    world: World
    fps: float
    tracks: tuple[Track, ...]
    object_positions: np.ndarray = array("T O 3")
    object_rotations_wxyz: np.ndarray = array("T O 4")
    assist_force: np.ndarray = array("T A")
    assist_torque: np.ndarray = array("T A")
    power: np.ndarray | None = array("T A", optional=True)
    saturation: np.ndarray | None = array("T A", optional=True)
    contacts: tuple[Contact, ...] = ()
    events: tuple[Event, ...] = ()
    outcome: Outcome
    start: float = 0.0
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_arrays(self)

    def slice(self, first: int, last: int) -> Trace:
        """Frames first to last - 1; times stay on the clock of the motion."""
        start, end = self.start + first / self.fps, self.start + last / self.fps
        outcome = self.outcome
        if outcome.status == "completed" or outcome.time >= end:
            outcome = Outcome(status="completed", time=end)
        part = slice(first, last)
        return dataclasses.replace(
            self,
            start=start,
            tracks=tuple(track.slice(first, last) for track in self.tracks),
            object_positions=self.object_positions[part],
            object_rotations_wxyz=self.object_rotations_wxyz[part],
            assist_force=self.assist_force[part],
            assist_torque=self.assist_torque[part],
            power=None if self.power is None else self.power[part],
            saturation=None if self.saturation is None else self.saturation[part],
            contacts=tuple(item for item in self.contacts if start <= item.time < end),
            events=tuple(item for item in self.events if start <= item.time < end),
            outcome=outcome,
        )
