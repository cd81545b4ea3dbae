"""Smooth curves in time: easing, interpolation through knots, smoothing, and closing of seams."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating]


def smoothstep(u: ArrayLike) -> Array:
    """Ease from 0 (u <= 0) to 1 (u >= 1) with zero slope at both ends: 3u² - 2u³."""
    u = np.clip(u, 0.0, 1.0)
    return u * u * (3.0 - 2.0 * u)


def minimum_jerk(u: ArrayLike) -> Array:
    """Ease from 0 to 1 with zero velocity and acceleration at the ends (Flash and Hogan 1985)."""
    u = np.clip(u, 0.0, 1.0)
    return u**3 * (10.0 + u * (6.0 * u - 15.0))


def bump(u: ArrayLike) -> Array:
    """Rise from 0 to 1 at u = 0.5 and back to 0, with zero slope at the ends: 16 u² (1 - u)²."""
    u = np.clip(u, 0.0, 1.0)
    return 16.0 * (u * (1.0 - u)) ** 2


def envelope(times: ArrayLike, start: float, end: float, rise: float, fall: float) -> Array:
    """Weight that is 0 outside start to end and 1 between, with eased flanks [s]."""
    times = np.asarray(times, dtype=np.float64)
    total = max(end - start, 1e-6)
    shrink = min(1.0, total / max(rise + fall, 1e-6))
    up = minimum_jerk((times - start) / max(rise * shrink, 1e-6))
    return up * minimum_jerk((end - times) / max(fall * shrink, 1e-6))


def gaussian(values: ArrayLike, sigma: float) -> Array:
    """Values smoothed along axis 0 by a Gaussian of `sigma` samples.

    Beyond the ends the curve goes on as its point reflection, so that ends and slopes are kept.
    """
    values = np.asarray(values, dtype=np.float64)
    radius = min(int(np.ceil(3.0 * sigma)), len(values) - 1)
    if sigma < 0.05 or radius < 1:
        return values.copy()
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    before = 2.0 * values[:1] - values[radius:0:-1]
    after = 2.0 * values[-1:] - values[-2 : -radius - 2 : -1]
    padded = np.concatenate([before, values, after])
    windows = np.lib.stride_tricks.sliding_window_view(padded, len(kernel), axis=0)
    return windows @ kernel


def hermite(knots: ArrayLike, values: ArrayLike, slopes: ArrayLike, at: ArrayLike) -> Array:
    """Cubic Hermite curve through values (K, ...) with given slopes at increasing knots (K,).

    Outside the knots the first and last value are held.
    """
    knots, at = np.asarray(knots, dtype=np.float64), np.asarray(at, dtype=np.float64)
    values, slopes = np.asarray(values, dtype=np.float64), np.asarray(slopes, dtype=np.float64)
    index = np.clip(np.searchsorted(knots, at, side="right") - 1, 0, len(knots) - 2)
    width = knots[index + 1] - knots[index]
    u = np.clip((at - knots[index]) / width, 0.0, 1.0)
    shape = (*u.shape, *([1] * (values.ndim - 1)))
    u, width = u.reshape(shape), width.reshape(shape)
    rest = 1.0 - u
    return (
        (1.0 + 2.0 * u) * rest**2 * values[index]
        + u * rest**2 * width * slopes[index]
        + u**2 * (3.0 - 2.0 * u) * values[index + 1]
        - u**2 * rest * width * slopes[index + 1]
    )


def monotone(knots: ArrayLike, values: ArrayLike, at: ArrayLike) -> Array:
    """Curve through values (K, ...) at increasing knots (K,) that never overshoots between them.

    Slopes are the weighted harmonic means of Fritsch and Butland (1984), zero at both ends.
    """
    knots, values = np.asarray(knots, dtype=np.float64), np.asarray(values, dtype=np.float64)
    if len(knots) == 1:
        return np.broadcast_to(values[0], (*np.shape(at), *values.shape[1:])).copy()
    width = np.diff(knots).reshape(-1, *([1] * (values.ndim - 1)))
    secant = np.diff(values, axis=0) / width
    slopes = np.zeros_like(values)
    first, second = 2.0 * width[1:] + width[:-1], width[1:] + 2.0 * width[:-1]
    same = secant[:-1] * secant[1:] > 0.0
    safe = np.where(same, secant[:-1] * second + secant[1:] * first, 1.0)
    mean = (first + second) * secant[:-1] * secant[1:] / np.where(same, safe, 1.0)
    slopes[1:-1] = np.where(same, mean, 0.0)
    return hermite(knots, values, slopes, at)


def decaying_offset(offset: ArrayLike, velocity: ArrayLike, times: ArrayLike, end: float) -> Array:
    """Quintic that begins with the given offset and velocity and comes to rest at 0 at `end`.

    Added to a curve that begins at times = 0 it joins that curve to another without a jump in
    value or velocity (inertialisation, Bollo 2018). Shape: times (N,), offset (...) -> (N, ...).
    """
    offset, velocity = np.asarray(offset, np.float64), np.asarray(velocity, np.float64)
    u = np.clip(np.asarray(times, np.float64) / end, 0.0, 1.0)
    u = u.reshape(-1, *([1] * offset.ndim))
    return offset * (1.0 - minimum_jerk(u)) + velocity * end * u * (1.0 - u) ** 3 * (1.0 + 3.0 * u)
