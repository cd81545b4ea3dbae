"""Motions made worse on purpose, as generators do: the refiner learns to undo it."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from text2sim.maths import filters
from text2sim.maths import quaternions as quat
from text2sim.skeleton import INDEX
from text2sim.types import Track

Array = NDArray[np.floating]

_SINK = 0.025
"""Standard deviation of the slow error of height [m]."""
_DRIFT = 0.02
"""Of the error of the place on the level, which makes feet slide [m]."""
_LEGS, _OTHERS = 0.05, 0.025
"""Of turns of leg joints and of all others [rad]."""
_LEG_JOINTS = tuple(
    INDEX[f"{side}_{part}"] for side in ("left", "right") for part in ("hip", "knee", "ankle")
)


def disturbed(track: Track, fps: float, rng: np.random.Generator) -> Track:
    """The track with feet that slide, float and sink, and joints that tremble.

    How much is drawn too: some come out nearly clean.
    """
    count, strength = len(track.root_positions), float(rng.beta(1.5, 2.0))
    slow, quick = 0.25 * fps, 0.05 * fps
    sink = _SINK * _wander(rng, (count, 1), 3.0 * slow)
    drift = _DRIFT * _wander(rng, (count, 2), slow)
    root = track.root_positions + 2.0 * strength * np.concatenate([drift, sink], axis=1)
    size = np.full(22, _OTHERS)
    size[list(_LEG_JOINTS)] = _LEGS
    turns = size[:, None] * (
        _wander(rng, (count, 22, 3), slow) + 0.4 * _wander(rng, (count, 22, 3), quick)
    )
    rotations = quat.mul(track.rotations_wxyz, quat.exp(2.0 * strength * turns))
    return dataclasses.replace(track, root_positions=root, rotations_wxyz=quat.unroll(rotations))


def _wander(rng: np.random.Generator, shape: tuple[int, ...], sigma: float) -> Array:
    """Smooth noise of standard deviation 1 along axis 0."""
    noise = filters.gaussian(rng.standard_normal(shape), min(sigma, 0.3 * shape[0]))
    return noise / np.maximum(noise.std(axis=0, keepdims=True), 1e-6)
