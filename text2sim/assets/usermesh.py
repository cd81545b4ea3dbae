"""Objects from mesh files that users bring along, scaled to the planned size."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from text2sim.assets.model import hull_corners
from text2sim.assets.objects import centre_of_mass, material_surface
from text2sim.assets.primitives import Solid
from text2sim.assets.shading import corner_normals, to_mesh
from text2sim.catalogue import MATERIALS
from text2sim.errors import MeshError
from text2sim.io.meshes import Piece, read, read_looks
from text2sim.maths import quaternions as quat
from text2sim.types import ConvexPart, Mesh, PlannedObject, SceneObject, Surface, Visual

MAX_PARTS = 16
"""More separate components than this share one convex hull."""
FILL = 0.3
"""Mass over that of a solid convex hull: user meshes are taken as hollow things."""


def load(item: PlannedObject, *, max_bytes: int, max_faces: int) -> SceneObject:
    """Read the file that `item.kind` names, and scale it to the planned size.

    Raises:
        MeshError: the file is missing, corrupt, empty, flat or too large.
    """
    path = Path(item.kind)
    vertices, faces = read(path, max_bytes=max_bytes, max_faces=max_faces)
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    vertices = _fitted(path, vertices, item.size)
    substance = MATERIALS[item.material or "plastic"]
    parts = tuple(ConvexPart(vertices=points) for points in _hulls(vertices, faces))
    colour = np.asarray(item.colour or substance.colour)
    plain = Visual(mesh=_mesh(vertices, faces), surface=material_surface(substance, colour))
    visuals: tuple[Visual, ...] = ()
    if item.colour is None and item.material is None:
        looks = read_looks(path, max_bytes=max_bytes)
        visuals = tuple(_dressed(piece, low, high, item.size, plain.surface) for piece in looks)
    visuals = visuals or (plain,)
    return SceneObject(
        id=item.id,
        kind=item.kind,
        label=item.label,
        visuals=visuals,
        parts=parts,
        position=item.position,
        rotation_wxyz=quat.about_z(item.heading),
        mass=max(substance.density * FILL * sum(map(_volume, parts)), 1e-3),
        centre_of_mass=centre_of_mass(parts),
        friction=substance.friction,
        restitution=substance.restitution,
        fixed=item.fixed,
    )


def _dressed(piece: Piece, low: NDArray, high: NDArray, size: NDArray, surface: Surface) -> Visual:
    """A piece with its own colours and picture, fitted as the whole is (from `low` to `high`)."""
    middle = np.array([0.5 * (low[0] + high[0]), 0.5 * (low[1] + high[1]), low[2]])
    vertices = (piece.vertices - middle) * (size / (high - low))
    corners = piece.faces.reshape(-1)
    normals = corner_normals(vertices, piece.faces, 0.6)
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


def _fitted(path: Path, vertices: NDArray, size: NDArray) -> NDArray:
    """Base centre at the origin; stretched to `size` [m]."""
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    extent = high - low
    if not np.isfinite(extent).all() or (extent <= 1e-9 * max(extent.max(), 1e-30)).any():
        raise MeshError(f"{path} is flat: its extents are {extent.tolist()}. It needs a volume.")
    origin = np.array([0.5 * (low[0] + high[0]), 0.5 * (low[1] + high[1]), low[2]])
    return (vertices - origin) * (size / extent)


def _mesh(vertices: NDArray, faces: NDArray) -> Mesh:
    a, b, c = np.moveaxis(vertices[faces], 1, 0)
    real = np.linalg.norm(np.cross(b - a, c - a), axis=-1) > 1e-14
    merged, index = np.unique(vertices.round(7), axis=0, return_inverse=True)
    return to_mesh([Solid(vertices=merged, faces=index.reshape(-1)[faces[real]], crease=0.6)])


def _hulls(vertices: NDArray, faces: NDArray) -> list[NDArray]:
    """Corners of one convex hull a component, or of one for all if there are too many."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    merged, index = np.unique(vertices.round(6), axis=0, return_inverse=True)
    faces = index.reshape(-1)[faces]
    ends = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]]])
    graph = coo_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(len(merged),) * 2)
    number, label = connected_components(graph, directed=False)
    groups = [merged[label == i] for i in range(number)] if number <= MAX_PARTS else [merged]
    hulls = [hull for hull in map(_hull, groups) if hull is not None]
    whole = _hull(merged)
    if not hulls and whole is not None:
        hulls = [whole]
    return hulls


def _hull(points: NDArray) -> NDArray | None:
    """Corners of the convex hull; None if the points are flat."""
    from scipy.spatial import QhullError

    try:
        return hull_corners(points)
    except (QhullError, ValueError):
        return None


def _volume(part: ConvexPart) -> float:
    from scipy.spatial import ConvexHull

    return float(ConvexHull(part.vertices).volume)
