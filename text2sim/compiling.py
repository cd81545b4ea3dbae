"""How kernels are compiled by numba, and how the result is kept on disk."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from pathlib import Path
from types import CellType, FunctionType
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
    tied = _tied_to_sources(function)
    try:
        return numba.njit(cache=True, **_OPTIONS)(tied)
    except RuntimeError:  # no directory for the cache
        return numba.njit(**_OPTIONS)(tied)


inner = numba.njit(forceinline=True, **_OPTIONS)
"""Compile a function that only kernels call: it becomes part of their cached code."""


def _tied_to_sources(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function with the hash of all sources of its folder in its closure.

    Numba finds cached code by a function's own file, bytecode and closure. Without this, a kernel
    would stay as it was when a function that it calls changes in another file.
    """
    code = function.__code__
    sources = _sources(Path(code.co_filename).parent)
    tied = FunctionType(
        code.replace(co_freevars=(*code.co_freevars, "sources")),
        function.__globals__,
        function.__name__,
        function.__defaults__,
        (*(function.__closure__ or ()), CellType(sources)),
    )
    return functools.update_wrapper(tied, function)


@functools.cache
def _sources(folder: Path) -> str:
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for path in sorted(folder.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
