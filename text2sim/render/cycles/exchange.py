"""The folder that goes to Blender and comes back with frames.

| file | |
|---|---|
| `job.json` | size, clock, camera, lights, labels, channels, quality: everything but the bodies |
| `scene.glb` | bodies, objects and ground with their animation (`text2sim.io.gltf`) |
| `inside.py`, `shaders.py` | what Blender runs |
| `frames/rgb_00000.png` | a finished picture; it comes last of its frame |
| `frames/depth_00000.npy`, `segmentation_00000.npy` | (H, W) as in `text2sim.types.Frames` |
| `blender.log` | what Blender said |
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from text2sim.classes import label_classes
from text2sim.errors import StageError
from text2sim.io.gltf import write_moving
from text2sim.io.moving import MovingScene
from text2sim.maths import quaternions as quat
from text2sim.render import look
from text2sim.render.geometry import scene_labels
from text2sim.render.stage import Picture
from text2sim.render.tone import tone_curve
from text2sim.types import CameraTrack, Scene, Trace

PROGRAMS = ("inside.py", "shaders.py")
GLOW = 0.035
"""Share of the sun's colour in the halo around it, as in `text2sim.render.kernels.shading`."""
FILL_SIZE = 2.6
"""Angle of the fill light [rad]: it comes from nearly half the sky."""


def describe(
    trace: Trace,
    camera: CameraTrack,
    size: tuple[int, int],
    channels: tuple[str, ...],
    settings: dict[str, Any],
) -> dict[str, Any]:
    """The content of `job.json`; `settings` are engine, device, samples, denoise, shutter, seed."""
    scene = trace.world.motion.scene
    assert scene is not None
    labels = scene_labels(scene)
    return {
        "prompt": scene.plan.script.prompt,
        "frames": len(trace.object_positions),
        "fps": float(trace.fps),
        "size": list(size),
        "channels": list(channels),
        "labels": {name: number for number, name in enumerate(labels) if number},
        "bare": [item.id for item in scene.objects if not item.visuals],
        "camera": _camera(camera, trace),
        "light": _light(camera, scene),
        "tone": [round(float(value), 2) for value in tone_curve()],
        **settings,
    }


def _camera(camera: CameraTrack, trace: Trace) -> dict[str, Any]:
    """Places [m] and rotations of a camera that looks along its -Z with +Y up."""
    axes = _moving(trace, camera).camera_axes()
    turns = quat.unroll(quat.from_matrix(axes))
    return {
        "fov": float(camera.fov),
        "positions": np.round(camera.eye, 6).tolist(),
        "rotations_wxyz": np.round(turns, 8).tolist(),
    }


def _light(camera: CameraTrack, scene: Scene) -> dict[str, Any]:
    """Sun, fill and sky of the rasteriser; colours are linear radiances."""
    lights = look.lights(camera.target[0] - camera.eye[0], scene.ground, scene.look)
    angle = look.LOOKS[scene.look].size
    return {
        "sun": {"direction": lights.to_sun, "colour": lights.sun, "angle": angle},
        "fill": {"direction": lights.to_fill, "colour": lights.fill, "angle": FILL_SIZE},
        "ambient": lights.ambient,
        "zenith": lights.zenith,
        "horizon": lights.horizon,
        "glow": GLOW,
        "haze": lights.haze,
    }


def _moving(trace: Trace, camera: CameraTrack | None) -> MovingScene:
    scene = trace.world.motion.scene
    assert scene is not None
    return MovingScene(
        scene=scene,
        fps=trace.fps,
        tracks=trace.tracks,
        object_positions=trace.object_positions,
        object_rotations_wxyz=trace.object_rotations_wxyz,
        camera=camera,
        camera_fps=trace.fps,
    )


def pack(trace: Trace, job: dict[str, Any], folder: Path) -> Path:
    """Write everything that Blender needs into a folder of its own under `folder`.

    Its name depends on the content alone, so that the same job finds the frames that are done.
    """
    folder.mkdir(parents=True, exist_ok=True)
    scene = folder / "scene.glb"
    write_moving(_moving(trace, None), scene)
    files = {"job.json": json.dumps(job, allow_nan=False).encode(), "scene.glb": scene.read_bytes()}
    scene.unlink()
    files |= {name: Path(__file__).with_name(name).read_bytes() for name in PROGRAMS}
    digest = hashlib.sha256(b"".join(files[name] for name in sorted(files))).hexdigest()
    place = folder / digest[:16]
    (place / "frames").mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (place / name).write_bytes(content)
    return place


def done(folder: Path, frame: int) -> bool:
    """Whether a frame is finished."""
    return (folder / "frames" / f"rgb_{frame:05d}.png").exists()


def read(
    folder: Path, frame: int, trace: Trace, size: tuple[int, int], channels: tuple[str, ...]
) -> Picture:
    """The channels of a finished frame.

    Raises:
        StageError: Blender wrote something else.
    """
    scene = trace.world.motion.scene
    assert scene is not None
    classes = np.array(label_classes(scene), np.uint16)
    picture = {"rgb": read_picture(folder, frame, size)}
    if "depth" in channels:
        picture["depth"] = read_array(folder, "depth", frame, size, len(classes))
    if {"segmentation", "classes"} & set(channels):
        labels = read_array(folder, "segmentation", frame, size, len(classes))
        picture |= {"segmentation": labels, "classes": classes[labels]}
    return picture


def read_picture(folder: Path, frame: int, size: tuple[int, int]) -> np.ndarray:
    """The sRGB picture (H, W, 3) uint8 of a frame.

    Raises:
        StageError: it is no such picture.
    """
    from PIL import Image

    path = folder / "frames" / f"rgb_{frame:05d}.png"
    try:
        with Image.open(path) as image:
            found = f"{image.mode} of {image.size[0]}x{image.size[1]}"
            if image.mode == "RGB" and image.size == tuple(size):
                return np.asarray(image)
    except (OSError, SyntaxError, ValueError) as error:
        raise StageError(f"Blender's frame {frame} can't be read: {error} ({path}).") from error
    raise StageError(f"Blender's frame {frame} is {found}, not RGB of {size[0]}x{size[1]}.")


def read_array(
    folder: Path, name: str, frame: int, size: tuple[int, int], labels: int
) -> np.ndarray:
    """Depth or segmentation (H, W) of a frame.

    Raises:
        StageError: it has another shape or type, or values that can't be.
    """
    path = folder / "frames" / f"{name}_{frame:05d}.npy"
    try:
        values = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise StageError(f"Blender's {name} of frame {frame} can't be read: {error}.") from error
    shape = size[::-1]
    kind = np.dtype(np.float32 if name == "depth" else np.uint16)
    if values.shape != shape or values.dtype != kind:
        raise StageError(
            f"Blender's {name} of frame {frame} is {values.dtype} {values.shape}, "
            f"not {kind} {shape}."
        )
    wrong = values >= labels if name == "segmentation" else ~(np.isfinite(values) & (values >= 0))
    if wrong.any():
        raise StageError(f"Blender's {name} of frame {frame} holds impossible values.")
    return values
