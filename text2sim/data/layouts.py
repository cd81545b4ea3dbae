"""Bodies of the feature representations: HumanML3D (263 numbers a frame) and KIT-ML (251).

Data of both are Y up; a body that faces +Z has its left side at +X.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import final

import numpy as np

from text2sim.skeleton import JOINTS
from text2sim.types.arrays import array, check_arrays


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class FeatureLayout:
    """What the features of a data set are made of.

    Attributes:
        name: of the data set.
        fps: frames per second.
        chains: joints from the root or the chest outwards. A bone's rotation is relative to the
            bone before it in its chain; the first bone's is relative to the root, the arms' too.
        directions: unit bone directions in the rest pose, Y up, (J, 3); row 0 is zero.
        across: right hip, left hip, right shoulder, left shoulder: they tell where the body faces.
        feet: left ankle, left toe, right ankle, right toe.
        shin: knee and ankle whose bones make up the leg length that scales a body.
        still: a foot joint touches the ground if it moves less than the root of this a frame
            [length units squared].
        names: of the joints.
    """

    name: str
    fps: float
    chains: tuple[tuple[int, ...], ...]
    directions: np.ndarray = array("J 3")
    across: tuple[int, int, int, int]
    feet: tuple[int, int, int, int]
    shin: tuple[int, int]
    still: float
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        check_arrays(self)

    @property
    def joints(self) -> int:
        """Number of joints."""
        return len(self.names)

    @property
    def parents(self) -> tuple[int, ...]:
        """Index of each joint's parent, -1 for the root."""
        pairs = {child: joint for chain in self.chains for joint, child in pairwise(chain)}
        return tuple(pairs.get(joint, -1) for joint in range(self.joints))

    @property
    def references(self) -> tuple[int, ...]:
        """What the rotation of the bone that ends in each joint is relative to; 0 is the root."""
        pairs = {child: joint for chain in self.chains for joint, child in pairwise(chain[1:])}
        return tuple(pairs.get(joint, 0) for joint in range(self.joints))

    @property
    def width(self) -> int:
        """Features a frame: root 4, positions 3, rotations 6 and velocities 3 a joint, contacts."""
        return 4 + 3 * (self.joints - 1) + 6 * (self.joints - 1) + 3 * self.joints + 4

    @property
    def parts(self) -> dict[str, slice]:
        """Where in a frame each kind of feature stands."""
        others = self.joints - 1
        sizes = {
            "yaw_velocity": 1, "planar_velocity": 2, "height": 1, "positions": 3 * others,
            "rotations": 6 * others, "velocities": 3 * self.joints, "contacts": 4,
        }  # fmt: skip
        ends = np.cumsum([*sizes.values()]).tolist()
        return {name: slice(end - size, end) for (name, size), end in zip(sizes.items(), ends)}


_UP, _DOWN, _LEFT, _RIGHT, _FORWARD = (
    (0, 1, 0), (0, -1, 0), (1, 0, 0), (-1, 0, 0), (0, 0, 1),
)  # fmt: skip

HUMANML3D = FeatureLayout(
    name="HumanML3D",
    fps=20.0,
    chains=(
        (0, 2, 5, 8, 11), (0, 1, 4, 7, 10), (0, 3, 6, 9, 12, 15), (9, 14, 17, 19, 21),
        (9, 13, 16, 18, 20),
    ),
    directions=np.array([
        (0, 0, 0), _LEFT, _RIGHT, _UP, _DOWN, _DOWN, _UP, _DOWN, _DOWN, _UP, _FORWARD, _FORWARD,
        _UP, _LEFT, _RIGHT, _FORWARD, _DOWN, _DOWN, _DOWN, _DOWN, _DOWN, _DOWN,
    ]),
    across=(2, 1, 17, 16),
    feet=(7, 10, 8, 11),
    shin=(5, 8),
    still=0.002,
    names=JOINTS,
)  # fmt: skip
"""Guo et al. (2022): 22 joints, metres, 20 frames/s."""

KIT_ML = FeatureLayout(
    name="KIT-ML",
    fps=12.5,
    chains=(
        (0, 11, 12, 13, 14, 15), (0, 16, 17, 18, 19, 20), (0, 1, 2, 3, 4), (3, 5, 6, 7),
        (3, 8, 9, 10),
    ),
    directions=np.array([
        (0, 0, 0), _UP, _UP, _UP, _UP, _LEFT, _DOWN, _DOWN, _RIGHT, _DOWN, _DOWN, _LEFT, _DOWN,
        _DOWN, _FORWARD, _FORWARD, _RIGHT, _DOWN, _DOWN, _FORWARD, _FORWARD,
    ]),
    across=(11, 16, 5, 8),
    feet=(19, 20, 14, 15),
    shin=(17, 18),
    still=0.05,
    names=(
        "pelvis", "spine1", "spine3", "neck", "head", "right_shoulder", "right_elbow",
        "right_wrist", "left_shoulder", "left_elbow", "left_wrist", "right_hip", "right_knee",
        "right_ankle", "right_foot", "right_toes", "left_hip", "left_knee", "left_ankle",
        "left_foot", "left_toes",
    ),
)  # fmt: skip
"""Plappert et al. (2016) as processed by Guo et al. (2022): 21 joints, 12.5 frames/s.

Its rest directions point the other way across the body than its sides, as in the official code.
"""

LAYOUTS: dict[int, FeatureLayout] = {layout.width: layout for layout in (HUMANML3D, KIT_ML)}
"""By the number of features a frame."""
