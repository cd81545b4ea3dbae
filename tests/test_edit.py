"""Editing: each operation does what it says, keeps bones, and adds no foot slip."""

import dataclasses

import numpy as np
import pytest

from tests import motion_samples, samples
from text2sim import edit
from text2sim.edit.common import facing, moved
from text2sim.errors import ConfigError, ShapeError
from text2sim.evaluation import metrics
from text2sim.maths import quaternions as quat
from text2sim.skeleton import INDEX, PARENTS, Skeleton
from text2sim.types import Grasp, Motion

ACTIONS = ("walk", "run", "jump", "kick", "sit", "wave", "turn", "dance")
SLACK = 1e-4
"""Mean foot slip that counts as none [m/s]."""


@pytest.fixture(scope="module")
def clips() -> dict[str, Motion]:
    return {name: motion_samples.animate(name) for name in ACTIONS}


def slip(motion):
    """Mean horizontal speed of sole points in contact [m/s]."""
    speeds = [
        metrics.skate_speeds(track.soles(), track.contacts, motion.fps) for track in motion.tracks
    ]
    return float(np.concatenate(speeds).mean())


def jolts(motion):
    """Largest change of any joint's velocity from frame to frame [m/s], (T - 2,)."""
    change = np.diff(motion.tracks[0].positions(), 2, axis=0) * motion.fps
    return np.linalg.norm(change, axis=-1).max(axis=1)


def same(a, b, tolerance=1e-9):
    assert a.frames == b.frames
    for x, y in zip(a.tracks, b.tracks):
        np.testing.assert_allclose(x.positions(), y.positions(), atol=tolerance)
        np.testing.assert_array_equal(x.contacts, y.contacts)


def check_bones(motion):
    for track in motion.tracks:
        p = track.positions()
        lengths = np.linalg.norm(p[:, 1:] - p[:, list(PARENTS[1:])], axis=-1)
        wanted = np.linalg.norm(track.skeleton.offsets[1:], axis=-1)
        np.testing.assert_allclose(lengths, np.tile(wanted, (len(p), 1)), atol=1e-9)


def slippery(motion, drift=0.25):
    """The motion on ice: drifting and slowly turning, while it says that its feet stand."""
    track, seconds = motion.tracks[0], np.arange(motion.frames) / motion.fps
    shift = np.stack([0.0 * seconds, drift * seconds, 0.01 * np.sin(9 * seconds)], axis=-1)
    return dataclasses.replace(motion, tracks=(moved(track, 0.2 * seconds, shift),), scene=None)


# Cutting and time


def test_crop_takes_frames_and_shifts_grasps(clips):
    grasps = (
        Grasp(actor="man1", hand="left", object="ball1", start=0.5, end=1.5),
        Grasp(actor="man1", hand="right", object="ball1", start=2.0, end=2.5),
    )
    walk = dataclasses.replace(clips["walk"], grasps=grasps)
    part = edit.crop(walk, 1.0, 2.0)
    assert (part.frames, part.fps) == (30, 30.0)
    np.testing.assert_array_equal(
        part.tracks[0].root_positions, walk.tracks[0].root_positions[30:60]
    )
    assert part.grasps == (dataclasses.replace(grasps[0], start=0.0, end=0.5),)
    assert part.scene is walk.scene
    with pytest.raises(ConfigError, match="Nothing is left"):
        edit.crop(walk, 1.0, 1.01)
    for start, end in ((-1.0, 1.0), (0.0, 99.0), (float("nan"), 1.0), ("a", 1.0)):
        with pytest.raises(ConfigError, match="must be a number"):
            edit.crop(walk, start, end)


@pytest.mark.parametrize("name", ACTIONS)
def test_parts_of_a_motion_join_to_what_it_was(clips, name):
    motion = dataclasses.replace(
        clips[name],
        grasps=(Grasp(actor="man1", hand="both", object="ball1", start=0.2, end=1.0),),
    )
    for time in np.linspace(0.15, 0.85, 9) * motion.duration:
        whole = edit.concatenate(edit.crop(motion, 0.0, time), edit.crop(motion, time))
        same(whole, motion, 0.0)
        assert whole.grasps == motion.grasps or time < 0.2
        assert whole.scene is motion.scene


@pytest.mark.parametrize("factor", [0.5, 0.8, 1.7, 3.0])
def test_retime(clips, factor):
    walk = clips["walk"]
    fast = edit.retime(walk, factor)
    assert fast.duration == pytest.approx(walk.duration / factor, abs=1 / walk.fps)
    check_bones(fast)
    ends = [motion.tracks[0].root_positions[-1] for motion in (walk, fast)]
    assert np.linalg.norm(ends[1] - ends[0]) < 0.02
    # Slower is slower all the way, without the steps of linear interpolation.
    if factor < 1:
        assert jolts(fast).max() < 1.3 * factor * jolts(walk).max()
        assert slip(fast) < slip(walk) + 0.002


def test_retime_by_a_curve_and_by_one(clips):
    walk = clips["walk"]
    assert edit.retime(walk, 1.0) is walk
    times = np.arange(walk.frames) / walk.fps
    same(edit.retime(walk, times=times), walk, 1e-12)
    back = edit.retime(walk, times=times[::-1])
    ahead = walk.tracks[0].positions()[::-1]
    np.testing.assert_allclose(back.tracks[0].positions(), ahead, atol=1e-12)
    held = edit.retime(walk, times=np.full(7, 1.234))
    assert np.ptp(held.tracks[0].positions(), axis=0).max() == 0.0
    bad = [
        {}, {"speed": 2.0, "times": times}, {"speed": 0.0}, {"speed": float("nan")},
        {"times": [0.0, 99.0]}, {"times": [0.0, np.nan]}, {"times": []}, {"times": 1.0},
    ]  # fmt: skip
    for arguments in bad:
        with pytest.raises(ConfigError):
            edit.retime(walk, **arguments)


def test_resample_keeps_time_and_place(clips):
    run = clips["run"]
    fine = edit.resample(run, 120.0)
    assert fine.fps == 120.0
    np.testing.assert_allclose(
        fine.tracks[0].positions()[::4], run.tracks[0].positions(), atol=1e-9
    )
    same(edit.resample(fine, 30.0), run)


# Sides


def test_other_frame_rates_and_speeds_do_not_make_feet_slide(clips):
    for name in ("walk", "dance", "turn"):
        coarse = edit.resample(clips[name], 20.0)
        for finer in (edit.resample(coarse, 30.0), edit.retime(coarse, 0.7)):
            assert slip(finer) < slip(coarse) + 2 * SLACK, name
            check_bones(finer)


def test_in_between_does_not_claim_that_dragged_feet_stand(clips):
    """From lying on the ground to standing a step away, one foot can't stay where it is."""
    walk = clips["walk"]
    track = walk.tracks[0].slice(0, 1)
    turns = track.rotations_wxyz.copy()
    turns[:, 0] = quat.about_y(np.array([-1.5]))
    flat = dataclasses.replace(
        track, rotations_wxyz=turns, root_positions=track.root_positions - [1.0, 0.0, 0.8],
        contacts=np.ones((1, 4), bool),
    )  # fmt: skip
    move = edit.in_between(dataclasses.replace(walk, tracks=(flat,), scene=None), walk, 1.0)
    assert slip(move) < 0.03


@pytest.mark.parametrize("name", ["walk", "kick", "dance"])
def test_mirror(clips, name):
    motion = dataclasses.replace(
        clips[name],
        grasps=(Grasp(actor="man1", hand="left", object="ball1", start=0.5, end=1.0),),
    )
    seen = edit.mirror(motion)
    a, b = motion.tracks[0].positions(), seen.tracks[0].positions()
    flip = [1.0, -1.0, 1.0]
    for left, right in (("left_wrist", "right_wrist"), ("right_foot", "left_foot")):
        np.testing.assert_allclose(b[:, INDEX[left]], a[:, INDEX[right]] * flip, atol=1e-9)
    np.testing.assert_allclose(
        seen.tracks[0].soles(), motion.tracks[0].soles()[:, [2, 3, 0, 1]] * flip, atol=1e-9
    )
    assert seen.grasps[0].hand == "right"
    assert seen.scene is None
    twice = edit.mirror(seen)
    same(twice, motion, 0.0)
    assert twice.grasps == motion.grasps
    assert slip(seen) == pytest.approx(slip(motion))


# Seams


@pytest.mark.parametrize("first", ["walk", "run", "kick", "sit", "jump"])
@pytest.mark.parametrize("second", ["walk", "run", "wave", "turn", "dance"])
def test_concatenate_has_no_seam(clips, first, second):
    a = edit.crop(clips[first], 0.0, 0.55 * clips[first].duration)
    b = edit.crop(clips[second], 0.3 * clips[second].duration)
    joined = edit.concatenate(a, b)
    assert joined.frames == a.frames + b.frames
    check_bones(joined)
    # Where a run's leg swings against a leg that stood, both changes of velocity add up.
    usual = max(jolts(a).max(), jolts(b).max(), 2.0)
    assert jolts(joined)[a.frames - 3 : a.frames + 3].max() < 1.7 * usual
    assert jolts(joined).max() < 1.7 * usual
    assert slip(joined) < max(slip(a), slip(b)) + 2 * SLACK
    assert joined.scene is None


def test_concatenate_goes_on_where_and_facing_as_the_first_ends(clips):
    turn, walk = clips["turn"], clips["walk"]
    start = turn.tracks[0].positions()[-1]
    joined = edit.concatenate(turn, walk)
    end = joined.tracks[0].root_positions[-1] - start[0]
    assert np.arctan2(end[1], end[0]) == pytest.approx(facing(start), abs=0.08)
    assert np.linalg.norm(end[:2]) == pytest.approx(3.0, abs=0.1)
    same(edit.crop(joined, 0.0, turn.duration), turn, 0.02)


def test_concatenate_follows_the_floor(clips):
    up = edit.onto_terrain(clips["walk"], samples.stairs_scene())
    joined = edit.concatenate(up, clips["walk"])
    rise = joined.tracks[0].soles()[-1, :, 2].min()
    assert rise == pytest.approx(up.tracks[0].soles()[-1, :, 2].min(), abs=0.005)
    assert rise > 0.9


def test_concatenate_refuses_what_does_not_fit(clips):
    walk = clips["walk"]
    with pytest.raises(ConfigError, match="frame rate"):
        edit.concatenate(walk, edit.resample(walk, 20.0))
    with pytest.raises(ConfigError, match="skeletons"):
        edit.concatenate(walk, edit.retarget(walk, Skeleton.of_stature(1.2)))
    with pytest.raises(ConfigError, match="at least 1"):
        edit.concatenate(walk, Motion(fps=30.0, tracks=()))
    with pytest.raises(ConfigError, match="blend"):
        edit.concatenate(walk, walk, blend=-1.0)
    plain = edit.concatenate(walk, walk, blend=0.0, align=False)
    np.testing.assert_array_equal(plain.tracks[0].root_positions[walk.frames :],
                                  walk.tracks[0].root_positions)  # fmt: skip


@pytest.mark.parametrize("name", ["walk", "run", "wave", "kick"])
def test_loop(clips, name):
    motion = edit.crop(clips[name], 0.3, clips[name].duration - 0.3)
    three = edit.loop(motion, 3)
    assert three.frames == 3 * motion.frames
    check_bones(three)
    usual = max(jolts(motion).max(), 2.0)
    assert jolts(three).max() < 1.3 * usual
    assert slip(three) < slip(motion) + 10 * SLACK
    # Cycles are one motion, each moved on by the same way.
    root = three.tracks[0].root_positions.reshape(3, -1, 3)
    way = np.linalg.norm(root[1, :, :2] - root[0, :, :2], axis=-1)
    np.testing.assert_allclose(np.linalg.norm(root[2] - root[1], axis=-1).max(), way.max(), 0.05)
    local = three.tracks[0].rotations_wxyz[:, 1:].reshape(3, -1, 21, 4)
    np.testing.assert_allclose(np.abs(np.sum(local[0] * local[2], axis=-1)), 1.0, atol=1e-9)


def test_loop_in_place_stays(clips):
    motion = edit.crop(clips["walk"], 0.5, 2.1)
    still = edit.loop(motion, 4, in_place=True)
    root = still.tracks[0].root_positions
    np.testing.assert_allclose(root[: motion.frames], root[-motion.frames :], atol=1e-6)
    assert np.ptp(root[:, :2], axis=0).max() < 0.2
    assert jolts(still).max() < 1.6 * jolts(motion).max()
    for times in (0, 1.5, "2"):
        with pytest.raises(ConfigError, match="whole number"):
            edit.loop(motion, times)


# Feet


@pytest.mark.parametrize("name", ACTIONS)
def test_foot_lock_leaves_good_feet_alone(clips, name):
    locked = edit.foot_lock(clips[name])
    same(locked, clips[name], 0.002)
    assert slip(locked) <= slip(clips[name]) + SLACK


@pytest.mark.parametrize("name", ["walk", "run", "dance", "turn"])
def test_foot_lock_holds_sliding_feet(clips, name):
    sliding = slippery(clips[name])
    assert slip(sliding) > 0.1
    held = edit.foot_lock(sliding)
    check_bones(held)
    assert slip(held) < 0.02 * slip(sliding)
    assert jolts(held).max() < 1.3 * jolts(sliding).max() + 0.5
    assert edit.foot_lock(held).tracks[0].positions() == pytest.approx(
        held.tracks[0].positions(), abs=0.003
    )


def test_foot_lock_keeps_knees_short_of_straight(clips):
    held = edit.foot_lock(slippery(clips["walk"], 0.6))
    p = held.tracks[0].positions()
    reach = (
        np.linalg.norm(p[:, [7, 8]] - p[:, [1, 2]], axis=-1) / held.tracks[0].skeleton.leg_length
    )
    assert reach.max() < 0.9999
    knees = quat.log(held.tracks[0].rotations_wxyz[:, [4, 5]])
    assert np.abs(np.diff(knees, axis=0)).max() < 0.7


def test_detect_contacts_finds_those_that_were_made(clips):
    for name in ("walk", "wave", "kick", "turn"):
        bare = dataclasses.replace(clips[name], tracks=tuple(
            dataclasses.replace(track, contacts=np.zeros_like(track.contacts))
            for track in clips[name].tracks
        ))  # fmt: skip
        found = edit.detect_contacts(bare).tracks[0].contacts
        assert (found == clips[name].tracks[0].contacts).mean() > 0.93
        assert slip(edit.foot_lock(bare, detect=True)) < 0.01


@pytest.mark.parametrize("offset", [-0.06, 0.08])
def test_ground_clean_puts_feet_on_the_ground(clips, offset):
    walk = clips["walk"].tracks[0]
    seconds = np.arange(clips["walk"].frames) / 30.0
    wave = np.stack([0 * seconds, 0 * seconds, offset + 0.02 * np.sin(5 * seconds)], axis=-1)
    off = Motion(fps=30.0, tracks=(moved(walk, 0.0, wave),))
    clean = edit.ground_clean(off)
    soles, on = clean.tracks[0].soles(), walk.contacts
    assert soles[..., 2].min() > -1e-4
    assert np.abs(soles[..., 2][on]).max() < 0.012
    assert slip(clean) < slip(off) + SLACK
    check_bones(clean)
    same(edit.ground_clean(clips["walk"]), clips["walk"], 0.002)


# Ways


def test_along_a_curve(clips):
    angle = np.linspace(0.0, np.pi / 2, 60)
    curve = np.stack([2.0 * np.sin(angle), 2.0 - 2.0 * np.cos(angle)], axis=-1)
    bent = edit.along(clips["walk"], curve)
    root = bent.tracks[0].root_positions
    assert np.abs(np.linalg.norm(root[:, :2] - [0.0, 2.0], axis=-1) - 2.0).max() < 0.06
    heading = facing(bent.tracks[0].positions())
    way = np.arctan2(root[:, 0], 2.0 - root[:, 1])
    assert np.abs(heading - way)[5:-5].max() < 0.3
    length = np.linalg.norm(np.diff(root[:, :2], axis=0), axis=-1).sum()
    assert length == pytest.approx(3.0, abs=0.15)
    assert slip(bent) < slip(clips["walk"]) + SLACK
    check_bones(bent)


def test_along_stretches_steps(clips):
    longer = edit.along(clips["walk"], [[0.0, 0.0], [3.9, 0.0]], stretch=True)
    assert longer.tracks[0].root_positions[-1, 0] == pytest.approx(3.9, abs=0.06)
    assert slip(longer) < slip(clips["walk"]) + SLACK
    with pytest.raises(ConfigError, match="factor"):
        edit.along(clips["walk"], [[0.0, 0.0], [9.0, 0.0]], stretch=True)
    with pytest.raises(ConfigError, match="one place"):
        edit.along(clips["wave"], [[0.0, 0.0], [3.0, 0.0]])
    for curve in ([[0.0, 0.0]], [[0, 0], [np.nan, 1]], [[1, 1], [1, 1]], "line"):
        with pytest.raises(ConfigError, match="curve"):
            edit.along(clips["walk"], curve)


@pytest.mark.parametrize(
    ("target", "heading"), [((2.5, 1.0), None), ((2.5, 1.0), -0.5), ((2.0, -1.5), 0.0), ((3, 0), 1)]
)
def test_end_at(clips, target, heading):
    for name in ("walk", "run"):
        bent = edit.end_at(clips[name], target, heading)
        track = bent.tracks[0]
        np.testing.assert_allclose(track.root_positions[-1, :2], target, atol=0.01)
        if heading is not None:
            assert facing(track.positions()[-1]) == pytest.approx(heading, abs=0.02)
        start = clips[name].tracks[0].root_positions[0]
        np.testing.assert_allclose(track.root_positions[0], start, atol=0.05)
        assert slip(bent) < slip(clips[name]) + SLACK
        check_bones(bent)


# Terrain


def ramp(points):
    return np.clip(np.asarray(points)[..., 0] - 0.8, 0.0, 1.6) * 0.3


def test_a_walk_climbs_stairs(clips):
    scene = samples.stairs_scene()
    up = edit.onto_terrain(clips["walk"], scene)
    track = up.tracks[0]
    soles = track.soles()
    gap = soles[..., 2] - scene.ground_height(soles[..., :2])
    assert up.scene is scene
    assert np.abs(gap[track.contacts]).max() < 0.02
    assert metrics.penetration_depths(soles, scene.ground_height).max() < 0.015
    assert track.contacts.sum() > 0.8 * clips["walk"].tracks[0].contacts.sum()
    assert slip(up) < slip(clips["walk"]) + SLACK
    assert track.root_positions[-1, 2] > 1.85
    assert np.abs(np.diff(track.root_positions[:, 2], 2)).max() * 900 < 25
    check_bones(up)


def test_a_walk_climbs_a_ramp_with_flat_feet(clips):
    up = edit.onto_terrain(clips["walk"], ramp)
    track = up.tracks[0]
    soles = track.soles()
    gap = soles[..., 2] - ramp(soles[..., :2])
    assert np.abs(gap[track.contacts]).max() < 0.02
    assert metrics.penetration_depths(soles, ramp).max() < 0.02
    assert slip(up) < slip(clips["walk"]) + 0.003
    flat = track.contacts.reshape(-1, 2, 2).all(axis=-1)[:, 0]
    inside = flat & (soles[:, 0, 0] > 0.9) & (soles[:, 1, 0] < 2.3)
    along = soles[inside, 1] - soles[inside, 0]
    assert np.abs(along[:, 2] / along[:, 0] - 0.3).mean() < 0.06


def test_flat_terrain_changes_nothing(clips):
    same(edit.onto_terrain(clips["walk"], lambda p: 0.0 * p[..., 0]), clips["walk"], 0.01)
    with pytest.raises(ConfigError, match="finite height"):
        edit.onto_terrain(clips["walk"], lambda p: p)
    bare = dataclasses.replace(clips["walk"].tracks[0], contacts=np.zeros((81, 4), bool))
    with pytest.raises(ConfigError, match="no contacts"):
        edit.onto_terrain(Motion(fps=30.0, tracks=(bare,)), ramp)


# Layers and poses


def test_layer_waves_while_walking(clips):
    walk, wave = clips["walk"], clips["wave"]
    both = edit.layer(wave, walk, start=0.4)
    a, c = (motion.tracks[0].positions() for motion in (walk, both))
    legs = [0, 1, 2, 4, 5, 7, 8, 10, 11]
    np.testing.assert_array_equal(c[:, legs], a[:, legs])
    assert slip(both) == slip(walk)
    np.testing.assert_array_equal(both.tracks[0].contacts, walk.tracks[0].contacts)
    hand = INDEX["right_wrist"]
    up = [(p[:, hand] - p[:, INDEX["head"]])[30:60, 2].max() for p in (a, c)]
    assert up[0] < -0.2 < 0.0 < up[1]
    np.testing.assert_allclose(c[:10], a[:10], atol=1e-9)
    assert jolts(both).max() < 1.3 * max(jolts(walk).max(), jolts(wave).max())
    check_bones(both)
    short = edit.layer(edit.crop(wave, 0.5, 1.5), walk, start=0.4)
    np.testing.assert_allclose(short.tracks[0].positions()[45:], a[45:], atol=1e-9)


def test_in_between_steps_to_the_pose(clips):
    wave = clips["wave"]
    there = moved(wave.tracks[0], 0.5, [0.25, 0.1, 0.0])
    target = dataclasses.replace(wave, tracks=(there,))
    move = edit.in_between(edit.crop(wave, 0.0, 0.1), edit.crop(target, 1.2), 1.2)
    assert move.frames == 37
    first, last = move.tracks[0].positions()[[0, -1]]
    np.testing.assert_allclose(first, wave.tracks[0].positions()[2], atol=1e-9)
    np.testing.assert_allclose(last, there.positions()[36], atol=1e-9)
    assert jolts(move)[[0, -1]].max() < 0.6
    assert jolts(move).max() < 2.5
    feet = move.tracks[0].contacts.reshape(-1, 2, 2).any(axis=-1)
    assert feet.any(axis=1).mean() > 0.9
    assert not feet.all(axis=1).all()
    assert slip(move) < SLACK
    check_bones(move)
    natural = edit.in_between(edit.crop(wave, 0.0, 0.1), edit.crop(target, 1.2))
    assert 0.4 < natural.duration < 2.0
    for seconds in (0.0, -1.0, float("nan"), 1e9):
        with pytest.raises(ConfigError, match="seconds"):
            edit.in_between(wave, target, seconds)


def test_every_actor_is_edited(clips):
    walk, run = clips["walk"].tracks[0], clips["run"].tracks[0]
    other = dataclasses.replace(moved(run, 1.0, [0.0, 2.0, 0.0]), actor="woman1")
    pair = Motion(fps=30.0, tracks=(walk.slice(0, 40), other.slice(0, 40)))
    twice = edit.concatenate(pair, edit.mirror(pair))
    assert [track.actor for track in twice.tracks] == ["man1", "woman1"]
    for track, before in zip(twice.tracks, pair.tracks):
        alone = Motion(fps=30.0, tracks=(before,))
        np.testing.assert_allclose(
            track.positions(),
            edit.concatenate(alone, edit.mirror(alone)).tracks[0].positions(),
            atol=1e-9,
        )
    with pytest.raises(ConfigError, match="actors"):
        edit.concatenate(pair, clips["walk"])
    with pytest.raises(ConfigError, match="one actor"):
        edit.end_at(pair, (1.0, 1.0))


def test_what_holds_no_numbers_is_refused(clips):
    track = clips["walk"].tracks[0]
    root = track.root_positions.copy()
    root[3, 1] = np.nan
    with pytest.raises(ShapeError, match="NaN"):
        dataclasses.replace(track, root_positions=root)
    empty = Motion(fps=30.0, tracks=())
    for change in (edit.crop, edit.mirror, edit.loop, edit.foot_lock, edit.ground_clean):
        with pytest.raises(ConfigError, match="frames"):
            change(empty)


def test_operations_leave_their_input_alone_and_repeat_to_the_bit(clips):
    walk = clips["walk"]
    before = walk.tracks[0].rotations_wxyz.copy()
    changes = [
        edit.mirror, edit.foot_lock, edit.ground_clean, edit.loop, lambda m: edit.retime(m, 1.3),
        lambda m: edit.end_at(m, (2.5, 0.5)), lambda m: edit.onto_terrain(m, ramp),
    ]  # fmt: skip
    for change in changes:
        a, b = change(walk), change(walk)
        np.testing.assert_array_equal(a.tracks[0].rotations_wxyz, b.tracks[0].rotations_wxyz)
    np.testing.assert_array_equal(walk.tracks[0].rotations_wxyz, before)
