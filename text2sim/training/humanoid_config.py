"""The one configuration of `text2sim train humanoid`."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, final, get_args

from text2sim.errors import ConfigError

Humanoid = Literal["Humanoid-v4", "Humanoid-v5"]
FREE = {"out", "minutes", "steps", "log_every"}
"""Settings that may change when a run goes on."""


@final
@dataclass(frozen=True, kw_only=True)
class HumanoidConfig:
    """A run of `text2sim train humanoid`.

    Attributes:
        out: folder of the run: checkpoints and the curve.
        env: Gymnasium's name, "Humanoid-v4" or "Humanoid-v5".
        steps: of all environments together at which the run ends.
        minutes: stop this sitting after so many minutes; the run can be resumed.
        envs: environments side by side.
        horizon: steps of each between two updates.
        minibatch, epochs, learning_rate, gamma, lam, clip: as in `text2sim train controller`.
        entropy, value: weights of these terms of the loss.
        gradient: longest.
        seed: of everything that is drawn.
        log_every: steps between two rows of the curve, and between checkpoints.
    """

    out: Path = Path("runs/humanoid-ppo")
    env: Humanoid = "Humanoid-v4"
    steps: int = 1_000_000
    minutes: float | None = None
    envs: int = 1
    horizon: int = 512
    minibatch: int = 256
    epochs: int = 5
    learning_rate: float = 3.56987e-05
    gamma: float = 0.95
    lam: float = 0.9
    clip: float = 0.3
    entropy: float = 0.00238306
    value: float = 0.431892
    gradient: float = 2.0
    seed: int = 0
    log_every: int = 10_000

    def __post_init__(self) -> None:
        if self.env not in get_args(Humanoid):
            raise ConfigError(f"env must be {' or '.join(get_args(Humanoid))}; got {self.env!r}.")
        for name in ("steps", "envs", "horizon", "minibatch", "epochs", "log_every"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} must be over 0; got {getattr(self, name)}.")
        if self.minutes is not None and not self.minutes > 0.0:
            raise ConfigError(f"minutes must be over 0; got {self.minutes}.")

    def as_json(self) -> dict[str, Any]:
        """As JSON-ready values."""
        return json.loads(json.dumps(dataclasses.asdict(self), default=str))
