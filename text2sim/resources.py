"""The one place that knows where data files are: released weights and assets."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from text2sim.errors import ResourceError

ENVIRONMENT = "TEXT2SIM_DATA"
"""Environment variable: a folder with `models/` and `assets/` that is searched first."""


def user_cache() -> Path:
    """Folder for files fetched or computed on this machine."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "text2sim"


def roots() -> tuple[Path, ...]:
    """Folders searched, in order: environment, installed package, checkout, user cache."""
    package = Path(__file__).resolve().parent
    found = [package / "_data", package.parent, user_cache()]
    chosen = os.environ.get(ENVIRONMENT)
    return (Path(chosen), *found) if chosen else tuple(found)


def resource(*parts: str) -> Path:
    """Path of a data file or folder, for example `resource("models", "manifest.json")`.

    Raises:
        ResourceError: it is in none of the `roots`, or a part leads out of them.
    """
    relative = Path(*parts)
    if relative.is_absolute() or ".." in relative.parts:
        raise ResourceError(f"A resource path must be relative and without '..'; got {relative}.")
    for root in roots():
        if (root / relative).exists():
            return root / relative
    looked = ", ".join(str(root) for root in roots())
    raise ResourceError(
        f"Can't find {relative.as_posix()}. Looked in: {looked}. "
        f"Reinstall text2sim, or set {ENVIRONMENT} to the folder that holds it."
    )
