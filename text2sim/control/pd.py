"""Bodies driven by their own joints: stable PD, feed-forward, and a bounded root assist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Literal, final

import numpy as np

from text2sim.control.falling import Falling
from text2sim.control.feedforward import FeedForward, feed_forward
from text2sim.control.preparation import prepared
from text2sim.control.reference import Reference, resample, slopes, upsample
from text2sim.control.rollout import Array, Policy, roll_out, steps_per_frame
from text2sim.control.stage import RLController
from text2sim.errors import ConfigError
from text2sim.inverse_dynamics import carried
from text2sim.maths import quaternions as quat
from text2sim.physical_body import DAMPING_TIME, PhysicalBody
from text2sim.skeleton import INDEX, JOINTS, PARENTS
from text2sim.stage import Context
from text2sim.types import (
    BodyState,
    Contact,
    Drive,
    Grasp,
    Motion,
    Outcome,
    Simulation,
    Trace,
    Track,
    World,
)

ROOT_STIFFNESS, ROOT_DAMPING = 8000.0, 800.0
"""Of the assist's force [N/m], [N s/m], for an adult of 75 kg and 1.75 m."""
TURN_STIFFNESS, TURN_DAMPING = 1200.0, 40.0
"""Of the assist's torque [N m/rad], [N m s/rad], for the same."""
PASSED_ON = 0.5
"""Share of the assist that joints pass on: all of it would shake a body that stands on one leg."""
BURDEN, BURDENED_DAMPING = 0.1, 18.0
"""Hands on a movable thing over this share of the body's mass: the body does not move as one any
more, so nothing is passed on, and the assist's torque is damped less [N m s/rad]."""
FALL_DISTANCE, FALL_ANGLE = 0.5, 1.0
"""A body is down once its pelvis is farther from the motion's than this [m], [rad]."""
ENDS = frozenset(name for name in JOINTS if name.endswith(("foot", "wrist")))
"""Joints whose contacts are their parents' to push against."""
PUSH_RATE = 0.34
"""Share of a limb's push that comes or goes in one step."""
LIMP = 0.1
"""Effort of a body that has fallen."""
HEAVY_ASSIST = 0.5
"""A mean assist above this share of the body's weight is worth a warning."""


@final
@dataclass(frozen=True, kw_only=True)
class PDController(RLController):
    """Every joint is a torque-limited spring and damper that follows the motion.

    Set points lead by the damping, and joint torques from inverse dynamics carry the weight. What
    keeps a body from falling is a force on its pelvis, which real people don't have: it is bounded,
    and `Trace.assist_force` and `assist_torque` report it.

    Attributes:
        assist: largest force on the pelvis, of the body's weight.
        assist_torque: largest torque on the pelvis, of the body's weight times its stature.
    """

    name: ClassVar[str] = "pd"

    assist: float = 1.0
    assist_torque: float = 0.35

    def __post_init__(self) -> None:
        for name, value in (("assist", self.assist), ("assist_torque", self.assist_torque)):
            if not 0.0 <= value < np.inf:
                raise ConfigError(f"{name} must be a number from 0 upward; got {value}.")

    def run(self, value: World, ctx: Context) -> Trace:
        """Simulate the clip. A fall is an outcome, not an error.

        Raises:
            SimulationDiverged: a body's state is not finite or absurd.
        """
        actors = plans(value)
        policy = _Track(actors, self.assist, self.assist_torque, value)
        start = [actor.reference.state(0) for actor in actors]
        trace = roll_out(value, start, policy, ctx)
        return replace(trace, warnings=(*trace.warnings, *_assist_warnings(trace, actors)))


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """What one actor is asked to do at every step; S steps.

    Attributes:
        weight: of the body [N]. stature: standing height [m].
        heft, bulk: mass and moment of inertia relative to an adult's.
        setpoints_wxyz: of the joints, (S, 22, 4).
        torques: feed-forward of the hanging body [N m], (S, 22, 3).
        bearers: names of the joints whose segments bear weight at some time, B.
        pushes: what each bearer adds while it is down, (S, B, 22, 3).
        force, torque: feed-forward of the assist [N], [N m], world, (S, 3).
        passing: joint torques for each unit of wrench on the pelvis, which move the body with it,
            at the frames, (T, 22, 3, 6).
        grips: holds of single hands on fixed things.
        turn_damping: of the assist's torque, see `TURN_DAMPING`.
    """

    reference: Reference
    weight: float
    stature: float
    heft: float
    bulk: float
    setpoints_wxyz: Array
    torques: Array
    bearers: tuple[str, ...]
    pushes: Array
    force: Array
    torque: Array
    passing: Array
    grips: tuple[Grasp, ...] = ()
    turn_damping: float = TURN_DAMPING


def plans(world: World) -> list[Plan]:
    """Set points and feed-forward of every actor."""
    motion, steps = world.motion, steps_per_frame(world)
    scene = motion.scene
    assert scene is not None
    fixed = {item.id for item in scene.objects if item.fixed}
    actors = {actor.id: actor for actor in scene.actors}
    result = []
    for track in motion.tracks:
        body = PhysicalBody.of(
            track.skeleton, actors[track.actor].character, actors[track.actor].girths
        )
        clean = prepared(track, body, scene, motion.fps)
        grips = tuple(g for g in motion.grasps if g.actor == track.actor and g.object in fixed)
        needs = feed_forward(clean, body, scene, motion.fps, _each_hand(grips))
        passing = _passing(clean, body)
        plan = _plan(
            resample(clean, steps, motion.fps), needs, passing, body, steps, world.timestep
        )
        if _burdened(track.actor, motion, body):
            plan = replace(plan, passing=0.0 * passing, turn_damping=BURDENED_DAMPING)
        result.append(replace(plan, grips=_each_hand(grips)))
    return result


def _burdened(actor: str, motion: Motion, body: PhysicalBody) -> bool:
    """Whether an actor at some time has hands on something heavy that moves."""
    assert motion.scene is not None
    held = {grasp.object for grasp in motion.grasps if grasp.actor == actor}
    return any(
        item.id in held and not item.fixed and item.mass > BURDEN * body.mass
        for item in motion.scene.objects
    )


def _each_hand(grips: Sequence[Grasp]) -> tuple[Grasp, ...]:
    """A grasp of both hands as one of each."""
    sides: dict[str, tuple[Literal["left", "right"], ...]] = {"both": ("left", "right")}
    return tuple(
        replace(grip, hand=side) for grip in grips for side in sides.get(grip.hand, (grip.hand,))
    )


def _passing(track: Track, body: PhysicalBody) -> Array:
    """What joints add for each unit of a wrench on the pelvis, in their own frames."""
    joints, turns = track.joints()
    torques = np.moveaxis(carried(body, joints, turns), -1, 2)
    local = quat.inv_rotate(turns[:, :, None], torques)
    return np.moveaxis(PASSED_ON * local, 2, -1).astype(np.float32)


def _plan(
    reference: Reference, needs: FeedForward, passing: Array, body: PhysicalBody, steps: int,
    timestep: float,
) -> Plan:  # fmt: skip
    """Set points that lead: a damper to rest, integrated implicitly, would lag behind by this."""
    velocities = reference.joint_velocities
    lead = (DAMPING_TIME + timestep) * velocities + DAMPING_TIME * slopes(velocities)
    return Plan(
        reference=reference,
        weight=9.81 * body.mass,
        stature=1.75 * body.skeleton.scale,
        heft=body.mass / 75.0,
        bulk=body.mass / 75.0 * body.skeleton.scale**2,
        setpoints_wxyz=quat.mul(reference.rotations_wxyz, quat.exp(lead)),
        torques=upsample(needs.torques, steps),
        bearers=tuple(JOINTS[joint] for joint in needs.bearers),
        pushes=upsample(needs.pushes, steps),
        force=upsample(needs.force, steps),
        torque=upsample(needs.torque, steps),
        passing=passing,
    )


@final
class _Track(Policy):
    def __init__(
        self, plans: list[Plan], assist: float, assist_torque: float, world: World
    ) -> None:
        self._plans, self._timestep = plans, world.timestep
        self._steps = steps_per_frame(world)
        self._duration = world.motion.duration
        self._bounds = (assist, assist_torque)
        self._ends_down = ends_down(world)
        self._falling = Falling(world)
        self._falls: dict[str, Outcome] = {}
        self._limp: dict[str, Drive] = {}
        self._down = {plan.reference.actor: np.ones(len(plan.bearers)) for plan in plans}

    def advance(self, simulation: Simulation, step: int) -> Array:
        if step:
            self._feel(simulation.contacts(), step * self._timestep)
        drives = {plan.reference.actor: self._drive(plan, simulation, step) for plan in self._plans}
        simulation.step(drives)
        sizes = [(np.linalg.norm(d.force), np.linalg.norm(d.torque)) for d in drives.values()]
        return np.array(sizes)

    def _feel(self, contacts: Sequence[Contact], time: float) -> None:
        """A limb pushes once it is down, and no longer: in the air it would kick about."""
        for plan in self._plans:
            actor = plan.reference.actor
            touching = {contact.joint for contact in contacts if contact.a == actor}
            touching |= {JOINTS[PARENTS[INDEX[name]]] for name in touching if name in ENDS}
            touching |= {f"{g.hand}_wrist" for g in plan.grips if g.start <= time < g.end}
            target = np.array([name in touching for name in plan.bearers], dtype=np.float64)
            down = self._down[actor]
            down += np.clip(target - down, -PUSH_RATE, PUSH_RATE)

    def _drive(self, plan: Plan, simulation: Simulation, step: int) -> Drive:
        actor = plan.reference.actor
        if actor in self._limp:
            return self._limp[actor]
        body, time = simulation.body(actor), step * self._timestep
        if falls := self._falling.drive(body, actor, time, plan.setpoints_wxyz[step]):
            return falls
        away = plan.reference.root_positions[step] - body.root_position
        turn = quat.log(
            quat.mul_inv(plan.reference.rotations_wxyz[step, 0], body.rotations_wxyz[0])
        )
        if np.linalg.norm(away) > FALL_DISTANCE or np.linalg.norm(turn) > FALL_ANGLE:
            return self._fall(actor, body, step)
        speed = plan.reference.root_velocities[step] - body.root_velocity
        spin = plan.reference.root_spins[step] - body.root_angular_velocity
        pull = plan.heft * (ROOT_STIFFNESS * away + ROOT_DAMPING * speed)
        twist = plan.bulk * (TURN_STIFFNESS * turn + plan.turn_damping * spin)
        bounds = np.array(self._bounds) * self._falling.help(actor, time) * plan.weight
        force = _bounded(plan.force[step] + pull, bounds[0])
        torque = _bounded(plan.torque[step] + twist, bounds[1] * plan.stature)
        frame = min(step // self._steps, len(plan.passing) - 1)
        passed = plan.passing[frame] @ np.concatenate(
            [force - plan.force[step], torque - plan.torque[step]]
        )
        pushes = np.einsum("b,bij->ij", self._down[actor], plan.pushes[step])
        return Drive(
            setpoints_wxyz=plan.setpoints_wxyz[step],
            torques=plan.torques[step] + pushes + passed,
            force=force,
            torque=torque,
        )

    def _fall(self, actor: str, body: BodyState, step: int) -> Drive:
        """From now on the body is limp, and nothing holds it up; in a planned fall it may be."""
        time = step * self._timestep
        if time < self._ends_down.get(actor, np.inf):
            self._falls[actor] = Outcome(
                status="fell",
                time=time,
                message=f"{actor} lost the motion after {time:.2f} s and went limp.",
            )
        self._limp[actor] = Drive(
            setpoints_wxyz=body.rotations_wxyz,
            torques=np.zeros((22, 3)),
            effort=LIMP,
            force=np.zeros(3),
            torque=np.zeros(3),
        )
        return self._limp[actor]

    def outcome(self) -> Outcome:
        if self._falls:
            return min(self._falls.values(), key=lambda fall: fall.time)
        return Outcome(status="completed", time=self._duration)


def ends_down(world: World) -> dict[str, float]:
    """When each actor falls as planned, not to get up again [s]."""
    assert world.motion.scene is not None
    timeline = sorted(world.motion.scene.plan.timeline, key=lambda segment: segment.start)
    down: dict[str, float] = {}
    for segment in timeline:
        if segment.action == "fall":
            down.setdefault(segment.actor, segment.start)
        elif segment.action in ("stand_up", "crawl") or segment.length > 0.1:
            down.pop(segment.actor, None)
    return down


def _bounded(vector: Array, bound: float) -> Array:
    size = float(np.linalg.norm(vector))
    return vector if size <= bound else vector * (bound / size)


def _assist_warnings(trace: Trace, plans: list[Plan]) -> list[str]:
    means = trace.assist_force.mean(axis=0)
    return [
        f"{plan.reference.actor} is held up by {mean:.0f} N on average, "
        f"{mean / plan.weight:.0%} of the body's weight: read the motion with caution."
        for plan, mean in zip(plans, means)
        if mean > HEAVY_ASSIST * plan.weight
    ]
