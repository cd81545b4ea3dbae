"""What `text2sim bench` measures: wall time of every stage, peak memory, real-time factor."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from text2sim.animation import Animation
from text2sim.cache import Cache
from text2sim.pipeline import Pipeline
from text2sim.provenance import describe
from text2sim.stage import STAGES, Options


def measure(prompt: str, options: Options, repeats: int) -> dict[str, Any]:
    """Times [s] of one cold and `repeats` warm runs, nothing reused between them.

    Returns:
        JSON-ready: "import_s", "cold" and "warm" (median) seconds by stage with "save" and
        "total", "clip_s", "real_time_factor" (warm total over clip length), "peak_mb".
    """
    cold, clip = _timed_run(prompt, options)
    runs = [_timed_run(prompt, options)[0] for _ in range(repeats)]
    warm = {name: statistics.median(times[name] for times in runs) for name in cold}
    return {
        "prompt": prompt,
        "size": list(options.size),
        "fps": options.fps,
        "repeats": repeats,
        "import_s": _import_seconds(),
        "cold": cold,
        "warm": warm,
        "clip_s": clip,
        "real_time_factor": warm["total"] / clip,
        "peak_mb": _peak_megabytes(),
    }


def _timed_run(prompt: str, options: Options) -> tuple[dict[str, float], float]:
    pipeline = Pipeline(cache=Cache(max_bytes=0))
    times: dict[str, float] = {}
    begin = last = time.perf_counter()
    frames: Any = None
    for stage, value in pipeline.steps(prompt, options):
        now = time.perf_counter()
        times[stage.stage], last, frames = now - last, now, value
    animation = Animation(frames=frames, config=describe(pipeline, prompt, options))
    with tempfile.TemporaryDirectory() as folder:
        animation.save(Path(folder) / "bench.mp4")
    end = time.perf_counter()
    return {**times, "save": end - last, "total": end - begin}, animation.duration


def _import_seconds() -> float:
    code = "import time; t = time.perf_counter(); import text2sim; print(time.perf_counter() - t)"
    run = [sys.executable, "-c", code]
    times = [
        float(subprocess.run(run, capture_output=True, text=True, check=True).stdout)
        for _ in range(3)
    ]
    return statistics.median(times)


def _peak_megabytes() -> float | None:
    """Peak resident memory of this process; None where the system does not tell (Windows)."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


def table(report: dict[str, Any]) -> str:
    """The report for people."""
    width, height = report["size"]
    lines = [
        f"{report['prompt']!r}: {report['clip_s']:.1f} s, {width}x{height}, {report['fps']:g} fps",
        f"{'':<12}{'cold s':>8}{'warm s':>8}{'share':>7}",
    ]
    for name in (*STAGES, "save", "total"):
        cold, warm = report["cold"][name], report["warm"][name]
        lines.append(f"{name:<12}{cold:8.2f}{warm:8.2f}{warm / report['warm']['total']:7.0%}")
    peak = "unknown" if report["peak_mb"] is None else f"{report['peak_mb']:.0f} MB"
    lines.append(
        f"import {report['import_s']:.2f} s, peak memory {peak}, "
        f"{report['real_time_factor']:.2f} x real time (warm)"
    )
    return "\n".join(lines)
