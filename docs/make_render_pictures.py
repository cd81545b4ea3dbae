"""Makes docs/images/render_*.jpg: python docs/make_render_pictures.py [--before FOLDER].

Ten prompts, each as `raster` shows it beside TinyRenderer's frame of the same moment; with
`--before` also beside pictures 0.png to 9.png of an earlier version, of the same prompts.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from text2sim import Pipeline
from text2sim.render.pybullet import PyBulletRenderer
from text2sim.render.raster import RasterRenderer
from text2sim.stage import Context, Options
from text2sim.types import Trace

FOLDER = Path(__file__).parent / "images"
PROMPTS = (
    "a man walks up stairs",
    "a woman in a red dress walks to the table and picks up the cup",
    "a boy kicks a ball in the park",
    "a girl dances on the grass",
    "an old man sits down on a chair in the kitchen",
    "a man carries a wooden box across the street",
    "a woman waves next to a car in the street",
    "a man throws a ball on the beach",
    "a woman jumps over a fence",
    "two men shake hands in a room",
)
SIZE, SHOWN = (1280, 720), (426, 240)
SHARE = 0.55
"""Moment that is shown, as a share of the clip."""


def main() -> None:
    """One row a prompt: before (if given), TinyRenderer, raster."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--before", type=Path, help="folder with 0.png to 9.png")
    before = parser.parse_args().before
    rows = []
    for number, prompt in enumerate(PROMPTS):
        trace = Pipeline()(prompt, seed=7, until="controller")
        cells = [] if before is None else [Image.open(before / f"{number}.png").convert("RGB")]
        cells += [Image.fromarray(_still(renderer, trace)) for renderer in
                  (PyBulletRenderer(), RasterRenderer(quality="high"))]  # fmt: skip
        rows.append(np.hstack([np.asarray(cell.resize(SHOWN, Image.Resampling.LANCZOS))
                               for cell in cells]))  # fmt: skip
        print(prompt)
    name = "render_before_after.jpg" if before else "render_looks.jpg"
    Image.fromarray(np.vstack(rows)).save(FOLDER / name, quality=86, optimize=True)


def _still(renderer: PyBulletRenderer | RasterRenderer, trace: Trace) -> np.ndarray:
    frame = round(SHARE * (len(trace.object_positions) - 1))
    context = Context(request=Options(size=SIZE), stage="renderer")
    return renderer.run(trace.slice(frame, frame + 1), context).rgb[0]


if __name__ == "__main__":
    main()
