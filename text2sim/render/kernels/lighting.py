"""Light on surfaces: what leaves each fragment towards the eye.

Surfaces reflect as a Lambert diffuser under a GGX microfacet layer (Walter et al. 2007, eq. 33;
Fresnel by Schlick 1994; masking in Hammon's form, GDC 2017, "PBR diffuse lighting for GGX+Smith").
Light from all around is reflected by the split sum of Karis (SIGGRAPH 2013 course, "Real shading
in Unreal Engine 4"), its second factor by a fit of our own. What bounces more than once between the
facets is given back after Turquin (2019, "Practical multiple scattering compensation for
microfacet models", eq. 16). What the layer reflects is taken from
the diffuse part, so no surface returns more than it gets.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy import float32 as f32

from text2sim.compiling import inner
from text2sim.render.kernels.work import (
    BLUE,
    CLEAR,
    GREEN,
    HALF,
    METAL,
    NX,
    NY,
    NZ,
    ONE,
    OPEN,
    OUT_BLUE,
    OUT_GREEN,
    OUT_RED,
    PX,
    PY,
    PZ,
    RED,
    ROUGH,
    SKY_BLUE,
    SKY_GREEN,
    SKY_RED,
    SUN,
    TINY,
    TWO,
    ZERO,
)

Colour = tuple[float, float, float]
DIELECTRIC = f32(0.04)
"""Reflectance of what is no metal, seen straight on."""


class Lights(NamedTuple):
    """Directions (unit, towards the light) and linear radiances.

    The sun's colour is the radiance of a white surface that faces it.
    """

    to_sun: Colour
    sun: Colour
    to_fill: Colour
    fill: Colour
    ambient: Colour
    """Light of the whole sky on surfaces that face up."""
    zenith: Colour
    horizon: Colour
    bounce: Colour
    haze: float
    """Distance at which 61 % of the colour is the horizon's [m]."""


@inner
def highlight(nl: float, nv: float, nh: float, rough: float) -> float:
    """Pi times the microfacet term D V of GGX, without Fresnel and cosine."""
    a = max(rough * rough, f32(0.02))
    square = a * a
    d = nh * nh * (square - ONE) + ONE
    masking = HALF / (TWO * nl * nv * (ONE - a) + (nl + nv) * a + f32(1e-6))
    return square / (d * d) * masking


@inner
def albedo(nv: float, rough: float) -> tuple[float, float]:
    """Factor and offset of the reflectance F0 under light from all around.

    Least squares fit of the integral over the hemisphere; 0.02 off on average, 0.13 at most.
    """
    g, m = ONE - rough, ONE - nv
    m2 = m * m
    m3 = m2 * m
    m5, m6 = m3 * m2, m3 * m3
    scale = f32(0.2622) + g * (f32(1.8054) - f32(1.0911) * g)
    scale += m * (f32(0.2272) + g * (f32(0.8772) * g - f32(0.9698)))
    scale += m3 * (f32(0.4045) + g * (f32(1.2659) * g - f32(2.0771)))
    scale += m6 * (f32(0.0064) + g * (f32(1.6053) - f32(2.5318) * g))
    offset = (
        f32(0.0029) - f32(0.0465) * m + m2 * (f32(0.0486) + g * (f32(0.4485) - f32(0.4056) * g))
    )
    offset += m5 * (f32(0.0411) + g * (f32(1.8256) * g - f32(0.7827)))
    offset = min(max(offset, ZERO), f32(0.9))
    return min(max(scale, f32(0.1)), ONE - offset), offset


@inner
def fifth(x: float) -> float:
    """(1 - x) to the fifth power, of Schlick's Fresnel term."""
    m = ONE - x
    return m * m * m * m * m


@inner
def light_fragments(work: np.ndarray, count: int, eye: Colour, lights: Lights) -> None:
    """Fill OUT_RED, OUT_GREEN, OUT_BLUE from the surfaces, SUN and OPEN; haze included."""
    ex, ey, ez = f32(eye[0]), f32(eye[1]), f32(eye[2])
    sx, sy, sz = f32(lights.to_sun[0]), f32(lights.to_sun[1]), f32(lights.to_sun[2])
    sr, sg, sb = f32(lights.sun[0]), f32(lights.sun[1]), f32(lights.sun[2])
    fx, fy, fz = f32(lights.to_fill[0]), f32(lights.to_fill[1]), f32(lights.to_fill[2])
    fr, fg, fb = f32(lights.fill[0]), f32(lights.fill[1]), f32(lights.fill[2])
    ar, ag, ab = f32(lights.ambient[0]), f32(lights.ambient[1]), f32(lights.ambient[2])
    br, bg, bb = f32(lights.bounce[0]), f32(lights.bounce[1]), f32(lights.bounce[2])
    zr, zg, zb = f32(lights.zenith[0]), f32(lights.zenith[1]), f32(lights.zenith[2])
    hr, hg, hb = f32(lights.horizon[0]), f32(lights.horizon[1]), f32(lights.horizon[2])
    reach = f32(1.0 / (lights.haze * lights.haze))
    for i in range(count):
        vx, vy, vz = ex - work[PX + i], ey - work[PY + i], ez - work[PZ + i]
        far = vx * vx + vy * vy + vz * vz + TINY
        k = ONE / np.sqrt(far)
        vx, vy, vz = vx * k, vy * k, vz * k
        nx, ny, nz = work[NX + i], work[NY + i], work[NZ + i]
        facing = nx * vx + ny * vy + nz * vz
        nv = min(max(facing, f32(0.05)), ONE)
        nl = max(nx * sx + ny * sy + nz * sz, ZERO)
        x, y, z = vx + sx, vy + sy, vz + sz
        k = ONE / np.sqrt(x * x + y * y + z * z + TINY)
        nh = min(max((nx * x + ny * y + nz * z) * k, ZERO), ONE)
        lh = (sx * x + sy * y + sz * z) * k
        rough, metal, open_sky = work[ROUGH + i], work[METAL + i], work[OPEN + i]
        sun = nl * work[SUN + i]
        shine = sun * highlight(nl, nv, nh, rough)
        edge = fifth(lh)
        scale, offset = albedo(nv, rough)
        again = ONE / (scale + offset) - ONE
        # Light from around: on the surface, and where the mirror direction looks.
        up = HALF + HALF * nz
        wrap = HALF + HALF * (nx * fx + ny * fy + nz * fz)
        wrap = wrap * wrap
        mirror = TWO * facing * nz - vz
        sharpness = ONE + f32(5.0) * (ONE - rough) * (ONE - rough)
        skyward = min(max(HALF + sharpness * (mirror + f32(0.05)), ZERO), ONE)
        high = max(mirror, ZERO)
        solid = ONE - metal
        through = work[CLEAR + i]
        fade = reach * far
        fade = ONE / (ONE + fade * (ONE + fade * (HALF + f32(0.2) * fade)))
        gone = (ONE - fade) * (ONE - through)
        # Three times the same, as loops over channels would stop the compiler.
        c = work[RED + i]
        base = DIELECTRIC * solid + c * metal
        all_around = (br + (ar - br) * up + fr * wrap) * open_sky
        glossy = (br + (hr + (zr - hr) * high - br) * skyward) * open_sky
        more = ONE + base * again
        layer = (base * scale + offset) * more
        body = c * solid * (ONE - layer) * (ONE - through)
        out = body * (all_around + sr * sun)
        out += layer * glossy + (base + (ONE - base) * edge) * more * shine * sr
        work[OUT_RED + i] = work[SKY_RED + i] * gone + out * fade
        c = work[GREEN + i]
        base = DIELECTRIC * solid + c * metal
        all_around = (bg + (ag - bg) * up + fg * wrap) * open_sky
        glossy = (bg + (hg + (zg - hg) * high - bg) * skyward) * open_sky
        more = ONE + base * again
        layer = (base * scale + offset) * more
        body = c * solid * (ONE - layer) * (ONE - through)
        out = body * (all_around + sg * sun)
        out += layer * glossy + (base + (ONE - base) * edge) * more * shine * sg
        work[OUT_GREEN + i] = work[SKY_GREEN + i] * gone + out * fade
        c = work[BLUE + i]
        base = DIELECTRIC * solid + c * metal
        all_around = (bb + (ab - bb) * up + fb * wrap) * open_sky
        glossy = (bb + (hb + (zb - hb) * high - bb) * skyward) * open_sky
        more = ONE + base * again
        layer = (base * scale + offset) * more
        body = c * solid * (ONE - layer) * (ONE - through)
        out = body * (all_around + sb * sun)
        out += layer * glossy + (base + (ONE - base) * edge) * more * shine * sb
        work[OUT_BLUE + i] = work[SKY_BLUE + i] * gone + out * fade
