"""From words to the script: who is there, what they do, where and how."""

from __future__ import annotations

from text2sim.errors import NoActorError
from text2sim.prompt import clothing
from text2sim.prompt.build import Draft, resolve
from text2sim.prompt.chunks import Chunk, find_chunks
from text2sim.prompt.complete import complete
from text2sim.prompt.guard import EXAMPLE
from text2sim.prompt.introduce import introduce
from text2sim.prompt.lexicon import ANIMALS, FUNCTION_WORDS, NEGATIONS
from text2sim.prompt.modifiers import apply_phrases
from text2sim.prompt.narrate import write_actions
from text2sim.prompt.phrases import spot_phrases
from text2sim.prompt.predicates import Predicate, find_predicates, known_action
from text2sim.prompt.sentence import Reading
from text2sim.prompt.spotting import Phrase
from text2sim.prompt.subjects import find_agents, nearest_actor, subject_ids
from text2sim.prompt.verbfinder import find_verbs
from text2sim.prompt.verbs import ACTION_NOUNS
from text2sim.prompt.words import words
from text2sim.prompt.work import Interpretation
from text2sim.types import Action, Script

_POSTURES = words("sit stand lie rest hang lean stay be")


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
    introduce(work, predicates, phrases)
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
    actions = write_actions(work)
    return _script(prompt, work, actions)


def _named_only(reading: Reading, chunks: tuple[Chunk, ...]) -> tuple[Predicate, ...]:
    """A headline without a verb: 'a jump to the left'."""
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
    return spot_phrases(work.reading, work.chunks, taken)


def _without_things(
    work: Interpretation, predicates: tuple[Predicate, ...]
) -> tuple[Predicate, ...]:
    """Leave out what things do: 'a dog sits on a box' is only where the dog is."""
    kept: list[Predicate] = []
    for item in predicates:
        subjects = subject_ids(work, item)
        busy = item.head.tag == "VBG" and item.object is not None and kept
        if busy and work.cast.props.keys() >= {*subjects} and not _animal(work, subjects):
            kept.append(item)
            continue
        if not subjects or item.passive or not all(key in work.cast.props for key in subjects):
            kept.append(item)
            continue
        if item.verb.split()[0] not in _POSTURES:
            noun = work.cast.props[subjects[0]].noun
            work.warnings.append(f"Only people act: '{noun}' does not '{item.verb}'.")
            work.claimed -= item.words
    return tuple(kept)


def _animal(work: Interpretation, things: tuple[str, ...]) -> bool:
    """In 'sits on a chair reading a book' the chair does not read, but a dog chases a cat."""
    return any(work.cast.props[key].noun.split()[-1] in ANIMALS for key in things)


def _without_purposes(
    work: Interpretation, predicates: tuple[Predicate, ...]
) -> tuple[Predicate, ...]:
    """'jumps to score' is a jump: what it is for can't be shown."""
    kept: list[Predicate] = []
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
    subjects = subject_ids(work, predicate)
    objects = work.referents(predicate.object)
    if predicate.passive:
        agents = find_agents(work, predicate)
        if not agents and subjects and subjects[0] in work.cast.actors:
            return resolve(work, predicate, subjects, (), pushed=True)
        subjects, objects = agents, subjects
    actors = tuple(key for key in subjects if key in work.cast.actors)
    return resolve(
        work, predicate, actors or nearest_actor(work, predicate, objects), objects, pushed=False
    )


def _script(prompt: str, work: Interpretation, actions: tuple[Action, ...]) -> Script:
    negated = [word.low for word in work.reading.words if word.low in NEGATIONS]
    if negated:
        work.warnings.append(f"Negation is not understood: {negated[0]!r} is ignored.")
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
