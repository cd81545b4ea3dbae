"""Reading the shadow map: soft shadows that widen with the distance to what casts them.

After Fernando (2005), "Percentage-closer soft shadows", with the receiver's plane followed across
the filter (Isidoro 2006) so that wide filters need no large bias.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from text2sim.compiling import inner

BLOCK = 16
"""Side of the blocks whose range is known [texels]; at least twice the filter's reach."""
REACH = 7
"""Texels from the centre to the farthest that counts."""
FAR_BELOW = -1e9
"""Nearness to the sun where nothing was drawn [m]."""
LIFT = 2.0
"""Points are taken this far off their surface, against speckles [texels]."""
SHARPEST = 1.2
"""Half-width of the narrowest filter [texels]."""


class Shadow(NamedTuple):
    """The sun's view of a frame.

    Attributes:
        nearness: to the sun [m], (N, N).
        ranges: its smallest and largest value in each block, (N // BLOCK, N // BLOCK, 2).
        frame: takes world points to x, y [texels] and nearness [m], (3, 4).
        texel: side of a texel [m].
        size: angle that the light spans [rad].
    """

    nearness: np.ndarray
    ranges: np.ndarray
    frame: np.ndarray
    texel: float
    size: float


@inner
def _transform(frame: np.ndarray, row: int, x: float, y: float, z: float) -> float:
    return frame[row, 0] * x + frame[row, 1] * y + frame[row, 2] * z


@inner
def _slopes(shadow: Shadow, nx: float, ny: float, nz: float) -> tuple[float, float]:
    """How the receiver's nearness changes for one texel along x and y [m]."""
    frame, texel = shadow.frame, shadow.texel
    facing = max(_transform(frame, 2, nx, ny, nz), 0.15)
    along_x = _transform(frame, 0, nx, ny, nz) * texel
    along_y = _transform(frame, 1, nx, ny, nz) * texel
    return -along_x / facing * texel, -along_y / facing * texel


@inner
def sunlit(shadow: Shadow, x: float, y: float, z: float, nx: float, ny: float, nz: float) -> float:
    """Share of the sun that arrives at (x, y, z), where the surface has normal (nx, ny, nz)."""
    frame, size, lift = shadow.frame, len(shadow.nearness), LIFT * shadow.texel
    x, y, z = x + lift * nx, y + lift * ny, z + lift * nz
    u = _transform(frame, 0, x, y, z) + frame[0, 3]
    v = _transform(frame, 1, x, y, z) + frame[1, 3]
    edge = REACH + 1.0
    if u < edge or v < edge or u > size - edge or v > size - edge:
        return 1.0
    low, high = _range_around(shadow.ranges, u, v)
    if high == FAR_BELOW:  # nothing there: the usual case
        return 1.0
    near = _transform(frame, 2, x, y, z) + frame[2, 3] + 0.5 * lift
    gx, gy = _slopes(shadow, nx, ny, nz)
    slack = REACH * (abs(gx) + abs(gy))
    if high <= near - slack:
        return 1.0
    if low > near + slack:
        return 0.0
    width = _penumbra(shadow, u, v, near, gx, gy)
    return 1.0 if width < 0.0 else _filtered(shadow.nearness, u, v, near, gx, gy, width)


@inner
def _range_around(ranges: np.ndarray, u: float, v: float) -> tuple[float, float]:
    """Smallest and largest nearness within reach of (u, v)."""
    i, j = int(u - REACH) // BLOCK, int(v - REACH) // BLOCK
    k, m = int(u + REACH) // BLOCK, int(v + REACH) // BLOCK
    low = min(ranges[j, i, 0], ranges[j, k, 0], ranges[m, i, 0], ranges[m, k, 0])
    high = max(ranges[j, i, 1], ranges[j, k, 1], ranges[m, i, 1], ranges[m, k, 1])
    return low, high


@inner
def _penumbra(shadow: Shadow, u: float, v: float, near: float, gx: float, gy: float) -> float:
    """Half-width of the filter [texels] from the mean height of what blocks; -1 if nothing does."""
    i, j = int(u), int(v)
    total = count = 0.0
    for dy in range(-6, 7, 3):
        for dx in range(-6, 7, 3):
            above = shadow.nearness[j + dy, i + dx] - near - gx * dx - gy * dy
            if above > 0.0:
                total += above
                count += 1.0
    if count == 0.0:
        return -1.0
    width = 0.5 * shadow.size * total / count / shadow.texel
    return min(max(width, SHARPEST), REACH - 1.0)


@inner
def _filtered(
    nearness: np.ndarray, u: float, v: float, near: float, gx: float, gy: float, width: float
) -> float:
    """Share of unblocked texels under a square with soft edges around (u, v)."""
    u, v = u - 0.5, v - 0.5
    i, j = int(u), int(v)
    reach = int(width + 0.5) + 1
    lit = total = 0.0
    for y in range(j - reach, j + reach + 1):
        weight_y = min(max(width + 0.5 - abs(y - v), 0.0), 1.0)
        if weight_y > 0.0:
            limit = near + gy * (y - v)
            for x in range(i - reach, i + reach + 1):
                weight = weight_y * min(max(width + 0.5 - abs(x - u), 0.0), 1.0)
                total += weight
                if nearness[y, x] <= limit + gx * (x - u):
                    lit += weight
    return lit / total
