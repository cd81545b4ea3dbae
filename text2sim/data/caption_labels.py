"""What people wrote about the clips of the open motion pack, as tests of what is detected."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from text2sim.data.events import Event

Test = Callable[[Event], bool]
Rule = tuple[re.Pattern[str], frozenset[str], Test]
_TRAVEL = ("walk", "run", "move")
_NEVER = ("kick", "wave", "clap", "punch", "jump", "hop", "sit", "lie", "kneel", "crawl")
"""Kinds that nobody would leave out of a description of a clip in which one does them."""
_SIMPLE = re.compile(
    r"^(slow )?walk(/stride)?$|^walk, veer|^walk, 90"
    r"|straightforward, walking, (normal|sagging|slow)"
    r"|^start, walking|^straightforward, walking$|^run$|^run/jog$|circular, running"
    r"|a person (walks|runs|jogs) forward( in a straight line)?$|a person stands (idle|relaxed)$"
)


def _rule(pattern: str, kinds: tuple[str, ...], test: Test) -> Rule:
    return re.compile(pattern), frozenset(kinds), test


_WALKS = r"straightforward, walking|^(slow )?walk\b|a person walks|sneaks"
_RULES = (
    _rule(_SIMPLE.pattern, _NEVER, lambda e: False),
    _rule(rf"(?:{_WALKS})(?!.*jump)(?!.*run)", ("run",), lambda e: False),
    # Along the wall they go sideways, with both hands on it.
    _rule(r"^(?!.*along the wall)(straightforward|(slow )?walk$|.*(walks|runs|jogs) forward)",
          _TRAVEL, lambda e: e.direction in (None, "forward")),
    _rule(r"^run$|circular, running|^a person (runs|jogs)|sprints$", ("walk",), lambda e: False),
    _rule(r"sideways to the left", _TRAVEL, lambda e: e.direction in (None, "left")),
    _rule(r"sideways to the right", _TRAVEL, lambda e: e.direction in (None, "right")),
    _rule(r"backward dribble|dodges backward|walks backward|backward, walking", _TRAVEL,
          lambda e: e.direction in (None, "backward")),
    _rule(r"slow walk", ("walk",), lambda e: (e.speed or 0.0) < 1.6),
    _rule(r"90-degree left turn$|in a circle to the left|veer left", ("turn", "walk"),
          lambda e: (e.angle or 0.1) > 0),
    _rule(r"90-degree right turn$|veer right", ("turn", "walk"), lambda e: (e.angle or -0.1) < 0),
    _rule(r"90-degree (left|right) turn$", ("turn",),
          lambda e: abs(abs(e.angle or 0.0) - np.pi / 2) < np.radians(25)),
    _rule(r"waving, left arm", ("wave", "raise"), lambda e: e.side == "left"),
    _rule(r"with the left leg", ("kick",), lambda e: e.side == "left"),
    _rule(r"with the right hand", ("raise", "reach_down"),
          lambda e: e.side in ("right", "both")),
    _rule(r"jab with the left hand", ("punch",), lambda e: e.side == "left"),
    _rule(r"hops forward once on both legs", ("jump", "hop"),
          lambda e: e.kind == "jump" and e.count == 1 and e.direction in (None, "forward")),
    _rule(r"jumping, forward", ("jump",), lambda e: e.direction in (None, "forward", "up")),
    _rule(r"jumping, sideways", ("jump",), lambda e: e.direction not in ("forward", "backward")),
    _rule(r"jumping, on the spot", ("jump",), lambda e: e.direction in (None, "up")),
    _rule(r"^climbing, up", ("step",), lambda e: e.rise == "up"),
    _rule(r"^climbing, down|climbing, down", ("step",), lambda e: e.rise == "down"),
    _rule(r"squats once|crouch down, crouch up|crouches", ("crouch", "jump", "sit", "lie", "kick"),
          lambda e: e.kind == "crouch"),
    _rule(r"lies (down|on|asleep)", ("sit", "lie", "jump", "kick", "wave", "run"),
          lambda e: e.kind in ("lie", "sit")),
    _rule(r"sits (down )?on a chair|sit on", ("sit", "lie", "jump", "crawl"),
          lambda e: e.kind == "sit"),
)  # fmt: skip


def judged(event: Event, words: str) -> bool | None:
    """Whether what people wrote bears out an event; None where it says nothing of it."""
    verdicts = [
        test(event)
        for pattern, kinds, test in _RULES
        if event.kind in kinds and pattern.search(words)
    ]
    return all(verdicts) if verdicts else None
