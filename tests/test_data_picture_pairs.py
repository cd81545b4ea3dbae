"""Pairs of drawn and traced pictures, with a program that stands in for Blender."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from text2sim.cli import app
from text2sim.data.picture_pairs import (
    FIELDS,
    PairScene,
    PairSettings,
    agreement,
    label_overlap,
    make_pairs,
)
from text2sim.errors import ConfigError, MissingExtraError
from text2sim.render.cycles import program

pytest.importorskip("pygltflib")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in needs #!")
SMALL = {"scenes": 2, "moments": 1, "size": (32, 24), "samples": 3}


@pytest.fixture
def blender(tmp_path, monkeypatch):
    """The path of the stand-in, which the environment names."""
    source = Path(__file__).with_name("fake_blender.py").read_text(encoding="utf-8")
    path = tmp_path / "blender"
    path.write_text(f"#!{sys.executable}\n{source}", encoding="utf-8")
    path.chmod(0o755)
    monkeypatch.setenv(program.ENVIRONMENT, str(path))
    return str(path)


def test_pairs_are_made_once_and_go_on_after_a_stop(blender, tmp_path, monkeypatch):
    folder, lines = tmp_path / "pairs", []
    report = make_pairs(folder, PairSettings(**SMALL), lines.append)
    assert len(lines) == 2
    assert report["splits"] == {"train": ["00000.npz", "00001.npz"], "held_out": []}
    assert report == json.loads((folder / "pairs.json").read_text())
    with np.load(folder / "00000.npz", allow_pickle=False) as file:
        assert set(file.files) == set(FIELDS)
        assert file["rgb"].shape == file["traced"].shape == (2, 24, 32, 3)
        assert file["shadow"].shape == file["agree"].shape == (2, 24, 32)
        assert (file["traced"][..., 1] == 3).all()  # The stand-in paints the samples asked for.
        assert (file["moment"] == 0).all()
        assert (file["flow_state"][0] > 0).any()
        prompt = json.loads(str(file["about"]))["prompt"]
    assert prompt == PairScene(0, 0).prompt
    first = (folder / "00000.npz").read_bytes()
    (folder / "00001.npz").unlink()
    make_pairs(folder, PairSettings(**SMALL), lines.append)
    assert [line[:9] for line in lines] == ["00000.npz", "00001.npz", "00001.npz"]
    assert (folder / "00000.npz").read_bytes() == first
    with pytest.raises(ConfigError, match="another samples"):
        make_pairs(folder, PairSettings(**{**SMALL, "samples": 4}))


def test_a_scene_that_fails_is_left_out_and_said(blender, tmp_path, monkeypatch):
    monkeypatch.setenv("FAKE_BLENDER", "small")
    runner = CliRunner()
    words = ["data", "pairs", str(tmp_path / "p"), "--scenes", "1", "--moments", "1"]
    done = runner.invoke(app, [*words, "--size", "32x24"])
    assert done.exit_code == 0, done.output
    assert "0 train, 0 held_out, 1 left out" in done.output
    assert runner.invoke(app, [*words, "--size", "32"]).exit_code == 2


def test_without_a_blender_nothing_is_made(tmp_path, monkeypatch):
    monkeypatch.delenv(program.ENVIRONMENT, raising=False)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(MissingExtraError, match="Blender"):
        make_pairs(tmp_path / "pairs", PairSettings(**SMALL))
    assert not (tmp_path / "pairs").exists()


def test_scenes_vary_and_every_eighth_is_held_out():
    scenes = [PairScene(0, number) for number in range(64)]
    assert len({scene.prompt for scene in scenes}) > 50
    assert len({scene.camera for scene in scenes}) > 6
    assert [n for n, scene in enumerate(scenes) if scene.held_out] == list(range(7, 64, 8))
    assert PairScene(1, 0).prompt != scenes[0].prompt or PairScene(1, 1).prompt != scenes[1].prompt


def test_agreement_is_stops_and_decibels():
    drawn = np.full((1, 4, 4, 3), 128, np.uint8)
    everywhere = np.ones((1, 4, 4), bool)
    same = agreement(drawn, drawn, everywhere)
    assert same["exposure_red"] == pytest.approx(0.0)
    brighter = agreement(drawn, np.full_like(drawn, 176), everywhere)  # Twice the light.
    assert brighter["exposure_green"] == pytest.approx(1.0, abs=0.02)
    assert brighter["psnr"] == pytest.approx(20 * np.log10(255 / 48), rel=1e-6)
    labels = np.array([[[0, 1, 2, 2]]])
    assert label_overlap(labels, np.array([[[False, True, True, False]]])) == 0.5


@pytest.mark.parametrize("wrong", [{"scenes": 0}, {"moments": 0}, {"size": (31, 24)}])
def test_wrong_settings_say_so(wrong):
    with pytest.raises(ConfigError):
        PairSettings(**wrong)
