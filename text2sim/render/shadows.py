"""The sun's shadow map: fitted to the actors and what is near them, steady from frame to frame."""

from __future__ import annotations

import numpy as np

from text2sim.maths.camera import look_at
from text2sim.render.geometry import between
from text2sim.render.kernels import drawing, setup, shadowing
from text2sim.render.kernels.lighting import Colour
from text2sim.render.kernels.shadowing import Shadow
from text2sim.render.kernels.surfaces import Geometry
from text2sim.threads import Team
from text2sim.types import Trace

BAND = 32
"""Texel rows that one thread draws at a time."""
SMALLEST, LARGEST = 2.5, 8.0
"""Bounds of the half-width of the lit square [m]."""
NEARBY = 6.0
"""Objects whose origin is this close to the actors get a shadow [m]."""


class ShadowPass:
    """Draws the shadow map of a frame; the map's scale is the same for the whole clip.

    Args:
        trace: what happens.
        to_sun: direction towards the light.
        size: side of the map [texels].
        angle: that the light spans [rad].
    """

    def __init__(self, trace: Trace, to_sun: Colour, size: int, angle: float) -> None:
        self._angle = angle
        self._centres = _centres(trace)
        self._axes = look_at(to_sun, np.zeros(3))
        self._axes[2] = to_sun
        self._texel = 2.0 * _half_width(trace, self._centres) / size
        self._nearness = np.empty((size, size), np.float32)
        blocks = size // shadowing.BLOCK
        self._ranges = np.empty((blocks, blocks, 2), np.float32)
        self._bands = -(-size // BAND)
        self._dirty = np.tile(np.array([0, blocks - 1], np.int32), (self._bands, 1))

    def draw(
        self,
        frame: float,
        geometry: Geometry,
        boxes: np.ndarray,
        planes: np.ndarray,
        transparent: np.ndarray,
        team: Team,
    ) -> Shadow:
        """The shadow map of a frame; `boxes` and `planes` are scratch space.

        Faces that are `transparent` (F,) throw no shadow.
        """
        matrix, size = self._frame(frame), len(self._nearness)
        team.run(
            setup.setup_orthographic, len(geometry.faces),
            geometry.world, geometry.faces, geometry.closed, matrix, size, boxes, planes,
        )  # fmt: skip
        boxes[transparent, :2] = 1, 0
        starts, items = setup.sort_into_bands(boxes, self._bands, BAND)
        team.run(
            drawing.draw_shadow_map, self._bands,
            BAND, starts, items, boxes, planes, self._dirty, self._nearness, self._ranges,
        )  # fmt: skip
        return Shadow(
            nearness=self._nearness,
            ranges=self._ranges,
            frame=matrix,
            texel=self._texel,
            size=self._angle,
        )

    def _frame(self, frame: float) -> np.ndarray:
        """World points to (x, y) [texels] and nearness [m], (3, 4), snapped to whole texels."""
        matrix = np.zeros((3, 4))
        matrix[:2, :3] = self._axes[:2] / self._texel
        matrix[2, :3] = self._axes[2]
        centre = np.round(matrix[:2, :3] @ between(self._centres, frame))
        matrix[:2, 3] = 0.5 * len(self._nearness) - centre
        return matrix


def _centres(trace: Trace) -> np.ndarray:
    """Middle of the actors, or of the objects where nobody is, (T, 3)."""
    frames = len(trace.object_positions)
    if trace.tracks:
        return np.mean([track.root_positions for track in trace.tracks], axis=0)
    if trace.object_positions.shape[1]:
        return trace.object_positions.mean(axis=1)
    return np.zeros((frames, 3))


def _half_width(trace: Trace, centres: np.ndarray) -> float:
    """Half-width of a square around the centres that holds actors and nearby objects [m]."""
    scene = trace.world.motion.scene
    assert scene is not None
    reach = [SMALLEST]
    for track in trace.tracks:
        distance = np.linalg.norm(track.root_positions - centres, axis=1)
        reach.append(float(distance.max()) + 1.5)
    for i, item in enumerate(scene.objects):
        size = max((np.linalg.norm(v.mesh.vertices, axis=1).max() for v in item.visuals), default=0)
        distance = np.linalg.norm(trace.object_positions[:, i] - centres, axis=1)
        near = distance[distance < NEARBY]
        if len(near):
            reach.append(float(near.max() + size))
    return min(max(reach), LARGEST)
