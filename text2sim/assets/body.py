"""The body of an actor: one of the baked people, dressed, at its stature.

Skin, clothes, hair and eyes are surfaces of their own; the skin that clothes hide is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, final

import numpy as np
from numpy.typing import NDArray

from text2sim.assets import primitives
from text2sim.assets.people import OTHER_SIDE, STATURE, Mix, Part, people
from text2sim.assets.shading import to_mesh
from text2sim.skeleton import INDEX, PARENTS, Skeleton
from text2sim.types import RGB, Character, SkinnedMesh
from text2sim.types.arrays import array, check_arrays

Array = NDArray[np.floating]
Detail = Literal["full", "low"]
ROUGHNESS: dict[str, float] = {
    "skin": 0.55, "hair": 0.55, "brow": 0.8, "top": 0.92, "bottom": 0.9, "shoes": 0.5, "sole": 0.8,
    "white": 0.2, "iris": 0.15, "pupil": 0.1, "hat": 0.9, "band": 0.8,
}  # fmt: skip
USUAL_STATURE: dict[str, float] = {
    "man": 1.77, "woman": 1.65, "boy": 1.25, "girl": 1.25, "old_man": 1.73, "old_woman": 1.61,
}  # fmt: skip
"""Stature [m] of the average variant; others are proportioned as the tall and the short."""
TALL = 0.07
"""By this share of the usual stature the tall and the short differ from it."""
_EYES = ("eye_pupil", "eye_iris", "eye_white")
_HAIRCUTS: dict[str, tuple[str, ...]] = {
    "short": ("cap_short",), "bob": ("cap_sleek", "bob"), "long": ("cap_sleek", "locks"),
    "ponytail": ("cap_sleek", "tail"), "bun": ("cap_sleek", "bun"), "receding": ("cap_rim",),
    "bald": (),
}  # fmt: skip


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Body:
    """What a character is made of.

    Attributes:
        skin: the clothed surface in the rest pose of `skeleton`.
        girths: depth and width of each segment without clothes [m], (22, 2).
    """

    skeleton: Skeleton
    skin: SkinnedMesh
    girths: np.ndarray = array("22 2")

    def __post_init__(self) -> None:
        check_arrays(self)


@final
@dataclass(frozen=True, kw_only=True)
class _Piece:
    """A closed or open surface with one tone: vertices, normals, faces, colours, influences."""

    vertices: Array
    normals: Array
    faces: NDArray[np.integer]
    colours: Array
    joints: NDArray[np.integer]
    weights: Array
    tone: str


def make_body(character: Character, detail: Detail = "full") -> Body:
    """The body of a character, dressed.

    Args:
        character: whom to make.
        detail: "full" has about 14,000 vertices, "low" about 3,000.

    Raises:
        ResourceError: the baked people are missing.
    """
    mix, scale = mix_of(character), character.stature / STATURE
    rest = mix.joints() * scale
    offsets = rest.copy()
    offsets[1:] -= rest[list(PARENTS[1:])]
    palette = _palette(character)
    worn = worn_parts(character)
    pieces = [
        _piece(people().parts[name], mix, palette, detail, worn if name == "body" else ())
        for name in ("body", *_EYES, "brows", *worn)
    ]
    if character.hat is not None:
        pieces += _hat(mix, palette)
    return Body(
        skeleton=Skeleton(offsets=offsets),
        skin=_joined(pieces, scale),
        girths=mix.girths() * scale,
    )


def mix_of(character: Character) -> Mix:
    """Which of the baked people a character is."""
    group = "boy" if character.age == "child" else "man"
    if character.gender == "female":
        group = "girl" if character.age == "child" else "woman"
    if character.age == "old":
        group = f"old_{group}"
    shares = [] if character.build == "average" else [(character.build, 1.0)]
    taller = (character.stature / USUAL_STATURE[group] - 1.0) / TALL
    name = "tall" if taller > 0.0 else "short"
    return Mix(group=group, shares=(*shares, (name, float(min(abs(taller), 1.3)))))


def worn_parts(character: Character) -> tuple[str, ...]:
    """Names of the parts that a character wears, hair included."""
    if character.skirt:
        top, bottom = "bodice", "skirt"
    else:
        top = "long" if character.sleeves == "long" else "tee"
        bottom = "shorts" if character.shorts else "trousers"
    return (top, bottom, "shoes", "soles", *_HAIRCUTS[character.haircut])


def _palette(character: Character) -> dict[str, RGB]:
    light = (0.55, 0.54, 0.52)
    hat = character.hat or character.hair
    return {
        "skin": character.skin, "hair": character.hair, "brow": _scaled(character.hair, 0.75),
        "top": character.top, "bottom": character.bottom, "shoes": character.shoes,
        "sole": light if max(character.shoes) < 0.35 else (0.06, 0.06, 0.06),
        "white": (0.70, 0.68, 0.65), "iris": (0.10, 0.05, 0.025), "pupil": (0.004, 0.004, 0.004),
        "hat": hat, "band": _scaled(hat, 0.25),
    }  # fmt: skip


def _scaled(colour: RGB, factor: float) -> RGB:
    red, green, blue = colour
    return (factor * red, factor * green, factor * blue)


def _piece(
    part: Part, mix: Mix, palette: dict[str, RGB], detail: Detail, covers: tuple[str, ...]
) -> _Piece:
    """A part whole, left and right, without the faces that `covers` hide."""
    points = mix.points(part)
    normals = _normals(points, part)
    faces = part.faces[detail]
    if covers:
        worn = sum(1 << people().covering.index(c) for c in covers if c in people().covering)
        hidden = (people().covered & worn) != 0
        faces = faces[~hidden[faces].all(axis=1)]
    used, faces = np.unique(faces, return_inverse=True)
    faces = faces.reshape(-1, 3)
    off_middle = np.flatnonzero(~part.middle[used])
    twin = np.arange(len(used))
    twin[off_middle] = len(used) + np.arange(len(off_middle))
    both, flip = np.concatenate([used, used[off_middle]]), np.array([1.0, -1.0, 1.0])
    sides = np.where((np.arange(len(both)) < len(used))[:, None], 1.0, flip)
    joints = part.joints[both]
    joints[len(used) :] = OTHER_SIDE[joints[len(used) :]]
    return _Piece(
        vertices=points[both] * sides,
        normals=normals[both] * sides,
        faces=np.concatenate([faces, twin[faces][:, ::-1]]),
        colours=np.clip(part.shade[both] * palette[part.tone], 0.0, 1.0),
        joints=joints,
        weights=part.weights[both],
        tone=part.tone,
    )


def _normals(points: Array, part: Part) -> Array:
    """Area-weighted unit normals of half a part, (V, 3)."""
    a, b, c = (points[part.faces["full"][:, k]] for k in range(3))
    face = np.cross(b - a, c - a)
    corners = part.faces["full"].T.ravel()
    total = np.stack(
        [np.bincount(corners, np.tile(face[:, k], 3), len(points)) for k in range(3)], axis=1
    )
    total[part.middle, 1] = 0.0
    length = np.linalg.norm(total, axis=1, keepdims=True)
    return np.where(length > 1e-12, total / np.maximum(length, 1e-12), [0.0, 0.0, 1.0])


def _joined(pieces: list[_Piece], scale: float) -> SkinnedMesh:
    starts = np.cumsum([0, *(len(piece.vertices) for piece in pieces)])
    return SkinnedMesh(
        vertices=scale * np.concatenate([piece.vertices for piece in pieces]),
        normals=np.concatenate([piece.normals for piece in pieces]),
        faces=np.concatenate([piece.faces + start for piece, start in zip(pieces, starts)]),
        colours=np.concatenate([piece.colours for piece in pieces]),
        roughness=np.concatenate(
            [np.full(len(piece.vertices), ROUGHNESS[piece.tone]) for piece in pieces]
        ),
        joints=np.concatenate([piece.joints for piece in pieces]),
        weights=np.concatenate([piece.weights for piece in pieces]),
    )


def _hat(mix: Mix, palette: dict[str, RGB]) -> list[_Piece]:
    """A brimmed hat with a band, as wide as the hair."""
    hair = mix.points(people().parts["cap_short"])
    width, front, back = hair[:, 1].max(), hair[:, 0].max(), hair[:, 0].min()
    crown = [(0, 0.0), (1.75, 0.016), (1.80, 0.021), (1.75, 0.025), (1.12, 0.021),
             (1.06, 0.032), (1.02, 0.082), (0.93, 0.112), (0.72, 0.122), (0, 0.118)]  # fmt: skip
    band = [(1.04, 0.024), (1.085, 0.026), (1.065, 0.050), (1.02, 0.050)]
    depth = 0.5 * (front - back)
    pieces = []
    for tone, solid in (
        ("hat", primitives.revolve([(r * width, z) for r, z in crown], 32, crease=0.9)),
        ("band", primitives.band([(r * width, z) for r, z in band], 32)),
    ):
        placed = solid.scaled(depth / width, 1.0, 1.0).turned("y", -0.10)
        mesh = to_mesh([placed.at(0.5 * (front + back), 0.0, hair[:, 2].max() - 0.062)])
        count = len(mesh.vertices)
        pieces.append(
            _Piece(
                vertices=mesh.vertices.astype(np.float64),
                normals=mesh.normals.astype(np.float64),
                faces=mesh.faces,
                colours=np.tile(palette[tone], (count, 1)),
                joints=np.full((count, 4), INDEX["head"]),
                weights=np.tile([1.0, 0.0, 0.0, 0.0], (count, 1)),
                tone=tone,
            )
        )
    return pieces
