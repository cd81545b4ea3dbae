"""Words about the camera are taken out of a prompt: nobody does them, they say how to look.

'the camera follows a woman from behind as she walks' leaves 'a woman walks'.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from text2sim.prompt.lexicon import PEOPLE, singular
from text2sim.prompt.verbs import is_third_person
from text2sim.prompt.words import words

BEFORE = words(
    "is that which slowly smoothly gently steadily gradually quickly closely always also then : "
    "keeps stays"
)
"""Words between 'camera' and its verb."""
HEADS = frozenset(("camera", "cam"))
ONLY_CAMERAS = words("zoom zooms zooming orbits orbiting dollies dollying")
"""Verbs of cameras alone."""
FINITE = ONLY_CAMERAS | words(
    "circles arcs follows tracks trails pushes pulls moves goes flies glides travels swings sweeps "
    "rotates revolves spins turns pans tilts rises descends comes gets backs looks watches films "
    "stays stands remains keeps orbit circle follow track dolly push pull pan"
)
PARTICIPLES = words(
    "zooming orbiting dollying circling following tracking trailing pushing pulling moving going "
    "flying gliding rotating revolving spinning turning panning tilting rising coming backing "
    "looking watching staying standing placed positioned fixed locked"
)
AGAIN = ONLY_CAMERAS | words("circles follows tracks pulls pushes stays keeps circling following")
"""What a camera may do after 'and'; other verbs there belong to people."""
STATES = words("static fixed still stationary locked overhead")
PLACES = words("behind above below over from")
"""'the camera behind him'."""
WAYS = STATES | words(
    "in out back away up down along close closely closer near nearer slowly smoothly gently "
    "steadily gradually quickly always also once straight directly right just front of at to "
    "towards toward around round on onto into over behind above below from with past high low left "
    "side top afar far distance moving following tracking"
)
"""Words that may follow a camera's verb."""
PRONOUNS = words("him her them it me everyone everybody himself herself themselves")
OWNERS = words("the his her their its one")
ARTICLES = words("a an one two three four five some")
SUBJECTS = words("he she they it")
LINKS = words("and while as with but then when")
PARTS = words("face head back shoulder shoulders side left right front feet hands hand body eyes "
              "scene action ground distance top tripod end start beginning way")  # fmt: skip
"""What 'the' or 'her' may own in a camera phrase without being somebody."""
ENDS = LINKS | WAYS | ARTICLES | SUBJECTS | words("who that which until during through is are")
_TOKENS = re.compile(r"[\w'-]+|[.,;:!?]")

_SIDE = r"(?:above|below|behind|afar|side|front|back|left|right|top|distance|far away|overhead)"
_FROM = rf"from (?:(?:the|a|an|his|her|their|one) )?(?:{_SIDE}(?: side)?|(?:high|low)[ -]angle)\b"
_SEEN = r"(?:as )?(?:seen|viewed|shown|filmed|shot|captured|observed|watched|recorded)"
_SHOULDER = r"over[ -](?:the|his|her|their)[ -]shoulders?"
_ALONE = r"(?:extreme )?close-?\s?up|bird'?s?'?[ -]eye|top[ -]down|aerial view|slow motion"
_KIND = (
    rf"(?:{_SHOULDER}|{_ALONE}|(?:very |extreme )?wide(?:[ -]angle)?|long|medium|full|tracking|"
    r"follow(?:ing)?|dolly|zoom|orbit(?:ing)?|rotating|circling|arc|establishing|static|fixed|"
    r"still|stationary|aerial|overhead|drone|(?:high|low)[ -]angle|worm'?s?'?[ -]eye|side|front|"
    r"rear|back|top)"
)
_A = r"(?:(?:an?|the|one) )?(?:(?:slow|smooth) )?"
_NOUN = r"(?:shot|view|angle|perspective)"
_LENS = rf"(?:{_SEEN} )?(?:with|from|in|using|on) {_A}"
_PHRASES = re.compile(
    rf",?\s*\b{_SEEN} (?P<seen>{_FROM}|{_SHOULDER}\b)"
    rf"|,?\s*\b(?:an? |the )?(?P<camera>(?:camera|view) {_FROM})(?: of(?= ))?"
    rf"|(?:^|[,.;:]\s*|\b{_LENS})(?:{_A})(?P<lens>{_KIND} (?:camera|cam))\b"
    rf"|(?:^|[,.;:]\s*|\b(?:{_SEEN} )?(?:in|as|from|using) ){_A}"
    rf"(?P<kind>{_KIND} {_NOUN})\b(?: of(?= ))?"
    rf"|\b{_A}(?P<of>{_KIND} {_NOUN}) of(?= )"
    rf"|(?<!\ba)(?<!\ban) (?P<bare>{_KIND} {_NOUN})(?=[\s.]*$)"
    rf"|,?\s*\b(?:in )?{_A}(?P<alone>{_ALONE})\b(?: view)?(?: (?:shot )?of(?= ))?"
    rf"|(?:^|,\s*)(?P<from>from (?:above|below))(?=$|\s*[,.:])|\s(?P<end>from above)(?=[\s.]*$)"
    rf"|,\s*(?P<last>{_FROM}|{_SHOULDER})(?=[\s.]*$)"
)  # fmt: skip

_TAIL = re.compile(
    rf"(?: (?P<side>{_FROM}))?"
    r"(?P<does> (?:as|while|when) (?:he|she|they|it)\b)?"
    r"(?=(?P<who> who| that)?)"
)
"""What may follow the somebody in a camera phrase."""


class _Token(NamedTuple):
    """A word or mark, and where it stands in the text."""

    low: str
    start: int
    end: int


class _Clause(NamedTuple):
    """What is said of the camera between two tokens, and the part that is about somebody."""

    start: int
    view: str
    stop: int
    kept: str = ""


def take_view(text: str) -> tuple[str | None, str]:
    """What lower-case text says about the camera, if anything, and the text without it."""
    rest, views = text, []
    while clause := _find_clause(rest):
        views.append(clause.view)
        rest = f"{rest[: clause.start]}{clause.kept}{rest[clause.stop :]}"
    while match := _PHRASES.search(rest):
        views.append(next(group for group in match.groups() if group))
        before, after = rest[: match.start()], rest[match.end() :]
        inserted = before and match.group().startswith(",")
        rest = f"{before} {after.removeprefix(',') if inserted else after}"
    if not views:
        return None, text
    view = re.sub(r"\bclose ?up\b", "close-up", ", ".join(views))
    return view.replace("far away", "afar"), _mended(rest) or text


def _mended(text: str) -> str:
    """The text without the marks and links that held what was taken out."""
    text = re.sub(r"^(?:(?:and|while|as|then|but|with|of)\b|[\s.,;:])+", "", text)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"\s*([.,;])(?:\s*[.,;:])+", r"\1", text)
    return re.sub(r"(?:\s(?:and|while|as|then|but)\b|[\s,;:])+(?=\.?$)", "", text)


def _find_clause(text: str) -> _Clause | None:
    """The first 'the camera follows her' or 'zooms in'."""
    tokens = [_Token(match.group(), *match.span()) for match in _TOKENS.finditer(text)]
    for index in range(len(tokens)):
        head, stop = _head(tokens, index)
        if stop:
            return _clause(text, tokens, index, head, _run(tokens, stop))
    return None


def _low(tokens: list[_Token], index: int) -> str:
    return tokens[index].low if 0 <= index < len(tokens) else ""


def _head(tokens: list[_Token], start: int) -> tuple[int, int]:
    """Indices of 'camera', or of its verb if that is first, and of what follows the verb."""
    index = start
    while _low(tokens, index) in LINKS:
        index += 1
    if index == start and start and _low(tokens, start - 1).isalpha():
        return 0, 0
    loose = _low(tokens, index - 1) == "with" and index > start
    if _low(tokens, index) in ONLY_CAMERAS and _low(tokens, index + 1) in ("in", "out"):
        return index, index + 1
    index += _low(tokens, index) in ("the", "a")
    if _low(tokens, index) not in HEADS:
        return 0, 0
    verb = index + 1
    while _low(tokens, verb) in BEFORE:
        verb += 1
    word = _low(tokens, verb)
    if word in PLACES and _is_somebody(tokens, verb):
        return index, verb
    fits = word in PARTICIPLES | STATES or (word in FINITE and not loose)
    return (index, verb + 1) if fits else (0, 0)


def _is_somebody(tokens: list[_Token], index: int) -> bool:
    """After a place comes a person or a part of one, or nothing is named."""
    end = index
    while _low(tokens, end) in WAYS | OWNERS | PRONOUNS:
        end += 1
    last = _low(tokens, end)
    return not last.isalpha() or last in LINKS | PARTS or singular(last) in PEOPLE


def _run(tokens: list[_Token], index: int) -> int:
    """Index behind the words that only a camera phrase has."""
    while index < len(tokens):
        low, following = tokens[index].low, _low(tokens, index + 1)
        owned = _owned(tokens, index)
        again = index + 1 + (following == "then")
        if owned:
            index = owned
        elif low == "and" and _low(tokens, again) in AGAIN:
            index = again + 1
        elif low in PRONOUNS or (low in WAYS and (low != "with" or following in PRONOUNS)):
            index += 1
        else:
            break
    return index


def _owned(tokens: list[_Token], index: int) -> int:
    """Index behind 'her left side' or 'a high angle', or 0."""
    if _low(tokens, index) not in OWNERS | ARTICLES:
        return 0
    part = next((i for i in range(index + 1, index + 4) if _low(tokens, i) in PARTS), 0)
    if not part:
        return 0
    while _low(tokens, part + 1) in PARTS:
        part += 1
    between = tokens[index + 1 : part]
    return 0 if any(not item.low.isalpha() or item.low in LINKS for item in between) else part + 1


def _clause(text: str, tokens: list[_Token], first: int, head: int, stop: int) -> _Clause:
    """The clause with what it says about somebody, who is kept if this introduces them."""
    start, told = tokens[first].start, first > 0
    view = text[tokens[head].start : tokens[stop - 1].end]
    end = stop
    while _low(tokens, end).isalpha() and not _ends(tokens, end, end == stop):
        end += 1
    if end == stop:
        return _Clause(start, view, tokens[stop - 1].end)
    known = told and _low(tokens, stop) in OWNERS
    kept = text[tokens[stop].start : tokens[end - 1].end]
    tail = _TAIL.match(text, tokens[end - 1].end)
    assert tail is not None
    view = ", ".join(filter(None, (view, tail["side"])))
    if known and not tail["does"] and not tail["who"] and not _low(tokens, end).endswith("ing"):
        return _Clause(start, view, tail.end())
    return _Clause(start, view, tail.end(), f" {kept}")


def _ends(tokens: list[_Token], index: int, first: bool) -> bool:
    """No word of a noun phrase: an article begins one."""
    low = tokens[index].low
    return low in (LINKS if first else ENDS) or low.endswith("ing") or is_third_person(low)
