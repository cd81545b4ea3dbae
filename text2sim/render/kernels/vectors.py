"""Vectors as tuples of three numbers, for kernels that take one point at a time."""

from __future__ import annotations

import numpy as np

from text2sim.compiling import inner
from text2sim.render.kernels.lighting import Colour
from text2sim.render.kernels.surfaces import Camera


@inner
def dot(a: Colour, b: Colour) -> float:
    """Scalar product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@inner
def scale(a: Colour, factor: float) -> Colour:
    """Product with a number."""
    return a[0] * factor, a[1] * factor, a[2] * factor


@inner
def unit(a: Colour) -> Colour:
    """Unit vector."""
    return scale(a, 1.0 / np.sqrt(max(dot(a, a), 1e-20)))


@inner
def blend(array: np.ndarray, i: int, j: int, k: int, b: Colour) -> Colour:
    """Rows i, j, k of (V, 3) with barycentric coordinates b."""
    return (
        b[0] * array[i, 0] + b[1] * array[j, 0] + b[2] * array[k, 0],
        b[0] * array[i, 1] + b[1] * array[j, 1] + b[2] * array[k, 1],
        b[0] * array[i, 2] + b[1] * array[j, 2] + b[2] * array[k, 2],
    )


@inner
def view_ray(camera: Camera, x: float, y: float) -> Colour:
    """Direction, with depth 1, through picture position (x, y) [px]."""
    u, v = (x - camera.centre_x) / camera.focal, (y - camera.centre_y) / camera.focal
    right, down, forward = camera.right, camera.down, camera.forward
    return (
        forward[0] + u * right[0] + v * down[0],
        forward[1] + u * right[1] + v * down[1],
        forward[2] + u * right[2] + v * down[2],
    )
