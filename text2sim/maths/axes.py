"""Between our world (Z up, facing +X) and Y-up files (BVH, HumanML3D, glTF), which face +Z.

Both are right-handed with the left side at +Y (ours) and +X (theirs), so one turns into the other
by renaming axes: theirs (x, y, z) are ours (y, z, x). Quaternions rename alike and keep w.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating]


def y_up(vectors: ArrayLike) -> Array:
    """Vectors (..., 3) of our world in Y-up axes."""
    return np.asarray(vectors)[..., [1, 2, 0]]


def z_up(vectors: ArrayLike) -> Array:
    """Y-up vectors (..., 3) in our world."""
    return np.asarray(vectors)[..., [2, 0, 1]]


def y_up_wxyz(rotations_wxyz: ArrayLike) -> Array:
    """Rotations (..., 4) of our world in Y-up axes."""
    return np.asarray(rotations_wxyz)[..., [0, 2, 3, 1]]


def z_up_wxyz(rotations_wxyz: ArrayLike) -> Array:
    """Y-up rotations (..., 4) in our world."""
    return np.asarray(rotations_wxyz)[..., [0, 3, 1, 2]]
