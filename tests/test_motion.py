"""What must hold for the motion of any action on any path."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests import motion_samples as ms
from tests import samples
from text2sim.actions import ACTIONS
from text2sim.errors import Cancelled
from text2sim.maths import quaternions as quat
from text2sim.motion.sine import SineMotion
from text2sim.motion.sine.actions import FULL, UPPER
from text2sim.motion.sine.gait import GAITS
from text2sim.stage import Context, Options
from text2sim.types import Motion


def check(motion: Motion) -> None:
    """Feet neither slide nor sink, hinges bend the right way, nothing jumps."""
    track = motion.tracks[0]
    assert np.allclose(np.linalg.norm(track.rotations_wxyz, axis=-1), 1.0, atol=1e-6)
    slide = ms.slide(motion)
    assert slide.size == 0 or slide.max() < 0.03
    assert slide.size == 0 or slide.mean() < 0.005
    assert ms.sunk(motion) < 0.01
    assert ms.jolt(motion) < 320.0
    knees = quat.log(track.rotations_wxyz[:, 4:6])
    assert knees[..., 1].min() > -0.06
    assert np.abs(knees[..., [0, 2]]).max() < 0.12
    left, right = quat.log(track.rotations_wxyz[:, 18]), quat.log(track.rotations_wxyz[:, 19])
    assert left[:, 2].max() < 0.05
    assert right[:, 2].min() > -0.05


def test_every_action_has_a_performance_of_its_own():
    assert {*FULL, *UPPER, *GAITS} == set(ACTIONS)
    assert {name for name in ACTIONS if ACTIONS[name].layer == "upper"} == set(UPPER)


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_every_action_is_sound(action):
    motion = ms.animate(action)
    assert motion.frames == round(motion.scene.plan.duration * motion.fps)
    check(motion)


@pytest.mark.parametrize("action", sorted(set(ACTIONS) - {"stand", "nod", "shake_head", "look"}))
def test_every_action_can_be_told_from_standing(action):
    still = ms.perform(ms.plan(ms.stand(0.0, 2.0))).tracks[0].positions()[-1]
    moved = ms.animate(action).tracks[0].positions()
    shape = moved - moved[:, :1] * [1, 1, 0]
    assert np.linalg.norm(shape - (still - still[0] * [1, 1, 0]), axis=-1).max() > 0.12


@given(
    action=st.sampled_from(["walk", "run", "sneak", "march", "carry", "skip"]),
    bend=st.floats(-1.5, 1.5),
    length=st.floats(2.0, 5.0),
    speed=st.floats(0.75, 1.3),
    stature=st.floats(1.1, 2.0),
    seed=st.integers(0, 99),
)
@settings(max_examples=20, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate])
def test_any_path_is_followed_to_its_end(action, bend, length, speed, stature, seed):
    along = np.linspace(0.0, length, int(length / 0.07) + 2)
    turn = bend * along / length
    step = np.diff(along, prepend=0.0)
    path = np.column_stack(
        [np.cumsum(step * np.cos(turn)), np.cumsum(step * np.sin(turn)), 0 * along]
    )
    end = length / (ACTIONS[action].speed * speed * min(stature / 1.75, 1.0))
    segment = ms.segment(action, path=path, end=end, heading_end=float(turn[-1]), holding=None)
    who = replace(samples.man(), stature=stature, age="child" if stature < 1.4 else "adult")
    motion = ms.perform(ms.plan(segment, character=who), seed=seed)
    check(motion)
    root = motion.tracks[0].root_positions
    gaps = np.linalg.norm(root[:, None, :2] - path[None, :, :2], axis=-1).min(axis=1)
    assert gaps.max() < 0.15
    assert np.linalg.norm(root[-1, :2] - path[-1, :2]) < 0.05
    heading = quat.heading(motion.tracks[0].rotations_wxyz[-1, 0])
    assert abs((heading - turn[-1] + np.pi) % (2 * np.pi) - np.pi) < 0.1


def test_stairs_are_climbed_one_foot_to_a_tread():
    motion = SineMotion().run(samples.stairs_scene(), ms.context())
    check(motion)
    track = motion.tracks[0]
    soles, on = track.soles(), track.contacts
    treads = set()
    for side in (0, 2):
        flat = on[:, side] & on[:, side + 1]
        # The whole sole is on one level: heel and toe at the same height.
        assert np.abs(soles[flat, side, 2] - soles[flat, side + 1, 2]).max() < 0.01
        treads |= set(np.round(soles[flat, side, 2] / samples.RISE).astype(int))
    assert treads == set(range(samples.STEPS + 1))
    assert np.diff(track.root_positions[:, 2]).min() > -0.02
    knee = quat.log(track.rotations_wxyz[:, 4:6])[..., 1].max()
    assert knee > 1.2


def test_stairs_are_walked_down_as_well():
    plan = samples.stairs_plan()
    path = plan.timeline[0].path[::-1]
    down = replace(plan.timeline[0], path=path, heading_start=np.pi, heading_end=np.pi, end=5.0)
    actor = replace(plan.actors[0], position=path[0], heading=np.pi)
    motion = ms.perform(replace(plan, timeline=(down,), actors=(actor,), duration=5.6))
    check(motion)
    root = motion.tracks[0].root_positions
    assert abs((root[0, 2] - root[-1, 2]) - samples.STEPS * samples.RISE) < 0.02


@pytest.mark.parametrize("direction", ["backward", "left", "right"])
def test_direction_keeps_the_face_forward(direction):
    heading = {"backward": np.pi, "left": np.pi / 2, "right": -np.pi / 2}[direction]
    motion = ms.animate("walk", path=ms.line(1.5, heading), direction=direction, end=2.5)
    check(motion)
    root = motion.tracks[0].root_positions
    assert np.linalg.norm(root[-1, :2] - ms.line(1.5, heading)[-1, :2]) < 0.05
    assert np.abs(quat.heading(motion.tracks[0].rotations_wxyz[:, 0])).max() < 0.4


def test_a_walk_flows_into_a_run_without_a_stop():
    walk = ms.segment("walk")
    run = ms.segment("run", start=walk.end, end=walk.end + 1.6, path=ms.line(5.0) + [3.0, 0, 0])
    motion = ms.perform(ms.plan(walk, run))
    check(motion)
    speed = np.linalg.norm(np.diff(motion.tracks[0].root_positions[:, :2], axis=0), axis=1) * 30
    seam = round(walk.end * 30)
    assert speed[seam - 15 : seam + 15].min() > 0.9
    assert speed[seam + 24] > 1.7 * speed[seam - 30]


@pytest.mark.parametrize("first", ["sit", "kneel", "squat", "bow", "walk", "fall", "lie", "crawl"])
@pytest.mark.parametrize("second", ["stand_up", "wave", "walk", "punch"])
def test_seams_do_not_pop(first, second):
    one = ms.segment(first)
    at = one.path[-1]
    length = ms.line(2.0) + at if second == "walk" else at[None]
    two = ms.segment(second, start=one.end, end=one.end + 3.0, path=length, point=None, target=None)
    check(ms.perform(ms.plan(one, two)))


@pytest.mark.parametrize("angle", [-np.pi, -0.6, 0.5, np.pi / 2, 2 * np.pi])
def test_turns_go_all_the_way_in_the_right_direction(angle):
    motion = ms.animate("turn", heading_end=float(angle), end=0.5 + 0.5 * abs(float(angle)))
    check(motion)
    yaw = np.unwrap(quat.heading(motion.tracks[0].rotations_wxyz[:, 0]))
    assert abs(yaw[-1] - yaw[0] - angle) < 0.1


def test_the_same_seed_gives_the_same_motion_and_another_one_does_not():
    plan = ms.plan(ms.segment("walk"))
    one, same, other = (ms.perform(plan, seed=s).tracks[0] for s in (3, 3, 4))
    assert np.array_equal(one.rotations_wxyz, same.rotations_wxyz)
    assert np.array_equal(one.root_positions, same.root_positions)
    assert not np.allclose(one.rotations_wxyz, other.rotations_wxyz, atol=1e-4)


@pytest.mark.parametrize("fps", [12.0, 24.0, 30.0, 60.0])
def test_frame_rate_changes_the_sampling_and_not_the_motion(fps):
    plan = ms.plan(ms.segment("walk"))
    motion, reference = ms.perform(plan, fps=fps), ms.perform(plan, fps=120.0)
    assert motion.frames == round(plan.duration * fps)
    ours = motion.tracks[0].root_positions
    theirs = reference.tracks[0].root_positions[:: round(120 / fps)][: len(ours)]
    assert np.abs(ours - theirs).max() < 0.05


def test_two_actors_have_a_track_each():
    plan = ms.plan(ms.segment("dance"))
    second = replace(plan.actors[0], id="man2", position=[0.0, 2.0, 0.0])
    more = tuple(replace(s, actor="man2", path=[[0.0, 2.0, 0.0]]) for s in plan.timeline)
    motion = ms.perform(replace(plan, actors=(*plan.actors, second), timeline=plan.timeline + more))
    assert [track.actor for track in motion.tracks] == ["man1", "man2"]
    assert abs(motion.tracks[1].root_positions[:, 1].mean() - 2.0) < 0.3


def test_an_actor_without_anything_to_do_stands_and_breathes():
    plan = replace(ms.plan(ms.stand(0.0, 2.0)), timeline=())
    motion = ms.perform(plan)
    check(motion)
    assert 0.0 < np.abs(np.diff(motion.tracks[0].rotations_wxyz, axis=0)).max() < 0.02


def test_progress_is_reported_and_a_run_can_be_cancelled():
    seen: list[tuple[int, int]] = []
    scene = samples.make_scene(ms.plan(ms.segment("walk")))
    ctx = Context(
        request=Options(), stage="motion", allowed=SineMotion.options,
        on_progress=lambda p: seen.append((p.done, p.total)),
    )  # fmt: skip
    SineMotion().run(scene, ctx)
    assert seen == [(0, 1), (1, 1)]
    ctx.cancel.set()
    with pytest.raises(Cancelled):
        SineMotion().run(scene, ctx)


@pytest.mark.long
def test_six_seconds_take_well_under_half_a_second():
    scene = samples.make_scene(ms.plan(ms.segment("walk", path=ms.line(7.0), end=5.6)))
    SineMotion().run(scene, ms.context())
    begin = time.perf_counter()
    SineMotion().run(scene, ms.context())
    assert time.perf_counter() - begin < 0.5
