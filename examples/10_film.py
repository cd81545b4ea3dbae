"""The same frame twice: by our rasteriser, and by Blender's Cycles in a process of its own.

Where no Blender is found, it says how to get one, and writes a script that builds the clip in a
Blender elsewhere. Needs: pip install "text2sim[cycles]"
"""

import sys
from pathlib import Path

from text2sim import Pipeline
from text2sim.errors import MissingExtraError
from text2sim.render.cycles import CyclesRenderer


def main(folder: Path) -> None:
    """Write what can be written here."""
    options = {"seed": 7, "duration": 1.0, "fps": 2.0, "size": (320, 180)}
    drafts = Pipeline()
    anim = drafts("a woman in a red dress waves", **options)
    anim.save(folder / "film_draft.png")
    anim.save(folder / "film.py")
    try:
        film = drafts.replace(renderer=CyclesRenderer(samples=16))
        film("a woman in a red dress waves", **options).save(folder / "film_cycles.png")
    except MissingExtraError as error:
        print(f"Nothing was path-traced. {error}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
