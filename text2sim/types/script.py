"""What the prompt parser understood: who does what, to what, where, how, in which order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Direction = Literal["forward", "backward", "left", "right", "up", "down"]
Side = Literal["left", "right", "both"]
RelationKind = Literal[
    "on", "in", "under", "above", "next_to", "left_of", "right_of", "behind", "in_front_of",
    "between", "near", "at", "around", "against", "far_from",
]  # fmt: skip
PathKind = Literal[
    "up", "down", "around", "towards", "away_from", "through", "over", "under", "along", "across",
    "between", "past", "onto", "into", "off", "from", "circle", "zigzag", "straight",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Garment:
    """A piece of clothing; `kind` is the noun ("dress", "shirt"), colour a colour word or None."""

    kind: str
    colour: str | None = None


@dataclass(frozen=True, kw_only=True)
class Actor:
    """A person named in the prompt ("two men" makes two actors)."""

    id: str
    noun: str
    gender: Literal["male", "female"] | None = None
    age: Literal["child", "adult", "old"] = "adult"
    height: Literal["short", "average", "tall"] = "average"
    build: Literal["slim", "average", "heavy", "muscular"] = "average"
    clothing: tuple[Garment, ...] = ()
    hair: str | None = None
    adjectives: tuple[str, ...] = ()
    """Remaining describing words, for example "happy" or "tired"; they colour the motion."""


@dataclass(frozen=True, kw_only=True)
class Prop:
    """A thing named in the prompt ("three boxes" makes three props)."""

    id: str
    noun: str
    """Singular noun as written, compounds joined by a space: "box", "coffee table"."""
    colour: str | None = None
    material: str | None = None
    size: Literal["tiny", "small", "medium", "large", "huge"] | None = None
    adjectives: tuple[str, ...] = ()
    """Remaining describing words: "tall", "long", "round", "old"."""
    count: int | None = None
    """Number of parts where the sentence says it: "five steps" are stairs with 5."""


@dataclass(frozen=True, kw_only=True)
class Relation:
    """`subject` (actor or prop id) stands in a spatial relation to `references`.

    "left_of" and "right_of" are as seen by the camera; "behind" and "in_front_of" are as seen by
    an actor that looks at the reference from the start position.
    """

    kind: RelationKind
    subject: str
    references: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PathCue:
    """How a movement goes, and relative to which actors or props ("up" the "stairs1")."""

    kind: PathKind
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Action:
    """One thing that one actor does.

    Attributes:
        id: "action1", ...
        name: canonical name, a key of `text2sim.actions.ACTIONS`.
        verb: lemma as written, with its particle ("pick up", "stroll").
        actor: id of the actor.
        target: id of the prop or actor acted upon ("kicks the ball"), or None.
        recipient: id of whom or what it goes to ("throws the ball to the woman"), or None.
        paths: route cues in the order of the sentence.
        direction: direction of movement in the actor's own frame, or None.
        turn: angle to turn [rad], positive to the actor's left, or None; "turns around" is pi.
        side: limb that acts, the actor's own left or right, or None.
        manner: adverbs and mood words that colour the motion: "slowly", "happily", "drunk".
        speed: factor on the usual speed: 1.0 unless a word says otherwise.
        repetitions: "twice" is 2; None where the sentence does not say.
        duration: [s], or None.
        distance: [m], or None.
        pushed: nobody does it, it happens to the actor: "is pushed from behind"; `direction` says
            which way.
        start: "after" the anchor ends, or "with" it (same time).
        anchor: id of an earlier action, or None for the beginning.
    """

    id: str
    name: str
    verb: str
    actor: str
    target: str | None = None
    recipient: str | None = None
    paths: tuple[PathCue, ...] = ()
    direction: Direction | None = None
    turn: float | None = None
    side: Side | None = None
    manner: tuple[str, ...] = ()
    speed: float = 1.0
    repetitions: int | None = None
    duration: float | None = None
    distance: float | None = None
    pushed: bool = False
    start: Literal["after", "with"] = "after"
    anchor: str | None = None


@dataclass(frozen=True, kw_only=True)
class Script:
    """The parsed prompt.

    Attributes:
        setting: place noun of the scene ("park", "kitchen"), or None.
        view: camera words ("from above", "close-up"), or None.
        unused: words the parser could not place, in the order of the sentence.
    """

    prompt: str
    actors: tuple[Actor, ...]
    props: tuple[Prop, ...] = ()
    actions: tuple[Action, ...] = ()
    relations: tuple[Relation, ...] = ()
    setting: str | None = None
    view: str | None = None
    unused: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
