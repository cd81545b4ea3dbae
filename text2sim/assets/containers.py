"""Things that hold things: boxes, barrels, cups, bottles, bags."""

from __future__ import annotations

import numpy as np

from text2sim.assets.model import (
    BLACK,
    DARK,
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
    round_part,
)
from text2sim.assets.primitives import (
    Solid,
    band,
    box,
    cushion,
    cylinder,
    loft,
    revolve,
    slab,
    torus,
    tube,
)


def box_(size: Size, count: int) -> Model:
    """A closed carton with a strip of tape."""
    d, w, h = size
    lift = min(0.002, 0.01 * h)
    tape = 0.14 * w
    strips = [
        slab(d + 0.0, tape, h - lift, h, bevel=0.0005),
        slab(lift, tape, 0.72 * h, h - 0.5 * lift, x=d / 2 - lift / 2, bevel=0.0005),
        slab(lift, tape, 0.72 * h, h - 0.5 * lift, x=-d / 2 + lift / 2, bevel=0.0005),
    ]
    body = slab(d - 2 * lift, w, 0, h - lift, bevel=0.01)
    seams = [
        slab(d - 0.02, 0.3 * lift, h - lift, h - 0.4 * lift, y=y, bevel=0.0001)
        for y in (-0.003, 0.003)
    ]
    return Model(
        pieces=(piece(MAIN, body, *seams), piece(LIGHT, *strips)), parts=(box_part(d, w, 0, h),)
    )


def crate(size: Size, count: int) -> Model:
    """Planks in a frame of beams, with a brace across each side."""
    d, w, h = size
    beam = 0.11 * min(size)
    inset = 0.25 * beam
    core = slab(d - 2 * inset, w - 2 * inset, inset, h - inset, bevel=0.002)
    sides = [_framed(w - 0.003, h, beam, inset).at(x=d / 2 - inset)]
    sides.append(sides[0].scaled(x=-1))
    other = _framed(d, h, beam, inset).turned("z", np.pi / 2).at(y=w / 2 - inset)
    sides += [other, other.scaled(y=-1)]
    number = max(3, round(w / 0.12))
    pitch = w / number
    lid = [
        slab(d, pitch - 0.006, h - inset, h, y=-w / 2 + (i + 0.5) * pitch, bevel=0.004)
        for i in range(number)
    ]
    floor = slab(d, w, 0, 1.2 * inset, bevel=0.004)
    return Model(
        pieces=(piece(DARK, core), piece(MAIN, *sides, *lid, floor)),
        parts=(box_part(d, w, 0, h),),
    )


def _framed(width: float, height: float, beam: float, thick: float) -> Solid:
    """Four beams and a diagonal brace in the plane X = 0, standing out to x = thick."""
    half = width / 2
    bars = [
        box([0, -half, a], [thick, half, b], bevel=0.004)
        for a, b in ((0.002, beam), (height - beam - thick, height - thick - 0.001))
    ]
    bars += [
        box(
            [0, s * half - (beam if s > 0 else 0), beam - 0.003],
            [thick * 0.98, s * half + (beam if s < 0 else 0), height - beam - thick + 0.003],
            bevel=0.004,
        )
        for s in (-1, 1)
    ]
    rise, run = height - 2 * beam - thick, width - 2 * beam
    length = float(np.hypot(rise, run))
    brace = box([0, -length / 2, -0.4 * beam], [thick * 0.9, length / 2, 0.4 * beam], bevel=0.004)
    bars.append(brace.turned("x", np.arctan2(rise, run)).at(z=(height - thick) / 2))
    return joined(bars)


def joined(solids: list[Solid]) -> Solid:
    """Several solids as one."""
    offsets = np.cumsum([0] + [len(s.vertices) for s in solids[:-1]])
    return Solid(
        vertices=np.concatenate([s.vertices for s in solids]),
        faces=np.concatenate([s.faces + o for s, o in zip(solids, offsets)]),
        crease=solids[0].crease,
    )


def barrel(size: Size, count: int) -> Model:
    """Bulging staves, iron hoops and a flat lid."""
    d, _, h = size
    z = np.linspace(0, 1, 9)
    radius = 0.5 * d * (0.8 + 0.19 * np.sin(np.pi * z))
    body = revolve([(0, 0), *zip(radius, z * h), (0, h)], 28)
    hoops = []
    for at in (0.07, 0.27, 0.73, 0.93):
        wide = 0.032 * h
        out = [0.5 * d * (0.8 + 0.19 * np.sin(np.pi * (at + s * wide / h))) for s in (-1, 0, 1)]
        ring = [(out[0] - 0.012, at * h - wide), (out[0] + 0.005 * d, at * h - wide)]
        ring += [(out[2] + 0.005 * d, at * h + wide), (out[2] - 0.012, at * h + wide)]
        hoops.append(band(ring, 28))
    lid = revolve([(0, h - 0.004), (0.33 * d, h - 0.004), (0.33 * d, h), (0, h)], 28)
    part = round_part(*[(r, t * h) for r, t in zip(radius[::2], z[::2])], segments=14)
    return Model(pieces=(piece(MAIN, body), piece(DARK, lid), piece(STEEL, *hoops)), parts=(part,))


def bag(size: Size, count: int) -> Model:
    """A handbag with two arched handles and a flap in front."""
    d, w, h = size
    top = 0.62 * h
    rings = []
    for z, x, y in (
        (0, 0.8, 0.86),
        (0.03, 0.95, 0.95),
        (0.2, 1, 1),
        (0.55, 0.85, 0.93),
        (0.85, 0.5, 0.82),
        (1, 0.3, 0.78),
    ):
        turn = np.arange(28) / 28 * 2 * np.pi
        power = 0.45
        rings.append(
            np.stack(
                [
                    x * d / 2 * np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** power,
                    y * w / 2 * np.sign(np.sin(turn)) * np.abs(np.sin(turn)) ** power,
                    np.full(28, z * top),
                ],
                axis=-1,
            )
        )
    body = loft(rings, crease=0.9)
    turn = np.linspace(0, np.pi, 13)
    handles = []
    for x in (-0.14 * d, 0.14 * d):
        arch = np.stack(
            [np.full(13, x), 0.24 * w * np.cos(turn), top - 0.1 * h + 0.465 * h * np.sin(turn)], -1
        )
        handles.append(tube(arch, 0.014 * h, segments=8))
    clasp = box([0.42 * d, -0.05 * w, 0.5 * top], [0.47 * d, 0.05 * w, 0.68 * top])
    strap = box([0.36 * d, -0.09 * w, 0.55 * top], [0.455 * d, 0.09 * w, 0.9 * top], bevel=0.004)
    gold = Paint(material="gold")
    return Model(
        pieces=(piece(MAIN, body), piece(DARK, *handles, strap), piece(gold, clasp)),
        parts=(hull_part(body), *(hull_part(handle) for handle in handles)),
    )


def suitcase(size: Size, count: int) -> Model:
    """A ribbed trolley case with wheels and a drawn-out handle."""
    d, w, h = size
    low, top = 0.045, 0.84 * h
    shell = cushion([-d / 2, -w / 2, low], [d / 2, w / 2, top], 0.055)
    ribs = [
        cushion(
            [-d / 2 - 0.004, y - 0.012, low + 0.05], [d / 2 + 0.004, y + 0.012, top - 0.05], 0.008
        )
        for y in np.linspace(-0.34 * w, 0.34 * w, 5)
    ]
    seam = cushion([-0.006, -w / 2 - 0.002, low], [0.006, w / 2 + 0.002, top + 0.002], 0.004)
    wheels = [
        cylinder(0.03, -0.012, 0.012, 16).turned("x", np.pi / 2).at(x, y, 0.03)
        for x in (-d / 2 + 0.05, d / 2 - 0.05)
        for y in (-w / 2 + 0.05, w / 2 - 0.05)
    ]
    bars = [slab(0.014, 0.018, top - 0.02, h - 0.02, x=-d / 2 + 0.06, y=y) for y in (-0.1, 0.1)]
    grip = cushion([-d / 2 + 0.045, -0.12, h - 0.03], [-d / 2 + 0.075, 0.12, h], 0.012)
    handle = torus(0.05, 0.008, 20).scaled(1, 1, 0.6).turned("z", np.pi / 2).at(0.03, 0, top)
    return Model(
        pieces=(
            piece(MAIN, shell),
            piece(LIGHT, *ribs),
            piece(STEEL, *bars),
            piece(BLACK, seam, grip, handle, *wheels),
        ),
        parts=(
            box_part(d, w, 0, top),
            box_part(0.03, 0.24, top, h, x=-d / 2 + 0.06),
        ),
    )


BUILDERS: dict[str, Builder] = {
    "box": box_,
    "crate": crate,
    "barrel": barrel,
    "bag": bag,
    "suitcase": suitcase,
}
