"""Joint positions as a table (.csv): a line a frame, a column a joint and axis, in metres."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from text2sim.io.files import replacing
from text2sim.skeleton import JOINTS
from text2sim.types.motion import Motion, Track

if TYPE_CHECKING:
    from text2sim.animation import Animation


def write_csv(animation: Animation, path: Path) -> None:
    """Write what the simulation did; its times are those of the whole clip."""
    trace = animation.trace
    _write(trace.tracks, trace.fps, trace.start, path)


def save_motion(motion: Motion, path: str | os.PathLike[str], *, overwrite: bool = True) -> Path:
    """Write a motion.

    Raises:
        ResourceError: the file can't be written, or it exists and `overwrite` is False.
    """
    with replacing(path, overwrite=overwrite) as temporary:
        _write(motion.tracks, motion.fps, 0.0, temporary)
    return Path(path)


def _write(tracks: Sequence[Track], fps: float, start: float, path: Path) -> None:
    """Columns: frame, time, then pelvis to right wrist of each actor; world, Z up, metres."""
    header = ["frame", "time [s]"]
    header += [
        f"{t.actor}.{joint}.{axis} [m]" for t in tracks for joint in JOINTS for axis in "xyz"
    ]
    frames = len(tracks[0].root_positions) if tracks else 0
    values = [track.positions().reshape(frames, -1) for track in tracks]
    table = np.concatenate(values, axis=1) if values else np.zeros((0, 0))
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        for frame, row in enumerate(table):
            numbers = [f"{x + 0.0:.5f}" for x in row.round(5)]
            writer.writerow([frame, f"{start + frame / fps:.6f}", *numbers])
