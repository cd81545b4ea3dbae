"""Reading a folder of channels back: every number is as it was."""

from __future__ import annotations

import json
import math
import zipfile
import zlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy

from text2sim.errors import ConfigError, ResourceError, ShapeError
from text2sim.io.folder import CAMERAS, FORMAT, JOINTS_FILE, LAYERS, MANIFEST, VERSION, openexr
from text2sim.types import Joints
from text2sim.types.frames import CHANNELS, channel_format

_BROKEN = (KeyError, ValueError, TypeError, IndexError, EOFError, OSError, ShapeError,
           zipfile.BadZipFile, zlib.error, RuntimeError)  # fmt: skip
MAX_FRAMES, MAX_SIDE = 1_000_000, 65_536


@dataclass(frozen=True, kw_only=True, eq=False)
class ChannelFolder:
    """An open folder; channels are read when they are asked for.

    Attributes:
        path: of the folder.
        about: contents of its `text2sim.json`: prompt, seed, fps, labels, classes, config, ...
        intrinsics: camera matrices [px], (T, 3, 3); extrinsics: world to camera, (T, 4, 4).
        joints: see `text2sim.types.Joints`; the actors are those of `about["actors"]`.
    """

    path: Path
    about: dict[str, Any] = field(repr=False)
    intrinsics: np.ndarray = field(repr=False)
    extrinsics: np.ndarray = field(repr=False)
    joints: Joints = field(repr=False)

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the channels in the folder."""
        return tuple(name for name in CHANNELS if name in self.about["channels"])

    @property
    def fps(self) -> float:
        """Frames per second."""
        return self.about["fps"]

    @property
    def labels(self) -> tuple[str, ...]:
        """What the numbers of the channel "segmentation" stand for."""
        return tuple(item["id"] for item in self.about["labels"])

    @cached_property
    def shape(self) -> tuple[int, int, int]:
        """Frames, height and width."""
        width, height = self.about["size"]
        return self.about["frames"], height, width

    def channel(self, name: str) -> np.ndarray:
        """All frames of a channel, (T, H, W, ...), as in `text2sim.types.Frames`.

        Raises:
            ConfigError: the folder has no such channel.
            ResourceError: a file is missing or damaged.
            MissingExtraError: it is in OpenEXR files, and OpenEXR is not installed.
        """
        files = self._files(name)
        pixel, dtype = channel_format(name)
        shape = (*self.shape, *pixel)
        if files.endswith(".npz"):
            return self._guarded(files, lambda: _read_npz(self.path / files, name, shape, dtype))
        out = np.empty(shape, dtype)
        for index in range(len(out)):
            out[index] = self.frame(name, index)
        return out

    def frame(self, name: str, index: int) -> np.ndarray:
        """One frame of a channel, (H, W, ...); quick where the channel has a file a frame.

        Raises:
            ConfigError: the folder has no such channel or frame.
            ResourceError: a file is missing or damaged.
            MissingExtraError: it is in OpenEXR files, and OpenEXR is not installed.
        """
        files = self._files(name)
        if not 0 <= index < self.shape[0]:
            raise ConfigError(f"{self.path} has frames 0 to {self.shape[0] - 1}; got {index}.")
        if files.endswith(".npz"):
            return self.channel(name)[index]
        pixel, dtype = channel_format(name)
        file, shape = files % index, (*self.shape[1:], *pixel)
        read = _read_exr if file.endswith(".exr") else _read_png
        return self._guarded(file, lambda: read(self.path / file, name, shape, dtype))

    def _files(self, name: str) -> str:
        if name not in self.channels:
            raise ConfigError(
                f"{self.path} has no channel {name!r}; it has {', '.join(self.channels)}."
            )
        known = {f"{name}.npz", f"{name}/%06d.exr", f"{name}/%06d.png"}
        files = self.about["channels"][name].get("files")
        if files not in known:
            raise ResourceError(f"Can't read {name} of {self.path}: unexpected files {files!r}.")
        return files

    def _guarded(self, file: str, read: Any) -> np.ndarray:
        if not (self.path / file).is_file():
            raise ResourceError(f"{self.path / file} is missing.")
        try:
            return read()
        except _BROKEN as error:
            raise ResourceError(f"Can't read {self.path / file}: {error}.") from error


def read_folder(path: str | Path) -> ChannelFolder:
    """Open a folder that `Animation.save` wrote.

    Raises:
        ResourceError: there is no such folder, or it can't be read.
    """
    path = Path(path)
    if not (path / MANIFEST).is_file():
        raise ResourceError(f"{path} is no folder of channels: it has no {MANIFEST}.")
    try:
        about = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        _check(about)
        cameras = json.loads((path / CAMERAS).read_text(encoding="utf-8"))["frames"]
        with np.load(path / JOINTS_FILE, allow_pickle=False) as arrays:
            joints = Joints(**{name: arrays[name] for name in arrays.files})
        return ChannelFolder(
            path=path,
            about=about,
            intrinsics=np.array([item["K"] for item in cameras], np.float64),
            extrinsics=np.array([item["world_to_camera"] for item in cameras], np.float64),
            joints=joints,
        )
    except _BROKEN as error:
        raise ResourceError(f"Can't read the channels of {path}: {error}.") from error


def _check(about: Any) -> None:
    if about["format"] != FORMAT:
        raise ValueError("text2sim did not write it")
    if about["version"] != VERSION:
        raise ValueError(f"format version {about['version']!r} is not {VERSION}; upgrade text2sim")
    width, height = about["size"]
    for number, limit in ((about["frames"], MAX_FRAMES), (width, MAX_SIDE), (height, MAX_SIDE)):
        if type(number) is not int or not 1 <= number <= limit:
            raise ValueError(f"the size {number!r} is out of bounds")
    if not isinstance(about["channels"], dict) or not isinstance(about["labels"], list):
        raise ValueError("its channels or labels are not as they should be")


def _expect(values: np.ndarray, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    if values.shape != shape or values.dtype != dtype:
        raise ValueError(f"expected {shape} {dtype}, found {values.shape} {values.dtype}")
    return values


def _read_npz(path: Path, name: str, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo(f"{name}.npy").file_size
        if not 0 <= size - math.prod(shape) * dtype.itemsize <= 1 << 16:
            raise ValueError("it has another length than the sizes of the clip say")
        with archive.open(f"{name}.npy") as member:
            return _expect(npy.read_array(member, allow_pickle=False), shape, dtype)


def _read_png(path: Path, name: str, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    from text2sim.io.pictures import pil

    with pil().open(path, formats=["PNG"]) as image:
        if image.size != (shape[1], shape[0]):
            raise ValueError(f"expected {shape[1]}x{shape[0]} pixels, found {image.size}")
        return _expect(np.asarray(image).astype(dtype, casting="same_kind"), shape, dtype)


def _read_exr(path: Path, name: str, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    with openexr().File(str(path), separate_channels=True) as file:
        layers = file.channels()
        planes = [layers[layer].pixels for layer in LAYERS[name]]
        return _expect(np.stack(planes, axis=-1).reshape(shape), shape, dtype)
