"""Moving the feet of a track: legs follow by two-bone IK, the pelvis gives way where it must."""

from __future__ import annotations

import dataclasses

import numpy as np

from text2sim.edit.common import Array
from text2sim.maths import filters, ik
from text2sim.maths import quaternions as quat
from text2sim.types.motion import Track

SOFT = 0.997
"""Extension, as a fraction of the leg's length, from which a leg eases towards straight."""
_UNMOVED = 1e-9
_PELVIS_TIME = 0.15
"""How long before and after the pelvis gives way to a foot that is far [s]."""


def with_feet(track: Track, ankles: Array, feet_wxyz: Array, planted: Array, fps: float) -> Track:
    """The track with its feet elsewhere; frames whose feet stay are not touched.

    Args:
        track: gives pelvis, bend of the knees and toes.
        ankles: wanted, left and right [m], world, (T, 2, 3).
        feet_wxyz: rotations of the ankle joints, world, (T, 2, 4).
        planted: frames in which a foot must get where it is wanted, (T, 2) bool: the pelvis is
            lowered, smoothly, where a leg is too short for that.
        fps: frames per second.
    """
    track = _lowered(track, ankles, planted, fps)
    positions, world = track.joints()
    rotations = track.rotations_wxyz.copy()
    for side in range(2):
        _solve(track, positions, world, side, ankles[:, side], feet_wxyz[:, side], rotations)
    return dataclasses.replace(track, rotations_wxyz=quat.unroll(quat.normalise(rotations)))


def _solve(
    track: Track, positions: Array, world: Array, side: int, ankle: Array, foot: Array,
    rotations: Array,
) -> None:  # fmt: skip
    """Write one leg's local rotations."""
    joints = [1 + side, 4 + side, 7 + side]
    hip, knee, old = (positions[:, joint] for joint in joints)
    upper, lower = (float(np.linalg.norm(track.skeleton.offsets[joint])) for joint in joints[1:])
    bones = [_unit(knee - hip), _unit(old - knee)]
    hinge = np.cross(bones[0], bones[1])
    across = quat.rotate(world[:, joints[0]], [0.0, 1.0, 0.0])
    hinge[np.sum(hinge * across, axis=-1) < 0.0] = 0.0
    hinge = hinge + 0.05 * across
    swing = quat.between(old - hip, ankle - hip)
    pole = np.cross(ankle - hip, quat.rotate(swing, hinge))
    stretched = np.linalg.norm(old - hip, axis=-1, keepdims=True) / (upper + lower)
    start = np.clip(stretched, SOFT, ik.STRAIGHT - 1e-4)
    first, second, axis = ik.two_bone(hip, ankle, pole, upper, lower, start)
    turned = [
        quat.mul(_turn(bone, hinge, new, axis), world[:, joint])
        for bone, new, joint in zip(bones, (first, second), joints)
    ]
    same = np.abs(quat.absolute(quat.inv_mul(world[:, joints[2]], foot))[:, 1:]).max(axis=-1)
    moved = (np.linalg.norm(ankle - old, axis=-1) > _UNMOVED) | (same > _UNMOVED)
    chain = [world[:, 0], *turned, foot]
    for joint, above, own in zip(joints, chain, chain[1:]):
        rotations[moved, joint] = quat.inv_mul(above, own)[moved]


def _turn(bone: Array, hinge: Array, new_bone: Array, axis: Array) -> Array:
    """Rotations that take bones with their hinges to new bones with axes across them."""
    across = _unit(hinge - np.sum(hinge * bone, axis=-1, keepdims=True) * bone)
    old = np.stack([bone, across, np.cross(bone, across)], axis=-1)
    new = np.stack([new_bone, axis, np.cross(new_bone, axis)], axis=-1)
    return quat.from_matrix(new @ np.swapaxes(old, -1, -2))


def _lowered(track: Track, ankles: Array, planted: Array, fps: float) -> Track:
    excess = np.maximum(_excess(track, ankles, planted), 0.0)
    if not (excess > 1e-9).any():
        return track
    width = max(1, round(_PELVIS_TIME * fps))
    padded = np.pad(excess, width, mode="edge")
    held = np.lib.stride_tricks.sliding_window_view(padded, 2 * width + 1).max(axis=-1)
    root = track.root_positions.copy()
    root[:, 2] -= np.maximum(filters.gaussian(held, width / 3.0), 0.0)
    lowered = dataclasses.replace(track, root_positions=root)
    root[:, 2] -= np.maximum(_excess(lowered, ankles, planted), 0.0)
    return dataclasses.replace(track, root_positions=root)


def _excess(track: Track, ankles: Array, planted: Array) -> Array:
    """How much too high the pelvis is for the planted feet [m], (T,)."""
    positions = track.positions()
    length = float(np.linalg.norm(track.skeleton.offsets[[4, 7]], axis=-1).sum())
    hips, old = positions[:, [1, 2]], positions[:, [7, 8]]
    # A leg may stay as straight as it was.
    longest = np.clip(np.linalg.norm(old - hips, axis=-1) / length, SOFT - 5e-4, 1.0) * length
    gap = hips - ankles
    level = np.linalg.norm(gap[..., :2], axis=-1)
    top = np.sqrt(np.maximum(longest**2 - level**2, (0.3 * length) ** 2))
    return np.where(planted, gap[..., 2] - top, -np.inf).max(axis=1)


def _unit(vectors: Array) -> Array:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
