"""Noun phrases become actors and props in order of mention."""

from __future__ import annotations

from text2sim.prompt import clothing
from text2sim.prompt.chunks import Chunk
from text2sim.prompt.phrases import Phrase
from text2sim.prompt.predicates import (
    Predicate,
)
from text2sim.prompt.subjects import subject_ids
from text2sim.prompt.work import Interpretation


def introduce(
    work: Interpretation, predicates: tuple[Predicate, ...], phrases: list[Phrase]
) -> None:
    """Turn noun phrases into actors and props, in order of mention."""
    placed = {p.chunk.start for p in phrases if p.kind == "place" and p.chunk is not None}
    spoken_for = {i for p in phrases if p.kind != "place" for i in range(p.start, p.end)}
    spoken_for |= {i for outfit in work.outfits for i in range(outfit.start, outfit.end)}
    late: list[tuple[Chunk, Predicate | None]] = []
    for chunk in work.chunks:
        if chunk.head.index in spoken_for or any(item.noun is chunk for item in predicates):
            continue
        if chunk.role == "actor":
            work.cast.introduce_actor(chunk)
        elif chunk.role == "pronoun":
            _resolve_pronoun(work, chunk, predicates, late)
        elif chunk.role == "ground":
            work.claim(chunk.start, chunk.end)
        elif _is_thing(chunk, predicates, placed):
            _rank(work, chunk, work.cast.introduce_prop(chunk))
        if chunk.head.index in work.cast.referents or chunk.role == "pronoun":
            work.claim(chunk.start, chunk.end)
    for chunk, predicate in late:
        work.cast.resolve(chunk, subject_ids(work, predicate))
    clothing.put_on(work.cast, work.outfits)


def _rank(work: Interpretation, chunk: Chunk, ids: tuple[str, ...]) -> None:
    """In 'walks to a chair next to a table', the table only says where the chair is."""
    level = int(work.reading.words[max(chunk.start - 1, 0)].tag in ("IN", "TO"))
    for i in range(chunk.start - 1, max(chunk.start - 6, 0), -1) if level else ():
        if i in work.verbs and work.reading.words[i].lemma != "be":
            break
        before = work.chunk_of(i)
        if before is not None and before.role in ("prop", "garment"):
            level = 2
    for key in ids:
        work.cast.rank[key] = min(level, work.cast.rank.get(key, 2))


def _is_thing(chunk: Chunk, predicates: tuple[Predicate, ...], placed: set[int]) -> bool:
    if chunk.role == "place":
        return chunk.start not in placed and not any(item.object is chunk for item in predicates)
    return chunk.role in ("prop", "garment") and not _is_game(chunk, predicates)


def _is_game(chunk: Chunk, predicates: tuple[Predicate, ...]) -> bool:
    """'plays tennis' names no thing."""
    from text2sim.prompt.verbs import PLAYED

    return chunk.noun in PLAYED and any(
        item.object is chunk and item.verb == "play" and chunk.determiner == ""
        for item in predicates
    )


def _resolve_pronoun(
    work: Interpretation,
    chunk: Chunk,
    predicates: tuple[Predicate, ...],
    late: list[tuple[Chunk, Predicate | None]],
) -> None:
    if chunk.noun == "who":
        return
    if (
        chunk.noun == "it"
        and not work.cast.props
        and any(item.object is chunk for item in predicates)
    ):
        if any(item.object is not None and item.object.role == "body" for item in predicates):
            return
        work.cast.refer(chunk, (work.cast.add_prop("object"),))
        return
    before = [item for item in predicates if item.index < chunk.start]
    predicate = before[-1] if before else None
    is_subject = chunk.head.dep.startswith("nsubj") or chunk.noun in ("he", "she", "they")
    known = bool(work.cast.actors) or chunk.noun in ("you", "i", "we")
    if not known and any(
        other.role == "actor" for other in work.chunks if other.start > chunk.start
    ):
        late.append((chunk, predicate))
        return
    exclude = () if is_subject else subject_ids(work, predicate)
    placed = work.reading.words[max(chunk.start - 1, 0)].tag == "IN"
    work.cast.resolve(chunk, exclude, placed=placed)
