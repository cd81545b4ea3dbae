"""From words to the script: who is there, what they do, where and how."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import final

from text2sim.errors import NoActorError
from text2sim.prompt import clothing
from text2sim.prompt.build import Draft, resolve
from text2sim.prompt.cast import Cast
from text2sim.prompt.chunks import Chunk, find_chunks
from text2sim.prompt.complete import complete, partner
from text2sim.prompt.guard import EXAMPLE
from text2sim.prompt.lexicon import FUNCTION_WORDS
from text2sim.prompt.modifiers import apply_phrases
from text2sim.prompt.order import Placed, arrange
from text2sim.prompt.phrases import Phrase, Spotter
from text2sim.prompt.predicates import (
    Predicate,
    find_predicates,
    find_verbs,
    known_action,
    subject_word,
)
from text2sim.prompt.reading import Reading, Word
from text2sim.prompt.words import words
from text2sim.types import Action, Relation, Script

_POSTURES = words("sit stand lie rest hang lean stay be")
_COMPANY = frozenset(
    ["walk", "run", "dance", "talk", "stand", "sit", "punch", "march", "skip", "sneak", "jump"]
)


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


def interpret(prompt: str, reading: Reading) -> Script:
    """The script of a prompt that has been read.

    Raises:
        NoActorError: nobody is in it.
    """
    verbs = find_verbs(reading)
    chunks = find_chunks(reading, verbs)
    work = Interpretation(reading=reading, chunks=chunks, verbs=verbs,
                          outfits=clothing.find_outfits(reading, chunks),
                          warnings=list(reading.warnings))  # fmt: skip
    predicates = find_predicates(reading, verbs, chunks) or _named_only(reading, chunks)
    phrases = _spot(work, predicates)
    _introduce(work, predicates, phrases)
    predicates = _without_purposes(work, _without_things(work, predicates))
    if not work.cast.actors and not _implies_somebody(work, predicates):
        raise NoActorError(
            f"Nobody does anything in this prompt; say who does what, {EXAMPLE} or 'a woman kicks "
            f"a red ball'."
        )
    for predicate in predicates:
        work.drafts.append(_draft(work, predicate))
    apply_phrases(work, phrases)
    complete(work)
    actions = _actions(work)
    return _script(prompt, work, actions)


def _named_only(reading: Reading, chunks: tuple[Chunk, ...]) -> tuple[Predicate, ...]:
    """A headline without a verb: 'a jump to the left'."""
    from text2sim.prompt.verbs import ACTION_NOUNS

    for chunk in chunks:
        if chunk.role == "action" and chunk.noun in ACTION_NOUNS:
            return (Predicate(head=chunk.head, words=frozenset({chunk.head.index}),
                              verb=ACTION_NOUNS[chunk.noun], noun=chunk),)  # fmt: skip
    return ()


def _spot(work: Interpretation, predicates: tuple[Predicate, ...]) -> list[Phrase]:
    """Clothing first, then phrases around verbs."""
    taken = {i for item in predicates for i in item.words}
    for item in predicates:
        work.claimed |= item.words
        if item.noun is not None:
            taken.discard(item.noun.head.index)
    for outfit in work.outfits:
        work.claim(outfit.start, outfit.end)
        taken |= set(range(outfit.start, outfit.end))
    return Spotter(reading=work.reading, chunks=work.chunks, taken=taken).search()


def _introduce(
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
        work.cast.resolve(chunk, _subject_ids(work, predicate))
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
    exclude = () if is_subject else _subject_ids(work, predicate)
    placed = work.reading.words[max(chunk.start - 1, 0)].tag == "IN"
    work.cast.resolve(chunk, exclude, placed=placed)


def _subject_ids(work: Interpretation, predicate: Predicate | None) -> tuple[str, ...]:
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


def _without_things(
    work: Interpretation, predicates: tuple[Predicate, ...]
) -> tuple[Predicate, ...]:
    """Leave out what things do: 'a dog sits on a box' is only where the dog is."""
    kept = []
    for item in predicates:
        subjects = _subject_ids(work, item)
        if not subjects or item.passive or not all(key in work.cast.props for key in subjects):
            kept.append(item)
            continue
        if item.verb.split()[0] not in _POSTURES:
            noun = work.cast.props[subjects[0]].noun
            work.warnings.append(f"Only people act: '{noun}' does not '{item.verb}'.")
            work.claimed -= item.words
    return tuple(kept)


def _without_purposes(
    work: Interpretation, predicates: tuple[Predicate, ...]
) -> tuple[Predicate, ...]:
    """'jumps to score' is a jump: what it is for can't be shown."""
    kept = []
    for item in predicates:
        if work.reading.low(item.index - 1) == "to" and not known_action(item.verb) and kept:
            work.warnings.append(f"The verb '{item.verb}' is unknown; it is left out.")
            work.claimed -= item.words
        else:
            kept.append(item)
    return tuple(kept)


def _implies_somebody(work: Interpretation, predicates: tuple[Predicate, ...]) -> bool:
    """'the ball is kicked' implies a person, as 'a jump to the left' does."""
    if not predicates:
        return False
    key = work.cast.add_actor("person")
    work.warnings.append(f"The prompt names nobody; {key} does it.")
    return True


def _draft(work: Interpretation, predicate: Predicate) -> Draft:
    """The action with its actors and object."""
    subjects = _subject_ids(work, predicate)
    objects = work.referents(predicate.object)
    if predicate.passive:
        agents = _agents(work, predicate)
        if not agents and subjects and subjects[0] in work.cast.actors:
            return resolve(work, predicate, subjects, (), pushed=True)
        subjects, objects = agents, subjects
    actors = tuple(key for key in subjects if key in work.cast.actors)
    return resolve(
        work, predicate, actors or _nearest_actor(work, predicate, objects), objects, pushed=False
    )


def _agents(work: Interpretation, predicate: Predicate) -> tuple[str, ...]:
    """'by the man' after a passive verb."""
    for chunk in work.chunks:
        if chunk.start > predicate.index and work.reading.low(chunk.start - 1) == "by":
            ids = work.referents(chunk)
            if ids and ids[0] in work.cast.actors:
                work.claim(chunk.start - 1, chunk.end)
                work.agents.add(chunk.start)
                return ids
    return ()


def _nearest_actor(
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


def _actions(work: Interpretation) -> tuple[Action, ...]:
    if not work.drafts:
        return _standing(work)
    events = [draft.event() for draft in work.drafts]
    placed = arrange(work.reading, events)
    by_event = {id(event): draft for event, draft in zip(events, work.drafts)}
    actions: list[Action] = []
    made: list[dict[str, str]] = []
    for item in placed:
        made.append(_write(actions, made, item, by_event[id(item.event)]))
    return tuple(actions)


def _write(
    actions: list[Action], made: list[dict[str, str]], item: Placed, draft: Draft
) -> dict[str, str]:
    """One action for each actor and stage of an event; returns actor -> id of its last one."""
    last: dict[str, str] = {}
    first: str | None = None
    for actor in draft.actors:
        anchor = None if item.anchor is None else _anchor_of(made[item.anchor], actor)
        start = item.start
        if (first is not None and anchor is None) or (
            first is not None and item.anchor is not None and actor not in made[item.anchor]
        ):
            start, anchor = "with", first
        for stage in draft.stages():
            action = replace(
                stage, id=f"action{len(actions) + 1}", actor=actor, start=start, anchor=anchor
            )
            other = partner(draft, actor)
            if other is not None:
                action = _towards(action, other)
                if action.recipient == other and first is not None:
                    action = replace(action, start="after", anchor=first)
            actions.append(action)
            first = first or action.id
            last[actor] = action.id
            start, anchor = "after", action.id
    return last


def _towards(action: Action, other: str) -> Action:
    """The action with the other person as the one it is aimed at."""
    return replace(action, recipient=other) if action.target else replace(action, target=other)


def _anchor_of(made: dict[str, str], actor: str) -> str:
    return made.get(actor) or next(iter(made.values()))


def _standing(work: Interpretation) -> tuple[Action, ...]:
    work.warnings.append("The prompt names no action; the person stands.")
    actions: list[Action] = []
    for key in work.cast.actors:
        anchor = actions[0].id if actions else None
        actions.append(
            Action(id=f"action{len(actions) + 1}", name="stand", verb="stand", actor=key,
                   start="with" if anchor else "after", anchor=anchor)
        )  # fmt: skip
    return tuple(actions)


def _script(prompt: str, work: Interpretation, actions: tuple[Action, ...]) -> Script:
    return Script(
        prompt=prompt,
        actors=tuple(work.cast.actors.values()),
        props=tuple(work.cast.props.values()),
        actions=actions,
        relations=tuple(work.relations),
        setting=work.setting,
        view=work.reading.view,
        unused=_unused(work),
        warnings=tuple(dict.fromkeys((*work.warnings, *work.cast.warnings))),
    )


def _unused(work: Interpretation) -> tuple[str, ...]:
    """Words with content that nothing took up."""
    return tuple(
        word.text for word in work.reading.words
        if word.text and word.index not in work.claimed and word.low not in FUNCTION_WORDS
        and any(letter.isalnum() for letter in word.low)
    )  # fmt: skip
