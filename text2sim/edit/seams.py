"""Joining motions: what jumps at the seam decays after it (inertialisation, Bollo 2018)."""

from __future__ import annotations

import dataclasses

import numpy as np

from text2sim.edit.common import (
    Array,
    alike,
    check_frames,
    check_number,
    facing,
    moved,
    standing,
    wrapped,
)
from text2sim.edit.feet import locked, slides
from text2sim.edit.legs import with_feet
from text2sim.errors import ConfigError
from text2sim.maths import filters
from text2sim.maths import quaternions as quat
from text2sim.types.motion import Grasp, Motion, Track

BLEND = 0.35
"""How long a seam decays [s], unless asked otherwise."""
_SAME_FLOOR = 0.05
"""Soles that are no further apart in height stand on one floor [m]."""

_TOUCH = 0.012
"""A sole that a blend lifts further off does not touch the ground [m]."""
_STEP, _LIFT = 0.12, 0.05
"""A foot that would have to slide this far after a seam makes a step this high [m]."""
_JERK = 0.6
"""A step that differs by no more than this part of itself from those around is no seam."""


def concatenate(first: Motion, *others: Motion, blend: float = BLEND, align: bool = True) -> Motion:
    """Motions one after the other, each beginning where and facing as the one before ends.

    A part that goes on from the one before as a moving body does, such as the next crop of one
    motion, is joined as it is. The scene stays where all of them are.

    Args:
        first: stays where it is.
        others: moved along the ground and turned about the vertical; every actor on its own.
        blend: how long a jump in pose and velocity decays into the next motion [s].
        align: False leaves the others where they are; with `blend=0` nothing is changed at all.

    Raises:
        ConfigError: frame rates, actors or skeletons differ, or `blend` is not from 0 to 5 s.
    """
    blend = check_number("blend", blend, 0.0, 5.0, unit="s")
    result = check_frames(first)
    for other in others:
        result = _joined(result, alike(result, check_frames(other)), blend, align)
    return result


def loop(motion: Motion, times: int = 2, *, in_place: bool = False, blend: float = BLEND) -> Motion:
    """The motion `times` over, without a seam, also where a player goes back to the start.

    Args:
        motion: walks on with every cycle, by its way from the first frame to the last.
        times: number of cycles.
        in_place: take out the way and the turn of a cycle, evenly; feet then slide by design.
        blend: how long what jumps at the seam decays into the next cycle [s], at most a cycle.

    Raises:
        ConfigError: it has under three frames, or a number is not usable.
    """
    check_frames(motion, 3)
    if not isinstance(times, (int, np.integer)) or not 1 <= times <= 10_000:
        raise ConfigError(f"times must be a whole number from 1 to 10000; got {times!r}.")
    blend = check_number("blend", blend, 0.0, 5.0, unit="s")
    tracks = [_looped(track, int(times), motion.fps, blend, in_place) for track in motion.tracks]
    return dataclasses.replace(motion, tracks=tuple(tracks), grasps=(), scene=None)


def _joined(first: Motion, second: Motion, blend: float, align: bool) -> Motion:
    pairs = [*zip(first.tracks, second.tracks)]
    goes_on = all(_goes_on(a, b) for a, b in pairs)
    tracks = []
    for a, b in pairs:
        if goes_on:
            tracks.append(_appended(a, b))
        else:
            tracks.append(_blended(a, aligned(a, b) if align else b, first.fps, blend))
    actors = {b.actor: a.actor for a, b in pairs}
    shift = first.duration
    moved_grasps = tuple(
        dataclasses.replace(
            grasp, actor=actors.get(grasp.actor, grasp.actor), start=grasp.start + shift,
            end=grasp.end + shift,
        )
        for grasp in second.grasps
    )  # fmt: skip
    return dataclasses.replace(
        first, tracks=tuple(tracks), grasps=_merged(first.grasps + moved_grasps),
        scene=first.scene if goes_on or not align else None,
        warnings=first.warnings + second.warnings,
    )  # fmt: skip


def _merged(grasps: tuple[Grasp, ...]) -> tuple[Grasp, ...]:
    """Grasps, where one that goes on at the very time another ends is one."""
    result: list[Grasp] = []
    for grasp in grasps:
        for index, before in enumerate(result):
            same = dataclasses.replace(before, start=grasp.start, end=grasp.end) == grasp
            if same and abs(before.end - grasp.start) < 1e-9:
                result[index] = dataclasses.replace(before, end=grasp.end)
                break
        else:
            result.append(grasp)
    return tuple(result)


def _blended(first: Track, second: Track, fps: float, blend: float) -> Track:
    """Both tracks in one, from pose to pose without a jump; feet that stand go on standing."""
    if blend <= 0.0:
        return _appended(first, second)
    soft = inertialised(first, second, fps, blend)
    count, start = min(round(blend * fps), len(second.contacts)), len(first.contacts)
    contacts = second.contacts.copy()
    apart = np.abs(soft.soles()[:count, :, 2] - second.soles()[:count, :, 2])
    contacts[:count] &= apart < _TOUCH
    far = _far(soft, contacts, count)
    contacts[:count] &= ~np.repeat(far, 2)
    stepping = far & standing(first.contacts)[-1]
    joined = _appended(first, dataclasses.replace(soft, contacts=contacts))
    joined = locked(joined, fps, blend, slice(start - 1, start + count))
    return _with_steps(joined, stepping, start, count, fps)


def _far(soft: Track, contacts: Array, count: int) -> Array:
    """Which feet (2,) would slide too far in the first `count` frames to be held while they do."""
    points, on = (x[:count].reshape(count, 2, 2, *x.shape[2:]) for x in (soft.soles(), contacts))
    ways = [np.cumsum(slides(points[:, side], on[:, side]), axis=0) for side in range(2)]
    return np.array([np.linalg.norm(way, axis=-1).max(initial=0.0) > _STEP for way in ways])


def _with_steps(track: Track, stepping: Array, start: int, count: int, fps: float) -> Track:
    """Lift feet that must step from a frame on for `count` frames."""
    if not stepping.any():
        return track
    positions, world = track.joints()
    ankles = positions[:, [7, 8]].copy()
    arc = _LIFT * filters.bump((np.arange(count) + 0.5) / count)
    ankles[start : start + count, :, 2] += arc[:, None] * stepping
    planted = standing(track.contacts)
    return with_feet(track, ankles, world[:, [7, 8]], planted, fps)


def aligned(first: Track, second: Track) -> Track:
    """`second` moved along the ground and turned so that it goes on where `first` ends.

    Its height changes only with the floor, where both have a sole on it.
    """
    return moved(second, *alignment(first, second))


def alignment(first: Track, second: Track) -> tuple[float, Array]:
    """Turn about the vertical through the origin [rad] and then shift [m] of `aligned`.

    The feet keep their place where both stand on both sides, or one does not leave the ground in
    all of `second`; else the pelvis does.
    """
    a, b = _last(first, 1), second.slice(0, 1)
    old, new = a.positions()[0], b.positions()[0]
    turn = float(wrapped(facing(old) - facing(new)))
    stays = standing(second.contacts).all(axis=0)
    both = np.all([track.contacts.reshape(2, 2).any(axis=1) for track in (a, b)])
    kept = np.array([7, 8])[stays | both]
    end, begin = _ends(first)[1], _ends(second)[0]
    if len(kept):
        end, begin = old[kept].mean(axis=0), new[kept].mean(axis=0)
    level = (end - quat.rotate(quat.about_z(turn), begin))[:2]
    return turn, np.append(level, _floor_step(first, second))


def inertialised(first: Track, second: Track, fps: float, blend: float) -> Track:
    """`second` beginning with the pose and velocity in which `first` ends; it decays to its own."""
    if blend <= 0.0:
        return second
    times = (np.arange(len(second.root_positions)) + 0.5) / fps
    gap = _ends(first)[1] - _ends(second)[0]
    speed = (_last_step(first.root_positions) - _first_step(second.root_positions)) * fps
    root = second.root_positions + filters.decaying_offset(gap, speed, times, blend)
    end, end_speed = _turning(first.rotations_wxyz[-2:], -1)
    begin, begin_speed = _turning(second.rotations_wxyz[:2], 0)
    turn = quat.log(quat.mul_inv(end, begin))
    offset = filters.decaying_offset(turn, (end_speed - begin_speed) * fps, times, blend)
    rotations = quat.mul(quat.exp(offset), second.rotations_wxyz)
    return dataclasses.replace(second, root_positions=root, rotations_wxyz=rotations)


def _ends(track: Track) -> tuple[Array, Array]:
    """Root half a frame before the first and half a frame after the last, (3,) each."""
    root = track.root_positions
    return root[0] - 0.5 * _first_step(root), root[-1] + 0.5 * _last_step(root)


def _first_step(root: Array) -> Array:
    return root[1] - root[0] if len(root) > 1 else np.zeros(3)


def _last_step(root: Array) -> Array:
    return root[-1] - root[-2] if len(root) > 1 else np.zeros(3)


def _turning(pair: Array, side: int) -> tuple[Array, Array]:
    """Rotations half a frame beyond one side of two frames, and rotation vectors of the step."""
    if len(pair) < 2:
        return pair[0], np.zeros((*pair.shape[1:-1], 3))
    step = quat.log(quat.mul_inv(pair[1], pair[0]))
    half = 0.5 * step if side else -0.5 * step
    return quat.mul(quat.exp(half), pair[side]), step


def _floor_step(first: Track, second: Track) -> float:
    """How much higher [m] `first` ends than `second` begins, if feet of both are on a floor."""
    on, then = first.contacts[-1], second.contacts[0]
    if not (on.any() and then.any()):
        return 0.0
    step = _last(first, 1).soles()[0, on, 2].min() - second.soles()[0, then, 2].min()
    return float(step) if abs(step) > _SAME_FLOOR else 0.0


def _last(track: Track, count: int) -> Track:
    total = len(track.root_positions)
    return track.slice(max(total - count, 0), total)


def _goes_on(first: Track, second: Track) -> bool:
    """Whether `second` begins one frame after `first` ends, as moving bodies do.

    The joints then are, in the mean, where the steps before and after lead: nearer than a part of
    these steps.
    """
    a, b = _last(first, 2).positions(), second.slice(0, 2).positions()
    before, after = a[-1] - a[0], b[-1] - b[0]
    gap, *paces = (
        np.sqrt(np.mean(np.sum(vectors**2, axis=-1)))
        for vectors in (b[0] - a[-1] - 0.5 * (before + after), before, after)
    )
    return bool(gap < 0.002 + _JERK * max(paces))


def _appended(first: Track, second: Track) -> Track:
    rotations = np.concatenate([first.rotations_wxyz, second.rotations_wxyz])
    return dataclasses.replace(
        first,
        root_positions=np.concatenate([first.root_positions, second.root_positions]),
        rotations_wxyz=quat.unroll(rotations),
        contacts=np.concatenate([first.contacts, second.contacts]),
    )


def _looped(track: Track, times: int, fps: float, blend: float, in_place: bool) -> Track:
    blend = min(blend, (len(track.root_positions) - 2) / fps)
    turn, shift = alignment(track, track)
    # A cycle ends as the clip does: so each cycle after it begins alike, and is the one before it,
    # turned and shifted.
    three = track
    for number in (1.0, 2.0):
        three = _blended(three, moved(track, *_part_way(turn, shift, number)), fps, blend)
    cycle = three.slice(len(track.contacts), 2 * len(track.contacts))
    cycle = moved(cycle, *_part_way(turn, shift, -1.0))
    if in_place:
        part = np.arange(len(cycle.root_positions)) / len(cycle.root_positions)
        cycle = moved(cycle, *_part_way(turn, shift, -part))
        turn, shift = 0.0, np.zeros(3)
    result = cycle
    for number in range(1, times):
        result = _appended(result, moved(cycle, *_part_way(turn, shift, float(number))))
    return result


def _part_way(turn: float, shift: Array, part: float | Array) -> tuple[Array, Array]:
    """A turn and shift done `part` times, () or (T,), along an arc about its fixed point."""
    part = np.asarray(part, dtype=np.float64)
    rise = np.append(np.zeros(2), shift[2]) * part[..., None]
    if abs(turn) < 1e-6:
        return part * turn, part[..., None] * shift
    level = np.append(shift[:2], 0.0)
    across = np.array([-level[1], level[0], 0.0])
    centre = 0.5 * (level + across / np.tan(0.5 * turn))
    turned = quat.rotate(quat.about_z(part * turn), centre)
    return part * turn, centre - turned + rise
