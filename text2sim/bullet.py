"""PyBullet, loaded when it is needed; the physics engine and a renderer both stand on it."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, final

from text2sim.errors import MissingExtraError, StageError


def import_pybullet() -> Any:
    """The pybullet module, without the line that it prints when first imported.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        with _muted_stderr():
            import pybullet
    except ImportError as error:
        raise MissingExtraError(
            "The 'pybullet' backend needs the pybullet package, which is missing. On Python 3.10 "
            "and 3.11 `pip install pybullet` fetches a ready-made wheel; on newer Pythons "
            '`pip install "text2sim[physics]"` builds it from source and needs a C++ compiler.'
        ) from error
    return pybullet


@final
class Client:
    """The functions of pybullet bound to a private, headless world.

    `pybullet_utils.BulletClient` does the same, but prints on standard output.
    """

    def __init__(self) -> None:
        self._pybullet = import_pybullet()
        self._world = self._pybullet.connect(self._pybullet.DIRECT)
        if self._world < 0:
            raise StageError(
                "PyBullet could not open another world; close simulations that are no longer used."
            )

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._pybullet, name)
        if callable(value):
            value = functools.partial(value, physicsClientId=self._world)
        setattr(self, name, value)
        return value

    def close(self) -> None:
        """Leave the world, which frees it; a second call does nothing."""
        if self._world >= 0:
            self._pybullet.disconnect(physicsClientId=self._world)
            self._world = -1


@contextmanager
def _muted_stderr() -> Iterator[None]:
    saved = os.dup(2)
    try:
        with open(os.devnull, "w") as null:
            os.dup2(null.fileno(), 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
