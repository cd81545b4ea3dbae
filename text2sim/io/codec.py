"""Any value of the pipeline as JSON and arrays, and back: exact, and without pickle.

A dataclass becomes an entry of a table; where it is used stands a reference, so that what two
values share is stored once and shared again after reading. Arrays are kept by name, the path
through which they were first reached: "trace.tracks.0.root_positions".

Only the types listed in `TYPES`, stages (by name through the registry) and plain values are read,
so that a foreign file can build nothing else.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, cast, final

import numpy as np

from text2sim import types
from text2sim.errors import ConfigError, ResourceError
from text2sim.skeleton import Skeleton
from text2sim.stage import Stage

_EXPORTED: list[Any] = [getattr(types, name) for name in types.__all__]
TYPES: dict[str, type] = {
    cls.__name__: cls for cls in [*_EXPORTED, Skeleton] if hasattr(cls, "__dataclass_fields__")
}
"""Dataclasses that may be stored, by name."""

PARENTS: tuple[str, ...] = ("trace", "world", "motion", "scene", "plan", "script")
"""Fields that hold the value of the stage before."""


@final
class Encoder:
    """Turns values into JSON-ready structure; collects dataclasses and arrays on the way."""

    def __init__(self) -> None:
        self.table: list[dict[str, Any]] = []
        self.arrays: dict[str, np.ndarray] = {}
        self._known: dict[int, int] = {}

    def encode(self, value: Any, path: str = "") -> Any:
        """The JSON-ready form of a value; `path` names its arrays.

        Raises:
            ConfigError: a value has a type that an archive can't hold.
        """
        if value is None or isinstance(value, (bool, int, float, str)):
            return value
        if isinstance(value, np.generic) and value.dtype.kind in "biuf":
            return value.item()
        if isinstance(value, np.ndarray):
            return self._array(value, path)
        if isinstance(value, (tuple, list)):
            items = [self.encode(item, _join(path, i)) for i, item in enumerate(value)]
            return items if isinstance(value, tuple) else {"list": items}
        if isinstance(value, dict) and all(isinstance(key, str) for key in value):
            return {"dict": {k: self.encode(v, _join(path, k)) for k, v in value.items()}}
        if isinstance(value, Stage) or TYPES.get(type(value).__name__) is type(value):
            return self._dataclass(value, path)
        raise ConfigError(f"An archive can't hold {path}, which is a {type(value).__qualname__}.")

    def _array(self, value: np.ndarray, path: str) -> dict[str, str]:
        if value.dtype.kind not in "biuf":
            raise ConfigError(f"An archive can't hold {path}: its array type is {value.dtype}.")
        self.arrays[path] = value
        return {"array": path}

    def _dataclass(self, value: Any, path: str) -> dict[str, int]:
        if id(value) not in self._known:
            entry: dict[str, Any] = {"type": type(value).__name__}
            if isinstance(value, Stage):
                entry = {"stage": value.stage, "backend": value.name}
            # Parents last: what they share with their child is named after the child.
            names = [item.name for item in dataclasses.fields(value) if item.init]
            entry["fields"] = {
                name: self.encode(getattr(value, name), _join(path, name))
                for name in sorted(names, key=PARENTS.__contains__)
            }
            self.table.append(entry)
            self._known[id(value)] = len(self.table) - 1
        return {"value": self._known[id(value)]}


def _join(path: str, name: str | int) -> str:
    return f"{path}.{name}" if path else str(name)


@final
class Decoder:
    """Turns what an `Encoder` made back into values; an entry is built when it is first used.

    Args:
        table: the encoder's table.
        read_array: array of a name.
    """

    def __init__(self, table: list[Any], read_array: Callable[[str], np.ndarray]) -> None:
        self._read_array = read_array
        self._values: list[Any] = []
        for entry in table:  # References point back, so one pass builds all and loops can't be.
            self._values.append(self._build(entry))

    def decode(self, content: Any) -> Any:
        """The value of its JSON-ready form.

        Raises:
            ResourceError: the form is not one that an encoder makes.
        """
        if content is None or isinstance(content, (bool, int, float, str)):
            return content
        if isinstance(content, list):
            return tuple(self.decode(item) for item in content)
        if isinstance(content, dict) and len(content) == 1:
            kind, inner = next(iter(content.items()))
            if kind == "value" and type(inner) is int and 0 <= inner < len(self._values):
                return self._values[inner]
            if kind == "array" and isinstance(inner, str):
                return self._read_array(inner)
            if kind == "list" and isinstance(inner, list):
                return [self.decode(item) for item in inner]
            if kind == "dict" and isinstance(inner, dict):
                return {key: self.decode(item) for key, item in inner.items()}
        raise ResourceError(f"unexpected content {str(content)[:60]!r}")

    def _build(self, entry: Any) -> Any:
        fields = {name: self.decode(item) for name, item in entry["fields"].items()}
        if "stage" in entry:
            from text2sim.registry import backend_class

            return backend_class(entry["stage"], entry["backend"])(**fields)
        if entry["type"] not in TYPES:
            raise ResourceError(f"unknown type {entry['type']!r}")
        return TYPES[entry["type"]](**fields)


def plain(value: Any, *, without: tuple[str, ...] = ()) -> Any:
    """A value as nested dicts and lists for people and other programs; NaN becomes None.

    Args:
        value: dataclass, array, or plain value.
        without: names of fields to leave out, at any depth.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [item.name for item in dataclasses.fields(value) if item.name not in without]
        return {name: plain(getattr(value, name), without=without) for name in names}
    if isinstance(value, dict):
        return {str(key): plain(item, without=without) for key, item in value.items()}
    if isinstance(value, (tuple, list, set, frozenset)):
        return [plain(item, without=without) for item in value]
    if isinstance(value, (np.ndarray, np.generic)):
        return plain(cast(Any, value.tolist()), without=without)
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)
