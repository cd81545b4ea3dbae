"""Built things: stairs, ramps, walls, doors, fences, ladders, a house."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from text2sim.assets.model import (
    BLACK,
    DARK,
    GLASS,
    LIGHT,
    MAIN,
    STEEL,
    WHITE,
    WOOD,
    Builder,
    Model,
    Paint,
    Size,
    box_part,
    hull_part,
    piece,
)
from text2sim.assets.primitives import box, cylinder, hull, rod, slab
from text2sim.catalogue import RISE


def stairs(size: Size, count: int) -> Model:
    """Steps ascend along +X; the treads end exactly above the risers of `count` equal steps."""
    d, w, h = size
    n = count or max(1, round(h / RISE))
    going, rise = d / n, h / n
    nose, tread = 0.08 * going, min(0.045, 0.3 * rise)
    bodies, treads, parts = [], [], []
    for i in range(n):
        front, top = -d / 2 + i * going, (i + 1) * rise
        back = front + going + (nose + 0.01 if i < n - 1 else -0.004)
        bodies.append(
            box([front + nose, -w / 2 + 0.012, 0], [back, w / 2 - 0.012, top - tread], bevel=0.002)
        )
        end = front + going + (nose + 0.006 if i < n - 1 else 0.0)
        treads.append(box([front, -w / 2, top - tread], [end, w / 2, top], bevel=0.008))
        parts.append(box_part(going, w, 0, top, x=front + going / 2))
    return Model(pieces=(piece(MAIN, *bodies), piece(LIGHT, *treads)), parts=tuple(parts))


def ramp(size: Size, count: int) -> Model:
    """Rises along +X from the ground to the full height."""
    d, w, h = size
    wedge = np.array(
        [[x, y, z] for y in (-w / 2, w / 2) for x, z in ((-d / 2, 0), (d / 2, 0), (d / 2, h))]
    )
    inner = wedge * [1, 1 - 0.10 / w, 1]
    lines = [hull(_shifted(wedge, side * 0.5, w)) for side in (-1, 1)]
    return Model(pieces=(piece(MAIN, hull(inner)), piece(LIGHT, *lines)), parts=(wedge,))


def _shifted(wedge: np.ndarray, side: float, width: float) -> np.ndarray:
    """The outer 6 cm of a wedge of `width` at one side."""
    strip = wedge.copy()
    middle = side * (width - 0.06)
    strip[:, 1] = middle + np.sign(strip[:, 1]) * 0.03
    return strip


def platform(size: Size, count: int) -> Model:
    """A level top that stands a little over its sides, flush with what it continues."""
    d, w, h = size
    top = min(0.06, 0.3 * h)
    return Model(
        pieces=(
            piece(LIGHT, slab(d, w, h - top, h, bevel=0.008)),
            piece(MAIN, slab(d, w - 0.03, 0, h - top, bevel=0.003)),
        ),
        parts=(box_part(d, w, 0, h),),
    )


def bridge(size: Size, count: int) -> Model:
    """A deck with a slope over the first and last 30 % of its length; beams below."""
    d, w, h = size
    xs, zs = (-d / 2, -0.2 * d, 0.2 * d, d / 2), (0.0, h, h, 0.0)
    boards, beams, parts = [], [], []
    for (x0, z0), (x1, z1) in zip(zip(xs, zs), zip(xs[1:], zs[1:])):
        count_boards = max(3, round((x1 - x0) / 0.14))
        for i in range(count_boards):
            u0, u1 = i / count_boards, (i + 0.94) / count_boards
            ends = [(x0 + u * (x1 - x0), z0 + u * (z1 - z0)) for u in (u0, u1)]
            boards.append(_plank(ends, w, 0.035))
        for y in (-0.38 * w, 0.38 * w):
            thick = 0.12 if z0 == z1 else 0.11
            beams.append(_plank([(x0, z0 - 0.036), (x1, z1 - 0.036)], thick, thick).at(y=y))
        corners = [(x0, 0), (x1, 0), (x0, z0), (x1, z1)]
        parts.append(np.array([[x, y, z] for x, z in corners for y in (-w / 2, w / 2)]))
    posts = [
        slab(0.14, 0.14, 0, h - 0.05, x=x, y=y)
        for x in (-0.2 * d, 0.2 * d)
        for y in (-0.38 * w, 0.38 * w)
    ]
    return Model(
        pieces=(piece(MAIN, *boards), piece(DARK, *beams, *posts)),
        parts=tuple(np.unique(part, axis=0) for part in parts),
    )


def _plank(ends: list[tuple[float, float]], width: float, thickness: float):  # type: ignore[no-untyped-def]
    """Board across Y with its top from one (x, z) to the other; never below the ground."""
    points = [
        [x, y, max(z - drop, 0.0)]
        for (x, z) in ends
        for y in (-width / 2, width / 2)
        for drop in (0.0, thickness)
    ]
    points += [[x, y, 0.004] for x, z in ends if z < 0.004 for y in (-width / 2, width / 2)]
    return hull(points)


def door(size: Size, count: int) -> Model:
    """A frame with a leaf that stands open towards +X, as wide as the depth allows."""
    frame, leaf, _ = hung_door(size)
    return Model(pieces=(*frame.pieces, *leaf.pieces), parts=(*frame.parts, *leaf.parts))


def hung_door(size: Size) -> tuple[Model, Model, tuple[float, float]]:
    """Frame and leaf of a door, and where the hinge is [m], in the door's frame, (x, y)."""
    d, w, h = size
    post = min(0.09, 0.1 * w)
    frame_depth = min(d, 0.14)
    back = -d / 2
    middle = back + frame_depth / 2
    frame = [slab(frame_depth, post, 0, h, x=middle, y=side * (w - post) / 2) for side in (-1, 1)]
    frame.append(slab(frame_depth, w - 2 * post + 0.004, h - post, h, x=middle))
    wide, tall, thick = w - 2 * post - 0.01, h - post - 0.012, 0.042
    reach = d - 0.5 * frame_depth - thick
    angle = min(np.arcsin(min(1.0, max(0.1, reach / wide))), np.radians(80))
    leaf = [box([-thick / 2, 0, 0.008], [thick / 2, wide, tall], bevel=0.004)]
    for low, high in ((0.08, 0.46), (0.54, 0.93)):
        leaf.append(
            box([-0.7 * thick, 0.14 * wide, low * tall], [0.7 * thick, 0.86 * wide, high * tall])
        )
    knob = [rod((-0.055, 0.92 * wide, 0.47 * h), (0.055, 0.92 * wide, 0.47 * h), 0.012)]
    knob += [
        rod((x, 0.93 * wide, 0.47 * h), (x, 0.82 * wide, 0.47 * h), 0.011) for x in (-0.055, 0.055)
    ]
    hinge = (middle, -w / 2 + post + 0.005)
    leaf = [s.turned("z", -angle).at(*hinge) for s in leaf]
    knob = [s.turned("z", -angle).at(*hinge) for s in knob]
    low = min(float(s.vertices[:, 0].min()) for s in knob)
    if low < back:
        knob = [s.at(x=back - low) for s in knob]
    parts = [
        box_part(frame_depth, post, 0, h, x=middle, y=side * (w - post) / 2) for side in (-1, 1)
    ]
    parts.append(box_part(frame_depth, w, h - post, h, x=middle))
    return (
        Model(pieces=(piece(DARK, *frame),), parts=tuple(parts)),
        Model(pieces=(piece(MAIN, *leaf), piece(STEEL, *knob)), parts=(hull_part(leaf[0]),)),
        hinge,
    )


def wall(size: Size, count: int) -> Model:
    """A plain wall with a skirting and a coping."""
    d, w, h = size
    skirt = min(0.09, 0.1 * h)
    return Model(
        pieces=(
            piece(MAIN, slab(d - 0.024, w, 0, h - 0.02, bevel=0.002)),
            piece(LIGHT, slab(d, w, 0, skirt), slab(d, w, h - 0.05, h)),
        ),
        parts=(box_part(d, w, 0, h),),
    )


def fence(size: Size, count: int) -> Model:
    """Pointed pickets on two rails between posts."""
    d, w, h = size
    posts = [
        slab(d, 0.09, 0, h, y=y, bevel=0.012)
        for y in np.linspace(-w / 2 + 0.045, w / 2 - 0.045, max(2, round(w / 1.2) + 1))
    ]
    rails = [
        box([-0.22 * d, -w / 2 + 0.05, z * h - 0.035], [0.16 * d, w / 2 - 0.05, z * h + 0.035])
        for z in (0.28, 0.72)
    ]
    number = max(2, round(w / 0.16))
    pickets = []
    for y in (np.arange(number) + 0.5) / number * (w - 0.18) - (w - 0.18) / 2:
        section = [(-0.04, 0.06), (0.04, 0.06), (0.04, 0.9 * h), (0, 0.97 * h), (-0.04, 0.9 * h)]
        pickets.append(hull([[x, y + a, z] for x in (0.16 * d, 0.44 * d) for a, z in section]))
    return Model(
        pieces=(piece(DARK, *posts, *rails), piece(MAIN, *pickets)),
        parts=(box_part(d, w, 0, h),),
    )


def hurdle(size: Size, count: int) -> Model:
    """An athlete's hurdle: feet along X, a striped bar across."""
    d, w, h = size
    bar, r = min(0.09, 0.25 * h), 0.018
    side = w / 2 - 0.05
    feet, posts = [], []
    for y in (-side, side):
        feet.append(box([-d / 2, y - 0.022, 0], [d / 2, y + 0.022, 0.035]))
        posts.append(rod((0, y, 0.02), (0, y, h - 0.02), r))
    stripes = np.linspace(-w / 2, w / 2, 8)
    boards = [box([-0.016, a, h - bar], [0.016, b, h], bevel=0.003) for a, b in pairwise(stripes)]
    return Model(
        pieces=(
            piece(STEEL, *feet, *posts),
            piece(WHITE, *boards[1::2]),
            piece(Paint(material="plastic", colour=(0.55, 0.03, 0.02), tinted=True), *boards[::2]),
        ),
        parts=(
            box_part(0.04, w, h - bar, h),
            *(box_part(0.04, 0.04, 0, h - bar, y=y) for y in (-side, side)),
            *(box_part(d, 0.05, 0, 0.035, y=y) for y in (-side, side)),
        ),
    )


def window(size: Size, count: int) -> Model:
    """A frame of two by two panes over a parapet."""
    d, w, h = size
    sill, post, bar = 0.42 * h, 0.075, 0.035
    middle = 0.5 * (sill + h)
    frame = [slab(0.7 * d, post, sill, h, y=s * (w - post) / 2) for s in (-1, 1)]
    frame += [slab(0.7 * d, w - post, z, z + post) for z in (sill, h - post)]
    frame += [slab(0.45 * d, bar, sill + 0.05, h - 0.05)]
    frame += [slab(0.4 * d, w - post, middle - bar / 2, middle + bar / 2)]
    glass = slab(0.012, w - post, sill + 0.04, h - 0.04, bevel=0.001)
    parapet = slab(0.8 * d, w, 0, sill, bevel=0.004)
    board = slab(d, w, sill - 0.03, sill + 0.012)
    plaster = Paint(material="plaster")
    return Model(
        pieces=(
            piece(plaster, parapet),
            piece(MAIN, *frame, board),
            piece(GLASS, glass),
        ),
        parts=(box_part(d, w, 0, h),),
    )


def ladder(size: Size, count: int) -> Model:
    """Leans towards +X: the foot at -X, the top at +X. Its parts are the rails, then the rungs."""
    d, w, h = size
    n = count or 8
    r = 0.022
    foot, top = np.array([-d / 2 + 0.03, 0, 0.01]), np.array([d / 2 - 0.03, 0, h - 0.01])
    across_y = np.array([0.0, 1.0, 0.0])
    rails = []
    for y in (-w / 2 + 0.03, w / 2 - 0.03):
        a, b = foot + across_y * y, top + across_y * y
        across = [[dx, dy, 0] for dx in (-0.03, 0.03) for dy in (-0.03, 0.03)]
        ends = [[*(p[:2] + c[:2]), z] for p, z in ((a, 0.0), (b, h)) for c in np.array(across)]
        rails.append(hull(ends))
    rungs = []
    for i in range(n):
        middle = foot + (top - foot) * (i + 0.75) / (n + 0.5)
        rungs.append(
            rod((middle[0], -w / 2 + 0.03, middle[2]), (middle[0], w / 2 - 0.03, middle[2]), r)
        )
    parts = tuple(hull_part(solid) for solid in (*rails, *rungs))
    return Model(pieces=(piece(MAIN, *rails), piece(LIGHT, *rungs)), parts=parts)


def house(size: Size, count: int) -> Model:
    """Walls, a gable roof along Y, a door and windows in front, a chimney."""
    d, w, h = size
    eaves, over = 0.62 * h, 0.06 * d
    half, deep = w / 2 - over, d / 2 - over
    shoulder = eaves - 0.09
    profile = [(-deep, 0), (deep, 0), (deep, shoulder), (0, h - 0.2), (-deep, shoulder)]
    body = hull([[x, y, z] for x, z in profile for y in (-half, half)])
    ridge = h - 0.05
    drop = (ridge - eaves) / deep * over
    roof = [
        hull(
            [
                [s * x, y, z]
                for y in (-w / 2, w / 2)
                for x, z in (
                    (-0.02, ridge),
                    (-0.02, ridge - 0.15),
                    (d / 2, eaves - drop),
                    (d / 2, eaves - drop - 0.15),
                )
            ]
        )
        for s in (-1, 1)
    ]
    chimney = slab(0.45, 0.45, 0.7 * h, h, x=-0.18 * d, y=0.28 * w)
    face = deep + 0.01
    leaf = box([face - 0.05, -0.5, 0], [face + 0.02, 0.5, 2.05])
    panes, frames = [], []
    for y in (-0.3 * w, 0.3 * w):
        frames.append(box([face - 0.05, y - 0.5, 0.95], [face + 0.03, y + 0.5, 2.0]))
        panes += [
            box([face, y + a, z], [face + 0.04, y + a + 0.42, z + 0.45], bevel=0.002)
            for a in (-0.44, 0.02)
            for z in (1.0, 1.49)
        ]
    frames.append(box([face - 0.05, -0.58, 0], [face + 0.01, 0.58, 2.14]))
    knob = cylinder(0.03, 0, 0.06).turned("y", np.pi / 2).at(face, 0.4, 1.0)
    tiles = Paint(material="stone", colour=(0.16, 0.07, 0.05))
    return Model(
        pieces=(
            piece(MAIN, body, chimney),
            piece(tiles, *roof),
            piece(WHITE, *frames),
            piece(WOOD, leaf),
            piece(GLASS, *panes),
            piece(BLACK, knob),
        ),
        parts=(
            box_part(2 * deep, 2 * half, 0, eaves),
            hull_part(*roof),
            hull_part(chimney),
        ),
    )


BUILDERS: dict[str, Builder] = {
    "stairs": stairs,
    "ramp": ramp,
    "platform": platform,
    "bridge": bridge,
    "door": door,
    "wall": wall,
    "fence": fence,
    "hurdle": hurdle,
    "window": window,
    "ladder": ladder,
    "house": house,
}
