"""From solids to a mesh with normals: sharp over creases, smooth elsewhere."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from text2sim.assets.primitives import Solid
from text2sim.types import Mesh


def to_mesh(solids: Iterable[Solid]) -> Mesh:
    """One mesh of several closed solids; vertices are split where an edge is sharp."""
    vertices: list[NDArray] = []
    normals: list[NDArray] = []
    faces: list[NDArray] = []
    count = 0
    for solid in solids:
        v, n, f = _split(solid)
        vertices.append(v)
        normals.append(n)
        faces.append(f + count)
        count += len(v)
    return Mesh(
        vertices=np.concatenate(vertices),
        normals=np.concatenate(normals),
        faces=np.concatenate(faces),
    )


def _split(solid: Solid) -> tuple[NDArray, NDArray, NDArray]:
    """Vertices, unit normals and faces with one vertex for each (position, normal)."""
    corners = solid.faces.ravel()
    normals = corner_normals(solid.vertices, solid.faces, solid.crease)
    key = np.column_stack([corners, np.round(normals * 512).astype(np.int64)])
    _, first, index = np.unique(key, axis=0, return_index=True, return_inverse=True)
    return solid.vertices[corners[first]], normals[first], index.reshape(-1, 3)


def corner_normals(vertices: NDArray, faces: NDArray, crease: float) -> NDArray:
    """Unit normal of every face corner, (3 F, 3).

    Each is the sum, weighted by area, of the normals of those faces at its vertex that differ
    from its own face by less than `crease` [rad]; large faces so stay flat beside small bevels.
    """
    a, b, c = np.moveaxis(vertices[faces], 1, 0)
    area = np.cross(b - a, c - a)
    unit = area / np.maximum(np.linalg.norm(area, axis=-1, keepdims=True), 1e-30)
    corners = faces.ravel()
    order = np.argsort(corners, kind="stable")
    count = np.bincount(corners, minlength=len(vertices))
    begin = np.concatenate([[0], np.cumsum(count)[:-1]])
    own = np.repeat(np.arange(len(corners)), count[corners])
    step = np.arange(len(own)) - np.repeat(
        np.cumsum(count[corners]) - count[corners], count[corners]
    )
    other = order[begin[corners[own]] + step]
    near = np.einsum("ij,ij->i", unit[own // 3], unit[other // 3]) > np.cos(min(crease, np.pi))
    near |= own == other
    own, other = own[near], other[near]
    total = np.stack(
        [np.bincount(own, weights=area[other // 3, k], minlength=len(corners)) for k in range(3)],
        axis=-1,
    )
    return total / np.maximum(np.linalg.norm(total, axis=-1, keepdims=True), 1e-30)
