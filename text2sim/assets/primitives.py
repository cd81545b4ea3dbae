"""Closed solids from which the kinds are built: boxes, lofts, lathes, tubes, hulls, blobs.

Every function returns a `Solid` whose surface is closed and faces outward; lengths are metres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating]
CREASE = 0.75
"""Angle [rad] between faces beyond which an edge is shaded sharp."""


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Solid:
    """A closed triangle surface: vertices [m] (V, 3), faces (F, 3) counter-clockwise from outside.

    `crease` [rad]: edges between faces that differ by more are shaded sharp.
    """

    vertices: Array
    faces: NDArray[np.integer]
    crease: float = CREASE

    def at(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Solid:
        """Moved."""
        return replace(self, vertices=self.vertices + np.array([x, y, z]))

    def turned(self, axis: str, angle: float) -> Solid:
        """Turned about the axis "x", "y" or "z" through the origin by `angle` [rad]."""
        i, j = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
        matrix = np.eye(3)
        c, s = np.cos(angle), np.sin(angle)
        matrix[i, i], matrix[i, j], matrix[j, i], matrix[j, j] = c, -s, s, c
        return replace(self, vertices=self.vertices @ matrix.T)

    def scaled(self, x: float = 1.0, y: float = 1.0, z: float = 1.0) -> Solid:
        """Stretched along the axes; a negative factor mirrors."""
        faces = self.faces if x * y * z > 0 else self.faces[:, ::-1]
        return replace(self, vertices=self.vertices * np.array([x, y, z]), faces=faces)

    def volume(self) -> float:
        """Enclosed volume [m3], signed."""
        a, b, c = np.moveaxis(self.vertices[self.faces], 1, 0)
        return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6.0)


def loft(
    rings: ArrayLike,
    *,
    start: ArrayLike | None = None,
    end: ArrayLike | None = None,
    loop: bool = False,
    crease: float = CREASE,
) -> Solid:
    """Skin over rings of points (R, N, 3).

    Args:
        rings: star-shaped polygons, equally many points each.
        start, end: apex of each end cap, by default the centroid of the ring.
        loop: join the last ring to the first instead of capping the ends.
        crease: see `Solid`.
    """
    rings = np.asarray(rings, dtype=np.float64)
    count, size = rings.shape[:2]
    index = np.arange(count * size).reshape(count, size)
    below = index if loop else index[:-1]
    above = np.roll(index, -1, axis=0) if loop else index[1:]
    faces = [_quads(below, np.roll(below, -1, 1), np.roll(above, -1, 1), above)]
    vertices = [rings.reshape(-1, 3)]
    if not loop:
        tips = (
            rings[0].mean(axis=0) if start is None else np.asarray(start, dtype=np.float64),
            rings[-1].mean(axis=0) if end is None else np.asarray(end, dtype=np.float64),
        )
        vertices.append(np.stack(tips))
        faces.append(_fan(np.roll(index[0], -1), index[0], count * size))
        faces.append(_fan(index[-1], np.roll(index[-1], -1), count * size + 1))
    return _outward(np.concatenate(vertices), np.concatenate(faces), crease)


def _quads(a: NDArray, b: NDArray, c: NDArray, d: NDArray) -> NDArray[np.integer]:
    return np.stack([a, b, c, a, c, d], axis=-1).reshape(-1, 3)


def _fan(a: NDArray, b: NDArray, tip: int) -> NDArray[np.integer]:
    return np.stack([a, b, np.full_like(a, tip)], axis=-1)


def _outward(vertices: Array, faces: NDArray[np.integer], crease: float) -> Solid:
    solid = Solid(vertices=vertices, faces=faces, crease=crease)
    return solid if solid.volume() > 0 else replace(solid, faces=faces[:, ::-1])


def _box_topology() -> tuple[Array, NDArray[np.integer], NDArray[np.integer]]:
    """Signs (24, 3), axis (24,) and faces of a bevelled box: vertex 3 c + a, corner c, face a."""
    signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], dtype=float)
    polygons: list[list[int]] = [[3 * c, 3 * c + 1, 3 * c + 2] for c in range(8)]
    bits = (4, 2, 1)
    for a in range(3):
        b, c = (a + 1) % 3, (a + 2) % 3
        for side in (0, bits[a]):
            ring = [side, side | bits[b], side | bits[b] | bits[c], side | bits[c]]
            polygons.append([3 * v + a for v in ring])
        for corner in range(8):
            if not corner & bits[c]:
                far = corner | bits[c]
                polygons.append([3 * corner + a, 3 * corner + b, 3 * far + b, 3 * far + a])
    triangles = [[p[0], p[i], p[i + 1]] for p in polygons for i in range(1, len(p) - 1)]
    unique = sorted({tuple(sorted(t)): t for t in triangles}.values())
    axes = np.tile(np.arange(3), 8)
    signs = np.repeat(signs, 3, axis=0)
    probe = signs * np.where(np.arange(3) == axes[:, None], 1.0, 0.8)
    faces = np.array(unique)
    a, b, c = np.moveaxis(probe[faces], 1, 0)
    inward = np.einsum("ij,ij->i", np.cross(b - a, c - a), a + b + c) < 0
    faces[inward] = faces[inward][:, ::-1]
    return signs, axes, faces


_SIGNS, _AXES, _BOX_FACES = _box_topology()


def box(low: ArrayLike, high: ArrayLike, bevel: float = 0.006) -> Solid:
    """Box between two corners; its edges are bevelled and shaded as if rounded."""
    low, high = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    half = 0.5 * (high - low)
    bevel = min(bevel, 0.25 * float(half.min()))
    inset = np.where(np.arange(3) == _AXES[:, None], 0.0, bevel)
    vertices = 0.5 * (low + high) + _SIGNS * (half - inset)
    return Solid(vertices=vertices, faces=_BOX_FACES, crease=1.1)


def slab(
    depth: float, width: float, low: float, high: float, *,
    x: float = 0.0, y: float = 0.0, bevel: float = 0.006,
) -> Solid:  # fmt: skip
    """Bevelled box from z = low to high, centred at (x, y)."""
    return box(
        [x - depth / 2, y - width / 2, low], [x + depth / 2, y + width / 2, high], bevel=bevel
    )


def cushion(low: ArrayLike, high: ArrayLike, radius: float, steps: int = 4) -> Solid:
    """Box with edges and corners rounded by `radius`."""
    low, high = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    half = 0.5 * (high - low)
    radius = min(radius, 0.98 * float(half.min()))
    arc = (np.arange(steps) + 0.5) / steps * np.pi / 2
    turn = np.concatenate([arc + k * np.pi / 2 for k in range(4)])
    quadrant = np.repeat([[1, 1], [-1, 1], [-1, -1], [1, -1]], steps, axis=0)
    lift = np.linspace(-0.46 * np.pi, 0.46 * np.pi, 2 * steps)
    spread = radius * np.cos(lift)[:, None, None]
    flat = quadrant * (half[:2] - radius) + spread * np.stack([np.cos(turn), np.sin(turn)], -1)
    height = np.sign(lift) * (half[2] - radius) + radius * np.sin(lift) / np.sin(lift[-1])
    rings = np.concatenate(
        [flat, np.broadcast_to(height[:, None, None], (*flat.shape[:2], 1))], axis=-1
    )
    rings[..., :2] *= half[:2] / np.abs(rings[..., :2]).max(axis=(0, 1))
    return loft(rings + 0.5 * (low + high), crease=1.2)


def circle(radius: float, segments: int, z: float = 0.0) -> Array:
    """Points (N, 3) of a horizontal circle."""
    turn = np.arange(segments) / segments * 2 * np.pi
    return np.stack([radius * np.cos(turn), radius * np.sin(turn), np.full(segments, z)], axis=-1)


def revolve(profile: ArrayLike, segments: int = 24, crease: float = CREASE) -> Solid:
    """Lathe: turn a profile of (radius, z) rows about Z; radius 0 is allowed at both ends."""
    rows = np.asarray(profile, dtype=np.float64)
    tips: list[ArrayLike | None] = [None, None]
    if rows[0, 0] < 1e-9:
        tips[0], rows = [0.0, 0.0, rows[0, 1]], rows[1:]
    if rows[-1, 0] < 1e-9:
        tips[1], rows = [0.0, 0.0, rows[-1, 1]], rows[:-1]
    rings = [circle(radius, segments, z) for radius, z in rows]
    return loft(rings, start=tips[0], end=tips[1], crease=crease)


def band(profile: ArrayLike, segments: int = 24) -> Solid:
    """Ring: turn a closed profile of (radius, z) rows, all radii above 0, about Z."""
    rows = np.asarray(profile, dtype=np.float64)
    return loft([circle(radius, segments, z) for radius, z in rows], loop=True)


def cylinder(radius: float, low: float, high: float, segments: int = 20) -> Solid:
    """Upright cylinder with slightly rounded rims."""
    rim = min(0.12 * radius, 0.12 * (high - low))
    rows = [(radius - rim, low), (radius, low + rim), (radius, high - rim), (radius - rim, high)]
    return revolve(rows, segments, crease=0.9)


def ellipsoid(radii: Sequence[float], segments: int = 20, rings: int = 10) -> Solid:
    """Ellipsoid around the origin."""
    lift = np.linspace(-np.pi / 2, np.pi / 2, rings + 1)
    profile = np.stack([np.cos(lift), np.sin(lift)], axis=-1)
    profile[[0, -1], 0] = 0.0
    return revolve(profile, segments, crease=3.2).scaled(*radii)


def tube(
    path: ArrayLike, radius: ArrayLike, *,
    segments: int = 10, loop: bool = False, crease: float = CREASE,
) -> Solid:  # fmt: skip
    """Round bar along a path of points (P, 3); one radius, or one for each point."""
    path = np.asarray(path, dtype=np.float64)
    tangents = _tangents(path, loop)
    aside = np.array([0.0, 0.0, 1.0] if abs(tangents[0, 2]) < 0.9 else [1.0, 0.0, 0.0])
    side = np.asarray(np.cross(tangents[0], aside))
    sides = []
    for tangent in tangents:
        side = side - tangent * (side @ tangent)
        side /= np.linalg.norm(side)
        sides.append(side)
    first = np.stack(sides)
    second = np.cross(tangents, first)
    turn = circle(1.0, segments)[:, None, :2]
    ring = turn[..., :1] * first + turn[..., 1:] * second
    radii = np.broadcast_to(np.asarray(radius, dtype=np.float64), (len(path),))
    return loft(path[:, None] + np.moveaxis(ring, 0, 1) * radii[:, None, None], loop=loop,
                crease=crease)  # fmt: skip


def _tangents(path: Array, loop: bool) -> Array:
    if loop:
        steps = np.roll(path, -1, axis=0) - np.roll(path, 1, axis=0)
    else:
        steps = np.asarray(np.gradient(path, axis=0))
    return steps / np.linalg.norm(steps, axis=-1, keepdims=True)


def rod(
    a: Sequence[float], b: Sequence[float], radius: float, radius_b: float | None = None,
    segments: int = 10,
) -> Solid:  # fmt: skip
    """Round bar from a to b, tapered if `radius_b` is given."""
    return tube([a, b], (radius, radius if radius_b is None else radius_b), segments=segments)


def torus(radius: float, thickness: float, segments: int = 32, sides: int = 10) -> Solid:
    """Ring in the plane XZ around the Y axis: `radius` to the middle of the bar."""
    turn = np.arange(segments) / segments * 2 * np.pi
    path = np.stack([radius * np.cos(turn), 0 * turn, radius * np.sin(turn)], axis=-1)
    return tube(path, thickness, segments=sides, loop=True, crease=1.2)


def extrude(outline: ArrayLike, low: float, high: float, bevel: float = 0.0) -> Solid:
    """Prism over a star-shaped outline (N, 2) in XY from z = low to high."""
    outline = np.asarray(outline, dtype=np.float64)
    small = outline.mean(axis=0) + (outline - outline.mean(axis=0)) * (
        1.0 - bevel / np.abs(outline - outline.mean(axis=0)).max()
    )
    levels = [(small, low), (outline, low + bevel), (outline, high - bevel), (small, high)]
    chosen = levels if bevel > 0 else [(outline, low), (outline, high)]
    return loft([np.column_stack([ring, np.full(len(ring), z)]) for ring, z in chosen])


def hull(points: ArrayLike, crease: float = 0.2) -> Solid:
    """Convex hull of points (N, 3)."""
    from scipy.spatial import ConvexHull

    shape = ConvexHull(np.asarray(points, dtype=np.float64))
    faces = shape.simplices.copy()
    a, b, c = np.moveaxis(shape.points[faces], 1, 0)
    inward = np.einsum("ij,ij->i", np.cross(b - a, c - a), shape.equations[:, :3]) < 0
    faces[inward] = faces[inward][:, ::-1]
    used, index = np.unique(faces, return_inverse=True)
    return Solid(vertices=shape.points[used], faces=index.reshape(-1, 3), crease=crease)


def blob(radii: Sequence[float], phase: float, rough: float = 0.12, segments: int = 18) -> Solid:
    """Lumpy ellipsoid, for foliage; `phase` chooses the lumps."""
    ball = ellipsoid((1.0, 1.0, 1.0), segments, segments // 2)
    x, y, z = ball.vertices.T
    lumps = (
        np.sin(4.1 * x + 1.7 * phase) * np.sin(3.7 * y - phase)
        + 0.6 * np.sin(6.3 * z + 2.9 * phase + 2.0 * x)
        + 0.4 * np.sin(9.1 * y + 5.3 * x - 1.3 * phase)
    )
    vertices = ball.vertices * (1.0 + rough * lumps)[:, None] * np.asarray(radii)
    return replace(ball, vertices=vertices)
