"""Inverse kinematics of two bones with a hinge between them: legs and arms."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from text2sim.maths import quaternions as quat

Array = NDArray[np.floating]

STRAIGHT = 0.9995
"""Largest extension, as a fraction of the two bones' length: the hinge never locks."""


def soft_reach(distance: ArrayLike, length: float, start: ArrayLike = 0.997) -> Array:
    """Distance [m] that a limb of `length` bridges: the asked one, eased to stay short of straight.

    Up to `start` (a fraction of the length) the distance is met exactly; beyond it the limb
    approaches `STRAIGHT` exponentially, so that the hinge does not pop.
    """
    distance, start = np.asarray(distance, np.float64), np.asarray(start, np.float64)
    low, room = start * length, (STRAIGHT - start) * length
    return np.where(
        distance < low, distance, low + room * (1.0 - np.exp(-np.maximum(distance - low, 0) / room))
    )


def two_bone(
    root: ArrayLike,
    target: ArrayLike,
    pole: ArrayLike,
    upper: float,
    lower: float,
    start: ArrayLike = 0.997,
) -> tuple[Array, Array, Array]:
    """Directions of two bones that reach from root towards target.

    Args:
        root, target: ends of the limb [m], (..., 3).
        pole: direction in which the hinge points away from the line root-target, (..., 3); only
            its part across that line counts.
        upper, lower: bone lengths [m].
        start: extension, as a fraction, from which the reach is eased (see `soft_reach`); its
            shape broadcasts against (..., 1).

    Returns:
        Unit directions of the upper and the lower bone and the unit hinge axis, each (..., 3): a
        positive turn about the axis takes the upper direction to the lower one.
    """
    line = np.asarray(np.subtract(target, root), dtype=np.float64)
    distance = np.linalg.norm(line, axis=-1, keepdims=True)
    along = line / np.maximum(distance, 1e-9)
    across = _perpendicular(np.asarray(pole, dtype=np.float64), along)
    reach = soft_reach(distance, upper + lower, start)
    reach = np.maximum(reach, abs(upper - lower) + 0.15 * min(upper, lower))
    cosine = (reach**2 + upper**2 - lower**2) / (2.0 * reach * upper)
    cosine = np.clip(cosine, -1.0, 1.0)
    first = cosine * along + np.sqrt(1.0 - cosine**2) * across
    second = (reach * along - upper * first) / lower
    return first, second, np.cross(across, along)


def _perpendicular(vector: Array, axis: Array) -> Array:
    """Unit part of `vector` across the unit `axis`; any one where they are parallel."""
    other = np.where(np.abs(axis[..., 2:]) < 0.9, [0.0, 0.0, 1.0], [1.0, 0.0, 0.0])
    across = vector - np.sum(vector * axis, axis=-1, keepdims=True) * axis
    spare = other - np.sum(other * axis, axis=-1, keepdims=True) * axis
    across = np.where(np.linalg.norm(across, axis=-1, keepdims=True) > 1e-6, across, spare)
    return across / np.linalg.norm(across, axis=-1, keepdims=True)


def bone_rotation(rest: ArrayLike, rest_axis: ArrayLike, bone: Array, axis: Array) -> Array:
    """World rotation wxyz (..., 4) that takes a bone and its hinge axis from rest to the world.

    Args:
        rest, rest_axis: bone and hinge axis in the rest pose, (3,); need not be perpendicular.
        bone, axis: unit and perpendicular in the world, (..., 3).
    """
    home_bone = np.array(rest, dtype=np.float64)
    home_bone /= np.linalg.norm(home_bone)
    across = _perpendicular(np.asarray(rest_axis, dtype=np.float64), home_bone)
    home = np.stack([home_bone, across, np.cross(home_bone, across)], axis=-1)
    away = np.stack([bone, axis, np.cross(bone, axis)], axis=-1)
    return quat.from_matrix(away @ home.T)


def swung(guess: ArrayLike, rest: ArrayLike, bone: Array) -> Array:
    """Guessed world rotations (..., 4), turned the shortest way so that `rest` is along `bone`.

    Where a bone has no length the guess stays.
    """
    guessed = quat.rotate(guess, rest)
    known = np.linalg.norm(bone, axis=-1, keepdims=True) > 1e-9
    return quat.mul(quat.between(guessed, np.where(known, bone, guessed)), guess)
