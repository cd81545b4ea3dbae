"""The evaluator: training, resuming, export, and what the released one can tell apart."""

import csv
import json

import numpy as np
import pytest

from text2sim.data.dataset import MotionDataset
from text2sim.data.splits import clips_of
from text2sim.errors import ConfigError, ResourceError, ShapeError, StageError
from text2sim.evaluation.evaluator import Evaluator, Normaliser, batch_of
from text2sim.evaluation.scores import text_scores


def small(count=14, held=4):
    """A part of the pack with some clips in training and in validation."""
    pack = MotionDataset.open_pack()
    train = [c for c in clips_of(pack, "train") if c.id.startswith(("kay", "ual"))][:count]
    val = [c for c in clips_of(pack, "val") if c.id.startswith(("kay", "ual"))][:held]
    return MotionDataset(folder=pack.folder, kind="pack", clips=(*train, *val))


def test_batches_are_normalised_padded_and_masked():
    norm = Normaliser(mean=np.ones(263), std=np.full(263, 2.0))
    rows, mask = batch_of([np.full((5, 263), 3.0), np.full((300, 263), 1.0)], norm)
    assert rows.shape == (2, 196, 263)
    assert mask.sum(axis=1).tolist() == [5, 196]
    assert (rows[0, :5] == 1).all()
    assert not rows[0, 5:].any()
    assert batch_of([np.ones((5, 263))], norm)[0].shape == (1, 8, 263)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A tiny training run: the network learns a handful of clips by heart."""
    pytest.importorskip("torch", reason="training needs torch")
    from text2sim.evaluation.config import EvaluatorConfig, EvaluatorTraining
    from text2sim.evaluation.training import train

    sizes = EvaluatorConfig(
        width=32, feedforward=64, motion_layers=1, text_layers=1, embedding=16, heads=2, dropout=0.0
    )
    plan = EvaluatorTraining(steps=40, batch=12, rate=3e-3, warmup=5, check=20, tellings=1)
    out = tmp_path_factory.mktemp("run")
    train(out, plan, sizes, small())
    return out, plan, sizes


def test_training_lowers_the_loss_and_writes_what_a_release_needs(run):
    out = run[0]
    rows = list(csv.DictReader((out / "log.csv").open()))
    assert [int(row["step"]) for row in rows] == [20, 40]
    assert float(rows[1]["loss"]) < 0.8 * float(rows[0]["loss"])
    assert json.loads((out / "config.json").read_text())["windows"]["val"] >= 4


def test_a_resumed_run_is_the_run_that_was_never_stopped(run, tmp_path):
    import torch

    from text2sim.evaluation import training

    out, plan, sizes = run
    data = small()
    check = training._check

    def killed(state, *arguments):
        check(state, *arguments)
        if state.step == 20:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "_check", killed)
        with pytest.raises(KeyboardInterrupt):
            training.train(tmp_path, plan, sizes, data)
    training.train(tmp_path, plan, sizes, data)
    whole, parts = (torch.load(p / "last.pt", weights_only=True)["net"] for p in (out, tmp_path))
    assert all(torch.equal(whole[name], parts[name]) for name in whole)


def test_a_loss_that_is_no_number_stops_training(run, tmp_path, monkeypatch):
    import torch

    from text2sim.evaluation import training

    _, plan, sizes = run
    broken = torch.tensor(float("nan"))
    monkeypatch.setattr(training, "contrastive_loss", lambda *arguments: broken)
    with pytest.raises(StageError, match=r"step 0.*lower rate"):
        training.train(tmp_path, plan, sizes, small())


def test_loss_of_perfect_and_of_equal_pairs():
    torch = pytest.importorskip("torch")
    from text2sim.evaluation.network import contrastive_loss

    points, scale = torch.eye(4), torch.tensor(3.0)
    none, all_same = torch.zeros(4, 4, dtype=bool), torch.ones(4, 4, dtype=bool)
    others = torch.exp(-torch.exp(scale)) * 3
    assert contrastive_loss(points, points, scale, none) == pytest.approx(
        float(torch.log1p(others)), abs=1e-6
    )
    assert contrastive_loss(points, points[[1, 0, 2, 3]], scale, all_same) == pytest.approx(0.0)


def test_exported_graphs_equal_the_network(run, tmp_path):
    pytest.importorskip("onnxscript", reason="export needs onnxscript")
    torch = pytest.importorskip("torch")
    from text2sim.evaluation.export import export
    from text2sim.evaluation.network import EvaluatorNetwork
    from text2sim.evaluation.samples import samples
    from text2sim.language.tokens import encode_batch

    out, _, sizes = run
    judge = export(out, tmp_path)
    net = EvaluatorNetwork(sizes)
    net.load_state_dict(torch.load(out / "best.pt", weights_only=True)["net"])
    net.eval()
    held = samples(small().clips)[:5]
    rows, mask = batch_of([s.features for s in held], judge.norm, 196)
    expected = net.motion(torch.from_numpy(rows), torch.from_numpy(mask)).detach().numpy()
    assert np.abs(judge.motions([s.features for s in held]) - expected).max() < 2e-3
    texts = ["", "a man walks and turns left by ninety degrees"]
    words = encode_batch(texts)
    expected = net.text(*[torch.tensor(x) for x in (words.vectors, words.marks, words.mask)])
    assert np.abs(judge.texts(texts) - expected.detach().numpy()).max() < 2e-3


@pytest.fixture(scope="module")
def judge():
    """The released evaluator."""
    return Evaluator.load()


def test_the_released_evaluator_finds_real_motions_it_never_saw(judge):
    from text2sim.evaluation.samples import samples

    held = samples(clips_of(MotionDataset.open_pack(), "test")[::2])
    names = [s.texts[-1] for s in held]
    motions, texts = judge.motions([s.features for s in held]), judge.texts(names)
    assert np.allclose(np.linalg.norm(motions, axis=1), 1.0, atol=1e-3)
    found = text_scores(texts, motions, names, repeats=5, seed=0)
    mixed = text_scores(texts, motions[::-1], names, repeats=5, seed=0)
    assert found["r3"].mean > 0.6
    assert mixed["r3"].mean < 0.3
    assert found["mm_distance"].mean < mixed["mm_distance"].mean


def test_a_batch_equals_one_by_one(judge):
    from text2sim.evaluation.samples import samples

    held = samples(clips_of(MotionDataset.open_pack(), "val")[:6])
    together = judge.motions([s.features for s in held])
    alone = np.concatenate([judge.motions([s.features]) for s in held])
    assert np.abs(together - alone).max() < 1e-4


@pytest.mark.parametrize(
    "features", [np.ones((3, 263)), np.ones((20, 251)), np.full((20, 263), np.nan)]
)
def test_what_can_not_be_judged_is_an_error(judge, features):
    with pytest.raises(ShapeError):
        judge.motions([features])
    with pytest.raises(ConfigError):
        judge.texts([])


def test_damaged_and_missing_files(tmp_path, judge):
    with pytest.raises(ResourceError, match=r"config\.json"):
        Evaluator.load(tmp_path)
    (tmp_path / "config.json").write_bytes((judge.folder / "config.json").read_bytes())
    with pytest.raises(ResourceError, match=r"no file .*motion\.onnx"):
        Evaluator.load(tmp_path)
    (tmp_path / "motion.onnx").write_bytes(b"graph")
    with pytest.raises(ResourceError, match="no graph"):
        Evaluator.load(tmp_path)
