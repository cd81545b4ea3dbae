"""Motion made ready for physics: on the ground, above it, and with swinging feet clear of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from text2sim.control.support import bearing_points, ground_under
from text2sim.edit.feet import spans
from text2sim.edit.legs import with_feet
from text2sim.inverse_dynamics import GRAVITY, inverse_dynamics
from text2sim.maths import filters
from text2sim.maths import quaternions as quat
from text2sim.physical_body import PhysicalBody
from text2sim.types import Scene, Track

Array = NDArray[np.floating]

CARRIED = 0.3
"""Something must carry a body that needs at least this share of its weight."""
TREMBLE, RARE = (0.02, 0.03, 0.04), 0.02
"""Widths of the filter over motion that trembles [s], and the share of frames that may."""
BRIEF = 0.04
"""A pull that lasts no longer [s] is a tremble; quick strides and hops pull for longer."""
SHALLOW, FLOATING = 0.1, 0.15
"""Deepest sinking and highest floating that are mended [m]."""
EVEN = 0.004
"""A body that floats or sinks by less [m] stays where it is."""
SETTLING = 0.12
"""Standard deviation of the filter over the way to the ground [s]."""
CLEAR = 0.025
"""Height of a foot in the middle of its swing [m]."""
_NOTHING = 1e-6
"""Sinking that is only rounding [m]."""
LOW, MOVING = 0.015, 0.5
"""A foot that is higher [m] or faster [m/s] swings."""


def prepared(track: Track, body: PhysicalBody, scene: Scene, fps: float) -> Track:
    """The track on what it stands, lies and rolls on; feet in the air pass over it."""
    track = settled(calmed(track, body, fps), body, scene, fps)
    return lifted(cleared(track, scene, fps), body, scene, fps)


def calmed(track: Track, body: PhysicalBody, fps: float) -> Track:
    """The track smoothed as far as it shakes: for moments something would have to pull it down."""
    result = track
    for width in TREMBLE:
        need = inverse_dynamics(body, result.root_positions, result.rotations_wxyz, fps).force[:, 2]
        pulled = spans(need < CARRIED * body.mass * GRAVITY[2])
        lengths = np.array([span.stop - span.start for span in pulled])
        if lengths[lengths <= BRIEF * fps].sum() < RARE * len(need):
            break
        turns = filters.gaussian(quat.unroll(track.rotations_wxyz), width * fps)
        result = replace(
            track,
            root_positions=filters.gaussian(track.root_positions, width * fps),
            rotations_wxyz=quat.normalise(turns),
        )
    return result


def settled(track: Track, body: PhysicalBody, scene: Scene, fps: float) -> Track:
    """The track moved up or down, smoothly, so that something carries it where something must.

    Whether it must is told by the force that the motion needs, not by contacts, so that a body that
    rolls or crawls is settled as well as one that walks.
    """
    points, _ = bearing_points(track, body)
    gap = points[..., 2] - ground_under(points, scene)
    gap = np.where(gap > -SHALLOW, gap, np.inf).min(axis=1)
    need = inverse_dynamics(body, track.root_positions, track.rotations_wxyz, fps).force[:, 2]
    need = filters.gaussian(need, 0.05 * fps)
    known = np.flatnonzero((need > -CARRIED * body.mass * GRAVITY[2]) & (gap < FLOATING))
    if not len(known) or np.abs(gap[known]).mean() < EVEN:
        return track
    drop = np.interp(np.arange(len(gap)), known, gap[known])
    return _raised(track, -filters.gaussian(drop, SETTLING * fps))


def cleared(track: Track, scene: Scene, fps: float) -> Track:
    """The track with feet that in the middle of their swing are at least `CLEAR` high."""
    if len(track.root_positions) < 3:
        return track
    soles = track.soles().reshape(-1, 2, 2, 3)
    gap = (soles[..., 2] - ground_under(soles, scene)).min(axis=-1)
    speed = np.linalg.norm(np.gradient(soles, axis=0)[..., :2], axis=-1).max(axis=-1) * fps
    swings = (gap > LOW) | (speed > MOVING)
    lift = np.stack([_arcs(gap[:, side], swings[:, side]) for side in range(2)], axis=1)
    if lift.max(initial=0.0) < EVEN:
        return track
    positions, world = track.joints()
    ankles = positions[:, [7, 8]] + lift[..., None] * [0.0, 0.0, 1.0]
    return with_feet(track, ankles, world[:, [7, 8]], np.zeros_like(swings), fps)


def _arcs(gap: Array, swings: NDArray[np.bool_]) -> Array:
    """How much higher one foot must go, in one arc for each whole swing [m], (T,)."""
    lift = np.zeros(len(gap))
    for span in spans(swings):
        if span.start == 0 or span.stop == len(gap):
            continue
        count = span.stop - span.start
        shape = filters.bump((np.arange(count) + 1.0) / (count + 1.0))
        wanted = np.maximum(CLEAR * shape - gap[span], 0.0) / np.maximum(shape, 0.25)
        lift[span] = shape * wanted[shape > 0.25].max(initial=0.0)
    return lift


def lifted(track: Track, body: PhysicalBody, scene: Scene, fps: float) -> Track:
    """The track raised smoothly where the body would sink into what it stands or lies on.

    A toe may stick into a riser from the side: only shallow sinking is mended.
    """
    from scipy.ndimage import gaussian_filter1d, maximum_filter1d

    points, _ = bearing_points(track, body)
    toes = track.soles()[:, [1, 3]]
    floor = scene.ground_height(points[..., :2])
    depth = np.concatenate([floor - points[..., 2], -toes[..., 2]], axis=1)
    depth = np.where(depth < SHALLOW, depth, 0.0).max(axis=1).clip(min=0.0)
    if depth.max(initial=0.0) < _NOTHING:
        return track
    width = max(1, round(0.1 * fps))
    lift = gaussian_filter1d(
        maximum_filter1d(depth, 2 * width + 1, mode="nearest"), width / 2, mode="nearest"
    )
    return _raised(track, lift)


def _raised(track: Track, lift: Array) -> Track:
    return replace(track, root_positions=track.root_positions + lift[:, None] * [0.0, 0.0, 1.0])
