"""Bending where a motion goes: along another ground curve, or to another end."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import ArrayLike

from text2sim.edit.common import Array, check_array, check_frames, check_number, facing, wrapped
from text2sim.edit.feet import locked
from text2sim.errors import ConfigError
from text2sim.maths import filters
from text2sim.maths import quaternions as quat
from text2sim.types.motion import Motion, Track

STRIDE = 0.3
"""Standard deviation of the Gaussian that takes the sway of steps out of a path [s]."""
LONGEST = 1.6
"""Largest change of the length of steps, either way."""
_SPACING = 0.02


def along(motion: Motion, curve: ArrayLike, *, stretch: bool = False) -> Motion:
    """The motion of one actor along another curve on the ground, at its own pace.

    The body starts at the beginning of the curve and turns with it: what went straight ahead goes
    along the curve, what went sideways still does. Feet are held where they stand. Where the curve
    ends before the way does, it goes on straight.

    Args:
        motion: of one actor; its scene goes.
        curve: points on the ground [m], world, (N, 2) or (N, 3), of which x and y count.
        stretch: make steps longer or shorter so that the way ends where the curve does.

    Raises:
        ConfigError: there are several actors, the curve is no curve, the body stays in one place,
            or `stretch` would change the steps by more than `LONGEST`.
    """
    track = _only(motion)
    goal = _Curve(_points(curve))
    way = _Curve(_smooth_path(track, motion.fps))
    if way.length < 0.2:
        raise ConfigError("The body stays in one place: there is no way to bend. See end_at.")
    factor = goal.length / way.length if stretch else 1.0
    if not 1.0 / LONGEST <= factor <= LONGEST:
        raise ConfigError(
            f"The curve is {goal.length:.2f} m long and the way {way.length:.2f} m: steps can't "
            f"change by more than a factor of {LONGEST:g}. Retime, loop or crop the motion first."
        )
    return _with(motion, _carried(track, motion.fps, way, goal, factor))


def end_at(motion: Motion, target: ArrayLike, heading: float | None = None) -> Motion:
    """The motion of one actor from where it starts, facing as it does, to end at a target.

    Args:
        motion: of one actor; its scene goes.
        target: where the pelvis should end [m], (2,) or (3,), of which x and y count.
        heading: how the body should face at the end [rad]; None turns it as the way does.

    Raises:
        ConfigError: there are several actors, the target is no point, or steps would have to change
            by more than `LONGEST`.
    """
    track = _only(motion)
    aim = check_array("target", target)
    if aim.shape not in ((2,), (3,)):
        raise ConfigError(f"Give a target (x, y) in metres; got {target!r}.")
    aim = aim[:2]
    path = _smooth_path(track, motion.fps)
    way, start, end = _Curve(path), path[0], path[-1]
    if way.length < 0.2:
        raise ConfigError("The body stays in one place: it can't be made to end elsewhere.")
    turn = 0.0
    if heading is not None:
        heading = check_number("heading", heading, -100.0, 100.0, unit="rad")
        turn = float(wrapped(heading - facing(track.positions()[-1])))
    else:
        old, new = end - start, aim - start
        turn = float(wrapped(np.arctan2(new[1], new[0]) - np.arctan2(old[1], old[0])))
        turn *= 2.0  # A circular arc that starts straight ends turned by twice its chord.
    goal = _Curve(_arc(way, aim, float(wrapped(turn))))
    factor = goal.length / way.length
    if not 1.0 / LONGEST <= factor <= LONGEST:
        raise ConfigError(
            f"The way there is {goal.length:.2f} m instead of {way.length:.2f} m: steps can't "
            f"change by more than a factor of {LONGEST:g}. Retime, loop or crop the motion first."
        )
    bent = _carried(track, motion.fps, way, goal, factor)
    return _with(motion, _corrected(bent, motion.fps, aim, heading))


class _Curve:
    """A polyline by arc length: points, tangents; straight on beyond its ends."""

    def __init__(self, points: Array) -> None:
        steps = np.linalg.norm(np.diff(points, axis=0), axis=-1)
        self.along = np.concatenate([[0.0], np.cumsum(steps)])
        self.length = float(self.along[-1])
        count = max(int(self.length / _SPACING), 1) + 1
        self.grid = np.linspace(0.0, self.length, count)
        keep = np.concatenate([[True], steps > 1e-9])
        self.points = np.stack(
            [np.interp(self.grid, self.along[keep], points[keep, axis]) for axis in range(2)], -1
        )
        ahead = np.gradient(self.points, axis=0) if count > 2 else np.diff(points[[0, -1]], axis=0)
        angle = np.unwrap(np.arctan2(ahead[:, 1], ahead[:, 0]))
        angle = np.broadcast_to(angle, (count,))
        self.angle = filters.gaussian(angle, 0.12 / _SPACING) if count > 3 else angle

    def at(self, s: Array) -> tuple[Array, Array]:
        """Points (N, 2) and tangent angles (N,) at arc lengths."""
        angle = np.interp(s, self.grid, self.angle)
        point = np.stack([np.interp(s, self.grid, self.points[:, i]) for i in range(2)], axis=-1)
        beyond = s - np.clip(s, 0.0, self.length)
        return point + beyond[:, None] * np.stack([np.cos(angle), np.sin(angle)], -1), angle


def _carried(track: Track, fps: float, way: _Curve, goal: _Curve, factor: float) -> Track:
    """Every frame moved from its place beside the old way to the same beside the new one."""
    s = np.minimum(way.along, way.length)
    here, angle = way.at(s)
    there, new_angle = goal.at(s * factor)
    turn = quat.about_z(np.asarray(new_angle - angle))
    rotations = track.rotations_wxyz.copy()
    rotations[:, 0] = quat.mul(turn, rotations[:, 0])
    root = track.root_positions.copy()
    root[:, :2] -= here
    root = quat.rotate(turn, root)
    root[:, :2] += there
    moved = dataclasses.replace(track, root_positions=root, rotations_wxyz=quat.unroll(rotations))
    return locked(moved, fps)


def _corrected(track: Track, fps: float, aim: Array, heading: float | None) -> Track:
    """What is left to the target, spread over the way."""
    gap = aim - track.root_positions[-1, :2]
    turn = 0.0 if heading is None else float(wrapped(heading - facing(track.positions()[-1])))
    part = filters.smoothstep(np.linspace(0.0, 1.0, len(track.contacts)))
    root, rotations = track.root_positions.copy(), track.rotations_wxyz.copy()
    root[:, :2] += part[:, None] * gap
    rotations[:, 0] = quat.mul(quat.about_z(part * turn), rotations[:, 0])
    return locked(dataclasses.replace(track, root_positions=root, rotations_wxyz=rotations), fps)


def _arc(way: _Curve, aim: Array, turn: float) -> Array:
    """A smooth curve from the way's start, in its direction, to `aim`, turned by `turn` more."""
    start, first = way.at(np.array([0.0]))
    _, last = way.at(np.array([way.length]))
    size = float(np.linalg.norm(aim - start[0]))
    slopes = [
        size * np.array([np.cos(angle), np.sin(angle)]) for angle in (first[0], last[0] + turn)
    ]
    u = np.linspace(0.0, 1.0, 200)
    return filters.hermite([0.0, 1.0], np.stack([start[0], aim]), np.stack(slopes), u)


def _smooth_path(track: Track, fps: float) -> Array:
    """Where the body goes on the ground without the sway of its steps, (T, 2)."""
    return filters.gaussian(track.root_positions[:, :2], STRIDE * fps)


def _points(curve: ArrayLike) -> Array:
    points = check_array("curve", curve)
    if points.ndim != 2 or points.shape[1] not in (2, 3) or len(points) < 2:
        raise ConfigError(f"A curve must have shape (N, 2) or (N, 3); got {points.shape}.")
    if np.linalg.norm(np.diff(points, axis=0)) < 1e-6:
        raise ConfigError("A curve must have points that are not all one.")
    return points[:, :2]


def _only(motion: Motion) -> Track:
    check_frames(motion, 2)
    if len(motion.tracks) != 1:
        raise ConfigError(
            f"The way of one actor can be bent; this motion has {len(motion.tracks)}. "
            "Take one: dataclasses.replace(motion, tracks=(motion.tracks[0],))."
        )
    return motion.tracks[0]


def _with(motion: Motion, track: Track) -> Motion:
    return dataclasses.replace(motion, tracks=(track,), grasps=(), scene=None)
