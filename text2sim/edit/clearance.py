"""Bodies that lie or roll on the ground, thicker than those they come from, stay above it."""

from __future__ import annotations

import dataclasses

import numpy as np

from text2sim.edit.common import Array, standing
from text2sim.edit.feet import FADE, between_stands
from text2sim.edit.legs import with_feet
from text2sim.maths import filters
from text2sim.maths import quaternions as quat
from text2sim.physical_body import Capsule, PhysicalBody, segment_shapes
from text2sim.skeleton import Skeleton
from text2sim.types.motion import Track

SUNK = 0.01
"""A part may be as much deeper in the ground than it was [m]; smoothing takes as much again."""
_ADULT = 75.0
"""Mass of a body of scale 1 whose thickness nobody says [kg]."""
_UPRIGHT = 0.5
"""Height of the pelvis, as a fraction of the leg's length, from which feet carry a body."""
_TIME = 0.15
"""How long before and after a body rises for a part that would sink [s]."""


def cleared(track: Track, source: Track, fps: float, body: PhysicalBody | None = None) -> Track:
    """The track, raised where capsules of its body sink and those of the source did not.

    The ground is z = 0. Feet that carry the body stay where they are; those of a body that lies or
    crawls rise with it. What need not rise stays as it is.

    Args:
        track: on the new skeleton.
        source: where it comes from, frame by frame.
        fps: frames per second.
        body: of the track; None takes one of usual thickness.
    """
    shapes = body.shapes if body else _usual(track.skeleton)
    scale = track.skeleton.leg_length / source.skeleton.leg_length
    allowed = np.minimum(scale * _bottoms(source, _usual(source.skeleton)), 0.0) - SUNK
    need = np.maximum(allowed - _bottoms(track, shapes), 0.0).max(axis=1)
    if not need.any():
        return track
    width = max(1, round(_TIME * fps))
    padded = np.pad(need, width, mode="edge")
    held = np.lib.stride_tricks.sliding_window_view(padded, 2 * width + 1).max(axis=-1)
    lift = filters.gaussian(held, width / 3.0)
    root = track.root_positions.copy()
    root[:, 2] += lift
    raised = dataclasses.replace(track, root_positions=root)
    positions, world = raised.joints()
    upright = positions[:, 0, 2] > _UPRIGHT * track.skeleton.leg_length
    ankles, stands = positions[:, [7, 8]].copy(), standing(track.contacts) & upright[:, None]
    for side in range(2):
        ankles[:, side, 2] -= between_stands(lift, stands[:, side], fps, FADE)
    return with_feet(raised, ankles, world[:, [7, 8]], stands, fps)


def _usual(skeleton: Skeleton) -> tuple:
    return segment_shapes(skeleton, _ADULT * skeleton.scale**3)


def _bottoms(track: Track, shapes: tuple) -> Array:
    """Height [m] of the lowest point of every capsule, (T, C); feet are boxes and not in it."""
    joints = [index for index, shape in enumerate(shapes) if isinstance(shape, Capsule)]
    ends = np.array([[shapes[joint].start, shapes[joint].end] for joint in joints])
    radii = np.array([shapes[joint].radius for joint in joints])
    positions, world = track.joints()
    points = quat.rotate(world[:, joints, None], ends) + positions[:, joints, None]
    return points[..., 2].min(axis=-1) - radii
