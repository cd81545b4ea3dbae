"""Trees, bushes and pot plants."""

from __future__ import annotations

import numpy as np

from text2sim.assets.model import (
    LIGHT,
    MAIN,
    Builder,
    Model,
    Paint,
    Size,
    hull_part,
    piece,
    round_part,
)
from text2sim.assets.primitives import (
    Solid,
    blob,
    cylinder,
    ellipsoid,
    loft,
    revolve,
    rod,
    tube,
)

GOLDEN_ANGLE = np.pi * (3.0 - np.sqrt(5.0))
"""Turn [rad] from leaf to leaf that never repeats a direction."""
BARK = Paint(material="wood", colour=(0.13, 0.075, 0.045))


def tree(size: Size, count: int) -> Model:
    """A trunk with roots and boughs, and a crown of overlapping clumps of leaves."""
    d, w, h = size
    r = 0.055 * min(d, w) * (h / 3.6) ** 0.3
    crown, middle = 0.42 * h, 0.70 * h
    zs = np.array([0.0, 0.03, 0.12, 0.3, 0.5, 0.62]) * h
    bend = np.array([0, 0, 0.01, 0.03, 0.02, 0.0]) * d
    path = np.stack([bend, -0.5 * bend, zs], axis=-1)
    trunk = tube(path, r * np.array([1.7, 1.35, 1.05, 0.9, 0.7, 0.5]), segments=12)
    roots = [
        rod(
            (0, 0, 0.06 * h),
            (2.3 * r * np.cos(a), 2.3 * r * np.sin(a), 0.012 * h),
            0.7 * r,
            0.25 * r,
        )
        for a in (0.4, 1.9, 3.3, 4.9)
    ]
    clumps, boughs = [], []
    for i in range(11):
        a, upper = i * GOLDEN_ANGLE, i >= 6
        out = 0.19 if upper else 0.31
        up = middle + h * (0.115 if upper else -0.045) + 0.03 * h * np.sin(2.3 * i)
        spot = np.array([out * d * np.cos(a), out * w * np.sin(a), up])
        grow = 0.19 + 0.025 * np.sin(1.9 * i)
        clumps.append(blob((grow * d, grow * w, 0.125 * h), i, segments=14).at(*spot))
        if not upper:
            boughs.append(rod((0.02 * d, 0, 0.40 * h), tuple(spot), 0.42 * r, 0.2 * r, 8))
    clumps.append(blob((0.36 * d, 0.36 * w, 0.20 * h), 8.0).at(z=middle))
    clumps.append(blob((0.20 * d, 0.20 * w, 0.11 * h), 9.0, segments=14).at(0.03 * d, 0, 0.90 * h))
    return Model(
        pieces=(
            piece(BARK, trunk, *roots, *boughs),
            piece(MAIN, *clumps[::2]),
            piece(Paint(colour=(1.25, 1.2, 0.9)), *clumps[1::2]),
        ),
        parts=(
            round_part((1.3 * r, 0), (0.9 * r, crown + 0.1 * h), segments=8),
            egg_points(0.47 * d, 0.47 * w, 0.29 * h, 0.71 * h),
        ),
    )


def egg_points(a: float, b: float, c: float, z: float) -> np.ndarray:
    """Points of an ellipsoid of radii a, b, c around height z."""
    return ellipsoid((a, b, c), 10, 6).at(z=z).vertices


def bush(size: Size, count: int) -> Model:
    """Overlapping clumps of leaves on the ground."""
    d, w, h = size
    clumps = []
    for i in range(6):
        a = i * GOLDEN_ANGLE
        up = 0.38 * h + 0.06 * h * np.sin(3 * i)
        clumps.append(
            blob((0.27 * d, 0.27 * w, 0.38 * h), i, 0.09).at(
                0.24 * d * np.cos(a), 0.24 * w * np.sin(a), up
            )
        )
    clumps.append(blob((0.3 * d, 0.3 * w, 0.5 * h), 7.5, 0.09).at(z=0.5 * h))
    grounded = [
        Solid(vertices=np.maximum(c.vertices, [-9, -9, 0.0]), faces=c.faces, crease=c.crease)
        for c in clumps
    ]
    return Model(
        pieces=(
            piece(MAIN, *grounded[::2]),
            piece(Paint(colour=(1.25, 1.2, 0.9)), *grounded[1::2]),
        ),
        parts=(egg_points(0.53 * d, 0.53 * w, 0.55 * h, 0.5 * h),),
    )


def _leaf(length: float, width: float, droop: float, lift: float) -> Solid:
    """A pointed blade along +X that rises by `lift` [rad] and bends down by `droop` [rad]."""
    u = np.linspace(0.0, 1.0, 8)
    angle = lift - droop * u
    step = np.full(8, length / 7)
    x = np.concatenate([[0], np.cumsum(step[1:] * np.cos(angle[1:]))])
    z = np.concatenate([[0], np.cumsum(step[1:] * np.sin(angle[1:]))])
    half = width * np.sin(np.pi * np.clip(0.06 + 0.92 * u, 0, 1)) ** 0.8
    thick = 0.004
    rings = [
        [[xi, 0, zi + thick - 0.15 * b], [xi, b, zi], [xi, 0, zi - thick - 0.15 * b], [xi, -b, zi]]
        for xi, zi, b in zip(x, z, half)
    ]
    return loft(rings, crease=1.0)


def pine(size: Size, count: int) -> Model:
    """A conifer: tiers of drooping branches around a straight trunk."""
    d, w, h = size
    path = np.array([[0, 0, 0], [0, 0, 0.3 * h], [0, 0, 0.9 * h]])
    trunk = tube(path, [0.055 * d, 0.04 * d, 0.012 * d])
    tiers = [_tier(d, w, h, k) for k in range(7)]
    return Model(
        pieces=(
            piece(BARK, trunk),
            piece(Paint(colour=(0.62, 0.85, 0.9)), *tiers[::2]),
            piece(MAIN, *tiers[1::2]),
        ),
        parts=(
            round_part((0.055 * d, 0), (0.05 * d, 0.15 * h), segments=8),
            round_part((0.46 * d, 0.1 * h), (0.40 * d, 0.25 * h), (0.02 * d, h), segments=10),
        ),
    )


def _tier(d: float, w: float, h: float, k: int) -> Solid:
    """Tier `k` of a conifer, counted from below: a skirt with nine drooping tips."""
    low, wide, rise = (0.16 + 0.10 * k) * h, 0.5 * (1 - 0.125 * k), 0.20 * h
    turn = (np.arange(36) + 0.5 * (k % 2)) / 36 * 2 * np.pi
    tip = 1 - 0.16 * (0.5 + 0.5 * np.cos(9 * turn + 2.0 * k))
    rings = []
    for share, up in ((0.25, 0.25), (1.0, 0.1), (0.97, 0.175), (0.5, 0.55), (0.12, 1.0)):
        radius = wide * share * (1 - share * (1 - tip))
        z = low + up * rise - 0.05 * h * share * tip
        rings.append(np.stack([d * radius * np.cos(turn), w * radius * np.sin(turn), z], -1))
    return loft(rings, crease=0.9)


def palm(size: Size, count: int) -> Model:
    """A bent ringed trunk with a crown of long drooping leaves."""
    d, w, h = size
    u = np.linspace(0, 1, 15)
    path = np.stack([0.10 * d * (u**2 - u), 0.04 * w * np.sin(2 * u), 0.80 * h * u], -1)
    radii = 0.045 * d * (1.35 - 0.55 * u) * np.where(np.arange(15) % 2, 1.0, 0.86)
    trunk = tube(path, radii, segments=12, crease=0.9)
    top = path[-1]
    blades = []
    for i in range(13):
        a, lift = i * GOLDEN_ANGLE, 1.15 - 0.075 * i
        blade = _leaf(0.60 * d, 0.055 * d, 1.9, lift)
        blades.append(blade.turned("z", a).at(*top))
    nuts = [
        blob((0.035 * d, 0.035 * d, 0.04 * d), i, 0.03, 10)
        .at(0.06 * d * np.cos(2.1 * i), 0.06 * d * np.sin(2.1 * i), -0.02 * h)
        .at(*top)
        for i in range(3)
    ]
    return Model(
        pieces=(
            piece(BARK, trunk, *nuts),
            piece(MAIN, *blades[::2]),
            piece(Paint(colour=(1.25, 1.2, 0.9)), *blades[1::2]),
        ),
        parts=(hull_part(trunk), hull_part(*blades)),
    )


def plant(size: Size, count: int) -> Model:
    """Long leaves in a clay pot."""
    d, _, h = size
    r, rim = 0.3 * d, 0.3 * h
    pot = revolve(
        [
            (0, 0),
            (0.68 * r, 0),
            (0.95 * r, 0.8 * rim),
            (1.08 * r, 0.8 * rim),
            (1.1 * r, rim),
            (0.98 * r, rim),
            (0.93 * r, 0.9 * rim),
            (0, 0.9 * rim),
        ],
        24,
    )
    soil = cylinder(0.92 * r, 0.8 * rim, 0.93 * rim)
    leaves = []
    for i in range(15):
        a, up = i * GOLDEN_ANGLE, 1.45 - 0.065 * i
        length = 0.62 * h * (1.1 - 0.018 * i)
        blade = _leaf(length, 0.085 * d, 0.5 + 0.09 * i, up)
        leaves.append(blade.turned("z", a).at(0.1 * r * np.cos(a), 0.1 * r * np.sin(a), 0.9 * rim))
    clay = Paint(material="ceramic", colour=(0.45, 0.17, 0.08))
    earth = Paint(material="stone", colour=(0.05, 0.035, 0.025))
    return Model(
        pieces=(
            piece(clay, pot),
            piece(earth, soil),
            piece(MAIN, *leaves[::2]),
            piece(LIGHT, *leaves[1::2]),
        ),
        parts=(
            round_part((0.7 * r, 0), (1.1 * r, rim)),
            hull_part(*leaves),
        ),
    )


BUILDERS: dict[str, Builder] = {
    "tree": tree, "bush": bush, "plant": plant, "pine": pine, "palm": palm,
}  # fmt: skip
