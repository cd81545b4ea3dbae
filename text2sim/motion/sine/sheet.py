"""The sheet: what a body should do, frame by frame, before its joints are solved.

Actions write on the sheet in terms that an animator would use: where the ground point is, which
way the body faces, how high the pelvis rides and how it tilts, how the chest and head turn, how
the arms hang. Feet have a plan of their own (`feet`), hands may be given goals (`HandGoal`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, final

import numpy as np

from text2sim.maths import filters
from text2sim.skeleton import Skeleton

LEFT, RIGHT = 0, 1
SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")
SIGN = np.array([1.0, -1.0])
"""+1 for the left side, -1 for the right: the direction of a side along the body's Y axis."""

CHANNELS: tuple[str, ...] = (
    "base", "yaw", "pelvis", "tilt", "spine", "head", "level", "arms", "wrists",
)  # fmt: skip
ARMS_AT_REST = (0.06, 0.17, 0.20, 0.30)
"""Hanging arm [rad]: flexion, abduction, inward twist, elbow bend."""


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Sheet:
    """Channels of one actor over the whole clip; actions write into the arrays.

    Attributes:
        times: [s], (T,).
        base: ground point under the body [m], world, (T, 3).
        yaw: heading [rad], unwrapped, (T,).
        pelvis: pelvis [m] relative to `base`, turned by `yaw`, (T, 3).
        tilt: rotation vector of the pelvis after `yaw` [rad], (T, 3): list, pitch, twist.
        spine: rotation vector of the chest relative to the pelvis [rad], (T, 3).
        head: rotation vector of the head relative to the chest [rad], (T, 3).
        level: how far the neck undoes the chest's lean so that the eyes stay level, 0 to 1, (T,).
        arms: flexion, abduction, inward twist and elbow bend of both arms [rad], (T, 2, 4).
        wrists: rotation vector of the hands, mirrored for the right one [rad], (T, 2, 3).
    """

    times: np.ndarray
    base: np.ndarray
    yaw: np.ndarray
    pelvis: np.ndarray
    tilt: np.ndarray
    spine: np.ndarray
    head: np.ndarray
    level: np.ndarray
    arms: np.ndarray
    wrists: np.ndarray

    @classmethod
    def standing(
        cls, *, times: np.ndarray, base: np.ndarray, yaw: float, skeleton: Skeleton
    ) -> Sheet:
        """A sheet on which the body stands at ease at one place."""
        count = len(times)
        sheet = cls(
            times=times,
            base=np.tile(np.asarray(base, np.float64), (count, 1)),
            yaw=np.full(count, float(yaw)),
            **{name: np.zeros((count, 3)) for name in ("pelvis", "tilt", "spine", "head")},
            level=np.ones(count),
            arms=np.tile(ARMS_AT_REST, (count, 2, 1)),
            wrists=np.zeros((count, 2, 3)),
        )
        sheet.pelvis[:, 2] = standing_height(skeleton)
        return sheet

    def copy_forward(self, start: int, stop: int) -> None:
        """Hold the frame before `start` until `stop`."""
        for name in CHANNELS:
            channel = getattr(self, name)
            channel[start:stop] = channel[start - 1]

    def close_seam(self, start: int, stop: int) -> None:
        """Take out the jump in value and velocity between frames start - 1 and start.

        The difference fades within the frames that follow, the longer the larger it is.
        """
        if start < 2 or stop - start < 3:
            return
        step = self.times[1] - self.times[0]
        local = (np.arange(stop - start) + 1) * step
        size = max(_seam_size(getattr(self, name), start) for name in CHANNELS)
        end = min(0.35 + 0.55 * size, 1.1, local[-1])
        for name in CHANNELS:
            channel = getattr(self, name)
            before = channel[start - 1] - channel[start - 2]
            after = channel[start + 1] - channel[start]
            offset = channel[start - 1] - (channel[start] - after)
            velocity = (before - after) / step
            channel[start:stop] += filters.decaying_offset(offset, velocity, local, end)


def _seam_size(channel: np.ndarray, start: int) -> float:
    return float(np.abs(channel[start] - channel[start - 1]).max())


def standing_height(skeleton: Skeleton) -> float:
    """Pelvis above the ground in easy standing [m]: knees a little bent."""
    return skeleton.pelvis_height - 0.008 * skeleton.leg_length


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class HandGoal:
    """Where a palm should be during some frames, blended over what the arm does otherwise.

    Attributes:
        start: first frame; the goal lasts as long as its arrays.
        side: LEFT or RIGHT.
        frame: "world" [m], or "chest": arm lengths from the shoulder, along the chest's axes,
            with Y pointing outwards on both sides.
        points: (N, 3).
        weight: 0 to 1, (N,).
        pole: direction of the elbow in the chest's frame, Y outwards, (3,).
    """

    start: int
    side: int
    frame: Literal["world", "chest"]
    points: np.ndarray
    weight: np.ndarray
    pole: tuple[float, float, float] = (-0.3, 0.5, -0.8)
