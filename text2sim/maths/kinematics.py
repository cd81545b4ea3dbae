"""Forward kinematics of a joint tree."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from text2sim.maths import quaternions as quat

Array = NDArray[np.floating]


def forward(
    parents: Sequence[int], offsets: ArrayLike, root_positions: ArrayLike, rotations_wxyz: ArrayLike
) -> tuple[Array, Array]:
    """World positions and rotations of every joint.

    Args:
        parents: index of each joint's parent, -1 for the root; parents come first.
        offsets: joint position in its parent's frame [m], shape (J, 3).
        root_positions: world position of joint 0 [m], shape (..., 3).
        rotations_wxyz: rotation of each joint relative to its parent, shape (..., J, 4).

    Returns:
        positions [m], shape (..., J, 3), and rotations_wxyz, shape (..., J, 4), both world.
    """
    offsets, local = np.asarray(offsets), np.asarray(rotations_wxyz)
    positions = [np.asarray(root_positions)]
    rotations = [local[..., 0, :]]
    for joint in range(1, len(parents)):
        parent = parents[joint]
        positions.append(positions[parent] + quat.rotate(rotations[parent], offsets[joint]))
        rotations.append(quat.mul(rotations[parent], local[..., joint, :]))
    return np.stack(positions, axis=-2), np.stack(rotations, axis=-2)


def to_local(parents: Sequence[int], world_wxyz: ArrayLike) -> Array:
    """Rotations relative to the parent from world rotations, both (..., J, 4)."""
    world = np.asarray(world_wxyz)
    local = [world[..., 0, :]]
    local += [
        quat.inv_mul(world[..., parents[j], :], world[..., j, :]) for j in range(1, len(parents))
    ]
    return np.stack(local, axis=-2)
