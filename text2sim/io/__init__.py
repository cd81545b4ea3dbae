"""Files: each module writes or reads one family of formats.

A writer is a function of an `Animation` and the path to fill. It may leave a half-written file
behind: `save` hands it a temporary one and moves that into place only when it is whole.
"""

from __future__ import annotations

import functools
import importlib
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from text2sim.errors import ConfigError, ResourceError, nearest
from text2sim.io.files import replacing, replacing_folder, write_error

if TYPE_CHECKING:
    from text2sim.animation import Animation
    from text2sim.recording import Recording
    from text2sim.types import Frames

WRITERS: dict[str, str] = {
    ".mp4": "text2sim.io.video:write_mp4",
    ".webm": "text2sim.io.video:write_webm",
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
    ".blend": "text2sim.io.blend:write_blend",
    ".py": "text2sim.io.blender_script:write_py",
}
"""File suffix -> "module:function"; the modules are imported when they are needed."""

SINKS: dict[str, str] = {
    ".mp4": "text2sim.io.video:mp4_sink",
    ".webm": "text2sim.io.video:webm_sink",
    ".json": "text2sim.io.report:json_sink",
}
"""Formats that are written while the clip is rendered: file suffix -> "module:function".

The function takes a `Recording` and the path to fill, and gives a context manager of a function
that takes `Frames`, in order, any number at a time.
"""
MARK = "text2sim.json"
"""The file by which a folder of channels is known."""
Sink = AbstractContextManager[Callable[["Frames"], None]]


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
        hint, known = nearest(suffix, WRITERS), ", ".join(WRITERS)
        raise ConfigError(
            f"text2sim can't save to {what}.{hint} Known: {known}, and for a folder of channels "
            f"a path that ends with a slash."
        )
    return _load(WRITERS[suffix])


def is_folder(path: str | os.PathLike[str]) -> bool:
    """The path ends with a slash: it names a folder of channels."""
    return isinstance(path, (str, os.PathLike)) and os.fspath(path).endswith(("/", os.sep))


def check_outputs(paths: Iterable[str | os.PathLike[str]], *, overwrite: bool = True) -> None:
    """Fail now if `save` could not write one of the paths: call it before minutes of work.

    Raises:
        ConfigError: no writer knows a suffix, or a path is listed twice.
        ResourceError: a place can't be written, or a file exists and `overwrite` is False.
    """
    seen: set[str] = set()
    for path in paths:
        if not is_folder(path):
            writer(path)
        if os.path.realpath(path) in seen:
            raise ConfigError(f"{path} is listed twice; give every output a name of its own.")
        seen.add(os.path.realpath(path))
        with _place(path, overwrite, dry_run=True):
            pass


def _place(
    path: str | os.PathLike[str], overwrite: bool, *, dry_run: bool = False
) -> AbstractContextManager[Path]:
    """A temporary file or folder that takes the place of `path` if the block ends well."""
    if is_folder(path):
        return replacing_folder(path, MARK, overwrite=overwrite, dry_run=dry_run)
    return replacing(path, overwrite=overwrite, dry_run=dry_run)


def save(
    animation: Animation,
    path: str | os.PathLike[str],
    *,
    overwrite: bool = True,
    channels: tuple[str, ...] | None = None,
    exr: bool = False,
) -> Path:
    """Write an animation in the format of the path's suffix, or as a folder; all or nothing.

    Args:
        animation: what to write.
        path: of the file; one that ends with a slash is a folder of channels.
        overwrite: an existing file, or folder of channels, may be replaced.
        channels: those that go into the folder; all that were made unless given.
        exr: write real numbers into OpenEXR files instead of .npz.

    Raises:
        ConfigError: no writer knows the suffix, or a channel was not made.
        ResourceError: the file can't be written, or it exists and `overwrite` is False.
        MissingExtraError: the format needs a library that is not installed.
    """
    if is_folder(path):
        with filling(
            animation, [path], overwrite=overwrite, made=(*animation.channels,), channels=channels,
            exr=exr,
        ) as put:  # fmt: skip
            put(animation.rendered)
        return Path(path)
    if channels is not None or exr:
        raise ConfigError(f"Channels go into a folder: end the path with a slash ({path}/).")
    write = writer(path)
    with replacing(path, overwrite=overwrite) as temporary:
        write(animation, temporary)
    return Path(path)


def streamable(path: str | os.PathLike[str]) -> bool:
    """The format can be written while the clip is rendered."""
    return is_folder(path) or Path(path).suffix.lower() in SINKS


@contextmanager
def filling(
    recording: Recording,
    paths: Iterable[str | os.PathLike[str]],
    *,
    overwrite: bool = True,
    made: tuple[str, ...],
    channels: tuple[str, ...] | None = None,
    exr: bool = False,
) -> Iterator[Callable[[Frames], None]]:
    """A function that takes the frames of a clip in order and writes them to several places.

    They appear when the block ends well, each whole or not at all; otherwise none does.

    Args:
        recording: the clip.
        paths: of files and folders; `streamable` says which formats can be.
        overwrite: what exists may be replaced.
        made: channels that the frames have.
        channels: those that go into folders; all unless given.
        exr: see `save`.

    Raises:
        ConfigError: a format can't be written frame by frame, or a channel is not made.
        ResourceError: a place can't be written.
    """
    from text2sim.io.folder import check_channels, folder_sink

    wanted = check_channels(channels, made)
    folder = functools.partial(folder_sink, channels=wanted, exr=exr)
    with ExitStack() as stack:
        takers: list[tuple[Path, Callable[[Frames], None]]] = []
        for path in paths:
            fill: Callable[[Recording, Path], Sink] = folder if is_folder(path) else _sink(path)
            place = stack.enter_context(_place(path, overwrite))
            takers.append((Path(path), stack.enter_context(fill(recording, place))))

        def put(frames: Frames) -> None:
            for path, take in takers:
                try:
                    take(frames)
                except ResourceError:
                    raise
                except OSError as error:
                    raise write_error(path, error) from error

        yield put


def _sink(path: str | os.PathLike[str]) -> Callable[[Recording, Path], Sink]:
    suffix = Path(path).suffix.lower()
    if suffix not in SINKS:
        writer(path)
        raise ConfigError(
            f"{path} can't be written while the clip is rendered, as {suffix} needs all of it: "
            f"save an animation instead. Folders and {', '.join(SINKS)} can."
        )
    return _load(SINKS[suffix])


def _load(name: str) -> Any:
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)
