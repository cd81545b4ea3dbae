"""Set phrases that a parser reads badly are rewritten, and the camera phrase is taken out."""

from __future__ import annotations

import re


def _kneel(match: re.Match[str]) -> str:
    """'goes down on his knees', in the form of the verb."""
    ending = (match.group(2) or "").replace("es", "s").replace("ting", "ing")
    return f"kneel{ending} down"


REWRITES = (
    (r"\bup-?stairs\b", "up the stairs"),
    (r"\bdown-?stairs\b", "down the stairs"),
    (r"\b(?:counter|anti)[ -]?clock[ -]?wise\b", "counterclockwise"),
    (r"\bclock-wise\b", "clockwise"),
    (r"\bto and fro\b", "back and forth"),
    (r"\b(?:at|in) the same time\b", "simultaneously"),
    (r"\bas (?:fast|quickly) as (?:possible|(?:he|she|they|it) can)\b", "very fast"),
    (r"\bas slowly as (?:possible|(?:he|she|they|it) can)\b", "very slowly"),
    (r"\b(\d+)(?:[ -]?(?:degrees?|deg|degress)\b| ?°)", r"\1 degrees"),
    (
        r"\bdegrees (?=(?:left |right )?(?:curve|turn|rotation|arc|bend|angle|circle|spin))",
        "degree ",
    ),
    (r"\b(\d+(?:[.,]\d+)?) ?m\b", r"\1 meters"),
    (r"\b(\d+(?:[.,]\d+)?) ?cm\b", r"\1 centimeters"),
    (r"\b(\d+(?:[.,]\d+)?) ?(?:s|sec)\b", r"\1 seconds"),
    (r"\b(left|right)[ -](hand|foot|leg|side)ed\b", r"\1\2ed"),
    (r"\b(?:a )?couple (?:of )?(?=[a-z]+s\b|of\b)(?:of )?", "two "),
    (r"\ba number of\b", "several"),
    (r"\bu[ -]turn\b", "turn around"),
    (r"\bt-shirt", "tshirt"),
    (r"\b(push|sit|pull)-(ups?)\b", r"\1\2"),
    (r"\bcross-legged\b", "crosslegged"),
    (
        r"\b(?:a )?(?:crowd|group|bunch|team) of "
        r"(?=people|men|women|children|kids|persons|boys|girls)",
        "several ",
    ),
    (
        r"\b(?:doing|does|do|making|makes|make|performing|performs|perform)(?: a)? turn around\b",
        "turns around",
    ),
    (r"\bfigure[ -](?:of[ -])?(?:eight|8)\b|\b(?:an? )?(?:eight|8)[ -]shape\b", "a loop"),
    (
        r"\b(?:back )?(?:in)?to (?:(?:the|its|his|her|their) )?"
        r"(?:(?:same|starting|start|initial|original|previous|first|old) )+"
        r"(?:position|place|point|spot|location|line|posture|track)(?: again)?\b",
        "back",
    ),
    (r"\bwhere (?:it|he|she|they) (?:had )?(?:started|began|started from|was before)\b", "back"),
    (r"\bto where .* (?:started|began)\b", "back"),
    (
        r"\b(?:starting|start|starts|beginning|begins) (with|on|from) "
        r"(?=(?:the|his|her|its|their)? ?(?:left|right))",
        r"\1 ",
    ),
    (r"\bsteps? (?:to|on) the side\b", "sidesteps"),
    (r"\bside[ -]step", "sidestep"),
    (r"\b(?:a|some|any) (?:kind|sort|type|form|piece) of (?:an? )?", "a "),
    (r"\b(?:a|the) (?:flight|set) of (?:stairs|steps)", "the stairs"),
    (r"\ba pair of ", "two "),
    (
        r"\b(go|get|drop|fall|sink)(es|s|ting|ing)?(?: down)? (?:on|to|onto) "
        r"(?:his|her|its|the|their|one|both)(?: two| both)? knees?\b",
        _kneel,
    ),
    (r"\b(?:on|to) all fours?\b", "on all fours"),
    (r"\btip[ -]toe", "tiptoe"),
    (r"\b(quarter|half|full|semi)[ -](circle|turn)", r"\1 \2"),
    (r"\ba lot of\b|\blots of\b", "many"),
    (r"\b(left|right)-(hand|foot|arm|leg)\b", r"\1 \2"),
    (r"\b(left|right) hand side\b", r"\1 side"),
    (r"\bside to side\b", "back and forth"),
    (r"\b(?:is|are|'s) about to\b", "starts to"),
)

_VIEW = re.compile(
    r",?\s*\b(?:(?:as )?(?:seen|viewed|shown|filmed|shot|captured|observed|watched) )"
    r"(from (?:the )?(?:above|below|behind|afar|side|front|back|left|right|top|distance|"
    r"far away)(?: side)?)"
    r"|,?\s*\b(?:camera|view) (from (?:the )?(?:above|below|behind|side|front|back|left|right|top))"
    r"|,?\s*\b(?:in (?:an? )?)?((?:extreme )?close-?\s?up|wide shot|long shot|medium shot|"
    r"bird'?s[ -]eye view|top[ -]down(?: view)?|side view|front view|aerial view|overhead view|"
    r"slow motion)(?: (?:shot )?of(?= ))?"
    r"|(?:^|,\s*)(from (?:above|below))(?=$|\s*[,.])|\s(from above)(?=[\s.]*$)"
)


def take_view(text: str) -> tuple[str | None, str]:
    """The camera phrase, if there is one, and the text without it."""
    match = _VIEW.search(text)
    if match is None:
        return None, text
    view = next(group for group in match.groups() if group)
    rest = (text[: match.start()] + " " + text[match.end() :]).strip(" ,")
    return view.replace("close up", "close-up").replace("closeup", "close-up"), rest or text
