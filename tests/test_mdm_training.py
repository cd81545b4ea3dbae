"""Training of a small MDM on a handful of clips: it learns, resumes, and tells what it is told."""

import csv
import dataclasses

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason='needs pip install "text2sim[train]"')
pytest.importorskip("lightning_fabric", reason='needs pip install "text2sim[train]"')

from text2sim.errors import ConfigError  # noqa: E402
from text2sim.motion.mdm.config import TokenMDMConfig  # noqa: E402
from text2sim.motion.mdm.direct import generate  # noqa: E402
from text2sim.training.config import MDMTrainingConfig, SSMTrainingConfig, config_from  # noqa: E402
from text2sim.training.loop import Trainer, draws  # noqa: E402
from text2sim.training.runs import teller_of  # noqa: E402
from text2sim.training.sheets import sheet  # noqa: E402

TINY = TokenMDMConfig(width=32, layers=2, feedforward=48, text_width=32, window=24)


@pytest.fixture
def config(three_clips, tmp_path):
    return MDMTrainingConfig(
        out=tmp_path / "run", data=three_clips, steps=6, batch_size=4, composed=3, network=TINY,
        precision="32-true", checkpoint_every=3, log_every=1, warmup=1, learning_rate=1e-3,
        diffusion=4,
    )  # fmt: skip


def trained(config):
    trainer = Trainer(config, lambda text: None)
    trainer.run()
    return trainer


def curve_of(config):
    with (config.out / "log.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_run_goes_on_as_if_it_had_never_stopped_dropout_included(config):
    whole = trained(config)
    assert curve_of(config)[0].keys() >= {"simple", "loss", "cpu_seconds"}
    other = dataclasses.replace(config, out=config.out.parent / "other")
    trained(dataclasses.replace(other, steps=3, decay=0.0))
    again = trained(dataclasses.replace(other, decay=0.0))
    straight = trained(dataclasses.replace(config, out=config.out.parent / "third", decay=0.0))
    assert again.step == whole.step == 6
    for name, value in straight.average.items():
        assert torch.equal(value, again.average[name])


def test_it_learns_a_few_windows(config):
    trained(dataclasses.replace(config, steps=60, log_every=10, learning_rate=4e-3, batch_size=8))
    curve = [float(row["simple"]) for row in curve_of(config)]
    assert curve[-1] < 0.8 * curve[0]


def test_frames_that_are_not_there_change_nothing(config):
    trainer = Trainer(config, lambda text: None)
    net = trainer.net.module.eval()
    x, sentence = torch.randn(1, 10, 203), torch.randn(1, 32)
    step, mask = torch.tensor([2]), torch.arange(16)[None] < 10
    padded = torch.cat([x, torch.full((1, 6, 203), 7.0)], dim=1)
    with torch.no_grad():
        short = net.mdm(x, step, sentence)
        long = net.mdm(padded, step, sentence, mask)[:, :10]
    assert torch.allclose(short, long, atol=1e-5)


def test_geometric_losses_are_zero_only_where_the_weight_is(config):
    plain, more = (
        Trainer(dataclasses.replace(config, geometric=weight), lambda text: None)
        for weight in (0.0, 1.0)
    )
    batch = plain.data.train.batch(0, 4)
    with torch.no_grad():
        one, two = (t.losses(batch, draws(0, 0)) for t in (plain, more))
    assert set(one) == {"simple", "loss"}
    assert float(two["simple"]) == pytest.approx(float(one["simple"]), rel=1e-5)
    parts = sum(float(two[name]) for name in ("velocity", "fk", "skate"))
    assert float(two["loss"]) == pytest.approx(float(two["simple"]) + parts, rel=1e-5)
    assert parts > 0.01


def test_a_run_tells_what_it_learnt_and_makes_its_longest_window_at_most(config):
    trainer = trained(config)
    assert sheet(trainer).stat().st_size > 1000
    name, tell = teller_of(config.out)
    assert name == "MDM after 6 steps"
    one, two, other = tell("a man walks", 1.0, 0), tell("a man walks", 1.0, 0), tell("", 1.0, 1)
    assert (one.rotations_wxyz == two.rotations_wxyz).all()
    assert np.abs(one.rotations_wxyz - other.rotations_wxyz).max() > 1e-3
    assert len(one.root_positions) == 20
    assert len(tell("a man walks", 9.0, 0).root_positions) == TINY.window
    net, mean = trainer.net.module.eval(), trainer.mean.numpy()
    with pytest.raises(ConfigError, match=r"duration must be 0\.1 s or more"):
        generate(net, mean, trainer.scale.numpy(), "a man walks", 0.0, 0)


def test_sizes_and_settings_that_make_no_sense_are_refused():
    with pytest.raises(ConfigError, match="multiple of twice the heads"):
        config_from(MDMTrainingConfig, {"network__width": 33})
    with pytest.raises(ConfigError, match="diffusion must lie between 2 and 10000"):
        MDMTrainingConfig(diffusion=1)
    with pytest.raises(ConfigError, match="untold must lie between 0 and 1"):
        MDMTrainingConfig(untold=2.0)


def test_a_run_of_another_kind_is_not_gone_on_with(config):
    trained(dataclasses.replace(config, steps=3))
    other = SSMTrainingConfig(out=config.out, data=config.data, composed=3, steps=3)
    with pytest.raises(ConfigError, match="is a run of MDM, not of MotionSSM"):
        trained(other)
