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

RADIUS = 0.335
"""Of a bicycle's wheels [m]."""
_REAR, _FRONT = np.array([-0.515, 0, RADIUS]), np.array([0.515, 0, RADIUS])
_CRANK, _SEAT = np.array([-0.09, 0, 0.29]), np.array([-0.235, 0, 0.76])
_HEAD_LOW, _HEAD_TOP = np.array([0.385, 0, 0.66]), np.array([0.345, 0, 0.83])
HIDE = Paint(material="leather", colour=(0.10, 0.045, 0.02))


def bicycle(size: Size, count: int) -> Model:
    """A city bicycle that heads for +X; drawn 1.7 m long, then stretched."""
    tyres, metal = _bicycle_wheels()
    frame = _bicycle_frame()
    post = _bar(_SEAT - np.array([0, 0, 0.05]), np.array([-0.27, 0, 0.90]), 0.013)
    stem = _bar(_HEAD_TOP, np.array([0.325, 0, 0.97]), 0.013)
    half = [(0.16, 0.25, 0.99), (0.24, 0.25, 1.0), (0.35, 0.17, 1.0)]
    bow = [(x, -y, z) for x, y, z in half] + [(0.37, 0.0, 0.985)] + half[::-1]
    bars = tube(bow, 0.012, segments=8)
    grips = [rod((0.14, y, 0.988), (0.245, y, 1.0), 0.018) for y in (-0.25, 0.25)]
    drive, pedals, chain = _bicycle_drive()
    lamp = cylinder(0.035, 0, 0.06).turned("y", np.pi / 2).at(0.40, 0, 0.86)
    return Model(
        pieces=(
            piece(MAIN, *frame, *_mudguards()),
            piece(TYRE, *tyres, *pedals),
            piece(STEEL, *metal, post, stem, bars, *drive, lamp),
            piece(BLACK, *chain),
            piece(HIDE, _saddle().at(-0.28, 0, 0.89), *grips),
        ),
        parts=(
            *(_disc(centre, RADIUS, 0.04) for centre in (_REAR, _FRONT)),
            hull_part(*frame[:4], post),
            hull_part(bars, stem, *grips),
            box_part(0.3, 0.18, 0.86, 0.97, x=-0.27),
            box_part(0.3, 0.36, 0.14, 0.42, x=_CRANK[0]),
        ),
    )


def _bar(a: np.ndarray, b: np.ndarray, radius: float, segments: int = 10) -> Solid:
    return tube([a, b], radius, segments=segments)


def _bicycle_wheels() -> tuple[list[Solid], list[Solid]]:
    """Tyres, and what is of metal: rims, spokes and hubs."""
    tyres, metal = [], []
    for centre in (_REAR, _FRONT):
        tyres.append(torus(RADIUS - 0.018, 0.018, 36, 8).at(*centre))
        metal.append(torus(RADIUS - 0.04, 0.009, 36, 6).at(*centre))
        across = np.array([0, 0.05, 0])
        metal.append(_bar(centre - across, centre + across, 0.018))
        for k in range(14):
            turn = k / 14 * 2 * np.pi
            rim = (RADIUS - 0.04) * np.array([np.cos(turn), 0, np.sin(turn)])
            hub = np.array([0, 0.02 * (-1) ** k, 0])
            metal.append(_bar(centre + hub, centre + rim, 0.0025, segments=4))
    return tyres, metal


def _bicycle_frame() -> list[Solid]:
    """The four main tubes, then the stays and the fork."""
    tubes = [
        _bar(_CRANK, _SEAT, 0.016),
        _bar(_CRANK, _HEAD_LOW, 0.019),
        _bar(_SEAT, _HEAD_TOP, 0.016),
        _bar(_HEAD_LOW, _HEAD_TOP, 0.021),
    ]
    for y in (-0.035, 0.035):
        side = np.array([0, y, 0])
        tubes.append(_bar(_CRANK + 0.5 * side, _REAR + side, 0.01))
        tubes.append(_bar(_SEAT + 0.4 * side, _REAR + side, 0.009))
        tubes.append(_bar(_HEAD_LOW + side, _FRONT + side, 0.012))
    return tubes


def _mudguards() -> list[Solid]:
    guards = []
    for centre, begin, end in ((_REAR, 0.9, 3.0), (_FRONT, 0.6, 2.3)):
        turn = np.linspace(begin, end, 12)
        arc = (RADIUS + 0.025) * np.stack([np.cos(turn), 0 * turn, np.sin(turn)], -1)
        guards.append(tube(centre + arc, 0.014, segments=8))
    return guards


def _bicycle_drive() -> tuple[list[Solid], list[Solid], list[Solid]]:
    """Chain ring and crank arms, pedals, and the two runs of the chain."""
    disc = revolve([(0, 0), (0.095, 0), (0.095, 0.008), (0, 0.008)], 24)
    metal, pedals, chain = [disc.turned("x", np.pi / 2).at(_CRANK[0], -0.045, _CRANK[2])], [], []
    for s in (-1, 1):
        end = _CRANK + np.array([0.12 * s, 0.09 * s, -0.12 * s])
        metal.append(_bar(_CRANK + np.array([0, 0.07 * s, 0]), end, 0.012))
        pedals.append(slab(0.09, 0.10, end[2] - 0.012, end[2] + 0.012, x=end[0], y=0.15 * s))
        ring, cog = np.array([0, -0.05, 0.09 * s]), np.array([0, -0.05, 0.035 * s])
        chain.append(_bar(_CRANK + ring, _REAR + cog, 0.006, segments=6))
    return metal, pedals, chain


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
