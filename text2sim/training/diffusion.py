"""What MDM learns: clean frames from diffused ones (Tevet et al. 2023, section 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

import numpy as np
import torch
from torch import Tensor, nn

from text2sim.motion.mdm.diffusion import Schedule
from text2sim.motion.mdm.token_network import TokenMDM
from text2sim.training.config import LossWeights, MDMTrainingConfig
from text2sim.training.losses import losses
from text2sim.training.tasks import TextTask

if TYPE_CHECKING:
    from text2sim.types import Track

_GEOMETRIC = {"velocity": "L_vel", "fk": "L_pos", "skate": "L_foot"}
"""Our losses that are MDM's (equations 3 to 5)."""


@final
class DiffusionTask(TextTask):
    """See `text2sim.training.tasks.Task`."""

    config: MDMTrainingConfig

    def __init__(self, config: MDMTrainingConfig) -> None:
        self.config = config
        self.kept = Schedule.cosine(config.diffusion, config.diffusion).kept

    def network(self) -> nn.Module:
        """A fresh network."""
        return TokenMDM(self.config.network)

    def losses(
        self, net: nn.Module, values: dict[str, Tensor], generator: torch.Generator,
        scale: Tensor, mean: Tensor,
    ) -> dict[str, Tensor]:  # fmt: skip
        """L_simple (equation 2) at a random step of the schedule, and geometric ones if wanted."""
        window, mask = values["window"], values["mask"]
        step = torch.randint(len(self.kept), (len(window),), generator=generator)
        noise = torch.randn(window.shape, generator=generator).to(window.device)
        kept = self.kept[step].to(window)[:, None, None]
        noisy = kept.sqrt() * window + (1.0 - kept).sqrt() * noise
        torch.manual_seed(generator.initial_seed())  # dropout: the same after going on
        clean = net(noisy, step.to(window.device), values)
        there = mask.float()
        simple = (((clean - window) ** 2).mean(dim=-1) * there).sum() / there.sum().clamp(min=1.0)
        if not self.config.geometric:
            return {"simple": simple, "loss": simple}
        found = losses(
            clean, window, mask, torch.ones(len(window)).to(window), scale, mean, LossWeights()
        )
        parts = {name: found[name] for name in _GEOMETRIC}
        total = simple + self.config.geometric * torch.stack([*parts.values()]).sum()
        return {"simple": simple, **parts, "loss": total}

    def tell(
        self, net: nn.Module, mean: np.ndarray, scale: np.ndarray, text: str, duration: float,
        seed: int,
    ) -> Track:  # fmt: skip
        """The motion of a sentence."""
        from text2sim.motion.mdm.direct import generate

        assert isinstance(net, TokenMDM)
        return generate(net, mean, scale, text, duration, seed, steps=self.config.diffusion)
