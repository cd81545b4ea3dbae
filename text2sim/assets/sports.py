"""Sports gear: rackets, sticks, goals, a beam, another ball."""

from __future__ import annotations

import numpy as np

from text2sim.assets.model import (
    BLACK,
    DARK,
    MAIN,
    STEEL,
    WHITE,
    Builder,
    Model,
    Paint,
    Size,
    box_part,
    hull_part,
    piece,
)
from text2sim.assets.primitives import (
    cushion,
    cylinder,
    ellipsoid,
    rod,
    slab,
    torus,
    tube,
)

HIDE = Paint(material="leather", colour=(0.10, 0.045, 0.02))


def basketball(size: Size, count: int) -> Model:
    """A ball with eight seams."""
    skin = ellipsoid((0.5, 0.5, 0.5), 32, 18)
    turn = np.arange(48) / 48 * 2 * np.pi
    across, up = np.cos(turn), np.sin(turn)
    level = tube(np.stack([0.499 * across, 0.499 * up, 0 * turn], -1), 0.007, segments=6, loop=True)
    rounds = [torus(0.499, 0.007, 48, 6), torus(0.499, 0.007, 48, 6).turned("z", np.pi / 2)]
    curves = []
    for side in (-1, 1):
        bow = np.stack([0.62 * across, 0.62 * up, side * (0.34 + 0.30 * across**2)], -1)
        bow[:, 0] *= 0.9
        bow *= 0.499 / np.linalg.norm(bow, axis=1, keepdims=True)
        curves.append(tube(bow[:, [0, 2, 1]], 0.007, segments=6, loop=True))
    return Model(
        pieces=(piece(MAIN, skin), piece(BLACK, level, *rounds, *curves)),
        parts=(ellipsoid((0.5, 0.5, 0.5), 14, 9).vertices,),
    )


def stick(size: Size, count: int) -> Model:
    """A round wooden stick that stands upright, with a leather grip below."""
    _, w, h = size
    shaft = rod((0, 0, 0.02 * h), (0, 0, 0.99 * h), 0.42 * w, 0.46 * w, segments=14)
    knob = ellipsoid((0.5 * w, 0.5 * w, 0.5 * w), 14, 8).at(z=h - 0.5 * w)
    grip = cylinder(0.47 * w, 0.03 * h, 0.2 * h, 14)
    foot = cylinder(0.5 * w, 0.0, 0.03 * h, 14)
    return Model(
        pieces=(piece(MAIN, shaft, knob), piece(HIDE, grip), piece(BLACK, foot)),
        parts=(box_part(0.85 * w, 0.85 * w, 0, h),),
    )


def racket(size: Size, count: int) -> Model:
    """A tennis racket, upright on its grip; the strings lie in the plane YZ."""
    d, w, h = size
    r, middle = 0.5 * w - 0.012, 0.735 * h
    tall = h - middle - 0.012
    turn = np.arange(40) / 40 * 2 * np.pi
    oval = np.stack([0 * turn, r * np.sin(turn), middle + tall * np.cos(turn)], -1)
    frame = tube(oval, 0.45 * d, segments=8, loop=True, crease=1.2)
    throat = [
        tube([[0, 0, 0.36 * h], [0, s * 0.03, 0.44 * h], [0, s * 0.62 * r, middle - 0.8 * tall]],
             0.36 * d, segments=8)
        for s in (-1, 1)
    ]  # fmt: skip
    strings = []
    for u in np.linspace(-0.88, 0.88, 11):
        c = np.sqrt(1 - u * u)
        strings.append(
            rod((0, u * r, middle - c * tall), (0, u * r, middle + c * tall), 0.0012, segments=4)
        )
        z = middle + u * tall
        strings.append(rod((0, -c * r, z), (0, c * r, z), 0.0012, segments=4))
    grip = rod((0, 0, 0.02 * h), (0, 0, 0.37 * h), 0.42 * d, 0.38 * d, segments=8)
    cap = rod((0, 0, 0), (0, 0, 0.025 * h), 0.5 * d, segments=8)
    return Model(
        pieces=(
            piece(MAIN, frame, *throat),
            piece(WHITE, *strings),
            piece(BLACK, grip, cap),
        ),
        parts=(hull_part(frame), hull_part(*throat), box_part(0.8 * d, 0.8 * d, 0, 0.4 * h)),
    )


def goal(size: Size, count: int) -> Model:
    """A football goal with a net; the mouth opens towards +X."""
    d, w, h = size
    r, front, back = 0.05, d / 2 - 0.05, -d / 2 + 0.03
    left, right = -w / 2 + r, w / 2 - r
    posts = [rod((front, y, 0), (front, y, h), r, segments=14) for y in (left, right)]
    posts.append(rod((front, left, h - r), (front, right, h - r), r, segments=14))
    rails = [rod((front, y, 0.025), (back, y, 0.025), 0.025) for y in (left, right)]
    rails.append(rod((back, left, 0.025), (back, right, 0.025), 0.025))
    rails += [rod((front, y, h - r), (back, y, 0.025), 0.018) for y in (left, right)]
    cords = []
    for y in np.linspace(left, right, max(6, round(w / 0.2)) + 1)[1:-1]:
        cords.append(rod((front, y, h - r), (back, y, 0.025), 0.005, segments=4))
    for u in np.linspace(0, 1, max(5, round(h / 0.2)) + 1)[1:-1]:
        x, z = front + u * (back - front), h - r + u * (0.025 - h + r)
        cords.append(rod((x, left, z), (x, right, z), 0.005, segments=4))
        cords += [rod((x, y, 0.02), (x, y, z), 0.005, segments=4) for y in (left, right)]
        cords += [rod((front, y, z), (x, y, z), 0.005, segments=4) for y in (left, right)]
    edge = [(front - 0.03, h - r), (front - 0.03, h - r - 0.03), (back, 0), (back, 0.05)]
    tilt = np.array([[x, y, z] for y in (left, right) for x, z in edge])
    sides = [
        np.array([[x, y + a, z] for a in (-0.02, 0.02) for x, z in
                  ((front, h - r), (front, 0), (back, 0))])
        for y in (left, right)
    ]  # fmt: skip
    return Model(
        pieces=(piece(MAIN, *posts), piece(STEEL, *rails), piece(WHITE, *cords)),
        parts=(*(hull_part(post) for post in posts), tilt, *sides),
    )


def beam(size: Size, count: int) -> Model:
    """A balance beam: its padded top is level, and one can walk on it."""
    d, w, h = size
    top = min(0.16, 0.6 * h)
    pad = cushion([-d / 2, -w / 2, h - top], [d / 2, w / 2, h], min(0.015, 0.2 * w))
    feet, parts = [], [box_part(d, w, h - top, h)]
    for x in (-0.38 * d, 0.38 * d):
        feet.append(slab(0.09, 0.7 * w, 0, h - top + 0.01, x=x))
        feet.append(slab(0.16, w - 0.004, 0, 0.03, x=x))
        parts.append(box_part(0.12, w, 0, h - top, x=x))
    return Model(pieces=(piece(MAIN, pad), piece(DARK, *feet)), parts=tuple(parts))


BUILDERS: dict[str, Builder] = {
    "basketball": basketball, "stick": stick, "racket": racket, "goal": goal, "beam": beam,
}  # fmt: skip
