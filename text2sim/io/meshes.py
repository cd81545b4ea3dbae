"""Reads mesh files of users: OBJ, STL, PLY and GLB.

A file is only read as geometry: no textures or other files are fetched, nothing is executed, and
formats that could hold code are refused. GLB is Y up by its standard and is turned; the others
are taken as Z up.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from text2sim.errors import MeshError

if TYPE_CHECKING:
    import trimesh

SUFFIXES: tuple[str, ...] = (".obj", ".stl", ".ply", ".glb")


def is_path(kind: str) -> bool:
    """The kind of a planned object names a mesh file."""
    return Path(kind).suffix.lower() in SUFFIXES


def read(path: Path, *, max_bytes: int, max_faces: int) -> tuple[NDArray, NDArray]:
    """Vertices (V, 3), Z up, in the units of the file, and faces (F, 3).

    Raises:
        MeshError: the file is missing, corrupt, empty or too large.
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


def natural_size(path: str, *, largest: float = 1.0) -> tuple[float, float, float]:
    """Extents X, Y, Z [m] of a mesh file, scaled so that the longest is `largest` [m].

    Raises:
        MeshError: see `read`.
    """
    limits = {"max_bytes": 64 * 1024 * 1024, "max_faces": 200_000}
    vertices, _ = read(Path(path), **limits)
    extent = vertices.max(axis=0) - vertices.min(axis=0)
    x, y, z = (float(e) for e in extent * (largest / extent.max()))
    return x, y, z
