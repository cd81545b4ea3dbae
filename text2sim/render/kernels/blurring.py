"""Motion blur: the mean light of pictures taken while the shutter is open."""

from __future__ import annotations

import numpy as np
from numpy import float32 as f32

from text2sim.compiling import kernel
from text2sim.render.kernels.work import ZERO


@kernel
def add_light(
    start: int, stop: int, picture: np.ndarray, linear: np.ndarray, fresh: bool, total: np.ndarray
) -> None:
    """Rows of an sRGB picture (H, W, 3), as light, added to `total`; a `fresh` one begins at 0.

    `linear` takes sRGB to light, (256,).
    """
    for y in range(start, stop):
        for x in range(picture.shape[1]):
            for c in range(3):
                before = ZERO if fresh else total[y, x, c]
                total[y, x, c] = before + linear[picture[y, x, c]]


@kernel
def take_mean(
    start: int, stop: int, total: np.ndarray, count: int, curve: np.ndarray, dither: np.ndarray,
    out: np.ndarray,
) -> None:  # fmt: skip
    """Rows of the sRGB picture of the mean light; `curve` is over the square root of light."""
    last, scale = f32(len(curve) - 1), f32(1.0 / count)
    for y in range(start, stop):
        for x in range(out.shape[1]):
            grain = dither[y & 7, x & 7] * f32(0.999)
            for c in range(3):
                index = int(np.sqrt(total[y, x, c] * scale) * last + f32(0.5))
                out[y, x, c] = min(curve[min(index, len(curve) - 1)] + grain, f32(255.0))
