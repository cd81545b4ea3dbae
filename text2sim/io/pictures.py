"""Animated GIF and PNG contact sheets, by Pillow."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from text2sim.errors import ConfigError, MissingExtraError
from text2sim.io.video import filtered

if TYPE_CHECKING:
    from PIL.Image import Image

    from text2sim.animation import Animation

GIF_FPS, GIF_WIDTH = 15.0, 480
SHEET_FRAMES, SHEET_COLUMNS, SHEET_WIDTH = 12, 4, 1600
_PAPER, _INK, _FAINT = (250, 250, 248), (30, 32, 36), (120, 124, 130)


def write_gif(animation: Animation, path: Path) -> None:
    """Write an endless loop, at most 15 frames/s and 480 px wide, with one palette for all frames.

    GIF counts time in hundredths of a second; the delays are rounded so that the whole takes as
    long as the clip.
    """
    step = max(1, math.ceil(animation.fps / GIF_FPS - 1e-9))
    rgb = animation.frames[::step]
    ends = np.minimum(np.arange(1, len(rgb) + 1) * step, len(animation.frames)) / animation.fps
    centiseconds = np.diff(np.floor(100 * ends + 0.5), prepend=0.0)
    from scipy.spatial import KDTree

    tree = KDTree(_palette(rgb))
    frames = (_in_palette(np.asarray(_small(picture)), tree) for picture in rgb)
    next(frames).save(
        path, format="GIF", save_all=True, append_images=frames, loop=0,
        duration=[int(10 * max(1, delay)) for delay in centiseconds], comment=_comment(animation),
    )  # fmt: skip


def _small(picture: np.ndarray, width: int = GIF_WIDTH) -> Image:
    image = pil().fromarray(picture)
    if image.width <= width:
        return image
    return image.resize((width, max(1, round(image.height * width / image.width))))


def _palette(rgb: np.ndarray) -> np.ndarray:
    """256 colours (256, 3) uint8 that fit the whole clip, by ffmpeg over up to 32 frames.

    It splits colours by how much they vary, so that the gradients of a sky keep their steps.
    """
    chosen = np.linspace(0, len(rgb) - 1, min(32, len(rgb))).round().astype(int)
    pictures = np.stack([np.asarray(_small(rgb[i])) for i in chosen])
    raw = filtered(pictures, "palettegen=stats_mode=full:reserve_transparent=0", "rgb24")
    return np.frombuffer(raw, np.uint8).reshape(256, 3)


def _in_palette(picture: np.ndarray, tree: Any) -> Image:
    """The picture in the nearest colours of a palette; no dither, so what is still stays still.

    Pillow's own search is coarse: it shows a sky in bands.
    """
    packed = picture.astype(np.uint32) @ np.array([65536, 256, 1], np.uint32)
    found, inverse = np.unique(packed, return_inverse=True)
    colours = np.stack([found >> 16, (found >> 8) & 255, found & 255], axis=1)
    index = tree.query(colours)[1].astype(np.uint8)
    image = pil().fromarray(index[inverse].reshape(packed.shape))
    image.putpalette(tree.data.astype(np.uint8).tobytes())
    return image


def write_png(animation: Animation, path: Path) -> None:
    """Write the contact sheet; its text entries hold prompt and seed."""
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_itxt("Title", animation.prompt)
    info.add_itxt("Comment", _comment(animation).decode())
    contact_sheet(animation).save(path, format="PNG", pnginfo=info)


def contact_sheet(
    animation: Animation,
    *,
    frames: int = SHEET_FRAMES,
    columns: int = SHEET_COLUMNS,
    width: int = SHEET_WIDTH,
) -> Image:
    """A picture of evenly spaced frames, first and last among them, with their times.

    Args:
        animation: the clip.
        frames: how many frames, at most; a shorter clip shows each frame once.
        columns: frames in a row.
        width: of the sheet [px], at most.

    Raises:
        ConfigError: frames or columns is below 1, or width below 160.
    """
    if frames < 1 or columns < 1 or width < 160:
        raise ConfigError("A contact sheet needs frames >= 1, columns >= 1 and width >= 160.")
    count = min(frames, len(animation))
    columns = min(columns, count)
    chosen = np.linspace(0, len(animation) - 1, count).round().astype(int)
    gap = max(4, width // 200)
    height, breadth = animation.frames.shape[1:3]
    cell_width = min(breadth, (width - gap) // columns - gap)
    cell = (cell_width, max(1, round(height * cell_width / breadth)))
    return _Sheet(animation, cell, columns, gap).draw([int(index) for index in chosen])


class _Sheet:
    """The layout of one contact sheet."""

    def __init__(self, animation: Animation, cell: tuple[int, int], columns: int, gap: int) -> None:
        self.animation, self.cell, self.columns, self.gap = animation, cell, columns, gap
        self.width = columns * (cell[0] + gap) + gap
        self.title, self.note = _font(max(13, self.width // 50)), _font(max(11, self.width // 80))
        self.label = _font(max(11, cell[0] // 24))

    def draw(self, chosen: list[int]) -> Image:
        from PIL import ImageDraw

        lines = _wrapped(self.animation.prompt, self.title, self.width - 2 * self.gap)
        line = round(1.35 * self.title.size)
        head = line * len(lines) + round(1.6 * self.note.size) + 2 * self.gap
        rows = math.ceil(len(chosen) / self.columns)
        size = (self.width, head + rows * (self.cell[1] + self.gap))
        sheet = pil().new("RGB", size, _PAPER)
        pen = ImageDraw.Draw(sheet)
        for number, text in enumerate(lines):
            pen.text((self.gap, self.gap + number * line), text, _INK, self.title)
        y = self.gap + len(lines) * line
        pen.text((self.gap, y), _subtitle(self.animation), _FAINT, self.note)
        for number, index in enumerate(chosen):
            row, column = divmod(number, self.columns)
            corner = (
                self.gap + column * (self.cell[0] + self.gap),
                head + row * (self.cell[1] + self.gap),
            )
            self._place(sheet, pen, corner, index)
        return sheet

    def _place(self, sheet: Image, pen: Any, corner: tuple[int, int], index: int) -> None:
        picture = pil().fromarray(self.animation.frames[index])
        sheet.paste(picture.resize(self.cell, pil().Resampling.LANCZOS), corner)
        text = f"{self.animation.start + index / self.animation.fps:.2f} s"
        (x, y), size = corner, self.label.size
        width = round(self.label.getlength(text))
        pen.rectangle((x, y, x + width + size, y + round(1.5 * size)), _INK)
        pen.text((x + size // 2, y + round(1.12 * size)), text, _PAPER, self.label, anchor="ls")


def _subtitle(animation: Animation) -> str:
    outcome = animation.outcome
    ended = "" if outcome.status == "completed" else f", {outcome.status} at {outcome.time:.2f} s"
    seed = animation.config.get("seed")
    return f"{animation.duration:.1f} s{ended}" + ("" if seed is None else f", seed {seed}")


def _wrapped(text: str, font: Any, width: int, limit: int = 3) -> list[str]:
    """The text in lines that fit the width, at most `limit` of them."""
    lines: list[str] = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font.getlength(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines if len(lines) <= limit else [*lines[: limit - 1], lines[limit - 1] + " …"]


def _font(size: int) -> Any:
    from PIL import ImageFont

    return ImageFont.load_default(size)


def _comment(animation: Animation) -> bytes:
    return json.dumps(animation.credits()).encode()


def pil() -> Any:
    """Pillow's Image module.

    Raises:
        MissingExtraError: Pillow is not installed.
    """
    try:
        from PIL import Image
    except ImportError:
        raise MissingExtraError("Writing pictures needs Pillow: pip install pillow") from None
    return Image
