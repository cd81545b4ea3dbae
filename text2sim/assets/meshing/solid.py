"""Volume, centre and inertia of closed triangles."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from text2sim.assets.meshing.triangles import Triangles


class Moments(NamedTuple):
    """Of a body of density 1: volume [m3], centre [m] (3,), inertia about it (3, 3) [m5]."""

    volume: float
    centre: NDArray
    inertia: NDArray


def moments(mesh: Triangles) -> Moments:
    """Integrals over the tetrahedra between the faces and a point (Tonon 2004)."""
    middle = mesh.vertices.mean(axis=0)
    a, b, c = (corner - middle for corner in mesh.corners())
    six = np.einsum("ij,ij->i", a, np.cross(b, c))
    volume = float(six.sum()) / 6.0
    total = a + b + c
    centre = (six / 24.0) @ total / volume
    outer = sum(np.einsum("f,fi,fj->ij", six, x, x) for x in (a, b, c, total)) / 120.0
    outer = outer - volume * np.outer(centre, centre)
    inertia = np.trace(outer) * np.eye(3) - outer
    return Moments(volume, centre + middle, inertia)
