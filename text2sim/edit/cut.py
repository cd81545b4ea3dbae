"""Cutting pieces out of a motion."""

from __future__ import annotations

import dataclasses

from text2sim.edit.common import check_frames, check_number
from text2sim.errors import ConfigError
from text2sim.types.motion import Grasp, Motion


def crop(motion: Motion, start: float = 0.0, end: float | None = None) -> Motion:
    """The frames from `start` up to, not including, `end` [s]; grasps and scene go along.

    `crop(motion, 0, t)` and `crop(motion, t)` have every frame between them once, and
    `concatenate` joins them to what they were.

    Raises:
        ConfigError: a time is no number or outside the motion, or no frame is left.
    """
    check_frames(motion)
    end = motion.duration if end is None else end
    start = check_number("start", start, 0.0, motion.duration, unit="s")
    end = check_number("end", end, 0.0, motion.duration + 0.5 / motion.fps, unit="s")
    first, stop = round(start * motion.fps), min(round(end * motion.fps), motion.frames)
    if stop <= first:
        raise ConfigError(
            f"Nothing is left from {start:g} to {end:g} s: one frame is {1.0 / motion.fps:.3g} s."
        )
    return dataclasses.replace(
        motion,
        tracks=tuple(track.slice(first, stop) for track in motion.tracks),
        grasps=_within(motion.grasps, first / motion.fps, stop / motion.fps),
    )


def _within(grasps: tuple[Grasp, ...], start: float, end: float) -> tuple[Grasp, ...]:
    """What of each grasp lies from start to end [s], told from start on."""
    kept = [grasp for grasp in grasps if grasp.start < end and grasp.end > start]
    return tuple(
        dataclasses.replace(
            grasp, start=max(grasp.start, start) - start, end=min(grasp.end, end) - start
        )
        for grasp in kept
    )
