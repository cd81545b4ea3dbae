"""What MotionSSM learns: flow matching of windows, or, as a baseline, their mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

import numpy as np
import torch
from torch import Tensor, nn

from text2sim.motion.ssm.net import MotionSSM
from text2sim.training.config import SSMTrainingConfig
from text2sim.training.losses import losses
from text2sim.training.tasks import TextTask

if TYPE_CHECKING:
    from text2sim.motion.ssm.sampler import Sampler
    from text2sim.types import Track

NEAR_NOISE = (0.25, 0.06)
"""Share of flow times that are drawn below the second number: what is done is settled there."""


@final
class FlowTask(TextTask):
    """See `text2sim.training.tasks.Task`."""

    config: SSMTrainingConfig

    def __init__(self, config: SSMTrainingConfig) -> None:
        self.config = config

    def network(self) -> nn.Module:
        """A fresh network."""
        return MotionSSM(self.config.network)

    def losses(
        self, net: nn.Module, values: dict[str, Tensor], generator: torch.Generator,
        scale: Tensor, mean: Tensor,
    ) -> dict[str, Tensor]:  # fmt: skip
        """Losses of the window at a time of the flow; regression sees no noisy window at all."""
        window, flow = values["window"], self.config.objective == "flow"
        moment = flow_times(len(window), generator) if flow else torch.zeros(len(window))
        noise = torch.randn(window.shape, generator=generator)
        noise, moment = noise.to(window.device), moment.to(window.device)
        part = moment[:, None, None]
        noisy = part * window + (1.0 - part) * noise if flow else 0.0 * noise
        noisy = torch.where(values["kept"], window, noisy)
        clean = torch.where(values["kept"], window, net(noisy, moment, values))
        return losses(
            clean, window, values["mask"],
            moment if flow else torch.ones_like(moment) * 0.2,
            scale, mean, self.config.losses,
        )  # fmt: skip

    def sampler(self, net: nn.Module, mean: np.ndarray, scale: np.ndarray) -> Sampler:
        """What draws windows from a network that was trained like this."""
        from text2sim.motion.ssm.sampler import Sampler
        from text2sim.motion.ssm.torch_network import TorchNetwork

        assert isinstance(net, MotionSSM)
        network = TorchNetwork(net, mean, scale)
        if self.config.objective == "flow":
            return Sampler(network=network)
        return Sampler(network=network, evaluations=1, guidance=1.0, noise=0.0)

    def tell(
        self, net: nn.Module, mean: np.ndarray, scale: np.ndarray, text: str, duration: float,
        seed: int,
    ) -> Track:  # fmt: skip
        """The motion of a sentence."""
        from text2sim.motion.ssm.direct import generate

        return generate(text, duration, seed, sampler=self.sampler(net, mean, scale))


def flow_times(count: int, generator: torch.Generator) -> Tensor:
    """Times of the flow (count,), oversampled near the noise, where the action is decided."""
    share, edge = NEAR_NOISE
    low = torch.rand(count, generator=generator) * edge
    wide = torch.sigmoid(torch.randn(count, generator=generator) * 1.2 - 0.9)
    near = torch.rand(count, generator=generator) < share
    return torch.where(near, low, wide).clamp(1e-3, 0.995)
