"""What a camera must not enter and what blocks its view: boxes around convex parts and people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from text2sim.maths import quaternions as quat
from text2sim.types import Trace

Array = np.ndarray

SMALL = 0.3
"""Things smaller than this hide nobody [m]."""
TOUCHING = 0.12
"""What is nearer than this to a point does not hide it [m]: people lean against things."""
PERSON = np.array([0.2, 0.22, 0.82])
"""Half extents of the box around an adult's pelvis that stands for the body [m]."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Obstacles:
    """N boxes at S moments.

    Attributes:
        positions: of the owners' frames [m], world, (S, N, 3); rotations_wxyz: (S, N, 4).
        lows, highs: corners in the owners' frames [m], (N, 3).
        people: number of the actor that a box stands for, or -1 for things, (N,).
    """

    positions: Array
    rotations_wxyz: Array
    lows: Array
    highs: Array
    people: Array

    def hide(self, eyes: Array, points: Array, owners: Array) -> Array:
        """Which points (S, P, 3) of actors `owners` (P,) eyes (S, C, 3) can't see, (S, C, P)."""
        hidden = np.zeros((*eyes.shape[:2], points.shape[1]), bool)
        for index in range(len(self.lows)):
            start = self._local(eyes, index)[:, :, None]
            way = self._local(points, index)[:, None] - start
            length = np.linalg.norm(way, axis=-1)
            share = 1.0 - TOUCHING / np.maximum(length, TOUCHING)
            way = np.where(np.abs(way) < 1e-12, 1e-12, way)
            first = (self.lows[index] - start) / way
            last = (self.highs[index] - start) / way
            enter = np.minimum(first, last).max(axis=-1)
            leave = np.maximum(first, last).min(axis=-1)
            other = owners != self.people[index]
            hidden |= (enter < leave) & (leave > 0.0) & (enter < share) & other
        return hidden

    def gap(self, eyes: Array) -> Array:
        """Distance [m] from eyes (S, C, 3) to the nearest box, 0 inside: (S, C)."""
        gaps = np.full(eyes.shape[:2], np.inf)
        for index in range(len(self.lows)):
            local = self._local(eyes, index)
            beyond = np.maximum(self.lows[index] - local, local - self.highs[index])
            gaps = np.minimum(gaps, np.linalg.norm(np.maximum(beyond, 0.0), axis=-1))
        return gaps

    def _local(self, points: Array, index: int) -> Array:
        offset = points - self.positions[:, index, None]
        return quat.inv_rotate(self.rotations_wxyz[:, index, None], offset)


def find_obstacles(trace: Trace, frames: Array) -> Obstacles:
    """The boxes of a scene in some frames (S,) of a trace."""
    scene = trace.world.motion.scene
    assert scene is not None
    owners, lows, highs = [], [], []
    for index, item in enumerate(scene.objects):
        for part in item.parts:
            low, high = part.vertices.min(axis=0), part.vertices.max(axis=0)
            if (high - low).max() >= SMALL:
                owners.append(index)
                lows.append(low)
                highs.append(high)
    chosen = np.array(owners, dtype=int)
    positions = [trace.object_positions[frames][:, chosen]]
    rotations = [trace.object_rotations_wxyz[frames][:, chosen]]
    for track in trace.tracks:
        positions.append(track.root_positions[frames, None])
        rotations.append(track.rotations_wxyz[frames, :1])
        lows.append(-PERSON * track.skeleton.scale)
        highs.append(PERSON * track.skeleton.scale)
    return Obstacles(
        positions=np.concatenate(positions, axis=1),
        rotations_wxyz=np.concatenate(rotations, axis=1),
        lows=np.array(lows).reshape(-1, 3),
        highs=np.array(highs).reshape(-1, 3),
        people=np.append(np.full(len(owners), -1), np.arange(len(trace.tracks))),
    )
