"""Light and colour: from face ids to the picture.

A row is worked off in tiles. The part of a pixel in which one face is seen is a fragment; each is
shaded once, at the middle of the samples that see it. Colours are linear until `_expose`, which
applies exposure, filmic tone mapping and the sRGB curve; the samples of a pixel are averaged after
it, which keeps bright edges smooth.
"""

from __future__ import annotations

import numpy as np
from numpy import float32 as f32

from text2sim.render.kernels.compiling import inner, kernel
from text2sim.render.kernels.drawing import GROUND, SKY
from text2sim.render.kernels.lighting import Lights, light_fragments
from text2sim.render.kernels.shadowing import Shadow, sunlit
from text2sim.render.kernels.surfaces import Camera, Floor, Geometry, fill_face, fill_ground
from text2sim.render.kernels.work import (
    COLUMN,
    COUNT,
    FACE,
    NX,
    NY,
    NZ,
    ONE,
    OPEN,
    OUT_BLUE,
    OUT_GREEN,
    OUT_RED,
    PX,
    PY,
    PZ,
    SKY_BLUE,
    SKY_GREEN,
    SKY_RED,
    SUN,
    TILE,
    TINY,
    ZERO,
    X,
    Y,
)

EXPOSURE = f32(0.52)


@kernel
def shade(
    start: int, stop: int, rows: int, touched: np.ndarray, ids: np.ndarray, boxes: np.ndarray,
    planes: np.ndarray, offsets: np.ndarray, horizon: np.ndarray, open_sky: np.ndarray,
    camera: Camera, geometry: Geometry, lights: Lights, floor: Floor, shadow: Shadow,
    dither: np.ndarray, floats: np.ndarray, integers: np.ndarray, out: np.ndarray,
) -> None:  # fmt: skip
    """Fill bands of `rows` rows of the sRGB picture (H, W, 3).

    Args:
        touched: tiles with triangles, (bands, tiles); in the others `ids` says nothing.
        offsets: of the samples within a pixel, (S, 2).
        horizon: see `drawing.draw`.
        open_sky: unoccluded share, (H // 2, W // 2).
        dither: 0 to 1, (8, 8).
        floats, integers: working space of each band, see `work`.
    """
    height, width, _ = out.shape
    for band in range(start, stop):
        work, who = floats[band], integers[band]
        for y in range(band * rows, min(height, band * rows + rows)):
            for tile in range(touched.shape[1]):
                left = tile * TILE
                columns = min(TILE, width - left)
                if touched[band, tile]:
                    count = _collect(work, who, ids, offsets, y, left, columns)
                else:
                    count = columns
                    _collect_far(work, who, horizon, y, left, columns)
                _fill_sky(work, count, camera, lights)
                first = 0
                while first < count:
                    last = _end_of_run(who, first, count)
                    face = who[FACE + first]
                    part, size = work[first:], last - first
                    if face == SKY:
                        _show_sky(part, size)
                    elif face == GROUND:
                        fill_ground(part, size, camera, floor)
                    else:
                        fill_face(part, size, face, camera, geometry, boxes[face], planes[face])
                    first = last
                _fill_shares(work, who, count, y, left, open_sky, shadow)
                _light_all(work, who, count, camera, lights)
                _expose(work, count)
                _put(work, who, count, columns, len(offsets), dither[y & 7], out[y], left)


@inner
def _collect(
    work: np.ndarray, who: np.ndarray, ids: np.ndarray, offsets: np.ndarray, y: int, left: int,
    columns: int,
) -> int:  # fmt: skip
    """List the fragments of one row of a tile; returns how many there are."""
    count, samples = 0, len(offsets)
    for column in range(columns):
        x = left + column
        s = 0
        while s < samples:
            face = ids[y, x, s]
            px, py, covered = offsets[s, 0], offsets[s, 1], 1
            s += 1
            while s < samples and ids[y, x, s] == face:
                px, py, covered = px + offsets[s, 0], py + offsets[s, 1], covered + 1
                s += 1
            share = ONE / f32(covered)
            work[X + count], work[Y + count] = f32(x) + px * share, f32(y) + py * share
            who[FACE + count], who[COLUMN + count], who[COUNT + count] = face, column, covered
            count += 1
    return count


@inner
def _collect_far(
    work: np.ndarray, who: np.ndarray, horizon: np.ndarray, y: int, left: int, columns: int
) -> None:
    """One fragment a pixel where there are no triangles."""
    for column in range(columns):
        px, py = left + column + 0.5, y + 0.5
        ground = horizon[0] * px + horizon[1] * py + horizon[2] > 0.0
        work[X + column], work[Y + column] = f32(px), f32(py)
        who[FACE + column] = GROUND if ground else SKY
        who[COLUMN + column], who[COUNT + column] = column, 0


@inner
def _end_of_run(who: np.ndarray, first: int, count: int) -> int:
    """The first fragment after `first` that shows something else."""
    face, last = who[FACE + first], first + 1
    while last < count and who[FACE + last] == face:
        last += 1
    return last


@inner
def _fill_sky(work: np.ndarray, count: int, camera: Camera, lights: Lights) -> None:
    """Colour of the sky, or of its lower edge, behind each fragment, with a glow by the sun."""
    rx, ry, rz = f32(camera.right[0]), f32(camera.right[1]), f32(camera.right[2])
    dx, dy, dz = f32(camera.down[0]), f32(camera.down[1]), f32(camera.down[2])
    fx, fy, fz = f32(camera.forward[0]), f32(camera.forward[1]), f32(camera.forward[2])
    inverse = f32(1.0 / camera.focal)
    cx, cy = f32(camera.centre_x), f32(camera.centre_y)
    sx, sy, sz = f32(lights.to_sun[0]), f32(lights.to_sun[1]), f32(lights.to_sun[2])
    zr, zg, zb = f32(lights.zenith[0]), f32(lights.zenith[1]), f32(lights.zenith[2])
    hr, hg, hb = f32(lights.horizon[0]), f32(lights.horizon[1]), f32(lights.horizon[2])
    sr = f32(0.035 * lights.sun[0])
    sg, sb = f32(0.035 * lights.sun[1]), f32(0.035 * lights.sun[2])
    for i in range(count):
        u, v = (work[X + i] - cx) * inverse, (work[Y + i] - cy) * inverse
        x, y, z = fx + u * rx + v * dx, fy + u * ry + v * dy, fz + u * rz + v * dz
        k = ONE / np.sqrt(x * x + y * y + z * z + TINY)
        low = ONE - min(max(z * k, ZERO), ONE)
        high = ONE - low * low * low
        glow = max((x * sx + y * sy + z * sz) * k, ZERO)
        glow = glow * glow
        glow = glow * glow
        work[SKY_RED + i] = hr + (zr - hr) * high + sr * glow
        work[SKY_GREEN + i] = hg + (zg - hg) * high + sg * glow
        work[SKY_BLUE + i] = hb + (zb - hb) * high + sb * glow


@inner
def _show_sky(work: np.ndarray, count: int) -> None:
    for i in range(count):
        work[OUT_RED + i] = work[SKY_RED + i]
        work[OUT_GREEN + i] = work[SKY_GREEN + i]
        work[OUT_BLUE + i] = work[SKY_BLUE + i]


@inner
def _fill_shares(
    work: np.ndarray, who: np.ndarray, count: int, y: int, left: int, open_sky: np.ndarray,
    shadow: Shadow,
) -> None:  # fmt: skip
    """How much of the sun and of the sky each fragment sees."""
    row = min(y // 2, len(open_sky) - 1)
    for i in range(count):
        if who[FACE + i] != SKY:
            column = min((left + who[COLUMN + i]) // 2, open_sky.shape[1] - 1)
            work[OPEN + i] = open_sky[row, column]
            work[SUN + i] = sunlit(
                shadow, work[PX + i], work[PY + i], work[PZ + i],
                work[NX + i], work[NY + i], work[NZ + i],
            )  # fmt: skip


@inner
def _light_all(
    work: np.ndarray, who: np.ndarray, count: int, camera: Camera, lights: Lights
) -> None:
    """Light every run of fragments between those that show the sky."""
    first = 0
    while first < count:
        if who[FACE + first] == SKY:
            first += 1
            continue
        last = first + 1
        while last < count and who[FACE + last] != SKY:
            last += 1
        light_fragments(work[first:], last - first, camera.eye, lights)
        first = last


@inner
def _expose(work: np.ndarray, count: int) -> None:
    """Radiance to display value, 0 to 255.

    A rational function of the square root, fitted to Narkowicz' curve ("ACES Filmic Tone Mapping
    Curve", 2015) followed by that of sRGB: 0.8 levels off at most.
    """
    for i in range(count):
        work[OUT_RED + i] = _display(work[OUT_RED + i])
        work[OUT_GREEN + i] = _display(work[OUT_GREEN + i])
        work[OUT_BLUE + i] = _display(work[OUT_BLUE + i])


@inner
def _display(radiance: float) -> float:
    s = min(np.sqrt(max(radiance * EXPOSURE, ZERO)), f32(3.0))
    over = s * (f32(-0.36774) + s * (f32(5.6718) + s * f32(240.61521)))
    under = ONE + s * (f32(42.75145) + s * (f32(-16.97471) + s * f32(243.72678)))
    return f32(255.0) * min(max(over / under, ZERO), ONE)


@inner
def _put(
    work: np.ndarray, who: np.ndarray, count: int, columns: int, samples: int, grain: np.ndarray,
    out: np.ndarray, left: int,
) -> None:  # fmt: skip
    """Average the fragments of each pixel; `grain` is added before rounding down."""
    if who[COUNT] == 0:
        for i in range(columns):
            step = grain[(left + i) & 7]
            out[left + i, 0] = min(work[OUT_RED + i] + step, f32(255.0))
            out[left + i, 1] = min(work[OUT_GREEN + i] + step, f32(255.0))
            out[left + i, 2] = min(work[OUT_BLUE + i] + step, f32(255.0))
        return
    scale, i = ONE / f32(samples), 0
    for column in range(columns):
        red, green, blue = ZERO, ZERO, ZERO
        while i < count and who[COLUMN + i] == column:
            weight = f32(who[COUNT + i])
            red += weight * work[OUT_RED + i]
            green += weight * work[OUT_GREEN + i]
            blue += weight * work[OUT_BLUE + i]
            i += 1
        step = grain[(left + column) & 7]
        out[left + column, 0] = min(red * scale + step, f32(255.0))
        out[left + column, 1] = min(green * scale + step, f32(255.0))
        out[left + column, 2] = min(blue * scale + step, f32(255.0))
