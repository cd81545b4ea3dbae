"""Feet of the open motion pack: which of them touch the ground, and no sliding nor sinking."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal, final

import numpy as np
from numpy.typing import NDArray

from text2sim.edit.feet import STILL, grounded, locked, spans, touching
from text2sim.evaluation import metrics
from text2sim.maths import filters
from text2sim.types.motion import Track

Array = NDArray[np.floating]

_STEP = 0.15
"""A stand above the floor lasts at least as long [s]: feet on stairs and stools."""
_FLAT, _UPRIGHT = 0.05, 0.65
"""There heel and toe are as high within this [m], and the ankle is below the hip by more than this
part of the leg: feet that dangle are lower against it."""
_MOVED = 0.15
"""A clip stays as it was recorded where a joint would move further than this [m],"""
_MEAN, _PEAK = (1.15, 3.0), (1.6, 300.0)
"""or its mean jerk would rise by more than this factor and this much [m/s3], or its largest."""


@final
@dataclass(frozen=True, kw_only=True)
class Figures:
    """Sliding [m/frame] of soles in contact, depth [m] of each frame, jerk [m/s3] of each joint."""

    slip: Array
    depth: Array
    jerk: Array

    def __str__(self) -> str:
        slip, depth = 1e3 * (self.slip.mean() if self.slip.size else 0.0), 1e3 * self.depth
        return (
            f"slip {slip:.2f} mm/frame, depth {depth.mean():.2f} mm, largest {depth.max():.0f} mm, "
            f"jerk {self.jerk.mean():.1f} m/s3"
        )


def figures(tracks: list[Track], fps: float) -> Figures:
    """Figures of many clips on flat ground at z = 0."""
    slip, depth, jerk = [np.zeros(0)], [np.zeros(0)], [np.zeros(0)]
    for track in tracks:
        soles = track.soles()
        slip.append(metrics.skate_speeds(soles, track.contacts, fps) / fps)
        depth.append(metrics.penetration_depths(soles, _floor).max(axis=1))
        jerk.append(metrics.jerks(track.positions(), fps).ravel())
    return Figures(
        slip=np.concatenate(slip), depth=np.concatenate(depth), jerk=np.concatenate(jerk)
    )


def planted(track: Track, fps: float) -> Track:
    """The track with contacts: soles that are slow and on the floor, or stand on something."""
    near = touching(track, fps, _floor).contacts
    return dataclasses.replace(track, contacts=near | _raised(track, near, fps))


def cleaned(track: Track, fps: float) -> tuple[Track, Literal["clean", "locked", "recorded"]]:
    """A planted track whose feet neither slide nor sink, and how far that was possible.

    Where legs would jerk, feet are only kept from sliding, and where they still would, the track
    stays as it is.
    """
    near = touching(track, fps, _floor).contacts & track.contacts
    still = locked(track, fps)
    low = grounded(dataclasses.replace(still, contacts=near), fps, _floor)
    if _calm(track, low, fps):
        return dataclasses.replace(low, contacts=track.contacts), "clean"
    return (still, "locked") if _calm(track, still, fps) else (track, "recorded")


def _calm(track: Track, other: Track, fps: float) -> bool:
    """Whether another version of a track is near to it and jerks no more."""
    before, after = (metrics.jerks(t.positions(), fps) for t in (track, other))
    moved = np.linalg.norm(other.positions() - track.positions(), axis=-1)
    if not before.size or moved.max() > _MOVED:
        return False
    pairs = ((_MEAN, before.mean(), after.mean()), (_PEAK, before.max(), after.max()))
    return all(new <= factor * old or new <= old + more for (factor, more), old, new in pairs)


def _raised(track: Track, near: NDArray[np.bool_], fps: float) -> NDArray[np.bool_]:
    """Contacts (T, 4) of feet that stand above the floor while no foot is on it."""
    if len(near) < 3:
        return np.zeros_like(near)
    positions, soles = track.positions(), track.soles()
    speed = np.linalg.norm(np.gradient(filters.gaussian(soles, 0.025 * fps), axis=0), axis=-1) * fps
    result = np.zeros_like(near)
    for side in range(2):
        heel, toe = soles[:, 2 * side, 2], soles[:, 2 * side + 1, 2]
        leg = positions[:, 1 + side, 2] - positions[:, 7 + side, 2]
        on = (speed[:, 2 * side : 2 * side + 2] < STILL).all(axis=1) & ~near.any(axis=1)
        on &= (np.abs(heel - toe) < _FLAT) & (leg > _UPRIGHT * track.skeleton.leg_length)
        for span in spans(on):
            if span.stop - span.start >= _STEP * fps:
                result[span, 2 * side : 2 * side + 2] = True
    return result


def _floor(points: Array) -> Array:
    return np.zeros(points.shape[:-1])
