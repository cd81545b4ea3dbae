"""Convex decomposition in a process of its own: python -m ... METHOD MESH.npz PARTS.npz MOST."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

CONCAVITY = 0.05
"""CoACD: largest distance of a part to its hull, as a share of the cube that the mesh fills."""


def by_vhacd(vertices: NDArray, faces: NDArray, most: int) -> list[NDArray]:
    """V-HACD 2 as PyBullet has it (Mamou 2016); on a grid of 64 cells each way.

    It takes no number of parts: those beyond `most` are merged by the caller.
    """
    from text2sim.bullet import import_pybullet

    del most
    lines = [f"v {x:.7g} {y:.7g} {z:.7g}" for x, y, z in vertices]
    lines += [f"f {a} {b} {c}" for a, b, c in faces + 1]
    Path("in.obj").write_text("\n".join(lines))
    import_pybullet().vhacd(
        "in.obj", "out.obj", "log.txt", resolution=50_000, depth=8, concavity=0.005,
        gamma=0.005, planeDownsampling=8, convexhullDownsampling=8, maxNumVerticesPerCH=64,
    )  # fmt: skip
    parts: list[list[list[float]]] = []
    for line in Path("out.obj").read_text().splitlines():
        if line.startswith("o "):
            parts.append([])
        elif line.startswith("v "):
            parts[-1].append([float(word) for word in line.split()[1:4]])
    return [np.array(part) for part in parts if len(part) > 3]


def by_coacd(vertices: NDArray, faces: NDArray, most: int) -> list[NDArray]:
    """CoACD (Wei et al. 2022), on settings that take seconds rather than minutes."""
    import coacd

    coacd.set_log_level("error")
    parts = coacd.run_coacd(
        coacd.Mesh(vertices, faces), threshold=CONCAVITY, max_convex_hull=most, seed=0,
        preprocess_mode="auto", preprocess_resolution=30, resolution=500, mcts_iterations=20,
        mcts_nodes=8, mcts_max_depth=2, decimate=True, max_ch_vertex=128,
    )  # fmt: skip
    return [np.asarray(points) for points, _ in parts]


METHODS = {"vhacd": by_vhacd, "coacd": by_coacd}

if __name__ == "__main__":
    how, given, made, most = sys.argv[1:5]
    with np.load(given, allow_pickle=False) as mesh:
        parts = METHODS[how](mesh["vertices"], mesh["faces"], int(most))
    if not parts:
        sys.exit("it found no parts")
    arrays: dict[str, Any] = {f"part{i:03}": part for i, part in enumerate(parts)}
    np.savez(made, **arrays)
