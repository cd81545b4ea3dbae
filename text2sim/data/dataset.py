"""One view of all data sets: clips with a name, a motion and captions, read when they are used.

data = MotionDataset.open("HumanML3D", split="train")
clip = data["000021"]
clip.motion(), clip.captions(), clip.features()
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal, final, get_args, overload

import numpy as np
from numpy.typing import NDArray

from text2sim.data import convert, pack
from text2sim.data.captions import Caption, read_captions
from text2sim.data.deepmimic import read_deepmimic
from text2sim.data.layouts import LAYOUTS, FeatureLayout
from text2sim.data.mocap import motion_of_bvh, of_amc, to_motion
from text2sim.errors import ConfigError, MotionFileError, ResourceError, Text2SimError, nearest
from text2sim.io.asf import read_amc, read_asf
from text2sim.io.bvh_reader import read_bvh
from text2sim.io.files import read_text
from text2sim.resources import resource
from text2sim.types.motion import Motion

Array = NDArray[np.floating]
Kind = Literal["pack", "features", "bvh", "cmu", "deepmimic"]
AMC_FPS = 120.0
"""Frame rate of the CMU files; AMC does not say it."""


@final
@dataclass(frozen=True, kw_only=True)
class Clip:
    """A clip of a data set; nothing is read before one of the methods is called.

    Attributes:
        id: name, unique in its data set.
        path: file that holds the motion.
        source, licence: where it comes from and its terms, as far as the data set says it.
    """

    id: str
    path: Path
    source: str = ""
    licence: str = ""
    _motion: Callable[[], Motion] = field(repr=False, compare=False)
    _captions: Callable[[], tuple[Caption, ...]] = field(repr=False, compare=False)
    _features: Callable[[], Array] | None = field(default=None, repr=False, compare=False)

    def motion(self) -> Motion:
        """The motion on our skeleton, without a scene.

        Raises:
            ResourceError: the file can't be read; the message names file and line.
        """
        return self._motion()

    def captions(self) -> tuple[Caption, ...]:
        """Sentences about it; none where the data set has none.

        Raises:
            ResourceError: their file can't be read; the message names file and line.
        """
        return self._captions()

    def features(self) -> Array:
        """Features (T, D): those of the data set, memory-mapped, or else HumanML3D's 263.

        Raises:
            ResourceError: the file can't be read; the message names file and line.
        """
        if self._features is not None:
            return self._features()
        motion = self.motion()
        return convert.to_features(motion.tracks[0], motion.fps)


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
        if kind is not None and kind not in get_args(Kind):
            known = get_args(Kind)
            raise ConfigError(
                f"There is no kind {kind!r} of data.{nearest(str(kind), known)} "
                f"Known: {', '.join(known)}."
            )
        kinds = [kind] if kind else [*get_args(Kind)]
        for name in kinds:
            clips = _FINDERS[name](root, fps)
            if clips:
                chosen, missing = _chosen(root, split, clips)
                return cls(folder=root, kind=name, clips=chosen, missing=missing)
        raise ConfigError(
            f"{root} holds no {kind or 'motion'} files; expected new_joint_vecs/*.npy, *.bvh, "
            f"*.asf with *.amc, or humanoid3d_*.txt."
        )

    @classmethod
    def open_pack(cls, *, share_alike: bool = False) -> MotionDataset:
        """The open motion pack that comes with text2sim; see assets/motions/README.md.

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
        """Mean and standard deviation of the features, (D,) each, as released.

        Raises:
            ResourceError: Mean.npy or Std.npy is missing or has another shape.
        """
        mean, std = (_array(self.folder / f"{name}.npy") for name in ("Mean", "Std"))
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


def _find_features(root: Path, fps: float) -> dict[str, Clip]:
    """HumanML3D or KIT-ML; which of them it is, a file's width says."""
    vectors, joints, texts = (root / name for name in ("new_joint_vecs", "new_joints", "texts"))
    if not vectors.is_dir():
        return {}
    with_joints = set(os.listdir(joints)) if joints.is_dir() else set()
    with_texts = set(os.listdir(texts)) if texts.is_dir() else set()
    clips = {}
    for name in sorted(os.listdir(vectors)):
        stem, suffix = os.path.splitext(name)
        if suffix == ".npy":
            path = vectors / name
            source = joints / name if name in with_joints else None
            text = texts / f"{stem}.txt" if f"{stem}.txt" in with_texts else None
            clips[stem] = Clip(
                id=stem, path=path,
                _motion=partial(_motion_of_features, path, source),
                _captions=partial(read_captions, text) if text else tuple,
                _features=partial(_features, path),
            )  # fmt: skip
    return clips


def _find_bvh(root: Path, fps: float) -> dict[str, Clip]:
    return _clips(root, "*.bvh", lambda path: motion_of_bvh(read_bvh(path)))


def _find_cmu(root: Path, fps: float) -> dict[str, Clip]:
    """Each .amc with the .asf beside it whose name its own begins with: 07_01.amc and 07.asf."""
    skeletons = {path.with_suffix(""): path for path in root.rglob("*.asf")}

    def load(path: Path) -> Motion:
        stem = path.with_suffix("")
        pattern = r"{}([_\-. ].*)?"
        fitting = [
            k for k in skeletons if re.fullmatch(pattern.format(re.escape(str(k))), str(stem))
        ]
        if not fitting:
            raise MotionFileError(f"{path}: expected a skeleton {stem.name.rpartition('_')[0]}.asf "
                                  f"beside it, found none.")  # fmt: skip
        skeleton = read_asf(skeletons[max(fitting, key=lambda key: len(str(key)))])
        return to_motion(of_amc(skeleton, read_amc(path, skeleton), fps), unit="asf")

    return _clips(root, "*.amc", load) if skeletons else {}


def _find_deepmimic(root: Path, fps: float) -> dict[str, Clip]:
    return _clips(root, "humanoid3d_*.txt", lambda path: to_motion(read_deepmimic(path), unit="m"))


def _find_pack(root: Path, fps: float) -> dict[str, Clip]:
    """Layers of `text2sim.data.pack` in the folder itself."""
    clips = {}
    for index in sorted(root.glob("*.jsonl")):
        path, start = index.with_suffix(".npz"), 0
        for place, row in enumerate(pack.read_index(index)):
            clips[row.id] = Clip(
                id=row.id, path=path, source=row.source, licence=row.licence,
                _motion=partial(pack.read_motion, path, place, start, row.frames),
                _captions=partial(tuple, row.captions),
            )  # fmt: skip
            start += row.frames
    return clips


_FINDERS: dict[Kind, Callable[[Path, float], dict[str, Clip]]] = {
    "pack": _find_pack, "features": _find_features, "bvh": _find_bvh, "cmu": _find_cmu,
    "deepmimic": _find_deepmimic,
}  # fmt: skip


def _clips(root: Path, pattern: str, load: Callable[[Path], Motion]) -> dict[str, Clip]:
    """Clips without captions; the id is the path below the folder, without its suffix."""
    paths = sorted(root.rglob(pattern))
    return {
        name: Clip(id=name, path=path, _motion=partial(load, path), _captions=tuple)
        for path in paths
        if (name := path.relative_to(root).with_suffix("").as_posix())
    }


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


def _array(path: Path) -> NDArray[np.floating]:
    """An array of a .npy file, mapped into memory."""
    if not path.is_file():
        raise ResourceError(f"There is no file {path}.")
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise MotionFileError(f"{path}: expected a .npy array, found a damaged file: {error}.") \
            from error  # fmt: skip
    if array.dtype.kind != "f":
        raise MotionFileError(f"{path}: expected decimal numbers, found the type {array.dtype}.")
    return array


def _features(path: Path) -> Array:
    array = _array(path)
    if array.ndim != 2 or array.shape[1] not in LAYOUTS or not len(array):
        widths = " or ".join(f"(T, {width})" for width in LAYOUTS)
        raise MotionFileError(f"{path}: expected the shape {widths}, found {array.shape}.")
    return array


def _motion_of_features(path: Path, joints: Path | None) -> Motion:
    """From joint positions where there are some, since they hold one rounding less."""
    features = _features(path)
    layout = LAYOUTS[features.shape[1]]
    try:
        if joints is None:
            return convert.from_features(features)
        return convert.from_joints(_joints(joints, layout), layout=layout)
    except ValueError as error:
        raise MotionFileError(f"{joints or path}: {error}") from error


def _joints(path: Path, layout: FeatureLayout) -> Array:
    array = _array(path)
    if array.ndim != 3 or array.shape[1:] != (layout.joints, 3) or not len(array):
        wanted = f"(T, {layout.joints}, 3)"
        raise MotionFileError(f"{path}: expected the shape {wanted}, found {array.shape}.")
    return array
