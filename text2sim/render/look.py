"""The picture's light and colour: a bright, calm studio under an open sky."""

from __future__ import annotations

import numpy as np

from text2sim.render.kernels.lighting import Colour, Lights
from text2sim.render.kernels.patterns import PATTERNS
from text2sim.render.kernels.surfaces import Floor
from text2sim.types import Surface

SUN_HEIGHT = 0.82
"""Angle of the sun above the horizon [rad]."""
SUN_SIDE = -1.1
"""The sun stands behind the camera, turned by this angle to its left (negative: right) [rad]."""


def lights(view: np.ndarray, ground: Surface) -> Lights:
    """A warm sun behind the camera's shoulder, a cool sky, a fill, and light from the ground.

    Args:
        view: direction in which the camera looks at the beginning, (3,).
    """
    behind = float(np.arctan2(-view[1], -view[0]))
    red, green, blue = ground.colour
    return Lights(
        to_sun=_direction(behind + SUN_SIDE, SUN_HEIGHT),
        sun=(1.95, 1.80, 1.58),
        to_fill=_direction(behind - 1.3 * SUN_SIDE, 0.35),
        fill=(0.10, 0.11, 0.13),
        ambient=(0.40, 0.45, 0.54),
        zenith=(0.10, 0.30, 0.70),
        horizon=(1.05, 1.08, 1.11),
        bounce=(0.08 + 0.55 * red, 0.08 + 0.52 * green, 0.08 + 0.50 * blue),
        haze=38.0,
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


def dither() -> np.ndarray:
    """Bayer's 8 x 8 matrix, 0 to 1: added before rounding down, it keeps gradients smooth."""
    bayer = np.zeros((1, 1))
    for _ in range(3):
        bayer = np.block([[4 * bayer, 4 * bayer + 2], [4 * bayer + 3, 4 * bayer + 1]])
    return ((bayer + 0.5) / 64.0).astype(np.float32)


def _direction(azimuth: float, height: float) -> Colour:
    """Unit vector from two angles [rad]."""
    flat = float(np.cos(height))
    return flat * float(np.cos(azimuth)), flat * float(np.sin(azimuth)), float(np.sin(height))
