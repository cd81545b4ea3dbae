"""How long, far, often and far round: 'for five seconds', 'two meters', 'a half circle'."""

from __future__ import annotations

import math

from text2sim.prompt import numbers
from text2sim.prompt.adverbs import (
    DIRECTIONS,
    OFTEN,
    REPEATED,
    ROUTES,
    SPEED,
)
from text2sim.prompt.chunks import Chunk
from text2sim.prompt.spotting import Kind, Phrase, Spotter, opens_clause
from text2sim.prompt.words import words

FRACTIONS = {"quarter": 0.25, "half": 0.5, "full": 1.0, "complete": 1.0, "whole": 1.0,
           "three-quarter": 0.75, "three-quarters": 0.75, "semi": 0.5}  # fmt: skip

_ABOUT = words("about approximately around over roughly")

_LENGTHS = frozenset(
    ["very", "more", "small", "big", "large", "little", "short", "long", "normal", "tiny", "single"]
)


def measure(s: Spotter, i: int) -> Phrase | None:
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


def repeats(s: Spotter, i: int) -> Phrase | None:
    """'twice', 'once', 'repeatedly', 'several times'."""
    low = s.reading.low(i)
    if low in REPEATED and not opens_clause(s, i):
        return Phrase(kind="times", start=i, end=i + 1, value=REPEATED[low])
    for text, times in OFTEN.items():
        if length := s.reading.starts(i, text):
            return Phrase(kind="times", start=i, end=i + length, value=times, text="vague")
    return None


def route(s: Spotter, i: int) -> Phrase | None:
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
    angle = 2 * math.pi * (fraction or _fraction(s, chunk, noun))
    return Phrase(kind="route", start=start, end=chunk.end, text=kind, value=angle, chunk=chunk)


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


def turning(s: Spotter, i: int) -> Phrase | None:
    """'clockwise', 'in the counterclockwise direction'."""
    low, start = s.reading.low, i
    while low(i) in ("in", "a", "the"):
        i += 1
    if low(i) not in ("clockwise", "counterclockwise"):
        return None
    sign = -1.0 if low(i) == "clockwise" else 1.0
    end = i + 1 + (low(i + 1) in ("direction", "manner", "fashion"))
    return Phrase(kind="turning", start=start, end=end, value=sign)
