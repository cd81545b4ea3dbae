"""Things to sit on; the sitter faces +X."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from text2sim.assets.furniture import corner_points, leg_parts, taper_legs
from text2sim.assets.model import (
    BLACK,
    DARK,
    LIGHT,
    MAIN,
    WOOD,
    Builder,
    Model,
    Size,
    box_part,
    hull_part,
    piece,
    round_part,
)
from text2sim.assets.primitives import cushion, cylinder, rod, slab, torus


def chair(size: Size, count: int) -> Model:
    """The sitter faces +X; the back stands at -X."""
    d, w, h = size
    seat, leg, thick = 0.51 * h, 0.04, 0.035
    back = -d / 2 + 0.025
    legs = taper_legs(d - 0.02, w - 0.02, seat - thick, leg)
    posts = [
        rod((back + 0.01, y, seat - 0.05), (back, y, h - 0.03), 0.02)
        for y in (-w / 2 + 0.035, w / 2 - 0.035)
    ]
    slats = [slab(0.022, w - 0.06, z * h, z * h + 0.07, x=back, bevel=0.008) for z in (0.64, 0.78)]
    rail = cushion([-d / 2, -w / 2, h - 0.09], [-d / 2 + 0.05, w / 2, h], 0.02)
    bars = [slab(d - 0.08, 0.02, 0.2 * h, 0.2 * h + 0.025, y=s * (w / 2 - 0.03)) for s in (-1, 1)]
    return Model(
        pieces=(
            piece(MAIN, slab(d, w, seat - thick, seat, bevel=0.012), rail, *slats),
            piece(DARK, *legs, *posts, *bars),
        ),
        parts=(
            box_part(d, w, seat - thick, seat),
            box_part(0.05, w, seat, h, x=-d / 2 + 0.025),
            *leg_parts(d - 0.02, w - 0.02, seat - thick, leg),
        ),
    )


def _upholstered(size: Size, seat: float, places: int) -> Model:
    """Base, arms, back and loose cushions; `seat` is the height of the seat [m]."""
    d, w, h = size
    arm, back, foot = min(0.16, 0.17 * w), 0.2 * d, 0.07
    arm_top = seat + 0.42 * (h - seat)
    base = cushion(
        [-d / 2 + 0.02, -w / 2 + 0.03, foot], [d / 2 - 0.03, w / 2 - 0.03, seat - 0.1], 0.03
    )
    arms = [
        cushion([-d / 2 + 0.03, min(a, b), foot], [d / 2, max(a, b), arm_top], 0.06)
        for a, b in ((-w / 2, -w / 2 + arm), (w / 2, w / 2 - arm))
    ]
    rest = cushion([-d / 2, -w / 2 + 0.02, foot], [-d / 2 + back, w / 2 - 0.02, h], 0.07)
    edges = np.linspace(-w / 2 + arm - 0.01, w / 2 - arm + 0.01, places + 1)
    soft = []
    for a, b in pairwise(edges):
        soft.append(
            cushion(
                [-d / 2 + back - 0.03, a + 0.004, seat - 0.14],
                [d / 2 - 0.015, b - 0.004, seat],
                0.05,
            )
        )
        pad = cushion([0, a + 0.012, 0], [0.16, b - 0.012, h - seat - 0.02], 0.06)
        soft.append(pad.turned("y", -0.14).at(-d / 2 + back - 0.03, 0, seat - 0.02))
    feet = [cylinder(0.025, 0, foot + 0.01).at(x, y) for x, y in corner_points(d - 0.14, w - 0.14)]
    return Model(
        pieces=(piece(MAIN, base, *arms, rest), piece(LIGHT, *soft), piece(WOOD, *feet)),
        parts=(
            box_part(d - 0.02, w, 0, seat),
            box_part(back + 0.06, w, seat, h, x=-d / 2 + back / 2 + 0.03),
            *(box_part(d - 0.04, arm, seat, arm_top, x=0.02, y=s * (w - arm) / 2) for s in (-1, 1)),
        ),
    )


def armchair(size: Size, count: int) -> Model:
    """The sitter faces +X."""
    return _upholstered(size, 0.48 * size[2], 1)


def sofa(size: Size, count: int) -> Model:
    """The sitters face +X."""
    places = max(2, round((size[1] - 0.3) / 0.62))
    return _upholstered(size, 0.50 * size[2], places)


def stool(size: Size, count: int) -> Model:
    """A round seat on four splayed legs with a ring."""
    d, _, h = size
    r, thick = d / 2, 0.045
    seat = cylinder(r, h - thick, h, 28)
    legs, bars = [], []
    for x, y in corner_points(1.0, 1.0):
        foot, head = (1.30 * r * x, 1.30 * r * y, 0), (0.95 * r * x, 0.95 * r * y, h - thick)
        legs.append(rod(foot, head, 0.016, 0.021))
    low = 0.35 * h
    ring = torus(0.79 * r, 0.011, 28).turned("x", np.pi / 2).at(z=low)
    bars.append(ring)
    return Model(
        pieces=(piece(MAIN, seat), piece(DARK, *legs, *bars)),
        parts=(round_part((r, h - thick), (r, h), segments=16), hull_part(*legs)),
    )


def bench(size: Size, count: int) -> Model:
    """Slats along Y on two iron frames; no back."""
    d, w, h = size
    thick, gap = 0.045, 0.014
    number = max(3, round(d / 0.11))
    pitch = (d + gap) / number
    slats = [
        slab(pitch - gap, w, h - thick, h, x=-d / 2 + (i + 0.5) * pitch - gap / 2, bevel=0.008)
        for i in range(number)
    ]
    frames = []
    for y in (-0.36 * w, 0.36 * w):
        frames.append(slab(d - 0.06, 0.06, h - thick - 0.05, h - thick, y=y))
        for x in (-d / 2 + 0.07, d / 2 - 0.07):
            frames.append(slab(0.055, 0.055, 0, h - thick - 0.04, x=x, y=y))
        frames.append(slab(d - 0.1, 0.045, 0.08, 0.12, y=y))
    return Model(
        pieces=(piece(MAIN, *slats), piece(BLACK, *frames)),
        parts=(
            box_part(d, w, h - thick, h),
            *(box_part(d - 0.08, 0.07, 0, h - thick, y=y) for y in (-0.36 * w, 0.36 * w)),
        ),
    )


BUILDERS: dict[str, Builder] = {
    "chair": chair,
    "armchair": armchair,
    "stool": stool,
    "sofa": sofa,
    "bench": bench,
}
