"""Putting motion that was made for a floor onto stairs and ramps."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import numpy as np

from text2sim.edit.common import Array, check_frames, each, facing, standing
from text2sim.edit.feet import Height, ground_of, locked, spans
from text2sim.edit.legs import with_feet
from text2sim.errors import ConfigError
from text2sim.maths import filters
from text2sim.maths import quaternions as quat
from text2sim.types.motion import Motion, Track
from text2sim.types.scene import Scene

CLEAR = 0.02
"""How far a foot in the air stays above what is under it [m]."""
SHIFT = 0.16
"""The furthest that a foothold is moved so that the whole foot is on one tread [m]."""
_SOLE = np.array([-0.06, -0.02, 0.03, 0.09, 0.15, 0.18, 0.215])
"""Points along the sole, from the ankle towards the toes, for a skeleton of scale 1 [m]."""
_BALL, _OVERHANG = 5, 0.25
"""As many of these points bear; the others may hang over the edge of a step no higher [m]."""
_PELVIS_TIME = 0.16
"""Standard deviation of the Gaussian by which the pelvis follows the feet up and down [s]."""
_RAMP = 0.7
"""Steepest slope that a foot lies flat on."""


def onto_terrain(motion: Motion, terrain: Scene | Height) -> Motion:
    """The motion with its feet on the steps and slopes of a terrain instead of its floor.

    Each foothold is moved by up to `SHIFT` so that the foot is on one tread, and tilted on a ramp.
    A foot in the air clears what is under it; the pelvis follows the feet smoothly. Where a heel or
    tip hangs over an edge its contact ends.

    Args:
        motion: with contacts; its floor is its scene's, or z = 0.
        terrain: a scene, or a function that gives heights [m] (...) at points (..., 2).

    Raises:
        ConfigError: the motion has no frames, a track no contacts, or heights are not finite.
    """
    floor = ground_of(check_frames(motion))
    scene = terrain if isinstance(terrain, Scene) else None
    height = terrain.ground_height if isinstance(terrain, Scene) else terrain
    for track in motion.tracks:
        if not track.contacts.any():
            raise ConfigError(
                f"{track.actor} has no contacts: tell them by text2sim.edit.detect_contacts."
            )
        probe = np.asarray(height(track.root_positions[:, :2]), dtype=np.float64)
        if probe.shape != (len(track.contacts),) or not np.isfinite(probe).all():
            raise ConfigError("terrain must give one finite height [m] for each point (x, y).")
    moved = each(motion, lambda track: _placed(track, motion.fps, floor, height))
    return dataclasses.replace(moved, scene=scene, grasps=())


def _placed(track: Track, fps: float, floor: Height, height: Height) -> Track:
    track = locked(track, fps)
    positions, world = track.joints()
    ankles, feet = positions[:, [7, 8]].copy(), world[:, [7, 8]].copy()
    body = facing(positions)
    stands = standing(track.contacts)
    scale = track.skeleton.scale
    levels = np.zeros(stands.shape)
    for side in range(2):
        yaw = _directions(feet[:, side], body)
        before = _clearance(ankles[:, side], feet[:, side], floor, scale)
        level, shift, turn = _footholds(ankles[:, side], yaw, stands[:, side], floor, height, scale)
        tilt = quat.exp(turn)
        ground = floor(ankles[:, side, :2])
        above = np.array([0.0, 0.0, 1.0]) * (ankles[:, side, 2] - ground)[:, None]
        ankles[:, side, :2] += shift
        ankles[:, side, 2] = level + ground
        ankles[:, side] += quat.rotate(tilt, above)
        feet[:, side] = quat.mul(tilt, feet[:, side])
        levels[:, side] = level
        now = _clearance(ankles[:, side], feet[:, side], height, scale)
        ankles[:, side, 2] += _lift(np.minimum(before, CLEAR) - now, stands[:, side])
    root = track.root_positions.copy()
    root[:, 2] += filters.gaussian(levels.mean(axis=1), _PELVIS_TIME * fps)
    moved = dataclasses.replace(track, root_positions=root)
    moved = with_feet(moved, ankles, feet, stands, fps)
    soles = moved.soles()
    # Heels and tips may hang over an edge.
    off = np.abs(soles[..., 2] - height(soles[..., :2])) > CLEAR
    return dataclasses.replace(moved, contacts=moved.contacts & ~off)


def _directions(feet: Array, body: Array) -> Array:
    """Yaw [rad] (T,) of a foot; nearer to the body's the more steeply the foot is held."""
    ahead = quat.rotate(feet, [1.0, 0.0, 0.0])[:, :2]
    ahead = ahead + 0.4 * np.stack([np.cos(body), np.sin(body)], axis=-1)
    return np.unwrap(np.arctan2(ahead[:, 1], ahead[:, 0]))


def _footholds(
    ankles: Array, yaw: Array, stands: Array, floor: Height, height: Height, scale: float
) -> tuple[Array, Array, Array]:
    """Of one foot, frame by frame: rise over the floor [m] (T,), shift [m] (T, 2), and the
    rotation vector [rad] (T, 3) that tilts it to the slope."""
    runs = spans(stands)
    result = np.zeros((len(yaw), 6))
    for span in runs:
        spot, angle = np.median(ankles[span], axis=0), float(np.median(yaw[span]))
        shift, slope, rise = _foothold(spot, angle, floor, height, scale)
        ahead = np.array([np.cos(angle), np.sin(angle)])
        across = np.array([-np.sin(angle), np.cos(angle), 0.0])
        result[span] = np.concatenate([[rise], shift * ahead, slope * across])
    if runs:
        _swing(result, runs)
    else:
        result[:, 0] = height(ankles[:, :2]) - floor(ankles[:, :2])
    return result[:, 0], result[:, 1:3], result[:, 3:]


def _foothold(
    spot: Array, yaw: float, floor: Height, height: Height, scale: float
) -> tuple[float, float, float]:
    """The nearest shift by which a foot has a place to stand, its slope and its rise."""
    ahead = np.array([np.cos(yaw), np.sin(yaw)])
    shifts = np.linspace(-SHIFT, SHIFT, 65) * scale
    reach = _SOLE * scale
    along = shifts[:, None] + reach
    heights = np.asarray(height(spot[:2] + along[..., None] * ahead), dtype=np.float64)
    slopes, centres, misfits = _fitted(reach, heights)
    # Heel to ball lie on one level and the tip runs into nothing, or all lies on one slope.
    flat = (np.ptp(heights[:, :_BALL], axis=1) < 0.005) & (np.ptp(heights, axis=1) < _OVERHANG)
    flat &= heights[:, _BALL:].max(axis=1) < heights[:, 0] + 0.005
    ramp = (misfits < 0.004) & (np.abs(slopes) < _RAMP)
    sound = flat | ramp
    # Any sound place beats any other; among sound ones the nearest, better with the whole foot on.
    hanging = np.ptp(heights, axis=1) > 0.005
    cost = np.abs(shifts) + 0.03 * (hanging & ~ramp) + 10.0 * ~sound
    best = int(np.argmin(cost)) if sound.any() else len(shifts) // 2
    tilted = bool(ramp[best] and not flat[best])
    level = centres[best] if tilted else heights[best].max()
    slope = -np.arctan(slopes[best]) if tilted else 0.0
    return float(shifts[best]), float(slope), float(level - floor(spot[:2]))


def _fitted(reach: Array, heights: Array) -> tuple[Array, Array, Array]:
    """Slope, height under the ankle and largest misfit of lines through rows (N, K)."""
    lines = np.polyfit(reach, heights.T, 1)
    fit = lines[0][:, None] * reach + lines[1][:, None]
    return lines[0], lines[1], np.abs(fit - heights).max(axis=1)


def _swing(values: Array, runs: list[slice]) -> None:
    """Fill frames between footholds: up at once, down late, so that edges are cleared."""
    values[: runs[0].start] = values[runs[0].start]
    values[runs[-1].stop :] = values[runs[-1].stop - 1]
    for before, after in pairwise(runs):
        start, end = values[before.stop - 1].copy(), values[after.start].copy()
        count = after.start - before.stop
        u = (np.arange(count) + 1.0) / (count + 1.0)
        values[before.stop : after.start] = start + filters.minimum_jerk(u)[:, None] * (end - start)
        climb = end[0] - start[0]
        eager, late = (0.0, 0.3) if climb < 0 else (0.3, 0.0)
        rise = filters.minimum_jerk((u - late) / (1.0 - eager - late))
        values[before.stop : after.start, 0] = start[0] + climb * rise


def _clearance(ankles: Array, feet: Array, height: Height, scale: float) -> Array:
    """Height [m] (T,) of the lowest point of a foot above what is under it."""
    local = np.stack([_SOLE, 0.0 * _SOLE, np.full(len(_SOLE), -0.08)], axis=-1) * scale
    sole = ankles[:, None] + quat.rotate(feet[:, None], local)
    return np.asarray((sole[..., 2] - height(sole[..., :2])).min(axis=1))


def _lift(need: Array, stands: Array) -> Array:
    """How much higher [m] (T,) a foot must go in the air, in one arc, to get what it needs."""
    lift = np.zeros(len(need))
    for span in spans(~stands):
        count = span.stop - span.start
        # In the air from the first or to the last frame the foot is seen for half of its arc.
        start = 0.5 if span.start == 0 else 0.0
        end = 0.5 if span.stop == len(need) else 1.0
        u = start + (end - start) * (np.arange(count) + 1.0) / (count + 1.0)
        shape = filters.bump(u) if start < end else np.ones(count)
        wanted = np.where(shape > 0.25, need[span] / np.maximum(shape, 0.25), 0.0)
        lift[span] = np.max(wanted, initial=0.0) * shape
    return lift
