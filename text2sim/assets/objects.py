"""A planned object becomes a `SceneObject`: look up its builder, paint it, weigh it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from text2sim.assets import (
    animals,
    cars,
    containers,
    devices,
    furniture,
    household,
    outdoors,
    plants,
    seats,
    sports,
    structures,
    things,
    toys,
    vehicles,
    vessels,
)
from text2sim.assets.model import Builder, Paint, Size
from text2sim.assets.shading import to_mesh
from text2sim.catalogue import KINDS, MATERIALS, KindSpec, MaterialSpec
from text2sim.errors import UnknownKindError, nearest
from text2sim.maths import quaternions as quat
from text2sim.types import ConvexPart, Mesh, PlannedObject, SceneObject, Surface, Visual

BUILDERS: dict[str, Builder] = {
    kind: builder
    for module in (
        structures,
        furniture,
        seats,
        containers,
        vessels,
        devices,
        things,
        toys,
        plants,
        outdoors,
        vehicles,
        cars,
        animals,
        household,
        sports,
    )
    for kind, builder in module.BUILDERS.items()
}
"""Kind -> builder of its `Model`."""


def build(item: PlannedObject) -> SceneObject:
    """Build an object of a kind of the catalogue.

    Raises:
        UnknownKindError: there is no such kind.
    """
    if item.kind not in BUILDERS:
        raise UnknownKindError(
            f"No kind of object is called {item.kind!r}.{nearest(item.kind, BUILDERS)} "
            f"Use a key of text2sim.catalogue.KINDS or the path of a mesh file."
        )
    spec = KINDS[item.kind]
    substance = MATERIALS[item.material or spec.material]
    d, w, h = (float(x) for x in item.size)
    shapes, parts, centre = _generate(item.kind, (d, w, h), item.count or spec.count)
    return SceneObject(
        id=item.id,
        kind=item.kind,
        label=item.label,
        visuals=tuple(
            Visual(mesh=mesh, surface=surface(paint, item, spec)) for paint, mesh in shapes
        ),
        parts=parts,
        position=item.position,
        rotation_wxyz=quat.about_z(item.heading),
        mass=substance.density * d * w * h * spec.fill,
        centre_of_mass=centre,
        friction=substance.friction,
        restitution=substance.restitution,
        fixed=item.fixed,
        walkable=spec.walkable or item.walkable,
    )


@lru_cache(maxsize=256)
def _generate(
    kind: str, size: Size, count: int
) -> tuple[tuple[tuple[Paint, Mesh], ...], tuple[ConvexPart, ...], NDArray]:
    """Meshes, collision parts and centre of mass; the same arguments give the same arrays."""
    model = BUILDERS[kind](size, count).fitted(size)
    shapes = tuple((item.paint, to_mesh(item.solids)) for item in model.pieces)
    parts = tuple(ConvexPart(vertices=points) for points in model.parts)
    return shapes, parts, centre_of_mass(parts)


def centre_of_mass(parts: tuple[ConvexPart, ...]) -> NDArray:
    """Centre of mass of convex parts of one density [m], (3,); overlaps count twice."""
    from scipy.spatial import ConvexHull

    total, moment = 0.0, np.zeros(3)
    for part in parts:
        hull = ConvexHull(part.vertices)
        middle = part.vertices.mean(axis=0)
        a, b, c = np.moveaxis(part.vertices[hull.simplices] - middle, 1, 0)
        volumes = np.abs(np.einsum("ij,ij->i", a, np.cross(b, c))) / 6.0
        total += volumes.sum()
        moment += volumes @ (a + b + c) / 4.0 + volumes.sum() * middle
    return moment / total


def surface(paint: Paint, item: PlannedObject, spec: KindSpec) -> Surface:
    """The surface of a piece: its paint, unless the plan gives the object colour or material."""
    if paint.material is None:
        name = item.material or spec.material
        own = MATERIALS[name].colour if item.material or spec.colour is None else spec.colour
        colour = np.asarray(item.colour or own)
        if paint.colour is not None:
            colour = np.clip(colour * np.asarray(paint.colour), 0.0, 1.0)
    else:
        name = paint.material
        colour = np.asarray(paint.colour or MATERIALS[name].colour)
        if paint.tinted and item.colour is not None:
            colour = np.asarray(item.colour)
    return material_surface(MATERIALS[name], colour)


def material_surface(material: MaterialSpec, colour: NDArray) -> Surface:
    """A surface of a material in a colour of its own."""
    red, green, blue = (float(x) for x in colour)
    return Surface(
        colour=(red, green, blue),
        roughness=material.roughness,
        metalness=material.metalness,
        pattern=material.pattern,
        opacity=material.opacity,
    )
