"""The open motion pack: its format, its builder, and what is in it."""

import dataclasses
import io
import json
import zipfile

import numpy as np
import pytest

from tests.test_data_features import FPS, apart, walk
from text2sim.cli import main
from text2sim.data import pack, pack_builder
from text2sim.data.amass import write_amass
from text2sim.data.build import build
from text2sim.data.captions import Caption
from text2sim.data.dataset import MotionDataset
from text2sim.errors import MotionFileError, ResourceError
from text2sim.io import files
from text2sim.maths import axes
from text2sim.skeleton import INDEX
from text2sim.types import Motion


def clip(name: str, frames: int, *captions: Caption) -> pack.PackedClip:
    return pack.PackedClip(id=name, frames=frames, source="here", licence="CC0", captions=captions)


@pytest.fixture
def layer(tmp_path):
    """Two clips of different bodies in one layer."""
    tracks = [walk(40, stature=1.5), walk(25, stature=1.9, turn=2.0)]
    part = Caption(text="he turns", start=0.5, end=1.0)
    clips = [clip("a", 40, Caption(text="a child walks")), clip("b", 25, part)]
    pack.write_layer(tmp_path / "layer.npz", zip(clips, tracks))
    return tmp_path, tracks


def test_layer_round_trip(layer):
    folder, tracks = layer
    data = MotionDataset.open(folder)
    assert (data.kind, [item.id for item in data]) == ("pack", ["a", "b"])
    assert (data["b"].source, data["b"].licence) == ("here", "CC0")
    assert data["a"].captions() == (Caption(text="a child walks"),)
    assert data["b"].captions() == (Caption(text="he turns", start=0.5, end=1.0),)
    for item, track in zip(data, tracks):
        motion = item.motion()
        (found,) = motion.tracks
        assert motion.fps == 20.0
        assert np.linalg.norm(found.positions() - track.positions(), axis=-1).max() < 1e-3
        assert apart(found.rotations_wxyz, track.rotations_wxyz).max() < 9e-4
        np.testing.assert_array_equal(found.contacts, track.contacts)
        np.testing.assert_allclose(found.skeleton.offsets, track.skeleton.offsets, atol=1e-6)
    assert data["a"].features().shape == (39, 263)


def test_equal_motion_gives_equal_files(layer, tmp_path):
    folder, tracks = layer
    again = tmp_path / "again.npz"
    pack.write_layer(again, [(clip("a", 40), tracks[0]), (clip("b", 25), tracks[1])])
    assert again.read_bytes() == (folder / "layer.npz").read_bytes()


def test_damaged_layers_are_named(layer):
    folder, _ = layer
    index, arrays = folder / "layer.jsonl", folder / "layer.npz"
    text = index.read_text()
    index.write_text(text.replace('"frames": 25', '"frames": 26'))
    with pytest.raises(MotionFileError, match="expected at least 66 frames"):
        MotionDataset.open(folder)["b"].motion()
    index.write_text(text.replace('"licence"', '"license"'))
    with pytest.raises(MotionFileError, match=r"layer\.jsonl, line 1: expected JSON with id"):
        MotionDataset.open(folder)
    index.write_text(text)
    arrays.write_bytes(arrays.read_bytes()[:-300])
    with pytest.raises(MotionFileError, match=r"layer\.npz: expected a layer of motion"):
        MotionDataset.open(folder)["a"].motion()
    arrays.unlink()
    with pytest.raises(ResourceError, match="no file"):
        MotionDataset.open(folder)["a"].motion()


@pytest.mark.parametrize(
    ("member", "mode", "match"),
    [
        ("../evil.npy", 0o644, "outside of the archive"),
        ("/etc/evil.npy", 0o644, "outside of the archive"),
        ("a/../../evil.npy", 0o644, "outside of the archive"),
        ("..\\\\evil.npy", 0o644, "outside of the archive"),
        ("C:evil.npy", 0o644, "outside of the archive"),
        ("rotations2.npy", 0o120777, "is a symbolic link"),
    ],
)
def test_archives_that_reach_outside_are_refused(layer, capsys, member, mode, match):
    folder, tracks = layer
    write_amass(Motion(fps=FPS, tracks=tracks[:1]), folder / "x_poses.npz")
    for path in (folder / "layer.npz", folder / "x_poses.npz"):
        with zipfile.ZipFile(path, "a") as archive:
            info = zipfile.ZipInfo(member)
            info.external_attr = mode << 16
            archive.writestr(info, b"/etc/passwd")
    with pytest.raises(MotionFileError, match=match) as error:
        MotionDataset.open(folder, kind="pack")["a"].motion()
    assert "layer.npz" in str(error.value)
    with pytest.raises(MotionFileError, match=match):
        MotionDataset.open(folder, kind="amass")["x_poses"].motion()
    for kind, bad in (("pack", 2), ("amass", 1)):
        with pytest.raises(SystemExit) as leave:
            main(["data", "check", str(folder), "--kind", kind])
        assert leave.value.code == 4
        text = capsys.readouterr().out
        assert text.count(match) == bad
        out = folder.parent / f"{folder.name}-{kind}"
        built = build(MotionDataset.open(folder, kind=kind), out)
        assert (built.new, len(built.skipped)) == (0, bad)
    assert not (folder.parent / "evil.npy").exists()


def test_a_bomb_is_refused_before_it_is_unpacked(layer, monkeypatch):
    monkeypatch.setattr(files, "MOST_UNPACKED", 5000)
    with pytest.raises(MotionFileError, match=r"layer\.npz: .*unpacks to more than"):
        MotionDataset.open(layer[0])["a"].motion()


def test_layers_without_frames_or_with_nan_are_named(layer):
    folder = layer[0]
    index = folder / "layer.jsonl"
    text = index.read_text()
    index.write_text(text.replace('"frames": 25', '"frames": 0'))
    with pytest.raises(MotionFileError, match=r"layer\.jsonl, line 2: .*at least one"):
        MotionDataset.open(folder)
    index.write_text(text)
    with zipfile.ZipFile(folder / "layer.npz") as archive:
        arrays = {name: archive.read(name) for name in archive.namelist()}
    offsets = io.BytesIO()
    np.save(offsets, np.full((2, 22, 3), np.nan, np.float32))
    with zipfile.ZipFile(folder / "layer.npz", "w") as archive:
        for name, content in {**arrays, "offsets.npy": offsets.getvalue()}.items():
            archive.writestr(name, content)
    with pytest.raises(MotionFileError, match=r"layer\.npz: .*offsets hold NaN"):
        MotionDataset.open(folder)["a"].motion()


def t_pose(positions: np.ndarray) -> np.ndarray:
    """The poses with both arms held out."""
    positions = positions.copy()
    across = positions[:, 16] - positions[:, 17]
    across /= np.linalg.norm(across, axis=-1, keepdims=True)
    for side, sign in (("left", 1), ("right", -1)):
        for name, far in (("elbow", 0.28), ("wrist", 0.53)):
            shoulder = positions[:, INDEX[f"{side}_shoulder"]]
            positions[:, INDEX[f"{side}_{name}"]] = shoulder + sign * far * across
    return positions


def test_clean_clips_stay_as_they_are():
    positions = walk(60).positions()
    found = pack_builder.clean(positions)
    assert (found.cut, found.mended) == (0, ())
    np.testing.assert_array_equal(found.positions, positions)


def test_t_poses_and_jumps_at_the_head_are_cut():
    positions = walk(60).positions()
    posed = np.concatenate([t_pose(positions[:5]), positions[5:]])
    assert pack_builder.clean(posed).cut == 5
    held = np.concatenate([t_pose(positions[:30]), positions[30:]])
    assert pack_builder.clean(held).cut == 0
    jumped = positions.copy()
    jumped[:3, 16:] += [1.0, 0.0, 0.5]
    found = pack_builder.clean(jumped)
    assert found.cut == 3
    np.testing.assert_array_equal(found.positions, positions[3:])


def test_stray_frames_are_mended():
    positions = walk(60).positions()
    stray = positions.copy()
    stray[30, 10:20] += 0.4
    found = pack_builder.clean(stray)
    assert found.mended == (30,)
    assert np.abs(found.positions - positions).max() < 0.05


def test_all_t_pose_is_broken_unless_it_is_meant():
    posed = t_pose(walk(30).positions())
    assert pack_builder.is_broken(posed, ["a person walks"])
    assert not pack_builder.is_broken(posed, ["walking with outstretched arms"])
    assert not pack_builder.is_broken(walk(30).positions(), [])


@pytest.mark.parametrize(("off", "left"), [(-0.4, 0.0), (0.1, 0.0), (0.4, 0.4)])
def test_nobody_stands_under_the_floor_and_climbers_stay(off, left):
    track = pack_builder.on_floor(walk(60))
    moved = dataclasses.replace(track, root_positions=track.root_positions + [0.0, 0.0, off])
    low = pack_builder.on_floor(moved).root_positions - track.root_positions
    np.testing.assert_allclose(low, np.tile([0.0, 0.0, left], (60, 1)), atol=1e-9)


def test_the_liveliest_part_of_a_long_clip_is_taken():
    still = np.repeat(walk(1).positions(), 60, axis=0)
    lively = np.concatenate([still, walk(40).positions(), still])
    part = pack_builder.liveliest(lively, 2.0)
    assert len(part) == 40
    assert np.abs(part[10:30] - lively[70:90]).max() < 1e-9
    assert pack_builder.liveliest(lively, None) is lively
    assert pack_builder.liveliest(still, 9.0) is still


def test_building_from_positions(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(pack_builder, "LAYERS", {"cmu": "sub/layer"})
    positions = axes.y_up(walk(60).positions())
    positions[..., 1] += 0.1
    positions[:4] = axes.y_up(t_pose(axes.z_up(positions[:4])))
    np.savez(tmp_path / "cmu.npz", a=np.rint(positions * 4000).astype(np.int16))
    row = {"id": "a", "frames": 60, "q": 4000.0, "src": "here", "licence": "free"}
    (tmp_path / "cmu_index.jsonl").write_text(json.dumps(row))
    captions = [
        {"id": "a", "text": "whole", "source": "x", "start": 0, "end": -1},
        {"id": "a", "text": "part", "source": "x", "start": 10, "end": 24},
        {"id": "a", "text": "unclear", "source": "kitml", "start": 0, "end": -1},
    ]
    (tmp_path / "cmu_captions.jsonl").write_text("\n".join(map(json.dumps, captions)))
    pack_builder.build(tmp_path, tmp_path, tmp_path / "out")
    assert "MB; 1 clips" in capsys.readouterr().out
    (found,) = MotionDataset.open(tmp_path / "out" / "sub")
    assert found.captions() == (
        Caption(text="whole"), Caption(text="part", start=0.3, end=1.0),
    )  # fmt: skip
    (track,) = found.motion().tracks
    assert len(track.root_positions) == 56
    assert abs(np.quantile(track.soles()[..., 2].min(axis=1), 0.05)) < 1e-3


def test_the_pack_that_comes_with_text2sim():
    data = MotionDataset.open_pack()
    assert len(data) == 876
    assert all(item.source and item.licence and "BY-SA" not in item.licence for item in data)
    texts = [caption.text for item in data for caption in item.captions()]
    assert len(texts) > 1000
    (track,) = data["cmu_01_01"].motion().tracks
    assert len(track.root_positions) > FPS * 10
    upright = track.positions()[:, INDEX["head"], 2] - track.positions()[:, 0, 2]
    assert 0.3 < np.median(upright) < 0.8
    for item in data[::60]:
        assert np.isfinite(item.motion().tracks[0].positions()).all()
    shared = MotionDataset.open_pack(share_alike=True)
    assert len(shared) == 572
    assert all("BY-SA" in item.licence for item in shared)
