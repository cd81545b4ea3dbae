"""What a run learns: the parts of a run that differ from model to model."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from torch import Tensor, nn

from text2sim.data.corpus import FPS
from text2sim.training.config import (
    MDMTrainingConfig,
    PhysicsTrainingConfig,
    RunConfig,
    TextConfig,
)
from text2sim.types.motion import Motion

if TYPE_CHECKING:
    from text2sim.types import Track

PROMPTS = (
    "a person walks forward at a normal pace.", "a person runs forward.",
    "a person turns left by 90 degrees.", "a person waves with the right hand.",
    "a person kicks with the left leg.", "a person jumps up twice.",
)  # fmt: skip
"""What the sample sheets of text models show."""


class Batches(Protocol):
    """Where batches come from."""

    def batch(self, step: int, size: int) -> Any:
        """A dataclass of arrays: the same for the same step and size."""
        ...


class Data(Protocol):
    """What a run draws from; `held` is None where nothing is held out."""

    @property
    def train(self) -> Batches:
        """To train on."""
        ...

    @property
    def held(self) -> Batches | None:
        """To look at."""
        ...

    @property
    def mean(self) -> np.ndarray:
        """Of the features, (F,)."""
        ...

    @property
    def scale(self) -> np.ndarray:
        """Of the features, (F,)."""
        ...

    @property
    def windows(self) -> float:
        """How many windows lie side by side."""
        ...

    def normalised(self, mean: np.ndarray, scale: np.ndarray) -> Data:
        """The same with features normalised by mean and scale."""
        ...


class Task(Protocol):
    """What a run learns."""

    def prepare(self, report: Callable[[str], None]) -> Data:
        """Open or build what the run draws from.

        Raises:
            ResourceError: there is no such data, or nothing in it can be used.
        """
        ...

    def network(self) -> nn.Module:
        """A fresh network."""
        ...

    def losses(
        self, net: nn.Module, values: dict[str, Tensor], generator: Any, scale: Tensor, mean: Tensor
    ) -> dict[str, Tensor]:
        """Losses of a batch by name, their weighted sum as "loss".

        Args:
            net: to ask.
            values: the arrays of a batch.
            generator: of all that is drawn.
            scale, mean: of the features, (F,).
        """
        ...

    def shown(self, net: nn.Module, mean: np.ndarray, scale: np.ndarray, seed: int) -> Motion:
        """What the sample sheet shows of a trained network."""
        ...


class TextTask(ABC):
    """A task of a network that makes motions of sentences."""

    config: Any

    def prepare(self, report: Callable[[str], None]) -> Data:
        """The corpus of the run's data."""
        from text2sim.training.corpus import prepare

        return prepare(self.config, report)

    @abstractmethod
    def tell(
        self, net: nn.Module, mean: np.ndarray, scale: np.ndarray, text: str, duration: float,
        seed: int,
    ) -> Track:  # fmt: skip
        """What a trained network makes of a sentence in so many seconds, at 20 frames/s."""

    def shown(self, net: nn.Module, mean: np.ndarray, scale: np.ndarray, seed: int) -> Motion:
        """An actor for each of `PROMPTS`, in 3.2 s."""
        import dataclasses

        told = [self.tell(net, mean, scale, prompt, 3.2, seed) for prompt in PROMPTS]
        named = (dataclasses.replace(track, actor=text) for text, track in zip(PROMPTS, told))
        return Motion(fps=FPS, tracks=tuple(named))


def task_of(config: RunConfig) -> Task:
    """What a configuration says is learnt."""
    if isinstance(config, PhysicsTrainingConfig):
        from text2sim.training.refining import RefineTask

        return RefineTask(config)
    return text_task_of(config)


def text_task_of(config: TextConfig) -> Any:
    """The same for a network that makes motions of sentences: a `TextTask`."""
    if isinstance(config, MDMTrainingConfig):
        from text2sim.training.diffusion import DiffusionTask

        return DiffusionTask(config)
    from text2sim.training.flow import FlowTask

    return FlowTask(config)
