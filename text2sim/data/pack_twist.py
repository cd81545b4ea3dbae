"""Recorded twist for clips of the open motion pack, whose positions are at hand without it.

`<layer>_source_index.jsonl` has a line a clip: id, file (.bvh or .amc), skeleton_file (.asf), and
which frame of the file is the clip's first (npz0_file_frame) and how many are a step (npz_step).
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from text2sim.data.mocap import match, of_amc, of_bvh
from text2sim.data.recorded import world_rotations
from text2sim.edit.feet import spans
from text2sim.io.asf import read_amc, read_asf
from text2sim.io.bvh_reader import read_bvh
from text2sim.io.files import read_text
from text2sim.maths import quaternions as quat
from text2sim.skeleton import INDEX, PARENTS
from text2sim.types.motion import Track

Array = NDArray[np.floating]

AGREE = 0.2
"""In a stray frame three limbs point further [rad] from the positions than this."""
FAST = 1.25
"""A twist that steps further between two frames [rad] is a flip: 25 rad/s, and nobody's."""
BESIDE = 2
"""Frames before and after a flip over which it is spread."""
_LIMBS: dict[tuple[int, int], tuple[float, float, float]] = {
    (INDEX[f"{side}_{start}"], INDEX[f"{side}_{end}"]): rest
    for side, out in (("left", 1.0), ("right", -1.0))
    for start, end, rest in (
        ("hip", "knee", (0.0, 0.0, -1.0)),
        ("knee", "ankle", (0.0, 0.0, -1.0)),
        ("shoulder", "elbow", (0.0, out, 0.0)),
    )
}
_LEAVES = tuple(INDEX[name] for name in ("left_ankle", "right_ankle", "head", "left_wrist",
                                         "right_wrist"))  # fmt: skip
_TWISTING = tuple(PARENTS[joint] for joint in range(1, 22) if PARENTS.count(PARENTS[joint]) == 1)
"""Joints with one bone, about which they twist."""


@final
class Recordings:
    """The recorded files of one layer; without its index there are none."""

    def __init__(self, folder: Path, layer: str) -> None:
        index = folder / f"{layer}_source_index.jsonl"
        lines = read_text(index).splitlines() if index.is_file() else []
        rows = [json.loads(line) for line in lines if line.strip()]
        self._folder = folder
        self._rows: dict[str, dict[str, Any]] = {row["id"]: row for row in rows}

    def turns(self, clip: str, positions: Array) -> Array | None:
        """World rotations (T, 22, 4) of a clip at the times of its positions; None without a file.

        Raises:
            ResourceError: the file is missing.
            MotionFileError: it is damaged.
        """
        row = self._rows.get(clip)
        if row is None:
            return None
        path = self._folder / row["file"]
        if path.suffix == ".bvh":
            recording = of_bvh(read_bvh(path))
        else:
            skeleton = read_asf(self._folder / row["skeleton_file"])
            recording = of_amc(skeleton, read_amc(path, skeleton), 30.0)
        turns = world_rotations(recording, match(recording, {}))
        if turns is None:
            return None
        at = float(row["npz0_file_frame"]) + float(row["npz_step"]) * np.arange(len(positions))
        return _mended(sampled(turns, at), positions)


def sampled(turns: Array, at: Array) -> Array:
    """Rotations (T, J, 4) between frames; up to half a frame beyond the last they go on turning."""
    before = np.clip(np.floor(at).astype(int), 0, len(turns) - 2)
    return quat.slerp(turns[before], turns[before + 1], (at - before)[:, None])


def _mended(turns: Array, positions: Array) -> Array:
    """Rotations whose stray frames are put between their neighbours'."""
    far = np.zeros(len(turns))
    for (joint, child), rest in _LIMBS.items():
        aim = quat.rotate(turns[:, joint], rest)
        bone = positions[:, child] - positions[:, joint]
        far += np.sum(aim * bone, axis=-1) < np.cos(AGREE) * np.linalg.norm(bone, axis=-1)
    good = np.flatnonzero(far < 3)
    if len(good) in (0, len(turns)):
        return turns
    at = np.interp(np.arange(len(turns)), good, np.arange(len(good)))
    return sampled(turns[good], at) if len(good) > 1 else turns[np.repeat(good, len(turns))]


def calm(track: Track) -> Track:
    """The track without flips: what twists, or a foot, hand or head that turns, in one step by more
    than `FAST` takes five steps instead. Joints stay where they are, but for toes of such feet.
    """
    local = track.rotations_wxyz.copy()
    for joint in _TWISTING:
        if joint in _LEAVES:
            continue
        child = PARENTS.index(joint)
        bone = track.skeleton.offsets[child] / np.linalg.norm(track.skeleton.offsets[child])
        step = quat.absolute(quat.inv_mul(local[:-1, joint], local[1:, joint]))
        turn = quat.about(bone, _spread(2.0 * np.arctan2(step[:, 1:] @ bone, step[:, 0])))
        local[:, joint] = quat.mul(local[:, joint], turn)
        local[:, child] = quat.inv_mul(turn, local[:, child])
    for joint in _LEAVES:
        angle = np.linalg.norm(quat.log(quat.inv_mul(local[:-1, joint], local[1:, joint])), axis=-1)
        good = np.flatnonzero(~_near_flips(angle))
        if 1 < len(good) < len(local):
            at = np.interp(np.arange(len(local)), good, np.arange(len(good)))
            local[:, [joint]] = sampled(local[good][:, [joint]], at)
    return dataclasses.replace(track, rotations_wxyz=quat.unroll(quat.normalise(local)))


def _near_flips(steps: Array) -> NDArray[np.bool_]:
    """Frames (T,) beside steps (T - 1,) [rad] that are too large."""
    flips = np.flatnonzero(np.abs(steps) > FAST)
    return np.any(np.abs(np.arange(len(steps) + 1)[:, None] - (flips + 0.5)) < BESIDE, axis=1)


def _spread(steps: Array) -> Array:
    """Twist [rad] (T,) to add, so that flips among steps (T - 1,) are spread evenly around them."""
    near = _near_flips(steps)
    wanted = steps.copy()
    for span in spans(near):
        first, last = max(span.start - 1, 0), min(span.stop, len(steps))
        inside = span.start > 0 and span.stop <= len(steps)
        total = (steps[first:last].sum() + np.pi) % (2.0 * np.pi) - np.pi
        wanted[first:last] = total / (last - first) if inside else 0.0
    extra = np.concatenate([[0.0], np.cumsum(wanted - steps)])
    lone = spans(near)[0].stop if len(near) and near[0] else 0
    return extra - extra[min(lone, len(steps))]
