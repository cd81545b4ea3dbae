"""Pictures that users give to generators of meshes."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

from text2sim.errors import ResourceError

MAX_BYTES = 64 * 1024 * 1024
SMALLEST, LARGEST = 16, 8192
"""Pixels along a side."""


def open_picture(path: str) -> Any:
    """A PIL image in "RGB" or "RGBA".

    Raises:
        ResourceError: it is missing, no picture, too small or too large.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        if Path(path).stat().st_size > MAX_BYTES:
            raise ResourceError(f"{path} has more than {MAX_BYTES >> 20} MiB. Save it smaller.")
        image = Image.open(io.BytesIO(Path(path).read_bytes()), formats=("PNG", "JPEG", "WEBP"))
        width, height = image.size
        if not SMALLEST <= min(width, height) <= max(width, height) <= LARGEST:
            raise ResourceError(
                f"{path} has {width} x {height} pixels; a picture of {SMALLEST} to {LARGEST} each "
                "way is needed."
            )
        return image.convert("RGBA" if "A" in image.getbands() else "RGB")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        if isinstance(error, ResourceError):
            raise
        raise ResourceError(
            f"{path} can't be read as a PNG, JPEG or WebP picture: {error}."
        ) from error


def picture_digest(path: str) -> str:
    """SHA-256 of a file; "" if it can't be read."""
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return ""
