"""The way of one movement while it is being laid: waypoints, what it passes, where it leads."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from text2sim.scene.geometry import Array, Box, unit
from text2sim.scene.layout import facing
from text2sim.scene.paths import CLEARANCE, arc
from text2sim.scene.placement import ensure
from text2sim.scene.story import FACING, Performer, Story
from text2sim.types import Action, Direction, PathCue

USUAL = {"walk": 4.0, "run": 7.0, "sneak": 2.5, "march": 4.0, "crawl": 2.5, "hop": 2.0,
         "skip": 5.0, "jump": 1.2, "climb": 3.0}  # fmt: skip
"""Length of a movement without a goal [m]."""
AHEAD = {"run": 5.0, "skip": 4.0, "crawl": 2.0, "sneak": 2.5}
"""How far ahead a goal is placed [m]; 2.6 for the others."""
ON_THE_SPOT = frozenset(("jump", "hop"))
LEAP = 1.2
"""Length of a jump [m]."""


@dataclass(kw_only=True, eq=False)
class Course:
    """The way so far of one movement: waypoints (2,) after the actor's own position.

    Attributes:
        passed: ids that the way may cross.
        target: what the movement aims at.
    """

    who: Performer
    action: Action
    name: str
    direction: Direction
    points: list[Array] = field(default_factory=list)
    passed: set[str] = field(default_factory=set)
    target: str | None = None

    @property
    def at(self) -> Array:
        """End of the way so far, (2,)."""
        return self.points[-1] if self.points else self.who.position[:2]

    @property
    def heading(self) -> float:
        """Direction of travel at the end of the way so far [rad]."""
        before = [self.who.position[:2], *self.points]
        for a, b in zip(before[-2::-1], before[:0:-1]):
            if np.linalg.norm(b - a) > 0.02:
                return facing(a, b)
        return self.who.heading - FACING[self.direction]


def finish(story: Story, course: Course) -> None:
    """Walk the way planned so far."""
    if not course.points:
        return
    points, course.points = course.points, []
    name = "walk" if course.name == "climb" else course.name
    story.go(
        course.who, name, points, course.action, direction=course.direction,
        target=course.target, repetitions=_count(course),
        duration=_said_duration(course),
    )  # fmt: skip


def _said_duration(course: Course) -> float | None:
    """The duration as said, unless the way leads to a goal; that of jumps by their number."""
    action = course.action
    if course.name == "jump" and action.duration is None:
        return 1.3 * _count(course)
    open_ended = all(cue.kind in ("around", "circle", "zigzag", "straight", "along")
                     for cue in action.paths)  # fmt: skip
    return action.duration if open_ended and action.target is None else None


def _count(course: Course) -> int:
    if course.name in ON_THE_SPOT:
        return course.action.repetitions or (1 if course.name == "jump" else 0)
    return 0


def go_straight(story: Story, course: Course) -> None:
    """Straight on, or in a bend to the left or right, as far as said or usual."""
    action = course.action
    distance = open_distance(story, course)
    side = {"left": 1.0, "right": -1.0}.get(action.direction or "", 0.0)
    angle = action.turn if action.turn is not None else side * np.pi / 2
    heading = course.heading
    if course.direction != "forward":
        angle = 0.0
    if angle:
        radius = min(1.2, 0.6 * distance / abs(angle))
        course.points += list(arc(course.at, heading, radius, angle)[1:])
        distance = max(distance - radius * abs(angle), 0.5)
    lead_to(story, course, course.at + distance * unit(heading + angle))


def open_distance(story: Story, course: Course) -> float:
    """Length [m] of a movement that has no goal."""
    action, name = course.action, course.name
    if action.repetitions and action.distance is None:
        if name in ON_THE_SPOT:
            return (LEAP if name == "jump" else 0.5) * action.repetitions
        if action.verb.split()[0] in ("step", "pace", "stride", "walk", "sidestep"):
            return 0.65 * action.repetitions
    usual = USUAL.get(name, 4.0)
    if FACING[course.direction] != 0.0:
        usual = min(usual, 1.4 if course.direction in ("left", "right") else 2.5)
    if name == "jump":
        return usual
    return story.open_length(course.who, action, name, usual, course.direction)


def lead_to(
    story: Story, course: Course, goal: Array, ignore: tuple[str, ...] = (), *, exact: bool = False
) -> None:
    """Go to a place past whatever stands in the way; unless `exact`, stop where there is room."""
    level = float(course.who.position[2])
    boxes = story.layout.obstacles(level, ignore={*course.passed, *ignore}, actor=course.who.id)
    start = course.at
    for share in (1.0,) if exact else (1.0, 1.15, 0.85, 1.3, 0.7, 1.5, 0.5, 0.3):
        spot = start + share * (goal - start)
        if all(box.distance(spot) > CLEARANCE for box in boxes):
            goal = spot
            break
    course.points += story.layout.route(start, goal, boxes)[1:]


def target_of(story: Story, cue: PathCue) -> str | None:
    """The thing or person that a cue is about, if it is in the scene."""
    things = {*story.models, *story.people}
    return next((target for target in cue.targets if target in things), None)


def usual_gap(course: Course) -> float:
    """How far ahead a goal is placed [m]."""
    return AHEAD.get(course.name, 2.6)


def place(story: Story, course: Course, item: str, gap: float, turned: float | None = None) -> Box:
    """The present box of a thing or person, placed ahead of the way so far if it is nowhere yet."""
    if item in story.people:
        return Box.of_body(story.people[item].position)
    mark = course.who.position
    course.who.position = np.append(course.at, mark[2])
    ensure(story, course.who, item, gap, heading=course.heading, turned=turned)
    course.who.position = mark
    return story.layout.box(item)


def straight_path(story: Story, start: Array, goal: Array) -> Array:
    """A straight path (N, 3) over the ground, in short steps."""
    count = int(np.linalg.norm(goal - start[:2]) / 0.08) + 2
    return story.layout.ground(np.linspace(start[:2], goal, count))
