"""Pictures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from text2sim.types.arrays import array, check_arrays
from text2sim.types.simulation import Trace


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


@dataclass(frozen=True, kw_only=True, eq=False)
class Frames:
    """A rendered clip.

    Attributes:
        rgb: sRGB, (T, H, W, 3) uint8; row 0 is the top.
        depth: distance along the optical axis [m], (T, H, W) float32; `inf` is stored as 0 (sky).
        segmentation: index into `labels`, (T, H, W) uint16.
        labels: "sky", "ground", then ids of objects and actors.
    """

    trace: Trace
    fps: float
    camera: CameraTrack
    rgb: np.ndarray = array("T H W 3", np.uint8)
    depth: np.ndarray | None = array("T H W", np.float32, optional=True)
    segmentation: np.ndarray | None = array("T H W", np.uint16, optional=True)
    labels: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_arrays(self)
