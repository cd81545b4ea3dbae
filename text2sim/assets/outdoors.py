"""Plants, stones and street furniture."""

from __future__ import annotations

import numpy as np

from text2sim.assets.model import (
    BLACK,
    DARK,
    LIGHT,
    MAIN,
    WHITE,
    Builder,
    Model,
    Paint,
    Piece,
    Size,
    box_part,
    hull_part,
    piece,
    round_part,
)
from text2sim.assets.primitives import (
    Solid,
    band,
    blob,
    cushion,
    cylinder,
    ellipsoid,
    hull,
    loft,
    revolve,
    rod,
    slab,
    tube,
)

BARK = Paint(material="wood", colour=(0.13, 0.075, 0.045))
GOLDEN_ANGLE = np.pi * (3.0 - np.sqrt(5.0))


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
        rod((0, 0, 0.06 * h), (2.3 * r * np.cos(a), 2.3 * r * np.sin(a), 0.012 * h), 0.7 * r, 0.25 * r)
        for a in (0.4, 1.9, 3.3, 4.9)
    ]  # fmt: skip
    clumps, boughs = [], []
    for i in range(7):
        a = i * GOLDEN_ANGLE
        out, up = 0.29, middle + 0.07 * h * np.sin(2.3 * i)
        spot = np.array([out * d * np.cos(a), out * w * np.sin(a), up])
        grow = 0.23 + 0.03 * np.sin(1.9 * i)
        clumps.append(blob((grow * d, grow * w, 0.165 * h), i).at(*spot))
        boughs.append(rod((0.02 * d, 0, 0.40 * h), tuple(spot), 0.42 * r, 0.2 * r, 8))
    clumps.append(blob((0.34 * d, 0.34 * w, 0.21 * h), 8.0).at(z=middle - 0.01 * h))
    clumps.append(blob((0.27 * d, 0.27 * w, 0.15 * h), 9.0).at(0.03 * d, 0, 0.87 * h))
    return Model(
        pieces=(piece(BARK, trunk, *roots, *boughs), piece(MAIN, *clumps[::2]),
                piece(Paint(colour=(1.25, 1.2, 0.9)), *clumps[1::2])),
        parts=(round_part((1.3 * r, 0), (0.9 * r, crown + 0.1 * h), segments=8),
               _egg(0.47 * d, 0.47 * w, 0.29 * h, 0.71 * h)),
    )  # fmt: skip


def _egg(a: float, b: float, c: float, z: float) -> np.ndarray:
    """Points of an ellipsoid of radii a, b, c around height z."""
    return ellipsoid((a, b, c), 10, 6).at(z=z).vertices


def bush(size: Size, count: int) -> Model:
    d, w, h = size
    clumps = []
    for i in range(6):
        a = i * GOLDEN_ANGLE
        up = 0.38 * h + 0.06 * h * np.sin(3 * i)
        clumps.append(
            blob((0.27 * d, 0.27 * w, 0.38 * h), i, 0.09).at(0.24 * d * np.cos(a), 0.24 * w * np.sin(a), up)
        )  # fmt: skip
    clumps.append(blob((0.3 * d, 0.3 * w, 0.5 * h), 7.5, 0.09).at(z=0.5 * h))
    grounded = [
        Solid(vertices=np.maximum(c.vertices, [-9, -9, 0.0]), faces=c.faces, crease=c.crease)
        for c in clumps
    ]
    return Model(
        pieces=(piece(MAIN, *grounded[::2]), piece(Paint(colour=(1.25, 1.2, 0.9)), *grounded[1::2])),
        parts=(_egg(0.48 * d, 0.48 * w, 0.5 * h, 0.5 * h),),
    )  # fmt: skip


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


def plant(size: Size, count: int) -> Model:
    """Long leaves in a clay pot."""
    d, w, h = size
    r, rim = 0.3 * d, 0.3 * h
    pot = revolve(
        [(0, 0), (0.68 * r, 0), (0.95 * r, 0.8 * rim), (1.08 * r, 0.8 * rim), (1.1 * r, rim),
         (0.98 * r, rim), (0.93 * r, 0.9 * rim), (0, 0.9 * rim)], 24,
    )  # fmt: skip
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
        pieces=(piece(clay, pot), piece(earth, soil), piece(MAIN, *leaves[::2]),
                piece(LIGHT, *leaves[1::2])),
        parts=(round_part((0.7 * r, 0), (1.1 * r, rim)),
               _egg(0.42 * d, 0.42 * w, 0.36 * h, 0.63 * h)),
    )  # fmt: skip


def rock(size: Size, count: int) -> Model:
    """A faceted boulder with a flat top."""
    d, w, h = size
    index = np.arange(70)
    z = 1 - 2 * (index + 0.5) / 70
    a = index * GOLDEN_ANGLE
    ring = np.sqrt(1 - z * z)
    points = np.stack([ring * np.cos(a), ring * np.sin(a), z], axis=-1)
    x, y, _ = points.T
    points *= (1 + 0.13 * np.sin(3.1 * x + 1) * np.cos(2.7 * y) + 0.08 * np.sin(7 * y + 5 * z))[
        :, None
    ]
    points[:, 2] = np.clip(points[:, 2], -0.55, 0.72)
    stone = hull(points, crease=0.35)
    return Model(pieces=(piece(MAIN, stone),), parts=(stone.vertices,))


def street_lamp(size: Size, count: int) -> Model:
    """A post at -X whose arm carries the light to +X."""
    d, w, h = size
    x = -d / 2 + w / 2
    r = 0.045
    pole = tube([[x, 0, 0.1], [x, 0, 0.5 * h], [x, 0, 0.88 * h]], [r, 0.9 * r, 0.8 * r])
    base = revolve(
        [(0, 0), (w / 2, 0), (w / 2, 0.03), (0.3 * w, 0.1), (0.24 * w, 0.4), (r, 0.5), (0, 0.5)], 16
    )
    turn = np.linspace(0, np.pi / 2, 7)
    arm_end = d / 2 - 0.3
    arc = [[x, 0, 0.86 * h]] + [
        [x + (arm_end - x) * (1 - np.cos(t)), 0, 0.86 * h + 0.125 * h * np.sin(t)] for t in turn[1:]
    ]
    arm = tube(arc, 0.75 * r)
    shade = cushion([arm_end - 0.04, -0.11, h - 0.085], [d / 2, 0.11, h], 0.035)
    light = cushion([arm_end + 0.03, -0.08, h - 0.11], [d / 2 - 0.04, 0.08, h - 0.07], 0.03)
    glow = Paint(material="plastic", colour=(1.0, 0.88, 0.55))
    return Model(
        pieces=(piece(Paint(colour=(0.35, 0.37, 0.38)), pole, base, arm, shade), piece(glow, light)),
        parts=(box_part(w, w, 0, 0.1, x=x), box_part(2 * r, 2 * r, 0, 0.87 * h, x=x), hull_part(arm),
               hull_part(shade, light)),
    )  # fmt: skip


def cone(size: Size, count: int) -> Model:
    """A traffic cone with white bands."""
    d, w, h = size
    foot = cushion([-d / 2, -w / 2, 0], [d / 2, w / 2, 0.07 * h], 0.03)
    low, high = 0.38 * d, 0.06 * d

    def radius(z: float) -> float:
        return low + (high - low) * (z / h - 0.05) / 0.95

    body = revolve(
        [(0, 0.02 * h), (radius(0.05 * h), 0.05 * h), (high, 0.985 * h), (0.7 * high, h), (0, h)],
        24,
    )
    bands = [
        band([(radius(a * h) - 0.01, a * h), (radius(a * h) + 0.002, a * h),
              (radius(b * h) + 0.002, b * h), (radius(b * h) - 0.01, b * h)])
        for a, b in ((0.34, 0.52), (0.68, 0.82))
    ]  # fmt: skip
    return Model(
        pieces=(piece(MAIN, foot, body), piece(WHITE, *bands)),
        parts=(box_part(d, w, 0, 0.07 * h), round_part((low, 0.05 * h), (high, h))),
    )


def campfire(size: Size, count: int) -> Model:
    """A ring of stones, a tent of logs, and flames."""
    d, w, h = size
    stones = []
    for i in range(11):
        a = i / 11 * 2 * np.pi
        grow = 1 + 0.15 * np.sin(5 * i)
        stone = blob((0.085 * d * grow, 0.075 * d, 0.07 * d), 1.7 * i, 0.1, 10)
        stones.append(
            stone.turned("z", a).at(0.41 * d * np.cos(a), 0.41 * w * np.sin(a), 0.055 * d)
        )
    logs = []
    for i in range(6):
        a = i / 6 * 2 * np.pi + 0.3
        foot = (0.29 * d * np.cos(a), 0.29 * w * np.sin(a), 0.05 * h)
        top = (-0.05 * d * np.cos(a), -0.05 * w * np.sin(a), 0.62 * h)
        logs.append(rod(foot, top, 0.045 * d, 0.035 * d, 9))
    flames = [_flame(0.13 * d, h - 0.05 * h).at(z=0.05 * h)]
    flames += [
        _flame(0.08 * d, 0.58 * h)
        .turned("x", 0.12 * np.cos(a))
        .at(0.1 * d * np.cos(a), 0.1 * d * np.sin(a), 0.1 * h)
        for a in (0.5, 2.6, 4.4)
    ]
    red = Paint(material="paper", colour=(1.0, 0.28, 0.02))
    yellow = Paint(material="paper", colour=(1.0, 0.65, 0.06))
    return Model(
        pieces=(piece(Paint(material="stone"), *stones), piece(MAIN, *logs), piece(red, *flames[1:]),
                piece(yellow, flames[0])),
        parts=(round_part((0.49 * d, 0), (0.49 * d, 0.12 * d)),
               round_part((0.33 * d, 0), (0.06 * d, h))),
    )  # fmt: skip


def _flame(radius: float, height: float) -> Solid:
    u = np.array([0.0, 0.12, 0.3, 0.5, 0.7, 0.87])
    wide = radius * np.array([0.5, 0.9, 1.0, 0.7, 0.4, 0.16])
    path = np.stack(
        [
            0.35 * radius * np.sin(5 * u),
            0.3 * radius * np.sin(4 * u + 1) - 0.25 * radius,
            u * height,
        ],
        -1,
    )
    rings = [p + np.stack([r * np.cos(t), r * np.sin(t), 0 * t], -1)
             for p, r, t in zip(path, wide, [np.arange(10) / 10 * 2 * np.pi] * 6)]  # fmt: skip
    return loft(rings, end=[path[-1, 0], path[-1, 1], height], crease=2.0)


def statue(size: Size, count: int) -> Model:
    """A standing figure on a plinth."""
    d, w, h = size
    base = 0.32 * h
    plinth = [slab(d, w, 0, 0.05 * h, bevel=0.02), slab(0.8 * d, 0.8 * w, 0.04 * h, base - 0.04 * h),
              slab(0.92 * d, 0.92 * w, base - 0.05 * h, base, bevel=0.02)]  # fmt: skip
    k = (h - base) / 1.75
    robe = revolve(
        [(0, 0), (0.26, 0), (0.235, 0.1), (0.19, 0.6), (0.165, 0.95), (0.145, 1.08), (0.175, 1.32),
         (0.155, 1.43), (0.07, 1.5), (0.055, 1.56), (0, 1.58)], 24, crease=2.0,
    ).scaled(0.8, 1.15, 1.0)  # fmt: skip
    folds = robe.vertices.copy()
    angle = np.arctan2(folds[:, 1], folds[:, 0])
    wave = 1 + 0.06 * np.cos(12 * angle) * np.clip(1 - folds[:, 2] / 1.0, 0, 1)
    folds[:, :2] *= wave[:, None]
    robe = Solid(vertices=folds, faces=robe.faces, crease=robe.crease)
    head = ellipsoid((0.095, 0.078, 0.125)).at(0.015, 0, 1.625)
    nose = ellipsoid((0.02, 0.012, 0.022), 8, 6).at(0.11, 0, 1.615)
    curls = ellipsoid((0.10, 0.086, 0.10)).at(-0.012, 0, 1.655)
    arms = [
        tube([[0, 0.17, 1.38], [0.0, 0.25, 1.22], [0.03, 0.27, 1.08], [0.12, 0.2, 0.99], [0.19, 0.1, 1.0]],
             [0.05, 0.06, 0.05, 0.042, 0.032], segments=12, crease=2.0),
        tube([[0, -0.17, 1.38], [0.04, -0.26, 1.30], [0.12, -0.32, 1.36], [0.17, -0.30, 1.52], [0.19, -0.28, 1.62]],
             [0.05, 0.058, 0.046, 0.036, 0.026], segments=12, crease=2.0),
    ]  # fmt: skip
    figure = [s.scaled(k, k, k).at(z=base) for s in (robe, head, nose, curls, *arms)]
    return Model(
        pieces=(piece(DARK, *plinth), piece(MAIN, *figure)),
        parts=(box_part(d, w, 0, 0.05 * h), box_part(0.9 * d, 0.9 * w, 0, base),
               hull_part(figure[0]), hull_part(figure[1], figure[3]), *map(hull_part, figure[4:])),
    )  # fmt: skip


def punching_bag(size: Size, count: int) -> Model:
    """A heavy bag on a sprung foot."""
    d, w, h = size
    r = 0.42 * d
    foot = revolve(
        [
            (0, 0),
            (d / 2, 0),
            (d / 2, 0.05 * h),
            (0.36 * d, 0.13 * h),
            (0.1 * d, 0.15 * h),
            (0, 0.15 * h),
        ],
        28,
    )
    neck = cylinder(0.1 * d, 0.13 * h, 0.27 * h)
    body = revolve(
        [
            (0, 0.26 * h),
            (0.8 * r, 0.26 * h),
            (r, 0.285 * h),
            (r, 0.96 * h),
            (0.85 * r, 0.99 * h),
            (0, h),
        ],
        28,
    )
    rings = [band([(r - 0.01, z * h - 0.02), (r + 0.006, z * h - 0.02), (r + 0.006, z * h + 0.02),
                   (r - 0.01, z * h + 0.02)], 28) for z in (0.34, 0.62, 0.9)]  # fmt: skip
    return Model(
        pieces=(piece(BLACK, foot, neck, *rings), piece(MAIN, body)),
        parts=(round_part((d / 2, 0), (0.36 * d, 0.13 * h)), round_part((0.1 * d, 0.1 * h), (0.1 * d, 0.27 * h)),
               round_part((r, 0.26 * h), (r, h), segments=16)),
    )  # fmt: skip


BUILDERS: dict[str, Builder] = {
    "tree": tree, "bush": bush, "plant": plant, "rock": rock, "street lamp": street_lamp,
    "cone": cone, "campfire": campfire, "statue": statue, "punching bag": punching_bag,
}  # fmt: skip
