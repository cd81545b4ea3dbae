"""Sample sheets of a run: what the average of the weights makes of a few sentences, as strips."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from text2sim.data.corpus import FPS
from text2sim.types.motion import Motion

if TYPE_CHECKING:
    from text2sim.training.loop import Trainer

PROMPTS = (
    "a person walks forward at a normal pace.", "a person runs forward.",
    "a person turns left by 90 degrees.", "a person waves with the right hand.",
    "a person kicks with the left leg.", "a person jumps up twice.",
)  # fmt: skip


def sheet(trainer: Trainer, *, seconds: float = 3.2) -> Path:
    """Write `sheets/step.png` of a run."""
    task = trainer.task
    net = task.network()
    net.load_state_dict(trainer.average)
    mean, scale = trainer.mean.cpu().numpy(), trainer.scale.cpu().numpy()
    told = [
        task.tell(net.eval(), mean, scale, prompt, seconds, trainer.config.seed)
        for prompt in PROMPTS
    ]
    named = (dataclasses.replace(track, actor=text) for text, track in zip(PROMPTS, told))
    path = trainer.config.out / "sheets" / f"{trainer.step:06d}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    Motion(fps=FPS, tracks=tuple(named)).plot().savefig(path, dpi=60)
    return path
