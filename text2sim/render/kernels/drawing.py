"""Drawing triangles into bands of rows: who is nearest at each sample."""

from __future__ import annotations

import numpy as np

from text2sim.compiling import inner, kernel
from text2sim.render.kernels.setup import NEAR
from text2sim.render.kernels.shadowing import BLOCK, FAR_BELOW
from text2sim.render.kernels.work import TILE

NOTHING, SKY, GROUND = -3, -2, -1
"""Face numbers of what has no triangles."""


@inner
def _narrow(left: int, right: int, slope: float, base: float) -> tuple[int, int]:
    """The part of columns left to right - 1 in which slope x + base >= 0 is possible."""
    if slope > 0.0:
        left = max(left, int(np.floor(max(-base / slope, -1e6))) - 1)
    elif slope < 0.0:
        right = min(right, int(np.floor(min(-base / slope, 1e6))) + 2)
    elif base < 0.0:
        right = left
    return left, right


@inner
def _span(plane: np.ndarray, columns: int, dy: int) -> tuple[int, int]:
    """Columns, from the left of the box, that the triangle may touch in row dy of the box."""
    left, right = 0, columns
    if columns > 4:
        for i in range(3):
            a, b, c = plane[i, 0], plane[i, 1], plane[i, 2]
            left, right = _narrow(left, right, a, c + b * dy + max(b, 0.0) + max(a, 0.0))
    return left, right


@kernel
def draw(
    start: int,
    stop: int,
    rows: int,
    starts: np.ndarray,
    items: np.ndarray,
    boxes: np.ndarray,
    planes: np.ndarray,
    offsets: np.ndarray,
    horizon: np.ndarray,
    everywhere: bool,
    hidden: np.ndarray,
    touched: np.ndarray,
    nearness: np.ndarray,
    ids: np.ndarray,
) -> None:
    """Fill bands of nearness = 1 / depth [1/m] and face ids, both (H, W, S).

    Args:
        offsets: of the samples within a pixel, (S, 2).
        horizon: the ground's 1 / depth is a x + b y + c at pixel position (x, y), (3,).
        everywhere: fill all tiles, not only those that triangles may touch.
        hidden: faces to leave out, (F,).
        touched: gets which tiles were filled, (bands, tiles).
    """
    height = len(ids)
    for band in range(start, stop):
        top, bottom = band * rows, min(height, band * rows + rows)
        touched[band] = everywhere
        for k in range(starts[band], starts[band + 1]):
            box = boxes[items[k]]
            for tile in range(box[0] // TILE, box[1] // TILE + 1):
                touched[band, tile] = True
        _clear(top, bottom, offsets, horizon, touched[band], nearness, ids)
        for k in range(starts[band], starts[band + 1]):
            face = items[k]
            if hidden[face]:
                continue
            _draw_face(face, top, bottom, boxes[face], planes[face], offsets, nearness, ids)


@inner
def _clear(
    top: int,
    bottom: int,
    offsets: np.ndarray,
    horizon: np.ndarray,
    touched: np.ndarray,
    nearness: np.ndarray,
    ids: np.ndarray,
) -> None:
    for y in range(top, bottom):
        for x in range(ids.shape[1]):
            if touched[x // TILE]:
                for s in range(len(offsets)):
                    px, py = x + offsets[s, 0], y + offsets[s, 1]
                    q = horizon[0] * px + horizon[1] * py + horizon[2]
                    nearness[y, x, s] = max(q, 0.0)
                    ids[y, x, s] = GROUND if q > 0.0 else SKY


@inner
def _draw_face(
    face: int,
    top: int,
    bottom: int,
    box: np.ndarray,
    plane: np.ndarray,
    offsets: np.ndarray,
    nearness: np.ndarray,
    ids: np.ndarray,
) -> None:
    a0, b0, c0 = plane[0, 0], plane[0, 1], plane[0, 2]
    a1, b1, c1 = plane[1, 0], plane[1, 1], plane[1, 2]
    a2, b2, c2 = plane[2, 0], plane[2, 1], plane[2, 2]
    aq, bq, cq = plane[3, 0], plane[3, 1], plane[3, 2]
    limit = np.float32(1.0 / NEAR)
    x0, y0, columns = box[0], box[2], box[1] - box[0] + 1
    for y in range(max(y0, top), min(box[3] + 1, bottom)):
        left, right = _span(plane, columns, y - y0)
        for dx in range(left, right):
            for s in range(len(offsets)):
                px = np.float32(dx) + offsets[s, 0]
                py = np.float32(y - y0) + offsets[s, 1]
                inside = (
                    a0 * px + b0 * py + c0 >= 0.0
                    and a1 * px + b1 * py + c1 >= 0.0
                    and a2 * px + b2 * py + c2 >= 0.0
                )
                if inside:
                    q = aq * px + bq * py + cq
                    if nearness[y, x0 + dx, s] < q <= limit:
                        nearness[y, x0 + dx, s] = q
                        ids[y, x0 + dx, s] = face


@kernel
def draw_layer(
    start: int,
    stop: int,
    rows: int,
    starts: np.ndarray,
    items: np.ndarray,
    boxes: np.ndarray,
    planes: np.ndarray,
    offsets: np.ndarray,
    transparent: np.ndarray,
    touched: np.ndarray,
    solid: np.ndarray,
    front: np.ndarray,
    glassy: np.ndarray,
    nearness: np.ndarray,
    ids: np.ndarray,
) -> None:
    """Fill bands with the nearest transparent faces between what is solid and the layer in front.

    After Everitt (2001), "Interactive order-independent transparency": one layer a call.

    Args:
        transparent: faces that count, (F,).
        touched: tiles of `solid` that are filled, (bands, tiles).
        solid, front: nearness of what is behind and in front [1/m], (H, W, S).
        glassy: gets the tiles in which transparent faces may be, (bands, tiles).
        nearness, ids: of this layer, (H, W, S); NOTHING where there is none.
    """
    height, width, samples = ids.shape
    for band in range(start, stop):
        top, bottom = band * rows, min(height, band * rows + rows)
        glassy[band] = False
        for k in range(starts[band], starts[band + 1]):
            if transparent[items[k]]:
                box = boxes[items[k]]
                for tile in range(box[0] // TILE, box[1] // TILE + 1):
                    glassy[band, tile] = touched[band, tile]
        for y in range(top, bottom):
            for x in range(width):
                if glassy[band, x // TILE]:
                    for s in range(samples):
                        nearness[y, x, s], ids[y, x, s] = solid[y, x, s], NOTHING
        for k in range(starts[band], starts[band + 1]):
            face = items[k]
            if transparent[face]:
                _draw_between(
                    face, top, bottom, boxes[face], planes[face], offsets, front, nearness, ids
                )


@inner
def _draw_between(
    face: int,
    top: int,
    bottom: int,
    box: np.ndarray,
    plane: np.ndarray,
    offsets: np.ndarray,
    front: np.ndarray,
    nearness: np.ndarray,
    ids: np.ndarray,
) -> None:
    limit = np.float32(1.0 / NEAR)
    for y in range(max(box[2], top), min(box[3] + 1, bottom)):
        for x in range(box[0], box[1] + 1):
            for s in range(len(offsets)):
                px = np.float32(x - box[0]) + offsets[s, 0]
                py = np.float32(y - box[2]) + offsets[s, 1]
                if (
                    plane[0, 0] * px + plane[0, 1] * py + plane[0, 2] >= 0.0
                    and plane[1, 0] * px + plane[1, 1] * py + plane[1, 2] >= 0.0
                    and plane[2, 0] * px + plane[2, 1] * py + plane[2, 2] >= 0.0
                ):
                    q = plane[3, 0] * px + plane[3, 1] * py + plane[3, 2]
                    if nearness[y, x, s] < q < front[y, x, s] and q <= limit:
                        nearness[y, x, s], ids[y, x, s] = q, face


@kernel
def draw_shadow_map(
    start: int,
    stop: int,
    rows: int,
    starts: np.ndarray,
    items: np.ndarray,
    boxes: np.ndarray,
    planes: np.ndarray,
    dirty: np.ndarray,
    shadow: np.ndarray,
    ranges: np.ndarray,
) -> None:
    """Fill bands of the shadow map (N, N): nearness to the sun [m] at the texel centres.

    Args:
        rows: of a band, a multiple of BLOCK.
        dirty: first and last block column of each band that holds anything, (bands, 2); read, and
            updated for the next frame.
        ranges: gets the smallest and largest value of each block, (N // BLOCK, N // BLOCK, 2).
    """
    for band in range(start, stop):
        top, bottom = band * rows, min(len(shadow), band * rows + rows)
        first, last = dirty[band, 0], dirty[band, 1]
        if first <= last:
            shadow[top:bottom, first * BLOCK : (last + 1) * BLOCK] = FAR_BELOW
        low, high = ranges.shape[1], -1
        for k in range(starts[band], starts[band + 1]):
            face = items[k]
            low, high = min(low, boxes[face, 0] // BLOCK), max(high, boxes[face, 1] // BLOCK)
            _draw_shadow(top, bottom, boxes[face], planes[face], shadow)
        dirty[band, 0], dirty[band, 1] = low, high
        for block in range(top // BLOCK, bottom // BLOCK):
            _find_ranges(block, min(first, low), max(last, high), shadow, ranges)


@inner
def _draw_shadow(
    top: int, bottom: int, box: np.ndarray, plane: np.ndarray, shadow: np.ndarray
) -> None:
    a0, b0, c0 = plane[0, 0], plane[0, 1], plane[0, 2]
    a1, b1, c1 = plane[1, 0], plane[1, 1], plane[1, 2]
    a2, b2, c2 = plane[2, 0], plane[2, 1], plane[2, 2]
    aq, bq, cq = plane[3, 0], plane[3, 1], plane[3, 2]
    x0, y0, columns = box[0], box[2], box[1] - box[0] + 1
    for y in range(max(y0, top), min(box[3] + 1, bottom)):
        py = np.float32(y - y0) + np.float32(0.5)
        left, right = _span(plane, columns, y - y0)
        for dx in range(left, right):
            px = np.float32(dx) + np.float32(0.5)
            inside = (
                a0 * px + b0 * py + c0 >= 0.0
                and a1 * px + b1 * py + c1 >= 0.0
                and a2 * px + b2 * py + c2 >= 0.0
            )
            if inside:
                q = aq * px + bq * py + cq
                shadow[y, x0 + dx] = max(shadow[y, x0 + dx], q)


@inner
def _find_ranges(row: int, first: int, last: int, shadow: np.ndarray, ranges: np.ndarray) -> None:
    """Smallest and largest value of blocks first to last in a row of blocks."""
    for column in range(first, last + 1):
        low, high = shadow[row * BLOCK, column * BLOCK], np.float32(FAR_BELOW)
        for y in range(row * BLOCK, (row + 1) * BLOCK):
            for x in range(column * BLOCK, (column + 1) * BLOCK):
                low, high = min(low, shadow[y, x]), max(high, shadow[y, x])
        ranges[row, column, 0], ranges[row, column, 1] = low, high
