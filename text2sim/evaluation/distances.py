"""How near generated motions are to sentences and to real motions, from embeddings.

Definitions after Guo et al. 2022 (section 5.1 and supplement), on the embeddings of an evaluator; N
motions, N sentences, E numbers each. Docs: docs/evaluation.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from text2sim.errors import ConfigError, ShapeError

Array = NDArray[np.floating]
POOL = 32
TOP = 3


@final
class Interval(NamedTuple):
    """A mean over repeats, and half the width of its 95 % confidence interval; NaN of one."""

    mean: float
    half: float

    def __str__(self) -> str:
        spread = "" if np.isnan(self.half) else f" ±{self.half:.3f}"
        return f"{self.mean:.3f}{spread}"


def interval(values: Sequence[float]) -> Interval:
    """Mean and 1.96 standard errors of repeats, as the papers state them."""
    numbers = np.asarray(values, dtype=np.float64)
    spread = numbers.std(ddof=1) / np.sqrt(len(numbers)) if len(numbers) > 1 else np.nan
    return Interval(float(numbers.mean()), float(1.96 * spread))


def repeated(measure: Callable[[np.random.Generator], float], repeats: int, seed: int) -> Interval:
    """A random measure, `repeats` times, each with a stream of its own."""
    streams = np.random.default_rng(seed).spawn(repeats)
    return interval([measure(rng) for rng in streams])


def r_precision(
    texts: Array, motions: Array, names: Sequence[str], rng: np.random.Generator, *,
    pool: int = POOL,
) -> Array:  # fmt: skip
    """Part of the sentences whose own motion is among the nearest 1, 2 and 3 of a pool, (3,).

    The pairs are dealt into pools of `pool`, and what is left over is out. Motions of a pool whose
    sentence is the same as the one asked for are neither hits nor rivals: nobody could tell them
    apart. Random embeddings reach k / pool if no sentence occurs twice, more otherwise.

    Args:
        texts, motions: (N, E); row i of one belongs to row i of the other.
        names: the sentences, (N,), to find equal ones.
        rng: deals the pools.
        pool: motions to choose from.

    Raises:
        ConfigError: there are fewer pairs than a pool holds.
    """
    texts, motions = _checked(texts, motions)
    if len(texts) < pool or len(names) != len(texts):
        raise ConfigError(
            f"R-precision deals pairs into pools of {pool}; got {len(texts)} pairs, {len(names)} "
            "sentences. Evaluate more clips, or give a smaller pool."
        )
    order = rng.permutation(len(texts))
    order = order[: len(texts) // pool * pool].reshape(-1, pool)
    ranks = [_ranks(texts[group], motions[group], [names[i] for i in group]) for group in order]
    return np.array([np.mean(np.concatenate(ranks) < k) for k in range(1, TOP + 1)])


def _ranks(texts: Array, motions: Array, names: list[str]) -> NDArray[np.intp]:
    """How many rivals are nearer to each sentence than its own motion, or as near, (N,)."""
    distances = np.linalg.norm(texts[:, None] - motions[None], axis=-1)
    own = np.diagonal(distances)[:, None]
    same = np.array([[a == b for b in names] for a in names])
    return np.sum((distances <= own) & ~same, axis=1)


def matching_distance(texts: Array, motions: Array) -> float:
    """Mean distance of motions from their sentences (MM-Dist)."""
    texts, motions = _checked(texts, motions)
    return float(np.linalg.norm(texts - motions, axis=1).mean())


def frechet_distance(real: Array, made: Array) -> float:
    """Fréchet distance of two clouds (N, E) and (M, E), each taken as a Gaussian (FID).

    |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)), Heusel et al. 2017, equation 6.

    Raises:
        ConfigError: there are fewer than two of one.
    """
    real, made = (np.atleast_2d(np.asarray(x, dtype=np.float64)) for x in (real, made))
    if min(len(real), len(made)) < 2 or real.shape[1] != made.shape[1]:
        raise ConfigError(f"FID needs two clouds of one width; got {real.shape} and {made.shape}.")
    root = _square_root(np.cov(real, rowvar=False).reshape(real.shape[1], -1))
    second = np.cov(made, rowvar=False).reshape(made.shape[1], -1)
    # tr((C1 C2)^(1/2)) = tr((C1^(1/2) C2 C1^(1/2))^(1/2)), which is symmetric.
    values = np.linalg.eigvalsh(root @ second @ root)
    crossed = np.sqrt(np.maximum(values, 0.0)).sum()
    traces = np.trace(root @ root) + np.trace(second)
    shift = np.sum((real.mean(axis=0) - made.mean(axis=0)) ** 2)
    return float(max(0.0, shift + traces - 2.0 * crossed))


def diversity(motions: Array, rng: np.random.Generator, *, pairs: int = 300) -> float:
    """Mean distance between `pairs` random pairs of different motions.

    Raises:
        ConfigError: there are fewer than two motions.
    """
    motions = np.asarray(motions, dtype=np.float64)
    if len(motions) < 2:
        raise ConfigError("Diversity needs two motions or more.")
    first = rng.integers(len(motions), size=pairs)
    second = (first + rng.integers(1, len(motions), size=pairs)) % len(motions)
    return float(np.linalg.norm(motions[first] - motions[second], axis=1).mean())


def multimodality(motions: Array, rng: np.random.Generator, *, pairs: int = 10) -> float:
    """Mean distance between random pairs of motions made from one sentence, over sentences.

    Args:
        motions: (C, K, E): K motions for each of C sentences.
        rng: draws the pairs.
        pairs: a sentence.

    Raises:
        ConfigError: there are fewer than two motions a sentence.
    """
    motions = np.asarray(motions, dtype=np.float64)
    if motions.ndim != 3 or motions.shape[1] < 2:
        raise ConfigError(
            f"Multimodality needs (C, K, E) with K of two or more motions a sentence; got "
            f"{motions.shape}."
        )
    return float(np.mean([diversity(group, rng, pairs=pairs) for group in motions]))


def _square_root(matrix: Array) -> Array:
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T


def _checked(texts: Array, motions: Array) -> tuple[Array, Array]:
    texts, motions = (np.asarray(x, dtype=np.float64) for x in (texts, motions))
    if texts.ndim != 2 or texts.shape != motions.shape:
        raise ShapeError(
            f"Give as many sentences as motions, (N, E) each; got {texts.shape}, {motions.shape}."
        )
    return texts, motions
