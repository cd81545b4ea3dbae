"""Depth and segmentation beside the picture, and the lossless archive that keeps them."""

import sys
from pathlib import Path

import numpy as np

import text2sim
from text2sim import Pipeline


def main(folder: Path) -> None:
    """Render three channels, save them, load them again."""
    anim = Pipeline()(
        "a man kicks a ball",
        duration=2.0,
        size=(320, 240),
        channels=("rgb", "depth", "segmentation"),
    )
    anim.save(folder / "kick.npz")
    loaded = text2sim.load(folder / "kick.npz")
    assert np.array_equal(loaded.depth, anim.depth)
    labels = dict(enumerate(loaded.labels))
    counts = np.bincount(loaded.segmentation[0].ravel(), minlength=len(labels))
    for index, label in labels.items():
        print(f"{label:<12}{counts[index] / counts.sum():6.1%} of the first frame")
    print(f"nearest point {anim.depth[anim.depth > 0].min():.2f} m from the camera plane")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
