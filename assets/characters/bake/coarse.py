"""The coarse level of detail: edges are collapsed until few are left; vertices stay where they are.

Quadric error metrics (Garland and Heckbert 1997) choose the edges; as a vertex is only ever moved
onto another, the coarse mesh is a list of faces over the same vertices, for every body.
"""

from __future__ import annotations

import heapq

import numpy as np

Array = np.ndarray


def collapse(points: Array, faces: Array, middle: Array, target: int) -> Array:
    """Faces (F', 3) of a mesh with at most about `target` vertices."""
    mesh = _Mesh(points, faces, middle)
    alive = len(np.unique(faces))
    while alive > target and mesh.queue:
        _, a, b, stamp = heapq.heappop(mesh.queue)
        if mesh.stamps[a] + mesh.stamps[b] != stamp or not (mesh.ring[a] and mesh.ring[b]):
            continue
        if mesh.try_collapse(a, b):
            alive -= 1
    kept = sorted({face for ring in mesh.ring for face in ring})
    return np.array([mesh.faces[k] for k in kept])


class _Mesh:
    """Faces around each vertex, error quadrics, and edges by their cost."""

    def __init__(self, points: Array, faces: Array, middle: Array) -> None:
        self.points, self.middle = points, middle
        self.faces = [list(map(int, face)) for face in faces]
        self.ring: list[set[int]] = [set() for _ in points]
        self.stamps = np.zeros(len(points), int)
        self.quadrics = np.zeros((len(points), 4, 4))
        counts: dict[tuple[int, int], int] = {}
        for k, (a, b, c) in enumerate(self.faces):
            normal = np.cross(points[b] - points[a], points[c] - points[a])
            area = np.linalg.norm(normal)
            plane = np.append(normal, -normal @ points[a]) / max(area, 1e-12)
            for v in (a, b, c):
                self.ring[v].add(k)
                self.quadrics[v] += area * np.outer(plane, plane)
            for pair in ((a, b), (b, c), (c, a)):
                key = (min(pair), max(pair))
                counts[key] = counts.get(key, 0) + 1
        self.edge = np.zeros(len(points), bool)
        for (a, b), count in counts.items():
            if count == 1 and not (middle[a] and middle[b]):
                self.edge[[a, b]] = True
        self.queue: list[tuple[float, int, int, int]] = []
        for a, b in counts:
            self.push(a, b)

    def push(self, a: int, b: int) -> None:
        """Consider moving a onto b and b onto a."""
        for one, two in ((a, b), (b, a)):
            if (self.middle[one] and not self.middle[two]) or (
                self.edge[one] and not self.edge[two]
            ):
                continue
            where = np.append(self.points[two], 1.0)
            cost = where @ (self.quadrics[one] + self.quadrics[two]) @ where
            length = float(np.sum((self.points[one] - self.points[two]) ** 2))
            stamp = int(self.stamps[one] + self.stamps[two])
            heapq.heappush(self.queue, (float(cost) + 2e-5 * length**2, one, two, stamp))

    def around(self, vertex: int) -> set[int]:
        """Neighbours of a vertex."""
        return {v for k in self.ring[vertex] for v in self.faces[k]} - {vertex}

    def try_collapse(self, a: int, b: int) -> bool:
        """Move a onto b unless the surface would fold or be pinched."""
        shared = self.ring[a] & self.ring[b]
        if len(self.around(a) & self.around(b)) != len(shared):
            return False
        for k in self.ring[a] - shared:
            old = self.points[self.faces[k]]
            new = self.points[[b if v == a else v for v in self.faces[k]]]
            m, n = (np.cross(t[1] - t[0], t[2] - t[0]) for t in (old, new))
            if m @ n < 0.2 * np.linalg.norm(m) * np.linalg.norm(n) or not n.any():
                return False
        for k in self.ring[a] - shared:
            self.faces[k] = [b if v == a else v for v in self.faces[k]]
            self.ring[b].add(k)
        for k in shared:
            for v in self.faces[k]:
                self.ring[v].discard(k)
        self.ring[a] = set()
        self.quadrics[b] += self.quadrics[a]
        self.stamps[b] += 1
        for v in self.around(b):
            self.push(v, b)
        return True
