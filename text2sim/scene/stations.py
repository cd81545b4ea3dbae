"""Where to stand in order to do something with a thing."""

from __future__ import annotations

import numpy as np

from text2sim.actions import ACTIONS
from text2sim.catalogue import KINDS
from text2sim.scene.geometry import Array, unit
from text2sim.scene.layout import facing
from text2sim.scene.placement import ensure
from text2sim.scene.story import Performer, Story
from text2sim.types import Action

NEARBY = 1.6
"""How far ahead a thing to handle is placed [m]."""
FOOT_ASIDE = 0.09
"""The kicking leg swings this far from the middle of the body [m]."""
FEET_BEFORE_SEAT = 0.12
"""Feet of one who is about to sit down, before the front of the seat [m]."""
SEAT_WIDTH = 0.62
"""Room for one on a bench [m]."""
ELBOW_ROOM = 0.27
"""Between the middle of a body that bends forward and a table, say [m]."""
HANDLED = ("pick_up", "carry", "push", "pull", "kick", "punch", "reach", "throw")
"""Actions that happen at an object, within the reach of `text2sim.actions`."""


def station(story: Story, who: Performer, action: Action, item: str) -> Array:
    """Where to stand (2,) for an action upon an object, which is placed now if need be."""
    if action.name in ("sit", "lie"):
        ensure(story, who, item, NEARBY)
        return seat_points(story, who, item)[1]
    reach = ACTIONS[action.name].reach or 0.4
    aside = 0.0
    if action.name == "kick":
        aside = FOOT_ASIDE if action.side == "left" else -FOOT_ASIDE
    size = ensure(story, who, item, NEARBY).size
    return stand_by(story, who, item, max(reach, float(size[:2].min()) / 2 + 0.24), aside=aside)


def next_station(story: Story, who: Performer, action: Action, item: str) -> Array | None:
    """Where to stop (2,) at a thing if the actor's next action is upon it or what lies on it."""
    mine = [other for other in story.script.actions if other.actor == who.id]
    after = [other for other in mine[1:] if mine[mine.index(other) - 1].id == action.id]
    if not after:
        return None
    upcoming = after[0]
    if upcoming.name in ("sit", "lie"):
        return station(story, who, upcoming, item) if seat_of(story, upcoming) == item else None
    target = upcoming.target
    if upcoming.name not in HANDLED or target not in story.models or who.holding == target:
        return None
    related = any(
        relation.subject == target and relation.kind in ("on", "in") and item in relation.references
        for relation in story.script.relations
    )
    return station(story, who, upcoming, target) if target == item or related else None


def stand_by(
    story: Story, who: Performer, item: str, reach: float = 0.0, *, aside: float = 0.0,
    rim: float = 0.2,
) -> Array:  # fmt: skip
    """Where to stand to act upon an object (2,): within reach, on free ground, near the actor.

    Args:
        story: the story so far.
        who: the actor, who comes from where it stands now.
        item: id of the object.
        reach: least distance to its middle [m].
        aside: shift to the actor's left of the object [m].
        rim: least distance to its rim [m].
    """
    layout = story.layout
    box = layout.box(item)
    straight = facing(box.centre, who.position)
    blocks = layout.obstacles(float(who.position[2]), ignore=_lying_on(story, item), actor=who.id)
    best, cost = box.centre + reach * unit(straight), np.inf
    for turn in np.linspace(-np.pi, np.pi, 25):
        direction = unit(straight + turn)
        start = max(reach, box.edge(direction) + rim)
        for distance in np.arange(start, start + 0.8, 0.05):
            spot = box.centre + distance * direction
            spot = spot - aside * unit(straight + turn + np.pi / 2)
            if min((float(block.distance(spot)) for block in blocks), default=1.0) < ELBOW_ROOM:
                continue
            total = distance + 0.5 * abs(turn)
            if total < cost - 1e-9:
                best, cost = spot, total
            break
    return best


def _lying_on(story: Story, item: str) -> set[str]:
    """What is no obstacle while reaching for an object: itself, and small things by its side."""
    support = story.layout.objects[item].support
    return {item, *(story.layout.supported(support) if support else [])}


def seat_of(story: Story, action: Action) -> str | None:
    """The thing that an action of sitting or lying is about, or that its actor is said to be on."""
    named = [action.target, action.recipient, *(t for cue in action.paths for t in cue.targets)]
    found = [name for name in named if name in story.models]
    found += [
        relation.references[0]
        for relation in story.script.relations
        if relation.subject == action.actor and relation.kind in ("on", "in")
    ]
    return next((name for name in found if name in story.models), None)


def seat_points(story: Story, who: Performer, seat: str) -> tuple[Array, Array]:
    """Middle of the seat (3,) and the place of the feet before it (2,) for one of its sitters."""
    planned, box = story.layout.objects[seat], story.layout.box(seat)
    spec = KINDS.get(planned.kind)
    part = 1.0
    if spec is not None:
        part = next((value for value in (spec.seat, spec.surface) if value is not None), 1.0)
    inset = min(0.40, 0.62 * float(planned.size[0]))
    across = _slot(story, who, seat) * SEAT_WIDTH
    spot = box.world(np.array([box.half[0] - inset, across]))
    feet = box.world(np.array([box.half[0] + FEET_BEFORE_SEAT, across]))
    return np.append(spot, box.low + part * float(planned.size[2])), feet


def _slot(story: Story, who: Performer, seat: str) -> float:
    """Place on a bench, in seats from its middle; those who come from the left sit there."""
    actions = story.script.actions
    names = [a.actor for a in actions if a.name in ("sit", "lie") and seat_of(story, a) == seat]
    sitters = [name for name in dict.fromkeys(names) if name in story.people]
    if len(sitters) < 2 or who.id not in sitters:
        return 0.0
    box = story.layout.box(seat)
    begins = {actor.id: float(box.local(actor.position[:2])[1]) for actor in story.starts}
    sitters.sort(key=lambda name: begins[name])
    room = (float(story.models[seat].size[1]) - 0.5) / SEAT_WIDTH
    slots = np.arange(len(sitters)) - (len(sitters) - 1) / 2
    return float(np.clip(slots[sitters.index(who.id)], -room / 2, room / 2))
