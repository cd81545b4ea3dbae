"""Path cues that change height: up, down, over, onto, off."""

from __future__ import annotations

import numpy as np

from text2sim.scene import flights
from text2sim.scene.course import (
    Course,
    finish,
    go_straight,
    lead_to,
    place,
    straight_path,
    target_of,
)
from text2sim.scene.cues import across_cue, away_cue, towards_cue
from text2sim.scene.geometry import Box, is_walkable, unit
from text2sim.scene.paths import SPACING
from text2sim.scene.stations import stand_by
from text2sim.scene.story import Beat, Performer, Story
from text2sim.types import PathCue

FEET_BEFORE_RUNG = 0.18
"""Ground point of the body before the rung on which its toes stand [m]."""
HANDS_ABOVE_FEET = 1.35
LADDER_SPEED = 0.45
"""Rise on a ladder [m/s]."""
STEP = 0.35
"""What is no higher is stepped on while walking [m]."""
TOO_HIGH = 1.0
"""Nobody gets on top of what is higher [m]."""
CLIMBABLE = 0.5
"""What is no higher can be stepped on at all [m]."""


def up_cue(story: Story, course: Course, cue: PathCue) -> None:
    """Up stairs, a ramp or a ladder, placed ahead with a landing behind; or onto a thing."""
    who = course.who
    if course.points:
        finish(story, course)
    item = flights.flight_for(story, cue.targets, course.action.verb)
    kind = story.models[item].kind
    course.target = item
    if kind == "ladder":
        _ladder(story, course, item)
        return
    if kind not in flights.FLIGHTS:
        onto_cue(story, course, PathCue(kind="onto", targets=(item,)))
        return
    if who.level is not None and who.level == flights.landing_id(story, item):
        down_cue(story, course, cue)
        finish(story, course)
    flights.place_up(story, who, item, course.heading)
    beyond = flights.BEYOND + 1.1 * story.followers(who, item)
    way = flights.way_up(story, who, item, beyond)
    lead_to(story, course, way[0], (item,), exact=True)
    course.points += way[1:]
    who.level = flights.landing_id(story, item)


def down_cue(story: Story, course: Course, cue: PathCue) -> None:
    """Down a flight: the one that was climbed, or a new one that begins under the actor."""
    who = course.who
    if course.points:
        finish(story, course)
    item = flights.flight_for(story, cue.targets, course.action.verb)
    course.target = item
    if story.models[item].kind not in flights.FLIGHTS:
        off_cue(story, course, PathCue(kind="off", targets=(item,)))
        return
    if item not in story.layout.objects:
        if who.level is None:
            flights.place_top(story, who, item)
        flights.place_down(story, who, item)
    beyond = flights.BEYOND + 0.2 + 1.1 * story.followers(who, item)
    course.points += flights.way_down(story, item, beyond)
    who.level = None


def _ladder(story: Story, course: Course, item: str) -> None:
    """Walk to the foot, then climb: the path rises and leans with the rungs (own +X is up)."""
    who, action = course.who, course.action
    place(story, course, item, 1.6, turned=0.0)
    ladder = story.layout.objects[item]
    depth, _, top = ladder.size
    lean = unit(ladder.heading)
    foot = ladder.position[:2] - (depth / 2 + FEET_BEFORE_RUNG) * lean
    lead_to(story, course, foot, (item,), exact=True)
    points, course.points = course.points, []
    story.go(who, who.gait, points, action, target=item)
    story.face(who, ladder.position, action)
    height = max(float(top) - HANDS_ABOVE_FEET, 0.6)
    share = np.linspace(0.0, 1.0, int(height / SPACING) + 2)[:, None]
    path = who.position + share * np.append(lean * depth * height / top, height)
    duration = height / (LADDER_SPEED * min(max(action.speed, 0.5), 2.0)) + 0.4
    point = ladder.position + np.append(lean * depth / 2, top)
    beat = Beat(name="climb", duration=duration, path=path, target=item, point=point)
    story.add(who, beat, action)


def over_cue(story: Story, course: Course, cue: PathCue) -> None:
    """Across a bridge, or over an obstacle with a jump."""
    item = target_of(story, cue)
    if item is None or item in story.people:
        go_straight(story, course)
        return
    walkable = story.models[item].kind == "bridge"
    if course.name != "jump" or walkable:
        across_cue(story, course, cue)
        return
    for obstacle in (name for name in cue.targets if name in story.models):
        _jump(story, course, obstacle, onto=False)


def _jump(story: Story, course: Course, item: str, *, onto: bool) -> None:
    """Run up to a thing and jump over it or onto it."""
    who, action = course.who, course.action
    box = place(story, course, item, 1.6)
    axis = box.centre - course.at
    axis = axis / max(float(np.linalg.norm(axis)), 1e-6)
    rim = box.edge(axis)
    take_off = box.centre - (rim + 0.5) * axis
    run_up = [*course.points]
    course.points = []
    course.passed.add(item)
    if np.linalg.norm(take_off - who.position[:2]) > 0.2:
        story.go(who, who.gait, [*run_up, take_off], action, target=item)
    story.face(who, box.centre, action)
    if onto:
        story.layout.fix(item)
    landing = box.centre if onto else box.centre + (rim + 0.55) * axis
    path = straight_path(story, who.position, landing)
    point = path[-1]
    beat = Beat(
        name="jump", duration=1.4, path=path, target=item, point=point,
        repetitions=1,
    )  # fmt: skip
    story.add(who, beat, action)


def onto_cue(story: Story, course: Course, cue: PathCue) -> None:
    """To the middle of the top of a thing."""
    item = target_of(story, cue)
    if item is None or item in story.people:
        go_straight(story, course)
        return
    kind = story.models[item].kind
    if kind in flights.FLIGHTS:
        up_cue(story, course, cue)
        return
    box = place(story, course, item, 1.5)
    course.target = item
    if box.high - box.low > TOO_HIGH:
        label = story.models[item].label
        story.warn(f"The {label} is too high to get on; {course.who.actor.noun} goes up to it.")
        towards_cue(story, course, cue)
        return
    low_step = is_walkable(story.layout.objects[item]) and box.high - box.low <= STEP
    if not low_step or course.name == "jump":
        _step_up(story, course, item, box)
        return
    course.passed.add(item)
    lead_to(story, course, box.centre)


def _step_up(story: Story, course: Course, item: str, box: Box) -> None:
    """Step on top of a thing, or jump if it is high."""
    who, action = course.who, course.action
    if course.name == "jump" or box.high - box.low > CLIMBABLE:
        _jump(story, course, item, onto=True)
        return
    goal = stand_by(story, who, item, rim=0.3)
    lead_to(story, course, goal, exact=True)
    points, course.points = course.points, []
    story.go(who, who.gait, points, action, target=item)
    story.face(who, box.centre, action)
    story.layout.fix(item)
    path = straight_path(story, who.position, box.centre)
    duration = 1.2 + 1.2 * (box.high - box.low)
    story.add(who, Beat(name="walk", duration=duration, path=path, target=item), action)


def underfoot(story: Story, who: Performer) -> str | None:
    """Id of what an actor stands on above the ground, or None."""
    here, height = who.position[:2], float(who.position[2])
    for item in story.layout.objects.values():
        box = Box.of(item)
        if height > 0.05 and abs(box.high - height) < 0.02 and box.distance(here) == 0.0:
            return item.id
    return None


def off_cue(story: Story, course: Course, cue: PathCue) -> None:
    """Down from what one stands on, straight ahead."""
    who = course.who
    item = underfoot(story, who)
    if item is None:
        away_cue(story, course, cue)
        return
    box = story.layout.box(item)
    direction = unit(course.heading)
    run = np.arange(0.3, 2.0 * float(box.half.max()) + 1.0, 0.1)
    outside = box.distance(who.position[:2] + run[:, None] * direction) > 0.6
    goal = who.position[:2] + float(run[int(np.argmax(outside))]) * direction
    path = straight_path(story, who.position, goal)
    name = "jump" if course.name == "jump" or box.high > CLIMBABLE else "walk"
    beat = Beat(name=name, duration=1.4, path=path, target=item, point=path[-1], repetitions=1)
    story.add(who, beat, course.action)
    who.level = None
