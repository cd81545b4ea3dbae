"""What a prompt's words about the camera ask for."""

from __future__ import annotations

import re

from text2sim.types import Framing, Shot

SHOTS: tuple[tuple[frozenset[str], Shot], ...] = (
    (frozenset(("shoulder",)), "over_shoulder"),
    (frozenset(("orbit", "orbits", "orbiting", "arc", "circles", "around")), "orbit"),
    (frozenset(("pull", "pulls", "out")), "pull_back"),
    (frozenset(("zoom", "zooms", "dolly", "push", "pushes")), "dolly"),
    (frozenset(("behind", "back")), "behind"),
    (frozenset(("follow", "follows", "tracking")), "follow"),
    (frozenset(("static", "fixed", "still", "tripod")), "static"),
    (frozenset(("top", "bird", "overhead", "aerial")), "top"),
)
"""Words and the shot that they mean; the first that fits counts."""
CLOSE = frozenset(("close", "closeup"))
WIDE = frozenset(("wide", "far", "afar", "distance", "long", "establishing"))


def view_words(view: str | None) -> frozenset[str]:
    """The words of a view, such as "from behind, close-up"."""
    return frozenset(re.findall(r"[a-z]+", (view or "").lower()))


def shot_of(words: frozenset[str]) -> Shot:
    """The movement that a view's words ask for."""
    return next((shot for names, shot in SHOTS if names & words), "auto")


def framing_of(words: frozenset[str]) -> Framing:
    """How much is to be shown."""
    return "close" if words & CLOSE else "wide" if words & WIDE else "full"
