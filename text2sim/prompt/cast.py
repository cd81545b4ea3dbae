"""Actors and props: noun phrases become people and things, pronouns find theirs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import final

from text2sim.catalogue import COLOURS
from text2sim.prompt.adverbs import DIRECTIONS
from text2sim.prompt.chunks import Chunk
from text2sim.prompt.lexicon import (
    AGES,
    ANIMALS,
    BUILDS,
    HAIR_WORDS,
    HEIGHTS,
    MATERIALS,
    PEOPLE,
    SIZES,
    UNNAMED,
    VAGUE_THINGS,
)
from text2sim.prompt.sentence import Word
from text2sim.types import Actor, Garment, Prop

_PRONOUN_GENDER = {"he": "male", "him": "male", "himself": "male", "she": "female",
                   "her": "female", "herself": "female"}  # fmt: skip
_PRONOUN_NOUN = {"he": "man", "him": "man", "she": "woman", "her": "woman"}
_MOST = 8
"""Most people or things that one number makes."""


@final
@dataclass(kw_only=True)
class Cast:
    """Everybody and everything mentioned so far, and what each noun phrase refers to."""

    actors: dict[str, Actor] = field(default_factory=dict)
    props: dict[str, Prop] = field(default_factory=dict)
    referents: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """Index of the phrase's head word -> ids."""
    warnings: list[str] = field(default_factory=list)
    recent: list[tuple[str, ...]] = field(default_factory=list)
    """Referents in the order of mention, latest last."""
    rank: dict[str, int] = field(default_factory=dict)
    """How little 'it' means a thing: 0 if acted upon, 1 after a preposition, 2 if it only places
    another thing."""

    def refer(self, chunk: Chunk, ids: tuple[str, ...]) -> tuple[str, ...]:
        """Note what a phrase stands for."""
        self.referents[chunk.head.index] = ids
        if ids:
            self.recent.append(ids)
        return ids

    def _new_id(self, noun: str, taken: dict[str, Actor] | dict[str, Prop]) -> str:
        stem = noun.replace(" ", "_")
        number = 1
        while f"{stem}{number}" in taken:
            number += 1
        return f"{stem}{number}"

    def introduce_actor(self, chunk: Chunk) -> tuple[str, ...]:
        """The people that a noun phrase names: known ones for 'the man', else new ones."""
        noun = chunk.noun.split()[-1]
        noun = UNNAMED.get(noun, noun)
        known = [key for key, actor in self.actors.items() if actor.noun == noun]
        bare = chunk.start == chunk.head.index and chunk.count == 1
        if (
            known
            and (chunk.definite or bare)
            and not _is_other(chunk)
            and self._may_mean(known, noun, chunk)
        ):
            if chunk.count is None or chunk.number > 1:
                return self.refer(chunk, tuple(known))
            return self.refer(chunk, (self._matching(known, chunk),))
        if (
            chunk.definite
            and not known
            and self.actors
            and noun in ("person", "figure", "subject", "human")
        ):
            return self.refer(chunk, (next(iter(self.actors)),))
        ids = []
        for _ in range(self._limited(chunk)):
            key = self._new_id(noun, self.actors)
            self.actors[key] = describe_actor(key, noun, chunk)
            ids.append(key)
        return self.refer(chunk, tuple(ids))

    def _may_mean(self, known: list[str], noun: str, chunk: Chunk) -> bool:
        """'the short man' is not the tall one."""
        fresh, usual = describe_actor("", noun, chunk), Actor(id="", noun=noun)
        for trait in ("height", "build", "hair"):
            wanted = getattr(fresh, trait)
            has = {getattr(self.actors[key], trait) for key in known}
            if wanted not in (getattr(usual, trait), *has) and has != {getattr(usual, trait)}:
                return False
        return True

    def _matching(self, known: list[str], chunk: Chunk) -> str:
        words = {word.low for word in chunk.adjectives}
        for key in known:
            actor = self.actors[key]
            traits = {actor.age, actor.height, actor.build, actor.hair, *actor.adjectives}
            if words & {str(trait) for trait in traits}:
                return key
        if "second" in words and len(known) > 1:
            return known[1]
        return known[0] if "first" in words else known[-1]

    def _limited(self, chunk: Chunk) -> int:
        if chunk.number > _MOST:
            self.warnings.append(f"Only {_MOST} of the {chunk.number} '{chunk.noun}' are shown.")
        return min(chunk.number, _MOST)

    def introduce_prop(self, chunk: Chunk) -> tuple[str, ...]:
        """The things that a noun phrase names: known ones for 'the ball', else new ones."""
        if chunk.noun in ("one", "ones"):
            return self.refer(chunk, self._one_of_several(chunk))
        noun = "object" if chunk.noun in VAGUE_THINGS else chunk.noun
        steps = None
        if noun in ("step", "stair", "stairs") and chunk.count != 1:
            noun = "stairs"
            steps = None if chunk.count is None else chunk.number
        known = [key for key, prop in self.props.items() if prop.noun == noun]
        fresh = describe_prop("", noun, chunk)
        fresh = replace(fresh, count=steps)
        fitting = [key for key in known if _compatible(self.props[key], fresh)]
        if fitting and not _is_other(chunk) and chunk.determiner not in ("a", "an", "another"):
            several = chunk.count is None or chunk.number > 1
            return self.refer(chunk, tuple(fitting) if several else (fitting[-1],))
        ids = []
        for _ in range(1 if noun == "stairs" else self._limited(chunk)):
            key = self._new_id(noun, self.props)
            self.props[key] = replace(fresh, id=key)
            ids.append(key)
        if noun.split()[-1] in ANIMALS:
            self.warnings.append(f"Only people are animated: the {noun} stands as an object.")
        return self.refer(chunk, tuple(ids))

    def _one_of_several(self, chunk: Chunk) -> tuple[str, ...]:
        """'the red one' of 'two boxes': the first that may be red, which it is from now on."""
        fresh = describe_prop("", "", chunk)
        latest_groups = sorted(self.recent, key=lambda ids: len(ids) < 2)
        for ids in latest_groups:
            for key in ids if ids and ids[0] in self.props else ():
                known = self.props[key]
                if known.colour in (None, fresh.colour) and known.size in (None, fresh.size):
                    colour, size = known.colour or fresh.colour, known.size or fresh.size
                    self.props[key] = replace(known, colour=colour, size=size)
                    return (key,)
        return ()

    def resolve(
        self, chunk: Chunk, exclude: tuple[str, ...], *, placed: bool = False
    ) -> tuple[str, ...]:
        """Whom or what a pronoun means.

        Args:
            chunk: the pronoun.
            exclude: the subject of the same verb, which an object pronoun can't mean.
            placed: it follows a preposition, as in 'sits on it'.
        """
        low = chunk.noun
        if low == "one":
            return self.refer(
                chunk, next((ids[:1] for ids in reversed(self.recent) if len(ids) > 1), ())
            )
        if low == "another":
            return self.refer(chunk, self._one_more())
        if low in ("it", "itself"):
            return self.refer(chunk, self._last_thing(exclude, placed))
        if low in ("you", "i", "we", "me", "us"):
            return self.refer(chunk, (next(iter(self.actors), None) or self.add_actor("person"),))
        if low in ("they", "them", "themselves"):
            return self.refer(chunk, self._last_group(low, exclude))
        return self.refer(chunk, self._last_person(low, exclude))

    def _last_thing(self, exclude: tuple[str, ...], placed: bool) -> tuple[str, ...]:
        for worst in (1, 2) if placed else (0, 1, 2):
            for ids in reversed(self.recent):
                known = len(ids) == 1 and ids[0] in self.props and ids[0] not in exclude
                if known and self.rank.get(ids[0], 0) <= worst:
                    return ids
        for ids in reversed(self.recent):
            if ids[0] in self.props:
                return ids[:1]
        return ()

    def _one_more(self) -> tuple[str, ...]:
        """'another': one more of what was mentioned last."""
        key = self.recent[-1][0] if self.recent else ""
        if key in self.actors:
            actor = self.actors[key]
            fresh = self._new_id(actor.noun, self.actors)
            self.actors[fresh] = replace(actor, id=fresh)
        elif key in self.props:
            prop = self.props[key]
            fresh = self._new_id(prop.noun, self.props)
            self.props[fresh] = replace(prop, id=fresh)
        else:
            fresh = self.add_actor("person")
        return (fresh,)

    def _last_group(self, low: str, exclude: tuple[str, ...]) -> tuple[str, ...]:
        everybody = tuple(key for key in self.actors if key not in exclude)
        if low == "them":
            for ids in reversed(self.recent):
                if len(ids) > 1 and not set(ids) & set(exclude):
                    return ids
        if everybody:
            return everybody
        things = tuple(self.props)
        return things or (self.add_actor("person"), self.add_actor("person"))

    def _last_person(self, low: str, exclude: tuple[str, ...]) -> tuple[str, ...]:
        gender = _PRONOUN_GENDER.get(low)
        people = [
            key
            for ids in reversed(self.recent)
            for key in ids
            if key in self.actors and key not in exclude
        ]
        for strict in (True, False):
            for key in people:
                found = self.actors[key].gender
                if found == gender or (not strict and found is None):
                    if found is None and gender in ("male", "female"):
                        self.actors[key] = replace(self.actors[key], gender=gender)  # type: ignore[arg-type]
                    return (key,)
        for key in exclude:
            if key in self.actors and self.actors[key].gender in (None, gender):
                return (key,)
        if low not in _PRONOUN_NOUN:
            return tuple(people[:1]) or exclude[:1]
        return (self.add_actor(_PRONOUN_NOUN[low]),)

    def add_actor(self, noun: str) -> str:
        """A person whom the sentence implies."""
        key = self._new_id(noun, self.actors)
        self.actors[key] = Actor(
            id=key, noun=noun, gender=PEOPLE[noun].gender, age=PEOPLE[noun].age
        )
        self.recent.append((key,))
        return key

    def add_prop(self, noun: str) -> str:
        """A thing that the sentence implies."""
        key = self._new_id(noun, self.props)
        self.props[key] = Prop(id=key, noun=noun)
        return key

    def dress(self, actor: str, garment: Garment) -> None:
        """Put a piece of clothing on somebody."""
        known = self.actors[actor]
        self.actors[actor] = replace(known, clothing=(*known.clothing, garment))


def _is_other(chunk: Chunk) -> bool:
    return chunk.determiner == "another" or any(
        word.low in ("other", "another") for word in chunk.adjectives
    )


def _compatible(known: Prop, named: Prop) -> bool:
    pairs = (
        (known.colour, named.colour),
        (known.material, named.material),
        (known.size, named.size),
    )
    return all(wanted is None or wanted == has for has, wanted in pairs)


def describe_actor(key: str, noun: str, chunk: Chunk) -> Actor:
    """An actor with the traits that the phrase's adjectives give."""
    person = PEOPLE[noun]
    actor = Actor(id=key, noun=noun, gender=person.gender, age=person.age)
    rest = []
    for word in chunk.adjectives:
        low = word.low
        if low in ("male", "female"):
            actor = replace(actor, gender=low)  # type: ignore[arg-type]
        elif low in AGES:
            actor = replace(actor, age=AGES[low])
        elif low in BUILDS:
            actor = replace(actor, build=BUILDS[low])  # type: ignore[arg-type]
        elif low in HEIGHTS:
            actor = replace(actor, height=HEIGHTS[low])  # type: ignore[arg-type]
        elif low in HAIR_WORDS:
            actor = replace(actor, hair=HAIR_WORDS[low])
        elif not _is_filler(word):
            rest.append(low)
    return replace(actor, adjectives=tuple(rest))


def describe_prop(key: str, noun: str, chunk: Chunk) -> Prop:
    """A prop with colour, material, size and other words from the phrase's adjectives."""
    prop = Prop(id=key, noun=noun)
    rest = []
    for word in chunk.adjectives:
        low = word.low
        if low in COLOURS and low not in ("dark", "golden"):
            prop = replace(prop, colour=low)
        elif low in MATERIALS:
            prop = replace(prop, material=MATERIALS[low])
        elif low in SIZES:
            prop = replace(prop, size=SIZES[low])  # type: ignore[arg-type]
        elif not _is_filler(word):
            rest.append(low)
    return replace(prop, adjectives=tuple(rest))


def colour_of(chunk: Chunk) -> str | None:
    """The colour word of a phrase, if any."""
    return next((word.low for word in chunk.adjectives if word.low in COLOURS), None)


def _is_filler(word: Word) -> bool:
    fillers = ("very", "quite", "rather", "and", "other", "first", "second", "same", "certain",
               "single", "slightly", "whole", "last")  # fmt: skip
    return word.low in fillers or word.low in DIRECTIONS
