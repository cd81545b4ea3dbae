"""Where a body can rest on the world, and on what."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from text2sim.control.reference import slopes
from text2sim.maths import quaternions as quat
from text2sim.physical_body import Box, Capsule, PhysicalBody
from text2sim.skeleton import JOINTS
from text2sim.types import Scene, Track

Array = NDArray[np.floating]

NEAR, SLOW = 0.03, 0.8
"""A point of the body bears load below this gap [m] and speed [m/s], and fully at half of them."""
UNDER = 0.03
"""What is this far above a point may still be what it stands on [m]."""
LIGHT = ("collar", "shoulder", "elbow", "wrist", "neck", "head", "foot")
"""Segments that are too light to be pushed through."""


def bearing_points(track: Track, body: PhysicalBody) -> tuple[Array, list[int]]:
    """Where a body can rest: the soles and the underside of heavy segments.

    Returns:
        points [m], world, (T, P, 3), and the joint whose segment carries each, P.
    """
    positions, turns = track.joints()
    points, joints = [], []
    for joint, shape in enumerate(body.shapes):
        if JOINTS[joint].endswith(LIGHT):
            continue
        if isinstance(shape, Capsule):
            ends: tuple[Array, ...] = (shape.start, shape.end)
            drop = shape.radius
        else:
            ends, drop = _sole_points(shape), 0.0
        for end in ends:
            centre = positions[:, joint] + quat.rotate(turns[:, joint], end)
            points.append(centre - [0.0, 0.0, drop])
            joints.append(joint)
    return np.stack(points, axis=1), joints


def _sole_points(foot: Box) -> tuple[Array, ...]:
    """Heel, arch and ball: along the middle of the sole, in the ankle's frame."""
    forward, down = 0.5 * foot.extents * np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0]])
    return tuple(foot.centre + down + part * forward for part in (-1.0, 0.0, 1.0))


def bearing_shares(
    points: Array, scene: Scene | None, fps: float, near: float = NEAR, slow: float = SLOW
) -> Array:
    """How much of a load each point may bear, 0 to 1, (T, P): near something below, and slow.

    Args:
        points: [m], world, (T, P, 3).
        scene: what is stood on; without one there is a floor at 0.
        fps: frames per second.
        near: gap [m], and slow: speed [m/s], from which on a point bears nothing.
    """
    speed = np.linalg.norm(slopes(points) * fps, axis=-1)
    gap = points[..., 2] - ground_under(points, scene)
    return np.clip(2.0 - 2.0 * gap / near, 0.0, 1.0) * np.clip(2.0 - 2.0 * speed / slow, 0.0, 1.0)


def ground_under(points: Array, scene: Scene | None) -> Array:
    """Height of what lies under points (..., 3), or less than `UNDER` above them [m], (...)."""
    ground = np.zeros(points.shape[:-1])
    for item in scene.objects if scene else ():
        top = item.top(points[..., :2])
        ground = np.where(top < points[..., 2] + UNDER, np.maximum(ground, top), ground)
    return ground
