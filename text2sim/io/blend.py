"""Blender's own format (.blend), saved by a Blender that is run for it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from text2sim.errors import StageError
from text2sim.io.blender_script import job_of
from text2sim.render.cycles import exchange, program

if TYPE_CHECKING:
    from text2sim.animation import Animation

PATIENCE = 900.0
"""Longest time that Blender may take to save [s]."""

program.find()  # At once, so that a missing Blender is known before minutes of work.


def write_blend(animation: Animation, path: Path) -> None:
    """Let Blender build the scene and save it, textures included.

    Raises:
        MissingExtraError: no Blender is found.
        ResourceError: what the environment names is no Blender.
        StageError: Blender failed.
    """
    blender = program.find()
    with tempfile.TemporaryDirectory(prefix="text2sim-") as folder:
        place = exchange.pack(animation.trace, job_of(animation), Path(folder))
        saved, log = place / "clip.blend", place / "blender.log"
        command = blender.command(place / "inside.py", [str(place), str(saved)])
        with program.running(command, log) as process:
            program.wait(process, log, lambda: process.poll() == 0, patience=PATIENCE)
        if not saved.exists():
            raise StageError(f"Blender saved nothing. It said:\n{program.last_words(log)}")
        path.write_bytes(saved.read_bytes())
