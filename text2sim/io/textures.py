"""Pictures on surfaces, for formats that take textures: patterns, and those that meshes bring.

Patterns repeat without a seam. They look like those of the renderer (`text2sim.render`), which
computes its own for every pixel and needs no picture.
"""

from __future__ import annotations

import functools
import io
from typing import NamedTuple

import numpy as np

from text2sim.types import Mesh, Surface
from text2sim.types import Texture as Pixels

SIZE = 512
_JOINT = 0.62


class Texture(NamedTuple):
    """A picture that spans `span` [m] or, if its mesh lays it on, 1; times `peak` it is the factor.

    The factor is on the base colour.
    """

    jpeg: bytes
    span: float
    peak: float


def picture(surface: Surface, *, ground: bool = False) -> Texture | None:
    """The surface's own texture, or else that of its pattern."""
    if surface.texture is not None:
        return _own(surface.texture)
    return texture(surface.pattern, ground=ground)


@functools.lru_cache(maxsize=16)
def _own(pixels: Pixels) -> Texture:
    return Texture(_jpeg(pixels.pixels, quality=92, subsampling=0), 1.0, 1.0)


@functools.cache
def texture(pattern: str, *, ground: bool = False) -> Texture | None:
    """The texture of a pattern (see `text2sim.types.Surface`); None where colour alone will do."""
    rng = np.random.default_rng(7)
    if pattern == "tile":
        return _encoded(_tiles(rng, 4), 4.0 if ground else 1.2)
    if pattern == "wood":
        return _encoded(_planks(rng) if ground else 1.0 + _grain(rng), 2.0)
    if pattern == "brick":
        return _encoded(_bricks(rng), 1.92)
    if pattern == "stone":
        return _encoded(1.0 + _octaves(rng, ((2, 0.09), (6, 0.065), (18, 0.045), (54, 0.035))), 2.0)
    if pattern == "grass" or (pattern == "leaves" and ground):
        return _encoded(1.0 + _octaves(rng, ((2, 0.1), (7, 0.1), (34, 0.13), (150, 0.16))), 2.0)
    if pattern == "leaves":
        return _encoded(1.0 + _octaves(rng, ((5, 0.15), (22, 0.3))), 1.0)
    return None


def unwrapped(mesh: Mesh, *, grain: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lay a texture onto a mesh from the six sides of a box.

    Args:
        mesh: vertices that two sides share are doubled.
        grain: the first axis of the texture runs along the mesh's longest side.

    Returns:
        Index (W,) of the mesh's vertex of every new one, place on the texture [m] (W, 2), and the
        new faces (F, 3).
    """
    a, b, c = np.moveaxis(mesh.vertices[mesh.faces].astype(np.float64), 1, 0)
    side = np.abs(np.cross(b - a, c - a)).argmax(axis=1)
    corners, faces = np.unique(3 * mesh.faces + side[:, None], return_inverse=True)
    index, side = corners // 3, corners % 3
    axes = np.array([[1, 2], [0, 2], [0, 1]])
    longest = int(np.argmax(np.ptp(mesh.vertices, axis=0)))
    if grain:
        axes[axes[:, 1] == longest] = axes[axes[:, 1] == longest][:, ::-1]
    return index, np.take_along_axis(mesh.vertices[index], axes[side], 1), faces.reshape(-1, 3)


def _encoded(tone: np.ndarray, span: float) -> Texture:
    """A JPEG of factors on a linear colour (N, N), as grey in sRGB."""
    peak = float(tone.max())
    linear = np.clip(tone / peak, 0.0, 1.0)
    srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return Texture(_jpeg((255.0 * srgb + 0.5).astype(np.uint8), quality=85), span, peak)


def _jpeg(pixels: np.ndarray, **options: int) -> bytes:
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", **options)
    return stream.getvalue()


def _noise(rng: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """Smooth noise, -1 to 1, that repeats: `rows` by `columns` features over the picture."""
    lattice = rng.uniform(-1.0, 1.0, (rows, columns))
    return _stretched(_stretched(lattice, 0), 1)


def _stretched(values: np.ndarray, axis: int) -> np.ndarray:
    count = values.shape[axis]
    place = (np.arange(SIZE) + 0.5) * count / SIZE
    low = np.floor(place).astype(int)
    t = place - low
    t = np.expand_dims(t * t * (3.0 - 2.0 * t), 1 - axis)
    return (1.0 - t) * values.take(low % count, axis) + t * values.take((low + 1) % count, axis)


def _octaves(rng: np.random.Generator, layers: tuple[tuple[int, float], ...]) -> np.ndarray:
    return sum((k * _noise(rng, cells, cells) for cells, k in layers), np.zeros((SIZE, SIZE)))


def _grain(rng: np.random.Generator) -> np.ndarray:
    """Fibres along the rows of the picture."""
    return 0.14 * _noise(rng, 48, 2) + 0.09 * _noise(rng, 256, 8)


def _joints(count: int, width: float) -> np.ndarray:
    """Share of each pixel (N,) under `count` joints; `width` is a fraction of their distance."""
    place = (np.arange(SIZE) + 0.5) * count / SIZE
    away = np.abs(place - np.round(place))
    return np.clip((0.5 * width - away) * SIZE / count + 0.5, 0.0, 1.0)


def _cells(rng: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """One random number, -1 to 1, for each cell, (N, N)."""
    values = rng.uniform(-1.0, 1.0, (rows, columns))
    pixel = np.arange(SIZE)
    return values[np.ix_(pixel * rows // SIZE, pixel * columns // SIZE)]


def _tiles(rng: np.random.Generator, count: int) -> np.ndarray:
    line = _joints(count, 0.014)
    joints = np.maximum(line[:, None], line[None, :])
    return (1.0 + 0.03 * _cells(rng, count, count)) * (1.0 + (_JOINT - 1.0) * joints)


def _planks(rng: np.random.Generator) -> np.ndarray:
    """Fourteen rows of boards, one board long, each pushed along by chance."""
    rows, row = 14, np.arange(SIZE) * 14 // SIZE
    shift = rng.integers(0, SIZE, rows)[row][:, None]
    grain = np.take_along_axis(_grain(rng), (np.arange(SIZE)[None, :] + shift) % SIZE, axis=1)
    end = _joints(1, 0.002)[(np.arange(SIZE)[None, :] + shift) % SIZE]
    seams = np.maximum(_joints(rows, 0.03)[:, None], end)
    return (1.0 + 0.1 * _cells(rng, rows, 1) + grain) * (1.0 - 0.65 * seams)


def _bricks(rng: np.random.Generator) -> np.ndarray:
    """Courses of 8 bricks, every second one moved by half a brick."""
    rows, columns = 26, 8
    half = (np.arange(SIZE) * rows // SIZE % 2 * SIZE // columns // 2)[:, None]
    pixel = (np.arange(SIZE)[None, :] + half) % SIZE
    tone = 0.22 * np.take_along_axis(_cells(rng, rows, columns), pixel, axis=1)
    joints = np.maximum(_joints(rows, 0.15)[:, None], _joints(columns, 0.046)[pixel])
    return (1.0 + tone + 0.08 * _noise(rng, 115, 115)) * (1.0 + 0.6 * joints)
