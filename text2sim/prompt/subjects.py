"""Who does it: subjects, joined subjects, the doer of a passive, and the nearest person."""

from __future__ import annotations

from text2sim.prompt.chunks import Chunk
from text2sim.prompt.predicates import (
    Predicate,
    subject_word,
)
from text2sim.prompt.sentence import Word
from text2sim.prompt.work import Interpretation


def subject_ids(work: Interpretation, predicate: Predicate | None) -> tuple[str, ...]:
    """Ids of whoever or whatever the subject of a predicate names."""
    if predicate is None:
        return ()
    word = subject_word(work.reading, predicate, work.verbs)
    if word is None:
        return ()
    chunk = work.chunk_of(_new_subject(work, predicate, word).index)
    return _joined(work, chunk, predicate.index) if chunk is not None else ()


def _joined(work: Interpretation, chunk: Chunk, end: int) -> tuple[str, ...]:
    """Everybody in 'two tall men and a short woman', up to the verb."""
    row = [chunk]
    for other in work.chunks:
        gap = _between(work, row[-1], other)
        if gap in (["and"], [","], [",", "and"]) and other.end <= end:
            row.append(other)
    for other in reversed(work.chunks):
        gap = _between(work, other, row[0])
        if gap in (["and"], [","], [",", "and"]):
            row.insert(0, other)
    people = [other for other in row if other is chunk or other.role in ("actor", "pronoun")]
    return tuple(dict.fromkeys(key for other in people for key in work.referents(other)))


def _between(work: Interpretation, first: Chunk, second: Chunk) -> list[str]:
    """Words between two noun phrases, without what the first wears."""
    worn = {i for outfit in work.outfits for i in range(outfit.start, outfit.end)}
    return [work.reading.low(i) for i in range(first.end, second.start) if i not in worn]


def _new_subject(work: Interpretation, predicate: Predicate, word: Word) -> Word:
    """In '... walks and a woman in white dances' the nearer person acts, whatever the tree says."""
    passed = [i for i in work.verbs if word.index < i < predicate.index]
    for chunk in work.chunks if passed else ():
        opens = work.reading.low(chunk.start - 1) in ("and", "while", "then", "but")
        closes = not set(range(chunk.end, predicate.index)) & work.verbs
        if (
            max(passed) < chunk.start < predicate.index
            and chunk.role == "actor"
            and opens
            and closes
        ):
            return chunk.head
    return word


def find_agents(work: Interpretation, predicate: Predicate) -> tuple[str, ...]:
    """'by the man' after a passive verb."""
    for chunk in work.chunks:
        if chunk.start > predicate.index and work.reading.low(chunk.start - 1) == "by":
            ids = work.referents(chunk)
            if ids and ids[0] in work.cast.actors:
                work.claim(chunk.start - 1, chunk.end)
                work.agents.add(chunk.start)
                return ids
    return ()


def nearest_actor(
    work: Interpretation, predicate: Predicate, exclude: tuple[str, ...]
) -> tuple[str, ...]:
    """The last person mentioned before the verb, else the first of all."""
    before = [
        chunk for chunk in work.chunks
        if chunk.end <= predicate.index and set(work.referents(chunk)) & set(work.cast.actors)
        and not set(work.referents(chunk)) & set(exclude)
    ]  # fmt: skip
    since = work.drafts[-1].predicate.index if work.drafts else -1
    if work.drafts and not any(chunk.start > since and chunk.role == "actor" for chunk in before):
        return work.drafts[-1].actors
    if before:
        return _joined(work, before[-1], predicate.index)
    everybody = tuple(key for key in work.cast.actors if key not in exclude)
    return everybody[:1] or (work.cast.add_actor("person"),)
