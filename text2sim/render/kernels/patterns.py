"""Procedural materials: how the base colour varies over a surface.

Every pattern returns (tone, joint): the base colour is multiplied by `tone` and then mixed with
mortar by the share `joint`. Patterns are filtered analytically: detail smaller than the
`footprint` of a pixel [m] fades to its mean instead of flickering.
"""

from __future__ import annotations

import numpy as np

from text2sim.render.kernels.compiling import inner

PATTERNS = ("plain", "wood", "stone", "metal", "cloth", "grass", "leaves", "brick", "tile")
PLAIN, WOOD, STONE, METAL, CLOTH, GRASS, LEAVES, BRICK, TILE = range(len(PATTERNS))


def noise_lattice() -> np.ndarray:
    """The constant random lattice (256, 256) behind `noise`, values -1 to 1, by integer hashing."""
    n = np.arange(256 * 256, dtype=np.uint32)
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        n = (n ^ (n >> np.uint32(shift))) * np.uint32(factor)
    n ^= n >> np.uint32(16)
    return (n / 2**31 - 1.0).astype(np.float32).reshape(256, 256)


@inner
def noise(lattice: np.ndarray, u: float, v: float) -> float:
    """Smooth value noise, -1 to 1, one feature a unit."""
    fu, fv = np.floor(u), np.floor(v)
    i, j = int(fu) & 255, int(fv) & 255
    k, m = (i + 1) & 255, (j + 1) & 255
    s, t = u - fu, v - fv
    s, t = s * s * (3.0 - 2.0 * s), t * t * (3.0 - 2.0 * t)
    low = lattice[j, i] + s * (lattice[j, k] - lattice[j, i])
    high = lattice[m, i] + s * (lattice[m, k] - lattice[m, i])
    return low + t * (high - low)


@inner
def cell_value(lattice: np.ndarray, i: float, j: float) -> float:
    """One random number, -1 to 1, for each cell (i, j) of a layout."""
    return lattice[(int(j) * 57 + int(i) * 13) & 255, (int(i) * 101 + int(j) * 3) & 255]


@inner
def visible(footprint: float, size: float) -> float:
    """1 where details of `size` [m] are large in the picture, falling to 0 below two pixels."""
    return min(max(1.5 - 2.0 * footprint / size, 0.0), 1.0)


@inner
def _covered(t: float, period: float, width: float) -> float:
    """Integral from 0 to t of stripes [0, width) that repeat with `period`."""
    whole = np.floor(t / period)
    return whole * width + min(t - whole * period, width)


@inner
def lines(u: float, period: float, width: float, footprint: float) -> float:
    """Share of the footprint around u that is on lines centred at multiples of `period`."""
    f = max(footprint, 1e-5)
    shifted = u + 0.5 * width
    low, high = shifted - 0.5 * f, shifted + 0.5 * f
    return (_covered(high, period, width) - _covered(low, period, width)) / f


@inner
def noise_3d(lattice: np.ndarray, x: float, y: float, z: float) -> float:
    """Noise on a surface in space: two slanted projections, so that no face shows streaks."""
    first = noise(lattice, x + 0.61 * z, y + 0.53 * z)
    return 0.7 * (first + noise(lattice, y - 0.67 * x + 37.0, z + 0.45 * x))


@inner
def _cloudy(lattice: np.ndarray, x: float, y: float, z: float, footprint: float) -> float:
    """Four octaves of noise from 1 m down, about -1 to 1."""
    total, size, strength = 0.0, 0.9, 0.5
    for _ in range(4):
        shown = visible(footprint, size)
        if shown == 0.0:
            break
        total += strength * shown * noise_3d(lattice, x / size, y / size, z / size + 7.3 * size)
        size *= 0.34
        strength *= 0.72
    return total


@inner
def _grain(lattice: np.ndarray, along: float, across: float, footprint: float) -> float:
    """Wood grain: noise stretched along the fibres."""
    coarse = visible(footprint, 0.05) * noise(lattice, along * 1.1, across * 24.0)
    fine = visible(footprint, 0.012) * noise(lattice, along * 4.0 + 31.0, across * 130.0)
    return 0.14 * coarse + 0.09 * fine


@inner
def _tiles(
    lattice: np.ndarray, u: float, v: float, fu: float, fv: float, size: float, joint: float
) -> tuple[float, float]:
    tone = cell_value(lattice, np.floor(u / size), np.floor(v / size))
    seam_u, seam_v = lines(u, size, joint, fu), lines(v, size, joint, fv)
    shown = visible(max(fu, fv), size)
    return 1.0 + 0.03 * tone * shown, seam_u + seam_v - seam_u * seam_v


@inner
def _planks(lattice: np.ndarray, u: float, v: float, fu: float, fv: float) -> tuple[float, float]:
    row = np.floor(v / 0.14)
    shift = u + 1.7 * cell_value(lattice, row, 3.0)
    board = np.floor(shift / 1.8)
    tone = 0.10 * cell_value(lattice, row, board) * visible(max(fu, fv), 0.14)
    grain = _grain(lattice, u + 5.0 * board, v + 0.37 * row, max(fu, fv))
    seam = lines(v, 0.14, 0.004, fv)
    end = lines(shift, 1.8, 0.004, fu)
    return (1.0 + tone + grain) * (1.0 - 0.65 * max(seam, end)), 0.0


@inner
def _bricks(lattice: np.ndarray, u: float, v: float, fu: float, fv: float) -> tuple[float, float]:
    row = np.floor(v / 0.075)
    shift = u + (0.12 if int(row) & 1 else 0.0)
    tone = 0.22 * cell_value(lattice, np.floor(shift / 0.24), row) * visible(max(fu, fv), 0.12)
    rough = 0.08 * visible(max(fu, fv), 0.02) * noise(lattice, u * 60.0, v * 60.0)
    bed, head = lines(v, 0.075, 0.011, fv), lines(shift, 0.24, 0.011, fu)
    return 1.0 + tone + rough, bed + head - bed * head


@inner
def _grassy(lattice: np.ndarray, u: float, v: float, footprint: float) -> float:
    patches = noise(lattice, u * 0.45, v * 0.45) + 0.6 * noise(lattice, u * 1.9 + 9.0, v * 1.9)
    tufts = visible(footprint, 0.06) * noise(lattice, u * 17.0, v * 17.0)
    blades = visible(footprint, 0.012) * noise(lattice, u * 90.0 + 5.0, v * 70.0)
    return 1.0 + 0.13 * patches + 0.16 * tufts + 0.20 * blades


@inner
def ground_pattern(
    lattice: np.ndarray, pattern: int, u: float, v: float, fu: float, fv: float
) -> tuple[float, float]:
    """Pattern of the ground at (u, v) [m] with footprint fu by fv [m]."""
    if pattern in (TILE, METAL):
        tone, joint = _tiles(lattice, u, v, fu, fv, 1.0, 0.012)
        return tone, joint
    if pattern == WOOD:
        return _planks(lattice, u, v, fu, fv)
    if pattern == BRICK:
        return _bricks(lattice, u, v, fu, fv)
    if pattern in (GRASS, LEAVES):
        return _grassy(lattice, u, v, max(fu, fv)), 0.0
    if pattern == STONE:
        return 1.0 + 0.16 * _cloudy(lattice, u, v, 0.0, max(fu, fv)), 0.0
    if pattern == CLOTH:
        return _weave(lattice, u, v, max(fu, fv)), 0.0
    return 1.0, 0.0


@inner
def _weave(lattice: np.ndarray, u: float, v: float, footprint: float) -> float:
    threads = np.sin(u * 1257.0) * np.sin(v * 1257.0) * visible(footprint, 0.005)
    folds = noise(lattice, u * 9.0, v * 9.0) * visible(footprint, 0.1)
    return 1.0 + 0.10 * threads + 0.05 * folds


@inner
def surface_pattern(
    lattice: np.ndarray, pattern: int, x: float, y: float, z: float, footprint: float
) -> tuple[float, float]:
    """Pattern of an object at (x, y, z) [m] in its own frame; wood grows along x."""
    if pattern == WOOD:
        return 1.0 + _grain(lattice, x, y + z, footprint), 0.0
    if pattern == STONE:
        return 1.0 + 0.20 * _cloudy(lattice, x, y, z, footprint), 0.0
    if pattern == CLOTH:
        return _weave(lattice, x + 0.61 * z, y + 0.53 * z, footprint), 0.0
    if pattern == METAL:
        brushed = noise(lattice, x * 3.0, (y + z) * 150.0) * visible(footprint, 0.008)
        return 1.0 + 0.06 * brushed, 0.0
    if pattern in (LEAVES, GRASS):
        leaf = noise_3d(lattice, x * 22.0, y * 22.0, z * 22.0) * visible(footprint, 0.045)
        clump = noise_3d(lattice, x * 5.0, y * 5.0, z * 5.0)
        return 1.0 + 0.42 * leaf + 0.20 * clump, 0.0
    if pattern == BRICK:
        return _bricks(lattice, x + y, z, footprint, footprint)
    if pattern == TILE:
        return _tiles(lattice, x + y, z, footprint, footprint, 0.3, 0.006)
    return 1.0, 0.0
