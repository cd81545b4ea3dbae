"""MDM with a text encoder of its own, which is trained along: token vectors instead of CLIP.

The encoder is MotionSSM's (`text2sim.motion.ssm.net.TextEncoder`): both models read the same words.
"""

from __future__ import annotations

from torch import Tensor, nn, where

from text2sim.motion.mdm.config import TokenMDMConfig
from text2sim.motion.mdm.network import MDMNetwork
from text2sim.motion.ssm.net import TextEncoder


class TokenMDM(nn.Module):
    """Clean frames of noisy ones and a sentence."""

    def __init__(self, config: TokenMDMConfig) -> None:
        super().__init__()
        self.config = config
        self.text = TextEncoder(config.text)
        self.mdm = MDMNetwork(config.mdm)

    def sentence(self, tokens: Tensor, present: Tensor, known: Tensor) -> Tensor:
        """One vector (B, C) for the tokens (B, K, E) that are present (B, K); 0 if not known."""
        told = self.text(tokens, present, known)[1]
        return where(known[:, None], told, told.new_zeros(()))

    def forward(self, x: Tensor, step: Tensor, given: dict[str, Tensor]) -> Tensor:
        """Clean frames (B, T, D) of a batch of training: mask, tokens, present and known."""
        sentence = self.sentence(given["tokens"], given["present"], given["known"])
        return self.mdm(x, step, sentence, given["mask"]).float()
