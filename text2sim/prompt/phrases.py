"""Phrases that say how, how often, how long, how far and which way: spotted word by word.

Each spotter looks at one index of the reading and returns a `Phrase` or None. The first that
answers wins, and its words are taken.
"""

from __future__ import annotations

from collections.abc import Callable

from text2sim.prompt.adverbs import (
    DIRECTIONS,
    EMPTY_ADVERBS,
    OPPOSITE,
    ORDER_WORDS,
    PATHS,
    PLACES_AT,
)
from text2sim.prompt.chunks import Chunk
from text2sim.prompt.lexicon import BODY, singular
from text2sim.prompt.manners import manner, set_phrase
from text2sim.prompt.measures import measure, repeats, route, turning
from text2sim.prompt.sentence import Reading
from text2sim.prompt.spotting import ARTICLES, Phrase, Spotter, opens_clause
from text2sim.prompt.words import words

_FILLERS = (
    "a little bit", "a bit", "a little", "at the end", "in the end", "at all", "in order",
    "at first", "on the way", "at last", "for fun", "the whole time", "all the time",
    "at the beginning", "in the process", "at the start", "at once", "by himself", "by herself",
    "some distance", "in between", "first", "after each other", "again",
)  # fmt: skip
"""Phrases that change nothing that can be shown."""
_BEFORE_LIMBS = words(
    "with using on by in at from over under across above of against to into behind"
)
_UNPAIRED = words("back head body chest neck face hair torso")
_COMPANY = {"with": "", "for": "", "without": ""}


def _side(s: Spotter, i: int) -> Phrase | None:
    """'with his left foot', 'on one leg', 'both arms'; also limbs without a preposition."""
    low, start = s.reading.low, i
    if low(i).endswith("ed") and low(i).startswith(("left", "right")):
        side = "left" if low(i).startswith("left") else "right"
        return Phrase(kind="side", start=start, end=i + 1, text=side)
    for phrase in ("in front of", "next to", "up to", "down to", "on top of", "down on"):
        i += s.reading.starts(i, phrase)
    for _ in range(2):
        i += low(i) in _BEFORE_LIMBS
    bare = low(i) in ARTICLES and low(i + 1) in ("left", "right")
    if low(start) in ("with", "using") and bare and singular(low(i + 2)) not in BODY:
        return Phrase(kind="side", start=start, end=i + 2, text=low(i + 1))
    chunk = s.chunk_at(i)
    if chunk is None or chunk.role != "body":
        return None
    if low(start) == "with" and _is_posed(s, chunk):
        text = f"{chunk.head.low} {low(chunk.end)}"
        return Phrase(kind="manner", start=start, end=chunk.end + 1, text=text, value=1.0)
    side = _side_of(s, chunk)
    if not side and chunk.noun == "back" and not chunk.determiner:
        return None
    return Phrase(kind="side", start=start, end=chunk.end, text=side, chunk=chunk)


def _is_posed(s: Spotter, chunk: Chunk) -> bool:
    """'with her arms raised'."""
    if chunk.end >= len(s.reading.words) or chunk.end in s.taken:
        return False
    return s.reading.words[chunk.end].tag in ("VBN", "VBD", "JJ")


def _side_of(s: Spotter, chunk: Chunk) -> str:
    """Which of a pair of limbs a noun phrase names; '' if it does not say, or there is one."""
    named = {s.reading.low(j) for j in range(chunk.start, chunk.end)}
    for side in ("left", "right"):
        if side in named:
            return side
    paired = chunk.noun.split()[-1] not in _UNPAIRED
    plural = singular(chunk.head.low) != chunk.head.low
    return "both" if paired and plural and chunk.count in (None, 2.0) else ""


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
    article = low(i) in ARTICLES
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
        if opens_clause(s, i):
            continue
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
    bare = ("away", "out", "past", "across", "through", "over", "around", "along", "off")
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
    for text in _FILLERS:
        if length := s.reading.starts(i, text):
            return Phrase(kind="empty", start=i, end=i + length)
    if opens_clause(s, i):
        return Phrase(kind="empty", start=i, end=i + 1)
    adverb = low in EMPTY_ADVERBS and s.reading.words[i].tag[:2] in ("RB", "IN")
    if adverb and low not in PATHS and low != "away":
        return Phrase(kind="empty", start=i, end=i + 1)
    return None


_SPOTTERS: tuple[Callable[[Spotter, int], Phrase | None], ...] = (
    _mutual, _shuttle, set_phrase, measure, repeats, route, _side, turning, _place, _back,
    _direction, manner, _order, _bare_path, _empty,
)  # fmt: skip


def spot_phrases(reading: Reading, chunks: tuple[Chunk, ...], taken: set[int]) -> list[Phrase]:
    """All phrases outside the words that are taken, in order of the sentence."""
    return Spotter(reading=reading, chunks=chunks, taken=taken).search(_SPOTTERS)
