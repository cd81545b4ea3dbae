"""How materials meet, the same in every engine: friction is the geometric mean of a pair,
restitution the product."""

from __future__ import annotations

from text2sim.types import SceneObject

GRAVITY = 9.81
"""Downward [m/s2]."""
BODY_FRICTION = 0.9
HARDNESS = 5.0
"""Restitutions of a pair are multiplied. What stands still counts this many times its own, at most
1, so that a rubber ball bounces on stone like rubber and not a fifth as well."""
ROLLING_FRICTION = 0.004
"""Of balls [m]: a football loses about 0.4 m/s each second."""


def bounce(item: SceneObject) -> float:
    """The factor that an object brings to the restitution of a pair."""
    return min(1.0, HARDNESS * item.restitution) if item.fixed else item.restitution
