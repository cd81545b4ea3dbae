"""How kernels are compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba

# Fast arithmetic, but NaN and infinity keep their meaning.
_FAST = {"reassoc", "contract", "arcp", "nsz", "afn"}


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile for many threads: without the GIL, and kept on disk where numba finds a place.

    Numba writes beside the source file, or to the user's cache directory, or to
    `NUMBA_CACHE_DIR`; where none can be written, each process compiles anew.
    """
    try:
        return numba.njit(nogil=True, fastmath=_FAST, error_model="numpy", cache=True)(function)
    except RuntimeError:  # no directory for the cache
        return numba.njit(nogil=True, fastmath=_FAST, error_model="numpy")(function)


inner = numba.njit(nogil=True, fastmath=_FAST, error_model="numpy")
"""Compile a function that only kernels call: it becomes part of their cached code."""
