"""A readable report (.json): what was asked, what was understood, what happened."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from text2sim.io.codec import plain

if TYPE_CHECKING:
    from text2sim.recording import Recording
    from text2sim.types import Frames


@contextmanager
def json_sink(recording: Recording, path: Path) -> Iterator[Callable[[Frames], None]]:
    """Takes frames, looks at none, and writes the report in the end."""
    yield lambda frames: None
    write_json(recording, path)


def write_json(animation: Recording, path: Path) -> None:
    """Write the report as JSON."""
    text = json.dumps(report(animation), indent=2, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def report(animation: Recording) -> dict[str, Any]:
    """Config, script, plan, outcome, contacts, metrics and warnings, JSON-ready."""
    return {
        "prompt": animation.prompt,
        "frames": len(animation),
        "fps": animation.fps,
        "start": animation.start,
        "duration": animation.duration,
        "outcome": plain(animation.outcome),
        "warnings": list(animation.warnings),
        "metrics": animation.metrics().as_dict(),
        "script": plain(animation.script),
        "plan": plain(animation.plan, without=("script",)),
        "contacts": plain(animation.trace.contacts),
        "config": plain(animation.config),
    }
