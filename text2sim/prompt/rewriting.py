"""Set phrases that a parser reads badly are rewritten."""

from __future__ import annotations

import re

from text2sim.prompt.lexicon import PEOPLE, singular
from text2sim.prompt.verbs import is_third_person, verb_forms


def _kneel(match: re.Match[str]) -> str:
    """'goes down on his knees', in the form of the verb."""
    ending = (match.group(2) or "").replace("es", "s").replace("ting", "ing")
    return f"kneel{ending} down"


def _couple(match: re.Match[str]) -> str:
    """'a couple dances' are two people, 'a couple jumps' after a verb are two jumps."""
    subject, verb = match.groups()
    if not is_third_person(verb):
        return match.group()
    return f"{subject}two people {verb_forms()[verb]}"


def _age(match: re.Match[str]) -> str:
    """'a 10 year old boy' is young, 'a 70 year old woman' old."""
    years = int(match.group(1))
    return "a young" if years < 16 else "an old" if years > 60 else "an adult"


def _doing(match: re.Match[str]) -> str:
    """'a dancing woman' without another verb is 'a woman dancing'."""
    article, verb, noun, rest = match.groups()
    busy = any(is_third_person(w) or w in ("is", "are", "and") for w in rest.split())
    if verb not in verb_forms() or singular(noun) not in PEOPLE or busy:
        return match.group()
    return f"{article or ''}{noun} {verb}{rest}"


_PERSON = rf"(?:{'|'.join(sorted(PEOPLE))}|people|men|women|children|boys|girls|kids)\b"
_SOMEBODY = (
    r"(?=(?:an?|the|some|my|one|two|three|four|five) (?:(?!to |at |for |with |up |on |of |and )"
    rf"\w+ ){{0,3}}?{_PERSON})"
)
"""Before a noun phrase about a person."""
_RECORDING = (
    r"(?:an? |the |some )?(?:[\w-]+ ){0,2}?(?:animation|video|clip|movie|film|scene|sequence|"
    r"simulation|gif|render|picture)s? (?:of |where |in which |with |that shows |showing )+"
)

REQUESTS = (
    r"^(?:(?:please|hey|hi|hello|ok|okay|now),? )*(?:(?:can|could|would|will) (?:you|u) )?"
    r"(?:please )?(?:i (?:want|would like|need|wanna)(?: you)?(?: to)? )?"
    r"(?:(?:show|make|create|generate|animate|render|simulate|see|have|get|give|do|visualize|"
    r"visualise|imagine)(?: me| us)? )?"
)
"""What one says to a machine before the sentence itself."""

REWRITES = (
    (r"(?<=[a-z])([.!?;,])(?=[a-z]{2})", r"\1 "),
    (r" ?& ?", " and "),
    (r"\b(?:an? )?(\d+)[ -]years?[ -]old\b", _age),
    (r"\bin (?:his|her|their) (?:early |mid |late )?(?:twen|thir|for|fif|six|seven)ties\b", ""),
    (
        r"\bas (?:if|though) (?:he|she|they|it) (?:is|was|were|are)(?: very)? (\w+)",
        r"like a \1 person",
    ),
    (r"\bin an? s[ -](?:shape|curve)d?\b", "in a zigzag"),
    (rf"{REQUESTS}{_RECORDING}", ""),
    (rf"{REQUESTS}{_SOMEBODY}", ""),
    (r"(^|[.,;] |\band |\bwhile )(?:an?|the) (?:\w+ )?couple (\w+)\b", _couple),
    (r"^((?:an?|the|two|three|some) )?(\w+ing) (\w+)(?=[\s.!]|$)(.*)$", _doing),
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
    (r"\b(push|sit|pull)(?:-(ups?)|[ ](ups))\b", r"\1\2\3"),
    (r"\b(does|do|doing) a (push|sit|pull) up\b", r"\1 a \2up"),
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
