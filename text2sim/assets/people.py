"""The baked people of `assets/characters/people.npz`, read part by part.

The file holds the left half of everything (y >= 0) at a stature of 1.75 m, in the T-pose:

- `index`: JSON with the names of groups ("man", "girl", ...), variants ("average", "heavy", ...)
  and parts ("body", "tee", "bob", ...), and where each part's vertices and faces are
- `faces`, `coarse` (F, 3): triangles of the two levels of detail, over the same vertices
- `joints`, `weights` (V, 4): influences, in 255ths; `shade` (V, 3): factors on colours, in 160ths
- `middle` (V,): vertices in the plane y = 0; `covered` (V of the body,): bits of what hides them
- `points_GROUP` (variant, V, 3): in 32000ths of a metre around (0, 0, 0.9); all variants but the
  first are differences from it
- `rest` (group, variant, 22, 3): joints [m]; `girths` (group, variant, 22, 2) [m]
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from text2sim.errors import ResourceError
from text2sim.resources import resource
from text2sim.skeleton import INDEX, JOINTS

Array = NDArray[np.floating]
STATURE = 1.75
"""All people are baked at this stature [m]."""
_UNIT, _CENTRE, _SHADE = 1.0 / 32000.0, np.array([0.0, 0.0, 0.9]), 160.0


@final
@dataclass(frozen=True, kw_only=True)
class Part:
    """One surface of all people: half of it, with indices that count from its own first vertex.

    Attributes:
        where: its vertices among those of all parts.
        faces: by level of detail, (F, 3). middle: (V,). joints, weights: (V, 4). shade: (V, 3).
    """

    name: str
    tone: str
    where: slice
    faces: dict[str, NDArray[np.integer]]
    middle: NDArray[np.bool_]
    joints: NDArray[np.integer]
    weights: Array
    shade: Array


@final
@dataclass(frozen=True, kw_only=True)
class People:
    """Everything that people share, and where the bodies are.

    Attributes:
        covered: which garments hide each vertex of the body, bits in the order of `covering`, (V,).
        rest: joints [m], (group, variant, 22, 3).
        girths: depth and width of the segments [m], (group, variant, 22, 2).
    """

    groups: tuple[str, ...]
    variants: tuple[str, ...]
    covering: tuple[str, ...]
    parts: dict[str, Part]
    covered: NDArray[np.integer]
    rest: Array
    girths: Array


@lru_cache(maxsize=1)
def people() -> People:
    """What all people share.

    Raises:
        ResourceError: the file is missing or not one that this version can read.
    """
    with _open() as archive:
        index = json.loads(archive["index"].tobytes())
        if index.get("version") != 1:
            raise ResourceError(
                f"people.npz has version {index.get('version')}, and this text2sim reads version 1."
                " Reinstall text2sim, or bake the file again."
            )
        data = {name: archive[name] for name in archive.files if not name.startswith("points_")}
    return People(
        groups=tuple(index["groups"]),
        variants=tuple(index["variants"]),
        covering=tuple(index["covering"]),
        parts={row["name"]: _part(row, data) for row in index["parts"]},
        covered=data["covered"],
        rest=data["rest"].astype(np.float64),
        girths=data["girths"].astype(np.float64),
    )


def _open() -> Any:
    return np.load(resource("assets", "characters", "people.npz"), allow_pickle=False)


def _part(row: dict[str, Any], data: dict[str, np.ndarray]) -> Part:
    where = slice(*row["vertices"])

    def faces(level: str, key: str) -> NDArray[np.integer]:
        return data[key][slice(*row[level])].astype(np.int32) - where.start

    return Part(
        name=row["name"],
        tone=row["tone"],
        where=where,
        faces={"full": faces("faces", "faces"), "low": faces("coarse", "coarse")},
        middle=data["middle"][where],
        joints=data["joints"][where].astype(np.int32),
        weights=data["weights"][where].astype(np.float64) / 255.0,
        shade=data["shade"][where] / _SHADE,
    )


@lru_cache(maxsize=6)
def _points(group: str) -> NDArray[np.int16]:
    with _open() as archive:
        return np.asarray(archive[f"points_{group}"])


@final
@dataclass(frozen=True, kw_only=True)
class Mix:
    """One body: variants of a group in some shares, which sum to 1."""

    group: str
    shares: tuple[tuple[str, float], ...]

    def points(self, part: Part) -> Array:
        """Half of a part on this body at 1.75 m [m], (V, 3)."""
        stored = _points(self.group)
        steps = stored[0, part.where].astype(np.float64)
        for name, share in self.shares:
            number = people().variants.index(name)
            if number:
                steps = steps + share * stored[number, part.where]
        return steps * _UNIT + _CENTRE

    def joints(self) -> Array:
        """Joints of the rest pose [m], (22, 3)."""
        return self._mixed(people().rest)

    def girths(self) -> Array:
        """Depth and width of the segments [m], (22, 2)."""
        return self._mixed(people().girths)

    def _mixed(self, table: Array) -> Array:
        rows = table[people().groups.index(self.group)]
        result = rows[0].copy()
        for name, share in self.shares:
            result += share * (rows[people().variants.index(name)] - rows[0])
        return result


def _other_side() -> NDArray[np.integer]:
    swap = {"left": "right", "right": "left"}
    names = [name.split("_") for name in JOINTS]
    return np.array([INDEX["_".join([swap.get(n[0], n[0]), *n[1:]])] for n in names])


OTHER_SIDE = _other_side()
"""The joint that mirrors each joint, (22,)."""
