"""A body for motion that has none: capsules and boxes on the bones, coloured by side."""

from __future__ import annotations

import numpy as np

from text2sim.maths import quaternions as quat
from text2sim.physical_body import Box, Capsule, segment_shapes
from text2sim.skeleton import JOINTS, Skeleton
from text2sim.types.scene import SkinnedMesh

_MASS = 68.0
"""Of an adult of the usual stature [kg]: it sets the girth."""
_COLOURS = {"left": (0.62, 0.12, 0.05), "right": (0.03, 0.15, 0.45), "middle": (0.30, 0.32, 0.36)}


def mannequin(skeleton: Skeleton) -> SkinnedMesh:
    """The shapes that the physics would collide with, each bound to its own joint."""
    rest = skeleton.rest_positions()
    shapes = segment_shapes(skeleton, _MASS * skeleton.scale**3)
    vertices, normals, faces, colours, joints = _lists(5)
    for joint, shape in enumerate(shapes):
        points, outward, triangles = _surface(shape)
        faces.append(triangles + sum(len(part) for part in vertices))
        vertices.append(points + rest[joint])
        normals.append(outward)
        side = JOINTS[joint].partition("_")[0]
        colours.append(np.tile(_COLOURS.get(side, _COLOURS["middle"]), (len(points), 1)))
        joints.append(np.full(len(points), joint))
    owner = np.concatenate(joints)
    return SkinnedMesh(
        vertices=np.concatenate(vertices),
        normals=np.concatenate(normals),
        faces=np.concatenate(faces),
        colours=np.concatenate(colours),
        roughness=np.full(len(owner), 0.7),
        joints=np.stack([owner] * 4, axis=1),
        weights=np.tile([1.0, 0.0, 0.0, 0.0], (len(owner), 1)),
    )


def _lists(count: int) -> tuple[list[np.ndarray], ...]:
    return tuple([] for _ in range(count))


def _surface(shape: Capsule | Box) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vertices [m], normals and faces in the joint's frame."""
    if isinstance(shape, Box):
        return _box(shape)
    across, along = np.meshgrid(np.linspace(0.0, 2.0 * np.pi, 17), np.linspace(0.0, np.pi, 13))
    normals = np.stack(
        [np.sin(along) * np.cos(across), np.cos(along), np.sin(along) * np.sin(across)], axis=-1
    ).reshape(-1, 3)
    # The rows of a sphere, the upper half at the end and the lower at the start; a doubled row
    # is not needed, as the one at the equator stretches along the whole capsule.
    ends = np.where(normals[:, 1:2] > 1e-9, 0.5, -0.5) * [0.0, shape.length, 0.0]
    points = shape.centre + quat.rotate(shape.axes_wxyz, ends + shape.radius * normals)
    return points, quat.rotate(shape.axes_wxyz, normals), _grid(13, 17)


def _grid(rows: int, columns: int) -> np.ndarray:
    """Triangles (F, 3) between neighbouring rows of a sphere, counter-clockwise from outside."""
    first = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    below = first + columns
    return np.concatenate(
        [
            np.stack([first, first + 1, below], axis=1),
            np.stack([first + 1, below + 1, below], axis=1),
        ]
    )


def _box(shape: Box) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Four vertices a side, so that edges are sharp."""
    vertices, normals, faces = _lists(3)
    for axis in range(3):
        for sign in (-1.0, 1.0):
            u, v = (axis + 1) % 3, (axis + 2) % 3
            corners = np.zeros((4, 3))
            corners[:, axis] = sign
            corners[:, u] = np.array([-1.0, 1.0, 1.0, -1.0]) * sign
            corners[:, v] = [-1.0, -1.0, 1.0, 1.0]
            faces.append(np.array([[0, 1, 2], [0, 2, 3]]) + 4 * len(vertices))
            vertices.append(shape.centre + 0.5 * corners * shape.extents)
            normals.append(np.tile(np.eye(3)[axis] * sign, (4, 1)))
    return np.concatenate(vertices), np.concatenate(normals), np.concatenate(faces)
