"""Tables, seats, beds, shelves, cupboards."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from text2sim.assets.model import (
    BLACK,
    DARK,
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
    piece,
)
from text2sim.assets.primitives import Solid, box, cushion, cylinder, rod, slab

LINEN = Paint(material="cloth", colour=(0.75, 0.74, 0.70))


def corner_points(d: float, w: float) -> list[tuple[float, float]]:
    """Corners (x, y) of the rectangle d x w around the origin."""
    return [(x, y) for x in (-d / 2, d / 2) for y in (-w / 2, w / 2)]


def taper_legs(d: float, w: float, high: float, thick: float) -> list[Solid]:
    """Four square legs that taper to the floor, their outer faces on the rectangle d x w."""
    legs = []
    for x, y in corner_points(d - thick, w - thick):
        leg = slab(thick, thick, 0, high)
        low = leg.vertices[:, 2:] < high / 2
        taper = np.where(low, [0.65, 0.65, 1.0], 1.0)
        inner = leg.vertices * taper + np.where(low, [np.sign(x), np.sign(y), 0], 0) * 0.12 * thick
        legs.append(Solid(vertices=inner, faces=leg.faces, crease=leg.crease).at(x, y))
    return legs


def leg_parts(d: float, w: float, high: float, thick: float) -> tuple[NDArray, ...]:
    """Collision parts of `taper_legs`."""
    return tuple(
        box_part(thick, thick, 0, high, x=x, y=y) for x, y in corner_points(d - thick, w - thick)
    )


def table(size: Size, count: int) -> Model:
    """A top on an apron and four legs."""
    d, w, h = size
    top, leg, inset = 0.035, min(0.07, 0.12 * d), 0.03
    apron_low = h - top - 0.09
    aprons = [slab(d - 0.16, 0.022, apron_low, h - top, y=s * (w / 2 - 0.07)) for s in (-1, 1)]
    aprons += [slab(0.022, w - 0.16, apron_low, h - top, x=s * (d / 2 - 0.07)) for s in (-1, 1)]
    legs = taper_legs(d - 2 * inset, w - 2 * inset, h - top, leg)
    return Model(
        pieces=(piece(MAIN, slab(d, w, h - top, h, bevel=0.01)), piece(DARK, *aprons, *legs)),
        parts=(
            box_part(d, w, h - top, h),
            *leg_parts(d - 2 * inset, w - 2 * inset, h - top, leg),
        ),
    )


def desk(size: Size, count: int) -> Model:
    """A top on a chest of drawers at one side and a panel at the other; one sits at +X."""
    d, w, h = size
    top, chest = 0.035, 0.28 * w
    side = w / 2 - 0.02 - chest / 2
    body = slab(d - 0.06, chest, 0.05, h - top, y=side)
    panel = slab(d - 0.06, 0.03, 0, h - top, y=-w / 2 + 0.04)
    back = slab(0.02, w - 0.08, 0.3 * h, h - top, x=-d / 2 + 0.06)
    plinth = slab(d - 0.12, chest - 0.04, 0, 0.06, y=side)
    fronts, knobs = [], []
    third = (h - top - 0.07) / 3
    for i in range(3):
        low = 0.06 + i * third
        fronts.append(slab(0.02, chest - 0.03, low, low + third - 0.015, x=d / 2 - 0.025, y=side))
        middle = low + third / 2
        knobs.append(
            rod((d / 2 - 0.008, side - 0.06, middle), (d / 2 - 0.008, side + 0.06, middle), 0.007)
        )
    return Model(
        pieces=(
            piece(MAIN, slab(d, w, h - top, h, bevel=0.01), *fronts),
            piece(DARK, body, panel, back, plinth),
            piece(STEEL, *knobs),
        ),
        parts=(
            box_part(d, w, h - top, h),
            box_part(d - 0.04, chest, 0, h - top, y=side),
            box_part(d - 0.06, 0.03, 0, h - top, y=-w / 2 + 0.04),
            box_part(0.03, w - 0.08, 0.3 * h, h - top, x=-d / 2 + 0.06),
        ),
    )


def coffee_table(size: Size, count: int) -> Model:
    """A low table with a shelf below the top."""
    d, w, h = size
    top, leg, inset = 0.04, 0.055, 0.02
    shelf = slab(d - 0.12, w - 0.12, 0.28 * h, 0.28 * h + 0.022)
    legs = taper_legs(d - 2 * inset, w - 2 * inset, h - top, leg)
    return Model(
        pieces=(piece(MAIN, slab(d, w, h - top, h, bevel=0.014)), piece(DARK, shelf, *legs)),
        parts=(
            box_part(d, w, h - top, h),
            box_part(d - 0.12, w - 0.12, 0.28 * h, 0.28 * h + 0.022),
            *leg_parts(d - 2 * inset, w - 2 * inset, h - top, leg),
        ),
    )


def bed(size: Size, count: int) -> Model:
    """The head is at -X, the foot at +X; the mattress is level and bare in the middle."""
    d, w, h = size
    top, head = 0.53 * h, 0.07
    frame = slab(d, w, 0.14 * h, 0.30 * h, bevel=0.012)
    board = cushion([-d / 2, -w / 2, 0.1 * h], [-d / 2 + head, w / 2, h], 0.03)
    feet = [slab(0.07, 0.07, 0, 0.2 * h, x=x, y=y) for x, y in corner_points(d - 0.1, w - 0.1)]
    mattress = cushion(
        [-d / 2 + head, -w / 2 + 0.03, 0.28 * h], [d / 2 - 0.02, w / 2 - 0.03, top - 0.006], 0.05
    )
    blanket = cushion(
        [-0.18 * d, -w / 2 + 0.015, 0.31 * h], [d / 2 - 0.008, w / 2 - 0.015, top], 0.055
    )
    fold = cushion(
        [-0.24 * d, -w / 2 + 0.013, 0.36 * h], [-0.12 * d, w / 2 - 0.013, top + 0.012], 0.05
    )
    number = 2 if w > 1.2 else 1
    pillows = [
        cushion(
            [-d / 2 + head + 0.03, -0.4 * w / number, top - 0.03],
            [-d / 2 + head + 0.38, 0.4 * w / number, top + 0.1],
            0.06,
        ).at(y=(i - (number - 1) / 2) * 0.48 * w)
        for i in range(number)
    ]
    return Model(
        pieces=(
            piece(WOOD, frame, board, *feet),
            piece(LINEN, mattress, fold, *pillows),
            piece(MAIN, blanket),
        ),
        parts=(
            box_part(d, w, 0, top),
            box_part(head, w, top, h, x=-d / 2 + head / 2),
        ),
    )


def shelf(size: Size, count: int) -> Model:
    """Boards at equal heights, one of them at half the height; books on the others."""
    d, w, h = size
    n = max(2, count or 4)
    board, side = 0.022, 0.022
    levels = np.linspace(0.05, h, n + 1)
    levels[np.argmin(np.abs(levels - 0.5 * h))] = 0.5 * h
    boards = [slab(d - 0.01, w - 0.02, z - board, z) for z in levels]
    sides = [slab(d, side, 0, h, y=s * (w - side) / 2) for s in (-1, 1)]
    back = slab(0.01, w - 0.02, 0.02, h - 0.01, x=-d / 2 + 0.012)
    rows: list[list[Solid]] = [[], [], [], []]
    books: list[NDArray] = []
    for k, (low, high) in enumerate(pairwise(levels)):
        if abs(low - 0.5 * h) < 1e-9:
            continue
        room = min(high - low - 0.05, 0.27)
        end = _books(rows, k, -w / 2 + 0.05, w / 2 - 0.05, low, room, d)
        begin = -w / 2 + 0.05
        books.append(
            box_part(0.8 * d, end - begin, low, low + room, x=-0.1 * d, y=0.5 * (begin + end))
        )
    spines = [(0.30, 0.03, 0.03), (0.03, 0.10, 0.26), (0.05, 0.20, 0.08), (0.55, 0.42, 0.22)]
    return Model(
        pieces=(
            piece(MAIN, *boards, *sides),
            piece(DARK, back),
            *(
                piece(Paint(material="paper", colour=colour), *row)
                for colour, row in zip(spines, rows)
                if row
            ),
        ),
        parts=(
            *(box_part(d, w, z - board, z) for z in levels),
            *(box_part(d, side, 0, h, y=s * (w - side) / 2) for s in (-1, 1)),
            *books,
            box_part(0.02, w, 0, h, x=-d / 2 + 0.01),
        ),
    )


def _books(
    rows: list[list[Solid]], k: int, left: float, right: float, low: float, room: float, d: float
) -> float:
    """Fill most of a shelf with books of varied height and colour; returns where they end."""
    y, i = left + 0.08 * (k % 3), 0
    while y < left + (0.62 + 0.12 * ((k * 7) % 4)) * (right - left):
        thick = 0.022 + 0.018 * ((i * 5 + k * 3) % 4) / 3
        tall = room * (0.78 + 0.22 * ((i * 3 + k) % 5) / 4)
        deep = d * (0.62 + 0.1 * ((i + 2 * k) % 3))
        rows[(i * 7 + k * 5 + i // 3) % 4].append(
            box([-d / 2 + 0.02, y, low], [-d / 2 + 0.02 + deep, y + thick, low + tall], bevel=0.003)
        )
        y += thick + 0.002
        i += 1
    return y


def cupboard(size: Size, count: int) -> Model:
    """Two panelled doors in front, a cornice above."""
    d, w, h = size
    plinth, front = 0.07, d / 2 - 0.02
    body = slab(d - 0.04, w - 0.03, plinth, h - 0.03, x=-0.01)
    foot = slab(d - 0.08, w - 0.08, 0, plinth + 0.01)
    cornice = slab(d, w, h - 0.05, h, bevel=0.014)
    doors, panels, knobs = [], [], []
    for side in (-1, 1):
        y0, y1 = sorted((side * 0.003, side * (w / 2 - 0.03)))
        doors.append(box([front - 0.02, y0, plinth + 0.02], [front, y1, h - 0.07]))
        for low, high in ((0.10, 0.46), (0.52, 0.90)):
            panels.append(
                box([front - 0.01, y0 + 0.07, low * h], [front + 0.008, y1 - 0.07, high * h])
            )
        knobs.append(
            rod(
                (front + 0.012, side * 0.045, 0.47 * h),
                (front + 0.012, side * 0.045, 0.53 * h),
                0.008,
            )
        )
    return Model(
        pieces=(
            piece(MAIN, *doors, cornice),
            piece(LIGHT, *panels),
            piece(DARK, body, foot),
            piece(STEEL, *knobs),
        ),
        parts=(box_part(d, w, 0, h),),
    )


def fridge(size: Size, count: int) -> Model:
    """Two doors in front, the freezer above."""
    d, w, h = size
    front, split = d / 2 - 0.05, 0.68 * h
    body = cushion([-d / 2, -w / 2, 0.04], [front - 0.01, w / 2, h], 0.015)
    feet = [cylinder(0.02, 0, 0.05).at(x, y) for x, y in corner_points(d - 0.2, w - 0.1)]
    doors = [
        cushion([front - 0.015, -w / 2, low], [front + 0.035, w / 2, high], 0.014)
        for low, high in ((0.06, split - 0.006), (split + 0.006, h))
    ]
    grips = [
        rod((d / 2 - 0.009, -w / 2 + 0.07, a), (d / 2 - 0.009, -w / 2 + 0.07, b), 0.009)
        for a, b in ((split - 0.45, split - 0.06), (split + 0.05, split + 0.3))
    ]
    return Model(
        pieces=(piece(MAIN, body, *doors), piece(STEEL, *grips), piece(BLACK, *feet)),
        parts=(box_part(d, w, 0, h),),
    )


def piano(size: Size, count: int) -> Model:
    """An upright piano; the player sits at +X."""
    d, w, h = size
    body = -d / 2 + 0.55 * d
    keys = 0.60 * h
    case = box([-d / 2, -w / 2 + 0.01, 0.03], [body, w / 2 - 0.01, h - 0.03])
    lid = box([-d / 2, -w / 2, h - 0.04], [body + 0.02, w / 2, h])
    bed_ = box([body - 0.02, -w / 2 + 0.01, keys - 0.09], [d / 2, w / 2 - 0.01, keys - 0.02])
    cheeks = [
        slab(
            d / 2 - body, 0.05, keys - 0.09, keys + 0.04, x=(body + d / 2) / 2, y=s * (w / 2 - 0.04)
        )
        for s in (-1, 1)
    ]
    legs = [slab(0.07, 0.07, 0, keys - 0.08, x=d / 2 - 0.06, y=s * (w / 2 - 0.06)) for s in (-1, 1)]
    foot = [
        box([-d / 2, y - 0.05, 0], [d / 2, y + 0.05, 0.05]) for y in (-w / 2 + 0.06, w / 2 - 0.06)
    ]
    span = w - 0.16
    number = round(span / 0.03)
    pitch = span / number
    white = [
        box(
            [body + 0.02, -span / 2 + i * pitch + 0.0015, keys - 0.03],
            [d / 2 - 0.02, -span / 2 + (i + 1) * pitch - 0.0015, keys],
            bevel=0.002,
        )
        for i in range(number)
    ]
    black = [
        box(
            [body + 0.02, -span / 2 + (i + 0.7) * pitch, keys - 0.01],
            [body + 0.02 + 0.55 * (d / 2 - body), -span / 2 + (i + 1.3) * pitch, keys + 0.014],
            bevel=0.002,
        )
        for i in range(number - 1)
        if i % 7 not in (2, 6)
    ]
    stand = box([body, -0.3 * w, keys + 0.1], [body + 0.015, 0.3 * w, keys + 0.32])
    pedals = [box([body, y - 0.02, 0.05], [body + 0.14, y + 0.02, 0.07]) for y in (-0.09, 0, 0.09)]
    gold = Paint(material="gold")
    return Model(
        pieces=(
            piece(MAIN, case, lid, bed_, *cheeks, *legs, *foot, stand),
            piece(WHITE, *white),
            piece(BLACK, *black),
            piece(gold, *pedals),
        ),
        parts=(
            box_part(body + d / 2, w, 0, h, x=(body - d / 2) / 2),
            box_part(d / 2 - body, w, keys - 0.09, keys + 0.02, x=(body + d / 2) / 2),
            *(
                box_part(0.08, 0.08, 0, keys - 0.09, x=d / 2 - 0.06, y=s * (w / 2 - 0.06))
                for s in (-1, 1)
            ),
        ),
    )


BUILDERS: dict[str, Builder] = {
    "table": table,
    "desk": desk,
    "coffee table": coffee_table,
    "bed": bed,
    "shelf": shelf,
    "cupboard": cupboard,
    "fridge": fridge,
    "piano": piano,
}
