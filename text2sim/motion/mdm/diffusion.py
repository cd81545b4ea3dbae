"""Sampling by diffusion with a cosine schedule, from a network that tells clean frames.

Ho et al. 2020 (DDPM), equations 6 and 7; Nichol and Dhariwal 2021 (cosine schedule, fewer steps);
Ho and Salimans 2022 (classifier-free guidance).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor

from text2sim.errors import ConfigError

Denoiser = Callable[[Tensor, Tensor], Tensor]
"""(noisy frames (B, T, D), step (B,)) -> clean frames."""


@final
@dataclass(frozen=True, kw_only=True)
class Schedule:
    """Steps of a schedule that are gone through, last first.

    Attributes:
        steps: their numbers in the trained schedule, increasing, (S,).
        kept: part of the signal's power that is left at each (alpha bar), (S,).
    """

    steps: Tensor
    kept: Tensor

    @classmethod
    def cosine(cls, trained: int, taken: int) -> Schedule:
        """`taken` steps, evenly spread, of a cosine schedule of `trained` steps.

        Raises:
            ConfigError: there are fewer trained steps than are to be taken, or none.
        """
        if not 1 <= taken <= trained <= 10_000:
            raise ConfigError(
                f"Take from 1 step up to as many as were trained; got {taken} of {trained}."
            )
        bars = [math.cos((i / trained + 0.008) / 1.008 * math.pi / 2) ** 2
                for i in range(trained + 1)]  # fmt: skip
        falls = [min(0.999, 1.0 - bars[i + 1] / bars[i]) for i in range(trained)]
        kept = torch.cumprod(1.0 - torch.tensor(falls, dtype=torch.float64), dim=0)
        steps = torch.linspace(0, trained - 1, taken, dtype=torch.float64).round().long()
        return cls(steps=steps, kept=kept[steps])


@torch.no_grad()
def sample(
    denoise: Denoiser, shape: tuple[int, int, int], schedule: Schedule, seed: int,
    report: Callable[[int, int], None] | None = None,
) -> Tensor:  # fmt: skip
    """Frames (B, T, D) from noise; the same seed gives the same frames."""
    source = torch.Generator().manual_seed(seed)
    x = torch.randn(shape, generator=source)
    count = len(schedule.steps)
    for place in range(count - 1, -1, -1):
        clean = denoise(x, schedule.steps[place].expand(shape[0]))
        if place:
            mean, spread = posterior(schedule, place, clean, x)
            x = mean + spread * torch.randn(shape, generator=source)
        else:
            x = clean
        if report:
            report(count - place, count)
    return x


def posterior(schedule: Schedule, place: int, clean: Tensor, x: Tensor) -> tuple[Tensor, float]:
    """Mean and standard deviation of the frames one step earlier (DDPM, equations 6 and 7)."""
    now, before = float(schedule.kept[place]), float(schedule.kept[place - 1])
    fall = 1.0 - now / before
    mean = math.sqrt(before) * fall / (1.0 - now) * clean
    mean = mean + math.sqrt(now / before) * (1.0 - before) / (1.0 - now) * x
    return mean, math.sqrt(fall * (1.0 - before) / (1.0 - now))


def guided(
    network: Callable[[Tensor, Tensor, Tensor], Tensor], sentence: Tensor, scale: float
) -> Denoiser:
    """A network led towards a sentence (B, C): `scale` 1 takes it as it is, more leads further."""

    def denoise(x: Tensor, step: Tensor) -> Tensor:
        if scale == 1.0:
            return network(x, step, sentence)
        both = network(
            torch.cat([x, x]), torch.cat([step, step]),
            torch.cat([sentence, torch.zeros_like(sentence)]),
        )  # fmt: skip
        told, untold = both.chunk(2)
        return untold + scale * (told - untold)

    return denoise
