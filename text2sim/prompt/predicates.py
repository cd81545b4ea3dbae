"""Who does what: verbs with their particles, light verbs, passives, subjects and objects."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

from text2sim.actions import VERBS
from text2sim.prompt.chunks import Chunk
from text2sim.prompt.phrasal import action_after_for, direct_object, named_action, phrasal_verb
from text2sim.prompt.sentence import Reading, Word
from text2sim.prompt.verbs import (
    ACTION_NOUNS,
    AUXILIARY,
    CATENATIVE,
    LIGHT,
    NEAREST,
    WEARING,
)


@final
@dataclass(frozen=True, kw_only=True)
class Predicate:
    """One action as the sentence puts it.

    Attributes:
        head: the verb whose place in the sentence counts.
        words: indices of all words that name it: auxiliaries, particles, light verbs, nouns.
        verb: lemma with particle ("pick up").
        noun: the noun phrase that names it ("a jump"), if any.
        object: the noun phrase acted upon, if any.
        passive: the subject suffers it.
    """

    head: Word
    words: frozenset[int]
    verb: str
    noun: Chunk | None = None
    object: Chunk | None = None
    passive: bool = False

    @property
    def index(self) -> int:
        """Place in the sentence."""
        return self.head.index


def find_predicates(
    reading: Reading, verbs: frozenset[int], chunks: tuple[Chunk, ...]
) -> tuple[Predicate, ...]:
    """Everything that is done, in the order of the sentence."""
    merged: dict[int, set[int]] = {}
    absorbed: set[int] = set()
    found: list[Predicate] = []
    for index in sorted(verbs):
        word = reading.words[index]
        if word.dep in ("aux", "auxpass") or _is_auxiliary(reading, word) or word.lemma in WEARING:
            continue
        if index in absorbed:
            continue
        target = _gives_way(reading, word, verbs)
        if target is not None:
            merged.setdefault(target.index, set()).update({index, *merged.get(index, set())})
            continue
        if word.lemma == "stop":
            absorbed |= {
                child.index
                for child in reading.children(word)
                if child.tag == "VBG" and child.dep == "xcomp"
            }
        if (
            found
            and word.lemma in LIGHT
            and word.tag == "VBG"
            and _route_after(reading, word, chunks)
        ):
            found[-1] = replace(found[-1], words=found[-1].words | {index})
            continue
        found.append(
            _predicate(reading, word, merged.get(index, set()) | absorbed & {index + 1}, chunks)
        )
    return tuple(found)


def _is_auxiliary(reading: Reading, word: Word) -> bool:
    if word.lemma == "be":
        return True
    if word.lemma == "have":
        return True
    return word.lemma in AUXILIARY and word.tag == "MD"


def _gives_way(reading: Reading, word: Word, verbs: frozenset[int]) -> Word | None:
    """The verb that a catenative verb introduces ('starts to run'), or None."""
    if word.lemma not in CATENATIVE:
        return None
    following = word.index + 1
    while reading.low(following) in ("to", "on", "by", "ready", "with") or reading.low(
        following
    ).endswith("ly"):
        following += 1
    if word.lemma == "use":
        following = next(
            (
                i
                for i in range(word.index, word.index + 7)
                if reading.low(i - 1) == "to" and i in verbs
            ),
            -1,
        )
    if following not in verbs:
        return None
    target = reading.words[following]
    linked = reading.low(following - 1) == "to" or target.tag == "VBG"
    if word.lemma in ("come",) and target.tag == "VBG":
        return None
    return target if linked and target.lemma not in AUXILIARY else None


def _predicate(
    reading: Reading, word: Word, merged: set[int], chunks: tuple[Chunk, ...]
) -> Predicate:
    passive = _is_passive(reading, word)
    auxiliaries = {
        child.index for child in reading.children(word) if child.dep in ("aux", "auxpass")
    }
    words = {word.index, *merged, *auxiliaries}
    direct = direct_object(reading, word, chunks)
    if (
        word.lemma in ("receive", "get", "experience", "take")
        and direct is not None
        and _is_blow(direct)
    ):
        suffered = frozenset({*words, direct.head.index})
        blow = direct.noun.split()[-1]
        return Predicate(head=word, words=suffered, verb=blow, noun=direct, passive=True)
    if word.lemma in LIGHT and direct is None:
        route = _route_after(reading, word, chunks)
        if route is not None:
            return Predicate(head=word, words=frozenset(words), verb="walk")
    if word.lemma in LIGHT and direct is not None and not passive:
        named = named_action(reading, direct)
        if named is not None:
            seat = f"{word.lemma} {direct.noun}"
            verb = seat if seat in VERBS else named
            return Predicate(
                head=word, words=frozenset({*words, direct.head.index}), verb=verb, noun=direct
            )
    noun = action_after_for(reading, word, chunks)
    if noun is not None:
        return Predicate(
            head=word,
            words=frozenset({*words, noun.head.index - 0}),
            verb=ACTION_NOUNS[noun.noun],
            noun=noun,
        )
    verb, extra = phrasal_verb(reading, word, direct)
    return Predicate(
        head=word, words=frozenset(words | extra), verb=verb, object=direct, passive=passive
    )


def _is_blow(chunk: Chunk) -> bool:
    return chunk.noun.split()[-1] in (
        "push",
        "shove",
        "hit",
        "bump",
        "punch",
        "blow",
        "slap",
        "pull",
    )


def _route_after(reading: Reading, word: Word, chunks: tuple[Chunk, ...]) -> Chunk | None:
    """'performs a quarter circle' is walked."""
    return next((c for c in chunks if c.role == "route" and c.start == word.index + 1), None)


def _is_passive(reading: Reading, word: Word) -> bool:
    helpers = {child.low for child in reading.children(word) if child.dep in ("aux", "auxpass")}
    before = {reading.low(word.index - 1), reading.low(word.index - 2)}
    be = {
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "being",
        "beeing",
        "gets",
        "get",
        "got",
        "getting",
    }
    participle = word.tag in ("VBN", "VBD")
    if participle and word.dep == "conj" and reading.head(word).is_verb:
        own = any(child.dep.startswith("nsubj") for child in reading.children(word))
        governor = reading.head(word)
        if not own and governor.tag == "VBN" and _is_passive(reading, governor):
            return True
    return participle and (bool(helpers & be) or bool(before & be) or _by_follows(reading, word))


def _by_follows(reading: Reading, word: Word) -> bool:
    return word.tag == "VBN" and reading.low(word.index + 1) == "by"


def subject_word(reading: Reading, predicate: Predicate, verbs: frozenset[int]) -> Word | None:
    """The word that names who does it, by syntax; None if nothing does."""
    word: Word = predicate.head
    seen: set[int] = set()
    while word.index not in seen:
        seen.add(word.index)
        for child in reading.children(word):
            if child.dep in ("nsubj", "nsubjpass", "csubj") and child.low not in (
                "that",
                "which",
                "who",
            ):
                return child
        if word.dep in ("acl", "relcl"):
            return reading.head(word)
        parent = reading.head(word)
        if parent.index == word.index:
            return None
        word = parent
    return None


def known_action(verb: str) -> bool:
    """Whether the tables know the verb at all."""
    first = verb.split()[0]
    return verb in VERBS or first in VERBS or first in NEAREST
