"""The picture's light and colour: a bright, calm studio under an open sky."""

from __future__ import annotations

import numpy as np

from text2sim.render.kernels.patterns import PATTERNS, noise_lattice
from text2sim.render.kernels.shading import Colour, Floor, Lights, Tables
from text2sim.types import Surface

SUN_DIRECTION = (-0.42, -0.55, 0.78)
"""Towards the sun, world; the length does not matter."""
EXPOSURE = 1.0


def lights() -> Lights:
    """A warm sun from the upper left front, a cool sky, and light bounced off the ground."""
    return Lights(
        to_sun=_unit(SUN_DIRECTION),
        sun=(2.05, 1.93, 1.74),
        to_fill=_unit((0.7, -0.6, 0.35)),
        fill=(0.20, 0.21, 0.24),
        zenith=(0.44, 0.58, 0.84),
        horizon=(0.80, 0.85, 0.90),
        bounce=(0.30, 0.28, 0.26),
        haze=34.0,
    )


def floor(surface: Surface) -> Floor:
    """The ground: its own colour, with joints darker than the tiles."""
    red, green, blue = surface.colour
    return Floor(
        colour=(red, green, blue),
        mortar=(0.62 * red, 0.62 * green, 0.62 * blue),
        roughness=float(surface.roughness),
        pattern=PATTERNS.index(surface.pattern),
    )


def tables() -> Tables:
    """Constants of the shading kernel."""
    return Tables(noise=noise_lattice(), tone=_tone_curve(), dither=_dither())


def _tone_curve() -> np.ndarray:
    """Display value (0 to 255) over sqrt(radiance) * 1024: filmic curve, then sRGB.

    The curve is Narkowicz' fit of ACES (2015), "ACES Filmic Tone Mapping Curve".
    """
    x = EXPOSURE * (np.arange(4096) / 1024.0) ** 2 * 0.8
    mapped = np.clip(x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14), 0.0, 1.0)
    encoded = np.where(mapped <= 0.0031308, 12.92 * mapped, 1.055 * mapped ** (1 / 2.4) - 0.055)
    return (255.0 * encoded).astype(np.float32)


def _dither() -> np.ndarray:
    """Bayer's 8 x 8 matrix, 0 to 1: added before rounding down, it keeps gradients smooth."""
    bayer = np.zeros((1, 1))
    for _ in range(3):
        bayer = np.block([[4 * bayer, 4 * bayer + 2], [4 * bayer + 3, 4 * bayer + 1]])
    return ((bayer + 0.5) / 64.0).astype(np.float32)


def _unit(direction: Colour) -> Colour:
    x, y, z = np.asarray(direction) / np.linalg.norm(direction)
    return float(x), float(y), float(z)
