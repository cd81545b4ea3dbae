"""Doing things with things: walk up, pick up, put down, carry, push, pull, reach."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from text2sim.actions import ACTIONS
from text2sim.catalogue import KINDS
from text2sim.scene.geometry import Array, raised, unit
from text2sim.scene.layout import facing
from text2sim.scene.paths import resample
from text2sim.scene.placement import add_implied, ensure, resting_height
from text2sim.scene.shoving import shove
from text2sim.scene.stations import (
    NEARBY,
    stand_by,
)
from text2sim.scene.story import Beat, Performer, Story, travel_time
from text2sim.types import Action

DOOR_DEPTH = 0.14
"""Of a door whose leaf is closed [m]."""
OPENING = 0.3
"""How far one walks as one pushes a door open [m]."""


def approach(
    story: Story,
    who: Performer,
    action: Action,
    item: str,
    reach: float,
    *,
    aside: float = 0.0,
    slack: float = 0.15,
) -> None:
    """Walk up to a thing or a person until it is within reach (and slack) [m], and face it."""
    if item in story.people:
        there = story.people[item].position
        gap = float(np.linalg.norm(there[:2] - who.position[:2]))
        if gap > reach + slack:
            goal = there[:2] + reach * unit(facing(there, who.position))
            _walk(story, who, action, goal, item)
        story.face(who, there, action)
        return
    place = ensure(story, who, item, NEARBY)
    centre = story.layout.position(item)
    least = max(reach, float(place.size[:2].min()) / 2 + 0.24)
    goal = stand_by(story, who, item, least, aside=aside)
    if np.linalg.norm(goal - who.position[:2]) > 0.12:
        _walk(story, who, action, goal, item)
    direction = unit(facing(goal, centre))
    shifted = centre[:2] + aside * np.array([-direction[1], direction[0]])
    story.face(who, shifted, action, 0.15)
    if np.linalg.norm(centre[:2] - who.position[:2]) > 0.85 + float(place.size[:2].max()) / 2:
        story.warn(f"The {place.label} is out of {who.actor.noun}'s reach.")


def _walk(story: Story, who: Performer, action: Action, goal: Array, item: str | None) -> None:
    boxes = story.layout.obstacles(float(who.position[2]), actor=who.id, ignore=[item or ""])
    if item in story.layout.objects:
        boxes.append(story.layout.box(item or ""))
    story.go(who, who.gait, story.layout.route(who.position, goal, boxes)[1:], action, target=item)


def thing_for(story: Story, who: Performer, action: Action, kind: str, deed: str) -> str:
    """Id of what an action is about; a thing is added where the prompt names none."""
    if action.target in story.models or action.target in story.people:
        return str(action.target)
    if who.holding is not None:
        return who.holding
    words = f"a {kind} was added for {who.actor.noun} to {deed}."
    return add_implied(story, kind, note=f"Nothing was named to {deed}: {words}")


def middle(story: Story, item: str) -> Array:
    """The point of a thing (its middle) or a person (the chest) to act upon, (3,)."""
    if item in story.people:
        body = story.people[item]
        return raised(body.position, 0.74 * body.character.stature)
    size = story.layout.objects[item].size
    return raised(story.layout.position(item), float(size[2]) / 2)


def pick_up(story: Story, who: Performer, action: Action, item: str | None = None) -> None:
    """Walk to a thing and take it up."""
    item = item or thing_for(story, who, action, "box", "pick up")
    if item in story.people or who.holding == item:
        return
    if who.holding is not None:
        put_down(story, who, action, item=who.holding)
    approach(story, who, action, item, ACTIONS["pick_up"].reach or 0.4)
    beat = Beat(
        name="pick_up", duration=story.single_time(action, "pick_up"), target=item,
        point=middle(story, item), repetitions=1, handed=_one_handed(story, item),
    )  # fmt: skip
    story.add(who, beat, action)
    who.holding = item
    story.layout.held.add(item)


def _one_handed(story: Story, item: str) -> bool:
    return item in story.layout.objects and float(story.layout.objects[item].size.max()) < 0.3


def put_down(story: Story, who: Performer, action: Action, item: str | None = None) -> None:
    """Put what one holds where the action says, else on the ground ahead."""
    item = item or who.holding
    if item is None:
        pick_up(story, who, action)
        item = who.holding
    if item is None:
        return
    place = destination(story, action, item)
    model = story.models[item]
    if place is not None:
        approach(story, who, action, place, 0.45)
        spot = _drop_spot(story, who, place, model.size)
    else:
        ahead = who.position[:2] + (0.42 + model.size[0] / 2) * unit(who.heading)
        spot = story.layout.ground(ahead)
    beat = Beat(
        name="put_down", duration=story.single_time(action, "put_down"), target=item,
        point=raised(spot, float(model.size[2]) / 2), repetitions=1,
        handed=_one_handed(story, item),
    )  # fmt: skip
    story.add(who, beat, action)
    release(story, who, item, spot)


def release(story: Story, who: Performer, item: str, spot: Array) -> None:
    """The thing is out of the hands and comes to rest with its base at `spot` (3,)."""
    who.holding = None
    story.layout.held.discard(item)
    story.layout.move(item, spot)


def destination(story: Story, action: Action, item: str) -> str | None:
    """The thing or person to which an action brings `item`, or None."""
    things = {*story.models, *story.people} - {item}
    ends = [cue for cue in action.paths if cue.kind in ("towards", "into", "onto", "over", "under")]
    named = [action.recipient, *(target for cue in ends for target in cue.targets)]
    if action.target != item:
        named.append(action.target)
    return next((name for name in named if name in things), None)


def _drop_spot(story: Story, who: Performer, place: str, size: Array) -> Array:
    """Where a thing goes at a destination: on top near the edge, else on the ground before it."""
    if place in story.people:
        return who.position + np.append(0.45 * unit(who.heading), 0.0)
    box, item = story.layout.box(place), story.layout.objects[place]
    spec = KINDS.get(item.kind)
    towards = unit(facing(box.centre, who.position))
    if spec is None or (spec.surface is None and spec.seat is None):
        spot = box.centre + (box.edge(towards) + 0.05 + size[0] / 2) * towards
        return story.layout.ground(spot)
    inset = max(box.edge(towards) - size[:2].max() / 2 - 0.08, 0.0)
    return np.append(box.centre + inset * towards, resting_height(item, box.low))


def carry(story: Story, who: Performer, action: Action) -> None:
    """Pick a thing up, go somewhere with it and put it down there, if there is a "there"."""
    from text2sim.scene.travel import travel

    item = thing_for(story, who, action, "box", "carry")
    if who.holding != item:
        pick_up(story, who, action, item)
    place = destination(story, action, item)
    direct = all(cue.kind in ("towards", "into", "onto") for cue in action.paths)
    if place is None or not direct:
        travel(story, who, replace(action, target=None), "walk")
    if place is not None:
        put_down(story, who, action, item)


def push(story: Story, who: Performer, action: Action) -> None:
    """Push a thing ahead, or pull it after oneself."""
    item = thing_for(story, who, action, "box", action.name)
    if item in story.people:
        strike_like = Beat(name="push", duration=1.5, target=item, repetitions=1)
        approach(story, who, action, item, 0.55)
        shove(story, who, action, story.add(who, strike_like, action))
        return
    approach(story, who, action, item, ACTIONS[action.name].reach or 0.45)
    planned, base = story.layout.objects[item], story.layout.position(item)
    pulls = action.name == "pull"
    heading = who.heading + (np.pi if pulls else 0.0)
    story.layout.held.add(item)
    distance = _free_run(story, who, heading, _push_distance(story, who, action, item))
    story.layout.held.discard(item)
    goal = who.position[:2] + distance * unit(heading)
    path = story.layout.ground(resample(np.stack([who.position[:2], goal])))
    height = min(float(planned.size[2]) * 0.8, 0.72 * who.character.stature)
    box = story.layout.box(item)
    rim = box.centre - box.edge(unit(who.heading)) * unit(who.heading)
    beat = Beat(
        name=action.name, duration=travel_time(who, action, action.name, path), path=path,
        direction="backward" if pulls else "forward", target=item,
        point=np.append(rim, base[2] + height),
    )  # fmt: skip
    story.add(who, beat, action)
    story.layout.move(item, base + np.append(distance * unit(heading), 0.0))


def _push_distance(story: Story, who: Performer, action: Action, item: str) -> float:
    place = destination(story, action, item)
    if place is not None and place in story.models:
        reach = float(story.models[item].size[:2].max()) / 2
        ensure(story, who, place, NEARBY + 1.8)
        gap = float(story.layout.box(place).distance(story.layout.position(item)[:2]))
        return max(gap - reach - 0.05, 0.3)
    return story.open_length(who, action, action.name, 1.8)


def _free_run(story: Story, who: Performer, heading: float, distance: float) -> float:
    boxes = story.layout.obstacles(float(who.position[2]), actor=who.id)
    start = who.position[:2]
    while distance > 0.4:
        ends = start + (distance + 0.4) * unit(heading)
        if not any(box.crosses(start, ends, 0.2) and box.distance(start) > 0.2 for box in boxes):
            break
        distance -= 0.2
    return max(distance, 0.3)


def open_door(story: Story, who: Performer, action: Action, item: str) -> None:
    """Walk up to a closed door and push its leaf open, away from oneself."""
    if item not in story.layout.objects:
        model = story.models[item]
        size = np.array([DOOR_DEPTH, *model.size[1:]])
        story.models[item] = replace(model, size=size)
    approach(story, who, action, item, 0.5)
    ahead = unit(who.heading)
    path = story.layout.ground(
        resample(np.stack([who.position[:2], who.position[:2] + OPENING * ahead]))
    )
    box = story.layout.box(item)
    rim = box.centre - box.edge(ahead) * ahead
    beat = Beat(
        name="push", duration=1.6, path=path,
        point=np.append(rim, 0.62 * who.character.stature),
    )  # fmt: skip
    story.add(who, beat, action)


def touch(story: Story, who: Performer, action: Action) -> None:
    """Reach for a thing; a door is pushed open."""
    model = story.models.get(action.target or "")
    if action.target and model and model.kind == "door" and action.verb.startswith("open"):
        open_door(story, who, action, action.target)
        return
    target = action.target if action.target in {*story.models, *story.people} else None
    point = None
    if target is not None:
        approach(story, who, action, target, ACTIONS["reach"].reach or 0.5, slack=0.45)
        point = middle(story, target)
        point[2] = min(max(point[2], 0.3), 1.5)
    beat = Beat(
        name="reach", duration=story.single_time(action, "reach"), target=target, point=point,
        repetitions=action.repetitions or 1, handed=True,
    )  # fmt: skip
    story.add(who, beat, action)
