"""DeepMimic's policies: the checkpoint reader, the network, and what the body does with them."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from text2sim.control.deepmimic import DeepMimicController
from text2sim.control.deepmimic.checkpoint import read_checkpoint
from text2sim.control.deepmimic.controller import _data
from text2sim.control.deepmimic.humanoid import CONTROL, Humanoid
from text2sim.control.deepmimic.policy import DeepMimicPolicy
from text2sim.data.deepmimic import read_frames
from text2sim.errors import ConfigError, ResourceError
from text2sim.pipeline import Pipeline
from text2sim.skeleton import INDEX
from text2sim.stage import Context
from text2sim.types import Trace

POLICIES = _data() / "data/policies/humanoid3d"


def varint(number: int) -> bytes:
    groups = []
    while number > 127:
        groups.append(number & 127 | 128)
        number >>= 7
    return bytes([*groups, number])


def block(entries: list[tuple[bytes, bytes]]) -> bytes:
    rows = b"".join(
        varint(0) + varint(len(key)) + varint(len(value)) + key + value for key, value in entries
    )
    return rows + struct.pack("<II", 0, 1)


def write_checkpoint(path: Path, name: str, values: np.ndarray) -> None:
    """The smallest table that holds one variable of float32."""
    values = values.astype("<f4")
    sides = b"".join(
        b"\x12" + varint(len(side)) + side for side in (b"\x08" + varint(n) for n in values.shape)
    )
    entry = b"\x08\x01\x12" + varint(len(sides)) + sides + b"\x28" + varint(values.nbytes)
    first = block([(b"", b""), (name.encode(), entry)])
    second = block([(b"z", varint(0) + varint(len(first)))])
    footer = varint(0) + varint(0) + varint(len(first) + 5) + varint(len(second))
    table = first + b"\0" * 5 + second + b"\0" * 5 + footer.ljust(40, b"\0")
    path.with_name(path.name + ".index").write_bytes(table + struct.pack("<Q", 0xDB4775248B80FB57))
    path.with_name(path.name + ".data-00000-of-00001").write_bytes(values.tobytes())


def test_a_checkpoint_is_read(tmp_path: Path) -> None:
    values = np.arange(300.0, dtype=np.float32).reshape(2, 150)
    write_checkpoint(tmp_path / "a.ckpt", "some/name", values)
    found = read_checkpoint(tmp_path / "a.ckpt")
    assert list(found) == ["some/name"]
    np.testing.assert_array_equal(found["some/name"], values)


def test_wrong_checkpoints_are_errors(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match="no file"):
        read_checkpoint(tmp_path / "none.ckpt")
    write_checkpoint(tmp_path / "a.ckpt", "some/name", np.ones((4, 4)))
    with pytest.raises(ResourceError, match=r"no policy of DeepMimic.*\(197, 1024\).*nothing"):
        DeepMimicPolicy.load(tmp_path / "a.ckpt")
    (tmp_path / "a.ckpt.data-00000-of-00001").write_bytes(b"1234")
    with pytest.raises(ResourceError, match="cut off"):
        read_checkpoint(tmp_path / "a.ckpt")
    (tmp_path / "a.ckpt.index").write_bytes(b"x" * 100)
    with pytest.raises(ResourceError, match="LevelDB"):
        read_checkpoint(tmp_path / "a.ckpt")


def test_the_network_is_what_its_layers_say() -> None:
    policy = DeepMimicPolicy.load(POLICIES / "humanoid3d_walk.ckpt")
    raw = read_checkpoint(POLICIES / "humanoid3d_walk.ckpt")
    state = policy.state_mean + policy.state_std * np.linspace(-1, 1, 197)
    x = np.linspace(-1, 1, 197)
    for name in ("actor/0/dense", "actor/1/dense"):
        kernel, bias = (raw[f"agent/main/{name}/{part}"] for part in ("kernel", "bias"))
        x = np.array([max(0.0, float(column @ x + b)) for column, b in zip(kernel.T, bias)])
    last = x @ raw["agent/main/actor/dense/kernel"] + raw["agent/main/actor/dense/bias"]
    wanted = last * raw["agent/resource/a_norm/std"] + raw["agent/resource/a_norm/mean"]
    np.testing.assert_allclose(policy.act(state), wanted, rtol=1e-4, atol=1e-5)


def test_a_pose_comes_back_and_the_state_turns_with_the_body() -> None:
    clip = read_frames(_data() / "data/motions/humanoid3d_kick.txt")
    body = Humanoid(_data())
    try:
        frame = clip[10, 1:]
        ahead = np.concatenate([[0.1, 0.0, 0.0], np.zeros(40)])
        body.place(frame, frame + ahead, 0.1)
        np.testing.assert_allclose(np.abs(body.frame()), np.abs(frame), atol=5e-4)
        first = body.state(0.3)
        half = np.array([np.cos(0.4), 0.0, np.sin(0.4), 0.0])
        turned = frame.copy()
        w, x, y, z = frame[3:7]
        turned[3:7] = [half[0] * w - half[2] * y, half[0] * x + half[2] * z,
                       half[0] * y + half[2] * w, half[0] * z - half[2] * x]  # fmt: skip
        ahead[:3] = [0.1 * np.cos(0.8), 0.0, -0.1 * np.sin(0.8)]
        body.place(turned, turned + ahead, 0.1)
        np.testing.assert_allclose(body.state(0.3), first, atol=2e-5)
    finally:
        body.close()


def perform(skill: str, prompt: str, seconds: float) -> Trace:
    world = Pipeline()(prompt, until="physics", duration=seconds)
    return DeepMimicController(skill=skill).run(world, Context(stage="controller"))


def test_a_backflip_turns_over_and_lands_on_its_feet() -> None:
    trace = perform("auto", "a man does a backflip", 2.0)
    assert trace.outcome.status == "completed"
    assert not trace.assist_force.any()
    track = trace.tracks[0]
    joints = track.positions()
    up = joints[:, INDEX["neck"], 2] - joints[:, INDEX["pelvis"], 2]
    assert up.min() < -0.3  # Head below hips, once.
    assert up[-10:].min() > 0.2
    feet = joints[:, [INDEX["left_foot"], INDEX["right_foot"]], 2]
    assert feet.min(axis=1).max() > 0.5
    assert feet[-5:].max() < 0.15


def test_a_walk_goes_ahead_from_where_the_plan_begins() -> None:
    trace = perform("auto", "a man walks", 3.0)
    planned, track = trace.world.motion.tracks[0], trace.tracks[0]
    assert trace.outcome.status == "completed"
    np.testing.assert_allclose(
        track.root_positions[0, :2], planned.root_positions[0, :2], atol=1e-6
    )
    travel = track.root_positions[-1] - track.root_positions[0]
    asked = planned.root_positions[-1] - planned.root_positions[0]
    assert 2.0 < np.linalg.norm(travel[:2]) < 5.0
    assert travel[:2] @ asked[:2] > 0.9 * np.linalg.norm(travel[:2]) * np.linalg.norm(asked[:2])
    assert "straight ahead" in trace.warnings[-1]


def test_no_policy_for_it() -> None:
    with pytest.raises(ConfigError, match=r"no policy for wave.*walk, jump, backflip"):
        perform("auto", "a man waves", 1.0)
    with pytest.raises(ConfigError, match="No skill is called 'fly'"):
        DeepMimicController(skill="fly")  # type: ignore[arg-type]


def test_a_fall_is_seen() -> None:
    """Without the policy the body falls; who lies is down, who stands is not."""
    clip = read_frames(_data() / "data/motions/humanoid3d_walk.txt")
    body = Humanoid(_data())
    try:
        body.place(clip[0, 1:], clip[0, 1:], 1.0)
        down = []
        for _ in range(3 * CONTROL):
            body.drive(np.zeros(36), 0.05)
            down.append(body.down())
    finally:
        body.close()
    assert not any(down[:5])
    assert down[-1]


def test_other_frame_rates_keep_the_clock() -> None:
    world = Pipeline()("a man walks", until="physics", duration=1.0, fps=24.0)
    trace = DeepMimicController().run(world, Context(stage="controller"))
    assert trace.fps == 24.0
    assert len(trace.tracks[0].root_positions) == world.motion.frames
    slow = perform("walk", "a man walks", 1.0)
    ends = [t.tracks[0].root_positions for t in (trace, slow)]
    travelled = [np.linalg.norm((end[-1] - end[0])[:2]) / (len(end) - 1) for end in ends]
    assert travelled[0] * 24 == pytest.approx(travelled[1] * 30, rel=0.1)
