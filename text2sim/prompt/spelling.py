"""Mend slips of the pen: a word that English lacks becomes the nearest word of the rules."""

from __future__ import annotations

from functools import cache

from text2sim.catalogue import COLOURS, KINDS, NOUNS
from text2sim.prompt.adverbs import DIRECTIONS, INTENSITY, PATHS, REPEATED, SPEED
from text2sim.prompt.lexicon import (
    AGES,
    ANIMALS,
    BODY,
    BUILDS,
    ENGLISH_WORDS,
    FOREIGN_WORDS,
    GARMENTS,
    HEIGHTS,
    IRREGULAR_PLURALS,
    MATERIALS,
    MOTION_NOUNS,
    PEOPLE,
    PLACES,
    SIZES,
)
from text2sim.prompt.numbers import NUMBERS, UNITS
from text2sim.prompt.verbs import ACTION_NOUNS, PLAYED, verb_forms
from text2sim.prompt.words import words

_OTHER = words(
    "clockwise counterclockwise upstairs downstairs diagonally sideways quarter circle "
    "circles guitar violin spot obstacle puddle puddles performs performing"
)

_FREQUENT_SLIPS = {"foward": "forward", "walkes": "walks", "beeing": "being", "trun": "turn",
                   "hight": "high", "lager": "larger", "tu": "to", "teh": "the",
                   "hte": "the", "adn": "and", "nad": "and", "wiht": "with", "thru": "through",
                   "dor": "door"}  # fmt: skip
"""Slips that spaCy's vocabulary holds, since its corpus made them too."""


@cache
def lexicon() -> frozenset[str]:
    """Every word that the rules know, lower case, plurals included."""
    nouns = {word for noun in (*KINDS, *NOUNS) for word in noun.split()}
    nouns |= {*PEOPLE, *ANIMALS, *BODY, *GARMENTS, *PLACES, *MOTION_NOUNS, *ACTION_NOUNS, *PLAYED}
    plurals = {noun + "s" for noun in nouns if noun.isalpha() and not noun.endswith("s")}
    modifiers = {*COLOURS, *MATERIALS, *SIZES, *AGES, *HEIGHTS, *BUILDS, *SPEED, *INTENSITY}
    phrases = {word for phrase in (*PATHS, *DIRECTIONS, *REPEATED) for word in phrase.split()}
    others = {*IRREGULAR_PLURALS, *NUMBERS, *UNITS, *verb_forms(), *ENGLISH_WORDS, *_OTHER}
    return frozenset(nouns | plurals | modifiers | phrases | others)


@cache
def _by_initial() -> dict[str, tuple[str, ...]]:
    table: dict[str, list[str]] = {}
    for word in sorted(lexicon()):
        if len(word) >= 4:
            table.setdefault(word[0], []).append(word)
    return {initial: tuple(words) for initial, words in table.items()}


def correct(word: str, english: frozenset[str]) -> str:
    """The word itself, or the known word that one slip turned into it (two in long words)."""
    if word in _FREQUENT_SLIPS:
        return _FREQUENT_SLIPS[word]
    if len(word) < 4 or not word.isalpha() or not word.isascii() or word in FOREIGN_WORDS:
        return word
    if word in english or word in lexicon() or _is_derived(word, english):
        return word
    allowed = 1 if len(word) < 8 else 2
    candidates = [
        (distance(word, known), known)
        for known in _by_initial().get(word[0], ())
        if abs(len(known) - len(word)) <= allowed
    ]
    candidates = [(d, known) for d, known in candidates if _is_slip(word, known)]
    best = min(candidates, default=(allowed + 1, word))
    return best[1] if best[0] <= allowed else word


def _is_slip(word: str, known: str) -> bool:
    """Another letter in a short word more likely makes another word ('puddle', 'paddle')."""
    return len(word) != len(known) or len(word) > 6 or sorted(word) == sorted(known)


def _is_derived(word: str, english: frozenset[str]) -> bool:
    """'skateboards' and 'crabwise' are words if 'skateboard' and 'crab' are."""
    known = english | lexicon()
    endings = ("s", "es", "ed", "ing", "ly", "er", "ish", "wise")
    stems = [word.removesuffix(ending) for ending in endings if word.endswith(ending)]
    return any(len(stem) > 2 and (stem in known or stem + "e" in known) for stem in stems)


def distance(first: str, second: str) -> int:
    """Edit distance with transpositions (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        earlier, before, row = before, row, [i]
        for j, b in enumerate(second, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == second[j - 2] and first[i - 2] == b:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1]
