"""Which joints carry each point of the body: smooth weights in the rest pose of a 1.75 m adult."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from text2sim.assets.figure import ELBOW, HIP, KNEE, REST, SHOULDER, WRIST
from text2sim.skeleton import INDEX, JOINTS

Array = NDArray[np.floating]


def _step(value: Array, half_width: float) -> Array:
    """0 below -half_width, 1 above half_width, smooth between."""
    t = np.clip(0.5 + 0.5 * value / half_width, 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def body_weights(points: Array) -> Array:
    """Weights (N, 22) of points (N, 3) of torso, arms and legs."""
    x, y, z = points.T
    weights = np.zeros((len(points), len(JOINTS)))
    _spine(weights, z)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        _arm(weights, side, sign * y, z)
        _leg(weights, side, sign * y, z, x)
    return _normalised(weights)


def _spine(weights: Array, z: Array) -> None:
    """Fill pelvis to head by height."""
    names = ("pelvis", "spine1", "spine2", "spine3", "neck", "head")
    share = np.ones_like(z)
    for name, nxt in pairwise(names):
        joint = REST[INDEX[nxt], 2]
        above = _step(z - joint, 0.03 if nxt in ("neck", "head") else 0.065)
        weights[:, INDEX[name]] = share * (1.0 - above)
        share = share * above
    weights[:, INDEX["head"]] = share


def _arm(weights: Array, side: str, y: Array, z: Array) -> None:
    """Take the share of one arm away from the spine; y counts to the arm's own side."""
    collar = _step(y - 0.075, 0.055) * _step(z - 1.375, 0.06)
    # The border between chest and arm leans outwards from the top of the shoulder to the armpit.
    below = np.maximum(SHOULDER[2] - 0.045 - z, 0.0)
    arm = _step(y - SHOULDER[1] - 0.9 * below + 0.004, 0.055)
    elbow = _step(y - ELBOW[1], 0.035)
    wrist = _step(y - WRIST[1], 0.022)
    collar = np.maximum(collar, arm)
    weights *= (1.0 - collar)[:, None]
    weights[:, INDEX[f"{side}_collar"]] += collar - arm
    weights[:, INDEX[f"{side}_shoulder"]] += arm * (1 - elbow)
    weights[:, INDEX[f"{side}_elbow"]] += arm * elbow * (1 - wrist)
    weights[:, INDEX[f"{side}_wrist"]] += arm * elbow * wrist


def _leg(weights: Array, side: str, y: Array, z: Array, x: Array) -> None:
    """Take the share of one leg away from the spine; y counts to the leg's own side."""
    # The border of the thigh rises from the crotch to the outside of the hip.
    # and from the groin to the seat, which the thigh takes along when it is lifted.
    level = HIP[2] - 0.040 + 0.55 * (y - HIP[1]) - 0.35 * np.minimum(x, 0.0)
    thigh = _step(level - z, 0.070) * _step(y, 0.022)
    knee = _step(KNEE[2] - z, 0.045)
    weights *= (1.0 - thigh)[:, None]
    weights[:, INDEX[f"{side}_hip"]] += thigh * (1 - knee)
    weights[:, INDEX[f"{side}_knee"]] += thigh * knee


def foot_weights(points: Array, side: str) -> Array:
    """Weights (N, 22) of points of one shoe: ankle, and ball of the foot."""
    weights = np.zeros((len(points), len(JOINTS)))
    ball = REST[INDEX["left_foot"], 0]
    toe = _step(points[:, 0] - ball, 0.03)
    weights[:, INDEX[f"{side}_ankle"]] = 1.0 - toe
    weights[:, INDEX[f"{side}_foot"]] = toe
    return weights


def head_weights(points: Array) -> Array:
    """Weights (N, 22) of points of neck, head and hair."""
    weights = np.zeros((len(points), len(JOINTS)))
    z = points[:, 2]
    neck = _step(z - 1.475, 0.03)
    # The throat bends lower in front, under the chin, than at the nape.
    head = _step(z - 1.548 + 0.25 * (points[:, 0]), 0.035)
    weights[:, INDEX["spine3"]] = 1.0 - neck
    weights[:, INDEX["neck"]] = neck * (1.0 - head)
    weights[:, INDEX["head"]] = neck * head
    return weights


def skirt_weights(points: Array) -> Array:
    """Weights (N, 22) of points of a skirt: it hangs from the hips and follows the thighs."""
    y, z = points[:, 1], points[:, 2]
    weights = np.zeros((len(points), len(JOINTS)))
    thigh = _step(HIP[2] - 0.05 - z, 0.11)
    left = _step(y, 0.09)
    waist = _step(z - REST[INDEX["spine1"], 2], 0.065)
    weights[:, INDEX["pelvis"]] = (1.0 - thigh) * (1.0 - waist)
    weights[:, INDEX["spine1"]] = (1.0 - thigh) * waist
    weights[:, INDEX["left_hip"]] = thigh * left
    weights[:, INDEX["right_hip"]] = thigh * (1.0 - left)
    return weights


def rigid_weights(count: int, *names: str) -> Array:
    """Weights (N, 22) of points that joints carry in equal shares."""
    weights = np.zeros((count, len(JOINTS)))
    for name in names:
        weights[:, INDEX[name]] = 1.0 / len(names)
    return weights


def _normalised(weights: Array) -> Array:
    return weights / weights.sum(axis=-1, keepdims=True)


def strongest(weights: Array) -> tuple[NDArray[np.integer], Array]:
    """The four strongest joints of each row and their weights, which sum to 1: both (N, 4)."""
    joints = np.argsort(-weights, axis=-1, kind="stable")[:, :4]
    chosen = np.take_along_axis(weights, joints, axis=-1)
    return joints, _normalised(chosen)
