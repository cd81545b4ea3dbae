"""DeepMimic's text motions (Peng et al. 2018), as in pybullet_data: 15 humanoid skills."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from text2sim.data.mocap import Recording
from text2sim.errors import MotionFileError
from text2sim.io.bvh import frame_rate
from text2sim.io.files import read_text
from text2sim.maths import kinematics
from text2sim.maths import quaternions as quat

Array = NDArray[np.floating]

_NUMBERS = 44
"""Of a frame: duration, root position and rotation, and the rotations of the joints below."""
# Name, parent, position in the parent's frame [m] (Y up, facing +X), where its numbers begin and
# how many there are: 4 are a quaternion wxyz, 1 is the angle of a hinge about Z, 0 is fixed.
_BODY: tuple[tuple[str, int, tuple[float, float, float], int, int], ...] = (
    ("root", -1, (0.0, 0.0, 0.0), 4, 4),
    ("chest", 0, (0.0, 0.236151, 0.0), 8, 4),
    ("neck", 1, (0.0, 0.223894, 0.0), 12, 4),
    ("right_hip", 0, (0.0, 0.0, 0.084887), 16, 4),
    ("right_knee", 3, (0.0, -0.421546, 0.0), 20, 1),
    ("right_ankle", 4, (0.0, -0.409870, 0.0), 21, 4),
    ("right_shoulder", 1, (-0.02405, 0.24350, 0.18311), 25, 4),
    ("right_elbow", 6, (0.0, -0.274788, 0.0), 29, 1),
    ("left_hip", 0, (0.0, 0.0, -0.084887), 30, 4),
    ("left_knee", 8, (0.0, -0.421546, 0.0), 34, 1),
    ("left_ankle", 9, (0.0, -0.409870, 0.0), 35, 4),
    ("left_shoulder", 1, (-0.02405, 0.24350, -0.18311), 39, 4),
    ("left_elbow", 11, (0.0, -0.274788, 0.0), 43, 1),
    ("head", 2, (0.01, 0.10, 0.0), 0, 0),
    ("right_wrist", 7, (0.0, -0.258947, 0.0), 0, 0),
    ("left_wrist", 12, (0.0, -0.258947, 0.0), 0, 0),
    ("right_toe", 5, (0.125, -0.04, 0.0), 0, 0),
    ("left_toe", 10, (0.125, -0.04, 0.0), 0, 0),
)


def read_deepmimic(path: str | os.PathLike[str]) -> Recording:
    """The moving joints of a file such as `humanoid3d_walk.txt`, in metres.

    Raises:
        ResourceError: there is no such file, or it can't be opened.
        MotionFileError: it is no humanoid motion; the message names the line or frame.
    """
    frames = read_frames(path)
    fps = frame_rate(float(np.median(frames[:-1, 0]))) if len(frames) > 1 else 30.0
    return recording(frames, fps)


def recording(frames: Array, fps: float) -> Recording:
    """The moving joints of frames of the humanoid, facing +Z.

    Args:
        frames: numbers as in a file, (T, 44): duration [s], root position [m] and rotation wxyz,
            then the joints.
        fps: of the recording; the frames are read off at even times.
    """
    times = np.concatenate([[0.0], np.cumsum(frames[:-1, 0])])
    rotations = np.tile(quat.IDENTITY, (len(frames), len(_BODY), 1))
    for joint, (_, _, _, first, size) in enumerate(_BODY):
        if size == 4:
            rotations[:, joint] = quat.normalise(frames[:, first : first + 4])
        elif size == 1:
            rotations[:, joint] = quat.about_z(frames[:, first])
    parents = tuple(row[1] for row in _BODY)
    offsets = np.array([row[2] for row in _BODY])
    positions, _ = kinematics.forward(parents, offsets, frames[:, 1:4], rotations)
    positions = _evenly(positions, times, fps)[..., [2, 1, 0]] * [-1.0, 1.0, 1.0]  # Facing +Z.
    return Recording(
        names=tuple(row[0] for row in _BODY), parents=parents, fps=fps,
        positions=positions, tips=np.zeros((len(positions), 0, 3)),
    )  # fmt: skip


def read_frames(path: str | os.PathLike[str]) -> Array:
    """The numbers of a file, (T, 44); see `recording`.

    Raises:
        ResourceError: there is no such file, or it can't be opened.
        MotionFileError: it is no humanoid motion; the message names the line or frame.
    """
    path = Path(path)
    text = read_text(path)
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise MotionFileError(
            f"{path}, line {error.lineno}: expected JSON, found what is none ({error.msg})."
        ) from error
    rows = content.get("Frames") if isinstance(content, dict) else None
    if not isinstance(rows, list) or not rows:
        _fail(path, "an object with a list 'Frames' that is not empty", "none")
    for index, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != _NUMBERS:
            size = len(row) if isinstance(row, list) else "none"
            _fail(path, f"{_NUMBERS} numbers (a humanoid's) in frame {index}", f"{size}")
        if not all(isinstance(x, (int, float)) and np.isfinite(x) for x in row):
            _fail(path, f"finite numbers in frame {index}", "something else")
        if row[0] <= 0.0 and index < len(rows) - 1:
            _fail(path, f"a positive duration in frame {index}", f"{row[0]:g}")
    return np.array(rows, dtype=np.float64)


def _fail(path: Path, expected: str, found: str) -> NoReturn:
    raise MotionFileError(f"{path}: expected {expected}, found {found}.")


def _evenly(positions: Array, times: Array, fps: float) -> Array:
    """Positions (T, J, 3) at given times [s] as positions at even ones."""
    at = np.arange(int(times[-1] * fps + 1e-3) + 1) / fps
    flat = positions.reshape(len(positions), -1)
    columns = [np.interp(at, times, column) for column in flat.T]
    return np.stack(columns, axis=-1).reshape(-1, *positions.shape[1:])
