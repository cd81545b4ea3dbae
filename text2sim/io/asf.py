"""ASF/AMC, the Acclaim format of the CMU motion capture data base: a skeleton and its motions."""

from __future__ import annotations

import math
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn, final

import numpy as np
from numpy.typing import NDArray

from text2sim.errors import MotionFileError
from text2sim.io.files import read_text
from text2sim.maths import euler
from text2sim.maths import quaternions as quat

Array = NDArray[np.floating]

_CHANNELS = ("tx", "ty", "tz", "rx", "ry", "rz")


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class AsfSkeleton:
    """Bones in the file's length units; each starts where its parent ends.

    Attributes:
        names: of the bones, the root first and parents before children.
        parents: index of each bone's parent, -1 for the root.
        vectors: from start to end of each bone in the rest pose, world, (J, 3); zero for the root.
        axes_wxyz: rest orientation of each bone's frame, world, (J, 4).
        channels: of each bone, of tx ty tz rx ry rz, in the order of the AMC lines.
        orders: Euler order of each bone, as for `text2sim.maths.euler`.
        radians: angles of AMC files are in radians where they say nothing.
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    vectors: Array
    axes_wxyz: Array
    channels: tuple[tuple[str, ...], ...]
    orders: tuple[str, ...]
    radians: bool = False

    def forward(self, values: Array) -> tuple[Array, Array, Array]:
        """Starts and ends of the bones, each (T, J, 3), and what they turn from rest, (T, J, 4).

        All in the file's world, of AMC values (T, C).
        """
        count = len(self.names)
        starts, ends = (np.zeros((len(values), count, 3)) for _ in range(2))
        turns = np.zeros((len(values), count, 4))
        column = 0
        for bone, channels in enumerate(self.channels):
            block = dict(zip(channels, values[:, column : column + len(channels)].T))
            column += len(channels)
            zero = np.zeros(len(values))
            angles = [block.get(f"r{axis.lower()}", zero) for axis in self.orders[bone]]
            local = euler.from_euler(np.stack(angles, axis=-1), self.orders[bone])
            axis = self.axes_wxyz[bone]
            local = quat.mul(axis, quat.mul(local, quat.inv(axis)))
            move = np.stack([block.get(name, zero) for name in _CHANNELS[:3]], axis=-1)
            parent = self.parents[bone]
            if parent < 0:
                turns[:, bone], starts[:, bone] = local, move
            else:
                turns[:, bone] = quat.mul(turns[:, parent], local)
                starts[:, bone] = ends[:, parent] + quat.rotate(turns[:, parent], move)
            ends[:, bone] = starts[:, bone] + quat.rotate(turns[:, bone], self.vectors[bone])
        return starts, ends, turns


def read_asf(path: str | os.PathLike[str]) -> AsfSkeleton:
    """Read a skeleton.

    Raises:
        ResourceError: there is no such file, or it can't be opened.
        MotionFileError: it is no whole ASF file; the message names the line.
    """
    return _AsfReader(Path(path)).read()


def read_amc(path: str | os.PathLike[str], skeleton: AsfSkeleton) -> Array:
    """Read a motion of a skeleton: lengths, and angles in radians, (T, C); C as `channels` says.

    Raises:
        ResourceError: there is no such file, or it can't be opened.
        MotionFileError: it is no whole AMC file of that skeleton; the message names the line.
    """
    path = Path(path)
    widths = {name: len(channels) for name, channels in zip(skeleton.names, skeleton.channels)}
    wanted = [name for name in skeleton.names if widths[name]]
    frames: list[dict[str, list[float]]] = []
    radians, line = skeleton.radians, 0
    for line, text in enumerate(_lines(path), 1):
        words = text.split()
        if not words or words[0][0] in "#":
            continue
        if words[0][0] == ":":
            radians = {":degrees": False, ":radians": True}.get(words[0].lower(), radians)
        elif len(words) == 1 and words[0].isdigit():
            _check_frame(path, line, frames, wanted)
            frames.append({})
        elif not frames:
            _fail(path, line, "the number of a frame", repr(text))
        else:
            frames[-1][words[0]] = _values(path, line, words, widths, frames[-1])
    if not frames:
        _fail(path, line, "at least one frame", "the end of the file")
    _check_frame(path, line, frames, wanted)
    values = np.array([[x for name in wanted for x in frame[name]] for frame in frames])
    turns = [channel[0] == "r" for channels in skeleton.channels for channel in channels]
    if not radians:
        values[:, turns] = np.radians(values[:, turns])
    return values


def _values(
    path: Path, line: int, words: list[str], widths: dict[str, int], frame: dict[str, list[float]]
) -> list[float]:
    name, *numbers = words
    if name not in widths or name in frame:
        _fail(path, line, "each bone of the skeleton once a frame", repr(name))
    if len(numbers) != widths[name]:
        _fail(path, line, f"{widths[name]} numbers for {name}", str(len(numbers)))
    return [_number(path, line, word) for word in numbers]


def _check_frame(
    path: Path, line: int, frames: list[dict[str, list[float]]], wanted: list[str]
) -> None:
    missing = [name for name in wanted if frames and name not in frames[-1]]
    if missing:
        _fail(path, line, f"{', '.join(missing[:3])} in frame {len(frames)}", "its end")


def _lines(path: Path) -> list[str]:
    return re.split(r"\r\n|\r|\n", read_text(path))


def _fail(path: Path, line: int, expected: str, found: str) -> NoReturn:
    found = found if len(found) <= 60 else f"{found[:57]}..."
    raise MotionFileError(f"{path}, line {line}: expected {expected}, found {found}.")


def _number(path: Path, line: int, word: str) -> float:
    try:
        value = float(word)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        _fail(path, line, "a finite number", repr(word))
    return value


@final
@dataclass
class _Bone:
    """A bone while it is read."""

    name: str
    line: int
    direction: list[float] = field(default_factory=list)
    length: float = 0.0
    axis: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])
    order: str = "XYZ"
    channels: tuple[str, ...] = ()


@final
class _AsfReader:
    """One ASF file, section by section; `line` is the number of the line that is being read."""

    def __init__(self, path: Path) -> None:
        self.path, self.line = path, 0
        self.bones: dict[str, _Bone] = {"root": _Bone("root", 1, [0.0, 0.0, 0.0])}
        self.parents: dict[str, str] = {}
        self.radians = False
        self.bone: _Bone | None = None

    def read(self) -> AsfSkeleton:
        section = ""
        for line, text in enumerate(_lines(self.path), 1):
            self.line = line
            words = text.split("#")[0].split()
            if words and words[0].startswith(":"):
                section = words[0].lower()
            elif words:
                self._read_line(section, words)
        if len(self.bones) < 2 or not self.parents:
            _fail(self.path, self.line, "sections :bonedata and :hierarchy", "the end of the file")
        return self._skeleton()

    def _read_line(self, section: str, words: list[str]) -> None:
        key = words[0].lower()
        if section == ":units" and key == "angle" and len(words) == 2:
            self.radians = words[1].lower().startswith("rad")
        elif section == ":root":
            self._read_root(key, words[1:])
        elif section == ":bonedata":
            self._read_bone(key, words[1:])
        elif section == ":hierarchy" and key not in ("begin", "end"):
            self._read_children(words)

    def _read_root(self, key: str, words: list[str]) -> None:
        if key == "order":
            self.bones["root"].channels = self._channels(words)
        elif key == "axis":
            self.bones["root"].order = self._order(words[-1] if words else "")
        elif key == "orientation":
            self.bones["root"].axis = self._numbers(words, 3)

    def _read_bone(self, key: str, words: list[str]) -> None:
        if key == "begin":
            self.bone = _Bone("", self.line)
            return
        if self.bone is None:
            _fail(self.path, self.line, "begin", repr(key))
        if key == "name":
            name = words[0] if words else ""
            if not name or name in self.bones:
                _fail(self.path, self.line, "a name that no other bone has", repr(name))
            self.bone.name = name
        elif key == "direction":
            self.bone.direction = self._numbers(words, 3)
        elif key == "length":
            (self.bone.length,) = self._numbers(words, 1)
        elif key == "axis":
            self.bone.axis = self._numbers(words[:3], 3)
            self.bone.order = self._order(words[3] if len(words) > 3 else "")
        elif key == "dof":
            self.bone.channels = self._channels(words)
        elif key == "end":
            if not self.bone.name or not self.bone.direction:
                _fail(self.path, self.line, "name and direction of the bone", "its end")
            self.bones[self.bone.name] = self.bone
            self.bone = None

    def _read_children(self, words: list[str]) -> None:
        for word in words:
            if word not in self.bones:
                _fail(self.path, self.line, "bones of :bonedata", repr(word))
        for child in words[1:]:
            if child in self.parents or child == "root":
                _fail(self.path, self.line, "one parent a bone", f"another for {child}")
            self.parents[child] = words[0]

    def _numbers(self, words: list[str], count: int) -> list[float]:
        if len(words) != count:
            _fail(self.path, self.line, f"{count} number(s)", repr(" ".join(words)))
        return [_number(self.path, self.line, word) for word in words]

    def _order(self, word: str) -> str:
        """The file's order names what turns first; ours what stands leftmost in the product."""
        if sorted(word.upper()) != ["X", "Y", "Z"]:
            _fail(self.path, self.line, "an order such as XYZ", repr(word))
        return word.upper()[::-1]

    def _channels(self, words: list[str]) -> tuple[str, ...]:
        channels = tuple(word.lower() for word in words)
        if not set(channels) <= set(_CHANNELS) or len(set(channels)) < len(channels):
            _fail(self.path, self.line, "channels of tx ty tz rx ry rz", repr(" ".join(words)))
        return channels

    def _skeleton(self) -> AsfSkeleton:
        order = ["root"]
        for name in order:  # It grows: children are put behind their parents.
            order += [child for child, parent in self.parents.items() if parent == name]
        for name, bone in self.bones.items():
            if name not in order:
                _fail(self.path, bone.line, f"{name} in :hierarchy", "no line that reaches it")
        bones = [self.bones[name] for name in order]
        unit = 1.0 if self.radians else np.pi / 180.0
        frames = [euler.from_euler(np.array(b.axis[::-1]) * unit, b.order) for b in bones]
        lengths = [[b.length] for b in bones]
        directions = np.array([b.direction for b in bones])
        norms = np.maximum(np.linalg.norm(directions, axis=1, keepdims=True), 1e-12)
        return AsfSkeleton(
            names=tuple(order),
            parents=tuple(order.index(self.parents[n]) if n != "root" else -1 for n in order),
            vectors=directions / norms * lengths,
            axes_wxyz=np.array(frames),
            channels=tuple(b.channels for b in bones),
            orders=tuple(b.order for b in bones),
            radians=self.radians,
        )
