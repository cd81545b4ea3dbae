"""Values of earlier runs, found again by what determined them."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import threading
import weakref
from collections import OrderedDict
from typing import Any

import numpy as np

from text2sim.stage import Options, Stage

PARENTS = frozenset({"script", "plan", "scene", "motion", "world", "trace"})
"""Fields that hold the value of an earlier stage."""


def prompt_key(prompt: str) -> str:
    """Key of the pipeline's input."""
    return hashlib.sha256(prompt.encode("utf-8", "surrogatepass")).hexdigest()


def chain_key(previous: str, stage: Stage, options: Options) -> str:
    """Key of a stage's output: its input's key, its fingerprint, and the options that it reads."""
    values = options.as_dict()
    read = {name: values[name] for name in sorted(stage.options)}
    text = json.dumps([previous, stage.fingerprint(), read])
    return hashlib.sha256(text.encode()).hexdigest()


def own_bytes(value: Any) -> int:
    """Size of the arrays in a value, its parents not counted."""
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, (tuple, list)):
        return sum(map(own_bytes, value))
    if not dataclasses.is_dataclass(value):
        return 0
    names = [item.name for item in dataclasses.fields(value) if item.name not in PARENTS]
    return sum(own_bytes(getattr(value, name)) for name in names)


class Cache:
    """Least recently used values in memory; safe to share between pipelines and threads.

    Args:
        max_bytes: array bytes to keep; a value that would fill more than a quarter is only found
            as long as somebody else holds it, so a long film never drives out all the rest.
    """

    def __init__(self, max_bytes: int = 256 * 1024 * 1024) -> None:
        self.max_bytes = max_bytes
        self.hits = 0
        self.misses = 0
        self._values: OrderedDict[str, tuple[Any, int]] = OrderedDict()
        self._elsewhere: weakref.WeakValueDictionary[str, Any] = weakref.WeakValueDictionary()
        self._bytes = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: str) -> Any:
        """The value, or None."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                found = self._values[key][0]
            else:
                found = self._elsewhere.get(key)
            self.hits += found is not None
            self.misses += found is None
            return found

    def put(self, key: str, value: Any) -> None:
        """Keep a value, dropping the least recently used ones to make room."""
        size = own_bytes(value)
        with self._lock:
            if size > self.max_bytes // 4:
                self._elsewhere[key] = value
                return
            self._bytes -= self._values.pop(key, (None, 0))[1]
            self._values[key] = (value, size)
            self._bytes += size
            while self._bytes > self.max_bytes:
                self._bytes -= self._values.popitem(last=False)[1][1]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._values.clear()
            self._elsewhere.clear()
            self._bytes = 0
