"""AMASS files: ours come back, theirs stand upright, damaged ones are named."""

import dataclasses

import numpy as np
import pytest

from tests.test_data_features import FPS, apart, walk
from text2sim.data.amass import read_amass, write_amass
from text2sim.data.dataset import MotionDataset
from text2sim.errors import ConfigError, MotionFileError, ResourceError
from text2sim.maths import quaternions as quat
from text2sim.skeleton import INDEX
from text2sim.types import Motion


def test_round_trip(tmp_path):
    track = walk(40)
    pelvis = (0.0, -0.22, 0.03)
    path = write_amass(Motion(fps=FPS, tracks=(track,)), tmp_path / "a_poses.npz", pelvis=pelvis)
    motion = read_amass(path, pelvis=pelvis, actor="man1")
    assert motion.fps == FPS
    found = motion.tracks[0]
    np.testing.assert_allclose(found.positions(), track.positions(), atol=1e-9)
    assert apart(found.rotations_wxyz, track.rotations_wxyz).max() < 1e-7
    assert (found.contacts == track.contacts).mean() > 0.8
    data = MotionDataset.open(tmp_path)
    assert (data.kind, [clip.id for clip in data]) == ("amass", ["a_poses"])
    assert data[0].motion().frames == 40


def test_axes_are_those_of_smpl(tmp_path):
    """A body that stands upright and faces +X has, in SMPL, its rest +Z at +X and +Y at +Z."""
    track = walk(2)
    still = np.tile(quat.IDENTITY, (2, 22, 1))
    still[:, INDEX["left_knee"]] = quat.about_y(0.7)  # Bends the shin backwards.
    track = dataclasses.replace(track, rotations_wxyz=still)
    path = write_amass(Motion(fps=FPS, tracks=(track,)), tmp_path / "a.npz")
    with np.load(path) as file:
        root = quat.exp(file["poses"][0, :3])
        knee = file["poses"][0, 3 * INDEX["left_knee"] :][:3]
        assert (str(file["gender"]), float(file["mocap_framerate"])) == ("neutral", FPS)
        assert file["poses"].shape == (2, 156)
    np.testing.assert_allclose(quat.rotate(root, [0.0, 0.0, 1.0]), [1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(quat.rotate(root, [0.0, 1.0, 0.0]), [0, 0, 1], atol=1e-12)
    np.testing.assert_allclose(knee, [0.7, 0, 0], atol=1e-12)  # SMPL's knees bend about +X.


def test_file_from_elsewhere_stands_on_the_floor(tmp_path):
    path = write_amass(Motion(fps=FPS, tracks=(walk(40),)), tmp_path / "a.npz")
    with np.load(path) as file:
        arrays = {key: file[key] for key in file if key != "offsets"}
    arrays["mocap_frame_rate"] = arrays.pop("mocap_framerate")
    arrays["trans"] = arrays["trans"] + [0, 0, 0.4]
    arrays["poses"] = np.concatenate([arrays["poses"], np.zeros((40, 9))], axis=1)
    np.savez(path, **arrays)
    track = read_amass(path).tracks[0]
    assert abs(np.quantile(track.soles()[..., 2].min(axis=1), 0.05)) < 1e-9


def test_one_of_several_actors(tmp_path):
    pair = Motion(fps=FPS, tracks=(walk(5), dataclasses.replace(walk(5), actor="woman1")))
    with pytest.raises(ConfigError, match="one body; choose actor= among man1, woman1"):
        write_amass(pair, tmp_path / "a.npz")
    with pytest.raises(ConfigError, match="Did you mean 'woman1'"):
        write_amass(pair, tmp_path / "a.npz", actor="woman")
    assert not list(tmp_path.iterdir())
    write_amass(pair, tmp_path / "a.npz", actor="woman1")


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"poses": np.zeros((3, 60))}, r"poses \(T, 66 or more\).*found \(3, 60\)"),
        ({"trans": np.zeros((2, 3))}, r"found \(3, 66\) and \(2, 3\)"),
        ({"trans": np.zeros((0, 3))}, "T > 0"),
        ({"trans": np.full((3, 3), np.nan)}, "trans holds NaN or infinity in frame 0"),
        ({"mocap_framerate": 0.0}, "positive mocap_framerate"),
        ({"offsets": np.zeros((21, 3))}, r"offsets \(22, 3\)"),
        ({"offsets": np.full((22, 3), np.inf)}, "offsets holds NaN or infinity"),
        ({"poses": np.array([{}])}, "expected a file of AMASS"),
        ({"trans": None}, "trans"),
    ],
)
def test_wrong_files_are_named(tmp_path, changes, match):
    arrays = {"poses": np.zeros((3, 66)), "trans": np.zeros((3, 3)), "mocap_framerate": 120.0}
    arrays = {key: value for key, value in {**arrays, **changes}.items() if value is not None}
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(MotionFileError, match=match) as error:
        read_amass(tmp_path / "a.npz")
    assert "a.npz" in str(error.value)


def test_no_file_and_no_archive(tmp_path):
    with pytest.raises(ResourceError, match="no file"):
        read_amass(tmp_path / "a.npz")
    (tmp_path / "a.npz").write_bytes(b"nonsense")
    with pytest.raises(MotionFileError, match="BadZipFile"):
        read_amass(tmp_path / "a.npz")
