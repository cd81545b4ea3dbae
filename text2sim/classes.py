"""What the numbers of class segmentation mean: the same in every clip and every version."""

from __future__ import annotations

from text2sim.types.scene import Scene

CLASSES: tuple[str, ...] = (
    "sky", "ground", "person", "other",
    "stairs", "ramp", "platform", "bridge", "box", "crate", "barrel", "ball", "table", "desk",
    "coffee table", "chair", "armchair", "stool", "sofa", "bench", "bed", "door", "wall", "fence",
    "hurdle", "window", "ladder", "shelf", "cupboard", "fridge", "television", "tree", "bush",
    "plant", "rock", "lamp", "street lamp", "cup", "bottle", "plate", "bowl", "book", "bag",
    "suitcase", "bicycle", "car", "cart", "bucket", "hat", "umbrella", "guitar", "sword", "phone",
    "laptop", "pillow", "cone", "ring", "rug", "punching bag", "piano", "campfire", "statue",
    "pine", "palm", "dog", "basketball", "stick", "racket", "goal", "beam", "hammer", "broom",
    "gift", "mirror", "vase", "balloon", "apple", "house",
)  # fmt: skip
"""Class names; the index is the id. New kinds of the catalogue go to the end, nothing moves."""

SKY, GROUND, PERSON, OTHER = range(4)


def class_id(kind: str) -> int:
    """The id of a kind of object; `OTHER` for meshes of users and kinds of plug-ins."""
    return CLASSES.index(kind, OTHER) if kind in CLASSES[OTHER:] else OTHER


def label_classes(scene: Scene) -> tuple[int, ...]:
    """The class id of each instance, in the order of `Frames.labels`."""
    objects = [class_id(item.kind) for item in scene.objects]
    return (SKY, GROUND, *objects, *[PERSON] * len(scene.actors))
