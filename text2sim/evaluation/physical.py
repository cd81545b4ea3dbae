"""How physical a motion looks without a scene: sliding, floating and sinking feet, jerk, bones.

Everything is taken at 20 frames/s, since slides a frame and jerk depend on the frame rate. A sole
point touches where it is lower than `TOUCH` above the ground: whatever contacts a generator claims
do not count. Definitions and sources: docs/evaluation.md.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from text2sim.data.convert import resample
from text2sim.evaluation.metrics import (
    SLIDE_FPS,
    Height,
    Metric,
    Metrics,
    bone_length_errors,
    clearance,
    jerks,
    mean_metric,
    penetration_depths,
    skate_speeds,
    slide_ratio,
    touching,
)
from text2sim.types import Track

TOLERANCE = 0.005
"""Depths and heights that do not count [m] (PhysDiff: Yuan et al. 2023)."""


def physical(
    tracks: Iterable[Track], fps: float, *, height: Height | None = None
) -> Metrics:  # fmt: skip
    """Means over all frames of tracks.

    Args:
        tracks: any number, of one frame rate.
        fps: their frame rate.
        height: height of the ground [m] (...) at points (..., 2); None is the plane z = 0.
    """
    ground = height or _flat
    moves = [resample(track, fps, SLIDE_FPS) for track in tracks]
    soles = [track.soles() for track in moves]
    touch = [touching(points, ground) for points in soles]
    slides = [skate_speeds(p, t, SLIDE_FPS) / SLIDE_FPS for p, t in zip(soles, touch)]
    ratios = [np.array([slide_ratio(p, t)]) for p, t in zip(soles, touch)]
    below = [_over(penetration_depths(p, ground).max(axis=-1)) for p in soles]
    above = [_over(clearance(p, ground)) for p in soles]
    return Metrics({
        "foot_slide": _mean(slides, "mm/frame", "way of a touching sole point to the next frame"),
        "slide_ratio": _mean(ratios, "", "frames in which one slides over 25 mm", 1.0),
        "penetration": _mean(below, "mm", "depth of the deepest sole point in the ground"),
        "float": _mean(above, "mm", "height of the lowest sole point, jumps included"),
        "jerk": _mean([jerks(t.positions(), SLIDE_FPS) for t in moves], "m/s3",
                      "third derivative of the joint positions", 1.0),
        "bone_error": _mean([bone_length_errors(t.positions()) for t in moves], "mm",
                            "distance of bones from their median length"),
    })  # fmt: skip


def _over(values: np.ndarray) -> np.ndarray:
    return np.where(values > TOLERANCE, values, 0.0)


def _flat(points: np.ndarray) -> np.ndarray:
    return np.zeros(points.shape[:-1])


def _mean(values: list[np.ndarray], unit: str, meaning: str, scale: float = 1000.0) -> Metric:
    return mean_metric(values, unit, meaning, scale)
