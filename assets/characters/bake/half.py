"""Meshes of one half of a symmetric body: cutting, hems, normals, smoothing.

Points with `middle` lie in the plane y = 0; the other half is the mirror image.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix

from bake.rig import averaging


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A piece of the body's surface.

    Attributes:
        source: its vertices as mixtures of the body's, (G, V). faces: (F, 3). middle: (G,).
        field: what it was cut by, positive inside, (G,).
    """

    source: csr_matrix
    faces: np.ndarray
    middle: np.ndarray
    field: np.ndarray


def cut(faces: np.ndarray, field: np.ndarray, middle: np.ndarray, snap: float = 0.0025) -> Cut:
    """The part of a surface where a field (V,) [m] is positive, with a smooth border."""
    field = np.where(np.abs(field) < snap, 0.0, field)
    inside = field >= 0.0
    keys: dict[tuple[int, int], int] = {}

    def point(a: int, b: int) -> int:
        key = (min(a, b), max(a, b))
        return keys.setdefault(key, len(keys))

    result: list[tuple[int, int, int]] = []
    touched = faces[inside[faces].any(axis=1) & (field[faces] > 0).any(axis=1)]
    for triangle in touched.tolist():
        ring: list[int] = []
        for a, b in zip(triangle, [*triangle[1:], triangle[0]]):
            if inside[a]:
                ring.append(point(a, a))
            if inside[a] != inside[b] and field[a] != 0.0 and field[b] != 0.0:
                ring.append(point(a, b))
        result += [(ring[0], ring[k], ring[k + 1]) for k in range(1, len(ring) - 1)]
    ends = np.array(list(keys))
    share = field[ends[:, 0]] / np.where(
        ends[:, 0] == ends[:, 1], 1.0, field[ends[:, 0]] - field[ends[:, 1]]
    )
    share = np.where(ends[:, 0] == ends[:, 1], 0.0, share)
    rows = np.arange(len(ends))
    source = coo_matrix(
        (np.r_[1.0 - share, share], (np.r_[rows, rows], np.r_[ends[:, 0], ends[:, 1]])),
        (len(ends), len(field)),
    ).tocsr()
    found = np.array(result)
    used = np.unique(found)
    index = np.full(len(ends), -1)
    index[used] = np.arange(len(used))
    return Cut(
        source=source[used],
        faces=index[found],
        middle=middle[ends[used]].all(axis=1),
        field=np.asarray(source[used] @ field),
    )


def borders(faces: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """Edges (E, 2) with a face on one side only, directed as in the face; none in the middle."""
    a, b = faces.ravel(), np.roll(faces, -1, axis=1).ravel()
    forward = {(int(i), int(j)) for i, j in zip(a, b)}
    lone = [(i, j) for i, j in forward if (j, i) not in forward and not (middle[i] and middle[j])]
    return np.array(sorted(lone), dtype=int).reshape(-1, 2)


def normals(points: np.ndarray, faces: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """Area-weighted unit normals (V, 3); in the middle they have no y."""
    a, b, c = (points[faces[:, k]] for k in range(3))
    face = np.cross(b - a, c - a)
    total = np.zeros_like(points)
    for k in range(3):
        np.add.at(total, faces[:, k], face)
    total[middle, 1] = 0.0
    return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)


def relax(
    points: np.ndarray, faces: np.ndarray, middle: np.ndarray, rounds: int,
    base: np.ndarray | None = None, outward: np.ndarray | None = None, least: float = 0.0,
    hold: np.ndarray | None = None,
) -> np.ndarray:  # fmt: skip
    """Smooth a surface; with `base` and `outward` it stays at least `least` [m] above them."""
    step = averaging(faces, len(points))
    edge = borders(faces, middle)
    rim = np.unique(edge)
    along = csr_matrix((len(points), len(points)))
    if len(edge):
        ones = np.ones(2 * len(edge))
        pairs = (np.r_[edge[:, 0], edge[:, 1]], np.r_[edge[:, 1], edge[:, 0]])
        along = coo_matrix((ones, pairs), (len(points), len(points))).tocsr()
        along = csr_matrix(along.multiply(1.0 / np.maximum(along.sum(axis=1), 1.0)))
    lone = np.asarray(along.getnnz(axis=1) < 2) if len(edge) else np.zeros(0, bool)
    result = points.copy()
    for _ in range(rounds):
        moved = 0.4 * result + 0.6 * (step @ result)
        if len(rim):
            moved[rim] = (0.5 * result + 0.5 * (along @ result))[rim]
            ends = rim[lone[rim]]
            moved[ends] = result[ends]
        moved[middle, 1] = 0.0
        if hold is not None:
            moved = hold[:, None] * result + (1.0 - hold[:, None]) * moved
        if base is not None and outward is not None:
            height = np.einsum("ij,ij->i", moved - base, outward)
            moved += np.maximum(least - height, 0.0)[:, None] * outward
        result = moved
    return result


def with_hems(
    points: np.ndarray, faces: np.ndarray, middle: np.ndarray, outward: np.ndarray,
    thickness: float, depth: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """Fold every border inwards by `thickness` and back under by `depth` [m].

    Returns:
        points, faces, middle, and for each point the one it copies its weights from.
    """
    edges = borders(faces, middle)
    rim = np.unique(edges)
    back = np.zeros_like(points)
    for a, b in edges:
        along = points[b] - points[a]
        away = np.cross(outward[a] + outward[b], along)
        away /= max(float(np.linalg.norm(away)), 1e-9)
        back[a] += away
        back[b] += away
    back[rim] /= np.maximum(np.linalg.norm(back[rim], axis=1, keepdims=True), 1e-9)
    back[middle, 1] = 0.0
    under = points[rim] - thickness * outward[rim] + 0.15 * thickness * back[rim]
    deep = under + depth * back[rim] - 0.2 * thickness * outward[rim]
    count, index = len(points), np.full(len(points), -1)
    index[rim] = np.arange(len(rim))
    first, second = count + index, count + len(rim) + index
    strips = []
    for a, b in edges:
        strips += [(b, a, first[a]), (b, first[a], first[b])]
        strips += [(first[b], first[a], second[a]), (first[b], second[a], second[b])]
    owner = np.r_[np.arange(count), rim, rim]
    return (
        np.concatenate([points, under, deep]),
        np.concatenate([faces, np.array(strips, dtype=int).reshape(-1, 3)]),
        middle[owner],
        owner,
    )
