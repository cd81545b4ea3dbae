"""A page (.html) that plays a clip in a browser: one file, no network, to be seen from all sides.

Whatever is skinned or rigid goes to the page alike: a mesh, and for each frame a rotation and an
offset of every bone; an object has one bone. The page itself is `viewer.html` beside this file.
"""

from __future__ import annotations

import base64
import html
import json
import math
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from text2sim.errors import ConfigError
from text2sim.io.files import replacing
from text2sim.io.mannequin import mannequin
from text2sim.io.motion_plot import sideways, speed
from text2sim.io.moving import MovingScene, moves
from text2sim.maths import quaternions as quat
from text2sim.types.motion import Motion, Track
from text2sim.types.scene import SceneObject, SkinnedMesh

if TYPE_CHECKING:
    from text2sim.animation import Animation

_FASTEST = 40.0
"""Clips of more frames a second are thinned to at most this."""
_GROUND, _BITS = 120.0, np.array([1, 2, 4, 8])
_Thing = tuple[SceneObject, np.ndarray, np.ndarray]


def write_html(animation: Animation, path: Path) -> None:
    """Write what the simulation did, with a table of its metrics."""
    moving = MovingScene.of_animation(animation)
    rows = [
        (name.replace("_", " "), str(metric), metric.meaning)
        for name, metric in animation.metrics().items()
    ]
    camera = moving.camera
    eye = None if camera is None else (camera.eye[0], camera.target[0])
    bodies = [(actor.skin, track) for actor, track in moving.bodies()]
    title = animation.prompt
    path.write_text(_page(title, moving.fps, bodies, moving.things(), rows, eye), encoding="utf-8")


def save_motion(
    motion: Motion, path: str | os.PathLike[str], *, title: str = "", overwrite: bool = True
) -> Path:
    """Write a motion; its bodies are mannequins and nothing else is there if it has no scene.

    Raises:
        ConfigError: there is no frame.
        ResourceError: the file can't be written, or it exists and `overwrite` is False.
    """
    if not motion.frames:
        raise ConfigError("A page needs a motion with at least one frame.")
    bodies = [(mannequin(track.skeleton), track) for track in motion.tracks]
    things: list[_Thing] = []
    if motion.scene is not None:
        moving = MovingScene.of_motion(motion)
        bodies = [(actor.skin, track) for actor, track in moving.bodies()]
        things, title = moving.things(), title or moving.title
    with replacing(path, overwrite=overwrite) as temporary:
        page = _page(title or "Motion", motion.fps, bodies, things, (), None)
        temporary.write_text(page, encoding="utf-8")
    return Path(path)


def _page(
    title: str,
    fps: float,
    bodies: Sequence[tuple[SkinnedMesh, Track]],
    things: Iterable[_Thing],
    rows: Sequence[tuple[str, ...]],
    camera: tuple[np.ndarray, np.ndarray] | None,
) -> str:
    step = max(1, math.ceil(fps / _FASTEST - 1e-9))
    tracks = [track for _, track in bodies]
    meshes = [_ground(), *(_body(skin, track, step) for skin, track in bodies)]
    meshes += [_thing(item, places[::step], turns[::step]) for item, places, turns in things]
    centres = np.mean([track.root_positions[::step] for track in tracks], axis=0)
    data = {
        "fps": fps / step,
        "frames": len(centres),
        "centres": _rounded(_calm(centres, fps / step)),
        "view": _view(tracks, camera),
        "actors": [_actor(track, fps, step) for track in tracks],
        "meshes": meshes,
    }
    cells = ("".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in rows)
    parts = {
        "title": html.escape(title),
        "table": f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>" if rows else "",
        "data": json.dumps(data, allow_nan=False).replace("<", "\\u003c"),
    }
    page = Path(__file__).with_name("viewer.html").read_text(encoding="utf-8").split("@")
    return "".join(parts.get(word, word) for word in page)


def _actor(track: Track, fps: float, step: int) -> dict[str, Any]:
    return {
        "name": track.actor,
        "speed": _rounded(speed(track, fps)[::step]),
        "contacts": (track.contacts[::step] @ _BITS).tolist(),
    }


def _view(tracks: Sequence[Track], camera: tuple[np.ndarray, np.ndarray] | None) -> dict[str, Any]:
    """Where to look from at first: as in the pictures, or else from the right side, ahead."""
    roots = np.concatenate([track.root_positions for track in tracks])
    middle = 0.5 * (roots.min(axis=0) + roots.max(axis=0))
    if camera is not None:
        way = camera[0] - camera[1]
    else:
        ahead = sideways(tracks[0])
        way = np.array([0.5 * ahead[0] + ahead[1], 0.5 * ahead[1] - ahead[0], 0.3])
    between = max(float(np.ptp(t, axis=0).max()) for t in zip(*(t.root_positions for t in tracks)))
    return {
        "middle": _rounded(middle),
        "yaw": float(np.arctan2(way[1], way[0])),
        "pitch": float(np.clip(np.arctan2(way[2], np.hypot(way[0], way[1])), 0.1, 0.6)),
        "far": 4.2 + between,
    }


def _calm(centres: np.ndarray, fps: float) -> np.ndarray:
    """The path without the sway of the steps: the camera follows it."""
    from text2sim.maths.filters import gaussian

    return gaussian(centres, 0.35 * fps)


def _body(skin: SkinnedMesh, track: Track, step: int) -> dict[str, Any]:
    positions, turns = track.joints()
    rest = track.skeleton.rest_positions()
    return {
        **_mesh(skin.vertices, skin.normals, skin.faces, skin.colours, skin.joints, skin.weights),
        **_bones((positions - quat.rotate(turns, rest))[::step], turns[::step]),
    }


def _thing(item: SceneObject, positions: np.ndarray, turns: np.ndarray) -> dict[str, Any]:
    meshes = [visual.mesh for visual in item.visuals]
    starts = np.cumsum([0, *(len(mesh.vertices) for mesh in meshes)])
    colours = [np.tile(v.surface.colour, (len(v.mesh.vertices), 1)) for v in item.visuals]
    if not (moves(positions) or moves(turns)):
        positions, turns = positions[:1], turns[:1]
    return {
        **_mesh(
            np.concatenate([mesh.vertices for mesh in meshes]),
            np.concatenate([mesh.normals for mesh in meshes]),
            np.concatenate([mesh.faces + start for mesh, start in zip(meshes, starts)]),
            np.concatenate(colours),
        ),
        **_bones(positions[:, None], turns[:, None]),
    }


def _ground() -> dict[str, Any]:
    """A square that the shader draws a grid on, as its colour has no alpha."""
    corners = 0.5 * _GROUND * np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]])
    faces, up = np.array([[0, 1, 2], [0, 2, 3]]), np.tile([0.0, 0.0, 1.0], (4, 1))
    mesh = _mesh(corners, up, faces, np.zeros((4, 3)), alpha=0.0)
    return {**mesh, **_bones(np.zeros((1, 1, 3)), quat.IDENTITY[None, None])}


def _mesh(
    vertices: np.ndarray,
    normals: np.ndarray,
    faces: np.ndarray,
    colours: np.ndarray,
    joints: np.ndarray | None = None,
    weights: np.ndarray | None = None,
    alpha: float = 1.0,
) -> dict[str, str]:
    """Buffers of one mesh, in base64; without joints all of it hangs on bone 0."""
    count = len(vertices)
    joints = np.zeros((count, 4)) if joints is None else joints
    weights = np.tile([1.0, 0.0, 0.0, 0.0], (count, 1)) if weights is None else weights
    shades = np.concatenate([np.clip(colours, 0, 1) ** (1 / 2.2), np.full((count, 1), alpha)], 1)
    outward = np.concatenate([np.clip(normals, -1, 1), np.zeros((count, 1))], 1)
    return {
        "v": _text(vertices, "<f4"),
        "n": _text(np.rint(127 * outward), "i1"),
        "c": _text(np.rint(255 * shades), "u1"),
        "j": _text(joints, "u1"),
        "w": _text(np.rint(255 * weights), "u1"),
        "f": _text(faces, "<u4"),
    }


def _bones(places: np.ndarray, turns: np.ndarray) -> dict[str, Any]:
    """Offsets [m] (T, B, 3) and rotations wxyz (T, B, 4)."""
    size = {"bones": places.shape[1]}
    return {**size, "places": _text(places, "<f4"), "turns": _text(turns, "<f4")}


def _text(values: np.ndarray, kind: str) -> str:
    return base64.b64encode(np.ascontiguousarray(values, dtype=kind).tobytes()).decode("ascii")


def _rounded(values: np.ndarray) -> Any:
    return np.round(values, 4).tolist()
