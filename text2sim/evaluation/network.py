"""The evaluator's two networks: a motion and a sentence become points on one sphere.

After TMR (Petrovich, Black and Varol, ICCV 2023): two transformer encoders trained so that a
sentence lies near its motion and far from the others (InfoNCE, van den Oord et al. 2018), where
pairs that say almost the same do not count as others (TMR, section 3.3). What TMR has and this has
not: the variational bottleneck and the motion decoder; the motion goes through a convolution first,
as in Guo et al. 2022, so that attention sees every fourth frame.

Shapes: B batch, T frames, L tokens, D features, M marks, W width, E embedding.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from text2sim.evaluation.config import EvaluatorConfig


class Encoder(nn.Module):
    """A transformer over a sequence, whose first output is the embedding, (B, E), of length 1."""

    places: Tensor

    def __init__(self, config: EvaluatorConfig, layers: int) -> None:
        super().__init__()
        self.query = nn.Parameter(0.02 * torch.randn(1, 1, config.width))
        layer = nn.TransformerEncoderLayer(
            config.width, config.heads, config.feedforward, config.dropout, "gelu",
            batch_first=True, norm_first=True,
        )  # fmt: skip
        self.layers = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(config.width)
        self.out = nn.Linear(config.width, config.embedding)
        self.register_buffer("places", _places(config.longest, config.width), persistent=False)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Embedding (B, E) of (B, N, W), of which `mask` (B, N) says what is there."""
        x = x + self.places[: x.shape[1]]
        x = torch.cat([self.query.expand(x.shape[0], -1, -1), x], dim=1)
        mask = torch.cat([torch.ones_like(mask[:, :1]), mask], dim=1)
        x = self.layers(x, src_key_padding_mask=~mask)
        return functional.normalize(self.out(self.norm(x[:, 0])).float(), dim=-1)


class MotionEncoder(nn.Module):
    """Normalised features (B, T, D) and mask (B, T) to (B, E); T is a multiple of 4."""

    def __init__(self, config: EvaluatorConfig) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv1d(config.features, config.width, 4, 2, 1), nn.GELU(),
            nn.Conv1d(config.width, config.width, 4, 2, 1), nn.GELU(),
        )  # fmt: skip
        self.encoder = Encoder(config, config.motion_layers)

    def forward(self, features: Tensor, mask: Tensor) -> Tensor:
        """Embeddings of length 1."""
        x = self.stem((features * mask[..., None]).transpose(1, 2)).transpose(1, 2)
        return self.encoder(x, mask[:, ::4])


class TextEncoder(nn.Module):
    """Token vectors (B, L, 256), marks (B, L, M) and mask (B, L) to (B, E)."""

    def __init__(self, config: EvaluatorConfig) -> None:
        super().__init__()
        self.stem = nn.Linear(config.tokens + config.marks, config.width)
        self.encoder = Encoder(config, config.text_layers)

    def forward(self, vectors: Tensor, marks: Tensor, mask: Tensor) -> Tensor:
        """Embeddings of length 1."""
        return self.encoder(self.stem(torch.cat([vectors, 2.0 * marks], dim=-1)), mask)


class EvaluatorNetwork(nn.Module):
    """Both encoders, and the temperature of the loss."""

    def __init__(self, config: EvaluatorConfig) -> None:
        super().__init__()
        self.motion = MotionEncoder(config)
        self.text = TextEncoder(config)
        self.scale = nn.Parameter(torch.tensor(math.log(1.0 / 0.07)))


def contrastive_loss(motions: Tensor, texts: Tensor, scale: Tensor, same: Tensor) -> Tensor:
    """InfoNCE both ways over a batch of pairs.

    Args:
        motions, texts: (B, E), of length 1; row i of one belongs to row i of the other.
        scale: logarithm of the inverse temperature.
        same: (B, B) bool; pairs beside the diagonal that are no counterexamples.
    """
    logits = texts @ motions.T * scale.clamp(max=math.log(50.0)).exp()
    others = same & ~torch.eye(len(same), dtype=torch.bool, device=same.device)
    logits = logits.masked_fill(others, -1e4)
    target = torch.arange(len(logits), device=logits.device)
    return 0.5 * (
        functional.cross_entropy(logits, target) + functional.cross_entropy(logits.T, target)
    )


def _places(count: int, width: int) -> Tensor:
    """Sinusoids (count, W) that tell places apart (Vaswani et al. 2017, section 3.5)."""
    at = torch.arange(count)[:, None] / 10_000.0 ** (torch.arange(0, width, 2) / width)
    return torch.stack([at.sin(), at.cos()], dim=-1).reshape(count, width)
