"""Hierarchies of other makes, by hand: Mixamo's, VRM's, and a robot's with a hundred joints."""

from __future__ import annotations

import numpy as np

from text2sim.io.bvh import CHANNELS, BvhClip
from text2sim.skeleton import Skeleton

_ROTATIONS = ("Zrotation", "Xrotation", "Yrotation")
# name, parent and place [m] at rest: x to the left, y up, z ahead; the left side and the middle.
_BODY: tuple[tuple[str, str, tuple[float, float, float]], ...] = (
    ("pelvis", "", (0.0, 1.0, 0.0)), ("spine1", "pelvis", (0.0, 1.1, 0.01)),
    ("spine2", "spine1", (0.0, 1.22, 0.0)), ("spine3", "spine2", (0.0, 1.34, 0.0)),
    ("neck", "spine3", (0.0, 1.5, 0.0)), ("head", "neck", (0.0, 1.6, 0.02)),
    ("collar", "spine3", (0.06, 1.45, 0.0)), ("shoulder", "collar", (0.18, 1.45, -0.01)),
    ("elbow", "shoulder", (0.46, 1.45, -0.01)), ("wrist", "elbow", (0.72, 1.45, 0.0)),
    ("hip", "pelvis", (0.1, 0.93, 0.0)), ("knee", "hip", (0.1, 0.5, 0.01)),
    ("ankle", "knee", (0.1, 0.09, -0.02)), ("foot", "ankle", (0.1, 0.02, 0.12)),
)  # fmt: skip
MIDDLE = ("pelvis", "spine1", "spine2", "spine3", "neck", "head")


def hierarchy(
    names: dict[str, str], sides: tuple[str, str], *, unit: float, droop: float = 0.0,
    fingers: int = 0, stature: float = 1.0, z_up: bool = False,
) -> BvhClip:  # fmt: skip
    """A standing body with one frame.

    Args:
        names: our part -> theirs; parts that are missing are left out.
        sides: prefixes of the left and the right.
        unit: of lengths, in metres.
        droop: how far the arms hang below a T-pose [rad].
        fingers: of each hand, with four joints each, the tip among them.
        stature: factor of size. z_up: Z is up, and the body faces -Y.
    """
    rows: list[tuple[str, str, np.ndarray]] = []
    place = {part: (parent, np.array(at)) for part, parent, at in _BODY}
    _hang(place, droop)

    def add(part: str, side: int | None) -> None:
        parent, at = place[part]
        while parent and parent not in names:
            parent = place[parent][0]
        flip = np.array([-1.0 if side else 1.0, 1.0, 1.0])
        above = names[parent] if parent in MIDDLE else sides[side or 0] + names.get(parent, "")
        own = names[part] if side is None else sides[side] + names[part]
        origin = place[parent][1] if parent else np.zeros(3)
        rows.append((own, above if parent else "", (at - origin) * flip))

    for part in MIDDLE:
        if part in names:
            add(part, None)
    for side in (0, 1):
        for part in ("collar", "shoulder", "elbow", "wrist", "hip", "knee", "ankle", "foot"):
            if part in names:
                add(part, side)
            if part == "wrist" and part in names:
                rows += _fingers(sides[side] + names[part], fingers, place, side)
    return _clip(rows, stature / unit, z_up)


def _hang(place: dict[str, tuple[str, np.ndarray]], droop: float) -> None:
    root = place["shoulder"][1].copy()
    c, s = np.cos(droop), np.sin(droop)
    for part in ("elbow", "wrist"):
        x, y, z = place[part][1] - root
        place[part] = (place[part][0], root + [c * x + s * y, c * y - s * x, z])


def _fingers(hand: str, count: int, place: dict, side: int) -> list[tuple[str, str, np.ndarray]]:
    along = place["wrist"][1] - place["elbow"][1]
    along = along / np.linalg.norm(along) * [-1.0 if side else 1.0, 1.0, 1.0]
    rows = []
    for finger in range(count):
        parent = hand
        for joint in range(1, 5):
            name = f"{hand}{('Thumb', 'Index', 'Middle', 'Ring', 'Pinky')[finger]}{joint}"
            rows.append((name, parent, along * 0.03 + [0, 0, 0.02 * (finger - 2) * (joint == 1)]))
            parent = name
    return rows


def _clip(rows: list[tuple[str, str, np.ndarray]], scale: float, z_up: bool) -> BvhClip:
    """Rows depth first; the root may have any place."""
    children: dict[str, list[tuple[str, str, np.ndarray]]] = {}
    for row in rows:
        children.setdefault(row[1], []).append(row)
    ordered, waiting = [], [*children[""]]
    while waiting:
        row = waiting.pop(0)
        ordered.append(row)
        waiting = children.get(row[0], []) + waiting
    names = [row[0] for row in ordered]
    offsets = np.array([row[2] for row in ordered]) * scale
    if z_up:
        offsets = np.stack([offsets[:, 0], -offsets[:, 2], offsets[:, 1]], axis=-1)
    width = 3 + 3 * len(names)
    return BvhClip(
        names=tuple(names), parents=tuple(names.index(r[1]) if r[1] else -1 for r in ordered),
        offsets=offsets, channels=(CHANNELS[:3] + _ROTATIONS, *[_ROTATIONS] * (len(names) - 1)),
        values=np.zeros((1, width)), frame_time=1 / 30,
    )  # fmt: skip


_MIXAMO = {
    "pelvis": "mixamorig:Hips", "spine1": "mixamorig:Spine", "spine2": "mixamorig:Spine1",
    "spine3": "mixamorig:Spine2", "neck": "mixamorig:Neck", "head": "mixamorig:Head",
    "collar": "Shoulder", "shoulder": "Arm", "elbow": "ForeArm", "wrist": "Hand", "hip": "UpLeg",
    "knee": "Leg", "ankle": "Foot", "foot": "ToeBase",
}  # fmt: skip
_VRM = {
    "pelvis": "hips", "spine1": "spine", "spine2": "chest", "neck": "neck", "head": "head",
    "collar": "Shoulder", "shoulder": "UpperArm", "elbow": "LowerArm", "wrist": "Hand",
    "hip": "UpperLeg", "knee": "LowerLeg", "ankle": "Foot", "foot": "Toes",
}  # fmt: skip
_ROBOT = {
    "pelvis": "base_link", "spine1": "torso_yaw", "spine3": "chest_pitch", "neck": "neck_joint",
    "head": "head_joint", "shoulder": "shoulder_pitch", "elbow": "elbow_joint",
    "wrist": "wrist_roll", "hip": "hip_yaw", "knee": "knee_pitch", "ankle": "ankle_pitch",
}  # fmt: skip


def mixamo() -> BvhClip:
    """An A-pose in centimetres, with fingers: 62 joints."""
    return hierarchy(
        _MIXAMO, ("mixamorig:Left", "mixamorig:Right"), unit=0.01, droop=0.8, fingers=5
    )


def vrm() -> BvhClip:
    """A T-pose in metres of a small person, two joints in the spine."""
    return hierarchy(_VRM, ("left", "right"), unit=1.0, stature=0.85)


def robot() -> BvhClip:
    """A hundred joints in millimetres, Z up, odd names, no collars and toes."""
    clip = hierarchy(_ROBOT, ("l_", "r_"), unit=0.001, z_up=True, stature=0.6)
    extra = 100 - len(clip.names)
    last = len(clip.names) - 1
    return BvhClip(
        names=(*clip.names, *(f"cable_{i}" for i in range(extra))),
        parents=(*clip.parents, *range(last, last + extra)),
        offsets=np.concatenate([clip.offsets, np.tile([0.0, 0.0, 5.0], (extra, 1))]),
        channels=(*clip.channels, *[_ROTATIONS] * extra),
        values=np.zeros((1, 303)), frame_time=1 / 30,
    )  # fmt: skip


def child() -> Skeleton:
    return Skeleton.of_stature(1.1, child=True)
