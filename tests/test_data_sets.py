"""Data sets as they are released, made tiny: every format, lazily, with errors that name a line."""

import json
import shutil

import numpy as np
import pytest

from tests.test_data_features import FPS, apart, kit_joints, walk
from text2sim.data import convert, humanml3d, mocap
from text2sim.data.captions import Caption, read_captions
from text2sim.data.dataset import MotionDataset
from text2sim.data.deepmimic import _BODY, read_deepmimic
from text2sim.data.layouts import KIT_ML
from text2sim.errors import ConfigError, MotionFileError, ResourceError, ShapeError
from text2sim.io import bvh
from text2sim.io.asf import read_amc, read_asf
from text2sim.maths import axes, euler
from text2sim.maths import quaternions as quat
from text2sim.skeleton import INDEX, JOINTS, PARENTS

SENTENCE = "a person walks.#a/DET person/NOUN walk/VERB#0.0#0.0\n"

# Our joints by the names of other programs; what is "-" they lack.
FAMILIES = {
    "motionbuilder": "Hips LeftUpLeg RightUpLeg Spine LeftLeg RightLeg Spine1 LeftFoot RightFoot "
    "Spine2 LeftToeBase RightToeBase Neck LeftShoulder RightShoulder Head LeftArm RightArm "
    "LeftForeArm RightForeArm LeftHand RightHand",
    "mixamo": "mixamorig:Hips mixamorig:LeftUpLeg mixamorig:RightUpLeg mixamorig:Spine "
    "mixamorig:LeftLeg mixamorig:RightLeg mixamorig:Spine1 mixamorig:LeftFoot mixamorig:RightFoot "
    "mixamorig:Spine2 mixamorig:LeftToeBase mixamorig:RightToeBase mixamorig:Neck "
    "mixamorig:LeftShoulder mixamorig:RightShoulder mixamorig:Head mixamorig:LeftArm "
    "mixamorig:RightArm mixamorig:LeftForeArm mixamorig:RightForeArm mixamorig:LeftHand "
    "mixamorig:RightHand",
    "3dsmax": "Hips LeftHip RightHip Chest LeftKnee RightKnee Chest2 LeftAnkle RightAnkle Chest3 "
    "LeftToe RightToe Neck LeftCollar RightCollar Head LeftShoulder RightShoulder LeftElbow "
    "RightElbow LeftWrist RightWrist",
    "smpl": "Pelvis L_Hip R_Hip Spine1 L_Knee R_Knee Spine2 L_Ankle R_Ankle Spine3 L_Foot R_Foot "
    "Neck L_Collar R_Collar Head L_Shoulder R_Shoulder L_Elbow R_Elbow L_Wrist R_Wrist",
    "daz": "hip lThigh rThigh abdomen lShin rShin abdomen2 lFoot rFoot chest lToe rToe neck "
    "lCollar rCollar head lShldr rShldr lForeArm rForeArm lHand rHand",
    "biped": "Bip01_Pelvis Bip01_L_Thigh Bip01_R_Thigh Bip01_Spine Bip01_L_Calf Bip01_R_Calf "
    "Bip01_Spine1 Bip01_L_Foot Bip01_R_Foot Bip01_Spine2 Bip01_L_Toe0 Bip01_R_Toe0 Bip01_Neck "
    "Bip01_L_Clavicle Bip01_R_Clavicle Bip01_Head Bip01_L_UpperArm Bip01_R_UpperArm "
    "Bip01_L_Forearm Bip01_R_Forearm Bip01_L_Hand Bip01_R_Hand",
    "asf": "root lfemur rfemur lowerback ltibia rtibia upperback lfoot rfoot thorax ltoes rtoes "
    "lowerneck lclavicle rclavicle head lhumerus rhumerus lradius rradius lwrist rwrist",
}

ASF = """:version 1.10
:name walker
:units
  mass 1.0
  length 0.45
  angle deg
:documentation
  made by a test
:root
  order TX TY TZ RX RY RZ
  axis XYZ
  position 0 0 0
  orientation 0 0 0
:bonedata
{bones}
:hierarchy
  begin
{tree}
  end
"""
ASF_PARENTS = {0: "root"}


def recording(family: str, scale: float = 1.0) -> mocap.Recording:
    """The walk under other names, in other units, Y up."""
    return mocap.Recording(
        names=tuple(FAMILIES[family].split()), parents=PARENTS, fps=FPS,
        positions=axes.y_up(walk(12).positions()) * scale, tips=np.zeros((12, 0, 3)),
    )  # fmt: skip


def asf_files(folder, frames: int = 12):
    """The walk as ASF and AMC: bones named by where they start, inches / 0.45, axes turned."""
    names, track = FAMILIES["asf"].split(), walk(frames)
    unit, tilt = mocap.UNITS["asf"], np.array([20.0, -30.0, 50.0])
    frame = euler.from_euler(np.radians(tilt[::-1]), "ZYX")
    # An ASF bone ends where its children start. Our joints' children lie apart, so each child
    # gets a fixed bone of its own (the "link") that ends where it starts, as the CMU files do.
    bones, tree, lines = [], [], []

    def bone(name, vector, dof=True):
        length = np.linalg.norm(vector)
        direction = vector / max(length, 1e-9) if length else np.array([0, 1, 0])
        bones.append(
            f"  begin\n    id {len(bones) + 1}\n    name {name}\n"
            f"    direction {' '.join(f'{x:.9f}' for x in direction)}\n    length {length:.9f}\n"
            f"    axis {' '.join(map(str, tilt))} XYZ\n"
            + ("    dof rx ry rz\n    limits (-180 180)\n (-180 180)\n (-180 180)\n" if dof else "")
            + "  end"
        )

    offsets = axes.y_up(track.skeleton.offsets) / unit
    for joint in range(1, 22):
        bone(f"link{joint}", offsets[joint], dof=False)
        bone(names[joint], np.zeros(3))
        tree.append(f"    {names[PARENTS[joint]]} link{joint}")
        tree.append(f"    link{joint} {names[joint]}")
    text = ASF.format(bones="\n".join(bones), tree="\n".join(tree))
    (folder / "07.asf").write_text(text)
    local = axes.y_up_wxyz(track.rotations_wxyz)
    own = quat.mul(quat.inv(frame), quat.mul(local[:, 1:], frame))
    angles = np.degrees(euler.to_euler(own, "ZYX"))[..., ::-1]
    root = np.degrees(euler.to_euler(local[:, 0], "ZYX"))[..., ::-1]
    for t in range(frames):
        place = axes.y_up(track.root_positions[t]) / unit
        lines.append(str(t + 1))
        lines.append("root " + " ".join(f"{x:.8f}" for x in [*place, *root[t]]))
        lines += [f"{names[j]} " + " ".join(f"{x:.8f}" for x in angles[t, j - 1])
                  for j in range(1, 22)]  # fmt: skip
    text = "#!OML:ASF\n:FULLY-SPECIFIED\n:DEGREES\n" + "\n".join(lines) + "\n"
    (folder / "07_01.amc").write_text(text)
    return folder / "07.asf", folder / "07_01.amc"


@pytest.fixture
def released(tmp_path):
    """A folder like HumanML3D's with three clips, two of them with joints and captions."""
    for name in ("new_joint_vecs", "new_joints", "texts"):
        (tmp_path / name).mkdir()
    for index, turn in enumerate((-0.5, 0.0, 0.5)):
        features = convert.to_features(walk(40, turn=turn), FPS).astype(np.float32)
        np.save(tmp_path / "new_joint_vecs" / f"00000{index}.npy", features)
        if index < 2:
            np.save(tmp_path / "new_joints" / f"00000{index}.npy",
                    humanml3d.recover_positions(features).astype(np.float32))  # fmt: skip
            (tmp_path / "texts" / f"00000{index}.txt").write_text(SENTENCE)
    (tmp_path / "train.txt").write_text("000001\n000000\n")
    (tmp_path / "val.txt").write_text("000002\n000009\n\n")
    np.save(tmp_path / "Mean.npy", np.zeros(263, np.float32))
    np.save(tmp_path / "Std.npy", np.ones(263, np.float32))
    return tmp_path


# -- HumanML3D and KIT-ML.


def test_released_folder(released):
    data = MotionDataset.open(released)
    assert (data.kind, len(data), data.missing) == ("features", 3, ())
    assert [clip.id for clip in data] == ["000000", "000001", "000002"]
    clip = data["000001"]
    assert clip.captions() == (
        Caption(
            text="a person walks.",
            tokens=(("a", "DET"), ("person", "NOUN"), ("walk", "VERB")),
        ),
    )
    features = clip.features()
    assert isinstance(features, np.memmap)
    motion = clip.motion()
    assert (motion.frames, motion.fps, motion.scene) == (39, 20.0, None)
    error = axes.y_up(motion.tracks[0].positions()) - humanml3d.recover_positions(features)
    assert np.abs(error).max() < 1e-3
    assert data["000002"].captions() == ()
    assert data["000002"].motion().frames == 39  # From features alone.
    mean, std = data.statistics()
    assert mean.shape == std.shape == (263,)
    assert data.check() == {}
    assert data[1:] == tuple(data)[1:]


def test_splits_keep_their_order_and_list_what_is_missing(released):
    train, val = (MotionDataset.open(released, split=name) for name in ("train", "val"))
    assert [clip.id for clip in train] == ["000001", "000000"]
    assert [clip.id for clip in val] == ["000002"]
    assert val.missing == ("000009",)
    assert list(val.check()) == ["000009"]


def test_nothing_is_read_before_it_is_used(released):
    data = MotionDataset.open(released)
    shutil.rmtree(released / "texts")
    (released / "new_joint_vecs" / "000000.npy").write_bytes(b"nonsense")
    assert len(data) == 3
    with pytest.raises(MotionFileError, match=r"000000\.npy: expected a \.npy array"):
        data[0].features()
    with pytest.raises(ResourceError, match=r"There is no file .*000001\.txt"):
        data[1].captions()
    assert set(data.check()) == {"000000", "000001"}


def test_kit_ml_folder(tmp_path):
    (tmp_path / "new_joint_vecs").mkdir()
    features = humanml3d.to_features(kit_joints(), KIT_ML)
    np.save(tmp_path / "new_joint_vecs" / "00001.npy", features)
    clip = MotionDataset.open(tmp_path)["00001"]
    assert clip.features().shape == (59, 251)
    assert clip.motion().fps == 12.5
    for name in ("Mean", "Std"):
        np.save(tmp_path / f"{name}.npy", np.ones(251))
    assert MotionDataset.open(tmp_path).statistics()[0].shape == (251,)


def test_wrong_kit_ml_files_are_named(tmp_path):
    (tmp_path / "new_joint_vecs").mkdir()
    (tmp_path / "new_joints").mkdir()
    path = tmp_path / "new_joint_vecs" / "00001.npy"
    good = humanml3d.to_features(kit_joints(), KIT_ML)
    np.save(path, good[:, :250])
    with pytest.raises(MotionFileError, match=r"00001\.npy: .*\(T, 251\), found \(59, 250\)"):
        MotionDataset.open(tmp_path)["00001"].motion()
    bad = good.copy()
    bad[7, 9] = np.nan
    np.save(path, bad)
    with pytest.raises(MotionFileError, match=r"00001\.npy: .*NaN"):
        MotionDataset.open(tmp_path)["00001"].motion()
    np.save(path, good)
    np.save(tmp_path / "new_joints" / "00001.npy", np.zeros((60, 22, 3)))  # HumanML3D's joints.
    with pytest.raises(MotionFileError, match=r"new_joints.*\(T, 21, 3\), found \(60, 22, 3\)"):
        MotionDataset.open(tmp_path)["00001"].motion()
    with pytest.raises(ResourceError, match=r"no file .*Mean\.npy"):
        MotionDataset.open(tmp_path).statistics()


@pytest.mark.parametrize(
    ("array", "match"),
    [
        (np.zeros((5, 260)), r"expected the shape \(T, 263\) or \(T, 251\), found \(5, 260\)"),
        (np.zeros((0, 263)), r"found \(0, 263\)"),
        (np.zeros((5, 263), int), "found the type int64"),
        (np.full((5, 263), np.nan), "NaN"),
        (np.array([{}]), "damaged file"),
    ],
)
def test_wrong_features_are_named(released, array, match):
    path = released / "new_joint_vecs" / "000002.npy"
    np.save(path, array, allow_pickle=True)
    with pytest.raises(MotionFileError, match=match) as error:
        MotionDataset.open(released)["000002"].motion()
    assert str(path) in str(error.value)


def test_wrong_joints_are_named(released):
    np.save(released / "new_joints" / "000000.npy", np.zeros((9, 100, 3)))
    with pytest.raises(MotionFileError, match=r"new_joints.*\(T, 22, 3\), found \(9, 100, 3\)"):
        MotionDataset.open(released)[0].motion()


def test_missing_statistics_and_splits_are_named(released):
    data = MotionDataset.open(released)
    np.save(released / "Std.npy", np.ones(251))
    with pytest.raises(MotionFileError, match=r"263 or 251 numbers each, found \(263,\)"):
        data.statistics()
    (released / "Std.npy").unlink()
    with pytest.raises(ResourceError, match=r"no file .*Std\.npy"):
        data.statistics()
    with pytest.raises(ResourceError, match="no split 'tset'; it has train, val"):
        MotionDataset.open(released, split="tset")
    for split in ("../train", "texts/000000"):
        with pytest.raises(ResourceError, match="no split"):
            MotionDataset.open(released, split=split)
    (released / "train.txt").write_text("000001\n../../secret\n")
    with pytest.raises(MotionFileError, match=r"train\.txt, line 2: expected an id"):
        MotionDataset.open(released, split="train")


def test_wrong_folders_kinds_and_ids(released, tmp_path):
    with pytest.raises(ResourceError, match="no folder"):
        MotionDataset.open(tmp_path / "none")
    with pytest.raises(ConfigError, match="Did you mean 'bvh'"):
        MotionDataset.open(released, kind="bhv")
    with pytest.raises(ConfigError, match="holds no bvh files"):
        MotionDataset.open(released, kind="bvh")
    with pytest.raises(ConfigError, match=r"no clip '00000'\. Did you mean '00000"):
        MotionDataset.open(released)["00000"]


@pytest.mark.parametrize(
    ("line", "caption"),
    [
        ("he runs#he/PRON run/VERB#1.5#3", Caption(text="he runs",
         tokens=(("he", "PRON"), ("run", "VERB")), start=1.5, end=3.0)),
        ("he runs##nan#nan", Caption(text="he runs")),
        ("and/or#and/or/CCONJ#0#0", Caption(text="and/or", tokens=(("and/or", "CCONJ"),))),
    ],
)  # fmt: skip
def test_captions(tmp_path, line, caption):
    (tmp_path / "a.txt").write_text(f"{SENTENCE}\n{line}\r\n")
    assert read_captions(tmp_path / "a.txt")[1:] == (caption,)


@pytest.mark.parametrize(
    "line",
    ["a man walks", "#a/DET#0#0", "a man#a/DET#0", "a man#a/DET#0#x", "a man#a/DET#3#2",
     "a man#a/DET#-1#2", "a man#a/DET#0#inf"],
)  # fmt: skip
def test_wrong_captions_name_their_line(tmp_path, line):
    (tmp_path / "a.txt").write_text(f"{SENTENCE}{line}\n")
    with pytest.raises(MotionFileError, match=r"a\.txt, line 2: expected"):
        read_captions(tmp_path / "a.txt")


# -- Recorded skeletons.


@pytest.mark.parametrize("family", FAMILIES)
def test_names_of_other_programs(family):
    found = mocap.match(recording(family), {})
    for name in JOINTS:
        if not name.startswith("spine"):
            assert found[name] == INDEX[name], name


@pytest.mark.parametrize("unit", mocap.UNITS)
def test_units_are_told_by_the_leg(unit):
    motion = mocap.to_motion(recording("motionbuilder", 1 / mocap.UNITS[unit]))
    error = motion.tracks[0].positions() - walk(12).positions()
    limbs = [i for i, name in enumerate(JOINTS) if "spine" not in name and "collar" not in name]
    assert np.linalg.norm(error, axis=-1)[:, limbs].max() < 0.005


def test_z_up_recordings():
    z_up = mocap.Recording(
        names=JOINTS, parents=PARENTS, fps=FPS, positions=walk(12).positions(), up="z",
        tips=np.zeros((12, 0, 3)),
    )  # fmt: skip
    y_up = mocap.to_motion(recording("smpl"), unit="m")
    found = mocap.to_motion(z_up, unit="m").tracks[0].positions()
    np.testing.assert_allclose(found, y_up.tracks[0].positions(), atol=1e-9)


def test_collars_that_begin_at_the_neck_leave_the_chest_its_rotation():
    """As in the CMU files: neck and both collars lie at one place."""
    track = walk(12)
    positions = axes.y_up(track.positions()).copy()
    for name in ("left_collar", "right_collar"):
        positions[:, INDEX[name]] = positions[:, INDEX["neck"]]
    names = tuple(FAMILIES["motionbuilder"].split())
    cmu = mocap.Recording(
        names=names, parents=PARENTS, fps=FPS, positions=positions, tips=np.zeros((12, 0, 3))
    )
    found = mocap.to_motion(cmu, unit="m").tracks[0].joints()[1][:, INDEX["spine3"]]
    wanted = track.joints()[1][:, INDEX["spine3"]]
    turned = apart(quat.mul_inv(found, found[:1]), quat.mul_inv(wanted, wanted[:1]))
    assert np.degrees(turned).max() < 3


def test_missing_joints_are_named_and_can_be_given():
    names = [f"joint{index}" for index in range(22)]
    robot = mocap.Recording(
        names=tuple(names), parents=PARENTS, fps=FPS, tips=np.zeros((12, 0, 3)),
        positions=axes.y_up(walk(12).positions()),
    )  # fmt: skip
    with pytest.raises(ShapeError, match="name them"):
        mocap.to_motion(robot)
    with pytest.raises(ShapeError, match="lacks the joints left_hip, right_hip"):
        mocap.to_motion(robot, names={"pelvis": "joint0", "head": "joint15"})
    motion = mocap.to_motion(robot, names=dict(zip(JOINTS, names)))
    assert motion.tracks[0].skeleton.leg_length == pytest.approx(0.84, abs=0.01)
    with pytest.raises(ConfigError, match="'pelvis' -> 'x'"):
        mocap.to_motion(robot, names={"pelvis": "x"})
    with pytest.raises(ConfigError, match="length unit is one of"):
        mocap.to_motion(recording("smpl"), unit="miles")


def test_our_own_bvh_comes_back_exactly(tmp_path):
    track = walk(20, stature=1.6)
    bvh.save_track(track, 25.0, tmp_path / "walk.bvh")
    (clip,) = MotionDataset.open(tmp_path)
    motion = clip.motion()
    (found,) = motion.tracks
    assert motion.fps == 25.0
    assert apart(found.rotations_wxyz, track.rotations_wxyz).max() < 1e-6
    np.testing.assert_allclose(found.positions(), track.positions(), atol=1e-5)
    np.testing.assert_allclose(found.skeleton.offsets, track.skeleton.offsets, atol=1e-4)


def test_foreign_bvh_in_sub_folders_without_toe_joints(tmp_path):
    track = walk(20)
    clip = bvh.from_track(track, FPS)
    keep = [i for i, name in enumerate(clip.names) if "foot" not in name]
    names = dict(zip(JOINTS, FAMILIES["daz"].split()))
    columns = [3 + 3 * i + k for i in keep for k in range(3)]
    feet = {clip.names[clip.parents[i]]: clip.offsets[i] for i in range(22) if i not in keep}
    foreign = bvh.BvhClip(
        names=tuple(names[clip.names[i]] for i in keep),
        parents=tuple(keep.index(clip.parents[i]) if i else -1 for i in keep),
        offsets=clip.offsets[keep] / 2.54, channels=tuple(clip.channels[i] for i in keep),
        values=np.concatenate([clip.values[:, :3] / 2.54, clip.values[:, columns]], axis=1),
        frame_time=1 / FPS,
        ends=tuple((keep.index(clip.names.index(name)), tuple(offset / 2.54))
                   for name, offset in feet.items()),
    )  # fmt: skip
    (tmp_path / "day1").mkdir()
    bvh.write_clip(foreign, tmp_path / "day1" / "walk.bvh")
    (tmp_path / "day1" / "broken.bvh").write_text("HIERARCHY\n")
    data = MotionDataset.open(tmp_path)
    assert [item.id for item in data] == ["day1/broken", "day1/walk"]
    found = data["day1/walk"].motion().tracks[0].positions()
    limbs = [i for i, name in enumerate(JOINTS) if "spine" not in name and "collar" not in name]
    assert np.linalg.norm(found - track.positions(), axis=-1)[:, limbs].max() < 0.005
    assert data["day1/walk"].features().shape == (19, 263)
    assert list(data.check()) == ["day1/broken"]


def test_asf_and_amc(tmp_path):
    asf, amc = asf_files(tmp_path)
    skeleton = read_asf(asf)
    starts, _, _ = skeleton.forward(read_amc(amc, skeleton))
    rows = [skeleton.names.index(name) for name in FAMILIES["asf"].split()]
    wanted = axes.y_up(walk(12).positions())
    np.testing.assert_allclose(starts[:, rows] * mocap.UNITS["asf"], wanted, atol=1e-6)
    (clip,) = MotionDataset.open(tmp_path, fps=60.0)
    assert clip.id == "07_01"
    motion = clip.motion()
    assert (motion.frames, motion.fps) == (12, 60.0)
    limbs = [i for i, name in enumerate(JOINTS) if "spine" not in name and "collar" not in name]
    error = motion.tracks[0].positions() - walk(12).positions()
    assert np.linalg.norm(error, axis=-1)[:, limbs].max() < 0.005


@pytest.mark.parametrize(
    ("suffix", "change", "match"),
    [
        (".amc", ("\n2\n", "\ntwo\n"), r"line 27: expected each bone .*, found 'two'"),
        (".amc", ("lfemur", "lleg"), r"line 6: expected each bone .*, found 'lleg'"),
        (".amc", ("rwrist", "lwrist"), r"line 26: expected each bone .*, found 'lwrist'"),
        (".amc", ("\nroot ", "\nroot 1 "), r"line 5: expected 6 numbers for root, found 7"),
        (".amc", ("\nroot ", "\nroot x"), r"line 5: expected a finite number"),
        (".amc", (":DEGREES\n1\n", ":DEGREES\n"), r"line 4: expected the number of a frame"),
        (".asf", ("name lfemur", "name link1"), r"line 24: expected a name that no other bone"),
        (".asf", ("XYZ", "XYY"), r"line 11: expected an order such as XYZ"),
        (".asf", ("dof rx ry rz", "dof rx ry rx"), r"expected channels of tx"),
        (".asf", ("    length 0.", "    length a0."), r"expected a finite number"),
        (".asf", ("root link1", "root link99"), r"expected bones of :bonedata, found 'link99'"),
        (".asf", ("root link2", "root link1"), r"expected one parent a bone"),
        (".asf", (":hierarchy", ":nothing"), r"expected sections :bonedata and :hierarchy"),
    ],
)
def test_wrong_asf_and_amc_name_their_line(tmp_path, suffix, change, match):
    path = next(path for path in asf_files(tmp_path) if path.suffix == suffix)
    text = path.read_text()
    assert change[0] in text
    path.write_text(text.replace(*change, 1))
    with pytest.raises(MotionFileError, match=match) as error:
        MotionDataset.open(tmp_path)[0].motion()
    assert str(path) in str(error.value)


def test_truncated_amc_and_missing_asf(tmp_path):
    asf, amc = asf_files(tmp_path)
    amc.write_text("\n".join(amc.read_text().split("\n")[:40]))
    with pytest.raises(MotionFileError, match=r"line 40: expected .* in frame 2, found its end"):
        MotionDataset.open(tmp_path)[0].motion()
    asf.rename(tmp_path / "0.asf")
    with pytest.raises(MotionFileError, match=r"expected a skeleton 07\.asf beside it"):
        MotionDataset.open(tmp_path)[0].motion()


# -- DeepMimic.


def skill(frames: int = 10) -> list[list[float]]:
    """Someone who glides along +X with the right knee bent and the left arm raised forward."""
    rows = []
    for t in range(frames):
        row = [1 / 30, 0.1 * t, 0.85, 0.0] + [0.0] * 40
        for _, _, _, first, size in _BODY:
            if size == 4:
                row[first] = 1.0
        row[20] = -1.2
        row[39:43] = quat.about_z(np.pi / 2).tolist()
        rows.append(row)
    return rows


def test_deepmimic(tmp_path):
    path = tmp_path / "humanoid3d_glide.txt"
    path.write_text(json.dumps({"Loop": "wrap", "Frames": skill()}))
    data = MotionDataset.open(tmp_path)
    assert (data.kind, data[0].id) == ("deepmimic", "humanoid3d_glide")
    motion = data[0].motion()
    positions = motion.tracks[0].positions()
    assert (motion.frames, motion.fps) == (10, 30.0)
    at = {name: positions[0, INDEX[name]] for name in JOINTS}
    np.testing.assert_allclose(positions[9, 0] - positions[0, 0], [0.9, 0, 0], atol=1e-9)
    assert at["left_hip"][1] > 0 > at["right_hip"][1]  # It faces +X, so its left is +Y.
    assert at["left_foot"][0] > at["left_ankle"][0] + 0.1
    assert at["right_ankle"][0] < at["right_knee"][0] - 0.3  # The knee bends backwards.
    assert at["left_wrist"][0] > at["left_shoulder"][0] + 0.4
    assert at["right_wrist"][2] < at["right_shoulder"][2] - 0.4
    assert at["head"][2] > at["neck"][2]


def test_deepmimic_frames_of_uneven_length(tmp_path):
    rows = skill()
    rows[4][0] = 2 / 30  # Twice as long: it takes as long as two.
    (tmp_path / "humanoid3d_a.txt").write_text(json.dumps({"Frames": rows}))
    found = read_deepmimic(tmp_path / "humanoid3d_a.txt").positions
    along = found[:, 0, 2]
    np.testing.assert_allclose(np.diff(along), [0.1] * 4 + [0.05] * 2 + [0.1] * 4, atol=1e-6)


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ("{\n'Frames'", "line 2: expected JSON"),
        ("[]", "an object with a list 'Frames'"),
        ('{"Frames": []}', "an object with a list 'Frames'"),
        (json.dumps({"Frames": [[0.0] * 20]}), "44 numbers .* in frame 0, found 20"),
        (json.dumps({"Frames": [*skill(1), [None] * 44]}), "finite numbers in frame 1"),
        (json.dumps({"Frames": [[0.0] * 44, *skill(2)]}), "positive duration in frame 0"),
    ],
)
def test_wrong_deepmimic_files(tmp_path, content, match):
    path = tmp_path / "humanoid3d_bad.txt"
    path.write_text(content)
    with pytest.raises(MotionFileError, match=match):
        read_deepmimic(path)
