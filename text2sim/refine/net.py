"""PhysicsSSM: what to change in a motion so that a body can do it, in plain torch.

The mixers are those of `text2sim.motion.ssm.net` (glossary and papers there). A window of motion
and its physical state go in, small changes come out. The state does not stand beside the motion as
more features: it scales, shifts and gates every block frame by frame (adaLN, Peebles and Xie 2023,
whose condition is one vector for all frames), so that a frame which needs nothing is left alone.

    B  batch     C  frames of context     W  frames of a window     D  `d_model`    S  `d_physics`

Not here: text, plan and noise. The refiner does not generate.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from text2sim.motion.ssm.net import Mixer
from text2sim.refine.config import CHANGES, PhysicsSSMConfig


class PhysicsBlock(nn.Module):
    """A mixer over both directions and a feed-forward part, both ruled by the physical state."""

    def __init__(self, config: PhysicsSSMConfig) -> None:
        super().__init__()
        width = config.d_model
        self.norms = nn.ModuleList(nn.LayerNorm(width, elementwise_affine=False) for _ in range(2))
        self.mixer = Mixer(config.mixer, directions=2)
        self.feed = nn.Sequential(
            nn.Linear(width, config.feed * width), nn.GELU(), nn.Linear(config.feed * width, width)
        )
        self.modulation = nn.Linear(config.d_physics, 6 * width)
        nn.init.zeros_(self.modulation.weight)
        nn.init.zeros_(self.modulation.bias)

    def forward(self, x: Tensor, mask: Tensor, physics: Tensor) -> Tensor:
        """Frames x (B, T, D) after the block; physics (B, T, S)."""
        parts = self.modulation(physics).chunk(6, dim=-1)
        mixed, _ = self.mixer(self.norms[0](x) * (1 + parts[0]) + parts[1], mask)
        x = x + (1 + parts[2]) * mixed
        return x + (1 + parts[5]) * self.feed(self.norms[1](x) * (1 + parts[3]) + parts[4])


class PhysicsSSM(nn.Module):
    """Predicts changes of a window of motion from the motion and its physical state."""

    def __init__(self, config: PhysicsSSMConfig) -> None:
        super().__init__()
        self.config = config
        width, physics = config.d_model, config.d_physics
        self.enter = nn.Linear(config.features, width)
        self.state = nn.Sequential(
            nn.Linear(config.states, 2 * physics), nn.SiLU(), nn.Linear(2 * physics, physics)
        )
        self.felt = nn.Linear(physics, width)
        self.places = nn.Parameter(0.02 * torch.randn(config.context + config.window, width))
        self.past = nn.Parameter(0.02 * torch.randn(width))
        self.blocks = nn.ModuleList(PhysicsBlock(config) for _ in range(config.n_layers))
        self.norm = nn.LayerNorm(width)
        self.leave = nn.Linear(width, CHANGES)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)

    def forward(self, motion: Tensor, state: Tensor, mask: Tensor) -> Tensor:
        """Changes of the window (B, W, `CHANGES`): pelvis [m] as the body faces, turns [rad].

        Args:
            motion: normalised, (B, C + W, features): context, already corrected, and the window.
            state: physical state of the same frames, (B, C + W, states); 0 where there is none.
            mask: frames that there are, (B, C + W).
        """
        there = mask[..., None].to(motion.dtype)
        physics = F.silu(self.state(state * there))
        x = self.enter(motion * there) + self.felt(physics) + self.places
        context = self.config.context
        x = torch.cat([x[:, :context] + self.past, x[:, context:]], dim=1)
        for block in self.blocks:
            x = block(x, mask, physics)
        return 0.1 * self.leave(self.norm(x[:, context:])).float()
