"""Keyframes of a camera from a JSON file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from text2sim.errors import ConfigError, ResourceError, ShapeError
from text2sim.types import CameraPlan

REQUIRED = ("times", "eye", "target")
MAX_BYTES = 10_000_000


def read_camera(path: str | os.PathLike[str]) -> CameraPlan:
    """The camera in a file like `{"times": [0, 4], "eye": [[...], [...]], "target": [...]}`.

    Times in seconds, points in metres, and, if wanted, "fov" in radians, as in `CameraPlan`.

    Raises:
        ConfigError: the content is not such a camera; the message names the file.
        ResourceError: the file can't be read.
    """
    content = _content(Path(path))
    unknown = set(content) - {*REQUIRED, "fov"}
    missing = [name for name in REQUIRED if name not in content]
    if unknown or missing:
        wrong = f"lacks {', '.join(missing)}" if missing else f"has {', '.join(sorted(unknown))}"
        raise ConfigError(
            f"{path}: a camera has times, eye, target and maybe fov; this one {wrong}."
        )
    try:
        times, eye, target = (np.asarray(content[name], dtype=np.float64) for name in REQUIRED)
        return CameraPlan(times=times, eye=eye, target=target, fov=float(content.get("fov", 0.7)))
    except (ConfigError, ShapeError) as error:
        raise ConfigError(f"{path}: {error}") from None
    except (TypeError, ValueError):
        raise ConfigError(
            f"{path}: times must be a list of numbers, eye and target lists of [x, y, z], "
            "fov a number."
        ) from None


def _content(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ConfigError(f"{path}: a camera file has at most {MAX_BYTES // 10**6} MB.")
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ResourceError(f"Can't read the camera {path}: {error.strerror}.") from None
    except ValueError:  # also what is not UTF-8
        raise ConfigError(f"{path} is not JSON.") from None
    if not isinstance(content, dict):
        raise ConfigError(f"{path}: a camera is an object with times, eye and target.")
    return content
