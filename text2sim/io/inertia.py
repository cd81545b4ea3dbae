"""Mass properties and shapes of a scene's objects, as robot formats want them."""

from __future__ import annotations

import numpy as np

from text2sim.types.scene import ConvexPart, SceneObject

_ROUND = 0.02
"""A hull is a ball if no corner is further than this part of the radius from its sphere."""
_THIN = 1e-4
"""The least half side [m] of a box that stands for an object without volume."""


def ball(item: SceneObject) -> tuple[np.ndarray, float] | None:
    """Centre (3,) and radius [m] of an object that is one ball, else None."""
    if len(item.parts) != 1 or len(item.parts[0].vertices) < 12:
        return None
    vertices = item.parts[0].vertices
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    centre, radius = 0.5 * (low + high), 0.5 * float((high - low).max())
    off = np.abs(np.linalg.norm(vertices - centre, axis=1) - radius)
    return (centre, radius) if off.max() < _ROUND * radius else None


def inertia(item: SceneObject) -> np.ndarray:
    """Inertia tensor about the centre of mass in the object's axes [kg m2], (3, 3).

    Where the object does not bring its own, the mass is spread evenly over the collision parts.
    """
    if item.inertia is not None:
        return np.asarray(item.inertia)
    round_one = ball(item)
    if round_one is not None:
        return 0.4 * item.mass * round_one[1] ** 2 * np.eye(3)
    parts = [_moments(part) for part in item.parts]
    total = sum(volume for volume, _, _ in parts)
    if not total > 0.0:
        return np.eye(3) * item.mass * _THIN**2
    middle = sum(volume * centre for volume, centre, _ in parts) / total
    tensor = np.zeros((3, 3))
    for volume, centre, own in parts:
        arm = centre - middle
        tensor += own + volume * (arm @ arm * np.eye(3) - np.outer(arm, arm))
    return tensor * item.mass / total


def _moments(part: ConvexPart) -> tuple[float, np.ndarray, np.ndarray]:
    """Volume [m3], centre [m] and inertia tensor about it at density 1 of a hull."""
    from trimesh import Trimesh

    hull = Trimesh(part.vertices, faces(part), process=False)
    return float(hull.volume), np.asarray(hull.center_mass), np.asarray(hull.moment_inertia)


def faces(part: ConvexPart) -> np.ndarray:
    """Triangles of the hull of a part, counter-clockwise from outside, (F, 3)."""
    from scipy.spatial import ConvexHull

    hull = ConvexHull(part.vertices)
    corners = part.vertices[hull.simplices]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    inward = np.sum(normals * hull.equations[:, :3], axis=1) < 0.0
    triangles = np.array(hull.simplices)
    triangles[inward] = triangles[inward][:, ::-1]
    return triangles


def corners(part: ConvexPart) -> ConvexPart:
    """The part without points inside its hull."""
    from scipy.spatial import ConvexHull

    return ConvexPart(vertices=part.vertices[np.sort(ConvexHull(part.vertices).vertices)])
