"""The policy network of a run as a plain module, behind its normaliser: what is released."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

SEEN_LIMIT = 6.0
"""What is seen is cut off so many standard deviations from its mean."""
EPSILON = 1e-4
"""Added to variances."""


class TrackingNet(nn.Module):
    """Mean actions (N, A) for what is seen, (N, D)."""

    mean: Tensor
    variance: Tensor

    def __init__(self, seen: int, actions: int, widths: tuple[int, int]) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(seen, widths[0]), nn.SiLU(), nn.Linear(*widths), nn.SiLU(),
            nn.Linear(widths[1], actions),
        )  # fmt: skip
        self.register_buffer("mean", torch.zeros(seen))
        self.register_buffer("variance", torch.ones(seen))

    def forward(self, seen: Tensor) -> Tensor:
        """See the class."""
        scaled = (seen - self.mean) / torch.sqrt(self.variance + EPSILON)
        return self.layers(scaled.clamp(-SEEN_LIMIT, SEEN_LIMIT))


def widths_of(width: int) -> tuple[int, int]:
    """Of the two hidden layers: the first is half as wide again."""
    return width + width // 2, width


def net_from(content: dict[str, Tensor]) -> TrackingNet:
    """The policy in a checkpoint of `text2sim train controller`.

    Args:
        content: its tensors; those of the policy as Stable-Baselines3 calls them.
    """
    first, second = "net.mlp_extractor.policy_net.0", "net.mlp_extractor.policy_net.2"
    names = (first, second, "net.action_net")
    shapes = [content[f"{name}.weight"].shape for name in names]
    net = TrackingNet(shapes[0][1], shapes[2][0], (shapes[0][0], shapes[1][0]))
    state = {
        f"layers.{2 * place}.{kind}": content[f"{name}.{kind}"]
        for place, name in enumerate(names)
        for kind in ("weight", "bias")
    }
    state["mean"] = content["seen.mean"].float()
    state["variance"] = content["seen.variance"].float()
    net.load_state_dict(state)
    return net.eval()


def noise(std: float) -> float:
    """Logarithm of a standard deviation, as Stable-Baselines3 is told it."""
    return float(np.log(std))
