"""Procedural materials: how the base colour varies over a surface.

Every pattern returns (tone, joint): the base colour is multiplied by `tone` and then mixed with
mortar by the share `joint`. Patterns are filtered analytically: detail smaller than the
`footprint` of a pixel [m] fades to its mean instead of flickering. All is float32 and free of
tables, so that the compiler works on several fragments at a time.
"""

from __future__ import annotations

import numpy as np
from numpy import float32 as f32

from text2sim.compiling import inner
from text2sim.render.kernels.work import HALF, ONE, TWO, ZERO

PATTERNS = ("plain", "wood", "stone", "metal", "cloth", "grass", "leaves", "brick", "tile")
PLAIN, WOOD, STONE, METAL, CLOTH, GRASS, LEAVES, BRICK, TILES = range(len(PATTERNS))
_u32, _i32 = np.uint32, np.int32


@inner
def cell_value(i: float, j: float) -> float:
    """One random number, -1 to 1, for each cell (i, j) of a layout, by integer hashing."""
    n = _u32(_i32(i) * _i32(1664525) + _i32(j) * _i32(374761393))
    n = _u32((n ^ _u32(n >> _u32(15))) * _u32(0x2C1B3C6D))
    n = _u32((n ^ _u32(n >> _u32(13))) * _u32(0x297A2D39))
    return f32(_i32(n ^ _u32(n >> _u32(16)))) * f32(2.0**-31)


@inner
def noise(u: float, v: float) -> float:
    """Smooth value noise, -1 to 1, one feature a unit."""
    i, j = np.floor(u), np.floor(v)
    s, t = u - i, v - j
    s, t = s * s * (f32(3.0) - TWO * s), t * t * (f32(3.0) - TWO * t)
    a, b = cell_value(i, j), cell_value(i + ONE, j)
    c, d = cell_value(i, j + ONE), cell_value(i + ONE, j + ONE)
    low, high = a + s * (b - a), c + s * (d - c)
    return low + t * (high - low)


@inner
def visible(footprint: float, size: float) -> float:
    """1 where details of `size` [m] are large in the picture, falling to 0 below two pixels."""
    return min(max(f32(1.5) - footprint * (TWO / size), ZERO), ONE)


@inner
def _covered(t: float, period: float, width: float) -> float:
    """Integral from 0 to t of stripes [0, width) that repeat with `period`."""
    whole = np.floor(t / period)
    return whole * width + min(t - whole * period, width)


@inner
def lines(u: float, period: float, width: float, footprint: float) -> float:
    """Share of the footprint around u that is on lines centred at multiples of `period`."""
    f = max(footprint, f32(1e-4))
    cell = np.floor(u / period + HALF)  # Near the line, float32 is fine enough far out too.
    shifted = u - cell * period + HALF * width
    low, high = shifted - HALF * f, shifted + HALF * f
    return (_covered(high, period, width) - _covered(low, period, width)) / f


@inner
def noise_3d(x: float, y: float, z: float) -> float:
    """Noise on a surface in space: two slanted projections, so that no face shows streaks."""
    first = noise(x + f32(0.61) * z, y + f32(0.53) * z)
    return f32(0.7) * (first + noise(y - f32(0.67) * x + f32(37.0), z + f32(0.45) * x))


@inner
def cloudy(x: float, y: float, z: float, footprint: float) -> float:
    """Four octaves of noise from 1 m down, about -1 to 1."""
    total = f32(0.50) * visible(footprint, f32(0.9)) * noise_3d(
        x * f32(1.11), y * f32(1.11), z * f32(1.11) + f32(6.6)
    )  # fmt: skip
    total += (
        f32(0.36)
        * visible(footprint, f32(0.306))
        * noise_3d(x * f32(3.27), y * f32(3.27), z * f32(3.27) + f32(2.2))
    )
    total += (
        f32(0.26)
        * visible(footprint, f32(0.104))
        * noise_3d(x * f32(9.6), y * f32(9.6), z * f32(9.6) + f32(0.8))
    )
    return total + f32(0.19) * visible(footprint, f32(0.035)) * noise_3d(
        x * f32(28.3), y * f32(28.3), z * f32(28.3) + f32(0.3)
    )


@inner
def _grain(along: float, across: float, footprint: float) -> float:
    """Wood grain: noise stretched along the fibres."""
    broad = visible(footprint, f32(0.16)) * noise(along * f32(0.5) + f32(7.0), across * f32(8.0))
    coarse = visible(footprint, f32(0.05)) * noise(along * f32(1.1), across * f32(24.0))
    fine = visible(footprint, f32(0.012)) * noise(along * f32(4.0) + f32(31.0), across * f32(130.0))
    return f32(0.08) * broad + f32(0.13) * coarse + f32(0.09) * fine


@inner
def tiles(
    u: float, v: float, fu: float, fv: float, size: float, joint: float
) -> tuple[float, float]:
    """Square tiles."""
    tone = cell_value(np.floor(u / size), np.floor(v / size))
    seam_u, seam_v = lines(u, size, joint, fu), lines(v, size, joint, fv)
    shown = visible(max(fu, fv), size)
    return ONE + f32(0.03) * tone * shown, seam_u + seam_v - seam_u * seam_v


@inner
def planks(u: float, v: float, fu: float, fv: float) -> tuple[float, float]:
    """Boards of a floor, along u."""
    row = np.floor(v / f32(0.14))
    shift = u + f32(1.7) * cell_value(row, f32(3.0))
    board = np.floor(shift / f32(1.8))
    tone = f32(0.10) * cell_value(row, board) * visible(max(fu, fv), f32(0.14))
    grain = _grain(u + f32(5.0) * board, v + f32(0.37) * row, max(fu, fv))
    seam = lines(v, f32(0.14), f32(0.004), fv)
    end = lines(shift, f32(1.8), f32(0.004), fu)
    return (ONE + tone + grain) * (ONE - f32(0.65) * max(seam, end)), ZERO


@inner
def bricks(u: float, v: float, fu: float, fv: float) -> tuple[float, float]:
    """A wall in running bond; v is up."""
    row = np.floor(v / f32(0.075))
    odd = row - TWO * np.floor(row * HALF)
    shift = u + f32(0.12) * odd
    tone = f32(0.22) * cell_value(np.floor(shift / f32(0.24)), row)
    rough = f32(0.08) * visible(max(fu, fv), f32(0.02)) * noise(u * f32(60.0), v * f32(60.0))
    bed = lines(v, f32(0.075), f32(0.011), fv)
    head = lines(shift, f32(0.24), f32(0.011), fu)
    return ONE + tone * visible(max(fu, fv), f32(0.12)) + rough, bed + head - bed * head


@inner
def grassy(u: float, v: float, footprint: float) -> tuple[float, float]:
    """A lawn."""
    patches = noise(u * f32(0.45), v * f32(0.45))
    patches += f32(0.6) * noise(u * f32(1.9) + f32(9.0), v * f32(1.9))
    tufts = visible(footprint, f32(0.06)) * noise(u * f32(17.0), v * f32(17.0))
    blades = visible(footprint, f32(0.012)) * noise(u * f32(90.0) + f32(5.0), v * f32(70.0))
    return ONE + f32(0.13) * patches + f32(0.16) * tufts + f32(0.20) * blades, ZERO


@inner
def foliage(x: float, y: float, z: float, footprint: float) -> tuple[float, float]:
    """Leaves of a crown or hedge."""
    leaf = noise_3d(x * f32(22.0), y * f32(22.0), z * f32(22.0)) * visible(footprint, f32(0.045))
    clump = noise_3d(x * f32(5.0), y * f32(5.0), z * f32(5.0))
    return ONE + f32(0.42) * leaf + f32(0.20) * clump, ZERO


@inner
def stony(x: float, y: float, z: float, footprint: float) -> tuple[float, float]:
    """Stone, concrete, plaster."""
    return ONE + f32(0.18) * cloudy(x, y, z, footprint), ZERO


@inner
def wooden(x: float, y: float, z: float, footprint: float) -> tuple[float, float]:
    """A piece of wood that grew along x."""
    return ONE + _grain(x, y + z, footprint), ZERO


@inner
def brushed(x: float, y: float, z: float, footprint: float) -> tuple[float, float]:
    """Metal, brushed along x."""
    strokes = noise(x * f32(3.0), (y + z) * f32(150.0)) * visible(footprint, f32(0.008))
    return ONE + f32(0.06) * strokes, ZERO


@inner
def woven(u: float, v: float, footprint: float) -> tuple[float, float]:
    """Cloth: threads 5 mm apart and soft folds."""
    s, t = u * f32(200.0), v * f32(200.0)
    s, t = s - np.floor(s), t - np.floor(t)
    warp, weft = f32(16.0) * s * (HALF - s), f32(16.0) * t * (HALF - t)
    warp = warp if s < HALF else f32(-16.0) * (ONE - s) * (s - HALF)
    weft = weft if t < HALF else f32(-16.0) * (ONE - t) * (t - HALF)
    threads = warp * weft * visible(footprint, f32(0.005))
    folds = noise(u * f32(9.0), v * f32(9.0)) * visible(footprint, f32(0.1))
    return ONE + f32(0.10) * threads + f32(0.05) * folds, ZERO
