"""Windows of clips with everything that is told of them, by people and by the captioner.

A clip of up to 10 s is one window; longer ones are cut where the body moves least, as the automatic
captions are. A caption by people belongs to a window if each covers most of the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import final

import numpy as np

from text2sim.data.captioner import caption, windows
from text2sim.data.captions import Caption
from text2sim.data.convert import resample
from text2sim.data.events import Event
from text2sim.data.sources import Clip
from text2sim.language.tokens import cleaned
from text2sim.types import Track

FPS = 20.0
MOST = 8
"""Windows of one clip: of minutes of standing about, some are enough."""
COVERED = 0.6
"""So much of a caption's time and of a window must be common."""


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Window:
    """A part of a clip.

    Attributes:
        clip: id.
        start, stop: frames at 20 frames/s.
        whole: it is all of the clip.
        track: the part, at 20 frames/s.
        written: sentences by people.
        told: automatic sentences.
        events: what those tell, times from the window's beginning.
    """

    clip: str
    start: int
    stop: int
    whole: bool
    track: Track
    written: tuple[str, ...]
    told: tuple[str, ...]
    events: tuple[Event, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """All sentences, those by people first."""
        return tuple(dict.fromkeys((*self.written, *self.told)))


def told_windows(
    clips: Iterable[Clip], *, tellings: int = 1, seed: int = 0, longest: int | None = None,
    shortest: int = 12,
) -> Iterator[Window]:  # fmt: skip
    """The windows of clips that have a sentence, in order.

    Args:
        clips: with motion of one actor.
        tellings: how many automatic sentences to make of a window; equal ones are one.
        seed: chooses their words.
        longest, shortest: frames; longer windows are cut, shorter ones left out.
    """
    for clip in clips:
        motion = clip.motion()
        track = resample(motion.tracks[0], motion.fps, FPS)
        for start, end in _some(windows(track, FPS)):
            stop = end if longest is None else min(end, start + longest)
            if stop - start >= shortest:
                made = _window(clip, track, (start, stop), tellings, seed)
                if made.texts:
                    yield made


def _some(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """At most `MOST` windows, evenly spread."""
    step = max(1.0, len(spans) / MOST)
    return [spans[int(i * step)] for i in range(min(MOST, len(spans)))]


def _window(clip: Clip, track: Track, span: tuple[int, int], tellings: int, seed: int) -> Window:
    (start, stop), frames = span, len(track.root_positions)
    part, told = track.slice(start, stop), []
    events: tuple[Event, ...] = ()
    for number in range(tellings):
        made = caption(part, FPS, np.random.default_rng([seed, number, start, *clip.id.encode()]))
        if made is not None:
            told.append(cleaned(made.text).rstrip("."))
            events = made.events
    written = [cleaned(c.text) for c in _sentences(clip) if _covers(c, start, stop, frames)]
    return Window(
        clip=clip.id, start=start, stop=stop, whole=stop - start == frames, track=part,
        written=tuple(dict.fromkeys(written)), told=tuple(dict.fromkeys(told)), events=events,
    )  # fmt: skip


def _sentences(clip: Clip) -> tuple[Caption, ...]:
    """Captions without the list of tags that a Cologne clip has before its sentence."""
    lines = clip.captions()
    return lines[1:] if clip.id.startswith("koeln_") and len(lines) > 1 else lines


def _covers(line: Caption, start: int, stop: int, frames: int) -> bool:
    first = round(line.start * FPS)
    last = frames if line.end is None else min(frames, round(line.end * FPS))
    common = min(stop, last) - max(start, first)
    return common >= COVERED * max(stop - start, last - first)
