"""Sample sheets of a run: what the average of the weights makes of a few sentences, as strips."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from text2sim.motion.ssm.direct import spoken
from text2sim.motion.ssm.features import FPS, Anchor, decode
from text2sim.motion.ssm.net import MotionSSM
from text2sim.motion.ssm.sampler import Sampler
from text2sim.motion.ssm.torch_network import TorchNetwork
from text2sim.types.motion import Motion

if TYPE_CHECKING:
    from text2sim.training.loop import Trainer

PROMPTS = (
    "a person walks forward at a normal pace.", "a person runs forward.",
    "a person turns left by 90 degrees.", "a person waves with the right hand.",
    "a person kicks with the left leg.", "a person jumps up twice.",
)  # fmt: skip


def sheet(trainer: Trainer) -> Path:
    """Write `sheets/step.png` of a run."""
    net = MotionSSM(trainer.config.network)
    net.load_state_dict(trainer.average)
    network = TorchNetwork(net, trainer.mean.cpu().numpy(), trainer.scale.cpu().numpy())
    rng = np.random.default_rng(trainer.config.seed)
    path = trainer.config.out / "sheets" / f"{trainer.step:06d}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet_of(Sampler(network=network), PROMPTS, rng).plot().savefig(path, dpi=60)
    return path


def sheet_of(
    sampler: Sampler, prompts: Sequence[str], rng: np.random.Generator, *, seconds: float = 3.2
) -> Motion:
    """A motion with one actor for each prompt."""
    tracks = []
    for prompt in prompts:
        made = spoken(sampler, prompt, rng, frames=round(seconds * FPS))
        tracks.append(decode(made, Anchor(), actor=prompt))
    return Motion(fps=FPS, tracks=tuple(tracks))
