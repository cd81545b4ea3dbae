"""Kernels of the print: bloom, vignette, colour, tone curves, grain and bars."""

from __future__ import annotations

import numpy as np
from numpy import float32 as f32

from text2sim.compiling import kernel
from text2sim.enhance.film.lens import BAND, ONE, ZERO, stretch


@kernel
def meter(start: int, stop: int, light: np.ndarray, rows: np.ndarray) -> None:
    """Sums over the rows of a picture (3, h, w) of the logarithm of the luminance, (h,)."""
    for y in range(start, stop):
        total = ZERO
        for x in range(light.shape[2]):
            value = f32(0.2126) * light[0, y, x] + f32(0.7152) * light[1, y, x]
            total += np.log(max(value + f32(0.0722) * light[2, y, x], f32(1e-3)))
        rows[y] = total


@kernel
def develop(
    start: int, stop: int, light: np.ndarray, glow: np.ndarray, share: np.ndarray,
    matrix: np.ndarray, knee: float, curves: np.ndarray, vignette: tuple[float, float],
    grain: np.ndarray, offset: tuple[int, int], strength: float, bars: int, work: np.ndarray,
    out: np.ndarray,
) -> None:  # fmt: skip
    """Bands of the finished sRGB picture (H, W, 3) of the light (3, H, W).

    Args:
        glow: the bloom, (3, h, w) at a quarter of the size; `share` of it is mixed in, (3,).
        matrix: exposure and colour, (3, 3).
        knee: `curves` (3, N) are over the square root of x / (1 + knee x), 0 to 1 / knee.
        vignette: darkening in the corners, and the same over the squared half diagonal [1/px2].
        grain: of variance 1, (N, N) with N a power of 2, shifted by `offset`.
        strength: of the grain [levels of 255].
        bars: black rows at top and bottom.
        work: (bands, 7, W).
    """
    height, width, _ = out.shape
    size, last = len(grain) - 1, f32(curves.shape[1] - 1)
    scale = last * np.sqrt(knee)
    a, b, c = matrix[0, 0], matrix[0, 1], matrix[0, 2]
    d, e, f = matrix[1, 0], matrix[1, 1], matrix[1, 2]
    g, h, i = matrix[2, 0], matrix[2, 1], matrix[2, 2]
    per_pixel = vignette[1]
    for band in range(start, stop):
        table = work[band]
        for y in range(band * BAND, min(height, band * BAND + BAND)):
            if y < bars or y >= height - bars:
                out[y] = 0
                continue
            for k in range(3):
                if share[k] > ZERO:
                    stretch(glow[k], y, 4, width, table[6], table[k])
                    for x in range(width):
                        table[k, x] = light[k, y, x] + (table[k, x] - light[k, y, x]) * share[k]
                else:
                    for x in range(width):
                        table[k, x] = light[k, y, x]
            v = f32(y) - f32(0.5) * f32(height - 1)
            middle = f32(0.5) * f32(width - 1)
            for x in range(width):
                u = f32(x) - middle
                falloff = ONE / (ONE + (u * u + v * v) * per_pixel)
                falloff = falloff * falloff
                r, s, t = table[0, x] * falloff, table[1, x] * falloff, table[2, x] * falloff
                red = max(a * r + b * s + c * t, ZERO)
                green = max(d * r + e * s + f * t, ZERO)
                blue = max(g * r + h * s + i * t, ZERO)
                table[3, x] = np.sqrt(red / (ONE + knee * red)) * scale + f32(0.5)
                table[4, x] = np.sqrt(green / (ONE + knee * green)) * scale + f32(0.5)
                table[5, x] = np.sqrt(blue / (ONE + knee * blue)) * scale + f32(0.5)
            line = grain[(y + offset[0]) & size]
            for x in range(width):
                red = curves[0, int(table[3, x])]
                green = curves[1, int(table[4, x])]
                blue = curves[2, int(table[5, x])]
                # Strongest in the middle tones, as in silver; a little everywhere.
                tone = green * f32(1.0 / 255.0)
                noise = line[(x + offset[1]) & size]
                noise *= strength * (f32(0.3) + f32(2.8) * tone * (ONE - tone)) + ZERO
                noise += f32(0.5)
                out[y, x, 0] = min(max(red + noise, ZERO), f32(255.0))
                out[y, x, 1] = min(max(green + noise, ZERO), f32(255.0))
                out[y, x, 2] = min(max(blue + noise, ZERO), f32(255.0))
