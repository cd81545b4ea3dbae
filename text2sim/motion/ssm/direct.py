"""Motion of a sentence and a length alone: no plan, no scene. For evaluation, and to play with."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from text2sim.edit.feet import grounded, locked
from text2sim.errors import ConfigError
from text2sim.motion.ssm.conditioning import GROUND_KNOWN, PLAN, TIMES, time_channels
from text2sim.motion.ssm.features import FPS, Anchor, Array, decode, steadied
from text2sim.motion.ssm.onnx_network import OnnxNetwork
from text2sim.motion.ssm.sampler import Request, Sampler
from text2sim.resources import resource
from text2sim.types import Track

LONGEST = 3600.0
"""Longest motion [s]."""


def generate(text: str, duration: float, seed: int, *, sampler: Sampler | None = None) -> Track:
    """A track at `FPS` of what a sentence says, of so many seconds.

    Args:
        text: "" for whatever comes.
        duration: [s], 0.1 to 3600.
        seed: the same seed gives the same track.
        sampler: None: the released model as it is.

    Raises:
        ConfigError: the duration is not usable.
    """
    if not math.isfinite(duration) or not 0.1 <= duration <= LONGEST:
        raise ConfigError(f"duration must lie between 0.1 and {LONGEST:g} s; got {duration!r}.")
    sampler = sampler or _released()
    features = spoken(sampler, text, np.random.default_rng(seed), frames=round(duration * FPS))
    track = decode(steadied(features), Anchor())
    return locked(grounded(track, FPS, _floor), FPS) if track.contacts.any() else track


def spoken(
    sampler: Sampler, text: str, rng: np.random.Generator, *, frames: int,
    tags: tuple[str, ...] | None = (),
) -> Array:  # fmt: skip
    """Features (T, `DIM`) of a sentence from its words and its length, on a floor."""
    stream, parts, size = sampler.start(), [], sampler.network.config.window
    for start in range(0, frames, size):
        steps = np.arange(start, min(start + size, frames))
        plan = np.zeros((len(steps), PLAN))
        plan[:, GROUND_KNOWN] = 1.0
        plan[:, TIMES] = time_channels(steps / FPS, (frames - 1 - steps) / FPS)
        request = Request(text=text, frames=len(steps), plan=plan, tags=tags)
        made, stream = sampler.window(stream, request, rng)
        parts.append(made)
    return np.concatenate(parts)


def _floor(points: Array) -> Array:
    return np.zeros(np.asarray(points).shape[:-1])


@lru_cache(maxsize=1)
def _released() -> Sampler:
    return Sampler(network=OnnxNetwork(resource("models", "motion-ssm")))
