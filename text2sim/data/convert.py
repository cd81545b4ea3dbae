"""Between data sets' arrays and our `Motion` (without a scene): joints, axes, frame rate, scale."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import ArrayLike, NDArray

from text2sim.data import humanml3d
from text2sim.data.fit import fit
from text2sim.data.layouts import HUMANML3D, FeatureLayout
from text2sim.errors import ConfigError, ShapeError
from text2sim.maths import axes
from text2sim.maths import quaternions as quat
from text2sim.skeleton import JOINTS, Skeleton
from text2sim.types.motion import Motion, Track

Array = NDArray[np.floating]

REFERENCE_LENGTHS = np.array([
    0.0, 0.1065, 0.1065, 0.1316, 0.3919, 0.3919, 0.1432, 0.4290, 0.4290, 0.0574, 0.1464, 0.1464,
    0.2194, 0.1405, 0.1405, 0.1030, 0.1273, 0.1273, 0.2600, 0.2600, 0.2680, 0.2680,
])  # fmt: skip
"""Bone lengths [m] of the body that all HumanML3D clips have, left and right made equal."""

_BETWEEN: dict[str, tuple[str, str, float]] = {
    "spine2": ("spine1", "spine3", 0.5),
    "left_collar": ("neck", "left_shoulder", 0.4),
    "right_collar": ("neck", "right_shoulder", 0.4),
}
"""Joints that a body may lack: they are put between two others, at this part of the way."""


def from_joints(
    positions: ArrayLike,
    *,
    layout: FeatureLayout = HUMANML3D,
    skeleton: Skeleton | None = None,
    actor: str = "actor",
) -> Motion:
    """Motion of Y-up joint positions (T, J, 3), such as a file of `new_joints`.

    Data in other units than metres (KIT-ML's are not stated) are scaled to `REFERENCE_LENGTHS` by
    the length of the leg.

    Raises:
        ShapeError: the shape is not the layout's, or a position is not finite.
    """
    p: Array = np.asarray(positions, dtype=np.float64)
    if p.ndim != 3 or p.shape[1:] != (layout.joints, 3) or not len(p):
        raise ShapeError(
            f"{layout.name} joints must have shape (T, {layout.joints}, 3); got {p.shape}."
        )
    if layout is not HUMANML3D:
        leg = np.linalg.norm(np.diff(p[:, [layout.shin[0] - 1, *layout.shin]], axis=1), axis=-1)
        p = p * (REFERENCE_LENGTHS[[4, 7]].sum() / np.median(leg.sum(axis=-1)))
    p = axes.z_up(named_joints(dict(zip(layout.names, np.moveaxis(p, 1, 0)))))
    track = fit(p, layout.fps, skeleton=skeleton, actor=actor)
    return Motion(fps=layout.fps, tracks=(track,))


def from_features(
    features: ArrayLike, *, skeleton: Skeleton | None = None, actor: str = "actor"
) -> Motion:
    """Motion of 263 or 251 features a frame, (T, D), not normalised.

    Raises:
        ShapeError: the last axis is neither, or a number is not finite.
    """
    layout = humanml3d.layout_of(features)
    positions = humanml3d.recover_positions(features)
    return from_joints(positions, layout=layout, skeleton=skeleton, actor=actor)


def to_features(track: Track, fps: float, *, adapt: bool = True) -> Array:
    """HumanML3D features (T - 1, 263) of a track, at 20 frames/s.

    Args:
        track: any actor's.
        fps: of the track.
        adapt: give the body `REFERENCE_LENGTHS` first, as all of HumanML3D has them.

    Raises:
        ShapeError: it is shorter than two frames at 20 frames/s.
    """
    positions = axes.y_up(resample(track, fps, HUMANML3D.fps).positions())
    if adapt:
        positions = humanml3d.with_bones(positions, REFERENCE_LENGTHS, HUMANML3D)
    return humanml3d.to_features(positions)


def resample(track: Track, fps: float, wanted: float) -> Track:
    """The track at another frame rate: positions linearly, rotations spherically in between.

    Raises:
        ConfigError: a frame rate is not positive.
    """
    if not (fps > 0.0 and wanted > 0.0):
        raise ConfigError(f"Frame rates must be positive; got {fps} and {wanted}.")
    last = len(track.root_positions) - 1
    if fps == wanted or last < 1:
        return track
    at = np.arange(int(last * wanted / fps + 1e-6) + 1) * (fps / wanted)
    before = np.minimum(at.astype(int), last - 1)
    part = np.clip(at - before, 0.0, 1.0)
    root, turns = track.root_positions, track.rotations_wxyz
    return dataclasses.replace(
        track,
        root_positions=root[before] + part[:, None] * (root[before + 1] - root[before]),
        rotations_wxyz=quat.slerp(turns[before], turns[before + 1], part[:, None]),
        contacts=track.contacts[np.minimum(np.rint(at).astype(int), last)],
    )


def named_joints(joints: dict[str, Array]) -> Array:
    """Our 22 joints (..., 22, 3) from positions (..., 3) by name; `_BETWEEN` may be missing.

    Raises:
        ShapeError: another joint is missing.
    """
    joints = dict(joints)
    for name, (first, second, part) in _BETWEEN.items():
        if name not in joints and first in joints and second in joints:
            joints[name] = joints[first] + part * (joints[second] - joints[first])
    missing = [name for name in JOINTS if name not in joints]
    if missing:
        raise ShapeError(f"The body lacks the joints {', '.join(missing)}.")
    return np.stack([joints[name] for name in JOINTS], axis=-2)
