"""Everything that a training run is told: its configuration is the options of its command."""

from __future__ import annotations

import dataclasses
import json
import typing
from abc import ABC
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar, final, get_args

from text2sim.errors import ConfigError
from text2sim.motion.mdm.config import TokenMDMConfig
from text2sim.motion.ssm.config import SSMMotionConfig
from text2sim.refine.config import PhysicsSSMConfig

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
        kept: how often a part of the window is given: poses to reach, or half of the body.
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
    kept: float = 0.3


@final
@dataclass(frozen=True, kw_only=True)
class RefineWeights:
    """How much each loss counts; see `losses` and `text2sim.training.physics_terms`.

    Attributes:
        place: squared distance of joints from the undisturbed motion [dm2].
        velocity: the same of their ways from frame to frame [cm2].
        turn: squared sine-like distance of rotations.
        physics: of the sum of all terms below.
        penetration, floating, skate, flight, push, balance, torque, jerk: see `physics_terms`.
    """

    place: float = 2.0
    velocity: float = 0.2
    turn: float = 1.0
    physics: float = 0.1
    penetration: float = 20.0
    floating: float = 10.0
    skate: float = 2.0
    flight: float = 2.0
    push: float = 4.0
    balance: float = 0.5
    torque: float = 2.0
    jerk: float = 0.02


@dataclass(frozen=True, kw_only=True)
class TrainingConfig(ABC):
    """What every run is told.

    Attributes:
        out: folder of the run: checkpoints, logs, sheets, the corpus.
        epochs: passes over the corpus; the run ends after them.
        steps: end after so many steps instead.
        minutes: stop this sitting after so many minutes; the run can be resumed.
        batch_size: windows a step.
        learning_rate: after `warmup` steps; falls to a twentieth over the last `decay` of the run.
        seed: of everything that is drawn.
        precision: of the matrix products; weights stay in 32 bits.
        accelerator, devices: as Lightning Fabric understands them.
        checkpoint_every, log_every, sheet_every: steps between them; 0 sheets makes none.
        ema: decay of the average of the weights that is released.
        clip: longest gradient.
    """

    out: Path
    epochs: int | None = None
    steps: int | None = None
    minutes: float | None = None
    batch_size: int = 32
    learning_rate: float = 6e-4
    warmup: int = 200
    decay: float = 0.3
    weight_decay: float = 0.02
    seed: int = 0
    precision: Precision = "bf16-mixed"
    accelerator: str = "cpu"
    devices: int = 1
    checkpoint_every: int = 400
    log_every: int = 50
    sheet_every: int = 0
    ema: float = 0.999
    clip: float = 1.0

    def __post_init__(self) -> None:
        check_choice(self, "precision", PRECISIONS)
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
        if not 0.0 <= self.decay <= 1.0:
            raise ConfigError(f"decay must lie between 0 and 1; got {self.decay:g}.")

    def as_json(self) -> dict[str, Any]:
        """As JSON-ready values."""
        return json.loads(json.dumps(dataclasses.asdict(self), default=str))


@dataclass(frozen=True, kw_only=True)
class MotionTrainingConfig(TrainingConfig):
    """What every run on captioned motion is told.

    Attributes:
        data: folder of motion with captions (HumanML3D, KIT-ML, a pack, ...); None: the open pack.
        composed: compositions that are added to the corpus.
        lessons: short takes of one thing each that are added, see `text2sim.data.lessons`.
    """

    data: Path | None = None
    composed: int = 600
    lessons: int = 700

    def __post_init__(self) -> None:
        TrainingConfig.__post_init__(self)
        if min(self.composed, self.lessons) < 0:
            raise ConfigError(
                f"composed and lessons must be 0 or more; got {self.composed} and {self.lessons}."
            )


@final
@dataclass(frozen=True, kw_only=True)
class SSMTrainingConfig(MotionTrainingConfig):
    """A run of `text2sim train motion-ssm`.

    Attributes:
        objective: "flow" matching, or "regression" to the mean as a baseline.
    """

    out: Path = Path("runs/motion-ssm")
    objective: Objective = "flow"
    network: SSMMotionConfig = field(default_factory=SSMMotionConfig)
    losses: LossWeights = field(default_factory=LossWeights)
    dropout: Dropout = field(default_factory=Dropout)

    def __post_init__(self) -> None:
        check_choice(self, "objective", OBJECTIVES)
        MotionTrainingConfig.__post_init__(self)


@final
@dataclass(frozen=True, kw_only=True)
class MDMTrainingConfig(MotionTrainingConfig):
    """A run of `text2sim train mdm`: MDM's architecture on what MotionSSM is trained on.

    Attributes:
        diffusion: steps of the cosine schedule.
        geometric: weight of MDM's losses of joints, velocities and feet; 0 as in its text models.
        untold: how often the sentence is left out.
        mirror: how often a window is mirrored.
    """

    out: Path = Path("runs/mdm")
    learning_rate: float = 4e-4
    diffusion: int = 50
    geometric: float = 0.0
    untold: float = 0.1
    mirror: float = 0.5
    network: TokenMDMConfig = field(default_factory=TokenMDMConfig)

    def __post_init__(self) -> None:
        MotionTrainingConfig.__post_init__(self)
        if not 2 <= self.diffusion <= 10_000:
            raise ConfigError(f"diffusion must lie between 2 and 10000; got {self.diffusion}.")
        for name in ("untold", "mirror"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise ConfigError(f"{name} must lie between 0 and 1; got {getattr(self, name):g}.")
        if not self.geometric >= 0.0:
            raise ConfigError(f"geometric must be 0 or more; got {self.geometric:g}.")

    @property
    def dropout(self) -> Dropout:
        """As windows are drawn: the network sees sentences alone."""
        return Dropout(
            text=self.untold, words=0.0, path=1.0, ground=1.0, times=1.0, speed=1.0, tags=1.0,
            history=1.0, mirror=self.mirror, noise=0.0, kept=0.0,
        )  # fmt: skip


@final
@dataclass(frozen=True, kw_only=True)
class PhysicsTrainingConfig(TrainingConfig):
    """A run of `text2sim train physics-ssm` on pairs of `text2sim data simulate`.

    Attributes:
        pairs: folder of pairs to train on.
        held: folder of pairs to look at; None holds nothing out.
        stateless: how often the physical state is left out; 1 trains without it.
    """

    out: Path = Path("runs/physics-ssm")
    pairs: Path = Path("runs/pairs")
    held: Path | None = None
    stateless: float = 0.1
    batch_size: int = 16
    learning_rate: float = 5e-4
    network: PhysicsSSMConfig = field(default_factory=PhysicsSSMConfig)
    losses: RefineWeights = field(default_factory=RefineWeights)

    def __post_init__(self) -> None:
        TrainingConfig.__post_init__(self)
        if not 0.0 <= self.stateless <= 1.0:
            raise ConfigError(f"stateless must lie between 0 and 1; got {self.stateless:g}.")


TextConfig = SSMTrainingConfig | MDMTrainingConfig
RunConfig = TextConfig | PhysicsTrainingConfig


def check_choice(config: TrainingConfig, name: str, known: tuple[str, ...]) -> None:
    """That a field is one of a few words.

    Raises:
        ConfigError: it is not.
    """
    if getattr(config, name) not in known:
        raise ConfigError(
            f"{name} must be one of {', '.join(known)}; got {getattr(config, name)!r}."
        )


Config = TypeVar("Config", bound=TrainingConfig)


def parts_of(kind: type) -> dict[str, type]:
    """Fields of a configuration that are dataclasses themselves, by name."""
    hints = typing.get_type_hints(kind)
    fields = [item.name for item in dataclasses.fields(kind)]
    return {name: hints[name] for name in fields if dataclasses.is_dataclass(hints[name])}


def config_from(kind: type[Config], options: dict[str, Any]) -> Config:
    """A configuration from options by name; those of its parts are called "part__name".

    Raises:
        ConfigError: a value does not fit.
    """
    own = {name: value for name, value in options.items() if "__" not in name}
    for part, inner in parts_of(kind).items():
        prefix = f"{part}__"
        own[part] = inner(
            **{n[len(prefix) :]: v for n, v in options.items() if n.startswith(prefix)}
        )
    return kind(**own)


def total_steps(config: TrainingConfig, windows: float) -> int:
    """Steps of the whole run, for a corpus that holds so many windows."""
    if config.steps is not None:
        return config.steps
    return max(1, round((config.epochs or 100) * windows / config.batch_size))


def rate_at(config: TrainingConfig, step: int, total: int) -> float:
    """Learning rate of a step: up, level, and down at the end."""
    start = total * (1.0 - config.decay)
    down = 1.0 if step <= start else 1.0 - 0.95 * (step - start) / max(total - start, 1.0)
    return config.learning_rate * min(1.0, (step + 1) / config.warmup) * max(down, 0.05)
