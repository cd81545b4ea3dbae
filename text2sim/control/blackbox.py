"""The last second of a roll-out whose numbers ran away, for whoever wants to know why."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from text2sim.errors import ResourceError, SimulationDiverged
from text2sim.io.files import replacing

SECONDS = 1.0
"""How much is kept [s]."""


def with_dump(error: SimulationDiverged, arrays: Mapping[str, np.ndarray]) -> SimulationDiverged:
    """The error with the path of a file of what came before it, in the folder for temporary files.

    Args:
        error: of the engine.
        arrays: by name; `numpy.load` reads them.
    """
    text = str(error).rstrip(".")
    try:
        path = _write(arrays)
    except (ResourceError, OSError) as problem:
        return SimulationDiverged(f"{text}. What came before could not be kept: {problem}")
    return SimulationDiverged(f"{text}. The last second is in {path}.", str(path))


def _write(arrays: Mapping[str, np.ndarray]) -> Path:
    with tempfile.NamedTemporaryFile(prefix="text2sim-diverged-", suffix=".npz", delete=False) as f:
        path = Path(f.name)
    with replacing(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for name, content in arrays.items():
            with archive.open(f"{name}.npy", "w") as member:
                npy.write_array(member, np.ascontiguousarray(content), allow_pickle=False)
    return path
