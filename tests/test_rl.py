"""Reinforcement learning: Gymnasium's environments, and runs that go on after a kill."""

from __future__ import annotations

import csv
import dataclasses
import json

import numpy as np
import pytest
from typer.testing import CliRunner

from text2sim.errors import ConfigError
from text2sim.pipeline import Pipeline

gymnasium = pytest.importorskip("gymnasium")
pytest.importorskip("stable_baselines3")
torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def walk():
    return Pipeline()("a man walks", seed=0, duration=3, until="motion")


@pytest.mark.filterwarnings("ignore:.*A Box observation space:UserWarning")
def test_gymnasium_finds_nothing_wrong(walk) -> None:
    from gymnasium.utils.env_checker import check_env

    import text2sim.envs

    env = gymnasium.make("text2sim/Imitation-v0", motions=walk)
    check_env(env.unwrapped, skip_render_check=True)
    env.reset(seed=0)
    _, _, _, _, info = env.step(env.action_space.sample())
    assert {"position", "rotation", "velocity", "spin", "effort", "error"} <= set(info)
    assert {"text2sim/Terrain-v0", "text2sim/Push-v0"} <= set(text2sim.envs.ENVIRONMENTS)
    assert set(text2sim.envs.ENVIRONMENTS) <= set(gymnasium.registry)


def test_rows_of_the_vector_environment_are_reset_in_the_same_step(walk) -> None:
    import text2sim.envs  # noqa: F401

    env = gymnasium.make_vec("text2sim/Push-v0", num_envs=4, motions=walk, push_speed=0.0)
    first, _ = env.reset(seed=3)
    again, _ = env.reset(seed=3)
    assert np.array_equal(first, again)
    fling = np.ones((4, 36), np.float32)
    for _ in range(60):
        seen, pay, lost, over, info = env.step(fling)
        if (lost | over).any():
            break
    assert lost.any()
    assert "final_obs" in info
    row = int(np.flatnonzero(lost)[0])
    assert not np.allclose(info["final_obs"][row], seen[row])
    assert seen.shape == (4, 297)
    assert pay.shape == (4,)
    env.close()


@pytest.fixture
def small(monkeypatch, walk, tmp_path):
    """Options of a run of seconds."""
    from text2sim.training import tracker

    monkeypatch.setattr(tracker, "suite", lambda name: [("sine: a man walks", walk)])
    return {"out": tmp_path / "run", "rows": 4, "horizon": 4, "minibatch": 8, "width": 16,
            "checkpoint_every": 1}  # fmt: skip


def test_a_run_goes_on_where_it_was_killed(small) -> None:
    from text2sim.imitation.task import Task
    from text2sim.training.tracker import TrackerTrainer
    from text2sim.training.tracker_config import TrackerConfig

    config = TrackerConfig(**small, samples=32, task=Task(assist=0.5))
    said: list[str] = []
    trainer = TrackerTrainer(config, said.append)
    before = {k: v.clone() for k, v in trainer.model.policy.state_dict().items()}
    trainer.run()
    assert any((before[k] != v).any() for k, v in trainer.model.policy.state_dict().items())
    again = TrackerTrainer(dataclasses.replace(config, samples=64), said.append)
    assert any("goes on from 32" in line for line in said)
    for name, value in trainer.model.policy.state_dict().items():
        assert torch.equal(again.model.policy.state_dict()[name], value)
    moments = again.model.policy.optimizer.state_dict()["state"]
    assert float(moments[0]["exp_avg"].abs().sum()) > 0.0
    np.testing.assert_allclose(again.normal.obs_rms.mean, trainer.normal.obs_rms.mean)
    again.run()
    with (small["out"] / "log.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["step"]) for row in rows] == [16, 32, 48, 64]
    assert {"reward", "position", "effort", "assist", "seconds_alive"} <= set(rows[0])
    with pytest.raises(ConfigError, match="gamma"):
        TrackerTrainer(dataclasses.replace(config, gamma=0.5))


def test_help_fades_in_clips_that_last(small, monkeypatch, walk) -> None:
    from text2sim.imitation.task import Task
    from text2sim.training import tracker
    from text2sim.training.tracker_config import TrackerConfig

    monkeypatch.setattr(tracker, "suite", lambda name: [("easy", walk), ("hard", walk)])
    config = TrackerConfig(**small, steady=0.9, anneal=0.5, samples=32, task=Task(assist=0.04))
    trainer = tracker.TrackerTrainer(config)
    trainer._adapt(0.02)
    assert trainer.batch.assists.tolist() == [0.04, 0.04]
    trainer.batch.failures[:] = [0.05, 0.2]
    trainer._adapt(0.02)
    assert trainer.batch.assists.tolist() == [0.02, 0.04]
    trainer._adapt(0.02)
    assert trainer.batch.assists.tolist() == [0.0, 0.04]
    trainer.save()
    again = tracker.TrackerTrainer(config)
    assert again.batch.assists.tolist() == [0.0, 0.04]
    assert again.batch.failures.tolist() == [0.05, 0.2]


def test_a_run_is_released_as_the_policy_that_acted(small, tmp_path) -> None:
    from text2sim.control.tracking.policy import TrackingPolicy
    from text2sim.training import export_controller
    from text2sim.training.tracker import TrackerTrainer
    from text2sim.training.tracker_config import TrackerConfig

    trainer = TrackerTrainer(TrackerConfig(**small, samples=32))
    trainer.run()
    net, notes = export_controller.net_of(small["out"])
    export_controller.export(net, tmp_path / "policy", [(1.8, 75.0)])
    assert int(notes["step"]) == 32
    seen = np.random.default_rng(0).normal(size=(5, 297)).astype(np.float32)
    normal = trainer.normal.normalize_obs(seen)
    expected, _ = trainer.model.policy.predict(normal, deterministic=True)
    acted = TrackingPolicy(tmp_path / "policy").act(seen)
    np.testing.assert_allclose(np.clip(acted, -3, 3), expected, atol=1e-4)
    assert json.loads((tmp_path / "policy" / "config.json").read_text())["seen"] == 297


def test_the_humanoid_learns_and_goes_on(tmp_path) -> None:
    from text2sim.training.humanoid import HumanoidTrainer
    from text2sim.training.humanoid_config import HumanoidConfig

    config = HumanoidConfig(
        out=tmp_path, env="Humanoid-v5", steps=128, horizon=64, minibatch=32, log_every=64
    )
    HumanoidTrainer(config, lambda _: None).run()
    said: list[str] = []
    again = HumanoidTrainer(dataclasses.replace(config, steps=256), said.append)
    assert again.model.num_timesteps == 128
    again.run()
    with (tmp_path / "log.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert float(rows[-1]["return"]) > 0.0
    with pytest.raises(ConfigError, match="Humanoid-v4"):
        HumanoidConfig(env="Ant-v4")


def test_the_command_has_every_setting() -> None:
    from text2sim.cli import app

    for command, flags in (("controller", ("--task.assist", "--weights.position", "--suite")),
                           ("humanoid", ("--env", "--steps"))):  # fmt: skip
        text = CliRunner().invoke(app, ["train", command, "--help"], env={"COLUMNS": "200"}).output
        assert all(flag in text for flag in flags)
