"""The body of an actor: a clothed mannequin bound to the skeleton.

Skin, shirt, trousers or skirt, shoes and hair are closed surfaces of their own that overlap, so
that garments end in crisp, raised hems. They are drawn once for an adult of 1.75 m and then
fitted to the skeleton.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, final

import numpy as np
from numpy.typing import NDArray

from text2sim.assets import figure, primitives, skinning
from text2sim.assets.figure import ANKLE, ELBOW, KNEE, REST, WRIST, Build
from text2sim.assets.implicit import Patch, surface
from text2sim.assets.primitives import Solid
from text2sim.assets.shading import to_mesh
from text2sim.skeleton import ADULT_STATURE, INDEX, Skeleton
from text2sim.types import RGB, Character, SkinnedMesh

Array = NDArray[np.floating]
Tone = Literal[
    "skin", "hair", "top", "bottom", "shoes", "sole", "eyes", "lips", "hat", "band", "belt"
]
ROUGHNESS: dict[Tone, float] = {
    "skin": 0.55, "hair": 0.6, "top": 0.92, "bottom": 0.9, "shoes": 0.5, "sole": 0.8,
    "eyes": 0.15, "lips": 0.5, "hat": 0.9, "band": 0.8, "belt": 0.45,
}  # fmt: skip


CHIN = 1.535
"""Height of the chin in the adult's rest pose [m]."""
CHILD_HEAD = 1.12
_MARKS = ("left_ankle", "left_knee", "left_hip", "spine1", "spine3", "left_shoulder", "neck")


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Layer:
    """One closed surface of the body in the adult's rest pose; weights (V, 22)."""

    tone: Tone
    patch: Patch
    weights: Array


def make_body(character: Character, skeleton: Skeleton) -> SkinnedMesh:
    """The clothed mannequin of a character, in the rest pose of its skeleton."""
    layers = _layers(
        character.gender, character.age, character.build, character.skirt,
        character.hat is not None,
    )  # fmt: skip
    colours = _palette(character)
    count = [len(layer.patch.vertices) for layer in layers]
    begin = np.concatenate([[0], np.cumsum(count)[:-1]])
    joints, weights = skinning.strongest(np.concatenate([layer.weights for layer in layers]))
    return SkinnedMesh(
        vertices=fit(np.concatenate([a.patch.vertices for a in layers]), character, skeleton),
        normals=np.concatenate([layer.patch.normals for layer in layers]),
        faces=np.concatenate([a.patch.faces + b for a, b in zip(layers, begin)]),
        colours=np.concatenate(
            [np.tile(colours[layer.tone], (n, 1)) for layer, n in zip(layers, count)]
        ),
        roughness=np.concatenate([np.full(n, ROUGHNESS[a.tone]) for a, n in zip(layers, count)]),
        joints=joints,
        weights=weights,
    )


def fit(points: Array, character: Character, skeleton: Skeleton) -> Array:
    """Points of the adult's rest pose in the rest pose of `skeleton`.

    Width and depth follow the skeleton's scale, heights are mapped from joint to joint; the head
    is scaled as a whole, larger for a child, with its crown at the character's stature.
    """
    scale, rest = skeleton.scale, skeleton.rest_positions()
    crown = ADULT_STATURE - REST[INDEX["head"], 2]
    grow = (character.stature - rest[INDEX["head"], 2]) / crown
    grow *= CHILD_HEAD if character.age == "child" else 1.0
    marks = [INDEX[name] for name in _MARKS]
    chin = character.stature - grow * (ADULT_STATURE - CHIN)
    old = [0.0, *REST[marks, 2], CHIN, ADULT_STATURE]
    new = [0.0, *rest[marks, 2], max(chin, rest[marks[-1], 2] + 0.005), character.stature]
    z = np.interp(points[:, 2], old, new)
    above = points[:, 2] > ADULT_STATURE
    z[above] = character.stature + grow * (points[above, 2] - ADULT_STATURE)
    neck = REST[INDEX["neck"], 2]
    head = np.clip((points[:, 2] - neck) / (CHIN + 0.01 - neck), 0.0, 1.0)
    head = np.where(np.abs(points[:, 1]) < 0.14, head, 0.0)
    flat = points[:, :2] * (scale + (grow - scale) * head)[:, None]
    return np.column_stack([flat, z])


def _palette(character: Character) -> dict[Tone, RGB]:
    red, green, blue = character.skin
    light = (0.55, 0.54, 0.52)
    sole = light if max(character.shoes) < 0.35 else (0.06, 0.06, 0.06)
    hat = character.hat or character.hair
    return {
        "skin": character.skin, "hair": character.hair, "top": character.top,
        "bottom": character.bottom, "shoes": character.shoes, "sole": sole,
        "eyes": (0.012, 0.010, 0.010), "lips": (0.80 * red, 0.55 * green, 0.55 * blue),
        "belt": (0.055, 0.03, 0.018), "hat": hat,
        "band": (0.25 * hat[0], 0.25 * hat[1], 0.25 * hat[2]),
    }  # fmt: skip


@lru_cache(maxsize=32)
def _layers(
    gender: Literal["male", "female"],
    age: Literal["child", "adult", "old"],
    build: Literal["slim", "average", "heavy", "muscular"],
    skirt: bool,
    hat: bool,
) -> tuple[Layer, ...]:
    shape = Build.of(gender, age, build, skirt)
    return (
        *_clothes(shape),
        *_arms(shape),
        *_head(gender == "female", hat),
        *_shoes(),
        *_joints(shape),
    )


def _clothes(build: Build) -> list[Layer]:
    body = skinning.body_weights
    wide = 0.05 * (build.chest - 1.0) + build.belly
    shirt = surface(figure.shirt(build), (-0.24, -0.73, 0.93), (0.22 + wide, 0.73, 1.56), 0.024)
    layers = [Layer(tone="top", patch=shirt, weights=body(shirt.vertices))]
    if not build.skirt:
        legs = surface(
            figure.trousers(build), (-0.24, -0.34, 0.02), (0.24 + build.belly, 0.34, 1.06), 0.024
        )
        strap = _patch(primitives.loft(figure.belt_rings(build), loop=True))
        return [
            *layers,
            Layer(tone="bottom", patch=legs, weights=body(legs.vertices)),
            Layer(tone="belt", patch=strap, weights=body(strap.vertices)),
        ]
    cone = surface(figure.skirt(build), (-0.30, -0.36, 0.40), (0.30, 0.36, 1.12), 0.026)
    legs = surface(figure.bare_legs(build), (-0.2, -0.28, 0.0), (0.2, 0.28, 0.94), 0.020)
    return [
        *layers,
        Layer(tone="bottom", patch=cone, weights=skinning.skirt_weights(cone.vertices)),
        Layer(tone="skin", patch=legs, weights=body(legs.vertices)),
    ]


def _arms(build: Build) -> list[Layer]:
    left = surface(figure.bare_arm(build), (-0.12, 0.15, 1.34), (0.10, 0.87, 1.51), 0.0145)
    layers = _pair("skin", left, skinning.body_weights)
    for finger in _fingers():
        patch = _patch(finger)
        for side, half in (("left", patch), ("right", _reflected(patch))):
            weights = skinning.rigid_weights(len(patch.vertices), f"{side}_wrist")
            layers.append(Layer(tone="skin", patch=half, weights=weights))
    return layers


def _fingers() -> list[Solid]:
    """Four slightly bent fingers and the thumb of the left hand, palm down."""
    x, y, z = WRIST
    fingers = []
    for k, (side, length, start) in enumerate(
        (
            (0.030, 0.068, 0.090),
            (0.011, 0.076, 0.094),
            (-0.008, 0.070, 0.092),
            (-0.025, 0.056, 0.086),
        )
    ):
        bend = 0.30 + 0.10 * k
        fingers.append(_finger((x + side, y + start, z - 0.002), length, bend, 0.0088 - 0.0004 * k))
    thumb = np.array([[0.026, 0.026, -0.008], [0.042, 0.050, -0.015], [0.052, 0.072, -0.021],
                      [0.056, 0.090, -0.026], [0.057, 0.098, -0.028]])  # fmt: skip
    radii = [0.014, 0.0125, 0.0105, 0.0085, 0.004]
    return [*fingers, primitives.tube(WRIST + thumb, radii, segments=8, crease=3.2)]


def _finger(root: tuple[float, float, float], length: float, bend: float, r: float) -> Solid:
    share = np.array([-0.25, 0.0, 0.3, 0.6, 0.85, 1.0])
    turn = bend * np.clip(share, 0, 1) * 2.0
    step = np.diff(share, prepend=share[0]) * length
    path = np.stack(
        [
            0 * share,
            np.cumsum(step * np.cos(turn)) - 0.25 * length,
            -np.cumsum(step * np.sin(turn)),
        ],
        axis=-1,
    )
    radii = r * np.array([0.9, 1.0, 0.98, 0.92, 0.8, 0.35])
    return primitives.tube(np.asarray(root) + path, radii, segments=8, crease=3.2)


def _head(female: bool, hat: bool) -> list[Layer]:
    skin = surface(figure.head(female), (-0.15, -0.15, 1.40), (0.15, 0.15, 1.78), 0.0130)
    layers = [Layer(tone="skin", patch=skin, weights=skinning.head_weights(skin.vertices))]
    locks = surface(figure.hair(female), (-0.17, -0.15, 1.39), (0.15, 0.15, 1.80), 0.016)
    parts: list[tuple[Tone, Patch]] = [("hair", locks)]
    eye = primitives.ellipsoid((0.007, 0.0085, 0.0105), 12, 8).at(0.0925, 0.0315, 1.6405)
    brow = primitives.tube(
        [[0.1005, 0.014, 1.664], [0.0995, 0.030, 1.6685], [0.086, 0.048, 1.664]],
        [0.0035, 0.004, 0.0025], segments=6, crease=3.2,
    )  # fmt: skip
    mouth = primitives.ellipsoid((0.007, 0.021, 0.0042), 12, 8).at(0.1045, 0, 1.5795)
    details: list[tuple[Tone, Solid]] = [("eyes", eye), ("hair", brow)]
    for tone, solid in details:
        patch = _patch(solid)
        parts += [(tone, patch), (tone, _reflected(patch))]
    parts.append(("lips", _patch(mouth)))
    if hat:
        parts += [("hat", _patch(_hat())), ("band", _patch(_hat_band()))]
    for tone, patch in parts:
        weights = skinning.rigid_weights(len(patch.vertices), "head")
        layers.append(Layer(tone=tone, patch=patch, weights=weights))
    return layers


def _hat() -> Solid:
    rows = [(0, 1.700), (0.155, 1.716), (0.160, 1.721), (0.155, 1.725), (0.118, 1.721),
            (0.109, 1.730), (0.106, 1.780), (0.098, 1.815), (0.075, 1.828), (0, 1.822)]  # fmt: skip
    lathe = primitives.revolve(rows, 28, crease=0.9).scaled(1.06, 0.92, 1.0)
    return lathe.turned("y", -0.07).at(0.115, 0, -0.028)


def _hat_band() -> Solid:
    rows = [(0.100, 1.726), (0.1112, 1.726), (0.1102, 1.752), (0.100, 1.752)]
    return primitives.band(rows, 28).scaled(1.06, 0.92, 1.0).turned("y", -0.07).at(0.115, 0, -0.028)


def _shoes() -> list[Layer]:
    upper = surface(figure.shoe(), (-0.11, 0.02, -0.02), (0.23, 0.17, 0.14), 0.0155)
    sole = _patch(_sole())
    layers: list[Layer] = []
    tones: list[tuple[Tone, Patch]] = [("shoes", upper), ("sole", sole)]
    for tone, patch in tones:
        for side, half in (("left", patch), ("right", _reflected(patch))):
            weights = skinning.foot_weights(patch.vertices, side)
            layers.append(Layer(tone=tone, patch=half, weights=weights))
    return layers


def _sole() -> Solid:
    """The left sole, from z = 0, between the sole points of the skeleton."""
    heel, toe = ANKLE[0] - 0.055, REST[INDEX["left_foot"], 0] + 0.065
    u = 0.5 - 0.5 * np.cos(np.linspace(0, np.pi, 21))
    half = np.interp(
        u,
        [0, 0.02, 0.06, 0.12, 0.3, 0.5, 0.72, 0.82, 0.90, 0.95, 0.985, 1],
        [0.010, 0.022, 0.031, 0.037, 0.037, 0.039, 0.049, 0.049, 0.043, 0.035, 0.021, 0.010],
    )
    bow = ANKLE[1] + 0.004 * np.sin(np.pi * u)
    x = heel + u * (toe - heel)
    outline = np.concatenate([np.stack([x, bow - half], -1), np.stack([x, bow + half], -1)[::-1]])
    return primitives.extrude(outline, 0.0, 0.019)


def _joints(build: Build) -> list[Layer]:
    """Balls in knees and elbows that keep their volume when they bend far."""
    k = build.limb
    knee_tone: Tone = "skin" if build.skirt else "bottom"
    elbow_tone: Tone = "top" if build.sleeve > 0.6 else "skin"
    cloth = 0.0 if build.skirt else 0.009
    spread = 0.006 if elbow_tone == "top" else -0.003
    balls: list[tuple[Tone, Array, tuple[float, float, float], tuple[str, str]]] = [
        (
            knee_tone,
            KNEE,
            (0.049 * k + cloth, 0.046 * k + cloth, 0.050 * k + cloth),
            ("hip", "knee"),
        ),
        (elbow_tone, ELBOW, (0.037 * k + spread,) * 3, ("shoulder", "elbow")),
    ]
    layers = []
    for tone, place, radii, names in balls:
        patch = _patch(primitives.ellipsoid(radii, 12, 6).at(*place))
        for side, half in (("left", patch), ("right", _reflected(patch))):
            weights = skinning.rigid_weights(
                len(patch.vertices), *(f"{side}_{name}" for name in names)
            )
            layers.append(Layer(tone=tone, patch=half, weights=weights))
    return layers


def _patch(solid: Solid) -> Patch:
    mesh = to_mesh([solid])
    return Patch(mesh.vertices.astype(np.float64), mesh.normals.astype(np.float64), mesh.faces)


def _reflected(patch: Patch) -> Patch:
    flip = np.array([1.0, -1.0, 1.0])
    return Patch(patch.vertices * flip, patch.normals * flip, patch.faces[:, ::-1])


def _pair(tone: Tone, left: Patch, weigh: Callable[[Array], Array]) -> list[Layer]:
    """A left part and its mirror image."""
    return [
        Layer(tone=tone, patch=half, weights=weigh(half.vertices))
        for half in (left, _reflected(left))
    ]
