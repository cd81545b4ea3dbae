"""A wave of the hand kept up by the body's own joints: set points found by a beam search.

Few particles and a short clip, so that it runs in seconds; the default ones do better.
"""

import sys
from pathlib import Path

from text2sim import Pipeline
from text2sim.control.sampling import SamplingController
from text2sim.physics.mujoco import MuJoCoEngine


def main(folder: Path) -> None:
    """Write a contact sheet, and say how much help the body had."""
    controller = SamplingController(particles=16, beam=4, assist=(0.0, 50.0))
    pipeline = Pipeline(physics=MuJoCoEngine(rate=240.0), controller=controller)
    anim = pipeline("a man waves", seed=3, duration=0.8, fps=10.0, size=(192, 144))
    anim.save(folder / "sampling.png")
    print(anim.outcome.status, f"with up to {anim.trace.assist_force.max():.0f} N of help")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
