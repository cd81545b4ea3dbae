"""The space in which one piece of a row is shaded: a table with one line a fragment.

A fragment is the part of a pixel in which one face is seen. Each quantity is a run of `CAPACITY`
numbers in one flat array, at an offset that the compiler knows: so it sees that the quantities
don't overlap and works on eight fragments at a time. For the same reason everything is float32.
"""

from __future__ import annotations

from numpy import float32 as f32

TILE = 64
"""Columns that are shaded together [px]."""
CAPACITY = TILE * 8 * 3
"""Most fragments of a tile's row: eight samples a pixel, each behind two transparent layers."""

(
    X, Y, DEPTH,
    PX, PY, PZ,
    NX, NY, NZ,
    RED, GREEN, BLUE,
    ROUGH, METAL, CLEAR,
    U, V, W,
    FOOT_U, FOOT_V, JOINT,
    SUN, OPEN,
    SKY_RED, SKY_GREEN, SKY_BLUE,
    OUT_RED, OUT_GREEN, OUT_BLUE,
) = (k * CAPACITY for k in range(29))  # fmt: skip
"""Where each quantity begins: picture position [px] and depth [m]; world position [m]; normal;
linear base colour; roughness, metalness, share of light let through; coordinates of the pattern
[m]; footprint of the pixel on them [m] and share of mortar; shares of sun and of open sky; what
is behind the haze; outgoing radiance."""
FLOATS = 29 * CAPACITY

FACE, COLUMN, COUNT, OVER = (k * CAPACITY for k in range(4))
"""The same for whole numbers: face, column in the tile, samples of the pixel it covers (0 if more
lies over it), and whether it lies over the fragment before."""
INTEGERS = 4 * CAPACITY

ZERO, HALF, ONE, TWO = f32(0.0), f32(0.5), f32(1.0), f32(2.0)
TINY = f32(1e-12)
