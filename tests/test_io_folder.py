"""The folder of channels: what is read is what was rendered; nothing half-written stays."""

from __future__ import annotations

import json
import shutil
from importlib.util import find_spec

import numpy as np
import pytest
from PIL import Image

from tests.clips import make_clip
from tests.render_samples import ball, context, scene_of, trace_of
from text2sim import __version__
from text2sim.animation import Animation
from text2sim.classes import PERSON
from text2sim.errors import ConfigError, MissingExtraError, ResourceError
from text2sim.io.folder_reader import read_folder
from text2sim.io.previews import preview
from text2sim.maths.camera import project
from text2sim.render.raster import RasterRenderer
from text2sim.stage import CHANNELS
from text2sim.types import CameraPlan

EXR = pytest.param(
    True, marks=pytest.mark.skipif(find_spec("OpenEXR") is None, reason="needs the extra exr")
)
CAMERA = CameraPlan(
    times=[0.0, 0.2], eye=[[0.3, -5, 1.2], [0.5, -4.7, 1.3]], target=[[0, 0, 1], [0.2, 0.1, 0.9]]
)  # fmt: skip


@pytest.fixture(scope="module")
def anim():
    scene = scene_of(ball("ball", 0.5, position=(0, 0, 1)), people=True, camera=CAMERA)
    frames = RasterRenderer().run(trace_of(scene, frames=3), context((64, 48), CHANNELS))
    return Animation(frames, {"seed": 7})


@pytest.mark.parametrize("exr", [False, EXR])
def test_every_channel_comes_back_bit_for_bit(anim, tmp_path, exr):
    anim.save(f"{tmp_path}/clip/", exr=exr)
    folder = read_folder(tmp_path / "clip")
    assert folder.channels == CHANNELS
    for name in CHANNELS:
        back, made = folder.channel(name), anim.channels[name]
        assert back.dtype == made.dtype
        np.testing.assert_array_equal(back, made, err_msg=name)
        np.testing.assert_array_equal(folder.frame(name, 2), made[2])
    assert (tmp_path / "clip" / "depth" / "000002.exr").is_file() == exr
    assert (tmp_path / "clip" / "depth.npz").is_file() != exr


def test_cameras_joints_and_labels_come_back(anim, tmp_path):
    anim.save(f"{tmp_path}/clip/", channels=("depth",))
    folder = read_folder(tmp_path / "clip")
    assert folder.channels == ("depth",)
    assert folder.about["prompt"] == anim.prompt
    assert (folder.about["seed"], folder.about["text2sim"]) == (7, __version__)
    assert folder.labels == anim.labels
    assert folder.about["labels"][-1] == {"id": "man1", "class": PERSON, "class_name": "person"}
    np.testing.assert_array_equal(folder.intrinsics, anim.camera.intrinsics(anim.size))
    np.testing.assert_array_equal(folder.extrinsics, anim.camera.extrinsics())
    for name in ("pixels", "depth", "visibility", "world", "camera"):
        np.testing.assert_array_equal(getattr(folder.joints, name), getattr(anim.joints(), name))
    points = np.einsum("tij,takj->taki", folder.extrinsics[:, :3, :3], folder.joints.world)
    points += folder.extrinsics[:, None, None, :3, 3]
    pixels = np.einsum("tij,takj->taki", folder.intrinsics, points)
    exact, _ = project(
        folder.joints.world, anim.camera.eye[:, None, None], anim.camera.target[:, None, None],
        anim.camera.fov, anim.size,
    )  # fmt: skip
    np.testing.assert_allclose(pixels[..., :2] / pixels[..., 2:], exact, atol=1e-6)


def test_ordinary_tools_read_the_files(anim, tmp_path):
    anim.save(f"{tmp_path}/clip/")
    with np.load(tmp_path / "clip" / "flow.npz") as arrays:
        np.testing.assert_array_equal(arrays["flow"], anim.channels["flow"])
    with Image.open(tmp_path / "clip" / "segmentation" / "000001.png") as image:
        np.testing.assert_array_equal(np.asarray(image), anim.segmentation[1])
    for name in CHANNELS[1:]:
        with Image.open(tmp_path / "clip" / "preview" / name / "000000.png") as image:
            assert image.mode == "RGB"
            assert image.size == (64, 48)
    cameras = json.loads((tmp_path / "clip" / "cameras.json").read_text())
    assert [item["time"] for item in cameras["frames"]] == pytest.approx([0.0, 0.1, 0.2])


def test_previews_show_what_they_should():
    depth = preview("depth", np.array([[0.0, 1.0, 5.0, 50.0]], np.float32))[0, :, 0]
    assert depth[0] == 0
    assert depth[1] > depth[2] > depth[3] > 0
    normal = preview("normals", np.array([[[0, 0, 1], [0, 0, 0]]], np.float32))
    assert normal.tolist() == [[[128, 128, 255], [0, 0, 0]]]
    left, right = preview("flow", np.array([[[-9, 0], [9, 0]]], np.float32))[0].astype(int)
    assert np.abs(left - right).sum() > 200
    still = preview("flow", np.zeros((2, 2, 2), np.float32))
    assert (still == 255).all()
    labels = preview("segmentation", np.arange(12, dtype=np.uint16)[None])[0]
    assert len(np.unique(labels, axis=0)) == 12


def test_a_channel_that_was_not_made_is_refused(tmp_path):
    clip = make_clip()
    for wanted in (("flow",), (), "depth"):
        with pytest.raises(ConfigError, match="the clip has rgb, depth, segmentation"):
            clip.save(f"{tmp_path}/clip/", channels=wanted)
    with pytest.raises(ConfigError, match="end the path with a slash"):
        clip.save(tmp_path / "clip.mp4", channels=("depth",))
    assert not list(tmp_path.iterdir())


def test_a_folder_is_replaced_only_if_it_is_one_of_ours(anim, tmp_path):
    target = f"{tmp_path}/clip/"
    (tmp_path / "clip").mkdir()
    anim.save(target, channels=("depth", "flow"))  # Into an empty folder.
    with pytest.raises(ResourceError, match="exists already"):
        anim.save(target, overwrite=False)
    anim.save(target, channels=("depth",))
    assert not (tmp_path / "clip" / "flow.npz").exists()
    assert [item.name for item in tmp_path.iterdir()] == ["clip"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(ResourceError, match="holds something else"):
        anim.save(f"{tmp_path}/mine/")
    assert (tmp_path / "mine" / "letter.txt").read_text() == "dear"
    with pytest.raises(ResourceError, match="does not exist"):
        anim.save(f"{tmp_path}/no/such/")


def test_nothing_half_written_stays(anim, tmp_path, monkeypatch):
    from text2sim.io import folder

    anim.save(f"{tmp_path}/clip/", channels=("depth",))
    before = sorted(str(path) for path in tmp_path.rglob("*"))
    calls = []

    def full(path, values):
        calls.append(path)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(folder, "_write_png", full)
    with pytest.raises(ResourceError, match="clip: the disk is full"):
        anim.save(f"{tmp_path}/clip/")
    assert sorted(str(path) for path in tmp_path.rglob("*")) == before


def test_missing_openexr(anim, tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "OpenEXR", None)
    with pytest.raises(MissingExtraError, match=r"text2sim\[exr\]"):
        anim.save(f"{tmp_path}/clip/", exr=True)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("text2sim.json", lambda text: text[:-20]),
        ("text2sim.json", lambda text: text.replace('"version": 1', '"version": 9')),
        ("text2sim.json", lambda text: text.replace('"frames": 3', '"frames": 99999999')),
        ("cameras.json", lambda text: "[]"),
        ("joints.npz", lambda text: "zip"),
    ],
)
def test_damaged_folders_are_refused(anim, tmp_path, file, change):
    anim.save(f"{tmp_path}/clip/", channels=("depth",))
    path = tmp_path / "clip" / file
    path.write_text(change(path.read_text(errors="replace")))
    with pytest.raises(ResourceError, match="Can't read the channels"):
        read_folder(tmp_path / "clip")


def test_damaged_and_missing_channels_are_refused(anim, tmp_path):
    anim.save(f"{tmp_path}/clip/", channels=("rgb", "depth", "flow"))
    folder = read_folder(tmp_path / "clip")
    with pytest.raises(ConfigError, match="no channel 'normals'"):
        folder.channel("normals")
    with pytest.raises(ConfigError, match="frames 0 to 2"):
        folder.frame("rgb", 3)
    shutil.copy(tmp_path / "clip" / "flow.npz", tmp_path / "clip" / "depth.npz")
    with pytest.raises(ResourceError, match=r"depth\.npz"):
        folder.channel("depth")
    (tmp_path / "clip" / "rgb" / "000001.png").write_bytes(b"png")
    with pytest.raises(ResourceError, match=r"000001\.png"):
        folder.channel("rgb")
    (tmp_path / "clip" / "rgb" / "000001.png").unlink()
    with pytest.raises(ResourceError, match=r"000001\.png is missing"):
        folder.frame("rgb", 1)
    with pytest.raises(ResourceError, match="no folder of channels"):
        read_folder(tmp_path)
