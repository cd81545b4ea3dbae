"""Checkpoints that a run goes on from: weights as safetensors, the rest as tensors and JSON."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from text2sim.errors import ConfigError, ResourceError

if TYPE_CHECKING:
    from text2sim.training.loop import Trainer

_MOMENTS = ("exp_avg", "exp_avg_sq", "step")
_FREE = {"out", "minutes", "steps", "epochs", "checkpoint_every", "log_every", "sheet_every",
         "accelerator", "devices", "precision", "decay", "learning_rate", "lessons",
         "dropout"}  # fmt: skip
"""Settings that may change when a run goes on."""


TITLES = {"SSMTrainingConfig": "MotionSSM", "MDMTrainingConfig": "MDM",
          "PhysicsTrainingConfig": "PhysicsSSM"}  # fmt: skip
"""Kind of a run's configuration -> what it trains."""


def path(out: Path) -> Path:
    """The checkpoint of a run."""
    return out / "checkpoint.safetensors"


def save(trainer: Trainer) -> None:
    """Write the state of a run, all or nothing."""
    target = path(trainer.config.out)
    target.parent.mkdir(parents=True, exist_ok=True)
    content = {f"net.{k}": v for k, v in trainer.net.module.state_dict().items()}
    content |= {f"average.{k}": v for k, v in trainer.average.items()}
    content |= {"normaliser.mean": trainer.mean, "normaliser.scale": trainer.scale}
    names = [name for name, _ in trainer.net.module.named_parameters()]
    state = trainer.optimiser.state_dict()["state"]
    for number, name in enumerate(names):
        for moment in _MOMENTS:
            if number in state:
                content[f"optimiser.{moment}.{name}"] = state[number][moment]
    notes = {
        "step": str(trainer.step), "seconds": str(trainer.seconds),
        "cpu_seconds": str(trainer.cpu_seconds), "kind": type(trainer.config).__name__,
        "config": json.dumps(trainer.config.as_json()),
    }  # fmt: skip
    temporary = target.with_suffix(".part")
    save_file(
        {k: v.detach().cpu().contiguous().clone() for k, v in content.items()}, temporary, notes
    )
    os.replace(temporary, target)


def restore(trainer: Trainer) -> None:
    """Go on from the checkpoint of the run, if there is one.

    Raises:
        ResourceError: it is damaged.
        ConfigError: it is of another run; the message names what differs.
    """
    source = path(trainer.config.out)
    if not source.is_file():
        return
    content, notes = read(source)
    _check_kind(trainer, notes.get("kind", "SSMTrainingConfig"), source)
    _check_settings(trainer, json.loads(notes["config"]), source)
    device = trainer.fabric.device
    check_keys(trainer.net.module.state_dict(), part(content, "net"), source)
    trainer.net.module.load_state_dict(part(content, "net"))
    if "normaliser.mean" in content:
        trainer.use_normaliser(content["normaliser.mean"], content["normaliser.scale"])
    trainer.average = {k: v.to(device) for k, v in part(content, "average").items()}
    state = trainer.optimiser.state_dict()
    names = [name for name, _ in trainer.net.module.named_parameters()]
    state["state"] = {
        number: {m: content[f"optimiser.{m}.{name}"] for m in _MOMENTS}
        for number, name in enumerate(names)
        if f"optimiser.step.{name}" in content
    }
    trainer.optimiser.load_state_dict(state)
    trainer.step, trainer.seconds = int(notes["step"]), float(notes["seconds"])
    trainer.cpu_seconds = float(notes.get("cpu_seconds", "nan"))
    trainer.report(f"goes on from step {trainer.step}")


def read(source: Path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """Tensors and notes of a checkpoint.

    Raises:
        ResourceError: it is damaged or something else.
    """
    from safetensors import safe_open

    if not source.is_file():
        raise ResourceError(f"There is no checkpoint {source}: is it the folder of a run?")
    try:
        with safe_open(source, "pt") as file:
            notes = dict(file.metadata() or {})
        content = load_file(source)
    except (SafetensorError, OSError, ValueError) as error:
        raise ResourceError(
            f"{source} is no checkpoint, or damaged ({error}). Delete it to begin anew."
        ) from error
    if "config" not in notes or "step" not in notes:
        raise ResourceError(f"{source} is no checkpoint of a run: it has no notes on its training.")
    return content, notes


def part(content: dict[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    """Tensors whose names begin with "prefix.", without it."""
    return {k[len(prefix) + 1 :]: v for k, v in content.items() if k.startswith(prefix + ".")}


def check_keys(own: dict[str, Any], given: dict[str, Any], source: Path) -> None:
    """That weights fit a network.

    Raises:
        ConfigError: a name or a shape differs; the message names the first.
    """
    for name in [*own, *given]:
        if name not in given:
            raise ConfigError(f"{source} has no weight {name!r}: it is of another network.")
        if name not in own:
            raise ConfigError(f"{source} has a weight {name!r} that this network does not have.")
        if own[name].shape != given[name].shape:
            raise ConfigError(
                f"{source}: {name!r} has the shape {tuple(given[name].shape)}, this network needs "
                f"{tuple(own[name].shape)}."
            )


def _check_kind(trainer: Trainer, before: str, source: Path) -> None:
    now = type(trainer.config).__name__
    if now != before:
        raise ConfigError(
            f"{source} is a run of {TITLES.get(before, before)}, not of {TITLES[now]}. Give "
            "another folder (--out)."
        )


def _check_settings(trainer: Trainer, before: dict[str, Any], source: Path) -> None:
    now = trainer.config.as_json()
    differ = [
        name for name in now if name not in _FREE and now[name] != before.get(name, now[name])
    ]
    if differ:
        name = differ[0]
        raise ConfigError(
            f"{source} is of a run with {name} = {before.get(name)!r}, not {now[name]!r}. "
            "Give another folder (--out), or the same settings."
        )
