"""Euler angles [rad], intrinsic: order "ZXY" is the rotation R_z(first) R_x(second) R_y(third)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from text2sim.errors import ConfigError
from text2sim.maths import quaternions as quat

Array = NDArray[np.floating]

_LOCKED = 1e-9


def from_euler(angles: ArrayLike, order: str) -> Array:
    """Quaternions wxyz (..., 4) of angles (..., n) about the n axes of `order`, such as "ZXY"."""
    angles = np.asarray(angles, dtype=np.float64)
    result = np.broadcast_to(quat.IDENTITY, (*angles.shape[:-1], 4))
    for index, axis in enumerate(order.upper()):
        result = quat.mul(result, quat.about(np.eye(3)["XYZ".index(axis)], angles[..., index]))
    return result


def to_euler(rotations_wxyz: ArrayLike, order: str) -> Array:
    """Angles (..., 3) about three different axes; the second lies in [-pi/2, pi/2].

    Where the second is a right angle (gimbal lock) the third is 0.

    Raises:
        ConfigError: `order` does not name each of X, Y and Z once.
    """
    if sorted(order.upper()) != ["X", "Y", "Z"]:
        raise ConfigError(f"Give an order such as 'ZXY', each axis once; got {order!r}.")
    i, j, k = ("XYZ".index(axis) for axis in order.upper())
    sign = 1.0 if (j - i) % 3 == 1 else -1.0
    m = quat.to_matrix(quat.normalise(rotations_wxyz))
    cosine = np.hypot(m[..., i, i], m[..., i, j])
    locked = cosine < _LOCKED
    first = np.where(
        locked,
        np.arctan2(sign * m[..., k, j], m[..., j, j]),
        np.arctan2(-sign * m[..., j, k], m[..., k, k]),
    )
    third = np.where(locked, 0.0, np.arctan2(-sign * m[..., i, j], m[..., i, i]))
    return np.stack([first, np.arctan2(sign * m[..., i, k], cosine), third], axis=-1)


def continuous(angles: ArrayLike) -> Array:
    """The same rotations (T, ..., 3) by angles that jump as little as possible along axis 0.

    (a, b, c) and (a + pi, pi - b, c + pi) are one rotation about three different axes: each frame
    takes the one nearer to the frame before, and then whole turns are added.
    """
    angles = np.asarray(angles, dtype=np.float64)
    other = angles * [1.0, -1.0, 1.0] + np.pi
    stay = np.abs(_wrap(np.diff(angles, axis=0))).sum(axis=-1)
    swap = np.abs(_wrap(other[1:] - angles[:-1])).sum(axis=-1)
    # Both solutions are equally far from both solutions before, so a swap counts on its own.
    swapped = np.cumsum(swap < stay, axis=0) % 2 == 1
    chosen = np.concatenate([angles[:1], np.where(swapped[..., None], other[1:], angles[1:])])
    return np.unwrap(chosen, axis=0)


def _wrap(angle: Array) -> Array:
    return (angle + np.pi) % (2.0 * np.pi) - np.pi
