"""A run of Stable-Baselines3 as tensors: its own archives hold pickles, these do not."""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from text2sim.errors import ConfigError
from text2sim.training import checkpoints

if TYPE_CHECKING:
    from stable_baselines3 import PPO
    from stable_baselines3.common.vec_env import VecNormalize


def tensors_of(model: PPO, normal: VecNormalize) -> dict[str, Tensor]:
    """Weights "net.*", moments "optimiser.*", normalisers "seen.*" and "returns.*"."""
    content = {f"net.{k}": v for k, v in model.policy.state_dict().items()}
    for number, state in model.policy.optimizer.state_dict()["state"].items():
        content |= {f"optimiser.{number}.{k}": v for k, v in state.items()}
    for name, kept in _normalisers(normal).items():
        content |= {
            f"{name}.mean": torch.as_tensor(kept.mean),
            f"{name}.count": torch.as_tensor(kept.count),
            f"{name}.variance": torch.as_tensor(kept.var),
        }  # fmt: skip
    return content


def write(target: Path, content: dict[str, Tensor], notes: dict[str, str]) -> None:
    """Write a checkpoint, all or nothing."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_suffix(".part")
    kept = {name: value.detach().clone().contiguous() for name, value in content.items()}
    save_file(kept, temporary, notes)
    os.replace(temporary, target)


def load_weights(
    model: PPO, normal: VecNormalize, content: dict[str, Tensor], source: Path
) -> None:
    """Put weights and normalisers of a checkpoint in place.

    Raises:
        ConfigError: they are of another network.
    """
    own = checkpoints.part(content, "net")
    checkpoints.check_keys(model.policy.state_dict(), own, source)
    model.policy.load_state_dict(own)
    for name, kept in _normalisers(normal).items():
        kept.mean = content[f"{name}.mean"].numpy()
        kept.var = content[f"{name}.variance"].numpy()
        kept.count = float(content[f"{name}.count"])


def load_optimiser(model: PPO, content: dict[str, Tensor]) -> None:
    """Put the moments of a checkpoint in place."""
    found: dict[int, dict[str, Tensor]] = {}
    for name, value in checkpoints.part(content, "optimiser").items():
        number, _, key = name.partition(".")
        found.setdefault(int(number), {})[key] = value
    state = model.policy.optimizer.state_dict()
    state["state"] = found
    model.policy.optimizer.load_state_dict(state)


def check_settings(
    now: dict[str, Any], notes: dict[str, str], source: Path, free: Collection[str]
) -> None:
    """That a run goes on with the settings that it began with.

    Args:
        free: settings that may change.

    Raises:
        ConfigError: another one differs; the message names it.
    """
    before = json.loads(notes["config"])
    for name, value in now.items():
        if name not in free and value != before.get(name, value):
            raise ConfigError(
                f"{source} is of a run with {name} = {before.get(name)!r}, not {value!r}. "
                "Give another folder (--out), or the same settings."
            )


def _normalisers(normal: VecNormalize) -> dict[str, Any]:
    return {"seen": normal.obs_rms, "returns": normal.ret_rms}
