"""Windows of pairs: a motion as it was asked for, its physical state, and how a body did it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import final

import numpy as np

from text2sim.errors import ResourceError
from text2sim.maths import rotation6d
from text2sim.motion.ssm.features import encode, statistics
from text2sim.refine.changes import reference_ground
from text2sim.refine.config import PhysicsSSMConfig
from text2sim.refine.pairs import FPS, SHORTEST, Pair, listed, load
from text2sim.refine.state import LOAD
from text2sim.types import Track

CONTEXT_NOISE = 0.03
"""Standard deviation of noise on the normalised context: what was corrected is never perfect."""


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class PairBatch:
    """B windows; C frames of context and W of the window.

    Attributes:
        motion: normalised features: what was done, then what is asked for, (B, C + W, F).
        state: physical state of the window, 0 in the context, (B, C + W, S).
        there: frames that there are, (B, C + W).
        mask: those of the window, (B, W).
        root: asked for [m], (B, W, 3). local: rotations asked for, (B, W, 22, 3, 3).
        facing: way the body faces [rad], (B, W).
        wanted_root, wanted_local: what it should become: undisturbed motion.
        contact: sole points that surely touch in what the body did, (B, W, 4) bool.
        load: what feet and the rest bear in what it did [W], (B, W, 3).
        ground: height under the soles [m], (B, W, 4).
        assist: force on the pelvis [W], (B, W).
    """

    motion: np.ndarray
    state: np.ndarray
    there: np.ndarray
    mask: np.ndarray
    root: np.ndarray
    local: np.ndarray
    facing: np.ndarray
    wanted_root: np.ndarray
    wanted_local: np.ndarray
    contact: np.ndarray
    load: np.ndarray
    ground: np.ndarray
    assist: np.ndarray


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class _Clip:
    """A pair as windows need it; see `PairBatch`."""

    asked: np.ndarray
    wanted: np.ndarray
    asked_state: np.ndarray
    root: np.ndarray
    local: np.ndarray
    facing: np.ndarray
    wanted_root: np.ndarray
    wanted_local: np.ndarray
    contact: np.ndarray
    load: np.ndarray
    ground: np.ndarray
    assist: np.ndarray


@final
class PairWindows:
    """Draws batches of windows from pairs."""

    def __init__(
        self, clips: Sequence[_Clip], config: PhysicsSSMConfig, mean: np.ndarray,
        scale: np.ndarray, *, stateless: float, seed: int,
    ) -> None:  # fmt: skip
        self.clips, self.config, self.mean, self.scale = clips, config, mean, scale
        self.stateless, self.seed = stateless, seed
        self.edges = np.cumsum([len(clip.root) for clip in clips])

    def batch(self, step: int, size: int) -> PairBatch:
        """The batch of a step: the same for the same seed, step and size."""
        rng = np.random.default_rng([self.seed, step])
        chosen = np.searchsorted(self.edges, rng.random(size) * self.edges[-1], side="right")
        rows = [self._row(self.clips[int(min(i, len(self.clips) - 1))], rng) for i in chosen]
        return PairBatch(**{name: np.stack([row[name] for row in rows]) for name in rows[0]})

    def _row(self, clip: _Clip, rng: np.random.Generator) -> dict[str, np.ndarray]:
        config, total = self.config, len(clip.root)
        begin = int(rng.integers(max(1, total - config.window + 1)))
        count = min(config.window, total - begin)
        back = min(begin, config.context) if rng.random() > 0.1 else 0
        part, before = slice(begin, begin + count), slice(begin - back, begin)
        past = (clip.wanted[before] - self.mean) / self.scale
        past = past + CONTEXT_NOISE * rng.standard_normal(past.shape)
        now = (clip.asked[part] - self.mean) / self.scale
        state = np.concatenate([np.zeros((back, config.states)), clip.asked_state[part]])
        if rng.random() < self.stateless:
            state = np.zeros_like(state)
        lead, trail = config.context - back, config.window - count
        whole = {
            "motion": _padded(np.concatenate([past, now]), lead, trail),
            "state": _padded(state, lead, trail),
            "there": _padded(np.ones(back + count, dtype=bool), lead, trail),
            "mask": _padded(np.ones(count, dtype=bool), 0, trail),
        }
        for item in fields(PairBatch):
            if item.name not in whole:
                whole[item.name] = _padded(getattr(clip, item.name)[part], 0, trail)
        for name in ("local", "wanted_local"):
            whole[name][count:] = np.eye(3)
        return whole


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class PreparedPairs:
    """Windows to train on and to look at, and what features are normalised by."""

    train: PairWindows
    held: PairWindows | None
    mean: np.ndarray
    scale: np.ndarray

    def normalised(self, mean: np.ndarray, scale: np.ndarray) -> PreparedPairs:
        """The same with features normalised by mean and scale."""
        for part in (self.train, self.held):
            if part is not None:
                part.mean, part.scale = mean, scale
        return PreparedPairs(train=self.train, held=self.held, mean=mean, scale=scale)

    @property
    def windows(self) -> float:
        """How many windows side by side the pairs hold."""
        return self.train.edges[-1] / self.train.config.window


def prepare_pairs(
    folder: Path, held: Path | None, config: PhysicsSSMConfig, *, stateless: float, seed: int,
    report: Callable[[str], None],
) -> PreparedPairs:  # fmt: skip
    """Open folders of pairs.

    Raises:
        ResourceError: there are no pairs, or one is damaged.
    """
    clips = _clips(folder, report)
    mean, scale = statistics(np.concatenate([clip.wanted for clip in clips]))
    train = PairWindows(clips, config, mean, scale, stateless=stateless, seed=seed)
    other = None
    if held is not None:
        other = PairWindows(
            _clips(held, report), config, mean, scale, stateless=float(stateless >= 1.0), seed=7
        )
    return PreparedPairs(train=train, held=other, mean=mean, scale=scale)


def _clips(folder: Path, report: Callable[[str], None]) -> list[_Clip]:
    """The pairs of a folder; those in which the body fell at once are left out."""
    found, short = [], 0
    rows = listed(folder)
    clean = {(row["id"], row["engine"]): row["file"] for row in rows if row["source"] == "recorded"}
    for row in rows:
        pair = load(folder / row["file"])
        if pair.frames < SHORTEST:
            short += 1
            continue
        whole = clean[row["id"], row["engine"]] if row["source"] == "disturbed" else row["file"]
        found.append(_clip(pair, load(folder / whole).asked()))
    if not found:
        raise ResourceError(f"{folder} holds no pair in which a body kept up for a second.")
    seconds = sum(len(clip.root) for clip in found) / FPS
    report(f"{folder}: {len(found)} pairs, {seconds / 60:.0f} min; {short} left out (falls)")
    return found


def _clip(pair: Pair, wanted: Track) -> _Clip:
    """What windows need of a pair whose motion should become another."""
    size, asked = pair.frames, pair.asked()
    ground = pair.ground[:size]
    base = reference_ground(ground)
    features, place = encode(asked, base)
    return _Clip(
        asked=features, wanted=encode(wanted, base)[0], asked_state=pair.reference_state[:size],
        root=asked.root_positions.astype(np.float32), local=matrices(asked.rotations_wxyz),
        facing=place[:, 2].astype(np.float32),
        wanted_root=wanted.root_positions.astype(np.float32),
        wanted_local=matrices(wanted.rotations_wxyz),
        contact=_sure(pair.simulated_contacts[:size]), load=pair.simulated_state[:size, LOAD],
        ground=ground, assist=pair.assist[:size, 0],
    )  # fmt: skip


def _sure(contact: np.ndarray) -> np.ndarray:
    """Contacts (T, 4) without their first and last frames, when feet still land or leave."""
    held = np.pad(contact, ((1, 1), (0, 0)), mode="edge")
    return held[:-2] & held[1:-1] & held[2:]


def matrices(rotations_wxyz: np.ndarray) -> np.ndarray:
    """Rotation matrices (..., 3, 3) float32 of quaternions (..., 4)."""
    return rotation6d.to_matrix(rotation6d.from_quaternion(rotations_wxyz)).astype(np.float32)


def _padded(values: np.ndarray, lead: int, trail: int) -> np.ndarray:
    """Values (T, ...) with zeros before and after them."""
    around = [(lead, trail)] + [(0, 0)] * (values.ndim - 1)
    kind = values.dtype if values.dtype == bool else np.float32
    return np.pad(values, around).astype(kind)
