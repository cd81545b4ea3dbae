"""Files: each module writes or reads one family of formats.

A writer is a function of an `Animation` and the path to fill. It may leave a half-written file
behind: `save` hands it a temporary one and moves that into place only when it is whole.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from text2sim.errors import ConfigError, nearest
from text2sim.io.files import replacing

if TYPE_CHECKING:
    from text2sim.animation import Animation

WRITERS: dict[str, str] = {
    ".mp4": "text2sim.io.video:write_mp4",
    ".gif": "text2sim.io.pictures:write_gif",
    ".png": "text2sim.io.pictures:write_png",
    ".npz": "text2sim.io.archive:write_npz",
    ".json": "text2sim.io.report:write_json",
    ".glb": "text2sim.io.gltf:write_glb",
    ".usd": "text2sim.io.usd:write_usd",
    ".usda": "text2sim.io.usd:write_usd",
    ".usdz": "text2sim.io.usd:write_usd",
    ".bvh": "text2sim.io.bvh:write_bvh",
    ".html": "text2sim.io.web_page:write_html",
    ".csv": "text2sim.io.table:write_csv",
    ".xml": "text2sim.io.mjcf:write_mjcf",
    ".urdf": "text2sim.io.urdf:write_urdf",
}
"""File suffix -> "module:function"; the modules are imported when they are needed."""


def writer(path: str | os.PathLike[str]) -> Callable[[Animation, Path], None]:
    """The writer for a path's suffix; capitals don't matter.

    Raises:
        ConfigError: it is no path, or no writer knows the suffix.
    """
    if not isinstance(path, (str, os.PathLike)) or "\0" in os.fspath(path):
        raise ConfigError(f"Give the path of a file to save to; got {path!r}.")
    suffix = Path(path).suffix.lower()
    if suffix not in WRITERS:
        what = f"the suffix {suffix!r}" if suffix else f"a name without a suffix ({str(path)!r})"
        raise ConfigError(
            f"text2sim can't save to {what}.{nearest(suffix, WRITERS)} Known: {', '.join(WRITERS)}."
        )
    module, _, function = WRITERS[suffix].partition(":")
    return getattr(importlib.import_module(module), function)


def check_outputs(paths: Iterable[str | os.PathLike[str]], *, overwrite: bool = True) -> None:
    """Fail now if `save` could not write one of the paths: call it before minutes of work.

    Raises:
        ConfigError: no writer knows a suffix, or a path is listed twice.
        ResourceError: a place can't be written, or a file exists and `overwrite` is False.
    """
    seen: set[str] = set()
    for path in paths:
        writer(path)
        if os.path.realpath(path) in seen:
            raise ConfigError(f"{path} is listed twice; give every output a name of its own.")
        seen.add(os.path.realpath(path))
        with replacing(path, overwrite=overwrite, dry_run=True):
            pass


def save(animation: Animation, path: str | os.PathLike[str], *, overwrite: bool = True) -> Path:
    """Write an animation in the format of the path's suffix; all of it or nothing.

    Raises:
        ConfigError: no writer knows the suffix.
        ResourceError: the file can't be written, or it exists and `overwrite` is False.
    """
    write = writer(path)
    with replacing(path, overwrite=overwrite) as temporary:
        write(animation, temporary)
    return Path(path)
