"""Beam search over offsets of set points (SAMCON: Liu et al. 2010, sections 3 and 4)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from typing import final

import numpy as np
from numpy.typing import NDArray

from text2sim.control.pd import FALL_ANGLE, FALL_DISTANCE, Plan
from text2sim.control.sampling.command import Pelvis, command
from text2sim.control.sampling.cost import Judge, Look, look
from text2sim.errors import ConfigError
from text2sim.maths import quaternions as quat
from text2sim.physical_body import PhysicalBody
from text2sim.skeleton import JOINTS
from text2sim.types.batch import Batch, BatchDrive

Array = NDArray[np.floating]

INHERIT = 0.5
"""Share of an offset that goes on into the next window."""
MEMORY = 0.6
"""Share of the cost of earlier windows that still counts after one more."""
BEARING = 0.02
"""A foot pushes fully when a sole point is nearer to the ground than half of this [m]."""
# Axes about which a joint's set point may move: a knee does not bend sideways.
_AXES = {"knee": (0.0, 1.0, 0.0), "ankle": (1.0, 1.0, 0.0), "foot": (0.0, 1.0, 0.0)}
_FREE = (1.0, 1.0, 1.0)


@final
@dataclass(frozen=True, kw_only=True)
class Scales:
    """Standard deviation of the offsets of each kind of joint about each axis [rad]; 0 is none.

    The three joints of the spine share one offset.
    """

    spine: float = 0.035
    neck: float = 0.0
    head: float = 0.0
    collar: float = 0.0
    shoulder: float = 0.06
    elbow: float = 0.0
    wrist: float = 0.0
    hip: float = 0.1
    knee: float = 0.1
    ankle: float = 0.12
    foot: float = 0.0

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if not 0.0 <= value <= math.pi:
                raise ConfigError(
                    f"The scale of {item.name!r} must lie between 0 and pi rad; got {value}."
                )

    def table(self) -> Array:
        """By joint and axis, (22, 3)."""
        table = np.zeros((len(JOINTS), 3))
        for joint, name in enumerate(JOINTS[1:], start=1):
            part = name.rpartition("_")[2].rstrip("123")
            table[joint] = getattr(self, part) * np.array(_AXES.get(part, _FREE))
        return table


@final
@dataclass(frozen=True, kw_only=True)
class Beam:
    """Size and shape of a search.

    Attributes:
        particles: simulated side by side. beam: that go on after each window.
        window: frames. bound: of the assist [N], [N m].
        scales: of the offsets [rad], (22, 3). effort: weight of their squares.
    """

    particles: int
    beam: int
    window: int
    bound: float
    scales: Array
    effort: float


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Path:
    """What was found: W windows, A actors, F frames after the first.

    Attributes:
        offsets: at the end of each window [rad], (W, A, 22, 3).
        loads: of each bearer while it goes to each frame, a (F, B) for each actor.
        roots: where the pelvises were at each frame [m], (F, A, 3).
        error: mean distance of the joints from the motion [m].
        end: frame after which everyone was down, or None.
    """

    offsets: Array
    loads: tuple[Array, ...]
    roots: Array
    error: float
    end: int | None


@final
@dataclass(kw_only=True)
class Window:
    """One window of all particles: whose child each was, and what it did."""

    parents: NDArray[np.intp]
    offsets: Array
    loads: list[list[Array]] = field(default_factory=list)
    roots: list[Array] = field(default_factory=list)
    errors: list[Array] = field(default_factory=list)


@final
class Search:
    """Goes through a clip window by window.

    In each, every particle simulates what its parent left, under set points that move smoothly
    from the parent's offset to a new one. The best go on, and some of the others, so that the
    beam does not narrow to one idea too soon.
    """

    def __init__(
        self, *, crowd: Batch, plans: Sequence[Plan], bodies: Sequence[PhysicalBody],
        judges: Sequence[Judge], ends_down: Sequence[float], steps: int, frames: int, fps: float,
        beam: Beam, rng: np.random.Generator,
    ) -> None:  # fmt: skip
        self._crowd, self._plans, self._bodies, self._judges = crowd, plans, bodies, judges
        self._ends_down, self._steps, self._frames, self._fps = ends_down, steps, frames, fps
        self._beam, self._rng = beam, rng
        count, actors = beam.particles, len(plans)
        self._offsets: Array = np.zeros((count, actors, len(JOINTS), 3))
        self._costs = np.zeros(count)
        self._loads: list[Array] = [np.ones((count, len(plan.bearers))) for plan in plans]
        self._parents = np.arange(count)
        self._looks = self._look()
        self.history: list[Window] = []

    def run(self, report: Callable[[int], None]) -> Path:
        """Search to the end of the clip, or until everyone is down."""
        frame = 0
        while frame < self._frames:
            last = min(frame + self._beam.window, self._frames)
            order = self._go(frame, last)
            if not len(order):
                return self._path(0, end=frame)
            frame = last
            best = int(order[0])
            if frame < self._frames:
                self._select(order)
            report(frame)
        return self._path(best, end=None)

    def _go(self, first: int, last: int) -> NDArray[np.intp]:
        """Simulate one window; returns the particles that stand, best first."""
        new = self._propose()
        window = Window(parents=self._parents, offsets=new)
        self.history.append(window)
        cost, down = np.zeros(len(new)), np.zeros(len(new), dtype=bool)
        for frame in range(first, last):
            self._simulate(frame, (frame - first) * self._steps, (last - first) * self._steps, new)
            now = self._look()
            for judge, here, before in zip(self._judges, now, self._looks):
                cost += judge.slips(frame + 1, here, before) / (last - first)
                if frame + 1 == last:
                    cost += judge.costs(last, here, before)
            self._looks = now
            down |= self._down(frame + 1)
            window.loads.append(self._loads)
            window.roots.append(np.stack([here.joints[:, 0] for here in now], axis=1))
            window.errors.append(
                np.mean([j.error(frame + 1, here) for j, here in zip(self._judges, now)], axis=0)
            )
            self._bear()
        active = self._beam.scales > 0.0
        relative = (new[:, :, active] / self._beam.scales[active]) ** 2
        cost += self._beam.effort * relative.mean(axis=(1, 2))
        self._offsets = new
        self._costs = MEMORY * self._costs + cost
        self._costs[down | ~np.isfinite(self._costs)] = np.inf
        order = np.argsort(self._costs, kind="stable")
        return order[: int(np.isfinite(self._costs).sum())]

    def _propose(self) -> Array:
        """New offsets: what goes on of the parents', with noise for all but the first of each."""
        kept = INHERIT * self._offsets
        noise = self._rng.normal(size=kept.shape) * self._beam.scales
        spine = [JOINTS.index(f"spine{number}") for number in (1, 2, 3)]
        noise[:, :, spine] = noise[:, :, spine[:1]]
        noise[: self._beam.beam] = 0.0
        return kept + noise

    def _simulate(self, frame: int, done: int, total: int, new: Array) -> None:
        """Go to the next frame; `done` of the window's `total` steps lie behind."""
        for number in range(self._steps):
            at = (done + number + 1) / total
            now = self._offsets + at * (new - self._offsets)
            step = frame * self._steps + number
            self._crowd.step(
                {
                    plan.reference.actor: self._drive(i, plan, step, now[:, i])
                    for i, plan in enumerate(self._plans)
                }
            )

    def _drive(self, number: int, plan: Plan, step: int, offsets: Array) -> BatchDrive:
        wish = command(
            plan, step, offsets, self._loads[number], self._pelvis(plan), self._beam.bound
        )
        return BatchDrive(
            setpoints_wxyz=wish.setpoints_wxyz, torques=wish.torques, force=wish.force,
            torque=wish.torque,
        )  # fmt: skip

    def _pelvis(self, plan: Plan) -> Pelvis:
        body = self._crowd.bodies(plan.reference.actor)
        return Pelvis(
            body.root_positions, body.rotations_wxyz[:, 0], body.root_velocities, body.root_spins
        )

    def _look(self) -> list[Look]:
        seen = [self._crowd.bodies(plan.reference.actor) for plan in self._plans]
        return [
            look(body, state.root_positions, state.rotations_wxyz)
            for body, state in zip(self._bodies, seen)
        ]

    def _down(self, frame: int) -> NDArray[np.bool_]:
        """Who has lost the motion, (N,)."""
        down = self._crowd.diverged()
        for i, plan in enumerate(self._plans):
            if frame / self._fps >= self._ends_down[i]:
                continue
            pelvis, to, step = self._pelvis(plan), plan.reference, frame * self._steps
            away = np.linalg.norm(to.root_positions[step] - pelvis.position, axis=-1)
            turn = quat.log(quat.mul_inv(to.rotations_wxyz[step, 0], pelvis.turn_wxyz))
            near = (away <= FALL_DISTANCE) & (np.linalg.norm(turn, axis=-1) <= FALL_ANGLE)
            down |= ~near
        return down

    def _bear(self) -> None:
        """Feet bear where they touch: in the air, what they are to push would fling them."""
        self._loads = []
        for plan, judge, here in zip(self._plans, self._judges, self._looks):
            near = np.clip(2.0 - 2.0 * judge.gaps(here.soles) / BEARING, 0.0, 1.0)
            feet = {"left": near[:, :2].max(axis=1), "right": near[:, 2:].max(axis=1)}
            loads = np.ones((len(near), len(plan.bearers)))
            for bearer, name in enumerate(plan.bearers):
                side, _, part = name.partition("_")
                if part in ("ankle", "foot"):
                    loads[:, bearer] = feet[side]
            self._loads.append(loads)

    def _select(self, order: NDArray[np.intp]) -> None:
        """The best half of the beam, and the other half from those next to it; their children."""
        size = min(self._beam.beam, len(order))
        sure = max(1, size // 2)
        others = order[sure : 3 * self._beam.beam]
        lucky = self._rng.permutation(len(others))[: size - sure]
        keep = np.concatenate([order[:sure], others[np.sort(lucky)]])
        chance = np.exp(-2.0 * np.arange(len(keep)) / len(keep))
        more = self._rng.choice(
            len(keep), self._beam.particles - len(keep), p=chance / chance.sum()
        )
        self._parents = parents = keep[np.concatenate([np.arange(len(keep)), more])]
        self._crowd.states = self._crowd.states[parents]
        self._offsets, self._costs = self._offsets[parents], self._costs[parents]
        self._looks = [Look(*(v[parents] for v in here)) for here in self._looks]
        self._loads = [loads[parents] for loads in self._loads]

    def _path(self, best: int, end: int | None) -> Path:
        """Trace a particle back to the start."""
        windows = self.history if end is None else self.history[:-1]
        if end is not None and windows:
            best = int(self._parents[0])
        line = []
        for window in reversed(windows):
            line.append((window, best))
            best = int(window.parents[best])
        line.reverse()
        count = sum(len(window.roots) for window, _ in line)
        loads = tuple(
            np.array([f[i][p] for w, p in line for f in w.loads]).reshape(count, len(plan.bearers))
            for i, plan in enumerate(self._plans)
        )
        return Path(
            offsets=np.array([w.offsets[p] for w, p in line]).reshape(
                len(line), *self._offsets.shape[1:]
            ),
            loads=loads,
            roots=np.array([r[p] for w, p in line for r in w.roots]).reshape(count, len(loads), 3),
            error=float(np.mean([e[p] for w, p in line for e in w.errors])) if line else 0.0,
            end=end,
        )
