"""How physical a motion looks without a scene: sliding, floating and sinking feet, jerk, bones.

Everything is taken at 20 frames/s, since slides a frame and jerk depend on the frame rate. A sole
point touches where it is lower than `TOUCH` above the ground: whatever contacts a generator claims
do not count. Definitions and sources: docs/evaluation.md.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from text2sim.data.convert import resample
from text2sim.evaluation.metrics import (
    Height,
    Metric,
    Metrics,
    clearance,
    jerks,
    penetration_depths,
    skate_speeds,
)
from text2sim.skeleton import PARENTS
from text2sim.types import Track

FPS = 20.0
TOUCH = 0.03
"""A sole point that is lower [m] touches."""
SLIDE = 0.025
"""A foot that moves further in a frame [m] while it touches, slides (GMD: Karunratanakul 2023)."""
TOLERANCE = 0.005
"""Depths and heights that do not count [m] (PhysDiff: Yuan et al. 2023)."""


def touching(soles: ArrayLike, height: Height) -> np.ndarray:
    """Which sole points (T, P, 3) are at most `TOUCH` above the ground, (T, P) bool."""
    points = np.asarray(soles)
    return points[..., 2] - height(points[..., :2]) < TOUCH


def slide_ratio(soles: ArrayLike, touch: ArrayLike) -> float:
    """Part of the frames with a touching point in which one moves over `SLIDE`.

    Args:
        soles: (T, P, 3). touch: (T, P) bool.
    """
    points, down = np.asarray(soles), np.asarray(touch, dtype=bool)
    moved = np.linalg.norm(np.diff(points[..., :2], axis=0), axis=-1)
    both = down[1:] & down[:-1]
    if not both.any():
        return float("nan")
    return float(((moved > SLIDE) & both).any(axis=1)[both.any(axis=1)].mean())


def bone_length_errors(positions: ArrayLike) -> np.ndarray:
    """How far each bone is from its median length in the clip [m], (T, 21), of (T, 22, 3)."""
    p = np.asarray(positions)
    lengths = np.linalg.norm(p[:, 1:] - p[:, list(PARENTS[1:])], axis=-1)
    return np.abs(lengths - np.median(lengths, axis=0))


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
    moves = [resample(track, fps, FPS) for track in tracks]
    soles = [track.soles() for track in moves]
    touch = [touching(points, ground) for points in soles]
    slides = [skate_speeds(p, t, FPS) / FPS for p, t in zip(soles, touch)]
    ratios = [np.array([slide_ratio(p, t)]) for p, t in zip(soles, touch)]
    below = [_over(penetration_depths(p, ground).max(axis=-1)) for p in soles]
    above = [_over(clearance(p, ground)) for p in soles]
    return Metrics({
        "foot_slide": _mean(slides, "mm/frame", "way of a touching sole point to the next frame"),
        "slide_ratio": _mean(ratios, "", "frames in which one slides over 25 mm", 1.0),
        "penetration": _mean(below, "mm", "depth of the deepest sole point in the ground"),
        "float": _mean(above, "mm", "height of the lowest sole point, jumps included"),
        "jerk": _mean([jerks(t.positions(), FPS) for t in moves], "m/s3",
                      "third derivative of the joint positions", 1.0),
        "bone_error": _mean([bone_length_errors(t.positions()) for t in moves], "mm",
                            "distance of bones from their median length"),
    })  # fmt: skip


def _over(values: np.ndarray) -> np.ndarray:
    return np.where(values > TOLERANCE, values, 0.0)


def _flat(points: np.ndarray) -> np.ndarray:
    return np.zeros(points.shape[:-1])


def _mean(values: list[np.ndarray], unit: str, meaning: str, scale: float = 1000.0) -> Metric:
    flat = np.concatenate([v.ravel() for v in values]) if values else np.empty(0)
    flat = flat[np.isfinite(flat)]
    number = scale * float(flat.mean()) if flat.size else float("nan")
    return Metric(value=number, unit=unit, meaning=meaning)
