"""Makes the pictures of README and gallery again: python docs/make_pictures.py (some minutes)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from text2sim import Animation, Pipeline
from text2sim.io.previews import preview
from text2sim.shots import MOVES
from text2sim.skeleton import PARENTS
from text2sim.stage import CHANNELS

FOLDER = Path(__file__).parent / "images"
GALLERY = {
    "stairs": "a man walks up stairs",
    "cup": "a woman in a red dress walks to the table and picks up the cup",
    "chair": "a tall woman in a yellow shirt sits down on a chair and waves",
    "throw": "a man throws a ball to a woman",
    "jump": "a woman jumps over a box",
    "dance": "two women dance in the park",
}
"""File name -> prompt of the six contact sheets in docs/gallery.md."""
GRID = (
    "an old man walks slowly around the table",
    "a boy kicks a ball",
    "a woman walks down the stairs while waving with her left hand",
    "a tall man in a blue shirt carries a box to the shelf",
    "a heavy man sneaks past a dog",
    "a man runs up the ramp",
    "a person crawls under a table",
    "a man pushes a crate",
    "a woman does a pirouette on the stage",
)
"""Prompts of the README's grid."""

SHOTS = (*MOVES, "close_up", "wide", "orbit+close_up")
"""Cameras of the picture in docs/renderer.md."""


def main() -> None:
    """Hero strip, grid and gallery."""
    FOLDER.mkdir(exist_ok=True)
    hero = Pipeline()(GALLERY["stairs"], seed=7, size=(640, 480))
    _save(np.hstack([_frame(hero, share) for share in (0.08, 0.36, 0.58, 0.93)]), "hero.jpg", 1600)
    channels()
    cameras()
    cells = [_frame(Pipeline()(prompt, seed=i), 0.55) for i, prompt in enumerate(GRID)]
    rows = [np.hstack(cells[start : start + 3]) for start in range(0, len(cells), 3)]
    _save(np.vstack(rows), "prompts.jpg", 1200)
    for name, prompt in GALLERY.items():
        sheet = FOLDER / f"{name}.png"
        Pipeline()(prompt, seed=7).save(sheet)
        _save(np.asarray(Image.open(sheet).convert("RGB")), f"gallery_{name}.jpg", 1200)
        sheet.unlink()


def channels() -> None:
    """All channels of one frame, and the joints, side by side."""
    anim = Pipeline()("a man kicks a ball", seed=3, size=(480, 360), channels=CHANNELS)
    moving = (anim.segmentation > 1)[..., None] * np.abs(anim.channels["flow"])
    index = int(moving.mean(axis=(1, 2, 3)).argmax())
    cells = [_titled(preview(name, a[index]), name) for name, a in anim.channels.items()]
    cells.append(_titled(_with_joints(anim, index), "joints"))
    rows = [np.hstack(cells[start : start + 5]) for start in range(0, len(cells), 5)]
    _save(np.vstack(rows), "channels.jpg", 1800)


def cameras() -> None:
    """Each shot at three moments of one clip."""
    pipeline, cells = Pipeline(), []
    for shot in SHOTS:
        anim = pipeline("a woman walks to the table and picks up the cup", seed=7, fps=15.0,
                        size=(320, 240), camera=shot)  # fmt: skip
        strip = [_frame(anim, share) for share in (0.1, 0.5, 0.9)]
        edged = [np.pad(item, ((2, 2), (2, 2), (0, 0)), constant_values=255) for item in strip]
        cells.append(_titled(np.hstack(edged), shot))
    rows = [np.hstack(cells[start : start + 2]) for start in range(0, len(cells), 2)]
    _save(np.vstack(rows), "cameras.jpg", 1280, quality=78)


def _titled(picture: np.ndarray, name: str) -> np.ndarray:
    image = Image.fromarray(picture)
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(22)
    pen.rectangle((0, 0, font.getlength(name) + 16, 32), (30, 32, 36))
    pen.text((8, 4), name, (250, 250, 248), font)
    return np.asarray(image)


def _with_joints(animation: Animation, index: int) -> np.ndarray:
    """Bones over a faded picture; hidden joints are hollow."""
    image = Image.fromarray(animation.frames[index] // 2 + 110)
    pen, joints = ImageDraw.Draw(image), animation.joints()
    for pixels, seen in zip(joints.pixels[index], joints.visibility[index]):
        for joint, parent in enumerate(PARENTS):
            if parent >= 0:
                pen.line([*pixels[joint], *pixels[parent]], (40, 70, 160), 3)
        for (x, y), state in zip(pixels, seen):
            box, colour = (x - 4, y - 4, x + 4, y + 4), (220, 60, 40)
            pen.ellipse(box, colour if state == 2 else (250, 250, 248), colour, 2)
    return np.asarray(image)


def _frame(animation: Animation, share: float) -> np.ndarray:
    return animation.frames[round(share * (len(animation) - 1))]


def _save(picture: np.ndarray, name: str, width: int, quality: int = 86) -> None:
    image = Image.fromarray(picture)
    image.thumbnail((width, 10 * width), Image.Resampling.LANCZOS)
    image.save(FOLDER / name, quality=quality, optimize=True)


if __name__ == "__main__":
    main()
