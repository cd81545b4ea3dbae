"""All triangles of a clip in one set of arrays, kept up to date frame by frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike

from text2sim.maths import quaternions as quat
from text2sim.render.kernels import transform
from text2sim.render.kernels.patterns import METAL, PATTERNS, PLAIN, WOOD
from text2sim.render.kernels.surfaces import Geometry
from text2sim.render.kernels.texturing import Textures
from text2sim.render.textures import pack
from text2sim.threads import Team
from text2sim.types import RGB, Mesh, Scene, SkinnedMesh, Texture, Trace, Visual


@dataclass(frozen=True, kw_only=True)
class _Piece:
    """One mesh as it goes into the arrays: vertex arrays (V, ...) and face arrays (F, ...)."""

    vertices: np.ndarray
    normals: np.ndarray
    local: np.ndarray
    colours: np.ndarray
    roughness: np.ndarray
    faces: np.ndarray
    closed: bool
    pattern: int
    metalness: float
    opacity: float
    uv: np.ndarray
    texture: Texture | None
    label: int


class LiveGeometry:
    """The geometry of a trace.

    Args:
        trace: what happens.
        backdrop: what stands around it and never moves, in the world; labelled as sky.

    Attributes:
        geometry: world-space arrays of the frame last asked for.
        labels: index into `scene_labels` of each face, (F,) uint16.
        shadowless: faces that throw no shadow: transparent ones and the backdrop, (F,).
        transparent: faces that light comes through, (F,).
    """

    def __init__(self, trace: Trace, backdrop: tuple[Visual, ...] = ()) -> None:
        scene = trace.world.motion.scene
        assert scene is not None
        turns = quat.to_matrix(trace.object_rotations_wxyz)
        self._poses = np.concatenate([turns, trace.object_positions[..., None]], axis=-1)
        self._skins = [actor.skin for actor in scene.actors]
        self._bones = [_bone_poses(trace, i, scene) for i in range(len(scene.actors))]
        pieces, self._ranges = _all_pieces(scene)
        pieces += [_visual_piece(visual, 0) for visual in backdrop]
        self._rest, self._rest_normals = _stack(pieces, "vertices"), _stack(pieces, "normals")
        self._shown: list[np.ndarray | None] = [None] * len(scene.objects)
        self.labels = _per_face(pieces, "label", np.uint16)
        self.shadowless = _per_face(pieces, "opacity", np.float32) < 1.0
        self.shadowless |= self.labels == 0
        self.transparent = _per_face(pieces, "opacity", np.float32) < 1.0
        self.geometry = Geometry(
            world=self._rest.copy(),
            normals=self._rest_normals.copy(),
            local=_stack(pieces, "local"),
            colours=_stack(pieces, "colours"),
            roughness=_stack(pieces, "roughness"),
            faces=_stack_faces(pieces),
            closed=_per_face(pieces, "closed", np.bool_),
            patterns=_per_face(pieces, "pattern", np.uint8),
            metalness=_per_face(pieces, "metalness", np.float32),
            opacity=_per_face(pieces, "opacity", np.float32),
            textures=_textures(pieces),
        )

    def show(self, frame: float, team: Team) -> Geometry:
        """Move everything that moved since the last call; the arrays are reused.

        Between frames poses are mixed, which is near enough for the blink of a shutter.
        """
        objects = len(self._shown)
        for i in range(objects):
            self._place(i, frame, team)
        for i, skin in enumerate(self._skins):
            window = slice(*self._ranges[objects + i])
            team.run(
                transform.skin, len(skin.vertices),
                skin.vertices, skin.normals, skin.joints, skin.weights,
                between(self._bones[i], frame), self.geometry.world[window],
                self.geometry.normals[window],
            )  # fmt: skip
        return self.geometry

    def _place(self, index: int, frame: float, team: Team) -> None:
        pose = between(self._poses[:, index], frame).astype(np.float32)
        shown = self._shown[index]
        if shown is not None and np.array_equal(pose, shown):
            return
        self._shown[index] = pose
        start, stop = self._ranges[index]
        team.run(
            transform.place, stop - start,
            self._rest[start:stop], self._rest_normals[start:stop], pose,
            self.geometry.world[start:stop], self.geometry.normals[start:stop],
        )  # fmt: skip


def between(values: np.ndarray, frame: float) -> np.ndarray:
    """Rows of (T, ...) at a time between two of them [frames]; beyond the ends, the last one."""
    last = len(values) - 1
    place = min(max(frame, 0.0), float(last))
    low = int(place)
    if place == low:
        return values[low]
    return values[low] + np.float32(place - low) * (values[low + 1] - values[low])


def scene_labels(scene: Scene) -> tuple[str, ...]:
    """Names of the segmentation's indices."""
    objects = [item.id for item in scene.objects]
    return ("sky", "ground", *objects, *(actor.id for actor in scene.actors))


def _bone_poses(trace: Trace, index: int, scene: Scene) -> np.ndarray:
    """Transforms from the rest pose to the world for each joint, (T, 22, 3, 4) float32."""
    positions, rotations = trace.tracks[index].joints()
    matrices = quat.to_matrix(rotations)
    rest = scene.actors[index].skeleton.rest_positions()
    moved = positions - np.einsum("tjab,jb->tja", matrices, rest)
    return np.concatenate([matrices, moved[..., None]], axis=-1).astype(np.float32)


def _all_pieces(scene: Scene) -> tuple[list[_Piece], list[tuple[int, int]]]:
    """Pieces of objects, then actors, and the vertex range of each owner."""
    first_actor = 2 + len(scene.objects)
    owners = [
        [_visual_piece(visual, label) for visual in item.visuals]
        for label, item in enumerate(scene.objects, start=2)
    ]
    owners += [[_skin_piece(a.skin, label)] for label, a in enumerate(scene.actors, first_actor)]
    sizes = [sum(len(piece.vertices) for piece in owned) for owned in owners]
    stops = np.cumsum(sizes, dtype=int).tolist()
    ranges = [(stop - size, stop) for stop, size in zip(stops, sizes)]
    return [piece for owned in owners for piece in owned], ranges


def _visual_piece(visual: Visual, label: int) -> _Piece:
    mesh, surface = visual.mesh, visual.surface
    count, pattern = len(mesh.vertices), PATTERNS.index(surface.pattern)
    return _Piece(
        vertices=mesh.vertices,
        normals=mesh.normals,
        local=_along_grain(mesh.vertices) if pattern in (WOOD, METAL) else mesh.vertices,
        colours=_coloured(mesh, surface.colour),
        roughness=np.full(count, surface.roughness, np.float32),
        faces=mesh.faces,
        closed=is_closed(mesh.vertices, mesh.faces),
        pattern=pattern,
        metalness=surface.metalness,
        opacity=float(np.clip(surface.opacity, 0.0, 1.0)),
        uv=_places(mesh.uv, count),
        texture=surface.texture,
        label=label,
    )


def _skin_piece(skin: SkinnedMesh, label: int) -> _Piece:
    return _Piece(
        vertices=skin.vertices,
        normals=skin.normals,
        local=skin.vertices,
        colours=skin.colours,
        roughness=skin.roughness,
        faces=skin.faces,
        closed=is_closed(skin.vertices, skin.faces),
        pattern=PLAIN,
        metalness=0.0,
        opacity=1.0,
        uv=_places(skin.uv, len(skin.vertices)),
        texture=skin.texture,
        label=label,
    )


def _coloured(mesh: Mesh, colour: RGB) -> np.ndarray:
    """Linear colour of each vertex, (V, 3)."""
    colours = np.tile(np.asarray(colour, np.float32), (len(mesh.vertices), 1))
    return colours if mesh.colours is None else colours * mesh.colours


def _places(uv: np.ndarray | None, count: int) -> np.ndarray:
    return np.zeros((count, 2), np.float32) if uv is None else uv


def _textures(pieces: list[_Piece]) -> Textures:
    """The textures of all pieces, each once."""
    pictures = list({piece.texture: None for piece in pieces if piece.texture is not None})
    index: dict[Texture | None, int] = {None: -1, **{p: i for i, p in enumerate(pictures)}}
    numbers = np.repeat(
        np.array([index[piece.texture] for piece in pieces], np.int16),
        [len(piece.faces) for piece in pieces],
    )
    places = [np.zeros((0, 2), np.float32), *(piece.uv for piece in pieces)]
    return pack(pictures, numbers, np.concatenate(places))


def _along_grain(vertices: np.ndarray) -> np.ndarray:
    """Vertices with the axes reordered so that x is the mesh's longest side."""
    longest = int(np.argmax(np.ptp(vertices, axis=0)))
    return np.roll(vertices, -longest, axis=1)


def is_closed(vertices: np.ndarray, faces: np.ndarray) -> bool:
    """Every edge is shared by faces that run along it both ways, and the volume is positive."""
    _, merged = np.unique(vertices.round(5), axis=0, return_inverse=True)
    corners = merged.reshape(-1)[faces].astype(np.int64)
    corners = corners[(corners != np.roll(corners, 1, axis=1)).all(axis=1)]
    a, b = corners.reshape(-1), np.roll(corners, -1, axis=1).reshape(-1)
    count = len(vertices)
    if not np.array_equal(np.sort(a * count + b), np.sort(b * count + a)):
        return False
    p, q, r = np.moveaxis(vertices[faces].astype(np.float64), 1, 0)
    return bool(np.sum(p * np.cross(q, r)) > 0.0)


def _stack(pieces: list[_Piece], name: str) -> np.ndarray:
    """A vertex attribute of all pieces, float32."""
    parts = [getattr(piece, name) for piece in pieces]
    if not parts:
        return np.zeros((0,) if name == "roughness" else (0, 3), np.float32)
    return np.concatenate(parts).astype(np.float32)


def _stack_faces(pieces: list[_Piece]) -> np.ndarray:
    starts = np.cumsum([0, *(len(piece.vertices) for piece in pieces)])
    parts = [piece.faces + start for piece, start in zip(pieces, starts)]
    return np.concatenate([np.zeros((0, 3), np.int32), *parts]).astype(np.int32)


def _per_face(pieces: list[_Piece], name: str, dtype: DTypeLike) -> np.ndarray:
    """A constant of each piece, repeated for its faces."""
    values = np.array([getattr(piece, name) for piece in pieces], dtype=dtype)
    return np.repeat(values, [len(piece.faces) for piece in pieces])
