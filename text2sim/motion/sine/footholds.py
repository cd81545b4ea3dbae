"""Where the feet go along a path: even steps on level ground, one step to each tread."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import final

import numpy as np

from text2sim.maths import filters
from text2sim.types import Scene

HEEL, TOE = 0.055, 0.21
"""Reach of the sole behind and before the ankle [m] of an adult."""
EDGE = 0.035
"""A change of height [m] within `GRID` that is a step and not a slope."""
GRID = 0.02
TREAD = 0.62
"""A level stretch shorter than this [m] between two edges takes one foothold."""


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Route:
    """A path by its horizontal length.

    Attributes:
        s: length along it [m], (N,). points: [m], world, (N, 3), z is the ground.
        yaw: smoothed direction of travel [rad], unwrapped, (N,).
        bounds: length at which each segment ends [m].
    """

    s: np.ndarray
    points: np.ndarray
    yaw: np.ndarray
    bounds: np.ndarray

    @property
    def length(self) -> float:
        """Whole length [m]."""
        return float(self.s[-1])

    def at(self, s: np.ndarray) -> np.ndarray:
        """Points (..., 3) at lengths s."""
        return np.stack([np.interp(s, self.s, self.points[:, i]) for i in range(3)], axis=-1)

    def direction(self, s: np.ndarray) -> np.ndarray:
        """Direction of travel [rad] at lengths s."""
        return np.interp(s, self.s, self.yaw)


def route(scene: Scene, paths: list[np.ndarray]) -> Route:
    """Join paths and resample them evenly; heights are those of the ground."""
    lengths = [float(np.linalg.norm(np.diff(p[:, :2], axis=0), axis=1).sum()) for p in paths]
    joined = np.concatenate([paths[0], *(p[1:] for p in paths[1:])])[:, :2]
    gaps = np.linalg.norm(np.diff(joined, axis=0), axis=1)
    keep = np.concatenate([[True], gaps > 1e-6])
    joined, gaps = joined[keep], gaps[gaps > 1e-6]
    raw = np.concatenate([[0.0], np.cumsum(gaps)])
    s = np.linspace(0.0, raw[-1], max(2, round(raw[-1] / GRID) + 1))
    flat = np.stack([np.interp(s, raw, joined[:, i]) for i in range(2)], axis=-1)
    points = np.column_stack([flat, scene.ground_height(flat)])
    return Route(s=s, points=points, yaw=_direction(s, flat), bounds=np.cumsum(lengths))


def _direction(s: np.ndarray, flat: np.ndarray) -> np.ndarray:
    if s[-1] < 1e-6:
        return np.zeros(len(s))
    smooth = filters.gaussian(flat, min(0.16, s[-1] / 6.0) / max(s[1], 1e-6))
    slope = np.gradient(smooth, axis=0)
    return np.unwrap(np.arctan2(slope[:, 1], slope[:, 0]))


@final
@dataclass(frozen=True, kw_only=True)
class Zone:
    """A stretch of the route between two edges [m]; walls say whether the next part is higher."""

    start: float
    end: float
    wall_before: bool
    wall_after: bool

    def foothold(self, scale: float, forward: bool) -> float:
        """Where the ankle goes so that the sole fits, away from walls first."""
        back, front = _reach(scale, forward)
        room = self.end - self.start - back - front
        if room >= 0.0 or self.wall_before == self.wall_after:
            return self.start + back + 0.5 * room
        if self.wall_after:
            return self.end - front - 0.012
        return self.start + back + 0.012

    def clamp(self, s: float, scale: float, forward: bool) -> float:
        """The nearest place to s where the whole sole is on this stretch."""
        back, front = _reach(scale, forward)
        low, high = self.start + back + 0.015, self.end - front - 0.025
        return s if low > high else float(np.clip(s, low, high))


def _reach(scale: float, forward: bool) -> tuple[float, float]:
    back, front = HEEL * scale, TOE * scale
    return (back, front) if forward else (front, back)


def zones(scene: Scene, way: Route) -> list[Zone]:
    """The route cut at its edges; its two ends are open."""
    rise = np.diff(way.points[:, 2])
    edges = np.flatnonzero(np.abs(rise) > EDGE)
    cuts = [(-10.0, 0.0), *((_edge(scene, way, int(i)), rise[i]) for i in edges)]
    cuts.append((way.length + 10.0, 0.0))
    return [
        Zone(start=a[0], end=b[0], wall_before=a[1] < 0.0, wall_after=b[1] > 0.0)
        for a, b in pairwise(cuts)
    ]


def _edge(scene: Scene, way: Route, index: int) -> float:
    """Where exactly the ground jumps between two samples of the route [m]."""
    fine = np.linspace(way.s[index], way.s[index + 1], 21)
    jump = int(np.argmax(np.abs(np.diff(scene.ground_height(way.at(fine)[:, :2])))))
    return float(0.5 * (fine[jump] + fine[jump + 1]))


def footholds(
    scene: Scene, way: Route, steps: np.ndarray, scale: float, forward: bool
) -> np.ndarray:
    """Lengths along the route [m] at which the body is over a standing foot, (K,).

    The first is where the body starts; the last two are both at the end, where the feet close.

    Args:
        scene: what is walked on.
        way: the route.
        steps: wanted step length at every sample of the route [m], (N,).
        scale: size of the body.
        forward: toes point along the route and not against it.
    """
    parts = zones(scene, way)
    treads = [z.foothold(scale, forward) for z in parts if z.end - z.start < TREAD]
    anchors = [0.0, *(s for s in treads if 0.05 < s < way.length - 0.05), way.length]
    count = np.concatenate([[0.0], np.cumsum(np.diff(way.s) / (0.5 * (steps[1:] + steps[:-1])))])
    spots = [0.0]
    for low, high in pairwise(anchors):
        first, last = np.interp([low, high], way.s, count)
        number = max(1, round(last - first))
        inner = np.interp(np.linspace(first, last, number + 1)[1:], count, way.s)
        inner[-1] = high
        spots += [_settle(s, parts, scale, forward, fixed=s == high) for s in inner]
    return np.array([*spots, way.length])


def _settle(s: float, parts: list[Zone], scale: float, forward: bool, *, fixed: bool) -> float:
    zone = next(z for z in parts if z.start <= s <= z.end)
    return s if fixed or zone.end - zone.start < TREAD else zone.clamp(s, scale, forward)
