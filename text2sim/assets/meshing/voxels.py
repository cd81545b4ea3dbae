"""What a mesh encloses, on a grid: how much it covers twice, and closed surfaces of what it fills.

All grids span the bounding box with the same number of cells each way, so that flat things are
resolved too.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from text2sim.assets.implicit import net
from text2sim.assets.meshing.triangles import Triangles

COLUMN_X, COLUMN_Y = 0.4142, 0.5772
"""Where in its cell a column stands: away from the round numbers that corners like."""


class Crossings(NamedTuple):
    """Where columns along Z meet the faces: column c owns `starts[c]` to `starts[c + 1]`.

    Heights are in order; the sign is +1 where the column enters the body.
    """

    starts: NDArray
    heights: NDArray
    signs: NDArray


def unit(mesh: Triangles) -> Triangles:
    """Stretched to fill the unit cube."""
    low = mesh.vertices.min(axis=0)
    return Triangles((mesh.vertices - low) / np.ptp(mesh.vertices, axis=0), mesh.faces)


def crossings(mesh: Triangles, cells: int) -> Crossings:
    """Columns through a mesh in the unit cube, `cells` each way."""
    points, faces = np.ascontiguousarray(mesh.vertices), np.ascontiguousarray(mesh.faces)
    starts = np.zeros(cells * cells + 1, dtype=np.int64)
    nothing = np.empty(0)
    _cross(points, faces, cells, starts[1:], nothing, nothing)
    np.cumsum(starts, out=starts)
    heights, signs = np.empty(starts[-1]), np.empty(starts[-1])
    _cross(points, faces, cells, starts[:-1].copy(), heights, signs)
    column = np.repeat(np.arange(cells * cells), np.diff(starts))
    order = np.lexsort((heights, column))
    return Crossings(starts, heights[order], signs[order])


@njit(cache=True)
def _cross(
    points: NDArray, faces: NDArray, cells: int, at: NDArray, heights: NDArray, signs: NDArray
) -> None:
    """Count the crossings of every column into `at`, or write them from there on."""
    writing = len(heights) > 0
    for f in range(len(faces)):
        a, b, c = points[faces[f, 0]], points[faces[f, 1]], points[faces[f, 2]]
        area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
        if area == 0.0:
            continue
        left = int(np.ceil(min(a[0], b[0], c[0]) * cells - COLUMN_X))
        right = int(np.floor(max(a[0], b[0], c[0]) * cells - COLUMN_X))
        low = int(np.ceil(min(a[1], b[1], c[1]) * cells - COLUMN_Y))
        high = int(np.floor(max(a[1], b[1], c[1]) * cells - COLUMN_Y))
        for i in range(max(left, 0), min(right, cells - 1) + 1):
            x = (i + COLUMN_X) / cells
            for j in range(max(low, 0), min(high, cells - 1) + 1):
                y = (j + COLUMN_Y) / cells
                u = ((b[0] - x) * (c[1] - y) - (b[1] - y) * (c[0] - x)) / area
                v = ((c[0] - x) * (a[1] - y) - (c[1] - y) * (a[0] - x)) / area
                w = 1.0 - u - v
                if u < 0.0 or v < 0.0 or w < 0.0:
                    continue
                column = i * cells + j
                if writing:
                    heights[at[column]] = u * a[2] + v * b[2] + w * c[2]
                    signs[at[column]] = -1.0 if area > 0.0 else 1.0
                at[column] += 1


def enclosed(found: Crossings) -> tuple[float, float]:
    """Volume inside of at least one shell, and volume counted as often as shells hold it."""
    winding = np.cumsum(found.signs)
    ends = found.starts[1:][np.diff(found.starts) > 0] - 1
    step = np.append(np.diff(found.heights), 0.0)
    step[ends] = 0.0
    count = len(found.starts) - 1
    return float((step * (winding > 0.5)).sum() / count), float((step * winding).sum() / count)


def inside(found: Crossings, cells: int) -> NDArray:
    """Cells whose middle lies inside of a shell, (N, N, N) bool."""
    grid = np.zeros((cells * cells, cells + 1))
    column = np.repeat(np.arange(cells * cells), np.diff(found.starts))
    level = np.clip(np.ceil(found.heights * cells - 0.5), 0, cells).astype(int)
    np.add.at(grid, (column, level), found.signs)
    return (np.cumsum(grid, axis=1)[:, :cells] > 0.5).reshape(cells, cells, cells)


def walls(mesh: Triangles, cells: int) -> NDArray:
    """Cells that the surface of a mesh in the unit cube touches, and what they shut in."""
    from scipy.ndimage import label

    grid = np.zeros((cells + 2,) * 3, dtype=np.bool_)
    _touch(np.ascontiguousarray(mesh.vertices), np.ascontiguousarray(mesh.faces), cells, grid)
    regions, _ = label(~grid)
    return (regions != regions[0, 0, 0])[1:-1, 1:-1, 1:-1]


@njit(cache=True)
def _touch(points: NDArray, faces: NDArray, cells: int, grid: NDArray) -> None:
    """Mark cells at points of every face at most half a cell apart."""
    for f in range(len(faces)):
        a, b, c = points[faces[f, 0]], points[faces[f, 1]], points[faces[f, 2]]
        longest = max(np.abs(b - a).max(), np.abs(c - a).max(), np.abs(c - b).max())
        steps = int(np.ceil(longest * cells * 2.0)) + 1
        for i in range(steps + 1):
            for j in range(steps + 1 - i):
                u, v = i / steps, j / steps
                x = min(int((a[0] + u * (b[0] - a[0]) + v * (c[0] - a[0])) * cells), cells - 1)
                y = min(int((a[1] + u * (b[1] - a[1]) + v * (c[1] - a[1])) * cells), cells - 1)
                z = min(int((a[2] + u * (b[2] - a[2]) + v * (c[2] - a[2])) * cells), cells - 1)
                grid[x + 1, y + 1, z + 1] = True


def surfaced(cells: NDArray) -> Triangles:
    """Closed surface of filled cells (N, N, N), slightly rounded, in the unit cube."""
    from scipy.ndimage import gaussian_filter

    padded = np.pad(cells, 3).astype(np.float64)
    values = 0.4 - gaussian_filter(padded, 0.5)
    _join_diagonals(values)
    vertices, faces = net(values)
    vertices = (vertices - 3.0 + 0.5) / len(cells)
    return unit(Triangles(vertices, faces))


def _join_diagonals(values: NDArray) -> None:
    """Fill cells so that no two filled ones meet along an edge alone, which no net can draw."""
    for _ in range(32):
        solid, changed = values < 0.0, False
        for axis in range(3):
            one, two = ((axis + 1) % 3, (axis + 2) % 3)
            view = np.moveaxis(solid, (one, two), (0, 1))
            field = np.moveaxis(values, (one, two), (0, 1))
            a, b, c, d = view[:-1, :-1], view[1:, :-1], view[:-1, 1:], view[1:, 1:]
            rising, falling = a & d & ~b & ~c, b & c & ~a & ~d
            field[1:, :-1][rising] = -0.05
            field[:-1, :-1][falling] = -0.05
            changed |= bool(rising.any() or falling.any())
        if not changed:
            return
