"""Path cues on the level: around, towards, away, through, along, between, past, in circles."""

from __future__ import annotations

import numpy as np

from text2sim.actions import ACTIONS
from text2sim.scene.course import (
    Course,
    go_straight,
    lead_to,
    open_distance,
    place,
    target_of,
    usual_gap,
)
from text2sim.scene.geometry import Array, unit
from text2sim.scene.layout import facing
from text2sim.scene.paths import arc, loop, zigzag
from text2sim.scene.placement import ensure, put
from text2sim.scene.stations import next_station, stand_by
from text2sim.scene.story import Performer, Story, ground_speed
from text2sim.types import PathCue

RADIUS = 1.5
"""Radius of a circle that is walked [m]."""
PERSONAL, MEETING = 0.9, 0.75
"""Distance at which one stops before somebody, and between two who meet half way [m]."""


def around_cue(story: Story, course: Course, cue: PathCue) -> None:
    """Once round something, half way if the way leads on; a stroll if there is nothing."""
    item = target_of(story, cue)
    if item is None:
        _wander(story, course)
        return
    box = place(story, course, item, 1.4)
    course.target = item
    clockwise = course.action.direction == "right" or "clockwise" in course.action.manner
    last = course.action.paths[-1] is cue or course.action.paths[-1] == cue
    turns = _loops(story, course, 2 * np.pi * (box.half.max() + 0.8)) if last else 0.5
    ring = loop(box, course.at, 0.55, (-2 if clockwise else 2) * np.pi * turns)
    first = int(np.argmin(np.linalg.norm(ring[:5] - course.at, axis=1)))
    lead_to(story, course, ring[first], exact=True)
    course.points += list(ring[first + 1 :])


def _loops(story: Story, course: Course, once: float) -> float:
    action = course.action
    if action.repetitions:
        return float(action.repetitions)
    if action.duration is not None:
        run = action.duration * ground_speed(course.who, action, course.name)
        return float(max(round(run / once), 1))
    story.elastic = True
    return float(max(round(story.stretch), 1))


def _wander(story: Story, course: Course) -> None:
    """A lazy S: there is nothing to go round."""
    distance = open_distance(story, course)
    for angle in (1.1, -2.2, 1.4):
        radius = 0.33 * distance / abs(angle)
        course.points += list(arc(course.at, course.heading, radius, angle)[1:])


def circle_cue(story: Story, course: Course, cue: PathCue) -> None:
    """A circle to the left, or to the right if said."""
    action = course.action
    clockwise = action.direction == "right" or "clockwise" in action.manner
    sign = -1.0 if clockwise else 1.0
    angle = action.turn if action.turn is not None else sign * 2.0 * np.pi
    radius = RADIUS if action.distance is None else action.distance / abs(angle)
    if action.duration is not None and not action.repetitions:
        run = action.duration * ground_speed(course.who, action, course.name)
        radius = min(max(run / abs(angle), 0.8), 3.0)
    angle *= _loops(story, course, radius * abs(angle))
    course.points += list(arc(course.at, course.heading, radius, angle)[1:])


def zigzag_cue(story: Story, course: Course, cue: PathCue) -> None:
    """Swinging left and right of a straight line."""
    distance = max(open_distance(story, course), 3.5)
    course.points += list(zigzag(course.at, course.heading, distance)[1:])


def towards_cue(story: Story, course: Course, cue: PathCue) -> None:
    """Up to something or somebody."""
    who, action = course.who, course.action
    item = target_of(story, cue)
    if item is None:
        go_straight(story, course)
        return
    course.target = item
    if item in story.people:
        goal = _meeting_point(story, who, item)
        if np.linalg.norm(goal - course.at) > 0.1:
            lead_to(story, course, goal, (item,), exact=True)
        return
    gap = action.distance or usual_gap(course)
    place(story, course, item, gap + 0.45)
    mark = who.position
    who.position = np.append(course.at, mark[2])
    station = next_station(story, who, action, item)
    if station is None:
        station = stand_by(story, who, item, rim=0.45)
    who.position = mark
    lead_to(story, course, station, exact=True)


def _meeting_point(story: Story, who: Performer, other: str) -> Array:
    """Where to stop before somebody; half way if that one is coming too."""
    there = story.people[other].position[:2]
    offset = there - who.position[:2]
    gap = max(float(np.linalg.norm(offset)), 1e-6)
    mutual = any(
        action.actor == other
        and (who.id == action.target or any(who.id in cue.targets for cue in action.paths))
        and ACTIONS[action.name].travels
        and action.id not in story.spans
        for action in story.script.actions
    )
    share = (gap - MEETING) / 2 if mutual else gap - PERSONAL
    return who.position[:2] + max(share, 0.0) * offset / gap


def away_cue(story: Story, course: Course, cue: PathCue) -> None:
    """Turn the back on something and go; it is placed behind if it is nowhere yet."""
    item = target_of(story, cue)
    if item is not None and item in story.models and item not in story.layout.objects:
        behind = course.heading + np.pi
        ensure(story, course.who, item, 0.7, heading=behind)
    if item is not None:
        centre = story.layout.box(item).centre if item in story.models else None
        there = story.people[item].position[:2] if centre is None else centre
        heading = facing(there, course.at)
        lead_to(story, course, course.at + open_distance(story, course) * unit(heading))
        return
    go_straight(story, course)


def through_cue(story: Story, course: Course, cue: PathCue) -> None:
    """Straight through the middle of a thing, from front to back, and on."""
    item = target_of(story, cue)
    if item is None or item in story.people:
        go_straight(story, course)
        return
    box = place(story, course, item, 2.0)
    course.passed.add(item)
    course.target = item
    axis = unit(box.heading) * (-1.0 if (course.at - box.centre) @ unit(box.heading) > 0 else 1.0)
    before = float((box.centre - course.at) @ axis) - box.half[0]
    near = box.centre - axis * (box.half[0] + min(0.7, max(before, 0.0)))
    beyond = box.half[0] + 1.4 + 1.1 * story.followers(course.who, item)
    if np.linalg.norm(near - course.at) > 0.3:
        lead_to(story, course, near, exact=True)
    course.points += [box.centre, box.centre + axis * beyond]


def across_cue(story: Story, course: Course, cue: PathCue) -> None:
    """Along the depth of something that lies before the actor (a bridge, a rug)."""
    item = target_of(story, cue)
    if item is None or item in story.people:
        go_straight(story, course)
        return
    if item not in story.layout.objects:
        place(story, course, item, 1.3, turned=0.0)
    through_cue(story, course, cue)


def under_cue(story: Story, course: Course, cue: PathCue) -> None:
    """Straight below something."""
    item = target_of(story, cue)
    if item is None or item in story.people:
        go_straight(story, course)
        return
    through_cue(story, course, cue)


def along_cue(story: Story, course: Course, cue: PathCue) -> None:
    """Beside something long that lies in the direction of travel, on the actor's left."""
    item = target_of(story, cue)
    distance = max(open_distance(story, course), 3.0)
    if item in story.models and item not in story.layout.objects:
        model = story.models[item]
        heading = course.heading
        long_side = heading - np.pi / 2 if model.size[1] >= model.size[0] else heading
        reach = min(model.size[:2]) / 2 + 0.75
        middle = course.at + distance / 2 * unit(heading)
        poses = [(middle + side * reach * unit(heading + np.pi / 2), long_side) for side in (1, -1)]
        put(story, item, poses, level=course.who.level)
    course.target = item
    lead_to(story, course, course.at + distance * unit(course.heading))


def between_cue(story: Story, course: Course, cue: PathCue) -> None:
    """Through the gap between two things (or people) and on."""
    names = [name for name in cue.targets if name in story.models or name in story.people]
    heading, at = course.heading, course.at
    for number, item in enumerate(names[:2]):
        if item in story.models and item not in story.layout.objects:
            shift = 0.85 + float(story.models[item].size[:2].max()) / 2
            side = (1.0 if number == 0 else -1.0) * shift
            spot = at + 2.2 * unit(heading) + side * unit(heading + np.pi / 2)
            put(story, item, [(spot, heading + np.pi)], level=course.who.level)
    centres = [
        story.layout.box(name).centre if name in story.models else story.people[name].position[:2]
        for name in names[:2]
    ]
    if not centres:
        go_straight(story, course)
        return
    middle = np.mean(centres, axis=0)
    axis = middle - at
    if len(centres) == 2:
        line = centres[1] - centres[0]
        normal = np.array([-line[1], line[0]]) / max(float(np.linalg.norm(line)), 1e-6)
        axis = normal * (1.0 if axis @ normal >= 0 else -1.0)
    axis = axis / max(float(np.linalg.norm(axis)), 1e-6)
    course.points += [middle - 0.4 * axis, middle, middle + 1.6 * axis]


def past_cue(story: Story, course: Course, cue: PathCue) -> None:
    """Straight on, with the thing at the side half way."""
    item = target_of(story, cue)
    distance = max(open_distance(story, course), 4.0)
    if item in story.models and item not in story.layout.objects:
        model = story.models[item]
        reach = float(model.size[:2].max()) / 2 + 0.8
        middle = course.at + distance / 2 * unit(course.heading)
        across = unit(course.heading + np.pi / 2)
        poses = [(middle + side * reach * across, course.heading - side * np.pi / 2)
                 for side in (1, -1)]  # fmt: skip
        put(story, item, poses, level=course.who.level)
        goal = course.at + distance * unit(course.heading)
    elif item is not None:
        there = story.people[item].position[:2] if item in story.people else None
        there = story.layout.box(item).centre if there is None else there
        goal = there + (there - course.at) * 1.6 / max(
            float(np.linalg.norm(there - course.at)), 1e-6
        )
    else:
        goal = course.at + distance * unit(course.heading)
    lead_to(story, course, goal)
