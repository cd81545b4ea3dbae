"""The words that say a side of the body or a sense of rotation, where they really do."""

from __future__ import annotations

import re
from collections.abc import Iterator

_OTHER_SENSE = re.compile(
    r"\bright (?:away|now|after|before|there|here|then|angles?|next|behind|in front|at the)\b"
    r"|\b(?:all|that's|just) right\b|\b(?:has|have|had|is|are|was) left\b"
    r"|(?<!the )(?<!his )(?<!her )(?<!their )(?<!to )(?<!with )(?<!and )\bleft (?=the |a |an )",
    re.IGNORECASE,
)
_SIDE_WORD = re.compile(
    r"\b(?:(?:counter|anti)[- ]?)?clockwise\b|\b(?:left|right)(?=\b|wards?\b|most\b|y\b)",
    re.IGNORECASE,
)


def side_words(text: str) -> Iterator[re.Match[str]]:
    """Matches of "left", "right", "clockwise" and "counterclockwise" in any spelling.

    "right away", "left the room" and the like are not among them.
    """
    others = [match.span() for match in _OTHER_SENSE.finditer(text)]
    for match in _SIDE_WORD.finditer(text):
        if not any(a <= match.start() < b for a, b in others):
            yield match
