"""A hundred meshes as people bring them: seeded, each broken in a way of its own."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import trimesh


class Broken(NamedTuple):
    """Vertices (V, 3), faces (F, 3), what is wrong, and the suffix to write it with."""

    vertices: np.ndarray
    faces: np.ndarray
    fault: str
    suffix: str


def _shape(rng):
    """A lumpy ball, box, ring, capsule or table, of any proportions."""
    choice = rng.integers(5)
    if choice == 0:
        mesh = trimesh.creation.icosphere(3, 1.0)
        mesh.vertices *= 1.0 + 0.2 * np.sin(mesh.vertices @ rng.normal(0, 3, (3, 1)))
    elif choice == 1:
        mesh = trimesh.creation.box(extents=rng.uniform(0.3, 2.0, 3)).subdivide().subdivide()
    elif choice == 2:
        mesh = trimesh.creation.torus(1.0, rng.uniform(0.15, 0.4), 32, 16)
    elif choice == 3:
        mesh = trimesh.creation.capsule(rng.uniform(0.5, 2.0), 0.4, count=[16, 16])
    else:
        parts = [trimesh.creation.box(extents=[1.2, 0.8, 0.06])]
        for x, y in ((0.5, 0.3), (-0.5, 0.3), (0.5, -0.3), (-0.5, -0.3)):
            leg = trimesh.creation.box(extents=[0.06, 0.06, 0.7])
            leg.apply_translation([x, y, -0.38])
            parts.append(leg)
        mesh = trimesh.util.concatenate(parts)
    mesh.apply_transform(trimesh.transformations.random_rotation_matrix(rng.random(3)))
    return np.array(mesh.vertices), np.array(mesh.faces)


def _holes(rng, v, f):
    middle = v[f].mean(axis=1)
    keep = np.ones(len(f), dtype=bool)
    for _ in range(int(rng.integers(1, 5))):
        keep &= np.linalg.norm(middle - middle[rng.integers(len(f))], axis=1) > 0.12
    return v, f[keep]


def _wide_open(rng, v, f):
    return v, f[v[f].mean(axis=1)[:, 2] < np.median(v[:, 2])]


def _flipped(rng, v, f):
    turn = rng.random(len(f)) < rng.uniform(0.1, 1.0)
    return v, np.where(turn[:, None], f[:, ::-1], f)


def _self_intersecting(rng, v, f):
    other, faces = _shape(rng)
    other = other + rng.uniform(-0.4, 0.4, 3)
    return np.concatenate([v, other]), np.concatenate([f, faces + len(v)])


def _crumpled(rng, v, f):
    return v + rng.normal(0.0, 0.15, v.shape), f


def _heavy(rng, v, f):
    ball = trimesh.creation.icosphere(7, 1.0)  # 327,680 triangles, cut to 200,000
    points = ball.vertices * (1.0 + 0.1 * np.sin(ball.vertices @ rng.normal(0, 4, (3, 1))))
    return np.array(points), np.array(ball.faces[: int(rng.integers(200_000, 327_681))])


def _empty(rng, v, f):
    return v[:0], f[:0]


def _one_triangle(rng, v, f):
    return rng.normal(size=(3, 3)), np.array([[0, 1, 2]])


def _not_finite(rng, v, f):
    v = v.copy()
    v[rng.integers(len(v), size=3)] = rng.choice([np.nan, np.inf, -np.inf])
    return v, f


def _degenerate(rng, v, f):
    bad = rng.integers(len(v), size=(len(f) // 2, 3))
    bad[:, 2] = bad[:, 0]
    return v, np.concatenate([f, bad, f[: len(f) // 3]])


def _flat(rng, v, f):
    normal = rng.normal(size=3)
    normal /= np.linalg.norm(normal)
    return v - (v @ normal)[:, None] * normal, f


def _non_manifold(rng, v, f):
    fins = rng.integers(len(f), size=12)
    tips = v[f[fins]].mean(axis=1) * 1.4
    fin = np.stack([f[fins, 0], f[fins, 1], len(v) + np.arange(12)], axis=1)
    return np.concatenate([v, tips]), np.concatenate([f, fin])


def _shells(rng, v, f):
    count = int(rng.integers(2, 40))
    offsets = rng.uniform(-3, 3, (count, 3))
    points = np.concatenate([v * rng.uniform(0.05, 1) + o for o in offsets])
    return points, np.concatenate([f + i * len(v) for i in range(count)])


def _soup(rng, v, f):
    return rng.normal(size=(3 * 400, 3)), np.arange(1200).reshape(-1, 3)


def _unmerged(rng, v, f):
    return v[f.ravel()], np.arange(3 * len(f)).reshape(-1, 3)


def _wrong_index(rng, v, f):
    f = f.copy()
    f[rng.integers(len(f)), 1] = len(v) + 7
    return v, f


def _huge(rng, v, f):
    return v * 10.0 ** rng.uniform(6, 30) + rng.normal(size=3), f


def _tiny(rng, v, f):
    return v * 10.0 ** rng.uniform(-20, -5), f


def _far_away(rng, v, f):
    return v + rng.normal(size=3) * 1e4, f


FAULTS = {
    "holes": _holes, "wide open": _wide_open, "flipped": _flipped,
    "self-intersecting": _self_intersecting, "crumpled": _crumpled, "heavy": _heavy,
    "empty": _empty, "one triangle": _one_triangle, "not finite": _not_finite,
    "degenerate": _degenerate, "flat": _flat, "non-manifold": _non_manifold, "shells": _shells,
    "soup": _soup, "unmerged": _unmerged, "wrong index": _wrong_index, "huge": _huge,
    "tiny": _tiny, "far away": _far_away, "sound": lambda rng, v, f: (v, f),
}  # fmt: skip
"""What is wrong -> how a sound mesh gets so."""


def broken(number: int) -> Broken:
    """Mesh `number` of the series: fault `number` modulo their count."""
    rng = np.random.default_rng([2026, number])
    fault = list(FAULTS)[number % len(FAULTS)]
    vertices, faces = FAULTS[fault](rng, *_shape(rng))
    text = fault in ("empty", "not finite", "wrong index", "huge", "tiny")
    suffix = "obj" if text else ("ply", "stl", "obj")[number // len(FAULTS) % 3]
    return Broken(vertices, faces, fault, suffix)


def write(mesh: Broken, folder: Path) -> Path:
    """The mesh as a file, written here so that no library mends it first."""
    path = folder / f"{mesh.fault.replace(' ', '-')}.{mesh.suffix}"
    if mesh.suffix == "obj":
        lines = [f"v {x:.9g} {y:.9g} {z:.9g}" for x, y, z in mesh.vertices]
        lines += [f"f {a} {b} {c}" for a, b, c in mesh.faces + 1]
        path.write_text("# a mesh\n" + "\n".join(lines))
    elif mesh.suffix == "stl":
        rows = np.zeros(len(mesh.faces), dtype=[("n", "<f4", 3), ("v", "<f4", 9), ("a", "<u2")])
        rows["v"] = mesh.vertices[mesh.faces].reshape(-1, 9)
        path.write_bytes(bytes(80) + np.uint32(len(rows)).tobytes() + rows.tobytes())
    else:
        head = (
            f"ply\nformat binary_little_endian 1.0\nelement vertex {len(mesh.vertices)}\n"
            "property float x\nproperty float y\nproperty float z\n"
            f"element face {len(mesh.faces)}\nproperty list uchar int vertex_indices\nend_header\n"
        )
        rows = np.zeros(len(mesh.faces), dtype=[("n", "u1"), ("i", "<i4", 3)])
        rows["n"], rows["i"] = 3, mesh.faces
        path.write_bytes(head.encode() + mesh.vertices.astype("<f4").tobytes() + rows.tobytes())
    return path
