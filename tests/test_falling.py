"""Pushes and falls: planned from words, felt by the body, told by the outcome."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
import pytest

from text2sim.control.falling import brace, tell
from text2sim.evaluation.clip import evaluate
from text2sim.maths import quaternions as quat
from text2sim.pipeline import Pipeline
from text2sim.skeleton import INDEX, Skeleton
from text2sim.types import BodyState, Event, Outcome, Segment, Trace


@functools.cache
def timeline(prompt: str) -> tuple[Segment, ...]:
    return Pipeline()(prompt, until="planner").timeline


@functools.cache
def trace(prompt: str, physics: str, controller: str = "pd") -> Trace:
    return Pipeline(physics=physics, controller=controller)(prompt, until="controller", seed=0)


def pushed(prompt: str) -> Segment:
    (found,) = (segment for segment in timeline(prompt) if segment.push is not None)
    return found


@pytest.mark.parametrize(
    ("prompt", "action", "way"),
    [
        ("a man is pushed and falls", "fall", (1, 0)),
        ("a man is pushed backwards and falls", "fall", (-1, 0)),
        ("a woman is pushed from behind", "walk", (1, 0)),
        ("a man is pushed from the left", "walk", (0, -1)),
        ("a man is pushed to the left", "walk", (0, 1)),
        ("a man is knocked over", "fall", (1, 0)),
        ("a man stumbles", "fall", (1, 0)),
        ("a man slips", "fall", (-1, 0)),
    ],
)
def test_words_say_which_way_and_whether_it_fells(
    prompt: str, action: str, way: tuple[int, int]
) -> None:
    segment = pushed(prompt)
    assert segment.action == action
    assert segment.push[:2] / np.linalg.norm(segment.push[:2]) == pytest.approx(way, abs=1e-6)
    assert segment.start >= 0.6


def test_words_say_how_hard() -> None:
    prompts = [f"a man is pushed {word} from behind" for word in ("gently", "", "hard")]
    speeds = [np.linalg.norm(pushed(" ".join(prompt.split())).push) for prompt in prompts]
    assert speeds[0] < 0.7 * speeds[1] < 0.7 * 0.7 * speeds[2]


def test_a_push_while_walking_is_in_the_middle_of_the_walk() -> None:
    names = [s.action for s in timeline("a woman is pushed from behind while walking")]
    assert names == ["stand", "walk", "walk", "walk", "stand"]
    assert timeline("a woman is pushed from behind while walking")[2].push is not None


def test_who_is_pushed_by_somebody_falls_when_the_hands_arrive() -> None:
    plan = timeline("a man pushes a woman and she falls")
    push = next(s for s in plan if s.action == "push")
    fall = next(s for s in plan if s.action == "fall")
    assert fall.actor == "woman1"
    assert push.start < fall.start < push.end
    away = fall.path[0] - push.path[-1]
    assert away @ fall.push > 0.9 * np.linalg.norm(away) * np.linalg.norm(fall.push) * 0.9


@pytest.mark.parametrize("physics", ["pybullet", "mujoco"])
def test_who_is_pushed_and_falls_lies_in_the_end(physics: str) -> None:
    result = trace("a man is pushed and falls", physics)
    assert result.outcome.status == "completed"
    assert [event.kind for event in result.events] == ["push", "fall"]
    push, fall = result.events
    assert 0.4 < fall.time - push.time < 1.8
    assert f"is down at {fall.time:.2f} s" in result.outcome.message
    assert evaluate(result)["fall_time"].value == pytest.approx(fall.time)
    after = round(push.time * result.fps) + 2
    assert not result.assist_force[after:].any()
    assert not result.assist_torque[after:].any()
    positions = result.tracks[0].positions()
    assert positions[-1, :, 2].max() < 0.5
    assert positions[-1, INDEX["head"], 0] > positions[-1, 0, 0] + 0.3  # on the face, ahead
    speed = np.linalg.norm(np.diff(positions[-8:], axis=0), axis=-1).mean() * result.fps
    assert speed < 0.15
    assert evaluate(result)["penetration_max"].value < 10.0


@pytest.mark.parametrize("physics", ["pybullet", "mujoco"])
def test_a_body_gives_way_to_a_push_and_keeps_its_feet(physics: str) -> None:
    result = trace("a man is pushed hard from the left", physics)
    assert result.outcome.status == "completed"
    assert [event.kind for event in result.events] == ["push"]
    first = round(result.events[0].time * result.fps)
    reference = result.world.motion.tracks[0].positions()[:, INDEX["spine3"], 1]
    sway = result.tracks[0].positions()[:, INDEX["spine3"], 1] - reference
    assert np.abs(sway[:first]).max() < 0.02
    assert sway[first : first + 15].min() < -0.06  # to its right
    assert np.abs(sway[-5:]).max() < 0.05


def test_a_kinematic_body_is_not_moved_but_the_push_is_told() -> None:
    result = trace("a man is pushed hard from the left", "pybullet", "kinematic")
    assert [event.kind for event in result.events] == ["push"]
    assert evaluate(result)["tracking_error"].value < 1.0


def test_sitting_down_is_no_fall() -> None:
    result = trace("a man sits on a chair", "pybullet", "kinematic")
    assert result.events == ()
    assert result.outcome.message == ""


def test_arms_go_where_the_body_falls() -> None:
    skeleton = Skeleton.of_stature(1.75)
    pose = np.tile(quat.IDENTITY, (22, 1))
    turn = quat.about_z(2.0)
    pose[0] = turn
    body = BodyState(root_position=np.zeros(3), root_velocity=np.zeros(3),
                     root_angular_velocity=np.zeros(3), rotations_wxyz=pose,
                     joint_velocities=np.zeros((22, 3)))  # fmt: skip
    hands = [INDEX["left_wrist"], INDEX["right_wrist"]]

    def reach(way: list[float]) -> np.ndarray:
        braced = brace(body, quat.rotate(turn, way)).copy()
        braced[0] = quat.IDENTITY
        return skeleton.forward(np.zeros(3), braced)[0][hands]

    assert (reach([50.0, 0, 5])[:, 0] > 0.3).all()
    assert (reach([-50.0, 0, 5])[:, 0] < reach([50.0, 0, 5])[:, 0] - 0.4).all()
    sideways = reach([0.0, 50.0, 5])
    assert sideways[0, 1] > 0.4 > -sideways[1, 1]


def test_the_outcome_tells_events_in_order() -> None:
    events = (
        Event(time=2.0, actor="man1", kind="fall"),
        Event(time=1.0, actor="man1", kind="push", impulse=(30.0, 40.0, 0.0)),
    )
    told = tell(Outcome(status="completed", time=3.0), events)
    assert told.message == "man1 is thrown off balance at 1.00 s (50 N s), man1 is down at 2.00 s."
    fell = tell(Outcome(status="fell", time=1.5, message="man1 lost the motion."), events[:1])
    assert fell.status == "fell"
    assert fell.message == "man1 lost the motion. man1 is down at 2.00 s."
    assert tell(Outcome(status="completed", time=3.0), ()).message == ""


def test_parts_of_a_clip_keep_their_events() -> None:
    result = trace("a man sits on a chair", "pybullet", "kinematic")
    events = tuple(Event(time=t, actor="man1", kind="push") for t in (0.5, 1.5))
    part = dataclasses.replace(result, events=events).slice(30, 60)
    assert [event.time for event in part.events] == [1.5]
