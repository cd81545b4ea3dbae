"""Motion for other bodies: our skeleton in another size, and hierarchies of any make (BVH)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

import numpy as np

from text2sim.edit.clearance import cleared
from text2sim.edit.common import Array, check_frames, each, reposed, standing
from text2sim.edit.feet import ground_of, grounded, locked
from text2sim.edit.legs import with_feet
from text2sim.edit.names import match
from text2sim.edit.rest_poses import ALIGNED, axes_of, rest_turns, stands_alike
from text2sim.errors import ConfigError
from text2sim.io.bvh import CHANNELS, ORDER, BvhClip
from text2sim.maths import euler, kinematics
from text2sim.maths import quaternions as quat
from text2sim.physical_body import PhysicalBody
from text2sim.skeleton import INDEX, Skeleton
from text2sim.types.motion import Motion, Track

_TOE = 0.025
"""The ball of the foot above the sole for a skeleton of scale 1 [m]."""
_HIGH = 0.12
"""A sole higher than this does not stand on the floor, for a skeleton of scale 1 [m]."""


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Retargeted:
    """A clip on another hierarchy and how it came about.

    Attributes:
        clip: ready for `text2sim.io.bvh.write_clip`, in the hierarchy's own units and axes.
        matched: our joint -> theirs.
        unmatched: their joints that have no counterpart; they keep their rest pose.
    """

    clip: BvhClip
    matched: dict[str, str]
    unmatched: tuple[str, ...]


def retarget(motion: Motion, skeleton: Skeleton, *, body: PhysicalBody | None = None) -> Motion:
    """The motion on a body of another size: another stature, or a child's.

    The way is scaled by the length of the leg, bones point as they did, and feet stand and touch
    the ground where they did. On flat ground a body that lies is raised as far as its thickness
    asks. A scene does not change its size, so the result has none.

    Args:
        motion: source.
        skeleton: to move.
        body: as thick as this; None is of usual thickness for its stature.

    Raises:
        ConfigError: the motion has no frames, or `body` has another skeleton.
    """
    if body and not np.allclose(body.skeleton.offsets, skeleton.offsets):
        raise ConfigError("The body has another skeleton than the one to move; give its own.")
    floor = ground_of(check_frames(motion))
    flat = all(not np.any(floor(track.root_positions[:, :2])) for track in motion.tracks)

    def change(track: Track) -> Track:
        result = _resized(track, skeleton, motion.fps, flat)
        return cleared(result, track, motion.fps, body) if flat else result

    moved = each(motion, change)
    return dataclasses.replace(moved, grasps=(), scene=None)


def retarget_to_bvh(
    motion: Motion, rest: BvhClip, *, names: Mapping[str, str] | None = None, actor: str = ""
) -> Retargeted:
    """One actor's motion on the hierarchy of a BVH file.

    The rest pose, all rotations zero, may be a T-pose or an A-pose in any unit and with any axis
    up; the body must stand in it. The way is scaled by the length of the leg.

    Args:
        motion: source.
        rest: names, tree, offsets, channel order; its frames don't matter.
        names: our joint -> theirs, where the match by name would fail.
        actor: whose motion; "" is the only one's.

    Raises:
        ConfigError: no such actor, or legs or pelvis can't be found in the hierarchy.
    """
    track = _chosen(check_frames(motion), actor)
    found = match(rest.names, rest.parents, names)
    home = kinematics.forward(rest.parents, rest.offsets, np.zeros(3), _identities(rest))[0]
    frame = axes_of(home, found)
    leg = _length(home, found, "left_hip", "left_knee", "left_ankle")
    unit = track.skeleton.leg_length / leg
    ours = quat.inv_rotate(frame, home - home[found["pelvis"]]) * unit
    twin = _twin(ours, found, track.skeleton)
    body = _resized(track, twin, motion.fps, flat=True)
    world = _world_rotations(body, rest, found, ours, frame)
    clip = _clip(rest, found, home, world, body, unit, frame, motion.fps)
    return Retargeted(
        clip=clip,
        matched={name: rest.names[index] for name, index in found.items()},
        unmatched=tuple(
            name for index, name in enumerate(rest.names) if index not in found.values()
        ),
    )


def _resized(track: Track, skeleton: Skeleton, fps: float, flat: bool) -> Track:
    old = track.skeleton
    scale = skeleton.leg_length / old.leg_length
    positions, world = track.joints()
    result = reposed(track, skeleton, {INDEX[name]: INDEX[to] for name, to in ALIGNED.items()})
    ankles = scale * positions[:, [7, 8]]
    ankles[..., 2] += skeleton.ankle_height - scale * old.ankle_height
    root = scale * track.root_positions
    # The hips, not the pelvis, ride at the height that the legs ask for.
    hips = [quat.rotate(world[:, 0], body.offsets[1:3].mean(axis=0)) for body in (skeleton, old)]
    root += scale * hips[1] - hips[0]
    root[:, 2] += skeleton.ankle_height - scale * old.ankle_height
    result = dataclasses.replace(result, root_positions=root)
    stands = standing(track.contacts)
    result = locked(with_feet(result, ankles, world[:, [7, 8]], stands, fps), fps)
    return locked(_on_floor(result, track, fps), fps) if flat else result


def _on_floor(track: Track, source: Track, fps: float) -> Track:
    """Soles on z = 0 but for those that the source has higher: on a stool, or still in the air."""
    low = source.soles()[..., 2] < _HIGH * source.skeleton.scale
    firm = dataclasses.replace(track, contacts=track.contacts & low)
    return dataclasses.replace(grounded(firm, fps, _zero), contacts=track.contacts)


def _zero(points: Array) -> Array:
    return np.zeros(points.shape[:-1])


def _chosen(motion: Motion, actor: str) -> Track:
    if not actor and len(motion.tracks) == 1:
        return motion.tracks[0]
    for track in motion.tracks:
        if track.actor == actor:
            return track
    known = ", ".join(track.actor for track in motion.tracks)
    raise ConfigError(f"Say whose motion by actor=: one of {known}; got {actor!r}.")


def _identities(rest: BvhClip) -> Array:
    return np.tile(quat.IDENTITY, (len(rest.names), 1))


def _length(home: Array, found: Mapping[str, int], *names: str) -> float:
    points = home[[found[name] for name in names]]
    length = float(np.linalg.norm(np.diff(points, axis=0), axis=-1).sum())
    if length < 1e-6:
        raise ConfigError(f"The bones between {', '.join(names)} have no length.")
    return length


def _twin(ours: Array, found: Mapping[str, int], usual: Skeleton) -> Skeleton:
    """Our skeleton with the legs of another rest pose (J, 3), in our axes and metres."""
    offsets = usual.offsets.copy()
    for side in ("left", "right"):
        for part, parent in (
            ("hip", "pelvis"), ("knee", f"{side}_hip"), ("ankle", f"{side}_knee"),
            ("foot", f"{side}_ankle"),
        ):  # fmt: skip
            name = f"{side}_{part}"
            if name not in found:
                continue
            joint, bone = INDEX[name], ours[found[name]] - ours[found[parent]]
            length, home = float(np.linalg.norm(bone)), usual.offsets[joint]
            as_theirs = part in ("hip", "foot") and stands_alike(bone, home)
            along = home / np.linalg.norm(home) * max(length, 1e-3)
            offsets[joint] = bone if as_theirs else along
    offsets[0] = 0.0
    toes = Skeleton(offsets=offsets).rest_positions()[[10, 11], 2].mean()
    offsets[0, 2] = _TOE * usual.scale - toes
    return Skeleton(offsets=offsets)


def _world_rotations(
    body: Track, rest: BvhClip, found: Mapping[str, int], ours: Array, frame: Array
) -> Array:
    """World rotations (T, J, 4) of their joints, in their axes."""
    world = body.joints()[1]
    sources = {index: world[:, INDEX[name]] for name, index in found.items()}
    highest = [name for name in ("spine1", "spine2", "spine3") if name in found][-1:]
    for name in highest:  # A trunk of fewer joints bends as far.
        sources[found[name]] = world[:, INDEX["spine3"]]
    to_rest = rest_turns(rest.parents, found, ours, body.skeleton)
    back = quat.inv(frame)
    result = np.empty((len(world), len(rest.names), 4))
    for joint, parent in enumerate(rest.parents):
        if joint in sources:
            turn = quat.mul(sources[joint], to_rest[joint])
            result[:, joint] = quat.mul(frame, quat.mul(turn, back))
        else:
            result[:, joint] = result[:, parent] if parent >= 0 else quat.IDENTITY
    return result


def _clip(
    rest: BvhClip, found: Mapping[str, int], home: Array, world: Array, body: Track, unit: float,
    frame: Array, fps: float,
) -> BvhClip:  # fmt: skip
    """World rotations and the place of the pelvis as channels of the hierarchy."""
    local = kinematics.to_local(rest.parents, world)
    # The root goes where it brings the hips to where our legs begin.
    zero = np.zeros((len(world), 3))
    now = kinematics.forward(rest.parents, rest.offsets, zero, local)[0]
    hips = now[:, [found["left_hip"], found["right_hip"]]].mean(axis=1)
    goal = body.positions()[:, [1, 2]].mean(axis=1) / unit
    root = quat.rotate(frame, goal) - hips
    channels = []
    columns = []
    for joint, own in enumerate(rest.channels):
        order = "".join(channel[0] for channel in own if channel.endswith("rotation"))
        order = order if sorted(order) == ["X", "Y", "Z"] else ORDER
        angles = np.degrees(euler.continuous(euler.to_euler(quat.unroll(local[:, joint]), order)))
        turns = tuple(f"{axis}rotation" for axis in order)
        if joint == 0:
            columns.append(root)
            turns = CHANNELS[:3] + turns
        columns.append(angles)
        channels.append(turns)
    return dataclasses.replace(
        rest, channels=tuple(channels), values=np.concatenate(columns, axis=1),
        frame_time=1.0 / fps,
    )  # fmt: skip
