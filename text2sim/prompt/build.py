"""One action in the making: its canonical name, and the fields that phrases fill in."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, final

from text2sim.actions import ACTIONS, VERBS
from text2sim.prompt.chunks import Chunk
from text2sim.prompt.lexicon import SIZES
from text2sim.prompt.measures import FRACTIONS
from text2sim.prompt.numbers import value
from text2sim.prompt.order import Event
from text2sim.prompt.predicates import Predicate
from text2sim.prompt.verbs import (
    NEAREST,
    OBJECT_PATHS,
    PLAYED,
    PURSUITS,
    VERB_MANNER,
    VERB_SPEED,
    WITH_OBJECT,
    WITHOUT_OBJECT,
    inflect,
    verb_forms,
)
from text2sim.types import Action, PathCue

if TYPE_CHECKING:
    from text2sim.prompt.work import Interpretation


@final
@dataclass(kw_only=True)
class Draft:
    """An action being filled in; `more` are further directions of the same verb, in order."""

    predicate: Predicate
    actors: tuple[str, ...]
    action: Action
    fraction: float | None = None
    """Angle without a sign [rad]."""
    sign: float | None = None
    cues: set[str] = field(default_factory=set)
    mutual: bool = False
    """'each other': everybody acts upon the next."""
    shares: list[Action] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)

    def set(self, **changes: object) -> None:
        """Change fields of the action."""
        self.action = replace(self.action, **changes)  # type: ignore[arg-type]

    def add_path(self, cue: PathCue) -> None:
        """Append a route cue."""
        if cue not in self.action.paths:
            self.set(paths=(*self.action.paths, cue))

    def add_manner(self, text: str, factor: float = 1.0) -> None:
        """Append a manner and multiply the speed."""
        if text not in self.action.manner:
            self.set(manner=(*self.action.manner, text), speed=round(self.action.speed * factor, 3))

    def stagger(self) -> None:
        """'stumbles a few steps' and 'stumbles towards the door' stay upright."""
        if self.action.name == "fall" and self.predicate.verb in ("stumble", "trip", "slip"):
            self.set(name="walk")
            self.add_manner("staggering", 0.6)

    def begin_share(self, warnings: list[str]) -> None:
        """'two steps forward and two steps back': what follows is an action of its own."""
        self.settle(warnings)
        base = self.action
        self.shares.append(base)
        self.action = Action(
            id=base.id, name=base.name, verb=base.verb, actor=base.actor, target=base.target,
            side=base.side, manner=base.manner, speed=base.speed,
        )  # fmt: skip
        self.touched, self.sign, self.fraction = set(), None, None

    def settle(self, warnings: list[str]) -> None:
        """Work out the turn: its usual angle where only a side is named, its sign from the side."""
        circle = any(cue.kind == "circle" for cue in self.action.paths)
        angle = self.fraction
        if angle is None and self.action.name == "turn":
            around = self.action.verb.endswith(("around", "round", "back"))
            angle = math.pi if around else math.pi / 2 if self.sign else None
        elif angle is None and self.action.name == "spin" and self.sign:
            angle = 2 * math.pi
        if (
            any(cue.kind == "around" for cue in self.action.paths)
            and self.sign
            and self.fraction is None
        ):
            self.add_manner("clockwise" if self.sign < 0 else "counterclockwise")
            return
        if angle is None or (circle and self.sign is None and angle > 6):
            return
        if self.sign is None and angle not in (math.pi, 2 * math.pi):
            warnings.append("The side of the turn is not named: left is taken.")
        self.set(turn=round((self.sign or 1.0) * angle, 4))

    def stages(self) -> list[Action]:
        """The actions of this verb, in order."""
        return [*self.shares, self.action]

    def event(self) -> Event:
        """What the ordering needs to know."""
        goals = {"towards", "into", "onto", "up", "down", "away_from", "over", "through", "past"}
        ways = (key for cue in self.action.paths for key in cue.targets)
        return Event(
            predicate=self.predicate,
            name=self.action.name,
            actors=self.actors,
            others=tuple(filter(None, (self.action.target, self.action.recipient, *ways))),
            goal=any(cue.kind in goals for cue in self.action.paths),
            cues=frozenset(self.cues),
        )


def resolve(
    work: Interpretation,
    predicate: Predicate,
    actors: tuple[str, ...],
    objects: tuple[str, ...],
    *,
    pushed: bool,
) -> Draft:
    """Choose the canonical action of a predicate and place its object."""
    if pushed:
        return _pushed(work, predicate, actors)
    verb = predicate.verb
    name = _canonical(work, predicate, objects)
    action = Action(id="", name=name, verb=verb, actor=actors[0], speed=VERB_SPEED.get(verb, 1.0))
    draft = Draft(predicate=predicate, actors=actors, action=action)
    if verb in VERB_MANNER:
        draft.add_manner(VERB_MANNER[verb])
    if predicate.noun is not None:
        _describe_by_noun(work, draft, predicate.noun)
    _place_object(work, draft, objects)
    return draft


def _describe_by_noun(work: Interpretation, draft: Draft, noun: Chunk) -> None:
    """'two quick jumps', 'a half turn': number and fraction; other phrases are spotted."""
    work.claim(noun.end - 1, noun.end)
    if noun.role == "measure":
        return
    if noun.determiner in ("a", "an", "the") or noun.count not in (None, 1.0):
        if noun.count not in (None, 0.5) and noun.number > 1:
            draft.set(repetitions=noun.number)
        work.claimed |= {
            i for i in range(noun.start, noun.end) if value(work.reading.low(i)) is not None
        }
    for i in range(noun.start, noun.end):
        low = work.reading.low(i)
        if low in FRACTIONS and draft.action.name in ("turn", "spin"):
            draft.fraction = 2 * math.pi * FRACTIONS[low]
            work.claim(i, i + 1)
        elif low in SIZES:
            draft.add_manner(low)
            work.claim(i, i + 1)
        elif verb_forms().get(low) == draft.predicate.verb or low in ("single", "another"):
            work.claim(i, i + 1)


def _canonical(work: Interpretation, predicate: Predicate, objects: tuple[str, ...]) -> str:
    verb, noun = predicate.verb, predicate.object
    acts_on = bool(objects)
    if noun is not None and verb.split()[0] == "play" and noun.noun.split()[-1] in PLAYED:
        work.claim(noun.start, noun.end)
        return _nearest(work, f"play {noun.noun}", PLAYED[noun.noun.split()[-1]])
    if noun is not None and noun.role == "body":
        return _with_limb(work, predicate, noun.noun.split()[-1])
    if acts_on and verb in WITH_OBJECT:
        return WITH_OBJECT[verb]
    if not acts_on and verb in WITHOUT_OBJECT and not predicate.passive:
        return WITHOUT_OBJECT[verb]
    if verb in VERBS:
        return VERBS[verb]
    first = verb.split()[0]
    if first in VERBS:
        return VERBS[first]
    if first in NEAREST:
        return _nearest(work, verb, NEAREST[first])
    return _unknown(work, predicate)


def _with_limb(work: Interpretation, predicate: Predicate, limb: str) -> str:
    """'raises his arm', 'shakes her head', 'bends his knees', 'swings his arms'."""
    verb = predicate.verb.split()[0]
    if verb in ("cross", "uncross", "fold"):
        return _nearest(work, f"{verb} {limb}", "stand")
    for key in (predicate.verb, f"{verb} {limb}"):
        if key in VERBS and (
            " " in key or verb not in ("raise", "lift", "move", "take", "put", "hold")
        ):
            return VERBS[key]
    legs = limb in ("leg", "foot", "knee", "thigh", "toe")
    if verb in (
        "raise",
        "lift",
        "swing",
        "move",
        "stretch",
        "hold",
        "put",
        "lower",
        "spread",
        "extend",
    ):
        return _nearest(work, f"{verb} {limb}", "kick" if legs else "raise_arms")
    if limb in ("head", "neck"):
        return _nearest(work, f"{verb} {limb}", "nod")
    return _nearest(work, f"{verb} {limb}", VERBS.get(verb) or NEAREST.get(verb) or "stretch")


def _nearest(work: Interpretation, verb: str, name: str) -> str:
    work.warnings.append(f"No action is made for '{verb}'; it is shown as '{name}'.")
    return name


def _unknown(work: Interpretation, predicate: Predicate) -> str:
    work.warnings.append(f"The verb '{predicate.verb}' is unknown; the person stands instead.")
    work.claimed -= predicate.words
    return "stand"


def _pushed(work: Interpretation, predicate: Predicate, actors: tuple[str, ...]) -> Draft:
    """'is pushed to the left' by nobody: the body gives way."""
    lemma = predicate.verb if predicate.noun is not None else predicate.head.lemma
    verb = f"be {inflect(lemma)[2] if predicate.noun is not None else predicate.head.low}"
    known = lemma in VERBS or predicate.noun is not None
    action = Action(id="", name="walk" if known else "stand", verb=verb, actor=actors[0])
    if known:
        action = replace(action, manner=("staggering",), distance=0.7, pushed=True)
    else:
        work.warnings.append(f"The verb '{predicate.verb}' is unknown; the person stands instead.")
        work.claimed -= predicate.words
    return Draft(predicate=predicate, actors=actors, action=action)


def _place_object(work: Interpretation, draft: Draft, objects: tuple[str, ...]) -> None:
    chunk, verb = draft.predicate.object, draft.predicate.verb
    if chunk is not None and draft.predicate.passive and chunk.role == "pronoun":
        return
    if chunk is not None and chunk.role in ("body", "ground", "place", "motion", "action"):
        _object_without_id(work, draft)
        return
    if not objects:
        return
    if verb in OBJECT_PATHS and ACTIONS[draft.action.name].travels:
        draft.add_path(PathCue(kind=OBJECT_PATHS[verb], targets=objects))
        if verb in PURSUITS:
            draft.set(target=objects[0])
        return
    second = _second_object(work, draft)
    if second and objects[0] in work.cast.actors:
        draft.set(recipient=objects[0], target=second[0])
    else:
        draft.set(target=objects[0])
    if chunk is not None and work.reading.low(chunk.end) == "and" and len(objects) == 1:
        other = next((c for c in work.chunks if c.start == chunk.end + 1), None)
        if other is not None and work.referents(other) and not _acts(work, other):
            work.warnings.append(f"'{verb}' acts upon the '{chunk.noun}' only.")
    if len(objects) > 1:
        noun = objects[0].rstrip("0123456789").replace("_", " ")
        work.warnings.append(f"'{verb}' acts upon the first '{noun}' only.")


def _acts(work: Interpretation, chunk: Chunk) -> bool:
    """It is the subject of the next verb: 'kicks a ball and a woman claps'."""
    return chunk.head.dep.startswith("nsubj") or chunk.end in work.verbs


def _object_without_id(work: Interpretation, draft: Draft) -> None:
    chunk = draft.predicate.object
    if chunk is None:
        return
    if chunk.role == "place" and work.setting is None:
        work.setting = chunk.noun
    if chunk.role in ("ground", "place", "motion"):
        work.claim(chunk.start, chunk.end)


def _second_object(work: Interpretation, draft: Draft) -> tuple[str, ...]:
    """'gives the woman a ball'."""
    first = draft.predicate.object
    for chunk in work.chunks:
        if first is not None and chunk.start == first.end and chunk.role in ("prop", "garment"):
            return work.referents(chunk)
    return ()
