"""Reads mesh files of users: OBJ, STL, PLY and GLB.

A file is read alone: pictures inside it are taken (GLB), others are not fetched, nothing is
executed, and formats that could hold code are refused. GLB is Y up by its standard and is turned;
the others are taken as Z up.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, final

import numpy as np
from numpy.typing import NDArray

from text2sim.errors import MeshError
from text2sim.types.scene import LARGEST_TEXTURE, Texture

if TYPE_CHECKING:
    import trimesh

SUFFIXES: tuple[str, ...] = (".obj", ".stl", ".ply", ".glb")
Up = Literal["y", "z"]
"""The axis that points up."""


MAX_BYTES, MAX_FACES = 64 * 1024 * 1024, 500_000
"""Largest file and most triangles that are read unless said otherwise."""
MAX_PIECES = 64
"""A file with more looks than this is read without them."""


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Piece:
    """Triangles of a file that look alike.

    Attributes:
        vertices: Z up, in the units of the file, (V, 3). faces: (F, 3).
        colours: linear colour of each vertex, (V, 3), or None.
        uv, texture: picture and the places of the vertices on it, (V, 2), or None.
    """

    vertices: NDArray
    faces: NDArray
    colours: NDArray | None = None
    uv: NDArray | None = None
    texture: Texture | None = None


def is_path(kind: str) -> bool:
    """The kind of a planned object names a mesh file."""
    return Path(kind).suffix.lower() in SUFFIXES


def read(
    path: Path, *, max_bytes: int = MAX_BYTES, max_faces: int = MAX_FACES, up: Up | None = None
) -> tuple[NDArray, NDArray]:
    """Vertices (V, 3), Z up, in the units of the file, and faces (F, 3).

    Raises:
        MeshError: the file is missing, corrupt, empty or too large.
    """
    data = content(path, max_bytes)
    vertices, faces = _parse(path, data, up)
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


def read_looks(
    path: Path, *, max_bytes: int = MAX_BYTES, up: Up | None = None
) -> tuple[Piece, ...]:
    """The pieces of a file that bring colours or pictures of their own; () if none does.

    Raises:
        MeshError: the file is missing, corrupt or too large.
    """
    scene = _scene(path, content(path, max_bytes), looks=True)
    meshes = scene.dump()
    if len(meshes) > MAX_PIECES:
        return ()
    pieces = [_piece(mesh, up or usual_up(path)) for mesh in meshes]
    plain = all(piece.colours is None and piece.texture is None for piece in pieces)
    return () if plain else tuple(pieces)


def usual_up(path: Path) -> Up:
    """The axis that points up by the standard or custom of a format."""
    return "y" if path.suffix.lower() == ".glb" else "z"


def _upright(vertices: Any, up: Up) -> NDArray:
    points = np.asarray(vertices, dtype=np.float64).reshape(-1, 3)
    return points[:, [0, 2, 1]] * np.array([1.0, -1.0, 1.0]) if up == "y" else points


def _piece(mesh: Any, up: Up) -> Piece:
    vertices = _upright(mesh.vertices, up)
    uv = getattr(mesh.visual, "uv", None)
    texture = _picture(mesh.visual) if uv is not None and len(uv) == len(vertices) else None
    return Piece(
        vertices=vertices,
        faces=np.asarray(mesh.faces, dtype=np.int64).reshape(-1, 3),
        colours=_vertex_colours(mesh.visual, len(vertices)),
        uv=None if texture is None else np.nan_to_num(np.asarray(uv, dtype=np.float32)),
        texture=texture,
    )


def _vertex_colours(visual: Any, count: int) -> NDArray | None:
    """Linear colours, of the vertices or of the material."""
    if visual.kind == "vertex":
        srgb = np.asarray(visual.vertex_colors)[:, :3] / 255.0
    elif visual.kind == "face":
        return None
    else:
        factor = getattr(getattr(visual, "material", None), "main_color", None)
        if factor is None:
            return None
        srgb = np.tile(np.asarray(factor)[:3] / 255.0, (count, 1))
        if _picture(visual) is not None:
            return None
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def _picture(visual: Any) -> Texture | None:
    """The base colour picture, shrunk to the largest size that is allowed."""
    material = getattr(visual, "material", None)
    picture = getattr(material, "baseColorTexture", None) or getattr(material, "image", None)
    if picture is None:
        return None
    picture = picture.convert("RGB")
    picture.thumbnail((LARGEST_TEXTURE, LARGEST_TEXTURE))
    return Texture(pixels=np.asarray(picture))


def content(path: Path, max_bytes: int = MAX_BYTES) -> bytes:
    """The bytes of a mesh file.

    Raises:
        MeshError: it is missing, empty, too large, or can't be read.
    """
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


def _parse(path: Path, data: bytes, up: Up | None) -> tuple[NDArray, NDArray]:
    mesh: trimesh.Trimesh = _scene(path, data, looks=False).to_mesh()
    return _upright(mesh.vertices, up or usual_up(path)), np.asarray(
        mesh.faces, dtype=np.int64
    ).reshape(-1, 3)


def _scene(path: Path, data: bytes, *, looks: bool) -> Any:
    import trimesh

    kind = path.suffix.lower().lstrip(".")
    try:
        # From memory and without a resolver: the file can't pull in textures or other files.
        scene = trimesh.load_scene(
            io.BytesIO(data), file_type=kind, skip_materials=not looks, process=False
        )
        scene.to_mesh()
    except Exception as error:
        raise MeshError(
            f"{path} can't be read as {kind.upper()}: {type(error).__name__}: {error}. "
            f"Export it again as OBJ, STL, PLY or GLB."
        ) from error
    return scene


def natural_size(path: str, *, largest: float = 1.0) -> tuple[float, float, float]:
    """Extents X, Y, Z [m] of a mesh file, scaled so that the longest is `largest` [m].

    Raises:
        MeshError: see `read`.
    """
    vertices, _ = read(Path(path))
    extent = vertices.max(axis=0) - vertices.min(axis=0)
    x, y, z = (float(e) for e in extent * (largest / extent.max()))
    return x, y, z
