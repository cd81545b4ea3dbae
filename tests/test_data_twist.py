"""Recorded twist: foreign files keep their rotations; the pack takes them, without flips."""

import dataclasses
import json

import numpy as np
import pytest

from tests.test_data_features import FPS, apart, walk
from tests.test_data_sets import FAMILIES
from text2sim.data import mocap, pack_feet, pack_twist
from text2sim.data.fit import fit
from text2sim.io import bvh
from text2sim.maths import axes, kinematics
from text2sim.maths import quaternions as quat
from text2sim.skeleton import INDEX, JOINTS, PARENTS
from text2sim.types import Motion, Track

HINGED = ("left_hip", "right_hip", "left_knee", "right_knee", "left_shoulder", "right_shoulder")


def twisting(frames: int = 60) -> Track:
    """The walk, looking around, with hands and feet that turn about their own bones."""
    track = walk(frames)
    q, t = track.rotations_wxyz.copy(), np.arange(frames) / FPS
    q[:, INDEX["head"]] = quat.about_z(0.7 * np.sin(3 * t))
    for side, sign in (("left", 1.0), ("right", -1.0)):
        turn = quat.about([0.0, sign, 0.0], 0.4 + 0.5 * np.sin(4 * t))
        for name in ("elbow", "wrist"):  # Half in the forearm, half in the hand.
            joint = INDEX[f"{side}_{name}"]
            q[:, joint] = quat.mul(q[:, joint], turn)
        foot = track.skeleton.offsets[INDEX[f"{side}_foot"]]
        roll = quat.about(foot / np.linalg.norm(foot), 0.3 * np.sin(5 * t))
        q[:, INDEX[f"{side}_ankle"]] = quat.mul(q[:, INDEX[f"{side}_ankle"]], roll)
    return dataclasses.replace(track, rotations_wxyz=q)


def foreign(track: Track, rest_wxyz: np.ndarray | None = None) -> bvh.BvhClip:
    """The track as MotionBuilder would call its joints, from a rest pose (22, 4) of its own."""
    if rest_wxyz is None:
        rest_wxyz = np.tile(quat.IDENTITY, (22, 1))
    rest, turned = track.skeleton.forward(np.zeros(3), rest_wxyz)
    world = quat.mul_inv(track.joints()[1], turned)
    offsets = rest.copy()
    offsets[1:] -= rest[list(PARENTS[1:])]
    local = kinematics.to_local(PARENTS, world)
    # Our skeleton class has no world-aligned rest pose but the T-pose; a BVH file has.
    body = dataclasses.replace(track.skeleton, offsets=offsets)
    clip = bvh.from_track(dataclasses.replace(track, skeleton=body, rotations_wxyz=local), FPS)
    names = dict(zip(JOINTS, FAMILIES["motionbuilder"].split()))
    return dataclasses.replace(clip, names=tuple(names[name] for name in clip.names))


def errors(found: Motion, track: Track) -> dict[str, float]:
    """Largest error [degrees] of each joint's world rotation."""
    gap = apart(found.tracks[0].joints()[1], track.joints()[1]).max(axis=0)
    return dict(zip(JOINTS, np.degrees(gap)))


def test_a_foreign_file_keeps_its_own_rotations():
    track = twisting()
    found = mocap.motion_of_bvh(foreign(track), unit="cm")
    gap = errors(found, track)
    for name in (*HINGED, "left_elbow", "right_elbow", "left_wrist", "right_wrist", "head"):
        assert gap[name] < 3.0, name
    # Of positions alone nobody could tell.
    guessed = errors(Motion(fps=FPS, tracks=(fit(track.positions(), FPS),)), track)
    assert min(guessed[name] for name in ("left_wrist", "right_wrist", "head")) > 30.0
    roll = apart(*(t.rotations_wxyz[:, INDEX["left_ankle"]] for t in (found.tracks[0], track)))
    assert np.degrees(roll - roll[0]).max() < 3.0
    limbs = [i for i, name in enumerate(JOINTS) if "spine" not in name and "collar" not in name]
    off = found.tracks[0].positions() - track.positions()
    assert np.linalg.norm(off, axis=-1)[:, limbs].max() < 0.005


@pytest.mark.parametrize("droop", [0.8, 1.5])
def test_rest_poses_with_lowered_arms(droop):
    rest = np.tile(quat.IDENTITY, (22, 1))
    for side, sign in (("left", 1.0), ("right", -1.0)):
        rest[INDEX[f"{side}_shoulder"]] = quat.about_x(-sign * droop)
    track = twisting()
    gap = errors(mocap.motion_of_bvh(foreign(track, rest), unit="cm"), track)
    for name in (*HINGED, "left_elbow", "right_elbow", "left_wrist", "right_wrist", "head"):
        assert gap[name] < 3.0, name


def test_a_rest_pose_whose_arms_are_turned_about_themselves():
    """As in files whose bones have no common frame: elbows tell, and hands rest in the middle."""
    rest = np.tile(quat.IDENTITY, (22, 1))
    for side, sign in (("left", 1.0), ("right", -1.0)):
        rest[INDEX[f"{side}_shoulder"]] = quat.about([0.0, sign, 0.0], 2.5)
    track = twisting()
    gap = errors(mocap.motion_of_bvh(foreign(track, rest), unit="cm"), track)
    assert gap["left_shoulder"] < 3.0
    assert gap["right_shoulder"] < 3.0
    found = mocap.motion_of_bvh(foreign(track, rest), unit="cm").tracks[0].rotations_wxyz
    for name in ("left_wrist", "right_wrist"):
        own, wanted = found[:, INDEX[name]], track.rotations_wxyz[:, INDEX[name]]
        change = apart(quat.inv_mul(own[0], own), quat.inv_mul(wanted[0], wanted))
        assert np.degrees(change).max() < 3.0


def test_flips_are_spread_and_joints_stay():
    track = twisting()
    bad = track.rotations_wxyz.copy()
    bone = track.skeleton.offsets[INDEX["left_elbow"]]
    flip = quat.about(bone / np.linalg.norm(bone), np.full(8, np.pi))
    shoulder, elbow = INDEX["left_shoulder"], INDEX["left_elbow"]
    bad[20:28, shoulder] = quat.mul(bad[20:28, shoulder], flip)
    bad[20:28, elbow] = quat.inv_mul(flip, bad[20:28, elbow])
    bad[40, INDEX["head"]] = quat.about_z(3.0)
    broken = dataclasses.replace(track, rotations_wxyz=bad)
    assert np.degrees(_steps(broken, shoulder).max()) > 150.0
    found = pack_twist.calm(broken)
    for joint in (shoulder, INDEX["head"]):
        assert np.degrees(_steps(found, joint).max()) < 50.0
    np.testing.assert_allclose(found.positions(), broken.positions(), atol=1e-9)
    rest = np.r_[0:17, 31:60]
    same = apart(found.rotations_wxyz[rest], track.rotations_wxyz[rest])
    assert np.delete(same, INDEX["head"], axis=1).max() < 1e-6
    calm = pack_twist.calm(track)
    np.testing.assert_allclose(apart(calm.rotations_wxyz, track.rotations_wxyz), 0.0, atol=1e-6)


def _steps(track: Track, joint: int) -> np.ndarray:
    return apart(track.rotations_wxyz[1:, joint], track.rotations_wxyz[:-1, joint])


def test_recordings_are_found_by_frame(tmp_path):
    """A file of 30 frames/s whose fifth frame is the clip's first, and one stray frame in it."""
    track = twisting(60)
    clip = foreign(track)
    values = clip.values.copy()
    values[20, 3:] = 77.0
    bvh.write_clip(dataclasses.replace(clip, values=values), tmp_path / "a.bvh")
    row = {"id": "a", "file": "a.bvh", "npz0_file_frame": 4.0, "npz_step": 1.5}
    (tmp_path / "layer_source_index.jsonl").write_text(json.dumps(row) + "\n")
    recordings = pack_twist.Recordings(tmp_path, "layer")
    at = 4.0 + 1.5 * np.arange(30)
    wanted = pack_twist.sampled(track.joints()[1], at)
    before = np.floor(at).astype(int)
    places = track.positions()
    positions = places[before] + (at % 1.0)[:, None, None] * (
        places[np.minimum(before + 1, 59)] - places[before]
    )
    turns = recordings.turns("a", positions)
    assert np.degrees(apart(turns[:, INDEX["head"]], wanted[:, INDEX["head"]])).max() < 3.0
    assert recordings.turns("b", positions) is None
    assert pack_twist.Recordings(tmp_path, "other").turns("a", positions) is None


def test_feet_stop_sliding_and_legs_stay_calm():
    track = walk(60, turn=0.0)
    root = track.root_positions.copy()
    standing = np.tile(quat.IDENTITY, (60, 22, 1))
    root[:, :2] = 0.05 * np.sin(np.arange(60) / 6)[:, None]
    root[:, 2] = track.skeleton.pelvis_height - 0.02
    bend = {"hip": -0.3, "knee": 0.6, "ankle": -0.3}
    for side in ("left", "right"):
        for name, angle in bend.items():
            standing[:, INDEX[f"{side}_{name}"]] = quat.about_y(np.array(angle))
    slides = pack_feet.planted(
        dataclasses.replace(track, root_positions=root, rotations_wxyz=standing), FPS
    )
    assert slides.contacts.all()
    found, how = pack_feet.cleaned(slides, FPS)
    before, after = (pack_feet.figures([t], FPS) for t in (slides, found))
    assert how == "clean"
    assert before.slip.mean() > 2e-3
    assert after.slip.mean() < 1e-4
    assert after.depth.max() < 1e-4
    assert after.jerk.mean() < 1.15 * before.jerk.mean() + 3.0
    assert "slip" in str(before)


def test_standing_on_a_stool_is_a_contact_and_dangling_is_none():
    track = walk(40)
    stands = np.tile(quat.IDENTITY, (40, 22, 1))
    root = np.tile([0.0, 0.0, track.skeleton.pelvis_height + 0.5], (40, 1))
    above = dataclasses.replace(track, root_positions=root, rotations_wxyz=stands)
    assert pack_feet.planted(above, FPS).contacts.all()
    seated = stands.copy()
    for side in ("left", "right"):
        seated[:, INDEX[f"{side}_hip"]] = quat.about_y(np.array(-1.5))
        seated[:, INDEX[f"{side}_knee"]] = quat.about_y(np.array(1.5))
    sits = dataclasses.replace(above, rotations_wxyz=seated)
    assert not pack_feet.planted(sits, FPS).contacts.any()


def test_axes_of_recordings_do_not_matter():
    clip = foreign(twisting())
    upright = mocap.of_bvh(clip)
    lying = dataclasses.replace(
        upright, up="z", positions=axes.z_up(upright.positions), tips=axes.z_up(upright.tips),
        turns_wxyz=axes.z_up_wxyz(upright.turns_wxyz), rest=axes.z_up(upright.rest),
    )  # fmt: skip
    first, second = (mocap.to_motion(r, unit="cm").tracks[0] for r in (upright, lying))
    assert apart(first.rotations_wxyz, second.rotations_wxyz).max() < 1e-6
