"""How it is done: 'very slowly', 'in a hurry', 'at full speed', 'like a robot'."""

from __future__ import annotations

import math

from text2sim.prompt.adverbs import (
    INTENSITY,
    MANNERS,
    NOT_MANNERS,
    SPEED,
)
from text2sim.prompt.spotting import ARTICLES, Phrase, Spotter
from text2sim.prompt.words import words

_RATES = words("speed pace tempo velocity rate walk run jog trot")

_WAYS = words("way manner fashion style")

_RATE_WORDS = {"high": 1.5, "full": 1.8, "top": 1.8, "medium": 1.0, "normal": 1.0, "moderate": 1.0,
               "low": 0.6, "constant": 1.0, "average": 1.0, "walking": 1.0, "great": 1.5,
               "maximum": 1.8, "steady": 1.0, "good": 1.1, "increased": 1.3}  # fmt: skip

_SPOTS = ("on the spot", "in place", "on one spot", "on a spot", "on spot", "at one place",
          "in one place", "on the same spot")  # fmt: skip


def manner(s: Spotter, i: int) -> Phrase | None:
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


def set_phrase(s: Spotter, i: int) -> Phrase | None:
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
    while low(j) in ARTICLES or low(j) in _RATE_WORDS or low(j) in SPEED or low(j) in INTENSITY or (
        j < len(s.reading.words) and s.reading.words[j].tag[:2] in ("JJ", "VB") and j < i + 5
    ):  # fmt: skip
        words.append(low(j))
        j += 1
    named = [word for word in words if word not in ARTICLES and word not in INTENSITY]
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
