"""Memory for clips of any length."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike

from text2sim.errors import ResourceError

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


@dataclass(frozen=True, kw_only=True, eq=False)
class Channels:
    """The pictures of a clip while they are made; see `text2sim.types.Frames`."""

    rgb: np.ndarray
    depth: np.ndarray | None
    segmentation: np.ndarray | None

    @classmethod
    def allocate(cls, frames: int, size: tuple[int, int], channels: tuple[str, ...]) -> Channels:
        """Space for the channels asked for.

        Raises:
            ResourceError: see `allocate`.
        """
        shape = (frames, size[1], size[0])
        depth, segmentation = "depth" in channels, "segmentation" in channels
        total = int(np.prod(shape)) * (3 + 4 * depth + 2 * segmentation)
        return cls(
            rgb=allocate((*shape, 3), np.uint8, clip_bytes=total),
            depth=allocate(shape, np.float32, clip_bytes=total) if depth else None,
            segmentation=(allocate(shape, np.uint16, clip_bytes=total) if segmentation else None),
        )

    @property
    def measured(self) -> bool:
        """There is more to fill than colour."""
        return self.depth is not None or self.segmentation is not None

    def measures(self, frame: int) -> tuple[np.ndarray, np.ndarray]:
        """Depth and segmentation (H, W) of a frame; throw-away space where not asked for."""
        shape = self.rgb.shape[1:3]
        depth = np.empty(shape, np.float32) if self.depth is None else self.depth[frame]
        labels = np.empty(shape, np.uint16)
        return depth, labels if self.segmentation is None else self.segmentation[frame]
