"""Things on wheels."""

from __future__ import annotations

import numpy as np

from text2sim.assets.model import (
    BLACK,
    DARK,
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
        rod(
            (c[0], s * 0.02, c[2]),
            (c[0] + (r - 0.04) * np.cos(a), 0, c[2] + (r - 0.04) * np.sin(a)),
            0.0025,
            segments=4,
        )
        for c in (rear, front)
        for a, s in ((k / 14 * 2 * np.pi, (-1) ** k) for k in range(14))
    ]
    hubs = [rod((c[0], -0.05, c[2]), (c[0], 0.05, c[2]), 0.018) for c in (rear, front)]
    tubes = [
        (crank, seat_low, 0.016),
        (crank, head_low, 0.019),
        (seat_low, head_top, 0.016),
        (head_low, head_top, 0.021),
    ]
    frame = [rod(tuple(a), tuple(b), t) for a, b, t in tubes]
    for s in (-1, 1):
        side = np.array([0, 0.035 * s, 0])
        frame.append(rod(tuple(crank + 0.5 * side), tuple(rear + side), 0.01))
        frame.append(rod(tuple(seat_low + 0.4 * side), tuple(rear + side), 0.009))
        frame.append(rod(tuple(head_low + side), tuple(front + side), 0.012))
    post = rod(tuple(seat_low - [0, 0, 0.05]), (-0.27, 0, 0.90), 0.013)
    stem = rod(tuple(head_top), (0.325, 0, 0.97), 0.013)
    bar_path = [
        [0.16, -0.25, 0.99],
        [0.24, -0.25, 1.0],
        [0.35, -0.17, 1.0],
        [0.37, 0, 0.985],
        [0.35, 0.17, 1.0],
        [0.24, 0.25, 1.0],
        [0.16, 0.25, 0.99],
    ]
    bars = tube(bar_path, 0.012, segments=8)
    grips = [rod((0.14, y, 0.988), (0.245, y, 1.0), 0.018) for y in (-0.25, 0.25)]
    chain = revolve([(0, 0), (0.095, 0), (0.095, 0.008), (0, 0.008)], 24)
    ring = chain.turned("x", np.pi / 2).at(crank[0], -0.045, crank[2])
    links = [
        rod(
            (crank[0], -0.05, crank[2] + s * 0.09),
            (rear[0], -0.05, rear[2] + s * 0.035),
            0.006,
            segments=6,
        )
        for s in (-1, 1)
    ]
    arms, pedals = [], []
    for s in (-1, 1):
        end = crank + np.array([0.12 * s, 0, -0.12 * s])
        arms.append(rod((crank[0], 0.07 * s, crank[2]), (end[0], 0.09 * s, end[2]), 0.012))
        pedals.append(slab(0.09, 0.10, end[2] - 0.012, end[2] + 0.012, x=end[0], y=0.15 * s))
    mud = [
        tube(
            [
                [c[0] + (r + 0.025) * np.cos(a), 0, c[2] + (r + 0.025) * np.sin(a)]
                for a in np.linspace(a0, a1, 12)
            ],
            0.014,
            segments=8,
        )
        for c, a0, a1 in ((rear, 0.9, 3.0), (front, 0.6, 2.3))
    ]
    saddle = _saddle().at(-0.28, 0, 0.89)
    lamp = cylinder(0.035, 0, 0.06).turned("y", np.pi / 2).at(0.40, 0, 0.86)
    brown = Paint(material="leather", colour=(0.10, 0.045, 0.02))
    return Model(
        pieces=(
            piece(MAIN, *frame, *mud),
            piece(TYRE, *tyres, *pedals),
            piece(STEEL, *rims, *spokes, *hubs, post, stem, bars, ring, *arms, lamp),
            piece(BLACK, *links),
            piece(brown, saddle, *grips),
        ),
        parts=(
            *(_disc(c, r, 0.04) for c in (rear, front)),
            hull_part(*frame[:4], post),
            hull_part(bars, stem, *grips),
            box_part(0.3, 0.18, 0.86, 0.97, x=-0.27),
            box_part(0.3, 0.36, 0.14, 0.42, x=crank[0]),
        ),
    )


def _disc(centre: np.ndarray, radius: float, width: float) -> np.ndarray:
    upright = round_part((radius, -width / 2), (radius, width / 2), segments=20)
    return upright[:, [0, 2, 1]] + centre


def _saddle() -> Solid:
    rings = []
    for x, half, drop in (
        (-0.12, 0.05, 0.02),
        (-0.09, 0.08, 0.0),
        (-0.02, 0.075, -0.004),
        (0.05, 0.04, -0.004),
        (0.12, 0.024, 0.0),
        (0.15, 0.014, 0.012),
    ):
        turn = np.arange(12) / 12 * 2 * np.pi
        rings.append(
            np.stack([np.full(12, x), half * np.cos(turn), 0.02 - drop + 0.028 * np.sin(turn)], -1)
        )
    return loft(rings, crease=1.5)


def cart(size: Size, count: int) -> Model:
    """A platform trolley: the deck at half height, the handle at -X."""
    d, w, h = size
    deck, r = 0.5 * h, 0.07
    top = slab(d - 0.06, w, deck - 0.035, deck, x=0.03)
    low = slab(d - 0.12, w - 0.06, 0.28 * h, 0.28 * h + 0.025, x=0.03)
    posts = [
        rod((x, y, 0.2 * h), (x, y, deck), 0.017)
        for x in (-d / 2 + 0.08, d / 2 - 0.05)
        for y in (-w / 2 + 0.04, w / 2 - 0.04)
    ]
    arc = [
        [-d / 2 + 0.08, -w / 2 + 0.04, deck - 0.02],
        [-d / 2 + 0.04, -w / 2 + 0.04, 0.85 * h],
        [-d / 2 + 0.018, -w / 2 + 0.08, h - 0.018],
        [-d / 2 + 0.018, w / 2 - 0.08, h - 0.018],
        [-d / 2 + 0.04, w / 2 - 0.04, 0.85 * h],
        [-d / 2 + 0.08, w / 2 - 0.04, deck - 0.02],
    ]
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
        pieces=(
            piece(MAIN, top, low),
            piece(DARK, *posts, handle, *forks, *frame),
            piece(TYRE, *wheels, grip),
        ),
        parts=(
            box_part(d - 0.06, w, deck - 0.035, deck, x=0.03),
            box_part(d - 0.12, w - 0.06, 0.17 * h, 0.28 * h + 0.03, x=0.03),
            *(box_part(2 * r, 0.04, 0, 2 * r, x=x, y=y) for x, y in spots),
            hull_part(handle, grip),
        ),
    )


BUILDERS: dict[str, Builder] = {"bicycle": bicycle, "cart": cart}
