"""A Python script (.py) that builds the clip in any Blender: scene, animation, camera and lights.

Importing it needs the extra `export`. docs/export.md tells how the script is run.
"""

from __future__ import annotations

import base64
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import text2sim.io.gltf  # noqa: F401  At once, so that a missing library is known early.
from text2sim.errors import ConfigError
from text2sim.render.cycles import CyclesRenderer, exchange

if TYPE_CHECKING:
    from text2sim.animation import Animation

SCRIPT = '''"""{title}

Made by text2sim for Blender 4.2 or newer. To look at it, to keep it, or to render it:

    blender --python {name}
    blender --background --python {name} -- clip.blend
    blender --background --python {name} -- FOLDER_FOR_FRAMES
"""

import base64
import pathlib
import runpy
import sys
import tempfile

FILES = {files}

with tempfile.TemporaryDirectory() as folder:
    for name, content in FILES.items():
        pathlib.Path(folder, name).write_bytes(base64.b64decode(content))
    given = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:]
    sys.argv = [sys.argv[0], "--", folder, *(given or ["-"])]
    runpy.run_path(str(pathlib.Path(folder, "inside.py")), run_name="__main__")
'''


def write_py(animation: Animation, path: Path) -> None:
    """Write one file that needs nothing else."""
    with tempfile.TemporaryDirectory(prefix="text2sim-") as folder:
        place = exchange.pack(animation.trace, job_of(animation), Path(folder))
        names = sorted(item.name for item in place.iterdir() if item.is_file())
        files = {name: base64.b64encode((place / name).read_bytes()).decode() for name in names}
    title = json.dumps(animation.prompt)[1:-1]
    script = SCRIPT.format(title=title, name="this_file.py", files=json.dumps(files, indent=0))
    path.write_text(script, encoding="utf-8")


def job_of(animation: Animation) -> dict[str, Any]:
    """What Blender is told of a finished clip: its own camera and size, the usual quality.

    The quality is that of the clip's renderer where that was `cycles`.
    """
    height, width = animation.frames.shape[1:3]
    size, camera = (int(width), int(height)), animation.rendered.camera
    config = animation.config.get("stages", {}).get("renderer", {})
    chosen = {key: value for key, value in config.items() if key != "backend"}
    try:
        renderer = CyclesRenderer(**chosen) if config.get("backend") == "cycles" else None
    except (TypeError, ConfigError):  # An archive of another version.
        renderer = None
    settings = (renderer or CyclesRenderer()).settings()
    return exchange.describe(animation.trace, camera, size, ("rgb",), settings)
