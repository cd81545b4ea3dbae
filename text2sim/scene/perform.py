"""Performing a script: the order of actions, and which routine each of them is for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from text2sim.actions import ACTIONS
from text2sim.scene import handling, seating, shoving, striking
from text2sim.scene.geometry import raised
from text2sim.scene.placement import ensure
from text2sim.scene.story import Beat, Performer, Story
from text2sim.scene.travel import travel, turn_angle
from text2sim.types import Action

LOOK_ASIDE = 1.0
"""A gesture at something farther to the side [rad] makes the body turn first."""
Routine = Callable[[Story, Performer, Action], None]


def perform(story: Story) -> None:
    """Act out all actions of the script in order."""
    for action in normalise(story):
        who = story.people[action.actor]
        begin, together = _begin(story, who, action)
        if together and ACTIONS[action.name].layer == "upper":
            _gesture_beside(story, who, action)
            continue
        who.time = max(who.time, shoving.due(story, action, begin))
        first = len(story.segments)
        routine = shoving.is_pushed if action.pushed else ROUTINES.get(action.name, _on_the_spot)
        routine(story, who, action)
        mine = [seg for seg in story.segments[first:] if seg.actor == who.id]
        begin = mine[0].start if mine else who.time
        story.spans[action.id] = (begin, max([who.time, *(seg.end for seg in mine)]))


def _begin(story: Story, who: Performer, action: Action) -> tuple[float, bool]:
    """Earliest time of an action, and whether it runs beside another of the same actor."""
    if action.anchor not in story.spans:
        return who.time, False
    start, end = story.spans[action.anchor]
    if action.start == "after":
        return end, False
    anchor = next(item for item in story.script.actions if item.id == action.anchor)
    same = anchor.actor == who.id
    if same and ACTIONS[action.name].layer == "full" and action.name not in _MERGED:
        story.warn(
            f"{who.actor.noun} can't {anchor.verb} and {action.verb} at the same time: "
            f"they follow each other."
        )
    return (who.time if same else start), same


_MERGED = ("carry", "pick_up")


def normalise(story: Story) -> list[Action]:
    """Actions in an order to perform them: what the legs do goes before gestures beside it.

    "waves while walking" becomes a walk with a wave; "walks while carrying a box" becomes the
    lifting of the box, then the walk; "is pushed while walking" a walk, a push and a walk.
    """
    actions = [action for action in story.script.actions if action.actor in story.people]
    for index, action in enumerate(list(actions)):
        other = next((item for item in actions if item.id == action.anchor), None)
        if action.start != "with" or other is None or other.actor != action.actor:
            continue
        if action.pushed != other.pushed:
            push, going = (action, other) if action.pushed else (other, action)
            _push_between(actions, push, going, falls=shoving.falls_next(story, push, push.actor))
            continue
        layers = ACTIONS[other.name].layer, ACTIONS[action.name].layer
        place = actions.index(other)
        lifted = action.name in _MERGED and ACTIONS[other.name].travels
        if layers == ("upper", "full") or lifted:
            leader = replace(action, start=other.start, anchor=other.anchor)
            if lifted:
                leader = replace(leader, name="pick_up", paths=())
            follower = replace(other, start="after" if lifted else "with", anchor=action.id)
            del actions[index]
            actions[place : place + 1] = [leader, follower]
    return actions


def _push_between(actions: list[Action], push: Action, going: Action, *, falls: bool) -> None:
    """What somebody is pushed in the middle of goes before it and, unless he falls, after it."""
    lead = going if actions.index(going) < actions.index(push) else push
    place = actions.index(lead)
    before = replace(going, start=lead.start, anchor=lead.anchor, id=f"{going.id} begun", paths=(),
                     target=None, distance=going.distance and 0.5 * going.distance)  # fmt: skip
    after = replace(going, start="after", anchor=push.id, distance=before.distance)
    actions.remove(push)
    actions.remove(going)
    push = replace(push, start="after", anchor=before.id)
    actions[place:place] = [before, push] if falls else [before, push, after]


def _gesture_beside(story: Story, who: Performer, action: Action) -> None:
    """A gesture over the whole time of the action it goes with."""
    start, end = story.spans[str(action.anchor)]
    if end - start < 0.6:
        end = start + ACTIONS[action.name].duration
    if action.duration is not None:
        end = min(start + action.duration, max(end, start + 0.6))
    target, point = _aim(story, who, action)
    beat = Beat(
        name=action.name, duration=end - start, target=target, point=point,
        repetitions=action.repetitions or 0, handed=action.name in ("wave", "point", "drink"),
    )  # fmt: skip
    story.overlay(who, beat, action, start)
    story.spans[action.id] = (start, end)


def _aim(story: Story, who: Performer, action: Action) -> tuple[str | None, np.ndarray | None]:
    """What a gesture is meant for, and the point there."""
    named = [action.target, action.recipient, *(t for cue in action.paths for t in cue.targets)]
    target = next((name for name in named if name in {*story.models, *story.people}), None)
    if target is None or target == who.holding:
        return target, None
    if target in story.people:
        body = story.people[target]
        return target, raised(body.position, 0.93 * body.character.stature)
    ensure(story, who, target, 2.2)
    return target, handling.middle(story, target)


def _gesture(story: Story, who: Performer, action: Action) -> None:
    """A gesture of its own: face what it is meant for, then make it."""
    if action.name == "drink" or action.verb == "play":
        _fetch(story, who, action)
    target, point = _aim(story, who, action)
    if point is not None and who.posture == "standing":
        story.face(who, point, action, LOOK_ASIDE if action.name == "look" else 0.5)
    duration = story.open_time(action, action.name)
    beat = Beat(
        name=action.name, duration=duration, target=target, point=point,
        repetitions=action.repetitions or 0, handed=action.name in ("wave", "point", "drink"),
    )  # fmt: skip
    story.overlay(who, beat, action, who.time)
    who.time += duration


def _fetch(story: Story, who: Performer, action: Action) -> None:
    """What is drunk or eaten is taken up first."""
    if action.target in story.models and who.holding != action.target and who.posture == "standing":
        handling.pick_up(story, who, action)


def _on_the_spot(story: Story, who: Performer, action: Action) -> None:
    if ACTIONS[action.name].layer == "upper":
        _gesture(story, who, action)
        return
    if action.name != "kneel" or who.posture != "kneeling":
        story.rise(who, action)
    target, point = _aim(story, who, action)
    if point is not None:
        story.face(who, point, action, 0.5)
    count = action.repetitions or (1 if action.name in ("bow", "squat", "fall", "kneel") else 0)
    beat = Beat(
        name=action.name, duration=story.open_time(action, action.name), target=target,
        point=point, repetitions=count,
    )  # fmt: skip
    story.add(who, beat, action)


def _turn(story: Story, who: Performer, action: Action) -> None:
    _, point = _aim(story, who, action)
    if point is not None and action.turn is None:
        story.face(who, point, action)
        return
    angle = turn_angle(who, action) * (action.repetitions or 1)
    if action.duration is None:
        story.turn(who, angle, action)
        return
    story.rise(who, action)
    story.add(who, Beat(name="turn", duration=action.duration, turn=angle), action)


def _spin(story: Story, who: Performer, action: Action) -> None:
    story.rise(who, action)
    sign = -1.0 if action.direction == "right" or "clockwise" in action.manner else 1.0
    count = action.repetitions or 1
    angle = action.turn if action.turn is not None else sign * 2.0 * np.pi * count
    duration = action.duration or story.single_time(action, "spin") * count
    beat = Beat(name="spin", duration=duration, turn=angle, repetitions=count)
    story.add(who, beat, action)


_GAITS = ("walk", "run", "sneak", "march", "crawl", "hop", "skip", "jump", "climb")


def _go(story: Story, who: Performer, action: Action) -> None:
    travel(story, who, action)


ROUTINES: dict[str, Routine] = {
    **dict.fromkeys(_GAITS, _go),
    "turn": _turn, "spin": _spin, "pick_up": handling.pick_up, "put_down": handling.put_down,
    "carry": handling.carry, "throw": striking.throw, "catch": striking.catch,
    "kick": striking.strike, "punch": striking.strike, "push": handling.push,
    "pull": handling.push, "fall": shoving.fall, "sit": seating.sit, "lie": seating.sit,
    "stand_up": seating.stand_up, "reach": handling.touch,
}  # fmt: skip
"""Action -> routine; every other action happens on the spot."""
