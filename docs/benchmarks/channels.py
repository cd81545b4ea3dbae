"""Processor time of the raster renderer's channels: python docs/benchmarks/channels.py [FRAMES]."""

from __future__ import annotations

import sys
import time

from text2sim import Pipeline
from text2sim.render.raster import RasterRenderer
from text2sim.stage import CHANNELS, Context, Options

SIZES = ((640, 480), (1280, 720))
SETS = (("rgb",), *(("rgb", name) for name in CHANNELS[1:]), CHANNELS)


def main(frames: int) -> None:
    """A table of milliseconds a frame beyond rgb, the median of three runs."""
    trace = Pipeline(controller="kinematic")("a man walks up stairs", seed=7, until="controller")
    trace = trace.slice(0, frames)
    print(f"{'ms a frame':<16}" + "".join(f"{w}x{h:<8}" for w, h in SIZES))
    base = [_cost(trace, size, ("rgb",)) for size in SIZES]
    for channels in SETS:
        costs = [_cost(trace, size, channels) for size in SIZES]
        name = "all" if channels == CHANNELS else channels[-1]
        more = costs if name == "rgb" else [cost - rgb for cost, rgb in zip(costs, base)]
        print(f"{name:<16}" + "".join(f"{value:<12.1f}" for value in more))


def _cost(trace, size: tuple[int, int], channels: tuple[str, ...]) -> float:
    context = Context(request=Options(size=size, channels=channels), stage="renderer")
    costs = []
    for _ in range(4):  # The first compiles.
        start = time.process_time()
        for _ in RasterRenderer().stream(trace, context):
            pass
        costs.append(1e3 * (time.process_time() - start) / len(trace.object_positions))
    return sorted(costs[1:])[1]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
