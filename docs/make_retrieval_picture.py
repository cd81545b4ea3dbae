"""The picture of docs/motion.md: twelve prompts by the motion backend `retrieval`, as strips.

python docs/make_retrieval_picture.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib import pyplot

from text2sim import Pipeline
from text2sim.skeleton import PARENTS

PROMPTS = (
    "a man walks up stairs", "a woman walks to the table and picks up the cup",
    "a boy jumps twice", "a man runs in a circle then stops", "a girl dances",
    "a man sits down on a chair and waves", "a man kicks a ball",
    "a woman turns left and walks backwards", "a man walks while waving with his left hand",
    "a man crawls forward then lies down", "an old man walks slowly to the door",
    "a man punches, then falls down",
)  # fmt: skip
POSES = 11
COLOURS = {"left": "#d1603a", "right": "#2b6cb0", "": "#404040"}


def side(joint: int) -> str:
    """Colour of the bone that ends in a joint."""
    from text2sim.skeleton import JOINTS

    return COLOURS[JOINTS[joint].partition("_")[0] if "_" in JOINTS[joint] else ""]


def strip(ax: pyplot.Axes, prompt: str, pipeline: Pipeline) -> None:
    """Poses side by side, each as seen from its own right."""
    track = pipeline(prompt, until="motion", progress=False).tracks[0]
    positions = track.positions()
    frames = np.linspace(0, len(positions) - 1, POSES).astype(int)
    for place, frame in enumerate(frames):
        p = positions[frame] - positions[frame, 0] * [1.0, 1.0, 0.0]
        for joint in range(1, len(PARENTS)):
            pair = p[[joint, PARENTS[joint]]]
            ax.plot(pair[:, 0] - 0.35 * pair[:, 1] + place, pair[:, 2], lw=1.3, color=side(joint))
    ax.set_title(prompt, fontsize=7, loc="left", pad=1)
    ax.set_aspect("equal")
    ax.axis("off")


def main() -> None:
    """Draw and save."""
    pipeline = Pipeline(motion="retrieval")
    figure, axes = pyplot.subplots(6, 2, figsize=(12, 9))
    for ax, prompt in zip(axes.flat, PROMPTS):
        strip(ax, prompt, pipeline)
    figure.tight_layout(pad=0.3)
    figure.savefig(Path(__file__).parent / "images" / "retrieval.png", dpi=80)


if __name__ == "__main__":
    main()
