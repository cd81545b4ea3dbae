"""Faster, slower, and at another frame rate."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import ArrayLike

from text2sim.edit.common import Array, check_array, check_frames, check_number, each, standing
from text2sim.edit.legs import with_feet
from text2sim.errors import ConfigError
from text2sim.maths import filters
from text2sim.maths import quaternions as quat
from text2sim.types.motion import Motion, Track

FASTEST = 20.0
"""Largest change of speed, either way."""


def retime(motion: Motion, speed: float | None = None, *, times: ArrayLike | None = None) -> Motion:
    """The motion at another speed: give one factor, or a time curve.

    Args:
        motion: of one frame or more.
        speed: 2 is twice as fast and half as long; 1 changes nothing.
        times: when in the motion each frame of the result is taken [s], (N,); between frames the
            pose is interpolated by cubic curves. They may stand still and run backwards.

    A sole point touches the ground where it did in both frames around. Grasps follow `speed`; a
    time curve drops them.

    Raises:
        ConfigError: neither or both are given, or a value is not usable.
    """
    check_frames(motion)
    if times is not None and speed is None:
        return dataclasses.replace(_sampled(motion, _checked(times, motion)), grasps=())
    if times is not None or speed is None:
        raise ConfigError("Give retime either speed, or times.")
    speed = check_number("speed", speed, 1.0 / FASTEST, FASTEST)
    if speed == 1.0:
        return motion
    count = max(1, round(motion.frames / speed))
    at = np.minimum(np.arange(count) * speed, motion.frames - 1.0)
    grasps = tuple(
        dataclasses.replace(grasp, start=grasp.start / speed, end=grasp.end / speed)
        for grasp in motion.grasps
    )
    return dataclasses.replace(_sampled(motion, at), grasps=grasps)


def resample(motion: Motion, fps: float) -> Motion:
    """The same motion at another frame rate, by cubic curves.

    Raises:
        ConfigError: the motion has no frames, or `fps` is not from 1 to 1000.
    """
    check_frames(motion)
    fps = check_number("fps", fps, 1.0, 1000.0)
    if fps == motion.fps:
        return motion
    last = motion.frames - 1
    at = np.arange(int(last * fps / motion.fps + 1e-6) + 1) * (motion.fps / fps)
    return dataclasses.replace(_sampled(motion, np.minimum(at, last)), fps=fps)


def sampled(track: Track, at: Array) -> Track:
    """The track at frame numbers (N,) that need not be whole."""
    if len(track.root_positions) == 1:
        return track.slice(0, 1) if len(at) == 1 else _repeated(track, len(at))
    knots = np.arange(len(track.root_positions), dtype=np.float64)
    before, after = np.floor(at).astype(int), np.ceil(at).astype(int)
    whole = (before == after)[:, None]
    root, turns = track.root_positions, quat.unroll(track.rotations_wxyz)
    curved = filters.hermite(knots, root, np.gradient(root, axis=0), at)
    turned = quat.normalise(filters.hermite(knots, turns, np.gradient(turns, axis=0), at))
    result = dataclasses.replace(
        track,
        root_positions=np.where(whole, root[before], curved),
        rotations_wxyz=np.where(whole[..., None], turns[before], turned),
        contacts=track.contacts[before] & track.contacts[after],
    )
    return result if whole.all() else _standing_between(track, result, at)


def _standing_between(track: Track, result: Track, at: Array) -> Track:
    """The result, whose standing feet are, between two frames, on the line from one to the next.

    Joints that turn along curves would move them a little.
    """
    before, after = np.floor(at).astype(int), np.ceil(at).astype(int)
    part = (at - before)[:, None, None]
    (places, turns), (own, own_turns) = (t.joints() for t in (track, result))
    feet = [7, 8]
    line = places[before][:, feet] + part * (places[after] - places[before])[:, feet]
    turned = quat.slerp(turns[before][:, feet], turns[after][:, feet], part[..., 0])
    stands = (standing(result.contacts) & (part[:, 0] > 0.0))[..., None]
    ankles = np.where(stands, line, own[:, feet])
    rotations = np.where(stands, turned, own_turns[:, feet])
    free = np.zeros((len(at), 2), dtype=bool)  # The pelvis stays on its curve.
    result = with_feet(result, ankles, rotations, free, 1.0)
    # Over a toe or heel the ankle goes along an arc: what touches the ground tells how far.
    soles = track.soles()
    off = soles[before] + part * (soles[after] - soles[before]) - result.soles()
    on = result.contacts.reshape(-1, 2, 2, 1)
    shift = np.sum(off.reshape(-1, 2, 2, 3) * on, axis=2) / np.maximum(on.sum(axis=2), 1)
    moved = np.where(stands, result.positions()[:, feet] + shift, ankles)
    return with_feet(result, moved, rotations, free, 1.0)


def _sampled(motion: Motion, at: Array) -> Motion:
    return each(motion, lambda track: sampled(track, at))


def _repeated(track: Track, count: int) -> Track:
    return dataclasses.replace(
        track,
        root_positions=np.repeat(track.root_positions, count, axis=0),
        rotations_wxyz=np.repeat(track.rotations_wxyz, count, axis=0),
        contacts=np.repeat(track.contacts, count, axis=0),
    )


def _checked(times: ArrayLike, motion: Motion) -> Array:
    """Frame numbers of a time curve."""
    at = check_array("times", times)
    if at.ndim != 1:
        raise ConfigError(f"times must be a list of numbers [s]; got shape {at.shape}.")
    last = (motion.frames - 1) / motion.fps
    if at.min() < -1e-9 or at.max() > last + 1.0 / motion.fps + 1e-9:
        raise ConfigError(
            f"times must lie in the motion, 0 to {last:g} s; got {at.min():g} to {at.max():g}."
        )
    return np.clip(at * motion.fps, 0.0, motion.frames - 1.0)
