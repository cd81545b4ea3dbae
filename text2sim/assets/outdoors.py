"""Plants, stones and street furniture."""

from __future__ import annotations

import numpy as np

from text2sim.assets.model import (
    BLACK,
    DARK,
    MAIN,
    WHITE,
    Builder,
    Model,
    Paint,
    Size,
    box_part,
    hull_part,
    piece,
    round_part,
)
from text2sim.assets.plants import GOLDEN_ANGLE
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

IRON = Paint(material="steel", colour=(0.17, 0.18, 0.19), tinted=True)


def rock(size: Size, count: int) -> Model:
    """A faceted boulder with a flat top."""
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
    ).at(x)
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
        pieces=(
            piece(IRON, pole, base, arm, shade),
            piece(glow, light),
        ),
        parts=(
            box_part(w, w, 0, 0.1, x=x),
            box_part(2 * r, 2 * r, 0, 0.87 * h, x=x),
            hull_part(arm),
            hull_part(shade, light),
        ),
    )


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
        band(
            [
                (radius(a * h) - 0.01, a * h),
                (radius(a * h) + 0.002, a * h),
                (radius(b * h) + 0.002, b * h),
                (radius(b * h) - 0.01, b * h),
            ]
        )
        for a, b in ((0.34, 0.52), (0.68, 0.82))
    ]
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
        pieces=(
            piece(Paint(material="stone"), *stones),
            piece(MAIN, *logs),
            piece(red, *flames[1:]),
            piece(yellow, flames[0]),
        ),
        parts=(
            round_part((0.49 * d, -0.1 * h), (0.49 * d, 0.12 * d)),
            round_part((0.33 * d, 0), (0.06 * d, h)),
        ),
    )


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
    rings = [
        p + np.stack([r * np.cos(t), r * np.sin(t), 0 * t], -1)
        for p, r, t in zip(path, wide, [np.arange(10) / 10 * 2 * np.pi] * 6)
    ]
    return loft(rings, end=[path[-1, 0], path[-1, 1], height], crease=2.0)


def statue(size: Size, count: int) -> Model:
    """A standing figure on a plinth."""
    d, w, h = size
    base = 0.32 * h
    plinth = [
        slab(d, w, 0, 0.05 * h, bevel=0.02),
        slab(0.8 * d, 0.8 * w, 0.04 * h, base - 0.04 * h),
        slab(0.92 * d, 0.92 * w, base - 0.05 * h, base, bevel=0.02),
    ]
    k = (h - base) / 1.75
    figure = [solid.scaled(k, k, k).at(z=base) for solid in _figure()]
    return Model(
        pieces=(piece(DARK, *plinth), piece(MAIN, *figure)),
        parts=(
            box_part(d, w, 0, 0.05 * h),
            box_part(0.9 * d, 0.9 * w, 0, base),
            hull_part(figure[0]),
            hull_part(figure[1], figure[3]),
            *map(hull_part, figure[4:]),
        ),
    )


def _figure() -> list[Solid]:
    """A robed figure 1.75 m tall: robe, head, nose, hair, left arm, right arm (raised)."""
    rows = [
        (0, 0), (0.26, 0), (0.235, 0.1), (0.19, 0.6), (0.165, 0.95), (0.145, 1.08), (0.175, 1.32),
        (0.155, 1.43), (0.07, 1.5), (0.055, 1.56), (0, 1.58),
    ]  # fmt: skip
    robe = revolve(rows, 24, crease=2.0).scaled(0.8, 1.15, 1.0)
    folds = robe.vertices.copy()
    turn = np.arctan2(folds[:, 1], folds[:, 0])
    wave = 1 + 0.06 * np.cos(12 * turn) * np.clip(1 - folds[:, 2], 0, 1)
    folds[:, :2] *= wave[:, None]
    left = [(0, 0.17, 1.38), (0, 0.25, 1.22), (0.03, 0.27, 1.08), (0.12, 0.2, 0.99), (0.19, 0.1, 1)]
    right = [
        (0, -0.17, 1.38), (0.04, -0.26, 1.30), (0.12, -0.32, 1.36), (0.17, -0.30, 1.52),
        (0.19, -0.28, 1.62),
    ]  # fmt: skip
    return [
        Solid(vertices=folds, faces=robe.faces, crease=robe.crease),
        ellipsoid((0.095, 0.078, 0.125)).at(0.015, 0, 1.625),
        ellipsoid((0.02, 0.012, 0.022), 8, 6).at(0.11, 0, 1.615),
        ellipsoid((0.10, 0.086, 0.10)).at(-0.012, 0, 1.655),
        tube(left, [0.05, 0.06, 0.05, 0.042, 0.032], segments=12, crease=2.0),
        tube(right, [0.05, 0.058, 0.046, 0.036, 0.026], segments=12, crease=2.0),
    ]


def punching_bag(size: Size, count: int) -> Model:
    """A heavy bag on a sprung foot."""
    d, _, h = size
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
    rings = [
        band(
            [
                (r - 0.01, z * h - 0.02),
                (r + 0.006, z * h - 0.02),
                (r + 0.006, z * h + 0.02),
                (r - 0.01, z * h + 0.02),
            ],
            28,
        )
        for z in (0.34, 0.62, 0.9)
    ]
    return Model(
        pieces=(piece(BLACK, foot, neck, *rings), piece(MAIN, body)),
        parts=(
            round_part((d / 2, 0), (0.36 * d, 0.13 * h)),
            round_part((0.1 * d, 0.1 * h), (0.1 * d, 0.27 * h)),
            round_part((r, 0.26 * h), (r, h), segments=16),
        ),
    )


BUILDERS: dict[str, Builder] = {
    "rock": rock,
    "street lamp": street_lamp,
    "cone": cone,
    "campfire": campfire,
    "statue": statue,
    "punching bag": punching_bag,
}
