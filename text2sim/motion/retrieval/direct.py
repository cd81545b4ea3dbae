"""The nearest clip for a whole sentence, without a plan: the baseline of evaluations."""

from __future__ import annotations

import numpy as np

from text2sim.data.told import FPS
from text2sim.motion.retrieval.choose import CLOSE
from text2sim.motion.retrieval.library import library
from text2sim.motion.retrieval.perform import held
from text2sim.types import Track


def generate(text: str, duration: float, seed: int) -> Track:
    """The clip whose sentence is nearest, cut or its last frame held to a length [s], 20 frames/s.

    Among clips that are as near, one that is long enough comes first, then the seed chooses.

    Raises:
        ResourceError: the library or the motion pack is missing.
    """
    found, frames = library(), max(5, round(duration * FPS))
    scores = found.scores(text)
    short = np.array([max(0.0, 1.0 - e.duration / duration) for e in found.entries])
    marks = scores - 0.05 * short
    best = np.flatnonzero(marks >= marks.max() - CLOSE)
    place = int(best[np.random.default_rng(seed).integers(len(best))])
    track = found.entries[place].motion().tracks[0]
    return held(track.slice(0, min(frames, len(track.root_positions))), frames)
