"""Calm curves: filters that keep a camera's speed and acceleration within bounds."""

from __future__ import annotations

import numpy as np

from text2sim.maths.filters import gaussian

Array = np.ndarray

LONGEST = 6.0
"""Time scale [s] beyond which nothing gets calmer."""


def calm(values: Array, fps: float, *, scale: float, speed: float, acceleration: float) -> Array:
    """Values (T, ...) smoothed by a Gaussian of `scale` [s], or the least that keeps the bounds.

    Speed and acceleration are norms over the last axis of what is (T, D), in units per second.
    """
    smooth = gaussian(values, scale * fps)
    while scale < LONGEST and _exceeds(smooth, fps, speed, acceleration):
        scale *= 1.25
        smooth = gaussian(values, scale * fps)
    return np.asarray(smooth)


def _exceeds(values: Array, fps: float, speed: float, acceleration: float) -> bool:
    columns = values.reshape(len(values), -1)
    moves = np.linalg.norm(np.diff(columns, axis=0), axis=1) * fps
    changes = np.linalg.norm(np.diff(columns, 2, axis=0), axis=1) * fps**2
    return bool(moves.max(initial=0.0) > speed or changes.max(initial=0.0) > acceleration)


def envelope(values: Array, fps: float, reach: float) -> Array:
    """A smooth curve (T,) that is nowhere below the values.

    It is the greatest value within `reach` [s], averaged with weights that end at `reach`.
    """
    count = max(round(reach * fps), 1)
    padded = np.pad(values, 2 * count, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * count + 1)
    highest = windows.max(axis=1)
    weights = np.cos(0.5 * np.pi * np.arange(-count, count + 1) / (count + 1)) ** 4
    return np.asarray(np.convolve(highest, weights / weights.sum(), "valid"))
