"""The words of a prompt with their tags and dependencies."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import final


@final
@dataclass(frozen=True, kw_only=True)
class Word:
    """One word: text as written (empty if it was added), corrected lower-case form, and syntax.

    `head` is the index of the governing word (its own for the root).
    """

    index: int
    text: str
    low: str
    lemma: str
    tag: str
    dep: str
    head: int

    @property
    def is_verb(self) -> bool:
        """Tagged as a verb form."""
        return self.tag.startswith("VB")

    @property
    def is_noun(self) -> bool:
        """Tagged as a noun."""
        return self.tag.startswith("NN")


@final
@dataclass(frozen=True, kw_only=True)
class Reading:
    """The words of a prompt, its camera phrase, and what was corrected."""

    words: tuple[Word, ...]
    view: str | None = None
    warnings: tuple[str, ...] = ()

    @cached_property
    def _children(self) -> dict[int, tuple[Word, ...]]:
        table: dict[int, tuple[Word, ...]] = {}
        for word in self.words:
            if word.head != word.index:
                table[word.head] = (*table.get(word.head, ()), word)
        return table

    def children(self, word: Word) -> tuple[Word, ...]:
        """Words that depend on this one, in order."""
        return self._children.get(word.index, ())

    def head(self, word: Word) -> Word:
        """The word it depends on."""
        return self.words[word.head]

    def low(self, index: int) -> str:
        """Lower-case form at an index; empty beyond the ends."""
        return self.words[index].low if 0 <= index < len(self.words) else ""

    def starts(self, index: int, phrase: str) -> int:
        """Number of words of the phrase if it stands at the index, else 0."""
        parts = phrase.split()
        found = all(self.low(index + i) == part for i, part in enumerate(parts))
        return len(parts) if found else 0
