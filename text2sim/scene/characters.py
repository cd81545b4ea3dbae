"""How actors look: stature, mass and colours."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from text2sim.catalogue import COLOURS
from text2sim.types import RGB, Actor, Character, Garment, Haircut

STATURE = {"male": 1.77, "female": 1.65}
CHILD_STATURE = 1.25
HEIGHT = {"short": 0.93, "average": 1.0, "tall": 1.07}
BODY_MASS_INDEX = {"slim": 19.5, "average": 23.0, "heavy": 31.0, "muscular": 27.0}
CHILD_BODY_MASS_INDEX = {"slim": 14.5, "average": 16.5, "heavy": 21.0, "muscular": 17.5}

# Top, bottom, shoes: combinations that go together, readable against a grey ground.
OUTFITS: tuple[tuple[RGB, RGB, RGB], ...] = (
    ((0.04, 0.16, 0.42), (0.12, 0.11, 0.10), (0.05, 0.03, 0.02)),
    ((0.55, 0.06, 0.05), (0.03, 0.05, 0.12), (0.60, 0.58, 0.54)),
    ((0.62, 0.36, 0.04), (0.04, 0.06, 0.14), (0.10, 0.05, 0.03)),
    ((0.05, 0.26, 0.20), (0.30, 0.22, 0.13), (0.06, 0.04, 0.03)),
    ((0.66, 0.63, 0.57), (0.03, 0.09, 0.22), (0.30, 0.16, 0.08)),
    ((0.28, 0.05, 0.18), (0.05, 0.05, 0.06), (0.04, 0.04, 0.04)),
    ((0.06, 0.34, 0.42), (0.22, 0.20, 0.18), (0.55, 0.53, 0.50)),
    ((0.55, 0.20, 0.16), (0.10, 0.12, 0.16), (0.12, 0.06, 0.03)),
    ((0.22, 0.30, 0.10), (0.16, 0.10, 0.06), (0.05, 0.04, 0.03)),
)
SKINS: tuple[RGB, ...] = (
    (0.60, 0.36, 0.25), (0.52, 0.29, 0.18), (0.40, 0.20, 0.11), (0.24, 0.11, 0.06),
    (0.12, 0.05, 0.03),
)  # fmt: skip
HAIRS: tuple[RGB, ...] = (
    (0.012, 0.008, 0.006), (0.03, 0.016, 0.008), (0.09, 0.04, 0.018), (0.24, 0.13, 0.05),
    (0.20, 0.05, 0.015),
)  # fmt: skip
GREY_HAIRS: tuple[RGB, ...] = ((0.42, 0.42, 0.42), (0.62, 0.61, 0.58))
DENIM: RGB = (0.04, 0.09, 0.22)

TOPS = frozenset(
    ("shirt", "t-shirt", "tshirt", "sweater", "jacket", "coat", "blouse", "hoodie", "top", "vest",
     "jumper", "pullover", "sweatshirt", "cardigan", "tank top", "jersey", "blazer")
)  # fmt: skip
BOTTOMS = frozenset(("trousers", "pants", "jeans", "shorts", "leggings", "skirt", "slacks"))
WHOLE = frozenset(("dress", "gown", "suit", "uniform", "tracksuit", "robe", "overalls", "clothes"))
SHOES = frozenset(("shoes", "shoe", "boots", "boot", "sneakers", "sneaker", "trainers", "sandals"))
HATS = frozenset(("hat", "cap", "helmet", "beanie", "hood"))
SKIRTS = frozenset(("skirt", "dress", "gown", "robe"))
LONG_SLEEVES = frozenset(
    ("sweater", "jacket", "coat", "hoodie", "jumper", "pullover", "sweatshirt", "cardigan",
     "blazer", "shirt", "blouse", "suit", "uniform", "tracksuit", "overalls")
)  # fmt: skip
HAIRCUTS: dict[tuple[str, str], tuple[Haircut, ...]] = {
    ("male", "child"): ("short",),
    ("male", "adult"): ("short",),
    ("male", "old"): ("receding", "short"),
    ("female", "child"): ("ponytail", "bob", "long"),
    ("female", "adult"): ("bob", "long", "ponytail"),
    ("female", "old"): ("bun", "bob"),
}
"""What is drawn from where the prompt does not say."""
HAIRCUT_OF: dict[str, Haircut] = {
    "ponytailed": "ponytail", "long-haired": "long", "short-haired": "short",
}  # fmt: skip


def colour(words: str | None) -> RGB | None:
    """Linear RGB of a colour word; "dark" and "light" before it shade it."""
    if words is None:
        return None
    known = [word for word in words.lower().replace("-", " ").split() if word in COLOURS]
    if not known:
        return None
    base = COLOURS[known[-1]]
    if "light" in words or "pale" in words:
        return _rgb(0.5 * np.array(base) + 0.4)
    if "dark" in words and known[-1] != "dark":
        return _rgb(0.4 * np.array(base))
    return base


def _rgb(values: np.ndarray) -> RGB:
    r, g, b = (float(value) for value in values)
    return (r, g, b)


def make_characters(actors: Sequence[Actor], rng: np.random.Generator) -> dict[str, Character]:
    """A character for each actor id; what the prompt leaves open is drawn, outfits differ."""
    outfits = rng.permutation(len(OUTFITS))
    return {
        actor.id: _character(actor, OUTFITS[outfits[index % len(OUTFITS)]], rng)
        for index, actor in enumerate(actors)
    }


def _character(actor: Actor, outfit: tuple[RGB, RGB, RGB], rng: np.random.Generator) -> Character:
    drawn = rng.random(4)
    gender = actor.gender or ("male" if drawn[0] < 0.5 else "female")
    stature = CHILD_STATURE if actor.age == "child" else STATURE[gender]
    stature *= HEIGHT[actor.height] * (0.975 if actor.age == "old" else 1.0)
    stature = round(stature + 0.03 * (drawn[1] - 0.5), 3)
    indices = CHILD_BODY_MASS_INDEX if actor.age == "child" else BODY_MASS_INDEX
    hairs = GREY_HAIRS if actor.age == "old" else HAIRS
    worn = _wear(actor.clothing, outfit)
    return Character(
        gender=gender,
        age=actor.age,
        build=actor.build,
        stature=stature,
        mass=round(indices[actor.build] * stature**2, 1),
        skin=SKINS[int(drawn[2] * len(SKINS))],
        hair=colour(actor.hair) or hairs[int(drawn[3] * len(hairs))],
        top=worn["top"],
        bottom=worn["bottom"],
        shoes=worn["shoes"],
        skirt=any(garment.kind in SKIRTS for garment in actor.clothing),
        hat=worn.get("hat"),
        sleeves="long" if any(g.kind in LONG_SLEEVES for g in actor.clothing) else "short",
        shorts=any(garment.kind == "shorts" for garment in actor.clothing),
        haircut=_haircut(actor, gender, drawn[1]),
    )


def _haircut(actor: Actor, gender: str, drawn: float) -> Haircut:
    """The haircut that the prompt names, or one that is usual; `drawn` is from [0, 1)."""
    said = {actor.hair, *actor.adjectives}
    if {"bald", "shaven", "shaved"} & said:
        return "bald"
    for word, named in HAIRCUT_OF.items():
        if word in said:
            return named
    choices = HAIRCUTS[gender, actor.age]
    # Digits that the stature does not show.
    return choices[int(drawn * 1e6) % len(choices)]


def _wear(clothing: Sequence[Garment], outfit: tuple[RGB, RGB, RGB]) -> dict[str, RGB]:
    worn: dict[str, RGB] = dict(zip(("top", "bottom", "shoes"), outfit))
    for garment in clothing:
        shade = colour(garment.colour)
        if garment.kind in TOPS and shade:
            worn["top"] = shade
        elif garment.kind in BOTTOMS:
            worn["bottom"] = shade or (DENIM if garment.kind == "jeans" else worn["bottom"])
        elif garment.kind in WHOLE:
            worn["top"] = worn["bottom"] = shade or worn["top"]
        elif garment.kind in SHOES and shade:
            worn["shoes"] = shade
        elif garment.kind in HATS:
            worn["hat"] = shade or (0.10, 0.06, 0.04)
    return worn
