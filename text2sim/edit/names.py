"""Which joint of another skeleton is which of ours: known naming schemes, then likeness."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence

from text2sim.errors import ConfigError
from text2sim.skeleton import INDEX, JOINTS, PARENTS

_MIXAMO: dict[str, str] = {
    "pelvis": "Hips", "spine1": "Spine", "spine2": "Spine1", "spine3": "Spine2", "neck": "Neck",
    "head": "Head", "collar": "Shoulder", "shoulder": "Arm", "elbow": "ForeArm", "wrist": "Hand",
    "hip": "UpLeg", "knee": "Leg", "ankle": "Foot", "foot": "ToeBase",
}  # fmt: skip
_VRM: dict[str, str] = {
    "pelvis": "hips", "spine1": "spine", "spine2": "chest", "spine3": "upperChest",
    "neck": "neck", "head": "head", "collar": "Shoulder", "shoulder": "UpperArm",
    "elbow": "LowerArm", "wrist": "Hand", "hip": "UpperLeg", "knee": "LowerLeg", "ankle": "Foot",
    "foot": "Toes",
}  # fmt: skip
_DAZ: dict[str, str] = {
    "pelvis": "hip", "spine1": "abdomen", "spine3": "chest", "neck": "neck", "head": "head",
    "collar": "Collar", "shoulder": "Shldr", "elbow": "ForeArm", "wrist": "Hand", "hip": "Thigh",
    "knee": "Shin", "ankle": "Foot", "foot": "Toe",
}  # fmt: skip
_CMU: dict[str, str] = {
    "pelvis": "Hips", "spine1": "LowerBack", "spine2": "Spine", "spine3": "Spine1",
    "neck": "Neck", "head": "Head", "collar": "Shoulder", "shoulder": "Arm", "elbow": "ForeArm",
    "wrist": "Hand", "hip": "UpLeg", "knee": "Leg", "ankle": "Foot", "foot": "ToeBase",
}  # fmt: skip


def _sided(parts: Mapping[str, str], left: str, right: str) -> dict[str, str]:
    """Names of all our joints from those of their parts."""
    result = {}
    for name in JOINTS:
        side, _, part = name.partition("_")
        if not part and name in parts:
            result[name] = parts[name]
        elif part in parts:
            result[name] = {"left": left, "right": right}[side] + parts[part]
    return result


NAME_MAPS: dict[str, dict[str, str]] = {
    "mixamo": _sided(_MIXAMO, "Left", "Right"),
    "vrm": _sided(_VRM, "left", "right"),
    "cmu": _sided(_CMU, "Left", "Right"),
    "daz": _sided(_DAZ, "l", "r"),
}
"""Our joint -> the scheme's name, without its prefix ("mixamorig:Hips" is "Hips")."""

NEEDED: tuple[str, ...] = (
    "pelvis", "left_hip", "left_knee", "left_ankle", "right_hip", "right_knee", "right_ankle",
)  # fmt: skip
"""Without these nothing can walk."""
_ENOUGH = 14
"""A scheme is known by at least as many of its names."""

_WORDS: dict[str, tuple[str, ...]] = {
    "pelvis": ("pelvis", "hips", "waist", "base", "root", "hip"),
    "spine1": ("spine1", "lower back", "lumbar", "abdomen", "torso", "spine"),
    "spine2": ("spine2", "mid back", "spine"),
    "spine3": ("spine3", "chest", "thorax", "upper back", "spine", "trunk"),
    "neck": ("neck", "cervical"),
    "head": ("head", "skull"),
    "collar": ("collar", "clavicle", "scapula"),
    "shoulder": ("shoulder", "upper arm", "arm", "humerus"),
    "elbow": ("elbow", "forearm", "lower arm", "radius"),
    "wrist": ("wrist", "hand", "palm"),
    "hip": ("hip", "thigh", "upper leg", "up leg", "femur"),
    "knee": ("knee", "shin", "calf", "lower leg", "tibia", "leg"),
    "ankle": ("ankle", "foot"),
    "foot": ("toe", "toes", "ball", "toe base", "foot"),
}
_SIDED = {
    word.replace(" ", "")
    for part, words in _WORDS.items()
    if part not in ("pelvis", "spine1", "spine2", "spine3", "neck", "head")
    for word in words
}
"""What may follow a letter for the side."""
_LIKE = 0.75
"""Least likeness of a name to one of the words above, 0 to 1."""


def match(
    names: Sequence[str], parents: Sequence[int], given: Mapping[str, str] | None = None
) -> dict[str, int]:
    """Our joint names -> index of the joint that moves like it.

    A known scheme (see `NAME_MAPS`) is taken as it is; other skeletons are matched by the likeness
    of names, the side that they tell, and their order in the tree. `given` comes before both.

    Raises:
        ConfigError: `given` names no joints, or a joint of `NEEDED` can't be found.
    """
    found = _checked(given or {}, names)
    plain = {_bare(name): index for index, name in reversed([*enumerate(names)])}
    scheme = max(NAME_MAPS.values(), key=lambda known: sum(n in plain for n in known.values()))
    if sum(name in plain for name in scheme.values()) >= _ENOUGH:
        for ours, theirs in scheme.items():
            if theirs in plain and plain[theirs] not in found.values():
                found.setdefault(ours, plain[theirs])
    else:
        for ours in sorted(JOINTS, key=lambda name: (_depth(name), INDEX[name])):
            _match_one(ours, names, parents, found)
        _tell_collars(names, parents, found)
    missing = [name for name in NEEDED if name not in found]
    if missing:
        raise ConfigError(
            f"Can't tell which joints are {', '.join(missing)} among {len(names)}: "
            f"{', '.join(names[:16])}{', ...' if len(names) > 16 else ''}. "
            f"Say so by names={{{missing[0]!r}: 'their name', ...}}."
        )
    return found


def _checked(given: Mapping[str, str], names: Sequence[str]) -> dict[str, int]:
    for ours, theirs in given.items():
        if ours not in JOINTS or theirs not in names:
            raise ConfigError(f"names: {ours!r} -> {theirs!r} is no pair of existing joints.")
    return {ours: [*names].index(theirs) for ours, theirs in given.items()}


def _match_one(
    ours: str, names: Sequence[str], parents: Sequence[int], found: dict[str, int]
) -> None:
    """Find the likest joint of the right side below the one before ours; the upper among alike."""
    if ours in found:
        return
    side, _, part = ours.partition("_")
    above = _nearest_found(ours, found)
    best, best_score = -1, _LIKE
    for index, name in enumerate(names):
        if index in found.values() or _side(name) != (side if part else ""):
            continue
        if above is not None and above not in _ancestors(index, parents):
            continue
        score = _likeness(name, _WORDS[part or ours])
        if score > best_score + 1e-9:
            best, best_score = index, score
    if best >= 0:
        found[ours] = best


def _tell_collars(names: Sequence[str], parents: Sequence[int], found: dict[str, int]) -> None:
    """Where a joint called shoulder has an upper arm below it, it is the collar."""
    for side in ("left", "right"):
        shoulder, elbow = found.get(f"{side}_shoulder"), found.get(f"{side}_elbow")
        if shoulder is None or elbow is None or f"{side}_collar" in found:
            continue
        chain = _ancestors(elbow, parents)
        for joint in chain[: chain.index(shoulder)] if shoulder in chain else ():
            if _likeness(names[joint], ("upper arm", "arm", "humerus")) > _LIKE:
                found[f"{side}_collar"], found[f"{side}_shoulder"] = shoulder, joint


def _nearest_found(ours: str, found: Mapping[str, int]) -> int | None:
    joint = PARENTS[INDEX[ours]]
    while joint >= 0:
        if JOINTS[joint] in found:
            return found[JOINTS[joint]]
        joint = PARENTS[joint]
    return None


def _ancestors(joint: int, parents: Sequence[int]) -> list[int]:
    result = []
    while parents[joint] >= 0:
        joint = parents[joint]
        result.append(joint)
    return result


def _depth(ours: str) -> int:
    return len(_ancestors(INDEX[ours], PARENTS))


def _bare(name: str) -> str:
    """A name without name space and prefix: "mixamorig:Hips", "mixamorig1_Hips" -> "Hips"."""
    name = name.rpartition(":")[2]
    return re.sub(r"^(mixamorig\d*|J_Bip_[CLR]|Character\d+|bip\d+)_?", "", name)


def _tokens(name: str) -> list[str]:
    """Words of a name in lower case: "LeftUpLeg_02" -> left, up, leg."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name.rpartition(":")[2])
    return [word for word in re.split(r"[^a-z]+", spaced.lower()) if word]


def _side(name: str) -> str:
    """Side that a name tells: "LeftArm", "l_arm", "arm.L", "larm"; "" for none."""
    words = _tokens(name)
    for side in ("left", "right"):
        if side in words or side[0] in words:
            return side
        if words and words[0][0] == side[0] and words[0][1:] in _SIDED:
            return side
    return ""


def _likeness(name: str, words: Sequence[str]) -> float:
    """How like a name is to the likest word, 0 to 1; a whole word in it counts nearly as all."""
    tokens = [word for word in _tokens(name) if word not in ("left", "right", "l", "r", "joint")]
    plain = "".join(tokens)
    scores = [0.0]
    for rank, word in enumerate(words):
        whole = word.replace(" ", "")
        ratio = difflib.SequenceMatcher(None, plain, whole).ratio()
        inside = 0.92 if whole in tokens or (whole in plain and len(whole) > 4) else 0.0
        scores.append(max(ratio, inside) - 0.01 * rank)
    return max(scores)
