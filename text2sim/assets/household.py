"""Tools, gifts and small household things."""

from __future__ import annotations

import numpy as np

from text2sim.assets.model import (
    BLACK,
    DARK,
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
    box,
    cushion,
    cylinder,
    ellipsoid,
    loft,
    revolve,
    rod,
    slab,
    tube,
)


def hammer(size: Size, count: int) -> Model:
    """Stands on its handle; the head lies along Y, the face at +Y."""
    d, w, h = size
    middle = h - 0.42 * d
    path = np.outer([0.0, 0.1 * h, 0.4 * h, h - 0.1 * d], [0.0, 0.0, 1.0])
    handle = tube(path, [0.42 * d, 0.46 * d, 0.34 * d, 0.30 * d], segments=12)
    poll = cylinder(0.42 * d, 0, 0.34 * w, 16).turned("x", -np.pi / 2).at(0, 0.16 * w, middle)
    neck = cylinder(0.32 * d, 0, 0.2 * w, 16).turned("x", -np.pi / 2).at(0, 0, middle)
    eye = box([-d / 2, -0.12 * w, h - 0.86 * d], [d / 2, 0.12 * w, h], bevel=0.15 * d)
    claw = loft(
        [
            [[0.3 * d, y, z], [-0.3 * d, y, z], [-0.3 * d, y, z - t], [0.3 * d, y, z - t]]
            for y, z, t in (
                (-0.1 * w, h - 0.1 * d, 0.6 * d),
                (-0.32 * w, h - 0.2 * d, 0.4 * d),
                (-0.5 * w, h - 0.6 * d, 0.12 * d),
            )
        ]
    )
    return Model(
        pieces=(piece(MAIN, handle), piece(STEEL, poll, neck, eye, claw)),
        parts=(hull_part(handle), hull_part(poll, neck, eye, claw)),
    )


def broom(size: Size, count: int) -> Model:
    """Stands on its bristles; the handle points up."""
    d, w, h = size
    brush = 0.16 * h
    bristles = [
        rod((x * d, y * w, 0), (0.75 * x * d, 0.9 * y * w, brush), 0.011, segments=5)
        for x in (-0.4, -0.13, 0.13, 0.4)
        for y in np.linspace(-0.47, 0.47, 15)
    ]
    back = cushion([-0.42 * d, -0.47 * w, brush - 0.02], [0.42 * d, 0.47 * w, brush + 0.03], 0.015)
    pole = rod((0, 0, brush), (0, 0, h), 0.012)
    straw = Paint(material="wood", colour=(0.62, 0.45, 0.18))
    return Model(
        pieces=(piece(MAIN, pole, back), piece(straw, *bristles)),
        parts=(box_part(d, w, 0, brush + 0.03), box_part(0.03, 0.03, brush, h)),
    )


def gift(size: Size, count: int) -> Model:
    """A wrapped box with a ribbon and a bow."""
    d, w, h = size
    top = 0.86 * h
    lift = 0.012 * d
    wrap = slab(d - 2 * lift, w - 2 * lift, 0, top, bevel=0.02 * d)
    bands = [
        slab(d, 0.14 * w, 0, top + lift, bevel=0.004 * d),
        slab(0.14 * d, w, 0.001, top + 0.9 * lift, bevel=0.004 * d),
    ]
    turn = np.linspace(0, 2 * np.pi, 14, endpoint=False)
    loops = []
    for k in range(4):
        eye = np.stack([0.13 * d * (1 - np.cos(turn)), 0 * turn, 0.06 * h * np.sin(turn)], -1)
        ring = tube(eye, 0.022 * d, segments=8, loop=True, crease=1.2).scaled(1, 2.2, 1)
        loops.append(ring.turned("y", -0.35).turned("z", np.pi / 4 + k * np.pi / 2))
    bow = [ring.at(0, 0, top + 0.03 * h) for ring in loops]
    bow.append(ellipsoid((0.05 * d, 0.05 * w, 0.05 * h), 12, 8).at(0, 0, top + 0.05 * h))
    gold = Paint(material="cloth", colour=(0.85, 0.62, 0.12))
    return Model(
        pieces=(piece(MAIN, wrap), piece(gold, *bands, *bow)),
        parts=(box_part(d, w, 0, top + lift), hull_part(*bow)),
    )


def mirror(size: Size, count: int) -> Model:
    """An oval standing mirror on two feet; it faces +X."""
    d, w, h = size
    low, turn = 0.1 * h, np.arange(40) / 40 * 2 * np.pi
    middle, tall, wide = 0.5 * (low + h), 0.5 * (h - low) - 0.02, 0.40 * w
    oval = np.stack([0 * turn, wide * np.sin(turn), middle + tall * np.cos(turn)], -1)
    frame = tube(oval, 0.02, segments=10, loop=True, crease=1.2)
    pane = loft([oval * [1, 0.99, 1] + [x, 0, 0] for x in (-0.006, 0.006)])
    posts = [rod((0, s * (w / 2 - 0.02), 0.03), (0, s * (w / 2 - 0.02), middle + 0.1), 0.016)
             for s in (-1, 1)]  # fmt: skip
    pins = [rod((0, s * (w / 2 - 0.02), middle), (0, s * wide, middle), 0.009) for s in (-1, 1)]
    feet = [cushion([-d / 2, -0.02, 0], [d / 2, 0.02, 0.045], 0.018).at(y=s * (w / 2 - 0.02))
            for s in (-1, 1)]  # fmt: skip
    bar = rod((0, -w / 2 + 0.02, 0.10 * h), (0, w / 2 - 0.02, 0.10 * h), 0.012)
    glass = Paint(material="steel", colour=(0.72, 0.78, 0.82))
    return Model(
        pieces=(piece(MAIN, frame, *posts, *feet, bar), piece(glass, pane), piece(DARK, *pins)),
        parts=(
            hull_part(frame),
            *(box_part(d, 0.045, 0, 0.045, y=s * (w / 2 - 0.022)) for s in (-1, 1)),
            *(box_part(0.04, 0.04, 0, middle + 0.1, y=s * (w / 2 - 0.02)) for s in (-1, 1)),
        ),
    )


def vase(size: Size, count: int) -> Model:
    """A bellied vase with a narrow neck."""
    from scipy.interpolate import PchipInterpolator

    d, _, h = size
    rows = np.array(
        [(0, 0), (0.28, 0), (0.33, 0.02), (0.46, 0.25), (0.5, 0.42), (0.44, 0.62), (0.27, 0.80),
         (0.235, 0.88), (0.31, 0.985), (0.29, 1.0), (0.265, 0.985), (0.20, 0.88), (0, 0.84)]
    )  # fmt: skip
    smooth = PchipInterpolator(np.arange(len(rows)), rows)(np.linspace(0, len(rows) - 1, 37))
    body = revolve(smooth * [d, h], 32, crease=1.0)
    ring = revolve([(0, 0.40 * h), (0.504 * d, 0.40 * h), (0.504 * d, 0.45 * h), (0, 0.45 * h)], 32)
    return Model(
        pieces=(piece(MAIN, body), piece(DARK, ring)),
        parts=(
            round_part((0.3 * d, 0), (0.5 * d, 0.42 * h), (0.26 * d, 0.8 * h)),
            round_part((0.25 * d, 0.78 * h), (0.3 * d, h), segments=10),
        ),
    )


def balloon(size: Size, count: int) -> Model:
    """A toy balloon with its knot below."""
    d, w, h = size
    lift = np.linspace(-np.pi / 2, np.pi / 2, 15)
    rows = np.stack([np.cos(lift), np.sin(lift)], -1)
    rows[:, 0] *= 1 - 0.16 * np.clip(-rows[:, 1], 0, 1)
    rows[[0, -1], 0] = 0.0
    skin = revolve(rows * [d / 2, 0.47 * h] + [0, 0.53 * h], 28, crease=3.2).scaled(1, w / d, 1)
    knot = revolve([(0, 0), (0.07 * d, 0), (0.025 * d, 0.06 * h), (0, 0.1 * h)], 12)
    return Model(
        pieces=(piece(MAIN, skin, knot),),
        parts=(ellipsoid((d / 2, w / 2, h / 2), 12, 8).at(z=0.5 * h).vertices,),
    )


def apple(size: Size, count: int) -> Model:
    """An apple with its stalk and a leaf."""
    d, w, h = size
    turn = np.linspace(-np.pi / 2, np.pi / 2, 15)
    radius = 0.5 * d * np.cos(turn) * (1 + 0.12 * np.sin(turn)) + 0.10 * d * np.cos(turn) ** 2
    z = 0.45 * h + 0.42 * h * np.sin(turn) + 0.10 * h * np.cos(turn) ** 2 * np.sign(turn)
    z[[0, -1]] = 0.10 * h, 0.76 * h
    radius[[0, -1]] = 0.0
    fruit = revolve(np.stack([radius, z], -1), 24, crease=3.2).scaled(1, w / d, 1)
    stalk = tube([[0, 0, 0.72 * h], [0.01 * d, 0, 0.9 * h], [0.05 * d, 0, h]], 0.03 * d, segments=6)
    leaf = ellipsoid((0.16 * d, 0.07 * d, 0.012 * h), 12, 6).turned("y", -0.3)
    green = Paint(material="plant")
    return Model(
        pieces=(
            piece(MAIN, fruit),
            piece(BLACK, stalk),
            piece(green, leaf.at(0.16 * d, 0, 0.94 * h)),
        ),
        parts=(hull_part(fruit), hull_part(stalk)),
    )


BUILDERS: dict[str, Builder] = {
    "hammer": hammer, "broom": broom, "gift": gift, "mirror": mirror, "vase": vase,
    "balloon": balloon, "apple": apple,
}  # fmt: skip
