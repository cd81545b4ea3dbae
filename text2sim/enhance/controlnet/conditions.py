"""The renderer's exact channels as the pictures that ControlNets were trained on.

No detector is involved: depth, normals, classes, edges and poses are known.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from text2sim.classes import CLASSES
from text2sim.enhance.controlnet.pose import poses
from text2sim.types import Frames

Kind = Literal["depth", "normal", "segmentation", "canny", "softedge", "openpose"]
"""What a ControlNet follows."""
KINDS: tuple[Kind, ...] = get_args(Kind)
NEEDS: dict[Kind, tuple[str, ...]] = {
    "depth": ("depth",), "normal": ("camera_normals", "depth"), "segmentation": ("classes",),
    "canny": ("depth", "segmentation", "camera_normals"),
    "softedge": ("depth", "segmentation", "camera_normals"), "openpose": (),
}  # fmt: skip
"""Channels of `Frames` that each is made of."""

ADE: dict[str, tuple[int, int, int]] = {
    "wall": (120, 120, 120), "building": (180, 120, 120), "sky": (6, 230, 230),
    "floor": (80, 50, 50), "tree": (4, 200, 3), "bed": (204, 5, 255), "window": (230, 230, 230),
    "grass": (4, 250, 7), "cabinet": (224, 5, 255), "sidewalk": (235, 255, 7),
    "person": (150, 5, 61), "earth": (120, 120, 70), "door": (8, 255, 51), "table": (255, 6, 82),
    "plant": (204, 255, 4), "chair": (204, 70, 3), "car": (0, 102, 200), "sofa": (11, 102, 255),
    "shelf": (255, 7, 71), "house": (255, 9, 224), "mirror": (220, 220, 220),
    "rug": (255, 9, 92), "armchair": (8, 255, 214), "seat": (7, 255, 224),
    "fence": (255, 184, 6), "desk": (10, 255, 71), "rock": (255, 41, 10), "lamp": (224, 255, 8),
    "railing": (255, 61, 6), "cushion": (255, 194, 7), "base": (255, 122, 8), "box": (0, 255, 20),
    "column": (255, 8, 41), "sand": (160, 150, 20), "road": (140, 140, 140),
    "fireplace": (250, 10, 15), "fridge": (20, 255, 0), "path": (255, 31, 0),
    "stairs": (255, 224, 0), "pillow": (0, 235, 255), "stairway": (31, 0, 255),
    "bridge": (255, 82, 0), "coffee table": (0, 255, 112), "book": (255, 163, 0),
    "bench": (194, 255, 0), "palm": (0, 82, 255), "computer": (0, 255, 173),
}  # fmt: skip
"""Colours of ADE20K's classes (Zhou et al. 2017), those that are used here."""
_SAME = {
    "other": "box",
    "ramp": "base",
    "platform": "base",
    "crate": "box",
    "barrel": "box",
    "ball": "box",
    "stool": "seat",
    "hurdle": "railing",
    "ladder": "stairway",
    "cupboard": "cabinet",
    "television": "computer",
    "bush": "plant",
    "street lamp": "lamp",
    "laptop": "computer",
    "pine": "tree",
    "beam": "column",
    "campfire": "fireplace",
}
_GROUND = {"grass": "grass", "wood": "floor", "tile": "floor"}
"""Pattern of the ground -> class; others by the look of the scene."""


def conditions(frames: Frames, kind: Kind) -> NDArray:
    """Pictures (T, H, W, 3) uint8 in the convention of ControlNets of a kind."""
    made = {
        "depth": _depth, "normal": _normal, "segmentation": _segmentation, "canny": _canny,
        "softedge": _soft, "openpose": poses,
    }[kind]  # fmt: skip
    return made(frames)


def _grey(values: NDArray) -> NDArray:
    """Values 0 to 1, (T, H, W), as grey pictures."""
    return np.repeat(np.round(255.0 * values).astype(np.uint8)[..., None], 3, axis=-1)


def _depth(frames: Frames) -> NDArray:
    """Inverse depth, near is white (MiDaS); one scale for the clip, so that it does not flicker."""
    assert frames.depth is not None
    seen = frames.depth > 0.0
    inverse = np.where(seen, 1.0 / np.where(seen, frames.depth, 1.0), 0.0)
    if not seen.any():
        return _grey(inverse)
    low, high = np.percentile(inverse[seen], [0.5, 99.5])
    if not seen.all():
        low = 0.0  # the sky is infinitely far
    return _grey(np.clip((inverse - low) / max(high - low, 1e-9), 0.0, 1.0))


def _normal(frames: Frames) -> NDArray:
    """Blue is front, red is left, green is top (ControlNet 1.1); the sky faces the viewer."""
    assert frames.camera_normals is not None
    assert frames.depth is not None
    away = frames.camera_normals * np.array([-1.0, -1.0, -1.0], dtype=np.float32)
    away = np.where(
        (frames.depth > 0.0)[..., None], away, np.array([0.0, 0.0, 1.0], dtype=np.float32)
    )
    return np.clip(np.round(127.5 + 127.5 * away), 0, 255).astype(np.uint8)


def palette(frames: Frames) -> NDArray:
    """Colour of every class of `text2sim.classes`, (C, 3) uint8."""
    scene = frames.trace.world.motion.scene
    ground = "floor"
    if scene is not None:
        usual = "floor" if scene.look in ("indoor", "studio") else "earth"
        ground = _GROUND.get(scene.ground.pattern, usual)
        if usual == "earth" and ground == "floor":
            ground = "sidewalk"
    names = [ground if name == "ground" else _SAME.get(name, name) for name in CLASSES]
    return np.array([ADE.get(name, ADE["box"]) for name in names], dtype=np.uint8)


def _segmentation(frames: Frames) -> NDArray:
    """ADE20K's colours."""
    assert frames.classes is not None
    return palette(frames)[frames.classes]


def edges(frames: Frames) -> tuple[NDArray, NDArray]:
    """Where things end, and where they bend, (T, H, W) bool each: one pixel wide.

    An outline lies on the nearer of two things: where the next pixel is another thing, or is
    farther than the slope of the surface explains. A bend is a turn of the normal by 25 degrees.
    """
    assert frames.segmentation is not None
    assert frames.depth is not None
    assert frames.camera_normals is not None
    seen = frames.depth > 0.0
    depth = np.where(seen, frames.depth, 1e6)
    outline = np.zeros(depth.shape, dtype=bool)
    bend = np.zeros(depth.shape, dtype=bool)
    for axis in (1, 2):
        one, two = _neighbours(axis)
        other = frames.segmentation[one] != frames.segmentation[two]
        jump = np.abs(depth[one] - depth[two]) > 0.08 * np.minimum(depth[one], depth[two])
        facing = np.abs(frames.camera_normals[..., 2])
        jump &= np.minimum(facing[one], facing[two]) > 0.25
        nearer = depth[one] <= depth[two]
        outline[one] |= (other | jump) & nearer
        outline[two] |= (other | jump) & ~nearer
        turn = (frames.camera_normals[one] * frames.camera_normals[two]).sum(axis=-1)
        bend[one] |= (turn < np.cos(np.radians(25.0))) & seen[one] & seen[two] & ~(other | jump)
    return outline, bend & ~outline


def _neighbours(axis: int) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    before, after = [slice(None)] * 3, [slice(None)] * 3
    before[axis], after[axis] = slice(None, -1), slice(1, None)
    return tuple(before), tuple(after)


def _canny(frames: Frames) -> NDArray:
    """Thin white lines on black."""
    outline, bend = edges(frames)
    return _grey((outline | bend).astype(np.float64))


def _soft(frames: Frames) -> NDArray:
    """Broad grey lines, outlines brighter than bends, as edge networks draw them."""
    from scipy.ndimage import gaussian_filter

    outline, bend = edges(frames)
    width = max(1.0, min(outline.shape[1:]) / 400.0)
    lines = outline + 0.5 * bend
    return _grey(np.clip(2.2 * width * gaussian_filter(lines, (0.0, width, width)), 0.0, 1.0))
