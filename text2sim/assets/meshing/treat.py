"""Any triangles become what is drawn, a closed body, and convex parts of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from text2sim.assets.meshing import convex, voxels
from text2sim.assets.meshing.convex import Decomposition
from text2sim.assets.meshing.triangles import (
    Triangles,
    cleaned,
    compact,
    filled,
    is_closed,
    oriented,
)
from text2sim.errors import ConfigError, MeshError

LARGEST_HOLES = 0.15
"""Holes with more area than this share of the surface are meant: a bowl, a sheet."""
OVERLAP = 0.03
"""Shells that enclose more than this share twice are made into one."""
FLAT = 1e-6
"""A mesh thinner than this share of its width is flat; single precision leaves less."""
Closed = Literal["as given", "mended", "merged", "walls"]
"""How the body was closed.

"mended": faces were turned, or holes closed. "merged": shells that run through each other were
joined, on a grid. "walls": an open or tangled surface got the thickness of a cell of the grid.
"""


@final
@dataclass(frozen=True, kw_only=True)
class MeshTreatment:
    """What is done to meshes that were not made for physics: users' and generated ones.

    Attributes:
        budget: triangles that are drawn at most; more are decimated.
        cells: grid each way on which tangled surfaces are closed.
        decomposition: "vhacd" (with PyBullet), "coacd" (an extra), or "hulls", one a shell.
        most_parts: convex parts at most.
        fill: share of the enclosed volume that is material; things are mostly hollow.
        up: axis of the file that points up, "y" or "z"; None is that of the format.
        seconds: a decomposition that takes longer is an error.
        store: keep what was made on disk, to be found again by the content of the file.

    Raises:
        ConfigError: a value is out of bounds.
    """

    budget: int = 20_000
    cells: int = 64
    decomposition: Decomposition = "vhacd"
    most_parts: int = 16
    fill: float = 0.3
    up: Literal["y", "z"] | None = None
    seconds: float = 120.0
    store: bool = True

    def __post_init__(self) -> None:
        bounds = {
            "budget": (self.budget, 100, 1_000_000), "cells": (self.cells, 16, 256),
            "most_parts": (self.most_parts, 1, 64), "fill": (self.fill, 0.001, 1.0),
            "seconds": (self.seconds, 0.1, 3600.0),
        }  # fmt: skip
        for name, (value, low, high) in bounds.items():
            if not low <= value <= high:
                raise ConfigError(f"{name} must lie between {low} and {high}; got {value}.")
        if self.decomposition not in ("vhacd", "coacd", "hulls"):
            raise ConfigError(
                f"decomposition must be 'vhacd', 'coacd' or 'hulls'; got {self.decomposition!r}."
            )
        if self.up not in (None, "y", "z"):
            raise ConfigError(f"up must be 'y', 'z' or None; got {self.up!r}.")


class Treated(NamedTuple):
    """What came of a mesh; all in the units and axes of the mesh.

    Attributes:
        drawn: surface to be seen.
        body: closed surface, for mass and inertia.
        parts: corners (N, 3) of convex hulls that cover it.
        closed: how the body was closed.
        steps: what was done, in words.
        colours: linear colour of each vertex of `drawn`, (V, 3), if the mesh had any.
    """

    drawn: Triangles
    body: Triangles
    parts: tuple[NDArray, ...]
    closed: Closed
    steps: tuple[str, ...]
    colours: NDArray | None = None


@dataclass
class _Diary:
    steps: list[str] = field(default_factory=list)

    def note(self, count: int, words: str) -> None:
        if count:
            self.steps.append(f"{count:,} {words}")


def treat(mesh: Triangles, how: MeshTreatment, colours: NDArray | None = None) -> Treated:
    """Clean, close, decimate and decompose a mesh; its vertices may have linear colours (V, 3).

    Raises:
        MeshError: it has no volume, or its decomposition failed. The message lacks a subject.
        MissingExtraError: the decomposition is not installed.
    """
    check_volume(mesh)
    diary = _Diary()
    found = cleaned(mesh)
    if not len(found.faces):
        raise MeshError("it has no triangle with an area. Export it again.")
    diary.note(len(mesh.faces) - len(found.faces), "faces without area, twins or specks dropped")
    if len(found.faces) > how.budget:
        diary.note(len(found.faces) - how.budget, "triangles over the budget decimated")
        found = cleaned(decimated(found, how.budget))
    found, turned = oriented(found)
    diary.note(turned, "faces turned")
    found, closed_holes, open_holes = filled(found, LARGEST_HOLES)
    diary.note(closed_holes, "holes closed")
    diary.note(open_holes, "wide openings left open")
    body, closed = _body(found, how, mended=bool(turned or closed_holes))
    shape = voxels.unit(_light(body))
    low, span = body.vertices.min(axis=0), np.ptp(body.vertices, axis=0)
    parts, way = convex.convex_parts(
        shape, how.decomposition, most=how.most_parts, seconds=how.seconds
    )
    diary.note(len(parts), f"convex parts ({way})")
    drawn = Triangles(found.vertices.astype(np.float32).astype(np.float64), found.faces)
    return Treated(
        drawn, body, tuple(part * span + low for part in parts), closed, tuple(diary.steps),
        None if colours is None else nearest(mesh.vertices, colours, drawn.vertices),
    )  # fmt: skip


def nearest(points: NDArray, values: NDArray, places: NDArray) -> NDArray:
    """The value of the nearest point for each place."""
    from scipy.spatial import cKDTree

    _, index = cKDTree(points).query(places)
    return np.asarray(values[index])


def check_volume(mesh: Triangles) -> None:
    """That the corners do not lie in one plane.

    Raises:
        MeshError: they do, or are not finite.
    """
    used = mesh.vertices[np.unique(mesh.faces)]
    extent = np.ptp(used, axis=0)
    if not np.isfinite(extent).all():
        raise MeshError("it has coordinates that are too large or not finite. Repair it.")
    largest = float(extent.max())
    centred = (used - used.mean(axis=0)) / (largest or 1.0)
    spread = np.sqrt(np.abs(np.linalg.eigvalsh(centred.T @ centred)))
    if not largest > 0.0 or (extent <= 1e-9 * largest).any() or spread[0] <= FLAT * spread[2]:
        raise MeshError(
            f"it is flat: all its corners lie in one plane; extents {extent.tolist()}. It needs a "
            "volume: give it a thickness."
        )


def decimated(mesh: Triangles, count: int) -> Triangles:
    """With about `count` triangles, by quadric errors (Garland and Heckbert 1997)."""
    import fast_simplification

    shape = voxels.unit(mesh)
    points, faces = fast_simplification.simplify(
        shape.vertices.astype(np.float32), shape.faces.astype(np.int32), target_count=count
    )
    low, span = mesh.vertices.min(axis=0), np.ptp(mesh.vertices, axis=0)
    return compact(Triangles(points.astype(np.float64) * span + low, faces.astype(np.int64)))


def _body(mesh: Triangles, how: MeshTreatment, *, mended: bool) -> tuple[Triangles, Closed]:
    """A closed surface, and how it was made."""
    shape = voxels.unit(mesh)
    low, span = mesh.vertices.min(axis=0), np.ptp(mesh.vertices, axis=0)
    closed: Closed = "mended" if mended else "as given"
    if is_closed(mesh.faces):
        found = voxels.crossings(shape, how.cells)
        once, often = voxels.enclosed(found)
        if abs(often - once) <= OVERLAP * once and once > 0.0:
            return mesh, closed
        cells, closed = voxels.inside(found, how.cells), "merged"
        if not cells.any():
            cells, closed = voxels.walls(shape, how.cells), "walls"
    else:
        cells, closed = voxels.walls(shape, how.cells), "walls"
    made = voxels.surfaced(cells)
    return Triangles(made.vertices * span + low, made.faces), closed


def _light(body: Triangles) -> Triangles:
    """A body with few enough triangles to be decomposed."""
    if len(body.faces) <= convex.FINEST:
        return body
    return cleaned(decimated(body, convex.FINEST))
