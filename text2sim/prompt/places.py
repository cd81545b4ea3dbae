"""What 'up the stairs', 'next to the chair' or 'to the woman' means for an action."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, final

from text2sim.actions import ACTIONS
from text2sim.prompt.adverbs import PATHS, PLACES_AT
from text2sim.prompt.words import words
from text2sim.types import PathKind

Use = Literal["path", "relation", "target", "recipient", "object_on", "companion", "near"]


@final
@dataclass(frozen=True, kw_only=True)
class Placement:
    """How the noun phrase of a preposition takes part in an action."""

    use: Use
    path: PathKind | None = None


GESTURES = frozenset(
    [
        "wave",
        "point",
        "nod",
        "look",
        "talk",
        "bow",
        "clap",
        "shake_head",
        "kneel",
        "turn",
        "raise_arms",
    ]
)
"""Actions that address somebody or something."""
SENDING = words("throw kick carry push pull punch")
"""Actions that make their object go somewhere."""
RESTING = words("sit lie")
_ADDRESSING = frozenset(
    ["to", "at", "towards", "toward", "for", "up", "to", "down", "at", "from", "over", "to"]
)

_PATH_OF_PLACE: dict[str, PathKind] = {
    "on": "onto", "in": "into", "under": "under", "between": "between", "behind": "past",
    "in_front_of": "past", "next_to": "towards", "near": "towards", "at": "towards",
    "above": "over", "around": "around", "against": "towards", "left_of": "towards",
    "right_of": "towards", "far_from": "away_from",
}  # fmt: skip
"""Relation -> the way there."""


def way(preposition: str) -> PathKind:
    """The way that a preposition describes when a movement follows it."""
    if preposition in PATHS:
        return PATHS[preposition]
    return _PATH_OF_PLACE[PLACES_AT.get(preposition, "at")]


def place_in(
    action: str, preposition: str, *, person: bool, first: bool, carries: bool
) -> Placement:
    """How a prepositional phrase belongs to an action.

    Args:
        action: canonical name.
        preposition: key of `PATHS` or `PLACES_AT`, or "with" or "for".
        person: the noun phrase names a person.
        first: the actor does nothing before it.
        carries: the action has an object.
    """
    if preposition in ("with", "without"):
        return Placement(use="companion" if person else "near")
    if action in RESTING and PLACES_AT.get(preposition) in ("on", "in"):
        return Placement(use="target")
    if action == "drink" and preposition in ("from", "out of"):
        return Placement(use="target")
    if action == "stand_up":
        return Placement(use="target" if preposition in ("from", "off", "out of") else "relation")
    if action == "pick_up":
        return Placement(use="object_on")
    if action == "put_down":
        return Placement(use="recipient", path=way(preposition))
    if action in GESTURES and preposition in _ADDRESSING:
        return Placement(use="target")
    if action == "reach" or preposition == "for":
        return Placement(use="target")
    if action in SENDING and carries:
        return _sent(action, preposition)
    if action in ("punch", "kick", "throw") and preposition in (
        "at",
        "against",
        "on",
        "to",
        "towards",
    ):
        return Placement(use="target")
    if person and preposition == "behind" and ACTIONS[action].travels:
        return Placement(use="path", path="towards")
    if ACTIONS[action].travels or action == "fall" or preposition in _MOVING:
        return Placement(use="path", path=way(preposition))
    if first:
        return Placement(use="relation")
    return Placement(use="path", path=way(preposition))


_MOVING = words(
    "up down towards toward to onto into off through across along past away from out of"
) | {"away from", "out of", "up to", "over to"}  # fmt: skip


def _sent(action: str, preposition: str) -> Placement:
    if preposition in ("from", "off") or PATHS.get(preposition) in (
        "up",
        "down",
        "through",
        "around",
        "along",
        "across",
        "past",
    ):
        return Placement(use="path", path=way(preposition))
    if action in ("throw", "kick", "punch"):
        if preposition in ("to", "at", "towards", "toward", "over to"):
            return Placement(use="recipient")
        receives = way(preposition) in ("into", "onto", "towards")
        return Placement(use="recipient" if receives else "path", path=way(preposition))
    if action == "carry" and way(preposition) in ("towards", "into", "onto"):
        return Placement(use="recipient", path=way(preposition))
    return Placement(use="path", path=way(preposition))
