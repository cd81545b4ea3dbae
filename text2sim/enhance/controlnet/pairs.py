"""Pairs to fine-tune a ControlNet on: what it is fed and what shall come out, as folders of PNG.

conditions/0000.png ...  targets/0000.png ...  prompts.json  {"0000.png": "a man walks", ...}
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from text2sim.enhance.controlnet.conditions import Kind, conditions
from text2sim.errors import ConfigError, ResourceError
from text2sim.io.files import replacing
from text2sim.types import Frames

CONDITIONS, TARGETS, PROMPTS = "conditions", "targets", "prompts.json"


class Pair(NamedTuple):
    """Names of two pictures of one size, and the words for them."""

    condition: Path
    target: Path
    prompt: str


def write_pairs(folder: Path, frames: Frames, pictures: NDArray, kind: Kind) -> int:
    """Add the frames of a clip to a folder: conditions of a kind, and finished pictures.

    Args:
        folder: is made if it isn't there; pairs in it stay.
        frames: rendered, with the channels that the kind needs.
        pictures: that shall come of them, (T, H, W, 3) uint8.
        kind: of condition.

    Returns:
        Number of pairs in the folder.

    Raises:
        ConfigError: frames and pictures have other shapes.
    """
    from PIL import Image

    if pictures.shape != frames.rgb.shape:
        raise ConfigError(
            f"Frames and pictures must be alike; got {frames.rgb.shape} and {pictures.shape}."
        )
    for name in (CONDITIONS, TARGETS):
        (folder / name).mkdir(parents=True, exist_ok=True)
    words = _prompts(folder)
    first = len(list((folder / TARGETS).glob("*.png")))
    scene = frames.trace.world.motion.scene
    prompt = scene.plan.script.prompt if scene is not None else ""
    for number, (condition, picture) in enumerate(zip(conditions(frames, kind), pictures), first):
        name = f"{number:06d}.png"
        for place, pixels in ((CONDITIONS, condition), (TARGETS, picture)):
            with replacing(folder / place / name) as path:
                Image.fromarray(np.ascontiguousarray(pixels)).save(path, "PNG")
        words[name] = prompt
    with replacing(folder / PROMPTS) as path:
        path.write_text(json.dumps(words, indent=1, ensure_ascii=False), encoding="utf-8")
    return len(words)


def read_pairs(folder: Path) -> tuple[Pair, ...]:
    """The pairs of a folder, in order of name.

    Raises:
        ResourceError: there are none, or a picture has no partner.
    """
    names = {place: {item.name for item in (folder / place).glob("*.png")}
             for place in (CONDITIONS, TARGETS)}  # fmt: skip
    if not names[TARGETS]:
        raise ResourceError(
            f"{folder} holds no pairs: it needs {CONDITIONS}/ and {TARGETS}/ with PNG files of the "
            "same names, see docs/enhancer.md."
        )
    lonely = sorted(names[CONDITIONS] ^ names[TARGETS])
    if lonely:
        raise ResourceError(f"{folder}: {lonely[0]} is in only one of its two folders.")
    words = _prompts(folder)
    return tuple(Pair(folder / CONDITIONS / name, folder / TARGETS / name, words.get(name, ""))
                 for name in sorted(names[TARGETS]))  # fmt: skip


def _prompts(folder: Path) -> dict[str, str]:
    path = folder / PROMPTS
    if not path.exists():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not all(isinstance(text, str) for text in found.values()):
            raise ValueError("a prompt is no text")
        return dict(found)
    except (OSError, ValueError, AttributeError) as error:
        raise ResourceError(f"{path} can't be read as names and prompts: {error}.") from error


def picture(path: Path, size: int) -> NDArray:
    """A square from the middle of a picture, (S, S, 3) float32, 0 to 1.

    Raises:
        ResourceError: it is no picture.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(path, formats=("PNG",)) as image:
            square = ImageOps.fit(image.convert("RGB"), (size, size))
    except (OSError, UnidentifiedImageError, ValueError) as error:
        raise ResourceError(f"{path} can't be read as a PNG picture: {error}.") from error
    return np.asarray(square, dtype=np.float32) / 255.0
