"""Recorded skeletons of any make (BVH, ASF/AMC) as motion of our 22 joints, matched by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, final

import numpy as np
from numpy.typing import NDArray

from text2sim.data.convert import named_joints
from text2sim.data.fit import FOOT_HEIGHT, fit, still_feet
from text2sim.data.recorded import path_to, world_rotations
from text2sim.errors import ConfigError, ShapeError
from text2sim.io import bvh
from text2sim.io.asf import AsfSkeleton
from text2sim.maths import axes, kinematics
from text2sim.maths import quaternions as quat
from text2sim.skeleton import JOINTS, Skeleton
from text2sim.types.arrays import array, check_arrays
from text2sim.types.motion import Motion, Track

Array = NDArray[np.floating]

UNITS: dict[str, float] = {
    "m": 1.0, "cm": 0.01, "mm": 0.001, "inch": 0.0254, "asf": 0.0254 / 0.45,
}  # fmt: skip
"""Length units [m]; "asf" is that of the CMU files, inches divided by 0.45."""
_LEG = 0.82
"""Leg length [m] of an average adult, by which an unstated unit is told."""
_SPINE: dict[str, float] = {"spine1": 0.20, "spine2": 0.43, "spine3": 0.63}
"""Where our spine joints lie on the line from pelvis to neck, as parts of its length."""
_LIMBS: dict[str, tuple[str, ...]] = {
    "hip": ("upleg", "upperleg", "thigh", "femur", "hip"),
    "knee": ("leg", "lowleg", "lowerleg", "shin", "calf", "tibia", "knee"),
    "ankle": ("ankle", "foot"),
    "foot": ("toebase", "toes", "toe", "ball", "foot"),
    "shoulder": ("upperarm", "uparm", "arm", "shldr", "humerus", "shoulder"),
    "elbow": ("forearm", "lowerarm", "lowarm", "radius", "elbow"),
    "wrist": ("wrist", "hand"),
    "collar": ("clavicle", "collar", "shoulder"),
}
"""What our joints are called elsewhere, best name first; each of their joints is used once."""
_PREFIXES = re.compile(r"^(mixamorig\d*|bip0*\d+|character\d+|b(?=[lr][a-z]))")


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Recording:
    """Moving joints of any skeleton.

    Attributes:
        names, parents: of the joints; -1 is the root's parent.
        positions: world, in the recording's units, (T, J, 3).
        tips: ends of the last bones, (T, K, 3), of the joints `tip_joints`.
        up: which axis points up.
        turns_wxyz: world rotations, (T, J, 4), from the rest pose whose joints are at `rest`
            (J, 3); None where only positions are known.
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    fps: float
    positions: np.ndarray = array("T J 3")
    tips: np.ndarray = array("T K 3")
    tip_joints: tuple[int, ...] = ()
    up: Literal["y", "z"] = "y"
    turns_wxyz: np.ndarray | None = array("T J 4", optional=True)
    rest: np.ndarray | None = array("J 3", optional=True)

    def __post_init__(self) -> None:
        check_arrays(self)


def of_bvh(clip: bvh.BvhClip, *, up: Literal["y", "z"] = "y") -> Recording:
    """The moving joints of a BVH clip."""
    positions, turns = clip.forward()
    owners = [joint for joint, _ in clip.ends]
    offsets = np.array([offset for _, offset in clip.ends]).reshape(-1, 3)
    tips = positions[:, owners] + quat.rotate(turns[:, owners], offsets)
    still = np.tile(quat.IDENTITY, (len(clip.names), 1))
    rest, _ = kinematics.forward(clip.parents, clip.offsets, np.zeros(3), still)
    return Recording(
        names=clip.names, parents=clip.parents, fps=clip.fps, positions=positions, tips=tips,
        tip_joints=tuple(owners), up=up, turns_wxyz=turns, rest=rest,
    )  # fmt: skip


def of_amc(skeleton: AsfSkeleton, values: Array, fps: float) -> Recording:
    """The moving joints of an AMC file: the starts of the bones, by the bones' names."""
    starts, ends, turns = skeleton.forward(values)
    rest = skeleton.forward(np.zeros((1, values.shape[1])))[0][0]
    leaves = [i for i in range(len(skeleton.names)) if i not in skeleton.parents]
    return Recording(
        names=skeleton.names, parents=skeleton.parents, fps=fps, positions=starts,
        tips=ends[:, leaves], tip_joints=tuple(leaves), turns_wxyz=turns, rest=rest,
    )  # fmt: skip


def motion_of_bvh(
    clip: bvh.BvhClip,
    *,
    unit: str | None = None,
    up: Literal["y", "z"] = "y",
    names: Mapping[str, str] | None = None,
    actor: str = "actor",
) -> Motion:
    """Motion of a BVH clip: exact for files that text2sim wrote, else see `to_motion`.

    Raises:
        ShapeError: the skeleton lacks joints that ours has.
    """
    if _is_ours(clip):
        return Motion(fps=clip.fps, tracks=(_own_track(clip, actor),))
    return to_motion(of_bvh(clip, up=up), unit=unit, names=names, actor=actor)


def to_motion(
    recording: Recording,
    *,
    unit: str | None = None,
    names: Mapping[str, str] | None = None,
    actor: str = "actor",
) -> Motion:
    """Motion of a recording, with its bone lengths and, where it has rotations, their twist.

    Args:
        recording: facing any way.
        unit: one of `UNITS`; None takes the one in which the leg comes nearest to an adult's.
        names: our joint -> the recording's, where the match by name would fail.
        actor: id of the track.

    Raises:
        ConfigError: the unit is unknown, or `names` names joints that don't exist.
        ShapeError: the recording lacks joints that ours has.
    """
    found = match(recording, names or {})
    points = {name: recording.positions[:, joint] for name, joint in found.items()}
    _add_tips(points, found, recording)
    _add_spine(points, found, recording)
    _spread_collars(points)
    positions = named_joints(points) * _metres(points, unit)
    track = fit(
        axes.z_up(positions) if recording.up == "y" else positions, recording.fps, actor=actor,
        turns_wxyz=world_rotations(recording, found),
    )  # fmt: skip
    return Motion(fps=recording.fps, tracks=(track,))


def match(recording: Recording, given: Mapping[str, str]) -> dict[str, int]:
    """Our joint names -> index in the recording, for all but the spine.

    Raises:
        ConfigError: `given` names joints that don't exist.
        ShapeError: no joint is called pelvis, hips or root, or none head or neck.
    """
    for ours, theirs in given.items():
        if ours not in JOINTS or theirs not in recording.names:
            raise ConfigError(f"names: {ours!r} -> {theirs!r} is no pair of existing joints.")
    found = {ours: recording.names.index(theirs) for ours, theirs in given.items()}
    plain = {_plain(name): index for index, name in reversed([*enumerate(recording.names)])}
    for side, letter in (("left", "l"), ("right", "r")):
        for part, words in _LIMBS.items():
            spellings = [s for w in words for s in (side + w, letter + w, w + side, w + letter)]
            _take(f"{side}_{part}", spellings, plain, found)
    _take("pelvis", ["hips", "pelvis", "hip", "root"], plain, found)
    _take("head", ["head"], plain, found)
    if "pelvis" not in found or "head" not in found:
        raise ShapeError(
            f"No joint is called hips, pelvis or root, or none head, among "
            f"{', '.join(recording.names[:12])}...; name them by names={{'pelvis': ...}}."
        )
    path = path_to(recording.parents, found["head"], found["pelvis"])
    necks = [joint for joint in path if "neck" in _plain(recording.names[joint])]
    if "neck" not in found:
        found["neck"] = necks[0] if necks else path[-2] if len(path) > 2 else found["head"]
    return found


def _plain(name: str) -> str:
    """A name without name space, prefix, number, capitals and marks: "Bip01 L Toe0" -> "ltoe"."""
    plain = re.sub(r"[^a-z0-9]", "", name.rpartition(":")[2].lower())
    return _PREFIXES.sub("", plain).rstrip("0123456789")


def _take(ours: str, spellings: list[str], plain: dict[str, int], found: dict[str, int]) -> None:
    """Find the first spelling whose joint is not taken."""
    for spelling in spellings:
        if ours not in found and plain.get(spelling, -1) not in (-1, *found.values()):
            found[ours] = plain[spelling]


def _add_tips(points: dict[str, Array], found: dict[str, int], recording: Recording) -> None:
    """Toes and hands that are no joints but the end of a bone."""
    ends = dict(zip(recording.tip_joints, np.moveaxis(recording.tips, 1, 0)))
    for side in ("left", "right"):
        for name, before in ((f"{side}_foot", f"{side}_ankle"), (f"{side}_wrist", f"{side}_elbow")):
            if name not in points and found.get(before) in ends:
                points[name] = ends[found[before]]


def _add_spine(points: dict[str, Array], found: dict[str, int], recording: Recording) -> None:
    """Our three spine joints on the line through theirs, from the pelvis to the neck."""
    path = path_to(recording.parents, found["neck"], found["pelvis"])
    line = recording.positions[:, path]
    lengths = np.median(np.linalg.norm(np.diff(line, axis=1), axis=-1), axis=0)
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    for name, part in _SPINE.items():
        after = int(np.clip(np.searchsorted(along, part * along[-1]), 1, len(path) - 1))
        u = (part * along[-1] - along[after - 1]) / max(lengths[after - 1], 1e-9)
        points[name] = line[:, after - 1] + u * (line[:, after] - line[:, after - 1])


def _spread_collars(points: dict[str, Array]) -> None:
    """Drop collars that lie where the neck begins: three bones of one place tell no rotation."""
    for side in ("left", "right"):
        collar, shoulder = points.get(f"{side}_collar"), points.get(f"{side}_shoulder")
        if collar is None or shoulder is None:
            continue
        gap = np.linalg.norm(collar - points["neck"], axis=-1).mean()
        if gap < 0.2 * np.linalg.norm(shoulder - points["neck"], axis=-1).mean():
            del points[f"{side}_collar"]


def _metres(points: dict[str, Array], unit: str | None) -> float:
    """Metres a unit of length."""
    if unit is not None:
        if unit not in UNITS:
            raise ConfigError(f"A length unit is one of {', '.join(UNITS)}; got {unit!r}.")
        return UNITS[unit]
    names = ("left_hip", "left_knee", "left_ankle")
    if not all(name in points for name in names):
        return 1.0  # `named_joints` says what is missing.
    leg = np.linalg.norm(np.diff([points[name] for name in names], axis=0), axis=-1)
    length = float(np.median(leg.sum(axis=0)))
    return min(UNITS.values(), key=lambda metres: abs(np.log(max(length, 1e-9) * metres / _LEG)))


def _is_ours(clip: bvh.BvhClip) -> bool:
    """Whether `text2sim.io.bvh.from_track` made it: then its unit and rest pose are known."""
    turns = tuple(f"{axis}rotation" for axis in bvh.ORDER)
    same = sorted(clip.names) == sorted(JOINTS) and not clip.offsets[0].any()
    return same and clip.channels == (bvh.CHANNELS[:3] + turns, *[turns] * 21)


def _own_track(clip: bvh.BvhClip, actor: str) -> Track:
    rows = [clip.names.index(name) for name in JOINTS]
    positions, turns = clip.local
    offsets = np.asarray(axes.z_up(clip.offsets[rows]) / bvh.CENTIMETRES, dtype=np.float64)
    rest = Skeleton(offsets=offsets)
    height = FOOT_HEIGHT * rest.scale - rest.rest_positions()[[10, 11], 2].mean()
    offsets[0] = 0.0, 0.0, height
    track = Track(
        actor=actor, skeleton=Skeleton(offsets=offsets),
        root_positions=axes.z_up(positions[:, 0]) / bvh.CENTIMETRES,
        rotations_wxyz=axes.z_up_wxyz(turns[:, rows]),
        contacts=np.zeros((len(clip), 4), dtype=bool),
    )  # fmt: skip
    contacts = still_feet(track.positions(), clip.fps)
    return Track(
        actor=actor, skeleton=track.skeleton, root_positions=track.root_positions,
        rotations_wxyz=track.rotations_wxyz, contacts=contacts,
    )  # fmt: skip
