"""Triangles as arrays: cleaning, winding, holes, shells."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MERGE = 1e-6
"""Corners nearer than this part of the longest side are one."""
SPECK = 0.02
"""Shells smaller than this part of the whole are dropped, if together they are `SPECK_AREA`."""
SPECK_AREA = 0.01
MOST_PINCHES = 0.3
"""A mesh with more free edges than this part of all is a soup; its holes aren't looked for."""


class Triangles(NamedTuple):
    """Vertices (V, 3) float64 and faces (F, 3) int64, counter-clockwise from outside."""

    vertices: NDArray
    faces: NDArray

    def corners(self) -> tuple[NDArray, NDArray, NDArray]:
        """First, second and third corner of every face, each (F, 3)."""
        a, b, c = np.moveaxis(self.vertices[self.faces], 1, 0)
        return a, b, c

    def areas(self) -> NDArray:
        """Area of every face, (F,)."""
        a, b, c = self.corners()
        return 0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1)


def cleaned(mesh: Triangles) -> Triangles:
    """Corners merged; faces without area, twins and specks left out. Nothing may remain."""
    span = float(np.ptp(mesh.vertices, axis=0).max()) or 1.0
    cells = np.round((mesh.vertices - mesh.vertices.min(axis=0)) / (span * MERGE)).astype(np.int64)
    _, first, index = np.unique(cells, axis=0, return_index=True, return_inverse=True)
    vertices, faces = mesh.vertices[first], index.reshape(-1)[mesh.faces]
    faces = faces[Triangles(vertices, faces).areas() > 1e-13 * span * span]
    _, first = np.unique(np.sort(faces, axis=1), axis=0, return_index=True)
    return without_specks(compact(Triangles(vertices, faces[np.sort(first)])))


def compact(mesh: Triangles) -> Triangles:
    """Without vertices that no face uses."""
    used, index = np.unique(mesh.faces, return_inverse=True)
    return Triangles(mesh.vertices[used], index.reshape(-1, 3))


def shells(mesh: Triangles) -> tuple[int, NDArray]:
    """Number of connected shells and the shell of every face, (F,)."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    ends = np.concatenate([mesh.faces[:, [0, 1]], mesh.faces[:, [1, 2]]])
    count = len(mesh.vertices)
    graph = coo_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count))
    _, label = connected_components(graph, directed=False)
    names, own = np.unique(label[mesh.faces[:, 0]], return_inverse=True)
    return len(names), own.reshape(-1)


def without_specks(mesh: Triangles) -> Triangles:
    """Without tiny loose shells, as generated and scanned meshes have them."""
    if not len(mesh.faces):
        return mesh
    count, own = shells(mesh)
    if count == 1:
        return mesh
    low, high = np.full((count, 3), np.inf), np.full((count, 3), -np.inf)
    for corner in mesh.corners():
        np.minimum.at(low, own, corner)
        np.maximum.at(high, own, corner)
    size = np.linalg.norm(high - low, axis=1)
    tiny = size < SPECK * np.linalg.norm(high.max(axis=0) - low.min(axis=0))
    areas = mesh.areas()
    if not tiny.any() or areas[tiny[own]].sum() > SPECK_AREA * areas.sum():
        return mesh
    return compact(Triangles(mesh.vertices, mesh.faces[~tiny[own]]))


def _edges(faces: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Directed edges (3F, 2), the undirected edge that each lies on, and how many share that."""
    directed = faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    _, index, count = np.unique(
        np.sort(directed, axis=1), axis=0, return_inverse=True, return_counts=True
    )
    return directed, index.reshape(-1), count


def is_closed(faces: NDArray) -> bool:
    """Every edge has exactly two faces, which run along it in opposite ways."""
    if not len(faces):
        return False
    directed, index, count = _edges(faces)
    forward = directed[:, 0] < directed[:, 1]
    balance = np.bincount(index, weights=np.where(forward, 1.0, -1.0))
    return bool((count == 2).all() and (balance == 0.0).all())


def oriented(mesh: Triangles) -> tuple[Triangles, int]:
    """Neighbours wound alike and shells outward; also the number of faces that were turned.

    Every face is two nodes, as it is and turned; neighbours link the nodes that agree. What hangs
    together is one winding. A surface with one side (both nodes of a face hang together) stays.
    A shell inside of another that was wound inward by its author is a cavity and stays so.
    """
    faces, count = mesh.faces, len(mesh.faces)
    turned = _inconsistent(faces)
    faces = np.where(turned[:, None], faces[:, ::-1], faces)
    number, own = shells(Triangles(mesh.vertices, faces))
    volumes = np.bincount(own, weights=_signed(mesh.vertices, faces, own, number), minlength=number)
    mixed = np.bincount(own, weights=turned, minlength=number) > 0
    inward = volumes < 0.0
    if inward.any() and number > 1:
        inward &= mixed | ~_nested(Triangles(mesh.vertices, faces), own, number)
    flip = inward[own]
    faces = np.where(flip[:, None], faces[:, ::-1], faces)
    return Triangles(mesh.vertices, faces), min(int((turned ^ flip).sum()), count)


def _inconsistent(faces: NDArray) -> NDArray:
    """Faces to be turned for neighbours to agree, (F,) bool; the fewer of each patch."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    count = len(faces)
    directed, index, shared = _edges(faces)
    order = np.argsort(index, kind="stable")
    pairs = order[np.repeat(shared == 2, shared)].reshape(-1, 2)
    first, second = pairs[:, 0], pairs[:, 1]
    alike = directed[first, 0] == directed[second, 0]  # the same way along the edge: they differ
    one, two = first // 3, second // 3
    a = np.concatenate([one, one + count])
    b = np.concatenate([two + count * alike, two + count * ~alike])
    graph = coo_matrix((np.ones(len(a)), (a, b)), shape=(2 * count, 2 * count))
    _, label = connected_components(graph, directed=False)
    plain, other = label[:count], label[count:]
    pick = other < plain
    patch = np.minimum(plain, other)
    share = np.bincount(patch, weights=pick) / np.maximum(np.bincount(patch), 1)
    return np.where(share[patch] > 0.5, ~pick, pick) & (plain != other)


def _signed(vertices: NDArray, faces: NDArray, own: NDArray, number: int) -> NDArray:
    """Six-fold signed volume of every face with the middle of its shell, (F,)."""
    corner = vertices[faces]
    middle = np.stack(
        [np.bincount(own, weights=corner[:, :, k].mean(axis=1), minlength=number) for k in range(3)]
    ).T / np.bincount(own, minlength=number).reshape(-1, 1)
    a, b, c = np.moveaxis(corner - middle[own][:, None], 1, 0)
    return np.einsum("ij,ij->i", a, np.cross(b, c))


def _nested(mesh: Triangles, own: NDArray, number: int) -> NDArray:
    """Shells whose bounding box lies inside of another's, (S,)."""
    low, high = np.full((number, 3), np.inf), np.full((number, 3), -np.inf)
    for corner in mesh.corners():
        np.minimum.at(low, own, corner)
        np.maximum.at(high, own, corner)
    if number > 2000:
        return np.zeros(number, dtype=bool)
    within = np.logical_and(low[:, None] > low[None], high[:, None] < high[None])
    return np.asarray(np.any(np.all(within, axis=-1), axis=1))


def filled(mesh: Triangles, largest: float) -> tuple[Triangles, int, int]:
    """Holes closed with a fan around their middle, if they are together at most `largest`.

    Args:
        mesh: wound alike.
        largest: share of the area of the surface that the holes together may have.

    Returns:
        The mesh, the number of holes that were closed, and the number left open.
    """
    directed, index, count = _edges(mesh.faces)
    free = directed[count[index] == 1]
    if not len(free) or len(free) > MOST_PINCHES * len(directed):
        return mesh, 0, int(bool(len(free)))
    loops = _loops(free[:, ::-1])
    patches, points, area, at = [], [], 0.0, len(mesh.vertices)
    for loop in loops:
        ring = mesh.vertices[loop]
        middle = ring.mean(axis=0)
        out = np.roll(ring, -1, axis=0) - middle
        area += 0.5 * float(np.linalg.norm(np.cross(ring - middle, out), axis=1).sum())
        if len(loop) == 3:
            patches.append(np.array([loop]))
            continue
        following = np.roll(loop, -1)
        patches.append(np.stack([loop, following, np.full(len(loop), at)], axis=1))
        points.append(middle)
        at += 1
    if area > largest * float(mesh.areas().sum()):
        return mesh, 0, len(loops)
    vertices = np.concatenate([mesh.vertices, np.reshape(points, (-1, 3))])
    return Triangles(vertices, np.concatenate([mesh.faces, *patches])), len(loops), 0


def _loops(edges: NDArray) -> list[NDArray]:
    """Closed walks through directed edges (E, 2), each edge once; dead ends are left out."""
    leaving: dict[int, list[int]] = {}
    for start, end in edges.tolist():
        leaving.setdefault(start, []).append(end)
    found = []
    for start in list(leaving):
        while leaving.get(start):
            walk, place = [start], {start: 0}
            while leaving.get(walk[-1]):
                step = leaving[walk[-1]].pop()
                if step in place:  # a loop closes: take it off the walk
                    begin = place[step]
                    loop, walk = walk[begin:], walk[: begin + 1]
                    for corner in loop[1:]:
                        del place[corner]
                    if len(loop) > 2:
                        found.append(np.array(loop))
                else:
                    place[step] = len(walk)
                    walk.append(step)
    return found
