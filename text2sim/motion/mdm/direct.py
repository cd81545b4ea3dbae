"""Motion of a sentence and a length from a `TokenMDM` that was trained here; for comparisons."""

from __future__ import annotations

import math

import numpy as np
import torch

from text2sim.edit.feet import grounded, locked
from text2sim.errors import ConfigError
from text2sim.language.tokens import encode_batch
from text2sim.motion.mdm.diffusion import Schedule, guided, sample
from text2sim.motion.mdm.token_network import TokenMDM
from text2sim.motion.ssm.features import DIM, FPS, Anchor, Array, decode
from text2sim.types import Track

GUIDANCE = 2.5
"""The paper's."""


def generate(
    net: TokenMDM, mean: Array, scale: Array, text: str, duration: float, seed: int, *,
    steps: int = 50, guidance: float = GUIDANCE,
) -> Track:  # fmt: skip
    """A track at `FPS` of what a sentence says; no more than the network's window is made.

    Args:
        net: in evaluation.
        mean, scale: of its features, (`DIM`,).
        text: "" for whatever comes.
        duration: [s], over 0; what is beyond the window is left out.
        seed: the same seed gives the same track.
        steps: of its schedule, all are taken.
        guidance: how much more the text counts than by itself.

    Raises:
        ConfigError: the duration is not usable.
    """
    if not math.isfinite(duration) or duration < 0.1:
        raise ConfigError(f"duration must be 0.1 s or more; got {duration!r}.")
    frames = min(net.config.window, round(duration * FPS))
    with torch.inference_mode():
        sentence = _sentence(net, text)
        scaled = guidance if text.strip() else 1.0
        denoise = guided(net.mdm, sentence, scaled)
        schedule = Schedule.cosine(steps, steps)
        made = sample(denoise, (1, frames, DIM), schedule, seed)[0].numpy()
    track = decode(made * scale + mean, Anchor())
    return locked(grounded(track, FPS, _floor), FPS) if track.contacts.any() else track


def _sentence(net: TokenMDM, text: str) -> torch.Tensor:
    found = encode_batch([text], length=net.config.tokens)
    present = found.mask.copy()
    present[:, 0] = True
    tokens = np.concatenate([found.vectors, found.marks], axis=-1).astype(np.float32)
    known = torch.tensor([bool(text.strip())])
    return net.sentence(torch.from_numpy(tokens), torch.from_numpy(present), known)


def _floor(points: Array) -> Array:
    return np.zeros(np.asarray(points).shape[:-1])
