"""The neural enhancer: what it learns in a minute, goes on from, exports and refuses."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from tests.fakes import RUNS, fake_pipeline
from text2sim import Pipeline
from text2sim.enhance.neural import FORMAT, NeuralEnhancer, finish
from text2sim.enhance.neural.inputs import FEATURES, NEEDS, inputs, known, padded
from text2sim.errors import ConfigError, ResourceError
from text2sim.evaluation.pictures import ssim

PROMPT = "a man kicks a ball"


def scene(seed: int, size=(48, 32)) -> dict[str, np.ndarray]:
    """Two frames of blotches; the traced picture is darker where the occlusion says so."""
    from scipy.ndimage import gaussian_filter

    rng, (width, height) = np.random.default_rng(seed), size

    def blotches(channels: int) -> np.ndarray:
        noise = gaussian_filter(rng.random((height, width, channels)), (4, 4, 0))
        noise = (noise - noise.min()) / (noise.max() - noise.min())
        return np.tile(noise.astype(np.float32), (2, 1, 1, 1))

    occlusion, colour = blotches(1)[..., 0], blotches(3)
    segmentation = np.full((2, height, width), 2, np.uint16)
    segmentation[:, :4] = 0
    traced = colour * (1.0 - 0.6 * occlusion[..., None])
    return {
        "rgb": (255 * colour).astype(np.uint8), "traced": (255 * traced).astype(np.uint8),
        "depth": 4.0 + blotches(1)[..., 0], "segmentation": segmentation,
        "normals": blotches(3), "albedo": colour, "shadow": blotches(1)[..., 0],
        "occlusion": occlusion, "flow": np.zeros((2, height, width, 2), np.float32),
        "flow_state": np.stack([np.ones((height, width), np.uint8), 0 * segmentation[0]]),
        "agree": segmentation > 0, "moment": np.zeros(2, int), "about": np.array("{}"),
    }  # fmt: skip


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pairs")
    names = [f"{number:05d}.npz" for number in range(8)]
    for number, name in enumerate(names):
        np.savez(folder / name, **scene(number))
    splits = {"train": names[:7], "held_out": names[7:]}
    (folder / "pairs.json").write_text(json.dumps({"splits": splits}))
    return folder


def settings(pairs, out, **changes):
    from text2sim.training.enhancer import EnhancerTraining

    tiny = {"steps": 150, "batch": 4, "crop": 32, "width": 8, "learning_rate": 4e-3}
    return EnhancerTraining(pairs=pairs, out=out, **{**tiny, **changes})


@pytest.fixture(scope="module")
def run(pairs, tmp_path_factory):
    """A trained model, by the command line."""
    pytest.importorskip("torch")
    pytest.importorskip("onnx")
    from typer.testing import CliRunner

    from text2sim.cli import app

    out = tmp_path_factory.mktemp("run")
    words = ["train", "neural-enhancer", "--pairs", str(pairs), "--out", str(out), "--steps", "150"]
    words += ["--batch", "4", "--crop", "32", "--width", "8", "--learning-rate", "0.004"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    return out


def test_it_learns_what_the_channels_tell(run):
    metrics = json.loads((run / "model" / "metrics.json").read_text())
    assert metrics["psnr"] > metrics["psnr_input"] + 3.0
    assert metrics["ssim"] > metrics["ssim_input"]
    assert metrics["steps"] == 150
    assert (
        f"| {metrics['psnr_input']:.2f} | {metrics['psnr']:.2f} |"
        in (run / "model" / "README.md").read_text()
    )


def test_the_graph_is_the_network_at_any_size(run):
    import torch
    from onnxruntime import InferenceSession
    from safetensors.torch import load_file

    from text2sim.training.retoucher import Retoucher

    net = Retoucher(FEATURES, 8)
    weights = load_file(run / "checkpoint.safetensors")
    net.load_state_dict({k[4:]: v for k, v in weights.items() if k.startswith("net.")})
    arrays = scene(20, size=(90, 54))
    frame = {name: arrays[name][0] for name in ("rgb", *NEEDS)}
    given = [torch.from_numpy(padded(f)[None]) for f in
             (inputs(frame), known(frame["segmentation"]))]  # fmt: skip
    with torch.no_grad():
        ours = net(*given)[0, :, :54, :90].permute(1, 2, 0).numpy()
    theirs = finish(InferenceSession(run / "model" / "graph.onnx"), frame)
    assert theirs.shape == (54, 90, 3)
    assert abs(theirs - (255 * ours + 0.5).astype(int)).max() <= 1
    np.testing.assert_array_equal(theirs[:4], frame["rgb"][:4])  # The sky stays as it is.


def test_a_stopped_run_goes_on_to_the_same_weights(pairs, tmp_path):
    torch = pytest.importorskip("torch")
    from text2sim.training.enhancer import Trainer

    whole = Trainer(settings(pairs, tmp_path / "a"), print)
    for _ in range(6):
        whole._learn()
    first = Trainer(settings(pairs, tmp_path / "b"), print)
    for _ in range(3):
        first._learn()
    first._save()
    second = Trainer(settings(pairs, tmp_path / "b"), print)
    assert second.step == 3
    for _ in range(3):
        second._learn()
    for ours, theirs in zip(whole.net.parameters(), second.net.parameters()):
        torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-7)
    with pytest.raises(ConfigError, match="another width"):
        Trainer(settings(pairs, tmp_path / "b", width=16), print)
    (tmp_path / "b" / "checkpoint.safetensors").write_bytes(b"nothing")
    with pytest.raises(ResourceError, match="damaged"):
        Trainer(settings(pairs, tmp_path / "b"), print)


def test_the_loss_counts_changes_along_the_flow_only():
    torch = pytest.importorskip("torch")
    from text2sim.training.retoucher import loss, warp

    picture = torch.rand(1, 1, 3, 16, 16)
    moved = torch.roll(picture, 2, dims=-1)
    clip, ones = torch.cat([picture, moved], dim=1), torch.ones(1, 2, 1, 16, 16)
    flow = torch.tensor([2.0, 0.0]).expand(1, 16, 16, 2)
    torch.testing.assert_close(warp(moved[:, 0], flow)[..., :13], picture[:, 0, ..., :13])
    steady = torch.ones(1, 1, 16, 16)
    steady[..., 13:] = 0.0
    even = loss(clip + 0.1, clip, ones, flow, steady)
    assert float(even["values"]) == pytest.approx(0.1, rel=0.01)
    assert float(even["slopes"]) < 1e-6
    assert float(even["steadiness"]) < 1e-6
    uneven = clip.clone()
    uneven[:, 1] += 0.1
    assert float(loss(uneven, clip, ones, flow, steady)["steadiness"]) == pytest.approx(
        0.1, rel=0.02
    )
    assert float(loss(clip + 0.1, clip, 0 * ones, flow, steady)["total"]) == 0.0


def test_it_finishes_clips_and_streams(run):
    options = {"duration": 1.0, "fps": 4.0, "size": (98, 74)}
    enhancer = NeuralEnhancer(weights=str(run / "model"), threads=1)
    pipeline = Pipeline(controller="kinematic", enhancer=enhancer)
    anim = pipeline(PROMPT, channels=("segmentation",), **options)
    sky = anim.segmentation == 0
    np.testing.assert_array_equal(anim.frames[sky], anim.rendered.source.rgb[sky])
    assert (anim.frames[~sky] != anim.rendered.source.rgb[~sky]).mean() > 0.3
    stream = pipeline.stream(PROMPT, **options)
    np.testing.assert_array_equal(np.concatenate([part.rgb for part in stream]), anim.frames)
    assert anim.metrics()["edge_identity"].value > 0.3
    changed = dataclasses.replace(enhancer, threads=2)
    assert changed.fingerprint() != enhancer.fingerprint() != NeuralEnhancer().fingerprint()


def test_without_weights_it_says_so_before_anything_runs(tmp_path, monkeypatch):
    with pytest.raises(ResourceError, match="No weights of the neural enhancer are released"):
        fake_pipeline(enhancer="neural")("a man walks")
    assert not RUNS["parser"]
    with pytest.raises(ResourceError, match=r"has no config\.json"):
        NeuralEnhancer(weights=str(tmp_path)).folder()
    (tmp_path / "graph.onnx").write_bytes(b"no graph")
    (tmp_path / "config.json").write_text('{"format": "other", "features": 12}')
    with pytest.raises(ResourceError, match="another kind"):
        NeuralEnhancer(weights=str(tmp_path)).folder()
    (tmp_path / "config.json").write_text("[")
    with pytest.raises(ResourceError, match="can't be read"):
        NeuralEnhancer(weights=str(tmp_path)).folder()
    (tmp_path / "config.json").write_text(json.dumps({"format": FORMAT, "features": FEATURES}))
    anim = Pipeline(controller="kinematic", enhancer=NeuralEnhancer(weights=str(tmp_path)))
    with pytest.raises(ResourceError, match="no graph that onnxruntime can run"):
        anim(PROMPT, duration=0.5, fps=4.0, size=(32, 24))


def test_pairs_that_are_none_say_so(tmp_path):
    pytest.importorskip("torch")
    from text2sim.training.enhancer import split_files

    with pytest.raises(ResourceError, match="no finished folder"):
        split_files(tmp_path)
    splits = {"train": ["00000.npz"], "held_out": []}
    (tmp_path / "pairs.json").write_text(json.dumps({"splits": splits}))
    with pytest.raises(ResourceError, match="at least 8"):
        split_files(tmp_path)


def test_ssim_of_equal_pictures_is_one_and_falls_with_noise():
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 256, (40, 40, 3), dtype=np.uint8)
    assert ssim(picture, picture) == pytest.approx(1.0)
    flat = np.full((40, 40, 3), 100, np.uint8)
    # Two flat pictures: (2 a b + c1) / (a^2 + b^2 + c1).
    c1 = (0.01 * 255) ** 2
    assert ssim(flat, flat + 50) == pytest.approx(
        (2 * 100 * 150 + c1) / (100**2 + 150**2 + c1), rel=1e-3
    )
    assert abs(ssim(picture, rng.integers(0, 256, (40, 40, 3), dtype=np.uint8))) < 0.2
