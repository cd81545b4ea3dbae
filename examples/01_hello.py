"""One call, one video.

The summary says how the simulation ended and how much help the controller needed.
"""

import sys
from pathlib import Path

from text2sim import Pipeline


def main(folder: Path) -> None:
    """Animate one sentence and look at the result from all sides."""
    anim = Pipeline()("a man walks up stairs", seed=7, size=(320, 240))
    anim.save(folder / "hello.mp4")
    anim.save(folder / "hello.png")  # a contact sheet
    print(anim.outcome)
    print(anim.metrics())


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
