"""Makes the pictures of README and gallery again: python docs/make_pictures.py (some minutes)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from text2sim import Animation, Pipeline

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


def main() -> None:
    """Hero strip, grid and gallery."""
    FOLDER.mkdir(exist_ok=True)
    hero = Pipeline()(GALLERY["stairs"], seed=7, size=(640, 480))
    _save(np.hstack([_frame(hero, share) for share in (0.08, 0.36, 0.58, 0.93)]), "hero.jpg", 1600)
    cells = [_frame(Pipeline()(prompt, seed=i), 0.55) for i, prompt in enumerate(GRID)]
    rows = [np.hstack(cells[start : start + 3]) for start in range(0, len(cells), 3)]
    _save(np.vstack(rows), "prompts.jpg", 1200)
    for name, prompt in GALLERY.items():
        sheet = FOLDER / f"{name}.png"
        Pipeline()(prompt, seed=7).save(sheet)
        _save(np.asarray(Image.open(sheet).convert("RGB")), f"gallery_{name}.jpg", 1200)
        sheet.unlink()


def _frame(animation: Animation, share: float) -> np.ndarray:
    return animation.frames[round(share * (len(animation) - 1))]


def _save(picture: np.ndarray, name: str, width: int) -> None:
    image = Image.fromarray(picture)
    image.thumbnail((width, 10 * width), Image.Resampling.LANCZOS)
    image.save(FOLDER / name, quality=86, optimize=True)


if __name__ == "__main__":
    main()
