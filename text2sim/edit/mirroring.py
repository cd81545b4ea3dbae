"""Left for right."""

from __future__ import annotations

import dataclasses
from typing import Literal

import numpy as np

from text2sim.edit.common import check_frames
from text2sim.skeleton import INDEX, JOINTS, Skeleton
from text2sim.types.motion import Grasp, Motion, Track

_OTHER = {"left": "right", "right": "left"}
_SWAP = [
    INDEX[f"{_OTHER[side]}_{part}" if side in _OTHER else name]
    for name in JOINTS
    for side, _, part in [name.partition("_")]
]
"""Joint on the other side, of each joint."""
_HANDS: dict[str, Literal["left", "right", "both"]] = {
    "left": "right", "right": "left", "both": "both",
}  # fmt: skip


def mirror(motion: Motion) -> Motion:
    """The motion as seen in a mirror along the plane y = 0: left and right change places.

    A scene does not change sides with it, so the result has none. Twice is the identity.

    Raises:
        ConfigError: the motion has no frames.
    """
    check_frames(motion)
    return dataclasses.replace(
        motion,
        tracks=tuple(_mirrored(track) for track in motion.tracks),
        grasps=tuple(_other_hand(grasp) for grasp in motion.grasps),
        scene=None,
    )


def _mirrored(track: Track) -> Track:
    flip = np.array([1.0, -1.0, 1.0])
    return Track(
        actor=track.actor,
        skeleton=Skeleton(offsets=track.skeleton.offsets[_SWAP] * flip),
        root_positions=track.root_positions * flip,
        # A reflection turns axes of rotation over, beside the one across the plane.
        rotations_wxyz=track.rotations_wxyz[:, _SWAP] * [1.0, -1.0, 1.0, -1.0],
        contacts=track.contacts[:, [2, 3, 0, 1]],
    )


def _other_hand(grasp: Grasp) -> Grasp:
    return dataclasses.replace(grasp, hand=_HANDS[grasp.hand])
