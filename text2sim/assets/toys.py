"""Balls, hoops, swords and guitars."""

from __future__ import annotations

import numpy as np

from text2sim.assets.model import (
    BLACK,
    DARK,
    GOLD,
    LIGHT,
    MAIN,
    STEEL,
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
    ellipsoid,
    extrude,
    hull,
    loft,
    rod,
    torus,
    tube,
)


def ball(size: Size, count: int) -> Model:
    """A football: a sphere with twelve raised pentagons, so that one sees it roll."""
    sphere = ellipsoid((0.994, 0.994, 0.994), 32, 18)
    patches = [_patch(axis) for axis in _icosahedron()]
    skin = ellipsoid((1.0, 1.0, 1.0), 14, 9).vertices
    return Model(
        pieces=(
            piece(MAIN, sphere),
            piece(Paint(material="rubber", colour=(0.03, 0.03, 0.03)), *patches),
        ),
        parts=(skin,),
    )


def _icosahedron() -> np.ndarray:
    """Its twelve corners, one of them up: unit vectors (12, 3)."""
    lift = np.arctan(0.5)
    ring = np.arange(5) * 2 * np.pi / 5
    up = np.stack(
        [np.cos(lift) * np.cos(ring), np.cos(lift) * np.sin(ring), np.full(5, np.sin(lift))], -1
    )
    return np.concatenate([[[0, 0, 1.0]], up, -up, [[0, 0, -1.0]]])


def _patch(axis: np.ndarray) -> Solid:
    """A pentagon that lies on the unit sphere around `axis`."""
    side = np.cross(axis, [0.0, 0.3, 1.0] if abs(axis[2]) < 0.95 else [1.0, 0, 0])
    side /= np.linalg.norm(side)
    other = np.cross(axis, side)
    turn = np.arange(15) / 15 * 2 * np.pi
    shape = np.cos(np.pi / 5) / np.cos((turn % (2 * np.pi / 5)) - np.pi / 5)

    def ring(angle: float, radius: float) -> np.ndarray:
        a = angle * shape[:, None]
        flat = np.cos(turn)[:, None] * side + np.sin(turn)[:, None] * other
        return radius * (np.cos(a) * axis + np.sin(a) * flat)

    rings = [ring(0.40, 0.97), ring(0.40, 0.998), ring(0.36, 1.0), ring(0.18, 1.0)]
    return loft(rings, start=0.9 * axis, end=axis, crease=0.6)


def guitar(size: Size, count: int) -> Model:
    """Stands upright, the strings face +X."""
    _, w, h = size
    turn = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    up = -np.cos(turn)
    half = (
        0.5
        * w
        * np.abs(np.sin(turn)) ** 0.6
        * (0.87 + 0.13 * np.cos(np.pi * (up + 1)) - 0.12 * (up > -0.2) * np.clip(up + 0.2, 0, 1))
    )
    waist = 1 - 0.26 * np.exp(-(((up - 0.25) / 0.28) ** 2))
    outline = np.stack([np.sign(np.sin(turn)) * half * waist, 0.25 * h * (up + 1)], -1)
    thick = 0.075 * h

    def flat(points: np.ndarray, low: float, high: float, bevel: float) -> Solid:
        return extrude(points, low, high, bevel).turned("x", np.pi / 2).turned("z", np.pi / 2)

    body = flat(outline, 0, thick, 0.006)
    face = flat(outline * [0.965, 0.965] + [0, 0.0088 * h], thick - 0.002, thick + 0.003, 0.001)
    hole = cylinder(0.052 * h, 0, 0.004, 24).turned("y", np.pi / 2).at(thick + 0.002, 0, 0.335 * h)
    neck = box([thick - 0.012, -0.026, 0.36 * h], [thick + 0.012, 0.026, 0.86 * h])
    head = hull(
        [
            [x, y, z]
            for x in (thick - 0.02, thick + 0.002)
            for y, z in (
                (-0.027, 0.85 * h),
                (0.027, 0.85 * h),
                (0.042, 0.985 * h),
                (-0.042, 0.985 * h),
                (0, h),
            )
        ]
    )
    bridge_ = box([thick, -0.09 * w / 0.38, 0.15 * h], [thick + 0.014, 0.09 * w / 0.38, 0.175 * h])
    frets = [
        box([thick, -0.026, z * h], [thick + 0.014, 0.026, z * h + 0.003], bevel=0.0005)
        for z in 0.86 - 0.36 * (1 - 2.0 ** (-np.arange(1, 13) / 12)) * 1.4
    ]
    strings = [
        rod((thick + 0.014, y * 1.3, 0.16 * h), (thick + 0.015, y, 0.86 * h), 0.0012, segments=4)
        for y in np.linspace(-0.02, 0.02, 6)
    ]
    pegs = [
        rod((thick - 0.01, s * 0.03, z * h), (thick - 0.01, s * 0.06, z * h), 0.007, segments=8)
        for s in (-1, 1)
        for z in (0.88, 0.92, 0.96)
    ]
    return Model(
        pieces=(
            piece(DARK, body, head),
            piece(MAIN, face),
            piece(BLACK, hole, bridge_),
            piece(Paint(material="wood", colour=(0.06, 0.03, 0.015)), neck),
            piece(STEEL, *frets, *strings, *pegs),
        ),
        parts=(hull_part(body), hull_part(neck, head)),
    )


def sword(size: Size, count: int) -> Model:
    """Stands upright, point up; the guard lies along Y."""
    d, w, h = size
    grip, guard = 0.17 * h, 0.20 * h
    half, edge = 0.20 * w, 0.26 * d
    rings = []
    for z, k in ((guard, 1.0), (0.5 * h, 0.92), (0.9 * h, 0.8), (0.96 * h, 0.45)):
        b, t = half * k, edge * k
        rings.append(
            [
                [0, -b, z],
                [t, -0.25 * b, z],
                [t, 0.25 * b, z],
                [0, b, z],
                [-t, 0.25 * b, z],
                [-t, -0.25 * b, z],
            ]
        )
    blade = loft(rings, end=[0, 0, h], crease=0.15)
    cross = cushion([-d / 2, -w / 2, grip], [d / 2, w / 2, guard + 0.006], 0.4 * d)
    handle = cylinder(0.36 * d, 0.03 * h, grip + 0.004, 16)
    pommel = ellipsoid((0.5 * d, 0.75 * d, 0.026 * h), 16, 10).at(z=0.026 * h)
    hide = Paint(material="leather", colour=(0.12, 0.05, 0.025))
    return Model(
        pieces=(piece(MAIN, blade), piece(GOLD, cross, pommel), piece(hide, handle)),
        parts=(hull_part(blade), box_part(d, w, grip, guard), box_part(d, d, 0, grip)),
    )


def ring(size: Size, count: int) -> Model:
    """A hoop that stands on its edge in the plane XZ."""
    d, w, _ = size
    bar = w / 2
    r = d / 2 - bar
    hoop = torus(r, bar, 48, 12)
    stripes = []
    for k in range(6):
        turn = k / 6 * 2 * np.pi + np.linspace(0, 0.35, 6)
        path = np.stack([r * np.cos(turn), 0 * turn, r * np.sin(turn)], -1)
        stripes.append(tube(path, 1.02 * bar, segments=12, crease=1.2))
    parts = []
    for k in range(12):
        turn = (k + np.array([0, 0.5, 1])) / 12 * 2 * np.pi
        path = np.stack([r * np.cos(turn), 0 * turn, r * np.sin(turn)], -1)
        parts.append(hull_part(tube(path, bar, segments=6)))
    return Model(pieces=(piece(MAIN, hoop), piece(LIGHT, *stripes)), parts=tuple(parts))


BUILDERS: dict[str, Builder] = {"ball": ball, "guitar": guitar, "sword": sword, "ring": ring}
