"""Skirts and shoes: surfaces of their own, drawn around the body instead of cut from it."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.spatial import ConvexHull

from bake import half
from bake.people import Person
from bake.wardrobe import WAIST, Array, Part
from text2sim.skeleton import INDEX, JOINTS

_AROUND, _DOWN = 33, 22
_STATIONS, _SECTION = 27, 15


def grid_faces(rows: int, columns: int) -> Array:
    """Triangles of a grid of points whose rows go down and whose columns go round to the left."""
    a = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    return np.concatenate(
        [
            np.stack([a, a + columns, a + 1], axis=1),
            np.stack([a + 1, a + columns, a + columns + 1], axis=1),
        ]
    )


def _step(value: Array, half_width: float) -> Array:
    t = np.clip(0.5 + 0.5 * value / half_width, 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def _skirt_sheet(person: Person) -> Array:
    """Points (rows, columns, 3) from the waist to the knee."""
    joints = person.joints
    top = joints[INDEX["spine1"], 2] - 0.005
    bottom = joints[INDEX["left_knee"], 2] + 0.015
    heights = np.linspace(top, bottom, _DOWN)
    points = person.points[np.abs(person.points[:, 1]) < 0.30]
    turn = np.linspace(0.0, np.pi, _AROUND)
    centre = np.array([0.5 * (person.joints[INDEX["pelvis"], 0] + points[:, 0].mean()), 0.0])
    radius = np.array(
        [_girdle(points[np.abs(points[:, 2] - z) < 0.016], centre, turn) for z in heights]
    )
    drop = (top - bottom) / (_DOWN - 1)
    flare = 0.02 + 0.12 * (0.5 + 0.5 * np.cos(turn)) ** 0.5 + 0.06 * np.sin(turn)
    for k in range(1, _DOWN):
        radius[k] = np.maximum(radius[k], radius[k - 1] + flare * drop * min(1.0, k / 6))
    radius = gaussian_filter(radius, (1.2, 1.2), mode=("nearest", "mirror"))
    radius += np.interp(heights, [bottom, top], [0.022, 0.012])[:, None]
    fold = 1.0 + np.outer(np.linspace(0, 1, _DOWN) ** 1.5, 0.030 * np.cos(9 * turn))
    x = centre[0] + radius * np.cos(turn) * fold
    y = radius * np.sin(turn) * fold
    return np.stack([x, y, np.tile(heights[:, None], (1, _AROUND))], axis=-1)


def _girdle(section: Array, centre: Array, turn: Array) -> Array:
    """Distance from the centre to the convex outline of a section in some directions (A,)."""
    flat = section[:, :2] - centre
    outline = ConvexHull(np.concatenate([flat, flat * [1.0, -1.0]])).equations
    towards = np.stack([np.cos(turn), np.sin(turn)], axis=-1) @ outline[:, :2].T
    return np.where(towards > 1e-6, -outline[:, 2] / np.maximum(towards, 1e-6), np.inf).min(axis=1)


def make_skirt(mean: Person) -> tuple[Part, object]:
    """A knee-long skirt that falls in soft folds."""
    sheet = _skirt_sheet(mean)
    faces = grid_faces(_DOWN, _AROUND)
    middle = np.zeros(sheet.shape[:2], bool)
    middle[:, [0, -1]] = True
    middle = middle.ravel()

    def finish(points: Array) -> tuple[Array, Array, Array, Array]:
        points = points.reshape(-1, 3)
        points[middle, 1] = 0.0
        outward = half.normals(points, faces, middle)
        return half.with_hems(points, faces, middle, outward, 0.005, 0.02)

    points, all_faces, all_middle, owner = finish(sheet)
    points = points[owner]
    y, z = points[:, 1], points[:, 2]
    weights = np.zeros((len(points), len(JOINTS)))
    hip, spine = mean.joints[INDEX["left_hip"], 2], mean.joints[INDEX["spine1"], 2]
    thigh = _step(hip - 0.05 - z, 0.11)
    left = _step(y, 0.15)
    waist = _step(z - spine, 0.075)
    weights[:, INDEX["pelvis"]] = (1 - thigh) * (1 - waist)
    weights[:, INDEX["spine1"]] = (1 - thigh) * waist
    weights[:, INDEX["left_hip"]] = thigh * left
    weights[:, INDEX["right_hip"]] = thigh * (1 - left)
    low = mean.joints[INDEX["left_knee"], 2] + 0.10
    covers = np.minimum(WAIST + 0.02 - mean.points[:, 2], mean.points[:, 2] - low)
    covers = np.where(mean.points[:, 1] > 0.35, -1.0, covers)
    part = Part(
        name="skirt", faces=all_faces, middle=all_middle, weights=weights, tone="bottom",
        covers=covers,
    )  # fmt: skip
    return part, lambda person: finish(_skirt_sheet(person))[0]


def _foot(person: Person) -> Array:
    low = person.points[:, 2] < person.joints[INDEX["left_ankle"], 2] + 0.05
    return person.points[low & (np.abs(person.points[:, 1]) < 0.3)]


def shoe_ends(person: Person) -> tuple[float, float]:
    """x of heel and toe of the soles [m]."""
    foot = _foot(person)
    foot = foot[foot[:, 2] < 0.09]
    return float(foot[:, 0].min()) - 0.008, float(foot[:, 0].max()) + 0.010


def _shoe_rings(person: Person, grow: float) -> tuple[Array, Array, Array, Array]:
    """x, centre y, half width and height of the shoe's sections, from heel to toe."""
    foot = _foot(person)
    heel, toe = shoe_ends(person)
    u = 0.5 - 0.5 * np.cos(np.linspace(0.0, np.pi, _STATIONS))
    x = heel + u * (toe - heel)
    low = foot[foot[:, 2] < 0.075]
    wide, bow, tall = np.zeros(_STATIONS), np.zeros(_STATIONS), np.zeros(_STATIONS)
    for k, value in enumerate(np.clip(x, heel + 0.012, toe - 0.014)):
        near = low[np.abs(low[:, 0] - value) < 0.012]
        wide[k], bow[k] = np.ptp(near[:, 1]) / 2, (near[:, 1].max() + near[:, 1].min()) / 2
        tall[k] = foot[np.abs(foot[:, 0] - value) < 0.010][:, 2].max()
    kernel = np.array([1, 2, 1]) / 4.0
    for _ in range(3):
        wide, bow, tall = (
            np.convolve(np.pad(v, 1, mode="edge"), kernel, mode="valid") for v in (wide, bow, tall)
        )
    collar = person.joints[INDEX["left_ankle"], 2] + 0.002
    tall = np.minimum(tall + 0.008, collar)
    round_off = np.sqrt(np.clip(1.0 - np.clip((u - 0.80) / 0.2, 0, 1) ** 2.6, 0.0, 1.0))
    round_off *= np.sqrt(np.clip(1.0 - np.clip((0.13 - u) / 0.13, 0, 1) ** 2.4, 0.0, 1.0))
    wide = (wide + 0.005 + grow) * np.maximum(round_off, 0.12)
    tall = 0.03 + (tall - 0.03) * np.clip((1.0 - u) / 0.10, 0.35, 1.0) ** 0.5
    return x, bow, wide, tall


def _shoe_points(person: Person) -> Array:
    """The upper (stations x section), then the sole's rim and flat."""
    x, bow, wide, tall = _shoe_rings(person, 0.0)
    turn = np.linspace(0.0, np.pi, _SECTION)
    side = np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** 0.62
    rise = np.sin(turn) ** 0.72
    y = bow[:, None] + wide[:, None] * side
    z = 0.016 + (tall - 0.016)[:, None] * rise
    upper = np.stack([np.tile(x[:, None], (1, _SECTION)), y, z], axis=-1)
    _, _, wide, _ = _shoe_rings(person, 0.0025)
    rows = [(wide, 0.022), (wide, 0.003), (wide - 0.004, 0.0)]
    rims = []
    for half_width, height in rows:
        inner, outer = bow - half_width, bow + half_width
        h = np.full(_STATIONS, height)
        loop = np.concatenate([np.stack([x, outer, h], -1), np.stack([x, inner, h], -1)[::-1]])
        rims.append(loop)
    return np.concatenate([upper.reshape(-1, 3), *rims])


def _shoe_faces() -> tuple[Array, Array]:
    """Faces of upper and sole, and where the sole's vertices begin."""
    upper = grid_faces(_STATIONS, _SECTION)[:, ::-1]
    begin, ring = _STATIONS * _SECTION, 2 * _STATIONS
    a = np.arange(ring)
    b = np.roll(a, -1)
    strips = []
    for k in range(2):
        p, q = begin + k * ring, begin + (k + 1) * ring
        strips += [np.stack([p + a, p + b, q + a], 1), np.stack([p + b, q + b, q + a], 1)]
    left = np.arange(_STATIONS - 1)
    lids = []
    for base, flip in ((begin, True), (begin + 2 * ring, False)):
        o, i = base + left, base + ring - 1 - left
        two = [np.stack([o, o + 1, i], 1), np.stack([o + 1, i - 1, i], 1)]
        lids += [f[:, ::-1] if flip else f for f in two]
    return upper, np.concatenate([*strips, *lids])


def make_shoes(mean: Person) -> tuple[list[Part], list[object]]:
    """Low shoes with soles that stand on z = 0 between the skeleton's sole points."""
    upper, sole = _shoe_faces()
    points, begin = _shoe_points(mean), _STATIONS * _SECTION
    weights = np.zeros((len(points), len(JOINTS)))
    toe = _step(points[:, 0] - mean.joints[INDEX["left_foot"], 0], 0.03)
    weights[:, INDEX["left_ankle"]], weights[:, INDEX["left_foot"]] = 1.0 - toe, toe
    middle = np.zeros(len(points), bool)
    covers = mean.joints[INDEX["left_ankle"], 2] - 0.014 - mean.points[:, 2]
    parts = [
        Part(
            name="shoes", faces=upper, middle=middle[:begin], weights=weights[:begin],
            tone="shoes", covers=covers,
        ),
        Part(
            name="soles", faces=sole - begin, middle=middle[begin:], weights=weights[begin:],
            tone="sole",
        ),
    ]  # fmt: skip
    return parts, [lambda p: _shoe_points(p)[:begin], lambda p: _shoe_points(p)[begin:]]
