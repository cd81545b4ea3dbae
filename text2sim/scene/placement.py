"""Putting props where the story needs them: ahead of an actor, or as the relations say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from text2sim.catalogue import KINDS
from text2sim.scene.geometry import Array, Box, unit
from text2sim.scene.layout import Pose, ahead, facing
from text2sim.scene.props import Model, implied_model
from text2sim.scene.story import Performer, Story
from text2sim.types import PlannedObject, Relation

CAMERA_AZIMUTH = np.radians(-60.0)
"""Direction from the scene to the camera that "left of" and "right of" are told for."""
SPREAD = {"next_to": 0.35, "near": 0.8, "at": 0.4, "against": 0.02, "behind": 0.45,
          "in_front_of": 0.5, "left_of": 0.5, "right_of": 0.5, "far_from": 3.5, "around": 0.35,
          "between": 0.5}  # fmt: skip
"""Gap between the rims of two things in a relation [m]."""
EDGE = 0.12
"""How far from the rim of a table things stand [m]."""


def camera_right() -> Array:
    """What is to the right in the picture, as a direction on the ground, (2,)."""
    return np.array([-np.sin(CAMERA_AZIMUTH), np.cos(CAMERA_AZIMUTH)])


def ensure(
    story: Story, who: Performer, item: str, gap: float, *, heading: float | None = None,
    turned: float | None = None,
) -> PlannedObject:  # fmt: skip
    """The object of a prop, placed now if it isn't yet: by its relations, else ahead of an actor.

    Args:
        story: the story so far; it grows.
        who: the actor before whom it is placed.
        item: id of the prop.
        gap: distance from the actor to the near face [m].
        heading: direction in which "ahead" is; the actor's own by default.
        turned: heading of the thing relative to `heading`; by default it faces the actor.
    """
    layout = story.layout
    if item in layout.objects:
        return layout.objects[item]
    heading = who.heading if heading is None else heading
    relation = _relation_of(story, item)
    if relation is not None:
        _place_related(story, who, relation, gap, heading)
    else:
        poses = list(ahead(who.position, heading, gap, story.models[item], turned))
        blocks = layout.obstacles(float(who.position[2]), actor=who.id)
        open_poses = [pose for pose in poses if not _blocked(who.position[:2], pose[0], blocks)]
        put(story, item, open_poses or poses, level=who.level)
    return layout.objects[item]


def _blocked(start: Array, spot: Array, blocks: Iterable[Box]) -> bool:
    """Something stands between a walker and a place."""
    for block in blocks:
        room = float(block.distance(start))
        if room > 0.0 and block.crosses(start, spot, min(0.05, room - 0.01)):
            return True
    return False


def put(
    story: Story, item: str, poses: Iterable[Pose], *, level: str | None = None,
    ignore: Iterable[str] = (),
) -> None:  # fmt: skip
    """Place a prop on the ground or on a landing; a note tells if there was no room."""
    layout = story.layout
    height = 0.0
    if level is not None:
        height = float(layout.objects[level].position[2] + layout.objects[level].size[2])
    model = story.models[item]
    if not layout.put(item, model, poses, support=level, height=height, ignore=ignore):
        story.warn(f"There was no free place for the {model.label}; it may overlap something.")


def add_implied(
    story: Story, kind: str, *, size: ArrayLike | None = None, label: str | None = None,
    note: str = "",
) -> str:  # fmt: skip
    """Id of a new thing that the prompt left out; it is not placed yet."""
    number = 1
    name = (label or kind).replace(" ", "_")
    while f"{name}{number}" in story.models:
        number += 1
    item = f"{name}{number}"
    story.models[item] = implied_model(kind, None if size is None else np.asarray(size), label)
    if note:
        story.warn(note)
    return item


def _relation_of(story: Story, item: str) -> Relation | None:
    """The relation that says where a prop is, if what it refers to can be placed first."""
    things = {*story.models, *story.people}
    for relation in story.script.relations:
        references = [name for name in relation.references if name in things]
        if relation.subject == item and references and item not in references:
            return relation
    return None


def _place_related(
    story: Story, who: Performer, relation: Relation, gap: float, heading: float
) -> None:
    layout, item = story.layout, relation.subject
    boxes, names = [], []
    for number, name in enumerate(relation.references):
        if name in story.people:
            boxes.append(Box.of_body(story.people[name].position))
        elif name in story.models:
            _ensure_reference(story, who, name, gap, heading, relation, number)
            boxes.append(layout.box(name))
        else:
            continue
        names.append(name)
    rests = relation.kind in ("on", "in", "under", "above") and names[0] in layout.objects
    if rests:
        _stack(story, who, relation.kind, item, names[0])
        return
    poses = _beside(story, who, relation, boxes, story.models[item])
    level = layout.objects[names[0]].support if names[0] in layout.objects else who.level
    put(story, item, poses, level=level)


def _ensure_reference(
    story: Story, who: Performer, name: str, gap: float, heading: float, relation: Relation,
    number: int,
) -> None:  # fmt: skip
    if relation.kind == "between" and len(relation.references) > 1:
        shift = story.models[relation.subject].size[:2].max() / 2 + 0.9
        side = (number - 0.5) * 2.0 * shift
        if name not in story.layout.objects:
            spot = who.position[:2] + side * unit(heading + np.pi / 2)
            put(story, name, ahead(spot, heading, gap, story.models[name]), level=who.level)
        return
    room = 0.0
    if relation.kind in ("in_front_of", "left_of", "near"):
        room = float(story.models[relation.subject].size[:2].max()) + 0.6
    ensure(story, who, name, gap + room, heading=heading)


def _stack(story: Story, who: Performer, kind: str, item: str, base: str) -> None:
    """Place a prop on, in, under or above another."""
    layout, model = story.layout, story.models[item]
    below = layout.objects[base]
    box = layout.box(base)
    if kind == "under" and model.size[2] > 0.8 * below.size[2]:
        story.warn(f"The {model.label} is too tall to be under the {below.label}; it is beside it.")
        relation = Relation(kind="next_to", subject=item, references=(base,))
        put(story, item, _beside(story, who, relation, [box], model), level=below.support)
        return
    poses = list(_spots(box, model, who.position[:2], kind, below))
    height = box.low if kind == "under" else resting_height(below, box.low, kind)
    if kind == "above":
        story.models[item] = model = replace(model, fixed=True)
        height = box.high + 0.4
    if kind in ("in", "under") or (KINDS.get(below.kind) and KINDS[below.kind].seat is not None):
        layout.nested.add(frozenset((item, base)))
    support = None if kind in ("under", "above") else base
    if not layout.put(item, model, poses, support=support, height=height, ignore=[base]):
        story.warn(f"There was no free place for the {model.label} at the {below.label}.")


def resting_height(below: PlannedObject, base: float, kind: str = "on") -> float:
    """Height [m] in the world at which things rest on (or in) an object whose base is at `base`."""
    spec = KINDS.get(below.kind)
    part = 1.0
    if kind == "in" and (spec is None or spec.surface is None):
        part = 0.3
    elif spec is not None:
        part = next((value for value in (spec.surface, spec.seat) if value is not None), 1.0)
    return base + part * float(below.size[2])


def _spots(
    box: Box, model: Model, viewer: Array, kind: str, below: PlannedObject
) -> Iterator[Pose]:
    """Places on top of a box: near the viewer's edge, then along it; the middle under and in it."""
    heading = facing(box.centre, viewer)
    if kind in ("under", "in", "above") or below.kind not in KINDS:
        yield box.centre, heading
        return
    towards = box.local(viewer)
    axis = int(abs(towards[1]) / box.half[1] > abs(towards[0]) / box.half[0])
    room = np.maximum(box.half - model.size[:2].max() / 2 - EDGE, 0.0)
    near = np.zeros(2)
    near[axis] = np.sign(towards[axis]) * room[axis]
    for along in (0.0, 0.35, -0.35, 0.7, -0.7, 1.0, -1.0):
        spot = near.copy()
        spot[1 - axis] = along * room[1 - axis]
        yield box.world(spot), heading
    yield box.centre, heading


def _beside(
    story: Story, who: Performer, relation: Relation, boxes: list[Box], model: Model
) -> Iterator[Pose]:
    """Poses that satisfy a relation to boxes; the wished direction first, then round them."""
    middle = np.mean([box.centre for box in boxes], axis=0)
    view = middle - who.position[:2]
    view = view / max(float(np.linalg.norm(view)), 1e-6)
    across = np.array([-view[1], view[0]])
    if relation.kind == "between" and len(boxes) > 1:
        for aside in (0.0, 0.3, -0.3):
            yield middle + aside * view, facing(middle, who.position)
        return
    if relation.references[0] in story.people:
        body = story.people[relation.references[0]]
        view, across = -unit(body.heading), unit(body.heading + np.pi / 2)
        if relation.kind == "behind":
            view = unit(body.heading + np.pi)
        elif relation.kind == "in_front_of":
            view = -unit(body.heading)
    wish = {"behind": view, "in_front_of": -view, "left_of": -camera_right(),
            "right_of": camera_right()}.get(relation.kind, across)  # fmt: skip
    free = relation.kind in ("next_to", "near", "at", "against", "around", "far_from")
    angles = (0.0, np.pi, 0.7, -0.7, np.pi - 0.7, np.pi + 0.7) if free else (0.0, 0.3, -0.3)
    for farther in (0.0, 0.3, 0.7, 1.2):
        for angle in angles:
            turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
            direction = turn @ wish
            reach = boxes[0].edge(direction) + SPREAD.get(relation.kind, 0.4) + farther
            heading = facing(boxes[0].centre, who.position)
            probe = Box(centre=np.zeros(2), heading=heading, half=model.size[:2] / 2, low=0, high=1)
            reach += probe.edge(direction)
            yield boxes[0].centre + reach * direction, heading
