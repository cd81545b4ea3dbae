"""Clothes, as surfaces cut from the body's, lifted, smoothed, hung, and given hems."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from bake import half
from bake.people import Person, Shared
from text2sim.skeleton import INDEX

Array = np.ndarray
Field = Callable[[Array, Array], Array]
HEM, WAIST, CROTCH = 0.885, 1.055, 0.83
"""Heights on the mean adult of 1.75 m [m]."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A half surface, the same for all people but for its points.

    Attributes:
        faces: (F, 3). middle: (V,). weights: (V, 22). tone: (V,) index into `assemble.TONES`.
        shade: factor on the tone's colour, (V,).
        covers: field on the body's vertices, positive where the part hides them, or None.
    """

    name: str
    faces: Array
    middle: Array
    weights: Array
    tone: str
    shade: Array | None = None
    covers: Array | None = None


@dataclass(frozen=True, kw_only=True)
class Garment:
    """How a garment is made.

    Attributes:
        field: of the mean adult's points and joints, positive where it covers [m].
        lift: distance from the skin [m]. rounds: of smoothing. thickness: of hems [m].
    """

    name: str
    tone: str
    field: Field
    lift: float
    rounds: int
    hang: Callable[[Array, Array, Person], Array]
    thickness: float = 0.006


def _top(points: Array, sleeve: float, hem: float) -> Array:
    """Neckline, sleeve and hem."""
    x, y, z = points.T
    neck = 1.487 - 0.42 * x - z + 2.2 * np.maximum(np.abs(y) - 0.075, 0.0)
    return np.minimum(np.minimum(neck, sleeve - y), z - hem)


def _legs(points: Array, top: float, bottom: float) -> Array:
    z = points[:, 2]
    return np.where(points[:, 1] > 0.35, -1.0, np.minimum(top - z, z - bottom))


def make_part(
    garment: Garment, mean: Person, shared: Shared
) -> tuple[Part, Callable[[Person], Array]]:
    """The garment's topology, and a function that gives its points on somebody."""
    field = garment.field(mean.points, mean.joints)
    piece = half.cut(shared.faces, field, shared.middle)
    weights = np.asarray(piece.source @ shared.weights)
    outward = half.normals(np.asarray(piece.source @ mean.points), piece.faces, piece.middle)
    _, faces, middle, owner = half.with_hems(
        np.asarray(piece.source @ mean.points), piece.faces, piece.middle, outward, 0.006, 0.015
    )

    def points_on(person: Person) -> Array:
        base = np.asarray(piece.source @ person.points)
        up = half.relax(np.asarray(piece.source @ person.outward), piece.faces, piece.middle, 4)
        up /= np.linalg.norm(up, axis=1, keepdims=True)
        points = base + garment.lift * up
        points = half.relax(
            points, piece.faces, piece.middle, garment.rounds, base, up, 0.7 * garment.lift
        )
        points = garment.hang(points, base, person)
        points = half.relax(points, piece.faces, piece.middle, 4, base, up, 0.6 * garment.lift)
        points[~piece.middle, 1] = np.maximum(points[~piece.middle, 1], 0.0015)
        normal = half.normals(points, piece.faces, piece.middle)
        return half.with_hems(points, piece.faces, piece.middle, normal, garment.thickness, 0.018)[
            0
        ]

    return Part(
        name=garment.name, faces=faces, middle=middle, weights=weights[owner],
        tone=garment.tone, covers=field,
    ), points_on  # fmt: skip


def hang(
    points: Array, start: float, stop: float, axis: Callable[[Array], Array], slope: float,
    share: float, along: int = 2, inside: Array | None = None,
) -> Array:  # fmt: skip
    """Let cloth fall: away from `start` towards `stop` the radius shrinks by at most `slope`.

    Args:
        axis: centre line (N, 2) at coordinates (N,) along the main axis.
        share: 1 hangs, 0 clings.
        along: the main axis, 2 for trunk and legs, 1 for sleeves.
    """
    bins, rows = 48, 40
    other = [k for k in range(3) if k != along]
    sign = 1.0 if stop > start else -1.0
    depth = (points[:, along] - start) * sign / abs(stop - start)
    chosen = (depth > 0.0) & (depth < 1.15)
    if inside is not None:
        chosen &= inside
    offset = points[:, other] - axis(points[:, along])
    angle = np.arctan2(offset[:, 1], offset[:, 0]) / (2 * np.pi) % 1.0 * bins
    radius = np.linalg.norm(offset, axis=1)
    row = np.clip(depth * (rows - 1), 0, rows - 1)
    table = np.zeros((rows, bins))
    here = np.flatnonzero(chosen)
    both = [(here, angle[here])]
    if along == 2 and abs(axis(np.array([start]))[0, 1]) < 1e-9:
        both.append((here, (-angle[here]) % bins))
    for index, where in both:
        for dr in (-1, 0, 1):
            for da in (-1, 0, 1):
                r = np.clip(np.rint(row[index] + 0.6 * dr).astype(int), 0, rows - 1)
                a = np.rint(where + 0.6 * da).astype(int) % bins
                np.maximum.at(table, (r, a), radius[index])
    drop = slope * abs(stop - start) / (rows - 1)
    for k in range(1, rows):
        table[k] = np.maximum(table[k], table[k - 1] - drop)
    table = gaussian_filter(table, (1.5, 1.5), mode=("nearest", "wrap"))
    low = np.floor(angle).astype(int) % bins
    t, r = angle % 1.0, np.rint(row).astype(int)
    wanted = (1 - t) * table[r, low] + t * table[r, (low + 1) % bins]
    ease = np.clip(depth / 0.12, 0.0, 1.0) * share * chosen
    grown = np.maximum(radius, (1 - ease) * radius + ease * wanted)
    result = points.copy()
    result[:, other] = axis(points[:, along]) + offset * (grown / np.maximum(radius, 1e-6))[:, None]
    return result


def _hang_top(
    points: Array, base: Array, person: Person, hem: float, fitted: float, sleeve: float = 0.06
) -> Array:
    joints = person.joints
    chest, shoulder = joints[INDEX["spine3"], 2] + 0.03, joints[INDEX["left_shoulder"]]
    trunk = np.array([joints[INDEX["spine2"], 0], 0.0])
    body = points[:, 1] < shoulder[1] + 0.03
    body &= points[:, 2] < shoulder[2] - 0.06
    end = joints[INDEX["left_hip"], 2] - 0.05 + (hem - HEM)
    # Over the trousers the hem needs room.
    room = (
        0.007 * np.clip((hem + 0.10 - points[:, 2]) / 0.06, 0.0, 1.0) * body * (hem < WAIST - 0.1)
    )
    flat = (points - base) * [1.0, 1.0, 0.0]
    flat /= np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-6)
    points = points + room[:, None] * flat
    points = hang(
        points, chest, end, lambda z: np.tile(trunk, (len(z), 1)), 0.10 + 0.5 * fitted,
        1.0 - 0.45 * fitted, inside=body,
    )  # fmt: skip
    elbow = joints[INDEX["left_elbow"]]
    arm = ~body & (points[:, 1] > shoulder[1])
    hung = hang(
        points, shoulder[1], elbow[1], lambda y: np.tile(shoulder[[0, 2]], (len(y), 1)), sleeve,
        0.8, along=1, inside=arm,
    )  # fmt: skip
    # Flesh at the armpit must not make wings of sleeves.
    moved = hung - points
    far = np.linalg.norm(moved, axis=1, keepdims=True)
    return points + moved * np.minimum(1.0, 0.012 / np.maximum(far, 1e-9))


def _hang_legs(points: Array, base: Array, person: Person, slope: float) -> Array:
    hip, knee, ankle = (person.joints[INDEX[f"left_{n}"]] for n in ("hip", "knee", "ankle"))

    def axis(z: Array) -> Array:
        heights = [ankle[2], knee[2], hip[2]]
        return np.stack(
            [np.interp(z, heights, [j[k] for j in (ankle, knee, hip)]) for k in (0, 1)], axis=1
        )

    return hang(points, hip[2] - 0.12, ankle[2], axis, slope, 0.85)


TEE = Garment(
    name="tee", tone="top", lift=0.011, rounds=10,
    field=lambda p, j: _top(p, j[INDEX["left_shoulder"], 1] + 0.155, HEM),
    hang=lambda p, b, who: _hang_top(p, b, who, HEM, 0.3),
)  # fmt: skip
LONG = Garment(
    name="long", tone="top", lift=0.012, rounds=10,
    field=lambda p, j: _top(p, j[INDEX["left_wrist"], 1] - 0.012, HEM),
    hang=lambda p, b, who: _hang_top(p, b, who, HEM, 0.2, sleeve=0.20),
)  # fmt: skip
BODICE = Garment(
    name="bodice", tone="top", lift=0.008, rounds=8,
    field=lambda p, j: _top(p, j[INDEX["left_shoulder"], 1] + 0.10, WAIST - 0.03),
    hang=lambda p, b, who: _hang_top(p, b, who, WAIST - 0.03, 0.9),
)  # fmt: skip
TROUSERS = Garment(
    name="trousers", tone="bottom", lift=0.007, rounds=12,
    field=lambda p, j: _legs(p, 0.935, 0.062),
    hang=lambda p, b, who: _hang_legs(p, b, who, 0.07),
)  # fmt: skip
SHORTS = Garment(
    name="shorts", tone="bottom", lift=0.009, rounds=12,
    field=lambda p, j: _legs(p, 0.935, 0.56),
    hang=lambda p, b, who: _hang_legs(p, b, who, 0.02),
)  # fmt: skip
GARMENTS = (TEE, LONG, BODICE, TROUSERS, SHORTS)
