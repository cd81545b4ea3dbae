"""How thick the segments of a body are, for its collision shapes."""

from __future__ import annotations

import numpy as np

from bake.people import Person, Shared
from text2sim.skeleton import INDEX, JOINTS

_ENDS = {"hip": "knee", "knee": "ankle", "shoulder": "elbow", "elbow": "wrist"}


def girths_of(person: Person, shared: Shared) -> np.ndarray:
    """Depth and width of the 22 segments [m], (22, 2): for limbs both are the mean diameter.

    Hands and collars, which lie along y, have their height for a width.
    """
    owner = shared.weights.argmax(axis=1)
    girths = np.zeros((len(JOINTS), 2))
    for number, name in enumerate(JOINTS):
        side, _, part = name.rpartition("_")
        if side == "right":
            girths[number] = girths[INDEX[f"left_{part}"]]
            continue
        own = person.points[owner == number]
        if part in _ENDS:
            girths[number] = _diameter(
                own, person.joints[number], person.joints[INDEX[f"left_{_ENDS[part]}"]]
            )
        elif part == "neck":
            girths[number] = _diameter(own, person.joints[number], person.joints[INDEX["head"]])
        elif part in ("wrist", "collar"):
            girths[number] = np.ptp(own[:, 0]), np.ptp(own[:, 2])
        else:
            trunk = own if side else own[own[:, 1] < 0.30]
            depth = np.quantile(trunk[:, 0], 0.95) - np.quantile(trunk[:, 0], 0.05)
            wide = np.quantile(np.abs(trunk[:, 1]), 0.95)
            girths[number] = depth, wide if side else 2 * wide
    return girths


def _diameter(points: np.ndarray, start: np.ndarray, end: np.ndarray) -> float:
    """Twice the mean distance of a bone's surface from its axis, in its middle half."""
    bone = end - start
    along = (points - start) @ bone / (bone @ bone)
    near = (along > 0.2) & (along < 0.8)
    offset = points[near] - start - along[near, None] * bone
    offset -= 0.5 * (offset.max(axis=0) + offset.min(axis=0))
    return 2.0 * float(np.linalg.norm(offset, axis=1).mean())
