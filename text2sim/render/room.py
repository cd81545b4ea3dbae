"""The room around an indoor scene: floor-length walls, skirting boards, a ceiling and a window.

The room holds everything that happens and the camera's whole way, so no wall is ever between them.
"""

from __future__ import annotations

import numpy as np

from text2sim.types import CameraTrack, Mesh, Surface, Trace, Visual

LARGEST = 18.0
"""No room is longer [m]; what needs more space stands in an open hall without walls."""
_WALL = Surface(colour=(0.60, 0.56, 0.49), roughness=0.95)
_ACCENT = Surface(colour=(0.30, 0.38, 0.37), roughness=0.95)
_TRIM = Surface(colour=(0.78, 0.77, 0.74), roughness=0.5)
_CEILING = Surface(colour=(0.82, 0.81, 0.78), roughness=0.95)
_DAYLIGHT = Surface(colour=(1.5, 1.7, 1.9), roughness=1.0)
"""A pane that shows the bright sky: it returns more than it gets, as it is no mirror."""
_CLEARANCE, _AROUND_EYE = 1.0, 0.6
"""Space between the walls and what happens, and the camera [m]."""
_SKIRTING = (0.09, 0.014)
_WINDOW = (1.5, 1.25, 0.95)
"""Width, height and sill [m]."""


def room(trace: Trace, camera: CameraTrack) -> tuple[Visual, ...]:
    """The room's visuals in the world; none where the room would be too large."""
    view = camera.target[0] - camera.eye[0]
    yaw = float(np.arctan2(view[1], view[0])) + 0.22
    turn = np.array([[np.cos(yaw), -np.sin(yaw), 0], [np.sin(yaw), np.cos(yaw), 0], [0, 0, 1]])
    low, high = _extent(trace, camera, turn)
    if (high - low)[:2].max() > LARGEST or camera.eye[:, 2].min() < 0.0:
        return ()
    pieces: list[tuple[np.ndarray, np.ndarray, Surface]] = []
    corners = np.array([[high[0], low[1]], [high[0], high[1]], [low[0], high[1]], low[:2]])
    for i in range(4):
        surface = _ACCENT if i == 0 else _WALL
        pieces += _wall(corners[i], corners[(i + 1) % 4], float(high[2]), surface, window=i != 0)
    top = [[*corner, high[2]] for corner in corners]
    pieces.append((np.array(top), np.array([0.0, 0.0, -1.0]), _CEILING))
    return tuple(_quad(c @ turn.T, turn @ n, surface) for c, n, surface in pieces)


def _extent(trace: Trace, camera: CameraTrack, turn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest corner of the room in its own axes (the columns of `turn`)."""
    scene = trace.world.motion.scene
    assert scene is not None
    eyes, happens = camera.eye @ turn, [camera.target @ turn]
    happens += [track.root_positions @ turn for track in trace.tracks]
    for i, item in enumerate(scene.objects):
        reach = [np.linalg.norm(v.mesh.vertices, axis=1).max() for v in item.visuals]
        where = trace.object_positions[:, i] @ turn
        happens += [where - max(reach, default=0.0), where + max(reach, default=0.0)]
    points = np.concatenate(happens)
    low = np.minimum(points.min(axis=0) - _CLEARANCE, eyes.min(axis=0) - _AROUND_EYE)
    high = np.maximum(points.max(axis=0) + _CLEARANCE, eyes.max(axis=0) + _AROUND_EYE)
    high[2] = max(2.7, eyes[:, 2].max() + 0.5, points[:, 2].max() + 0.4)
    return np.array([low[0], low[1], 0.0]), high


def _wall(
    a: np.ndarray, b: np.ndarray, height: float, surface: Surface, *, window: bool
) -> list[tuple[np.ndarray, np.ndarray, Surface]]:
    """Corners (4, 3), normal (3,) and surface of the parts of a wall from a to b (left is in)."""
    along = (b - a) / np.linalg.norm(b - a)
    inward = np.array([-along[1], along[0], 0.0])
    length = float(np.linalg.norm(b - a))

    def panel(
        left: float, right: float, bottom: float, top: float, out: float, surface: Surface
    ) -> tuple[np.ndarray, np.ndarray, Surface]:
        ends = [[*(a + t * along), z] for t, z in
                ((left, bottom), (right, bottom), (right, top), (left, top))]  # fmt: skip
        return np.array(ends) + out * inward, inward, surface

    tall, thick = _SKIRTING
    parts = [panel(0, length, 0, height, 0.0, surface), panel(0, length, 0, tall, thick, _TRIM)]
    ledge = np.concatenate([parts[1][0][2:], parts[1][0][2:][::-1] - thick * inward])
    parts.append((ledge, np.array([0.0, 0.0, 1.0]), _TRIM))
    if window and length > 2.0 * _WINDOW[0]:
        wide, high, sill = _WINDOW
        left = 0.5 * (length - wide)
        parts.append(
            panel(left - 0.09, left + wide + 0.09, sill - 0.09, sill + high + 0.09, 0.02, _TRIM)
        )
        for i in range(2):
            begin = left + i * (0.5 * wide + 0.025)
            parts.append(
                panel(begin, begin + 0.5 * wide - 0.025, sill, sill + high, 0.03, _DAYLIGHT)
            )
    return parts


def _quad(corners: np.ndarray, normal: np.ndarray, surface: Surface) -> Visual:
    mesh = Mesh(
        vertices=corners, normals=np.tile(normal, (4, 1)), faces=np.array([[0, 1, 2], [0, 2, 3]])
    )
    return Visual(mesh=mesh, surface=surface)
