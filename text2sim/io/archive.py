"""The lossless archive (.npz): pictures and the whole chain of values behind them.

It is a zip file with one .npy member an array, as `numpy.load` reads it (`["rgb"]`,
`["trace.tracks.0.root_positions"]`, ...), and one member `text2sim.json` with the structure; see
`text2sim.io.codec`. Reading never unpickles and checks every size before it takes memory.
"""

from __future__ import annotations

import io
import json
import math
import zipfile
import zlib
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.lib import format as npy

from text2sim.errors import MissingExtraError, ResourceError, Text2SimError
from text2sim.io.codec import PARENTS, Decoder, Encoder
from text2sim.types import Frames, Motion, Scene, ScenePlan, Script, Trace, World

if TYPE_CHECKING:
    from text2sim.animation import Animation

FORMAT, VERSION = "text2sim animation", 1
MANIFEST = "text2sim.json"
MAX_BYTES = 8 << 30
MAX_MANIFEST, MAX_MEMBERS = 256 << 20, 200_000
_CHAIN: tuple[type, ...] = (Trace, World, Motion, Scene, ScenePlan, Script)


def write_npz(animation: Animation, path: Path) -> None:
    """Write an archive; equal animations give equal bytes.

    Raises:
        ConfigError: a backend's field has a type that an archive can't hold.
    """
    encoder = Encoder()
    root = encoder.encode(animation.rendered)
    manifest = {
        "format": FORMAT, "version": VERSION, "config": animation.config, "root": root,
        "values": encoder.table,
    }  # fmt: skip
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        # `open`, as it dates members 1980, so that the bytes don't depend on the clock.
        with archive.open(MANIFEST, "w") as member:
            member.write(json.dumps(manifest, indent=1).encode())
        for name, content in encoder.arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                npy.write_array(member, np.ascontiguousarray(content), allow_pickle=False)


def read_npz(path: Path, *, limit: int = MAX_BYTES) -> tuple[Frames, dict[str, Any]]:
    """Frames (with all their parents) and config of an archive.

    Args:
        path: of the file.
        limit: largest total size of its contents [bytes].

    Raises:
        ResourceError: there is no such file, or it is not an archive that this version can read.
    """
    if not path.is_file():
        raise ResourceError(f"There is no file {path}; give the path of a saved .npz archive.")
    try:
        with zipfile.ZipFile(path) as archive:
            return _Reader(archive, limit).read()
    except MissingExtraError:
        raise
    except Text2SimError as error:
        raise ResourceError(f"Can't load {path}: {str(error).rstrip('.')}.") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise ResourceError(
            f"Can't load {path}: it is damaged or not an .npz archive ({error})."
        ) from error
    except (KeyError, ValueError, TypeError, AttributeError, RuntimeError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise ResourceError(
            f"Can't load {path}: its contents are not those of a text2sim archive ({reason})."
        ) from error


class _Reader:
    """One open archive; zipfile reads no more than the sizes that are checked here."""

    def __init__(self, archive: zipfile.ZipFile, limit: int) -> None:
        members = archive.infolist()
        total = sum(member.file_size for member in members)
        if len(members) > MAX_MEMBERS:
            raise ResourceError(f"it has {len(members)} members, more than {MAX_MEMBERS}")
        if total > limit:
            raise ResourceError(
                f"its contents take {total / 2**30:.1f} GiB of memory, more than the limit of "
                f"{limit / 2**30:.1f} GiB; if you trust it, load it with limit={total}"
            )
        self.archive, self.arrays = archive, dict[str, np.ndarray]()
        self.members = {member.filename: member for member in members}

    def read(self) -> tuple[Frames, dict[str, Any]]:
        manifest = self._manifest()
        decoder = Decoder(manifest["values"], self._array)
        frames = decoder.decode(manifest["root"])
        value: Any = frames if isinstance(frames, Frames) else None
        for name, cls in zip(PARENTS, _CHAIN):
            value = getattr(value, name, None)
            if not isinstance(value, cls):
                raise ResourceError(f"its {name} is missing or not a {cls.__name__}")
        if not isinstance(manifest["config"], dict):
            raise ResourceError("its config is not a mapping")
        return frames, manifest["config"]

    def _manifest(self) -> dict[str, Any]:
        if MANIFEST not in self.members:
            raise ResourceError(f"it holds no {MANIFEST}, so text2sim did not write it")
        if self.members[MANIFEST].file_size > MAX_MANIFEST:
            raise ResourceError(f"its {MANIFEST} is implausibly large")
        manifest = json.loads(self.archive.read(MANIFEST))
        if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
            raise ResourceError("it is not a text2sim animation")
        version = manifest.get("version")
        if isinstance(version, int) and version > VERSION:
            raise ResourceError(
                f"it has format version {version} and this text2sim reads up to {VERSION}; upgrade "
                f"with pip install -U text2sim"
            )
        if version != VERSION:
            raise ResourceError(f"its format version {version!r} is unknown")
        return manifest

    def _array(self, name: str) -> np.ndarray:
        if name not in self.arrays:
            if f"{name}.npy" not in self.members:
                raise ResourceError(f"the array {name} is missing")
            self.arrays[name] = _parse(name, self.archive.read(f"{name}.npy"))
        return self.arrays[name]


def _parse(name: str, content: bytes) -> np.ndarray:
    """An .npy member without copying; its header must agree with its length."""
    stream: IO[bytes] = io.BytesIO(content)
    version = npy.read_magic(stream)
    if version not in ((1, 0), (2, 0)):
        raise ResourceError(f"the array {name} has the unknown format {version}")
    header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, fortran, dtype = header(stream)
    if dtype.kind not in "biuf" or fortran:
        raise ResourceError(f"the array {name} has the type {dtype}, which is not allowed")
    begin = stream.tell()
    if min(shape, default=0) < 0 or math.prod(shape) * dtype.itemsize != len(content) - begin:
        raise ResourceError(f"the array {name} has another length than its header says")
    return np.frombuffer(content, dtype, offset=begin).reshape(shape)
