"""Things on wheels."""

from __future__ import annotations

import numpy as np

from text2sim.assets.model import (
    BLACK,
    DARK,
    GLASS,
    MAIN,
    STEEL,
    TYRE,
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
    Solid,
    box,
    cushion,
    cylinder,
    loft,
    revolve,
    rod,
    slab,
    torus,
    tube,
)


def bicycle(size: Size, count: int) -> Model:
    """A city bicycle that heads for +X; drawn 1.7 m long, then stretched."""
    r = 0.335
    rear, front = np.array([-0.515, 0, r]), np.array([0.515, 0, r])
    crank, seat_low = np.array([-0.09, 0, 0.29]), np.array([-0.235, 0, 0.76])
    head_low, head_top = np.array([0.385, 0, 0.66]), np.array([0.345, 0, 0.83])
    tyres = [torus(r - 0.018, 0.018, 36, 8).at(*c) for c in (rear, front)]
    rims = [torus(r - 0.04, 0.009, 36, 6).at(*c) for c in (rear, front)]
    spokes = [
        rod((c[0], s * 0.02, c[2]), (c[0] + (r - 0.04) * np.cos(a), 0, c[2] + (r - 0.04) * np.sin(a)),
            0.0025, segments=4)
        for c in (rear, front) for a, s in ((k / 14 * 2 * np.pi, (-1) ** k) for k in range(14))
    ]  # fmt: skip
    hubs = [rod((c[0], -0.05, c[2]), (c[0], 0.05, c[2]), 0.018) for c in (rear, front)]
    tubes = [(crank, seat_low, 0.016), (crank, head_low, 0.019), (seat_low, head_top, 0.016),
             (head_low, head_top, 0.021)]  # fmt: skip
    frame = [rod(tuple(a), tuple(b), t) for a, b, t in tubes]
    for s in (-1, 1):
        side = np.array([0, 0.035 * s, 0])
        frame.append(rod(tuple(crank + 0.5 * side), tuple(rear + side), 0.01))
        frame.append(rod(tuple(seat_low + 0.4 * side), tuple(rear + side), 0.009))
        frame.append(rod(tuple(head_low + side), tuple(front + side), 0.012))
    post = rod(tuple(seat_low - [0, 0, 0.05]), (-0.27, 0, 0.90), 0.013)
    stem = rod(tuple(head_top), (0.325, 0, 0.97), 0.013)
    bar_path = [[0.16, -0.25, 0.99], [0.24, -0.25, 1.0], [0.35, -0.17, 1.0], [0.37, 0, 0.985],
                [0.35, 0.17, 1.0], [0.24, 0.25, 1.0], [0.16, 0.25, 0.99]]  # fmt: skip
    bars = tube(bar_path, 0.012, segments=8)
    grips = [rod((0.14, y, 0.988), (0.245, y, 1.0), 0.018) for y in (-0.25, 0.25)]
    chain = revolve([(0, 0), (0.095, 0), (0.095, 0.008), (0, 0.008)], 24)
    ring = chain.turned("x", np.pi / 2).at(crank[0], -0.045, crank[2])
    links = [rod((crank[0], -0.05, crank[2] + s * 0.09), (rear[0], -0.05, rear[2] + s * 0.035), 0.006, segments=6)
             for s in (-1, 1)]  # fmt: skip
    arms, pedals = [], []
    for s in (-1, 1):
        end = crank + [0.12 * s, 0, -0.12 * s]
        arms.append(rod((crank[0], 0.07 * s, crank[2]), (end[0], 0.09 * s, end[2]), 0.012))
        pedals.append(slab(0.09, 0.10, end[2] - 0.012, end[2] + 0.012, x=end[0], y=0.15 * s))
    mud = [
        tube([[c[0] + (r + 0.025) * np.cos(a), 0, c[2] + (r + 0.025) * np.sin(a)]
              for a in np.linspace(a0, a1, 12)], 0.014, segments=8)
        for c, a0, a1 in ((rear, 0.9, 3.0), (front, 0.6, 2.3))
    ]  # fmt: skip
    saddle = _saddle().at(-0.28, 0, 0.89)
    lamp = cylinder(0.035, 0, 0.06).turned("y", np.pi / 2).at(0.40, 0, 0.86)
    brown = Paint(material="leather", colour=(0.10, 0.045, 0.02))
    return Model(
        pieces=(
            piece(MAIN, *frame, *mud), piece(TYRE, *tyres, *pedals),
            piece(STEEL, *rims, *spokes, *hubs, post, stem, bars, ring, *arms, lamp),
            piece(BLACK, *links), piece(brown, saddle, *grips),
        ),
        parts=(
            *(_disc(c, r, 0.04) for c in (rear, front)),
            hull_part(*frame[:4], post), hull_part(bars, stem, *grips),
            box_part(0.3, 0.18, 0.86, 0.97, x=-0.27),
            box_part(0.3, 0.36, 0.14, 0.42, x=crank[0]),
        ),
    )  # fmt: skip


def _disc(centre: np.ndarray, radius: float, width: float) -> np.ndarray:
    upright = round_part((radius, -width / 2), (radius, width / 2), segments=20)
    return upright[:, [0, 2, 1]] + centre


def _saddle() -> Solid:
    rings = []
    for x, half, drop in ((-0.12, 0.05, 0.02), (-0.09, 0.08, 0.0), (-0.02, 0.075, -0.004),
                          (0.05, 0.04, -0.004), (0.12, 0.024, 0.0), (0.15, 0.014, 0.012)):  # fmt: skip
        turn = np.arange(12) / 12 * 2 * np.pi
        rings.append(
            np.stack([np.full(12, x), half * np.cos(turn), 0.02 - drop + 0.028 * np.sin(turn)], -1)
        )
    return loft(rings, crease=1.5)


def car(size: Size, count: int) -> Model:
    """A saloon that heads for +X; drawn 4.2 x 1.75 x 1.45 m, then stretched."""
    wheel, gauge, base = 0.32, 0.76, 1.28
    lower = _car_body(
        [(-2.08, 0.42, 0.72, 0.74), (-2.05, 0.32, 0.84, 0.80), (-1.7, 0.26, 0.92, 0.86),
         (-0.9, 0.24, 0.90, 0.875), (0.6, 0.24, 0.88, 0.875), (1.1, 0.24, 0.84, 0.87),
         (1.75, 0.26, 0.74, 0.84), (2.05, 0.32, 0.64, 0.76), (2.10, 0.40, 0.56, 0.70)]
    )  # fmt: skip
    cabin = _car_body(
        [(-1.78, 0.80, 0.90, 0.66), (-1.62, 0.80, 1.00, 0.68), (-1.15, 0.80, 1.40, 0.62),
         (-0.5, 0.80, 1.45, 0.62), (0.1, 0.80, 1.41, 0.62), (0.85, 0.78, 0.98, 0.68),
         (1.02, 0.78, 0.86, 0.66)], shoulder=0.86,
    )  # fmt: skip
    roof = _car_body(
        [(-1.14, 1.36, 1.412, 0.60), (-0.5, 1.38, 1.465, 0.61), (0.12, 1.36, 1.424, 0.60)],
        shoulder=0.86,
    )
    pillars = [
        rod((x0, s * y0, z0), (x1, s * y1, z1), 0.035, segments=8)
        for s in (-1, 1)
        for x0, y0, z0, x1, y1, z1 in (
            (0.93, 0.70, 0.88, 0.10, 0.56, 1.40), (-1.74, 0.69, 0.92, -1.12, 0.56, 1.39),
            (-0.48, 0.70, 0.86, -0.48, 0.575, 1.41),
        )
    ]  # fmt: skip
    spots = [(x, s * gauge) for x in (-base, base) for s in (-1, 1)]
    tyre_rows = [(0.19, -0.11), (wheel - 0.03, -0.115), (wheel, -0.08), (wheel, 0.08),
                 (wheel - 0.03, 0.115), (0.19, 0.11)]  # fmt: skip
    tyre = revolve([(0, -0.09), *tyre_rows, (0, 0.09)], 28).turned("x", np.pi / 2)
    rim = revolve([(0, -0.118), (0.06, -0.118), (0.19, -0.09), (0.21, -0.117), (0.21, 0.117), (0.19, 0.09),
                   (0.06, 0.118), (0, 0.118)], 20, crease=0.3).turned("x", np.pi / 2)  # fmt: skip
    arches = [cylinder(wheel + 0.055, -0.13, 0.13, 28).turned("x", np.pi / 2).at(x, 0.985 * y, wheel)
              for x, y in spots]  # fmt: skip
    lights = [
        cushion([2.0, s * 0.62 - 0.14, 0.54], [2.1, s * 0.62 + 0.14, 0.65], 0.04) for s in (-1, 1)
    ]
    tails = [
        cushion([-2.1, s * 0.6 - 0.15, 0.66], [-2.03, s * 0.6 + 0.15, 0.78], 0.03) for s in (-1, 1)
    ]
    bumpers = [cushion([2.0, -0.72, 0.28], [2.12, 0.72, 0.44], 0.05),
               cushion([-2.12, -0.74, 0.30], [-2.0, 0.74, 0.46], 0.05)]  # fmt: skip
    grille = box([2.04, -0.36, 0.46], [2.115, 0.36, 0.56])
    sills = [box([-0.9, s * 0.86 - 0.02, 0.22], [0.9, s * 0.86 + 0.02, 0.3]) for s in (-1, 1)]
    gaps = [box([x - 0.005, s * 0.875 - 0.012, 0.34], [x + 0.005, s * 0.875 + 0.003, 0.86], bevel=0.001)
            for x in (-0.48, 0.62) for s in (-1, 1)]  # fmt: skip
    handles = [box([x - 0.08, s * 0.875 - 0.01, 0.74], [x + 0.08, s * 0.875 + 0.012, 0.765])
               for x in (-0.66, 0.4) for s in (-1, 1)]  # fmt: skip
    mirrors = [
        cushion([0.62, s * 0.86 - 0.09, 0.88], [0.74, s * 0.86 + 0.09, 1.0], 0.04) for s in (-1, 1)
    ]
    red = Paint(material="plastic", colour=(0.5, 0.01, 0.01))
    clear = Paint(material="glass", colour=(0.85, 0.88, 0.85))
    paint = Paint(material="plastic", colour=(0.55, 0.04, 0.04), tinted=True)
    return Model(
        pieces=(
            piece(paint, lower, roof, *pillars, *mirrors), piece(GLASS_DARK, cabin),
            piece(BLACK, *arches, *bumpers, grille, *sills, *gaps),
            piece(TYRE, *(tyre.at(x, y, wheel) for x, y in spots)),
            piece(STEEL, *(rim.at(x, y, wheel) for x, y in spots), *handles),
            piece(clear, *lights), piece(red, *tails),
        ),
        parts=(
            hull_part(lower, *bumpers), hull_part(cabin, roof),
            *(box_part(2 * wheel, 0.24, 0, 0.5, x=x, y=y) for x, y in spots),
        ),
    )  # fmt: skip


GLASS_DARK = Paint(material="glass", colour=(0.025, 0.035, 0.045))


def _car_body(rows: list[tuple[float, float, float, float]], shoulder: float = 0.94) -> Solid:
    """Loft along X through rows of (x, bottom, top, half width); the top is narrower."""
    rings = []
    for x, low, high, half in rows:
        mid, rim = low + 0.55 * (high - low), 0.12 * (high - low)
        top = shoulder * half
        right = [(0.0, low), (0.7 * half, low), (0.95 * half, low + 0.6 * rim), (half, mid),
                 (0.985 * half, mid + 0.5 * (high - mid)), (top, high - 0.7 * rim), (0.88 * top, high - 0.1 * rim),
                 (0.5 * top, high + 0.01), (0.0, high + 0.02)]  # fmt: skip
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


def cart(size: Size, count: int) -> Model:
    """A platform trolley: the deck at half height, the handle at -X."""
    d, w, h = size
    deck, r = 0.5 * h, 0.07
    top = slab(d - 0.06, w, deck - 0.035, deck, x=0.03)
    low = slab(d - 0.12, w - 0.06, 0.28 * h, 0.28 * h + 0.025, x=0.03)
    posts = [rod((x, y, 0.2 * h), (x, y, deck), 0.017)
             for x in (-d / 2 + 0.08, d / 2 - 0.05) for y in (-w / 2 + 0.04, w / 2 - 0.04)]  # fmt: skip
    arc = [[-d / 2 + 0.08, -w / 2 + 0.04, deck - 0.02], [-d / 2 + 0.04, -w / 2 + 0.04, 0.85 * h],
           [-d / 2 + 0.018, -w / 2 + 0.08, h - 0.018], [-d / 2 + 0.018, w / 2 - 0.08, h - 0.018],
           [-d / 2 + 0.04, w / 2 - 0.04, 0.85 * h], [-d / 2 + 0.08, w / 2 - 0.04, deck - 0.02]]  # fmt: skip
    handle = tube(arc, 0.018, segments=10)
    grip = rod(
        (-d / 2 + 0.018, -w / 2 + 0.12, h - 0.018), (-d / 2 + 0.018, w / 2 - 0.12, h - 0.018), 0.022
    )
    spots = [(x, y) for x in (-d / 2 + 0.1, d / 2 - 0.08) for y in (-w / 2 + 0.06, w / 2 - 0.06)]
    wheels = [cylinder(r, -0.02, 0.02, 20).turned("x", np.pi / 2).at(x, y, r) for x, y in spots]
    forks = [slab(0.035, 0.055, r - 0.01, 0.22 * h, x=x, y=y) for x, y in spots]
    frame = [
        slab(d - 0.16, 0.03, 0.19 * h, 0.22 * h, x=0.02, y=y) for y in (-w / 2 + 0.06, w / 2 - 0.06)
    ]
    return Model(
        pieces=(piece(MAIN, top, low), piece(DARK, *posts, handle, *forks, *frame), piece(TYRE, *wheels, grip)),
        parts=(
            box_part(d - 0.06, w, deck - 0.035, deck, x=0.03),
            box_part(d - 0.12, w - 0.06, 0.17 * h, 0.28 * h + 0.03, x=0.03),
            *(box_part(2 * r, 0.04, 0, 2 * r, x=x, y=y) for x, y in spots),
            hull_part(handle, grip),
        ),
    )  # fmt: skip


BUILDERS: dict[str, Builder] = {"bicycle": bicycle, "car": car, "cart": cart}
