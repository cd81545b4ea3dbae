"""Reading BVH files as they are found in the wild; what can't be read is named by file and line."""

from __future__ import annotations

import itertools
import math
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn, final

import numpy as np

from text2sim.errors import MotionFileError
from text2sim.io.bvh import CHANNELS, BvhClip
from text2sim.io.files import read_text

_CHANNEL_NAMES = {name.lower(): name for name in CHANNELS}


def read_bvh(path: str | os.PathLike[str]) -> BvhClip:
    """Read a BVH file: any joints, any order of channels, any line ends.

    Raises:
        ResourceError: there is no such file, or it can't be opened.
        MotionFileError: its content is not that of a whole BVH file; the message names the line.
    """
    return _Reader(Path(path)).read()


@final
@dataclass
class _Joint:
    """A joint while it is read; `offset` and `channels` are None until their lines were seen."""

    name: str
    parent: int
    line: int
    offset: tuple[float, float, float] | None = None
    channels: tuple[str, ...] | None = None
    end: bool = False
    """It is an end site: it has an offset and nothing else."""


@final
@dataclass
class _Reader:
    """One file: `lines` are all of it, `statements` its hierarchy with every brace on its own."""

    path: Path
    lines: list[str] = field(default_factory=list)
    joints: list[_Joint] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    ends: list[tuple[int, tuple[float, float, float]]] = field(default_factory=list)

    def read(self) -> BvhClip:
        self.lines = re.split(r"\r\n|\r|\n", read_text(self.path))
        motion = self._find_motion()
        self._read_hierarchy(motion)
        line, frames = self._setting(motion + 1, "Frames:")
        if frames != int(frames) or frames < 1:
            self._fail(line, "a whole number of frames, at least one", f"{frames:g}")
        line, frame_time = self._setting(line + 1, "Frame Time:")
        if not 1e-5 <= frame_time <= 60.0:
            self._fail(line, "a frame time from 0.00001 to 60 s", f"{frame_time:g}")
        return BvhClip(
            names=tuple(joint.name for joint in self.joints),
            parents=tuple(joint.parent for joint in self.joints),
            offsets=np.array([joint.offset for joint in self.joints]),
            channels=tuple(joint.channels or () for joint in self.joints),
            values=self._read_values(line + 1, int(frames)),
            frame_time=frame_time,
            ends=tuple(self.ends),
        )

    def _fail(self, line: int, expected: str, found: str) -> NoReturn:
        """Raise for a line, counted from 1."""
        found = found if len(found) <= 60 else f"{found[:57]}..."
        raise MotionFileError(f"{self.path}, line {line}: expected {expected}, found {found}.")

    def _find_motion(self) -> int:
        """Line number of MOTION, which ends the hierarchy."""
        first = next((n for n, text in enumerate(self.lines, 1) if text.strip()), 1)
        if self.lines[first - 1].strip().upper() != "HIERARCHY":
            self._fail(first, "HIERARCHY", repr(self.lines[first - 1].strip()))
        for number, text in enumerate(self.lines, 1):
            if text.strip().upper() == "MOTION":
                return number
        self._fail(len(self.lines), "MOTION", "the end of the file: it is cut off")

    def _read_hierarchy(self, stop: int) -> None:
        """Fill `joints` and `ends` from the lines before `stop`."""
        open_joints: list[_Joint] = []
        awaiting: _Joint | None = None
        for line, word, rest in self._statements(stop):
            if awaiting is not None:
                if word != "{":
                    self._fail(line, f"'{{' after {awaiting.name}", repr(word))
                open_joints.append(awaiting)
                awaiting = None
            elif word == "}" and open_joints:
                self._close(open_joints.pop(), open_joints)
            elif word in ("ROOT", "JOINT", "END"):
                awaiting = self._open(line, word, rest, open_joints)
            elif word == "OFFSET" and open_joints and open_joints[-1].offset is None:
                open_joints[-1].offset = self._offset(line, rest)
            elif word == "CHANNELS" and open_joints and open_joints[-1].channels is None:
                open_joints[-1].channels = self._channels(line, rest)
            else:
                self._fail(line, "OFFSET, CHANNELS, JOINT, End Site or '}', each in its place",
                           repr(f"{word} {rest}".strip()))  # fmt: skip
        if open_joints or awaiting:
            name = (awaiting or open_joints[-1]).name
            self._fail(stop, f"'}}' that closes {name}", "MOTION")
        if not self.joints:
            self._fail(stop, "a ROOT joint", "MOTION")

    def _statements(self, stop: int) -> list[tuple[int, str, str]]:
        """Line number, capitalised first word and rest of each statement of the hierarchy."""
        found = []
        for line in range(1, stop):
            for part in re.split(r"([{}])", self.lines[line - 1]):
                word, _, rest = part.strip().partition(" ")
                if word:
                    found.append((line, word.upper().rstrip(), " ".join(rest.split())))
        return found[1:]

    def _open(self, line: int, word: str, rest: str, open_joints: list[_Joint]) -> _Joint:
        if word == "ROOT" and self.joints:
            self._fail(line, "one ROOT a file", f"a second one, {rest!r}")
        if word != "ROOT" and (not open_joints or open_joints[-1].end):
            self._fail(line, "a ROOT around every joint", f"{word} {rest}")
        parent = self.places[open_joints[-1].name] if open_joints else -1
        if word == "END":
            return _Joint("the end site", parent, line, end=True, channels=())
        if not rest:
            self._fail(line, f"a name after {word}", "none")
        if rest in self.places:
            first = self.joints[self.places[rest]].line
            self._fail(line, "names that differ", f"{rest!r} again, as in line {first}")
        self.places[rest] = len(self.joints)
        self.joints.append(_Joint(rest, parent, line))
        return self.joints[-1]

    def _close(self, joint: _Joint, open_joints: list[_Joint]) -> None:
        if joint.offset is None:
            self._fail(joint.line, f"an OFFSET in {joint.name}", "none")
        if joint.end:
            self.ends.append((joint.parent, joint.offset))

    def _offset(self, line: int, rest: str) -> tuple[float, float, float]:
        numbers = [self._number(line, word) for word in rest.split()]
        if len(numbers) != 3:
            self._fail(line, "OFFSET and three numbers", f"{len(numbers)}")
        return numbers[0], numbers[1], numbers[2]

    def _channels(self, line: int, rest: str) -> tuple[str, ...]:
        count, *names = rest.split() or [""]
        if count != str(len(names)):
            self._fail(line, "CHANNELS, their number and as many names", repr(rest))
        for name in names:
            if name.lower() not in _CHANNEL_NAMES:
                self._fail(line, f"channels of {', '.join(CHANNELS)}", repr(name))
        if len({name.lower() for name in names}) < len(names):
            self._fail(line, "each channel once", repr(rest))
        return tuple(_CHANNEL_NAMES[name.lower()] for name in names)

    def _number(self, line: int, word: str) -> float:
        try:
            value = float(word)
        except ValueError:
            hint = " (write decimals with a point)" if "," in word else ""
            self._fail(line, "a number", f"{word!r}{hint}")
        if not math.isfinite(value):
            self._fail(line, "a finite number", repr(word))
        return value

    def _setting(self, line: int, key: str) -> tuple[int, float]:
        """Number of the first line with text, from `line` on, and the value that it gives `key`."""
        while line <= len(self.lines) and not self.lines[line - 1].strip():
            line += 1
        text = self.lines[line - 1].strip() if line <= len(self.lines) else ""
        pattern = r"\s*".join([*map(re.escape, key[:-1].split()), ":"])
        match = re.fullmatch(rf"{pattern}\s*(\S+)", text, re.IGNORECASE)
        if match is None:
            self._fail(line, f"'{key}' and a number", repr(text) if text else "the end of the file")
        return line, self._number(line, match[1])

    def _read_values(self, first: int, frames: int) -> np.ndarray:
        """The rest of the file as (frames, channels); `first` is the line number of frame 0."""
        width = sum(len(joint.channels or ()) for joint in self.joints)
        if width == 0:
            self._fail(self.joints[0].line, "joints with CHANNELS", "none")
        rows = [text.split() for text in self.lines[first - 1 :]]
        words = list(itertools.chain.from_iterable(rows))
        if len(words) != frames * width:
            self._fail_count(rows, first, frames, width)
        try:
            values = np.array(list(map(float, words))).reshape(frames, width)
        except ValueError:
            values = np.array([np.nan])
        if not np.isfinite(values).all():
            for line, row in enumerate(rows, first):
                for word in row:
                    self._number(line, word)
        return values

    def _fail_count(self, rows: list[list[str]], first: int, frames: int, width: int) -> NoReturn:
        """Name the first line that is too short or long, or the missing or surplus frames."""
        full = [(line, row) for line, row in enumerate(rows, first) if row]
        for line, row in full:
            if len(row) != width:
                self._fail(line, f"{width} numbers, one a channel", str(len(row)))
        last = full[-1][0] if full else first
        self._fail(last, f"{frames} frames as announced", f"{len(full)}")
