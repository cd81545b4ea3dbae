"""The joints of a lighter body, 13 moving segments instead of 22, and the pose nearest to it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from text2sim.maths import quaternions as quat
from text2sim.skeleton import INDEX, JOINTS

_MERGED: dict[str, tuple[str, ...]] = {
    "spine2": ("spine1", "spine2", "spine3"),
    "neck": ("neck", "head"),
    "left_shoulder": ("left_collar", "left_shoulder"),
    "right_shoulder": ("right_collar", "right_shoulder"),
}
_STIFF = {name for parts in _MERGED.values() for name in parts} - set(_MERGED)
LOCKED = frozenset(_STIFF | {"left_wrist", "right_wrist", "left_foot", "right_foot"})
"""Joints that a light body does not have."""
DRIVEN: tuple[int, ...] = tuple(i for i, name in enumerate(JOINTS) if i and name not in LOCKED)
"""Numbers of the joints that it does, 12; the pelvis moves as well."""


def merged(rotations_wxyz: NDArray[np.floating]) -> NDArray[np.floating]:
    """Rotations (..., 22, 4) of the nearest pose of a light body: locked joints are not turned."""
    result = np.array(rotations_wxyz, dtype=np.float64)
    for name, parts in _MERGED.items():
        turn = rotations_wxyz[..., INDEX[parts[0]], :]
        for part in parts[1:]:
            turn = quat.mul(turn, rotations_wxyz[..., INDEX[part], :])
        result[..., INDEX[name], :] = turn
    result[..., [INDEX[name] for name in sorted(LOCKED)], :] = quat.IDENTITY
    return result
