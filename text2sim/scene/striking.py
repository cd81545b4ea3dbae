"""Throwing and catching, kicking and punching."""

from __future__ import annotations

import numpy as np

from text2sim.actions import ACTIONS
from text2sim.scene.geometry import Array, unit
from text2sim.scene.handling import approach, destination, middle, pick_up, release, thing_for
from text2sim.scene.layout import facing
from text2sim.scene.placement import add_implied, ensure
from text2sim.scene.stations import FOOT_ASIDE
from text2sim.scene.story import Beat, Performer, Story
from text2sim.types import Action

THROW = 3.0
"""Length of a throw to nobody [m]."""


def throw(story: Story, who: Performer, action: Action) -> None:
    """Take a thing if need be and throw it to somebody, at something or ahead."""
    item = thing_for(story, who, action, "ball", "throw")
    if who.holding != item:
        pick_up(story, who, action, item)
    goal = destination(story, action, item)
    if goal is not None and goal not in story.people:
        ensure(story, who, goal, 2.0)
    if goal is not None:
        landing = _landing(story, who, action, goal)
    else:
        side = {"left": np.pi / 2, "right": -np.pi / 2, "backward": np.pi}
        heading = who.heading + side.get(action.direction or "", 0.0)
        distance = action.distance or THROW
        landing = story.layout.ground(who.position[:2] + distance * unit(heading))
    story.face(who, landing, action)
    beat = Beat(
        name="throw", duration=story.single_time(action, "throw"), target=item, point=landing,
        repetitions=1, handed=True,
    )  # fmt: skip
    story.add(who, beat, action)
    release(story, who, item, story.layout.ground(landing))


def _landing(story: Story, who: Performer, action: Action, goal: str) -> Array:
    """Where a throw to somebody, at something or over it comes down."""
    landing = middle(story, goal)
    away = unit(facing(who.position, landing))
    if goal in story.people:
        return landing - 0.3 * np.append(away, 0.0)
    if any(cue.kind == "over" and goal in cue.targets for cue in action.paths):
        box = story.layout.box(goal)
        return story.layout.ground(box.centre + (box.edge(away) + 0.8) * away)
    return landing


def catch(story: Story, who: Performer, action: Action) -> None:
    """Be ready when the ball comes: the catch begins before the throw has ended."""
    throws = [seg for seg in story.segments if seg.action == "throw" and seg.actor != who.id]
    target = action.target if action.target in story.models else None
    if throws:
        target = throws[-1].target
        who.time = max(who.time - 1.0, min(who.time, throws[-1].start + 0.4 * throws[-1].duration))
        who.time = max(who.time, _free_from(story, who))
        story.face(who, story.people[throws[-1].actor].position, action)
    point = who.position + np.append(0.4 * unit(who.heading), 0.68 * who.character.stature)
    beat = Beat(
        name="catch", duration=story.single_time(action, "catch"), target=target, point=point,
        repetitions=1,
    )  # fmt: skip
    story.add(who, beat, action)
    if throws and target is not None:
        who.holding = target
        story.layout.held.add(target)


def _free_from(story: Story, who: Performer) -> float:
    return max((seg.end for seg in story.segments if seg.actor == who.id), default=0.0)


def strike(story: Story, who: Performer, action: Action) -> None:
    """Kick or punch a thing, a person, or the air."""
    target = action.target if action.target in {*story.models, *story.people} else None
    name = action.name
    if target is None and name == "kick" and action.verb.split()[0] == "boot":
        target = add_implied(story, "ball", note="Nothing was named to kick: a ball was added.")
    point = None
    if target is not None:
        sign = 1.0 if action.side == "left" else -1.0
        aside = -sign * FOOT_ASIDE if name == "kick" else 0.0
        reach = ACTIONS[name].reach or 0.5
        approach(story, who, action, target, reach + (0.1 if target in story.people else 0.0),
                 aside=aside)  # fmt: skip
        point = _struck(story, who, target, name)
    count = action.repetitions or 1
    duration = story.single_time(action, name) * (1 if action.duration else count)
    beat = Beat(
        name=name, duration=duration, target=target, point=point, repetitions=count, handed=True
    )
    story.add(who, beat, action)
    if name == "kick" and target in story.models and story.models[target].kind == "ball":
        _roll(story, who, action, target)


def _struck(story: Story, who: Performer, target: str, name: str) -> Array:
    """Where a thing or person is hit: at its middle, a tall one at the height of a punch."""
    point = middle(story, target)
    if name == "punch" and target in story.models:
        top = story.layout.box(target).high - 0.05
        point[2] = max(point[2], min(top, who.position[2] + 0.72 * who.character.stature))
    return point


def _roll(story: Story, who: Performer, action: Action, ball: str) -> None:
    """A kicked ball ends before the one whom it is for, or somewhere ahead."""
    spot = who.position[:2] + THROW * unit(who.heading)
    goal = destination(story, action, ball)
    if goal in story.people:
        other = story.people[goal].position
        spot = other[:2] + 0.5 * unit(facing(other, who.position))
    story.layout.move(ball, story.layout.ground(spot))
