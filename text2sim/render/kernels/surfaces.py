"""What is seen in each fragment: position, normal and material."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy import float32 as f32

from text2sim.compiling import inner
from text2sim.render.kernels.lighting import Colour, fifth
from text2sim.render.kernels.materials import lay_mortar, pattern_ground, pattern_object
from text2sim.render.kernels.texturing import Textures, lay_texture
from text2sim.render.kernels.work import (
    BLUE,
    CLEAR,
    DEPTH,
    FOOT_U,
    FOOT_V,
    GREEN,
    METAL,
    NX,
    NY,
    NZ,
    ONE,
    PX,
    PY,
    PZ,
    RED,
    ROUGH,
    TINY,
    ZERO,
    U,
    V,
    W,
    X,
    Y,
)


class Camera(NamedTuple):
    """Eye [m], world, unit axes of `text2sim.maths.camera`, focal length and centre [px]."""

    eye: Colour
    right: Colour
    down: Colour
    forward: Colour
    focal: float
    centre_x: float
    centre_y: float


class Geometry(NamedTuple):
    """All triangles: vertex arrays (V, ...) and face arrays (F, ...)."""

    world: np.ndarray
    normals: np.ndarray
    local: np.ndarray
    colours: np.ndarray
    roughness: np.ndarray
    faces: np.ndarray
    closed: np.ndarray
    """Faces of closed meshes, whose back is never seen."""
    patterns: np.ndarray
    metalness: np.ndarray
    opacity: np.ndarray
    textures: Textures


class Floor(NamedTuple):
    """Look of the plane z = 0."""

    colour: Colour
    mortar: Colour
    roughness: float
    pattern: int


MORTAR = (f32(0.42), f32(0.40), f32(0.37))
"""Linear colour of the joints of objects."""


@inner
def fill_ground(work: np.ndarray, count: int, camera: Camera, floor: Floor) -> None:
    """The fragments lie on the ground."""
    ex, ey, ez = f32(camera.eye[0]), f32(camera.eye[1]), f32(camera.eye[2])
    rx, ry, rz = f32(camera.right[0]), f32(camera.right[1]), f32(camera.right[2])
    dx, dy, dz = f32(camera.down[0]), f32(camera.down[1]), f32(camera.down[2])
    fx, fy, fz = f32(camera.forward[0]), f32(camera.forward[1]), f32(camera.forward[2])
    inverse = f32(1.0 / camera.focal)
    cx, cy = f32(camera.centre_x), f32(camera.centre_y)
    red, green, blue = f32(floor.colour[0]), f32(floor.colour[1]), f32(floor.colour[2])
    rough = f32(floor.roughness)
    for i in range(count):
        u, v = (work[X + i] - cx) * inverse, (work[Y + i] - cy) * inverse
        ray_x, ray_y = fx + u * rx + v * dx, fy + u * ry + v * dy
        down = ONE / (fz + u * rz + v * dz)
        t = -ez * down
        work[DEPTH + i] = t
        work[PX + i], work[PY + i], work[PZ + i] = ex + t * ray_x, ey + t * ray_y, ZERO
        work[NX + i], work[NY + i], work[NZ + i] = ZERO, ZERO, ONE
        work[U + i], work[V + i] = ex + t * ray_x, ey + t * ray_y
        # Footprint of a pixel: how far the hit moves for one pixel to the right and one down.
        step, slant_x, slant_y = t * inverse, rz * down, dz * down
        work[FOOT_U + i] = step * (abs(rx - ray_x * slant_x) + abs(dx - ray_x * slant_y))
        work[FOOT_V + i] = step * (abs(ry - ray_y * slant_x) + abs(dy - ray_y * slant_y))
        work[RED + i], work[GREEN + i], work[BLUE + i] = red, green, blue
        work[ROUGH + i], work[METAL + i], work[CLEAR + i] = rough, ZERO, ZERO
    if floor.pattern > 0:
        pattern_ground(work, count, floor.pattern)
        lay_mortar(
            work, count,
            f32(floor.mortar[0]), f32(floor.mortar[1]), f32(floor.mortar[2]),
        )  # fmt: skip


@inner
def fill_face(
    work: np.ndarray, count: int, face: int, camera: Camera, geometry: Geometry,
    box: np.ndarray, plane: np.ndarray,
) -> None:  # fmt: skip
    """The fragments lie on one face."""
    i0, i1, i2 = geometry.faces[face, 0], geometry.faces[face, 1], geometry.faces[face, 2]
    a0, b0, c0 = plane[0, 0], plane[0, 1], plane[0, 2]
    a1, b1, c1 = plane[1, 0], plane[1, 1], plane[1, 2]
    a2, b2, c2 = plane[2, 0], plane[2, 1], plane[2, 2]
    left, top = f32(box[0]), f32(box[2])
    for i in range(count):
        x, y = work[X + i] - left, work[Y + i] - top
        p = max(a0 * x + b0 * y + c0, ZERO)
        q = max(a1 * x + b1 * y + c1, ZERO)
        r = max(a2 * x + b2 * y + c2, ZERO)
        depth = ONE / (p + q + r + TINY)
        work[DEPTH + i] = depth
        # Barycentric coordinates wait where the pattern's come later.
        work[U + i], work[V + i], work[W + i] = p * depth, q * depth, r * depth
    _blend(work, count, geometry.world, i0, i1, i2, PX)
    _blend(work, count, geometry.colours, i0, i1, i2, RED)
    _blend(work, count, geometry.normals, i0, i1, i2, NX)
    _finish_normals(work, count, camera)
    k0, k1, k2 = geometry.roughness[i0], geometry.roughness[i1], geometry.roughness[i2]
    metal = geometry.metalness[face]
    for i in range(count):
        work[ROUGH + i] = work[U + i] * k0 + work[V + i] * k1 + work[W + i] * k2
        work[METAL + i], work[CLEAR + i] = metal, ZERO
    if geometry.textures.numbers[face] >= 0:
        lay_texture(work, count, geometry.textures, face, (i0, i1, i2), plane, DEPTH)
    if geometry.opacity[face] < ONE:
        _let_through(work, count, camera, ONE - geometry.opacity[face])
    pattern = geometry.patterns[face]
    if pattern > 0:
        _blend(work, count, geometry.local, i0, i1, i2, U)
        pattern_object(work, count, pattern)
        lay_mortar(work, count, MORTAR[0], MORTAR[1], MORTAR[2])


@inner
def _blend(
    work: np.ndarray, count: int, array: np.ndarray, i: int, j: int, k: int, out: int
) -> None:
    """Rows i, j, k of (V, 3), mixed by the barycentric coordinates in U, V, W, to `out`."""
    ax, ay, az = array[i, 0], array[i, 1], array[i, 2]
    bx, by, bz = array[j, 0], array[j, 1], array[j, 2]
    cx, cy, cz = array[k, 0], array[k, 1], array[k, 2]
    for n in range(count):
        p, q, r = work[U + n], work[V + n], work[W + n]
        work[out + n] = p * ax + q * bx + r * cx
        work[out + (PY - PX) + n] = p * ay + q * by + r * cy
        work[out + (PZ - PX) + n] = p * az + q * bz + r * cz


@inner
def _finish_normals(work: np.ndarray, count: int, camera: Camera) -> None:
    """Unit length, towards the eye on the back of open meshes; footprints."""
    ex, ey, ez = f32(camera.eye[0]), f32(camera.eye[1]), f32(camera.eye[2])
    inverse = f32(1.0 / camera.focal)
    for i in range(count):
        nx, ny, nz = work[NX + i], work[NY + i], work[NZ + i]
        vx, vy, vz = ex - work[PX + i], ey - work[PY + i], ez - work[PZ + i]
        k = ONE / np.sqrt(nx * nx + ny * ny + nz * nz + TINY)
        far = ONE / np.sqrt(vx * vx + vy * vy + vz * vz + TINY)
        facing = (nx * vx + ny * vy + nz * vz) * k * far
        k = -k if facing < f32(-0.25) else k
        work[NX + i], work[NY + i], work[NZ + i] = nx * k, ny * k, nz * k
        foot = work[DEPTH + i] * inverse / max(facing, f32(0.25))
        work[FOOT_U + i] = foot


@inner
def _let_through(work: np.ndarray, count: int, camera: Camera, share: float) -> None:
    """A transparent surface lets light through, but little where it is seen at a low angle."""
    ex, ey, ez = f32(camera.eye[0]), f32(camera.eye[1]), f32(camera.eye[2])
    for i in range(count):
        vx, vy, vz = ex - work[PX + i], ey - work[PY + i], ez - work[PZ + i]
        far = np.sqrt(vx * vx + vy * vy + vz * vz + TINY)
        facing = abs(work[NX + i] * vx + work[NY + i] * vy + work[NZ + i] * vz) / far
        work[CLEAR + i] = share * (ONE - fifth(min(facing, ONE)))
