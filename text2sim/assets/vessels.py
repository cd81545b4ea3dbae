"""Round vessels, turned on the lathe."""

from __future__ import annotations

import numpy as np

from text2sim.assets.model import (
    DARK,
    MAIN,
    STEEL,
    Builder,
    Model,
    Paint,
    Size,
    hull_part,
    piece,
    round_part,
    wall_parts,
)
from text2sim.assets.primitives import (
    band,
    cylinder,
    revolve,
    tube,
)


def cup(size: Size, count: int) -> Model:
    """A mug; the handle points to +Y."""
    d, w, h = size
    r, wall = d / 2, 0.08 * d
    body = revolve(
        [
            (0, 0),
            (0.74 * r, 0),
            (0.86 * r, 0.05 * h),
            (0.97 * r, 0.4 * h),
            (r, h - 0.02 * h),
            (r - 0.3 * wall, h),
            (r - 0.8 * wall, h),
            (r - wall, 0.96 * h),
            (0.97 * r - wall, 0.4 * h),
            (0.8 * r - wall, 0.1 * h),
            (0, 0.08 * h),
        ],
        28,
        crease=0.9,
    )
    reach = w - d
    turn = np.linspace(-0.5 * np.pi, 0.5 * np.pi, 9)
    path = np.stack(
        [
            0 * turn,
            0.93 * r + (reach - 0.5 * wall) * np.cos(turn),
            0.54 * h + 0.28 * h * np.sin(turn),
        ],
        axis=-1,
    )
    handle = tube(path, 0.55 * wall, segments=8)
    return Model(
        pieces=(piece(MAIN, body, handle),),
        parts=(round_part((0.8 * r, 0), (r, h), segments=12), hull_part(handle)),
    )


def bottle(size: Size, count: int) -> Model:
    """A corked wine bottle with a label."""
    d, _, h = size
    r = d / 2
    glass = revolve(
        [
            (0, 0.012 * h),
            (0.7 * r, 0),
            (0.93 * r, 0.006 * h),
            (r, 0.04 * h),
            (r, 0.56 * h),
            (0.92 * r, 0.64 * h),
            (0.62 * r, 0.72 * h),
            (0.40 * r, 0.80 * h),
            (0.36 * r, 0.93 * h),
            (0.43 * r, 0.935 * h),
            (0.43 * r, 0.96 * h),
            (0.36 * r, 0.965 * h),
            (0, 0.965 * h),
        ],
        24,
    )
    cork = cylinder(0.33 * r, 0.95 * h, h, 16)
    label = band(
        [(0.98 * r, 0.18 * h), (1.012 * r, 0.18 * h), (1.012 * r, 0.46 * h), (0.98 * r, 0.46 * h)]
    )
    paper = Paint(material="paper")
    cap = Paint(material="wood", colour=(0.42, 0.28, 0.15))
    return Model(
        pieces=(piece(MAIN, glass), piece(paper, label), piece(cap, cork)),
        parts=(
            round_part((r, 0), (r, 0.58 * h), (0.4 * r, 0.8 * h)),
            round_part((0.42 * r, 0.8 * h), (0.4 * r, h), segments=8),
        ),
    )


def plate(size: Size, count: int) -> Model:
    """A flat plate with a coloured line near its rim."""
    d, _, h = size
    r = d / 2
    body = revolve(
        [
            (0, 0),
            (0.56 * r, 0),
            (0.62 * r, 0.12 * h),
            (0.97 * r, 0.8 * h),
            (r, 0.9 * h),
            (0.99 * r, h),
            (0.96 * r, h),
            (0.66 * r, 0.42 * h),
            (0.58 * r, 0.3 * h),
            (0, 0.3 * h),
        ],
        36,
        crease=0.9,
    )
    rim = band([(0.86 * r, 0.78 * h), (0.9 * r, 0.90 * h), (0.87 * r, 0.86 * h)], 36)
    return Model(
        pieces=(piece(MAIN, body), piece(DARK, rim)),
        parts=(round_part((0.6 * r, 0), (r, h), segments=16),),
    )


def bowl(size: Size, count: int) -> Model:
    """A round bowl on a foot."""
    d, _, h = size
    r = d / 2
    outer = [(0.45 * r, 0.08 * h), (0.72 * r, 0.22 * h), (0.9 * r, 0.5 * h), (r, 0.96 * h)]
    inner = [(x - 0.055 * r, z + 0.04 * h) for x, z in outer[::-1]]
    body = revolve(
        [(0, 0), (0.4 * r, 0), *outer, (0.985 * r, h), *inner[1:], (0, 0.1 * h)], 32, crease=0.9
    )
    return Model(
        pieces=(piece(MAIN, body),),
        parts=(
            round_part((0.42 * r, 0), (0.62 * r, 0.18 * h)),
            *wall_parts((0.55 * r, r), (0.45 * r, 0.92 * r), 0.1 * h, h),
        ),
    )


def bucket(size: Size, count: int) -> Model:
    """A pail; its handle lies back on the rim."""
    d, _, h = size
    r, low = d / 2 * 0.97, 0.72 * d / 2
    t = 0.02 * d
    body = revolve(
        [
            (0, 0),
            (low, 0),
            (r, h - 0.02 * h),
            (r + 0.02 * r, h - 0.01 * h),
            (r, h),
            (r - t, h),
            (low - t, 0.03 * h),
            (0, 0.03 * h),
        ],
        28,
    )
    ribs = [
        band([(a - 0.004, z * h - 0.012), (a + 0.008 * d, z * h), (a - 0.004, z * h + 0.012)], 28)
        for z, a in ((0.3, low + 0.3 * (r - low)), (0.7, low + 0.7 * (r - low)))
    ]
    turn = np.linspace(0, np.pi, 13)
    path = np.stack(
        [
            -0.96 * r * np.sin(turn),
            0.985 * r * np.cos(turn),
            0.93 * h - 0.22 * h * np.sin(turn) ** 2,
        ],
        axis=-1,
    )
    path[:, 0] = np.maximum(path[:, 0], -0.485 * d)
    grip = tube(path, 0.012 * d, segments=8)
    return Model(
        pieces=(piece(MAIN, body), piece(DARK, *ribs), piece(STEEL, grip)),
        parts=(
            round_part((low, 0), (low * 1.02, 0.04 * h)),
            *wall_parts((low, r), (low - 3 * t, r - 3 * t), 0.03 * h, h),
        ),
    )


BUILDERS: dict[str, Builder] = {
    "cup": cup,
    "bottle": bottle,
    "plate": plate,
    "bowl": bowl,
    "bucket": bucket,
}
