"""What the operations share: checks, where a body faces, moving a track as a whole."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike

from text2sim.errors import ConfigError
from text2sim.maths import kinematics
from text2sim.maths import quaternions as quat
from text2sim.skeleton import INDEX, PARENTS, Skeleton
from text2sim.types.motion import Motion, Track

Array = np.ndarray

UP = np.array([0.0, 0.0, 1.0])
SAME_LENGTH = 0.005
"""Bones of one body are no further apart in length [m]."""
SINGLE: dict[int, int] = {
    PARENTS[joint]: joint for joint in range(1, len(PARENTS)) if PARENTS.count(PARENTS[joint]) == 1
}
"""Joints from which one bone leads on, and where it leads."""
_ACROSS = [INDEX[name] for name in ("left_hip", "left_shoulder", "right_hip", "right_shoulder")]


def check_number(name: str, value: float, low: float, high: float, *, unit: str = "") -> float:
    """A finite number from low to high.

    Raises:
        ConfigError: it is not.
    """
    good = isinstance(value, (int, float, np.number)) and math.isfinite(value)
    if not good or not low <= value <= high:
        unit = f" {unit}" if unit else ""
        raise ConfigError(f"{name} must be a number from {low:g} to {high:g}{unit}; got {value!r}.")
    return float(value)


def check_array(name: str, value: ArrayLike) -> Array:
    """An array of finite numbers.

    Raises:
        ConfigError: it is not.
    """
    try:
        result = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{name} must be an array of numbers; got {value!r}.") from error
    if not result.size or not np.isfinite(result).all():
        raise ConfigError(f"{name} must hold finite numbers, at least one; got {value!r}.")
    return result


def check_frames(motion: Motion, least: int = 1) -> Motion:
    """Motion of at least `least` frames.

    Raises:
        ConfigError: it is shorter.
    """
    if motion.frames < least:
        raise ConfigError(f"The motion has {motion.frames} frames; at least {least} are needed.")
    return motion


def alike(first: Motion, second: Motion) -> Motion:
    """`second` on the skeletons of `first`: of one frame rate, and of bodies of one size.

    Skeletons that were fitted to data may differ in where bones point at rest, while the bones are
    as long: then rotations are told from the other rest pose, and joints stay where they are.

    Raises:
        ConfigError: they differ in more; the message says what to do.
    """
    if not math.isclose(first.fps, second.fps, rel_tol=1e-6):
        raise ConfigError(
            f"Motions must have one frame rate; got {first.fps:g} and {second.fps:g}. "
            "Resample one: text2sim.edit.resample(motion, fps)."
        )
    if len(first.tracks) != len(second.tracks):
        raise ConfigError(
            f"Motions must have as many actors; got {len(first.tracks)} and {len(second.tracks)}."
        )
    pairs = [*zip(first.tracks, second.tracks)]
    for a, b in pairs:
        lengths = [np.linalg.norm(track.skeleton.offsets[1:], axis=-1) for track in (a, b)]
        gap = float(np.abs(lengths[0] - lengths[1]).max())
        if gap > SAME_LENGTH:
            raise ConfigError(
                f"{a.actor} and {b.actor} have other skeletons (a bone differs by {gap:.3f} m). "
                "Retarget one: text2sim.edit.retarget(motion, skeleton)."
            )
    tracks = tuple(reposed(b, a.skeleton) for a, b in pairs)
    return dataclasses.replace(second, tracks=tracks)


def reposed(track: Track, skeleton: Skeleton, joints: Mapping[int, int] = SINGLE) -> Track:
    """The track on a skeleton whose bones point elsewhere at rest: in motion they point as before.

    Args:
        track: of any skeleton; the root stays.
        skeleton: to move.
        joints: those that are turned, each with the joint to which its bone leads.
    """
    if np.abs(track.skeleton.offsets[1:] - skeleton.offsets[1:]).max() < 1e-9:
        return dataclasses.replace(track, skeleton=skeleton)
    world = track.joints()[1].copy()
    for joint, child in joints.items():
        bone = quat.rotate(world[:, joint], track.skeleton.offsets[child])
        mine = quat.rotate(world[:, joint], skeleton.offsets[child])
        world[:, joint] = quat.mul(quat.between(mine, bone), world[:, joint])
    local = quat.unroll(quat.normalise(kinematics.to_local(PARENTS, world)))
    return dataclasses.replace(track, skeleton=skeleton, rotations_wxyz=local)


def each(motion: Motion, change: Callable[[Track], Track]) -> Motion:
    """The motion with every track changed."""
    return dataclasses.replace(motion, tracks=tuple(change(track) for track in motion.tracks))


def facing(positions: ArrayLike) -> Array:
    """Yaw [rad] of the way a body faces, (...), across hips and shoulders, of joints (..., 22, 3).

    Steadier than the pelvis, which turns with every step, and defined for a body that lies.
    """
    p = np.asarray(positions)[..., _ACROSS, :2]
    left = p[..., :2, :].sum(axis=-2) - p[..., 2:, :].sum(axis=-2)
    return np.arctan2(-left[..., 0], left[..., 1])


def standing(contacts: Array) -> Array:
    """Which feet touch the ground with heel or toe, (T, 2) bool, of contacts (T, 4)."""
    return np.asarray(contacts).reshape(-1, 2, 2).max(axis=-1)


def moved(track: Track, turn: ArrayLike, shift: ArrayLike) -> Track:
    """The track turned by `turn` [rad] about the vertical through the origin, then shifted [m].

    Both may be one for the whole clip or one a frame: (), (3,) or (T,), (T, 3).
    """
    yaw = quat.about_z(np.asarray(turn, dtype=np.float64))
    rotations = track.rotations_wxyz.copy()
    rotations[:, 0] = quat.mul(yaw, rotations[:, 0])
    root = quat.rotate(yaw, track.root_positions) + np.asarray(shift)
    return dataclasses.replace(track, root_positions=root, rotations_wxyz=rotations)


def wrapped(angle: ArrayLike) -> Array:
    """Angles [rad] in [-pi, pi)."""
    return (np.asarray(angle) + np.pi) % (2.0 * np.pi) - np.pi
