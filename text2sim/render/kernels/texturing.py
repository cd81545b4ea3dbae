"""Pictures on surfaces: perspective-correct, filtered between texels and between sizes.

Each texture is kept in ever smaller copies (Williams 1983, "Pyramidal parametrics"); a fragment
reads the two whose texels come nearest to its pixel, each between four texels.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy import float32 as f32

from text2sim.compiling import inner
from text2sim.render.kernels.work import BLUE, GREEN, HALF, ONE, RED, U, V, W


class Textures(NamedTuple):
    """All textures of a scene.

    Attributes:
        texels: sRGB of all sizes of all textures, rows from the bottom up, (N, 3) uint8.
        levels: first texel, width and height of each size, (K, 13, 3); beyond the smallest it
            repeats.
        linear: sRGB to linear, (256,).
        numbers: texture of each face, -1 for none, (F,).
        uv: place of each vertex, (V, 2).
    """

    texels: np.ndarray
    levels: np.ndarray
    linear: np.ndarray
    numbers: np.ndarray
    uv: np.ndarray


LEVELS = 13
"""Sizes from 4096 texels down to one."""


@inner
def _bilinear(textures: Textures, number: int, level: int, u: float, v: float, weight: float,
              total: tuple[float, float, float]) -> tuple[float, float, float]:  # fmt: skip
    """`total` plus the weighted colour at (u, v), between the four texels around it."""
    first = textures.levels[number, level, 0]
    width, height = textures.levels[number, level, 1], textures.levels[number, level, 2]
    x, y = (u - np.floor(u)) * width - HALF, (v - np.floor(v)) * height - HALF
    i, j = int(np.floor(x)), int(np.floor(y))
    s, t = x - i, y - j
    red, green, blue = total
    for down in range(2):
        row = (j + down) % height
        for right in range(2):
            texel = first + row * width + (i + right) % width
            share = weight * (t if down else ONE - t) * (s if right else ONE - s)
            red += share * textures.linear[textures.texels[texel, 0]]
            green += share * textures.linear[textures.texels[texel, 1]]
            blue += share * textures.linear[textures.texels[texel, 2]]
    return red, green, blue


@inner
def lay_texture(
    work: np.ndarray, count: int, textures: Textures, face: int, corners: tuple[int, int, int],
    plane: np.ndarray, depth: int,
) -> None:  # fmt: skip
    """Multiply the colour by the texture; barycentric coordinates are in U, V, W.

    Args:
        plane: the face's affine functions, see `setup`.
        depth: where the depths are in `work`.
    """
    number = textures.numbers[face]
    uv, size = textures.uv, textures.levels[number, 0]
    a0, b0 = uv[corners[0], 0], uv[corners[0], 1]
    a1, b1 = uv[corners[1], 0], uv[corners[1], 1]
    a2, b2 = uv[corners[2], 0], uv[corners[2], 1]
    for i in range(count):
        p, q, r, z = work[U + i], work[V + i], work[W + i], work[depth + i]
        u, v = p * a0 + q * a1 + r * a2, p * b0 + q * b1 + r * b2
        # Derivatives of a quotient of affine functions: exact under perspective.
        square = f32(0.0)
        for axis in range(2):
            k0, k1, k2 = plane[0, axis], plane[1, axis], plane[2, axis]
            du = (k0 * (a0 - u) + k1 * (a1 - u) + k2 * (a2 - u)) * z * size[1]
            dv = (k0 * (b0 - v) + k1 * (b1 - v) + k2 * (b2 - v)) * z * size[2]
            square = max(square, du * du + dv * dv)
        level = min(max(0.5 * np.log2(max(square, f32(1e-12))), 0.0), LEVELS - 1.001)
        low = int(level)
        blend = f32(level - low)
        colour = (f32(0.0), f32(0.0), f32(0.0))
        colour = _bilinear(textures, number, low, u, v, ONE - blend, colour)
        colour = _bilinear(textures, number, low + 1, u, v, blend, colour)
        work[RED + i] *= colour[0]
        work[GREEN + i] *= colour[1]
        work[BLUE + i] *= colour[2]
