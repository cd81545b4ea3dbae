"""Meshes that users bring along: OBJ, STL, PLY and GLB files.

A file is only read as geometry: no textures or other files are fetched, nothing is executed, and
formats that could hold code are refused. GLB is Y up by its standard and is turned; the others
are taken as Z up. The units of a file do not matter, as the mesh is scaled to the planned size.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from text2sim.assets.model import hull_corners
from text2sim.assets.objects import centre_of_mass, material_surface
from text2sim.assets.primitives import Solid
from text2sim.assets.shading import to_mesh
from text2sim.catalogue import MATERIALS
from text2sim.errors import MeshError
from text2sim.maths import quaternions as quat
from text2sim.types import ConvexPart, Mesh, PlannedObject, SceneObject, Visual

if TYPE_CHECKING:
    import trimesh

SUFFIXES: tuple[str, ...] = (".obj", ".stl", ".ply", ".glb")
MAX_PARTS = 16
"""More separate components than this share one convex hull."""
FILL = 0.3
"""Mass over that of a solid convex hull: user meshes are taken as hollow things."""


def is_path(kind: str) -> bool:
    """The kind of a planned object names a mesh file."""
    return Path(kind).suffix.lower() in SUFFIXES


def load(item: PlannedObject, *, max_bytes: int, max_faces: int) -> SceneObject:
    """Read the file that `item.kind` names, and scale it to the planned size.

    Raises:
        MeshError: the file is missing, corrupt, empty, flat or too large.
    """
    path = Path(item.kind)
    vertices, faces = read(path, max_bytes=max_bytes, max_faces=max_faces)
    vertices = _fitted(path, vertices, item.size)
    substance = MATERIALS[item.material or "plastic"]
    parts = tuple(ConvexPart(vertices=points) for points in _hulls(vertices, faces))
    colour = np.asarray(item.colour or substance.colour)
    return SceneObject(
        id=item.id,
        kind=item.kind,
        label=item.label,
        visuals=(Visual(mesh=_mesh(vertices, faces), surface=material_surface(substance, colour)),),
        parts=parts,
        position=item.position,
        rotation_wxyz=quat.about_z(item.heading),
        mass=max(substance.density * FILL * sum(map(_volume, parts)), 1e-3),
        centre_of_mass=centre_of_mass(parts),
        friction=substance.friction,
        restitution=substance.restitution,
        fixed=item.fixed,
    )


def read(path: Path, *, max_bytes: int, max_faces: int) -> tuple[NDArray, NDArray]:
    """Vertices (V, 3), Z up, in the units of the file, and faces (F, 3).

    Raises:
        MeshError: see `load`.
    """
    data = _bytes(path, max_bytes)
    vertices, faces = _parse(path, data)
    if len(faces) == 0:
        raise MeshError(f"{path} holds no triangles. Export the object as a triangle mesh.")
    if len(faces) > max_faces or len(vertices) > 3 * max_faces:
        raise MeshError(
            f"{path} has {len(faces):,} triangles; at most {max_faces:,} are allowed. "
            f"Decimate it, or raise ProceduralAssets(max_faces=...)."
        )
    if faces.min() < 0 or faces.max() >= len(vertices):
        raise MeshError(f"{path} is corrupt: a face names a vertex that does not exist.")
    if not np.isfinite(vertices).all():
        raise MeshError(f"{path} holds NaN or infinite coordinates. Repair it and try again.")
    used, index = np.unique(faces, return_inverse=True)
    return vertices[used], index.reshape(-1, 3)


def _bytes(path: Path, max_bytes: int) -> bytes:
    try:
        if not path.is_file():
            raise MeshError(f"There is no mesh file {path}. Check the path.")
        size = path.stat().st_size
        if size == 0:
            raise MeshError(f"{path} is empty.")
        if size > max_bytes:
            raise MeshError(
                f"{path} has {size / 1e6:.1f} MB; at most {max_bytes / 1e6:.1f} MB are read. "
                f"Decimate it, or raise ProceduralAssets(max_bytes=...)."
            )
        return path.read_bytes()
    except OSError as error:
        if isinstance(error, MeshError):
            raise
        raise MeshError(f"{path} can't be read: {error}.") from error


def _parse(path: Path, data: bytes) -> tuple[NDArray, NDArray]:
    import trimesh

    kind = path.suffix.lower().lstrip(".")
    try:
        # From memory and without a resolver: the file can't pull in textures or other files.
        scene = trimesh.load_scene(io.BytesIO(data), file_type=kind, skip_materials=True)
        mesh: trimesh.Trimesh = scene.to_mesh()
        vertices = np.asarray(mesh.vertices, dtype=np.float64).reshape(-1, 3)
        faces = np.asarray(mesh.faces, dtype=np.int64).reshape(-1, 3)
    except Exception as error:
        raise MeshError(
            f"{path} can't be read as {kind.upper()}: {type(error).__name__}: {error}. "
            f"Export it again as OBJ, STL, PLY or GLB."
        ) from error
    if kind == "glb":
        vertices = vertices[:, [0, 2, 1]] * np.array([1.0, -1.0, 1.0])
    return vertices, faces


def _fitted(path: Path, vertices: NDArray, size: NDArray) -> NDArray:
    """Base centre at the origin; stretched to `size` [m]."""
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    extent = high - low
    if not np.isfinite(extent).all() or (extent <= 1e-9 * max(extent.max(), 1e-30)).any():
        raise MeshError(f"{path} is flat: its extents are {extent.tolist()}. It needs a volume.")
    origin = np.array([0.5 * (low[0] + high[0]), 0.5 * (low[1] + high[1]), low[2]])
    return (vertices - origin) * (size / extent)


def natural_size(path: str, *, largest: float = 1.0) -> tuple[float, float, float]:
    """Extents X, Y, Z [m] of a mesh file, scaled so that the longest is `largest` [m].

    Raises:
        MeshError: see `load`.
    """
    limits = {"max_bytes": 64 * 1024 * 1024, "max_faces": 200_000}
    vertices, _ = read(Path(path), **limits)
    extent = vertices.max(axis=0) - vertices.min(axis=0)
    x, y, z = (float(e) for e in extent * (largest / extent.max()))
    return x, y, z


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
