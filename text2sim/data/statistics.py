"""Mean and standard deviation of the features of a data set, in one pass."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from text2sim.data.layouts import HUMANML3D, LAYOUTS
from text2sim.errors import ShapeError

Array = NDArray[np.floating]


def statistics(clips: Iterable[Array]) -> tuple[Array, Array]:
    """Mean and standard deviation, (D,) each, of the features (T, D) of many clips.

    As in HumanML3D's files, the deviation is the mean over each kind of feature: heights,
    positions, rotations, ... Features that never change get 1, so that dividing by it is safe.

    Raises:
        ShapeError: there is no frame, or clips differ in width.
    """
    count, mean, spread = 0, np.zeros(0), np.zeros(0)
    for clip in clips:
        part = np.asarray(clip, dtype=np.float64)
        if not count:
            mean, spread = np.zeros(part.shape[1:]), np.zeros(part.shape[1:])
        if part.ndim != 2 or part.shape[1:] != mean.shape:
            raise ShapeError(f"Features must be (T, {mean.size}) in every clip; got {part.shape}.")
        # Chan, Golub and LeVeque (1979): squares about the mean of both parts.
        total, middle = count + len(part), part.mean(axis=0)
        shift = middle - mean
        spread += np.sum((part - middle) ** 2, axis=0) + shift**2 * count * len(part) / total
        mean, count = mean + shift * len(part) / total, total
    if not count:
        raise ShapeError("There is no clip to make statistics of.")
    return mean, _by_kind(np.sqrt(spread / count))


def _by_kind(deviation: Array) -> Array:
    result = deviation.copy()
    layout = LAYOUTS.get(len(deviation), HUMANML3D)
    for part in layout.parts.values():
        result[part] = deviation[part].mean()
    return np.where(result > 1e-8, result, 1.0)
