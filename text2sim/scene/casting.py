"""Where the actors begin: who faces whom, who stands beside what."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from text2sim.actions import ACTIONS
from text2sim.scene import flights
from text2sim.scene.characters import make_characters
from text2sim.scene.geometry import Array, Box, unit
from text2sim.scene.implied import CHASES
from text2sim.scene.layout import Pose, facing
from text2sim.scene.placement import CAMERA_AZIMUTH, camera_right, ensure, put
from text2sim.scene.story import Performer, Story
from text2sim.scene.travel import cues_of
from text2sim.types import Action, Actor, Character, PlannedActor, Relation

BESIDE = 1.2
"""Distance between actors who do the same side by side [m]."""
APART = {"throw": 3.6, "catch": 3.6, "kick": 1.9, "punch": 1.7, "push": 1.8, "dance": 1.3}
"""Distance between two who have to do with each other [m]; 4.2 before a walk, else 1.9."""


def cast(story: Story, characters: dict[str, Character]) -> None:
    """Give every actor a place to begin, and place what they stand on or beside."""
    for number, actor in enumerate(story.script.actors):
        position, heading = _begin(story, actor.id, number)
        who = Performer(
            actor=actor, character=characters[actor.id], position=np.append(position, 0.0),
            heading=heading,
        )  # fmt: skip
        story.people[actor.id] = who
        story.layout.bodies[actor.id] = who.position
    for who in story.people.values():
        _start_high(story, who)
        for relation in story.script.relations:
            if relation.subject == who.id:
                _place_around(story, who, relation)
    for who in story.people.values():
        start = PlannedActor(
            id=who.id, character=who.character, position=who.position, heading=who.heading
        )
        story.starts.append(start)


def _begin(story: Story, name: str, number: int) -> Pose:
    """Ground point (2,) and heading of an actor before the story."""
    if number == 0:
        return np.zeros(2), 0.0
    for relation in story.script.relations:
        if relation.subject == name and relation.references[0] in story.people:
            return _related(story.people[relation.references[0]], relation.kind)
        if relation.references[0] == name and relation.subject in story.people:
            mirrored = {"left_of": "right_of", "right_of": "left_of", "behind": "in_front_of",
                        "in_front_of": "behind"}.get(relation.kind, relation.kind)  # fmt: skip
            return _related(story.people[relation.subject], mirrored)
    for action in story.script.actions:
        partner = _partner(story, name, action)
        if partner is not None:
            return _free(story, _opposite(story, story.people[partner], name, action))
    if _shares_flight(story, name):
        return np.array([-BESIDE * number, 0.0]), 0.0
    side = 1.0 if number % 2 else -1.0
    return np.array([0.0, side * BESIDE * ((number + 1) // 2)]), 0.0


def _partner(story: Story, name: str, action: Action) -> str | None:
    """The actor already placed with whom `name` has to do in an action."""
    named = {action.target, action.recipient, *(t for cue in action.paths for t in cue.targets)}
    if action.actor == name:
        return next((other for other in story.people if other in named), None)
    return action.actor if name in named and action.actor in story.people else None


def _opposite(story: Story, partner: Performer, name: str, action: Action) -> Pose:
    movers = {item.actor for item in story.script.actions if ACTIONS[item.name].travels}
    usual = 4.2 if {name, partner.id} & movers else 1.9
    gap = usual if usual > 2.0 else APART.get(action.name, usual)
    if action.recipient in (name, partner.id):
        gap = max(gap, APART["throw"])
    verb = action.verb.split()[0]
    if verb in CHASES:
        sign = -1.0 if action.actor == name else 1.0
        return partner.position[:2] + sign * 1.6 * unit(partner.heading), partner.heading
    if any(cue.kind == "away_from" for cue in action.paths):
        gap = 1.2
    return partner.position[:2] + gap * unit(partner.heading), partner.heading + np.pi


def _free(story: Story, pose: Pose) -> Pose:
    """The pose, moved sideways until nobody stands there."""
    spot, heading = pose
    for aside in (0.0, 0.9, -0.9, 1.8, -1.8, 2.7, -2.7):
        moved = spot + aside * unit(heading + np.pi / 2)
        if all(np.linalg.norm(moved - body[:2]) > 0.8 for body in story.layout.bodies.values()):
            return moved, heading
    return pose


def _related(other: Performer, kind: str) -> Pose:
    offsets = {
        "behind": -BESIDE * unit(other.heading),
        "in_front_of": 1.3 * unit(other.heading),
        "left_of": -BESIDE * camera_right(),
        "right_of": BESIDE * camera_right(),
        "far_from": 4.0 * unit(other.heading),
    }
    offset = offsets.get(kind, 0.9 * unit(other.heading + np.pi / 2))
    turned = np.pi if kind in ("in_front_of", "far_from") else 0.0
    return other.position[:2] + offset, other.heading + turned


def _shares_flight(story: Story, name: str) -> bool:
    """Somebody placed before goes the same stairs, bridge or door: then one queues behind."""
    mine: set[str] = set()
    others: set[str] = set()
    for action in story.script.actions:
        for cue in cues_of(story, action):
            if cue.kind in ("up", "down", "through", "across", "onto"):
                (mine if action.actor == name else others).update(cue.targets or ("",))
    return bool(mine & others)


def _start_high(story: Story, who: Performer) -> None:
    """Begin on top if the first thing about a flight is to go down it, or to get off a thing."""
    for action in story.script.actions:
        if action.actor != who.id:
            continue
        for cue in cues_of(story, action):
            target = next((name for name in cue.targets if name in story.models), None)
            if cue.kind in ("up", "onto"):
                return
            if cue.kind == "down" or (cue.kind == "off" and target is not None):
                item = target or flights.flight_for(story, (), action.verb)
                _put_on_top(story, who, item)
                return


def _put_on_top(story: Story, who: Performer, item: str) -> None:
    kind = story.models[item].kind
    if kind in flights.FLIGHTS:
        flights.place_top(story, who, item)
    elif story.models[item].size[2] <= 1.2:
        _stand_on(story, who, item)


def _stand_on(story: Story, who: Performer, item: str) -> None:
    if item not in story.layout.objects:
        put(story, item, [(who.position[:2], who.heading)], ignore=story.people)
    story.layout.fix(item)
    box = story.layout.box(item)
    who.position = np.append(box.centre, box.high)
    story.layout.bodies[who.id] = who.position


def _place_around(story: Story, who: Performer, relation: Relation) -> None:
    """Place the things an actor is said to stand by, unless its actions will do so."""
    items = [name for name in relation.references if name in story.models]
    mine = [action for action in story.script.actions if action.actor == who.id]
    if not items or (mine and mine[0].name in ("sit", "lie", "stand_up")):
        return
    if relation.kind == "on":
        _put_on_top(story, who, items[0])
        return
    if mine and ACTIONS[mine[0].name].travels and relation.kind not in ("next_to", "behind"):
        return
    for number, item in enumerate(items):
        if item not in story.layout.objects:
            poses = _poses(story, who, item, relation.kind, number)
            put(story, item, poses, level=who.level, ignore=[who.id])


def _poses(story: Story, who: Performer, item: str, kind: str, number: int) -> Iterator[Pose]:
    left = unit(who.heading + np.pi / 2)
    directions: dict[str, Array] = {
        "behind": unit(who.heading),
        "at": unit(who.heading),
        "in_front_of": unit(CAMERA_AZIMUTH + np.pi),
        "left_of": camera_right(),
        "right_of": -camera_right(),
        "between": left if number == 0 else -left,
        "far_from": unit(who.heading),
    }
    wish = directions.get(kind, left)
    size = story.models[item].size
    gap = 3.5 if kind == "far_from" else 0.3 if kind == "under" else 0.45
    heading = facing(wish, np.zeros(2))
    for turn in (0.0, 0.5, -0.5, np.pi) if kind != "between" else (0.0,):
        direction = unit(facing(np.zeros(2), wish) + turn)
        probe = Box(centre=np.zeros(2), heading=heading, half=size[:2] / 2, low=0.0, high=1.0)
        yield who.position[:2] + (gap + probe.edge(direction)) * direction, heading


def place_rest(story: Story) -> None:
    """Place the props that no action needed: by their relations, else beside the way."""
    if not story.people:
        _place_without_people(story)
        return
    first = next(iter(story.people.values()))
    path = story.layout.taken[0] if story.layout.taken else first.position[None]
    for item in list(story.models):
        if item in story.layout.objects:
            continue
        spot = path[len(path) // 2]
        mark = first.position, first.heading
        first.position, first.heading = np.append(spot[:2], 0.0), first.heading + np.pi / 2
        ensure(story, first, item, 1.1)
        first.position, first.heading = mark


def _place_without_people(story: Story) -> None:
    nobody = Actor(id="", noun="nobody")
    looks = make_characters([nobody], np.random.default_rng(0))[""]
    viewer = Performer(actor=nobody, character=looks, position=np.array([-1.5, 0.0, 0.0]))
    for item in list(story.models):
        ensure(story, viewer, item, 1.5)
