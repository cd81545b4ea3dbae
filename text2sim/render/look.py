"""The picture's light and colour: a bright, calm studio, a room, or the open air."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from text2sim.render.kernels.lighting import Colour, Lights
from text2sim.render.kernels.patterns import PATTERNS
from text2sim.render.kernels.sky import Sky
from text2sim.render.kernels.surfaces import Floor
from text2sim.types import Look, Surface


class Mood(NamedTuple):
    """What a look is made of; see `Lights` and `Sky` for the colours.

    Attributes:
        height: angle of the sun, or of the ceiling light, above the horizon [rad].
        side: it stands behind the camera, turned by this angle to its left [rad].
        size: angle that it spans, which makes soft shadows [rad].
        bounce: light from the ground: an offset and a factor on the ground's colour.
        detail: share of the shadow map's side that is used; wide shadows need less.
        room: the scene stands between walls.
    """

    height: float
    side: float
    size: float
    sun: Colour
    fill: Colour
    ambient: Colour
    zenith: Colour
    horizon: Colour
    bounce: tuple[float, float]
    haze: float
    sky: Sky
    detail: float = 1.0
    room: bool = False


_BARE = Sky(clouds=0.0, hills=0.0, town=0.0, hill=(0.0, 0.0, 0.0), glow=0.035)
_LAND = Sky(clouds=0.5, hills=0.05, town=0.0, hill=(0.10, 0.19, 0.11), glow=0.05)
LOOKS: dict[Look, Mood] = {
    "studio": Mood(
        height=0.82, side=-1.1, size=0.07, sun=(1.95, 1.80, 1.58), fill=(0.10, 0.11, 0.13),
        ambient=(0.40, 0.45, 0.54), zenith=(0.10, 0.30, 0.70), horizon=(1.05, 1.08, 1.11),
        bounce=(0.08, 0.55), haze=38.0, sky=_BARE,
    ),
    "indoor": Mood(
        height=1.22, side=-0.9, size=0.30, sun=(0.95, 0.84, 0.68), fill=(0.26, 0.21, 0.15),
        ambient=(0.62, 0.58, 0.52), zenith=(0.80, 0.76, 0.68), horizon=(0.66, 0.62, 0.55),
        bounce=(0.22, 0.40), haze=400.0, sky=_BARE._replace(glow=0.0), detail=0.25, room=True,
    ),
    "outdoor": Mood(
        height=0.80, side=-1.1, size=0.05, sun=(2.35, 2.10, 1.72), fill=(0.05, 0.06, 0.08),
        ambient=(0.36, 0.45, 0.62), zenith=(0.07, 0.24, 0.66), horizon=(0.78, 0.93, 1.10),
        bounce=(0.05, 0.60), haze=110.0, sky=_LAND,
    ),
    "overcast": Mood(
        height=1.05, side=-0.8, size=0.40, sun=(0.45, 0.46, 0.48), fill=(0.06, 0.06, 0.07),
        ambient=(0.78, 0.81, 0.86), zenith=(0.52, 0.57, 0.64), horizon=(0.86, 0.89, 0.93),
        bounce=(0.06, 0.55), haze=60.0, sky=_LAND._replace(clouds=0.9, glow=0.0), detail=0.25,
    ),
    "sunset": Mood(
        height=0.30, side=-1.25, size=0.06, sun=(2.30, 1.22, 0.52), fill=(0.12, 0.09, 0.12),
        ambient=(0.30, 0.29, 0.42), zenith=(0.13, 0.17, 0.40), horizon=(1.15, 0.66, 0.38),
        bounce=(0.05, 0.50), haze=80.0, sky=_LAND._replace(hill=(0.10, 0.09, 0.11), glow=0.22),
    ),
}  # fmt: skip
"""What the names of looks mean."""


def lights(view: np.ndarray, ground: Surface, name: Look = "studio") -> Lights:
    """A sun (or ceiling light) behind the camera's shoulder, a sky, a fill, and the ground's light.

    Args:
        view: direction in which the camera looks at the beginning, (3,).
        ground: surface whose colour the light takes that comes from below.
        name: of the look.
    """
    mood = LOOKS[name]
    behind = float(np.arctan2(-view[1], -view[0]))
    low, share = mood.bounce
    red, green, blue = (low + share * channel for channel in ground.colour)
    return Lights(
        to_sun=_direction(behind + mood.side, mood.height),
        sun=mood.sun,
        to_fill=_direction(behind - 1.3 * mood.side, 0.35),
        fill=mood.fill,
        ambient=mood.ambient,
        zenith=mood.zenith,
        horizon=mood.horizon,
        bounce=(red, green, blue),
        haze=mood.haze,
    )


def sky(name: Look, ground: Surface) -> Sky:
    """What is above and behind the scene; hills where there is grass or sand, houses on stone."""
    found = LOOKS[name].sky
    if found.hills > 0.0 and ground.pattern == "stone" and max(ground.colour) < 0.5:
        return found._replace(town=0.09)
    return found


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
