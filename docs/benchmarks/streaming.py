"""Memory of a long streamed clip: python docs/benchmarks/streaming.py [SECONDS] (Linux)."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from text2sim import Pipeline
from text2sim.io import filling
from text2sim.render.raster import RasterRenderer


def main(seconds: float) -> None:
    """Resident memory after the simulation, and while the pictures go into an .mp4."""
    pipeline = Pipeline(controller="kinematic", renderer=RasterRenderer(quality="draft"))
    start = time.process_time()
    stream = pipeline.stream("a man walks in a circle", duration=seconds, fps=10, size=(320, 240))
    report("simulated", len(stream), start)
    start, marks = time.process_time(), {len(stream) * k // 4 for k in (1, 2, 3, 4)}
    with (
        tempfile.TemporaryDirectory() as folder,
        filling(stream, [Path(folder, "long.mp4")], made=("rgb",)) as put,
    ):
        for count, frames in enumerate(stream, 1):
            put(frames)
            if count in marks:
                report("rendered", count, start)


def report(what: str, frames: int, start: float) -> None:
    """One line: frames, processor time, resident memory now."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    resident = int(status.split("VmRSS:")[1].split()[0]) / 1e3
    cpu = time.process_time() - start
    print(f"{what:<10} {frames:6} frames {cpu:7.1f} s cpu {resident:6.0f} MB", flush=True)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 600.0)
