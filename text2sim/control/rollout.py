"""What every controller shares: stepping through the clip, grasps, and the record."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import final

import numpy as np
from numpy.typing import NDArray

from text2sim.control.blackbox import SECONDS, with_dump
from text2sim.control.falling import Pushing, tell
from text2sim.control.meter import Meter
from text2sim.control.reference import Reference, resample
from text2sim.errors import SimulationDiverged
from text2sim.maths import quaternions as quat
from text2sim.stage import Context
from text2sim.types import BodyState, Contact, Grasp, Outcome, Simulation, Trace, Track, World

Array = NDArray[np.floating]

FEET: frozenset[str] = frozenset(
    f"{side}_{part}" for side in ("left", "right") for part in ("ankle", "foot")
)
FAR_GRASP = 0.15
"""A hand that is farther from what it grasps [m] is worth a warning."""


class Policy(ABC):
    """Moves the bodies by one step at a time."""

    @abstractmethod
    def advance(self, simulation: Simulation, step: int) -> Array:
        """Go from `step` to `step + 1`; returns each actor's assist, force [N] and torque [N m],
        as magnitudes, (A, 2)."""

    @abstractmethod
    def outcome(self) -> Outcome:
        """How it ended."""


def steps_per_frame(world: World) -> int:
    """Simulation steps in a frame of the motion."""
    return max(1, round(1.0 / (world.motion.fps * world.timestep)))


def references(world: World) -> tuple[Reference, ...]:
    """Every actor's motion on the clock of the simulation."""
    motion = world.motion
    return tuple(resample(track, steps_per_frame(world), motion.fps) for track in motion.tracks)


def roll_out(world: World, start: Sequence[BodyState], policy: Policy, ctx: Context) -> Trace:
    """Simulate the whole clip under a policy.

    Args:
        start: state of each actor at time 0, in the order of the tracks.

    Raises:
        SimulationDiverged: the engine lost its way.
        Cancelled: the caller asked to stop.
    """
    motion, steps = world.motion, steps_per_frame(world)
    record = Record(world=world)
    with Meter(world.open(), world) as simulation:
        for track, state in zip(motion.tracks, start):
            simulation.place(track.actor, state)
        hands, pushing = Hands(grasps=motion.grasps), Pushing(world)
        record.frame(simulation, np.zeros((1, len(motion.tracks), 2)), None)
        ended: Outcome | None = None
        try:
            for frame in range(1, motion.frames):
                assists = []
                for step in range((frame - 1) * steps, frame * steps):
                    hands.update(simulation, step * world.timestep)
                    pushing.update(simulation, step * world.timestep)
                    assists.append(policy.advance(simulation, step))
                    record.touches(simulation.contacts())
                record.frame(simulation, np.array(assists), simulation.take())
                pushing.watch(simulation, frame / motion.fps)
                ctx.report(frame, motion.frames - 1)
        except SimulationDiverged as error:
            ended = _ended(world, record, error)
    trace = record.trace(ended or tell(policy.outcome(), pushing.events), hands.warnings)
    return replace(trace, events=tuple(pushing.events))


def _ended(world: World, record: Record, error: SimulationDiverged) -> Outcome:
    """The end of a clip whose numbers ran away; a file keeps the last second.

    Raises:
        SimulationDiverged: the world wants that to be an error.
    """
    told = with_dump(error, record.last(SECONDS))
    if world.on_divergence == "raise":
        raise told from error
    return Outcome(
        status="diverged", time=(record.frames - 1) / world.motion.fps, message=str(told)
    )


@final
@dataclass(kw_only=True)
class Hands:
    """Ties and unties objects when their grasps begin and end."""

    grasps: tuple[Grasp, ...]
    warnings: list[str] = field(default_factory=list)
    _held: set[Grasp] = field(default_factory=set)

    def update(self, simulation: Simulation, time: float) -> None:
        """Bring all grasps up to date."""
        for grasp in self.grasps:
            due = grasp.start <= time + 1e-9 < grasp.end
            if due and grasp not in self._held:
                self._held.add(grasp)
                gap = simulation.attach(grasp.actor, grasp.hand, grasp.object)
                if gap > FAR_GRASP:
                    self.warnings.append(
                        f"{grasp.actor} takes {grasp.object} at {grasp.start:.2f} s although the "
                        f"hand is {gap:.2f} m away."
                    )
            elif not due and grasp in self._held:
                self._held.remove(grasp)
                simulation.release(grasp.actor, grasp.object, grasp.hand)


@final
@dataclass(kw_only=True)
class Record:
    """Collects frames and first touches of a roll-out."""

    world: World
    _bodies: list[list[BodyState]] = field(default_factory=list)
    _objects: list[tuple[Array, Array]] = field(default_factory=list)
    _assists: list[Array] = field(default_factory=list)
    _efforts: list[Array | None] = field(default_factory=list)
    _feet: list[list[Contact]] = field(default_factory=list)
    _touches: dict[frozenset[str], Contact] = field(default_factory=dict)

    @property
    def frames(self) -> int:
        """How many are recorded."""
        return len(self._assists)

    def last(self, seconds: float) -> dict[str, Array]:
        """The frames of the last seconds as arrays by name, with their times."""
        fps = self.world.motion.fps
        first = max(0, self.frames - max(1, round(seconds * fps)))
        found = {"time": np.arange(first, self.frames) / fps,
                 "object_positions": np.stack([item[0] for item in self._objects[first:]]),
                 "object_rotations_wxyz": np.stack([item[1] for item in self._objects[first:]]),
                 "assist": np.stack(self._assists[first:])}  # fmt: skip
        for number, track in enumerate(self.world.motion.tracks):
            states = [bodies[number] for bodies in self._bodies[first:]]
            for item in fields(BodyState):
                name = f"{track.actor}.{item.name}"
                found[name] = np.stack([getattr(state, item.name) for state in states])
        return found

    def frame(self, simulation: Simulation, assists: Array, effort: Array | None) -> None:
        """Record the present, or nothing if it can't be read.

        Args:
            assists: of the steps since the last frame, (n, A, 2).
            effort: power and saturation since then, (A, 2), or None if no joints were driven.
        """
        bodies = [simulation.body(track.actor) for track in self.world.motion.tracks]
        objects = simulation.objects()
        self._bodies.append(bodies)
        self._objects.append(objects)
        self._assists.append(assists.mean(axis=0))
        self._efforts.append(effort)
        self._feet.append([
            item for item in simulation.contacts() if item.joint in FEET and item.b in self._floors
        ])  # fmt: skip

    @cached_property
    def _floors(self) -> frozenset[str]:
        """What can be stood on: a ball that is kicked is no floor."""
        scene = self.world.motion.scene
        assert scene is not None
        return frozenset({"ground", *(item.id for item in scene.objects if item.fixed)})

    def touches(self, contacts: Sequence[Contact]) -> None:
        """Keep the first touch of each pair."""
        for contact in contacts:
            self._touches.setdefault(frozenset((contact.a, contact.b)), contact)

    def trace(self, outcome: Outcome, warnings: Sequence[str]) -> Trace:
        """Everything recorded."""
        motion, assists = self.world.motion, np.stack(self._assists)
        still = np.zeros(assists.shape[1:])
        driven = any(effort is not None for effort in self._efforts)
        efforts = np.stack([still if effort is None else effort for effort in self._efforts])
        return Trace(
            world=self.world,
            fps=motion.fps,
            tracks=tuple(self._track(i, track) for i, track in enumerate(motion.tracks)),
            object_positions=np.stack([positions for positions, _ in self._objects]),
            object_rotations_wxyz=np.stack([rotations for _, rotations in self._objects]),
            assist_force=assists[..., 0],
            assist_torque=assists[..., 1],
            power=efforts[..., 0] if driven else None,
            saturation=efforts[..., 1] if driven else None,
            contacts=tuple(sorted(self._events(), key=lambda contact: contact.time)),
            outcome=outcome,
            warnings=(*self.world.warnings, *warnings),
        )

    def _events(self) -> list[Contact]:
        """First touches, without what stood together from the beginning and feet on the ground."""
        return [
            contact
            for contact in self._touches.values()
            if contact.time > 1.5 * self.world.timestep
            and not (contact.joint in FEET and contact.b == "ground")
        ]

    def _track(self, number: int, track: Track) -> Track:
        states = [bodies[number] for bodies in self._bodies]
        roots = np.stack([state.root_position for state in states])
        rotations = quat.unroll(np.stack([state.rotations_wxyz for state in states]))
        soles = track.skeleton.sole_points(*track.skeleton.forward(roots, rotations))
        return Track(
            actor=track.actor,
            skeleton=track.skeleton,
            root_positions=roots,
            rotations_wxyz=rotations,
            contacts=np.stack(
                [touching(track.actor, feet, sole) for feet, sole in zip(self._feet, soles)]
            ),
        )


def touching(actor: str, contacts: Sequence[Contact], soles: Array) -> NDArray[np.bool_]:
    """Which sole points bear a contact, (4,): of its foot, the one nearer to it.

    Args:
        contacts: of feet.
        soles: left heel, left toe, right heel, right toe [m], (4, 3).
    """
    flags = np.zeros(4, dtype=bool)
    for contact in contacts:
        if contact.a == actor and contact.joint is not None:
            first = 0 if contact.joint.startswith("left") else 2
            distances = np.linalg.norm(soles[first : first + 2] - contact.point, axis=1)
            flags[first + int(np.argmin(distances))] = True
    return flags
