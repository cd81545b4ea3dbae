"""Finished frames on disk, so that a run that was interrupted goes on at the next frame."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import final

import numpy as np
from numpy.typing import NDArray

from text2sim.errors import ResourceError
from text2sim.io.files import replacing, write_error


@final
class Unfinished:
    """Frames 0, 1, ... of one run, as PNG in a folder of their own; nothing if there is no folder.

    Args:
        folder: where runs are kept, or "".
        key: all that determines the frames: settings, weights, seed, and the rendered clip.
        size: width and height.
    """

    def __init__(self, folder: str, key: str, size: tuple[int, int]) -> None:
        self._folder = Path(folder).expanduser() / key[:24] if folder else None
        self._size = size
        if self._folder is not None:
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise write_error(self._folder, error) from error

    def get(self, frame: int) -> NDArray | None:
        """A finished frame (H, W, 3), or None."""
        from PIL import Image, UnidentifiedImageError

        if self._folder is None:
            return None
        try:
            with Image.open(self._path(frame), formats=("PNG",)) as image:
                made = np.asarray(image.convert("RGB"))
        except (OSError, UnidentifiedImageError, ValueError):
            return None
        return made if made.shape[1::-1] == self._size else None

    def put(self, frame: int, picture: NDArray) -> None:
        """Keep a finished frame."""
        from PIL import Image

        if self._folder is None:
            return
        try:
            with replacing(self._path(frame)) as path:
                Image.fromarray(picture).save(path, "PNG")
        except OSError as error:
            if isinstance(error, ResourceError):
                raise
            raise write_error(self._path(frame), error) from error

    def _path(self, frame: int) -> Path:
        assert self._folder is not None
        return self._folder / f"{frame:06d}.png"


def run_key(fingerprint: str, seed: int, prompt: str, pictures: list[NDArray]) -> str:
    """Name of a run: the same one has the same frames."""
    total = hashlib.sha256(json.dumps([fingerprint, seed, prompt]).encode())
    for picture in pictures:
        total.update(str(picture.shape).encode())
        total.update(np.ascontiguousarray(picture).tobytes())
    return total.hexdigest()
