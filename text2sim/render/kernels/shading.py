"""Light and colour: from face ids to the picture.

A row is worked off in tiles. The part of a pixel in which one face is seen is a fragment; each is
shaded once, at the middle of the samples that see it. Colours are linear until `_expose`, which
applies exposure, filmic tone mapping and the sRGB curve; the samples of a pixel are averaged after
it, which keeps bright edges smooth.
"""

from __future__ import annotations

import numpy as np
from numpy import float32 as f32

from text2sim.compiling import inner, kernel
from text2sim.render.kernels.drawing import GROUND, NOTHING, SKY
from text2sim.render.kernels.lighting import Lights, light_fragments
from text2sim.render.kernels.shadowing import Shadow, sunlit
from text2sim.render.kernels.sky import Sky, fill_sky, show_sky
from text2sim.render.kernels.surfaces import Camera, Floor, Geometry, fill_face, fill_ground
from text2sim.render.kernels.work import (
    BLUE,
    CLEAR,
    COLUMN,
    COUNT,
    FACE,
    GREEN,
    NX,
    NY,
    NZ,
    ONE,
    OPEN,
    OUT_BLUE,
    OUT_GREEN,
    OUT_RED,
    OVER,
    PX,
    PY,
    PZ,
    RED,
    SUN,
    TILE,
    ZERO,
    X,
    Y,
)

EXPOSURE = f32(0.52)


@kernel
def shade(
    start: int, stop: int, rows: int, touched: np.ndarray, ids: np.ndarray, glassy: np.ndarray,
    near_ids: np.ndarray, far_ids: np.ndarray, boxes: np.ndarray,
    planes: np.ndarray, offsets: np.ndarray, horizon: np.ndarray, open_sky: np.ndarray,
    camera: Camera, geometry: Geometry, lights: Lights, sky: Sky, floor: Floor, shadow: Shadow,
    dither: np.ndarray, floats: np.ndarray, integers: np.ndarray, out: np.ndarray,
) -> None:  # fmt: skip
    """Fill bands of `rows` rows of the sRGB picture (H, W, 3).

    Args:
        touched: tiles with triangles, (bands, tiles); in the others `ids` says nothing.
        glassy: tiles with transparent faces; `near_ids` and `far_ids` are their two layers.
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
                glass, plain = glassy[band, tile], not touched[band, tile]
                if glass:
                    count = _collect_layers(
                        work, who, ids, near_ids, far_ids, offsets, y, left, columns
                    )
                elif not plain:
                    count = _collect(work, who, ids, offsets, y, left, columns)
                else:
                    count = columns
                    _collect_far(work, who, horizon, y, left, columns)
                fill_sky(work, count, camera, lights, sky)
                first = 0
                while first < count:
                    last = _end_of_run(who, first, count)
                    face = who[FACE + first]
                    part, size = work[first:], last - first
                    if face == SKY:
                        show_sky(part, size, camera, lights, sky)
                    elif face == GROUND:
                        fill_ground(part, size, camera, floor)
                    else:
                        fill_face(part, size, face, camera, geometry, boxes[face], planes[face])
                    first = last
                _fill_shares(work, who, count, y, left, open_sky, shadow)
                _light_all(work, who, count, camera, lights)
                if glass:
                    _lay_over(work, who, count)
                _expose(work, count)
                if plain:
                    _put_plain(work, columns, dither[y & 7], out[y], left)
                else:
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
def _collect_layers(
    work: np.ndarray, who: np.ndarray, ids: np.ndarray, near_ids: np.ndarray, far_ids: np.ndarray,
    offsets: np.ndarray, y: int, left: int, columns: int,
) -> int:  # fmt: skip
    """The same where transparent faces lie over the others: what is farthest comes first."""
    count, samples = 0, len(offsets)
    for column in range(columns):
        x = left + column
        s = 0
        while s < samples:
            face, far, near = ids[y, x, s], far_ids[y, x, s], near_ids[y, x, s]
            px, py, covered = offsets[s, 0], offsets[s, 1], 1
            s += 1
            while s < samples and (
                ids[y, x, s] == face and far_ids[y, x, s] == far and near_ids[y, x, s] == near
            ):
                px, py, covered = px + offsets[s, 0], py + offsets[s, 1], covered + 1
                s += 1
            share = ONE / f32(covered)
            begin = count
            for layer in (face, far, near):
                if layer != NOTHING:
                    work[X + count] = f32(x) + px * share
                    work[Y + count] = f32(y) + py * share
                    who[FACE + count], who[COLUMN + count] = layer, column
                    who[COUNT + count], who[OVER + count] = 0, count > begin
                    count += 1
            who[COUNT + count - 1] = covered
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
def _lay_over(work: np.ndarray, who: np.ndarray, count: int) -> None:
    """Add to transparent fragments what comes through them, in the colour of the glass."""
    for i in range(1, count):
        if who[OVER + i]:
            share = work[CLEAR + i]
            work[OUT_RED + i] += share * np.sqrt(work[RED + i]) * work[OUT_RED + i - 1]
            work[OUT_GREEN + i] += share * np.sqrt(work[GREEN + i]) * work[OUT_GREEN + i - 1]
            work[OUT_BLUE + i] += share * np.sqrt(work[BLUE + i]) * work[OUT_BLUE + i - 1]


@inner
def _put_plain(
    work: np.ndarray, columns: int, grain: np.ndarray, out: np.ndarray, left: int
) -> None:
    """One fragment a pixel."""
    for i in range(columns):
        step = grain[(left + i) & 7]
        out[left + i, 0] = min(work[OUT_RED + i] + step, f32(255.0))
        out[left + i, 1] = min(work[OUT_GREEN + i] + step, f32(255.0))
        out[left + i, 2] = min(work[OUT_BLUE + i] + step, f32(255.0))


@inner
def _put(
    work: np.ndarray, who: np.ndarray, count: int, columns: int, samples: int, grain: np.ndarray,
    out: np.ndarray, left: int,
) -> None:  # fmt: skip
    """Average the fragments of each pixel; `grain` is added before rounding down."""
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
