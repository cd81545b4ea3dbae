"""HumanML3D and KIT-ML features, and rotations fitted to positions."""

import dataclasses
import os
from pathlib import Path

import numpy as np
import pytest

from text2sim.data import convert, fit, humanml3d
from text2sim.data.layouts import HUMANML3D, KIT_ML
from text2sim.errors import ConfigError, ShapeError
from text2sim.maths import axes, rotation6d
from text2sim.maths import quaternions as quat
from text2sim.skeleton import INDEX, JOINTS, PARENTS, Skeleton
from text2sim.types import Track

FPS = 20.0
VARIABLE = "TEXT2SIM_HUMANML3D"


def walk(frames: int = 90, *, stature: float = 1.75, turn: float = 0.4) -> Track:
    """A person who walks along an arc, knees and elbows bent, chest against pelvis."""
    t = np.arange(frames) / FPS
    phase = 2 * np.pi * t
    q = np.tile(quat.IDENTITY, (frames, 22, 1))
    yaw = 0.3 + turn * t
    q[:, 0] = quat.mul(quat.about_z(yaw), quat.about_y(0.05 * np.sin(2 * phase)))
    for side, sign in (("left", 1), ("right", -1)):
        swing = sign * np.sin(phase)
        twist = quat.about_z(0.15 * sign * np.cos(phase))
        q[:, INDEX[f"{side}_hip"]] = quat.mul(twist, quat.about_y(-0.2 - 0.4 * swing))
        q[:, INDEX[f"{side}_knee"]] = quat.about_y(0.5 + 0.4 * np.cos(phase) * sign)
        q[:, INDEX[f"{side}_ankle"]] = quat.about_y(0.2 * swing)
        down = quat.mul(quat.about_y(0.4 * swing), quat.about_x(-sign * 1.3))
        q[:, INDEX[f"{side}_shoulder"]] = down
        q[:, INDEX[f"{side}_elbow"]] = quat.about_z(-sign * (0.9 + 0.3 * swing))
    for name in ("spine1", "spine2", "spine3"):
        q[:, INDEX[name]] = quat.about_z(0.08 * np.sin(phase))
    q[:, INDEX["neck"]] = quat.about_y(0.1 * np.sin(phase))
    speed = 1.3 / FPS * np.stack([np.cos(yaw), np.sin(yaw), 0 * t], axis=1)
    skeleton = Skeleton.of_stature(stature)
    root = np.cumsum(speed, axis=0) + [3.0, -2.0, skeleton.pelvis_height - 0.06]
    return Track(
        actor="man1", skeleton=skeleton, root_positions=root, rotations_wxyz=q,
        contacts=np.zeros((frames, 4), bool),
    )  # fmt: skip


def kit_joints(frames: int = 60) -> np.ndarray:
    """The walk on KIT-ML's joints, in millimetres, Y up."""
    positions = axes.y_up(walk(frames).positions()) * 1000
    found = dict(zip(JOINTS, np.moveaxis(positions, 1, 0)))
    for side in ("left", "right"):
        found[f"{side}_toes"] = found[f"{side}_foot"] + [0, 0, 60]
    return np.stack([found[name] for name in KIT_ML.names], axis=1)


def apart(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Angles between rotations [rad]."""
    return 2 * np.arccos(np.clip(np.abs(np.sum(a * b, axis=-1)), 0, 1))


# -- Against the official sample (derived from AMASS, so it is not in the repository).


@pytest.fixture(scope="module")
def official():
    folder = Path(os.environ.get(VARIABLE, ""))
    files = [folder / part / "012314.npy" for part in ("new_joints", "new_joint_vecs")]
    if not os.environ.get(VARIABLE):
        pytest.skip(f"set {VARIABLE} to a folder with HumanML3D's sample 012314")
    if not all(file.is_file() for file in files):
        pytest.skip(f"{folder} lacks {' or '.join(map(str, files))}")
    return [np.load(file).astype(np.float64) for file in files]


def test_features_match_the_official_ones(official):
    joints, features = official
    # The released joints lack the last frame, since features are one shorter than positions. Its
    # positions follow from the last velocities.
    _, yaw = humanml3d.recover_root(features)
    step = features[-1, HUMANML3D.parts["velocities"]].reshape(22, 3)
    last = joints[-1] + quat.rotate(yaw[-1], step)
    found = humanml3d.to_features(np.concatenate([joints, last[None]]))
    assert found.shape == features.shape == (len(joints), 263)
    assert np.abs(found - features).max() < 1e-4
    # Without that frame the smoothed direction differs near the end only.
    assert np.abs(humanml3d.to_features(joints)[:80] - features[:80]).max() < 1e-3


def test_official_features_give_the_official_joints(official):
    joints, features = official
    assert np.abs(humanml3d.recover_positions(features) - joints).max() < 1e-5
    lengths = np.linalg.norm(joints[0] - joints[0][[0, *PARENTS[1:]]], axis=-1)
    root, _ = humanml3d.recover_root(features)
    rotations = humanml3d.recover_rotations(features)
    found = humanml3d.pose(root, rotations, lengths, HUMANML3D)
    assert np.abs(found - joints).max() < 1e-4
    np.testing.assert_allclose(lengths, convert.REFERENCE_LENGTHS, atol=0.006)


def test_official_joints_become_our_rotations(official):
    motion = convert.from_features(official[1])
    error = axes.y_up(motion.tracks[0].positions()) - official[0]
    assert np.linalg.norm(error, axis=-1).max() < 1e-3


# -- Features.


def test_sizes_and_parts():
    assert (HUMANML3D.width, KIT_ML.width) == (263, 251)
    assert HUMANML3D.parents == PARENTS
    parts = HUMANML3D.parts
    assert (parts["positions"], parts["contacts"]) == (slice(4, 67), slice(259, 263))
    assert parts["velocities"].start == 67 + 126
    assert HUMANML3D.references[13] == HUMANML3D.references[14] == 0
    assert (HUMANML3D.references[12], HUMANML3D.references[16]) == (9, 13)


@pytest.mark.parametrize(
    ("joints", "layout"),
    [(axes.y_up(walk().positions()), HUMANML3D), (kit_joints(), KIT_ML)],
    ids=["humanml3d", "kit"],
)
def test_features_and_back(joints, layout):
    features = humanml3d.to_features(joints, layout)
    assert features.shape == (len(joints) - 1, layout.width)
    assert humanml3d.layout_of(features) is layout
    wanted = humanml3d.canonical(joints, layout)[:-1]
    size = np.ptp(joints[..., 1])
    assert np.abs(humanml3d.recover_positions(features) - wanted).max() < 1e-9 * size
    lengths = np.linalg.norm(joints[0] - joints[0][[0, *layout.parents[1:]]], axis=-1)
    root, _ = humanml3d.recover_root(features)
    found = humanml3d.pose(root, humanml3d.recover_rotations(features), lengths, layout)
    assert np.abs(found - wanted).max() < 1e-6 * size


def test_canonical_stands_on_the_floor_over_the_origin_facing_z():
    joints = humanml3d.canonical(axes.y_up(walk().positions()))
    assert joints[..., 1].min() == pytest.approx(0.0, abs=1e-12)
    np.testing.assert_allclose(joints[0, 0, [0, 2]], 0.0, atol=1e-12)
    np.testing.assert_allclose(humanml3d.facing(joints)[0], [0, 0, 1], atol=1e-12)
    assert joints[0, INDEX["left_hip"], 0] > 0 > joints[0, INDEX["right_hip"], 0]


def test_meaning_of_the_root_features():
    parts = HUMANML3D.parts
    features = convert.to_features(walk(240, turn=0.5), FPS, adapt=False)
    middle = features[100:140]
    # Positive yaw velocity is half a turn to the right, seen from above with Y up: ours is left.
    np.testing.assert_allclose(-2 * FPS * middle[:, 0], 0.5, atol=0.03)
    speed = np.linalg.norm(middle[:, parts["planar_velocity"]], axis=1) * FPS
    np.testing.assert_allclose(speed, 1.3, atol=1e-6)
    assert middle[:, parts["planar_velocity"]][:, 1].min() > 0.05  # Forward is +Z.


def test_contacts_tell_standing_from_swinging_feet():
    still = np.tile(axes.y_up(walk(1).positions()), (30, 1, 1))
    still[:, [INDEX["left_ankle"], INDEX["left_foot"]], 2] += np.arange(30)[:, None] * 0.06
    contacts = humanml3d.to_features(still)[:, HUMANML3D.parts["contacts"]]
    np.testing.assert_array_equal(contacts, np.tile([0, 0, 1, 1], (29, 1)))


def test_smoothed_facing_counts_the_hips_backwards_as_released_features_do():
    """Hips twisted to the left of the shoulders turn the features' body to the right."""
    positions = axes.y_up(walk(1).positions()).repeat(30, axis=0)
    positions = humanml3d.canonical(positions)
    angle, hips = 0.3, [INDEX["left_hip"], INDEX["right_hip"]]
    turn = quat.about([0.0, 1.0, 0.0], np.array(angle))
    twisted = positions.copy()
    twisted[15:, hips] = quat.rotate(turn, positions[15:, hips] - positions[15:, :1])
    twisted[15:, hips] += positions[15:, :1]
    yaw = humanml3d.to_features(twisted)[:, 0].sum()  # Over all frames: to the far side.
    right, left, right_shoulder, left_shoulder = HUMANML3D.across
    across = twisted[20, right_shoulder] - twisted[20, left_shoulder]
    across = across - (twisted[20, right] - twisted[20, left])
    final = np.arctan2(*np.cross([0, 1, 0], across)[[0, 2]])
    assert final < -0.05
    assert 0 < yaw < -0.5 * final


def test_a_full_turn_keeps_its_direction():
    features = convert.to_features(walk(400, turn=1.0), FPS, adapt=False)
    assert (np.diff(np.sign(features[5:-5, 0])) == 0).all()


def test_batches_equal_single_clips():
    clips = np.stack([axes.y_up(walk(40, turn=turn).positions()) for turn in (-1, 0, 1)])
    together = humanml3d.to_features(clips[:, None])
    assert together.shape == (3, 1, 39, 263)
    for one, clip in zip(together[:, 0], clips):
        np.testing.assert_allclose(one, humanml3d.to_features(clip), atol=1e-12)
    back = humanml3d.recover_positions(together)
    np.testing.assert_allclose(back[2, 0], humanml3d.recover_positions(together[2, 0]), atol=1e-12)


def test_other_bone_lengths_keep_directions():
    joints = axes.y_up(walk(stature=1.2).positions())
    adapted = humanml3d.with_bones(joints, convert.REFERENCE_LENGTHS, HUMANML3D)
    parents = list(PARENTS[1:])
    bones = adapted[:, 1:] - adapted[:, parents]
    lengths = np.linalg.norm(bones, axis=-1)
    np.testing.assert_allclose(lengths, np.tile(convert.REFERENCE_LENGTHS[1:], (90, 1)), atol=1e-12)
    before = joints[:, 1:] - joints[:, parents]
    before /= np.linalg.norm(before, axis=-1, keepdims=True)
    np.testing.assert_allclose(bones / lengths[..., None], before, atol=1e-12)
    leg = convert.REFERENCE_LENGTHS[[4, 7]].sum() / Skeleton.of_stature(1.2).leg_length
    np.testing.assert_allclose(adapted[:, 0], joints[:, 0] * leg, rtol=1e-6)


@pytest.mark.parametrize("shape", [(10, 260), (263,), (10, 22, 3)])
def test_wrong_feature_counts_are_errors(shape):
    with pytest.raises(ShapeError, match=r"263 \(HumanML3D\) or 251 \(KIT-ML\)"):
        humanml3d.recover_positions(np.zeros(shape))


@pytest.mark.parametrize(
    ("joints", "match"),
    [
        (np.zeros((5, 21, 3)), "22, 3"),
        (np.zeros((22, 3)), "22, 3"),
        (np.ones((1, 22, 3)), "two frames"),
        (np.ones((2, 22, 3)), "at one place"),
        (np.full((5, 22, 3), np.nan), "NaN"),
    ],
)
def test_wrong_joints_are_errors(joints, match):
    with pytest.raises(ShapeError, match=match):
        humanml3d.to_features(joints)


# -- Fitting.


def test_fit_on_the_same_skeleton_finds_positions_and_twist():
    track = walk()
    found = fit.fit(track.positions(), FPS, skeleton=track.skeleton, actor="woman1")
    assert found.actor == "woman1"
    assert np.abs(found.positions() - track.positions()).max() < 1e-4
    angles = np.degrees(apart(found.joints()[1], track.joints()[1]))
    leaves = [INDEX["head"], INDEX["left_wrist"], INDEX["right_wrist"]]
    assert np.delete(angles, leaves, axis=1).max() < 6
    assert np.delete(angles, leaves, axis=1).mean() < 1


@pytest.mark.parametrize("stature", [1.2, 1.9])
def test_fit_takes_over_bone_lengths(stature):
    positions = walk(stature=stature).positions()
    rng = np.random.default_rng(1)
    noisy = positions + rng.normal(scale=0.0005, size=positions.shape)
    found = fit.fit(noisy, FPS)
    assert np.linalg.norm(found.positions() - noisy, axis=-1).max() < 4e-3
    wanted = Skeleton.of_stature(stature)
    np.testing.assert_allclose(found.skeleton.leg_length, wanted.leg_length, atol=2e-3)
    np.testing.assert_allclose(found.skeleton.pelvis_height, wanted.pelvis_height, atol=0.02)


def test_fit_to_another_body_scales_the_path():
    track, tall = walk(stature=1.4), Skeleton.of_stature(1.9)
    found = fit.fit(track.positions(), FPS, skeleton=tall)
    assert found.skeleton is tall
    np.testing.assert_allclose(found.root_positions, track.root_positions * 1.9 / 1.4, rtol=1e-3)
    angles = np.degrees(apart(found.joints()[1], track.joints()[1]))
    assert angles[:, :19].mean() < 1.5


def test_straight_limbs_twist_no_more_than_they_must():
    """A knee and an elbow that pass through straight: the axis must not flip there."""
    track = walk(60)
    q = track.rotations_wxyz.copy()
    bend = 0.25 * (1 - np.cos(np.linspace(0, 6 * np.pi, 60)))
    q[:, INDEX["left_knee"]] = quat.about_y(bend)
    q[:, INDEX["left_elbow"]] = quat.about_z(-bend)
    moved = Track(
        actor="a", skeleton=track.skeleton, root_positions=track.root_positions,
        rotations_wxyz=q, contacts=track.contacts,
    )  # fmt: skip
    rng = np.random.default_rng(3)
    noisy = moved.positions() + rng.normal(scale=5e-4, size=(60, 22, 3))
    found = fit.fit(noisy, FPS, skeleton=track.skeleton)
    speed = np.linalg.norm(quat.angular_velocity(found.joints()[1], FPS), axis=-1)
    wanted = np.linalg.norm(quat.angular_velocity(moved.joints()[1], FPS), axis=-1)
    limbs = [INDEX["left_hip"], INDEX["left_shoulder"]]
    assert np.abs(speed - wanted)[:, limbs].max() < 1.0


def test_noise_does_not_make_bent_limbs_twist():
    track = walk(60)
    positions = track.positions()
    noisy = positions + np.random.default_rng(4).normal(scale=0.006, size=positions.shape)
    found = fit.fit(noisy, FPS, skeleton=track.skeleton)
    error = apart(found.joints()[1], track.joints()[1])[:, INDEX["left_shoulder"]]
    assert np.degrees(error).mean() < 3.0


def test_a_knee_that_seems_bent_backwards_is_straight():
    track = walk(30)
    q = track.rotations_wxyz.copy()
    q[:, INDEX["left_knee"]] = quat.about_y(np.where(np.arange(30) % 10 < 5, 0.25, -0.25))
    backwards = Track(
        actor="a", skeleton=track.skeleton, root_positions=track.root_positions,
        rotations_wxyz=q, contacts=track.contacts,
    )  # fmt: skip
    found = fit.fit(backwards.positions(), FPS, skeleton=track.skeleton)
    error = apart(found.joints()[1], backwards.joints()[1])[:, INDEX["left_hip"]]
    assert np.degrees(error).max() < 15


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_shortest_clips_can_be_fitted(frames):
    track = walk(frames)
    found = fit.fit(track.positions(), FPS, skeleton=track.skeleton)
    assert np.abs(found.positions() - track.positions()).max() < 1e-4


def test_a_bone_that_vanishes_for_a_frame_does_no_harm():
    positions = walk(20).positions().copy()
    for name, parent in (("left_wrist", "left_elbow"), ("right_knee", "right_hip"),
                         ("neck", "spine3"), ("left_foot", "left_ankle")):  # fmt: skip
        positions[10, INDEX[name]] = positions[10, INDEX[parent]]
    found = fit.fit(positions, FPS)
    assert np.linalg.norm(found.positions() - positions, axis=-1)[:9].max() < 5e-3


def test_still_feet_touch_and_fast_ones_do_not():
    positions = walk(1).positions().repeat(40, axis=0)
    positions[10:30, [7, 10], 0] += np.arange(20)[:, None] * 0.05
    positions[30:, [7, 10], 0] += 0.95
    contacts = fit.still_feet(positions, FPS)
    assert contacts[:, 2:].all()
    assert not contacts[13:27, :2].any()
    assert contacts[:7, :2].all()


@pytest.mark.parametrize(
    ("positions", "match"),
    [
        (np.zeros((4, 21, 3)), r"\(T, 22, 3\)"),
        (np.zeros((0, 22, 3)), r"\(T, 22, 3\)"),
        (np.zeros((4, 22, 3)), "in metres"),
        (np.where(np.arange(4)[:, None, None] == 2, np.nan, walk(4).positions()), "in frame 2"),
    ],
)
def test_fit_of_wrong_positions_is_an_error(positions, match):
    with pytest.raises(ShapeError, match=match):
        fit.fit(positions, FPS)


# -- Conversion.


def test_motion_to_features_and_back():
    track = walk(91)
    motion = convert.from_features(convert.to_features(track, FPS))
    (found,) = motion.tracks
    assert (motion.fps, motion.frames, motion.scene) == (20.0, 90, None)
    lengths = np.linalg.norm(found.skeleton.offsets, axis=1)
    np.testing.assert_allclose(lengths[1:], convert.REFERENCE_LENGTHS[1:], atol=1e-3)
    local = np.degrees(apart(found.rotations_wxyz[:, 1:], track.rotations_wxyz[:90, 1:]))
    assert local.mean() < 3


def test_kit_joints_become_a_motion_in_metres():
    motion = convert.from_joints(kit_joints(), layout=KIT_ML)
    (track,) = motion.tracks
    assert motion.fps == 12.5
    assert track.skeleton.leg_length == pytest.approx(0.8209, abs=1e-3)
    positions = track.positions()
    assert 1.3 < positions[:, INDEX["head"], 2].mean() < 1.7
    left, right = positions[0, INDEX["left_hip"]], positions[0, INDEX["right_hip"]]
    np.testing.assert_allclose(np.cross([0, 0, 1], [np.cos(0.3), np.sin(0.3), 0]) @ (left - right),
                               np.linalg.norm(left - right), rtol=0.05)  # fmt: skip


def test_resampling():
    track = walk(61)
    slow = convert.resample(track, 20.0, 10.0)
    np.testing.assert_allclose(slow.positions(), track.positions()[::2], atol=1e-9)
    fast = convert.resample(track, 20.0, 30.0)
    assert len(fast.root_positions) == 91
    np.testing.assert_allclose(fast.positions()[::3], track.positions()[::2], atol=1e-9)
    touching = np.zeros((61, 4), bool)
    touching[30:, 1] = True
    marked = dataclasses.replace(track, contacts=touching)
    contacts = convert.resample(marked, 20.0, 60.0).contacts
    assert int(np.argmax(contacts[:, 1])) == 89  # At 29.67 the nearest frame is 30.
    assert convert.resample(track, 20.0, 20.0) is track
    with pytest.raises(ConfigError, match="positive"):
        convert.resample(track, 0.0, 20.0)


@pytest.mark.parametrize("layout", ["columns", "rows"])
def test_six_numbers_are_a_rotation(layout):
    rng = np.random.default_rng(7)
    q = quat.normalise(rng.normal(size=(50, 4)))
    sixes = rotation6d.from_quaternion(q, layout)
    assert apart(rotation6d.to_quaternion(sixes, layout), q).max() < 1e-6
    matrix = quat.to_matrix(q)
    first = matrix[..., 0] if layout == "columns" else matrix[..., 0, :]
    np.testing.assert_allclose(sixes[:, :3], first, atol=1e-12)
    anything = np.concatenate([rng.normal(size=(50, 6)), np.zeros((1, 6)), np.ones((1, 6))])
    matrix = rotation6d.to_matrix(anything, layout)
    identity = matrix @ np.swapaxes(matrix, -1, -2)
    np.testing.assert_allclose(identity, np.tile(np.eye(3), (52, 1, 1)), atol=1e-9)
    np.testing.assert_allclose(np.linalg.det(matrix), 1.0, atol=1e-9)


def test_each_foot_has_soles_of_its_own_height():
    """Fitted skeletons may have one foot that slopes more, or one leg that is shorter."""
    offsets = Skeleton.of_stature().offsets.copy()
    offsets[INDEX["right_knee"], 2] += 0.03
    offsets[INDEX["right_foot"], 2] += 0.01
    body = Skeleton(offsets=offsets)
    rest = body.rest_positions()
    soles = body.sole_points(rest, np.tile(quat.IDENTITY, (22, 1)))
    np.testing.assert_allclose(soles[:, 2], 0.0, atol=1e-12)
    np.testing.assert_allclose(soles[[0, 2], 0], rest[[7, 8], 0] - 0.055 * body.scale)
