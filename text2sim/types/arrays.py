"""Array fields of frozen dataclasses: shape and type are declared, checked and frozen."""

from __future__ import annotations

from dataclasses import field, fields
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from text2sim.errors import ShapeError


def array(shape: str, dtype: DTypeLike = np.float64, *, optional: bool = False) -> Any:
    """A dataclass field that holds an array.

    Args:
        shape: axes, as in "T 22 3": numbers are fixed, letters must agree within one value.
        dtype: type that the array is converted to.
        optional: None is allowed, and the default.
    """
    metadata = {"shape": tuple(shape.split()), "dtype": np.dtype(dtype)}
    return field(default=None, metadata=metadata) if optional else field(metadata=metadata)


def check_arrays(value: Any) -> None:
    """Convert, check and freeze every `array` field; call it from `__post_init__`.

    Raises:
        ShapeError: a shape disagrees with the declaration, or a number is not finite.
    """
    sizes: dict[str, int] = {}
    for item in fields(value):
        content = getattr(value, item.name)
        if "shape" not in item.metadata or content is None:
            continue
        content = np.asarray(content, dtype=item.metadata["dtype"])
        _check_shape(f"{type(value).__name__}.{item.name}", content, item.metadata["shape"], sizes)
        content = content.view()
        content.flags.writeable = False
        object.__setattr__(value, item.name, content)


def _check_shape(
    label: str, content: np.ndarray, axes: tuple[str, ...], sizes: dict[str, int]
) -> None:
    expected = f"({', '.join(axes)})"
    if content.ndim != len(axes):
        raise ShapeError(f"{label} must have shape {expected}; got {content.shape}.")
    for axis, size in zip(axes, content.shape):
        wanted = int(axis) if axis.isdigit() else sizes.setdefault(axis, size)
        if size != wanted:
            raise ShapeError(
                f"{label} must have shape {expected} with {axis} = {wanted}; got {content.shape}."
            )
    if content.dtype.kind == "f" and not _finite(content):
        raise ShapeError(f"{label} holds NaN or infinite numbers.")


def _finite(content: np.ndarray) -> bool:
    """No NaN, no infinity; long clips are read frame by frame, to take no memory."""
    if content.ndim < 3:
        return bool(np.isfinite(content).all())
    return all(np.isfinite(part).all() for part in content)
