"""Phrases that say how, how often, how long, how far and which way: spotted word by word.

Each spotter looks at one index of the reading and returns a `Phrase` or None. The first that
answers wins, and its words are taken.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, final

from text2sim.prompt import numbers
from text2sim.prompt.adverbs import (
    DIRECTIONS,
    EMPTY_ADVERBS,
    INTENSITY,
    MANNERS,
    NOT_MANNERS,
    OFTEN,
    OPPOSITE,
    ORDER_WORDS,
    PATHS,
    PLACES_AT,
    REPEATED,
    ROUTES,
    SPEED,
)
from text2sim.prompt.chunks import Chunk
from text2sim.prompt.lexicon import BODY, singular
from text2sim.prompt.reading import Reading
from text2sim.prompt.words import words

Kind = Literal[
    "duration", "distance", "angle", "times", "steps", "route", "side", "direction", "turning",
    "manner", "order", "place", "empty", "shuttle", "way", "mutual",
]  # fmt: skip

_THE = words("the his her its their my your a an")
_RATES = words("speed pace tempo velocity rate walk run jog trot")
_WAYS = words("way manner fashion style")
_RATE_WORDS = {"high": 1.5, "full": 1.8, "top": 1.8, "medium": 1.0, "normal": 1.0, "moderate": 1.0,
               "low": 0.6, "constant": 1.0, "average": 1.0, "walking": 1.0, "great": 1.5,
               "maximum": 1.8, "steady": 1.0, "good": 1.1, "increased": 1.3}  # fmt: skip
_ENTITIES = frozenset({"actor", "prop", "garment", "pronoun", "place"})
_COMPANY = {"with": "", "for": "", "without": ""}
_SPOTS = ("on the spot", "in place", "on one spot", "on a spot", "on spot", "at one place",
          "in one place", "on the same spot")  # fmt: skip
FRACTIONS = {"quarter": 0.25, "half": 0.5, "full": 1.0, "complete": 1.0, "whole": 1.0,
           "three-quarter": 0.75, "three-quarters": 0.75, "semi": 0.5}  # fmt: skip


@final
@dataclass(frozen=True, kw_only=True)
class Phrase:
    """One spotted phrase: words `start` to `end` (exclusive), its meaning, and its noun phrase."""

    kind: Kind
    start: int
    end: int
    text: str = ""
    value: float = 0.0
    chunk: Chunk | None = None


@final
@dataclass(kw_only=True)
class Spotter:
    """The sentence being searched: `taken` are the words that already have a meaning."""

    reading: Reading
    chunks: tuple[Chunk, ...]
    taken: set[int] = field(default_factory=set)

    def chunk_at(self, index: int) -> Chunk | None:
        """The noun phrase that begins at the index."""
        return next((chunk for chunk in self.chunks if chunk.start == index), None)

    def longest(self, index: int, table: dict) -> str:
        """The longest entry of a table of phrases that stands at the index, or ''."""
        for length in (5, 4, 3, 2, 1):
            phrase = " ".join(self.reading.low(index + i) for i in range(length))
            if phrase in table:
                return phrase
        return ""

    def search(self) -> list[Phrase]:
        """All phrases in order of the sentence."""
        found = []
        named = {
            i
            for chunk in self.chunks
            if chunk.role in _ENTITIES
            for i in range(chunk.start, chunk.end)
        }
        for index in range(len(self.reading.words)):
            if index in self.taken or index in named:
                continue
            for spot in _SPOTTERS:
                phrase = spot(self, index)
                if phrase is not None:
                    found.append(phrase)
                    self.taken |= set(range(phrase.start, phrase.end))
                    break
        return found


_ABOUT = words("about approximately around over roughly")
_LENGTHS = frozenset(
    ["very", "more", "small", "big", "large", "little", "short", "long", "normal", "tiny", "single"]
)


def _measure(s: Spotter, i: int) -> Phrase | None:
    """'for five seconds', 'two meters', '90 degrees', 'three times', 'after a few steps'."""
    low, start = s.reading.low, i
    late = "after" if low(i) == "after" else ""
    if low(i) in ("for", "by", "during", "after", "in") or low(i) in _ABOUT:
        i += 1 + (low(i + 1) in _ABOUT)
    first, i = i, _end_of_number(s, i)
    if start < first and low(first) == "a" and low(first + 1) == "while":
        return Phrase(kind="duration", start=start, end=first + 2, value=numbers.SECONDS["while"])
    words = [low(j) for j in range(first, i)]
    amount = numbers.spelled(words)
    if amount is None or (low(start) == "in" and low(i) not in ("seconds", "minutes", "steps")):
        return None
    return _measured(s, start, i, amount, words, late)


def _end_of_number(s: Spotter, i: int) -> int:
    """Index of the unit: past number words, articles, and words that describe steps."""
    low, first = s.reading.low, i
    while low(i):
        counts = (
            low(i) in ("a", "an", "the", "his", "another", "of")
            or numbers.value(low(i)) is not None
        )
        half = low(i) == "and" and low(i + 1) in ("a", "half")
        describes = i > first and (low(i) in SPEED or low(i) in _LENGTHS or low(i) in DIRECTIONS)
        if not (counts or half or describes):
            break
        i += 1
    return i


def _measured(
    s: Spotter, start: int, i: int, amount: float, words: list[str], late: str
) -> Phrase | None:
    low = s.reading.low
    unit = low(i).rstrip("s") if len(low(i)) > 2 and low(i) != "feet" else low(i)
    chunk = next((c for c in s.chunks if c.head.index == i), None)
    kind: Kind | None = None
    factor = 1.0
    if unit in numbers.SECONDS and s.reading.words[i].tag != "JJ" and (chunk or low(i) == "s"):
        kind, factor = "duration", numbers.SECONDS[unit]
    elif unit in numbers.METRES and not (unit in ("foot", "feet") and _is_limb(s, start, i)):
        kind, factor = "distance", numbers.METRES[unit]
    elif unit in numbers.RADIANS and low(i + 1) not in ("curve", "arc", "angle", "bend"):
        kind, factor = "angle", numbers.RADIANS[unit]
    elif unit in numbers.TIMES and words != ["a"]:
        kind = "times"
    elif (
        unit in numbers.STEPS
        and words[-1] not in ("the", "his")
        and (chunk is None or chunk.role == "measure")
    ):
        kind = "steps"
    if kind is None:
        return None
    return Phrase(kind=kind, start=start, end=i + 1, value=amount * factor, text=late, chunk=chunk)


def _is_limb(s: Spotter, start: int, i: int) -> bool:
    chunk = next((c for c in s.chunks if c.head.index == i), None)
    return (chunk is not None and chunk.role == "body") or s.reading.low(start - 1) in (
        "with",
        "on",
    )


def _repeats(s: Spotter, i: int) -> Phrase | None:
    """'twice', 'once', 'repeatedly', 'several times'."""
    low = s.reading.low(i)
    if low in REPEATED:
        return Phrase(kind="times", start=i, end=i + 1, value=REPEATED[low])
    for text, times in OFTEN.items():
        if length := s.reading.starts(i, text):
            return Phrase(kind="times", start=i, end=i + length, value=times, text="vague")
    return None


def _route(s: Spotter, i: int) -> Phrase | None:
    """'in a circle', 'a quarter of a circle', 'in a 90 degree curve', 'in a zigzag'."""
    start = i
    i += s.reading.low(i) in ("in", "on", "along", "into", "around", "with")
    if (length := s.reading.starts(i, "a quarter of")) or (
        length := s.reading.starts(i, "half of")
    ):
        fraction, i = (0.25 if length == 3 else 0.5), i + length
    elif s.reading.low(i) == "half" and s.reading.low(i + 1) in ("a", "an"):
        fraction, i = 0.5, i + 1
    else:
        fraction = 0.0
    chunk = s.chunk_at(i)
    if chunk is None or chunk.role != "route":
        if s.reading.low(start) in ROUTES["zigzag"] or s.reading.low(start) == "straight":
            kind = "straight" if s.reading.low(start) == "straight" else "zigzag"
            return Phrase(kind="route", start=start, end=start + 1, text=kind)
        return None
    noun = chunk.noun.split()[-1]
    shapes = (k for k, nouns in ROUTES.items() if noun in nouns or chunk.head.low in nouns)
    kind = next(shapes, "circle")
    return Phrase(kind="route", start=start, end=chunk.end, text=kind,
                  value=2 * math.pi * (fraction or _fraction(s, chunk, noun)), chunk=chunk)  # fmt: skip


def _fraction(s: Spotter, chunk: Chunk, noun: str) -> float:
    words = [s.reading.low(j) for j in range(chunk.start, chunk.end)]
    for j, word in enumerate(words[:-1]):
        number = numbers.value(word)
        if words[j + 1].startswith("degree") and number is not None:
            return number / 360
        if word in FRACTIONS:
            return FRACTIONS[word]
    named = {"semicircle": 0.5, "quartercircle": 0.25}
    return named.get(
        noun, 0.25 if noun in ("curve", "arc", "bow", "turn", "bend", "corner") else 1.0
    )


def _side(s: Spotter, i: int) -> Phrase | None:
    """'with his left foot', 'on one leg', 'both arms'; also limbs without a preposition."""
    start = i
    low = s.reading.low
    for phrase in ("in front of", "next to", "up to", "down to", "on top of", "down on"):
        i += s.reading.starts(i, phrase)
    start_words = i
    while (
        low(i)
        in (
            "with",
            "using",
            "on",
            "by",
            "in",
            "at",
            "from",
            "over",
            "under",
            "across",
            "above",
            "of",
            "against",
            "to",
            "into",
            "behind",
        )
        and i - start_words < 2
    ):
        i += 1
    chunk = s.chunk_at(i)
    if low(i).endswith("ed") and low(i).startswith(("left", "right")):
        return Phrase(
            kind="side", start=start, end=i + 1, text="left" if low(i)[0] == "l" else "right"
        )
    if chunk is None or chunk.role != "body":
        return None
    words = {low(j) for j in range(chunk.start, chunk.end)}
    noun = chunk.noun.split()[-1]
    text = "left" if "left" in words else "right" if "right" in words else ""
    paired = noun not in ("back", "head", "body", "chest", "neck", "face", "hair", "torso")
    plural = singular(chunk.head.low) != chunk.head.low
    if not text and paired and plural and (chunk.count in (None, 2.0)):
        text = "both"
    posed = chunk.end < len(s.reading.words) and s.reading.words[chunk.end].tag in (
        "VBN",
        "VBD",
        "JJ",
    )
    if posed and low(start) == "with" and chunk.end not in s.taken:
        return Phrase(kind="manner", start=start, end=chunk.end + 1, value=1.0,
                      text=f"{chunk.head.low} {low(chunk.end)}")  # fmt: skip
    if not text and singular(chunk.head.low) == "back" and chunk.determiner == "":
        return None
    return Phrase(kind="side", start=start, end=chunk.end, text=text, chunk=chunk)


def _turning(s: Spotter, i: int) -> Phrase | None:
    """'clockwise', 'in the counterclockwise direction'."""
    low, start = s.reading.low, i
    while low(i) in ("in", "a", "the"):
        i += 1
    if low(i) not in ("clockwise", "counterclockwise"):
        return None
    sign = -1.0 if low(i) == "clockwise" else 1.0
    end = i + 1 + (low(i + 1) in ("direction", "manner", "fashion"))
    return Phrase(kind="turning", start=start, end=end, value=sign)


def _shuttle(s: Spotter, i: int) -> Phrase | None:
    for text in ("back and forth", "forth and back", "up and down", "left and right",
                 "forwards and backwards", "forward and backward", "to and fro"):  # fmt: skip
        length = s.reading.starts(i, text)
        chunk = s.chunk_at(i + length) if length else None
        if length and (chunk is None or chunk.role not in ("prop", "place")):
            return Phrase(kind="shuttle", start=i, end=i + length, text=text)
    return None


def _direction(s: Spotter, i: int) -> Phrase | None:
    """'forward', 'to the left', 'to his right side', 'in the left direction', 'from behind'."""
    low, start = s.reading.low, i
    source = low(i) == "from"
    prepared = low(i) in (
        "to",
        "towards",
        "toward",
        "on",
        "in",
        "into",
        "at",
        "from",
        "by",
        "over",
        "off",
    )
    i += prepared
    i += prepared and low(i - 1) == "over" and low(i) == "to"
    if source and low(i) == "behind" and s.chunk_at(i + 1) is None:
        return Phrase(kind="direction", start=start, end=i + 1, text="from forward")
    article = low(i) in _THE
    i += article
    word = low(i)
    if word == "side" and prepared and article:
        return (
            Phrase(kind="direction", start=start, end=i + 1, text="side")
            if low(i + 1) != "of"
            else None
        )
    if (
        word in ("back", "rear", "behind")
        and prepared
        and (article or source)
        and low(i + 1) != "of"
    ):
        text = "forward" if source else "backward"
        return Phrase(
            kind="direction", start=start, end=i + 1, text=f"from {text}" if source else text
        )
    if word not in DIRECTIONS or not _names_direction(s, i, prepared, article):
        return None
    end = i + 1 + (low(i + 1) in ("side", "direction", "again"))
    text = DIRECTIONS[word]
    return Phrase(
        kind="direction", start=start, end=end, text=f"from {OPPOSITE[text]}" if source else text
    )


def _names_direction(s: Spotter, i: int, prepared: bool, article: bool) -> bool:
    word, following = s.reading.low(i), s.reading.low(i + 1)
    if following == "of":
        return False
    if word in ("up", "down"):
        return (
            not prepared
            and s.chunk_at(i + 1) is None
            and following not in ("on", "onto", "to", "from", "into", "the")
        )
    if word in ("left", "right", "front", "rear"):
        if singular(following) in BODY:
            return False
        if word == "right" and following in ("next", "behind", "away", "before", "after", "in"):
            return False
        return (prepared and article) or word in ("left", "right") or (prepared and word == "front")
    return not (prepared and article and following not in ("direction", ""))


def _back(s: Spotter, i: int) -> Phrase | None:
    """'back' as an adverb; what it means depends on the action before."""
    if s.reading.low(i) != "back" or any(
        c.head.index == i and c.role == "body" and c.end - c.start > 1 for c in s.chunks
    ):
        return None
    if (
        s.reading.low(i + 1) in ("to", "towards", "into", "up", "down", "onto")
        and s.chunk_at(i + 2) is not None
    ):
        chunk = s.chunk_at(i + 2)
        if chunk is not None and chunk.role in ("empty", "direction"):
            return Phrase(kind="direction", start=i, end=chunk.end, text="return")
        return Phrase(kind="empty", start=i, end=i + 1)
    return Phrase(kind="direction", start=i, end=i + 1, text="back")


def _manner(s: Spotter, i: int) -> Phrase | None:
    """Adverbs and set phrases: 'very slowly', 'happily', 'in a hurry', 'at full speed'."""
    low = s.reading.low
    start, power = i, 1.0
    while low(i) in INTENSITY:
        power *= INTENSITY[low(i)]
        i += 1
    if low(i) not in SPEED and not low(i).endswith("ly"):
        i, power = start, 1.0
    if low(i) in ("a",) and low(i + 1) in ("bit", "little") and low(i + 2) in SPEED:
        power, i = 0.5, i + 2
    word = low(i)
    if (
        word in SPEED
        and s.reading.words[i].tag[:2] not in ("VB", "CC")
        and word not in ("rush", "hurry")
    ):
        return Phrase(kind="manner", start=start, end=i + 1, text=word, value=SPEED[word] ** power)
    adverb = word.endswith("ly") and len(word) > 4 and word not in NOT_MANNERS
    known = word in MANNERS and s.reading.words[i].tag[:2] in ("RB", "JJ", "NN", "RP", "VB")
    if ((adverb or known) and s.reading.words[i].tag[:2] != "NN") or word in (
        "barefoot",
        "upright",
        "tiptoe",
        "crosslegged",
    ):
        return Phrase(kind="manner", start=start, end=i + 1, text=word, value=1.0)
    return None


def _set_phrase(s: Spotter, i: int) -> Phrase | None:
    """'on the spot', 'at full speed', 'like a robot', 'with joy'."""
    for spot in _SPOTS:
        if length := s.reading.starts(i, spot):
            return Phrase(kind="manner", start=i, end=i + length, text="in place", value=1.0)
    return _rate(s, i) or _likeness(s, i) or _feeling(s, i)


def _rate(s: Spotter, i: int) -> Phrase | None:
    """'at high speed', 'with medium velocity', 'in a slow way', 'in a hurry'."""
    low, start = s.reading.low, i
    if low(i) not in ("at", "with", "in"):
        return None
    j, words = i + 1, []
    while low(j) in _THE or low(j) in _RATE_WORDS or low(j) in SPEED or low(j) in INTENSITY or (
        j < len(s.reading.words) and s.reading.words[j].tag[:2] in ("JJ", "VB") and j < i + 5
    ):  # fmt: skip
        words.append(low(j))
        j += 1
    named = [word for word in words if word not in _THE and word not in INTENSITY]
    if low(j) in _RATES | _WAYS | {"steps", "tempo"} and named:
        factor = math.prod(SPEED.get(word, _RATE_WORDS.get(word, 1.0)) for word in named)
        power = math.prod(INTENSITY.get(word, 1.0) for word in words)
        return Phrase(
            kind="manner",
            start=start,
            end=j + 1,
            text=" ".join([*named, low(j)]),
            value=factor**power,
        )
    if (
        named == ["hurry"]
        or named == ["rush"]
        or (low(j) in ("hurry", "rush", "run") and words == ["a"])
    ):
        end = j if named else j + 1
        return Phrase(
            kind="manner", start=start, end=end, text="hurriedly", value=SPEED["hurriedly"]
        )
    return None


def _likeness(s: Spotter, i: int) -> Phrase | None:
    """'like a drunk person': the describing word, else the noun."""
    if s.reading.low(i) not in ("like", "as") or (
        s.reading.low(i) == "as" and s.reading.low(i + 1) != "a"
    ):
        return None
    chunk = s.chunk_at(i + 1)
    if chunk is None or s.reading.words[i].is_verb:
        return None
    plain = [word.low for word in chunk.adjectives]
    noun = chunk.noun.split()[-1]
    text = (
        " ".join(plain)
        if plain and noun in ("person", "man", "woman", "human", "people", "one")
        else chunk.noun
    )
    return Phrase(
        kind="manner", start=i, end=chunk.end, text=text, value=SPEED.get(text, 1.0), chunk=chunk
    )


_MOODS = {"joy": "happily", "happiness": "happily", "care": "carefully", "caution": "cautiously",
          "anger": "angrily", "fear": "fearfully", "confidence": "confidently",
          "energy": "energetically", "force": "forcefully", "pride": "proudly", "ease": "easily",
          "grace": "gracefully", "enthusiasm": "enthusiastically", "excitement": "excitedly",
          "difficulty": "with difficulty", "limp": "limping", "smile": "happily",
          "sadness": "sadly", "power": "forcefully", "purpose": "confidently",
          "pain": "painfully"}  # fmt: skip


def _feeling(s: Spotter, i: int) -> Phrase | None:
    """'with joy', 'with a limp'."""
    low = s.reading.low
    if low(i) not in ("with", "in", "without", "on"):
        return None
    j = i + 1 + (low(i + 1) in ("a", "great", "much"))
    if low(i) == "on" and low(i + 1) in ("tiptoe", "tiptoes"):
        return Phrase(kind="manner", start=i, end=i + 2, text="tiptoe", value=1.0)
    if low(i) == "on" and low(i + 1) == "all" and low(i + 2) == "fours":
        return Phrase(kind="manner", start=i, end=i + 3, text="on all fours", value=1.0)
    if low(j) in _MOODS and low(i) != "without":
        text = _MOODS[low(j)]
        return Phrase(kind="manner", start=i, end=j + 1, text=text, value=SPEED.get(text, 1.0))
    return None


def _order(s: Spotter, i: int) -> Phrase | None:
    """'then', 'finally', 'after that', 'before that'."""
    low = s.reading.low
    if low(i) in ("after", "before", "during", "while") and low(i + 1) in (
        "that",
        "this",
        "which",
        "doing",
    ):
        return Phrase(kind="order", start=i, end=i + 2, text="then")
    if low(i) in ORDER_WORDS and not (low(i) == "before" and s.chunk_at(i + 1) is not None):
        return Phrase(kind="order", start=i, end=i + 1, text=low(i))
    return None


def _place(s: Spotter, i: int) -> Phrase | None:
    """A preposition and its noun phrase: 'up the stairs', 'next to the chair'."""
    candidates = {s.longest(i, table) for table in (PLACES_AT, PATHS, _COMPANY)} - {""}
    for preposition in sorted(candidates, key=lambda text: (-len(text.split()), text)):
        end = i + len(preposition.split())
        chunk = s.chunk_at(end)
        if chunk is not None and chunk.role in (
            "actor",
            "prop",
            "pronoun",
            "place",
            "ground",
            "garment",
        ):
            return Phrase(kind="place", start=i, end=end, text=preposition, chunk=chunk)
    return None


def _bare_path(s: Spotter, i: int) -> Phrase | None:
    """'walks away', 'runs past': a way without an object."""
    low = s.reading.low(i)
    bare = ("away", "past", "across", "through", "over", "around", "along", "off")
    if low in bare and s.chunk_at(i + 1) is None and s.reading.low(i + 1) not in ("of", "from"):
        return Phrase(kind="way", start=i, end=i + 1, text=low)
    return None


def _mutual(s: Spotter, i: int) -> Phrase | None:
    """'each other', 'with one another'."""
    start = i
    i += s.reading.low(i) in ("at", "to", "with", "around", "towards")
    for text in ("each other", "one another"):
        if length := s.reading.starts(i, text):
            return Phrase(kind="mutual", start=start, end=i + length)
    return None


def _empty(s: Spotter, i: int) -> Phrase | None:
    """'a bit', 'in order', 'on his way', 'the way'."""
    low = s.reading.low(i)
    for text in ("a little bit", "a bit", "a little", "at the end", "in the end", "at all", "in order",
                 "at first", "on the way", "at last", "for fun", "his balance", "her balance",
                 "again", "the whole time", "all the time", "at the beginning", "in the air",
                 "in the process", "at the start", "at once", "by himself", "by herself",
                 "in a row", "some distance", "in between", "first", "after each other",
                 "from side"):  # fmt: skip
        if length := s.reading.starts(i, text):
            return Phrase(kind="empty", start=i, end=i + length)
    if low in EMPTY_ADVERBS and s.reading.words[i].tag[:2] in ("RB", "IN"):
        return (
            Phrase(kind="empty", start=i, end=i + 1) if low not in PATHS and low != "away" else None
        )
    return None


_SPOTTERS: tuple[Callable[[Spotter, int], Phrase | None], ...] = (
    _mutual, _shuttle, _set_phrase, _measure, _repeats, _route, _side, _turning, _place, _back, _direction,
    _manner, _order, _bare_path, _empty,
)  # fmt: skip
