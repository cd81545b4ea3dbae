"""The features of HumanML3D and KIT-ML from joint positions, and back (Guo et al. 2022).

A frame holds, of a body turned to face +Z: root yaw velocity (half the angle to the next frame
[rad]), root velocity in the ground plane [m/frame], root height, positions of the other joints
relative to the root's ground point, their local rotations in 6D form, velocities of all joints
[m/frame], and contacts of left ankle, left toe, right ankle, right toe. T positions give T - 1
frames of features.

Everything is Y up, in the units of the data set, and takes any leading axes (a batch).

Where a body's yaw passes from +180 to -180 degrees the official code negates that frame's yaw
velocity, so that the path turns off by twice the step from there on; here it keeps its sign.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from text2sim.data.layouts import HUMANML3D, LAYOUTS, FeatureLayout
from text2sim.errors import ShapeError
from text2sim.maths import quaternions as quat
from text2sim.maths import rotation6d

Array = NDArray[np.floating]

SMOOTHING = 20.0
"""Standard deviation of the Gaussian that smooths the facing direction [frames]."""
HIPS = -1.0
"""Weight of the hips in the smoothed facing direction. The official code swaps left and right hip
there, though not where it aligns the first frame, and the released features are made with it."""
_UP = np.array([0.0, 1.0, 0.0])
_GROUND = np.array([1.0, 0.0, 1.0])


def facing(positions: ArrayLike, layout: FeatureLayout = HUMANML3D) -> Array:
    """Unit direction in the ground plane in which a body faces, (..., 3) from (..., J, 3)."""
    return _unit(_forward(positions, layout, 1.0))


def with_bones(positions: ArrayLike, lengths: ArrayLike, layout: FeatureLayout) -> Array:
    """The same bone directions with other bone lengths (J,), scaled by the length of the leg.

    The root's path is scaled too, so that the feet step as far, in leg lengths, as they did.
    """
    p, lengths = _checked(positions, layout), np.asarray(lengths, dtype=np.float64)
    bones = _bones(p, layout)
    before = np.linalg.norm(bones[..., :1, :, :], axis=-1)
    leg = [joint - 1 for joint in layout.shin]
    scale = lengths[list(layout.shin)].sum() / before[..., leg].sum(axis=-1)[..., None]
    result = np.empty_like(p)
    result[..., 0, :] = p[..., 0, :] * scale
    directions = _unit(bones) * lengths[1:, None]
    for joint in range(1, layout.joints):
        parent = layout.parents[joint]
        result[..., joint, :] = result[..., parent, :] + directions[..., joint - 1, :]
    return result


def canonical(positions: ArrayLike, layout: FeatureLayout = HUMANML3D) -> Array:
    """Positions (..., T, J, 3) put on the floor; the first frame's root over 0, facing +Z."""
    p = _checked(positions, layout)
    floor = p[..., 1].min(axis=(-1, -2))[..., None, None, None]
    p = p - p[..., :1, :1, :] * _GROUND - floor * _UP
    turn = quat.between(facing(p[..., 0, :, :], layout), [0.0, 0.0, 1.0])
    return quat.rotate(turn[..., None, None, :], p)


def to_features(positions: ArrayLike, layout: FeatureLayout = HUMANML3D) -> Array:
    """Features (..., T - 1, D) of positions (..., T, J, 3), placed as by `canonical`.

    Raises:
        ShapeError: the joints are not those of the layout, or there are fewer than two frames.
    """
    p = _checked(positions, layout)
    if p.shape[-3] < 2:
        raise ShapeError("Features need at least two frames: they hold velocities.")
    if (np.linalg.norm(_bones(p, layout), axis=-1) < 1e-9).any():
        raise ShapeError("Features need bones: here two neighbouring joints are at one place.")
    p = canonical(p, layout)
    yaw = quat.between(_smooth(_forward(p, layout, HIPS)), [0.0, 0.0, 1.0])
    yaw[..., 0, :] = quat.IDENTITY
    turned, step = yaw[..., :-1, None, :], p[..., 1:, :, :] - p[..., :-1, :, :]
    spin = quat.absolute(quat.mul_inv(yaw[..., 1:, :], yaw[..., :-1, :]))
    velocity = quat.rotate(yaw[..., 1:, :], step[..., 0, :])
    pose = quat.rotate(yaw[..., None, :], p - p[..., :1, :] * _GROUND)
    rotations = rotation6d.from_quaternion(_chain_rotations(p, yaw, layout))
    moved = np.sum(step[..., layout.feet, :] ** 2, axis=-1)
    parts = [
        np.arcsin(np.clip(spin[..., 2:3], -1.0, 1.0)),
        velocity[..., [0, 2]],
        pose[..., :-1, 0, 1:2],
        _flat(pose[..., :-1, 1:, :]),
        _flat(rotations[..., :-1, 1:, :]),
        _flat(quat.rotate(turned, step)),
        (moved < layout.still).astype(np.float64),
    ]
    return np.concatenate(parts, axis=-1)


def recover_root(features: ArrayLike) -> tuple[Array, Array]:
    """Root positions (..., T, 3) and world yaw wxyz (..., T, 4) from features (..., T, D)."""
    f = np.asarray(features, dtype=np.float64)
    half = np.cumsum(f[..., 0], axis=-1) - f[..., 0]
    yaw = np.zeros((*half.shape, 4))
    # The features turn the world to face +Z; the body's own yaw is the inverse.
    yaw[..., 0], yaw[..., 2] = np.cos(half), -np.sin(half)
    step = np.zeros((*half.shape, 3))
    step[..., 1:, 0], step[..., 1:, 2] = f[..., :-1, 1], f[..., :-1, 2]
    root = np.cumsum(quat.rotate(yaw, step), axis=-2)
    root[..., 1] = f[..., 3]
    return root, yaw


def recover_positions(features: ArrayLike) -> Array:
    """Joint positions (..., T, J, 3) from the root and position features.

    Raises:
        ShapeError: the last axis is not 263 or 251 long.
    """
    f, layout = np.asarray(features, dtype=np.float64), layout_of(features)
    root, yaw = recover_root(f)
    others = f[..., layout.parts["positions"]].reshape(*f.shape[:-1], -1, 3)
    others = quat.rotate(yaw[..., None, :], others) + root[..., None, :] * _GROUND
    return np.concatenate([root[..., None, :], others], axis=-2)


def recover_rotations(features: ArrayLike) -> Array:
    """Rotations wxyz (..., T, J, 4) from the root and rotation features, as `pose` reads them.

    Row 0 is the turn that makes the body face +Z; row j turns the bone that *ends* in joint j, from
    `layout.directions` and relative to the bone before. They are those of the data set's stick
    figure: shortest turns without a twist of their own. For rotations of our skeleton see
    `text2sim.data.fit`.

    Raises:
        ShapeError: the last axis is not 263 or 251 long.
    """
    f, layout = np.asarray(features, dtype=np.float64), layout_of(features)
    yaw = recover_root(f)[1]
    sixes = f[..., layout.parts["rotations"]].reshape(*f.shape[:-1], -1, 6)
    local = rotation6d.to_quaternion(sixes)
    return np.concatenate([quat.inv(yaw)[..., None, :], local], axis=-2)


def pose(
    root: ArrayLike, rotations_wxyz: ArrayLike, lengths: ArrayLike, layout: FeatureLayout
) -> Array:
    """Positions (..., J, 3) of the stick figure with bone lengths (J,); see `recover_rotations`."""
    q = np.asarray(rotations_wxyz)
    bones = layout.directions * np.asarray(lengths)[:, None]
    positions, turns = [np.asarray(root)], [q[..., 0, :]]
    for joint, parent in enumerate(layout.parents[1:], 1):
        turns.append(quat.mul(turns[layout.references[joint]], q[..., joint, :]))
        positions.append(positions[parent] + quat.rotate(turns[joint], bones[joint]))
    return np.stack(positions, axis=-2)


def layout_of(features: ArrayLike) -> FeatureLayout:
    """The layout with as many features as the last axis is long.

    Raises:
        ShapeError: there is none.
    """
    shape = np.shape(features)
    if len(shape) < 2 or shape[-1] not in LAYOUTS:
        known = " or ".join(f"{width} ({layout.name})" for width, layout in LAYOUTS.items())
        raise ShapeError(f"Features must have shape (..., T, D) with D = {known}; got {shape}.")
    return LAYOUTS[shape[-1]]


def _forward(positions: ArrayLike, layout: FeatureLayout, hips: float) -> Array:
    """Horizontal part of the unit direction across the lines through shoulders and hips."""
    p = np.asarray(positions, dtype=np.float64)
    right_hip, left_hip, right_shoulder, left_shoulder = layout.across
    across = hips * (p[..., right_hip, :] - p[..., left_hip, :])
    across = across + p[..., right_shoulder, :] - p[..., left_shoulder, :]
    return np.cross(_UP, _unit(across))


def _chain_rotations(positions: Array, yaw: Array, layout: FeatureLayout) -> Array:
    """Rotations (..., J, 4) of the bones that end in each joint; row 0 is `yaw`."""
    world = quat.between(layout.directions[1:], _bones(positions, layout))
    world = np.concatenate([yaw[..., None, :], world], axis=-2)
    local = quat.inv_mul(world[..., list(layout.references[1:]), :], world[..., 1:, :])
    return np.concatenate([yaw[..., None, :], local], axis=-2)


def _smooth(directions: Array) -> Array:
    """Gaussian of `SMOOTHING` frames along axis -2, ends held, cut at four deviations."""
    radius = int(4.0 * SMOOTHING + 0.5)
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / SMOOTHING) ** 2)
    width = [(0, 0)] * (directions.ndim - 2) + [(radius, radius), (0, 0)]
    padded = np.pad(directions, width, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, len(kernel), axis=-2)
    return windows @ (kernel / kernel.sum())


def _checked(positions: ArrayLike, layout: FeatureLayout) -> Array:
    p = np.asarray(positions, dtype=np.float64)
    if p.ndim < 3 or p.shape[-2:] != (layout.joints, 3) or p.shape[-3] < 1:
        raise ShapeError(
            f"{layout.name} positions must have shape (..., T, {layout.joints}, 3); got {p.shape}."
        )
    if not np.isfinite(p).all():
        raise ShapeError(f"{layout.name} positions hold NaN or infinite numbers.")
    return p


def _bones(positions: Array, layout: FeatureLayout) -> Array:
    """Vectors (..., J - 1, 3) from each joint's parent to the joint."""
    return positions[..., 1:, :] - positions[..., list(layout.parents[1:]), :]


def _flat(values: Array) -> Array:
    return values.reshape(*values.shape[:-2], -1)


def _unit(vectors: Array) -> Array:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)
