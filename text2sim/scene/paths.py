"""Paths on the ground: straight, bent, round, and the way past obstacles; all (N, 2), metres."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from text2sim.scene.geometry import Array, Box, unit

SPACING = 0.08
"""Distance between the points of a path [m]."""
CLEARANCE = 0.35
"""Room that a walker leaves between the middle of its body and things [m]."""
CORNER = 0.5
"""How far before a corner a path begins to bend [m]."""


def length(path: Array) -> float:
    """Length [m] of a polyline (N, D)."""
    return float(np.linalg.norm(np.diff(path, axis=0), axis=-1).sum())


def resample(path: Array, spacing: float = SPACING) -> Array:
    """Points at equal steps of at most `spacing` along a polyline; both ends are kept."""
    steps = np.linalg.norm(np.diff(path, axis=0), axis=-1)
    path, steps = path[np.append(True, steps > 1e-9)], steps[steps > 1e-9]
    if not len(steps):
        return path[:1]
    along = np.append(0.0, np.cumsum(steps))
    marks = np.linspace(0.0, along[-1], int(np.ceil(along[-1] / spacing)) + 1)
    return np.stack([np.interp(marks, along, column) for column in path.T], axis=-1)


def smooth(waypoints: ArrayLike, corner: float = CORNER) -> Array:
    """A path through waypoints with rounded corners (quadratic Bezier curves), resampled."""
    points = np.asarray(waypoints, dtype=float)
    keep = np.append(True, np.linalg.norm(np.diff(points, axis=0), axis=-1) > 1e-6)
    points = points[keep]
    pieces = [points[:1]]
    for before, at, after in zip(points, points[1:], points[2:]):
        back, ahead = before - at, after - at
        size = min(corner, *(0.5 * np.linalg.norm(leg) for leg in (back, ahead)))
        enter = at + size * back / np.linalg.norm(back)
        leave = at + size * ahead / np.linalg.norm(ahead)
        t = np.linspace(0.0, 1.0, 12)[:, None]
        pieces.append((1 - t) ** 2 * enter + 2 * t * (1 - t) * at + t**2 * leave)
    return resample(np.concatenate([*pieces, points[-1:]]))


def arc(start: ArrayLike, heading: float, radius: float, angle: float) -> Array:
    """An arc from `start` that sets out along `heading`; angle [rad], positive to the left."""
    side = np.sign(angle)
    centre = np.asarray(start, dtype=float) + side * radius * unit(heading + np.pi / 2)
    turned = np.linspace(0.0, angle, max(int(abs(angle) * radius / 0.04) + 2, 6))
    return centre - side * radius * np.stack([unit(heading + a + np.pi / 2) for a in turned])


def zigzag(start: ArrayLike, heading: float, distance: float) -> Array:
    """Waypoints that swing left and right of a straight line."""
    count = max(round(distance / 1.1), 2)
    marks = np.linspace(0.0, distance, count + 1)
    sway = np.array([0.0, *(0.55 * (-1.0) ** i for i in range(count - 1)), 0.0])
    return (
        np.asarray(start)
        + marks[:, None] * unit(heading)
        + sway[:, None] * unit(heading + np.pi / 2)
    )


def loop(box: Box, start: ArrayLike, gap: float, angle: float) -> Array:
    """Waypoints round a box on an ellipse `gap` off its corners, beginning nearest to `start`.

    `angle` [rad] is the part of a turn, positive counter-clockwise.
    """
    radii = box.half * np.sqrt(2.0) + gap
    first = box.local(start) / radii
    begin = np.arctan2(first[1], first[0])
    turned = begin + np.linspace(0.0, angle, max(int(abs(angle) / 0.2) + 1, 4))
    return box.world(np.stack([np.cos(turned), np.sin(turned)], axis=-1) * radii)


def tangent_headings(path: ArrayLike) -> Array:
    """Heading [rad] of each piece of a path (N, 2 or 3), unwrapped, (N - 1,)."""
    steps = np.diff(np.asarray(path)[:, :2], axis=0)
    steps = steps[np.linalg.norm(steps, axis=-1) > 1e-9]
    return np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))


def end_headings(path: ArrayLike) -> tuple[float, float]:
    """Heading [rad] of a path at its first and last point, as if its bends went on there."""
    headings = tangent_headings(path)
    if len(headings) < 3:
        return float(headings[0]), float(headings[-1])
    first = headings[0] - 0.5 * (headings[1] - headings[0])
    return float(first), float(headings[-1] + 0.5 * (headings[-1] - headings[-2]))


def route(start: ArrayLike, goal: ArrayLike, boxes: Sequence[Box]) -> list[Array]:
    """Waypoints of the shortest way from start to goal that keeps clear of boxes.

    A visibility graph over the grown corners (Lozano-Perez and Wesley 1979). Boxes that hold
    start or goal within their margin are grown less; if there is no way, the straight line.
    """
    ends = np.array([start, goal], dtype=float)
    grown = [(box, _margin(box, ends)) for box in boxes if box.distance(ends).min() > 1e-6]
    if not any(box.crosses(ends[0], ends[1], margin) for box, margin in grown):
        return [ends[0], ends[1]]
    corners = [box.corners(margin + 0.02) for box, margin in grown]
    nodes = np.concatenate([ends, *corners])
    free = np.ones((len(nodes), len(nodes)), dtype=bool)
    for box, margin in grown:
        free &= ~box.crosses(nodes[:, None], nodes[None], margin)
    return [nodes[i] for i in _shortest(nodes, free)]


def _margin(box: Box, ends: Array) -> float:
    return min(CLEARANCE + 0.1, float(box.distance(ends).min()) - 0.01)


def _shortest(nodes: Array, free: np.ndarray) -> list[int]:
    """Indices of the shortest way from node 0 to node 1 (Dijkstra 1959)."""
    cost, before = {0: 0.0}, {}
    queue = [(0.0, 0)]
    while queue:
        so_far, node = heapq.heappop(queue)
        if node == 1:
            break
        for other in np.flatnonzero(free[node]):
            total = so_far + float(np.linalg.norm(nodes[other] - nodes[node]))
            if total < cost.get(int(other), np.inf) - 1e-12:
                cost[int(other)], before[int(other)] = total, node
                heapq.heappush(queue, (total, int(other)))
    if 1 not in before:
        return [0, 1]
    way = [1]
    while way[-1]:
        way.append(before[way[-1]])
    return way[::-1]
