"""Sentences beside motions, as HumanML3D and KIT-ML store them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import final

from text2sim.errors import MotionFileError
from text2sim.io.files import read_text


@final
@dataclass(frozen=True, kw_only=True)
class Caption:
    """A sentence about a clip or, where `end` is given, about a part of it.

    Attributes:
        text: as it was written.
        tokens: lemmas with their part of speech, such as ("walk", "VERB").
        start, end: the part [s]; `end` is None for the whole clip.
    """

    text: str
    tokens: tuple[tuple[str, str], ...] = ()
    start: float = 0.0
    end: float | None = None


def read_captions(path: Path) -> tuple[Caption, ...]:
    """The captions of a file of `texts`: "sentence#lemma/POS lemma/POS#start#end" a line.

    Raises:
        ResourceError: there is no such file, or it can't be opened.
        MotionFileError: a line is made otherwise; the message names it.
    """
    lines = enumerate(read_text(path).split("\n"), 1)
    return tuple(_caption(path, line, text) for line, text in lines if text.strip())


def _caption(path: Path, line: int, text: str) -> Caption:
    parts = text.strip().split("#")
    expected = "'sentence#lemma/POS lemma/POS#start#end'"
    if len(parts) != 4 or not parts[0].strip():
        raise MotionFileError(f"{path}, line {line}: expected {expected}, found {text[:60]!r}.")
    try:
        # Some released files say "nan" for the whole clip.
        start, end = (0.0 if math.isnan(t) else t for t in map(float, parts[2:]))
    except ValueError:
        raise MotionFileError(
            f"{path}, line {line}: expected start and end in seconds, found {parts[2:]}."
        ) from None
    if not 0.0 <= start < math.inf or not 0.0 <= end < math.inf or (end and end <= start):
        raise MotionFileError(
            f"{path}, line {line}: expected 0 <= start < end, or 0 and 0 for the whole clip, found "
            f"{start:g} and {end:g}."
        )
    words = [word.rpartition("/") for word in parts[1].split()]
    return Caption(
        text=parts[0].strip(), tokens=tuple((lemma or tag, tag) for lemma, _, tag in words),
        start=start, end=end or None,
    )  # fmt: skip
