"""Lamps and screens."""

from __future__ import annotations

import numpy as np

from text2sim.assets.model import (
    BLACK,
    DARK,
    MAIN,
    STEEL,
    Builder,
    Model,
    Paint,
    Size,
    box_part,
    hull_part,
    piece,
    round_part,
)
from text2sim.assets.primitives import (
    box,
    cushion,
    cylinder,
    ellipsoid,
    revolve,
    rod,
    slab,
    torus,
)


def lamp(size: Size, count: int) -> Model:
    """A floor lamp: pole and foot of metal, a shade of cloth."""
    d, _, h = size
    shade_low = 0.80 * h
    foot = revolve([(0, 0), (0.34 * d, 0), (0.34 * d, 0.012), (0.3 * d, 0.025), (0, 0.03)], 28)
    pole = rod((0, 0, 0.02), (0, 0, 0.9 * h), 0.012)
    knob = ellipsoid((0.02, 0.02, 0.02), 12, 8).at(z=0.5 * h)
    outer = [(0.5 * d, shade_low), (0.34 * d, h)]
    shade = revolve(
        [(0, shade_low + 0.05), (0.485 * d, shade_low), *outer, (0.32 * d, h), (0, h - 0.02)], 32
    )
    rims = [
        torus(r - 0.002, 0.003, 32, 6).turned("x", np.pi / 2).at(z=z + s * 0.003)
        for (r, z), s in zip(outer, (1, -1))
    ]
    bulb = ellipsoid((0.035, 0.035, 0.045), 12, 8).at(z=shade_low + 0.05)
    cloth = Paint(material="cloth", colour=(0.85, 0.72, 0.48), tinted=True)
    glow = Paint(material="plastic", colour=(1.0, 0.9, 0.6))
    return Model(
        pieces=(piece(MAIN, foot, pole, knob, *rims), piece(cloth, shade), piece(glow, bulb)),
        parts=(
            round_part((0.34 * d, 0), (0.34 * d, 0.03)),
            box_part(0.03, 0.03, 0, shade_low),
            round_part((0.5 * d, shade_low), (0.34 * d, h)),
        ),
    )


def television(size: Size, count: int) -> Model:
    """A flat screen on a foot; the picture faces +X."""
    d, w, h = size
    low, thick = 0.09 * h, min(0.05, 0.4 * d)
    panel = box([-thick / 2, -w / 2, low], [thick / 2, w / 2, h])
    screen = box(
        [0, -w / 2 + 0.018, low + 0.03], [thick / 2 + 0.002, w / 2 - 0.018, h - 0.016], bevel=0.001
    )
    hump = cushion([-thick / 2 - 0.03, -0.25 * w, 0.25 * h], [0, 0.25 * w, 0.75 * h], 0.02)
    foot = slab(d, 0.42 * w, 0, 0.018)
    neck = slab(0.03, 0.12 * w, 0.01, 0.3 * h, x=-thick / 2)
    picture = Paint(material="tinted glass", colour=(0.02, 0.05, 0.09))
    return Model(
        pieces=(piece(MAIN, panel, hump), piece(picture, screen), piece(STEEL, foot, neck)),
        parts=(
            box_part(thick + 0.03, w, low, h, x=-0.015),
            box_part(d, 0.42 * w, 0, 0.02),
            box_part(0.05, 0.12 * w, 0, low, x=-thick / 2),
        ),
    )


def phone(size: Size, count: int) -> Model:
    """Upright, the screen faces +X."""
    d, w, h = size
    body = cushion([-d / 2, -w / 2, 0], [0.9 * d / 2, w / 2, h], 0.35 * d)
    screen = box([0, -0.45 * w, 0.03 * h], [d / 2, 0.45 * w, 0.97 * h], bevel=0.0004)
    lens = (
        cylinder(0.07 * w, 0, 0.1 * d, 14)
        .turned("y", -np.pi / 2)
        .at(-d / 2 + 0.05 * d, 0.3 * w, 0.9 * h)
    )
    light = Paint(material="tinted glass", colour=(0.06, 0.13, 0.24))
    return Model(
        pieces=(piece(MAIN, body, lens), piece(light, screen)), parts=(box_part(d, w, 0, h),)
    )


def laptop(size: Size, count: int) -> Model:
    """Open; the keys point to +X."""
    d, w, h = size
    thick = 0.07 * h
    base = slab(0.9 * d, w, 0, thick, x=0.05 * d, bevel=0.004)
    back = -0.4 * d + 0.01
    tilt = -np.arctan2(0.1 * d, h)
    lid = (
        box([-0.006, -w / 2, 0], [0.0, w / 2, h], bevel=0.002)
        .turned("y", tilt)
        .at(back, 0, thick * 0.5)
    )
    glass = box([-0.002, -0.46 * w, 0.06 * h], [0.0012, 0.46 * w, 0.95 * h], bevel=0.0003)
    screen = glass.turned("y", tilt).at(back, 0, thick * 0.5)
    keys = [
        box([x, y, thick - 0.002], [x + 0.075 * d, y + 0.062 * w, thick + 0.002], bevel=0.0006)
        for x in np.arange(5) * 0.09 * d - 0.29 * d
        for y in np.arange(12) * 0.073 * w - 0.436 * w
    ]
    pad = box(
        [0.22 * d, -0.15 * w, thick - 0.002], [0.42 * d, 0.15 * w, thick + 0.001], bevel=0.0003
    )
    light = Paint(material="tinted glass", colour=(0.10, 0.22, 0.42))
    return Model(
        pieces=(
            piece(MAIN, base, lid),
            piece(BLACK, *keys),
            piece(DARK, pad),
            piece(light, screen),
        ),
        parts=(box_part(0.9 * d, w, 0, thick, x=0.05 * d), hull_part(lid)),
    )


BUILDERS: dict[str, Builder] = {
    "lamp": lamp,
    "television": television,
    "phone": phone,
    "laptop": laptop,
}
