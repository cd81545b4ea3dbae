"""A motion as a video of moving figures (.mp4), seen from beside, for a quick look."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from text2sim.errors import ConfigError
from text2sim.io.files import replacing
from text2sim.io.motion_plot import SIDES, side, sideways
from text2sim.io.video import encode
from text2sim.maths.camera import project
from text2sim.maths.filters import gaussian
from text2sim.skeleton import JOINTS, PARENTS
from text2sim.types.motion import Motion

SIZE, FPS = (640, 480), 30.0
"""Of the pictures [px], and at most so many a second."""
_FOV, _FINE = 0.7, 2
_PAPER, _LINE = (251, 250, 247), (208, 206, 198)
_BONE, _SKULL = 0.045, 0.11
"""Thickness of a bone and radius of the head [m]."""


def save_video(motion: Motion, path: str | os.PathLike[str], *, overwrite: bool = True) -> Path:
    """Write a video; the camera follows the middle of all actors.

    Raises:
        ConfigError: there is no frame.
        ResourceError: the file can't be written, it exists and `overwrite` is False, or ffmpeg is
            missing.
    """
    if not motion.frames:
        raise ConfigError("A video needs a motion with at least one frame.")
    step = max(1, int(np.ceil(motion.fps / FPS - 1e-9)))
    with replacing(path, overwrite=overwrite) as temporary:
        encode(_pictures(motion, step), SIZE, motion.fps / step, temporary, title="motion")
    return Path(path)


def _pictures(motion: Motion, step: int) -> Iterator[np.ndarray]:
    """Frames (H, W, 3) uint8, drawn finer and made small."""
    from PIL import Image, ImageDraw

    bodies = [track.positions()[::step] for track in motion.tracks]
    middle = gaussian(np.mean([body[:, 0] for body in bodies], axis=0), 0.3 * motion.fps / step)
    spread = max(float(np.ptp([body[t, 0] for body in bodies], axis=0).max()) for t in (0, -1))
    ahead = sideways(motion.tracks[0])
    way = np.array([0.35 * ahead[0] + ahead[1], 0.35 * ahead[1] - ahead[0], 0.25])
    fine = (SIZE[0] * _FINE, SIZE[1] * _FINE)
    for t, focus in enumerate(middle):
        eye = focus + way * (3.4 + spread)
        image = Image.new("RGB", fine, _PAPER)
        draw = ImageDraw.Draw(image)
        _floor(draw, focus, eye, fine)
        for body in bodies:
            _figure(draw, body[t], focus, eye, fine)
        yield np.asarray(image.resize(SIZE, Image.Resampling.LANCZOS))


def _floor(draw: Any, focus: np.ndarray, eye: np.ndarray, size: tuple[int, int]) -> None:
    """Lines of a metre."""
    low = np.floor(focus[:2]) - 3.0
    for k in range(8):
        for ends in ([(k, 0), (k, 7)], [(0, k), (7, k)]):
            line = np.array([[low[0] + x, low[1] + y, 0.0] for x, y in ends])
            pixels, depth = project(line, eye, focus, _FOV, size)
            if depth.min() > 0.2:
                draw.line([tuple(p) for p in pixels], fill=_LINE, width=_FINE)


def _figure(
    draw: Any, joints: np.ndarray, focus: np.ndarray, eye: np.ndarray, size: tuple[int, int]
) -> None:
    """Bones from the farthest to the nearest."""
    pixels, depth = project(joints, eye, focus, _FOV, size)
    if depth.min() < 0.2:
        return
    metre = 0.5 * size[0] / np.tan(0.5 * _FOV) / depth
    for joint in sorted(range(1, len(JOINTS)), key=lambda j: -depth[j]):
        ends = [tuple(pixels[PARENTS[joint]]), tuple(pixels[joint])]
        width, colour = float(_BONE * metre[joint]), SIDES[side(JOINTS[joint])]
        draw.line(ends, fill=colour, width=round(width))
        for x, y in ends:
            half = 0.5 * width
            draw.ellipse([x - half, y - half, x + half, y + half], fill=colour)
    x, y = pixels[15]
    radius = float(_SKULL * metre[15])
    draw.ellipse([x - radius, y - 1.5 * radius, x + radius, y + 0.5 * radius], fill=SIDES["middle"])
