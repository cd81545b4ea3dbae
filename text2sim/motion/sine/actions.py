"""Which function performs which action."""

from __future__ import annotations

from collections.abc import Callable

from text2sim.motion.sine.performer import Performer, Shot

Act = Callable[[Performer, Shot], None]


def stand(performer: Performer, shot: Shot) -> None:
    """Stand at ease."""
    performer.settle(shot)


FULL: dict[str, Act] = {"stand": stand}
UPPER: dict[str, Act] = {}
