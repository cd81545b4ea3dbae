"""Pictures."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np

from text2sim.maths.camera import focal_length, look_at, project
from text2sim.skeleton import INDEX, JOINTS
from text2sim.types.arrays import array, check_arrays
from text2sim.types.simulation import Trace

LIMB_REACH, TRUNK_REACH = 0.12, 0.20
"""A joint counts as visible if what is seen in its place is at most this far before it [m]."""
TRUNK = tuple(
    INDEX[name]
    for name in ("pelvis", "spine1", "spine2", "spine3", "left_hip", "right_hip", "left_collar",
                 "right_collar", "neck", "head")
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class CameraTrack:
    """The camera of every frame: eye and target [m], world, (T, 3); see `text2sim.maths.camera`.

    `fov` [rad] is the angle across the shorter side of the picture.
    """

    eye: np.ndarray = array("T 3")
    target: np.ndarray = array("T 3")
    fov: float = 0.7

    def __post_init__(self) -> None:
        check_arrays(self)

    def slice(self, first: int, last: int) -> CameraTrack:
        """Frames first to last - 1."""
        return dataclasses.replace(self, eye=self.eye[first:last], target=self.target[first:last])

    def extrinsics(self) -> np.ndarray:
        """World to camera, (T, 4, 4): X right, Y down, Z forward (OpenCV's axes), metres."""
        matrices = np.tile(np.eye(4), (len(self.eye), 1, 1))
        axes = look_at(self.eye, self.target)
        matrices[:, :3, :3] = axes
        matrices[:, :3, 3] = -np.einsum("tij,tj->ti", axes, self.eye)
        return matrices

    def intrinsics(self, size: tuple[int, int]) -> np.ndarray:
        """Camera matrices K [px] for a picture of (width, height), (T, 3, 3).

        K takes camera coordinates to pixels whose origin is the outer corner of the top left one.
        Take 0.5 off the principal point for a library that puts it in the middle of that pixel.
        """
        matrices = np.zeros((len(self.eye), 3, 3))
        matrices[:, 0, 0] = matrices[:, 1, 1] = focal_length(self.fov, size)
        matrices[:, :2, 2] = 0.5 * np.asarray(size)
        matrices[:, 2, 2] = 1.0
        return matrices


@dataclass(frozen=True, kw_only=True, eq=False)
class Joints:
    """Where the 22 joints of every actor are and how the picture shows them.

    Attributes:
        pixels: position in the picture [px], (T, A, 22, 2); (0, 0) is the outer corner of the top
            left pixel. Joints behind the camera have no sensible one.
        depth: distance along the optical axis [m], (T, A, 22); negative behind the camera.
        visibility: 0 outside the picture or behind the camera, 1 hidden, 2 seen (COCO's numbers),
            (T, A, 22). A joint is inside a body, so it is seen where the nearest surface in its
            place is at most `LIMB_REACH` or `TRUNK_REACH` before it. None unless the clip has the
            depth channel.
        world, camera: position [m] in the world and in the camera's axes, (T, A, 22, 3).
    """

    pixels: np.ndarray = array("T A 22 2")
    depth: np.ndarray = array("T A 22")
    visibility: np.ndarray | None = array("T A 22", np.uint8, optional=True)
    world: np.ndarray = array("T A 22 3")
    camera: np.ndarray = array("T A 22 3")

    def __post_init__(self) -> None:
        check_arrays(self)


@dataclass(frozen=True, kw_only=True, eq=False)
class Frames:
    """A rendered clip. All channels but `rgb` show the surface at the centre of each pixel.

    Attributes:
        rgb: sRGB, (T, H, W, 3) uint8; row 0 is the top.
        depth: distance along the optical axis [m], (T, H, W) float32; sky is 0.
        segmentation: index into `labels`, (T, H, W) uint16.
        classes: index into `text2sim.classes.CLASSES`, (T, H, W) uint16.
        normals: unit normal of the smooth surface, world, (T, H, W, 3) float32; sky is 0.
        camera_normals: the same in the camera's axes (X right, Y down, Z forward).
        albedo: linear base colour, before light, (T, H, W, 3) float32; sky is 0.
        shadow: share of the sun that other things hide, 0 lit to 1 dark, (T, H, W) float32; what
            faces away from the sun is not dark by that. Sky is 0.
        occlusion: share of the surroundings that is hidden by what is within 0.3 m (ambient
            occlusion), 0 open to 1, (T, H, W) float32; sky is 0.
        flow: where the point seen here is in the next frame, minus where it is now [px] (x, y),
            (T, H, W, 2) float32. The sky moves with the camera's rotation. 0 where `flow_state`
            is 0.
        flow_state: 0 no flow (last frame of the clip, or behind the next camera), 1 the point is
            seen in the next frame, 2 it is hidden there, 3 it is outside the picture, (T, H, W).
        labels: "sky", "ground", then ids of objects and actors.
        source: the renderer's frames, if an enhancer made these of them.
    """

    trace: Trace
    fps: float
    camera: CameraTrack
    rgb: np.ndarray = array("T H W 3", np.uint8)
    depth: np.ndarray | None = array("T H W", np.float32, optional=True)
    segmentation: np.ndarray | None = array("T H W", np.uint16, optional=True)
    classes: np.ndarray | None = array("T H W", np.uint16, optional=True)
    normals: np.ndarray | None = array("T H W 3", np.float32, optional=True)
    camera_normals: np.ndarray | None = array("T H W 3", np.float32, optional=True)
    albedo: np.ndarray | None = array("T H W 3", np.float32, optional=True)
    shadow: np.ndarray | None = array("T H W", np.float32, optional=True)
    occlusion: np.ndarray | None = array("T H W", np.float32, optional=True)
    flow: np.ndarray | None = array("T H W 2", np.float32, optional=True)
    flow_state: np.ndarray | None = array("T H W", np.uint8, optional=True)
    labels: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    source: Frames | None = None

    def __post_init__(self) -> None:
        check_arrays(self)

    @property
    def channels(self) -> dict[str, np.ndarray]:
        """The channels that were made, by name, in the order of `CHANNELS`."""
        found = {name: getattr(self, name) for name in CHANNELS}
        return {name: content for name, content in found.items() if content is not None}

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture [px]."""
        return self.rgb.shape[2], self.rgb.shape[1]

    def slice(self, first: int, last: int) -> Frames:
        """Frames first to last - 1, with their part of the trace."""
        parts: dict[str, Any] = {name: a[first:last] for name, a in self.channels.items()}
        trace, camera = self.trace.slice(first, last), self.camera.slice(first, last)
        source = self.source and self.source.slice(first, last)
        return dataclasses.replace(self, trace=trace, camera=camera, source=source, **parts)

    def only(self, names: tuple[str, ...]) -> Frames:
        """The same frames without the channels that are not among `names`; rgb always stays."""
        gone: dict[str, Any] = {
            name: None for name in self.channels if name != "rgb" and name not in names
        }
        return dataclasses.replace(self, **gone) if gone else self

    def joints(self) -> Joints:
        """Joints of all actors in the picture, in the camera's axes and in the world."""
        count = len(self.rgb)
        tracks = [track.positions()[:count] for track in self.trace.tracks]
        world = np.stack(tracks, axis=1) if tracks else np.zeros((count, 0, 22, 3))
        eye, target = self.camera.eye[:, None, None], self.camera.target[:, None, None]
        pixels, depth = project(world, eye, target, self.camera.fov, self.size)
        axes = look_at(self.camera.eye, self.camera.target)
        offset = world - self.camera.eye[:, None, None]
        return Joints(
            pixels=pixels,
            depth=depth,
            world=world,
            camera=np.einsum("tij,takj->taki", axes, offset),
            visibility=None if self.depth is None else _visibility(pixels, depth, self.depth),
        )


def _visibility(pixels: np.ndarray, depth: np.ndarray, surface: np.ndarray) -> np.ndarray:
    height, width = surface.shape[1:]
    x, y = np.moveaxis(np.clip(np.floor(pixels), -1, [width, height]).astype(int), -1, 0)
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height) & (depth > 0.0)
    frame = np.arange(len(surface))[:, None, None]
    nearest = surface[frame, np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)]
    reach = np.full(len(JOINTS), LIMB_REACH)
    reach[[*TRUNK]] = TRUNK_REACH
    seen = (nearest == 0.0) | (nearest >= depth - reach)
    return inside.astype(np.uint8) + (inside & seen)


def _per_pixel(item: dataclasses.Field) -> bool:
    return item.metadata.get("shape", ())[:3] == ("T", "H", "W")


CHANNELS: tuple[str, ...] = tuple(
    item.name for item in dataclasses.fields(Frames) if _per_pixel(item)
)
"""Names of all channels: fields of `Frames` with a value for each pixel."""


def channel_format(name: str) -> tuple[tuple[int, ...], np.dtype]:
    """Shape of one pixel's value, () or (components,), and type of a channel."""
    (item,) = (item for item in dataclasses.fields(Frames) if item.name == name)
    return tuple(int(axis) for axis in item.metadata["shape"][3:]), item.metadata["dtype"]
