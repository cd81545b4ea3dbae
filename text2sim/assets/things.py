"""Small things: toys, instruments, devices, cloth, lamps."""

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
    ellipsoid,
    extrude,
    hull,
    loft,
    revolve,
    rod,
    slab,
    torus,
    tube,
)

GOLD = Paint(material="gold")
PAPER = Paint(material="paper")


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


def lamp(size: Size, count: int) -> Model:
    """A floor lamp: pole and foot of metal, a shade of cloth."""
    d, w, h = size
    shade_low = 0.80 * h
    foot = revolve([(0, 0), (0.34 * d, 0), (0.34 * d, 0.012), (0.3 * d, 0.025), (0, 0.03)], 28)
    pole = rod((0, 0, 0.02), (0, 0, 0.9 * h), 0.012)
    knob = ellipsoid((0.02, 0.02, 0.02), 12, 8).at(z=0.5 * h)
    outer = [(0.5 * d, shade_low), (0.34 * d, h)]
    shade = revolve(
        [(0, shade_low + 0.05), (0.485 * d, shade_low), *outer, (0.32 * d, h), (0, h - 0.02)], 32
    )
    rims = [torus(r - 0.002, 0.003, 32, 6).turned("x", np.pi / 2).at(z=z + s * 0.003)
            for (r, z), s in zip(outer, (1, -1))]  # fmt: skip
    bulb = ellipsoid((0.035, 0.035, 0.045), 12, 8).at(z=shade_low + 0.05)
    cloth = Paint(material="cloth", colour=(0.85, 0.72, 0.48), tinted=True)
    glow = Paint(material="plastic", colour=(1.0, 0.9, 0.6))
    return Model(
        pieces=(piece(MAIN, foot, pole, knob, *rims), piece(cloth, shade), piece(glow, bulb)),
        parts=(
            round_part((0.34 * d, 0), (0.34 * d, 0.03)),
            box_part(0.03, 0.03, 0, shade_low),
            round_part((0.5 * d, shade_low), (0.34 * d, h)),
        ),
    )


def television(size: Size, count: int) -> Model:
    """A flat screen on a foot; the picture faces +X."""
    d, w, h = size
    low, thick = 0.09 * h, min(0.05, 0.4 * d)
    panel = box([-thick / 2, -w / 2, low], [thick / 2, w / 2, h])
    screen = box([0, -w / 2 + 0.018, low + 0.03], [thick / 2 + 0.002, w / 2 - 0.018, h - 0.016],
                 bevel=0.001)  # fmt: skip
    hump = cushion([-thick / 2 - 0.03, -0.25 * w, 0.25 * h], [0, 0.25 * w, 0.75 * h], 0.02)
    foot = slab(d, 0.42 * w, 0, 0.018)
    neck = slab(0.03, 0.12 * w, 0.01, 0.3 * h, x=-thick / 2)
    picture = Paint(material="glass", colour=(0.02, 0.05, 0.09))
    return Model(
        pieces=(piece(MAIN, panel, hump), piece(picture, screen), piece(STEEL, foot, neck)),
        parts=(
            box_part(thick + 0.03, w, low, h, x=-0.015),
            box_part(d, 0.42 * w, 0, 0.02),
            box_part(0.05, 0.12 * w, 0, low, x=-thick / 2),
        ),
    )


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
    d, w, h = size
    r = 0.5 * d
    crown = revolve(
        [(0, 0.06 * h), (0.97 * r, 0.20 * h), (r, 0.24 * h), (0.96 * r, 0.27 * h), (0.66 * r, 0.10 * h),
         (0.585 * r, 0.16 * h), (0.56 * r, 0.6 * h), (0.52 * r, 0.9 * h), (0.42 * r, h), (0, 0.86 * h)],
        32, crease=0.9,
    )  # fmt: skip
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
        parts=(round_part((0.9 * r, 0.05 * h), (r, 0.2 * h), (0.95 * r, 0.26 * h)),
               round_part((0.58 * r, 0.1 * h), (0.55 * r, 0.6 * h), (0.42 * r, h))),
    )  # fmt: skip


def umbrella(size: Size, count: int) -> Model:
    """Open, handle down: eight ribs and a scalloped canopy."""
    d, w, h = size
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
        start=[0, 0, low + rise], end=[0, 0, low + rise - 0.01], crease=0.6,
    )  # fmt: skip
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
        pieces=(piece(MAIN, canopy), piece(STEEL, shaft, tip, *ribs), piece(Paint(material="wood"), handle)),
        parts=(round_part((0.5, low), (0.3, low + 0.22), (0.05, low + rise), segments=16),
               box_part(0.025, 0.025, 0.05, 1.0), hull_part(handle)),
    )  # fmt: skip


def guitar(size: Size, count: int) -> Model:
    """Stands upright, the strings face +X."""
    d, w, h = size
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
    pegs = [rod((thick - 0.01, s * 0.03, z * h), (thick - 0.01, s * 0.06, z * h), 0.007, segments=8)
            for s in (-1, 1) for z in (0.88, 0.92, 0.96)]  # fmt: skip
    return Model(
        pieces=(
            piece(DARK, body, head), piece(MAIN, face),
            piece(BLACK, hole, bridge_), piece(Paint(material="wood", colour=(0.06, 0.03, 0.015)), neck),
            piece(STEEL, *frets, *strings, *pegs),
        ),
        parts=(hull_part(body), hull_part(neck, head)),
    )  # fmt: skip


def sword(size: Size, count: int) -> Model:
    """Stands upright, point up; the guard lies along Y."""
    d, w, h = size
    grip, guard = 0.17 * h, 0.20 * h
    half, edge = 0.20 * w, 0.26 * d
    rings = []
    for z, k in ((guard, 1.0), (0.5 * h, 0.92), (0.9 * h, 0.8), (0.96 * h, 0.45)):
        b, t = half * k, edge * k
        rings.append([[0, -b, z], [t, -0.25 * b, z], [t, 0.25 * b, z], [0, b, z], [-t, 0.25 * b, z],
                      [-t, -0.25 * b, z]])  # fmt: skip
    blade = loft(rings, end=[0, 0, h], crease=0.15)
    cross = cushion([-d / 2, -w / 2, grip], [d / 2, w / 2, guard + 0.006], 0.4 * d)
    handle = cylinder(0.36 * d, 0.03 * h, grip + 0.004, 16)
    pommel = ellipsoid((0.5 * d, 0.75 * d, 0.026 * h), 16, 10).at(z=0.026 * h)
    hide = Paint(material="leather", colour=(0.12, 0.05, 0.025))
    return Model(
        pieces=(piece(MAIN, blade), piece(GOLD, cross, pommel), piece(hide, handle)),
        parts=(hull_part(blade), box_part(d, w, grip, guard), box_part(d, d, 0, grip)),
    )


def phone(size: Size, count: int) -> Model:
    """Upright, the screen faces +X."""
    d, w, h = size
    body = cushion([-d / 2, -w / 2, 0], [0.9 * d / 2, w / 2, h], 0.35 * d)
    screen = box([0, -0.45 * w, 0.03 * h], [d / 2, 0.45 * w, 0.97 * h], bevel=0.0004)
    lens = (
        cylinder(0.07 * w, 0, 0.1 * d, 14)
        .turned("y", -np.pi / 2)
        .at(-d / 2 + 0.05 * d, 0.3 * w, 0.9 * h)
    )
    light = Paint(material="glass", colour=(0.06, 0.13, 0.24))
    return Model(
        pieces=(piece(MAIN, body, lens), piece(light, screen)), parts=(box_part(d, w, 0, h),)
    )


def laptop(size: Size, count: int) -> Model:
    """Open; the keys point to +X."""
    d, w, h = size
    thick = 0.07 * h
    base = slab(0.9 * d, w, 0, thick, x=0.05 * d, bevel=0.004)
    back = -0.4 * d + 0.01
    tilt = -np.arctan2(0.1 * d, h)
    lid = (
        box([-0.006, -w / 2, 0], [0.0, w / 2, h], bevel=0.002)
        .turned("y", tilt)
        .at(back, 0, thick * 0.5)
    )
    glass = box([-0.002, -0.46 * w, 0.06 * h], [0.0012, 0.46 * w, 0.95 * h], bevel=0.0003)
    screen = glass.turned("y", tilt).at(back, 0, thick * 0.5)
    keys = [
        box([x, y, thick - 0.002], [x + 0.075 * d, y + 0.062 * w, thick + 0.002], bevel=0.0006)
        for x in np.arange(5) * 0.09 * d - 0.29 * d for y in np.arange(12) * 0.073 * w - 0.436 * w
    ]  # fmt: skip
    pad = box(
        [0.22 * d, -0.15 * w, thick - 0.002], [0.42 * d, 0.15 * w, thick + 0.001], bevel=0.0003
    )
    light = Paint(material="glass", colour=(0.10, 0.22, 0.42))
    return Model(
        pieces=(
            piece(MAIN, base, lid),
            piece(BLACK, *keys),
            piece(DARK, pad),
            piece(light, screen),
        ),
        parts=(box_part(0.9 * d, w, 0, thick, x=0.05 * d), hull_part(lid)),
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


def ring(size: Size, count: int) -> Model:
    """A hoop that stands on its edge in the plane XZ."""
    d, w, h = size
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


def rug(size: Size, count: int) -> Model:
    """A bordered carpet with fringes at both short ends."""
    d, w, h = size
    fringe = 0.05
    body = slab(d, w - 2 * fringe, 0, 0.9 * h, bevel=0.004)
    field = slab(0.84 * d, w - 2 * fringe - 0.16 * d, 0.3 * h, h, bevel=0.001)
    inner = slab(0.70 * d, w - 2 * fringe - 0.30 * d, 0.3 * h, h, bevel=0.001)
    strands = [
        box([x, s * (w / 2 - fringe / 2) - fringe / 2 - 0.004, 0], [x + 0.012, s * (w / 2 - fringe / 2) + fringe / 2, 0.4 * h],
            bevel=0.001)
        for s in (-1, 1) for x in np.arange(-d / 2 + 0.01, d / 2 - 0.012, 0.035)
    ]  # fmt: skip
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

    rings = [rectangle(low, high, low[2]), rectangle(low, high, high[2]),
             rectangle(a, b, high[2]), rectangle(a, b, low[2])]  # fmt: skip
    return loft(rings, loop=True, crease=0.3)


BUILDERS: dict[str, Builder] = {
    "ball": ball, "lamp": lamp, "television": television, "book": book, "hat": hat,
    "umbrella": umbrella, "guitar": guitar, "sword": sword, "phone": phone, "laptop": laptop,
    "pillow": pillow, "ring": ring, "rug": rug,
}  # fmt: skip
