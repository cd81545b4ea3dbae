"""Unit quaternions `wxyz`, shape (..., 4); vectors (..., 3). Named by their algebra.

A quaternion rotates column vectors: `rotate(mul(a, b), v) == rotate(a, rotate(b, v))`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating]

IDENTITY = np.array([1.0, 0.0, 0.0, 0.0])


def mul(a: ArrayLike, b: ArrayLike) -> Array:
    """Hamilton product a b."""
    a, b = np.asarray(a), np.asarray(b)
    aw, ax, ay, az = np.moveaxis(a, -1, 0)
    bw, bx, by, bz = np.moveaxis(b, -1, 0)
    return np.stack(
        [
            aw * bw - ax * bx - ay * by - az * bz,
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
        ],
        axis=-1,
    )


def inv(q: ArrayLike) -> Array:
    """Inverse of a unit quaternion."""
    return np.asarray(q) * np.array([1.0, -1.0, -1.0, -1.0])


def inv_mul(a: ArrayLike, b: ArrayLike) -> Array:
    """a⁻¹ b: the rotation b seen from the frame a."""
    return mul(inv(a), b)


def mul_inv(a: ArrayLike, b: ArrayLike) -> Array:
    """a b⁻¹: the rotation that takes b to a, in the frame both share."""
    return mul(a, inv(b))


def rotate(q: ArrayLike, v: ArrayLike) -> Array:
    """Vector v turned by q."""
    q, v = np.asarray(q), np.asarray(v)
    t = 2.0 * np.cross(q[..., 1:], v)
    return v + q[..., :1] * t + np.cross(q[..., 1:], t)


def inv_rotate(q: ArrayLike, v: ArrayLike) -> Array:
    """Vector v turned by q⁻¹: v seen from the frame q."""
    return rotate(inv(q), v)


def normalise(q: ArrayLike) -> Array:
    """Quaternion scaled to unit length."""
    q = np.asarray(q)
    return q / np.maximum(np.linalg.norm(q, axis=-1, keepdims=True), 1e-12)


def absolute(q: ArrayLike) -> Array:
    """The same rotation with w >= 0."""
    q = np.asarray(q)
    return np.where(q[..., :1] < 0.0, -q, q)


def unroll(q: ArrayLike) -> Array:
    """Signs chosen so that neighbours along axis 0 are on the same hemisphere."""
    q = np.array(q, copy=True)
    dots = np.sum(q[1:] * q[:-1], axis=-1)
    signs = np.cumprod(np.where(dots < 0.0, -1.0, 1.0), axis=0)
    q[1:] *= signs[..., None]
    return q


def exp(rotation_vector: ArrayLike) -> Array:
    """Quaternion of a rotation vector (axis times angle [rad])."""
    v = np.asarray(rotation_vector, dtype=np.float64)
    half = 0.5 * np.linalg.norm(v, axis=-1, keepdims=True)
    return np.concatenate([np.cos(half), 0.5 * v * np.sinc(half / np.pi)], axis=-1)


def log(q: ArrayLike) -> Array:
    """Rotation vector (axis times angle [rad], angle in [0, pi]) of a quaternion."""
    q = absolute(q)
    norm = np.linalg.norm(q[..., 1:], axis=-1, keepdims=True)
    angle = 2.0 * np.arctan2(norm, q[..., :1])
    return q[..., 1:] * np.where(norm > 1e-9, angle / np.maximum(norm, 1e-12), 2.0)


def about(axis: ArrayLike, angle: ArrayLike) -> Array:
    """Rotation by `angle` [rad] about the unit vector `axis`."""
    axis, angle = np.asarray(axis, dtype=np.float64), np.asarray(angle, dtype=np.float64)
    return exp(axis * angle[..., None])


def about_x(angle: ArrayLike) -> Array:
    """Rotation by `angle` [rad] about X (roll to the right)."""
    return about([1.0, 0.0, 0.0], angle)


def about_y(angle: ArrayLike) -> Array:
    """Rotation by `angle` [rad] about Y (positive leans a body that faces +X forward)."""
    return about([0.0, 1.0, 0.0], angle)


def about_z(angle: ArrayLike) -> Array:
    """Rotation by `angle` [rad] about Z (positive turns left)."""
    return about([0.0, 0.0, 1.0], angle)


def between(a: ArrayLike, b: ArrayLike) -> Array:
    """Shortest rotation that takes direction a to direction b (any lengths but zero)."""
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    a = a / np.linalg.norm(a, axis=-1, keepdims=True)
    b = b / np.linalg.norm(b, axis=-1, keepdims=True)
    a, b = np.broadcast_arrays(a, b)
    w = 1.0 + np.sum(a * b, axis=-1, keepdims=True)
    other = np.where(np.abs(a[..., :1]) < 0.9, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
    xyz = np.where(w > 1e-8, np.cross(a, b), np.cross(a, other))
    return normalise(np.concatenate([np.where(w > 1e-8, w, 0.0), xyz], axis=-1))


def slerp(a: ArrayLike, b: ArrayLike, t: ArrayLike) -> Array:
    """Spherical interpolation from a (t = 0) to b (t = 1) along the shorter arc."""
    t = np.asarray(t)[..., None]
    return mul(a, exp(t * log(inv_mul(a, b))))


def from_matrix(matrix: ArrayLike) -> Array:
    """Quaternion of rotation matrices, shape (..., 3, 3)."""
    m = np.asarray(matrix, dtype=np.float64)
    xx, yy, zz = m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]
    xy, xz, yz = (
        m[..., 0, 1] + m[..., 1, 0],
        m[..., 0, 2] + m[..., 2, 0],
        m[..., 1, 2] + m[..., 2, 1],
    )
    wx, wy, wz = (
        m[..., 2, 1] - m[..., 1, 2],
        m[..., 0, 2] - m[..., 2, 0],
        m[..., 1, 0] - m[..., 0, 1],
    )
    # Four candidates, each 4 q_i q: take the one with the largest diagonal (Shepperd 1978).
    rows = [
        [1 + xx + yy + zz, wx, wy, wz],
        [wx, 1 + xx - yy - zz, xy, xz],
        [wy, xy, 1 - xx + yy - zz, yz],
        [wz, xz, yz, 1 - xx - yy + zz],
    ]
    candidates = np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)
    best = np.argmax(np.diagonal(candidates, axis1=-2, axis2=-1), axis=-1)
    chosen = np.take_along_axis(candidates, best[..., None, None], axis=-2)[..., 0, :]
    return absolute(normalise(chosen))


def to_matrix(q: ArrayLike) -> Array:
    """Rotation matrices, shape (..., 3, 3)."""
    q = np.asarray(q)
    return np.stack([rotate(q, axis) for axis in np.eye(3)], axis=-1)


def heading(q: ArrayLike) -> Array:
    """Yaw [rad] of the direction in which the X axis of q points, seen from above."""
    forward = rotate(q, np.array([1.0, 0.0, 0.0]))
    return np.arctan2(forward[..., 1], forward[..., 0])


def angular_velocity(q: ArrayLike, fps: float) -> Array:
    """World-frame angular velocity [rad/s] along axis 0, shape (T, ..., 3): central differences."""
    q = np.asarray(q)
    if len(q) < 2:
        return np.zeros((*q.shape[:-1], 3))
    step = log(mul_inv(q[1:], q[:-1])) * fps
    return np.concatenate([step[:1], 0.5 * (step[1:] + step[:-1]), step[-1:]])
