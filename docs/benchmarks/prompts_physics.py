"""Thirty prompts through the whole pipeline up to the default controller, on both engines.

python docs/benchmarks/prompts_physics.py

A row for each prompt and engine: how it ended, mean assist of body weight, and penetration [mm],
skate [mm/frame] and slip speed [m/s] before and after physics: docs/metrics.md defines them all.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from text2sim import Pipeline
from text2sim.evaluation.clip import evaluate
from text2sim.evaluation.metrics import Metrics
from text2sim.types import Outcome

PROMPTS = (
    "a man walks", "a woman walks backwards", "a man walks in a circle", "an old man walks slowly",
    "a man walks up stairs", "a man walks down the stairs", "a man walks up a ramp",
    "a woman runs", "a boy runs", "a man jumps forward", "a girl jumps twice", "a man hops",
    "a man turns around", "a woman dances", "a man waves", "a man bows", "a man squats",
    "a woman kneels", "a man sits on a chair", "a man sits on a chair and stands up",
    "a man kicks a ball", "a woman throws a ball", "a man picks up a box",
    "a man carries a box to the table", "a man pushes a crate", "a man boxes", "a man crawls",
    "a man is pushed hard from the left", "a man is pushed and falls", "a man stumbles",
)  # fmt: skip
ENGINES = ("pybullet", "mujoco")
FIGURES = ("assist", "penetration", "foot_slide", "foot_skate")


def row(outcome: Outcome, found: Metrics) -> str:
    """Cells of one engine."""
    down = found["fall_time"].value
    ended = outcome.status if math.isnan(down) else f"{outcome.status}, down at {down:.1f} s"
    cells = [ended, f"{found['assist'].value:.2f}"]
    for name, digits in zip(FIGURES[1:], (1, 1, 2)):
        item = found[name]
        cells.append(f"{item.before:.{digits}f} / {item.value:.{digits}f}")
    return " | ".join(cells)


def summary(name: str, results: Iterable[tuple[Outcome, Metrics]]) -> str:
    """Completed clips, and means over all prompts."""
    results = list(results)
    completed = sum(outcome.status == "completed" for outcome, _ in results)
    cells = [f"{completed} of {len(results)}"]
    values = {key: [found[key] for _, found in results] for key in FIGURES}
    cells.append(f"{np.nanmean([item.value for item in values['assist']]):.2f}")
    for key, digits in zip(FIGURES[1:], (1, 1, 2)):
        before = np.nanmean([float(item.before or 0.0) for item in values[key]])
        after = np.nanmean([item.value for item in values[key]])
        cells.append(f"{before:.{digits}f} / {after:.{digits}f}")
    return f"| **all** | {name} | " + " | ".join(cells) + " |"


def main() -> None:
    """Print the table of docs/physics.md."""
    results: dict[str, list[tuple[Outcome, Metrics]]] = {name: [] for name in ENGINES}
    for prompt in PROMPTS:
        pipeline = Pipeline(physics=ENGINES[0])
        for engine in ENGINES:
            trace = pipeline.replace(physics=engine)(prompt, until="controller")
            found = evaluate(trace)
            results[engine].append((trace.outcome, found))
            print(f"| {prompt} | {engine} | {row(trace.outcome, found)} |", flush=True)
    for engine, each in results.items():
        print(summary(engine, each))


if __name__ == "__main__":
    main()
