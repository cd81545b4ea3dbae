"""Rotations as they were recorded, seen from our T-pose: they tell the twist that positions don't.

A recorded skeleton has a rest pose of its own. Each of its bones is turned to our T-pose (or from
an A-pose, or from hanging arms) the shortest way, and what it turns from there is ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from text2sim.edit.rest_poses import axes_of, rest_turns, stands_alike
from text2sim.maths import axes, ik
from text2sim.maths import quaternions as quat
from text2sim.skeleton import INDEX, JOINTS, Skeleton

if TYPE_CHECKING:
    from text2sim.data.mocap import Recording

Array = NDArray[np.floating]

_TRUNK: dict[str, float] = {"spine1": 0.32, "spine2": 0.53}
"""Middle of our spine bones on the line from pelvis to neck, as parts of its length."""
_HANDS = ("hand", "fingerbase")
"""A joint of such a name below the wrist is what bends the hand."""
TILT = np.radians(30.0)
"""Elbows of recorded T-poses bend about this far above forward [rad]: CMU's 26 to 30 degrees,
Cologne's about 30. Ours bend forward."""
_ODD = np.radians(60.0)
"""An elbow further from `TILT` shows a rest pose whose bones are turned about themselves."""
_BODY = Skeleton.of_stature()
_BENT, _ENOUGH = 0.4, 10.0
"""Sine of the bend from which an elbow tells its hinge, and the sum of them that is believed."""


def world_rotations(recording: Recording, found: Mapping[str, int]) -> Array | None:
    """World rotations (T, 22, 4) of our joints as recorded; NaN for joints without any.

    Args:
        recording: with turns, or else the result is None.
        found: our joint -> its joint, see `text2sim.data.mocap.match`.
    """
    turns = recording.turns_wxyz
    if turns is None or recording.rest is None:
        return None
    upright, rest = turns, recording.rest
    if recording.up == "y":
        upright, rest = axes.z_up_wxyz(turns), axes.z_up(rest)
    frame = axes_of(rest, found)
    ours = quat.inv_rotate(frame, rest - rest[found["pelvis"]])
    to_rest = rest_turns(recording.parents, found, ours, _BODY)
    result = np.full((len(turns), len(JOINTS), 4), np.nan)
    for name, joint in sources(recording, found).items():
        if name.endswith("ankle") and _is_odd_foot(name, found, ours):
            continue
        from_ours = quat.mul(frame, quat.inv(to_rest[joint]))
        result[:, INDEX[name]] = quat.mul(upright[:, joint], from_ours)
    places = axes.z_up(recording.positions) if recording.up == "y" else recording.positions
    for side, sign in (("left", 1.0), ("right", -1.0)):
        names = [f"{side}_{part}" for part in ("shoulder", "elbow", "wrist")]
        if all(name in found for name in names):
            arm = [INDEX[name] for name in names]
            joints = places[:, [found[name] for name in names]]
            result[:, arm] = _arm(result[:, arm], joints, sign)
    return result


def _is_odd_foot(ankle: str, found: Mapping[str, int], ours: Array) -> bool:
    """Whether a foot does not stand at rest, so that nothing tells where its sole is."""
    toe = ankle.replace("ankle", "foot")
    if toe not in found:
        return False
    return not stands_alike(ours[found[toe]] - ours[found[ankle]], _BODY.offsets[INDEX[toe]])


def _arm(turns: Array, joints: Array, side: float) -> Array:
    """An arm (T, 3, 4) whose elbow bends forward at rest; its forearm turns half with the hand.

    Half way is where the middle of a forearm is when the hand turns palm up; Cologne's files have
    it so, CMU's turn the hand alone.

    Args:
        turns: world rotations of upper arm, forearm and hand.
        joints: places of shoulder, elbow and wrist, (T, 3, 3).
        side: 1 for the left, -1 for the right.
    """
    upper, forearm, hand = np.moveaxis(turns, 1, 0)
    bones = np.diff(joints, axis=1)
    rest, home = np.array([0.0, side, 0.0]), np.array([0.0, 0.0, -side])
    hinge = np.cross(bones[:, 0], bones[:, 1])
    size = np.linalg.norm(bones, axis=-1).prod(axis=-1)
    weight = np.linalg.norm(hinge, axis=-1) / np.maximum(size, 1e-12)
    weight = np.where(weight > _BENT, weight, 0.0)
    seen = quat.inv_rotate(upper, hinge)
    angle = np.arctan2(np.cross(home, seen) @ rest, seen @ home)
    tilt = -side * TILT
    seen_tilt = np.angle(weight @ np.exp(1j * angle)) if weight.sum() > _ENOUGH else tilt
    odd = abs((seen_tilt - tilt + np.pi) % (2.0 * np.pi) - np.pi) > _ODD
    upper = quat.mul(upper, quat.about(rest, np.asarray(seen_tilt)))
    straight = ik.swung(upper, rest, bones[:, 1])
    turn = np.unwrap(_twist(quat.inv_mul(straight, hand), rest))
    turn -= 2.0 * np.pi * np.round(np.median(turn) / (2.0 * np.pi))
    if odd:  # Of such a hand only the changes are known.
        middle = np.median(turn)
        hand, turn = quat.mul(hand, quat.about(rest, -middle)), turn - middle
    forearm = quat.mul(straight, quat.about(rest, 0.5 * turn))
    return np.stack([upper, forearm, hand], axis=1)


def _twist(rotation_wxyz: Array, axis: Array) -> Array:
    """Angle [rad] of the part of rotations (T, 4) that is about a unit axis."""
    return 2.0 * np.arctan2(rotation_wxyz[:, 1:] @ axis, rotation_wxyz[:, 0])


def sources(recording: Recording, found: Mapping[str, int]) -> dict[str, int]:
    """Our joint -> the one whose rotation it takes: that of the bone, not of the place."""
    names, parents = recording.names, recording.parents
    chosen = {name: joint for name, joint in found.items() if "spine" not in name}
    path = path_to(parents, found["head"], found["pelvis"])
    chosen["neck"] = path[-2] if len(path) > 2 else found["head"]
    trunk = path_to(parents, found["neck"], found["pelvis"])
    bones = np.linalg.norm(np.diff(recording.rest[trunk], axis=0), axis=-1)  # type: ignore[index]
    ends = np.cumsum(bones) / max(bones.sum(), 1e-9)
    for name, middle in _TRUNK.items():
        chosen[name] = trunk[int(np.searchsorted(ends, middle))]
    chosen["spine3"] = trunk[-2] if len(trunk) > 1 else trunk[-1]
    for side in ("left", "right"):
        wrist = found.get(f"{side}_wrist")
        for joint, parent in enumerate(parents):
            plain = names[joint].lower()
            if wrist == parent and any(word in plain for word in _HANDS) and "index" not in plain:
                chosen[f"{side}_wrist"] = joint
                break
    return chosen


def path_to(parents: Sequence[int], joint: int, root: int) -> list[int]:
    """Joints from the root to a joint, both included."""
    path = [joint]
    while path[0] != root and parents[path[0]] >= 0:
        path.insert(0, parents[path[0]])
    return path
