"""What a motion does over time, as curves that event detectors read: speed, heading, heights.

Everything is symmetric: the mirrored motion has the mirrored curves. Names ending in `_l` are in
the body's own frame: x forward, y left, z up.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from text2sim.maths import filters
from text2sim.maths import quaternions as quat
from text2sim.skeleton import INDEX
from text2sim.types import Track

Array = NDArray[Any]
SIDES = ("left", "right")
OTHER = {"left": "right", "right": "left"}
_FLOOR_WINDOW = 0.6
"""The floor is the lowest that the body gets in this time before and after [s]."""


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Signals:
    """Curves of one track; lengths are metres divided by `scale`: thresholds are an adult's.

    Attributes:
        track: the motion; fps: its frame rate.
    """

    track: Track
    fps: float

    @cached_property
    def frames(self) -> int:
        """Number of frames."""
        return len(self.track.root_positions)

    @cached_property
    def scale(self) -> float:
        """Leg relative to that of a 1.75 m adult."""
        bones = np.linalg.norm(self.track.skeleton.offsets, axis=1)
        return float(bones[[4, 5, 7, 8]].sum()) / 2.0 / 0.84

    @cached_property
    def arm(self) -> float:
        """Shoulder to wrist of a straight arm, mean of both."""
        bones = np.linalg.norm(self.track.skeleton.offsets, axis=1)
        return float(bones[18:22].sum()) / 2.0 / self.scale

    @cached_property
    def positions(self) -> Array:
        """World joints, (T, 22, 3)."""
        return self.track.positions() / self.scale

    @cached_property
    def soles(self) -> Array:
        """Heights of left heel, left toe, right heel, right toe above z = 0, (T, 4)."""
        positions, rotations = self.track.joints()
        rest = self.track.skeleton.rest_positions()[:, 2]
        heights = []
        for joint, reach in ((7, -0.055), (10, 0.065), (8, -0.055), (11, 0.065)):
            point = quat.rotate(rotations[:, joint], [reach, 0.0, -rest[joint]])
            heights.append(positions[:, joint, 2] + point[:, 2])
        return np.stack(heights, axis=1) / self.scale

    @cached_property
    def floor(self) -> Array:
        """Height of what the body stands on, (T,)."""
        joints = self.positions[..., 2].min(axis=1) - 0.03
        lowest = np.minimum(self.soles.min(axis=1), joints)
        reach = int(_FLOOR_WINDOW * self.fps)
        padded = np.pad(lowest, reach, mode="edge")
        windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
        return windows.min(axis=1)

    @cached_property
    def stand(self) -> float:
        """Height of the pelvis of a body that stands straight."""
        return self.track.skeleton.pelvis_height / self.scale

    @cached_property
    def heading(self) -> Array:
        """Yaw of hips and shoulders [rad], unwrapped, (T,)."""
        p = self.positions
        across = p[:, INDEX["left_hip"]] - p[:, INDEX["right_hip"]]
        across = across + p[:, INDEX["left_shoulder"]] - p[:, INDEX["right_shoulder"]]
        across = self.smooth(across[:, :2], 0.1)
        return np.unwrap(np.arctan2(-across[:, 0], across[:, 1]))

    @cached_property
    def footing(self) -> Array:
        """Yaw of both feet together [rad], unwrapped, (T,)."""
        ways = [self.joint(f"{side}_foot") - self.joint(f"{side}_ankle") for side in SIDES]
        units = [way[:, :2] / np.linalg.norm(way[:, :2], axis=1)[:, None] for way in ways]
        mean = self.smooth(units[0] + units[1], 0.15)
        return np.unwrap(np.arctan2(mean[:, 1], mean[:, 0]))

    @cached_property
    def across(self) -> Array:
        """How level the hips and shoulders are, 0 to 1, (T,): low where there is no heading."""
        p = self.positions
        across = p[:, INDEX["left_hip"]] - p[:, INDEX["right_hip"]]
        across = across + p[:, INDEX["left_shoulder"]] - p[:, INDEX["right_shoulder"]]
        return np.linalg.norm(across[:, :2], axis=1) / np.linalg.norm(across, axis=1)

    @cached_property
    def velocity(self) -> Array:
        """Of the pelvis over ground, smoothed [m/s], (T, 2)."""
        return self.rate(self.smooth(self.positions[:, 0, :2], 0.2))

    @cached_property
    def upright(self) -> Array:
        """Cosine of the angle between the trunk and the vertical, (T,)."""
        trunk = self.positions[:, INDEX["neck"]] - self.positions[:, 0]
        return trunk[:, 2] / np.linalg.norm(trunk, axis=1)

    @cached_property
    def pelvis(self) -> Array:
        """Height of the pelvis above the floor relative to standing, (T,)."""
        return (self.positions[:, 0, 2] - self.floor) / self.stand

    @cached_property
    def activity(self) -> Array:
        """Speed of the fastest joint, smoothed [m/s], (T,)."""
        speeds = np.linalg.norm(self.rate(self.smooth(self.positions, 0.1)), axis=-1)
        return speeds.max(axis=1)

    def sole(self, side: str) -> Array:
        """Height of the lower end of a foot above the floor, (T,)."""
        columns = slice(0, 2) if side == "left" else slice(2, 4)
        return self.soles[:, columns].min(axis=1) - self.floor

    def foot_speed(self, side: str) -> Array:
        """Speed of the slower end of a foot [m/s], (T,)."""
        ends = [self.joint(f"{side}_{name}") for name in ("ankle", "foot")]
        return np.min([np.linalg.norm(self.rate(end), axis=1) for end in ends], axis=0)

    def planted(self, side: str) -> Array:
        """Frames in which a foot stands, (T,) bool."""
        return (self.sole(side) < 0.07) & (self.foot_speed(side) < 0.55)

    def joint(self, name: str) -> Array:
        """World position of a joint, (T, 3)."""
        return self.positions[:, INDEX[name]]

    def to_body(self, vectors: Array) -> Array:
        """World vectors (T, 2 or 3) in the body's own frame."""
        c, s = np.cos(self.heading), np.sin(self.heading)
        x, y = vectors[:, 0], vectors[:, 1]
        return np.stack([c * x + s * y, c * y - s * x, *vectors[:, 2:].T], axis=1)

    def smooth(self, values: Array, seconds: float) -> Array:
        """Values smoothed along time by a Gaussian."""
        return filters.gaussian(values, seconds * self.fps)

    def rate(self, values: Array) -> Array:
        """Derivative in time of values (T, ...)."""
        if self.frames < 2:
            return np.zeros_like(values)
        return np.gradient(values, 1.0 / self.fps, axis=0)

    def spans(
        self, mask: Array, *, shortest: float = 0.0, gap: float = 0.0
    ) -> list[tuple[int, int]]:
        """Where a mask holds, (first, last + 1) frames; gaps [s] are bridged."""
        edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
        joined: list[list[int]] = []
        for start, stop in edges.reshape(-1, 2).tolist():
            if joined and start - joined[-1][1] <= gap * self.fps:
                joined[-1][1] = stop
            else:
                joined.append([start, stop])
        return [(a, b) for a, b in joined if b - a >= shortest * self.fps]


def share(mask: Array, span: tuple[int, int]) -> float:
    """Part of a span in which a mask holds."""
    return float(np.mean(mask[span[0] : span[1]])) if span[1] > span[0] else 0.0


def overlap(a: tuple[int, int], b: tuple[int, int]) -> int:
    """Frames that two spans share."""
    return max(0, min(a[1], b[1]) - max(a[0], b[0]))


def wrapped(angle: Array) -> Array:
    """Angles in -pi to pi."""
    return (np.asarray(angle) + np.pi) % (2.0 * np.pi) - np.pi
