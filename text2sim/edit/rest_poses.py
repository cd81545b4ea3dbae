"""Rest poses of other skeletons: where they face, and what turns their bones to our T-pose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from text2sim.edit.common import Array
from text2sim.errors import ConfigError
from text2sim.maths import quaternions as quat
from text2sim.skeleton import INDEX, Skeleton

ALIGNED: dict[str, str] = {
    f"{side}_{joint}": f"{side}_{child}"
    for side in ("left", "right")
    for joint, child in (
        ("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist"),
    )
}  # fmt: skip
"""Joints whose bone, to the joint after the colon, must point as the source's does."""
_ODD = 0.5
"""A bone in another rest pose that points less like ours than this cosine is of no use as it is."""


def axes_of(home: Array, found: Mapping[str, int]) -> Array:
    """Rotation (4,) from our axes to those of a rest pose that stands."""
    up = home[found["pelvis"]] - home[[found["left_ankle"], found["right_ankle"]]].mean(axis=0)
    up = _rounded(up)
    left = home[found["left_hip"]] - home[found["right_hip"]]
    left = left - (left @ up) * up
    if np.linalg.norm(left) < 1e-6:
        raise ConfigError("Left and right hip are at one place in the rest pose.")
    left = _rounded(left)
    return quat.from_matrix(np.stack([np.cross(left, up), left, up], axis=-1))


def _rounded(vector: Array) -> Array:
    """Unit vector; along the axis that it nearly has."""
    unit = vector / np.linalg.norm(vector)
    axis = np.zeros(3)
    nearest = int(np.argmax(np.abs(unit)))
    axis[nearest] = np.sign(unit[nearest])
    return axis if unit @ axis > 0.85 else unit


def rest_turns(
    parents: Sequence[int], found: Mapping[str, int], ours: Array, skeleton: Skeleton
) -> dict[int, Array]:
    """Rotations (4,), in our axes, that take their rest pose to our T-pose, joint by joint."""
    turns: dict[int, Array] = {}
    names = {index: name for name, index in found.items()}
    for joint, parent in enumerate(parents):
        turn = turns.get(parent, quat.IDENTITY)
        name = names.get(joint)
        child = ALIGNED.get(name or "", "")
        if child in found:
            bone = quat.rotate(turn, ours[found[child]] - ours[joint])
            turn = quat.mul(quat.between(bone, skeleton.offsets[INDEX[child]]), turn)
        elif name is not None and name.endswith("ankle"):
            turn = _foot_turn(name, turn, found, ours, skeleton)
        turns[joint] = turn
    return turns


def _foot_turn(
    name: str, turn: Array, found: Mapping[str, int], ours: Array, skeleton: Skeleton
) -> Array:
    """A foot that stands in their rest pose stands in ours; an odd one is turned to ours."""
    toe = name.replace("ankle", "foot")
    if toe not in found:
        return quat.IDENTITY
    bone = ours[found[toe]] - ours[found[name]]
    home = skeleton.offsets[INDEX[toe]]
    if stands_alike(bone, home):
        return quat.IDENTITY
    return quat.mul(quat.between(quat.rotate(turn, bone), home), turn)


def stands_alike(bone: Array, home: Array) -> bool:
    """Whether a foot or hip points about as ours: then it stands, and its pose is a rest pose."""
    return bool(bone @ home > _ODD * np.linalg.norm(bone) * np.linalg.norm(home))
