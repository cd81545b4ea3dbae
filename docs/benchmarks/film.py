"""Time of the film enhancer beside the rasteriser's: python docs/benchmarks/film.py [FRAMES]."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

from text2sim import Pipeline
from text2sim.enhance.film import FilmEnhancer
from text2sim.enhance.film.looks import PRESETS
from text2sim.render.raster import RasterRenderer
from text2sim.stage import Context, Options

CAMERAS = {"a camera that stands still": "static", "a camera that orbits": "orbit"}
CHANNELS = ("depth", "flow", "flow_state")
REPEATS = 5


def main(frames: int) -> None:
    """Milliseconds of a 720p frame at 30 frames/s, the best of some runs."""
    trace = Pipeline(controller="kinematic")(
        "a man kicks a ball in the park", seed=7, until="controller"
    )
    middle = len(trace.object_positions) // 2
    for name, camera in CAMERAS.items():
        request = Options(size=(1280, 720), channels=CHANNELS, camera=camera)
        drawing, developing = (
            Context(request=request, stage=stage) for stage in ("renderer", "enhancer")
        )
        plain = Context(request=Options(size=(1280, 720), camera=camera), stage="renderer")
        part = trace.slice(middle, middle + frames)
        clip = RasterRenderer().run(part, drawing)
        print(f"{name:<28}processor ms   wall ms   (load {os.getloadavg()[0]:.1f})")
        _show("rasteriser, rgb", frames, lambda part=part, c=plain: RasterRenderer().run(part, c))
        for preset in PRESETS:
            enhancer = FilmEnhancer(preset=preset)
            _show(preset, frames, lambda e=enhancer, v=clip, c=developing: e.run(v, c))


def _show(name: str, frames: int, job: Callable[[], object]) -> None:
    job()  # The first time compiles.
    costs = []
    for _ in range(REPEATS):
        cpu, wall = time.process_time(), time.perf_counter()
        job()
        costs.append((time.process_time() - cpu, time.perf_counter() - wall))
    cpu, wall = (1e3 * min(values) / frames for values in zip(*costs))
    print(f"{name:<28}{cpu:<15.1f}{wall:.1f}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
