"""Who does what: verbs with their particles, light verbs, passives, subjects and objects."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

from text2sim.actions import VERBS
from text2sim.prompt.adverbs import INTENSITY, SPEED
from text2sim.prompt.chunks import Chunk
from text2sim.prompt.lexicon import BODY, singular
from text2sim.prompt.numbers import STEPS
from text2sim.prompt.reading import Reading, Word
from text2sim.prompt.verbs import (
    ACTION_NOUNS,
    AUXILIARY,
    CATENATIVE,
    LIGHT,
    NEAREST,
    TRANSITIVE_PARTICLES,
    WEARING,
    verb_forms,
)

_PARTICLES = frozenset(
    ["up", "down", "over", "around", "away", "off", "out", "back", "round", "forward", "still"]
)
_MERGED = frozenset({"xcomp", "ccomp", "advcl", "conj", "dobj", "pcomp", "dep"})


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


def find_verbs(reading: Reading) -> frozenset[int]:
    """Indices of words that act as verbs; participles that describe nouns do not."""
    verbs = {
        word.index for word in reading.words
        if word.is_verb and not _is_adjective(reading, word) and not _is_counted(reading, word)
    }  # fmt: skip
    if any(reading.words[i].lemma not in AUXILIARY for i in verbs):
        return frozenset(verbs)
    return frozenset(verbs | _last_resort(reading))


def _is_adjective(reading: Reading, word: Word) -> bool:
    if word.low == "crosslegged" or (word.low == "using" and _has_limb(reading, word.index)):
        return True
    if word.tag not in ("VBG", "VBN", "VBD"):
        return word.low == "left" and not reading.children(word)
    if word.tag in ("VBN", "VBD") and singular(reading.low(word.index - 1)) in BODY and "with" in (
        reading.low(word.index - 2), reading.low(word.index - 3), reading.low(word.index - 4)
    ):  # fmt: skip
        return True
    following = reading.words[word.index + 1] if word.index + 1 < len(reading.words) else None
    before = reading.low(word.index - 1)
    describes = (
        following is not None and following.is_noun and before in ("a", "an", "the", "his", "her")
    )
    if describes and following is not None and word.tag == "VBG":
        return singular(following.low) not in ("stairs",)
    return word.dep == "amod" or describes


def _is_counted(reading: Reading, word: Word) -> bool:
    """'a half turn' and 'counterclockwise' are no verbs."""
    before = reading.low(word.index - 1)
    named = word.low in ACTION_NOUNS and before in (
        "a",
        "an",
        "half",
        "quarter",
        "full",
        "complete",
    )
    return named or word.low.endswith("wise")


def _has_limb(reading: Reading, index: int) -> bool:
    return any(singular(reading.low(i)) in BODY for i in range(index + 1, index + 4))


def _last_resort(reading: Reading) -> set[int]:
    """The sentence has no verb: take the first word that could be one ('a dancing man')."""
    for word in reading.words:
        lemma = verb_forms().get(word.low)
        noun_like = word.dep in ("pobj", "dobj") or reading.low(word.index - 1) in (
            "a",
            "an",
            "the",
        )
        gerund = word.low.endswith("ing") and lemma is not None
        if lemma in {verb.split()[0] for verb in VERBS} and (gerund or not noun_like):
            return {word.index}
    return set()


def find_predicates(
    reading: Reading, verbs: frozenset[int], chunks: tuple[Chunk, ...]
) -> tuple[Predicate, ...]:
    """Everything that is done, in the order of the sentence."""
    merged: dict[int, set[int]] = {}
    absorbed: set[int] = set()
    found = []
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
    direct = _object(reading, word, chunks)
    if (
        word.lemma in ("receive", "get", "experience", "take")
        and direct is not None
        and _is_blow(direct)
    ):
        return Predicate(head=word, words=frozenset({*words, direct.head.index}), verb=direct.noun.split()[-1],
                         noun=direct, passive=True)  # fmt: skip
    if word.lemma in LIGHT and direct is None:
        route = _route_after(reading, word, chunks)
        if route is not None:
            return Predicate(head=word, words=frozenset(words), verb="walk")
    if word.lemma in LIGHT and direct is not None and not passive:
        named = _named_action(reading, direct)
        if named is not None:
            seat = f"{word.lemma} {direct.noun}"
            verb = seat if seat in VERBS else named
            return Predicate(
                head=word, words=frozenset({*words, direct.head.index}), verb=verb, noun=direct
            )
    noun = _after_for(reading, word, chunks)
    if noun is not None:
        return Predicate(
            head=word,
            words=frozenset({*words, noun.head.index - 0}),
            verb=ACTION_NOUNS[noun.noun],
            noun=noun,
        )
    verb, extra = _phrasal(reading, word, direct)
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
    return participle and (bool(helpers & be) or bool(before & be) or _by_follows(reading, word))


def _by_follows(reading: Reading, word: Word) -> bool:
    return word.tag == "VBN" and reading.low(word.index + 1) == "by"


def _object(reading: Reading, word: Word, chunks: tuple[Chunk, ...]) -> Chunk | None:
    """The noun phrase right after the verb, its particle and adverbs."""
    index = word.index + 1
    while _may_precede_object(reading, word, index):
        index += 1
    for chunk in chunks:
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


def _named_action(reading: Reading, chunk: Chunk) -> str | None:
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


def _after_for(reading: Reading, word: Word, chunks: tuple[Chunk, ...]) -> Chunk | None:
    """'goes for a walk', 'comes to a stop'."""
    if word.lemma not in ("go", "come") or reading.low(word.index + 1) not in ("for", "on", "to"):
        return None
    for chunk in chunks:
        if chunk.start == word.index + 2 and chunk.noun in ACTION_NOUNS and chunk.determiner == "a":
            return chunk
    return None


def _phrasal(reading: Reading, word: Word, direct: Chunk | None) -> tuple[str, set[int]]:
    """The longest entry of the verb tables that the verb, its particles and its object make."""
    lemma = word.lemma
    after = word.index + 1
    while reading.low(after).endswith("ly") and reading.low(after) not in ("family",):
        after += 1
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
    if not opens or (
        reading.low(following) in ("left", "right", "straight", "his", "her") and not near
    ):
        return True
    if reading.low(following) in ("to", "from", "again"):
        return True
    return verb.lemma in TRANSITIVE_PARTICLES and near


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
