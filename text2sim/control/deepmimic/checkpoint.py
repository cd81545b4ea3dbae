"""Reads TensorFlow "V2" checkpoints without TensorFlow.

`NAME.index` is a LevelDB table, sorted blocks of keys that share prefixes, whose values are
protocol buffers (BundleEntryProto: type, shape, offset, size); `NAME.data-00000-of-00001` holds the
numbers one after the other.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from text2sim.errors import ResourceError

_MAGIC = 0xDB4775248B80FB57
_FOOTER, _TRAILER = 48, 5
_TYPES: dict[int, np.dtype[Any]] = {
    1: np.dtype("<f4"),
    2: np.dtype("<f8"),
    3: np.dtype("<i4"),
    9: np.dtype("<i8"),
}
_LARGEST = 1 << 28
"""Of a file [bytes]."""


def read_checkpoint(path: Path) -> dict[str, np.ndarray]:
    """All variables of a checkpoint by name.

    Args:
        path: without `.index`.

    Raises:
        ResourceError: a file is missing, too large, or no such checkpoint.
    """
    index = _bytes(path.with_name(path.name + ".index"))
    data = _bytes(path.with_name(path.name + ".data-00000-of-00001"))
    try:
        return {key: _variable(value, data) for key, value in _entries(index)}
    except (ValueError, IndexError, KeyError, struct.error) as error:
        raise ResourceError(f"{path}.index is no TensorFlow V2 checkpoint: {error}.") from error


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        raise ResourceError(f"There is no file {path}.")
    if path.stat().st_size > _LARGEST:
        raise ResourceError(f"{path} is larger than {_LARGEST >> 20} MiB; no such policy is.")
    return path.read_bytes()


def _entries(index: bytes) -> Iterator[tuple[str, bytes]]:
    """Names of the variables and their entries."""
    footer = index[-_FOOTER:]
    if len(footer) < _FOOTER or struct.unpack("<Q", footer[-8:])[0] != _MAGIC:
        raise ValueError("it does not end as a LevelDB table does")
    at = 0
    for _ in range(2):
        _, at = _varint(footer, at)
    offset, at = _varint(footer, at)
    size, _ = _varint(footer, at)
    for _, handle in _block(index, offset, size):
        start, at = _varint(handle, 0)
        length, _ = _varint(handle, at)
        for key, value in _block(index, start, length):
            if key:
                yield key.decode(), value


def _block(table: bytes, offset: int, size: int) -> Iterator[tuple[bytes, bytes]]:
    """Keys and values of a block; each key gives how much it shares with the one before."""
    block = table[offset : offset + size]
    if len(table) < offset + size + _TRAILER or table[offset + size] != 0:
        raise ValueError("a block is cut off or compressed")
    restarts = struct.unpack("<I", block[-4:])[0]
    at, end, key = 0, len(block) - 4 - 4 * restarts, b""
    while at < end:
        shared, at = _varint(block, at)
        own, at = _varint(block, at)
        length, at = _varint(block, at)
        key = key[:shared] + block[at : at + own]
        at += own
        yield key, block[at : at + length]
        at += length


def _variable(entry: bytes, data: bytes) -> np.ndarray:
    numbers, parts = _fields(entry)
    sides = _fields(parts.get(2, [b""])[-1])[1].get(2, [])
    shape = [_fields(side)[0].get(1, 0) for side in sides]
    offset, size = numbers.get(4, 0), numbers.get(5, 0)
    if offset + size > len(data):
        raise ValueError("the numbers are cut off")
    return np.frombuffer(data[offset : offset + size], _TYPES[numbers[1]]).reshape(shape)


def _fields(message: bytes) -> tuple[dict[int, int], dict[int, list[bytes]]]:
    """A protocol buffer's fields by number: whole numbers, and bytes in order."""
    numbers, parts, at = dict[int, int](), dict[int, list[bytes]](), 0
    while at < len(message):
        tag, at = _varint(message, at)
        number, wire = tag >> 3, tag & 7
        if wire == 0:
            numbers[number], at = _varint(message, at)
            continue
        if wire == 2:
            length, at = _varint(message, at)
        elif wire in (1, 5):
            length = 8 if wire == 1 else 4
        else:
            raise ValueError(f"a field has the unknown wire type {wire}")
        parts.setdefault(number, []).append(message[at : at + length])
        at += length
    return numbers, parts


def _varint(buffer: bytes, at: int) -> tuple[int, int]:
    """A number in groups of seven bits, lowest first, and where the next begins."""
    number = shift = 0
    while True:
        byte = buffer[at]
        number |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return number, at
