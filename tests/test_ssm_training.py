"""Training of MotionSSM on a handful of clips: it learns, resumes, and says what is wrong."""

import csv
import dataclasses
import importlib.util

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason='needs pip install "text2sim[train]"')
pytest.importorskip("lightning_fabric", reason='needs pip install "text2sim[train]"')

from text2sim.data.corpus import BODY, sentence_of, take_of  # noqa: E402
from text2sim.data.dataset import MotionDataset  # noqa: E402
from text2sim.edit import mirror  # noqa: E402
from text2sim.errors import ConfigError, MissingExtraError, ResourceError, StageError  # noqa: E402
from text2sim.motion.ssm.config import SSMMotionConfig  # noqa: E402
from text2sim.motion.ssm.features import (  # noqa: E402
    DIM,
    POSITIONS,
    ROTATIONS,
    Anchor,
    decode,
    encode,
    mirrored,
)  # fmt: skip
from text2sim.training import checkpoints  # noqa: E402
from text2sim.training.cli import app, check_extra  # noqa: E402
from text2sim.training.config import SSMTrainingConfig, config_from, rate_at  # noqa: E402
from text2sim.training.flow import flow_times  # noqa: E402
from text2sim.training.loop import Trainer, draws  # noqa: E402
from text2sim.training.losses import forward_kinematics, losses  # noqa: E402

TINY = SSMMotionConfig(
    d_model=32, d_state=8, n_layers=2, head_width=16, window=16, context=4, history=8,
    text_width=32,
)  # fmt: skip


@pytest.fixture
def config(three_clips, tmp_path):
    return SSMTrainingConfig(
        out=tmp_path / "run", data=three_clips, steps=6, batch_size=4, composed=3, network=TINY,
        precision="32-true", checkpoint_every=3, log_every=1, warmup=1, learning_rate=1e-3,
    )  # fmt: skip


def rows_of(config):
    with (config.out / "log.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def trained(config):
    trainer = Trainer(config, lambda text: None)
    trainer.run()
    return trainer


def test_features_and_motion_are_the_same_and_mirror_alike():
    take = take_of(MotionDataset.open_pack()["cmu_16_29"], np.random.default_rng(0))
    track = take.motion.tracks[0]
    features, place = encode(track)
    x, y, yaw = place[0]
    back = decode(features[1:], Anchor(x=x, y=y, yaw=yaw))
    assert features.shape == (take.motion.frames, DIM)
    assert np.abs(back.positions() - track.positions()[1:]).max() < 1e-5
    other, _ = encode(mirror(take.motion).tracks[0])
    assert np.abs(mirrored(features) - other).max() < 1e-5
    assert (mirrored(mirrored(features)) == features).all()


def test_kinematics_of_the_loss_are_those_of_the_skeleton():
    track = take_of(MotionDataset.open_pack()["cmu_12_03"], np.random.default_rng(0)).motion.tracks[
        0
    ]
    features = torch.from_numpy(encode(track)[0]).double()
    joints = forward_kinematics(features[:, ROTATIONS]).numpy()
    seen = features[:, POSITIONS].numpy().reshape(-1, 21, 3)
    seen[..., 2] -= features[:, 3:4].numpy()
    assert np.abs(joints[:, 1:] - seen).max() < 1e-5
    assert (track.skeleton.offsets == BODY.offsets).all()


def test_no_loss_is_left_where_the_prediction_is_the_truth_and_a_still_foot_does_not_skate():
    take = take_of(MotionDataset.open_pack()["cmu_16_29"], np.random.default_rng(0))
    truth = torch.from_numpy(encode(take.motion.tracks[0])[0])[None]
    one, there, time = torch.ones(DIM), torch.ones(truth.shape[:2], dtype=torch.bool), torch.ones(1)
    from text2sim.training.config import LossWeights

    found = losses(truth, truth, there, time, one, 0.0 * one, LossWeights())
    assert max(float(value) for value in found.values()) < 1e-6
    sliding = truth.clone()
    sliding[..., 1] += 0.05
    worse = losses(sliding, truth, there, time, one, 0.0 * one, LossWeights())
    assert worse["skate"] > 1e-3 > worse["fk"]


def test_captions_get_one_style():
    assert sentence_of("walk, 90-degree right turn") == "a person walks, 90-degree right turn."
    assert sentence_of("A young man is kicking.") == "a person is kicking."
    assert sentence_of("basketball - dribble") == "a person performs basketball, dribble."
    assert sentence_of("  ") == ""


def test_a_run_on_three_clips_learns_and_goes_on_as_if_it_had_never_stopped(config):
    whole = trained(config)
    curve = rows_of(config)
    assert len(curve) == 6
    assert {"flow", "velocity", "fk", "skate", "agree", "loss"} <= set(curve[0])
    assert not np.isclose(float(curve[0]["loss"]), float(curve[-1]["loss"]), rtol=1e-3)
    other = dataclasses.replace(config, out=config.out.parent / "other")
    first = Trainer(other, lambda text: None)
    first._late = lambda began: first.step >= 4  # killed after step 4; the checkpoint is of step 3
    first.run = Trainer.run.__get__(first)
    kept = checkpoints.save
    try:
        checkpoints.save = lambda t: kept(t) if t.step == 3 else None
        first.run()
    finally:
        checkpoints.save = kept
    again = trained(other)
    assert again.step == whole.step == 6
    for one, two in zip(curve, rows_of(other)):
        assert {k: v for k, v in one.items() if "seconds" not in k} == {
            k: v for k, v in two.items() if "seconds" not in k
        }
    for name, value in whole.average.items():
        assert torch.equal(value, again.average[name])


def test_overfitting_a_few_windows_brings_the_loss_down(config):
    config = dataclasses.replace(config, steps=40, log_every=10, learning_rate=4e-3, batch_size=8)
    trained(config)
    curve = [float(row["loss"]) for row in rows_of(config)]
    assert curve[-1] < 0.8 * curve[0]


def test_regression_sees_no_motion_to_begin_with(config):
    config = dataclasses.replace(config, objective="regression", steps=2)
    trainer = trained(config)
    batch = trainer.data.train.batch(0, 2)
    assert trainer.losses(batch, draws(0, 0))["loss"] == trainer.losses(batch, draws(0, 1))["loss"]


def test_what_is_kept_of_a_window_is_given_and_no_error_counts_there(config):
    always = dataclasses.replace(config.dropout, kept=1.0)
    trainer = Trainer(dataclasses.replace(config, dropout=always), lambda text: None)
    batch = trainer.data.train.batch(0, 32)
    marked = batch.kept.any(axis=(1, 2))
    assert marked.all()
    assert not (batch.kept & ~batch.mask[..., None]).any()
    whole = batch.kept.all(axis=2).sum(axis=1)
    assert (whole > 0).any()
    assert (whole == 0).any()
    seen = []
    trainer.net.forward = lambda noisy, *_: seen.append(noisy) or torch.zeros_like(noisy)
    full = dataclasses.replace(batch, kept=np.ones_like(batch.kept))
    found = trainer.losses(full, draws(0, 0))
    assert torch.equal(seen[0], torch.from_numpy(batch.window))
    assert float(found["flow"]) == 0.0
    nothing = dataclasses.replace(batch, kept=np.zeros_like(batch.kept))
    assert float(trainer.losses(nothing, draws(0, 0))["flow"]) > 0.1


def test_a_loss_that_is_no_number_stops_the_run_and_keeps_the_last_good_state(config):
    trainer = Trainer(config, lambda text: None)
    honest = trainer.losses

    def broken(batch, generator):
        found = honest(batch, generator)
        return found | {"loss": found["loss"] * float("nan")} if trainer.step == 4 else found

    trainer.losses = broken
    with pytest.raises(StageError, match=r"loss at step 4 is not a number.*checkpoint"):
        trainer.run()
    _, notes = checkpoints.read(checkpoints.path(config.out))
    assert notes["step"] == "3"


def test_damaged_and_foreign_checkpoints_are_named(config):
    trained(dataclasses.replace(config, steps=3))
    other = dataclasses.replace(config, network=dataclasses.replace(TINY, d_state=16))
    with pytest.raises(ConfigError, match="run with network ="):
        trained(other)
    content, _ = checkpoints.read(checkpoints.path(config.out))
    own = checkpoints.part(content, "net")
    with pytest.raises(ConfigError, match=r"no weight 'norm.bias'"):
        checkpoints.check_keys(own, {k: v for k, v in own.items() if k != "norm.bias"}, config.out)
    with pytest.raises(ConfigError, match=r"'norm.bias' has the shape \(3,\)"):
        checkpoints.check_keys(own, own | {"norm.bias": torch.zeros(3)}, config.out)
    checkpoints.path(config.out).write_bytes(b"no tensors")
    with pytest.raises(ResourceError, match="no checkpoint, or damaged"):
        trained(config)


def test_a_folder_without_usable_clips_is_refused(tmp_path, config):
    with pytest.raises(ResourceError, match="no folder"):
        trained(dataclasses.replace(config, data=tmp_path / "nowhere"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError, match="holds no motion files"):
        trained(dataclasses.replace(config, data=tmp_path / "empty"))


def test_without_the_extra_training_says_what_to_install(monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "safetensors" else found(name)
    )
    with pytest.raises(MissingExtraError, match=r'needs safetensors.*"text2sim\[train\]"'):
        check_extra()


def test_settings_that_make_no_sense_are_refused():
    with pytest.raises(ConfigError, match="batch_size must be over 0"):
        SSMTrainingConfig(batch_size=0)
    with pytest.raises(ConfigError, match="objective must be one of flow, regression"):
        config_from(SSMTrainingConfig, {"objective": "magic"})
    config = config_from(SSMTrainingConfig, {"network__d_model": 128, "batch_size": 7})
    assert (config.network.d_model, config.batch_size) == (128, 7)


def test_the_rate_rises_stays_and_falls():
    config = SSMTrainingConfig(warmup=10, decay=0.5)
    rates = [rate_at(config, step, 100) for step in (0, 9, 50, 75, 100)]
    assert rates == pytest.approx([6e-5, 6e-4, 6e-4, 6e-4 * 0.525, 3e-5])


def test_flow_times_are_dense_near_the_noise():
    times = flow_times(4000, draws(0, 0))
    assert 0.25 < float((times < 0.06).float().mean()) < 0.4
    assert float(times.max()) > 0.8


def test_the_command_has_an_option_for_every_field():
    from typer.testing import CliRunner

    made = CliRunner().invoke(app, ["motion-ssm", "--help"], terminal_width=300)
    assert made.exit_code == 0
    made = CliRunner().invoke(app, ["motion-ssm", "--batch_size", "0"])
    assert made.exit_code == 2
    assert "batch_size must be over 0" in made.output
