"""Convex parts of a closed mesh: by hulls of its shells, V-HACD or CoACD.

The mesh is in the unit cube: convexity survives stretching, and V-HACD's grid does not.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from text2sim.assets.meshing.solid import moments
from text2sim.assets.meshing.triangles import Triangles, is_closed, shells
from text2sim.assets.model import hull_corners
from text2sim.errors import MeshError, MissingExtraError

Decomposition = Literal["vhacd", "coacd", "hulls"]
CONVEX = 0.95
"""A shell that fills this share of its hull is taken for convex."""
MOST_SHELLS = 64
"""With more shells than this "hulls" makes one hull of them all."""
FINEST = 3_000
"""Most triangles that a decomposition gets."""
INSTALL = {
    "vhacd": "decomposition='vhacd' needs PyBullet: pip install pybullet, or \"text2sim[physics]\" "
    "where there is no wheel of it. Or choose decomposition='coacd' or 'hulls'.",
    "coacd": "decomposition='coacd' needs CoACD: pip install \"text2sim[coacd]\". Or choose "
    "decomposition='vhacd' or 'hulls'.",
}


def check(decomposition: Decomposition) -> None:
    """That what a decomposition needs is installed.

    Raises:
        MissingExtraError: it is not.
    """
    module = {"vhacd": "pybullet", "coacd": "coacd"}.get(decomposition)
    if module is not None and find_spec(module) is None:
        raise MissingExtraError(INSTALL[decomposition])


def convex_parts(
    mesh: Triangles, how: Decomposition, *, most: int, seconds: float
) -> tuple[tuple[NDArray, ...], str]:
    """Corners (N, 3) of at most `most` hulls that cover a mesh, and how they were found.

    Shells that are convex already are taken as they are.

    Raises:
        MeshError: no part has a volume, or the decomposition failed or took too long.
        MissingExtraError: the decomposition is not installed.
    """
    number, own = shells(mesh)
    if number <= MOST_SHELLS:
        parts = [Triangles(mesh.vertices, mesh.faces[own == i]) for i in range(number)]
        hulls = [hull(mesh.vertices[np.unique(part.faces)]) for part in parts]
        if number <= most and all(map(_is_convex, parts, hulls)):
            return tuple(found for found in hulls if found is not None), "convex"
    else:
        hulls = [hull(mesh.vertices)]
    if how != "hulls":
        check(how)
        hulls = [hull(points) for points in _decomposed(mesh, how, most, seconds)]
    merged = _merged([found for found in hulls if found is not None], most)
    if not merged:
        raise MeshError("no convex part of it has a volume; repair it or choose another shape.")
    return tuple(merged), how


def hull(points: NDArray) -> NDArray | None:
    """Corners of the convex hull; None if the points are flat."""
    from scipy.spatial import QhullError

    try:
        return hull_corners(points)
    except (QhullError, ValueError):
        return None


def volume(corners: NDArray) -> float:
    """Of the convex hull of points."""
    from scipy.spatial import ConvexHull

    return float(ConvexHull(corners).volume)


def _is_convex(part: Triangles, corners: NDArray | None) -> bool:
    if corners is None or not is_closed(part.faces):
        return corners is None
    return moments(part).volume >= CONVEX * volume(corners)


def _merged(hulls: list[NDArray], most: int) -> list[NDArray]:
    """Pairs whose common hull adds least are joined until there are few enough."""
    gain: dict[tuple[int, int], float] = {}
    sizes = {i: volume(corners) for i, corners in enumerate(hulls)}
    alive = dict(enumerate(hulls))

    def weigh(i: int, j: int) -> None:
        gain[i, j] = volume(np.concatenate([alive[i], alive[j]])) - sizes[i] - sizes[j]

    if len(alive) > most:
        for i, j in combinations(alive, 2):
            weigh(i, j)
    while len(alive) > most and gain:
        i, j = min(gain, key=gain.__getitem__)
        both = hull_corners(np.concatenate([alive[i], alive[j]]))
        gain = {pair: found for pair, found in gain.items() if not {i, j} & {*pair}}
        del alive[j]
        alive[i], sizes[i] = both, volume(both)
        for other in alive:
            if other != i:
                weigh(min(i, other), max(i, other))
    return list(alive.values())


def _decomposed(mesh: Triangles, how: str, most: int, seconds: float) -> Sequence[NDArray]:
    """Points of each part, by a process of its own: it may hang, crash and print."""
    with TemporaryDirectory() as folder:
        given, made = Path(folder) / "mesh.npz", Path(folder) / "parts.npz"
        np.savez(given, vertices=mesh.vertices, faces=mesh.faces)
        module = "text2sim.assets.meshing.worker"
        command = [sys.executable, "-m", module, how, str(given), str(made), str(most)]
        try:
            done = subprocess.run(command, capture_output=True, timeout=seconds, cwd=folder,
                                  check=False, env=_environment())  # fmt: skip
        except subprocess.TimeoutExpired:
            raise MeshError(
                f"its convex decomposition by {how} took more than {seconds:g} s. Raise "
                "MeshTreatment(seconds=...), or choose another `decomposition`."
            ) from None
        if done.returncode or not made.exists():
            reason = done.stderr.decode(errors="replace").strip().splitlines() or [
                "no reason given"
            ]
            raise MeshError(
                f"its convex decomposition by {how} failed ({reason[-1][:200]}). Choose another "
                "`decomposition`: 'vhacd', 'coacd' or 'hulls'."
            )
        with np.load(made, allow_pickle=False) as found:
            return [found[name] for name in found.files]


def _environment() -> dict[str, str]:
    """Of the worker, so that it finds the same text2sim."""
    import os

    root = str(Path(__file__).resolve().parents[3])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
