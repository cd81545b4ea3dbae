"""Bodies that learn to follow motion: what they see and are paid, and what is released."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from text2sim.control.tracking.clip import RATE, stride
from text2sim.control.tracking.controller import PPOController
from text2sim.control.tracking.observation import ACTIONS
from text2sim.errors import ConfigError, ResourceError
from text2sim.imitation.batch import ImitationBatch
from text2sim.imitation.ground import rough
from text2sim.imitation.rewards import Seen, rewards
from text2sim.imitation.suites import Reference, motion_of, packed, suite
from text2sim.imitation.task import RewardWeights, Task
from text2sim.light_body import DRIVEN, LOCKED, merged
from text2sim.maths import quaternions as quat
from text2sim.pipeline import Pipeline

STILL = np.zeros((8, ACTIONS))


@pytest.fixture(scope="module")
def walk():
    return Pipeline()("a man walks", seed=0, duration=4, until="motion")


@pytest.fixture(scope="module")
def stand():
    return Pipeline()("a man stands still", seed=0, duration=4, until="motion")


def test_a_body_on_its_motion_has_every_reward() -> None:
    rng = np.random.default_rng(0)
    seen = Seen(
        positions=rng.normal(size=(5, 13, 3)), velocities=rng.normal(size=(5, 13, 3)),
        turns_wxyz=quat.exp(rng.normal(size=(5, 13, 3))), spins=rng.normal(size=(5, 12, 3)),
    )  # fmt: skip
    terms = rewards(seen, seen, np.zeros((5, ACTIONS)))
    assert set(terms) == {item.name for item in dataclasses.fields(RewardWeights)}
    assert all(terms[name] == pytest.approx(1.0) for name in terms if name != "effort")
    away = dataclasses.replace(seen, positions=seen.positions + [0.1, 0.0, 0.0])
    assert rewards(away, seen, np.ones((5, ACTIONS)))["position"] == pytest.approx(np.exp(-0.3))
    assert rewards(away, seen, np.ones((5, ACTIONS)))["effort"] == pytest.approx(-1.0)


def test_standing_needs_little_and_walking_needs_help(walk, stand) -> None:
    errors = {}
    for name, motion, assist in (("stand", stand, 0.0), ("walk", walk, 0.0), ("held", walk, 1.0)):
        batch = ImitationBatch([motion], 8, task=Task(assist=assist, lost=10.0))
        batch.reset(np.arange(8), start=0.5)
        for _ in range(60):
            step = batch.step(STILL)
        errors[name] = step.errors.mean()
        batch.close()
    assert errors["stand"] < 0.1 < errors["walk"]
    assert errors["held"] < 0.08


def test_episodes_end_when_lost_and_when_the_motion_is_over(walk) -> None:
    batch = ImitationBatch([walk], 8, task=Task(seconds=1.0))
    batch.reset(np.arange(8))
    fling = np.full((8, ACTIONS), 3.0)
    fling[:4] = 0.0
    failed, ended = np.zeros(8, bool), np.zeros(8, bool)
    for number in range(30):
        step = batch.step(fling)
        failed |= step.failed & ~ended
        ended |= step.ended
        assert number == 29 or not step.ended.any()
    assert failed[4:].all()
    assert step.ended[:4].any()
    assert not (step.failed & step.ended).any()


def test_what_is_seen_does_not_depend_on_where_and_which_way(walk) -> None:
    track = walk.tracks[0]
    turn = quat.about_z(1.1)
    moved = dataclasses.replace(
        track, root_positions=quat.rotate(turn, track.root_positions) + [3.0, -2.0, 0.0],
        rotations_wxyz=np.concatenate(
            [quat.mul(turn, track.rotations_wxyz[:, :1]), track.rotations_wxyz[:, 1:]], axis=1
        ),
    )  # fmt: skip
    batch = ImitationBatch([walk, dataclasses.replace(walk, tracks=(moved,))], 2)
    assert len(batch._groups) == 1
    here = batch.reset(np.arange(1), clip=0, start=1.0)
    there = batch.reset(np.arange(1, 2), clip=1, start=1.0)
    np.testing.assert_allclose(here, there, atol=2e-4)
    batch.step(np.zeros((2, ACTIONS)))


def test_the_same_seed_gives_the_same_episodes(walk) -> None:
    task = Task(push_every=0.2, push_speed=1.0, masses=0.1, strengths=0.1, frictions=0.2)
    runs = []
    for seed in (1, 1, 2):
        batch = ImitationBatch([walk], 8, task=task, seed=seed)
        runs.append([batch.step(STILL).observations for _ in range(10)])
        batch.close()
    assert np.array_equal(runs[0], runs[1])
    assert not np.array_equal(runs[0], runs[2])


def test_pushes_push(walk) -> None:
    speeds = []
    for every in (0.0, 0.1):
        batch = ImitationBatch([walk], 8, task=Task(push_every=every, push_speed=3.0, lost=9.0))
        batch.reset(np.arange(8), start=0.0)
        for _ in range(3):
            step = batch.step(STILL)
        speeds.append(step.errors)
    assert (speeds[1] > speeds[0] + 0.002).all()


def test_a_body_whose_numbers_explode_begins_anew(walk) -> None:
    batch = ImitationBatch([walk], 8)
    group = batch._groups[0]
    states = group.batch.states
    states[3, 5] = np.nan
    group.batch.states = states
    step = batch.step(STILL)
    assert step.failed.tolist() == [row == 3 for row in range(8)]
    assert np.isfinite(step.observations).all()
    assert np.isfinite(step.rewards).all()


def test_different_grounds_are_different_worlds(walk) -> None:
    over = rough(walk, height=0.05, seed=0)
    tops = [item.top(item.position[:2]) for item in over.scene.objects]
    assert len(tops) >= 5
    assert 0.01 < min(tops) < max(tops) <= 0.05
    assert over.tracks[0].soles()[..., 2].max() > walk.tracks[0].soles()[..., 2].max()
    batch = ImitationBatch([walk, over], 4)
    assert len(batch._groups) == 2
    with pytest.raises(ConfigError, match="another world"):
        batch.reset(np.arange(4), clip=0)
    assert batch.table.ground[len(batch.table) // 2 :].max() > 0.01


@pytest.mark.parametrize("bad", [{"seconds": 0.0}, {"assist": -1.0}, {"masses": 1.0}])
def test_impossible_tasks_are_refused(bad) -> None:
    with pytest.raises(ConfigError):
        Task(**bad)


def test_motions_that_do_not_fit_are_refused(walk) -> None:
    with pytest.raises(ConfigError, match="scene with one person"):
        ImitationBatch([dataclasses.replace(walk, tracks=())], 1)
    short = dataclasses.replace(walk, tracks=(walk.tracks[0].slice(0, 20),))
    with pytest.raises(ConfigError, match="lasts"):
        ImitationBatch([short], 1)
    with pytest.raises(ConfigError, match="at least one motion"):
        ImitationBatch([], 1)
    with pytest.raises(ConfigError, match="No suite"):
        suite("moonwalk")
    with pytest.raises(ConfigError, match="no clip"):
        packed("cmu_nobody")


def test_a_clip_of_the_pack_stands_on_the_ground_of_a_scene() -> None:
    motion = motion_of(Reference(source="pack", text="cmu_12_02"))
    assert motion.fps == 30.0
    assert abs(np.median(motion.tracks[0].soles()[..., 2].min(axis=1))) < 0.02


def test_the_light_pose_keeps_what_moves() -> None:
    rotations = quat.exp(0.3 * np.random.default_rng(0).normal(size=(4, 22, 3)))
    light = merged(rotations)
    assert len(DRIVEN) + len(LOCKED) + 1 == 22
    assert np.array_equal(merged(light), light)


def test_decisions_are_thirty_a_second_on_any_clock() -> None:
    assert [stride(1 / rate) for rate in (180, 240, 480)] == [6, 8, 16]
    assert RATE == 30.0


def test_without_a_policy_the_controller_says_what_to_do(tmp_path) -> None:
    controller = PPOController(policy=str(tmp_path))
    with pytest.raises(ResourceError, match="text2sim train controller"):
        Pipeline(controller=controller, physics="mujoco")(
            "a man walks", duration=1, until="controller"
        )


torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def policy(tmp_path_factory):
    """A policy that does nothing but add its bias of zero: the plain reference."""
    from text2sim.training.export_controller import export
    from text2sim.training.tracking_net import TrackingNet

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("policy")
    net = TrackingNet(297, ACTIONS, (16, 8)).eval()
    net.mean.uniform_(-1, 1)
    net.variance.uniform_(0.5, 2)
    export(net, folder, [(1.78, 72.8)])
    return net, folder


def test_graph_and_module_are_the_same_network(policy) -> None:
    from text2sim.control.tracking.policy import TrackingPolicy

    net, folder = policy
    seen = np.random.default_rng(0).normal(size=(7, 297)).astype(np.float32) * 4
    with torch.no_grad():
        expected = net(torch.from_numpy(seen)).numpy()
    np.testing.assert_allclose(TrackingPolicy(folder).act(seen), expected, atol=1e-5)


@pytest.mark.parametrize("engine", ["mujoco", "pybullet"])
def test_the_controller_never_helps_and_reports_falls(policy, engine) -> None:
    _, folder = policy
    pipeline = Pipeline(controller=PPOController(policy=str(folder)), physics=engine)
    trace = pipeline("a man runs", seed=0, duration=4, until="controller")
    assert not trace.assist_force.any()
    assert not trace.assist_torque.any()
    assert trace.outcome.status == "fell"
    assert 0.2 < trace.outcome.time < 4.0
    fallen = trace.tracks[0].root_positions[-1, 2]
    assert fallen < trace.tracks[0].root_positions[0, 2] - 0.3


def test_policies_are_for_bodies_like_those_they_learned_with(policy) -> None:
    pipeline = Pipeline(controller=PPOController(policy=str(policy[1])), physics="mujoco")
    with pytest.raises(ConfigError, match=r"knows bodies 1\.7"):
        pipeline("a boy walks", duration=1, until="controller")
    with pytest.raises(ConfigError, match="hold"):
        pipeline("a man picks up a box", seed=0, until="controller")


def test_damaged_policies_are_refused(policy, tmp_path) -> None:
    from text2sim.control.tracking.policy import TrackingPolicy

    config = json.loads((policy[1] / "config.json").read_text())
    graph = (policy[1] / "policy.onnx").read_bytes()
    for change, error in (({"version": 99}, ConfigError), ({"seen": 5}, ResourceError)):
        (tmp_path / "config.json").write_text(json.dumps(config | change))
        (tmp_path / "policy.onnx").write_bytes(graph)
        with pytest.raises(error):
            TrackingPolicy(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ResourceError, match="no configuration"):
        TrackingPolicy(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "policy.onnx").write_bytes(graph[:500])
    with pytest.raises(ResourceError, match="no graph"):
        TrackingPolicy(tmp_path)
    with pytest.raises(ConfigError, match="another version"):
        TrackingPolicy(policy[1]).act(np.zeros((1, 5), np.float32))
