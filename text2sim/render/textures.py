"""The textures of a scene as the kernels read them."""

from __future__ import annotations

import numpy as np

from text2sim.render.kernels.texturing import LEVELS, Textures
from text2sim.types import Texture

LINEAR = np.where(
    np.arange(256) <= 10,
    np.arange(256) / 255.0 / 12.92,
    ((np.arange(256) / 255.0 + 0.055) / 1.055) ** 2.4,
).astype(np.float32)
"""sRGB level to light, (256,)."""


def pack(pictures: list[Texture], numbers: np.ndarray, uv: np.ndarray) -> Textures:
    """All sizes of all pictures in one array.

    Args:
        pictures: each once.
        numbers: index into `pictures` of each face, or -1, (F,) int16.
        uv: places of the vertices, (V, 2).
    """
    texels: list[np.ndarray] = []
    table = np.zeros((max(len(pictures), 1), LEVELS, 3), np.int64)
    first = 0
    for number, picture in enumerate(pictures):
        linear = LINEAR[picture.pixels[::-1]]
        for level in range(LEVELS):
            height, width = linear.shape[:2]
            table[number, level] = first, width, height
            if level and table[number, level - 1, 1] == table[number, level - 1, 2] == 1:
                table[number, level] = table[number, level - 1]
                continue
            texels.append((255.0 * encode(linear) + 0.5).astype(np.uint8).reshape(-1, 3))
            first += width * height
            linear = _halved(_halved(linear, 0), 1)
    joined = np.concatenate(texels) if texels else np.zeros((1, 3), np.uint8)
    return Textures(joined, table, LINEAR, numbers, np.ascontiguousarray(uv, np.float32))


def encode(linear: np.ndarray) -> np.ndarray:
    """Light to sRGB, both 0 to 1, float32."""
    srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return srgb.astype(np.float32)


def _halved(picture: np.ndarray, axis: int) -> np.ndarray:
    """Half as many rows or columns, each the mean of what it covers."""
    count = picture.shape[axis]
    if count == 1:
        return picture
    half = count // 2
    if count % 2 == 0:
        even = picture.take(range(0, count, 2), axis)
        return 0.5 * (even + picture.take(range(1, count, 2), axis))
    edges = np.linspace(0.0, count, half + 1)
    padded = np.concatenate([np.zeros_like(picture.take([0], axis)), picture.cumsum(axis)], axis)
    low = np.floor(edges).astype(int)
    share = np.expand_dims(edges - low, tuple(i for i in range(picture.ndim) if i != axis))
    after = padded.take(np.minimum(low + 1, count), axis)
    covered = padded.take(low, axis) * (1.0 - share) + after * share
    return (np.diff(covered, axis=axis) * (half / count)).astype(np.float32)
