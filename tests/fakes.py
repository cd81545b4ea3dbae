"""A whole pipeline of tiny stages that count how often they run."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tests import samples
from text2sim.assets.stage import AssetGenerator
from text2sim.control.stage import RLController
from text2sim.enhance.stage import Enhancer
from text2sim.errors import PromptError
from text2sim.motion.stage import MotionGenerator
from text2sim.physics.stage import PhysicsEngine
from text2sim.pipeline import Pipeline
from text2sim.prompt.stage import PromptParser
from text2sim.render.stage import Renderer
from text2sim.scene.stage import ScenePlanner
from text2sim.types import CameraTrack, Outcome, Trace, World

RUNS: Counter[str] = Counter()


@dataclass(frozen=True, kw_only=True)
class FakeParser(PromptParser):
    name: ClassVar[str] = "fake"

    def run(self, value: str, ctx: Any) -> Any:
        RUNS["parser"] += 1
        if not value.strip():
            raise PromptError("Say who does what.")
        return samples.stairs_script()


@dataclass(frozen=True, kw_only=True)
class FakePlanner(ScenePlanner):
    name: ClassVar[str] = "fake"

    def run(self, value: Any, ctx: Any) -> Any:
        RUNS["planner"] += 1
        return samples.stairs_plan()


@dataclass(frozen=True, kw_only=True)
class FakeAssets(AssetGenerator):
    name: ClassVar[str] = "fake"

    def run(self, value: Any, ctx: Any) -> Any:
        RUNS["assets"] += 1
        return samples.make_scene(value)


@dataclass(frozen=True, kw_only=True)
class FakeMotion(MotionGenerator):
    name: ClassVar[str] = "fake"
    options: ClassVar[tuple[str, ...]] = ("seed", "fps")
    lift: float = 0.0

    def run(self, value: Any, ctx: Any) -> Any:
        RUNS["motion"] += 1
        ctx.rng()
        return samples.gliding_motion(value, ctx.fps)


@dataclass(frozen=True, kw_only=True)
class FakeEngine(PhysicsEngine):
    name: ClassVar[str] = "fake"

    def run(self, value: Any, ctx: Any) -> Any:
        RUNS["physics"] += 1
        return World(motion=value, engine=self, timestep=1 / 240)

    def open(self, world: World) -> Any:
        raise NotImplementedError


def still_trace(world: World) -> Trace:
    """The motion itself as the result of the simulation; objects stand still."""
    motion = world.motion
    frames, objects = motion.frames, motion.scene.objects
    return Trace(
        world=world, fps=motion.fps, tracks=motion.tracks,
        object_positions=np.tile([item.position for item in objects], (frames, 1, 1)),
        object_rotations_wxyz=np.tile([item.rotation_wxyz for item in objects], (frames, 1, 1)),
        assist_force=np.zeros((frames, len(motion.tracks))),
        assist_torque=np.zeros((frames, len(motion.tracks))),
        outcome=Outcome(status="completed", time=motion.duration),
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class FakeController(RLController):
    name: ClassVar[str] = "fake"

    def run(self, value: Any, ctx: Any) -> Any:
        RUNS["controller"] += 1
        return still_trace(value)


@dataclass(frozen=True, kw_only=True)
class FakeRenderer(Renderer):
    name: ClassVar[str] = "fake"

    def pictures(self, value: Any, camera: CameraTrack, ctx: Any) -> Any:
        RUNS["renderer"] += 1
        width, height = ctx.size
        for index in range(len(value.object_positions)):
            yield {"rgb": np.full((height, width, 3), index % 256, np.uint8)}


@dataclass(frozen=True, kw_only=True)
class FakeEnhancer(Enhancer):
    name: ClassVar[str] = "fake"

    def run(self, value: Any, ctx: Any) -> Any:
        RUNS["enhancer"] += 1
        return value


def fake_pipeline(**stages: Any) -> Pipeline:
    """Eight fakes; some replaced by name."""
    RUNS.clear()
    fakes: dict[str, Any] = {
        "parser": FakeParser(), "planner": FakePlanner(), "assets": FakeAssets(),
        "motion": FakeMotion(), "physics": FakeEngine(), "controller": FakeController(),
        "renderer": FakeRenderer(), "enhancer": FakeEnhancer(),
    }  # fmt: skip
    return Pipeline(**{**fakes, **stages})
