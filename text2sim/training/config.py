"""Everything that a training run is told: the one configuration, and the options of the command."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, final, get_args

from text2sim.errors import ConfigError
from text2sim.motion.ssm.config import SSMMotionConfig

Objective = Literal["flow", "regression"]
Precision = Literal["32-true", "bf16-mixed", "16-mixed"]
OBJECTIVES, PRECISIONS = get_args(Objective), get_args(Precision)


@final
@dataclass(frozen=True, kw_only=True)
class LossWeights:
    """How much each loss counts; see `text2sim.training.losses`.

    Attributes:
        flow: squared error of the clean window, over 1 - t.
        velocity: the same of differences from frame to frame.
        fk: squared error of joint positions that follow from the rotations [dm].
        skate: squared error of the velocity of feet that touch the ground [dm/frame].
        agree: difference of the predicted positions from those of the rotations [dm].
    """

    flow: float = 1.0
    velocity: float = 0.5
    fk: float = 0.5
    skate: float = 2.0
    agree: float = 0.1


@final
@dataclass(frozen=True, kw_only=True)
class Dropout:
    """How often each part of the condition is left out in training.

    Attributes:
        text: all of it.
        words: each word.
        path: where to go.
        facing: how to face, where the path is given.
        ground: heights of the ground, where it is flat.
        times: since the beginning and until the end.
        speed: over ground.
        tags: of style and source.
        history: past frames.
        mirror: how often a window is mirrored.
        noise: standard deviation of the noise on past frames, in scales of the features.
    """

    text: float = 0.12
    words: float = 0.05
    path: float = 0.5
    facing: float = 0.3
    ground: float = 0.3
    times: float = 0.25
    speed: float = 0.6
    tags: float = 0.2
    history: float = 0.15
    mirror: float = 0.5
    noise: float = 0.08


@final
@dataclass(frozen=True, kw_only=True)
class SSMTrainingConfig:
    """A run of `text2sim train motion-ssm`.

    Attributes:
        out: folder of the run: checkpoints, logs, sheets, the corpus.
        data: folder of motion with captions (HumanML3D, KIT-ML, a pack, ...); None: the open pack.
        objective: "flow" matching, or "regression" to the mean as a baseline.
        epochs: passes over the corpus; the run ends after them.
        steps: end after so many steps instead.
        minutes: stop this sitting after so many minutes; the run can be resumed.
        batch_size: windows a step.
        learning_rate: after `warmup` steps; falls to a twentieth over the last `decay` of the run.
        composed: compositions that are added to the corpus.
        seed: of everything that is drawn.
        precision: of the matrix products; weights stay in 32 bits.
        accelerator, devices: as Lightning Fabric understands them.
        checkpoint_every, log_every, sheet_every: steps between them; 0 sheets makes none.
        ema: decay of the average of the weights that is released.
        clip: longest gradient.
    """

    out: Path = Path("runs/motion-ssm")
    data: Path | None = None
    objective: Objective = "flow"
    epochs: int | None = None
    steps: int | None = None
    minutes: float | None = None
    batch_size: int = 32
    learning_rate: float = 6e-4
    warmup: int = 200
    decay: float = 0.3
    weight_decay: float = 0.02
    composed: int = 600
    seed: int = 0
    precision: Precision = "bf16-mixed"
    accelerator: str = "cpu"
    devices: int = 1
    checkpoint_every: int = 400
    log_every: int = 50
    sheet_every: int = 0
    ema: float = 0.999
    clip: float = 1.0
    network: SSMMotionConfig = field(default_factory=SSMMotionConfig)
    losses: LossWeights = field(default_factory=LossWeights)
    dropout: Dropout = field(default_factory=Dropout)

    def __post_init__(self) -> None:
        choices = {"objective": OBJECTIVES, "precision": PRECISIONS}
        for name, known in choices.items():
            if getattr(self, name) not in known:
                raise ConfigError(
                    f"{name} must be one of {', '.join(known)}; got {getattr(self, name)!r}."
                )
        for name in ("batch_size", "warmup", "checkpoint_every", "log_every", "devices"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} must be over 0; got {getattr(self, name)}.")
        for name in ("epochs", "steps", "minutes"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise ConfigError(f"{name} must be over 0; got {value}.")
        if not 0.0 < self.learning_rate < 1.0 or not 0.0 <= self.ema < 1.0:
            raise ConfigError(
                "learning_rate must lie between 0 and 1, and ema from 0 to below 1; got "
                f"{self.learning_rate:g} and {self.ema:g}."
            )
        if self.composed < 0 or not 0.0 <= self.decay <= 1.0:
            raise ConfigError(
                "composed must be 0 or more and decay from 0 to 1; got "
                f"{self.composed} and {self.decay:g}."
            )

    def as_json(self) -> dict[str, Any]:
        """As JSON-ready values."""
        return json.loads(json.dumps(dataclasses.asdict(self), default=str))


def config_from(options: dict[str, Any]) -> SSMTrainingConfig:
    """A configuration from options by name; those of its parts are called "part__name".

    Raises:
        ConfigError: a value does not fit.
    """
    own = {name: value for name, value in options.items() if "__" not in name}
    for part, kind in (("network", SSMMotionConfig), ("losses", LossWeights), ("dropout", Dropout)):
        prefix = f"{part}__"
        own[part] = kind(
            **{n[len(prefix) :]: v for n, v in options.items() if n.startswith(prefix)}
        )
    return SSMTrainingConfig(**own)


def total_steps(config: SSMTrainingConfig, windows: float) -> int:
    """Steps of the whole run, for a corpus that holds so many windows."""
    if config.steps is not None:
        return config.steps
    return max(1, round((config.epochs or 100) * windows / config.batch_size))


def rate_at(config: SSMTrainingConfig, step: int, total: int) -> float:
    """Learning rate of a step: up, level, and down at the end."""
    start = total * (1.0 - config.decay)
    down = 1.0 if step <= start else 1.0 - 0.95 * (step - start) / max(total - start, 1.0)
    return config.learning_rate * min(1.0, (step + 1) / config.warmup) * max(down, 0.05)
