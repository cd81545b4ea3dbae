"""Kernels of the lens: halved pictures, circles of confusion, their blur, and the bloom.

Light is linear, planar and float32: (3, h, w). A circle of confusion is a radius in pixels of the
whole picture, negative where things are nearer than the focus. Kernels work on rows `start` to
`stop` of what they fill.
"""

from __future__ import annotations

import numpy as np
from numpy import float32 as f32

from text2sim.compiling import inner, kernel

ZERO, QUARTER, HALF, ONE = f32(0.0), f32(0.25), f32(0.5), f32(1.0)
SMALL = f32(0.02)
"""Weight of what is in focus among what is not."""
BAND = 16
"""Rows that share one line of working space."""


@inner
def confusion(depth: float, lens: tuple[float, float, float, float]) -> float:
    """Radius of the circle of confusion [px] at a depth [m]; 0 is the sky.

    The thin lens: aperture times focal length [px] times the difference of the inverse depths of
    the point and of the focus. `lens` is that product halved, the inverse depths between which
    all is sharp (the larger first), and the largest radius.
    """
    inverse = ONE / depth if depth > ZERO else ZERO
    far = max(lens[2] - inverse, ZERO)
    near = max(inverse - lens[1], ZERO)
    return min(far * lens[0], lens[3]) - min(near * lens[0], lens[3])


@kernel
def halve(
    start: int, stop: int, picture: np.ndarray, light: np.ndarray, depth: np.ndarray,
    lens: tuple[float, float, float, float], half: np.ndarray, circles: np.ndarray,
) -> None:  # fmt: skip
    """Mean light of 2 x 2 pixels of an sRGB picture by the table `light`; circles (h, w) of one."""
    for y in range(start, stop):
        for x in range(half.shape[2]):
            for c in range(3):
                top = light[picture[2 * y, 2 * x, c]] + light[picture[2 * y, 2 * x + 1, c]]
                low = light[picture[2 * y + 1, 2 * x, c]] + light[picture[2 * y + 1, 2 * x + 1, c]]
                half[c, y, x] = QUARTER * (top + low)
            circles[y, x] = confusion(depth[2 * y, 2 * x], lens)


@kernel
def halve_again(
    start: int, stop: int, half: np.ndarray, circles: np.ndarray, plain: np.ndarray,
    blurry: np.ndarray, wide: np.ndarray, front: np.ndarray,
) -> None:  # fmt: skip
    """A quarter of the size: `plain` means, and `blurry` ones of what is out of focus if anything.

    `wide` gets the circle that is largest, `front` which rows have some before the focus, (h,).
    """
    height, width = circles.shape
    for y in range(start, stop):
        front[y] = False
        j, k = 2 * y, min(2 * y + 1, height - 1)
        for x in range(wide.shape[1]):
            left, right = 2 * x, min(2 * x + 1, width - 1)
            a, b, c, d = circles[j, left], circles[j, right], circles[k, left], circles[k, right]
            p, q, r, s = abs(a) + SMALL, abs(b) + SMALL, abs(c) + SMALL, abs(d) + SMALL
            share = ONE / (p + q + r + s)
            for i in range(3):
                u, v = half[i, j, left], half[i, j, right]
                m, n = half[i, k, left], half[i, k, right]
                plain[i, y, x] = QUARTER * (u + v + m + n)
                blurry[i, y, x] = share * (p * u + q * v + r * m + s * n)
            low, high = min(a, b, c, d), max(a, b, c, d)
            wide[y, x] = low if -low > high else high
            if wide[y, x] < -ONE:
                front[y] = True


@kernel
def reach_out(
    start: int, stop: int, wide: np.ndarray, front: np.ndarray, reach: int, out: np.ndarray
) -> None:
    """Largest circle in front of the focus whose disc comes as far as here [px], (h, w).

    `front` says which rows have such circles, (h,).
    """
    height, width = wide.shape
    for y in range(start, stop):
        for x in range(width):
            out[y, x] = ZERO
        for j in range(max(y - reach, 0), min(y + reach + 1, height)):
            if not front[j]:
                continue
            for x in range(width):
                for i in range(max(x - reach, 0), min(x + reach + 1, width)):
                    circle = -wide[j, i]
                    if circle > out[y, x]:
                        away = f32((j - y) * (j - y) + (i - x) * (i - x))
                        if f32(16.0) * away <= circle * circle:
                            out[y, x] = circle


@kernel
def gather(
    start: int, stop: int, blurry: np.ndarray, wide: np.ndarray, near: np.ndarray,
    taps: np.ndarray, out: np.ndarray,
) -> None:  # fmt: skip
    """Light from the discs that reach each point, and the share of near ones: (4, h, w).

    Discs of what lies behind a point don't come before it: they count no wider than its own.
    `taps` are points of the unit disc, (N, 2).
    """
    height, width = wide.shape
    for y in range(start, stop):
        for x in range(width):
            own = wide[y, x]
            radius = max(abs(own), near[y, x])
            if radius < ONE:
                for c in range(3):
                    out[c, y, x] = blurry[c, y, x]
                out[3, y, x] = ZERO
                continue
            red, green, blue, weights, front = ZERO, ZERO, ZERO, ZERO, ZERO
            limit = abs(own)
            if limit >= ONE:  # Halving twice and enlarging blurs as much as a disc of 4 px does.
                radius = np.sqrt(max(radius * radius - f32(16.0), ZERO))
            for t in range(len(taps)):
                dx, dy = taps[t, 0] * radius * QUARTER, taps[t, 1] * radius * QUARTER
                i = min(max(int(np.floor(f32(x) + dx + HALF)), 0), width - 1)
                j = min(max(int(np.floor(f32(y) + dy + HALF)), 0), height - 1)
                circle = wide[j, i]
                size = -circle if circle < ZERO else min(circle, limit)
                away = f32(4.0) * np.sqrt(dx * dx + dy * dy)
                weight = min(max((size - away) * QUARTER + ONE, ZERO), ONE)
                weight = weight * min(size, ONE) + SMALL * SMALL
                red += weight * blurry[0, j, i]
                green += weight * blurry[1, j, i]
                blue += weight * blurry[2, j, i]
                weights += weight
                front += weight if circle < -ONE else ZERO
            share = ONE / weights
            out[0, y, x], out[1, y, x], out[2, y, x] = red * share, green * share, blue * share
            out[3, y, x] = min(front / f32(len(taps)), ONE) if own > -ONE else ZERO


@kernel
def close_gaps(
    start: int, stop: int, gathered: np.ndarray, wide: np.ndarray, out: np.ndarray
) -> None:
    """What is sharp takes the light of blurred neighbours, so that it can't leak when enlarged."""
    height, width = wide.shape
    for y in range(start, stop):
        for x in range(width):
            for c in range(4):
                out[c, y, x] = gathered[c, y, x]
            if abs(wide[y, x]) >= ONE or gathered[3, y, x] > ZERO:
                continue
            red, green, blue, weights = ZERO, ZERO, ZERO, ZERO
            for j in range(max(y - 1, 0), min(y + 2, height)):
                for i in range(max(x - 1, 0), min(x + 2, width)):
                    weight = max(abs(wide[j, i]) - ONE, ZERO)
                    red += weight * gathered[0, j, i]
                    green += weight * gathered[1, j, i]
                    blue += weight * gathered[2, j, i]
                    weights += weight
            if weights > SMALL:
                share = ONE / weights
                out[0, y, x], out[1, y, x], out[2, y, x] = red * share, green * share, blue * share


@kernel
def shrink(start: int, stop: int, large: np.ndarray, out: np.ndarray) -> None:
    """Means of 2 x 2, the last ones repeated."""
    _, height, width = large.shape
    for y in range(start, stop):
        j, k = 2 * y, min(2 * y + 1, height - 1)
        for c in range(3):
            for x in range(out.shape[2]):
                left, right = 2 * x, min(2 * x + 1, width - 1)
                total = large[c, j, left] + large[c, j, right]
                out[c, y, x] = QUARTER * (total + large[c, k, left] + large[c, k, right])


@kernel
def grow(start: int, stop: int, small: np.ndarray, share: float, out: np.ndarray) -> None:
    """Mix a picture with its half, smoothed by a tent: `share` of the half."""
    _, height, width = small.shape
    keep = ONE - share
    for y in range(start, stop):
        j = y // 2
        k = min(max(j + (1 if y & 1 else -1), 0), height - 1)
        for c in range(3):
            for x in range(out.shape[2]):
                i = x // 2
                m = min(max(i + (1 if x & 1 else -1), 0), width - 1)
                near = f32(0.75) * small[c, j, i] + QUARTER * small[c, j, m]
                far = f32(0.75) * small[c, k, i] + QUARTER * small[c, k, m]
                out[c, y, x] = keep * out[c, y, x] + share * (f32(0.75) * near + QUARTER * far)


@inner
def stretch(
    plane: np.ndarray, y: int, factor: int, columns: int, line: np.ndarray, out: np.ndarray
) -> None:
    """Row y of a plane enlarged by `factor` with straight lines between the centres.

    `line` is working space for a row of the plane.
    """
    height, width = plane.shape
    scale = ONE / f32(factor)
    v = (f32(y) + HALF) * scale - HALF
    j = int(np.floor(v))
    part = v - f32(j)
    k, j = min(max(j + 1, 0), height - 1), min(max(j, 0), height - 1)
    for x in range(width):
        line[x] = plane[j, x] + (plane[k, x] - plane[j, x]) * part
    for s in range(factor):
        u = (f32(s) + HALF) * scale - HALF
        step = -1 if u < ZERO else 1
        part = abs(u)
        count = (columns - s + factor - 1) // factor
        for i in range(1, min(count, width - 1)):
            out[factor * i + s] = line[i] + (line[i + step] - line[i]) * part
        for i in (0, count - 1):
            m = min(max(i + step, 0), width - 1)
            out[factor * i + s] = line[i] + (line[m] - line[i]) * part


@kernel
def focus(
    start: int, stop: int, picture: np.ndarray, light: np.ndarray, depth: np.ndarray,
    lens: tuple[float, float, float, float], half: np.ndarray, blurred: np.ndarray,
    work: np.ndarray, out: np.ndarray,
) -> None:  # fmt: skip
    """Bands of the picture's light with every pixel as sharp as its circle says, (3, H, W).

    The variance of a disc of 2 px is that of the half-size picture, enlarged again; of 4 px, that
    of the quarter. Between them is a mixture of the same variance.
    `work` is (bands, 9, W).
    """
    height, width, _ = picture.shape
    for band in range(start, stop):
        table = work[band]
        for y in range(band * BAND, min(height, band * BAND + BAND)):
            for c in range(3):
                stretch(half[c], y, 2, width, table[7], table[c])
            for c in range(4):
                stretch(blurred[c], y, 4, width, table[7], table[3 + c])
            for x in range(width):
                table[8, x] = abs(confusion(depth[y, x], lens))
            for c in range(3):
                for x in range(width):
                    circle = table[8, x]
                    sharp = light[picture[y, x, c]]
                    square = QUARTER * circle * circle
                    first = min(square, ONE)
                    second = min(max((square - ONE) * f32(1.0 / 3.0), ZERO), ONE)
                    second = max(second, table[6, x])
                    value = sharp + (table[c, x] - sharp) * first
                    out[c, y, x] = value + (table[3 + c, x] - value) * second
