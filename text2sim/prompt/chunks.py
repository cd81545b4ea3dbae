"""Noun phrases: where they begin and end, what they are about, and what describes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, final

from text2sim.catalogue import COLOURS, NOUNS
from text2sim.prompt import numbers
from text2sim.prompt.adverbs import DIRECTIONS, ROUTES, SPEED
from text2sim.prompt.lexicon import (
    BODY,
    EMPTY_NOUNS,
    GARMENTS,
    GROUND,
    MATERIALS,
    MOTION_NOUNS,
    PEOPLE,
    PLACES,
    SIZES,
    VAGUE_THINGS,
    singular,
)
from text2sim.prompt.sentence import Reading, Word
from text2sim.prompt.verbs import ACTION_NOUNS, LIGHT
from text2sim.prompt.words import words

Role = Literal[
    "actor", "prop", "body", "garment", "place", "ground", "measure", "route", "direction",
    "action", "motion", "pronoun", "empty",
]  # fmt: skip

_DETERMINERS = words(
    "a an the this that these those his her its their my your our both all another each "
    "every some any no one's person's"
)
_PRONOUNS = words("he she it they him them you i we me us himself herself itself themselves who")
_DESCRIBING = ("JJ", "JJR", "JJS", "CD", "VBN", "VBG")


@final
@dataclass(frozen=True, kw_only=True)
class Chunk:
    """A noun phrase: words `start` to `end` (exclusive) of the reading.

    `noun` is the singular noun, compounds joined by a space; `count` is 1 unless a number says
    otherwise, and None for a plural without one.
    """

    start: int
    end: int
    head: Word
    noun: str
    role: Role
    determiner: str
    count: float | None
    adjectives: tuple[Word, ...]

    @property
    def definite(self) -> bool:
        """'the ball', 'that ball', as opposed to 'a ball'."""
        return self.determiner in ("the", "this", "that", "these", "those", "both")

    @property
    def number(self) -> int:
        """How many things it names; a plural without a number is two."""
        return 2 if self.count is None else max(1, round(self.count))


def find_chunks(reading: Reading, verbs: frozenset[int]) -> tuple[Chunk, ...]:
    """All noun phrases in order.

    Args:
        reading: the sentence.
        verbs: indices of words that act as verbs, so that they end a phrase.
    """
    chunks = []
    i = 0
    while i < len(reading.words):
        chunk = _chunk_at(reading, i, verbs)
        if chunk is not None:
            chunks.append(chunk)
            i = chunk.end
        else:
            i += 1
    return tuple(chunks)


def _chunk_at(reading: Reading, start: int, verbs: frozenset[int]) -> Chunk | None:
    word = reading.words[start]
    group = _one_of(reading, start)
    if group:
        return Chunk(start=start, end=start + group, head=word, noun="one", role="pronoun",
                     determiner="", count=1, adjectives=())  # fmt: skip
    if length := _another(reading, start, verbs):
        return Chunk(start=start, end=start + length, head=word, noun="another", role="pronoun",
                     determiner="another", count=1, adjectives=())  # fmt: skip
    if word.low in _PRONOUNS and not (word.low == "it" and reading.low(start + 1) == "'s"):
        return Chunk(start=start, end=start + 1, head=word, noun=word.low, role="pronoun",
                     determiner="", count=1, adjectives=())  # fmt: skip
    i, determiner = start, ""
    while reading.low(i) in _DETERMINERS and i not in verbs:
        determiner, i = reading.low(i), i + 1
    described = i
    while i < len(reading.words) and i not in verbs and _describes(reading, i):
        i += 1
    nouns = i
    while i < len(reading.words) and i not in verbs and _is_noun(reading, i):
        if i > nouns and not _compounds(reading.words[i - 1], reading.words[i]):
            break
        i += 1
    if i == nouns:
        i, nouns = _adjective_as_noun(reading, described, i)
        if i == nouns:
            return _bare_her(word) if word.low == "her" else None
    return _make(reading, start, described, nouns, i, determiner)


def _bare_her(word: Word) -> Chunk:
    """'takes it to her': nothing follows that she has."""
    return Chunk(start=word.index, end=word.index + 1, head=word, noun="her", role="pronoun",
                 determiner="", count=1, adjectives=())  # fmt: skip


def _one_of(reading: Reading, start: int) -> int:
    """Length of 'one of them', 'one of the men'; 0 if it is neither."""
    if not reading.starts(start, "one of"):
        return 0
    if reading.low(start + 2) == "them":
        return 3
    return (
        4 if reading.low(start + 2) == "the" and singular(reading.low(start + 3)) in PEOPLE else 0
    )


def _another(reading: Reading, start: int, verbs: frozenset[int]) -> int:
    """Length of 'another' or 'another one' without a noun; 0 if it is neither."""
    if reading.low(start) != "another" or reading.low(start - 1) == "one":
        return 0
    after = start + 1 + (reading.low(start + 1) == "one")
    goes_on = after < len(reading.words) and after not in verbs
    if goes_on and (_describes(reading, after) or _is_noun(reading, after)):
        return 0
    return after - start


def _make(
    reading: Reading, start: int, described: int, nouns: int, end: int, determiner: str
) -> Chunk:
    words = reading.words
    head = words[end - 1]
    compound = [word for word in words[nouns:end] if word.low != "'s"]
    adjectives = [*words[described:nouns]]
    while len(compound) > 1 and _only_describes(compound):
        adjectives.append(compound.pop(0))
    if adjectives and f"{adjectives[-1].low} {singular(head.low)}" in {*NOUNS, *ACTION_NOUNS}:
        compound.insert(0, adjectives.pop())
    noun = " ".join([*(word.low for word in compound[:-1]), singular(head.low)])
    counting = [
        w.low for w in words[start:nouns] if not reading.low(w.index + 1).startswith("degree")
    ]
    amount = numbers.spelled(counting)
    plural = singular(head.low) != head.low or head.low == "people"
    if amount is None:
        amount = 2.0 if determiner == "both" else (None if plural else 1.0)
    return Chunk(
        start=start, end=end, head=head, noun=noun, determiner=determiner, count=amount,
        role=_role(reading, noun, head, start),
        adjectives=tuple(word for word in adjectives if not _counts(word)),
    )  # fmt: skip


def _counts(word: Word) -> bool:
    return numbers.value(word.low) is not None or word.low in (",", "degree", "degrees")


def _only_describes(compound: list[Word]) -> bool:
    first = compound[0].low
    joined = " ".join([*(word.low for word in compound[:-1]), singular(compound[-1].low)])
    return (
        joined not in NOUNS
        and joined not in ACTION_NOUNS
        and (
            first in MATERIALS
            or first in COLOURS
            or first in SIZES
            or first in SPEED
            or first in DIRECTIONS
            or first.endswith("ing")
        )
    )


def _describes(reading: Reading, i: int) -> bool:
    word = reading.words[i]
    following = reading.low(i + 1)
    if word.low in ("left", "right", "front") or word.low in ("first", "second", "last"):
        return reading.low(i + 1) != "" and _is_noun(reading, i + 1)
    if word.low.endswith(("wise", "wards")) and following in (
        "turn",
        "circle",
        "rotation",
        "spin",
        "step",
        "steps",
    ):
        return True
    if word.low in ("and", ",") and i and reading.words[i - 1].tag in _DESCRIBING:
        return reading.words[min(i + 1, len(reading.words) - 1)].tag.startswith("JJ") and bool(
            following
        )
    if word.low in ("degree", "degrees") and numbers.value(reading.low(i - 1)) is not None:
        return following not in ("", "to", ".", ",", "and", "left", "right", "around")
    if word.low == "one" and i and reading.words[i - 1].tag.startswith("JJ"):
        return False
    if numbers.value(word.low) is not None or word.tag in _DESCRIBING:
        turning = word.low.endswith(("wise", "wards"))
        return word.low != "next" and (not turning or _is_noun(reading, i + 1))
    return word.tag == "RB" and word.low in ("very", "quite", "rather", "light", "dark", "slightly")


def _is_noun(reading: Reading, i: int) -> bool:
    word = reading.words[i]
    one = word.low == "one" and reading.words[i - 1].tag.startswith("JJ")
    if (
        word.low in numbers.NUMBERS
        and word.low not in ("second", "pair", "couple", "half")
        and not one
    ):
        return False
    if word.low in ("'s", "’s") and i + 1 < len(reading.words) and reading.words[i - 1].is_noun:
        return word.tag == "POS"
    if word.low.endswith(("wise", "wards")) or word.low in ("forward", "backward", "twice", "once"):
        return False
    if word.low in ("left", "right"):
        return False
    counted = word.low in ACTION_NOUNS and reading.low(i - 1) in (
        "half",
        "quarter",
        "full",
        "complete",
        "a",
    )
    if word.low in ("one", "ones") and reading.words[i - 1].tag.startswith("JJ"):
        return True
    return word.is_noun or word.low in VAGUE_THINGS or _known_noun(word) or counted


def _known_noun(word: Word) -> bool:
    """The tagger errs on nouns that the rules know ('hula', 'waltz'), except where verbs go."""
    return (
        not word.is_verb
        and word.tag not in ("IN", "RB", "RP")
        and (
            singular(word.low) in NOUNS
            or singular(word.low) in BODY
            or singular(word.low) in PEOPLE
        )
    )


def _compounds(before: Word, word: Word) -> bool:
    """Whether two nouns in a row belong to one phrase ('coffee table', not 'man boxes')."""
    noun = singular(before.low)
    if before.low == "'s" or word.low == "'s":
        return True
    if noun in PEOPLE and noun not in ("zombie", "robot", "farmer", "police", "soldier", "clown"):
        return singular(word.low) in PEOPLE
    return noun not in VAGUE_THINGS


def _adjective_as_noun(reading: Reading, described: int, end: int) -> tuple[int, int]:
    """'a drunk', 'the right': the last describing word is the noun if a determiner asks for one."""
    last = reading.words[end - 1] if end > described else None
    if last is not None and (singular(last.low) in PEOPLE or last.low in GARMENTS):
        return end, end - 1
    return end, end


def _role(reading: Reading, noun: str, head: Word, start: int) -> Role:
    last = noun.split()[-1]
    if last in PEOPLE:
        return "actor"
    if last in BODY and (noun not in NOUNS or reading.low(start) in ("his", "her", "its", "their")):
        return "measure" if _is_length(reading, head) else "body"
    if noun in GROUND:
        return "ground"
    if last in numbers.UNITS or (last in ("s", "m") and _counted(reading, head)):
        return _step_role(reading, head, start) if last in numbers.STEPS else "measure"
    if any(last in nouns or head.low in nouns for nouns in ROUTES.values()):
        return "route"
    if last in ("turn", "bend", "corner") and _is_bend(reading, head, start):
        return "route"
    if last in MOTION_NOUNS:
        return "motion"
    if noun in PLACES:
        return "place"
    if (noun in ACTION_NOUNS or last in ACTION_NOUNS) and _is_done(reading, head):
        return "action"
    if last in EMPTY_NOUNS or last in SPEED:
        return "empty"
    return "garment" if last in GARMENTS else "prop"


def _is_bend(reading: Reading, head: Word, start: int) -> bool:
    """'walks a left turn' is a curve; 'does a turn' turns, and 'around a corner' has a thing."""
    before = reading.low(start - 1)
    governor = reading.head(head)
    governor = reading.head(governor) if governor.tag == "IN" else governor
    return (
        before != "around" and governor.is_verb and governor.lemma in ("walk", "run", "go", "jog")
    )


def _is_length(reading: Reading, head: Word) -> bool:
    """'walks three feet' is a distance; 'on two feet' and 'with both feet' are limbs."""
    before = reading.low(head.index - 1)
    prefix = reading.low(head.index - 2)
    return head.low in ("feet", "foot") and (
        numbers.value(before) is not None
        and before not in ("a", "an", "another")
        and prefix not in ("with", "on", "his", "her", "the", "its", "their", "both")
    )


def _counted(reading: Reading, head: Word) -> bool:
    return numbers.value(reading.low(head.index - 1)) is not None


def _step_role(reading: Reading, head: Word, start: int) -> Role:
    """'takes three steps' counts; 'walks up the steps' names stairs."""
    before = reading.low(start - 1)
    if (
        before in ("up", "down", "on", "onto", "climb", "climbs", "over")
        and reading.low(start) != "a"
    ):
        return "prop"
    governor = reading.head(head)
    return "prop" if governor.lemma in ("climb", "ascend", "descend", "mount") else "measure"


_BLOWS = frozenset({"receive", "get", "experience"})


def _is_done(reading: Reading, head: Word) -> bool:
    """An action noun needs a light verb ('does a kick'), or stands with one of its phrases."""
    governor = reading.head(head)
    if governor.tag == "IN":
        governor = (
            reading.head(governor) if governor.low in ("for", "of", "with", "in") else governor
        )
    return governor.lemma in LIGHT | _BLOWS or governor.index == head.index
