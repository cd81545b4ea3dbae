"""What a training run has learnt so far: its weights' average, ready to tell motions."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from text2sim.errors import ConfigError
from text2sim.motion.mdm.config import TokenMDMConfig
from text2sim.motion.ssm.config import SSMMotionConfig
from text2sim.training import checkpoints
from text2sim.training.config import MDMTrainingConfig, SSMTrainingConfig, TextConfig
from text2sim.training.tasks import text_task_of
from text2sim.types import Track

Teller = Callable[[str, float, int], Track]
"""(sentence, length [s], seed) -> a track at 20 frames/s."""


def teller_of(run: Path) -> tuple[str, Teller]:
    """What a run's last checkpoint is, in words, and what makes motions with it.

    Raises:
        ResourceError: there is no checkpoint, or it is damaged.
        ConfigError: its weights do not fit; the message names the first that differs.
    """
    source = checkpoints.path(run)
    content, notes = checkpoints.read(source)
    config = _config(run, notes)
    task = text_task_of(config)
    net, average = task.network(), checkpoints.part(content, "average")
    checkpoints.check_keys(net.state_dict(), average, source)
    net.load_state_dict(average)
    net.eval()
    mean, scale = content["normaliser.mean"].numpy(), content["normaliser.scale"].numpy()

    def tell(text: str, duration: float, seed: int) -> Track:
        return task.tell(net, mean, scale, text, duration, seed)

    title = checkpoints.TITLES[type(config).__name__]
    plain = getattr(config, "objective", "flow") == "flow"
    return f"{title}{'' if plain else ' by regression'} after {notes['step']} steps", tell


def _config(run: Path, notes: dict[str, str]) -> TextConfig:
    """The settings of a run that its network and its sampling need."""
    saved: dict[str, Any] = json.loads(notes["config"])
    if notes.get("kind") == "PhysicsTrainingConfig":
        raise ConfigError(f"{run} is a run of PhysicsSSM, which makes no motion of sentences.")
    if notes.get("kind") == "MDMTrainingConfig":
        return MDMTrainingConfig(
            out=run, diffusion=saved["diffusion"],
            network=TokenMDMConfig.from_dict(saved["network"]),
        )  # fmt: skip
    return SSMTrainingConfig(
        out=run, objective=saved["objective"],
        network=SSMMotionConfig.from_dict(saved["network"]),
    )  # fmt: skip
