"""The network of the neural enhancer, and its loss.

B batch, C channels, H and W height and width (multiples of 8). A U-Net on half, quarter and an
eighth of the size; it adds to the picture, and adds nothing before it is trained.
"""

from __future__ import annotations

from typing import final

import torch
from torch import Tensor, nn
from torch.nn import functional as F

GRADIENT, STEADY = 0.5, 0.5
"""Weights of the loss on slopes and on changes in time."""


@final
class _Block(nn.Module):
    """Two convolutions beside a short cut."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(F.relu(self.first(F.relu(x))))


@final
class Retoucher(nn.Module):
    """From `text2sim.enhance.neural.inputs` to the finished picture.

    Args:
        features: channels of the input, rgb first.
        width: channels at half the size; twice as many below.
    """

    def __init__(self, features: int = 12, width: int = 24) -> None:
        super().__init__()
        deep = 2 * width
        self.enter = nn.Conv2d(4 * features, width, 3, padding=1)
        self.fine = _Block(width)
        self.down = nn.Conv2d(width, deep, 2, stride=2)
        self.middle = _Block(deep)
        self.down_again = nn.Conv2d(deep, deep, 2, stride=2)
        self.coarse = nn.Sequential(_Block(deep), _Block(deep))
        self.up_again = nn.Conv2d(deep, deep, 3, padding=1)
        self.up = nn.Conv2d(deep, width, 3, padding=1)
        self.leave = nn.Conv2d(width, 12, 3, padding=1)
        for value in self.leave.parameters():
            nn.init.zeros_(value)

    def forward(self, inputs: Tensor, known: Tensor) -> Tensor:
        """Display values 0 to 1 (B, 3, H, W) of inputs (B, C, H, W); known (B, 1, H, W) is 0, 1."""
        half = self.fine(self.enter(F.pixel_unshuffle(inputs, 2)))
        quarter = self.middle(self.down(half))
        eighth = self.coarse(self.down_again(quarter))
        quarter = quarter + F.relu(self.up_again(_twice(eighth)))
        half = half + F.relu(self.up(_twice(quarter)))
        added = F.pixel_shuffle(self.leave(F.relu(half)), 2)
        return torch.clamp(inputs[:, :3] + known * added, 0.0, 1.0)


def _twice(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="nearest")


def warp(picture: Tensor, flow: Tensor) -> Tensor:
    """The picture (B, C, H, W) of the next frame, pulled back by the flow [px] (B, H, W, 2)."""
    _, _, height, width = picture.shape
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    size = torch.tensor([width, height], dtype=flow.dtype)
    place = (torch.stack([x, y], dim=-1) + flow + 0.5) * (2.0 / size) - 1.0
    return F.grid_sample(picture, place, align_corners=False, padding_mode="border")


def loss(
    found: Tensor, target: Tensor, agree: Tensor, flow: Tensor, steady: Tensor
) -> dict[str, Tensor]:
    """L1 of values, of slopes and of changes along the true flow, and their sum "total".

    Args:
        found, target: two successive frames of each moment, (B, 2, 3, H, W).
        agree: where the two renderers show the same thing, (B, 2, 1, H, W).
        flow: from the first frame to the second [px], (B, H, W, 2).
        steady: where a point is seen in both, (B, 1, H, W).
    """
    error = (found - target) * agree
    values = error.abs().sum() / (3.0 * agree.sum() + 1.0)
    slopes = torch.zeros(())
    for axis in (-1, -2):
        last = error.shape[axis] - 1
        both = agree.narrow(axis, 1, last) * agree.narrow(axis, 0, last)
        slopes = slopes + (error.diff(dim=axis) * both).abs().sum() / (3.0 * both.sum() + 1.0)
    # What the target changes along the flow (highlights, shadows) is no unsteadiness.
    change = warp(error[:, 1], flow) - error[:, 0]
    seen = steady * agree[:, 0] * warp(agree[:, 1], flow).ge(0.999)
    steadiness = (change * seen).abs().sum() / (3.0 * seen.sum() + 1.0)
    total = values + GRADIENT * slopes + STEADY * steadiness
    return {"values": values, "slopes": slopes, "steadiness": steadiness, "total": total}
