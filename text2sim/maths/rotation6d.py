"""The 6D form of rotations (Zhou et al. 2019): two columns of the matrix; continuous, so learnable.

Two layouts are in use. "columns" is HumanML3D's: first column, then second. "rows" is PyTorch3D's:
first row, then second.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from text2sim.maths import quaternions as quat

Array = NDArray[np.floating]
Layout = Literal["columns", "rows"]


def from_quaternion(rotations_wxyz: ArrayLike, layout: Layout = "columns") -> Array:
    """6D form (..., 6) of unit quaternions (..., 4)."""
    q = np.asarray(rotations_wxyz)
    q = q if layout == "columns" else quat.inv(q)
    return np.concatenate(
        [quat.rotate(q, [1.0, 0.0, 0.0]), quat.rotate(q, [0.0, 1.0, 0.0])], axis=-1
    )


def to_matrix(sixes: ArrayLike, layout: Layout = "columns") -> Array:
    """Rotation matrices (..., 3, 3) of any six numbers (..., 6), by Gram-Schmidt.

    Where the two vectors are zero or parallel, another axis stands in.
    """
    sixes = np.asarray(sixes, dtype=np.float64)
    x = _unit(sixes[..., :3], np.array([1.0, 0.0, 0.0]))
    spare = np.where(np.abs(x[..., :1]) < 0.9, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
    y = _unit(_across(sixes[..., 3:], x), _across(spare, x))
    y = _unit(y, y)
    matrix = np.stack([x, y, np.cross(x, y)], axis=-1)
    return matrix if layout == "columns" else np.swapaxes(matrix, -1, -2)


def to_quaternion(sixes: ArrayLike, layout: Layout = "columns") -> Array:
    """Unit quaternions wxyz (..., 4) of any six numbers (..., 6)."""
    return quat.from_matrix(to_matrix(sixes, layout))


def _across(vectors: Array, axis: Array) -> Array:
    return vectors - np.sum(vectors * axis, axis=-1, keepdims=True) * axis


def _unit(vectors: Array, spare: Array) -> Array:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.where(length > 1e-8, vectors / np.maximum(length, 1e-12), spare)
