"""One view of all data sets: clips with a name, a motion and captions, read when they are used.

data = MotionDataset.open("HumanML3D", split="train")
clip = data["000021"]
clip.motion(), clip.captions(), clip.features()
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import final, overload

import numpy as np
from numpy.typing import NDArray

from text2sim.data.layouts import LAYOUTS
from text2sim.data.sources import FINDERS, Clip, Kind, read_array
from text2sim.data.statistics import statistics
from text2sim.errors import (
    ConfigError,
    MotionFileError,
    ResourceError,
    ShapeError,
    Text2SimError,
    nearest,
)
from text2sim.io.files import read_text
from text2sim.resources import resource

Array = NDArray[np.floating]
AMC_FPS = 120.0
"""Frame rate of the CMU files; AMC does not say it."""


@final
@dataclass(frozen=True, kw_only=True)
class MotionDataset:
    """The clips of a folder, by number or id.

    Attributes:
        folder: where they are.
        kind: how they are stored.
        clips: in the order of the split, or by id.
        missing: ids that the split lists and for which there is no motion.
    """

    folder: Path
    kind: Kind
    clips: tuple[Clip, ...]
    missing: tuple[str, ...] = ()
    _places: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_places", {clip.id: i for i, clip in enumerate(self.clips)})

    @classmethod
    def open(
        cls,
        folder: str | os.PathLike[str],
        *,
        kind: Kind | None = None,
        split: str | None = None,
        fps: float = AMC_FPS,
    ) -> MotionDataset:
        """Look into a folder; only names of files are read.

        Args:
            folder: HumanML3D or KIT-ML as released (`new_joint_vecs`, `new_joints`, `texts`, lists
                of the splits); or one with .bvh, with .asf and .amc, or with DeepMimic's
                `humanoid3d_*.txt` files, at any depth; or layers of a motion pack.
            kind: "pack", "features", "bvh", "cmu" or "deepmimic"; None finds out.
            split: take the clips that `<split>.txt` lists, one id a line.
            fps: frame rate of .amc files, which don't say it.

        Raises:
            ConfigError: the kind is unknown or no file of it is there.
            ResourceError: there is no such folder or split.
            MotionFileError: a line of the split is no id.
        """
        root = Path(folder)
        if not root.is_dir():
            raise ResourceError(f"There is no folder {root}.")
        if kind is not None and kind not in FINDERS:
            known = tuple(FINDERS)
            raise ConfigError(
                f"There is no kind {kind!r} of data.{nearest(str(kind), known)} "
                f"Known: {', '.join(known)}."
            )
        kinds = [kind] if kind else [*FINDERS]
        for name in kinds:
            clips = FINDERS[name](root, fps)
            if clips:
                chosen, missing = _chosen(root, split, clips)
                return cls(folder=root, kind=name, clips=chosen, missing=missing)
        raise ConfigError(
            f"{root} holds no {kind or 'motion'} files; expected new_joint_vecs/*.npy, *.bvh, "
            f"*.asf with *.amc, or humanoid3d_*.txt."
        )

    @classmethod
    def open_pack(cls, *, share_alike: bool = False) -> MotionDataset:
        """The open motion pack that comes with text2sim; see assets/motions/LICENCE.md.

        Args:
            share_alike: the part under CC BY-SA instead: what is made of it goes under CC BY-SA.

        Raises:
            ResourceError: it is not installed.
        """
        part = ("share_alike",) if share_alike else ()
        return cls.open(resource("assets", "motions", *part), kind="pack")

    def __len__(self) -> int:
        return len(self.clips)

    def __iter__(self) -> Iterator[Clip]:
        return iter(self.clips)

    @overload
    def __getitem__(self, key: int | str) -> Clip: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[Clip, ...]: ...
    def __getitem__(self, key: int | str | slice) -> Clip | tuple[Clip, ...]:
        if not isinstance(key, str):
            return self.clips[key]
        if key not in self._places:
            raise ConfigError(f"{self.folder} has no clip {key!r}.{nearest(key, self._places)}")
        return self.clips[self._places[key]]

    def statistics(self) -> tuple[Array, Array]:
        """Mean and standard deviation of the features, (D,) each.

        Those released with the data or written by `text2sim data build`; a pack without such files
        is read once for them.

        Raises:
            ResourceError: Mean.npy or Std.npy is missing or has another shape.
        """
        if self.kind == "pack" and not (self.folder / "Mean.npy").exists():
            return statistics(_features(self.clips))
        mean, std = (read_array(self.folder / f"{name}.npy") for name in ("Mean", "Std"))
        if mean.ndim != 1 or mean.shape != std.shape or len(mean) not in LAYOUTS:
            raise MotionFileError(
                f"{self.folder}: expected Mean.npy and Std.npy with 263 or 251 numbers each, found "
                f"{mean.shape} and {std.shape}."
            )
        return np.asarray(mean), np.asarray(std)

    def check(self) -> dict[str, str]:
        """Read every clip and its captions; id -> what is wrong, for those that fail."""
        problems = dict.fromkeys(self.missing, "listed in the split, but there is no motion")
        for clip in self.clips:
            try:
                clip.motion()
                clip.captions()
            except Text2SimError as error:
                problems[clip.id] = str(error)
        return problems


def _features(clips: tuple[Clip, ...]) -> Iterator[Array]:
    """Features of all clips that have two frames, as velocities need."""
    for clip in clips:
        with contextlib.suppress(ShapeError):
            yield clip.features()


def _chosen(
    root: Path, split: str | None, clips: dict[str, Clip]
) -> tuple[tuple[Clip, ...], tuple[str, ...]]:
    """The clips of a split, and its ids without a motion."""
    if split is None:
        return tuple(clips.values()), ()
    path = root / f"{split}.txt"
    if os.path.basename(split) != split or not path.is_file():
        known = sorted(p.stem for p in root.glob("*.txt"))
        raise ResourceError(f"{root} has no split {split!r}; it has {', '.join(known) or 'none'}.")
    ids = []
    for line, text in enumerate(read_text(path).splitlines(), 1):
        if text.strip():
            if not re.fullmatch(r"[\w\-][\w\-. ]*(/[\w\-][\w\-. ]*)*", text.strip()):
                raise MotionFileError(f"{path}, line {line}: expected an id, found {text[:60]!r}.")
            ids.append(text.strip())
    found = tuple(clips[name] for name in ids if name in clips)
    return found, tuple(name for name in ids if name not in clips)
