"""Carrying finished frames along the exact flow, and pictures cut into tiles."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

SEEN = 1
"""State of flow whose point is visible in the next frame."""


def carried(picture: NDArray, flow: NDArray, state: NDArray) -> tuple[NDArray, NDArray]:
    """A frame moved to the next one, and where nothing is hidden or new.

    Every pixel is laid onto the four that it lands between; what no pixel lands on was hidden
    before.

    Args:
        picture: (H, W, 3). flow: to the next frame [px] (x, y), (H, W, 2). state: see `Frames`.

    Returns:
        The picture (H, W, 3) float64 and the mask (H, W) bool.
    """
    height, width = state.shape
    y, x = np.nonzero(state == SEEN)
    place = np.stack([x, y], axis=-1) + flow[y, x]
    low = np.floor(place).astype(int)
    part = place - low
    total, weight = np.zeros((height * width, 3)), np.zeros(height * width)
    for i in (0, 1):
        for j in (0, 1):
            to = low + np.array([i, j])
            share = np.abs(1 - i - part[:, 0]) * np.abs(1 - j - part[:, 1])
            good = (to >= 0).all(-1) & (to < [width, height]).all(-1) & (share > 1e-6)
            index = to[good, 1] * width + to[good, 0]
            weight += np.bincount(index, share[good], height * width)
            for k in range(3):
                total[:, k] += np.bincount(
                    index, share[good] * picture[y[good], x[good], k], height * width
                )
    covered = weight > 0.3
    total[covered] /= weight[covered, None]
    return total.reshape(height, width, 3), covered.reshape(height, width)


def blended(render: NDArray, before: NDArray, mask: NDArray, share: float) -> NDArray:
    """The render, with `share` of the carried frame where the mask is, (H, W, 3) uint8."""
    weight = share * mask[..., None]
    return np.round(weight * before + (1.0 - weight) * render).clip(0, 255).astype(np.uint8)


def spans(length: int, tile: int, overlap: int) -> list[tuple[int, int]]:
    """Evenly spread spans of `tile` that cover a length and overlap at least by `overlap`."""
    if length <= tile:
        return [(0, length)]
    count = int(np.ceil((length - overlap) / (tile - overlap)))
    starts = np.round(np.linspace(0, length - tile, count)).astype(int)
    return [(int(start), int(start) + tile) for start in starts]


def tiled(
    size: tuple[int, int], tile: int, overlap: int,
    make: Callable[[slice, slice], NDArray],
) -> NDArray:  # fmt: skip
    """A picture (H, W, 3) uint8 of tiles that fade into each other.

    Args:
        size: width and height. tile, overlap: [px].
        make: gives the part of rows and columns, (h, w, 3).
    """
    width, height = size
    total, weight = np.zeros((height, width, 3)), np.zeros((height, width, 1))
    for rows in spans(height, tile, overlap):
        for columns in spans(width, tile, overlap):
            part = make(slice(*rows), slice(*columns))
            fade = np.outer(_fade(*rows, height, overlap), _fade(*columns, width, overlap))
            total[slice(*rows), slice(*columns)] += part * fade[..., None]
            weight[slice(*rows), slice(*columns)] += fade[..., None]
    return np.round(total / weight).clip(0, 255).astype(np.uint8)


def _fade(start: int, stop: int, length: int, overlap: int) -> NDArray:
    """Weights (stop - start,): a ramp over the overlap at each end that is not the picture's."""
    ramp = np.ones(stop - start)
    rise = (np.arange(overlap) + 1.0) / (overlap + 1.0)
    if start > 0 and overlap:
        ramp[:overlap] = rise
    if stop < length and overlap:
        ramp[-overlap:] = np.minimum(ramp[-overlap:], rise[::-1])
    return ramp


def windows(count: int, length: int, overlap: int) -> Iterator[tuple[int, int]]:
    """Spans of frames, first to last - 1, of at most `length`."""
    yield from spans(count, min(length, count), min(overlap, max(0, min(length, count) - 1)))
