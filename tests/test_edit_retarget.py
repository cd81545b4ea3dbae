"""Retargeting: bones point as they did, feet stand where they stood, names are found."""

import dataclasses
import os
from pathlib import Path

import numpy as np
import pytest

from tests import edit_bodies, motion_samples, samples
from text2sim.data.dataset import MotionDataset
from text2sim.edit import retarget, retarget_to_bvh
from text2sim.edit.clearance import cleared
from text2sim.edit.names import NEEDED, match
from text2sim.errors import ConfigError
from text2sim.evaluation import metrics
from text2sim.io.bvh import write_clip
from text2sim.io.bvh_reader import read_bvh
from text2sim.maths import axes
from text2sim.maths import quaternions as quat
from text2sim.physical_body import Capsule, PhysicalBody, segment_shapes
from text2sim.skeleton import INDEX, Skeleton

HANDS = [("left_elbow", "left_wrist"), ("right_elbow", "right_wrist")]
LIMBS = [*HANDS, ("left_shoulder", "left_elbow"), ("right_shoulder", "right_elbow"),
         ("left_hip", "left_knee"), ("right_hip", "right_knee"), ("left_knee", "left_ankle"),
         ("right_knee", "right_ankle")]  # fmt: skip


@pytest.fixture(scope="module", params=["walk", "run", "kick", "dance", "sit"])
def motion(request):
    return motion_samples.animate(request.param)


def angles(a, b, bones, index):
    """Largest angle [degrees] between bones of positions a on our joints and b on `index`."""
    worst = []
    for start, end in bones:
        u = a[:, INDEX[end]] - a[:, INDEX[start]]
        v = b[:, index[end]] - b[:, index[start]]
        cosine = np.sum(u * v, -1) / np.linalg.norm(u, axis=-1) / np.linalg.norm(v, axis=-1)
        worst.append(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))).max())
    return max(worst)


def foot_slip(positions, contacts, index):
    """Way [source metres a frame] of ankles over flat feet, and of toes in contact."""
    steps = []
    for first, side in ((0, "left"), (2, "right")):
        flat = contacts[:, first] & contacts[:, first + 1]
        for name, on in ((f"{side}_ankle", flat), (f"{side}_foot", contacts[:, first + 1])):
            if name in index:
                way = np.linalg.norm(np.diff(positions[:, index[name], :2], axis=0), axis=-1)
                steps.append(way[on[1:] & on[:-1]])
    return np.concatenate(steps)


@pytest.mark.parametrize(
    "skeleton",
    [Skeleton.of_stature(1.1, child=True), Skeleton.of_stature(2.0)],
    ids=["child", "tall"],
)
def test_other_statures(motion, skeleton):
    result = retarget(motion, skeleton)
    old, new = motion.tracks[0], result.tracks[0]
    assert new.skeleton is skeleton
    scale = skeleton.leg_length / old.skeleton.leg_length
    way = [np.ptp(track.root_positions[:, 0]) for track in (old, new)]
    assert way[1] == pytest.approx(scale * way[0], rel=0.03, abs=0.03)
    assert angles(old.positions(), new.positions(), LIMBS, INDEX) < 3.0
    np.testing.assert_array_equal(new.contacts, old.contacts)
    speeds = [metrics.skate_speeds(t.soles(), t.contacts, motion.fps) for t in (old, new)]
    assert speeds[1].mean() < speeds[0].mean() + 1e-4
    soles = new.soles()[..., 2]
    assert soles.min() > -1e-4
    assert np.abs(soles[new.contacts]).max() < 0.006


def test_the_same_stature_is_the_same_motion(motion):
    same = retarget(motion, motion.tracks[0].skeleton)
    np.testing.assert_allclose(same.tracks[0].positions(), motion.tracks[0].positions(), atol=0.002)


BODIES = {
    "mixamo": (edit_bodies.mixamo, 62, 22),
    "vrm": (edit_bodies.vrm, 21, 21),
    "robot": (edit_bodies.robot, 100, 17),
}


@pytest.mark.parametrize("name", BODIES)
def test_other_hierarchies(motion, name, tmp_path):
    make, joints, found = BODIES[name]
    rest = make()
    result = retarget_to_bvh(motion, rest)
    assert (len(rest.names), len(result.matched)) == (joints, found)
    assert set(result.unmatched) == set(rest.names) - set(result.matched.values())
    write_clip(result.clip, tmp_path / "out.bvh")
    clip = read_bvh(tmp_path / "out.bvh")
    assert clip.names == rest.names
    np.testing.assert_allclose(clip.offsets, rest.offsets, atol=1e-6)
    positions = clip.forward()[0]
    ours = _in_our_axes(positions, name)
    index = {part: clip.names.index(theirs) for part, theirs in result.matched.items()}
    source = motion.tracks[0]
    assert angles(source.positions(), ours, HANDS, index) < 0.01
    assert angles(source.positions(), ours, LIMBS, index) < 5.0
    assert angles(source.positions(), ours, [("pelvis", "head")], index) < 5.0
    leg = [np.linalg.norm(rest.offsets[index[f"left_{part}"]]) for part in ("knee", "ankle")]
    unit = source.skeleton.leg_length / sum(leg)
    assert foot_slip(ours * unit, source.contacts, index).max() < 0.005
    lengths = np.linalg.norm(positions[:, 1:] - positions[:, list(clip.parents[1:])], axis=-1)
    np.testing.assert_allclose(
        lengths, np.tile(np.linalg.norm(rest.offsets[1:], axis=-1), (len(clip), 1)), rtol=1e-4
    )


def _in_our_axes(positions, name):
    return positions[..., [1, 0, 2]] * [-1.0, 1.0, 1.0] if name == "robot" else axes.z_up(positions)


def test_fingers_go_with_the_hand_and_unmatched_joints_rest():
    motion = motion_samples.animate("wave")
    result = retarget_to_bvh(motion, edit_bodies.mixamo())
    local = result.clip.local[1]
    finger = result.clip.names.index("mixamorig:RightHandIndex2")
    assert "mixamorig:RightHandIndex2" in result.unmatched
    np.testing.assert_allclose(np.abs(local[:, finger, 0]), 1.0, atol=1e-9)


def test_hands_follow_from_an_a_pose():
    """At rest, arms 0.8 rad below ours, the clip stands in our pose and not in its own."""
    motion = motion_samples.animate("wave")
    track = dataclasses.replace(
        motion.tracks[0], rotations_wxyz=np.tile(quat.IDENTITY, (motion.frames, 22, 1))
    )
    still = dataclasses.replace(motion, tracks=(track,))
    clip = retarget_to_bvh(still, edit_bodies.mixamo()).clip
    positions = clip.forward()[0]
    wrist, shoulder = (clip.names.index(f"mixamorig:Left{part}") for part in ("Hand", "Arm"))
    arm = positions[0, wrist] - positions[0, shoulder]
    assert arm[0] / np.linalg.norm(arm) > 0.999


def test_names_can_be_given_and_what_is_missing_is_named():
    motion = motion_samples.animate("kick")
    rest = edit_bodies.mixamo()
    other = dataclasses.replace(rest, names=tuple(f"bone{i:02}" for i in range(len(rest.names))))
    with pytest.raises(ConfigError, match=r"left_hip.*bone00.*names="):
        retarget_to_bvh(motion, other)
    known = match(rest.names, rest.parents)
    names = {part: other.names[known[part]] for part in NEEDED}
    partial = retarget_to_bvh(motion, other, names=names)
    assert partial.matched == names
    assert len(partial.unmatched) == len(other.names) - len(NEEDED)
    with pytest.raises(ConfigError, match="no pair"):
        retarget_to_bvh(motion, other, names={"pelvis": "nothing"})
    with pytest.raises(ConfigError, match="actor"):
        retarget_to_bvh(motion, rest, actor="nobody")


def test_a_tree_without_legs_is_refused():
    rest = edit_bodies.hierarchy(
        {"pelvis": "base", "spine1": "tower", "shoulder": "crane", "elbow": "grip"}, ("l_", "r_"),
        unit=1.0,
    )  # fmt: skip
    with pytest.raises(ConfigError, match="left_knee"):
        retarget_to_bvh(motion_samples.animate("kick"), rest)


@pytest.mark.skipif("TEXT2SIM_CMU_BVH" not in os.environ, reason="needs TEXT2SIM_CMU_BVH: a .bvh")
def test_a_recorded_hierarchy(motion):
    rest = read_bvh(Path(os.environ["TEXT2SIM_CMU_BVH"]))
    result = retarget_to_bvh(motion, rest)
    index = {part: rest.names.index(theirs) for part, theirs in result.matched.items()}
    ours = axes.z_up(result.clip.forward()[0])
    assert angles(motion.tracks[0].positions(), ours, HANDS, index) < 0.01
    assert angles(motion.tracks[0].positions(), ours, LIMBS, index) < 10.0


PARTS = ("collar", "shoulder", "elbow", "wrist", "hip", "knee", "ankle", "foot")
MAKES = {
    "unreal": ("{part}_{s}", "pelvis spine_01 spine_02 spine_03 neck_01 head",
               "clavicle upperarm lowerarm hand thigh calf foot ball"),
    "biped": ("Bip01 {S} {part}", "Pelvis Spine Spine1 Spine2 Neck Head",
              "Clavicle UpperArm Forearm Hand Thigh Calf Foot Toe0"),
    "smpl": ("{S}_{part}", "Pelvis Spine1 Spine2 Spine3 Neck Head",
             "Collar Shoulder Elbow Wrist Hip Knee Ankle Foot"),
    "vroid": ("J_Bip_{S}_{part}", "Hips Spine Chest UpperChest Neck Head",
              "Shoulder UpperArm LowerArm Hand UpperLeg LowerLeg Foot ToeBase"),
    "rigify": ("{part}.{S}", "hips spine spine.001 chest neck head",
               "shoulder upper_arm forearm hand thigh shin foot toe"),
    "daz": ("{s}{part}", "hip abdomen abdomen2 chest neck head",
            "Collar Shldr ForeArm Hand Thigh Shin Foot Toe"),
    "cmu asf": ("{s}{part}", "root lowerback upperback thorax lowerneck head",
                "clavicle humerus radius wrist femur tibia foot toes"),
}  # fmt: skip


@pytest.mark.parametrize("make", MAKES)
def test_names_of_many_makes(make):
    form, middle, limbs = MAKES[make]
    names, parents = middle.split(), [-1, 0, 1, 2, 3, 4]
    for side in "LR":
        for number, part in enumerate(limbs.split()):
            before = len(names) - 1 if number not in (0, 4) else 3 if number == 0 else 0
            names.append(form.format(part=part, S=side, s=side.lower()))
            parents.append(before)
    found = match(names, parents)
    for first, side in ((6, "left"), (14, "right")):
        for number, part in enumerate(PARTS):
            assert names[found[f"{side}_{part}"]] == names[first + number]
    assert (found["pelvis"], found["head"]) == (0, 5)


def bottoms(track, shapes):
    """Lowest point [m] of every capsule in every frame, (T, C)."""
    positions, world = track.joints()
    columns = []
    for joint, shape in enumerate(shapes):
        if isinstance(shape, Capsule):
            ends = [
                (positions[:, joint] + quat.rotate(world[:, joint], end))[:, 2]
                for end in (shape.start, shape.end)
            ]
            columns.append(np.min(ends, axis=0) - shape.radius)
    return np.stack(columns, axis=1)


def heavy():
    character = dataclasses.replace(samples.man(), build="heavy", mass=105.0)
    skeleton = Skeleton.of_stature(1.7)
    return PhysicalBody.of(skeleton, character)


@pytest.mark.parametrize("clip", ["getup_faceup", "getup_facedown", "roll", "crawl"])
def test_who_lies_does_not_sink_deeper_than_the_source(clip):
    data = pytest.importorskip("pybullet_data", reason="its clips come with pybullet")
    folder = Path(data.getDataPath(), "data", "motions")
    motion, body = MotionDataset.open(folder)[f"humanoid3d_{clip}"].motion(), heavy()
    new = retarget(motion, body.skeleton, body=body).tracks[0]
    old = motion.tracks[0]
    scale = body.skeleton.leg_length / old.skeleton.leg_length
    before = bottoms(old, segment_shapes(old.skeleton, 75.0 * old.skeleton.scale**3))
    sunk = np.minimum(scale * before, 0.0) - bottoms(new, body.shapes)
    assert sunk.max() < 0.02
    # Nor does it float: it comes as near to the ground as its source, but for its thickness.
    assert np.abs(new.root_positions[:, 2] - scale * old.root_positions[:, 2]).max() < 0.2
    speeds = [metrics.skate_speeds(t.soles(), t.contacts, motion.fps) for t in (old, new)]
    assert speeds[1].mean() < speeds[0].mean() + 1e-4


def test_who_stands_stays_as_before(motion):
    body = heavy()
    result = retarget(motion, body.skeleton, body=body).tracks[0]
    thin = retarget(motion, body.skeleton).tracks[0]
    np.testing.assert_array_equal(result.root_positions, thin.root_positions)
    np.testing.assert_array_equal(result.rotations_wxyz, thin.rotations_wxyz)
    assert cleared(result, motion.tracks[0], motion.fps, body) is result
    with pytest.raises(ConfigError, match="another skeleton"):
        retarget(motion, Skeleton.of_stature(1.2), body=body)
    lying = dataclasses.replace(
        result,
        root_positions=result.root_positions - [0.0, 0.0, 0.3],
        contacts=np.zeros_like(result.contacts),
    )
    raised = cleared(lying, motion.tracks[0], motion.fps, body).root_positions
    assert (raised[:, 2] > lying.root_positions[:, 2] + 0.1).all()


def test_a_foot_that_stands_on_something_high_stays_there(motion):
    track = motion.tracks[0]
    high = dataclasses.replace(track, root_positions=track.root_positions + [0.0, 0.0, 0.8])
    raised = dataclasses.replace(motion, tracks=(high,), scene=None)
    skeleton = Skeleton.of_stature(1.4)
    scale = skeleton.leg_length / track.skeleton.leg_length
    soles = retarget(raised, skeleton).tracks[0].soles()[..., 2]
    assert np.abs(soles[track.contacts] - 0.8 * scale).max() < 0.03
