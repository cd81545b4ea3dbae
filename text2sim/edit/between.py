"""From one pose to another."""

from __future__ import annotations

import dataclasses

import numpy as np

from text2sim.edit.common import (
    Array,
    alike,
    check_frames,
    check_number,
    standing,
)
from text2sim.edit.feet import ground_of
from text2sim.edit.legs import with_feet
from text2sim.errors import ConfigError
from text2sim.maths import filters
from text2sim.maths import quaternions as quat
from text2sim.types.motion import Motion, Track

_REACTION, _PACE = 0.25, 1.4
"""A natural move takes this long [s] and the longest way of a joint at this mean speed [m/s]."""
_STEP, _LIFT = 0.03, 0.06
"""A foot that ends further away than this makes a step this high [m]."""
_REACHED = 0.002
"""A foot that is further from where it should stand than this does not stand [m]."""


def in_between(a: Motion, b: Motion, seconds: float | None = None) -> Motion:
    """A move from the last pose of `a` to the first of `b`, where they are.

    Joints go from rest to rest along minimum-jerk curves, the arms a little behind the trunk. Feet
    whose place differs step one after the other; others stay where they are.

    Args:
        a, b: of one frame or more; alike in frame rate and skeletons.
        seconds: how long it takes; None tells it from the longest way of a joint.

    Returns:
        The move with both poses, as its first and last frame.

    Raises:
        ConfigError: they are not alike, or `seconds` is not from two frames to 60 s.
    """
    b = alike(check_frames(a), check_frames(b))
    pairs = [(_frame(x, -1), _frame(y, 0)) for x, y in zip(a.tracks, b.tracks)]
    if seconds is None:
        ways = [np.linalg.norm(y.positions() - x.positions(), axis=-1).max() for x, y in pairs]
        seconds = _REACTION + float(max(ways)) / _PACE
        seconds = min(max(seconds, 2.0 / a.fps), 60.0)
    seconds = check_number("seconds", seconds, 2.0 / a.fps, 60.0, unit="s")
    count = round(seconds * a.fps) + 1
    if not pairs:
        raise ConfigError("The motions have no actors.")
    ground = ground_of(a)
    tracks = tuple(_between(x, y, count, a.fps, ground) for x, y in pairs)
    return Motion(fps=a.fps, tracks=tracks, scene=a.scene)


def _frame(track: Track, index: int) -> Track:
    index %= len(track.contacts)
    return track.slice(index, index + 1)


def _between(a: Track, b: Track, count: int, fps: float, ground: object) -> Track:
    u = np.linspace(0.0, 1.0, count)
    ease = filters.minimum_jerk(u)
    root = a.root_positions + ease[:, None] * (b.root_positions - a.root_positions)
    begin = a.rotations_wxyz
    # Hands are behind shoulders: a whip of a few hundredths, none at either end.
    behind = np.zeros(22)
    behind[[18, 19]], behind[[20, 21]], behind[15] = 0.04, 0.08, -0.04
    parts = filters.minimum_jerk(u[:, None] - behind * filters.bump(u)[:, None])
    turns = quat.slerp(begin, b.rotations_wxyz, parts)
    ankles, feet, stands = _steps(a, b, u)
    contacts = np.repeat(stands, 2, axis=1)
    contacts &= np.where(u[:, None] < 0.5, a.contacts, b.contacts)
    track = dataclasses.replace(
        a, root_positions=root, rotations_wxyz=quat.unroll(turns), contacts=contacts
    )
    moved = with_feet(track, ankles, feet, stands & standing(contacts), fps)
    # A foot that its leg can't leave behind drags: it stands no more.
    left = np.linalg.norm(moved.positions()[:, [7, 8]] - ankles, axis=-1) > _REACHED
    contacts &= ~np.repeat(left, 2, axis=1)
    return _with_ends(dataclasses.replace(moved, contacts=contacts), a, b)


def _steps(a: Track, b: Track, u: Array) -> tuple[Array, Array, Array]:
    """Ankles (T, 2, 3), their rotations (T, 2, 4) and whether they stand (T, 2)."""
    (old, old_turn), (new, new_turn) = a.joints(), b.joints()
    ankles, feet = np.empty((len(u), 2, 3)), np.empty((len(u), 2, 4))
    stands = np.ones((len(u), 2), dtype=bool)
    ways = np.linalg.norm(new[0, [7, 8]] - old[0, [7, 8]], axis=-1)
    first = int(np.argmax(ways))
    windows = {first: (0.08, 0.52), 1 - first: (0.48, 0.92)}
    if ways.min() <= _STEP:
        windows = dict.fromkeys((0, 1), (0.15, 0.85))
    on = [standing(track.contacts)[0] for track in (a, b)]
    for side, (begin, end) in windows.items():
        bears = bool(on[0][side] and on[1][side])
        if not bears:
            begin, end = 0.0, 1.0
        v = (u - begin) / (end - begin)
        part = filters.minimum_jerk(v)
        ankles[:, side] = old[0, 7 + side] + part[:, None] * (new - old)[0, 7 + side]
        feet[:, side] = quat.slerp(old_turn[0, 7 + side], new_turn[0, 7 + side], part)
        if bears and ways[side] > _STEP:
            ankles[:, side, 2] += min(_LIFT, 0.5 * ways[side]) * filters.bump(v)
        if not bears or ways[side] > 1e-6:
            stands[:, side] = (v <= 0.0) | (v >= 1.0)
    return ankles, feet, stands


def _with_ends(track: Track, a: Track, b: Track) -> Track:
    """The very poses at both ends."""
    root, turns = track.root_positions.copy(), track.rotations_wxyz.copy()
    contacts = track.contacts.copy()
    for row, pose in ((0, a), (-1, b)):
        root[row], turns[row] = pose.root_positions[0], pose.rotations_wxyz[0]
        contacts[row] = pose.contacts[0]
    return dataclasses.replace(
        track, root_positions=root, rotations_wxyz=quat.unroll(turns), contacts=contacts
    )
