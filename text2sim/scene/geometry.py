"""Oriented boxes and the height of the ground: the geometry that planning needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from text2sim.catalogue import KINDS
from text2sim.types import PlannedObject

Array = NDArray[np.float64]

BRIDGE_RAMP = 0.3
"""Part of a bridge's depth that its ramp takes at either end."""


def unit(heading: float) -> Array:
    """Horizontal unit vector in the direction of a heading [rad], (2,)."""
    return np.array([np.cos(heading), np.sin(heading)])


def raised(point: ArrayLike, height: float) -> Array:
    """The point (3,) that much higher [m]."""
    return np.asarray(point, dtype=float) + np.array([0.0, 0.0, height])


def heading_of(vector: ArrayLike) -> float:
    """Heading [rad] of a horizontal vector."""
    x, y = np.asarray(vector)[:2]
    return float(np.arctan2(y, x))


def wrap(angle: float) -> float:
    """The same angle within (-pi, pi]."""
    return float(-((-angle + np.pi) % (2.0 * np.pi) - np.pi))


@dataclass(frozen=True, kw_only=True, eq=False)
class Box:
    """A box that stands upright.

    Attributes:
        centre: of the footprint [m], world, (2,). half: half extents along its own X and Y, (2,).
        low, high: z of underside and top [m].
    """

    centre: Array
    heading: float
    half: Array
    low: float
    high: float

    @classmethod
    def of(cls, item: PlannedObject, position: ArrayLike | None = None) -> Box:
        """Bounding box of a planned object, at another position if given."""
        x, y, z = item.position if position is None else np.asarray(position, dtype=float)
        return cls(
            centre=np.array([x, y]),
            heading=item.heading,
            half=item.size[:2] / 2.0,
            low=float(z),
            high=float(z + item.size[2]),
        )

    @classmethod
    def of_body(cls, position: ArrayLike, height: float = 1.8) -> Box:
        """Bounding box of a person who stands at a ground point (3,)."""
        x, y, z = np.asarray(position, dtype=float)
        half = np.array([0.22, 0.22])
        return cls(
            centre=np.array([x, y]), heading=0.0, half=half, low=float(z), high=float(z) + height
        )

    def local(self, points: ArrayLike) -> Array:
        """World points (..., 2) in the box's own frame."""
        offset = np.asarray(points, dtype=float) - self.centre
        cos, sin = np.cos(self.heading), np.sin(self.heading)
        return offset @ np.array([[cos, -sin], [sin, cos]])

    def world(self, points: ArrayLike) -> Array:
        """Points (..., 2) of the box's own frame in the world."""
        cos, sin = np.cos(self.heading), np.sin(self.heading)
        return np.asarray(points, dtype=float) @ np.array([[cos, sin], [-sin, cos]]) + self.centre

    def corners(self, margin: float = 0.0) -> Array:
        """Corners of the footprint grown by a margin, (4, 2)."""
        signs = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])
        return self.world(signs * (self.half + margin))

    def distance(self, points: ArrayLike) -> Array:
        """Distance [m] from points (..., 2) to the footprint; 0 inside."""
        outside = np.maximum(np.abs(self.local(points)) - self.half, 0.0)
        return np.linalg.norm(outside, axis=-1)

    def edge(self, direction: ArrayLike) -> float:
        """Distance [m] from the centre to the rim of the footprint in a world direction (2,)."""
        vector = self.local(np.asarray(direction) + self.centre)
        return float(np.min(self.half / np.maximum(np.abs(vector), 1e-9)))

    def overlaps(self, other: Box, margin: float = 0.0) -> bool:
        """The boxes come closer than `margin` sideways and share some height.

        Separating axes of two rectangles (Gottschalk et al. 1996).
        """
        if self.low >= other.high - 1e-6 or other.low >= self.high - 1e-6:
            return False
        offset = other.centre - self.centre
        for heading in (self.heading, other.heading):
            for axis in (unit(heading), unit(heading + np.pi / 2)):
                reach = sum(
                    abs(axis @ unit(box.heading)) * box.half[0]
                    + abs(axis @ unit(box.heading + np.pi / 2)) * box.half[1]
                    for box in (self, other)
                )
                if abs(axis @ offset) >= reach + margin:
                    return False
        return True

    def crosses(self, starts: ArrayLike, ends: ArrayLike, margin: float = 0.0) -> NDArray[np.bool_]:
        """Which lines from starts to ends (..., 2) cross the footprint grown by a margin."""
        return _slabs(self.local(starts), self.local(ends), -self.half - margin, self.half + margin)

    def hides(self, starts: ArrayLike, ends: ArrayLike) -> NDArray[np.bool_]:
        """Which lines of sight from starts to ends (..., 3) hit the box."""
        starts, ends = np.asarray(starts, dtype=float), np.asarray(ends, dtype=float)
        a = np.concatenate([self.local(starts[..., :2]), starts[..., 2:]], axis=-1)
        b = np.concatenate([self.local(ends[..., :2]), ends[..., 2:]], axis=-1)
        return _slabs(a, b, np.append(-self.half, self.low), np.append(self.half, self.high))


def _slabs(a: Array, b: Array, low: Array, high: Array) -> NDArray[np.bool_]:
    """Which lines a to b hit an axis-aligned box (slab method, Kay and Kajiya 1986)."""
    step = b - a
    step = np.where(np.abs(step) < 1e-12, 1e-12, step)
    first, last = (low - a) / step, (high - a) / step
    enter = np.minimum(first, last).max(axis=-1)
    leave = np.maximum(first, last).min(axis=-1)
    return np.asarray((enter < leave) & (leave > 0.0) & (enter < 1.0))


def surface_height(item: PlannedObject, points: ArrayLike) -> Array:
    """Height [m] above the object's base where one walks on it, at local x of points (..., 2).

    Stairs and ramps rise along the object's own +X; a bridge has a ramp at either end.
    """
    depth, _, height = item.size
    x = Box.of(item).local(points)[..., 0] + depth / 2
    if item.kind == "stairs":
        count = max(item.count, 1)
        return np.clip(np.floor(x / (depth / count) + 1e-9) + 1, 1, count) * (height / count)
    if item.kind == "ramp":
        return np.clip(x / depth, 0.0, 1.0) * height
    if item.kind == "bridge":
        ramp = BRIDGE_RAMP * depth
        return np.clip(np.minimum(x, depth - x) / ramp, 0.0, 1.0) * height
    return np.full(x.shape, float(height))


def is_walkable(item: PlannedObject) -> bool:
    """A foot may stand on it."""
    return item.walkable or (item.kind in KINDS and KINDS[item.kind].walkable)


def ground_height(objects: Iterable[PlannedObject], points: ArrayLike) -> Array:
    """Height [m] of the highest walkable surface at world points (..., 2); 0 on the ground."""
    points = np.asarray(points, dtype=float)
    height = np.zeros(points.shape[:-1])
    for item in objects:
        if not is_walkable(item):
            continue
        inside = Box.of(item).distance(points) <= 1e-6
        top = item.position[2] + surface_height(item, points)
        height = np.where(inside, np.maximum(height, top), height)
    return height
