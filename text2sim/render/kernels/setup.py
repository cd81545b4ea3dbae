"""Triangle setup: from world vertices to affine functions of the picture.

A triangle becomes four affine functions of the pixel position: w0, w1, w2, which are negative
outside one edge each, and q, which orders by nearness (larger is nearer).

Perspective (Olano and Greer 1997, "Triangle scan conversion using 2D homogeneous coordinates"):
with view-space vertices v_i as columns of M, a view ray d = (X, Y, 1) meets the triangle at depth z
where M b = z d, so w = M⁻¹ d = b / z holds the barycentric coordinates over depth and
q = w0 + w1 + w2 = 1 / z. Nothing divides by the depth of a vertex, so triangles that cross the near
plane need no clipping: only their bounding box does.
"""

from __future__ import annotations

import numpy as np

from text2sim.compiling import inner, kernel

NEAR = 0.05
"""Nearest visible depth [m]."""
DILATION = 1e-4
"""Triangles grow by this many pixels, so that rounding leaves no cracks between neighbours."""


@inner
def _cross(a: tuple, b: tuple) -> tuple:
    return (
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    )


@inner
def _to_view(point: np.ndarray, eye: np.ndarray, axes: np.ndarray) -> tuple:
    x, y, z = point[0] - eye[0], point[1] - eye[1], point[2] - eye[2]
    return (
        axes[0, 0] * x + axes[0, 1] * y + axes[0, 2] * z,
        axes[1, 0] * x + axes[1, 1] * y + axes[1, 2] * z,
        axes[2, 0] * x + axes[2, 1] * y + axes[2, 2] * z,
    )


@inner
def _grow(box: tuple, x: float, y: float) -> tuple:
    return min(box[0], x), max(box[1], x), min(box[2], y), max(box[3], y)


@inner
def _visible_box(a: tuple, b: tuple, c: tuple, focal: float) -> tuple:
    """Extent (left, right, top, bottom) [px from the centre] of what is beyond the near plane."""
    box = (1e9, -1e9, 1e9, -1e9)
    corners = (a, b, c)
    for i in range(3):
        p, q = corners[i], corners[(i + 1) % 3]
        if p[2] >= NEAR:
            box = _grow(box, focal * p[0] / p[2], focal * p[1] / p[2])
        if (p[2] >= NEAR) != (q[2] >= NEAR):
            t = (NEAR - p[2]) / (q[2] - p[2])
            x, y = p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])
            box = _grow(box, focal * x / NEAR, focal * y / NEAR)
    return box


@inner
def _store_box(boxes: np.ndarray, face: int, box: tuple, width: int, height: int) -> bool:
    """Pixels (first x, last x, first y, last y) that the box touches; False if there are none."""
    x0, x1 = max(box[0], 0.0), min(box[1], width - 1.0)
    y0, y1 = max(box[2], 0.0), min(box[3], height - 1.0)
    if x0 > x1 + 1.0 or y0 > y1 + 1.0 or box[1] < 0.0 or box[3] < 0.0:
        boxes[face, 0], boxes[face, 1] = 1, 0
        return False
    boxes[face, 0], boxes[face, 1] = min(int(x0), width - 1), int(x1)
    boxes[face, 2], boxes[face, 3] = min(int(y0), height - 1), int(y1)
    return True


@inner
def _store(planes: np.ndarray, face: int, row: int, a: float, b: float, c: float) -> None:
    planes[face, row, 0], planes[face, row, 1], planes[face, row, 2] = a, b, c


@kernel
def setup_perspective(
    start: int,
    stop: int,
    world: np.ndarray,
    faces: np.ndarray,
    closed: np.ndarray,
    eye: np.ndarray,
    axes: np.ndarray,
    focal: float,
    width: int,
    height: int,
    boxes: np.ndarray,
    planes: np.ndarray,
) -> None:
    """Boxes (F, 4) and planes (F, 4, 3) as the camera sees them; the planes' origin is the box's.

    Back faces of closed meshes get an empty box. `axes` are the rows of
    `text2sim.maths.camera.look_at`; the principal point is the middle of the picture.
    """
    for face in range(start, stop):
        a = _to_view(world[faces[face, 0]], eye, axes)
        b = _to_view(world[faces[face, 1]], eye, axes)
        c = _to_view(world[faces[face, 2]], eye, axes)
        bc = _cross(b, c)
        det = a[0] * bc[0] + a[1] * bc[1] + a[2] * bc[2]
        hidden = abs(det) < 1e-13 or (closed[face] and det > 0.0)
        if hidden or (a[2] < NEAR and b[2] < NEAR and c[2] < NEAR):
            boxes[face, 0], boxes[face, 1] = 1, 0
            continue
        box = _visible_box(a, b, c, focal)
        centred = (
            box[0] + 0.5 * width,
            box[1] + 0.5 * width,
            box[2] + 0.5 * height,
            box[3] + 0.5 * height,
        )
        if not _store_box(boxes, face, centred, width, height):
            continue
        x, y = boxes[face, 0] - 0.5 * width, boxes[face, 2] - 0.5 * height
        rows = (bc, _cross(c, a), _cross(a, b))
        sum_a = sum_b = sum_c = 0.0
        for i in range(3):
            u, v = rows[i][0] / (det * focal), rows[i][1] / (det * focal)
            w = rows[i][2] / det + u * x + v * y
            _store(planes, face, i, u, v, w + DILATION * (abs(u) + abs(v)))
            sum_a, sum_b, sum_c = sum_a + u, sum_b + v, sum_c + w
        _store(planes, face, 3, sum_a, sum_b, sum_c)


@kernel
def setup_orthographic(
    start: int,
    stop: int,
    world: np.ndarray,
    faces: np.ndarray,
    closed: np.ndarray,
    frame: np.ndarray,
    size: int,
    boxes: np.ndarray,
    planes: np.ndarray,
) -> None:
    """The same as the sun sees it: `frame` (3, 4) takes world points to (x, y, nearness)."""
    for face in range(start, stop):
        i, j, k = faces[face, 0], faces[face, 1], faces[face, 2]
        ax, ay, az = _to_frame(world[i], frame)
        bx, by, bz = _to_frame(world[j], frame)
        cx, cy, cz = _to_frame(world[k], frame)
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if abs(area) < 1e-9 or (closed[face] and area > 0.0):
            boxes[face, 0], boxes[face, 1] = 1, 0
            continue
        box = (min(ax, bx, cx), max(ax, bx, cx), min(ay, by, cy), max(ay, by, cy))
        if not _store_box(boxes, face, box, size, size):
            continue
        x, y = boxes[face, 0] - ax, boxes[face, 2] - ay
        u1, v1 = (cy - ay) / area, (ax - cx) / area
        u2, v2 = (ay - by) / area, (bx - ax) / area
        w1, w2 = u1 * x + v1 * y, u2 * x + v2 * y
        _store(planes, face, 0, -u1 - u2, -v1 - v2, 1.0 - w1 - w2 + 1e-6)
        _store(planes, face, 1, u1, v1, w1 + 1e-6)
        _store(planes, face, 2, u2, v2, w2 + 1e-6)
        db, dc = bz - az, cz - az
        _store(planes, face, 3, db * u1 + dc * u2, db * v1 + dc * v2, az + db * w1 + dc * w2)


@inner
def _to_frame(point: np.ndarray, frame: np.ndarray) -> tuple:
    x, y, z = point[0], point[1], point[2]
    return (
        frame[0, 0] * x + frame[0, 1] * y + frame[0, 2] * z + frame[0, 3],
        frame[1, 0] * x + frame[1, 1] * y + frame[1, 2] * z + frame[1, 3],
        frame[2, 0] * x + frame[2, 1] * y + frame[2, 2] * z + frame[2, 3],
    )


def sort_into_bands(boxes: np.ndarray, bands: int, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Faces that touch each band of `rows` rows: band i owns items[starts[i]:starts[i + 1]].

    One thread does it, as it takes little time and keeps the order of the faces.
    """
    counts = np.zeros(bands, np.int64)
    _count(boxes, rows, counts)
    starts = np.concatenate([[0], np.cumsum(counts)])
    items = np.empty(starts[-1], np.int32)
    _fill(boxes, rows, starts[:-1].copy(), items)
    return starts, items


@kernel
def _count(boxes: np.ndarray, rows: int, counts: np.ndarray) -> None:
    for face in range(len(boxes)):
        if boxes[face, 0] <= boxes[face, 1]:
            for band in range(boxes[face, 2] // rows, boxes[face, 3] // rows + 1):
                counts[band] += 1


@kernel
def _fill(boxes: np.ndarray, rows: int, free: np.ndarray, items: np.ndarray) -> None:
    for face in range(len(boxes)):
        if boxes[face, 0] <= boxes[face, 1]:
            for band in range(boxes[face, 2] // rows, boxes[face, 3] // rows + 1):
                items[free[band]] = face
                free[band] += 1
