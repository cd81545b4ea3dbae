"""Motion as numbers that a network learns: in the body's own frame, rotations first.

A frame has `DIM` channels; its frame of reference stands at the pelvis, Z up, X the way the body
faces (across hips and shoulders, smoothed), so that neither place nor compass matter:

    yaw        1    turn since the frame before [rad]
    velocity   2    way of the pelvis since the frame before [m]
    height     1    pelvis above the reference ground [m]
    rotations  132  pelvis in this frame, other joints in their parent's, as the first two columns
    positions  63   other joints, from the point of the pelvis; heights above the reference [m]
    contacts   4    left heel, left toe, right heel, right toe

Positions follow from the rotations; they are there because losses on them are simple, and for the
hands and feet, where small turns of many joints add up. `decode` takes rotations.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from text2sim.edit.common import facing
from text2sim.maths import filters, rotation6d
from text2sim.maths import quaternions as quat
from text2sim.skeleton import JOINTS, Skeleton
from text2sim.types.motion import Track

Array = NDArray[np.floating]

FPS = 20.0
"""Frames per second of the network."""
YAW, VELOCITY, HEIGHT = slice(0, 1), slice(1, 3), slice(3, 4)
ROTATIONS, POSITIONS, CONTACTS = slice(4, 136), slice(136, 199), slice(199, 203)
DIM = 203
GROUPS = (YAW, VELOCITY, HEIGHT, slice(4, 10), slice(10, 136), POSITIONS, CONTACTS)
"""Channels that share a scale."""
BODY = Skeleton.of_stature(1.75)
"""The body that the network knows; others are made from it by scale."""


def channels(joints: Iterable[int], *others: slice) -> tuple[int, ...]:
    """Channels of joints, and others."""
    found = [i for part in others for i in range(part.start, part.stop)]
    for joint in joints:
        found += range(4 + 6 * joint, 10 + 6 * joint)
        found += range(133 + 3 * joint, 136 + 3 * joint) if joint else ()
    return tuple(found)


LEGS = channels((0, 1, 2, 4, 5, 7, 8, 10, 11), YAW, VELOCITY, HEIGHT, CONTACTS)
"""Channels of the way, the pelvis and the legs."""
ARMS = channels((3, 6, 9, *range(12, 22)))
"""Channels of torso, head and arms."""
_TREMBLE = 0.7
"""Standard deviation of the Gaussian that takes the trembling out of samples [frames]."""
_STEADY = 2.0
"""Standard deviation of the Gaussian that smooths the way a body faces [frames]."""


@final
@dataclass(frozen=True, kw_only=True)
class Anchor:
    """Where a body is and faces at a frame: x, y [m] and yaw [rad], world."""

    x: float = 0.0
    y: float = 0.0
    yaw: float = 0.0


def steady_facing(positions: Array) -> Array:
    """Yaw [rad] (T,) of the way a body faces, without the sway of steps, of joints (T, 22, 3)."""
    return filters.gaussian(np.unwrap(facing(positions)), min(_STEADY, 0.2 * len(positions)))


def encode(track: Track, ground: Array | None = None) -> tuple[Array, Array]:
    """Features (T, `DIM`) float32 of a track of `BODY` at `FPS`, and where it is (T, 3): x, y, yaw.

    Args:
        track: T >= 2.
        ground: height of the reference ground under the body [m], (T,); 0 if None.
    """
    positions, world = track.joints()
    ground = np.zeros(len(positions)) if ground is None else np.asarray(ground)
    yaw = steady_facing(positions)
    home = quat.about_z(yaw)
    way = np.diff(track.root_positions, axis=0, prepend=track.root_positions[:1])
    way[0] = way[1]
    turn = np.diff(yaw, prepend=yaw[:1])
    turn[0] = turn[1]
    local = track.rotations_wxyz.copy()
    local[:, 0] = quat.inv_mul(home, world[:, 0])
    root = track.root_positions * [1.0, 1.0, 0.0] + ground[:, None] * [0.0, 0.0, 1.0]
    seen = quat.inv_rotate(home[:, None], positions[:, 1:] - root[:, None])
    parts = [
        turn[:, None], quat.inv_rotate(home, way)[:, :2],
        track.root_positions[:, 2:] - ground[:, None],
        rotation6d.from_quaternion(local).reshape(len(local), -1),
        seen.reshape(len(seen), -1), track.contacts,
    ]  # fmt: skip
    place = np.column_stack([track.root_positions[:, :2], yaw])
    return np.concatenate(parts, axis=1).astype(np.float32), place


def decode(
    features: Array, anchor: Anchor, *, ground: Array | None = None, actor: str = "actor"
) -> Track:
    """The track of `BODY` that features (T, `DIM`) describe.

    Args:
        features: as `encode` has them; contacts are true over 0.5.
        anchor: the frame before the first.
        ground: height of the reference ground [m], (T,); 0 if None.
        actor: id.
    """
    features = np.asarray(features, dtype=np.float64)
    place = places(features, anchor)
    height = features[:, HEIGHT] + (0.0 if ground is None else np.asarray(ground)[:, None])
    local = rotation6d.to_quaternion(features[:, ROTATIONS].reshape(-1, len(JOINTS), 6))
    local[:, 0] = quat.mul(quat.about_z(place[:, 2]), local[:, 0])
    return Track(
        actor=actor, skeleton=BODY,
        root_positions=np.concatenate([place[:, :2], height], axis=1),
        rotations_wxyz=quat.unroll(quat.normalise(local)),
        contacts=features[:, CONTACTS] > 0.5,
    )  # fmt: skip


def places(features: Array, anchor: Anchor) -> Array:
    """Where the body is, (T, 3): x, y [m] and yaw [rad], world."""
    yaw = anchor.yaw + np.cumsum(features[:, 0])
    cosine, sine = np.cos(yaw), np.sin(yaw)
    ahead, left = features[:, 1], features[:, 2]
    x = anchor.x + np.cumsum(cosine * ahead - sine * left)
    y = anchor.y + np.cumsum(sine * ahead + cosine * left)
    return np.column_stack([x, y, yaw])


def steadied(features: Array) -> Array:
    """Features (T, `DIM`) without the trembling of what is drawn by chance, contacts as they are.

    Clips hold hardly anything above 4 Hz; samples do.
    """
    result = filters.gaussian(np.asarray(features, dtype=np.float64), _TREMBLE)
    result[:, CONTACTS] = features[:, CONTACTS]
    return result


def statistics(features: Array) -> tuple[Array, Array]:
    """Mean and scale (`DIM`,) of features (N, `DIM`).

    Scales lie half way (geometrically) between a channel's own and its group's, so that channels
    which hardly move do not count as much as those that do.
    """
    mean, own = features.mean(axis=0, dtype=np.float64), features.std(axis=0, dtype=np.float64)
    scale = np.empty_like(own)
    for group in GROUPS:
        scale[group] = np.sqrt(own[group] * np.sqrt((own[group] ** 2).mean())) + 1e-6
    return mean.astype(np.float32), np.maximum(scale, 1e-3).astype(np.float32)


def mirrored(features: Array) -> Array:
    """Features (..., `DIM`) of the mirrored motion: left and right change places."""
    return features[..., _MIRROR_ORDER] * _MIRROR_SIGNS


def _mirror() -> tuple[NDArray[np.int_], Array]:
    """Which channel comes to lie in each, and its sign."""
    names = {name: index for index, name in enumerate(JOINTS)}
    other = {"left": "right", "right": "left"}
    swap = [
        names[f"{other[side]}_{part}" if side in other else name]
        for name in JOINTS
        for side, _, part in [name.partition("_")]
    ]
    order, signs = np.arange(DIM), np.ones(DIM, dtype=np.float32)
    order[ROTATIONS] = (4 + 6 * np.array(swap)[:, None] + np.arange(6)).ravel()
    order[POSITIONS] = (136 + 3 * (np.array(swap[1:]) - 1)[:, None] + np.arange(3)).ravel()
    order[CONTACTS] = [201, 202, 199, 200]
    signs[[0, 2]] = -1.0
    signs[ROTATIONS] = np.tile([1.0, -1.0, 1.0, -1.0, 1.0, -1.0], len(JOINTS))
    signs[POSITIONS] = np.tile([1.0, -1.0, 1.0], len(JOINTS) - 1)
    return order, signs


_MIRROR_ORDER, _MIRROR_SIGNS = _mirror()
