"""Small things: toys, instruments, devices, cloth, lamps."""

from __future__ import annotations

import numpy as np

from text2sim.assets.model import (
    BLACK,
    GOLD,
    MAIN,
    STEEL,
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
    band,
    box,
    cushion,
    loft,
    revolve,
    rod,
    slab,
    tube,
)

PAPER = Paint(material="paper")


def book(size: Size, count: int) -> Model:
    """Lies flat; the spine is at -Y."""
    d, w, h = size
    board = 0.09 * h
    covers = [slab(d, w, 0, board, bevel=0.001), slab(d, w, h - board, h, bevel=0.001)]
    spine = cushion([-d / 2, -w / 2, 0.0], [d / 2, -w / 2 + 0.35 * h, h], 0.3 * h)
    pages = slab(0.95 * d, 0.95 * w, board, h - board, y=-0.015 * w, bevel=0.0005)
    title = slab(0.5 * d, 0.08 * w, h - board, h + 0.0008, y=0.18 * w, bevel=0.0002)
    return Model(
        pieces=(piece(MAIN, *covers, spine), piece(PAPER, pages), piece(GOLD, title)),
        parts=(box_part(d, w, 0, h),),
    )


def hat(size: Size, count: int) -> Model:
    """A felt hat with a brim, a band and a pinched crown."""
    d, _, h = size
    r = 0.5 * d
    crown = revolve(
        [
            (0, 0.06 * h),
            (0.97 * r, 0.20 * h),
            (r, 0.24 * h),
            (0.96 * r, 0.27 * h),
            (0.66 * r, 0.10 * h),
            (0.585 * r, 0.16 * h),
            (0.56 * r, 0.6 * h),
            (0.52 * r, 0.9 * h),
            (0.42 * r, h),
            (0, 0.86 * h),
        ],
        32,
        crease=0.9,
    )
    shape = crown.vertices.copy()
    # The brim dips in front and behind, the crown is pinched at the front (+X).
    far = np.clip(np.hypot(shape[:, 0], shape[:, 1]) / r - 0.6, 0, 1) / 0.4
    shape[:, 2] -= 0.12 * h * far * np.abs(shape[:, 0]) / r
    front = np.clip(shape[:, 0] / r, 0, 1) * np.clip(shape[:, 2] / h - 0.4, 0, 1)
    shape[:, 1] *= 1 - 0.8 * front
    crown = Solid(vertices=shape, faces=crown.faces, crease=crown.crease)
    ribbon = band(
        [(0.55 * r, 0.14 * h), (0.605 * r, 0.14 * h), (0.595 * r, 0.36 * h), (0.55 * r, 0.36 * h)],
        32,
    )
    return Model(
        pieces=(piece(MAIN, crown), piece(BLACK, ribbon)),
        parts=(
            round_part((0.9 * r, 0.05 * h), (r, 0.2 * h), (0.95 * r, 0.26 * h)),
            round_part((0.58 * r, 0.1 * h), (0.55 * r, 0.6 * h), (0.42 * r, h)),
        ),
    )


def umbrella(size: Size, count: int) -> Model:
    """Open, handle down: eight ribs and a scalloped canopy."""
    r, rise, low = 0.5, 0.30, 0.62
    turn = np.arange(64) / 64 * 2 * np.pi
    rib = (np.cos(8 * turn) + 1) / 2

    def ring(u: float, drop: float = 0.0) -> np.ndarray:
        radius = r * u * (1 - 0.10 * u * (1 - rib))
        z = low + rise * np.cos(0.5 * np.pi * u) ** 0.8 - 0.025 * u * (1 - rib) - drop
        return np.stack([radius * np.cos(turn), radius * np.sin(turn), z], -1)

    steps = (0.06, 0.2, 0.4, 0.6, 0.8, 0.92, 1.0)
    canopy = loft(
        [*(ring(u) for u in steps), *(ring(u, 0.008) for u in steps[::-1])],
        start=[0, 0, low + rise],
        end=[0, 0, low + rise - 0.01],
        crease=0.6,
    )
    shaft = rod((0, 0, 0.06), (0, 0, 0.99), 0.008)
    hook = np.linspace(0, np.pi, 9)
    path = np.stack([0.035 - 0.035 * np.cos(hook), 0 * hook, 0.06 - 0.045 * np.sin(hook)], -1)
    handle = tube([[0, 0, 0.14], *path, [0.07, 0, 0.08]], 0.012, segments=10)
    ribs = [
        rod((0, 0, low + 0.05), (0.42 * np.cos(a), 0.42 * np.sin(a), low + 0.10), 0.003, segments=4)
        for a in np.arange(8) / 8 * 2 * np.pi
    ]
    tip = rod((0, 0, 0.9), (0, 0, 1.0), 0.01, 0.004)
    return Model(
        pieces=(
            piece(MAIN, canopy),
            piece(STEEL, shaft, tip, *ribs),
            piece(Paint(material="wood"), handle),
        ),
        parts=(
            round_part((0.5, low), (0.3, low + 0.22), (0.05, low + rise), segments=16),
            box_part(0.025, 0.025, 0.05, 1.0),
            hull_part(handle),
        ),
    )


def pillow(size: Size, count: int) -> Model:
    """Plump in the middle, pinched at the corners."""
    d, w, h = size
    u = np.linspace(-1, 1, 13)
    turn = np.arange(48) / 48 * 2 * np.pi

    def outline(k: float) -> np.ndarray:
        c, s = np.cos(turn), np.sin(turn)
        square = k / np.maximum(np.abs(c), np.abs(s)) ** (0.55 + 0.45 * k)
        tuck = 1 - 0.05 * k * np.cos(2 * turn) ** 2
        return np.stack([d / 2 * square * c * tuck, w / 2 * square * s * tuck], -1)

    rings = []
    for level in u:
        k = np.sqrt(max(0.0, 1 - abs(level) ** 1.6)) * 0.985 + 0.015
        flat = outline(k)
        corner = (np.abs(flat[:, 0]) / (d / 2)) * (np.abs(flat[:, 1]) / (w / 2))
        z = h / 2 * level * (1 - 0.75 * corner)
        rings.append(np.column_stack([flat, z]))
    body = loft(rings, crease=2.0)
    return Model(pieces=(piece(MAIN, body),), parts=(hull_part(body),))


def rug(size: Size, count: int) -> Model:
    """A bordered carpet with fringes at both short ends."""
    d, w, h = size
    fringe = 0.05
    body = slab(d, w - 2 * fringe, 0, 0.9 * h, bevel=0.004)
    field = slab(0.84 * d, w - 2 * fringe - 0.16 * d, 0.3 * h, h, bevel=0.001)
    inner = slab(0.70 * d, w - 2 * fringe - 0.30 * d, 0.3 * h, h, bevel=0.001)
    strands = [
        box(
            [x, s * (w / 2 - fringe / 2) - fringe / 2 - 0.004, 0],
            [x + 0.012, s * (w / 2 - fringe / 2) + fringe / 2, 0.4 * h],
            bevel=0.001,
        )
        for s in (-1, 1)
        for x in np.arange(-d / 2 + 0.01, d / 2 - 0.012, 0.035)
    ]
    cream = Paint(material="cloth", colour=(0.62, 0.52, 0.36))
    return Model(
        pieces=(piece(MAIN, body), piece(cream, _frame(field, inner), *strands)),
        parts=(box_part(d, w, 0, h),),
    )


def _frame(outer: Solid, inner: Solid) -> Solid:
    """The upright border between two flat boxes, as one ring."""
    low, high = outer.vertices.min(axis=0), outer.vertices.max(axis=0)
    a, b = inner.vertices.min(axis=0), inner.vertices.max(axis=0)

    def rectangle(lo: np.ndarray, hi: np.ndarray, z: float) -> list[list[float]]:
        return [[lo[0], lo[1], z], [hi[0], lo[1], z], [hi[0], hi[1], z], [lo[0], hi[1], z]]

    rings = [
        rectangle(low, high, low[2]),
        rectangle(low, high, high[2]),
        rectangle(a, b, high[2]),
        rectangle(a, b, low[2]),
    ]
    return loft(rings, loop=True, crease=0.3)


BUILDERS: dict[str, Builder] = {
    "book": book,
    "hat": hat,
    "umbrella": umbrella,
    "pillow": pillow,
    "rug": rug,
}
