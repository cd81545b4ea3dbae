"""A folder of channels, lossless, frame by frame, and its reader.

text2sim.json               what it is: prompt, seed, versions, sizes, labels, channels
cameras.json                K and world-to-camera matrix of every frame
joints.npz                  joints of all actors: pixels, depth, visibility, world, camera
rgb/000000.png              whole numbers are PNG: 8 bit (rgb, flow_state) and 16 bit (labels)
depth.npz                   real numbers are one .npz a channel, "depth": (T, H, W) float32
depth/000000.exr            or, if asked for, OpenEXR files
preview/depth/000000.png    the same to look at, see `text2sim.io.previews`
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib import format as npy

from text2sim.classes import CLASSES, label_classes
from text2sim.errors import ConfigError, MissingExtraError
from text2sim.io.previews import preview
from text2sim.skeleton import JOINTS
from text2sim.types import Frames, Joints
from text2sim.types.frames import channel_format

if TYPE_CHECKING:
    from text2sim.recording import Recording

FORMAT, VERSION = "text2sim channels", 1
MANIFEST, CAMERAS, JOINTS_FILE = "text2sim.json", "cameras.json", "joints.npz"
MEANING: dict[str, str] = {
    "rgb": "sRGB",
    "depth": "distance along the optical axis [m]; 0 is sky",
    "segmentation": "index into labels",
    "classes": "index into classes",
    "normals": "unit normal in the world, Z up; 0 is sky",
    "camera_normals": "unit normal in the camera's axes: X right, Y down, Z forward; 0 is sky",
    "albedo": "linear base colour; 0 is sky",
    "shadow": "share of the sun that other things hide; 0 is sky",
    "occlusion": "share of the surroundings that is hidden nearby; 0 is sky",
    "flow": "motion of the point seen here until the next frame [px], x and y",
    "flow_state": "0 no flow, 1 seen in the next frame, 2 hidden there, 3 outside the picture",
}
CONVENTION = (
    "OpenCV axes: X right, Y down, Z forward [m]; pixel (0, 0) is the outer corner of the top left "
    "pixel"
)
LAYERS: dict[str, tuple[str, ...]] = {
    "depth": ("Z",),
    "normals": ("X", "Y", "Z"),
    "camera_normals": ("X", "Y", "Z"),
    "albedo": ("R", "G", "B"),
    "shadow": ("V",),
    "occlusion": ("V",),
    "flow": ("u", "v"),
}
"""Names of a channel's components in OpenEXR files."""
_Add = Callable[[np.ndarray], None]


def check_channels(wanted: tuple[str, ...] | None, made: tuple[str, ...]) -> tuple[str, ...]:
    """The channels to write: those wanted, or all that were made.

    Raises:
        ConfigError: one was not made.
    """
    if wanted is None:
        return made
    missing = [name for name in wanted if name not in made]
    if isinstance(wanted, str) or missing or not wanted:
        raise ConfigError(
            f"Can't save the channels {wanted!r}: the clip has {', '.join(made)}. More are made "
            f"on request: pipeline(prompt, channels=('depth', ...))."
        )
    return tuple(name for name in made if name in wanted)


@contextmanager
def folder_sink(
    recording: Recording, path: Path, *, channels: tuple[str, ...], exr: bool = False
) -> Iterator[Callable[[Frames], None]]:
    """Takes the frames of a clip and fills a folder that exists.

    Args:
        recording: the clip.
        path: an empty folder.
        channels: names of the channels to write.
        exr: write real numbers as OpenEXR files instead of .npz.

    Raises:
        MissingExtraError: OpenEXR is not installed.
    """
    cameras: list[dict[str, Any]] = []
    joints: list[Joints] = []
    with ExitStack() as stack:
        adders = {name: _adder(stack, recording, path, name, exr) for name in channels}

        def put(frames: Frames) -> None:
            cameras.extend(_cameras(frames, len(cameras) / recording.fps))
            joints.append(frames.joints())
            for name, add in adders.items():
                for values in frames.channels[name]:
                    add(values)

        yield put
    header = {"convention": CONVENTION, "size": recording.size, "fps": recording.fps}
    _write_json(path / CAMERAS, {**header, "frames": cameras})
    np.savez_compressed(path / JOINTS_FILE, **_joined(joints))
    _write_json(path / MANIFEST, _manifest(recording, channels, exr))


def _adder(stack: ExitStack, recording: Recording, path: Path, name: str, exr: bool) -> _Add:
    """A function that writes the next frame of a channel, and its preview."""
    pixel, dtype = channel_format(name)
    if dtype.kind != "f":
        write = _each(path / name, ".png", _write_png)
    elif exr:
        write = _each(path / name, ".exr", _exr_writer(name))
    else:
        shape = (len(recording), recording.size[1], recording.size[0], *pixel)
        write = stack.enter_context(_npz(path / f"{name}.npz", name, shape, dtype))
    if name == "rgb":
        return write
    show = _each(path / "preview" / name, ".png", _write_png)

    def add(values: np.ndarray) -> None:
        write(values)
        show(preview(name, values))

    return add


def _each(folder: Path, suffix: str, write: Callable[[Path, np.ndarray], None]) -> _Add:
    """One file a frame."""
    folder.mkdir(parents=True)
    count = 0

    def add(values: np.ndarray) -> None:
        nonlocal count
        write(folder / f"{count:06d}{suffix}", values)
        count += 1

    return add


@contextmanager
def _npz(path: Path, name: str, shape: tuple[int, ...], dtype: np.dtype) -> Iterator[_Add]:
    """An array that grows frame by frame inside an .npz file; nothing is held."""
    count = 0
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open(f"{name}.npy", "w", force_zip64=True) as member,
    ):
        header = {"descr": npy.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
        npy.write_array_header_1_0(member, header)

        def add(values: np.ndarray) -> None:
            nonlocal count
            count += 1
            member.write(np.ascontiguousarray(values, dtype).tobytes())

        yield add
        if count != shape[0]:
            raise ValueError(f"The channel {name} got {count} frames instead of {shape[0]}.")


def _write_png(path: Path, values: np.ndarray) -> None:
    from text2sim.io.pictures import pil

    pil().fromarray(values).save(path, compress_level=1)


def _exr_writer(name: str) -> Callable[[Path, np.ndarray], None]:
    library, layers = openexr(), LAYERS[name]

    def write(path: Path, values: np.ndarray) -> None:
        planes = np.moveaxis(values.reshape(*values.shape[:2], -1), -1, 0)
        content = {layer: np.ascontiguousarray(plane) for layer, plane in zip(layers, planes)}
        header = {"compression": library.ZIP_COMPRESSION, "type": library.scanlineimage}
        try:
            with library.File(header, content) as file:
                file.write(str(path))
        except RuntimeError as error:  # How OpenEXR reports a full disk.
            raise OSError(f"OpenEXR: {error}") from error

    return write


def openexr() -> Any:
    """The OpenEXR library.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import OpenEXR
    except ImportError:
        raise MissingExtraError(
            'OpenEXR files need the extra exr: pip install "text2sim[exr]"'
        ) from None
    return OpenEXR


def _cameras(frames: Frames, start: float) -> list[dict[str, Any]]:
    intrinsics = frames.camera.intrinsics(frames.size).tolist()
    extrinsics = frames.camera.extrinsics().tolist()
    return [
        {"time": start + i / frames.fps, "K": k, "world_to_camera": matrix}
        for i, (k, matrix) in enumerate(zip(intrinsics, extrinsics))
    ]


def _joined(joints: list[Joints]) -> dict[str, Any]:
    names = ("pixels", "depth", "visibility", "world", "camera")
    parts = {name: [getattr(item, name) for item in joints] for name in names}
    return {name: np.concatenate(p) for name, p in parts.items() if p and p[0] is not None}


def _manifest(recording: Recording, channels: tuple[str, ...], exr: bool) -> dict[str, Any]:
    scene = recording.scene
    ids = ["sky", "ground", *(item.id for item in scene.objects)]
    ids += [actor.id for actor in scene.actors]
    labels = [
        {"id": name, "class": number, "class_name": CLASSES[number]}
        for name, number in zip(ids, label_classes(scene))
    ]
    return {
        "format": FORMAT, "version": VERSION, **recording.credits(),
        "frames": len(recording), "fps": recording.fps, "size": recording.size,
        "start": recording.start,
        "channels": {name: _entry(name, exr) for name in channels},
        "labels": labels, "classes": CLASSES,
        "actors": [actor.id for actor in scene.actors], "joints": JOINTS,
        "config": recording.config,
    }  # fmt: skip


def _entry(name: str, exr: bool) -> dict[str, Any]:
    pixel, dtype = channel_format(name)
    files = f"{name}.npz"
    if dtype.kind != "f" or exr:
        files = f"{name}/%06d" + (".exr" if dtype.kind == "f" else ".png")
    return {"files": files, "type": dtype.name, "components": pixel, "meaning": MEANING[name]}


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, allow_nan=False) + "\n", encoding="utf-8")
