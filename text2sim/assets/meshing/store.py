"""Treated meshes on disk, found again by the content of the file and what was done to it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import zipfile
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any, get_args

import numpy as np

from text2sim.assets.meshing.treat import Closed, MeshTreatment, Treated
from text2sim.assets.meshing.triangles import Triangles
from text2sim.errors import ResourceError
from text2sim.io.files import replacing
from text2sim.resources import user_cache

VERSION = 1
"""Goes up when the treatment changes."""


def digest(content: bytes) -> str:
    """Name of a content."""
    return hashlib.sha256(content).hexdigest()


def folder() -> Path:
    """Where treated meshes are kept; it may be deleted at any time."""
    return user_cache() / "meshes"


def treated(source: str, how: MeshTreatment, make: Callable[[], Treated]) -> Treated:
    """The treated mesh of a source (its `digest`), from disk or else made and kept there.

    A damaged file is made again; a folder that can't be written is no error.
    """
    if not how.store:
        return make()
    path = folder() / f"{_key(source, how)}.npz"
    found = _read(path)
    if found is None:
        found = make()
        _write(path, found)
    return found


def _key(source: str, how: MeshTreatment) -> str:
    settings = dataclasses.asdict(how)
    for name in ("fill", "seconds", "store"):
        del settings[name]
    tool = {"vhacd": "pybullet", "coacd": "coacd"}.get(how.decomposition)
    versions = [_version("fast-simplification"), _version(tool) if tool else ""]
    text = json.dumps([VERSION, source, settings, versions], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _write(path: Path, made: Treated) -> None:
    arrays: dict[str, Any] = {
        "drawn": made.drawn.vertices, "drawn_faces": made.drawn.faces,
        "body": made.body.vertices, "body_faces": made.body.faces,
        "words": np.array([made.closed, *made.steps]),
    }  # fmt: skip
    if made.colours is not None:
        arrays["colours"] = made.colours
    arrays |= {f"part{i:03}": part for i, part in enumerate(made.parts)}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary, open(temporary, "wb") as file:
            np.savez_compressed(file, **arrays)
    except (OSError, ResourceError):
        return  # a full or read-only disk costs time, not the clip


def _read(path: Path) -> Treated | None:
    try:
        with np.load(path, allow_pickle=False) as found:
            closed, *steps = (str(word) for word in found["words"])
            parts = sorted(name for name in found.files if name.startswith("part"))
            made = Treated(
                Triangles(found["drawn"], found["drawn_faces"]),
                Triangles(found["body"], found["body_faces"]),
                tuple(found[name] for name in parts),
                next(word for word in get_args(Closed) if word == closed),
                tuple(steps),
                found["colours"] if "colours" in found.files else None,
            )
    except (OSError, ValueError, KeyError, EOFError, StopIteration, zipfile.BadZipFile):
        return None
    return made if parts and all(map(_sound, (made.drawn, made.body))) else None


def _sound(mesh: Triangles) -> bool:
    fits = mesh.vertices.shape[1:] == mesh.faces.shape[1:] == (3,) and len(mesh.faces) > 0
    return bool(fits and mesh.faces.min() >= 0 and mesh.faces.max() < len(mesh.vertices))
