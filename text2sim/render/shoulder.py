"""Over the shoulder: near behind the first actor, looking where it looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from text2sim.render.calm import calm, envelope
from text2sim.render.rails import Course, Sight, directions, find_way

if TYPE_CHECKING:
    from text2sim.render.director import Take

BEHIND, SIDE, ABOVE = 1.35, np.radians(24.0), np.radians(13.0)
"""Distance from an adult's head [m], and angles to the right of straight behind and above it."""
AHEAD, DOWN = 2.6, 0.45
"""The camera looks at what is so far before the head and so far below it [m]."""
ASIDE = np.radians(40.0)
ACCELERATION = 8.0
"""Bound of the acceleration of the point beside the head that the camera stays with [m/s²]."""


def over_shoulder(take: Take) -> tuple[np.ndarray, np.ndarray]:
    """Eye and target, (T, 3) each."""
    from text2sim.render.director import coarsely, heading_of_travel, smooth_way

    frames, size = take.frames, take.trace.tracks[0].skeleton.scale
    pivots = calm(take.subjects.heads[:, 0], take.fps, scale=0.4, speed=20.0,
                  acceleration=ACCELERATION)  # fmt: skip
    azimuths, elevations = heading_of_travel(take) + np.pi + SIDE, np.full(frames, ABOVE)
    strays = np.linalg.norm(take.subjects.heads[:, 0] - pivots, axis=1)
    distances = BEHIND * size + 1.5 * envelope(strays, take.fps, 1.5)
    course = coarsely(take, Course(pivots, azimuths, elevations, distances))
    head = Sight(course.pivots[:, None], np.zeros(1, int), take.sight.obstacles)
    way = smooth_way(take, find_way(course, head, ASIDE))
    azimuths = azimuths + way.turns
    towards = directions(azimuths, elevations + way.lifts)
    ahead = directions(azimuths - np.pi - SIDE, np.zeros(frames))
    target = pivots + size * (AHEAD * ahead - np.array([0.0, 0.0, DOWN]))
    return pivots + (distances * way.shrinks)[:, None] * towards, target
