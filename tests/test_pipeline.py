import threading
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from tests.fakes import RUNS, FakeMotion, FakeRenderer, fake_pipeline
from text2sim.cache import Cache, own_bytes
from text2sim.errors import (
    Cancelled,
    ConfigError,
    PipelineError,
    PromptError,
    StageError,
    UnknownBackendError,
)
from text2sim.pipeline import Pipeline
from text2sim.stage import STAGES, Context, Options
from text2sim.types import Frames, Motion, Trace

TINY = {"size": (16, 16), "fps": 5}


def test_call_runs_all_stages_and_keeps_the_parents():
    anim = fake_pipeline()("a man walks up stairs", seed=3, **TINY)
    assert {stage: RUNS[stage] for stage in STAGES} == dict.fromkeys(STAGES, 1)
    assert anim.frames.shape[1:] == (16, 16, 3)
    assert anim.script.prompt == "a man walks up stairs"
    assert anim.config["seed"] == 3
    assert anim.config["stages"]["motion"] == {"backend": "fake", "lift": 0.0}
    assert anim.config["versions"]["numpy"] == np.__version__


def test_until_returns_that_stage_and_runs_no_further():
    motion = fake_pipeline()("walk", until="motion", **TINY)
    assert isinstance(motion, Motion)
    assert RUNS["physics"] == 0
    assert motion.scene.plan.script.actors[0].id == "man1"
    assert isinstance(fake_pipeline()("walk", until="controller", **TINY), Trace)


@pytest.mark.parametrize("until", ["renderer", "enhancer", "motoin", 3])
def test_until_must_name_an_inner_stage(until):
    with pytest.raises(ConfigError, match="until must be one of"):
        fake_pipeline()("walk", until=until)


def test_second_run_comes_from_the_cache():
    pipeline = fake_pipeline()
    first = pipeline("walk", until="controller", **TINY)
    assert pipeline("walk", until="controller", **TINY) is first
    assert RUNS["parser"] == 1


def test_options_invalidate_only_the_stages_that_read_them():
    pipeline = fake_pipeline()
    pipeline("walk", **TINY)
    pipeline("walk", **{**TINY, "size": (32, 16)})
    assert RUNS["controller"] == 1
    assert RUNS["renderer"] == 2
    pipeline("walk", seed=1, **TINY)
    assert RUNS["assets"] == 1
    assert RUNS["motion"] == 2


def test_replace_shares_the_work_before_the_swapped_stage():
    pipeline = fake_pipeline()
    pipeline("walk", **TINY)
    swapped = pipeline.replace(motion=FakeMotion(lift=1.0))
    swapped("walk", **TINY)
    assert RUNS["assets"] == 1
    assert RUNS["motion"] == 2
    assert pipeline.motion.lift == 0.0


def test_replace_rejects_what_is_not_a_stage():
    with pytest.raises(PipelineError, match="Did you mean 'renderer'"):
        fake_pipeline().replace(render="raster")


def test_map_goes_on_past_a_bad_prompt_and_counts_seeds():
    results = list(fake_pipeline().map(["walk", " ", "run"], seed=5, **TINY))
    assert [result.index for result in results] == [0, 1, 2]
    assert isinstance(results[1].error, PromptError)
    assert results[1].animation is None
    assert [results[i].animation.config["seed"] for i in (0, 2)] == [5, 7]


def test_map_is_lazy_and_checks_options_at_once():
    pipeline = fake_pipeline()
    iterator = pipeline.map(iter(["walk", "run"]), **TINY)
    assert RUNS["parser"] == 0
    next(iterator)
    assert RUNS["parser"] == 1
    with pytest.raises(ConfigError):
        pipeline.map(["walk"], fps=float("nan"))
    with pytest.raises(ConfigError, match="iterable of prompts"):
        pipeline.map("walk")


def test_unknown_backend_suggests_the_nearest():
    with pytest.raises(UnknownBackendError, match=r"Did you mean 'sine'.*Known: sine"):
        Pipeline(motion="sin")


def test_wrong_stage_object_is_refused():
    with pytest.raises(PipelineError, match="motion takes a backend name"):
        fake_pipeline(motion=FakeRenderer())


def test_wiring_is_checked_when_built():
    @dataclass(frozen=True, kw_only=True)
    class Odd(FakeMotion):
        produces: ClassVar[type] = Frames

    with pytest.raises(PipelineError, match="makes Frames"):
        fake_pipeline(motion=Odd())


def test_a_crash_in_a_stage_names_the_stage_and_keeps_the_cause():
    @dataclass(frozen=True, kw_only=True)
    class Broken(FakeMotion):
        def run(self, value, ctx):
            return 1 / 0

    with pytest.raises(StageError, match=r"motion stage \(fake\).*ZeroDivisionError") as caught:
        fake_pipeline(motion=Broken())("walk", **TINY)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_a_stage_must_return_what_it_promised():
    @dataclass(frozen=True, kw_only=True)
    class Wrong(FakeMotion):
        def run(self, value, ctx):
            return value

    with pytest.raises(StageError, match="returned Scene instead of Motion"):
        fake_pipeline(motion=Wrong())("walk", **TINY)


def test_a_stage_reads_only_declared_options():
    @dataclass(frozen=True, kw_only=True)
    class Sly(FakeMotion):
        options: ClassVar[tuple[str, ...]] = ("fps",)

    with pytest.raises(PipelineError, match="reads the option 'seed'"):
        fake_pipeline(motion=Sly())("walk", **TINY)


def test_cancel_stops_within_a_stage():
    cancel = threading.Event()

    def stop_at_fifth_frame(progress):
        if progress.stage == "renderer" and progress.done == 5:
            cancel.set()

    with pytest.raises(Cancelled, match="renderer"):
        fake_pipeline()("walk", progress=stop_at_fifth_frame, cancel=cancel, **TINY)
    assert RUNS["enhancer"] == 0


def test_progress_reports_every_stage_in_order():
    seen = []
    fake_pipeline()("walk", progress=seen.append, **TINY)
    assert [p.stage for p in seen if p.done == p.total == 1] == list(STAGES)
    assert max(p.done for p in seen if p.stage == "renderer") > 5


def test_progress_bar_shows_the_stage(capsys):
    fake_pipeline()("walk", progress=True, **TINY)
    assert "[7/8] renderer" in capsys.readouterr().err


@pytest.mark.parametrize(
    "bad",
    [
        {"fps": float("nan")}, {"fps": 0}, {"fps": -5}, {"fps": 1e9}, {"fps": "30"},
        {"duration": float("nan")}, {"duration": -1.0}, {"duration": 0.0}, {"duration": 1e9},
        {"duration": float("inf")}, {"duration": True},
        {"size": (0, 10)}, {"size": (641, 480)}, {"size": (100000, 480)}, {"size": 640},
        {"size": (640.0, 480)}, {"size": (640, 480, 3)}, {"size": (-640, 480)},
        {"seed": -1}, {"seed": 1.5}, {"seed": None}, {"seed": 2**64},
        {"channels": ("depth",)}, {"channels": ("rgb", "sound")},
    ],
)  # fmt: skip
def test_bad_options_are_refused_before_anything_runs(bad):
    pipeline = fake_pipeline()
    with pytest.raises(ConfigError):
        pipeline("walk", **bad)
    assert not RUNS


@pytest.mark.parametrize("prompt", [None, 3, b"walk", ["walk"]])
def test_prompt_must_be_text(prompt):
    with pytest.raises(ConfigError, match="must be a str"):
        fake_pipeline()(prompt)


def test_random_streams_are_independent_and_repeatable():
    def draw(seed, stage):
        return Context(request=Options(seed=seed), stage=stage).rng().random(4).tolist()

    draws = [draw(seed, stage) for seed in (0, 1) for stage in STAGES]
    assert len({tuple(row) for row in draws}) == len(draws)
    assert draw(1, "motion") == draw(1, "motion")


def test_cache_keeps_within_its_budget_and_drops_the_oldest():
    cache = Cache(max_bytes=1000)
    for index in range(6):
        cache.put(str(index), np.zeros(25))
    assert own_bytes(np.zeros(25)) == 200
    assert cache.get("0") is None
    assert cache.get("5") is not None
    cache.put("large", np.zeros(100))
    assert cache.get("large") is None
    cache.clear()
    assert len(cache) == 0


def test_own_bytes_does_not_count_parents():
    pipeline = fake_pipeline()
    motion = pipeline("walk", until="motion", **TINY)
    arrays = motion.tracks[0]
    expected = arrays.root_positions.nbytes + arrays.rotations_wxyz.nbytes + arrays.contacts.nbytes
    assert expected <= own_bytes(motion) < expected + 5000
