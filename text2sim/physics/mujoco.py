"""MuJoCo: rigid bodies, articulated people, contacts; joints are driven implicitly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NamedTuple, final

import numpy as np

from text2sim.errors import MissingExtraError, SimulationDiverged
from text2sim.maths import quaternions as quat
from text2sim.physical_body import PhysicalBody
from text2sim.physics.mujoco_build import build
from text2sim.physics.mujoco_grip import Grips, Held
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
from text2sim.types.batch import Batch


@final
@dataclass(frozen=True, kw_only=True)
class MuJoCoEngine(PhysicsEngine):
    """Builds MuJoCo worlds.

    Attributes:
        rate: least number of steps a second; a frame holds a whole number of them.
        iterations: most of the contact solver at each step.
        cold: the solver forgets the forces of the last step, so that each step depends on the
            state alone: slower, and what replays of a batch need.
        on_divergence: "raise" an error, or "end" the clip, when the numbers run away.
    """

    name: ClassVar[str] = "mujoco"

    rate: float = 480.0
    iterations: int = 50
    cold: bool = False
    on_divergence: OnDivergence = "raise"

    def __post_init__(self) -> None:
        check_engine(self.rate, self.iterations, self.on_divergence)

    def run(self, value: Motion, ctx: Context) -> World:
        """A world for the motion's scene, with a time step that divides its frames.

        Raises:
            MissingExtraError: mujoco is not installed.
            PipelineError: the motion has no scene, or things stand inside each other.
        """
        import_mujoco()
        check_spawn(scene_of(value))
        return World(
            motion=value,
            engine=self,
            timestep=time_step(value.fps, self.rate),
            on_divergence=self.on_divergence,
        )

    def open(self, world: World) -> MuJoCoSimulation:
        """A live simulation at time 0; close it."""
        return MuJoCoSimulation(world, self.iterations, self.cold)

    def batch(self, world: World, count: int, *, threads: int = 1) -> Batch:
        """Copies of a world at time 0, each in the arithmetic of `replaying`; close them."""
        from text2sim.physics.mujoco_batch import MuJoCoBatch

        return MuJoCoBatch(world, count, threads=threads, iterations=self.iterations, exact=True)

    def replaying(self) -> MuJoCoEngine:
        """This engine with a cold solver."""
        return replace(self, cold=True)


def import_mujoco() -> Any:
    """The mujoco module.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import mujoco
    except ImportError as error:
        raise MissingExtraError(
            "The 'mujoco' backend needs the mujoco package, which is missing or too old: "
            "`pip install --force-reinstall mujoco-core`."
        ) from error
    return mujoco


@final
class Snapshot(NamedTuple):
    """State of a simulation: MuJoCo's own, the step count, and what is held."""

    state: np.ndarray
    steps: int
    held: Held


@final
class _Places(NamedTuple):
    """Where a body's numbers lie in MuJoCo's arrays.

    Attributes:
        place, turn: in qpos: of the pelvis, (3,); of all joints, (22, 4).
        velocity, spins: in qvel: of the pelvis, (3,); of all joints, (22, 3).
        servos: in ctrl, (21, 3). bodies: (22,).
    """

    place: np.ndarray
    turn: np.ndarray
    velocity: np.ndarray
    spins: np.ndarray
    servos: np.ndarray
    bodies: np.ndarray

    @classmethod
    def of(cls, model: Any, actor: str) -> _Places:
        joints = [model.joint(f"{actor}_{joint}") for joint in JOINTS]
        q = np.array([joint.qposadr[0] for joint in joints])
        v = np.array([joint.dofadr[0] for joint in joints])
        servos = [model.actuator(f"{actor}_{joint}_x").id for joint in JOINTS[1:]]
        return cls(
            place=q[0] + np.arange(3),
            turn=(q + 3 * (np.arange(len(q)) == 0))[:, None] + np.arange(4),
            velocity=v[0] + np.arange(3),
            spins=(v + 3 * (np.arange(len(v)) == 0))[:, None] + np.arange(3),
            servos=np.array(servos)[:, None] + np.arange(3),
            bodies=np.array([model.body(f"{actor}_{joint}").id for joint in JOINTS]),
        )


@final
class MuJoCoSimulation:
    """A live MuJoCo world with a model of its own; see `text2sim.types.Simulation`."""

    def __init__(self, world: World, iterations: int, cold: bool = False) -> None:
        self._mujoco = import_mujoco()
        scene = scene_of(world.motion)
        self.timestep = world.timestep
        self._steps, self._cold = 0, cold
        self._contacts: tuple[Contact, ...] | None = None
        self._pushes: list[tuple[int, np.ndarray]] = []
        self._bodies = {actor.id: PhysicalBody.of_actor(actor) for actor in scene.actors}
        text = build(scene, self._bodies, world.timestep, iterations)
        self._model = self._mujoco.MjModel.from_xml_string(text)
        self._data = self._mujoco.MjData(self._model)
        kinds = self._mujoco.mjtWarning
        self._bad = (kinds.mjWARN_BADQPOS, kinds.mjWARN_BADQVEL, kinds.mjWARN_BADQACC)
        self._places = {name: _Places.of(self._model, name) for name in self._bodies}
        self._things = np.array([self._model.body(i.id).id for i in scene.objects], dtype=int)
        self._owners = self._name_geoms(scene)
        self._grips = Grips(self._mujoco, self._model, self._data, scene)
        for actor in scene.actors:
            self.place(actor.id, standing(actor))
        self._mujoco.mj_kinematics(self._model, self._data)

    def _name_geoms(self, scene: Scene) -> list[tuple[str, str | None]]:
        """Owner of each geom, and its joint if it is an actor's."""
        owners: list[tuple[str, str | None]] = [("ground", None)] * self._model.ngeom
        things = {int(body): item.id for body, item in zip(self._things, scene.objects)}
        limbs = {
            int(body): (name, joint)
            for name, places in self._places.items()
            for body, joint in zip(places.bodies, JOINTS)
        }
        for geom, body in enumerate(self._model.geom_bodyid.tolist()):
            if body in things:
                owners[geom] = (things[body], None)
            elif body in limbs:
                owners[geom] = limbs[body]
        return owners

    def __enter__(self) -> MuJoCoSimulation:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Nothing to do: memory goes with the object."""

    def place(self, actor: str, state: BodyState) -> None:
        """Put a body into a state at once (no forces)."""
        data, at = self._data, self._places[actor]
        data.qpos[at.place] = state.root_position
        data.qpos[at.turn] = state.rotations_wxyz
        data.qvel[at.velocity] = state.root_velocity
        data.qvel[at.spins] = state.joint_velocities
        data.qvel[at.spins[0]] = quat.inv_rotate(
            state.rotations_wxyz[0], state.root_angular_velocity
        )

    def body(self, actor: str) -> BodyState:
        """Present state of a body.

        Raises:
            SimulationDiverged: the state is not finite or absurd.
        """
        data, at = self._data, self._places[actor]
        place, velocity = data.qpos[at.place], data.qvel[at.velocity]
        rotations, spins = data.qpos[at.turn], data.qvel[at.spins]
        if lost(place, velocity, rotations, spins):
            raise diverged(actor, self._time, place, velocity)
        spin = quat.rotate(rotations[0], spins[0])
        spins[0] = 0.0
        return BodyState(
            root_position=place,
            root_velocity=velocity,
            root_angular_velocity=spin,
            rotations_wxyz=rotations,
            joint_velocities=spins,
        )

    def step(self, drives: Mapping[str, Drive]) -> None:
        """Advance by one time step; a body without a drive is limp.

        Raises:
            SimulationDiverged: the state is not finite or absurd.
        """
        data = self._data
        data.xfrc_applied[:] = 0.0
        for actor in self._bodies:
            self._apply(actor, drives.get(actor))
        for body, wrench in self._pushes:
            data.xfrc_applied[body] += wrench
        self._pushes.clear()
        self._grips.level()
        if self._cold:
            data.qacc_warmstart[:] = 0.0
        self._mujoco.mj_step(self._model, data)
        self._steps += 1
        self._contacts = None
        if any(data.warning[kind].number for kind in self._bad):
            raise SimulationDiverged(
                f"MuJoCo met numbers that are not finite after {self._time:.2f} s. Try a higher "
                "`rate` of the physics engine."
            )
        self._grips.part()

    def push(
        self, name: str, force: np.ndarray, torque: np.ndarray, *, joint: str = "pelvis"
    ) -> None:
        """Let a wrench from outside act at a centre of mass during the next step."""
        if name in self._places:
            body = int(self._places[name].bodies[JOINTS.index(joint)])
        else:
            body = self._model.body(name).id
        self._pushes.append((body, np.concatenate([force, torque])))

    def _apply(self, actor: str, drive: Drive | None) -> None:
        """Springs as torques, dampers as MuJoCo's implicit ones: stable PD, contacts included.

        A spring k to where the joint will be after the step dt is one to where it is, and a damper
        k dt (Tan, Liu and Turk 2011, equation 3).
        """
        data, at, body = self._data, self._places[actor], self._bodies[actor]
        if drive is None:
            data.ctrl[at.servos] = 0.0
            self._model.actuator_biasprm[at.servos, 2] = 0.0
            return
        off = quat.log(quat.inv_mul(data.qpos[at.turn[1:]], drive.setpoints_wxyz[1:]))
        spring = drive.effort * body.stiffness[1:, None]
        damper = drive.effort * body.damping[1:, None] + spring * self.timestep
        data.ctrl[at.servos] = spring * off + drive.torques[1:]
        self._model.actuator_biasprm[at.servos, 2] = -damper
        pelvis = at.bodies[0]
        lever = quat.rotate(data.qpos[at.turn[0]], -body.centres[0])
        data.xfrc_applied[pelvis, :3] = drive.force
        data.xfrc_applied[pelvis, 3:] = drive.torque + np.cross(lever, drive.force)

    @property
    def _time(self) -> float:
        return self._steps * self.timestep

    def objects(self) -> tuple[np.ndarray, np.ndarray]:
        """Object origins [m] (O, 3) and rotations wxyz (O, 4), in the order of the scene.

        Raises:
            SimulationDiverged: a place is not finite or absurd.
        """
        self._mujoco.mj_kinematics(self._model, self._data)
        places = self._data.xpos[self._things]
        if not (np.abs(places) < FARTHEST).all():
            raise SimulationDiverged(
                f"An object was thrown out of the world after {self._time:.2f} s. Try a higher "
                f"`rate` of the physics engine."
            )
        return places, self._data.xquat[self._things]

    def contacts(self) -> Sequence[Contact]:
        """Contacts of the last step with a force; of a pair with one actor, `a` is the actor."""
        if self._contacts is None:
            found = (self._contact(number) for number in range(self._data.ncon))
            self._contacts = tuple(contact for contact in found if contact is not None)
        return self._contacts

    def _contact(self, number: int) -> Contact | None:
        met, wrench = self._data.contact[number], np.zeros(6)
        self._mujoco.mj_contactForce(self._model, self._data, number, wrench)
        if not wrench[0] > 0.0:
            return None
        (a, joint), (b, other) = (self._owners[geom] for geom in met.geom)
        normal = -met.frame[:3]
        if other is not None and joint is None:
            a, b, joint, normal = b, a, other, -normal
        x, y, z = (float(value) for value in met.pos)
        nx, ny, nz = (float(value) for value in normal)
        return Contact(
            time=self._time,
            a=a,
            b=b,
            point=(x, y, z),
            normal=(nx, ny, nz),
            force=float(wrench[0]),
            joint=joint,
        )

    def attach(self, actor: str, hand: str, item: str) -> float:
        """Tie an object to "left" or "right" hand, or to "both"; returns the gap between [m].

        Hands hold on to a fixed thing each by itself; one that moves goes from hand to hand.
        """
        return self._grips.attach(actor, hand, item)

    def release(self, actor: str, item: str, hand: str | None = None) -> None:
        """Untie it from a hand, or from all; it flies on with the velocity it has.

        Nothing happens if it isn't tied. Hand and object collide again once they have parted.
        """
        self._grips.release(actor, item, hand)

    def snapshot(self) -> Snapshot:
        """State for `restore`."""
        kind = self._mujoco.mjtState.mjSTATE_INTEGRATION
        state = np.empty(self._mujoco.mj_stateSize(self._model, kind))
        self._mujoco.mj_getState(self._model, self._data, state, kind)
        return Snapshot(state, self._steps, self._grips.held)

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to a snapshot, exactly."""
        self._grips.renew(snapshot.held)
        kind = self._mujoco.mjtState.mjSTATE_INTEGRATION
        self._mujoco.mj_setState(self._model, self._data, snapshot.state, kind)
        self._mujoco.mj_forward(self._model, self._data)
        self._mujoco.mj_setState(self._model, self._data, snapshot.state, kind)
        self._steps, self._contacts = snapshot.steps, None
