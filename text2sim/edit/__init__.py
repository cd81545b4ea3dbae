"""Editing motion: pure functions of `Motion` that return new motion.

Rotations are what is edited, so that bones never change length. Modules are loaded when their
functions are first asked for.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from text2sim.edit.between import in_between
    from text2sim.edit.cut import crop
    from text2sim.edit.feet import detect_contacts, foot_lock, ground_clean
    from text2sim.edit.layers import layer
    from text2sim.edit.mirroring import mirror
    from text2sim.edit.paths import along, end_at
    from text2sim.edit.retargeting import retarget, retarget_to_bvh
    from text2sim.edit.seams import concatenate, loop
    from text2sim.edit.terrain import onto_terrain
    from text2sim.edit.timing import resample, retime

_HOMES = {
    "along": "paths",
    "concatenate": "seams",
    "crop": "cut",
    "detect_contacts": "feet",
    "end_at": "paths",
    "foot_lock": "feet",
    "ground_clean": "feet",
    "in_between": "between",
    "layer": "layers",
    "loop": "seams",
    "mirror": "mirroring",
    "onto_terrain": "terrain",
    "resample": "timing",
    "retarget": "retargeting",
    "retarget_to_bvh": "retargeting",
    "retime": "timing",
}
__all__ = [
    "along",
    "concatenate",
    "crop",
    "detect_contacts",
    "end_at",
    "foot_lock",
    "ground_clean",
    "in_between",
    "layer",
    "loop",
    "mirror",
    "onto_terrain",
    "resample",
    "retarget",
    "retarget_to_bvh",
    "retime",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f"text2sim.edit.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'text2sim.edit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
