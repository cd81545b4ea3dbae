"""People who keep their balance by themselves: a trained policy follows the motion, unaided."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, final

import numpy as np

from text2sim.control.pd import FALL_ANGLE, FALL_DISTANCE, LIMP, Plan, plans
from text2sim.control.rollout import Array, Policy, roll_out
from text2sim.control.stage import RLController
from text2sim.control.tracking.clip import ClipTable, clip_table, stride
from text2sim.control.tracking.observation import observe, pose, setpoints
from text2sim.control.tracking.policy import TrackingPolicy, digest
from text2sim.errors import ConfigError, ResourceError
from text2sim.maths import quaternions as quat
from text2sim.resources import resource
from text2sim.stage import Context, Options
from text2sim.types import BodyState, Drive, Outcome, Simulation, Trace, World
from text2sim.types.batch import BatchStates

LEAST_FORCE = 30.0
"""A foot is down from this force on [N]; as in training."""


@final
@dataclass(frozen=True, kw_only=True)
class PPOController(RLController):
    """A policy trained by reinforcement learning drives every joint; nothing helps from outside.

    It turns the set points of stable PD thirty times a second. A fall is an outcome.

    Attributes:
        policy: folder of a policy; None is the released one, `models/controller-tracker`.
    """

    name: ClassVar[str] = "ppo"

    policy: str | None = None

    def folder(self) -> Path:
        """Where the policy is.

        Raises:
            ResourceError: there is none.
        """
        if self.policy is not None:
            return Path(self.policy)
        try:
            return resource("models", "controller-tracker")
        except ResourceError as error:
            raise ResourceError(
                "No tracking policy is released with this text2sim. Train one with `text2sim train "
                'controller` and give its folder: PPOController(policy="...").'
            ) from error

    def check(self, options: Options) -> None:
        """That there is a policy.

        Raises:
            ResourceError: there is none, or it is damaged.
            ConfigError: it is of another version.
        """
        TrackingPolicy(self.folder())

    def fingerprint(self) -> str:
        """Also of the policy's files."""
        try:
            weights = digest(self.folder())
        except ResourceError:
            weights = ""
        return hashlib.sha256(f"{super().fingerprint()} {weights}".encode()).hexdigest()

    def run(self, value: World, ctx: Context) -> Trace:
        """Simulate the clip.

        Raises:
            ResourceError: the policy is missing or damaged.
            ConfigError: it is for other bodies, or a hand holds something, which it never learned.
            SimulationDiverged: a body's state is not finite or absurd.
        """
        policy, scene = TrackingPolicy(self.folder()), value.motion.scene
        assert scene is not None
        for actor in scene.actors:
            policy.config.check(actor)
        if value.motion.grasps:
            raise ConfigError(
                "The tracking policy was never taught to hold anything, and this motion does. "
                'Choose controller="pd".'
            )
        actors = plans(value)
        tables = [clip_table(plan, scene, value.timestep) for plan in actors]
        driver = _Unaided(policy, actors, tables, value)
        return roll_out(value, [plan.reference.state(0) for plan in actors], driver, ctx)


@final
class _Unaided(Policy):
    def __init__(
        self, policy: TrackingPolicy, plans: list[Plan], tables: list[ClipTable], world: World
    ) -> None:
        self._policy, self._world = policy, world
        self._tables = {plan.reference.actor: table for plan, table in zip(plans, tables)}
        self._drives: dict[str, Drive] = {}
        self._falls: dict[str, Outcome] = {}

    def advance(self, simulation: Simulation, step: int) -> Array:
        every = stride(self._world.timestep)
        if step % every == 0:
            for actor, table in self._tables.items():
                if actor not in self._falls:
                    self._drives[actor] = self._decide(simulation, actor, table, step)
        simulation.step(self._drives)
        return np.zeros((len(self._tables), 2))

    def _decide(self, simulation: Simulation, actor: str, table: ClipTable, step: int) -> Drive:
        body = simulation.body(actor)
        row = min(step // stride(self._world.timestep), len(table) - 1)
        if self._lost(body, table, row):
            return self._fall(actor, body, step * self._world.timestep)
        states, positions, _ = pose(BatchStates.of(body), table.offsets[:1])
        now, last = np.array([row]), np.array([len(table) - 1])
        down = self._down(simulation, actor)
        actions = self._policy.act(observe(states, positions, down, table, now, last))
        goal = np.minimum(now + 1, last)
        return Drive(
            setpoints_wxyz=setpoints(table, goal, actions)[0], torques=table.torques[goal[0]],
            force=np.zeros(3), torque=np.zeros(3),
        )  # fmt: skip

    def _down(self, simulation: Simulation, actor: str) -> Array:
        """Whether left and right foot bear weight, (1, 2)."""
        loads = {"left": 0.0, "right": 0.0}
        for contact in simulation.contacts():
            side, _, part = (contact.joint or "").partition("_")
            if contact.a == actor and part in ("ankle", "foot"):
                loads[side] += contact.force * contact.normal[2]
        return np.array([[load > LEAST_FORCE for load in loads.values()]], dtype=float)

    def _lost(self, body: BodyState, table: ClipTable, row: int) -> bool:
        away = np.linalg.norm(table.roots[row] - body.root_position)
        turn = quat.log(quat.mul_inv(table.rotations_wxyz[row, 0], body.rotations_wxyz[0]))
        return bool(away > FALL_DISTANCE or np.linalg.norm(turn) > FALL_ANGLE)

    def _fall(self, actor: str, body: BodyState, time: float) -> Drive:
        self._falls[actor] = Outcome(
            status="fell", time=time,
            message=f"{actor} lost the motion after {time:.2f} s and went limp.",
        )  # fmt: skip
        return Drive(
            setpoints_wxyz=body.rotations_wxyz, torques=np.zeros((22, 3)), effort=LIMP,
            force=np.zeros(3), torque=np.zeros(3),
        )  # fmt: skip

    def outcome(self) -> Outcome:
        if self._falls:
            return min(self._falls.values(), key=lambda fall: fall.time)
        return Outcome(status="completed", time=self._world.motion.duration)
