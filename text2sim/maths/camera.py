"""Pinhole camera: looking and projecting.

The camera frame is right-handed with X to the right, Y down and Z along the view direction;
pixel (0, 0) is the outer corner of the top left pixel.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating]


def look_at(eye: ArrayLike, target: ArrayLike) -> Array:
    """Rows are the camera's right, down and forward axes in the world, (..., 3, 3).

    Straight up or down views take world +X as the top of the picture.
    """
    forward = np.subtract(target, eye).astype(np.float64)
    forward /= np.maximum(np.linalg.norm(forward, axis=-1, keepdims=True), 1e-12)
    steep = np.abs(forward[..., 2:]) > 0.999
    up = np.where(steep, [1.0, 0.0, 0.0], [0.0, 0.0, 1.0])
    right = np.cross(forward, up)
    right /= np.linalg.norm(right, axis=-1, keepdims=True)
    return np.stack([right, np.cross(forward, right), forward], axis=-2)


def focal_length(fov: float, size: tuple[int, int]) -> float:
    """Focal length [px] where `fov` [rad] spans the shorter side of the picture."""
    return 0.5 * min(size) / np.tan(0.5 * fov)


def project(
    points: ArrayLike, eye: ArrayLike, target: ArrayLike, fov: float, size: tuple[int, int]
) -> tuple[Array, Array]:
    """Pixel coordinates (..., 2) and depth along the optical axis [m] (...) of world points.

    Leading axes of eye and target (..., 3) broadcast against those of the points.
    """
    local = np.einsum("...ij,...j->...i", look_at(eye, target), np.subtract(points, eye))
    depth = local[..., 2]
    scale = focal_length(fov, size) / np.where(np.abs(depth) < 1e-9, 1e-9, depth)
    return local[..., :2] * scale[..., None] + 0.5 * np.asarray(size), depth


def fit_view(groups: Sequence[tuple[Array, Array, Array | float]]) -> tuple[Array, float]:
    """Target (3,) and least distance [m] of a camera that shows balls, in camera axes.

    A ball at (x, y, z) of radius r is inside if |x - cx| + r <= k (z - cz + d), and so for y. With
    the extremes h of x + r - k z and l of x - r + k z, d >= (h1 - l2) / (k1 + k2) for every two
    groups is needed and enough.

    Args:
        groups: centres in camera axes (N, 3), half width and height of the usable picture at
            distance 1, (2,), and radii (N,); the target is as deep as the mean of the first group.
    """
    depth = float(groups[0][0][:, 2].mean())
    bounds = []
    for points, slopes, radii in groups:
        reach = np.broadcast_to(radii, len(points))[:, None]
        lean = slopes * (points[:, 2:] - depth)
        low = (points[:, :2] - reach + lean).min(axis=0)
        high = (points[:, :2] + reach - lean).max(axis=0)
        bounds.append((low, high, np.asarray(slopes)))
    distance = max(
        float(((high - low) / (k1 + k2)).max()) for _, high, k1 in bounds for low, _, k2 in bounds
    )
    least = np.max([high - k * distance for _, high, k in bounds], axis=0)
    most = np.min([low + k * distance for low, _, k in bounds], axis=0)
    return np.append((least + most) / 2, depth), distance
