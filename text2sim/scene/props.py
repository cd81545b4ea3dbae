"""What things are: kind, size, colour and material of the props of a script."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from text2sim.catalogue import GOING, KINDS, MATERIALS, NOUNS, RISE
from text2sim.errors import UnknownKindError, nearest
from text2sim.scene.characters import colour
from text2sim.types import RGB, Prop

MESH_SUFFIXES = (".obj", ".stl", ".glb", ".ply")
FACTORS = {"tiny": 0.5, "small": 0.75, "medium": 1.0, "large": 1.35, "huge": 1.8}
MOST_STEPS = 24
STEPS = {"tiny": 3, "small": 4, "medium": 6, "large": 9, "huge": 12}
STRETCHED: dict[str, tuple[float, float, float]] = {
    "tall": (1.0, 1.0, 1.3), "high": (1.0, 1.0, 1.3), "low": (1.0, 1.0, 0.7),
    "short": (1.0, 1.0, 0.75), "wide": (1.0, 1.35, 1.0), "narrow": (1.0, 0.7, 1.0),
    "long": (1.0, 1.5, 1.0), "thin": (0.7, 0.7, 1.0), "thick": (1.3, 1.3, 1.0),
    "flat": (1.0, 1.0, 0.5),
}  # fmt: skip
"""Adjective -> factors on depth, width, height."""

# Nouns beyond the catalogue's synonyms, by what stands in for them best.
STAND_INS: dict[str, str] = {
    "apple": "ball", "orange": "ball", "stone ball": "ball", "balloon": "ball", "egg": "ball",
    "melon": "ball", "pumpkin": "ball", "tennis ball": "ball", "puck": "ball",
    "pen": "sword", "pencil": "sword", "knife": "sword", "hammer": "sword", "racket": "sword",
    "broom": "sword", "club": "sword", "axe": "sword", "wand": "sword", "spear": "sword",
    "gift": "box", "present": "box", "toy": "box", "tool": "box", "toolbox": "box", "radio": "box",
    "brick": "box", "dice": "box", "object": "box", "thing": "box", "item": "box", "case": "box",
    "throne chair": "armchair", "swing": "bench", "pew": "bench", "log": "bench",
    "truck": "car", "bus": "car", "van": "car", "motorcycle": "bicycle", "scooter": "bicycle",
    "vase": "bottle", "jar": "bottle", "can": "bottle", "jug": "bottle", "beer": "bottle",
    "coffee": "cup", "tea": "cup", "water": "cup", "letter": "book", "newspaper": "book",
    "picture": "window", "mirror": "window", "painting": "window", "board": "window",
    "tower": "house", "shop": "house", "church": "house", "tent": "house", "column": "street lamp",
    "pillar": "street lamp", "flag": "street lamp", "lectern": "desk", "bar counter": "table",
    "oven": "cupboard", "stove": "cupboard", "washing machine": "fridge", "blanket": "rug",
    "trampoline": "platform", "pedestal": "platform", "curb": "platform", "mattress pad": "bed",
    "horse": "box",
}  # fmt: skip
SCALES = {"orange": 0.36, "egg": 0.25, "puck": 0.35, "tennis ball": 0.3,
          "baseball": 0.34, "golf ball": 0.2, "basketball": 1.1, "beach ball": 1.7, "melon": 1.1,
          "knife": 0.3, "pen": 0.16, "pencil": 0.18, "wand": 0.4, "stick": 0.8,
          "can": 0.5, "vase": 1.2, "barstool": 1.6}  # fmt: skip
"""Noun -> size relative to the kind that stands for it."""
LONGEST = 0.6
"""Longest side of a user mesh [m], as the unit of its file is unknown."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Model:
    """What a prop is, before it has a place; `size` [m] (3,)."""

    kind: str
    label: str
    size: np.ndarray
    colour: RGB | None = None
    material: str | None = None
    fixed: bool = False
    count: int = 0


def make_model(prop: Prop, *, strict: bool, warn: Callable[[str], None]) -> Model:
    """Kind, size and looks of a prop.

    Raises:
        UnknownKindError: `strict` and the catalogue doesn't know the noun.
        MeshError: the noun is a mesh file that can't be read.
    """
    if prop.noun.lower().endswith(MESH_SUFFIXES) and Path(prop.noun).is_file():
        return Model(
            kind=prop.noun, label=Path(prop.noun).stem, size=_mesh_size(prop),
            colour=colour(prop.colour), material=_material(prop, warn),
        )  # fmt: skip
    kind = _kind(prop, strict, warn)
    spec = KINDS[kind]
    size, count = _size(prop, kind)
    return Model(
        kind=kind, label=prop.noun, size=size, colour=colour(prop.colour),
        material=_material(prop, warn), fixed=spec.fixed, count=count,
    )  # fmt: skip


def implied_model(kind: str, size: np.ndarray | None = None, label: str | None = None) -> Model:
    """A thing of a kind that the prompt did not name but the action needs."""
    spec = KINDS[kind]
    return Model(
        kind=kind, label=label or kind, fixed=spec.fixed, count=spec.count,
        size=np.array(spec.size if size is None else size, dtype=float),
    )  # fmt: skip


def _kind(prop: Prop, strict: bool, warn: Callable[[str], None]) -> str:
    noun = prop.noun.lower().strip()
    head = noun.split()[-1] if noun else noun
    for name in (noun, head):
        if name in NOUNS:
            return NOUNS[name]
    if strict:
        raise UnknownKindError(
            f"The catalogue has no {noun!r}.{nearest(noun, NOUNS)} Use a known noun, the path of "
            f"a mesh file ({', '.join(MESH_SUFFIXES)}), or strict=False for a stand-in."
        )
    known = {**NOUNS, **STAND_INS}
    alike = [name for name in known if name[0] == noun[:1] and len(noun) > 4]
    close = difflib.get_close_matches(noun, alike, n=1, cutoff=0.8)
    for name in (noun, head, *close):
        if name in known:
            warn(f"There is no model of {noun!r}; a {known[name]} stands in for it.")
            return known[name]
    warn(f"There is no model of {noun!r}; a box with that label stands in for it.")
    return "box"


def _size(prop: Prop, kind: str) -> tuple[np.ndarray, int]:
    spec = KINDS[kind]
    size, count = np.array(spec.size, dtype=float), spec.count
    factor = FACTORS[prop.size or "medium"] * SCALES.get(prop.noun.lower(), 1.0)
    if kind == "stairs":
        count = STEPS[prop.size or "medium"] + (
            3 if {"tall", "long", "high"} & {*prop.adjectives} else 0
        )
        count = count if prop.count is None else min(max(prop.count, 1), MOST_STEPS)
        return np.array([count * GOING, size[1], count * RISE]), count
    for adjective in prop.adjectives:
        size = size * STRETCHED.get(adjective, (1.0, 1.0, 1.0))
    if kind == "ramp":
        return size * (1.5 if "long" in prop.adjectives else 1.0) * factor, count
    return size * factor, count


def _material(prop: Prop, warn: Callable[[str], None]) -> str | None:
    if prop.material is None:
        return None
    for name in (prop.material, prop.material.removesuffix("en"), prop.material.removesuffix("n")):
        if name in MATERIALS:
            return name
    warn(f"The material {prop.material!r} is unknown; the usual one is used.")
    return None


def _mesh_size(prop: Prop) -> np.ndarray:
    """Extents of a mesh of unknown unit [m]: its longest side gets a handy length."""
    from text2sim.io.meshes import natural_size

    longest = LONGEST * FACTORS[prop.size or "medium"]
    return np.maximum(natural_size(prop.noun, largest=longest), 0.002)
