"""What a builder of a kind returns: painted solids and convex collision parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from text2sim.assets.primitives import Solid, circle
from text2sim.types import RGB


@final
@dataclass(frozen=True, kw_only=True)
class Paint:
    """The surface of a piece.

    Attributes:
        material: key of `MATERIALS`; None: the object's own, as planned or of its kind.
        colour: linear RGB; None: the material's. With `material` None it is the shade of a
            second tone: the factor on the object's colour.
        tinted: a colour that the plan gives to the object replaces this one.
    """

    material: str | None = None
    colour: RGB | None = None
    tinted: bool = False


MAIN = Paint()
DARK = Paint(colour=(0.6, 0.6, 0.6))
LIGHT = Paint(colour=(1.3, 1.3, 1.3))
STEEL = Paint(material="steel")
BLACK = Paint(material="plastic", colour=(0.015, 0.015, 0.017))
WHITE = Paint(material="plastic", colour=(0.80, 0.80, 0.78))
TYRE = Paint(material="rubber", colour=(0.02, 0.02, 0.02))
WOOD = Paint(material="wood")
GOLD = Paint(material="gold")
GLASS = Paint(material="glass", colour=(0.30, 0.42, 0.48))


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Piece:
    """Closed solids of one paint."""

    paint: Paint
    solids: tuple[Solid, ...]


def piece(paint: Paint, *solids: Solid) -> Piece:
    """Closed solids of one paint."""
    return Piece(paint=paint, solids=solids)


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Model:
    """An object in its own frame: pieces to be seen, and points of convex hulls to collide."""

    pieces: tuple[Piece, ...]
    parts: tuple[NDArray, ...]

    def bounds(self) -> NDArray:
        """Low and high corner of the pieces [m], (2, 3)."""
        points = [solid.vertices for item in self.pieces for solid in item.solids]
        low = np.min([p.min(axis=0) for p in points], axis=0)
        high = np.max([p.max(axis=0) for p in points], axis=0)
        return np.stack([low, high])

    def fitted(self, size: ArrayLike) -> Model:
        """Stretched and moved to fill `size` [m] (3,), base centre at the origin."""
        low, high = self.bounds()
        scale = np.asarray(size) / (high - low)
        origin = np.array([0.5 * (low[0] + high[0]), 0.5 * (low[1] + high[1]), low[2]])

        def place(points: NDArray) -> NDArray:
            return (points - origin) * scale

        pieces = tuple(
            replace(item, solids=tuple(replace(s, vertices=place(s.vertices)) for s in item.solids))
            for item in self.pieces
        )
        limits = place(low), place(high)
        parts = tuple(np.clip(place(part), *limits) for part in self.parts)
        return Model(pieces=pieces, parts=parts)


HULL_CORNERS = 64
"""Most corners of a collision part that is hulled from a mesh."""

Size = tuple[float, float, float]
Builder = Callable[[Size, int], Model]


def box_part(
    depth: float, width: float, low: float, high: float, *, x: float = 0.0, y: float = 0.0
) -> NDArray:
    """Corners (8, 3) of a box from z = low to high, centred at (x, y)."""
    return np.array(
        [[x + i * depth / 2, y + j * width / 2, z] for i in (-1, 1) for j in (-1, 1)
         for z in (low, high)]
    )  # fmt: skip


def round_part(*rows: tuple[float, float], segments: int = 12) -> NDArray:
    """Points of a convex lathe with rows of (radius, z)."""
    # The polygon is drawn around the circle half way between inside and outside.
    grow = 2.0 / (1.0 + np.cos(np.pi / segments))
    return np.concatenate([circle(grow * radius, segments, z) for radius, z in rows])


def hull_part(*solids: Solid) -> NDArray:
    """Corners of the convex hull of solids."""
    return hull_corners(np.concatenate([solid.vertices for solid in solids]))


def hull_corners(points: NDArray) -> NDArray:
    """At most `HULL_CORNERS` corners of the convex hull of points (N, 3).

    If there are more, those farthest out in evenly spread directions are kept.

    Raises:
        scipy.spatial.QhullError: the points lie in a plane.
    """
    from scipy.spatial import ConvexHull

    corners = points[np.sort(ConvexHull(points).vertices)]
    if len(corners) <= HULL_CORNERS:
        return corners
    number = HULL_CORNERS - 6
    index = np.arange(number) + 0.5
    z, turn = 1.0 - 2.0 * index / number, index * np.pi * (3.0 - np.sqrt(5.0))
    ring = np.sqrt(1.0 - z * z)
    directions = np.stack([ring * np.cos(turn), ring * np.sin(turn), z], axis=-1)
    directions = np.concatenate([directions, np.eye(3), -np.eye(3)])
    middle = 0.5 * (corners.min(axis=0) + corners.max(axis=0))
    spread = (corners - middle) / np.ptp(corners, axis=0)
    return corners[np.unique(np.argmax(spread @ directions.T, axis=0))]


def wall_parts(
    outer: tuple[float, float], inner: tuple[float, float], low: float, high: float,
    segments: int = 8,
) -> tuple[NDArray, ...]:  # fmt: skip
    """Wall of an open vessel as convex staves: radii at z = low and high, outside and inside."""
    rings = [
        circle(radius, segments, z) for radius, z in zip((*outer, *inner), (low, high, low, high))
    ]
    nxt = [np.roll(ring, -1, axis=0) for ring in rings]
    return tuple(np.stack([ring[i] for ring in (*rings, *nxt)]) for i in range(segments))
