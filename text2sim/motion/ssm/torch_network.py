"""`Network` by the torch module itself: for training, and to hold the exported graphs to it."""

from __future__ import annotations

import numpy as np
import torch

from text2sim.motion.ssm.net import MotionSSM
from text2sim.motion.ssm.sampler import Array, State


class TorchNetwork:
    """The module in evaluation, without gradients, in 32 bits."""

    def __init__(self, net: MotionSSM, mean: Array, scale: Array) -> None:
        self.net, self.config = net.eval(), net.config
        self.mean, self.scale = mean, scale

    @torch.inference_mode()
    def read(self, tokens: Array, present: Array, known: Array) -> tuple[Array, Array]:
        """See `Network`."""
        made = self.net.text(*(torch.from_numpy(v) for v in (tokens, present, known)))
        return made[0].numpy(), made[1].numpy()

    @torch.inference_mode()
    def remember(self, past: Array, mask: Array, state: State) -> tuple[Array, State]:
        """See `Network`."""
        before = (torch.from_numpy(state[0]), torch.from_numpy(state[1]))
        seen, after = self.net.memory(torch.from_numpy(past), torch.from_numpy(mask), before)
        return seen.numpy(), (after[0].numpy(), after[1].numpy())

    @torch.inference_mode()
    def denoise(self, noisy: Array, time: Array, given: dict[str, Array]) -> Array:
        """See `Network`."""
        values = {name: torch.from_numpy(np.ascontiguousarray(v)) for name, v in given.items()}
        return self.net.denoise(torch.from_numpy(noisy), torch.from_numpy(time), **values).numpy()
