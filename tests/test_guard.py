"""Worlds that can't be, and numbers that run away."""

from __future__ import annotations

import dataclasses
import pickle
import tempfile
from pathlib import Path

import numpy as np
import pytest

from tests import samples
from tests.test_control import CTX, bob
from tests.test_physics import ball_part, box_part, thing, world_of
from text2sim.control.deepmimic.policy import DeepMimicPolicy
from text2sim.control.pd import PDController
from text2sim.errors import ConfigError, PipelineError, SimulationDiverged, Text2SimError
from text2sim.evaluation.clip import evaluate
from text2sim.physics.mujoco import MuJoCoEngine
from text2sim.physics.pybullet import PyBulletEngine
from text2sim.physics.stage import PhysicsEngine
from text2sim.stage import Context
from text2sim.types import Motion, Simulation, World

ENGINES = (PyBulletEngine, MuJoCoEngine)


@pytest.fixture(params=ENGINES, ids=lambda engine: engine.name)
def kind(request: pytest.FixtureRequest) -> type[PhysicsEngine]:
    return request.param


def exploding(engine: PhysicsEngine, monkeypatch: pytest.MonkeyPatch, at: float = 1.2) -> World:
    """A man who bends his knees, whose pelvis gets a velocity without end at a time [s]."""
    scene = dataclasses.replace(samples.stairs_scene(), objects=())
    world = engine.run(Motion(fps=30.0, tracks=(bob(60),), scene=scene), Context())
    opened = type(engine).open

    def open_and_spoil(self: PhysicsEngine, of: World) -> object:
        simulation, steps = opened(self, of), 0
        step = simulation.step

        def spoiled(drives: object) -> None:
            nonlocal steps
            steps += 1
            step(drives)
            if steps * of.timestep >= at:
                state = simulation.body("man1")
                wild = dataclasses.replace(state, root_velocity=np.array([0.0, 0.0, 3e4]))
                simulation.place("man1", wild)

        monkeypatch.setattr(simulation, "step", spoiled)
        return simulation

    monkeypatch.setattr(type(engine), "open", open_and_spoil)
    return world


def test_divergence_keeps_the_last_second(
    kind: type, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(SimulationDiverged, match=r"rate.*The last second is in") as caught:
        PDController().run(exploding(kind(), monkeypatch), CTX)
    path = Path(caught.value.dump)
    assert [path] == list(tmp_path.iterdir())
    assert str(path) in str(caught.value)
    with np.load(path, allow_pickle=False) as dump:
        assert len(dump["time"]) == 30
        assert 1.1 < dump["time"][-1] < 1.2
        assert dump["man1.rotations_wxyz"].shape == (30, 22, 4)
        assert np.isfinite(dump["man1.root_position"]).all()
        assert np.ptp(dump["man1.root_position"][:, 2]) > 0.01
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.dump) == (str(caught.value), caught.value.dump)


def test_divergence_may_end_the_clip(
    kind: type, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    trace = PDController().run(exploding(kind(on_divergence="end"), monkeypatch), CTX)
    assert trace.outcome.status == "diverged"
    frames = len(trace.object_positions)
    assert 34 <= frames <= 37
    assert trace.outcome.time == pytest.approx((frames - 1) / 30.0)
    assert "The last second is in" in trace.outcome.message
    found = evaluate(trace)
    assert found["completed"].value == pytest.approx(trace.outcome.time / 2.0)
    assert np.isnan(found["fall_time"].value)


def test_a_dump_that_can_not_be_written_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(SimulationDiverged, match="could not be kept") as caught:
        PDController().run(exploding(PyBulletEngine(), monkeypatch), CTX)
    assert caught.value.dump is None


def test_numbers_that_are_not_finite_are_divergence_too(kind: type) -> None:
    with world_of(kind(), actors=True).open() as simulation:
        state = simulation.body("man1")
        spins = np.full((22, 3), 1e200)
        simulation.place("man1", dataclasses.replace(state, joint_velocities=spins))
        with pytest.raises(SimulationDiverged):
            shake(simulation)


def shake(simulation: Simulation) -> None:
    for _ in range(10):
        simulation.step({})
        simulation.body("man1")


@pytest.mark.parametrize("mass", [0.0, -1.0, float("nan"), float("inf")])
def test_things_that_move_have_a_mass(mass: float) -> None:
    with pytest.raises(ConfigError, match=r"mass of 'thing1'.*fixed"):
        thing(ball_part(), (0, 0, 1), mass=mass)
    assert thing(ball_part(), (0, 0, 1), mass=mass, fixed=True).fixed


def test_people_have_a_mass() -> None:
    person = samples.stairs_scene().actors[0].character
    for change in ({"mass": 0.0}, {"mass": float("nan")}, {"stature": -1.7}):
        with pytest.raises(ConfigError, match=next(iter(change))):
            dataclasses.replace(person, **change)


def test_things_inside_each_other_are_refused(kind: type) -> None:
    box = box_part(1.0, 1.0, 1.0)
    other = thing(ball_part(0.3), (0.0, 0.0, 0.2), id="ball1")
    with pytest.raises(
        PipelineError, match=r"'thing1' and 'ball1' begin inside each other, 0\.\d+ m"
    ):
        world_of(kind(), thing(box, (0, 0, 0)), other)
    world_of(kind(), thing(box, (0, 0, 0), fixed=True), dataclasses.replace(other, fixed=True))
    world_of(kind(), thing(box, (0, 0, 0)), dataclasses.replace(other, position=[0, 0, 0.98]))


@pytest.mark.parametrize(
    "options", [{"rate": 0.0}, {"rate": float("nan")}, {"iterations": 0}, {"on_divergence": "hope"}]
)
def test_settings_of_engines_are_checked(kind: type, options: dict) -> None:
    with pytest.raises(ConfigError, match=next(iter(options))):
        kind(**options)


def test_weights_that_are_missing_are_named(tmp_path: Path) -> None:
    with pytest.raises(Text2SimError, match="walk"):
        DeepMimicPolicy.load(tmp_path / "walk.ckpt")
