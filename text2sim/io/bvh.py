"""BVH, the text format of motion capture: a tree of joints and one line of numbers a frame.

BVH says nothing of units and axes. What we write has centimetres, Y up and the body facing +Z, as
motion capture files usually do; `BvhClip` holds whatever a file has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, final

import numpy as np

from text2sim.errors import ConfigError
from text2sim.maths import axes, euler
from text2sim.maths import quaternions as quat
from text2sim.skeleton import HAND_LENGTH, INDEX, JOINTS, PARENTS
from text2sim.types.arrays import array, check_arrays
from text2sim.types.motion import Track

if TYPE_CHECKING:
    from text2sim.animation import Animation

CENTIMETRES = 100.0
"""Length unit of the files that we write: this many are one metre."""
ORDER = "ZXY"
"""Euler order of the files that we write."""
CHANNELS: tuple[str, ...] = (
    "Xposition", "Yposition", "Zposition", "Xrotation", "Yrotation", "Zrotation",
)  # fmt: skip


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class BvhClip:
    """What a BVH file holds, in its own units and axes.

    Attributes:
        names: of the joints, each once, depth first as in the file.
        parents: index of each joint's parent, -1 for the root.
        offsets: joint position in its parent's frame at rest, (J, 3).
        channels: of each joint, of `CHANNELS`, in the order of the file.
        values: one row a frame, (T, C); C is the number of channels of all joints; degrees.
        frame_time: seconds from one frame to the next.
        ends: end sites, as pairs of joint index and offset.
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    offsets: np.ndarray = array("J 3")
    channels: tuple[tuple[str, ...], ...]
    values: np.ndarray = array("T C")
    frame_time: float
    ends: tuple[tuple[int, tuple[float, float, float]], ...] = ()

    def __post_init__(self) -> None:
        check_arrays(self)
        sizes = {len(self.names), len(self.parents), len(self.offsets), len(self.channels)}
        width = sum(map(len, self.channels))
        if len(sizes) != 1 or self.values.shape[1] != width:
            raise ConfigError("Give a BvhClip one name, parent, offset and channels a joint.")

    def __len__(self) -> int:
        return len(self.values)

    @property
    def fps(self) -> float:
        """Frames per second."""
        return frame_rate(self.frame_time)

    @cached_property
    def local(self) -> tuple[np.ndarray, np.ndarray]:
        """Joint positions (T, J, 3) and rotations wxyz (T, J, 4) in the parent's frame.

        Position channels replace the offset, axis by axis, as in Blender and MotionBuilder.
        """
        positions = np.tile(self.offsets, (len(self), 1, 1))
        rotations = np.tile(quat.IDENTITY, (len(self), len(self.names), 1))
        column = 0
        for joint, channels in enumerate(self.channels):
            block = self.values[:, column : column + len(channels)]
            column += len(channels)
            turns = [i for i, channel in enumerate(channels) if channel.endswith("rotation")]
            for i, channel in enumerate(channels):
                if i not in turns:
                    positions[:, joint, "XYZ".index(channel[0])] = block[:, i]
            order = "".join(channels[i][0] for i in turns)
            rotations[:, joint] = euler.from_euler(np.radians(block[:, turns]), order)
        return positions, rotations

    def forward(self) -> tuple[np.ndarray, np.ndarray]:
        """Joint positions (T, J, 3) and rotations wxyz (T, J, 4) in the file's world."""
        local_positions, local_rotations = self.local
        positions, rotations = local_positions.copy(), local_rotations.copy()
        for joint, parent in enumerate(self.parents):
            if parent >= 0:
                turn = rotations[:, parent]
                positions[:, joint] = positions[:, parent] + quat.rotate(turn, positions[:, joint])
                rotations[:, joint] = quat.mul(turn, rotations[:, joint])
        return positions, rotations


def frame_rate(frame_time: float) -> float:
    """Frames per second; a rounded frame time such as 0.033333 s counts as exactly 30."""
    fps = 1.0 / frame_time
    return float(round(fps)) if abs(fps / max(round(fps), 1) - 1.0) < 2e-4 else fps


def from_track(track: Track, fps: float) -> BvhClip:
    """A track on our 22 joints as a clip in centimetres, Y up; the root's rest is at the origin."""
    order = _depth_first(PARENTS)
    place = {joint: row for row, joint in enumerate(order)}
    angles = euler.continuous(euler.to_euler(axes.y_up_wxyz(track.rotations_wxyz), ORDER))
    offsets = axes.y_up(track.skeleton.offsets) * CENTIMETRES
    offsets[0] = 0.0
    turns = tuple(f"{axis}rotation" for axis in ORDER)
    root = axes.y_up(track.root_positions) * CENTIMETRES
    return BvhClip(
        names=tuple(JOINTS[joint] for joint in order),
        parents=tuple(place.get(PARENTS[joint], -1) for joint in order),
        offsets=offsets[order],
        channels=(CHANNELS[:3] + turns, *[turns] * (len(order) - 1)),
        values=np.concatenate([root, np.degrees(angles[:, order]).reshape(len(root), -1)], axis=1),
        frame_time=1.0 / fps,
        ends=tuple((place[joint], end) for joint, end in _ends(track.skeleton.scale)),
    )


def _ends(scale: float) -> list[tuple[int, tuple[float, float, float]]]:
    """Crown, toes and finger tips, from their joints, in the units and axes of our files."""
    unit = scale * CENTIMETRES
    tips: list[tuple[str, tuple[float, float, float]]] = [("head", (0.0, 0.18, 0.0))]
    for side, sign in (("left", 1.0), ("right", -1.0)):
        tips += [(f"{side}_foot", (0.0, 0.0, 0.07)), (f"{side}_wrist", (sign * HAND_LENGTH, 0, 0))]
    return [(INDEX[name], (x * unit, y * unit, z * unit)) for name, (x, y, z) in tips]


def _depth_first(parents: Sequence[int]) -> list[int]:
    order, waiting = [], [0]
    while waiting:
        joint = waiting.pop()
        order.append(joint)
        waiting += [child for child in reversed(range(len(parents))) if parents[child] == joint]
    return order


def write_bvh(animation: Animation, path: Path) -> None:
    """Write the simulated motion of a clip's only actor.

    Raises:
        ConfigError: the clip has several actors: a BVH file holds one skeleton.
    """
    tracks = animation.trace.tracks
    if len(tracks) != 1:
        names = ", ".join(track.actor for track in tracks)
        raise ConfigError(
            f"A .bvh file holds one skeleton and this clip has {len(tracks)} ({names}). Write each "
            f"to a file of its own: from text2sim.io.bvh import save_track; "
            f"save_track(anim.trace.tracks[0], anim.fps, '{tracks[0].actor}.bvh')."
        )
    write_clip(from_track(tracks[0], animation.fps), path)


def save_track(track: Track, fps: float, path: str | Path, *, overwrite: bool = True) -> Path:
    """Write one actor's track; all of the file or nothing.

    Raises:
        ResourceError: the file can't be written, or it exists and `overwrite` is False.
    """
    from text2sim.io.files import replacing

    with replacing(path, overwrite=overwrite) as temporary:
        write_clip(from_track(track, fps), temporary)
    return Path(path)


def write_clip(clip: BvhClip, path: Path) -> None:
    """Write a clip as it is, with six decimals.

    Raises:
        ConfigError: its joints are not listed depth first.
    """
    if [*_depth_first(clip.parents)] != [*range(len(clip.names))]:
        raise ConfigError("List the joints of a BvhClip depth first, as a BVH file nests them.")
    lines = ["HIERARCHY", *_hierarchy(clip, 0, 0), "MOTION", f"Frames: {len(clip)}"]
    lines.append(f"Frame Time: {clip.frame_time:.8f}")
    lines += [_numbers(row) for row in clip.values]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def _hierarchy(clip: BvhClip, joint: int, depth: int) -> list[str]:
    tab = "\t" * depth
    lines = [
        f"{tab}{'JOINT' if depth else 'ROOT'} {clip.names[joint]}",
        f"{tab}{{",
        f"{tab}\tOFFSET {_numbers(clip.offsets[joint])}",
        f"{tab}\tCHANNELS {len(clip.channels[joint])} {' '.join(clip.channels[joint])}".rstrip(),
    ]
    for child in [child for child, parent in enumerate(clip.parents) if parent == joint]:
        lines += _hierarchy(clip, child, depth + 1)
    for end in [end for owner, end in clip.ends if owner == joint]:
        lines += [
            f"{tab}\tEnd Site",
            f"{tab}\t{{",
            f"{tab}\t\tOFFSET {_numbers(end)}",
            f"{tab}\t}}",
        ]
    return [*lines, f"{tab}}}"]


def _numbers(row: Sequence[float] | np.ndarray) -> str:
    # Adding zero turns -0.0 into 0.0.
    return " ".join(map("{:.6f}".format, (np.round(row, 6) + 0.0).tolist()))
