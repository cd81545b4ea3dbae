"""A few things in the background that tell where the scene is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from text2sim.scene.geometry import Array, unit
from text2sim.scene.layout import Pose
from text2sim.scene.placement import CAMERA_AZIMUTH, add_implied
from text2sim.scene.story import Story

_OUTDOORS = ("tree", "tree", "bush", "bench")
SETTINGS: dict[str, tuple[str, ...]] = {
    "park": _OUTDOORS, "garden": ("tree", "bush", "bush", "plant"), "forest": ("tree",) * 5,
    "wood": ("tree",) * 5, "woods": ("tree",) * 5, "jungle": ("tree", "tree", "tree", "bush"),
    "field": ("tree", "bush"), "meadow": ("tree", "bush"), "yard": ("tree", "fence"),
    "backyard": ("tree", "fence"), "courtyard": ("tree", "bench"), "lawn": ("tree", "bush"),
    "playground": ("tree", "bench", "ring"), "mountains": ("rock", "rock", "tree"),
    "desert": ("rock", "rock"), "beach": ("rock", "umbrella"), "farm": ("tree", "fence", "barrel"),
    "street": ("street lamp", "car", "street lamp"), "city": ("street lamp", "house", "bench"),
    "road": ("street lamp", "tree"), "town": ("house", "street lamp", "tree"),
    "village": ("house", "tree"), "square": ("statue", "bench", "street lamp"),
    "station": ("bench", "street lamp", "suitcase"), "kitchen": ("fridge", "cupboard", "table"),
    "room": ("sofa", "lamp", "plant"), "living room": ("sofa", "television", "lamp"),
    "bedroom": ("bed", "cupboard", "lamp"), "office": ("desk", "shelf", "plant"),
    "library": ("shelf", "shelf", "table"), "school": ("desk", "shelf"),
    "classroom": ("desk", "desk", "shelf"), "gym": ("punching bag", "bench", "rug"),
    "restaurant": ("table", "table", "plant"), "cafe": ("table", "table", "plant"),
    "bar": ("table", "shelf", "stool"), "museum": ("statue", "statue"),
    "warehouse": ("crate", "crate", "barrel", "shelf"), "basement": ("crate", "barrel"),
    "garage": ("car", "shelf"), "shop": ("shelf", "shelf"), "supermarket": ("shelf", "shelf"),
    "castle": ("statue", "barrel"), "theatre": ("piano",), "hall": ("plant", "bench"),
    "corridor": ("plant", "lamp"), "hospital": ("bed", "plant"), "church": ("bench", "bench"),
}  # fmt: skip
"""Setting -> kinds of things in the background."""


def decorate(story: Story, setting: str | None, rng: np.random.Generator) -> None:
    """Place the things of a setting behind the action as the camera sees it, off every path."""
    kinds = SETTINGS.get((setting or "").lower(), ())
    area = _stage_area(story)
    named = [model.kind for model in story.models.values()]
    for kind in kinds:
        if kind in named:
            named.remove(kind)
            continue
        item = add_implied(story, kind)
        model = story.models[item]
        poses = list(_background(*area, float(model.size[:2].max()), rng))
        if not story.layout.put(item, model, poses):
            del story.layout.objects[item]


def _background(
    middle: Array, reach: float, width: float, rng: np.random.Generator
) -> Iterator[Pose]:
    """Places beyond the action, seeded; things face it."""
    away = unit(CAMERA_AZIMUTH + np.pi)
    along = unit(CAMERA_AZIMUTH + np.pi / 2)
    for _ in range(30):
        aside, depth = rng.uniform(-1.0, 1.0), rng.uniform(0.0, 1.0)
        spot = middle + (reach + 1.3 + width / 2 + 1.6 * depth) * away
        spot = spot + aside * (reach + 2.5) * along
        yield spot, float(CAMERA_AZIMUTH + rng.uniform(-0.2, 0.2))


def _stage_area(story: Story) -> tuple[Array, float]:
    """Middle and half depth (seen from the camera) of where things happen."""
    points = [path[:, :2] for path in story.layout.taken]
    points += [body[None, :2] for body in story.layout.bodies.values()]
    points += [item.position[None, :2] for item in story.layout.objects.values()]
    cloud = np.concatenate(points)
    middle = (cloud.min(axis=0) + cloud.max(axis=0)) / 2
    depth = (cloud - middle) @ unit(CAMERA_AZIMUTH + np.pi)
    return middle, float(max(depth.max(), 0.6))
