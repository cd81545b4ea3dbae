"""Marks of words: part of speech, direction, order, number.

Static word vectors put "left" beside "right" and "up" beside "down"; a model that hears only
vectors confuses them. Every word therefore carries `MARKS`: a row of numbers, most of them 0 or 1,
found by word lists and a few rules. They are no grammar: "left" in "the cup is left" may be wrong.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import NamedTuple, final

import numpy as np

from text2sim.actions import VERBS
from text2sim.language.sides import side_words

MARKS: tuple[str, ...] = (
    "verb", "noun", "manner", "preposition", "function", "number", "punctuation",
    "left", "right", "forward", "backward", "sideways", "up", "down", "clockwise",
    "counterclockwise", "straight", "round", "slow", "fast", "then", "while", "not",
    "count", "angle", "clause", "begins",
)  # fmt: skip
"""What the columns say. The first seven are parts of speech, of which a word has one. `count` is
log2(1 + n) / 4 of a number of times or things, `angle` is degrees / 360, `clause` is the number of
the clause / 4 (a new one begins at a "then", "and", "while", comma or full stop), `begins` is 1 for
the first token of a word; the others are 0 or 1."""

COLUMN: dict[str, int] = {name: index for index, name in enumerate(MARKS)}

_WORD = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+(?:'[^\W\d_]+)?|[^\w\s]|_")
_UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20,
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90, "hundred": 100, "once": 1, "twice": 2, "thrice": 3, "couple": 2, "several": 3,
    "few": 3, "many": 5, "dozen": 12, "both": 2, "half": 0.5, "single": 1, "double": 2,
}  # fmt: skip
_DIRECTIONS: dict[str, str] = {
    word: mark
    for mark, words in {
        "forward": "forward forwards ahead onward onwards front",
        "backward": "backward backwards back rear behind reverse",
        "sideways": "sideways sideway sidewards side sides aside sidestep sidesteps laterally",
        "up": "up upward upwards upstairs ascend ascends ascending climb climbs climbing rise "
              "rises rising raise raises raising lift lifts lifting high higher above",
        "down": "down downward downwards downstairs descend descends descending lower lowers "
                "lowering low crouch crouches crouching crouched squat squats kneel kneels duck "
                "ducks under below sit sits lie lies fall falls",
        "straight": "straight straightforward directly line",
        "round": "around round circle circles circular circling curve curved winding arc zigzag "
                 "serpentine orbit loop spin spins spinning rotate rotates rotating",
        "slow": "slow slowly slower leisurely careful carefully gently creeps tired tiredly sneaks",
        "fast": "fast quickly quick faster rapidly rapid hurriedly hurries sprint sprints "
                "sprinting run runs running dash dashes swiftly",
        "then": "then afterwards after next finally later before until subsequently",
        "while": "while meanwhile simultaneously during",
        "not": "not no never without n't nobody nothing neither nor cannot don't doesn't",
    }.items()
    for word in words.split()
}  # fmt: skip


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PREPOSITIONS = _words(
    "of in on at to into onto from with by over across through along towards toward off out "
    "against between near beside behind above below under underneath past like inside outside "
    "around about without for"
)
_FUNCTION = _words(
    "a an the his her their its my your our he she it they him them himself herself themselves "
    "itself who which that this these those and or but as is are was were be been being has have "
    "had does do did will would can could if so then while when where before after until there "
    "i you we someone somebody each other another some any all not no never"
)
_MANNER = _words(
    "slow fast quick happy sad angry tired old young drunk big small tall short wide narrow high "
    "low bent straight left right forward forwards backward backwards sideways up down ahead back "
    "again together apart still clockwise counterclockwise once twice thrice"
)
_LONGEST_WORD = 40


@final
class Word(NamedTuple):
    """A word, number or sign of a text, characters `start` to `end`, with its `MARKS`."""

    start: int
    end: int
    marks: np.ndarray


def words(text: str) -> list[Word]:
    """The words of a text in lower case, in order, each with its marks, (M,) float32."""
    found = [(match.start(), match.end(), match.group()) for match in _WORD.finditer(text)]
    rows = np.zeros((len(found), len(MARKS)), dtype=np.float32)
    clause = 0
    for place, (_, _, word) in enumerate(found):
        if place and word in ("then", "and", "while", ",", ".", ";", "before", "after"):
            clause += found[place - 1][2] not in ("and", "then", ",", ".", ";")
        rows[place, COLUMN["clause"]] = min(clause, 4) / 4.0
        _mark(rows[place], word)
    _mark_numbers(rows, [word for _, _, word in found])
    _mark_sides(rows, text, found)
    return [Word(start, end, row) for (start, end, _), row in zip(found, rows)]


def _mark(row: np.ndarray, word: str) -> None:
    row[COLUMN[_part(word)]] = 1.0
    if word in _DIRECTIONS:
        row[COLUMN[_DIRECTIONS[word]]] = 1.0


@lru_cache(maxsize=4096)
def _part(word: str) -> str:
    """Part of speech, by word lists first and endings where they don't know the word."""
    if not word[0].isalnum():
        return "punctuation"
    if word in _UNITS or word[0].isdigit():
        return "number"
    for part, known in (("function", _FUNCTION), ("preposition", _PREPOSITIONS)):
        if word in known:
            return part
    if word in _MANNER or (word.endswith("ly") and len(word) > 4):
        return "manner"
    return "verb" if _is_verb(word) else "noun"


def _is_verb(word: str) -> bool:
    """Whether it is a form of a verb that `text2sim.actions` knows."""
    if len(word) > _LONGEST_WORD:
        return False
    stems = {word}
    for ending, add in (("s", ""), ("es", ""), ("ies", "y"), ("ing", ""), ("ing", "e"),
                        ("ed", ""), ("ed", "e")):  # fmt: skip
        if word.endswith(ending) and len(word) > len(ending) + 1:
            stem = word[: -len(ending)] + add
            stems.add(stem)
            if len(stem) > 2 and stem[-1] == stem[-2]:
                stems.add(stem[:-1])
    return any(stem in VERBS for stem in stems)


def _mark_numbers(rows: np.ndarray, found: list[str]) -> None:
    for place, word in enumerate(found):
        number = _value(word)
        if number is None:
            continue
        after = found[place + 1 : place + 4]
        if any(unit.startswith("degree") or unit in ("°", "deg") for unit in after[:2]):
            rows[place, COLUMN["angle"]] = min(number, 1080.0) / 360.0
        elif word == "half" and any(unit.startswith(("turn", "circle", "rot")) for unit in after):
            rows[place, COLUMN["angle"]] = 0.5
        else:
            rows[place, COLUMN["count"]] = math.log2(1.0 + min(number, 255.0)) / 4.0


def _value(word: str) -> float | None:
    if word[0].isdigit():
        try:
            return float(word[:12].replace(",", "."))
        except ValueError:
            return None
    return _UNITS.get(word)


def _mark_sides(rows: np.ndarray, text: str, found: list[tuple[int, int, str]]) -> None:
    for match in side_words(text):
        name = match.group().replace("anti", "counter")
        name = re.sub(r"[- ]", "", name)
        for place, (start, end, _) in enumerate(found):
            if start < match.end() and end > match.start():
                rows[place, COLUMN[name]] = 1.0
