"""What must hold for every plan, over all hand-written scripts."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tests.scene_scripts import SCRIPTS
from text2sim.actions import ACTIONS
from text2sim.catalogue import GOING, RISE
from text2sim.maths.camera import project
from text2sim.scene.geometry import Box, ground_height, is_walkable, wrap
from text2sim.scene.heuristic import HeuristicPlanner
from text2sim.scene.sampling import heading_at, place_at
from text2sim.scene.story import FACING
from text2sim.stage import Context, Options
from text2sim.types import ScenePlan, Script, Segment


def plan_of(script: Script, **options) -> ScenePlan:
    context = Context(request=Options(**options), stage="planner", allowed=HeuristicPlanner.options)
    return HeuristicPlanner().run(script, context)


PLANS = {script.prompt: plan_of(script) for script in SCRIPTS}
over_all = pytest.mark.parametrize("prompt", PLANS)


def full_layer(plan: ScenePlan, actor: str) -> list[Segment]:
    return [
        segment for segment in plan.timeline
        if segment.actor == actor and ACTIONS[segment.action].layer == "full"
    ]  # fmt: skip


@over_all
def test_every_instant_has_exactly_one_full_body_action(prompt):
    plan = PLANS[prompt]
    for actor in plan.actors:
        mine = full_layer(plan, actor.id)
        assert mine[0].start == 0.0
        assert mine[-1].end == plan.duration
        for before, after in pairwise(mine):
            assert before.end == after.start
            assert before.duration > 0.0


@over_all
def test_each_segment_begins_where_the_last_one_ended(prompt):
    plan = PLANS[prompt]
    for actor in plan.actors:
        position, heading = actor.position, actor.heading
        for segment in full_layer(plan, actor.id):
            np.testing.assert_allclose(segment.path[0], position, atol=1e-6)
            assert abs(wrap(segment.heading_start - heading)) < 0.65, segment.action
            position, heading = segment.path[-1], segment.heading_end


@over_all
def test_headings_follow_the_path_and_points_are_close(prompt):
    for segment in PLANS[prompt].timeline:
        steps = np.diff(segment.path[:, :2], axis=0)
        if not len(steps):
            continue
        assert np.linalg.norm(steps, axis=1).max() <= 0.1 + 1e-9
        if segment.action == "climb":
            continue
        headings = np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))
        turned = segment.heading_end - segment.heading_start
        first = headings[0] + FACING[segment.direction] - segment.heading_start
        assert abs(wrap(first)) < 0.08
        assert abs(headings[-1] - headings[0] - turned) < 0.1


@over_all
def test_paths_lie_on_the_ground(prompt):
    plan = PLANS[prompt]
    for segment in plan.timeline:
        if segment.action in ("climb", "jump") or "platform onto" in prompt:
            continue
        stood_on = segment.path[0, 2]
        expected = ground_height(plan.objects, segment.path[:, :2])
        if len(segment.path) == 1 and stood_on > expected[0]:
            continue  # on a ladder or a box
        np.testing.assert_allclose(segment.path[:, 2], expected, atol=1e-9)


@over_all
def test_nothing_interpenetrates(prompt):
    plan = PLANS[prompt]
    boxes = {item.id: Box.of(item) for item in plan.objects}
    for first in plan.objects:
        for second in plan.objects:
            if first.id < second.id and second.id != first.support and first.id != second.support:
                allowed = {first.kind, second.kind} <= {"stairs", "ramp", "platform"}
                margin = -0.01 if allowed else 0.05
                assert not boxes[first.id].overlaps(boxes[second.id], margin), (first.id, second.id)
        for actor in plan.actors:
            if any(seg.action == "sit" and seg.target == first.id for seg in plan.timeline):
                continue  # somebody gets up from it
            assert not boxes[first.id].overlaps(Box.of_body(actor.position), 0.0), first.id
    places = [actor.position[:2] for actor in plan.actors]
    for i, place in enumerate(places):
        assert all(np.linalg.norm(place - other) > 0.8 for other in places[:i])


@over_all
def test_walkers_keep_clear_of_things(prompt):
    plan = PLANS[prompt]
    handled = {segment.target for segment in plan.timeline}
    handled |= {item.support for item in plan.objects if item.id in handled}
    for segment in plan.timeline:
        for item in plan.objects:
            if len(segment.path) < 2 or item.id in handled or is_walkable(item):
                continue
            assert Box.of(item).distance(segment.path[:, :2]).min() >= 0.3, item.id


@over_all
def test_supported_things_stand_on_their_support(prompt):
    plan = PLANS[prompt]
    known = {item.id: item for item in plan.objects}
    for item in plan.objects:
        if item.support is None:
            continue
        below = known[item.support]
        assert Box.of(below).distance(item.position[:2]) == 0.0
        assert below.position[2] <= item.position[2] <= below.position[2] + below.size[2] + 1e-9


@over_all
def test_things_are_within_reach_when_handled(prompt):
    plan = PLANS[prompt]
    for segment in plan.timeline:
        if segment.action in ("pick_up", "kick", "punch", "sit") and segment.point is not None:
            gap = np.linalg.norm(segment.point[:2] - segment.path[-1, :2])
            assert 0.15 <= gap <= 0.75, segment.action


@over_all
@pytest.mark.parametrize("size", [(640, 480), (480, 640), (1280, 720)])
def test_bodies_stay_in_the_picture(prompt, size):
    plan = PLANS[prompt]
    for actor in plan.actors:
        for segment in full_layer(plan, actor.id):
            for time in np.linspace(segment.start, segment.end, 12):
                corners = place_at(segment, time) + np.array(
                    [[x, y, z] for x in (-0.25, 0.25) for y in (-0.25, 0.25) for z in (0.0, 2.0)]
                )
                eye, target = (
                    np.array([np.interp(time, plan.camera.times, c) for c in track.T])
                    for track in (plan.camera.eye, plan.camera.target)
                )
                pixels, depth = project(corners, eye, target, plan.camera.fov, size)
                assert (depth > 0.5).all()
                assert (pixels >= 0).all(), (segment.action, time)
                assert (pixels <= np.array(size)).all(), (segment.action, time)


@over_all
def test_camera_is_never_inside_a_thing(prompt):
    plan = PLANS[prompt]
    for item in plan.objects:
        inside = Box.of(item).distance(plan.camera.eye[:, :2]) < 0.3
        assert not (inside & (plan.camera.eye[:, 2] < Box.of(item).high + 0.1)).any(), item.id


def test_same_seed_same_plan_and_another_seed_other_looks():
    script = SCRIPTS[37]
    first, second, other = plan_of(script, seed=3), plan_of(script, seed=3), plan_of(script, seed=4)
    assert [repr(item) for item in first.objects] == [repr(item) for item in second.objects]
    assert [repr(item) for item in first.timeline] == [repr(item) for item in second.timeline]
    assert repr(first.camera) == repr(second.camera)
    assert first.actors[0].character == second.actors[0].character
    assert first.actors[0].character != other.actors[0].character


def test_stairs_keep_the_building_code_and_end_on_a_landing():
    plan = PLANS["a man walks up stairs"]
    stairs, landing = plan.objects
    assert stairs.size[0] == pytest.approx(stairs.count * GOING)
    assert stairs.size[2] == pytest.approx(stairs.count * RISE)
    assert landing.id == "landing1"
    assert landing.size[2] == stairs.size[2]
    path = next(segment.path for segment in plan.timeline if segment.action == "walk")
    np.testing.assert_allclose(path[-1, 2], stairs.size[2])
    head = stairs.position[0] + stairs.size[0] / 2
    assert path[-1, 0] - head == pytest.approx(1.0)
    assert len(np.unique(path[:, 2].round(6))) == stairs.count + 1


def test_walking_down_begins_on_top():
    plan = PLANS["an old man walks slowly down the stairs"]
    path = next(segment.path for segment in plan.timeline if segment.action == "walk")
    assert path[0, 2] == pytest.approx(6 * RISE)
    assert path[-1, 2] == 0.0
    assert (np.diff(path[:, 2]) <= 1e-9).all()


def first(prompt: str, action: str) -> Segment:
    return next(segment for segment in PLANS[prompt].timeline if segment.action == action)


def test_turns_and_directions_are_exact():
    right = first("a man turns right", "turn")
    assert right.heading_end - right.heading_start == pytest.approx(-np.pi / 2)
    back = first("a man walks backward", "walk")
    assert back.direction == "backward"
    assert back.path[-1, 0] < -1.0
    assert back.heading_start == back.heading_end == pytest.approx(0.0)
    side = first("a man sidesteps to the left", "walk")
    assert side.direction == "left"
    assert side.path[-1, 1] > 1.0
    assert side.heading_end == pytest.approx(0.0)
    circle = first("a man walks in a circle twice", "walk")
    assert circle.heading_end - circle.heading_start == pytest.approx(4 * np.pi, abs=0.02)
    np.testing.assert_allclose(circle.path[-1], circle.path[0], atol=0.01)


def test_going_round_a_table_goes_round_it_once_counter_clockwise():
    plan = PLANS["a man walks around the table"]
    centre = plan.objects[0].position[:2]
    path = first("a man walks around the table", "walk").path[:, :2] - centre
    swept = np.unwrap(np.arctan2(path[:, 1], path[:, 0]))
    assert swept[-1] - swept[0] == pytest.approx(2 * np.pi, abs=0.3)


def test_sitting_turns_the_back_to_the_seat():
    plan = PLANS["a man sits on a chair"]
    sit, chair = first("a man sits on a chair", "sit"), plan.objects[0]
    assert abs(wrap(sit.heading_start - chair.heading)) < 1e-6
    assert sit.point[2] == pytest.approx(0.51 * chair.size[2])
    assert Box.of(chair).distance(sit.point[:2]) == 0.0
    forward = np.array([np.cos(sit.heading_start), np.sin(sit.heading_start)])
    assert (sit.path[-1, :2] - sit.point[:2]) @ forward > 0.2


def test_carrying_holds_the_thing_from_pick_up_to_release():
    plan = PLANS["a man carries a box to the table"]
    mine = full_layer(plan, "man1")
    names = [segment.action for segment in mine]
    up, down = names.index("pick_up"), names.index("put_down")
    assert all(segment.holding == "box1" for segment in mine[up + 1 : down + 1])
    assert all(segment.holding is None for segment in [*mine[: up + 1], *mine[down + 1 :]])
    table = next(item for item in plan.objects if item.id == "table1")
    assert mine[down].point[2] == pytest.approx(table.size[2] + 0.2)
    assert Box.of(table).distance(mine[down].point[:2]) == 0.0


def test_gestures_run_beside_walking_in_either_order():
    for prompt in ("a man walks while waving", "a man waves while walking"):
        wave, walk = first(prompt, "wave"), first(prompt, "walk")
        assert (wave.start, wave.end) == (walk.start, walk.end)


def test_two_meet_half_way_and_stop_before_each_other():
    plan = PLANS["a man and a woman walk towards each other"]
    ends = [full_layer(plan, actor.id)[-1].path[-1, :2] for actor in plan.actors]
    assert 0.7 < np.linalg.norm(ends[0] - ends[1]) < 1.2
    starts = [full_layer(plan, actor.id)[1].start for actor in plan.actors]
    assert starts[0] == starts[1]


def test_the_catch_is_ready_when_the_ball_comes():
    prompt = "a man throws a ball to a woman and she catches it"
    throw, catch = first(prompt, "throw"), first(prompt, "catch")
    assert throw.start < catch.start < throw.end < catch.end
    woman = next(actor for actor in PLANS[prompt].actors if actor.id == "woman1")
    assert np.linalg.norm(throw.point[:2] - woman.position[:2]) < 0.6


@pytest.mark.parametrize("prompt", ["a man walks", "a man walks up stairs", "a man stands"])
@pytest.mark.parametrize("duration", [1.5, 5.0, 12.0])
def test_requested_durations_are_exact(prompt, duration):
    script = next(script for script in SCRIPTS if script.prompt == prompt)
    plan = plan_of(script, duration=duration)
    assert plan.duration == duration
    assert full_layer(plan, "man1")[-1].end == duration
    assert plan.camera.times[-1] == pytest.approx(duration)


def test_a_longer_clip_walks_farther_at_the_same_speed():
    walks = [
        next(seg for seg in plan_of(SCRIPTS[1], duration=d).timeline if seg.action == "walk")
        for d in (4.0, 10.0)
    ]
    speeds = [walk.length / walk.duration for walk in walks]
    assert walks[1].length > 2.0 * walks[0].length
    assert speeds[0] == pytest.approx(speeds[1], rel=0.08)


def test_too_short_a_clip_says_what_is_lost():
    plan = plan_of(SCRIPTS[9], duration=2.0)
    assert any("too short" in note for note in plan.warnings)


def test_slow_is_slow_and_the_walk_is_natural():
    walk = first("a man walks", "walk")
    assert walk.length == pytest.approx(4.0, abs=0.2)
    assert 1.0 < walk.length / walk.duration < 1.5
    old = first("an old man walks slowly down the stairs", "walk")
    assert old.length / old.duration < 0.6


def test_heading_at_interpolates_a_turn():
    turn = first("a man turns right", "turn")
    middle = heading_at(turn, (turn.start + turn.end) / 2)
    assert middle == pytest.approx(-np.pi / 4)
