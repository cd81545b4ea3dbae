"""Going places: from direction, distance and path cues to waypoints."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from text2sim.scene import cues, flights, heights
from text2sim.scene.course import ON_THE_SPOT, Course, finish, go_straight
from text2sim.scene.geometry import Array, unit
from text2sim.scene.story import Beat, Performer, Story
from text2sim.types import Action, Direction, PathCue

SIDESTEPS = frozenset(("sidestep", "step", "sidle", "shuffle", "slide", "hop", "jump", "leap"))
"""Verbs that go sideways with "left" and "right"; others turn that way."""
RETURNS = ("leave", "exit", "return")
"""Verbs that take one back to where one came from."""


def travel(story: Story, who: Performer, action: Action, name: str | None = None) -> None:
    """Perform an action that moves along a path."""
    name = name or action.name
    course = Course(who=who, action=action, name=name, direction=_direction(action))
    route = cues_of(story, action)
    if not route and action.direction == "down" and heights.underfoot(story, who) is not None:
        route = (PathCue(kind="off"),)
    if not route and action.verb.split()[0] in RETURNS and _has_moved(story, who):
        story.go(who, name, [_start(story, who)], action)
        return
    if not route and _stays(action, name):
        _on_the_spot(story, who, action, name)
        return
    if "back and forth" in " ".join(action.manner).replace("-", " "):
        _back_and_forth(story, course)
        return
    if all(cue.kind == "straight" for cue in route):
        go_straight(story, course)
    for cue in route:
        if cue.kind != "straight":
            HANDLERS[cue.kind](story, course, cue)
    finish(story, course)


def _start(story: Story, who: Performer) -> Array:
    return next(actor.position[:2] for actor in story.starts if actor.id == who.id)


def _has_moved(story: Story, who: Performer) -> bool:
    return bool(np.linalg.norm(who.position[:2] - _start(story, who)) > 1.0) and who.level is None


def _direction(action: Action) -> Direction:
    if action.direction == "backward":
        return "backward"
    if action.direction in ("left", "right") and _sidesteps(action):
        return action.direction
    return "forward"


def _sidesteps(action: Action) -> bool:
    verb = action.verb.split()[0]
    return verb in SIDESTEPS or any("side" in word for word in action.manner)


def _stays(action: Action, name: str) -> bool:
    moves = action.distance or action.direction in ("forward", "backward", "left", "right")
    return (name in ON_THE_SPOT and not moves) or "in place" in action.manner


def _on_the_spot(story: Story, who: Performer, action: Action, name: str) -> None:
    story.rise(who, action)
    duration = story.open_time(action, name)
    count = action.repetitions or (1 if name == "jump" and action.duration is None else 0)
    story.add(who, Beat(name=name, duration=duration, repetitions=count), action)


def cues_of(story: Story, action: Action) -> tuple[PathCue, ...]:
    """Path cues of an action; a bare target becomes one ("approaches the table")."""
    things = {*story.models, *(actor.id for actor in story.script.actors)}
    said = tuple(cue for cue in action.paths if not cue.targets or {*cue.targets} & things)
    named = {target for cue in said for target in cue.targets}
    if action.target is None or action.target in named or action.target not in things:
        return said
    kind = story.models[action.target].kind if action.target in story.models else ""
    verb = action.verb.split()[0]
    if kind in (*flights.FLIGHTS, "ladder"):
        down = verb == "descend" or action.direction == "down"
        return (*said, PathCue(kind="down" if down else "up", targets=(action.target,)))
    if verb == "leave":
        return (*said, PathCue(kind="away_from", targets=(action.target,)))
    if verb == "cross" or kind == "bridge":
        return (*said, PathCue(kind="across", targets=(action.target,)))
    if verb in ("enter", "exit") and kind == "door":
        return (*said, PathCue(kind="through", targets=(action.target,)))
    if action.name == "jump":
        return (*said, PathCue(kind="over", targets=(action.target,)))
    if action.name == "climb":
        return (*said, PathCue(kind="onto", targets=(action.target,)))
    return (*said, PathCue(kind="towards", targets=(action.target,)))


def _back_and_forth(story: Story, course: Course) -> None:
    """There and back, once unless said otherwise."""
    who, action = course.who, course.action
    leg = action.distance or 2.8
    home, away = who.position[:2], who.position[:2] + leg * unit(course.heading)
    for _ in range(action.repetitions or _passes(story, course, leg)):
        story.go(who, course.name, [away], action)
        story.go(who, course.name, [home], action)


def _passes(story: Story, course: Course, leg: float) -> int:
    run = story.open_length(course.who, course.action, course.name, 2.0 * leg)
    return max(round(run / (2.0 * leg)), 1)


def turn_angle(who: Performer, action: Action) -> float:
    """Angle of a turn [rad]: as said, else by direction, else about."""
    if action.turn is not None:
        return action.turn
    return {"left": np.pi / 2, "right": -np.pi / 2}.get(action.direction or "", np.pi)


HANDLERS: dict[str, Callable[[Story, Course, PathCue], None]] = {
    "up": heights.up_cue, "down": heights.down_cue, "over": heights.over_cue,
    "onto": heights.onto_cue, "off": heights.off_cue, "around": cues.around_cue,
    "towards": cues.towards_cue, "into": cues.towards_cue, "away_from": cues.away_cue,
    "from": cues.away_cue, "through": cues.through_cue, "under": cues.under_cue,
    "along": cues.along_cue, "across": cues.across_cue, "between": cues.between_cue,
    "past": cues.past_cue, "circle": cues.circle_cue, "zigzag": cues.zigzag_cue,
}  # fmt: skip
