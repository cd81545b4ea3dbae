"""Which function performs which action."""

from __future__ import annotations

from collections.abc import Callable

from text2sim.motion.sine import (
    climbing,
    dance,
    gestures,
    handling,
    leaps,
    postures,
    strikes,
    throwing,
    turns,
)
from text2sim.motion.sine.performer import Performer, Shot

Act = Callable[[Performer, Shot], None]

FULL: dict[str, Act] = {
    "stand": postures.stand, "bow": postures.bow, "squat": postures.squat,
    "stretch": postures.stretch, "kneel": postures.kneel, "sit": postures.sit,
    "stand_up": postures.stand_up, "lie": postures.lie, "fall": postures.fall,
    "turn": turns.turn, "spin": turns.spin, "kick": strikes.kick, "punch": strikes.punch,
    "jump": leaps.jump, "dance": dance.dance, "crawl": climbing.crawl,
    "climb": climbing.climb_ladder, "pick_up": handling.pick_up, "put_down": handling.put_down,
    "throw": throwing.throw, "catch": throwing.catch, "reach": handling.reach,
}  # fmt: skip
"""Actions of the whole body; those that step along a path are in `gait.GAITS`."""

UPPER: dict[str, Act] = {
    "wave": gestures.wave, "clap": gestures.clap, "point": gestures.point, "nod": gestures.nod,
    "shake_head": gestures.shake_head, "look": gestures.look, "raise_arms": gestures.raise_arms,
    "talk": gestures.talk, "drink": gestures.drink,
}  # fmt: skip
"""Gestures laid over what the legs do."""
