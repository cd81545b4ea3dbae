"""How fast somebody goes along a path: nobody runs off at full speed, or turns sharply in a run."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating]

STEP_OFF = 1.5
"""Speed [m/s] of a first step, and of sharp turns: up to this nothing is held back."""
ACCELERATION = 4.0
"""In gathering and losing speed, and sideways in a curve [m/s2]."""
SPAN = 0.3
"""Distance [m] to either side over which a bend is measured."""


def pace(points: ArrayLike, top: ArrayLike) -> Array:
    """Speed [m/s] at every point of a path, (N,).

    Args:
        points: on the level [m], (N, 2), N >= 2, no two neighbours alike.
        top: speed [m/s] that is aimed at, a number or (N,).
    """
    points = np.asarray(points, dtype=np.float64)
    s = lengths(points)
    limit = np.sqrt(ACCELERATION / np.maximum(bends(points, s), 1e-6))
    limit = np.minimum(np.maximum(limit, STEP_OFF), top)
    limit[[0, -1]] = np.minimum(limit[[0, -1]], STEP_OFF)
    # The smallest of limit[j]^2 + 2 a |s[i] - s[j]| over all j, by one pass each way.
    square, gain = limit**2, 2.0 * ACCELERATION * s
    gathered = np.minimum.accumulate(square - gain) + gain
    lost = np.minimum.accumulate((square + gain)[::-1])[::-1] - gain
    return np.sqrt(np.minimum(gathered, lost))


def travel_time(points: ArrayLike, speed: ArrayLike) -> float:
    """Time [s] along points (N, 2) at speeds (N,)."""
    speed = np.asarray(speed, dtype=np.float64)
    return float((np.diff(lengths(np.asarray(points))) * 2.0 / (speed[1:] + speed[:-1])).sum())


def lengths(points: Array) -> Array:
    """Length along a path at each point [m], (N,)."""
    return np.append(0.0, np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1)))


def bends(points: Array, s: Array) -> Array:
    """Curvature [1/m] at each point, (N,): of the circle through it and its surroundings."""
    before, after = (
        np.stack([np.interp(s + step, s, points[:, i]) for i in range(2)], axis=1)
        for step in (-SPAN, SPAN)
    )
    a, b, c = points - before, after - points, after - before
    doubled_area = np.abs(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])
    sides = np.prod([np.linalg.norm(side, axis=1) for side in (a, b, c)], axis=0)
    return 2.0 * doubled_area / np.maximum(sides, 1e-9)
