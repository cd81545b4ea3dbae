"""A progress bar for terminals and notebooks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from text2sim.stage import STAGES, Progress

Report = Callable[[Progress], None]


@contextmanager
def reporting(progress: bool | Report | None) -> Iterator[Report | None]:
    """What to call with each `Progress`.

    Args:
        progress: a function of one's own, True for a bar, False for silence, None for a bar where
            a person can see it (a terminal or a notebook).
    """
    if callable(progress):
        yield progress
    elif progress or (progress is None and _visible()):
        with _bar() as report:
            yield report
    else:
        yield None


def _visible() -> bool:
    return sys.stderr.isatty() or "ipykernel" in sys.modules


@contextmanager
def _bar() -> Iterator[Report]:
    from tqdm.auto import tqdm

    bar = tqdm(leave=False, bar_format="{desc} {percentage:3.0f}%|{bar}| {elapsed}")

    def report(progress: Progress) -> None:
        label = f"[{progress.number + 1}/{len(STAGES)}] {progress.stage:<10}"
        if bar.desc != f"{label}: ":
            bar.set_description(label, refresh=False)
            bar.reset(total=max(progress.total, 1))
        bar.total = max(progress.total, 1)
        bar.update(progress.done - bar.n)

    try:
        yield report
    finally:
        bar.close()
