"""Numbers and measures: 'five', '1.5', 'a couple of', 'half', and what is counted."""

from __future__ import annotations

import math
import re

_COUNTING = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen", "twenty",
)  # fmt: skip

NUMBERS: dict[str, float] = {
    **{word: float(value) for value, word in enumerate(_COUNTING)},
    "thirty": 30.0, "forty": 40.0, "fifty": 50.0, "sixty": 60.0, "ninety": 90.0, "hundred": 100.0,
    "dozen": 12.0, "couple": 2.0, "few": 3.0, "several": 3.0, "some": 3.0, "many": 5.0,
    "multiple": 3.0, "half": 0.5, "single": 1.0, "a": 1.0, "an": 1.0, "another": 1.0,
    "pair": 2.0, "various": 3.0, "every": 1.0, "each": 1.0, "numerous": 5.0,
}  # fmt: skip
"""Number word -> value; vague ones by convention: 'a few', 'several' and 'some' are 3, 'many' 5."""

SECONDS = {"second": 1.0, "sec": 1.0, "s": 1.0, "minute": 60.0, "min": 60.0, "moment": 2.0,
           "while": 4.0, "hour": 3600.0}  # fmt: skip
METRES = {"meter": 1.0, "metre": 1.0, "m": 1.0, "centimeter": 0.01, "centimetre": 0.01, "cm": 0.01,
          "yard": 0.9144, "foot": 0.3048, "feet": 0.3048, "inch": 0.0254, "kilometer": 1000.0,
          "kilometre": 1000.0, "km": 1000.0, "mile": 1609.344}  # fmt: skip
RADIANS = {"degree": math.pi / 180, "°": math.pi / 180, "deg": math.pi / 180}
TIMES = frozenset({"time", "lap", "repetition", "rep"})
STEPS = frozenset({"step", "pace", "stride"})

STEP_LENGTH = 0.7
"""Length of one step [m]: 'four steps' is 2.8 m."""

UNITS = frozenset({*SECONDS, *METRES, *RADIANS, *TIMES, *STEPS, "steps"} - {"s", "m", "°"})


def value(text: str) -> float | None:
    """The number that one word stands for, or None."""
    if re.fullmatch(r"\d+([.,]\d+)?", text):
        return float(text.replace(",", "."))
    return NUMBERS.get(text)


def spelled(words: list[str]) -> float | None:
    """The number that several words stand for: 'a couple', 'one and a half', 'twenty five'."""
    total: float | None = None
    for word in words:
        number = value(word)
        if number is None:
            continue
        if (
            total is None
            or words[words.index(word) - 1] in ("a", "an")
            or word in ("couple", "few", "dozen", "pair", "single", "half")
        ):
            halves = word == "half" and total is not None and words[0] not in ("a", "an")
            total = total + 0.5 if halves and total is not None else number
        elif word == "hundred":
            total *= 100
        elif word not in ("a", "an", "every", "each"):
            total += number
    return total
