"""Smooth shapes as fields: negative inside, roughly the distance [m]; and their meshes.

A field maps points (N, 3) to values (N,). Smooth unions let limbs grow out of a torso as flesh and
cloth do; `surface` turns the zero set into triangles by naive surface nets (Gibson 1998).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating]
Field = Callable[[Array], Array]


def capsule(a: ArrayLike, b: ArrayLike, radius_a: float, radius_b: float) -> Field:
    """Bar from a to b with round ends."""
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    axis = b - a

    def field(p: Array) -> Array:
        t = np.clip((p - a) @ axis / (axis @ axis), 0.0, 1.0)
        nearest = a + t[:, None] * axis
        return np.linalg.norm(p - nearest, axis=-1) - (radius_a + t * (radius_b - radius_a))

    return field


def ellipsoid(centre: ArrayLike, radii: ArrayLike) -> Field:
    """Ellipsoid; its value is the distance to first order."""
    centre, radii = np.asarray(centre, dtype=np.float64), np.asarray(radii, dtype=np.float64)

    def field(p: Array) -> Array:
        q = (p - centre) / radii
        near, slope = np.linalg.norm(q, axis=-1), np.linalg.norm(q / radii, axis=-1)
        return near * (near - 1.0) / np.maximum(slope, 1e-9)

    return field


def sweep(axis: int, rows: ArrayLike, power: float = 2.0) -> Field:
    """Super-ellipses strung along a coordinate axis.

    Args:
        axis: 0 to 2.
        rows: (place along the axis, the two half sizes, the two offsets of the middle); the two
            others are the remaining coordinates in order.
        power: 2 is an ellipse; more is boxier.
    """
    from scipy.interpolate import PchipInterpolator

    table = np.asarray(rows, dtype=np.float64)
    table = table[np.argsort(table[:, 0])]
    low, high = table[0, 0], table[-1, 0]
    curve = PchipInterpolator(table[:, 0], table[:, 1:])
    first, second = (i for i in range(3) if i != axis)

    def field(p: Array) -> Array:
        place = np.clip(p[:, axis], low, high)
        size_a, size_b, middle_a, middle_b = curve(place).T
        a = np.abs(p[:, first] - middle_a) / size_a
        b = np.abs(p[:, second] - middle_b) / size_b
        side = ((a**power + b**power) ** (1.0 / power) - 1.0) * np.minimum(size_a, size_b)
        return np.hypot(side.clip(0), p[:, axis] - place) + side.clip(None, 0)

    return field


def beyond(normal: ArrayLike, point: ArrayLike) -> Field:
    """Half space: positive on the side to which `normal` points."""
    direction = np.asarray(normal, dtype=np.float64)
    direction = direction / np.linalg.norm(direction)
    shift = float(direction @ np.asarray(point, dtype=np.float64))
    return lambda p: np.asarray(p @ direction - shift)


def union(blend: float, *fields: Field) -> Field:
    """All of them, melted together over `blend` [m]."""

    def field(p: Array) -> Array:
        total = fields[0](p)
        for other in fields[1:]:
            value = other(p)
            near = np.maximum(blend - np.abs(total - value), 0.0) / blend
            total = np.minimum(total, value) - 0.25 * blend * near * near
        return total

    return field


def cut(blend: float, body: Field, *knives: Field) -> Field:
    """`body` without what lies inside of the knives; edges rounded over `blend` [m]."""

    def field(p: Array) -> Array:
        total = body(p)
        for knife in knives:
            value = -knife(p)
            near = np.maximum(blend - np.abs(total - value), 0.0) / blend
            total = np.maximum(total, value) + 0.25 * blend * near * near
        return total

    return field


def flip(field: Field) -> Field:
    """The outside: as a knife it keeps only what is inside of `field`."""
    return lambda p: -field(p)


def mirror(field: Field) -> Field:
    """The shape and its mirror image at the plane Y = 0; drawn on the side of +Y."""
    return lambda p: field(p * np.array([1.0, 0.0, 1.0]) + np.abs(p) * np.array([0.0, 1.0, 0.0]))


def outline(field: Field, z: float, segments: int = 48, reach: float = 0.5) -> Array:
    """Horizontal section of a shape around the Z axis: points (segments, 3), by bisection."""
    turn = np.arange(segments) / segments * 2.0 * np.pi
    ray = np.stack([np.cos(turn), np.sin(turn), 0.0 * turn], axis=-1)
    low, high = np.zeros(segments), np.full(segments, reach)
    for _ in range(24):
        middle = 0.5 * (low + high)
        inside = field(middle[:, None] * ray + [0.0, 0.0, z]) < 0.0
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    return low[:, None] * ray + [0.0, 0.0, z]


class Patch(NamedTuple):
    """Vertices [m] (V, 3), outward unit normals (V, 3) and faces (F, 3)."""

    vertices: Array
    normals: Array
    faces: NDArray[np.integer]


_CORNERS = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])
_EDGES = [(i, i | bit) for bit in (4, 2, 1) for i in range(8) if not i & bit]


def surface(field: Field, low: Sequence[float], high: Sequence[float], cell: float) -> Patch:
    """Triangles of the zero set within a box that encloses it, with cells of `cell` [m]."""
    shape = np.ceil((np.subtract(high, low)) / cell).astype(int) + 1
    grid = np.stack(np.meshgrid(*(np.arange(n) for n in shape), indexing="ij"), axis=-1)
    values = field(grid.reshape(-1, 3) * cell + low).reshape(tuple(shape))
    points, faces = net(values)
    vertices = points * cell + low
    for _ in range(2):
        slope = _gradient(field, vertices, 0.1 * cell)
        step = field(vertices) / np.maximum((slope**2).sum(axis=-1), 0.05)
        vertices = vertices - np.clip(step, -0.4 * cell, 0.4 * cell)[:, None] * slope
    slope = _gradient(field, vertices, 0.1 * cell)
    normals = slope / np.maximum(np.linalg.norm(slope, axis=-1, keepdims=True), 1e-12)
    return Patch(vertices, normals, faces)


def net(values: Array) -> tuple[Array, NDArray[np.integer]]:
    """Vertices (V, 3) in cells and faces (F, 3) of the zero set of a grid; negative is inside."""
    points, index = _net_vertices(values)
    return points, _net_faces(values, index)


def _net_vertices(values: Array) -> tuple[Array, NDArray[np.integer]]:
    """One vertex a cell that the surface crosses: (V, 3) in cells, and the number of each cell."""
    nx, ny, nz = (n - 1 for n in values.shape)
    corner = np.stack([values[x : nx + x, y : ny + y, z : nz + z] for x, y, z in _CORNERS], -1)
    inside = corner < 0.0
    active = inside.any(axis=-1) & ~inside.all(axis=-1)
    index = np.full(active.shape, -1)
    index[active] = np.arange(int(active.sum()))
    at, inner = corner[active], inside[active]
    total, count = np.zeros((len(at), 3)), np.zeros((len(at), 1))
    for i, j in _EDGES:
        crossed = inner[:, i] != inner[:, j]
        gap = np.where(crossed, at[:, i] - at[:, j], 1.0)
        t = (at[:, i] / gap)[:, None]
        spot = _CORNERS[i] + t * (_CORNERS[j] - _CORNERS[i])
        total += np.where(crossed[:, None], spot, 0.0)
        count += crossed[:, None]
    return total / count + np.argwhere(active), index


def _net_faces(values: Array, index: NDArray[np.integer]) -> NDArray[np.integer]:
    """Two triangles for each grid edge that the surface crosses."""
    inside = values < 0.0
    faces = []
    for axis in range(3):
        one, two = (axis + 1) % 3, (axis + 2) % 3
        here = np.moveaxis(inside, (axis, one, two), (0, 1, 2))
        cells = np.moveaxis(index, (axis, one, two), (0, 1, 2))
        start, stop = here[:-1, 1:-1, 1:-1], here[1:, 1:-1, 1:-1]
        a, b = cells[:, :-1, :-1], cells[:, 1:, :-1]
        c, d = cells[:, 1:, 1:], cells[:, :-1, 1:]
        for leaving, ring in ((start & ~stop, (a, b, c, d)), (~start & stop, (d, c, b, a))):
            p, q, r, s = (corner[leaving] for corner in ring)
            faces += [np.stack([p, q, r], axis=-1), np.stack([p, r, s], axis=-1)]
    return np.concatenate(faces)


def _gradient(field: Field, points: Array, step: float) -> Array:
    rows = []
    for axis in range(3):
        shift = np.zeros(3)
        shift[axis] = step
        rows.append((field(points + shift) - field(points - shift)) / (2.0 * step))
    return np.stack(rows, axis=-1)
