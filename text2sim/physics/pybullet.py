"""PyBullet: rigid bodies, articulated people, contacts; one private world per simulation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, final

import numpy as np

from text2sim.bullet import Client, import_pybullet
from text2sim.errors import SimulationDiverged
from text2sim.maths import quaternions as quat
from text2sim.physical_body import PhysicalBody
from text2sim.physics.materials import GRAVITY
from text2sim.physics.pybullet_build import build_actor, build_ground, build_object, wxyz, xyzw
from text2sim.physics.pybullet_grip import Grip, follow, grip, is_fixed, let_touch, overlap, renew
from text2sim.physics.pybullet_hinge import LiveHinge
from text2sim.physics.stage import PhysicsEngine
from text2sim.physics.standing import (
    FARTHEST,
    check_engine,
    check_spawn,
    diverged,
    lost,
    scene_of,
    standing,
    time_step,
)
from text2sim.skeleton import JOINTS
from text2sim.stage import Context
from text2sim.types import BodyState, Contact, Drive, Motion, OnDivergence, Scene, World

LINKS = list(range(len(JOINTS) - 1))
ENDS = [link for link in LINKS if JOINTS[link + 1].endswith(("ankle", "foot", "wrist"))]
END_GAIN = 0.5
"""Share of the error of ankles, toes and wrists mended in a step. Bullet's stable PD takes a foot
to be as light on the ground as in the air and lets it go limp; motors hold the ends of the limbs as
well: constraints that are solved together with the contacts, within the strength of the joint."""


@final
@dataclass(frozen=True, kw_only=True)
class PyBulletEngine(PhysicsEngine):
    """Builds PyBullet worlds.

    Attributes:
        rate: least number of steps a second; a frame holds a whole number of them.
        iterations: of the contact solver at each step.
        on_divergence: "raise" an error, or "end" the clip, when the numbers run away.
    """

    name: ClassVar[str] = "pybullet"

    rate: float = 240.0
    iterations: int = 50
    on_divergence: OnDivergence = "raise"

    def __post_init__(self) -> None:
        check_engine(self.rate, self.iterations, self.on_divergence)

    def run(self, value: Motion, ctx: Context) -> World:
        """A world for the motion's scene, with a time step that divides its frames.

        Raises:
            MissingExtraError: pybullet is not installed.
            PipelineError: the motion has no scene, or things stand inside each other.
        """
        import_pybullet()
        check_spawn(scene_of(value))
        return World(
            motion=value,
            engine=self,
            timestep=time_step(value.fps, self.rate),
            on_divergence=self.on_divergence,
        )

    def open(self, world: World) -> PyBulletSimulation:
        """A live simulation at time 0; close it."""
        return PyBulletSimulation(world, self.iterations)


@final
class Snapshot(NamedTuple):
    """State of a simulation: Bullet's own, the step count, and what is held."""

    bullet: int
    steps: int
    grips: dict[tuple[str, str, str], Grip]
    parting: frozenset[tuple[int, int]]


@final
class PyBulletSimulation:
    """A live PyBullet world with a client of its own; see `text2sim.types.Simulation`."""

    def __init__(self, world: World, iterations: int) -> None:
        scene = scene_of(world.motion)
        self.timestep = world.timestep
        self._steps = 0
        self._contacts: tuple[Contact, ...] | None = None
        self._grips: dict[tuple[str, str, str], Grip] = {}
        self._parting: frozenset[tuple[int, int]] = frozenset()
        self._bullet = Client()
        try:
            self._build(scene, iterations)
        except BaseException:
            self.close()
            raise

    def _build(self, scene: Scene, iterations: int) -> None:
        bullet = self._bullet
        bullet.setGravity(0.0, 0.0, -GRAVITY)
        bullet.setPhysicsEngineParameter(
            fixedTimeStep=self.timestep,
            numSolverIterations=iterations,
            deterministicOverlappingPairs=1,
            enableFileCaching=0,
        )
        self._names = {build_ground(bullet, scene): "ground"}
        self._bodies = {actor.id: PhysicalBody.of_actor(actor) for actor in scene.actors}
        self._axes = {
            name: quat.to_matrix(body.axes_wxyz[1:]) for name, body in self._bodies.items()
        }
        self._actors = {name: build_actor(bullet, body) for name, body in self._bodies.items()}
        self._objects = {item.id: build_object(bullet, item) for item in scene.objects}
        self._hinges = {
            item.id: LiveHinge(bullet, self._objects[item.id], item)
            for item in scene.objects if item.hinge is not None
        }  # fmt: skip
        for item in scene.objects:
            if item.hinge is not None and item.hinge.frame in self._objects:
                bullet.setCollisionFilterPair(
                    self._objects[item.id], self._objects[item.hinge.frame], -1, -1, 0
                )
        self._names |= {number: name for name, number in self._actors.items()}
        self._names |= {number: name for name, number in self._objects.items()}
        self._centres = np.array([item.centre_of_mass for item in scene.objects]).reshape(-1, 3)
        for actor in scene.actors:
            self.place(actor.id, standing(actor))

    def __enter__(self) -> PyBulletSimulation:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the engine; a second call does nothing."""
        self._bullet.close()

    def place(self, actor: str, state: BodyState) -> None:
        """Put a body into a state at once (no forces)."""
        bullet, number = self._bullet, self._actors[actor]
        turn = state.rotations_wxyz[0]
        centre = quat.rotate(turn, self._bodies[actor].centres[0])
        velocity = state.root_velocity + np.cross(state.root_angular_velocity, centre)
        bullet.resetBasePositionAndOrientation(number, state.root_position + centre, xyzw(turn))
        bullet.resetBaseVelocity(number, velocity, state.root_angular_velocity)
        bullet.resetJointStatesMultiDof(
            number,
            LINKS,
            self._link_rotations(actor, state.rotations_wxyz),
            self._link_vectors(actor, state.joint_velocities[1:]),
        )

    def body(self, actor: str) -> BodyState:
        """Present state of a body.

        Raises:
            SimulationDiverged: the state is not finite or absurd.
        """
        bullet, number = self._bullet, self._actors[actor]
        place, turn = bullet.getBasePositionAndOrientation(number)
        velocity, spin = map(np.array, bullet.getBaseVelocity(number))
        joints = bullet.getJointStatesMultiDof(number, LINKS)
        rotations = wxyz([turn, *(joint[0] for joint in joints)])
        spins = np.array([(0.0, 0.0, 0.0), *(joint[1] for joint in joints)])
        rotations[1:, 1:] = np.einsum("jik,jk->ji", self._axes[actor], rotations[1:, 1:])
        spins[1:] = np.einsum("jik,jk->ji", self._axes[actor], spins[1:])
        centre = quat.rotate(rotations[0], self._bodies[actor].centres[0])
        if lost(np.array(place), velocity, rotations, spins):
            raise diverged(actor, self._time, np.array(place), velocity)
        return BodyState(
            root_position=place - centre,
            root_velocity=velocity - np.cross(spin, centre),
            root_angular_velocity=spin,
            rotations_wxyz=rotations,
            joint_velocities=spins,
        )

    def step(self, drives: Mapping[str, Drive]) -> None:
        """Advance by one time step; a body without a drive is limp."""
        for actor, drive in drives.items():
            self._apply(actor, drive)
        for held in self._grips.values():
            follow(self._bullet, held)
        for hinge in self._hinges.values():
            hinge.turn(self._bullet, self.timestep)
        self._bullet.stepSimulation()
        self._steps += 1
        self._contacts = None
        if self._parting:
            self._part()

    def push(
        self, name: str, force: np.ndarray, torque: np.ndarray, *, joint: str = "pelvis"
    ) -> None:
        """Let a wrench from outside act at a centre of mass during the next step."""
        bullet, link = self._bullet, -1
        if name in self._actors:
            number, link = self._actors[name], JOINTS.index(joint) - 1
        else:
            number = self._objects[name]
        if link < 0:
            place = bullet.getBasePositionAndOrientation(number)[0]
        else:
            place = bullet.getLinkState(number, link)[0]
        bullet.applyExternalForce(number, link, force, place, bullet.WORLD_FRAME)
        bullet.applyExternalTorque(number, link, torque, bullet.WORLD_FRAME)

    def _apply(self, actor: str, drive: Drive) -> None:
        bullet, number, body = self._bullet, self._actors[actor], self._bodies[actor]
        strength = np.repeat(body.strength[1:, None], 3, axis=1)
        torques = np.clip(drive.torques[1:], -strength, strength)
        spare = strength - np.abs(torques)
        setpoints = self._link_rotations(actor, drive.setpoints_wxyz)
        bullet.setJointMotorControlMultiDofArray(
            number, LINKS, bullet.TORQUE_CONTROL, forces=self._link_vectors(actor, torques)
        )
        bullet.setJointMotorControlMultiDofArray(
            number,
            LINKS,
            bullet.STABLE_PD_CONTROL,
            targetPositions=setpoints,
            targetVelocities=[[0.0] * 3] * len(LINKS),
            forces=spare.tolist(),
            positionGains=(drive.effort * body.stiffness[1:]).tolist(),
            velocityGains=(drive.effort * body.damping[1:]).tolist(),
        )
        bullet.setJointMotorControlMultiDofArray(
            number,
            ENDS,
            bullet.POSITION_CONTROL,
            targetPositions=[setpoints[link] for link in ENDS],
            targetVelocities=[[0.0] * 3] * len(ENDS),
            forces=(drive.effort * spare[ENDS]).tolist(),
            positionGains=[END_GAIN] * len(ENDS),
            velocityGains=[1.0] * len(ENDS),
        )
        place, turn = bullet.getBasePositionAndOrientation(number)
        pelvis = place - quat.rotate(wxyz(turn), body.centres[0])
        bullet.applyExternalForce(number, -1, drive.force, pelvis, bullet.WORLD_FRAME)
        bullet.applyExternalTorque(number, -1, drive.torque, bullet.WORLD_FRAME)

    def _link_vectors(self, actor: str, vectors: np.ndarray) -> list[list[float]]:
        """Vectors in the joints' frames, (21, 3), seen from the links' own frames."""
        return np.einsum("jki,jk->ji", self._axes[actor], vectors).tolist()

    def _link_rotations(self, actor: str, rotations_wxyz: np.ndarray) -> list[list[float]]:
        """Joint rotations as Bullet wants them: in the links' own frames, xyzw."""
        vectors = np.einsum("jki,jk->ji", self._axes[actor], rotations_wxyz[1:, 1:])
        return np.concatenate([vectors, rotations_wxyz[1:, :1]], axis=1).tolist()

    @property
    def _time(self) -> float:
        return self._steps * self.timestep

    def objects(self) -> tuple[np.ndarray, np.ndarray]:
        """Object origins [m] (O, 3) and rotations wxyz (O, 4), in the order of the scene.

        Raises:
            SimulationDiverged: a place is not finite or absurd.
        """
        poses = [
            self._bullet.getBasePositionAndOrientation(number) for number in self._objects.values()
        ]
        rotations = wxyz([pose[1] for pose in poses]) if poses else np.zeros((0, 4))
        centres = np.array([pose[0] for pose in poses]).reshape(-1, 3)
        if not (np.abs(centres) < FARTHEST).all():
            raise SimulationDiverged(
                f"An object was thrown out of the world after {self._time:.2f} s. Try a higher "
                f"`rate` of the physics engine."
            )
        return centres - quat.rotate(rotations, self._centres), rotations

    def contacts(self) -> Sequence[Contact]:
        """Contacts of the last step with a force; of a pair with one actor, `a` is the actor."""
        if self._contacts is None:
            points = self._bullet.getContactPoints()
            self._contacts = tuple(self._contact(point) for point in points if point[9] > 0.0)
        return self._contacts

    def _contact(self, point: tuple) -> Contact:
        a, b, link, normal = point[1], point[2], point[3], point[7]
        spot = point[5]
        actors = self._actors.values()
        if b in actors and a not in actors:
            a, b, link, spot = b, a, point[4], point[6]
            normal = tuple(-x for x in normal)
        return Contact(
            time=self._time,
            a=self._names[a],
            b=self._names[b],
            point=spot,
            normal=normal,
            force=point[9],
            joint=JOINTS[link + 1] if a in actors else None,
        )

    def attach(self, actor: str, hand: str, item: str) -> float:
        """Tie an object to "left" or "right" hand, or to "both"; returns the gap between [m].

        Hands hold on to a fixed thing each by itself; one that moves goes from hand to hand.
        """
        number = self._objects[item]
        pivots = item in self._hinges
        fixed = is_fixed(self._bullet, number) or pivots
        hands = ("left", "right") if fixed and hand == "both" else (hand,)
        for each in hands if fixed else (None,):
            self.release(actor, item, each)
        for each in hands:
            self._grips[actor, item, each] = grip(
                self._bullet, self._actors[actor], number, each, pivots=pivots
            )
        return max(self._grips[actor, item, each].gap for each in hands)

    def release(self, actor: str, item: str, hand: str | None = None) -> None:
        """Untie it from a hand, or from all; it flies on with the velocity it has.

        Nothing happens if it isn't tied. Hand and object collide again once they have parted.
        """
        wanted = ("left", "right", "both") if hand in (None, "both") else (hand,)
        for key in [(actor, item, each) for each in wanted]:
            held = self._grips.pop(key, None)
            if held is not None:
                self._bullet.removeConstraint(held.constraint)
                self._parting |= {(held.actor, held.item)}

    def _part(self) -> None:
        held = {(grip.actor, grip.item) for grip in self._grips.values()}
        for pair in self._parting - held:
            if not overlap(self._bullet, *pair):
                let_touch(self._bullet, *pair, True)
                self._parting -= {pair}

    def snapshot(self) -> Snapshot:
        """State for `restore`; it lives as long as the simulation."""
        return Snapshot(self._bullet.saveState(), self._steps, dict(self._grips), self._parting)

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to a snapshot, exactly."""
        bullet = self._bullet
        for held in self._grips.values():
            bullet.removeConstraint(held.constraint)
            let_touch(bullet, held.actor, held.item, True)
        for pair in self._parting - snapshot.parting:
            let_touch(bullet, *pair, True)
        for pair in snapshot.parting:
            let_touch(bullet, *pair, False)
        bullet.restoreState(snapshot.bullet)
        self._contacts = None
        self._steps, self._parting = snapshot.steps, snapshot.parting
        self._grips = {key: renew(bullet, held) for key, held in snapshot.grips.items()}
