"""What a prompt doesn't say but means: the cup is on the table, the chased one runs too."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from text2sim.actions import ACTIONS
from text2sim.catalogue import KINDS
from text2sim.scene.props import Model
from text2sim.scene.stations import SEAT_WIDTH, seat_of
from text2sim.scene.story import Story
from text2sim.types import Action, PathCue, Relation

CHASES = ("chase", "pursue", "follow")
VIEWERS = ("camera", "viewer", "audience")
"""Nouns that mean whoever watches the clip."""
SMALL = 0.45
"""Things no larger than this [m] are expected on a table."""
JUMPABLE, JUMPABLE_CHILD = 0.4, 0.3
"""Tallest thing that a grown-up, and a child, jumps over [m]."""


def complete(story: Story) -> None:
    """Add what is implied to the story's script and models."""
    _viewer(story)
    relations = (*story.script.relations, *_on_tables(story))
    actions = _chased(story)
    story.script = replace(story.script, relations=relations, actions=actions)
    for item, model in story.models.items():
        story.models[item] = _jumpable(story, item, _roomy(story, item, model))


def _viewer(story: Story) -> None:
    """Somebody comes towards "the camera": no thing, but a view from the front."""
    if any(prop.noun in VIEWERS for prop in story.script.props):
        story.script = replace(story.script, view=story.script.view or "from the front")


def _on_tables(story: Story) -> list[Relation]:
    """Somebody goes to a table and takes a small thing: it lies on the table."""
    placed = {relation.subject for relation in story.script.relations}
    found = []
    for before, action in zip(story.script.actions, story.script.actions[1:]):
        item = action.target
        if action.name != "pick_up" or item not in story.models or item in placed:
            continue
        goals = [name for cue in before.paths if cue.kind == "towards" for name in cue.targets]
        table = next((name for name in (*goals, before.target) if name in story.models), None)
        if before.actor != action.actor or table is None or table == item:
            continue
        spec = KINDS.get(story.models[table].kind)
        has_top = spec is not None and spec.surface is not None and spec.seat is None
        if has_top and story.models[item].size.max() <= SMALL:
            found.append(Relation(kind="on", subject=item, references=(table,)))
    return found


def _chased(story: Story) -> tuple[Action, ...]:
    """Somebody is followed: if nothing is said about that one's way, it goes ahead."""
    people = {actor.id for actor in story.script.actors}
    actions: list[Action] = []
    for action in story.script.actions:
        hunted = [action.target, *(name for cue in action.paths for name in cue.targets)]
        other = next((name for name in hunted if name in people), None)
        moves = any(
            item.actor == other and ACTIONS[item.name].travels for item in story.script.actions
        )
        if action.verb.split()[0] in CHASES and other is not None and not moves:
            ahead = replace(action, id=f"{action.id}-ahead", actor=other, target=None, paths=())
            follow = PathCue(kind="towards", targets=(other,))
            behind = replace(action, start="with", anchor=ahead.id, paths=action.paths or (follow,))
            actions += [ahead, behind]
        else:
            actions.append(action)
    return tuple(actions)


def _roomy(story: Story, item: str, model: Model) -> Model:
    """A bench or sofa that is wide enough for all who sit on it."""
    sitters = {
        action.actor
        for action in story.script.actions
        if action.name == "sit" and seat_of(story, action) == item
    }
    room = SEAT_WIDTH * len(sitters) + 0.1
    if len(sitters) < 2 or model.size[1] >= room or model.size[1] < 0.9:
        return model
    return replace(model, size=np.array([model.size[0], room, model.size[2]]))


def _jumpable(story: Story, item: str, model: Model) -> Model:
    """The model, lowered if somebody jumps over it."""
    over = any(
        action.name == "jump"
        and (
            (action.target == item and not action.paths)
            or any(cue.kind == "over" and item in cue.targets for cue in action.paths)
        )
        for action in story.script.actions
    )
    young = any(actor.age == "child" for actor in story.script.actors)
    limit = JUMPABLE_CHILD if young else JUMPABLE
    if not over or model.size[2] <= limit or model.kind == "bridge":
        return model
    story.warn(f"The {model.label} was made {limit} m high, so that one can jump over it.")
    return replace(model, size=model.size * np.array([1.0, 1.0, limit / model.size[2]]))
