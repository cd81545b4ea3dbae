"""Motor cars."""

from __future__ import annotations

import numpy as np

from text2sim.assets.model import (
    BLACK,
    STEEL,
    TYRE,
    Builder,
    Model,
    Paint,
    Size,
    box_part,
    hull_part,
    piece,
)
from text2sim.assets.primitives import (
    Solid,
    box,
    cushion,
    cylinder,
    loft,
    revolve,
    rod,
)

GLASS_DARK = Paint(material="tinted glass", colour=(0.025, 0.035, 0.045))
LACQUER = Paint(material="plastic", colour=(0.55, 0.04, 0.04), tinted=True)
CLEAR = Paint(material="tinted glass", colour=(0.85, 0.88, 0.85))
RED = Paint(material="plastic", colour=(0.5, 0.01, 0.01))
SIDES = (-1, 1)

WHEEL = 0.32
"""Radius of the wheels [m]."""
_SPOTS = [(x, y) for x in (-1.28, 1.28) for y in (-0.79, 0.79)]
# Rows of x, bottom, top, half width [m], of a saloon 4.2 m long.
_LOWER = [
    (-2.08, 0.42, 0.72, 0.74), (-2.05, 0.32, 0.84, 0.80), (-1.7, 0.26, 0.92, 0.86),
    (-0.9, 0.24, 0.90, 0.875), (0.6, 0.24, 0.88, 0.875), (1.1, 0.24, 0.84, 0.87),
    (1.75, 0.26, 0.74, 0.84), (2.05, 0.32, 0.64, 0.76), (2.10, 0.40, 0.56, 0.70),
]  # fmt: skip
_CABIN = [
    (-1.78, 0.80, 0.90, 0.66), (-1.62, 0.80, 1.00, 0.68), (-1.15, 0.80, 1.40, 0.62),
    (-0.5, 0.80, 1.45, 0.62), (0.1, 0.80, 1.41, 0.62), (0.85, 0.78, 0.98, 0.68),
    (1.02, 0.78, 0.86, 0.66),
]  # fmt: skip
_ROOF = [(-1.14, 1.36, 1.432, 0.61), (-0.5, 1.38, 1.488, 0.62), (0.12, 1.36, 1.440, 0.61)]


def car(size: Size, count: int) -> Model:
    """A saloon that heads for +X; drawn 4.2 x 1.75 x 1.45 m, then stretched."""
    lower = _car_body(_LOWER)
    cabin, roof = _car_body(_CABIN, shoulder=0.86), _car_body(_ROOF, shoulder=0.86)
    tyres, rims, arches = _wheels()
    bumpers = [
        cushion([2.0, -0.72, 0.28], [2.12, 0.72, 0.44], 0.05),
        cushion([-2.12, -0.74, 0.30], [-2.0, 0.74, 0.46], 0.05),
    ]
    lights = [cushion([2.0, y - 0.14, 0.54], [2.1, y + 0.14, 0.65], 0.04) for y in (-0.62, 0.62)]
    tails = [cushion([-2.1, y - 0.15, 0.66], [-2.03, y + 0.15, 0.78], 0.03) for y in (-0.6, 0.6)]
    mirrors = [cushion([0.62, y - 0.09, 0.88], [0.74, y + 0.09, 1.0], 0.04) for y in (-0.86, 0.86)]
    dark, handles = _trim()
    return Model(
        pieces=(
            piece(LACQUER, lower, roof, *_pillars(), *mirrors),
            piece(GLASS_DARK, cabin),
            piece(BLACK, *arches, *bumpers, *dark),
            piece(TYRE, *tyres),
            piece(STEEL, *rims, *handles),
            piece(CLEAR, *lights),
            piece(RED, *tails),
        ),
        parts=(
            hull_part(lower, *bumpers),
            hull_part(cabin, roof),
            *(box_part(2 * WHEEL, 0.24, 0, 0.5, x=x, y=y) for x, y in _SPOTS),
        ),
    )


def _wheels() -> tuple[list[Solid], list[Solid], list[Solid]]:
    """Tyres, rims and the dark arches around them."""
    profile = [
        (0, -0.09), (0.19, -0.11), (WHEEL - 0.03, -0.115), (WHEEL, -0.08), (WHEEL, 0.08),
        (WHEEL - 0.03, 0.115), (0.19, 0.11), (0, 0.09),
    ]  # fmt: skip
    dish = [
        (0, -0.118), (0.06, -0.118), (0.19, -0.09), (0.21, -0.117), (0.21, 0.117), (0.19, 0.09),
        (0.06, 0.118), (0, 0.118),
    ]  # fmt: skip
    tyre = revolve(profile, 28).turned("x", np.pi / 2)
    rim = revolve(dish, 20, crease=0.3).turned("x", np.pi / 2)
    arch = cylinder(WHEEL + 0.055, -0.13, 0.13, 28).turned("x", np.pi / 2)
    return (
        [tyre.at(x, y, WHEEL) for x, y in _SPOTS],
        [rim.at(x, y, WHEEL) for x, y in _SPOTS],
        [arch.at(x, 0.948 * y, WHEEL + 0.065) for x, y in _SPOTS],
    )


def _pillars() -> list[Solid]:
    """Bars that carry the roof."""
    bars = (
        (0.93, 0.70, 0.88, 0.10, 0.56, 1.40),
        (-1.74, 0.69, 0.92, -1.12, 0.56, 1.39),
        (-0.48, 0.70, 0.86, -0.48, 0.575, 1.41),
    )
    return [
        rod((x0, s * y0, z0), (x1, s * y1, z1), 0.035, segments=8)
        for s in SIDES
        for x0, y0, z0, x1, y1, z1 in bars
    ]


def _trim() -> tuple[list[Solid], list[Solid]]:
    """Dark trim (grille, sills, gaps of the doors), and the handles of the doors."""
    dark = [box([2.04, -0.36, 0.46], [2.115, 0.36, 0.56])]
    handles = []
    for s in SIDES:
        dark.append(box([-0.9, s * 0.86 - 0.02, 0.22], [0.9, s * 0.86 + 0.02, 0.3]))
        y = s * 0.875
        for x in (-0.48, 0.62):
            dark.append(
                box([x - 0.005, y - 0.012, 0.34], [x + 0.005, y + 0.003, 0.86], bevel=0.001)
            )
        for x in (-0.66, 0.4):
            handles.append(box([x - 0.08, y - 0.01, 0.74], [x + 0.08, y + 0.012, 0.765]))
    return dark, handles


def _car_body(rows: list[tuple[float, float, float, float]], shoulder: float = 0.94) -> Solid:
    """Loft along X through rows of (x, bottom, top, half width); the top is narrower."""
    rings = []
    for x, low, high, half in rows:
        mid, rim = low + 0.55 * (high - low), 0.12 * (high - low)
        top = shoulder * half
        right = [
            (0.0, low),
            (0.7 * half, low),
            (0.95 * half, low + 0.6 * rim),
            (half, mid),
            (0.985 * half, mid + 0.5 * (high - mid)),
            (top, high - 0.7 * rim),
            (0.88 * top, high - 0.1 * rim),
            (0.5 * top, high + 0.01),
            (0.0, high + 0.02),
        ]
        ring = right + [(-y, z) for y, z in right[-2:0:-1]]
        rings.append([[x, y, z] for y, z in ring])
    return loft(_smoothed(np.array(rings)), crease=0.7)


def _smoothed(rings: np.ndarray, times: int = 3) -> np.ndarray:
    """More rings between the given ones, along Catmull-Rom curves."""
    padded = np.concatenate([rings[:1], rings, rings[-1:]])
    out = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:]):
        for u in np.arange(times) / times:
            out.append(
                b
                + 0.5
                * u
                * ((c - a) + u * ((2 * a - 5 * b + 4 * c - d) + u * (3 * (b - c) + d - a)))
            )
    return np.stack([*out, rings[-1]])


BUILDERS: dict[str, Builder] = {"car": car}
