"""The open motion pack: many clips of motion in one small file, with source, licence and captions.

A layer is a pair of files. `<layer>.jsonl` has a line of JSON a clip: id, frames, source, licence,
captions. `<layer>.npz` has the frames of all clips one after the other:

    rotations  (66, N) int16   rotation vectors of 22 joints, local, in 1/4096 rad, as differences
    roots      (3, N) int32    pelvis in 0.1 mm, as differences
    contacts   (N,) uint8      bits 0 to 3: left heel, left toe, right heel, right toe
    offsets    (C, 22, 3) float32   skeleton of each clip [m]

Differences go along the frames, from 0, and integers wrap: a cumulative sum undoes them. Legs and
pelvis have the full precision, so that feet stand still; the trunk and arms half of it, head and
hands a quarter.
"""

from __future__ import annotations

import functools
import io
import json
import lzma
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import numpy as np
from numpy.lib import format as npy

from text2sim.data.captions import Caption
from text2sim.errors import MotionFileError, ResourceError, ShapeError
from text2sim.io.files import check_members, read_text
from text2sim.maths import quaternions as quat
from text2sim.skeleton import JOINTS, Skeleton
from text2sim.types.arrays import array, check_arrays
from text2sim.types.motion import Motion, Track

FPS = 20.0
ANGLE, LENGTH = 4096.0, 10_000.0
"""Steps a radian and a metre."""
_DAMAGE = (
    zipfile.BadZipFile, lzma.LZMAError, KeyError, ValueError, TypeError, OSError, EOFError,
    ShapeError,
)  # fmt: skip
_COARSE = np.ones((22, 1))
_COARSE[[3, 6, 9, *range(12, 20)]] = 2.0
_COARSE[[15, 20, 21]] = 4.0
"""Steps to which the angles of each joint are rounded."""
_ARRAYS = ("rotations", "roots", "contacts", "offsets")
_BITS = np.array([1, 2, 4, 8], dtype=np.uint8)


@final
@dataclass(frozen=True, kw_only=True)
class PackedClip:
    """What a layer says of a clip beside its motion; `source` and `licence` go where it goes."""

    id: str
    frames: int
    source: str
    licence: str
    captions: tuple[Caption, ...] = ()


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class _Layer:
    """Decoded frames of a layer; `starts` is where each clip begins, and the end of the last."""

    rotations: np.ndarray = array("66 N", np.int16)
    roots: np.ndarray = array("3 N", np.int32)
    contacts: np.ndarray = array("N", np.uint8)
    offsets: np.ndarray = array("C 22 3", np.float32)

    def __post_init__(self) -> None:
        check_arrays(self)


def write_layer(path: Path, clips: Iterable[tuple[PackedClip, Track]]) -> None:
    """Write `path` (.npz) and the .jsonl beside it; tracks are at `FPS`."""
    pairs = list(clips)
    vectors = np.concatenate([quat.log(track.rotations_wxyz) for _, track in pairs])
    steps = np.rint(vectors * ANGLE / _COARSE) * _COARSE
    turns = steps.reshape(-1, 66).T.astype(np.int16)
    roots = np.concatenate([track.root_positions for _, track in pairs]).T * LENGTH
    arrays = {
        "rotations": np.diff(turns, axis=1, prepend=np.int16(0)),
        "roots": np.diff(np.rint(roots).astype(np.int32), axis=1, prepend=np.int32(0)),
        "contacts": np.concatenate([track.contacts for _, track in pairs]).astype(np.uint8) @ _BITS,
        "offsets": np.array([track.skeleton.offsets for _, track in pairs], dtype=np.float32),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        for name, content in arrays.items():
            with archive.open(f"{name}.npy", "w") as member:
                npy.write_array(member, np.ascontiguousarray(content), allow_pickle=False)
    rows = [json.dumps(_row(clip), ensure_ascii=False) for clip, _ in pairs]
    path.with_suffix(".jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")


def _row(clip: PackedClip) -> dict[str, Any]:
    captions = []
    for caption in clip.captions:
        part = {} if caption.end is None else {"start": caption.start, "end": caption.end}
        captions.append({"text": caption.text, **part})
    return {"id": clip.id, "frames": clip.frames, "source": clip.source, "licence": clip.licence,
            "captions": captions}  # fmt: skip


def read_index(path: Path) -> tuple[PackedClip, ...]:
    """The clips of a layer's .jsonl file, in the order of their frames.

    Raises:
        ResourceError: there is no such file, or it can't be opened.
        MotionFileError: a line is made otherwise; the message names it.
    """
    clips = []
    for line, text in enumerate(read_text(path).split("\n"), 1):
        if text.strip():
            try:
                row = json.loads(text)
                if int(row["frames"]) < 1:
                    raise ValueError(f"frames are {row['frames']}, at least one is needed")
                captions = tuple(
                    Caption(text=c["text"], start=c.get("start", 0.0), end=c.get("end"))
                    for c in row["captions"]
                )
                clips.append(
                    PackedClip(
                        id=row["id"], frames=int(row["frames"]), source=row["source"],
                        licence=row["licence"], captions=captions,
                    )
                )  # fmt: skip
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise MotionFileError(
                    f"{path}, line {line}: expected JSON with id, frames, source, licence and "
                    f"captions, found {text[:40]!r} ({error})."
                ) from error
    return tuple(clips)


def read_motion(path: Path, index: int, start: int, frames: int) -> Motion:
    """The clip of a layer (.npz) that has a place, and `frames` frames from `start`.

    Raises:
        ResourceError: there is no such file, or it can't be opened.
        MotionFileError: it is damaged, or shorter than its index says.
    """
    layer = _read_layer(path, path.stat().st_mtime_ns if path.is_file() else 0)
    stop = start + frames
    if stop > len(layer.contacts) or index >= len(layer.offsets):
        raise MotionFileError(
            f"{path}: expected at least {stop} frames and {index + 1} clips as its index says, "
            f"found {len(layer.contacts)} and {len(layer.offsets)}."
        )
    vectors = layer.rotations[:, start:stop].T.reshape(-1, len(JOINTS), 3) / ANGLE
    track = Track(
        actor="actor",
        skeleton=Skeleton(offsets=layer.offsets[index].astype(np.float64)),
        root_positions=layer.roots[:, start:stop].T / LENGTH,
        rotations_wxyz=quat.unroll(quat.exp(vectors)),
        contacts=(layer.contacts[start:stop, None] & _BITS) > 0,
    )
    return Motion(fps=FPS, tracks=(track,))


@functools.lru_cache(maxsize=8)
def _read_layer(path: Path, modified: int) -> _Layer:
    """All frames of a layer; kept, as its clips are asked for one by one."""
    if not path.is_file():
        raise ResourceError(f"There is no file {path}.")
    try:
        with zipfile.ZipFile(path) as archive:
            check_members(archive)
            members = {name: io.BytesIO(archive.read(f"{name}.npy")) for name in _ARRAYS}
        found = {name: npy.read_array(m, allow_pickle=False) for name, m in members.items()}
        if not np.isfinite(found["offsets"]).all():
            raise ValueError("offsets hold NaN or infinity")
        return _Layer(
            rotations=np.cumsum(found["rotations"], axis=1, dtype=np.int16),
            roots=np.cumsum(found["roots"], axis=1, dtype=np.int32),
            contacts=found["contacts"],
            offsets=found["offsets"],
        )
    except _DAMAGE as error:
        reason = f"{type(error).__name__}: {error}"
        raise MotionFileError(f"{path}: expected a layer of motion, found {reason}.") from error
