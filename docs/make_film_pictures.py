"""Makes docs/images/film.jpg: python docs/make_film_pictures.py (a minute)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from text2sim import Pipeline
from text2sim.enhance.film import FilmEnhancer
from text2sim.enhance.film.looks import PRESETS
from text2sim.render.raster import RasterRenderer
from text2sim.stage import Context, Options

PROMPTS = ("a boy kicks a ball in the park", "two men shake hands in a room")
NAMES = ("rendered", *(name for name in PRESETS if name != "neutral"))
SIZE, SHOWN = (1280, 720), (480, 270)
SHARE = 0.45
"""Moment that is shown, as a share of the clip."""


def main() -> None:
    """For each prompt the rendered frame and seven presets, four a row."""
    request = Options(size=SIZE, channels=("depth", "flow", "flow_state"))
    rows = []
    for prompt in PROMPTS:
        trace = Pipeline()(prompt, seed=7, until="controller")
        frame = round(SHARE * len(trace.object_positions))
        frames = RasterRenderer(quality="high").run(
            trace.slice(frame, frame + 2), Context(request=request, stage="renderer")
        )
        cells = [_cell(frames.rgb[0], "rendered")]
        for name in NAMES[1:]:
            finished = FilmEnhancer(preset=name).run(
                frames, Context(request=request, stage="enhancer")
            )
            cells.append(_cell(finished.rgb[0], name))
        rows += [np.hstack(cells[:4]), np.hstack(cells[4:])]
    path = Path(__file__).parent / "images" / "film.jpg"
    Image.fromarray(np.vstack(rows)).save(path, quality=88, optimize=True)


def _cell(frame: np.ndarray, name: str) -> np.ndarray:
    picture = Image.fromarray(frame).resize(SHOWN, Image.Resampling.LANCZOS)
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(15)
    draw.text((9, 7), name, "black", font)
    draw.text((8, 6), name, "white", font)
    return np.asarray(picture)


if __name__ == "__main__":
    main()
