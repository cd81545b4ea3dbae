"""Moving vertices: rigid objects and skinned bodies."""

from __future__ import annotations

import numpy as np

from text2sim.compiling import kernel


@kernel
def place(
    start: int,
    stop: int,
    rest: np.ndarray,
    rest_normals: np.ndarray,
    pose: np.ndarray,
    world: np.ndarray,
    normals: np.ndarray,
) -> None:
    """Vertices and normals (V, 3) by one rigid transform, (3, 4)."""
    for v in range(start, stop):
        x, y, z = rest[v, 0], rest[v, 1], rest[v, 2]
        i, j, k = rest_normals[v, 0], rest_normals[v, 1], rest_normals[v, 2]
        for axis in range(3):
            a, b, c = pose[axis, 0], pose[axis, 1], pose[axis, 2]
            world[v, axis] = a * x + b * y + c * z + pose[axis, 3]
            normals[v, axis] = a * i + b * j + c * k


@kernel
def skin(
    start: int,
    stop: int,
    rest: np.ndarray,
    rest_normals: np.ndarray,
    joints: np.ndarray,
    weights: np.ndarray,
    poses: np.ndarray,
    world: np.ndarray,
    normals: np.ndarray,
) -> None:
    """Linear blend skinning of vertices and normals (V, 3) by joint transforms, (22, 3, 4)."""
    for v in range(start, stop):
        x, y, z = rest[v, 0], rest[v, 1], rest[v, 2]
        i, j, k = rest_normals[v, 0], rest_normals[v, 1], rest_normals[v, 2]
        for axis in range(3):
            p = n = np.float32(0.0)
            for slot in range(4):
                row = poses[joints[v, slot], axis]
                w = weights[v, slot]
                p += w * (row[0] * x + row[1] * y + row[2] * z + row[3])
                n += w * (row[0] * i + row[1] * j + row[2] * k)
            world[v, axis] = p
            normals[v, axis] = n
