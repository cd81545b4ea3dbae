"""Screen-space ambient occlusion at half resolution.

Along a line on a plane 1 / depth is affine in the picture, so two opposite neighbours whose mean
is nearer than the point itself mean a hollow, whatever the slope: no normals and no bias needed.
"""

from __future__ import annotations

import numpy as np

from text2sim.compiling import inner, kernel
from text2sim.render.kernels.work import TILE

RADIUS = 0.3
"""Reach of the occlusion [m]."""


MARGIN = 48
"""Most half-resolution pixels that the occlusion reaches."""


@kernel
def halve(
    start: int,
    stop: int,
    rows: int,
    touched: np.ndarray,
    horizon: np.ndarray,
    nearness: np.ndarray,
    half: np.ndarray,
) -> None:
    """Rows of every other pixel's first sample, (H // 2, W // 2); the ground where none is."""
    for y in range(start, stop):
        for x in range(half.shape[1]):
            if touched[2 * y // rows, 2 * x // TILE]:
                half[y, x] = nearness[2 * y, 2 * x, 0]
            else:
                q = horizon[0] * (2 * x + 0.5) + horizon[1] * (2 * y + 0.5) + horizon[2]
                half[y, x] = max(q, 0.0)


def near_touched(touched: np.ndarray, rows: int) -> np.ndarray:
    """Tiles from which a touched one is within the occlusion's reach, (bands, tiles)."""
    near = touched.copy()
    for axis, size in ((0, rows), (1, TILE)):
        grown = near.copy()
        for step in range(1, -(-2 * MARGIN // size) + 1):
            head, tail = [slice(None)] * 2, [slice(None)] * 2
            head[axis], tail[axis] = slice(step, None), slice(None, -step)
            grown[tuple(head)] |= near[tuple(tail)]
            grown[tuple(tail)] |= near[tuple(head)]
        near = grown
    return near


@kernel
def occlude(
    start: int,
    stop: int,
    rows: int,
    near: np.ndarray,
    half: np.ndarray,
    focal: float,
    directions: np.ndarray,
    open_sky: np.ndarray,
) -> None:
    """Rows of the unoccluded share, (h, w), noisy in a 4 x 4 pattern.

    Args:
        near: tiles in which anything may be occluded, (bands, tiles).
        focal: focal length in half-resolution pixels.
        directions: offsets in units of the radius for each cell of the pattern, (16, K, 2).
    """
    for y in range(start, stop):
        for x in range(half.shape[1]):
            if not near[2 * y // rows, 2 * x // TILE]:
                open_sky[y, x] = 1.0
                continue
            q = half[y, x]
            reach = min(RADIUS * focal * q, MARGIN)
            cell = directions[(x & 3) + 4 * (y & 3)]
            open_sky[y, x] = 1.0 if reach < 1.0 else _openness(half, x, y, q, reach, cell)


@inner
def _openness(half: np.ndarray, x: int, y: int, q: float, reach: float, cell: np.ndarray) -> float:
    height, width = half.shape
    depth = 1.0 / q
    total = 0.0
    for k in range(len(cell)):
        dx, dy = int(np.round(cell[k, 0] * reach)), int(np.round(cell[k, 1] * reach))
        xa, ya = min(max(x + dx, 0), width - 1), min(max(y + dy, 0), height - 1)
        xb, yb = min(max(x - dx, 0), width - 1), min(max(y - dy, 0), height - 1)
        a = _nearer(half[ya, xa], depth)
        b = _nearer(half[yb, xb], depth)
        if a > 1.2:  # something in front that has nothing to do with this surface
            a = -b if b < 0.0 else 0.0
        if b > 1.2:
            b = -a if a < 0.0 else 0.0
        total += min(max(a + b - 0.03, 0.0) * 1.2, 1.0)
    return 1.0 - total / len(cell)


@inner
def _nearer(q: float, depth: float) -> float:
    """How much nearer than `depth` a neighbour is, in radii, at least -2."""
    return max((q - 1.0 / depth) * depth * depth / RADIUS, -2.0)


@kernel
def smooth(
    start: int,
    stop: int,
    rows: int,
    near: np.ndarray,
    half: np.ndarray,
    open_sky: np.ndarray,
    out: np.ndarray,
) -> None:
    """Rows averaged over the 4 x 4 pattern, (h, w), without crossing steps in depth."""
    height, width = half.shape
    for y in range(start, stop):
        for x in range(width):
            if not near[2 * y // rows, 2 * x // TILE]:
                out[y, x] = 1.0
                continue
            q = half[y, x]
            total, weights = 0.0, 1e-6
            for j in range(max(y - 2, 0), min(y + 2, height)):
                for i in range(max(x - 2, 0), min(x + 2, width)):
                    weight = 1.0 if abs(half[j, i] - q) < 0.05 * q else 0.01
                    total += weight * open_sky[j, i]
                    weights += weight
            out[y, x] = total / weights
