"""The evaluator's configuration: its networks and their training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from text2sim.language.marks import MARKS
from text2sim.language.tokens import WIDTH


@final
@dataclass(frozen=True, kw_only=True)
class EvaluatorConfig:
    """Sizes of the two networks.

    Attributes:
        features: of a frame.
        tokens, marks: numbers of a token.
        width, heads, feedforward: of the transformers.
        embedding: numbers of an embedding.
        longest: places of the longest sequence, in tokens or fours of frames.
    """

    features: int = 263
    tokens: int = WIDTH
    marks: int = len(MARKS)
    width: int = 160
    heads: int = 4
    feedforward: int = 384
    motion_layers: int = 3
    text_layers: int = 2
    embedding: int = 128
    dropout: float = 0.1
    longest: int = 256


@final
@dataclass(frozen=True, kw_only=True)
class EvaluatorTraining:
    """How the evaluator is trained.

    Attributes:
        steps: at most; it stops before when validation has not improved for `patience` checks.
        batch: pairs a step.
        rate: learning rate at its top, after `warmup` steps; then it falls to 0 along a cosine.
        check: steps between two validations and checkpoints.
        alike: pairs whose sentences' mean vectors have a larger cosine are no counterexamples.
        tellings: automatic sentences a window.
    """

    steps: int = 2000
    batch: int = 96
    rate: float = 8e-4
    warmup: int = 100
    decay: float = 0.05
    check: int = 50
    patience: int = 12
    alike: float = 0.97
    tellings: int = 4
    seed: int = 0
