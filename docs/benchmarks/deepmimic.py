"""How long DeepMimic's policies keep going on their own, without any assist.

python docs/benchmarks/deepmimic.py
"""

from __future__ import annotations

import numpy as np

from text2sim import Pipeline
from text2sim.control.deepmimic import DeepMimicController
from text2sim.stage import Context

SKILLS = {
    "walk": "a man walks", "jump": "a man jumps", "backflip": "a man does a backflip",
    "spinkick": "a man kicks",
}  # fmt: skip


def main() -> None:
    """Print the table of docs/control.md."""
    for skill, prompt in SKILLS.items():
        world = Pipeline()(prompt, until="physics", duration=20.0)
        trace = DeepMimicController(skill=skill).run(world, Context(stage="controller"))
        root = trace.tracks[0].root_positions
        end = trace.outcome
        status = end.status if end.status == "completed" else f"fell after {end.time:.1f} s"
        print(f"| {skill} | {status} | {np.linalg.norm((root[-1] - root[0])[:2]):.1f} |")


if __name__ == "__main__":
    main()
