"""How each kind of data set lies in a folder: its clips, found by the names of files alone."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal, final

import numpy as np
from numpy.typing import NDArray

from text2sim.data import convert, pack
from text2sim.data.amass import read_amass
from text2sim.data.captions import Caption, read_captions
from text2sim.data.deepmimic import read_deepmimic
from text2sim.data.layouts import LAYOUTS, FeatureLayout
from text2sim.data.mocap import motion_of_bvh, of_amc, to_motion
from text2sim.errors import MotionFileError, ResourceError
from text2sim.io.asf import read_amc, read_asf
from text2sim.io.bvh_reader import read_bvh
from text2sim.types.motion import Motion

Array = NDArray[np.floating]
Kind = Literal["pack", "features", "bvh", "cmu", "deepmimic", "amass"]


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


def read_array(path: Path) -> NDArray[np.floating]:
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
    array = read_array(path)
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
    array = read_array(path)
    if array.ndim != 3 or array.shape[1:] != (layout.joints, 3) or not len(array):
        wanted = f"(T, {layout.joints}, 3)"
        raise MotionFileError(f"{path}: expected the shape {wanted}, found {array.shape}.")
    return array


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


def _find_amass(root: Path, fps: float) -> dict[str, Clip]:
    """By the names that AMASS gives its files."""
    return {**_clips(root, "*_poses.npz", read_amass), **_clips(root, "*_stageii.npz", read_amass)}


def _find_pack(root: Path, fps: float) -> dict[str, Clip]:
    """Layers of `text2sim.data.pack` in the folder itself."""
    clips = {}
    for index in sorted(root.glob("*.jsonl")):
        path, start = index.with_suffix(".npz"), 0
        try:
            rows = pack.read_index(index)
        except MotionFileError:
            if path.is_file():
                raise
            continue  # A .jsonl of another kind, without frames beside it.
        for place, row in enumerate(rows):
            clips[row.id] = Clip(
                id=row.id, path=path, source=row.source, licence=row.licence,
                _motion=partial(pack.read_motion, path, place, start, row.frames),
                _captions=partial(tuple, row.captions),
            )  # fmt: skip
            start += row.frames
    return clips


FINDERS: dict[Kind, Callable[[Path, float], dict[str, Clip]]] = {
    "pack": _find_pack, "features": _find_features, "bvh": _find_bvh, "cmu": _find_cmu,
    "deepmimic": _find_deepmimic, "amass": _find_amass,
}  # fmt: skip


def _clips(root: Path, pattern: str, load: Callable[[Path], Motion]) -> dict[str, Clip]:
    """Clips without captions; the id is the path below the folder, without its suffix."""
    paths = sorted(root.rglob(pattern))
    return {
        name: Clip(id=name, path=path, _motion=partial(load, path), _captions=tuple)
        for path in paths
        if (name := path.relative_to(root).with_suffix("").as_posix())
    }
