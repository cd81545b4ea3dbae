"""Convert any data set to the compact format of the motion pack, part by part.

A build that is stopped goes on where it was: a part counts once its .jsonl is there, which comes
last. Clips that can't be read are listed in `skipped.txt` and tried again by the next build.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import final

import numpy as np

from text2sim.data import pack
from text2sim.data.convert import resample
from text2sim.data.dataset import MotionDataset
from text2sim.data.sources import Clip
from text2sim.errors import ConfigError, ShapeError, Text2SimError
from text2sim.io.files import read_text, replacing, write_error
from text2sim.types.motion import Track

PART = 250
"""Clips a part."""
_ABOUT, _SKIPPED = "build.json", "skipped.txt"
_STATISTICS = ("Mean", "Std")


@final
@dataclass(frozen=True, kw_only=True)
class Built:
    """What a build did.

    Attributes:
        new: clips converted now.
        old: clips that were there already.
        skipped: id -> what is wrong.
    """

    new: int
    old: int
    skipped: dict[str, str]


def build(
    data: MotionDataset,
    target: Path,
    *,
    licence: str = "",
    part: int = PART,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> Built:
    """Convert all clips of a data set, at 20 frames/s, with their captions.

    Args:
        data: any data set.
        target: a folder for nothing else; it is made if need be.
        licence: of clips whose data set says none; it goes where they go.
        part: clips a part.
        report: is called with clips done and their number.

    Raises:
        ConfigError: the folder holds the build of another data set, or is no build.
        ResourceError: it can't be written.
    """
    _claim(data, target)
    done, next_part = _present(target)
    waiting = [clip for clip in data if clip.id not in done]
    skipped = dict.fromkeys(data.missing, "listed in the split, but there is no motion")
    new = 0
    for start in range(0, len(waiting), part):
        found: list[tuple[pack.PackedClip, Track]] = []
        for number, clip in enumerate(waiting[start : start + part], start + 1):
            try:
                found.append(_converted(clip, data.folder.name, licence))
            except Text2SimError as error:
                skipped[clip.id] = str(error)
            report(len(done) + number, len(data))
        if found:
            _write_part(target, next_part, found)
            next_part, new = next_part + 1, new + len(found)
        _list_skipped(target, skipped)
    if new:
        _write_statistics(target)
    return Built(new=new, old=sum(clip.id in done for clip in data), skipped=skipped)


def _claim(data: MotionDataset, target: Path) -> None:
    """Make the folder ours, or find out whose it is."""
    about = {"source": str(data.folder.resolve()), "kind": data.kind}
    path = target / _ABOUT
    if path.is_file():
        with contextlib.suppress(ValueError):
            if json.loads(read_text(path)) == about:
                return
        raise ConfigError(f"{target} holds the build of another data set ({path}); name another.")
    try:
        target.mkdir(parents=True, exist_ok=True)
        if any(target.iterdir()):
            raise ConfigError(f"{target} is not empty, and no build is in it; name a new folder.")
    except OSError as error:
        raise write_error(target, error) from error
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")


def _present(target: Path) -> tuple[set[str], int]:
    """Ids of the clips that are there, and the number of the next part."""
    parts = sorted(target.glob("part-*.jsonl"))
    ids = {row.id for path in parts for row in pack.read_index(path)}
    return ids, int(parts[-1].stem.partition("-")[2]) + 1 if parts else 0


def _converted(clip: Clip, folder: str, licence: str) -> tuple[pack.PackedClip, Track]:
    motion = clip.motion()
    track = resample(motion.tracks[0], motion.fps, pack.FPS)
    packed = pack.PackedClip(
        id=clip.id,
        frames=len(track.root_positions),
        source=clip.source or folder,
        licence=clip.licence or licence,
        captions=clip.captions(),
    )
    return packed, track


def _write_part(target: Path, number: int, clips: Sequence[tuple[pack.PackedClip, Track]]) -> None:
    """Write a part aside and move it in, its index last."""
    name = f"part-{number:05d}"
    try:
        with TemporaryDirectory(dir=target, prefix=".part-") as folder:
            pack.write_layer(Path(folder) / f"{name}.npz", clips)
            for suffix in (".npz", ".jsonl"):
                os.replace(Path(folder) / f"{name}{suffix}", target / f"{name}{suffix}")
    except OSError as error:
        raise write_error(target / f"{name}.npz", error) from error


def _write_statistics(target: Path) -> None:
    """Mean.npy and Std.npy of the 263 features of all clips, as HumanML3D has them."""
    for name in _STATISTICS:
        (target / f"{name}.npy").unlink(missing_ok=True)
    try:
        found = MotionDataset.open(target, kind="pack").statistics()
    except ShapeError:
        return  # No clip has two frames.
    for name, values in zip(_STATISTICS, found):
        with replacing(target / f"{name}.npy") as temporary, temporary.open("wb") as file:
            np.save(file, values, allow_pickle=False)


def _list_skipped(target: Path, skipped: dict[str, str]) -> None:
    with replacing(target / _SKIPPED) as temporary:
        lines = (f"{name}\t{' '.join(reason.split())}\n" for name, reason in skipped.items())
        temporary.write_text("".join(lines), encoding="utf-8")
