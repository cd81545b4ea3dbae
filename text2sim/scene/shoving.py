"""Bodies that are pushed, stumble and fall: when, which way, and how hard."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from text2sim.actions import ACTIONS
from text2sim.scene.geometry import Array, unit, wrap
from text2sim.scene.story import Beat, Performer, Shove, Story
from text2sim.scene.travel import travel
from text2sim.types import Action, Direction, Segment

STAGGER_SPEED, FALL_SPEED = 0.9, 1.5
"""Change of a body's velocity [m/s] by a push that it keeps its feet in, and that it falls by."""
STRENGTH = {"hard": 1.6, "strongly": 1.6, "forcefully": 1.6, "violently": 2.0, "roughly": 1.4,
            "suddenly": 1.2, "quickly": 1.2, "gently": 0.6, "softly": 0.6, "lightly": 0.6,
            "slightly": 0.5, "slowly": 0.7}  # fmt: skip
"""Factor on that by the word that says how."""
LIFT = 0.1
"""Share of a push that goes upward."""
WAIT = 0.6
"""Nobody is pushed before the picture has been seen for this long [s]."""
RUN_UP = 2.0
"""Who stumbles walks as far as this before [m]."""
SIDES: dict[Direction, float] = {
    "forward": 0.0,
    "backward": np.pi,
    "left": 0.5 * np.pi,
    "right": -0.5 * np.pi,
}
STUMBLES = ("stumble", "trip", "tumble")
SLIPS = ("slip",)
FELLING = ("knocked", "tackled", "toppled", "floored")
"""Who is this falls, without its being said."""
CONTACT = 0.45
"""Part of the time of a push that is over when the hands arrive."""


def velocity(heading: float, speed: float, action: Action) -> Array:
    """Change of velocity [m/s] in a direction, as hard as the words say, (3,)."""
    for word in action.manner:
        speed *= STRENGTH.get(word.removeprefix("very "), 1.0)
    return speed * np.append(unit(heading), LIFT)


def falls_next(story: Story, action: Action, actor: str) -> bool:
    """The next thing that this actor does is to fall."""
    actions = story.script.actions
    place = next(n for n, item in enumerate(actions) if item.id == action.id)
    later = actions[place + 1 :]
    following = next(
        (item for item in later if item.actor == actor and item.start == "after"), None
    )
    return following is not None and following.name == "fall"


def is_pushed(story: Story, who: Performer, action: Action) -> None:
    """Pushed by nobody in the scene: a fall if the sentence says so next, else a stagger."""
    heading = who.heading + SIDES.get(action.direction or "forward", 0.0)
    _wait(story, who, action)
    felled = action.verb.split()[-1] in FELLING
    if felled or falls_next(story, action, who.id):
        story.shoves[who.id] = Shove(velocity=velocity(heading, FALL_SPEED, action), time=who.time)
        if felled:
            fall(story, who, replace(action, name="fall", distance=None))
        return
    push = velocity(heading, STAGGER_SPEED, action)
    first = len(story.segments)
    travel(story, who, replace(action, verb="sidestep", direction=action.direction or "forward"))
    _push_first(story, who, first, push)


def _push_first(story: Story, who: Performer, first: int, push: Array) -> None:
    """The body is pushed as it begins the first of its new segments."""
    for number in range(first, len(story.segments)):
        if story.segments[number].actor == who.id:
            story.segments[number] = replace(story.segments[number], push=push)
            return


def _wait(story: Story, who: Performer, action: Action) -> None:
    if who.time < WAIT:
        story.add(who, Beat(name="stand", duration=WAIT), action)


def shove(story: Story, who: Performer, action: Action, segment: Segment) -> None:
    """Somebody's hands arrive at another body: it will fall, or give way by a step."""
    other = story.people[segment.target or ""]
    heading = float(np.arctan2(*(other.position - who.position)[1::-1]))
    contact = segment.start + CONTACT * segment.duration
    if falls_next(story, action, other.id):
        push = velocity(heading, FALL_SPEED, action)
        story.shoves[other.id] = Shove(velocity=push, time=contact)
    elif other.time <= contact and other.posture == "standing":
        other.time = contact
        side = wrap(heading - other.heading)
        nearest = min(SIDES, key=lambda way: abs(wrap(SIDES[way] - side)))
        first = len(story.segments)
        step = replace(
            action, name="walk", verb="sidestep", actor=other.id, target=None, paths=(),
            manner=("staggering",), direction=nearest, distance=0.5,
        )  # fmt: skip
        travel(story, other, step)
        _push_first(story, other, first, velocity(heading, STAGGER_SPEED, action))


def due(story: Story, action: Action, begin: float) -> float:
    """When a fall begins [s]: as the hands that cause it arrive, not when they are done."""
    push = story.shoves.get(action.actor) if action.name == "fall" else None
    return begin if push is None else min(begin, push.time)


def fall(story: Story, who: Performer, action: Action) -> None:
    """Fall: pushed before, or caught at the feet, or by oneself."""
    story.rise(who, action)
    word = action.verb.split()[0]
    if word in (*STUMBLES, *SLIPS) and who.id not in story.shoves:
        if who.gait_time < who.time - 0.1 or who.time < WAIT:
            story.go(who, "walk", [who.position[:2] + RUN_UP * unit(who.heading)], action)
        heading = who.heading + (np.pi if word in SLIPS else 0.0)
        push = velocity(heading, STAGGER_SPEED, action)
        story.shoves[who.id] = Shove(velocity=push, time=who.time)
    caused = story.shoves.pop(who.id, None)
    first = len(story.segments)
    beat = Beat(
        name="fall", duration=action.duration or ACTIONS["fall"].duration,
        repetitions=action.repetitions or 1,
    )  # fmt: skip
    story.add(who, beat, action)
    if caused is not None:
        _push_first(story, who, first, caused.velocity)
