"""What a run draws from: the corpus of its data, split, encoded, with its sentences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import final

import numpy as np

from text2sim.data.corpus import Take, takes_of, told_of
from text2sim.data.dataset import MotionDataset
from text2sim.data.splits import Split, clips_of
from text2sim.data.terrain_takes import climbs
from text2sim.errors import ResourceError
from text2sim.training.arrays import Corpus, Sentences, key_of, open_corpus
from text2sim.training.config import Dropout, TextConfig
from text2sim.training.windows import Windows

CLIMBS = 0.35
"""Takes on stairs and ramps, as a part of the compositions."""
_PLAIN = Dropout(text=0.0, words=0.0, history=0.15, mirror=0.5, noise=0.0, kept=0.0)


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Prepared:
    """Windows to train on, and to look at; `held` is None where too few clips are held out."""

    corpus: Corpus
    train: Windows
    held: Windows | None

    def normalised(self, mean: np.ndarray, scale: np.ndarray) -> Prepared:
        """The same with features normalised by mean and scale."""
        parts = [self.train, self.held] if self.held else [self.train]
        for part in parts:
            part.corpus = replace(part.corpus, mean=mean, scale=scale)
        return replace(self, corpus=self.train.corpus)

    @property
    def mean(self) -> np.ndarray:
        """Of the features, (F,)."""
        return self.corpus.mean

    @property
    def scale(self) -> np.ndarray:
        """Of the features, (F,)."""
        return self.corpus.scale

    @property
    def windows(self) -> float:
        """How many windows side by side the corpus holds."""
        return len(self.corpus.features) / self.train.config.window


def prepare(config: TextConfig, report: Callable[[str], None]) -> Prepared:
    """Open or build the corpus of a run.

    Raises:
        ResourceError: there is no such data, or nothing in it can be used.
    """
    data = MotionDataset.open(config.data) if config.data else MotionDataset.open_pack()
    train = _corpus(config, data, "train", config.composed, config.lessons, report)
    report(
        f"corpus: {len(train.starts) - 1} takes, {train.minutes:.0f} min, "
        f"{len(train.segments)} segments"
    )
    try:
        held = _corpus(config, data, "val", 40, 0, report)
    except ResourceError as error:
        report(f"nothing is held out: {error}")
        held = None
    return Prepared(
        corpus=train,
        train=_windows(config, train, train, config.dropout),
        held=None if held is None else _windows(config, held, train, _PLAIN),
    )


def _corpus(
    config: TextConfig, data: MotionDataset, split: Split, composed: int, taught: int,
    report: Callable[[str], None],
) -> Corpus:  # fmt: skip
    clips = clips_of(data, split)
    settings = {
        "climbs": CLIMBS,
        "data": [clip.id for clip in clips],
        "composed": composed,
        "seed": config.seed,
    } | ({"lessons": taught} if taught else {})
    folder = Path(config.out) / "corpus" / f"{split}-{key_of(settings)}"

    def build() -> list[Take]:
        takes = takes_of(clips, composed=composed, taught=taught, seed=config.seed, report=report)
        rng = np.random.default_rng([config.seed, 6])
        return takes + climbs(told_of(takes, rng), round(composed * CLIMBS), rng)

    return open_corpus(folder, build)


def _windows(config: TextConfig, corpus: Corpus, norm: Corpus, dropout: Dropout) -> Windows:
    corpus = replace(corpus, mean=norm.mean, scale=norm.scale)
    sentences = Sentences.of([s for _, s in corpus.segments], config.network.tokens)
    return Windows(corpus, sentences, config.network, dropout=dropout, seed=config.seed)
