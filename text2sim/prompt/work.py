"""The work in progress on one prompt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import final

from text2sim.prompt import clothing
from text2sim.prompt.build import Draft
from text2sim.prompt.cast import Cast
from text2sim.prompt.chunks import Chunk
from text2sim.prompt.sentence import Reading
from text2sim.types import Relation


@final
@dataclass(kw_only=True)
class Interpretation:
    """The work in progress on one prompt: what was found, and which words have a meaning."""

    reading: Reading
    chunks: tuple[Chunk, ...]
    verbs: frozenset[int]
    outfits: list[clothing.Outfit]
    cast: Cast = field(default_factory=Cast)
    drafts: list[Draft] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    agents: set[int] = field(default_factory=set)
    """First words of noun phrases that a passive names as the doer."""
    setting: str | None = None
    claimed: set[int] = field(default_factory=set)
    warnings: list[str] = field(default_factory=list)

    def claim(self, start: int, end: int) -> None:
        """Note that words have a meaning."""
        self.claimed |= set(range(start, end))

    def chunk_of(self, index: int) -> Chunk | None:
        """The noun phrase that holds a word."""
        return next((chunk for chunk in self.chunks if chunk.start <= index < chunk.end), None)

    def referents(self, chunk: Chunk | None) -> tuple[str, ...]:
        """Ids that a noun phrase stands for."""
        return self.cast.referents.get(chunk.head.index, ()) if chunk is not None else ()

    def relate(self, kind: str, subjects: tuple[str, ...], references: tuple[str, ...]) -> None:
        """Add a spatial relation for each subject."""
        for subject in subjects:
            relation = Relation(kind=kind, subject=subject, references=references)  # type: ignore[arg-type]
            if references and subject not in references and relation not in self.relations:
                self.relations.append(relation)
