"""Time of the film enhancer: python docs/benchmarks/film.py [FRAMES]."""

from __future__ import annotations

import os
import sys
import time

from text2sim import Pipeline
from text2sim.enhance.film import FilmEnhancer
from text2sim.enhance.film.looks import PRESETS
from text2sim.stage import Context, Options

CLIPS = {
    "a camera that stands still": {},
    "a camera that orbits": {"camera": "orbit"},
}
CHANNELS = ("depth", "flow", "flow_state")


def main(frames: int) -> None:
    """Milliseconds of a 720p frame at 30 frames/s, the best of five runs."""
    print(f"load average {os.getloadavg()[0]:.1f}")
    for name, camera in CLIPS.items():
        pipeline = Pipeline(controller="kinematic")
        clip = pipeline(
            "a man kicks a ball in the park", seed=7, duration=1.0 + frames / 30,
            size=(1280, 720), channels=CHANNELS, **camera,
        ).rendered  # fmt: skip
        part = clip.slice(len(clip.rgb) - frames - 1, len(clip.rgb) - 1)
        print(f"{name:<28}processor ms   wall ms")
        for preset in PRESETS:
            cpu, wall = _cost(FilmEnhancer(preset=preset), part)
            print(f"{preset:<28}{cpu:<15.1f}{wall:.1f}")


def _cost(enhancer: FilmEnhancer, part) -> tuple[float, float]:
    context = Context(request=Options(), stage="enhancer", allowed=("seed",))
    costs = []
    for _ in range(6):  # The first compiles.
        cpu, wall = time.process_time(), time.perf_counter()
        enhancer.run(part, context)
        costs.append((time.process_time() - cpu, time.perf_counter() - wall))
    count = len(part.rgb) / 1000
    return min(c for c, _ in costs[1:]) / count, min(w for _, w in costs[1:]) / count


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
