"""Doors that can be opened: a frame that stands, and a leaf on a hinge."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from text2sim.assets.model import Model
from text2sim.assets.objects import build, centre_of_mass, surface
from text2sim.assets.shading import to_mesh
from text2sim.assets.structures import hung_door
from text2sim.catalogue import KINDS
from text2sim.types import ConvexPart, Hinge, PlannedObject, SceneObject, Visual

LEAF_MASS = 11.0
"""Of a square metre of a hollow door leaf [kg]."""
WIDEST = 1.75
"""How far a leaf opens [rad]."""
FRICTION = 1.5
"""Of the hinges [N m s/rad]: a leaf that was pushed comes to rest after some seconds."""


def hang(item: PlannedObject) -> tuple[SceneObject, SceneObject]:
    """Frame and leaf of a door, which opens away from who stands at its front."""
    depth, width, height = (float(x) for x in item.size)
    frame, leaf, (x, y) = hung_door((depth, width, height))
    whole = build(item)
    parts = tuple(ConvexPart(vertices=points) for points in leaf.parts)
    return (
        replace(
            whole, visuals=_visuals(frame, item),
            parts=tuple(ConvexPart(vertices=points) for points in frame.parts),
        ),
        replace(
            whole, id=f"{item.id}_leaf", visuals=_visuals(leaf, item), parts=parts, fixed=False,
            mass=LEAF_MASS * width * height, centre_of_mass=centre_of_mass(parts), walkable=False,
            hinge=Hinge(point=np.array([x, y, 0.0]), axis=np.array([0.0, 0.0, 1.0]), low=-0.1,
                        high=WIDEST, damping=FRICTION, frame=item.id),
        ),
    )  # fmt: skip


def _visuals(model: Model, item: PlannedObject) -> tuple[Visual, ...]:
    return tuple(
        Visual(mesh=to_mesh(part.solids), surface=surface(part.paint, item, KINDS[item.kind]))
        for part in model.pieces
    )
