"""Going places: from direction, distance and path cues to waypoints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from text2sim.actions import ACTIONS
from text2sim.scene import flights
from text2sim.scene.geometry import Array, Box, is_walkable, unit, wrap
from text2sim.scene.layout import facing
from text2sim.scene.paths import CLEARANCE, arc, loop, zigzag
from text2sim.scene.placement import add_implied, ensure, put, stand_by
from text2sim.scene.story import FACING, Beat, Performer, Story, ground_speed
from text2sim.types import Action, Direction, PathCue

USUAL = {"walk": 4.0, "run": 7.0, "sneak": 2.5, "march": 4.0, "crawl": 2.5, "hop": 2.0,
         "skip": 5.0, "jump": 1.2, "climb": 3.0, "carry": 3.5, "push": 1.8, "pull": 1.8}  # fmt: skip
"""Length of a movement without a goal [m]."""
AHEAD = {"run": 5.5, "skip": 4.5, "crawl": 2.0, "sneak": 2.5}
"""How far ahead a goal is placed [m]; 3.2 for the others."""
ON_THE_SPOT = frozenset(("jump", "hop"))
SIDESTEPS = frozenset(("sidestep", "step", "sidle", "shuffle", "slide", "hop", "jump", "leap"))
RADIUS = 1.5
"""Radius of a circle that is walked [m]."""
LEAP = 1.2
"""Length of a jump [m]."""
PERSONAL = 0.9
"""Distance at which one stops before somebody [m]."""


@dataclass(kw_only=True, eq=False)
class Course:
    """The way so far of one movement: waypoints (2,) after the actor's own position.

    Attributes:
        passed: ids that the way may cross.
        target: what the movement aims at.
        stop: repetitions of the cue were used up (loops).
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


def travel(story: Story, who: Performer, action: Action, name: str | None = None) -> None:
    """Perform an action that moves along a path."""
    name = name or action.name
    course = Course(who=who, action=action, name=name, direction=_direction(action))
    cues = cues_of(story, action)
    if not cues and _stays(action, name):
        _on_the_spot(story, who, action, name)
        return
    if "back and forth" in " ".join(action.manner).replace("-", " "):
        _back_and_forth(story, course)
        return
    if not cues or all(cue.kind == "straight" for cue in cues):
        _open(story, course)
    for cue in cues:
        if cue.kind != "straight":
            HANDLERS[cue.kind](story, course, cue)
    finish(story, course)


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
    action = course.action
    loops = any(cue.kind in ("around", "circle") for cue in action.paths)
    return action.duration if loops and len(action.paths) == 1 else None


def _count(course: Course) -> int:
    if course.name in ON_THE_SPOT:
        return course.action.repetitions or (1 if course.name == "jump" else 0)
    return 0


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
    return name in ON_THE_SPOT and not moves or "in place" in action.manner


def _on_the_spot(story: Story, who: Performer, action: Action, name: str) -> None:
    story.rise(who, action)
    duration = story.open_time(action, name)
    count = action.repetitions or (1 if name == "jump" and action.duration is None else 0)
    story.add(who, Beat(name=name, duration=duration, repetitions=count), action)


def cues_of(story: Story, action: Action) -> tuple[PathCue, ...]:
    """Path cues of an action; a bare target becomes one ("approaches the table")."""
    things = {*story.models, *(actor.id for actor in story.script.actors)}
    cues = tuple(cue for cue in action.paths if not cue.targets or {*cue.targets} & things)
    named = {target for cue in cues for target in cue.targets}
    if action.target is None or action.target in named or action.target not in things:
        return cues
    kind = story.models[action.target].kind if action.target in story.models else ""
    verb = action.verb.split()[0]
    if kind in (*flights.FLIGHTS, "ladder"):
        down = verb == "descend" or action.direction == "down"
        return (*cues, PathCue(kind="down" if down else "up", targets=(action.target,)))
    if verb == "leave":
        return (*cues, PathCue(kind="away_from", targets=(action.target,)))
    if verb == "cross" or kind == "bridge":
        return (*cues, PathCue(kind="across", targets=(action.target,)))
    if verb in ("enter", "exit") and kind == "door":
        return (*cues, PathCue(kind="through", targets=(action.target,)))
    if action.name == "jump":
        return (*cues, PathCue(kind="over", targets=(action.target,)))
    if action.name == "climb":
        return (*cues, PathCue(kind="onto", targets=(action.target,)))
    return (*cues, PathCue(kind="towards", targets=(action.target,)))


def _open(story: Story, course: Course) -> None:
    """Straight on, or in a bend to the left or right, as far as said or usual."""
    action = course.action
    distance = _open_distance(story, course)
    side = {"left": 1.0, "right": -1.0}.get(action.direction or "", 0.0)
    angle = action.turn if action.turn is not None else side * np.pi / 2
    if angle and course.direction == "forward":
        radius = min(1.2, 0.6 * distance / abs(angle))
        course.points += list(arc(course.at, course.heading, radius, angle)[1:])
        distance = max(distance - radius * abs(angle), 0.5)
    _lead_to(story, course, course.at + distance * unit(course.heading))


def _open_distance(story: Story, course: Course) -> float:
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
    return story.open_length(course.who, action, name, usual)


def _lead_to(story: Story, course: Course, goal: Array, ignore: tuple[str, ...] = ()) -> None:
    """Go to a place past whatever stands in the way; nearer if something stands there."""
    level = float(course.who.position[2])
    boxes = story.layout.obstacles(level, ignore={*course.passed, *ignore}, actor=course.who.id)
    start = course.at
    for share in (1.0, 1.15, 0.85, 1.3, 0.7, 1.5, 0.5, 0.3):
        spot = start + share * (goal - start)
        if all(box.distance(spot) > CLEARANCE for box in boxes):
            goal = spot
            break
    course.points += story.layout.route(start, goal, boxes)[1:]


# One handler for each kind of path cue ------------------------------------------------------------


def _target(story: Story, cue: PathCue) -> str | None:
    things = {*story.models, *story.people}
    return next((target for target in cue.targets if target in things), None)


def _ahead(course: Course) -> float:
    return AHEAD.get(course.name, 3.2)


def _place(story: Story, course: Course, item: str, gap: float, turned: float | None = None) -> Box:
    """The present box of a thing or person, placed ahead of the way so far if it is nowhere yet."""
    if item in story.people:
        return Box.of_body(story.people[item].position)
    mark = course.who.position
    course.who.position = np.append(course.at, mark[2])
    ensure(story, course.who, item, gap, heading=course.heading, turned=turned)
    course.who.position = mark
    return story.layout.box(item)


def _up(story: Story, course: Course, cue: PathCue) -> None:
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
        _onto(story, course, PathCue(kind="onto", targets=(item,)))
        return
    if who.level is not None and who.level == flights.landing_id(story, item):
        _down(story, course, cue)
        finish(story, course)
    flights.place_up(story, who, item, course.heading)
    beyond = flights.BEYOND + 1.1 * story.followers(who, item)
    way = flights.way_up(story, who, item, beyond)
    _lead_to(story, course, way[0], (item,))
    course.points += way[1:]
    who.level = flights.landing_id(story, item)


def _down(story: Story, course: Course, cue: PathCue) -> None:
    who = course.who
    if course.points:
        finish(story, course)
    item = flights.flight_for(story, cue.targets, course.action.verb)
    course.target = item
    if story.models[item].kind not in flights.FLIGHTS:
        _off(story, course, PathCue(kind="off", targets=(item,)))
        return
    if item not in story.layout.objects:
        if who.level is None:
            flights.place_top(story, who, item)
        flights.place_down(story, who, item)
    beyond = flights.BEYOND + 0.2 + 1.1 * story.followers(who, item)
    course.points += flights.way_down(story, item, beyond)
    who.level = None


def _ladder(story: Story, course: Course, item: str) -> None:
    """Walk to the foot, then climb: the path rises with the rungs."""
    who, action = course.who, course.action
    _place(story, course, item, 1.6)
    ladder = story.layout.objects[item]
    front = unit(ladder.heading)
    foot = ladder.position[:2] + (ladder.size[0] / 2 + 0.22) * front
    _lead_to(story, course, foot, (item,))
    points, course.points = course.points, []
    story.go(who, who.gait, points, action, target=item)
    story.face(who, ladder.position, action)
    height = max(float(ladder.size[2]) - 1.35, 0.6)
    rise = np.linspace(0.0, 1.0, int(height / 0.08) + 2)[:, None]
    lean = -front * 0.6 * ladder.size[0] * height / ladder.size[2]
    path = who.position + rise * np.array([*lean, height])
    duration = height / (0.45 * max(course.action.speed, 0.4)) + 0.4
    point = np.append(ladder.position[:2], ladder.position[2] + ladder.size[2])
    beat = Beat(name="climb", duration=duration, path=path, target=item, point=point)
    story.add(who, beat, action)


def _around(story: Story, course: Course, cue: PathCue) -> None:
    item = _target(story, cue)
    if item is None:
        _wander(story, course)
        return
    box = _place(story, course, item, 1.8)
    course.target = item
    clockwise = course.action.direction == "right" or "clockwise" in course.action.manner
    last = course.action.paths[-1] is cue or course.action.paths[-1] == cue
    turns = _loops(story, course, 2 * np.pi * (box.half.max() + 0.8)) if last else 0.5
    ring = loop(box, course.at, 0.55, (-2 if clockwise else 2) * np.pi * turns)
    first = int(np.argmin(np.linalg.norm(ring[:5] - course.at, axis=1)))
    _lead_to(story, course, ring[first])
    course.points += list(ring[first + 1 :])


def _loops(story: Story, course: Course, once: float) -> float:
    action = course.action
    if action.repetitions:
        return float(action.repetitions)
    if action.duration is not None:
        run = action.duration * ground_speed(course.who, action, course.name)
        return float(max(round(run / once), 1))
    return 1.0


def _wander(story: Story, course: Course) -> None:
    """A lazy S: there is nothing to go round."""
    distance = _open_distance(story, course)
    for angle in (1.1, -2.2, 1.4):
        radius = 0.33 * distance / abs(angle)
        course.points += list(arc(course.at, course.heading, radius, angle)[1:])


def _circle(story: Story, course: Course, cue: PathCue) -> None:
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


def _zigzag(story: Story, course: Course, cue: PathCue) -> None:
    distance = max(_open_distance(story, course), 3.5)
    course.points += list(zigzag(course.at, course.heading, distance)[1:])


def _towards(story: Story, course: Course, cue: PathCue) -> None:
    who, action = course.who, course.action
    item = _target(story, cue)
    if item is None:
        _open(story, course)
        return
    course.target = item
    if item in story.people:
        goal = _meeting_point(story, who, item)
        if np.linalg.norm(goal - course.at) > 0.1:
            _lead_to(story, course, goal, (item,))
        return
    gap = action.distance or _ahead(course)
    _place(story, course, item, gap + 0.45)
    mark = who.position
    who.position = np.append(course.at, mark[2])
    goal = stand_by(story, who, item, _approach_reach(story, item))
    who.position = mark
    _lead_to(story, course, goal)


def _approach_reach(story: Story, item: str) -> float:
    size = story.layout.objects[item].size
    return 0.45 + float(min(size[:2])) / 2


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
    share = (gap / 2 - PERSONAL / 2) if mutual else gap - PERSONAL
    return who.position[:2] + max(share, 0.0) * offset / gap


def _away(story: Story, course: Course, cue: PathCue) -> None:
    """Turn the back on something and go; it is placed behind if it is nowhere yet."""
    item = _target(story, cue)
    if item is not None and item in story.models and item not in story.layout.objects:
        behind = course.heading + np.pi
        ensure(story, course.who, item, 0.7, heading=behind)
    if item is not None:
        centre = story.layout.box(item).centre if item in story.models else None
        there = story.people[item].position[:2] if centre is None else centre
        heading = facing(there, course.at)
        _lead_to(story, course, course.at + _open_distance(story, course) * unit(heading))
        return
    _open(story, course)


def _through(story: Story, course: Course, cue: PathCue) -> None:
    """Straight through the middle of a thing, from front to back, and on."""
    item = _target(story, cue)
    if item is None or item in story.people:
        _open(story, course)
        return
    box = _place(story, course, item, 2.0)
    course.passed.add(item)
    course.target = item
    axis = unit(box.heading) * (-1.0 if (course.at - box.centre) @ unit(box.heading) > 0 else 1.0)
    near = box.centre - axis * (box.half[0] + 0.7)
    beyond = box.half[0] + 1.4 + 1.1 * story.followers(course.who, item)
    if np.linalg.norm(near - course.at) > 0.3:
        _lead_to(story, course, near)
    course.points += [box.centre, box.centre + axis * beyond]


def _over(story: Story, course: Course, cue: PathCue) -> None:
    item = _target(story, cue)
    if item is None or item in story.people:
        _open(story, course)
        return
    walkable = story.models[item].kind == "bridge"
    if course.name != "jump" or walkable:
        _across(story, course, cue)
        return
    _jump(story, course, item, onto=False)


def _across(story: Story, course: Course, cue: PathCue) -> None:
    """Along the depth of something that lies before the actor (a bridge, a rug)."""
    item = _target(story, cue)
    if item is None or item in story.people:
        _open(story, course)
        return
    if item not in story.layout.objects:
        _place(story, course, item, 1.3, turned=0.0)
    _through(story, course, cue)


def _jump(story: Story, course: Course, item: str, *, onto: bool) -> None:
    """Run up to a thing and jump over it or onto it."""
    who, action = course.who, course.action
    box = _place(story, course, item, 1.6)
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
    top = box.high
    landing = box.centre if onto else box.centre + (rim + 0.55) * axis
    path = _straight(story, who.position, landing, top if onto else None)
    point = path[-1]
    beat = Beat(
        name="jump", duration=1.4, path=path, target=item, point=point,
        repetitions=1,
    )  # fmt: skip
    story.add(who, beat, action)


def _straight(story: Story, start: Array, goal: Array, top: float | None) -> Array:
    """A straight path (N, 3) in short steps; it ends at height `top` if that is given."""
    count = int(np.linalg.norm(goal - start[:2]) / 0.08) + 2
    path = story.layout.ground(np.linspace(start[:2], goal, count))
    if top is not None:
        rise = np.clip((np.linspace(0.0, 1.0, count) - 0.35) / 0.3, 0.0, 1.0)
        path[:, 2] = start[2] + rise * (top - start[2])
    return path


def _onto(story: Story, course: Course, cue: PathCue) -> None:
    item = _target(story, cue)
    if item is None or item in story.people:
        _open(story, course)
        return
    kind = story.models[item].kind
    if kind in flights.FLIGHTS:
        _up(story, course, cue)
        return
    box = _place(story, course, item, 1.5)
    course.target = item
    if box.high - box.low > 0.05 and not (is_walkable(story.layout.objects[item]) and
                                          box.high - box.low <= 0.2):  # fmt: skip
        _step_up(story, course, item, box)
        return
    course.passed.add(item)
    _lead_to(story, course, box.centre)


def _step_up(story: Story, course: Course, item: str, box: Box) -> None:
    """Climb or jump on top of a thing."""
    who, action = course.who, course.action
    if course.name == "jump":
        _jump(story, course, item, onto=True)
        return
    goal = stand_by(story, who, item, box.half.min() + 0.3)
    _lead_to(story, course, goal)
    points, course.points = course.points, []
    story.go(who, who.gait, points, action, target=item)
    story.face(who, box.centre, action)
    path = _straight(story, who.position, box.centre, box.high)
    duration = 1.2 + 1.2 * (box.high - box.low)
    story.add(who, Beat(name="climb", duration=duration, path=path, target=item), action)


def _off(story: Story, course: Course, cue: PathCue) -> None:
    """Down from what one stands on, straight ahead."""
    who = course.who
    item = _target(story, cue)
    if item is None or item not in story.layout.objects or float(who.position[2]) < 0.05:
        _away(story, course, cue)
        return
    box = story.layout.box(item)
    direction = unit(course.heading)
    goal = course.at + (box.edge(direction) + 0.7) * direction
    path = _straight(story, who.position, goal, 0.0)
    name = "jump" if course.name == "jump" else "climb" if box.high > 0.5 else "walk"
    beat = Beat(name=name, duration=1.4, path=path, target=item, point=path[-1], repetitions=1)
    story.add(who, beat, course.action)
    who.level = None


def _under(story: Story, course: Course, cue: PathCue) -> None:
    item = _target(story, cue)
    if item is None or item in story.people:
        _open(story, course)
        return
    _through(story, course, cue)


def _along(story: Story, course: Course, cue: PathCue) -> None:
    """Beside something long that lies in the direction of travel, on the actor's left."""
    item = _target(story, cue)
    distance = max(_open_distance(story, course), 3.0)
    if item in story.models and item not in story.layout.objects:
        model = story.models[item]
        heading = course.heading
        long_side = heading - np.pi / 2 if model.size[1] >= model.size[0] else heading
        reach = min(model.size[:2]) / 2 + 0.75
        middle = course.at + distance / 2 * unit(heading)
        poses = [(middle + side * reach * unit(heading + np.pi / 2), long_side) for side in (1, -1)]
        put(story, item, poses, level=course.who.level)
    course.target = item
    _lead_to(story, course, course.at + distance * unit(course.heading))


def _between(story: Story, course: Course, cue: PathCue) -> None:
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
        _open(story, course)
        return
    middle = np.mean(centres, axis=0)
    axis = middle - at
    if len(centres) == 2:
        line = centres[1] - centres[0]
        normal = np.array([-line[1], line[0]]) / max(float(np.linalg.norm(line)), 1e-6)
        axis = normal * (1.0 if axis @ normal >= 0 else -1.0)
    axis = axis / max(float(np.linalg.norm(axis)), 1e-6)
    course.points += [middle - 0.4 * axis, middle, middle + 1.6 * axis]


def _past(story: Story, course: Course, cue: PathCue) -> None:
    """Straight on, with the thing at the side half way."""
    item = _target(story, cue)
    distance = max(_open_distance(story, course), 4.0)
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
    _lead_to(story, course, goal)


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


def nearest_turn(who: Performer, heading: float) -> float:
    """The shorter angle [rad] from the present heading to another."""
    return wrap(heading - who.heading)


HANDLERS: dict[str, Callable[[Story, Course, PathCue], None]] = {
    "up": _up, "down": _down, "around": _around, "towards": _towards, "away_from": _away,
    "through": _through, "over": _over, "under": _under, "along": _along, "across": _across,
    "between": _between, "past": _past, "onto": _onto, "into": _towards, "off": _off,
    "from": _away, "circle": _circle, "zigzag": _zigzag,
}  # fmt: skip
