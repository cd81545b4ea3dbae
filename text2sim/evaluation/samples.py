"""What an evaluation looks at: windows of a split's clips, each with features and sentences."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import final

import numpy as np

from text2sim.data.captioner import mirror_words
from text2sim.data.convert import to_features
from text2sim.data.sources import Clip
from text2sim.data.told import FPS, told_windows
from text2sim.edit import mirror
from text2sim.types import Motion, Track
from text2sim.types.arrays import array, check_arrays

LONGEST = 196
"""Frames of the longest window's features, as in HumanML3D (Guo et al. 2022)."""
SHORTEST = 20
"""Frames of the shortest."""


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Sample:
    """A window of a clip.

    Attributes:
        id: of the clip, with the first frame where it is cut.
        features: HumanML3D's 263 at 20 frames/s, not normalised, (T, D) float32.
        written: sentences by people.
        told: automatic sentences.
        track: the window at 20 frames/s.
    """

    id: str
    features: np.ndarray = array("T D", np.float32)
    written: tuple[str, ...]
    told: tuple[str, ...]
    track: Track

    def __post_init__(self) -> None:
        check_arrays(self)

    @property
    def texts(self) -> tuple[str, ...]:
        """What an evaluation asks for: what people wrote, or else the automatic sentence."""
        return self.written or self.told[:1]

    @property
    def duration(self) -> float:
        """Length [s]."""
        return len(self.track.root_positions) / FPS


def samples(clips: Iterable[Clip], *, tellings: int = 1, seed: int = 0) -> list[Sample]:
    """The windows of clips that have a sentence, in order.

    Args:
        clips: of one split.
        tellings: how many automatic sentences to make of a window; equal ones are one.
        seed: chooses their words.
    """
    found = told_windows(
        clips, tellings=tellings, seed=seed, longest=LONGEST + 1, shortest=SHORTEST + 1
    )
    return [
        Sample(
            id=w.clip if w.whole else f"{w.clip}:{w.start}", features=features(w.track, FPS),
            written=w.written, told=w.told, track=w.track,
        )
        for w in found
    ]  # fmt: skip


def mirrored(sample: Sample) -> Sample:
    """The sample in a mirror, with the words for it."""
    motion = mirror(Motion(fps=FPS, tracks=(sample.track,)))
    return Sample(
        id=f"{sample.id}:mirrored", track=motion.tracks[0],
        features=features(motion.tracks[0], FPS),
        written=tuple(map(mirror_words, sample.written)),
        told=tuple(map(mirror_words, sample.told)),
    )  # fmt: skip


def features(track: Track, fps: float) -> np.ndarray:
    """HumanML3D's features of a track of any frame rate and body, (T, 263) float32, T <= 196."""
    return to_features(track, fps)[:LONGEST].astype(np.float32)
