"""A clip in a notebook: video, outcome, warnings, metrics."""

from __future__ import annotations

import base64
import tempfile
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from text2sim.io.video import encode

if TYPE_CHECKING:
    from text2sim.animation import Animation

WIDTH, CRF = 480, 26


def html_of(animation: Animation) -> str:
    """A self-contained piece of HTML; the video is small and inside it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "clip.mp4")
        encode(animation.frames, animation.size, animation.fps, path, crf=CRF, width=WIDTH)
        video = base64.b64encode(path.read_bytes()).decode()
    outcome = animation.outcome
    ended = f"{outcome.status} at {outcome.time:.2f} s"
    ended += f": {outcome.message}" if outcome.message else ""
    warnings = "".join(f"<li>{escape(text)}</li>" for text in animation.warnings)
    return (
        f"<div><p><b>{escape(animation.prompt)}</b></p>"
        f'<video controls loop muted playsinline style="max-width:100%" '
        f'src="data:video/mp4;base64,{video}"></video>'
        f"<p>{escape(ended)}</p>"
        + (f"<ul>{warnings}</ul>" if warnings else "")
        + f"<details><summary>Metrics</summary>{animation.metrics()._repr_html_()}</details></div>"
    )
