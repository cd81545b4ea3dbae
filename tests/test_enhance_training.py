"""Fine-tuning of a ControlNet: pairs on disk, and tiny runs of the real training."""

from __future__ import annotations

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from tests import tiny_models
from text2sim.cli import app
from text2sim.enhance.controlnet import ControlNetEnhancer, pairs
from text2sim.errors import ConfigError, ResourceError
from text2sim.pipeline import Pipeline
from text2sim.stage import Context, Options


@pytest.fixture(scope="module")
def clip():
    return Pipeline(controller="kinematic")(
        "a man waves", duration=0.5, fps=4.0, size=(64, 64), channels=("rgb", "depth")
    ).rendered


def test_pairs_are_written_added_to_and_read(clip, tmp_path):
    negative = 255 - clip.rgb
    assert pairs.write_pairs(tmp_path, clip, negative, "depth") == 2
    assert pairs.write_pairs(tmp_path, clip, negative, "depth") == 4
    found = pairs.read_pairs(tmp_path)
    assert [pair.target.name for pair in found] == [f"{i:06d}.png" for i in range(4)]
    assert {pair.prompt for pair in found} == {"a man waves"}
    assert np.array_equal(np.round(255 * pairs.picture(found[1].target, 64)), negative[1])
    with pytest.raises(ConfigError, match="must be alike"):
        pairs.write_pairs(tmp_path, clip, negative[:1], "depth")


def test_bad_pairs_are_named(clip, tmp_path):
    with pytest.raises(ResourceError, match="holds no pairs"):
        pairs.read_pairs(tmp_path)
    pairs.write_pairs(tmp_path, clip, clip.rgb, "depth")
    (tmp_path / "prompts.json").write_text('{"000000.png": 3}')
    with pytest.raises(ResourceError, match="names and prompts"):
        pairs.read_pairs(tmp_path)
    (tmp_path / "prompts.json").unlink()
    assert pairs.read_pairs(tmp_path)[0].prompt == ""
    (tmp_path / "targets" / "000000.png").write_bytes(b"no picture")
    with pytest.raises(ResourceError, match="can't be read as a PNG"):
        pairs.picture(pairs.read_pairs(tmp_path)[0].target, 64)
    (tmp_path / "targets" / "000001.png").unlink()
    with pytest.raises(ResourceError, match=r"000001\.png is in only one"):
        pairs.read_pairs(tmp_path)


@pytest.fixture(scope="module")
def workshop(clip, tmp_path_factory):
    pytest.importorskip("diffusers", reason="the extra controlnet is not installed")
    pytest.importorskip("accelerate")
    pytest.importorskip("peft")
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("workshop")
    pairs.write_pairs(folder / "pairs", clip, 255 - clip.rgb, "depth")
    tiny_models.stable_diffusion(folder / "base")
    tiny_models.controlnet(folder / "depth")
    yield folder
    torch.set_num_threads(before)


def run(folder, out, **changes):
    from text2sim.training.controlnet_lora import LoraRun

    usual = {"pairs": str(folder / "pairs"), "model": str(folder / "base"), "rank": 2,
             "controlnet": str(folder / "depth"), "out": str(out), "steps": 4, "batch": 2,
             "size": 64, "rate": 1e-2, "every": 2, "cpu": True}  # fmt: skip
    return LoraRun(**{**usual, **changes})


def test_a_run_goes_on_to_the_same_adapters_and_changes_what_is_painted(workshop, clip, tmp_path):
    from safetensors.numpy import load_file

    from text2sim.training.controlnet_lora import train

    said = []
    whole = train(run(workshop, tmp_path / "whole"), said.append)
    assert len(whole) == 4
    assert said[-1].startswith("step 4 of 4: loss ")
    first = train(run(workshop, tmp_path / "parts", steps=2), said.append)
    second = train(run(workshop, tmp_path / "parts"), said.append)
    assert np.allclose(whole, first + second, rtol=1e-5)
    one, two = (load_file(tmp_path / name / "controlnet_lora.safetensors")
                for name in ("whole", "parts"))  # fmt: skip
    assert one.keys() == two.keys()
    assert all(np.allclose(one[name], two[name], atol=1e-6) for name in one)
    assert any(np.abs(value).max() > 0 for name, value in one.items() if "lora_B" in name)
    assert json.loads((tmp_path / "whole" / "controlnet_lora.json").read_text())["step"] == 4
    with pytest.raises(ConfigError, match="other settings"):
        train(run(workshop, tmp_path / "parts", rate=1e-3), said.append)

    def painted(lora):
        stage = ControlNetEnhancer(
            model=str(workshop / "base"), controls={"depth": str(workshop / "depth")}, steps=3,
            guidance=1.0, consistency=0.0, mode="text", lora=lora, device="cpu",
        )  # fmt: skip
        stage.check(Options())
        context = Context(request=Options(), stage="enhancer", allowed=("seed",))
        return stage.run(clip.slice(0, 1), context).rgb

    assert not np.array_equal(painted(""), painted(str(tmp_path / "whole")))


def test_training_lowers_the_loss_on_one_pair(workshop, tmp_path):
    from text2sim.training import controlnet_lora

    wish = run(workshop, tmp_path / "long", steps=60, every=60, rate=3e-2, rank=4, unsaid=0.0)
    losses = controlnet_lora.train(wish, lambda text: None)
    assert np.mean(losses[-15:]) < np.mean(losses[:15])


def test_the_command_trains_and_says_what_is_missing(workshop, tmp_path):
    call = ["train", "enhancer", "--kind", "controlnet-lora", "--pairs", str(workshop / "pairs"),
            "--model", str(workshop / "base"), "--controlnet", str(workshop / "depth"),
            "--steps", "1", "--size", "64", "--rank", "2", "--cpu"]  # fmt: skip
    done = CliRunner().invoke(app, [*call, "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "out" / "controlnet_lora.safetensors").is_file()
    assert CliRunner().invoke(app, call).exit_code == 2
    wrong = CliRunner().invoke(app, ["train", "enhancer", "--kind", "magic"])
    assert wrong.exit_code == 2
    from text2sim.training.controlnet_lora import train

    with pytest.raises(ConfigError, match="fp16 does not train on a CPU"):
        train(run(workshop, tmp_path / "half", precision="fp16"), print)
