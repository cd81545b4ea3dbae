"""A clip made to do what a segment asks: at its place, along its path, in its time."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from text2sim.data.told import FPS
from text2sim.edit import along, crop, foot_lock, loop, retarget, retime
from text2sim.edit.common import facing, moved
from text2sim.edit.timing import sampled
from text2sim.errors import ConfigError
from text2sim.maths import filters
from text2sim.maths import quaternions as quat
from text2sim.motion.retrieval.choose import TRAVELS, event_of
from text2sim.motion.retrieval.library import Entry
from text2sim.skeleton import JOINTS, Skeleton
from text2sim.types import Motion, Segment, Track

Height = Callable[[np.ndarray], np.ndarray]
PACE = (0.65, 1.6)
"""How much slower or faster a clip may be played."""
_ONGOING = frozenset(("stand", "dance", "wave", "clap", "talk", "look", "stretch"))
"""Actions of which a longer one is more of the same; others are done once, then held."""
CLEAR = 0.03
"""Joints other than those of the feet are at least so high above the ground [m]."""
_BODY = [i for i, name in enumerate(JOINTS) if not name.endswith(("ankle", "foot"))]
_SWAY = 0.3
"""Standard deviation of the Gaussian that takes the sway of steps out of a path [s]."""


def perform(segment: Segment, entry: Entry, skeleton: Skeleton, frames: int) -> tuple[Motion, str]:
    """The clip as the segment has it, on a skeleton, and what could not be met ("" if all was).

    Args:
        segment: place, path, headings.
        entry: the clip.
        skeleton: of the actor.
        frames: length of the result at 20 frames/s.
    """
    motion = retarget(entry.motion(), skeleton)
    if segment.length > TRAVELS:
        return _travelling(segment, motion, frames)
    return _staying(segment, _about(entry, motion, segment, frames), frames), ""


def gesture(entry: Entry, skeleton: Skeleton, frames: int) -> Motion:
    """The clip for a layer of arms and trunk: repeated or cut to a length in frames."""
    motion = retarget(entry.motion(), skeleton)
    if motion.frames < frames:
        motion = repeated(motion, frames, in_place=True)
    return crop(motion, 0.0, frames / FPS)


def repeated(motion: Motion, frames: int, *, in_place: bool = False) -> Motion:
    """The motion over and over until it has `frames` or more.

    A cycle of `loop` begins where the one before ends: that frame, which would halt the body, is
    left out.
    """
    cycle = motion.frames
    times = max(1, -(-(frames - 1) // max(1, cycle - 1)))
    motion = loop(motion, times, in_place=in_place)
    kept = np.array([i for i in range(motion.frames) if i == 0 or i % cycle])
    return dataclasses.replace(motion, tracks=tuple(sampled(t, kept) for t in motion.tracks))


def _travelling(segment: Segment, motion: Motion, frames: int) -> tuple[Motion, str]:
    needed = segment.length / (frames / FPS)
    own = _way(motion) / motion.duration
    factor = float(np.clip(needed / own, *PACE))
    motion = retime(motion, factor)
    if frames > motion.frames:
        motion = repeated(motion, frames)
    motion = crop(motion, 0.0, min(frames, motion.frames) / FPS)
    note = ""
    try:
        motion = along(motion, segment.path, stretch=True)
    except ConfigError:
        motion = along(motion, segment.path)
        short = segment.length - _way(motion)
        note = f"the clip's steps can't be made to fit: it ends {abs(short):.1f} m off"
    return _placed(motion, segment, ends=not note), note


def _about(entry: Entry, motion: Motion, segment: Segment, frames: int) -> Motion:
    """Of a clip that is too long, the part in which the action is seen."""
    room = PACE[1] * frames / FPS
    event = event_of(entry, segment.action)
    if segment.action in _ONGOING or event is None or motion.duration <= room:
        return motion
    spare = max(0.0, room - (event[1] - event[0]))
    start = min(max(0.0, event[0] - 0.5 * spare), motion.duration - room)
    return crop(motion, start, start + room)


def _staying(segment: Segment, motion: Motion, frames: int) -> Motion:
    if segment.action in _ONGOING:
        if motion.frames < frames:
            motion = repeated(motion, frames, in_place=True)
    else:
        factor = motion.frames / frames
        factor = float(np.clip(factor, 0.75 if factor < 1.0 else 1.0, PACE[1]))
        motion = retime(motion, factor)
    motion = crop(motion, 0.0, min(frames, motion.frames) / FPS)
    return foot_lock(_turned(motion, segment))


def _turned(motion: Motion, segment: Segment) -> Motion:
    """A clip on the spot, put to the segment's place; it turns and ends as the segment does."""
    track = motion.tracks[0]
    part = filters.smoothstep(np.linspace(0.0, 1.0, motion.frames))
    yaw = np.unwrap(facing(track.positions()))
    start = segment.heading_start - yaw[0]
    rest = (segment.heading_end - segment.heading_start) - (yaw[-1] - yaw[0])
    if segment.action not in ("turn", "spin"):
        # Where a body that lies faces is no matter of the plan.
        upright = track.root_positions[-1, 2] > 0.7 * track.skeleton.pelvis_height
        rest = float((rest + np.pi) % (2.0 * np.pi) - np.pi) if upright else 0.0
    middle = track.root_positions[:1] * [1.0, 1.0, 0.0]
    track = moved(track, 0.0, -middle)
    track = moved(track, start + part * rest, np.zeros(3))
    root = track.root_positions.copy()
    goal = segment.path[-1, :2] - segment.path[0, :2]
    if segment.action == "sit" and segment.point is not None:
        goal = segment.point[:2] - segment.path[0, :2]
    root[:, :2] += segment.path[0, :2] + part[:, None] * (goal - root[-1, :2])
    turns = quat.unroll(track.rotations_wxyz)
    return dataclasses.replace(
        motion, tracks=(dataclasses.replace(track, root_positions=root, rotations_wxyz=turns),)
    )


def _placed(motion: Motion, segment: Segment, *, ends: bool) -> Motion:
    """A travelling clip whose body ends where the path does, what is left spread over the way."""
    track = motion.tracks[0]
    path = filters.gaussian(track.root_positions[:, :2], _SWAY * FPS)
    gap = segment.path[-1, :2] - path[-1] if ends else np.zeros(2)
    part = filters.smoothstep(np.linspace(0.0, 1.0, motion.frames))
    root = track.root_positions.copy()
    root[:, :2] += part[:, None] * gap
    changed = dataclasses.replace(track, root_positions=root)
    return foot_lock(dataclasses.replace(motion, tracks=(changed,)))


def held(track: Track, frames: int) -> Track:
    """The track with its last frame held up to a length."""
    index = np.minimum(np.arange(frames), len(track.root_positions) - 1)
    return Track(
        actor=track.actor, skeleton=track.skeleton, root_positions=track.root_positions[index],
        rotations_wxyz=track.rotations_wxyz[index], contacts=track.contacts[index],
    )  # fmt: skip


def _way(motion: Motion) -> float:
    """Length of the way of the pelvis without the sway of steps [m]."""
    path = filters.gaussian(motion.tracks[0].root_positions[:, :2], _SWAY * FPS)
    return float(max(1e-3, np.linalg.norm(np.diff(path, axis=0), axis=1).sum()))


def raised(track: Track, height: Height) -> Track:
    """The track lifted, smoothly, where a joint other than the feet is in the ground."""
    p = track.positions()
    deep = (CLEAR + height(p[..., :2]) - p[..., 2])[:, _BODY].max(axis=1)
    lift = filters.gaussian(_widest(np.maximum(deep, 0.0), 4), 3.0)
    root = track.root_positions.copy()
    root[:, 2] += lift
    return dataclasses.replace(track, root_positions=root) if lift.any() else track


def _widest(values: np.ndarray, reach: int) -> np.ndarray:
    """The largest value within `reach` frames of each."""
    padded = np.pad(values, reach, mode="edge")
    return np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).max(axis=-1)
