"""Memory for clips of any length."""

from __future__ import annotations

import math
import shutil
import tempfile

import numpy as np
from numpy.typing import DTypeLike

from text2sim.errors import ResourceError
from text2sim.types.frames import channel_format

IN_MEMORY = 700 * 2**20
"""Clips up to this size [bytes] are held in memory."""


def allocate(shape: tuple[int, ...], dtype: DTypeLike, *, clip_bytes: int) -> np.ndarray:
    """An array of zeros: in memory, or in a temporary file if the whole clip is large.

    The file has no name of its own on the disk: the operating system frees it with the array.

    Raises:
        ResourceError: the disk of the temporary directory is too full.
    """
    if clip_bytes <= IN_MEMORY:
        return np.zeros(shape, dtype)
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free
    if free < clip_bytes:
        raise ResourceError(
            f"The clip needs {clip_bytes / 2**30:.1f} GiB in {folder}, which has "
            f"{free / 2**30:.1f} GiB free; choose a smaller size or duration, or set TMPDIR."
        )
    with tempfile.TemporaryFile() as file:
        return np.memmap(file, dtype, "w+", shape=shape)


def allocate_channels(
    frames: int, size: tuple[int, int], channels: tuple[str, ...]
) -> dict[str, np.ndarray]:
    """Space for the channels of a clip, by name; see `text2sim.types.Frames`.

    Raises:
        ResourceError: see `allocate`.
    """
    shapes = {name: ((frames, size[1], size[0]), *channel_format(name)) for name in channels}
    total = sum(math.prod(a + b) * dtype.itemsize for a, b, dtype in shapes.values())
    return {
        name: allocate(picture + pixel, dtype, clip_bytes=total)
        for name, (picture, pixel, dtype) in shapes.items()
    }


def blank(size: tuple[int, int], channels: tuple[str, ...]) -> dict[str, np.ndarray]:
    """One picture of zeros for each channel, (H, W, ...)."""
    return {name: content[0] for name, content in allocate_channels(1, size, channels).items()}
