"""Many light bodies that learn to follow motion: the environment behind all registered ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from text2sim.control.pd import (
    ROOT_DAMPING,
    ROOT_STIFFNESS,
    TURN_DAMPING,
    TURN_STIFFNESS,
    plans,
)
from text2sim.control.tracking.clip import ClipTable, clip_table, stride
from text2sim.control.tracking.observation import (
    LARGEST,
    observe,
    pose,
    setpoints,
)
from text2sim.errors import ConfigError
from text2sim.imitation.rewards import Seen, keyed, rewards
from text2sim.imitation.task import RewardWeights, Task
from text2sim.light_body import DRIVEN
from text2sim.maths import quaternions as quat
from text2sim.physics.mujoco import MuJoCoEngine
from text2sim.physics.mujoco_batch import MuJoCoBatch
from text2sim.skeleton import INDEX
from text2sim.stage import Context
from text2sim.types import Motion, World
from text2sim.types.batch import BatchDrive, BatchStates

Array = NDArray[np.floating]
Rows = NDArray[np.intp]

TORQUE_SHARE = 0.35
"""Of weight times stature, for an assist of the whole weight; as in `pd`."""
LEAST_FORCE = 30.0
"""A foot is down from this force on [N]."""
HEADROOM = 1.0
"""No episode begins in the last second of a clip."""
_FEET = tuple([INDEX[f"{side}_ankle"], INDEX[f"{side}_foot"]] for side in ("left", "right"))


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Stepped:
    """What a step brought; nothing is reset by itself.

    Attributes:
        observations: (N, D). rewards: (N,).
        terms: reward terms by name, each (N,), before they are weighed.
        failed: rows that lost the motion, (N,). ended: rows whose time or motion is over, (N,).
        errors: mean distance of the joints [m], (N,).
    """

    observations: NDArray[np.float32]
    rewards: Array
    terms: dict[str, Array]
    failed: NDArray[np.bool_]
    ended: NDArray[np.bool_]
    errors: Array


@dataclass(kw_only=True)
class _Group:
    """Rows that share a scene and a body. clips: which of the clips they may follow."""

    batch: MuJoCoBatch
    actor: str
    rows: slice
    clips: Rows


@final
class ImitationBatch:
    """N bodies, each following some clip from some instant on.

    Attributes:
        count: N. observations, actions: their lengths. clips: number of clips.
        task: the rules.
        assists: largest force on the pelvis in each clip, of the body's weight, (clips,); at first
            the task's. May be changed between steps.
        failures: share of the last episodes of each clip that lost the motion, (clips,).
    """

    def __init__(
        self,
        motions: Sequence[Motion],
        count: int,
        *,
        task: Task | None = None,
        weights: RewardWeights | None = None,
        seed: int = 0,
        threads: int = 1,
    ) -> None:
        """Compile the worlds and tables of all motions.

        Args:
            motions: what is followed, each with a scene with one person; motions with the same
                body and scene share one compiled world.
            count: number of rows, at least one a motion's world.
            threads: that step rows at the same time.

        Raises:
            ConfigError: a motion does not fit, or is too short.
        """
        self.task, self.weights = task or Task(), weights or RewardWeights()
        engine = MuJoCoEngine(rate=self.task.rate)
        worlds = [_checked(engine.run(motion, Context()), n) for n, motion in enumerate(motions)]
        if not worlds:
            raise ConfigError("An imitation environment needs at least one motion.")
        tables = [_table(world) for world in worlds]
        self.count, self.clips = count, len(worlds)
        self.table = ClipTable.joined(tables)
        ends = np.cumsum([len(table) for table in tables])
        self._first, self._last = ends - [len(table) for table in tables], ends - 1
        self._period = stride(worlds[0].timestep) * worlds[0].timestep
        self._steps = stride(worlds[0].timestep)
        self._rng = np.random.default_rng(seed)
        self._groups = self._compile(worlds, threads)
        self._mass = np.concatenate([
            np.full(g.rows.stop - g.rows.start, _mass(worlds[g.clips[0]])) for g in self._groups
        ])  # fmt: skip
        self.clip, self.now, self.age = (np.zeros(count, dtype=np.intp) for _ in range(3))
        self.failures = np.ones(self.clips)
        self.assists = np.full(self.clips, self.task.assist)
        self._down = np.zeros((count, 2))
        self._positions: Array = np.zeros((count, 13, 3))
        self.observations = self.reset(np.arange(count)).shape[1]
        self.actions = 3 * len(DRIVEN)

    def _compile(self, worlds: Sequence[World], threads: int) -> list[_Group]:
        shared: dict[bytes, list[int]] = {}
        for number, world in enumerate(worlds):
            shared.setdefault(_fingerprint(world), []).append(number)
        if self.count < len(shared):
            raise ConfigError(
                f"{len(shared)} different worlds need at least as many rows; got {self.count}."
            )
        sizes = np.array([len(clips) for clips in shared.values()])
        spare = self.count - len(sizes)
        ends = np.arange(1, len(sizes) + 1) + np.round(np.cumsum(sizes) / sizes.sum() * spare)
        groups, start = [], 0
        for clips, end in zip(shared.values(), ends.astype(int)):
            world, rows = worlds[clips[0]], slice(start, int(end))
            batch = MuJoCoBatch(
                world, int(end) - start, threads=threads, iterations=10, detail="light"
            )
            self._vary(batch)
            actor = world.motion.tracks[0].actor
            groups.append(_Group(batch=batch, actor=actor, rows=rows, clips=np.array(clips)))
            start = int(end)
        return groups

    def _vary(self, batch: MuJoCoBatch) -> None:
        ranges = {name: getattr(self.task, name) for name in ("masses", "strengths", "frictions")}
        if any(ranges.values()):
            batch.randomise(**{
                name: self._rng.uniform(1.0 - part, 1.0 + part, batch.count)
                for name, part in ranges.items()
            })  # fmt: skip

    def reseed(self, seed: int) -> None:
        """Begin the random stream of clips, instants and pushes anew."""
        self._rng = np.random.default_rng(seed)
        self.failures[:] = 1.0

    def close(self) -> None:
        """Stop the threads."""
        for group in self._groups:
            group.batch.close()

    def reset(
        self, rows: Rows, *, clip: int | None = None, start: float | None = None
    ) -> NDArray[np.float32]:
        """Put rows on their motion; returns what they see, (n, D).

        Args:
            rows: indices (n,).
            clip: which clip to follow; None draws one, more often those that fail.
            start: where to begin [s]; None draws an instant.

        Raises:
            ConfigError: rows can't follow that clip, since their world is another.
        """
        for group in self._groups:
            mine = rows[(rows >= group.rows.start) & (rows < group.rows.stop)]
            if len(mine):
                self._place(group, mine, clip, start)
        self.age[rows] = 0
        self._down[rows] = 0.0
        states, positions, _ = pose(self._states(), self.table.offsets[self.now])
        self._positions[rows] = keyed(positions)[rows]
        chosen = _rows_of(states, rows)
        return observe(
            chosen, positions[rows], self._down[rows], self.table, self.now[rows],
            self._last[self.clip[rows]],
        )  # fmt: skip

    def _place(self, group: _Group, rows: Rows, clip: int | None, start: float | None) -> None:
        if clip is None:
            odds = 0.25 + self.failures[group.clips]
            self.clip[rows] = self._rng.choice(group.clips, len(rows), p=odds / odds.sum())
        elif clip in group.clips:
            self.clip[rows] = clip
        else:
            raise ConfigError(f"Rows {rows} live in another world than that of clip {clip}.")
        first, last = self._first[self.clip[rows]], self._last[self.clip[rows]]
        if start is None:
            room = np.maximum(last - first - round(HEADROOM / self._period), 1)
            now = first + (self._rng.random(len(rows)) * room).astype(int)
        else:
            now = np.minimum(first + round(start / self._period), last - 1)
        self.now[rows] = now
        table = self.table
        states = BatchStates(
            root_positions=table.roots[now], root_velocities=table.root_velocities[now],
            root_spins=table.root_spins[now], rotations_wxyz=table.rotations_wxyz[now],
            joint_velocities=table.spins[now],
        )  # fmt: skip
        group.batch.place(group.actor, states, rows - group.rows.start)

    def _states(self) -> BatchStates:
        found = [group.batch.bodies(group.actor) for group in self._groups]
        return BatchStates(**{
            name: np.concatenate([getattr(states, name) for states in found])
            for name in BatchStates.__dataclass_fields__
        })  # fmt: skip

    def step(self, actions: Array) -> Stepped:
        """Advance all rows by one decision; actions are (N, A), useful from -1 to 1."""
        actions = np.clip(actions, -LARGEST, LARGEST)
        goal = np.minimum(self.now + 1, self._last[self.clip])
        wanted, torques = setpoints(self.table, goal, actions), self.table.torques[goal]
        force, torque = self._help(goal) if self.assists.any() else (None, None)
        for group in self._groups:
            rows = group.rows
            self._push(group)
            drive = BatchDrive(
                setpoints_wxyz=wanted[rows], torques=torques[rows],
                force=None if force is None else force[rows],
                torque=None if torque is None else torque[rows],
            )  # fmt: skip
            group.batch.step({group.actor: drive}, self._steps)
        self.now, self.age = goal, self.age + 1
        return self._judge(actions)

    def _push(self, group: _Group) -> None:
        if not self.task.push_every:
            return
        every = max(1, round(self.task.push_every / self._period))
        due = np.flatnonzero((self.age[group.rows] % every) == every - 1)
        angle = self._rng.uniform(-np.pi, np.pi, len(due))
        size = self._rng.uniform(0.5, 1.0, len(due)) * self.task.push_speed
        change = np.stack([np.cos(angle), np.sin(angle), 0.0 * angle], axis=-1) * size[:, None]
        group.batch.push(group.actor, change, due)

    def _help(self, goal: Rows) -> tuple[Array, Array]:
        """The assist of `pd`, within the bounds of each clip: force and torque, (N, 3) each."""
        states, table = self._states(), self.table
        turn = quat.log(quat.mul_inv(table.rotations_wxyz[goal, 0], states.rotations_wxyz[:, 0]))
        away = table.roots[goal] - states.root_positions
        heft = (self._mass / 75.0)[:, None]
        force = table.wrench[goal, :3] + heft * (
            ROOT_STIFFNESS * away
            + ROOT_DAMPING * (table.root_velocities[goal] - states.root_velocities)
        )
        torque = table.wrench[goal, 3:] + heft * (
            TURN_STIFFNESS * turn + TURN_DAMPING * (table.root_spins[goal] - states.root_spins)
        )
        bound = self.assists[self.clip] * 9.81 * self._mass
        return _bounded(force, bound), _bounded(torque, bound * TORQUE_SHARE * 1.75)

    def _judge(self, actions: Array) -> Stepped:
        lost = np.concatenate([group.batch.diverged() for group in self._groups])
        if lost.any():
            self._calm(lost)
        states, positions, turns = pose(self._states(), self.table.offsets[self.now])
        self._down = np.concatenate([_feet_down(group) for group in self._groups])
        table, driven, joints = self.table, list(DRIVEN), keyed(positions)
        body = Seen(
            positions=joints, velocities=(joints - self._positions) / self._period,
            turns_wxyz=keyed(turns), spins=states.joint_velocities[:, driven],
        )  # fmt: skip
        motion = Seen(
            positions=keyed(table.positions[self.now]),
            velocities=keyed(table.velocities[self.now]),
            turns_wxyz=keyed(table.turns_wxyz[self.now]), spins=table.spins[self.now][:, driven],
        )  # fmt: skip
        self._positions = joints
        terms = rewards(body, motion, actions)
        total = sum(getattr(self.weights, name) * term for name, term in terms.items())
        errors = np.linalg.norm(joints - motion.positions, axis=-1).mean(axis=1)
        failed = lost | (errors > self.task.lost)
        over = (self.now >= self._last[self.clip]) | (
            self.age >= round(self.task.seconds / self._period)
        )
        self._remember(failed, over)
        return Stepped(
            observations=observe(
                states, positions, self._down, table, self.now, self._last[self.clip]
            ),
            rewards=np.where(lost, 0.0, total), terms=terms, failed=failed,
            ended=over & ~failed, errors=errors,
        )  # fmt: skip

    def _calm(self, lost: NDArray[np.bool_]) -> None:
        """Rows whose numbers are absurd stand on their motion again; they count as failed."""
        rows = np.flatnonzero(lost)
        now, clip = self.now.copy(), self.clip.copy()
        for group in self._groups:
            mine = rows[(rows >= group.rows.start) & (rows < group.rows.stop)]
            if len(mine):
                states = group.batch.states
                states[mine - group.rows.start] = 0.0
                group.batch.states = states
                self._place(group, mine, None, None)
        self.now, self.clip = now, clip

    def _remember(self, failed: NDArray[np.bool_], over: NDArray[np.bool_]) -> None:
        """How often each clip fails, as a slow average over episodes."""
        for row in np.flatnonzero(failed | over):
            seen = self.failures[self.clip[row]]
            self.failures[self.clip[row]] = seen + 0.02 * (float(failed[row]) - seen)

    def group_of(self, clip: int) -> slice:
        """The rows that can follow a clip."""
        return next(group.rows for group in self._groups if clip in group.clips)


def _feet_down(group: _Group) -> Array:
    forces = group.batch.forces(group.actor)[..., 2]
    return np.stack([forces[:, foot].sum(axis=1) > LEAST_FORCE for foot in _FEET], axis=1).astype(
        float
    )


def _rows_of(states: BatchStates, rows: Rows) -> BatchStates:
    return BatchStates(
        **{name: getattr(states, name)[rows] for name in BatchStates.__dataclass_fields__}
    )


def _bounded(vectors: Array, bounds: Array) -> Array:
    sizes = np.linalg.norm(vectors, axis=1)
    return vectors * np.minimum(1.0, bounds / np.maximum(sizes, 1e-9))[:, None]


def _checked(world: World, number: int) -> World:
    motion, scene = world.motion, world.motion.scene
    if scene is None or len(scene.actors) != 1 or len(motion.tracks) != 1:
        raise ConfigError(f"Motion {number} needs a scene with one person to be imitated.")
    if motion.duration < 2.0 * HEADROOM:
        raise ConfigError(
            f"Motion {number} lasts {motion.duration:.2f} s; imitation needs {2 * HEADROOM:g} s."
        )
    return world


def _table(world: World) -> ClipTable:
    scene = world.motion.scene
    assert scene is not None
    return clip_table(plans(world)[0], scene, world.timestep)


def _mass(world: World) -> float:
    scene = world.motion.scene
    assert scene is not None
    return scene.actors[0].character.mass


def _fingerprint(world: World) -> bytes:
    """Equal for worlds with the same body, ground and objects."""
    scene = world.motion.scene
    assert scene is not None
    actor = scene.actors[0]
    parts = [actor.skeleton.offsets, np.array([actor.character.mass, scene.ground_friction])]
    parts += [np.array([world.timestep])]
    for item in scene.objects:
        parts += [item.position, item.rotation_wxyz, np.array([item.friction, float(item.fixed)])]
        parts += [part.vertices for part in item.parts]
    return b"".join(np.ascontiguousarray(part, dtype=np.float64).tobytes() for part in parts)
