"""What is particular to single actions: sides, targets, grips, postures, manner."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests import motion_samples as ms
from tests import samples
from text2sim.maths import quaternions as quat
from text2sim.skeleton import HAND_LENGTH
from text2sim.types import PlannedObject


@pytest.mark.parametrize(("side", "other"), [("left", "right"), ("right", "left")])
def test_a_wave_lifts_the_named_hand_above_the_head(side, other):
    track = ms.animate("wave", side=side).tracks[0]
    head = ms.joint(track, "head")[:, 2]
    assert (ms.joint(track, f"{side}_wrist")[:, 2] - head).max() > 0.15
    assert (ms.joint(track, f"{other}_wrist")[:, 2] - head).max() < -0.3
    assert np.ptp(ms.joint(track, f"{side}_wrist")[25:50, 1]) > 0.15


@pytest.mark.parametrize(("side", "y"), [("left", 0.09), ("right", -0.09)])
def test_a_kick_brings_the_toes_of_the_named_foot_to_the_point(side, y):
    motion = ms.animate("kick", side=side, point=(0.45, y, 0.11))
    soles = motion.tracks[0].soles()
    toes = soles[:, 1 if side == "left" else 3]
    near = np.linalg.norm(toes - [0.45, y, 0.11], axis=-1)
    assert near.min() < 0.11 + 0.06
    speed = np.linalg.norm(np.diff(toes, axis=0), axis=-1) * motion.fps
    assert speed[near[1:].argmin()] > 2.0
    still = soles[:, 3 if side == "left" else 1]
    assert np.ptp(still[:, 2]) < 0.01


def test_a_punch_reaches_the_point_and_comes_back():
    track = ms.animate("punch", point=(0.6, -0.05, 1.3), target=None).tracks[0]
    palm = ms.joint(track, "right_wrist")
    near = np.linalg.norm(palm - [0.6, -0.05, 1.3], axis=-1)
    assert near.min() < 0.5 * HAND_LENGTH + 0.06
    assert near[-1] > 0.5


def test_to_pick_up_grips_at_the_thing_and_holds_it_in_front():
    pick = ms.segment("pick_up")
    walk = ms.segment("walk", start=pick.end, end=pick.end + 2.5, holding="ball1")
    motion = ms.perform(ms.plan(pick, walk))
    (grasp,) = motion.grasps
    assert (grasp.hand, grasp.object) == ("both", "ball1")
    wrists = [ms.joint(motion.tracks[0], f"{side}_wrist") for side in ("left", "right")]
    frame = round(grasp.start * motion.fps)
    for wrist in wrists:
        assert np.linalg.norm(wrist[frame] - [0.42, 0.0, 0.11]) < 0.11 + 0.5 * HAND_LENGTH + 0.08
    later = round((pick.end + 1.0) * motion.fps)
    middle = 0.5 * (wrists[0] + wrists[1])[later] - motion.tracks[0].root_positions[later]
    assert 0.15 < middle[0] < 0.6
    assert abs(middle[1]) < 0.12
    assert grasp.end >= walk.end - 0.01


@pytest.mark.parametrize("kind_size", [("cup", 0.09), ("box", 0.4)])
def test_size_decides_between_one_hand_and_two(kind_size):
    kind, size = kind_size
    thing = PlannedObject(
        id="thing", kind=kind, label=kind, size=[size] * 3, position=[0.5, 0.0, 0.0]
    )
    plan = ms.plan(ms.segment("pick_up", target="thing", side=None), objects=(thing,))
    hand = ms.perform(plan).grasps[0].hand
    assert hand == ("both" if size > 0.3 else "right")


def test_put_down_and_throw_end_the_grip_and_a_throw_is_fast_towards_the_goal():
    down = ms.animate("put_down")
    assert down.grasps[-1].end < ms.segment("put_down").end
    throw = ms.animate("throw", point=(4.0, 0.0, 1.2))
    release = throw.grasps[-1]
    wrist = ms.joint(throw.tracks[0], f"{release.hand}_wrist")
    frame = round(release.end * throw.fps)
    velocity = (wrist[frame] - wrist[frame - 1]) * throw.fps
    assert velocity[0] > 3.0
    assert abs(velocity[1]) < 0.5 * velocity[0]


def test_to_sit_puts_the_pelvis_on_the_seat_and_the_feet_on_the_ground():
    track = ms.animate("sit", target=None).tracks[0]
    root = track.root_positions[-1]
    assert np.allclose(root, [-0.45, 0.0, 0.45 + 0.125], atol=0.06)
    assert track.contacts[-1].all()
    knees = quat.log(track.rotations_wxyz[-1, 4:6])[:, 1]
    assert np.all(np.abs(knees - np.pi / 2) < 0.35)


@pytest.mark.parametrize(
    ("action", "low", "high"),
    [("lie", 0.05, 0.2), ("fall", 0.05, 0.25), ("kneel", 0.4, 0.6), ("crawl", 0.4, 0.6)],
)
def test_low_postures_end_low(action, low, high):
    track = ms.animate(action).tracks[0]
    height = track.root_positions[round(0.9 * len(track.root_positions)), 2]
    assert low < height < high if action != "crawl" else track.root_positions[:, 2].min() < high


def test_a_jump_flies_on_a_parabola_and_clears_what_is_in_the_way():
    box = PlannedObject(
        id="box1", kind="box", label="box", size=[0.4] * 3, position=[0.7, 0.0, 0.0]
    )
    jump = ms.segment("jump", path=ms.line(1.4), end=1.6)
    motion = ms.perform(ms.plan(jump, objects=(box,)))
    track = motion.tracks[0]
    soles = track.soles()
    over = np.abs(soles[..., 0] - 0.7) < 0.2
    assert soles[over][:, 2].min() > 0.4
    flying = ~track.contacts.any(axis=1)
    z = track.root_positions[flying, 2]
    fall = np.diff(z, 2) * motion.fps**2
    assert np.abs(np.median(fall) + 9.81) < 1.0


@pytest.mark.parametrize(("manner", "sign"), [("happily", 1), ("sadly", -1), ("proudly", 1)])
def test_manner_shows_in_the_chest_and_the_arms(manner, sign):
    usual = ms.animate("walk").tracks[0]
    track = ms.animate("walk", manner=(manner,)).tracks[0]
    middle = slice(30, 60)
    assert sign * (ms.lean(usual)[middle].mean() - ms.lean(track)[middle].mean()) > 0.05
    if manner != "proudly":
        swings = [
            np.ptp((ms.joint(t, "left_wrist") - t.root_positions)[middle, 0])
            for t in (usual, track)
        ]
        assert sign * (swings[1] - swings[0]) > 0.08


def test_the_old_stoop_and_children_step_faster():
    man, walk = samples.man(), ms.segment("walk", path=ms.line(6.0), end=5.0)
    usual, old, child = (
        ms.perform(ms.plan(walk, character=c)).tracks[0]
        for c in (man, replace(man, age="old"), replace(man, age="child", stature=1.2))
    )
    assert ms.lean(old)[30:60].mean() > ms.lean(usual)[30:60].mean() + 0.15

    def steps(track):
        return int((np.diff(track.contacts[:, [0, 2]].astype(int), axis=0) == 1).sum())

    assert steps(child) > steps(usual)


def test_running_leans_and_flies_and_walking_never_does():
    walk, run = (
        ms.animate(a, path=ms.line(5.0), end=t).tracks[0] for a, t in (("walk", 4), ("run", 1.7))
    )
    assert ms.lean(run).max() > ms.lean(walk).max() + 0.08
    assert (~run.contacts.any(axis=1)).sum() >= 5
    assert walk.contacts.any(axis=1).all()


def test_sneaking_is_low_and_steps_high():
    walk, sneak = (ms.animate(a).tracks[0] for a in ("walk", "sneak"))
    assert sneak.root_positions[60:90, 2].mean() < walk.root_positions[30:60, 2].mean() - 0.1
    assert sneak.soles()[..., 2].max() > 0.1


def test_ladders_are_climbed_to_the_top_of_the_path():
    ladder = PlannedObject(
        id="ladder1", kind="ladder", label="ladder", size=[0.7, 0.48, 2.6], count=8, fixed=True,
        position=[0.57, 0.0, 0.0], heading=np.pi,
    )  # fmt: skip
    up = np.linspace(0.0, 1.25, 18)
    path = np.column_stack([0.16 * up, 0 * up, up])
    climb = ms.segment("climb", path=path, end=3.2, target="ladder1", point=(0.57, 0.0, 2.6))
    motion = ms.perform(ms.plan(climb, objects=(ladder,)))
    track = motion.tracks[0]
    rise = track.root_positions[round(3.2 * 30) - 1, 2] - track.root_positions[0, 2]
    assert 1.0 < rise < 1.3
    assert ms.joint(track, "right_wrist")[60, 2] > track.root_positions[60, 2] + 0.2
    assert ms.jolt(motion) < 320.0
