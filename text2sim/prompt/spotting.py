"""Phrases are spotted word by word: the first spotter that answers takes the words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, final

from text2sim.prompt.chunks import Chunk
from text2sim.prompt.sentence import Reading
from text2sim.prompt.words import words

Kind = Literal[
    "duration", "distance", "angle", "times", "steps", "route", "side", "direction", "turning",
    "manner", "order", "place", "empty", "shuttle", "way", "mutual",
]  # fmt: skip

ARTICLES = words("the his her its their my your a an")
_ENTITIES = frozenset({"actor", "prop", "garment", "pronoun", "place"})


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

    def search(self, spotters: tuple[Callable[[Spotter, int], Phrase | None], ...]) -> list[Phrase]:
        """What the spotters find, in order of the sentence."""
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
            for spot in spotters:
                phrase = spot(self, index)
                if phrase is not None:
                    found.append(phrase)
                    self.taken |= set(range(phrase.start, phrase.end))
                    break
        return found


def opens_clause(s: Spotter, i: int) -> bool:
    """'before he jumps', 'once he is there': a conjunction with its subject."""
    chunk = s.chunk_at(i + 1)
    return (
        s.reading.low(i) in ("before", "after", "once", "until", "since")
        and chunk is not None
        and chunk.role in ("actor", "pronoun")
        and chunk.head.dep.startswith("nsubj")
    )
