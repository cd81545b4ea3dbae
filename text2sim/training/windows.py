"""Batches of windows, drawn by (seed, step), so that a run can go on anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from text2sim.data.captioner import mirror_words
from text2sim.data.corpus import FPS, Segment
from text2sim.maths import filters
from text2sim.motion.mdm.config import TokenMDMConfig
from text2sim.motion.ssm import conditioning as plan
from text2sim.motion.ssm.conditioning import manner_channels, path_channels, time_channels
from text2sim.motion.ssm.config import SSMMotionConfig
from text2sim.motion.ssm.features import ARMS, DIM, HEIGHT, LEGS, Anchor, mirrored
from text2sim.training.arrays import Corpus, Sentences
from text2sim.training.config import Dropout

_SMOOTH = (4.0, 14.0)
"""Standard deviations of the Gaussian that makes a plan of a path [frames]."""


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class WindowBatch:
    """Windows, normalised; see `MotionSSM.forward` for shapes.

    `kept` (B, W, `DIM`) marks what of a window is given instead of generated.
    """

    window: np.ndarray
    mask: np.ndarray
    past: np.ndarray
    past_mask: np.ndarray
    plan: np.ndarray
    manner: np.ndarray
    tokens: np.ndarray
    present: np.ndarray
    known: np.ndarray
    kept: np.ndarray
    texts: tuple[str, ...]


@final
class Windows:
    """Draws batches from a corpus."""

    def __init__(
        self, corpus: Corpus, sentences: Sentences, config: SSMMotionConfig | TokenMDMConfig, *,
        dropout: Dropout, seed: int,
    ) -> None:  # fmt: skip
        self.corpus, self.sentences, self.config = corpus, sentences, config
        self.dropout, self.seed = dropout, seed
        self.edges = np.cumsum(corpus.weights)

    def batch(self, step: int, size: int) -> WindowBatch:
        """The batch of a step: the same for the same seed, step and size."""
        rng = np.random.default_rng([self.seed, step])
        chosen = np.searchsorted(self.edges, rng.random(size) * self.edges[-1], side="right")
        rows = [self._row(int(min(i, len(self.edges) - 1)), rng) for i in chosen]
        stacked = [np.stack(part) for part in zip(*(row[:-1] for row in rows))]
        places = [row[-1] for row in rows]
        texts = tuple(text for text, _ in places)
        known = np.array([is_known for _, is_known in places])
        where = [self.sentences.places[text] for text in texts]
        present = self.sentences.present[where]
        length = max(1, int(present.sum(axis=1).max()))
        present = present[:, :length] & (
            (rng.random((size, length)) >= self.dropout.words) | (np.arange(length) == 0)
        )
        return WindowBatch(
            window=stacked[0], mask=stacked[1], past=stacked[2], past_mask=stacked[3],
            plan=stacked[4], manner=stacked[5],
            tokens=self.sentences.tokens[where][:, :length].astype(np.float32),
            present=present, known=known, kept=stacked[6], texts=texts,
        )  # fmt: skip

    def _row(self, index: int, rng: np.random.Generator) -> tuple:
        take, segment = self.corpus.segments[index]
        flip = bool(rng.random() < self.dropout.mirror)
        first = int(self.corpus.starts[take])
        begin, count = _cut(segment, self.config.window, rng)
        back = self._back(begin, rng)
        frames = slice(first + begin - back, first + begin + count)
        raw = np.asarray(self.corpus.features[frames], dtype=np.float32)
        raw = mirrored(raw) if flip else raw
        normal = (raw - self.corpus.mean) / self.corpus.scale
        window, mask = _padded(normal[back:], self.config.window)
        past = normal[:back] + self.dropout.noise * rng.standard_normal(normal[:back].shape)
        past, past_mask = _padded(past.astype(np.float32)[::-1], self.config.history)
        channels = self._plan(take, segment, begin, count, flip, rng)
        text = segment.texts[int(rng.integers(len(segment.texts)))]
        text = mirror_words(text) if flip else text
        known = bool(rng.random() >= self.dropout.text)
        return (
            window, mask, past[::-1], past_mask[::-1], _padded(channels, self.config.window)[0],
            self._manner(take, segment, rng), self._kept(count, rng), (text, known),
        )  # fmt: skip

    def _kept(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """What of a window of `count` frames is given, (W, `DIM`)."""
        result = np.zeros((self.config.window, DIM), dtype=bool)
        if rng.random() >= self.dropout.kept:
            return result
        draw = rng.random()
        if draw < 0.35:
            result[count - int(rng.integers(1, 4)) : count] = True
        elif draw < 0.55:
            for _ in range(int(rng.integers(1, 4))):
                first = int(rng.integers(count))
                result[first : first + int(rng.integers(1, 4))] = True
        elif draw < 0.7:
            result[:, HEIGHT] = True
        else:
            result[:, LEGS if draw < 0.88 else ARMS] = True
        result[count:] = False
        return result

    def _back(self, begin: int, rng: np.random.Generator) -> int:
        """How many past frames the window gets to see."""
        there = min(begin, self.config.history)
        draw = rng.random()
        if draw < self.dropout.history:
            return 0
        return min(there, int(rng.integers(1, 5))) if draw < 0.25 else there

    def _plan(
        self, take: int, segment: Segment, begin: int, count: int, flip: bool,
        rng: np.random.Generator,
    ) -> np.ndarray:  # fmt: skip
        """Plan channels (T, `PLAN`) with what is left out at zero."""
        off, result = self.dropout, np.zeros((count, plan.PLAN), dtype=np.float32)
        start, stop = (int(edge) for edge in self.corpus.starts[take : take + 2])
        place = np.asarray(self.corpus.places[start:stop], dtype=np.float64)
        if rng.random() >= off.path:
            if flip:
                place = place * [1.0, -1.0, -1.0]
            sigma = float(rng.uniform(*_SMOOTH))
            smooth = filters.gaussian(place, min(sigma, 0.3 * len(place)))
            x, y, yaw = _before(place, begin)
            anchor = Anchor(x=x, y=y, yaw=yaw)
            channels = path_channels(
                smooth[begin : begin + count], anchor, smooth[max(begin - 1, 0)]
            )
            if rng.random() < off.facing:
                channels[:, plan.FACING] = 0.0
                channels[:, plan.FACING_KNOWN] = 0.0
            result[:, :9] = channels
        if rng.random() >= off.ground or "terrain" in segment.tags:
            result[:, plan.GROUND] = self.corpus.ground[start + begin : start + begin + count]
        if rng.random() >= off.times:
            frames = np.arange(begin, begin + count)
            result[:, plan.TIMES] = time_channels(
                (frames - segment.start) / FPS, (segment.stop - 1 - frames) / FPS
            )
        return result

    def _manner(self, take: int, segment: Segment, rng: np.random.Generator) -> np.ndarray:
        start = int(self.corpus.starts[take])
        speed = None
        if rng.random() >= self.dropout.speed:
            way = self.corpus.places[start + segment.start : start + segment.stop, :2]
            smooth = filters.gaussian(np.asarray(way, dtype=np.float64), min(4.0, 0.3 * len(way)))
            speed = float(np.linalg.norm(np.diff(smooth, axis=0), axis=1).mean() * FPS)
        tags = segment.tags if rng.random() >= self.dropout.tags else None
        return manner_channels(speed, tags).astype(np.float32)


def _cut(segment: Segment, size: int, rng: np.random.Generator) -> tuple[int, int]:
    """First frame and number of frames of a window in a segment: its ends are drawn more often."""
    room = max(segment.stop - segment.start - size, 0)
    draw = rng.random()
    offset = 0 if draw < 0.3 else room if draw < 0.5 else int(rng.integers(room + 1))
    begin = segment.start + offset
    return begin, min(size, segment.stop - begin)


def _before(place: np.ndarray, begin: int) -> np.ndarray:
    """Place (3,) of the frame before `begin`, carried on backward from the first two if need be."""
    return place[begin - 1] if begin else 2.0 * place[0] - place[1]


def _padded(values: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Values (T, ...) with zeros after them, (size, ...), and where values are, (size,)."""
    result = np.zeros((size, *values.shape[1:]), dtype=np.float32)
    result[: len(values)] = values
    return result, np.arange(size) < len(values)
