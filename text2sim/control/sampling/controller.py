"""People kept up by well-chosen set points alone: SAMCON (Liu et al. 2010)."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import ClassVar, NoReturn, final

import numpy as np

from text2sim.control.pd import ends_down, plans
from text2sim.control.rollout import roll_out, steps_per_frame
from text2sim.control.sampling.cost import Judge, Weights
from text2sim.control.sampling.replay import Replay
from text2sim.control.sampling.search import Beam, Path, Scales, Search
from text2sim.control.stage import RLController
from text2sim.errors import ConfigError, PipelineError
from text2sim.physical_body import PhysicalBody
from text2sim.stage import Context, Progress
from text2sim.types import Trace, World
from text2sim.types.batch import BatchEngine, BatchStates


@final
@dataclass(frozen=True, kw_only=True)
class SamplingController(RLController):
    """Searches for set points that carry the body through the motion, and plays what it found.

    Attributes:
        particles: simulated side by side.
        beam: how many of them go on after each window.
        window: how long set points take to move from one offset to the next [s].
        assist: bounds of force [N] and torque [N m] on the pelvis, tried in turn until one does.
        attempts: searches with other random numbers at each bound, before the next is tried.
        scales: of the offsets, by kind of joint.
        weights: of the terms of the cost.
    """

    name: ClassVar[str] = "sampling"
    options: ClassVar[tuple[str, ...]] = ("seed",)

    particles: int = 256
    beam: int = 64
    window: float = 0.1
    assist: tuple[float, ...] = (0.0, 25.0, 50.0)
    attempts: int = 1
    scales: Scales = field(default_factory=Scales)
    weights: Weights = field(default_factory=Weights)

    def __post_init__(self) -> None:
        for name, value, least in (
            ("beam", self.beam, 1), ("particles", self.particles, self.beam),
            ("attempts", self.attempts, 1),
        ):  # fmt: skip
            if not isinstance(value, int) or value < least:
                raise ConfigError(
                    f"{name} must be a whole number from {least} upward; got {value}."
                )
        if not 0.0 < self.window <= 1.0:
            raise ConfigError(f"window must lie between 0 and 1 s; got {self.window}.")
        if not self.assist or not all(0.0 <= bound < np.inf for bound in self.assist):
            raise ConfigError(
                f"assist must be one or more bounds from 0 N upward; got {self.assist}."
            )

    def run(self, value: World, ctx: Context) -> Trace:
        """Search, then simulate. A fall is an outcome, not an error.

        Raises:
            PipelineError: the world is not MuJoCo's, or there are grasps or pushes in it.
            SimulationDiverged: a body's state is not finite or absurd.
            Cancelled: the caller asked to stop.
        """
        _check(value)
        job = _Job(self, value, ctx)
        return job.run()


def _check(world: World) -> None:
    if not isinstance(world.engine, BatchEngine):
        raise PipelineError(
            f"The 'sampling' controller searches in MuJoCo, and this world is "
            f'{world.engine.name}\'s: choose Pipeline(physics="mujoco", controller="sampling").'
        )
    if world.motion.grasps:
        grasp = world.motion.grasps[0]
        _refuse(f"hold things, and {grasp.actor} takes hold of {grasp.object}", grasp.start)
    assert world.motion.scene is not None
    for segment in world.motion.scene.plan.timeline:
        if segment.push is not None:
            _refuse(f"foresee pushes, and {segment.actor} is pushed", segment.start)


def _refuse(what: str, time: float) -> NoReturn:
    raise PipelineError(
        f"The 'sampling' controller can't {what} at {time:.2f} s: "
        'choose controller="pd" for this prompt.'
    )


@final
class _Job:
    def __init__(self, settings: SamplingController, world: World, ctx: Context) -> None:
        self._settings, self._world, self._ctx = settings, world, ctx
        self._plans, self._steps = plans(world), steps_per_frame(world)
        scene = world.motion.scene
        assert scene is not None
        actors = {actor.id: actor for actor in scene.actors}
        self._scene = scene
        self._bodies = [PhysicalBody.of_actor(actors[p.reference.actor]) for p in self._plans]
        assert isinstance(world.engine, BatchEngine)
        self._engine = world.engine
        self._cold = replace(world, engine=world.engine.replaying())
        self._window = max(1, round(settings.window * world.motion.fps))

    def run(self) -> Trace:
        tries = [(b, n) for b in self._settings.assist for n in range(self._settings.attempts)]
        frames = self._world.motion.frames - 1
        best: tuple[Path, float] | None = None
        for number, (bound, attempt) in enumerate(tries):
            path = self._search(bound, attempt, number * frames, (len(tries) + 1) * frames)
            if best is None or path.end is None or path.end > (best[0].end or 0):
                best = path, bound
            if path.end is None:
                break
        assert best is not None
        return self._replay(*best)

    def _search(self, bound: float, attempt: int, done: int, total: int) -> Path:
        s, motion = self._settings, self._world.motion
        judges = [
            Judge(plan, body, self._scene, self._steps, motion.fps, s.weights)
            for plan, body in zip(self._plans, self._bodies)
        ]
        beam = Beam(
            particles=s.particles, beam=s.beam, window=self._window, bound=bound,
            scales=s.scales.table(), effort=s.weights.effort,
        )  # fmt: skip
        down = ends_down(self._world)
        threads = os.cpu_count() or 1
        with self._engine.batch(self._world, s.particles, threads=threads) as crowd:
            for plan in self._plans:
                start = BatchStates.of(plan.reference.state(0), s.particles)
                crowd.place(plan.reference.actor, start)
            search = Search(
                crowd=crowd, plans=self._plans, bodies=self._bodies, judges=judges,
                ends_down=[down.get(p.reference.actor, np.inf) for p in self._plans],
                steps=self._steps, frames=motion.frames - 1, fps=motion.fps, beam=beam,
                rng=self._ctx.rng().spawn(attempt + 1)[attempt],
            )  # fmt: skip
            return search.run(lambda frame: self._ctx.report(done + frame, total))

    def _replay(self, path: Path, bound: float) -> Trace:
        policy = Replay(path, self._plans, self._world, self._steps, self._window, bound)
        start = [plan.reference.state(0) for plan in self._plans]
        trace = replace(roll_out(self._cold, start, policy, self._late()), world=self._world)
        if not bound:
            return trace
        text = f"The search needed an assist of up to {bound:g} N and N m."
        return replace(trace, warnings=(*trace.warnings, text))

    def _late(self) -> Context:
        """The context for the replay, whose progress comes after that of all searches."""
        told, frames = self._ctx.on_progress, self._world.motion.frames - 1
        if told is None:
            return self._ctx
        before = len(self._settings.assist) * self._settings.attempts * frames

        def tell(progress: Progress) -> None:
            told(progress._replace(done=before + progress.done, total=before + progress.total))

        return replace(self._ctx, on_progress=tell)
