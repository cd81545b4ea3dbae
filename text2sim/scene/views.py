"""What a prompt's words about the camera ask for."""

from __future__ import annotations

import re

from text2sim.types import Framing, Shot


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SHOTS: tuple[tuple[frozenset[str], Shot], ...] = (
    (_words("shoulder shoulders"), "over_shoulder"),
    (_words("orbit orbits orbiting arc arcs circle circles circling revolves revolving rotating "
            "around round"), "orbit"),
    (_words("pull pulls pulling out away backs backing"), "pull_back"),
    (_words("zoom zooms zooming dolly dollies dollying push pushes pushing closer nearer"),
     "dolly"),
    (_words("behind back rear"), "behind"),
    (_words("follow follows following track tracks tracking trails trailing"), "follow"),
    (_words("static fixed still stationary locked tripod"), "static"),
    (_words("top bird birds overhead aerial drone"), "top"),
)  # fmt: skip
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
