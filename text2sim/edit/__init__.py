"""Editing motion: pure functions of `Motion` that return new motion.

Rotations are what is edited, so that bones never change length. Modules are loaded when their
functions are first asked for.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from text2sim.edit.cut import crop
    from text2sim.edit.layers import layer
    from text2sim.edit.mirroring import mirror
    from text2sim.edit.seams import concatenate, loop
    from text2sim.edit.timing import resample, retime

__all__ = ["concatenate", "crop", "layer", "loop", "mirror", "resample", "retime"]

_HOMES = {
    "concatenate": "seams",
    "crop": "cut",
    "layer": "layers",
    "loop": "seams",
    "mirror": "mirroring",
    "resample": "timing",
    "retime": "timing",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f"text2sim.edit.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'text2sim.edit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
