"""Tracking by `pd` on both physics engines: error, assist and processor time, prompt by prompt.

python docs/benchmarks/engines.py
"""

from __future__ import annotations

import time

import numpy as np

from text2sim import Pipeline
from text2sim.types import Trace

PROMPTS = (
    "a man waves", "a man walks", "a man walks up stairs", "a man walks down the stairs",
    "a woman runs", "a man jumps forward", "a man kicks a ball", "a man throws a ball",
    "a man picks up a box", "a man sits on a chair", "a woman dances", "a man crawls",
    "a man lies down", "a man skips", "a man climbs a ladder", "a boy runs",
    "a man pushes a crate", "a man steps over three small obstacles",
)  # fmt: skip
ENGINES = ("pybullet", "mujoco")


def figures(trace: Trace) -> str:
    """Error [mm] and assist, or when the body fell."""
    if trace.outcome.status != "completed":
        return f"fell after {trace.outcome.time:.1f} s"
    motion = trace.world.motion
    assert motion.scene is not None
    off = trace.tracks[0].positions() - motion.tracks[0].positions()
    weight = 9.81 * motion.scene.actors[0].character.mass
    error = 1e3 * np.linalg.norm(off, axis=-1).mean()
    return f"{error:.0f}, {trace.assist_force.mean() / weight:.2f}"


def main() -> None:
    """Print the table of docs/physics.md."""
    spent = dict.fromkeys(ENGINES, 0.0)
    for prompt in PROMPTS:
        world = Pipeline(physics=ENGINES[0])
        world(prompt, until="motion")  # The stages before are cached and not timed.
        cells = []
        for engine in ENGINES:
            start = time.process_time()
            trace = world.replace(physics=engine)(prompt, until="controller")
            spent[engine] += time.process_time() - start
            cells.append(figures(trace))
        print(f"| {prompt} | " + " | ".join(cells) + " |", flush=True)
    print(f"mujoco / pybullet, processor time: {spent['mujoco'] / spent['pybullet']:.2f}")


if __name__ == "__main__":
    main()
