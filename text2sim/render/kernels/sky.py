"""What is behind everything: a gradient with a glow by the sun, clouds, and hills or houses."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy import float32 as f32

from text2sim.compiling import inner
from text2sim.render.kernels.lighting import Colour, Lights
from text2sim.render.kernels.patterns import cell_value, noise
from text2sim.render.kernels.surfaces import Camera
from text2sim.render.kernels.work import (
    HALF,
    ONE,
    OUT_BLUE,
    OUT_GREEN,
    OUT_RED,
    SKY_BLUE,
    SKY_GREEN,
    SKY_RED,
    TINY,
    TWO,
    ZERO,
    U,
    V,
    W,
    X,
    Y,
)


class Sky(NamedTuple):
    """What there is beside the gradient.

    Attributes:
        clouds: share of the sky that they cover, 0 to 1.
        hills, town: height of the hills and of the houses as seen from here [rad]; 0: none.
        hill: linear colour of the hills.
        glow: strength of the glow around the sun.
    """

    clouds: float
    hills: float
    town: float
    hill: Colour
    glow: float


@inner
def fill_sky(work: np.ndarray, count: int, camera: Camera, lights: Lights, sky: Sky) -> None:
    """Colour of the clear sky, or of its lower edge, behind each fragment; the view in U, V, W."""
    rx, ry, rz = f32(camera.right[0]), f32(camera.right[1]), f32(camera.right[2])
    dx, dy, dz = f32(camera.down[0]), f32(camera.down[1]), f32(camera.down[2])
    fx, fy, fz = f32(camera.forward[0]), f32(camera.forward[1]), f32(camera.forward[2])
    inverse = f32(1.0 / camera.focal)
    cx, cy = f32(camera.centre_x), f32(camera.centre_y)
    sx, sy, sz = f32(lights.to_sun[0]), f32(lights.to_sun[1]), f32(lights.to_sun[2])
    zr, zg, zb = f32(lights.zenith[0]), f32(lights.zenith[1]), f32(lights.zenith[2])
    hr, hg, hb = f32(lights.horizon[0]), f32(lights.horizon[1]), f32(lights.horizon[2])
    sr = f32(sky.glow * lights.sun[0])
    sg, sb = f32(sky.glow * lights.sun[1]), f32(sky.glow * lights.sun[2])
    for i in range(count):
        u, v = (work[X + i] - cx) * inverse, (work[Y + i] - cy) * inverse
        x, y, z = fx + u * rx + v * dx, fy + u * ry + v * dy, fz + u * rz + v * dz
        k = ONE / np.sqrt(x * x + y * y + z * z + TINY)
        low = ONE - min(max(z * k, ZERO), ONE)
        high = ONE - low * low * low
        glow = max((x * sx + y * sy + z * sz) * k, ZERO)
        glow = glow * glow
        glow = glow * glow
        work[U + i], work[V + i], work[W + i] = x * k, y * k, z * k
        work[SKY_RED + i] = hr + (zr - hr) * high + sr * glow
        work[SKY_GREEN + i] = hg + (zg - hg) * high + sg * glow
        work[SKY_BLUE + i] = hb + (zb - hb) * high + sb * glow


@inner
def show_sky(work: np.ndarray, count: int, camera: Camera, lights: Lights, sky: Sky) -> None:
    """Fragments that see nothing but the sky."""
    for i in range(count):
        work[OUT_RED + i] = work[SKY_RED + i]
        work[OUT_GREEN + i] = work[SKY_GREEN + i]
        work[OUT_BLUE + i] = work[SKY_BLUE + i]
    if sky.clouds > 0.0:
        _add_clouds(work, count, lights, f32(sky.clouds))
    if sky.hills > 0.0 and work[W] < f32(2.0 * sky.hills + sky.town):
        _add_hills(work, count, lights, sky, f32(1.0 / camera.focal))


@inner
def _add_clouds(work: np.ndarray, count: int, lights: Lights, cover: float) -> None:
    """A layer far above; it fades towards the horizon."""
    ar = f32(0.55 * lights.ambient[0] + 0.28 * lights.sun[0])
    ag = f32(0.55 * lights.ambient[1] + 0.28 * lights.sun[1])
    ab = f32(0.55 * lights.ambient[2] + 0.28 * lights.sun[2])
    for i in range(count):
        z = max(work[W + i], ZERO)
        k = f32(1.3) / (z + f32(0.16))
        u, v = work[U + i] * k, work[V + i] * k
        shape = noise(u, v + f32(3.0)) + HALF * noise(TWO * u + f32(17.0), TWO * v)
        shape += f32(0.25) * noise(f32(4.1) * u, f32(4.1) * v + f32(5.0))
        shape += f32(0.13) * noise(f32(8.7) * u + f32(2.0), f32(8.7) * v)
        dense = min(max((shape + f32(1.9) * cover - f32(0.85)) * f32(0.9), ZERO), ONE)
        dense = dense * dense * (f32(3.0) - TWO * dense) * z / (z + f32(0.05)) * f32(0.85)
        work[OUT_RED + i] += (ar - work[OUT_RED + i]) * dense
        work[OUT_GREEN + i] += (ag - work[OUT_GREEN + i]) * dense
        work[OUT_BLUE + i] += (ab - work[OUT_BLUE + i]) * dense


@inner
def _add_hills(work: np.ndarray, count: int, lights: Lights, sky: Sky, pixel: float) -> None:
    """Two ridges in the haze, and houses before them; edges are as wide as a `pixel` [rad]."""
    tall, town = f32(sky.hills), f32(sky.town)
    hr, hg, hb = f32(lights.horizon[0]), f32(lights.horizon[1]), f32(lights.horizon[2])
    wall = f32(0.30)
    r, g, b = f32(sky.hill[0]), f32(sky.hill[1]), f32(sky.hill[2])
    for i in range(count):
        x, y = work[U + i], work[V + i]
        k = ONE / np.sqrt(x * x + y * y + TINY)
        x, y, up = x * k, y * k, work[W + i] * k
        far = f32(0.62) + f32(0.42) * noise(x * f32(2.3) + f32(4.0), y * f32(2.3))
        far += f32(0.16) * noise(x * f32(9.0), y * f32(9.0) + f32(8.0))
        near = f32(0.30) + f32(0.20) * noise(x * f32(4.0) + f32(30.0), y * f32(4.0))
        near += f32(0.07) * noise(x * f32(40.0), y * f32(40.0))
        near += f32(0.05) * noise(x * f32(140.0), y * f32(140.0))
        house = cell_value(np.floor(x * f32(34.0)), np.floor(y * f32(34.0)))
        house = town * (HALF + HALF * house)
        for layer in range(3):
            edge = far * tall if layer == 0 else (near * tall if layer == 1 else house)
            haze = f32(0.74) if layer == 0 else (f32(0.48) if layer == 1 else f32(0.66))
            cr, cg, cb = (wall, wall, wall) if layer == 2 else (r, g, b)
            cr, cg, cb = cr + (hr - cr) * haze, cg + (hg - cg) * haze, cb + (hb - cb) * haze
            share = min(max((edge - up) / pixel + HALF, ZERO), ONE)
            work[OUT_RED + i] += (cr - work[OUT_RED + i]) * share
            work[OUT_GREEN + i] += (cg - work[OUT_GREEN + i]) * share
            work[OUT_BLUE + i] += (cb - work[OUT_BLUE + i]) * share
