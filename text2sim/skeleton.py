"""The 22-joint body: names, tree, rest pose and stature.

The order is HumanML3D's (Guo et al. 2022). At rest every local rotation is the identity: the body
stands in a T-pose, faces +X, its left is +Y, up is +Z, and the soles are at z = 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from text2sim.errors import ConfigError
from text2sim.maths import kinematics

JOINTS: tuple[str, ...] = (
    "pelvis", "left_hip", "right_hip", "spine1", "left_knee", "right_knee", "spine2",
    "left_ankle", "right_ankle", "spine3", "left_foot", "right_foot", "neck", "left_collar",
    "right_collar", "head", "left_shoulder", "right_shoulder", "left_elbow", "right_elbow",
    "left_wrist", "right_wrist",
)  # fmt: skip
PARENTS: tuple[int, ...] = (
    -1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19,
)  # fmt: skip
INDEX: dict[str, int] = {name: index for index, name in enumerate(JOINTS)}

ADULT_STATURE = 1.75
"""Stature [m] of the rest pose below."""

# Joint centres [m] of a 1.75 m adult in the rest pose, from the segment lengths of Drillis and
# Contini (1966) as fractions of stature. `foot` is the ball of the foot. Left side; the right
# mirrors Y.
_REST: dict[str, tuple[float, float, float]] = {
    "pelvis": (0.0, 0.0, 0.960),
    "hip": (0.0, 0.090, 0.920),
    "knee": (0.010, 0.092, 0.500),
    "ankle": (-0.015, 0.092, 0.080),
    "foot": (0.130, 0.097, 0.025),
    "spine1": (-0.010, 0.0, 1.065),
    "spine2": (-0.012, 0.0, 1.185),
    "spine3": (-0.008, 0.0, 1.285),
    "neck": (-0.015, 0.0, 1.480),
    "head": (0.005, 0.0, 1.570),
    "collar": (-0.012, 0.070, 1.415),
    "shoulder": (-0.015, 0.185, 1.425),
    "elbow": (-0.018, 0.465, 1.425),
    "wrist": (-0.010, 0.715, 1.425),
}
HAND_LENGTH = 0.18
"""Wrist to finger tips [m] for `ADULT_STATURE`; the palm is half way."""


def _rest_positions() -> NDArray[np.float64]:
    rows = []
    for name in JOINTS:
        side, _, part = name.rpartition("_")
        x, y, z = _REST[part]
        rows.append((x, -y if side == "right" else y, z))
    return np.array(rows)


@dataclass(frozen=True, kw_only=True, eq=False)
class Skeleton:
    """Bone lengths of one body.

    Attributes:
        offsets: joint position in its parent's frame at rest [m], (22, 3); row 0 is the pelvis
            above the ground point between the feet.
    """

    offsets: NDArray[np.float64]
    _lengths: NDArray[np.float64] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        offsets = np.array(self.offsets, dtype=np.float64)
        if offsets.shape != (len(JOINTS), 3) or not np.isfinite(offsets).all():
            raise ConfigError(
                f"Skeleton offsets must be finite, shape (22, 3); got {offsets.shape}."
            )
        offsets.flags.writeable = False
        object.__setattr__(self, "offsets", offsets)
        lengths = np.linalg.norm(offsets, axis=1)
        lengths.flags.writeable = False
        object.__setattr__(self, "_lengths", lengths)

    @classmethod
    def of_stature(cls, stature: float = ADULT_STATURE, *, child: bool = False) -> Skeleton:
        """Skeleton of a person of `stature` [m]; a child's has a larger head and shorter legs.

        Raises:
            ConfigError: stature is outside 0.5 to 2.5 m.
        """
        if not 0.5 <= stature <= 2.5:
            raise ConfigError(f"Stature must lie between 0.5 and 2.5 m; got {stature}.")
        rest = _rest_positions()
        offsets = rest.copy()
        offsets[1:] -= rest[list(PARENTS[1:])]
        if child:
            legs = [INDEX[f"{s}_{p}"] for s in ("left", "right") for p in ("knee", "ankle")]
            offsets[legs] *= 0.94
            offsets[0, 2] += 0.94 * (0.920 - 0.080) - (0.920 - 0.080)
            offsets[[INDEX["neck"], INDEX["head"]]] *= 1.08
        return cls(offsets=offsets * stature / ADULT_STATURE)

    @property
    def scale(self) -> float:
        """Size relative to the adult rest pose, from the length of the spine."""
        return float(
            self._lengths[3] / np.linalg.norm(np.subtract(_REST["spine1"], _REST["pelvis"]))
        )

    @property
    def leg_length(self) -> float:
        """Hip to ankle with the leg straight [m]."""
        return float(self._lengths[4] + self._lengths[7])

    @property
    def arm_length(self) -> float:
        """Shoulder to wrist with the arm straight [m]."""
        return float(self._lengths[18] + self._lengths[20])

    @property
    def pelvis_height(self) -> float:
        """Pelvis above the soles when standing straight [m]."""
        return float(self.offsets[0, 2])

    @property
    def ankle_height(self) -> float:
        """Ankle above the sole at rest [m]."""
        return float(self.rest_positions()[7, 2])

    def rest_positions(self) -> NDArray[np.floating]:
        """Joint positions in the rest pose [m], (22, 3), soles at z = 0."""
        identity = np.tile([1.0, 0.0, 0.0, 0.0], (len(JOINTS), 1))
        return self.forward(self.offsets[0], identity)[0]

    def forward(
        self, root_positions: ArrayLike, rotations_wxyz: ArrayLike
    ) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
        """World joint positions [m] (..., 22, 3) and rotations (..., 22, 4); see `kinematics`."""
        return kinematics.forward(PARENTS, self.offsets, root_positions, rotations_wxyz)

    def sole_points(self, positions: ArrayLike, rotations_wxyz: ArrayLike) -> NDArray[np.floating]:
        """Points of the soles [m], (..., 4, 3): left heel, left toe, right heel, right toe.

        Args:
            positions: world joint positions [m], (..., 22, 3).
            rotations_wxyz: world joint rotations, (..., 22, 4).
        """
        from text2sim.maths import quaternions as quat

        p, q, rest = np.asarray(positions), np.asarray(rotations_wxyz), self.rest_positions()
        ends = {7: -0.055, 10: 0.065, 8: -0.055, 11: 0.065}
        pairs = [(j, [x * self.scale, 0.0, -rest[j, 2]]) for j, x in ends.items()]
        points = [p[..., j, :] + quat.rotate(q[..., j, :], offset) for j, offset in pairs]
        return np.stack(points, axis=-2)
