"""The one configuration of `text2sim train controller`."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, final

from text2sim.errors import ConfigError
from text2sim.imitation.suites import SUITES, Suite
from text2sim.imitation.task import RewardWeights, Task

FREE = {"out", "suite", "minutes", "samples", "checkpoint_every", "threads", "init"}
"""Settings that may change when a run goes on."""


@final
@dataclass(frozen=True, kw_only=True)
class TrackerConfig:
    """A run of `text2sim train controller`.

    Attributes:
        out: folder of the run: checkpoints and logs.
        suite: motions to follow: "walk", "core", "locomotion" or "terrain".
        init: folder of another run to begin from, its weights and normaliser.
        samples: decisions of all bodies together at which the run ends.
        minutes: stop this sitting after so many minutes; the run can be resumed.
        rows: bodies side by side.
        horizon: decisions of each between two updates.
        width: of the hidden layers of policy and value; the first is half as wide again.
        learning_rate: at the start; it follows the divergence of an update from 1e-4 to 1e-3.
        gamma, lam: discount, and that of advantages (Schulman et al. 2016).
        epochs: passes over the samples of an update.
        minibatch: samples a gradient step.
        clip: of the probability ratio (Schulman et al. 2017, equation 7).
        noise: standard deviation of actions at the start.
        anneal: share of the assist that a clip loses at each update, once at least `steady` of its
            episodes keep up; the assist ends at zero.
        steady: see `anneal`.
        threads: that step bodies.
        seed: of everything that is drawn.
        checkpoint_every: updates between checkpoints.
    """

    out: Path = Path("runs/controller")
    suite: Suite = "core"
    init: Path | None = None
    samples: int = 50_000_000
    minutes: float | None = None
    rows: int = 320
    horizon: int = 32
    width: int = 256
    learning_rate: float = 3e-4
    gamma: float = 0.97
    lam: float = 0.95
    epochs: int = 4
    minibatch: int = 2048
    clip: float = 0.2
    noise: float = 0.2
    anneal: float = 0.02
    steady: float = 0.5
    threads: int = 1
    seed: int = 0
    checkpoint_every: int = 20
    task: Task = field(default_factory=Task)
    weights: RewardWeights = field(default_factory=RewardWeights)

    def __post_init__(self) -> None:
        if self.suite not in SUITES:
            raise ConfigError(f"suite must be one of {', '.join(SUITES)}; got {self.suite!r}.")
        for name in ("samples", "rows", "horizon", "width", "epochs", "minibatch", "threads",
                     "checkpoint_every"):  # fmt: skip
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} must be over 0; got {getattr(self, name)}.")
        for name in ("gamma", "lam", "clip", "noise", "learning_rate", "steady"):
            if not 0.0 < getattr(self, name) < 1.0:
                raise ConfigError(f"{name} must lie between 0 and 1; got {getattr(self, name)}.")
        if self.minutes is not None and not self.minutes > 0.0:
            raise ConfigError(f"minutes must be over 0; got {self.minutes}.")

    def as_json(self) -> dict[str, Any]:
        """As JSON-ready values."""
        return json.loads(json.dumps(dataclasses.asdict(self), default=str))
