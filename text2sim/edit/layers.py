"""The upper body of one motion on the lower body of another."""

from __future__ import annotations

import dataclasses

import numpy as np

from text2sim.edit.common import (
    Array,
    alike,
    check_frames,
    check_number,
    facing,
    wrapped,
)
from text2sim.maths import filters, kinematics
from text2sim.maths import quaternions as quat
from text2sim.skeleton import INDEX, JOINTS, PARENTS
from text2sim.types.motion import Motion, Track

SPINE: dict[str, float] = {"spine1": 1 / 3, "spine2": 2 / 3, "spine3": 1.0}
"""Share of the upper motion in the trunk's joints, pelvis to chest."""
_STEADY = 0.25
"""Standard deviation of the Gaussian by which a facing is steadied [s]."""
_LIMBS = [
    joint
    for joint, name in enumerate(JOINTS)
    if name.rpartition("_")[2] in ("neck", "head", "collar", "shoulder", "elbow", "wrist")
]


def layer(upper: Motion, lower: Motion, *, start: float = 0.0, fade: float = 0.25) -> Motion:
    """`lower` with arms, head and, fading in along the spine, the trunk of `upper`.

    The chest leans and turns against the way the body faces as it does in `upper`; the legs and
    the path stay those of `lower`, to the last bit, so that feet slide no more than there.

    Args:
        upper: cut where it is longer than what is left of `lower`; where it is shorter, it fades.
        lower: gives length, place and contacts; its grasps go, and the scene stays.
        start: when in `lower` the upper motion begins [s].
        fade: how long it fades in and out [s], where `lower` goes on before or after.

    Raises:
        ConfigError: frame rates, actors or skeletons differ, or a time is not usable.
    """
    upper = alike(check_frames(lower), check_frames(upper))
    start = check_number("start", start, 0.0, lower.duration - 0.5 / lower.fps, unit="s")
    fade = check_number("fade", fade, 0.0, 10.0, unit="s")
    first = round(start * lower.fps)
    tracks = [_layered(a, b, first, fade, lower.fps) for a, b in zip(upper.tracks, lower.tracks)]
    return dataclasses.replace(lower, tracks=tuple(tracks), grasps=())


def _layered(upper: Track, lower: Track, first: int, fade: float, fps: float) -> Track:
    count = min(len(upper.root_positions), len(lower.root_positions) - first)
    span = slice(first, first + count)
    above, below = upper.slice(0, count), lower.slice(first, first + count)
    weight = _weight(len(lower.root_positions), first, count, fade * fps)
    up_positions, up_world = above.joints()
    low_positions, low_world = below.joints()
    turn = quat.about_z(_steady(low_positions, fps) - _steady(up_positions, fps))
    local = below.rotations_wxyz.copy()
    local[:, _LIMBS] = quat.slerp(
        local[:, _LIMBS], above.rotations_wxyz[:, _LIMBS], weight[:, None]
    )
    world = low_world.copy()
    for name, share in SPINE.items():
        joint = INDEX[name]
        aim = quat.mul(turn, up_world[:, joint])
        world[:, joint] = quat.slerp(low_world[:, joint], aim, weight * share)
    spine = [INDEX[name] for name in SPINE]
    local[:, spine] = kinematics.to_local(PARENTS, world)[:, spine]
    rotations = lower.rotations_wxyz.copy()
    changed = [*spine, *_LIMBS]
    rotations[span, changed] = quat.normalise(local[:, changed])
    return dataclasses.replace(lower, rotations_wxyz=quat.unroll(rotations))


def _weight(total: int, first: int, count: int, fade: float) -> Array:
    """Weight of the upper motion in its frames, (count,): eased where `lower` goes on around."""
    frames = np.arange(count, dtype=np.float64)
    rise = filters.minimum_jerk((frames + 1.0) / (fade + 1.0)) if first else np.ones(count)
    goes_on = first + count < total
    fall = filters.minimum_jerk((count - frames) / (fade + 1.0)) if goes_on else np.ones(count)
    return np.minimum(rise, fall)


def _steady(positions: Array, fps: float) -> Array:
    yaw = np.unwrap(wrapped(facing(positions)))
    return filters.gaussian(yaw, _STEADY * fps)
