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


def car(size: Size, count: int) -> Model:
    """A saloon that heads for +X; drawn 4.2 x 1.75 x 1.45 m, then stretched."""
    wheel, gauge, base = 0.32, 0.76, 1.28
    lower = _car_body(
        [
            (-2.08, 0.42, 0.72, 0.74),
            (-2.05, 0.32, 0.84, 0.80),
            (-1.7, 0.26, 0.92, 0.86),
            (-0.9, 0.24, 0.90, 0.875),
            (0.6, 0.24, 0.88, 0.875),
            (1.1, 0.24, 0.84, 0.87),
            (1.75, 0.26, 0.74, 0.84),
            (2.05, 0.32, 0.64, 0.76),
            (2.10, 0.40, 0.56, 0.70),
        ]
    )
    cabin = _car_body(
        [
            (-1.78, 0.80, 0.90, 0.66),
            (-1.62, 0.80, 1.00, 0.68),
            (-1.15, 0.80, 1.40, 0.62),
            (-0.5, 0.80, 1.45, 0.62),
            (0.1, 0.80, 1.41, 0.62),
            (0.85, 0.78, 0.98, 0.68),
            (1.02, 0.78, 0.86, 0.66),
        ],
        shoulder=0.86,
    )
    roof = _car_body(
        [(-1.14, 1.36, 1.412, 0.60), (-0.5, 1.38, 1.465, 0.61), (0.12, 1.36, 1.424, 0.60)],
        shoulder=0.86,
    )
    pillars = [
        rod((x0, s * y0, z0), (x1, s * y1, z1), 0.035, segments=8)
        for s in (-1, 1)
        for x0, y0, z0, x1, y1, z1 in (
            (0.93, 0.70, 0.88, 0.10, 0.56, 1.40),
            (-1.74, 0.69, 0.92, -1.12, 0.56, 1.39),
            (-0.48, 0.70, 0.86, -0.48, 0.575, 1.41),
        )
    ]
    spots = [(x, s * gauge) for x in (-base, base) for s in (-1, 1)]
    tyre_rows = [
        (0.19, -0.11),
        (wheel - 0.03, -0.115),
        (wheel, -0.08),
        (wheel, 0.08),
        (wheel - 0.03, 0.115),
        (0.19, 0.11),
    ]
    tyre = revolve([(0, -0.09), *tyre_rows, (0, 0.09)], 28).turned("x", np.pi / 2)
    rim = revolve(
        [
            (0, -0.118),
            (0.06, -0.118),
            (0.19, -0.09),
            (0.21, -0.117),
            (0.21, 0.117),
            (0.19, 0.09),
            (0.06, 0.118),
            (0, 0.118),
        ],
        20,
        crease=0.3,
    ).turned("x", np.pi / 2)
    arch = cylinder(wheel + 0.055, -0.13, 0.13, 28).turned("x", np.pi / 2)
    arches = [arch.at(x, 0.985 * y, wheel + 0.065) for x, y in spots]
    lights = [
        cushion([2.0, s * 0.62 - 0.14, 0.54], [2.1, s * 0.62 + 0.14, 0.65], 0.04) for s in (-1, 1)
    ]
    tails = [
        cushion([-2.1, s * 0.6 - 0.15, 0.66], [-2.03, s * 0.6 + 0.15, 0.78], 0.03) for s in (-1, 1)
    ]
    bumpers = [
        cushion([2.0, -0.72, 0.28], [2.12, 0.72, 0.44], 0.05),
        cushion([-2.12, -0.74, 0.30], [-2.0, 0.74, 0.46], 0.05),
    ]
    grille = box([2.04, -0.36, 0.46], [2.115, 0.36, 0.56])
    sills = [box([-0.9, s * 0.86 - 0.02, 0.22], [0.9, s * 0.86 + 0.02, 0.3]) for s in (-1, 1)]
    gaps = [
        box([x - 0.005, s * 0.875 - 0.012, 0.34], [x + 0.005, s * 0.875 + 0.003, 0.86], bevel=0.001)
        for x in (-0.48, 0.62)
        for s in (-1, 1)
    ]
    handles = [
        box([x - 0.08, s * 0.875 - 0.01, 0.74], [x + 0.08, s * 0.875 + 0.012, 0.765])
        for x in (-0.66, 0.4)
        for s in (-1, 1)
    ]
    mirrors = [
        cushion([0.62, s * 0.86 - 0.09, 0.88], [0.74, s * 0.86 + 0.09, 1.0], 0.04) for s in (-1, 1)
    ]
    red = Paint(material="plastic", colour=(0.5, 0.01, 0.01))
    clear = Paint(material="glass", colour=(0.85, 0.88, 0.85))
    paint = Paint(material="plastic", colour=(0.55, 0.04, 0.04), tinted=True)
    return Model(
        pieces=(
            piece(paint, lower, roof, *pillars, *mirrors),
            piece(GLASS_DARK, cabin),
            piece(BLACK, *arches, *bumpers, grille, *sills, *gaps),
            piece(TYRE, *(tyre.at(x, y, wheel) for x, y in spots)),
            piece(STEEL, *(rim.at(x, y, wheel) for x, y in spots), *handles),
            piece(clear, *lights),
            piece(red, *tails),
        ),
        parts=(
            hull_part(lower, *bumpers),
            hull_part(cabin, roof),
            *(box_part(2 * wheel, 0.24, 0, 0.5, x=x, y=y) for x, y in spots),
        ),
    )


GLASS_DARK = Paint(material="glass", colour=(0.025, 0.035, 0.045))


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
