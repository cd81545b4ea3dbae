"""How kernels are compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba

_OPTIONS: dict[str, Any] = {
    # Threads run side by side.
    "nogil": True,
    # Fast arithmetic, but NaN and infinity keep their meaning.
    "fastmath": {"reassoc", "contract", "arcp", "nsz", "afn"},
    "error_model": "numpy",
    # Kernels allocate nothing, so arrays need no reference counts: shading is 3 times faster.
    "_nrt": False,
}


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile for many threads, and keep the result on disk where numba finds a place.

    Numba writes beside the source file, or to the user's cache directory, or to
    `NUMBA_CACHE_DIR`; where none can be written, each process compiles anew.
    """
    try:
        return numba.njit(cache=True, **_OPTIONS)(function)
    except RuntimeError:  # no directory for the cache
        return numba.njit(**_OPTIONS)(function)


inner = numba.njit(forceinline=True, **_OPTIONS)
"""Compile a function that only kernels call: it becomes part of their cached code."""
