"""Many prompts: a bad one is reported, the others go on."""

import sys
from pathlib import Path

from text2sim import Pipeline

PROMPTS = ["a girl hops twice", "a red ball", "an old man bows"]


def main(folder: Path) -> None:
    """Save a contact sheet for every prompt that can be animated."""
    for result in Pipeline().map(PROMPTS, duration=2.0, size=(320, 240)):
        if result.error is not None:
            print(f"{result.prompt!r}: {result.error}")
        else:
            result.animation.save(folder / f"batch_{result.index}.png")
            print(f"{result.prompt!r}: {result.animation.outcome.status}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
