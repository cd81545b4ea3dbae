"""What belongs to a verb: its object, its particle, or the noun that names the action."""

from __future__ import annotations

from text2sim.actions import VERBS
from text2sim.prompt.adverbs import INTENSITY, SPEED
from text2sim.prompt.chunks import Chunk
from text2sim.prompt.lexicon import PEOPLE, singular
from text2sim.prompt.numbers import STEPS
from text2sim.prompt.sentence import Reading, Word
from text2sim.prompt.verbs import (
    ACTION_NOUNS,
    LIGHT,
    TRANSITIVE_PARTICLES,
    verb_forms,
)
from text2sim.prompt.words import words

_PARTICLES = words("up down over around away off out back round forward still asleep")


_DRESSING = ("put on", "take off")


def direct_object(reading: Reading, word: Word, chunks: tuple[Chunk, ...]) -> Chunk | None:
    """The noun phrase right after the verb, its particle and adverbs."""
    index = word.index + 1
    while _may_precede_object(reading, word, index):
        index += 1
    dressing = f"{word.lemma} {reading.low(index)}" in _DRESSING
    for chunk in chunks:
        if dressing and chunk.start == index + 1 and chunk.role == "garment":
            return chunk
        if (chunk.start == index and chunk.role not in ("measure", "route", "empty")) or (
            chunk.start == index and chunk.head.lemma in STEPS
        ):
            return chunk
    return None


def _may_precede_object(reading: Reading, verb: Word, index: int) -> bool:
    low = reading.low(index)
    if low in ("up", "down", "over", "away", "out", "off", "back"):
        return verb.lemma in TRANSITIVE_PARTICLES and f"{verb.lemma} {low}" in VERBS
    adverb = index < len(reading.words) and reading.words[index].tag == "RB"
    return (adverb and (low.endswith("ly") or low in SPEED or low in INTENSITY)) or (
        low in ("at", "for", "on") and f"{verb.lemma} {low}" in VERBS
    )


def named_action(reading: Reading, chunk: Chunk) -> str | None:
    """The verb in 'a jump', 'three steps', 'a wiping motion'."""
    if chunk.head.lemma in STEPS:
        return "step" if chunk.role == "measure" else None
    if chunk.role == "motion" or (
        chunk.role == "action"
        and chunk.noun in ("exercise", "movement", "move", "gesture", "pose", "turn")
    ):
        for word in (*chunk.adjectives, *reading.words[chunk.start : chunk.head.index]):
            lemma = verb_forms().get(word.low) or ACTION_NOUNS.get(singular(word.low))
            if (
                lemma is not None
                and lemma not in LIGHT
                and (word.low.endswith("ing") or word.is_noun)
            ):
                return lemma
    if chunk.role in ("action", "motion"):
        return ACTION_NOUNS.get(chunk.noun) or ACTION_NOUNS.get(chunk.noun.split()[-1])
    return None


def action_after_for(reading: Reading, word: Word, chunks: tuple[Chunk, ...]) -> Chunk | None:
    """'goes for a walk', 'comes to a stop'."""
    if word.lemma not in ("go", "come") or reading.low(word.index + 1) not in ("for", "on", "to"):
        return None
    for chunk in chunks:
        if chunk.start == word.index + 2 and chunk.noun in ACTION_NOUNS and chunk.determiner == "a":
            return chunk
    return None


def phrasal_verb(reading: Reading, word: Word, direct: Chunk | None) -> tuple[str, set[int]]:
    """The longest entry of the verb tables that the verb, its particles and its object make."""
    lemma = word.lemma
    after = word.index + 1
    while reading.low(after).endswith("ly") and reading.low(after) not in ("family",):
        after += 1
    if direct is not None and direct.role == "garment":
        for index in (after, direct.end):
            if f"{lemma} {reading.low(index)}" in _DRESSING:
                return f"{lemma} {reading.low(index)}", {index}
    candidates = [(after, True)]
    if direct is not None:
        candidates.append((direct.end, False))
    for index, near in candidates:
        two = f"{lemma} {reading.low(index)} {reading.low(index + 1)}"
        if two in VERBS:
            return two, {index, index + 1}
        one = f"{lemma} {reading.low(index)}"
        if one in VERBS and reading.low(index) and _is_particle(reading, word, index, near):
            return one, set() if one.endswith(" to") else {index}
    if direct is not None and f"{lemma} {direct.noun}" in VERBS and direct.noun != "back":
        return f"{lemma} {direct.noun}", set()
    if (
        direct is not None
        and direct.role == "body"
        and f"{lemma} {direct.noun.split()[-1]}" in VERBS
    ):
        return f"{lemma} {direct.noun.split()[-1]}", set()
    return lemma, set()


def _is_particle(reading: Reading, verb: Word, index: int, near: bool) -> bool:
    """'picks up the ball' has a particle; 'walks up the stairs' has a preposition."""
    if reading.low(index) not in _PARTICLES:
        return reading.low(index) in ("at", "for", "on", "to")
    following = index + 1
    opens = following < len(reading.words) and (
        reading.words[following].tag in ("DT", "PRP$", "CD", "PRP", "PDT")
        or reading.words[following].tag.startswith(("NN", "JJ"))
    )
    if reading.low(index) == "down" and _names_person(reading, following):
        return True
    if not opens or (
        reading.low(following) in ("left", "right", "straight", "his", "her") and not near
    ):
        return True
    if reading.low(following) in ("to", "from", "again"):
        return True
    return verb.lemma in TRANSITIVE_PARTICLES and near


def _names_person(reading: Reading, index: int) -> bool:
    """'before sitting down the woman ...': nobody sits down a woman."""
    while reading.low(index) in ("the", "a", "an") or (
        index < len(reading.words) and reading.words[index].tag == "JJ"
    ):
        index += 1
    return singular(reading.low(index)) in PEOPLE
