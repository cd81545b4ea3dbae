"""Feet that neither slide nor float: contacts, locks, and the height of the ground."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from text2sim.edit.common import Array, check_frames, check_number, each, standing, wrapped
from text2sim.edit.legs import with_feet
from text2sim.maths import filters
from text2sim.maths import quaternions as quat
from text2sim.types.motion import Motion, Track

Height = Callable[[Array], Array]

FADE = 0.3
"""How long the correction of a standing foot takes to come and go in the air [s]."""
STILL, NEAR = 0.35, 0.05
"""A sole point slower than this [m/s] and nearer to the ground than this [m] touches it."""
_SHORTEST = 0.06
"""A contact lasts at least as long [s]."""


def detect_contacts(motion: Motion) -> Motion:
    """The motion with contacts told from the speed and height of its soles.

    Raises:
        ConfigError: the motion has no frames.
    """
    height = ground_of(check_frames(motion))
    return each(motion, lambda track: touching(track, motion.fps, height))


def foot_lock(motion: Motion, *, detect: bool = False, fade: float = FADE) -> Motion:
    """The motion with feet that stay where they stand.

    While a sole point touches the ground the foot is held against what it slides and, with heel
    and toe down, against what it turns; in the air the correction goes over into the next. Legs
    follow by IK, short of straight; the pelvis is lowered where a leg is too short.

    Args:
        motion: with contacts.
        detect: tell the contacts anew by `detect_contacts`.
        fade: the longest that a correction takes to come or go [s].

    Raises:
        ConfigError: the motion has no frames, or `fade` is not from 0 to 5 s.
    """
    motion = detect_contacts(motion) if detect else check_frames(motion)
    fade = check_number("fade", fade, 0.0, 5.0, unit="s")
    return each(motion, lambda track: locked(track, motion.fps, fade))


def ground_clean(motion: Motion) -> Motion:
    """The motion with soles that touch the ground where they should and are never under it.

    A height that both feet are off by moves the body; what is left moves the feet. The ground is
    the scene's, or z = 0.

    Raises:
        ConfigError: the motion has no frames.
    """
    height = ground_of(check_frames(motion))
    return each(motion, lambda track: grounded(track, motion.fps, height))


def ground_of(motion: Motion) -> Height:
    """Height [m] of the motion's ground at points (..., 2)."""
    if motion.scene is not None:
        return motion.scene.ground_height
    return lambda points: np.zeros(np.asarray(points).shape[:-1])


def locked(track: Track, fps: float, fade: float = FADE, window: slice | None = None) -> Track:
    """One track with its contacts held; see `foot_lock`.

    With a window of frames, only what slides in it counts, and a foot that stands at its first
    frame stays where it is then.
    """
    if not track.contacts.any():
        return track
    positions, world = track.joints()
    soles = track.skeleton.sole_points(positions, world).reshape(-1, 2, 2, 3)
    on = track.contacts.reshape(-1, 2, 2)
    ankles, feet = positions[:, [7, 8]].copy(), world[:, [7, 8]].copy()
    for side in range(2):
        points, touch = soles[:, side], on[:, side]
        stands = np.any(touch, axis=1)
        turn = between_stands(_held(_twist(points, touch), stands, window), stands, fps, fade)
        yaw = quat.about_z(turn)
        feet[:, side] = quat.mul(yaw, feet[:, side])
        arm = quat.rotate(yaw[:, None], points - ankles[:, side, None])
        slide = _held(slides(ankles[:, side, None] + arm, touch), stands, window)
        ankles[:, side, :2] += between_stands(slide, stands, fps, fade)
    return with_feet(track, ankles, feet, standing(track.contacts), fps)


def spans(on: Array) -> list[slice]:
    """Runs of True frames."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], on, [False]]).astype(int)))
    return [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2])]


def between_stands(values: Array, stands: Array, fps: float, fade: float) -> Array:
    """Values (T, ...) of standing frames, and in the air the way from one stand to the next."""
    result, width = np.where(_like(stands, values), values, 0.0), max(fade * fps, 1.0)
    runs = spans(stands)
    frames = np.arange(len(values), dtype=np.float64)
    for before, after in zip([None, *runs], [*runs, None]):
        first, stop = before.stop if before else 0, after.start if after else len(values)
        if first >= stop:
            continue
        length = min(width, stop - first + 1.0)
        gap = frames[first:stop]
        if before:
            fall = 1.0 - filters.minimum_jerk((gap - first + 1.0) / length)
            result[first:stop] += _like(fall, values) * values[first - 1]
        if after:
            rise = 1.0 - filters.minimum_jerk((stop - gap) / length)
            result[first:stop] += _like(rise, values) * values[stop]
    return result


def _like(weights: Array, values: Array) -> Array:
    return weights.reshape(-1, *([1] * (values.ndim - 1)))


def _twist(points: Array, touch: Array) -> Array:
    """Turn [rad] (T - 1,) from frame to frame of a foot whose heel and toe (T, 2, 3) are down."""
    along = points[:, 1, :2] - points[:, 0, :2]
    turned = wrapped(np.diff(np.arctan2(along[:, 1], along[:, 0])))
    flat = np.all(touch, axis=1)
    return np.where(flat[1:] & flat[:-1], turned, 0.0)


def slides(points: Array, touch: Array) -> Array:
    """Way [m] (T - 1, 2) from frame to frame of those of a foot's points that touch the ground."""
    both = (touch[1:] & touch[:-1])[..., None]
    slid = np.where(both, np.diff(points[..., :2], axis=0), 0.0).sum(axis=1)
    return slid / np.maximum(both.sum(axis=1), 1)


def _held(steps: Array, stands: Array, window: slice | None) -> Array:
    """What undoes steps (T - 1, ...) within every stand, with mean 0 in each."""
    if window is not None:
        inside = np.zeros(len(steps), dtype=bool)
        inside[window] = True
        steps = np.where(_like(inside, steps), steps, 0.0)
    path = np.concatenate([np.zeros_like(steps[:1]), np.cumsum(steps, axis=0)])
    result = np.zeros_like(path)
    for span in spans(stands):
        fixed = window is not None and span.start <= window.start < span.stop
        home = path[window.start] if window and fixed else path[span].mean(axis=0)
        result[span] = home - path[span]
    return result


def touching(track: Track, fps: float, height: Height) -> Track:
    """One track with contacts told anew; see `detect_contacts`."""
    soles = track.soles()
    if len(soles) < 2:
        speed = np.zeros(soles.shape[:-1])
    else:
        smooth = filters.gaussian(soles, 0.025 * fps)
        speed = np.linalg.norm(np.gradient(smooth, axis=0), axis=-1) * fps
    on = (speed < STILL) & (soles[..., 2] - height(soles[..., :2]) < NEAR)
    for point in range(4):
        for span in spans(on[:, point]):
            if span.stop - span.start < _SHORTEST * fps and len(on) > 2:
                on[span, point] = False
    return dataclasses.replace(track, contacts=on)


def grounded(track: Track, fps: float, height: Height) -> Track:
    """One track with its contacts on the ground; see `ground_clean`."""
    lift = _off_ground(track, height)
    stands = standing(track.contacts)
    body = _common(lift, stands, fps)
    root = track.root_positions.copy()
    root[:, 2] += body
    track = dataclasses.replace(track, root_positions=root)
    positions, world = track.joints()
    ankles = positions[:, [7, 8]].copy()
    lift = lift - body[:, None]
    for side in range(2):
        shift = between_stands(lift[:, side], stands[:, side], fps, FADE)
        ankles[:, side, 2] += np.maximum(shift, _sunk(track, height)[:, side])
    return with_feet(track, ankles, world[:, [7, 8]], stands, fps)


def _off_ground(track: Track, height: Height) -> Array:
    """How far [m] each standing foot must rise to touch the ground, (T, 2); 0 in the air."""
    soles = track.soles()
    depth = (height(soles[..., :2]) - soles[..., 2]).reshape(-1, 2, 2)
    on = track.contacts.reshape(-1, 2, 2)
    # The lowest touching point comes to lie on the ground, and no point under it.
    need = np.where(on, depth, -np.inf).max(axis=-1)
    need = np.maximum(need, np.where(on.any(axis=-1), depth.max(axis=-1), -np.inf))
    return np.where(on.any(axis=-1), need, 0.0)


def _sunk(track: Track, height: Height) -> Array:
    """Depth [m] of each foot in the ground, (T, 2); 0 above it."""
    soles = track.soles()
    depth = (height(soles[..., :2]) - soles[..., 2]).reshape(-1, 2, 2).max(axis=-1)
    return np.maximum(depth, 0.0)


def _common(lift: Array, stands: Array, fps: float) -> Array:
    """Smooth height [m] (T,) by which the feet that stand are off together."""
    count = stands.sum(axis=1)
    known = np.flatnonzero(count)
    if not len(known):
        return np.zeros(len(lift))
    mean = lift[known].sum(axis=1) / count[known]
    return filters.gaussian(np.interp(np.arange(len(lift)), known, mean), 0.2 * fps)
