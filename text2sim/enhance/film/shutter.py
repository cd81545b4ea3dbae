"""Kernels of the shutter: motion blur along the true flow.

After McGuire et al. (2012), "A reconstruction filter for plausible motion blur": every pixel
gathers along the fastest movement around it; what is nearer and moves covers what is behind.
"""

from __future__ import annotations

import numpy as np
from numpy import float32 as f32

from text2sim.compiling import inner, kernel
from text2sim.enhance.film.lens import HALF, ONE, ZERO

TILE = 16
"""Side of the squares with one fastest movement [px]; blur reaches two of them at most."""
STILL = f32(0.5)
"""Movements shorter than this are not blurred [px]."""


@kernel
def find_fastest(
    start: int, stop: int, flow: np.ndarray, open_share: float, limit: float, out: np.ndarray
) -> None:
    """The longest movement while the shutter is open in each tile [px], (rows, columns, 2).

    Every other pixel of every other row is looked at.
    """
    height, width, _ = flow.shape
    for row in range(start, stop):
        for column in range(out.shape[1]):
            most, fx, fy = ZERO, ZERO, ZERO
            for y in range(row * TILE, min(row * TILE + TILE, height), 2):
                for x in range(column * TILE, min(column * TILE + TILE, width), 2):
                    u, v = flow[y, x, 0], flow[y, x, 1]
                    size = u * u + v * v
                    if size > most:
                        most, fx, fy = size, u, v
            length = np.sqrt(most) * open_share
            factor = open_share * (min(limit / length, ONE) if length > ZERO else ZERO)
            out[row, column, 0], out[row, column, 1] = fx * factor, fy * factor


@kernel
def spread(start: int, stop: int, tiles: np.ndarray, out: np.ndarray) -> None:
    """The longest movement of a tile and of those around it."""
    rows, columns, _ = tiles.shape
    for row in range(start, stop):
        for column in range(columns):
            most = -ONE
            for j in range(max(row - 1, 0), min(row + 2, rows)):
                for i in range(max(column - 1, 0), min(column + 2, columns)):
                    u, v = tiles[j, i, 0], tiles[j, i, 1]
                    if u * u + v * v > most:
                        most = u * u + v * v
                        out[row, column, 0], out[row, column, 1] = u, v


@kernel
def prepare(
    start: int, stop: int, flow: np.ndarray, depth: np.ndarray, open_share: float, limit: float,
    speed: np.ndarray, inverse: np.ndarray,
) -> None:  # fmt: skip
    """Rows of the way of each pixel [px], half a pixel at least, and of its inverse depth [1/m]."""
    for y in range(start, stop):
        for x in range(speed.shape[1]):
            u, v = flow[y, x, 0], flow[y, x, 1]
            speed[y, x] = min(max(np.sqrt(u * u + v * v) * open_share, HALF), limit)
        for x in range(speed.shape[1]):
            inverse[y, x] = ONE / depth[y, x] if depth[y, x] > ZERO else ZERO


@kernel
def smear(
    start: int, stop: int, light: np.ndarray, speed: np.ndarray, inverse: np.ndarray,
    tiles: np.ndarray, work: np.ndarray, out: np.ndarray,
) -> None:  # fmt: skip
    """Rows of tiles of the light (3, H, W), blurred where anything around them moves.

    `work` is (rows of tiles, 4, TILE).
    """
    _, height, width = light.shape
    for row in range(start, stop):
        for column in range(tiles.shape[1]):
            mx, my = tiles[row, column, 0], tiles[row, column, 1]
            length = np.sqrt(mx * mx + my * my)
            left, right = column * TILE, min(column * TILE + TILE, width)
            for y in range(row * TILE, min(row * TILE + TILE, height)):
                if length < STILL:
                    for c in range(3):
                        for x in range(left, right):
                            out[c, y, x] = light[c, y, x]
                else:
                    _smear_line(
                        y, left, right, mx, my, length, light, speed, inverse, work[row], out
                    )


@inner
def _smear_line(
    y: int, left: int, right: int, mx: float, my: float, length: float, light: np.ndarray,
    speed: np.ndarray, inverse: np.ndarray, work: np.ndarray, out: np.ndarray,
) -> None:  # fmt: skip
    """One row of a tile: all its pixels take the same steps, so they are worked on together."""
    _, height, width = light.shape
    for x in range(left, right):
        share = ONE / speed[y, x]
        work[3, x - left] = share
        for c in range(3):
            work[c, x - left] = share * light[c, y, x]
    count = min(max(int(f32(0.7) * length), 3), 11)
    for k in range(count):
        t = (f32(k) + HALF) / f32(count) - HALF
        dx, dy = int(np.floor(t * mx + HALF)), int(np.floor(t * my + HALF))
        j, away = y + dy, abs(t) * length * f32(2.0)
        if j < 0 or j >= height or (dx == 0 and dy == 0):
            continue
        for x in range(max(left, -dx), min(right, width - dx)):
            own, its = speed[y, x], speed[j, x + dx]
            here, there = inverse[y, x], inverse[j, x + dx]
            # 1 where the sample is nearer than this pixel, over 5 % of the distance.
            before = min(max(HALF + (there - here) / (f32(0.05) * here + f32(1e-4)), ZERO), ONE)
            its_reach = min(max(ONE - away / its, ZERO), ONE)
            own_reach = min(max(ONE - away / own, ZERO), ONE)
            both = f32(2.0) if away < f32(0.95) * min(its, own) else ZERO
            weight = before * its_reach + (ONE - before) * own_reach + both
            work[0, x - left] += weight * light[0, j, x + dx]
            work[1, x - left] += weight * light[1, j, x + dx]
            work[2, x - left] += weight * light[2, j, x + dx]
            work[3, x - left] += weight
    for x in range(left, right):
        share = ONE / work[3, x - left]
        for c in range(3):
            out[c, y, x] = share * work[c, x - left]
