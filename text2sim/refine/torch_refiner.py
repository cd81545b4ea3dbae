"""`Network` by the module itself: during training, and where torch is at hand."""

from __future__ import annotations

from typing import final

import numpy as np
import torch

from text2sim.refine.changes import Array
from text2sim.refine.net import PhysicsSSM


@final
class TorchRefiner:
    """A module with the normaliser of its run."""

    def __init__(self, net: PhysicsSSM, mean: Array, scale: Array) -> None:
        self.net, self.config, self.mean, self.scale = net.eval(), net.config, mean, scale

    @torch.no_grad()
    def changes(self, motion: Array, state: Array, mask: Array) -> Array:
        """See `Network`."""
        given = [torch.from_numpy(np.ascontiguousarray(v))[None] for v in (motion, state, mask)]
        return self.net(*given)[0].numpy()
