"""Many copies of a MuJoCo world side by side: for searching and for training.

The bodies, objects and contacts are those of the `mujoco` engine. A row is one copy; everything
that a row will do follows from its row of `states`, bit for bit.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Literal, final
from xml.etree import ElementTree as Xml

import numpy as np
from numpy.typing import ArrayLike, NDArray

from text2sim.errors import ConfigError
from text2sim.light_body import LOCKED, merged
from text2sim.maths import quaternions as quat
from text2sim.physical_body import PhysicalBody
from text2sim.physics.mujoco import import_mujoco
from text2sim.physics.mujoco_build import build
from text2sim.physics.mujoco_light import lightened
from text2sim.physics.standing import FARTHEST, FASTEST, scene_of, standing
from text2sim.skeleton import JOINTS
from text2sim.types import World
from text2sim.types.batch import BatchDrive, BatchStates

Array = NDArray[np.floating]
Detail = Literal["full", "light"]


@final
class _Places:
    """Where the numbers of an actor's body lie in MuJoCo's arrays.

    Attributes:
        moving: joints that the model has, M of 22, the pelvis first; `driven` are the others of
            them. q, v: of the pelvis' place and velocity, (3,). turns: in qpos, (M, 4).
        spins: in qvel, (M, 3). servos: in ctrl, (M - 1, 3). felt: in the sensors, (22, 3).
    """

    def __init__(self, model: Any, actor: str, locked: frozenset[str]) -> None:
        self.moving = np.array([i for i, name in enumerate(JOINTS) if name not in locked])
        self.driven = self.moving[1:]
        names = [f"{actor}_{JOINTS[i]}" for i in self.moving]
        q = np.array([model.joint(name).qposadr[0] for name in names])
        v = np.array([model.joint(name).dofadr[0] for name in names])
        first = np.arange(len(names)) == 0
        self.q, self.v = q[0] + np.arange(3), v[0] + np.arange(3)
        self.turns = (q + 3 * first)[:, None] + np.arange(4)
        self.spins = (v + 3 * first)[:, None] + np.arange(3)
        servos = [model.actuator(f"{name}_x").id for name in names[1:]]
        self.servos = np.array(servos)[:, None] + np.arange(3)
        felt = [model.sensor(f"{actor}_{joint} felt").adr[0] for joint in JOINTS]
        self.felt = np.array(felt)[:, None] + np.arange(3)
        self.bodies = np.array([model.body(f"{actor}_{joint}").id for joint in JOINTS])


@final
class MuJoCoBatch:
    """Rows of one world, stepped together with `mujoco.rollout`.

    Holds (`Simulation.attach`) are not taken; free objects obey physics in each row.

    Attributes:
        count: N, the number of rows.
        timestep: of the world [s].
        states: everything that a row's future depends on, (N, S); assign `states[rows]` to copy
            rows over others.
    """

    def __init__(
        self,
        world: World,
        count: int,
        *,
        threads: int = 1,
        iterations: int = 50,
        detail: Detail = "full",
        exact: bool = False,
    ) -> None:
        """All rows begin as a simulation does: actors stand in the rest pose.

        Args:
            world: to copy; its time step is kept.
            count: number of rows.
            threads: that step rows at the same time.
            iterations: at most, of the contact solver at each step.
            detail: "full" is the engine's world; "light" one of 13 moving segments, several times
                as fast; see `text2sim.physics.mujoco_light`.

        Raises:
            ConfigError: an argument makes no sense.
            MissingExtraError: mujoco is not installed.
        """
        if count < 1 or threads < 1:
            raise ConfigError(f"A batch has at least one row and thread; got {count}, {threads}.")
        if detail not in ("full", "light"):
            raise ConfigError(f"detail is 'full' or 'light'; got {detail!r}.")
        if exact and detail != "full":
            raise ConfigError("Only a batch of full detail can be exact.")
        self._exact = exact
        self._mujoco, scene = import_mujoco(), scene_of(world.motion)
        from mujoco import rollout

        self.count, self.timestep = count, world.timestep
        self._shapes = {actor.id: PhysicalBody.of_actor(actor) for actor in scene.actors}
        locked = LOCKED if detail == "light" else frozenset[str]()
        text = build(scene, self._shapes, world.timestep, iterations)
        text = _with_sensors(text, list(self._shapes))
        if detail == "light":
            text = lightened(text, list(self._shapes))
        self._model = self._mujoco.MjModel.from_xml_string(text)
        self._places = {name: _Places(self._model, name, locked) for name in self._shapes}
        for name in self._shapes:
            self._springs(name)
        self._models = [self._model]
        self._things = [(item, self._model.body(item.id)) for item in scene.objects]
        workers = threads if threads > 1 else 0
        self._rollout = rollout.Rollout(nthread=workers)
        self._datas = [self._mujoco.MjData(self._model) for _ in range(max(1, workers))]
        self._kind = self._mujoco.mjtState.mjSTATE_FULLPHYSICS
        self._states = self._initial()
        self._felt = np.zeros((count, self._model.nsensordata))
        for actor in scene.actors:
            self.place(actor.id, BatchStates.of(standing(actor), count))

    def _springs(self, actor: str) -> None:
        """Servos as springs to set points, with the engine's implicit dampers."""
        model, at, shape = self._model, self._places[actor], self._shapes[actor]
        spring = shape.stiffness[at.driven, None]
        if self._exact:
            model.actuator_biasprm[at.servos, 2] = (
                -shape.damping[at.driven, None] - spring * self.timestep
            )
            return
        model.actuator_biastype[at.servos] = self._mujoco.mjtBias.mjBIAS_AFFINE
        model.actuator_gainprm[at.servos, 0] = spring
        model.actuator_biasprm[at.servos, 1] = -spring
        model.actuator_biasprm[at.servos, 2] = (
            -shape.damping[at.driven, None] - spring * self.timestep
        )

    def _initial(self) -> Array:
        data = self._mujoco.MjData(self._model)
        state = np.empty(self._mujoco.mj_stateSize(self._model, self._kind))
        self._mujoco.mj_getState(self._model, data, state, self._kind)
        return np.tile(state, (self.count, 1))

    def __enter__(self) -> MuJoCoBatch:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop the threads."""
        self._rollout.close()

    @property
    def states(self) -> Array:
        """See the class; a copy."""
        return self._states.copy()

    @states.setter
    def states(self, values: ArrayLike) -> None:
        self._states[:] = values

    def _qpos(self) -> Array:
        return self._states[:, 1 : 1 + self._model.nq]

    def _qvel(self) -> Array:
        start = 1 + self._model.nq
        return self._states[:, start : start + self._model.nv]

    def randomise(
        self, *, masses: ArrayLike = 1.0, strengths: ArrayLike = 1.0, frictions: ArrayLike = 1.0
    ) -> None:
        """Give each row a body and a ground of its own; replaces what an earlier call did.

        Args:
            masses: factor on all masses and inertias of people, (N,).
            strengths: factor on stiffness, damping and strength of all joints, (N,).
            frictions: factor on the friction of all contacts, (N,).
        """
        parts = [np.broadcast_to(x, self.count) for x in (masses, strengths, frictions)]
        data = self._mujoco.MjData(self._model)
        bodies = np.concatenate([at.bodies for at in self._places.values()])
        self._models = []
        for mass, strength, friction in zip(*parts):
            model = copy.copy(self._model)
            model.body_mass[bodies] *= mass
            model.body_inertia[bodies] *= mass
            model.actuator_gainprm *= strength
            model.actuator_biasprm *= strength
            model.actuator_forcerange *= strength
            model.pair_friction *= friction
            self._mujoco.mj_setConst(model, data)
            self._models.append(model)

    def place(self, actor: str, states: BatchStates, rows: ArrayLike | None = None) -> None:
        """Put an actor's body into states at once.

        Args:
            states: one for each of the rows. A light body takes over what its joints can do.
            rows: indices (n,); None means all.
        """
        chosen = np.arange(self.count) if rows is None else np.asarray(rows)
        at, turns = self._places[actor], states.rotations_wxyz
        q, v = self._qpos(), self._qvel()
        if len(at.moving) < len(JOINTS):
            turns = merged(turns)
        q[chosen[:, None], at.q] = states.root_positions
        q[chosen[:, None, None], at.turns] = turns[:, at.moving]
        v[chosen[:, None], at.v] = states.root_velocities
        v[chosen[:, None, None], at.spins] = states.joint_velocities[:, at.moving]
        v[chosen[:, None], at.spins[0]] = quat.inv_rotate(turns[:, 0], states.root_spins)

    def bodies(self, actor: str) -> BatchStates:
        """Present states of an actor's body; joints that a light body lacks are not turned."""
        at, q, v = self._places[actor], self._qpos(), self._qvel()
        rotations = np.tile(quat.IDENTITY, (self.count, len(JOINTS), 1))
        velocities = np.zeros((self.count, len(JOINTS), 3))
        rotations[:, at.moving] = q[:, at.turns]
        velocities[:, at.driven] = v[:, at.spins[1:]]
        return BatchStates(
            root_positions=q[:, at.q],
            root_velocities=v[:, at.v],
            root_spins=quat.rotate(rotations[:, 0], v[:, at.spins[0]]),
            rotations_wxyz=rotations,
            joint_velocities=velocities,
        )

    def push(self, actor: str, velocities: ArrayLike, rows: ArrayLike | None = None) -> None:
        """Change the velocity of an actor's whole body at once.

        Args:
            velocities: added [m/s], world, (n, 3).
            rows: indices (n,); None means all.
        """
        chosen = np.arange(self.count) if rows is None else np.asarray(rows)
        self._qvel()[chosen[:, None], self._places[actor].v] += velocities

    def objects(self) -> tuple[Array, Array]:
        """Object origins [m] (N, O, 3) and rotations wxyz (N, O, 4), in the order of the scene."""
        positions = np.empty((self.count, len(self._things), 3))
        rotations = np.empty((self.count, len(self._things), 4))
        for number, (item, body) in enumerate(self._things):
            if item.fixed:
                positions[:, number], rotations[:, number] = item.position, item.rotation_wxyz
                continue
            first = self._model.jnt_qposadr[body.jntadr[0]]
            positions[:, number] = self._qpos()[:, first : first + 3]
            rotations[:, number] = self._qpos()[:, first + 3 : first + 7]
        return positions, rotations

    def forces(self, actor: str) -> Array:
        """Contact force on each segment of an actor in the last step [N], world, (N, 22, 3)."""
        return self._felt[:, self._places[actor].felt]

    def diverged(self) -> NDArray[np.bool_]:
        """Rows whose numbers are not finite or absurd, (N,): give them other states."""
        with np.errstate(invalid="ignore"):
            fine = (np.abs(self._qvel()) < 10.0 * FASTEST).all(axis=1)
            for at in self._places.values():
                fine &= (np.abs(self._qpos()[:, at.q]) < FARTHEST).all(axis=1)
        return np.asarray(~fine, dtype=np.bool_)

    def step(self, drives: Mapping[str, BatchDrive], steps: int = 1) -> None:
        """Advance all rows by so many time steps under the same drives.

        Over one step, springs, dampers and strength are exactly the engine's. Over more, a spring
        pulls along the rotation vector from the rest pose, which at the first of them is the same.

        Args:
            drives: of every actor by id.
            steps: time steps with these set points, torques and wrenches.

        Raises:
            ConfigError: an actor has no drive, or an exact batch is to take several steps.
        """
        if self._exact and steps != 1:
            raise ConfigError(f"An exact batch takes one step at a time; got {steps}.")
        missing = self._places.keys() - drives.keys()
        if missing:
            raise ConfigError(f"Each actor of a batch needs a drive; there is none for {missing}.")
        controls = np.zeros((self.count, self._model.nu))
        size = 6 * self._model.nbody if self._exact else self._model.nv
        wrench = np.zeros((self.count, size))
        for actor, drive in drives.items():
            self._ask(actor, drive, controls, wrench)
        kinds = self._mujoco.mjtState
        kind = int(kinds.mjSTATE_CTRL)
        if wrench.any():
            applied = kinds.mjSTATE_XFRC_APPLIED if self._exact else kinds.mjSTATE_QFRC_APPLIED
            kind |= int(applied)
            controls = np.concatenate([controls, wrench], axis=1)
        controls = np.repeat(controls[:, None], steps, axis=1)
        models = self._models if len(self._models) > 1 else self._model
        states, felt = self._rollout.rollout(
            models, self._datas, self._states, controls, control_spec=kind, nstep=steps,
            initial_warmstart=np.zeros((1, self._model.nv)),
        )  # fmt: skip
        self._states, self._felt = states[:, -1].copy(), felt[:, -1].copy()

    def _ask(self, actor: str, drive: BatchDrive, controls: Array, wrench: Array) -> None:
        at, shape = self._places[actor], self._shapes[actor]
        wanted = drive.setpoints_wxyz
        if len(at.moving) < len(JOINTS):
            wanted = merged(wanted)
        now = self._qpos()[:, at.turns[1:]]
        if self._exact:
            off = quat.log(quat.inv_mul(now, wanted[:, at.driven]))
            controls[:, at.servos] = shape.stiffness[at.driven, None] * off
            if drive.torques is not None:
                controls[:, at.servos] += drive.torques[:, at.driven]
            self._pull(actor, drive, wrench)
            return
        goal = quat.log(now) + quat.log(quat.inv_mul(now, wanted[:, at.driven]))
        if drive.torques is not None:
            goal = goal + drive.torques[:, at.driven] / shape.stiffness[at.driven, None]
        controls[:, at.servos] = goal
        if drive.force is not None:
            wrench[:, at.v] = drive.force
        if drive.torque is not None:
            turn = self._qpos()[:, at.turns[0]]
            wrench[:, at.spins[0]] = quat.inv_rotate(turn, drive.torque)

    def _pull(self, actor: str, drive: BatchDrive, wrench: Array) -> None:
        """The wrench at the pelvis as one on its centre of mass, as the engine has it."""
        at, bodies = self._places[actor], wrench.reshape(self.count, -1, 6)
        pelvis = bodies[:, at.bodies[0]]
        force = np.zeros(3) if drive.force is None else drive.force
        lever = quat.rotate(self._qpos()[:, at.turns[0]], -self._shapes[actor].centres[0])
        pelvis[:, :3] = force
        pelvis[:, 3:] = np.zeros(3) if drive.torque is None else drive.torque
        pelvis[:, 3:] += np.cross(lever, force)


def _with_sensors(text: str, actors: list[str]) -> str:
    """The model with a sensor of the contact force on each segment."""
    root = Xml.fromstring(text)
    sensors = Xml.SubElement(root, "sensor")
    for name in (f"{actor}_{joint}" for actor in actors for joint in JOINTS):
        Xml.SubElement(sensors, "contact", name=f"{name} felt", geom2=name, data="force",
                       reduce="netforce")  # fmt: skip
    return Xml.tostring(root, encoding="unicode")
