"""How manner words, energy and age colour a motion."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import final

from text2sim.types import Character


@final
@dataclass(frozen=True, kw_only=True)
class Style:
    """Colouring of a motion; the defaults are a calm adult.

    Attributes:
        lean: trunk forward [rad]. slump: chest rounded [rad]. head: chin down [rad].
        swing: factor on arm swing. elbow: extra elbow bend [rad]. abduct: arms away [rad].
        bounce: factor on the bob. stride: factor on step length. lift: factor on foot lift.
        width: extra distance between the feet [m]. sway: side sway of the trunk [rad].
        crouch: pelvis lowered [m]. pace: factor on the tempo of gestures.
    """

    lean: float = 0.0
    slump: float = 0.0
    head: float = 0.0
    swing: float = 1.0
    elbow: float = 0.0
    abduct: float = 0.0
    bounce: float = 1.0
    stride: float = 1.0
    lift: float = 1.0
    width: float = 0.0
    sway: float = 0.0
    crouch: float = 0.0
    pace: float = 1.0


_CALM = Style()
_JOLLY = Style(
    lean=-0.03, slump=-0.06, head=-0.12, swing=1.5, elbow=0.15, bounce=1.8, lift=1.5, pace=1.15,
)  # fmt: skip
_GLOOMY = Style(
    lean=0.08, slump=0.28, head=0.42, swing=0.45, bounce=0.6, stride=0.88, lift=0.7, crouch=0.015,
    pace=0.8,
)  # fmt: skip
_TIRED = Style(
    lean=0.12, slump=0.30, head=0.30, swing=0.55, bounce=0.9, stride=0.85, lift=0.5, sway=0.05,
    crouch=0.025, pace=0.75,
)  # fmt: skip
_ANGRY = Style(
    lean=0.13, head=0.08, swing=1.25, elbow=0.5, abduct=0.12, bounce=1.3, lift=1.4, width=0.03,
    pace=1.2,
)  # fmt: skip
_DRUNK = Style(
    lean=0.05, slump=0.1, head=0.12, swing=0.9, abduct=0.22, width=0.10, sway=0.20, crouch=0.015,
    stride=0.9, pace=0.85,
)  # fmt: skip
_PROUD = Style(lean=-0.06, slump=-0.12, head=-0.16, swing=1.2, abduct=0.10, bounce=1.1, lift=1.2)
_NERVOUS = Style(
    lean=0.05, slump=0.14, head=0.10, swing=0.5, elbow=0.55, stride=0.82, abduct=-0.04,
    crouch=0.01, pace=1.2,
)  # fmt: skip
_CAREFUL = Style(
    lean=0.07, slump=0.05, head=0.22, swing=0.5, elbow=0.25, abduct=0.22, stride=0.85, lift=1.5,
    width=0.03, crouch=0.02, pace=0.8,
)  # fmt: skip
_OLD = Style(
    lean=0.17, slump=0.24, head=0.05, swing=0.6, elbow=0.30, stride=0.82, lift=0.7, width=0.04,
    crouch=0.025, bounce=0.8, pace=0.8,
)  # fmt: skip
_ELEGANT = Style(
    lean=-0.03, slump=-0.08, head=-0.08, swing=0.9, bounce=0.8, abduct=0.04, width=-0.04,
)  # fmt: skip
_LIMP = Style(lean=0.06, sway=0.12, swing=0.7, stride=0.85, head=0.1)

_WORDS: tuple[tuple[Style, str], ...] = (
    (_JOLLY, """happy happily cheerful cheerfully joyful joyfully merrily excited excitedly playful
     playfully glad gladly jauntily energetic energetically lively gleefully"""),
    (_GLOOMY, """sad sadly gloomy gloomily depressed dejectedly lonely unhappy unhappily miserable
     miserably sorrowfully"""),
    (_TIRED, """tired tiredly weary wearily exhausted sleepy sleepily lazy lazily sluggish
     sluggishly sick weak weakly trudge"""),
    (_ANGRY, """angry angrily furious furiously mad aggressive aggressively violently fiercely"""),
    (_DRUNK, """drunk drunken drunkenly dizzy dizzily stagger unsteadily clumsily"""),
    (_PROUD, """proud proudly confident confidently arrogantly bold boldly brave bravely strut
     triumphantly"""),
    (_NERVOUS, """nervous nervously scared shy shyly afraid fearfully anxious anxiously timidly
     hesitantly"""),
    (_CAREFUL, """careful carefully cautious cautiously quietly silently gently sneakily stealthily
     warily tiptoe"""),
    (_ELEGANT, "elegant elegantly graceful gracefully"),
    (_OLD, "old elderly frail"),
    (_LIMP, "limp lamely limping injured"),
)  # fmt: skip

MANNERS: dict[str, Style] = {word: style for style, words in _WORDS for word in words.split()}
"""Manner word or adjective -> how it colours a motion."""


def style_of(character: Character, words: tuple[str, ...], energy: float) -> Style:
    """The style of an actor who moves in the given manner, with an energy around 1."""
    style = _OLD if character.age == "old" else _CALM
    if character.age == "child":
        style = replace(style, bounce=1.35, swing=1.2, pace=1.12)
    if character.build == "heavy":
        style = replace(style, width=style.width + 0.05, abduct=style.abduct + 0.10)
    if character.build == "muscular":
        style = replace(style, abduct=style.abduct + 0.08)
    for word in words:
        if word.lower() in MANNERS:
            style = _combine(style, MANNERS[word.lower()])
    vigour = min(max(energy, 0.4), 1.8)
    return replace(style, swing=style.swing * vigour**0.7, bounce=style.bounce * vigour**0.5)


def _combine(first: Style, second: Style) -> Style:
    """Sum of additions and product of factors."""
    values = {}
    for item in fields(Style):
        a, b = getattr(first, item.name), getattr(second, item.name)
        values[item.name] = a * b if item.default == 1.0 else a + b
    return Style(**values)
