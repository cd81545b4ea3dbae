"""Faces and hair: eyes, brows, the colours of the skin, and five haircuts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bake import half
from bake.people import Person, Shared
from bake.sewn import _girdle, _step, grid_faces
from bake.wardrobe import Array, Part
from text2sim.skeleton import INDEX, JOINTS

_RINGS = (("pupil", (0.0, 11.5)), ("iris", (11.5, 20.0, 28.0)), ("white", (28.0, 45.0, 62.0, 85.0)))
"""Parts of an eye: degrees from its axis."""
_SEGMENTS = 20
_CROWN = (-0.075, 0.035)
"""Middle of the hair, ahead of and above the eyes [m]."""


def _only(count: int, joint: str) -> Array:
    weights = np.zeros((count, len(JOINTS)))
    weights[:, INDEX[joint]] = 1.0
    return weights


def make_eyes() -> tuple[list[Part], list[Callable[[Person], Array]]]:
    """Pupil, iris and white of the left eye."""
    parts, makers = [], []
    for tone, degrees in _RINGS:
        rows = len(degrees)
        faces = grid_faces(rows, _SEGMENTS + 1)
        shade = np.ones((rows, _SEGMENTS + 1))
        if tone == "iris":
            shade *= np.array([0.75, 1.15, 0.45])[:, None]
        if tone == "white":
            shade *= np.array([0.75, 1.0, 0.9, 0.7])[:, None]
        count = rows * (_SEGMENTS + 1)
        parts.append(
            Part(
                name=f"eye_{tone}", faces=faces, middle=np.zeros(count, bool),
                weights=_only(count, "head"), tone=tone, shade=shade.ravel(),
            )
        )  # fmt: skip
        makers.append(lambda person, angles=degrees: _eye_points(person, angles))
    return parts, makers


def _eye_points(person: Person, degrees: tuple[float, ...]) -> Array:
    down, turn = np.meshgrid(
        np.radians(degrees), np.linspace(0.0, 2 * np.pi, _SEGMENTS + 1), indexing="ij"
    )
    ring = np.sin(down)
    ball = np.stack([np.cos(down), -ring * np.cos(turn), ring * np.sin(turn)], axis=-1)
    return person.eye + person.eye_radius * ball.reshape(-1, 3)


def face_shade(mean: Person) -> Array:
    """Factors (V, 3) on the colour of the skin: lips, lids, cheeks, nails."""
    q = mean.points - mean.eye * [1, 0, 1]
    shade = np.ones((len(q), 3))
    front = _step(q[:, 0] - 0.0, 0.01)
    lips = (q[:, 1] / 0.0265) ** 2 + ((q[:, 2] + 0.0680) / 0.0125) ** 2
    lips = _step(1.0 - lips, 0.25) * _step(q[:, 0] - 0.015, 0.006)
    shade *= 1.0 - lips[:, None] * [0.16, 0.44, 0.40]
    cheek = np.exp(-(((q[:, 1] - 0.042) / 0.018) ** 2) - ((q[:, 2] + 0.036) / 0.018) ** 2) * front
    shade *= 1.0 - cheek[:, None] * [-0.03, 0.10, 0.09]
    ball = np.linalg.norm(mean.points - mean.eye, axis=1)
    lid = np.exp(-(((ball - mean.eye_radius) / 0.0014) ** 2))
    upper = _step(q[:, 2] + 0.001, 0.004)
    shade *= (1.0 - lid * (0.25 + 0.45 * upper))[:, None]
    hollow = np.exp(-(((ball - 0.024) / 0.007) ** 2)) * (q[:, 0] > -0.02)
    shade *= 1.0 - hollow[:, None] * [0.06, 0.10, 0.10]
    return shade


def make_brows(mean: Person, shared: Shared) -> tuple[Part, Callable[[Person], Array]]:
    """The left brow, a little above the skin."""
    q = mean.points - mean.eye * [1, 0, 1]
    y, z = q[:, 1], q[:, 2]
    arch = np.interp(y, [0.010, 0.022, 0.038, 0.054], [0.0215, 0.0235, 0.0250, 0.0180])
    wide = np.interp(y, [0.008, 0.014, 0.034, 0.055], [0.0022, 0.0036, 0.0028, 0.0004])
    field = np.minimum(wide - np.abs(z - arch), np.minimum(y - 0.0095, 0.054 - y))
    field = np.where((q[:, 0] > -0.03) & (np.abs(z) < 0.06), field, -1.0)
    return _patch("brows", "brow", field, shared, 0.0016)


def _patch(
    name: str, tone: str, field: Array, shared: Shared, lift: float
) -> tuple[Part, Callable[[Person], Array]]:
    piece = half.cut(shared.faces, field, shared.middle, snap=0.0003)
    part = Part(
        name=name, faces=piece.faces, middle=piece.middle, tone=tone,
        weights=np.asarray(piece.source @ shared.weights),
    )  # fmt: skip
    height = lift * (0.35 + 0.65 * np.clip(piece.field / 0.003, 0.0, 1.0))[:, None]

    def points_on(person: Person) -> Array:
        return np.asarray(piece.source @ person.points + height * (piece.source @ person.outward))

    return part, points_on


def _hairline(q: Array, receding: bool) -> Array:
    """Distance above the hairline (V,) [m], of points relative to the eyes."""
    x, _, z = q.T
    sides = [-0.135, -0.114, -0.104, -0.088, -0.068, -0.060, -0.048, -0.040]
    low = [-0.086, -0.070, 0.020, 0.037, 0.033, -0.006, -0.006, 0.024]
    if receding:
        line = np.interp(x, sides, low)
        bald = np.interp(
            x, [-0.155, -0.130, -0.09, -0.06, -0.040], [0.075, 0.060, 0.052, 0.046, 0.036]
        )
        return np.minimum(np.minimum(z - line, bald - z), -0.042 - x)
    return z - np.interp(x, [*sides, -0.020, 0.015], [*low, 0.045, 0.062])


def _cap(
    name: str, mean: Person, shared: Shared, *, lift: Callable[[Array], Array], receding: bool,
    rounds: int,
) -> tuple[Part, Callable[[Person], Array]]:  # fmt: skip
    """Hair that lies on the skull."""
    q = mean.points - mean.eye * [1, 0, 1]
    field = _hairline(q, receding)
    ear = (q[:, 1] > 0.0705) & (q[:, 2] < 0.030) & (q[:, 0] > -0.108) & (q[:, 0] < -0.064)
    field = np.where(ear, np.minimum(field, -0.004), field)
    field = np.where((mean.points[:, 2] > 1.5) & (q[:, 1] < 0.12), field, -1.0)
    piece = half.cut(shared.faces, field, shared.middle, snap=0.0015)
    place = np.asarray(piece.source @ q)
    depth = np.clip(piece.field / 0.030, 0.0, 1.0) ** 0.6
    height = lift(place) * depth + 0.0022
    outward = half.normals(np.asarray(piece.source @ mean.points), piece.faces, piece.middle)
    faces, middle, owner = half.with_hems(
        np.asarray(piece.source @ mean.points), piece.faces, piece.middle, outward, 0.006, 0.004
    )[1:]

    def points_on(person: Person) -> Array:
        base = np.asarray(piece.source @ person.points)
        up = half.relax(np.asarray(piece.source @ person.outward), piece.faces, piece.middle, 6)
        up /= np.linalg.norm(up, axis=1, keepdims=True)
        points = base + height[:, None] * up
        points = half.relax(points, piece.faces, piece.middle, rounds, base, up, 0.0022)
        normal = half.normals(points, piece.faces, piece.middle)
        return half.with_hems(points, piece.faces, piece.middle, normal, 0.0055, 0.004)[0]

    part = Part(
        name=name, faces=faces, middle=middle, weights=_only(len(middle), "head"), tone="hair",
        shade=_strands(place, piece.field)[owner],
    )  # fmt: skip
    return part, points_on


def _strands(place: Array, field: Array) -> Array:
    """Lighter and darker streaks from the crown outwards, (V,)."""
    turn = np.arctan2(place[:, 1], place[:, 0] - _CROWN[0])
    streak = np.sin(23 * turn) + 0.6 * np.sin(41 * turn + 1.0)
    return 1.0 + 0.13 * streak * np.clip(field / 0.01, 0.3, 1.0)


def _curtain(person: Person, length: float, rows: int, columns: int, swell: float) -> Array:
    """Hair that hangs from the sides and the back of the head, (rows, columns, 3)."""
    eye = person.eye * [1, 0, 1]
    points = person.points[person.points[:, 1] < 0.15] - eye
    size = points[points[:, 2] > 0.0][:, 0].min() / -0.173
    turn = np.linspace(np.radians(62.0), np.pi, columns)
    centre = np.array([-0.080 * size, 0.0])
    front = np.clip((turn - turn[0]) / 0.5, 0.0, 1.0)
    t = np.linspace(0.0, 1.0, rows)[:, None]
    top = 0.058 * size
    # Behind the head it falls lower than at the sides.
    low = -length * (1.0 + (0.5 if length > 0.12 else 0.05) * (0.5 - 0.5 * np.cos(turn)) ** 2)
    heights = top + t * (low - top)
    skull = np.array(
        [
            _girdle(points[np.abs(points[:, 2] - z) < 0.012], centre, turn)
            for z in np.linspace(top, 0.0, 6)
        ]
    )
    skull = np.maximum.accumulate(skull, axis=0)
    where = np.clip((top - heights) / top * 5, 0, 5)
    below = np.minimum(np.floor(where).astype(int), 4)
    column = np.arange(columns)
    share = where - below
    radius = (1 - share) * skull[below, column] + share * skull[below + 1, column]
    radius += 0.003 + (0.010 + swell * np.sin(np.pi * t)) * np.clip(4 * t, 0, 1) * (
        0.35 + 0.65 * front
    )
    radius -= (0.010 + 0.012 * front) * t**3
    radius *= 1.0 + 0.012 * np.sin(17 * turn) * t
    x, y = centre[0] + radius * np.cos(turn), radius * np.sin(turn)
    back = np.array([points[np.abs(points[:, 2] - z) < 0.02][:, 0].min() for z in heights[:, -1]])
    behind = back[:, None] - 0.020
    x = np.where(
        (turn > 1.9) & (heights < -0.13), np.minimum(x, x + (behind - x[:, -1:]).clip(max=0)), x
    )
    y[:, -1] = 0.0
    return np.stack([x, y, np.broadcast_to(heights, x.shape)], axis=-1) + eye


def make_curtain(
    name: str, mean: Person, length: float, swell: float
) -> tuple[Part, Callable[[Person], Array]]:
    """The hanging part of a bob or of long hair, with thickness."""
    rows, columns = 12, 22
    faces = grid_faces(rows, columns)
    middle = np.zeros((rows, columns), bool)
    middle[:, -1] = True
    middle = middle.ravel()

    def finish(person: Person) -> tuple[Array, Array, Array, Array]:
        points = _curtain(person, length, rows, columns, swell).reshape(-1, 3)
        outward = half.normals(points, faces, middle)
        return half.with_hems(points, faces, middle, outward, 0.007, 0.02)

    points, all_faces, all_middle, owner = finish(mean)
    weights = _only(len(points), "head")
    if length > 0.12:
        low = _step(mean.joints[INDEX["neck"], 2] + 0.06 - points[:, 2], 0.09)[:, None]
        weights = (1 - low) * weights + low * 0.5 * (
            _only(len(points), "neck") + _only(len(points), "spine3")
        )
    q = points[owner] - mean.eye * [1, 0, 1]
    turn = np.arctan2(q[:, 1], q[:, 0] - _CROWN[0])
    shade = 1.0 + 0.13 * (np.sin(23 * turn) + 0.6 * np.sin(41 * turn + 1.0))
    part = Part(
        name=name, faces=all_faces, middle=all_middle, weights=weights, tone="hair", shade=shade
    )
    return part, lambda person: finish(person)[0]


def make_tail(name: str, mean: Person, bun: bool) -> tuple[Part, Callable[[Person], Array]]:
    """A ponytail or a bun at the back of the head: half a tube."""
    rows, columns = 12, 11
    faces = grid_faces(rows, columns)
    middle = np.zeros((rows, columns), bool)
    middle[:, [0, -1]] = True
    middle = middle.ravel()
    t = np.linspace(0.0, 1.0, rows)
    if bun:
        along = np.stack([-0.062 * t + 0.012, 0.004 * t], axis=-1)
        radius = 0.034 * np.sqrt(np.clip(1.0 - (2 * t - 1) ** 2, 0.0, 1.0)) + 1e-4
        place = 0.030
    else:
        swing = np.interp(t, [0, 0.12, 0.3, 0.6, 1.0], [0, 0.030, 0.040, 0.030, 0.022])
        fall = np.interp(t, [0, 0.12, 0.3, 0.6, 1.0], [0, -0.004, -0.055, -0.13, -0.215])
        along = np.stack([-swing + 0.008, fall], axis=-1)
        radius = np.interp(
            t, [0, 0.1, 0.35, 0.7, 0.92, 1], [0.012, 0.017, 0.027, 0.022, 0.011, 0.0015]
        )
        place = 0.052
    step = np.gradient(along, axis=0)
    normal = np.stack([-step[:, 1], step[:, 0]], axis=-1)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)

    def points_on(person: Person) -> Array:
        eye = person.eye * [1, 0, 1]
        near = person.points[np.abs(person.points[:, 2] - eye[2] - place) < 0.012]
        root = np.array([near[near[:, 1] < 0.12][:, 0].min() - 0.004, eye[2] + place])
        line = root + along
        turn = np.linspace(0.0, np.pi, columns)
        flat = line[:, None] + (radius[:, None] * np.cos(turn))[..., None] * normal[:, None]
        side = radius[:, None] * np.sin(turn)
        side[:, [0, -1]] = 0.0
        return np.stack([flat[..., 0], side, flat[..., 1]], axis=-1).reshape(-1, 3)

    points = points_on(mean)
    weights = _only(len(points), "head")
    if not bun:
        low = np.repeat(0.5 * t**1.5, columns)[:, None]
        weights = (1 - low) * weights + low * _only(len(points), "neck")
    shade = 1.0 + 0.12 * np.tile(np.sin(np.linspace(0, 16, columns)), rows)
    part = Part(name=name, faces=faces, middle=middle, weights=weights, tone="hair", shade=shade)
    return part, points_on


def make_hair(mean: Person, shared: Shared) -> list[tuple[Part, Callable[[Person], Array]]]:
    """The caps that lie on the head, and what hangs from it."""
    return [
        _cap(
            "cap_short", mean, shared, receding=False, rounds=3,
            lift=lambda q: (
                0.006 + 0.011 * _step(q[:, 2] - 0.055, 0.05) * _step(q[:, 0] + 0.14, 0.08)
            ),
        ),
        _cap(
            "cap_sleek", mean, shared, receding=False, rounds=5,
            lift=lambda q: 0.011 + 0 * q[:, 0],
        ),
        _cap("cap_rim", mean, shared, lift=lambda q: 0.006 + 0 * q[:, 0], receding=True, rounds=4),
        make_curtain("bob", mean, 0.098, 0.012),
        make_curtain("locks", mean, 0.150, 0.008),
        make_tail("tail", mean, bun=False),
        make_tail("bun", mean, bun=True),
    ]  # fmt: skip
