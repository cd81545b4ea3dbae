"""Rotations of our skeleton from joint positions: bone lengths are kept and twist is smooth.

Positions say nothing of the twist about a bone. Where a limb is bent its hinge axis tells it; where
it is straight the axis is carried over from neighbouring frames and from the parent.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from text2sim.errors import ShapeError
from text2sim.maths import filters, kinematics
from text2sim.maths import quaternions as quat
from text2sim.maths.ik import bone_rotation, swung
from text2sim.skeleton import INDEX, JOINTS, PARENTS, Skeleton
from text2sim.types.motion import Track

Array = NDArray[np.floating]

TWIST_TIME = 0.08
"""Standard deviation of the Gaussian that smooths hinge axes [s]."""
PRIOR = 0.02
"""Weight of the carried-over axis against a hinge bent by a right angle: equal at 8 degrees."""
STILL = 0.3
"""A foot slower than this touches the ground [m/s]."""

_PARENTS = list(PARENTS[1:])
_CLUSTERS: dict[int, list[int]] = {0: [1, 2, 3], 9: [12, 13, 14]}
"""Joints with several children: their bones turn as one."""
FOOT_HEIGHT = 0.025
"""The ball of the foot above the sole for a skeleton of scale 1 [m]."""


def fit(
    positions: ArrayLike,
    fps: float,
    *,
    skeleton: Skeleton | None = None,
    actor: str = "actor",
    turns_wxyz: ArrayLike | None = None,
) -> Track:
    """The track whose joints come closest to given positions.

    Args:
        positions: of our 22 joints [m], our world (Z up), (T, 22, 3).
        fps: frames per second.
        skeleton: body to move; None takes one with the bone lengths of the data. For another body
            the path is scaled by the length of the leg.
        actor: id of the track.
        turns_wxyz: world rotations of the joints, (T, 22, 4), NaN where unknown. They tell the
            twist: each is turned the shortest way so that its bone gets where it should.

    Raises:
        ShapeError: the shape is another one, or a position is not finite.
    """
    p = _checked(positions)
    turns = np.full((len(p), len(JOINTS), 4), np.nan)
    if turns_wxyz is not None:
        turns[:] = turns_wxyz
    if skeleton is None:
        skeleton = skeleton_of(p, turns)
    else:
        p = _resized(p, skeleton)
    world = np.zeros((len(p), len(JOINTS), 4))
    fitted = p.copy()
    for joint in (0, 3, 6, 9, 12, 13, 14):
        world[:, joint] = _spine_rotation(joint, p, fitted, world, skeleton, turns[:, joint])
        _place_children(joint, fitted, world, skeleton)
    for limb in ("left_hip", "right_hip", "left_shoulder", "right_shoulder"):
        _fit_limb(INDEX[limb], p, fitted, world, skeleton, fps, turns)
    world[:, INDEX["head"]] = _known(turns[:, INDEX["head"]], world[:, INDEX["neck"]])
    local = quat.unroll(quat.normalise(kinematics.to_local(PARENTS, world)))
    return Track(
        actor=actor, skeleton=skeleton, root_positions=p[:, 0], rotations_wxyz=local,
        contacts=still_feet(p, fps),
    )  # fmt: skip


def skeleton_of(positions: ArrayLike, turns_wxyz: Array | None = None) -> Skeleton:
    """Skeleton with the median bone lengths of a clip (T, 22, 3) and our rest directions.

    Where bones share a joint (pelvis, chest) the angles between them are the clip's; so is the
    slope of a foot that stands. World rotations (T, 22, 4) of the ankles tell it, or else the
    lowest frames of both feet.

    Raises:
        ShapeError: the shape is another one, or a position is not finite.
    """
    p = _checked(positions)
    bones = p[:, 1:] - p[:, _PARENTS]
    usual = Skeleton.of_stature().offsets
    lengths = np.median(np.linalg.norm(bones, axis=-1), axis=0)
    offsets = usual.copy()
    offsets[1:] *= (lengths / np.linalg.norm(usual[1:], axis=1))[:, None]
    for children in _CLUSTERS.values():
        seen = bones[:, [child - 1 for child in children]]
        offsets[children] = _rigid_shape(seen, offsets[children])
    if turns_wxyz is None or np.isnan(turns_wxyz[:, [7, 8]]).any():
        offsets[[10, 11]] = _standing_feet(p[:, [7, 8]], p[:, [10, 11]], offsets[[10, 11]])
    else:
        feet = quat.inv_rotate(turns_wxyz[:, [7, 8]], bones[:, [9, 10]])
        offsets[[10, 11]] = _unit(np.median(feet, axis=0)) * lengths[9:11, None]
    offsets[0] = 0.0
    rest = Skeleton(offsets=offsets)
    scale = rest.scale
    offsets[0, 2] = FOOT_HEIGHT * scale - rest.rest_positions()[[10, 11], 2].mean()
    return Skeleton(offsets=offsets)


def still_feet(positions: ArrayLike, fps: float) -> NDArray[np.bool_]:
    """Contacts of left heel, left toe, right heel, right toe (T, 4): feet slower than `STILL`."""
    feet = np.asarray(positions, dtype=np.float64)[:, [7, 10, 8, 11]]
    if len(feet) < 2:
        return np.ones((len(feet), 4), dtype=bool)
    speed = np.linalg.norm(np.gradient(filters.gaussian(feet, 0.03 * fps), axis=0), axis=-1) * fps
    return speed < STILL


def _checked(positions: ArrayLike) -> Array:
    p = np.asarray(positions, dtype=np.float64)
    if p.ndim != 3 or p.shape[1:] != (len(JOINTS), 3) or not len(p):
        raise ShapeError(f"Positions to fit must have shape (T, 22, 3); got {p.shape}.")
    if not np.isfinite(p).all():
        frame = int(np.argmin(np.isfinite(p).all(axis=(1, 2))))
        raise ShapeError(f"Positions to fit hold NaN or infinite numbers, first in frame {frame}.")
    if (np.median(np.linalg.norm(p[:, 1:] - p[:, _PARENTS], axis=-1), axis=0) < 1e-4).any():
        raise ShapeError("Positions to fit must be in metres; here a bone is under 0.1 mm long.")
    return p


def _resized(positions: Array, skeleton: Skeleton) -> Array:
    """The pose with the skeleton's bone lengths, its path scaled by the length of the leg."""
    bones = positions[:, 1:] - positions[:, _PARENTS]
    before = np.linalg.norm(bones, axis=-1)
    after = np.linalg.norm(skeleton.offsets[1:], axis=-1)
    leg = [joint - 1 for joint in (4, 5, 7, 8)]
    scale = after[leg].sum() / np.median(before, axis=0)[leg].sum()
    result = np.empty_like(positions)
    result[:, 0] = positions[:, 0] * scale
    for joint in range(1, len(JOINTS)):
        bone = bones[:, joint - 1] * (after / np.maximum(before, 1e-9))[:, joint - 1, None]
        result[:, joint] = result[:, PARENTS[joint]] + bone
    return result


def _spine_rotation(
    joint: int, positions: Array, fitted: Array, world: Array, skeleton: Skeleton, turn: Array
) -> Array:
    """World rotation (T, 4) of a joint of the trunk, neck or collars."""
    if joint in _CLUSTERS:
        children = _CLUSTERS[joint]
        return _aligned(skeleton.offsets[children], positions[:, children] - fitted[:, [joint]])
    guess = world[:, PARENTS[joint]]
    if joint in (3, 6):  # The spine shares the twist between pelvis and chest.
        chest = _aligned(
            skeleton.offsets[_CLUSTERS[9]], positions[:, _CLUSTERS[9]] - positions[:, [9]]
        )
        guess = quat.slerp(guess, chest, np.full(len(guess), 1 / 3 if joint == 3 else 1 / 2))
    child = PARENTS.index(joint)
    guess = _known(turn, guess)
    return swung(guess, skeleton.offsets[child], positions[:, child] - fitted[:, joint])


def _known(turn: Array, guess: Array) -> Array:
    """Rotations (T, 4) where they are known, else guessed ones."""
    return np.where(np.isnan(turn), guess, turn)


def _place_children(joint: int, fitted: Array, world: Array, skeleton: Skeleton) -> None:
    for child in [child for child, parent in enumerate(PARENTS) if parent == joint]:
        turned = quat.rotate(world[:, joint], skeleton.offsets[child])
        fitted[:, child] = fitted[:, joint] + turned


def _fit_limb(
    first: int, positions: Array, fitted: Array, world: Array, skeleton: Skeleton, fps: float,
    turns: Array,
) -> None:  # fmt: skip
    """A leg from the hip or an arm from the shoulder: two bones about a hinge, and foot or hand."""
    second = PARENTS.index(first)
    third = PARENTS.index(second)
    leg = first in _CLUSTERS[0]
    rest = [skeleton.offsets[second], skeleton.offsets[third]]
    home = np.array([0.0, 1.0, 0.0] if leg else [0.0, 0.0, -np.sign(rest[0][1])])
    upper = _unit(positions[:, second] - fitted[:, first])
    middle = fitted[:, first] + upper * np.linalg.norm(rest[0])
    lower = _unit(positions[:, third] - middle)
    prior = quat.rotate(swung(world[:, 0 if leg else 9], rest[0], upper), home)
    if leg:
        foot = positions[:, PARENTS.index(third)] - positions[:, third]
        prior = prior + np.cross(_unit(foot), lower)
    bend = np.cross(upper, lower)
    seen = bend * np.linalg.norm(bend, axis=-1, keepdims=True)
    if leg:  # A knee that seems bent backwards is straight.
        seen[np.sum(seen * prior, axis=-1) < 0.0] = 0.0
    axis = filters.gaussian(seen + PRIOR * prior, TWIST_TIME * fps)
    for joint, bone, offset in ((first, upper, rest[0]), (second, lower, rest[1])):
        seen_turn = bone_rotation(offset, home, bone, _across(axis, bone))
        world[:, joint] = swung(_known(turns[:, joint], seen_turn), offset, bone)
        _place_children(joint, fitted, world, skeleton)
    world[:, third] = _known(turns[:, third], world[:, second])
    if leg:
        toe = PARENTS.index(third)
        aim = positions[:, toe] - fitted[:, third]
        world[:, third] = swung(world[:, third], skeleton.offsets[toe], aim)
        world[:, toe] = world[:, third]


def _across(vectors: Array, bone: Array) -> Array:
    """Unit part of vectors across unit bones, both (T, 3)."""
    return _unit(vectors - np.sum(vectors * bone, axis=-1, keepdims=True) * bone)


def _aligned(rest: Array, seen: Array) -> Array:
    """Rotations (T, 4) that best take vectors (K, 3) to those seen (T, K, 3) (Kabsch 1976)."""
    u, _, vt = np.linalg.svd(np.einsum("tki,kj->tij", seen, rest))
    sign = np.sign(np.linalg.det(u @ vt))
    u[..., 2] *= sign[:, None]
    return quat.from_matrix(u @ vt)


def _rigid_shape(seen: Array, start: Array) -> Array:
    """Vectors (K, 3) that, rotated, come closest to those seen (T, K, 3), oriented as `start`."""
    shape = start
    for _ in range(4):
        turns = _aligned(shape, seen)
        shape = np.median(quat.inv_rotate(turns[:, None], seen), axis=0)
    return quat.rotate(_aligned(shape, start[None])[0], shape)


def _standing_feet(ankles: Array, feet: Array, usual: Array) -> Array:
    """Offsets (2, 3) of the balls of the feet, at the slope that they have where one is lowest."""
    low = ankles[..., 2] + feet[..., 2]
    length = np.linalg.norm(usual, axis=-1)
    slopes = (ankles - feet)[..., 2] / length
    drop = np.clip(np.median(slopes[low <= np.quantile(low, 0.2)]), 0.1, 0.8)
    level = _unit(usual * [1.0, 1.0, 0.0]) * np.sqrt(1.0 - drop**2)
    return (level - [0.0, 0.0, drop]) * length[:, None]


def _unit(vectors: Array) -> Array:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
