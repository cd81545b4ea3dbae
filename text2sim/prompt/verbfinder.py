"""Which words act as verbs: not participles that describe, nor nouns that look like verbs."""

from __future__ import annotations

from text2sim.actions import VERBS
from text2sim.prompt.lexicon import BODY, singular
from text2sim.prompt.sentence import Reading, Word
from text2sim.prompt.verbs import (
    ACTION_NOUNS,
    AUXILIARY,
    verb_forms,
)


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
