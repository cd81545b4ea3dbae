"""Objects from meshes that text2sim did not draw: files of users, and generated ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from text2sim.assets.meshing import store
from text2sim.assets.meshing.solid import moments
from text2sim.assets.meshing.treat import MeshTreatment, Treated, nearest, treat
from text2sim.assets.meshing.triangles import Triangles, compact
from text2sim.assets.objects import material_surface
from text2sim.assets.primitives import Solid
from text2sim.assets.shading import corner_normals, to_mesh
from text2sim.catalogue import MATERIALS, MaterialSpec
from text2sim.errors import MeshError
from text2sim.io.meshes import MAX_BYTES, MAX_FACES, Piece, content, read, read_looks, usual_up
from text2sim.maths import quaternions as quat
from text2sim.types import (
    ConvexPart,
    Mesh,
    MeshOrigin,
    PlannedObject,
    SceneObject,
    Surface,
    Visual,
)

SHARP = 0.6
"""Edges that turn by more [rad] are drawn sharp."""
THINNEST = 1e-3
"""Least mass [kg] of an object."""


def load(
    item: PlannedObject,
    *,
    max_bytes: int = MAX_BYTES,
    max_faces: int = MAX_FACES,
    how: MeshTreatment | None = None,
) -> SceneObject:
    """Read the file that `item.kind` names, treat it, and scale it to the planned size.

    Raises:
        MeshError: the file is missing, corrupt, empty, flat or too large.
        MissingExtraError: the convex decomposition is not installed.
    """
    how = how or MeshTreatment()
    path = Path(item.kind)
    vertices, faces = read(path, max_bytes=max_bytes, max_faces=max_faces, up=how.up)
    source = store.digest(content(path, max_bytes))
    item = _turned(item, vertices, path, how)
    try:
        made = store.treated(source, how, lambda: treat(Triangles(vertices, faces), how))
    except MeshError as error:
        raise MeshError(f"{path}: {error}") from error
    looks: tuple[Piece, ...] = ()
    if item.colour is None and item.material is None:
        looks = read_looks(path, max_bytes=max_bytes, up=how.up)
    return assemble(item, made, how, looks, MeshOrigin(source=str(path), sha256=source))


def assemble(
    item: PlannedObject,
    made: Treated,
    how: MeshTreatment,
    looks: tuple[Piece, ...],
    origin: MeshOrigin,
) -> SceneObject:
    """The object of a treated mesh, stretched to the planned size."""
    low, high = made.drawn.vertices.min(axis=0), made.drawn.vertices.max(axis=0)
    if (high - low <= 1e-9 * (high - low).max()).any():
        raise MeshError(f"{origin.source}: what is left of it after cleaning is flat.")

    def place(points: NDArray) -> NDArray:
        middle = np.array([0.5 * (low[0] + high[0]), 0.5 * (low[1] + high[1]), low[2]])
        return (points - middle) * (item.size / (high - low))

    substance = MATERIALS[item.material or "plastic"]
    body = moments(Triangles(place(made.body.vertices), made.body.faces))
    share = 1.0 if made.closed == "walls" else how.fill
    mass = max(substance.density * share * body.volume, THINNEST)
    limits = place(low), place(high)
    parts = tuple(ConvexPart(vertices=np.clip(place(p), *limits)) for p in made.parts)
    return SceneObject(
        id=item.id,
        kind=item.kind,
        label=item.label,
        visuals=_visuals(item, made, how, looks, place, substance),
        parts=parts,
        position=item.position,
        rotation_wxyz=quat.about_z(item.heading),
        mass=mass,
        centre_of_mass=np.clip(body.centre, *limits),
        inertia=body.inertia * (mass / body.volume),
        friction=substance.friction,
        restitution=substance.restitution,
        fixed=item.fixed,
        origin=replace(
            origin, steps=made.steps, closed=made.closed, volume=body.volume, parts=len(parts)
        ),
    )


def _turned(
    item: PlannedObject, vertices: NDArray, path: Path, how: MeshTreatment
) -> PlannedObject:
    """With the size of a file that is turned against its custom, if the plan did not know of it."""
    if how.up in (None, usual_up(path)):
        return item
    extent, size = np.ptp(vertices, axis=0)[[0, 2, 1]], np.asarray(item.size)
    alike = np.allclose(size / size.max(), extent / max(extent.max(), 1e-30), atol=0.01)
    return replace(item, size=size[[0, 2, 1]]) if alike else item


def _visuals(
    item: PlannedObject,
    made: Treated,
    how: MeshTreatment,
    looks: tuple[Piece, ...],
    place: object,
    substance: MaterialSpec,
) -> tuple[Visual, ...]:
    """Pieces as the file has them; else the mended surface with their colours; else plain."""
    assert callable(place)
    colour = np.asarray(item.colour or substance.colour)
    surface = material_surface(substance, colour)
    light = sum(len(piece.faces) for piece in looks) <= how.budget
    textured = any(piece.texture is not None for piece in looks)
    if looks and light and (textured or made.closed == "as given"):
        return tuple(_dressed(piece, place(piece.vertices), surface) for piece in looks)
    drawn = Triangles(place(made.drawn.vertices), made.drawn.faces)
    if looks or made.colours is not None:
        colours = _transferred(looks, made.drawn.vertices) if looks else made.colours
        piece = Piece(vertices=drawn.vertices, faces=drawn.faces, colours=colours)
        return (_dressed(piece, drawn.vertices, surface),)
    return (Visual(mesh=_mesh(drawn), surface=surface),)


def _dressed(piece: Piece, vertices: NDArray, surface: Surface) -> Visual:
    """A piece with its own colours and picture, at placed vertices."""
    corners = piece.faces.reshape(-1)
    normals = corner_normals(vertices, piece.faces, SHARP)
    normals[np.linalg.norm(normals, axis=1) < 0.5] = [0.0, 0.0, 1.0]
    mesh = Mesh(
        vertices=vertices[corners],
        normals=normals,
        faces=np.arange(len(corners)).reshape(-1, 3),
        uv=None if piece.uv is None else piece.uv[corners],
        colours=None if piece.colours is None else piece.colours[corners],
    )
    own = replace(surface, colour=(1.0, 1.0, 1.0), texture=piece.texture, pattern="plain")
    return Visual(mesh=mesh, surface=own)


def _transferred(looks: tuple[Piece, ...], vertices: NDArray) -> NDArray:
    """Linear colour (V, 3) of each vertex: that of the nearest vertex of the pieces."""
    points = np.concatenate([piece.vertices for piece in looks])
    colours = np.concatenate([_own_colours(piece) for piece in looks])
    return nearest(points, colours, vertices)


def _own_colours(piece: Piece) -> NDArray:
    if piece.texture is None or piece.uv is None:
        plain = np.ones((len(piece.vertices), 3))
        return plain if piece.colours is None else piece.colours
    pixels = piece.texture.pixels
    height, width = pixels.shape[:2]
    x = np.floor((piece.uv[:, 0] % 1.0) * width).astype(int).clip(0, width - 1)
    y = np.floor((1.0 - piece.uv[:, 1] % 1.0) * height).astype(int).clip(0, height - 1)
    srgb = pixels[y, x] / 255.0
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def _mesh(mesh: Triangles) -> Mesh:
    real = compact(Triangles(mesh.vertices, mesh.faces[mesh.areas() > 1e-14]))
    return to_mesh([Solid(vertices=real.vertices, faces=real.faces, crease=SHARP)])
