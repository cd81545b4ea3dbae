"""Draws docs/images/conditions.jpg: what each ControlNet is fed, beside the rendered frame.

python docs/make_condition_pictures.py     (in a checkout, from its root)
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from text2sim import Pipeline
from text2sim.enhance.controlnet.conditions import KINDS, NEEDS, conditions

PROMPT = "a woman waves next to a man who sits on a chair in the park"


def main() -> None:
    """Seven tiles."""
    channels = ("rgb", *sorted({name for names in NEEDS.values() for name in names}))
    clip = Pipeline(controller="kinematic")(
        PROMPT, duration=2.0, fps=4.0, size=(384, 288), channels=channels
    )
    frames = clip.rendered.slice(5, 6)
    tiles = [("rendered", frames.rgb[0])]
    tiles += [(kind, conditions(frames, kind)[0]) for kind in KINDS]
    tiles.append(("", np.full_like(frames.rgb[0], 255)))
    drawn = []
    for name, pixels in tiles:
        picture = Image.fromarray(pixels)
        ImageDraw.Draw(picture).text((8, 6), name, fill="red")
        drawn.append(np.asarray(picture))
    sheet = np.concatenate([np.concatenate(drawn[i : i + 4], axis=1) for i in (0, 4)])
    Image.fromarray(sheet).save(Path(__file__).parent / "images" / "conditions.jpg", quality=88)


if __name__ == "__main__":
    main()
