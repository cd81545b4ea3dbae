"""The training loop: draws, steps, averages, logs, saves, goes on after a kill."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import fields
from typing import Any, final

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor

from text2sim.errors import StageError
from text2sim.training import checkpoints
from text2sim.training.config import RunConfig, rate_at, total_steps
from text2sim.training.logs import Logs
from text2sim.training.tasks import Data, Task, task_of


@final
class Trainer:
    """One run: a network, its average, its optimiser, and where it is."""

    def __init__(self, config: RunConfig, report: Callable[[str], None] = print) -> None:
        torch.use_deterministic_algorithms(True, warn_only=True)
        torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined, unused-ignore]
        self.config, self.report = config, report
        self.fabric = Fabric(
            accelerator=config.accelerator, devices=config.devices, precision=config.precision
        )
        self.fabric.launch()
        self.task: Task = task_of(config)
        self.data: Data = self.task.prepare(report)
        torch.manual_seed(config.seed)
        net = self.task.network()
        self.average = {name: value.clone() for name, value in net.state_dict().items()}
        optimiser = torch.optim.AdamW(
            net.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay,
            betas=(0.9, 0.99), fused=True,
        )  # fmt: skip
        self.net, self.optimiser = self.fabric.setup(net, optimiser)
        self.step, self.total = 0, total_steps(config, self.data.windows)
        self.seconds = self.cpu_seconds = 0.0
        self.use_normaliser(torch.from_numpy(self.data.mean), torch.from_numpy(self.data.scale))

    def run(self) -> None:
        """Train until the end, or until the minutes of this sitting are over.

        Raises:
            StageError: the loss is no number; the last checkpoint is kept.
        """
        checkpoints.restore(self)
        logs = Logs(self.config.out, step=self.step)
        began, gathered = time.monotonic(), []
        spent, busy = self.seconds, self.cpu_seconds - time.process_time()
        try:
            while self.step < self.total and not self._late(began):
                gathered.append(self._one())
                self.seconds = spent + time.monotonic() - began
                self.cpu_seconds = busy + time.process_time()
                if self.step % self.config.log_every == 0:
                    logs.write(self.step, self._summary(gathered))
                    gathered = []
                if self.step % self.config.checkpoint_every == 0:
                    checkpoints.save(self)
                if self.config.sheet_every and self.step % self.config.sheet_every == 0:
                    self._sheet()
            checkpoints.save(self)
        finally:
            logs.close()

    def use_normaliser(self, mean: Tensor, scale: Tensor) -> None:
        """Normalise by these, (`DIM`,) each: a run keeps those that it began with."""
        self.mean, self.scale = mean.to(self.fabric.device), scale.to(self.fabric.device)
        self.data = self.data.normalised(mean.cpu().numpy(), scale.cpu().numpy())

    def _late(self, began: float) -> bool:
        minutes = self.config.minutes
        return minutes is not None and time.monotonic() - began > 60.0 * minutes

    def _one(self) -> dict[str, float]:
        """One step; its losses by name."""
        for group in self.optimiser.param_groups:
            group["lr"] = rate_at(self.config, self.step, self.total)
        batch = self.data.train.batch(self.step, self.config.batch_size)
        found = self.losses(batch, draws(self.config.seed, self.step))
        value = float(found["loss"].detach())
        if not np.isfinite(value):
            parts = ", ".join(f"{name} {float(part.detach()):.3g}" for name, part in found.items())
            raise StageError(
                f"The loss at step {self.step} is not a number ({parts}). The run stops; "
                f"{checkpoints.path(self.config.out)} holds the last good state. Lower "
                f"learning_rate and start again, or look at what was drawn: "
                f"{'; '.join(getattr(batch, 'texts', ())[:3])}"
            )
        self.optimiser.zero_grad()
        self.fabric.backward(found["loss"])
        self.fabric.clip_gradients(self.net, self.optimiser, max_norm=self.config.clip)
        self.optimiser.step()
        self.step += 1
        self._follow()
        return {name: float(part.detach()) for name, part in found.items()}

    @torch.no_grad()
    def _follow(self) -> None:
        """Let the average follow the weights, quickly at first."""
        keep = min(self.config.ema, (1.0 + self.step) / (20.0 + self.step))
        for name, value in self.net.module.state_dict().items():
            if value.is_floating_point():
                self.average[name].lerp_(value, 1.0 - keep)

    def losses(self, batch: Any, generator: torch.Generator) -> dict[str, Tensor]:
        """Losses of a batch by name, the weighted sum as "loss"."""
        values = tensors(batch, self.fabric.device)
        return self.task.losses(self.net, values, generator, self.scale, self.mean)

    def _summary(self, gathered: list[dict[str, float]]) -> dict[str, float]:
        names = gathered[0]
        result = {name: float(np.mean([row[name] for row in gathered])) for name in names}
        result["rate"] = rate_at(self.config, self.step, self.total)
        result |= {"seconds": self.seconds, "cpu_seconds": self.cpu_seconds}
        if self.step % self.config.checkpoint_every == 0 or self.step == self.config.log_every:
            self._held = self.validate()
        result |= getattr(self, "_held", {})
        self.report(
            f"step {self.step}/{self.total}: "
            + ", ".join(f"{name} {value:.4g}" for name, value in result.items())
        )
        return result

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Losses of the average on clips that are held out; the draws are always the same."""
        if self.data.held is None:
            return {}
        module = self.net.module
        kept = {name: value.clone() for name, value in module.state_dict().items()}
        module.load_state_dict(self.average)
        module.eval()
        try:
            rows = [
                self.losses(self.data.held.batch(number, self.config.batch_size), draws(7, number))
                for number in range(4)
            ]
        finally:
            module.load_state_dict(kept)
            module.train()
        return {
            f"held_{name}": float(np.mean([float(row[name]) for row in rows])) for name in rows[0]
        }

    def _sheet(self) -> None:
        from text2sim.training.sheets import sheet

        sheet(self)


def draws(seed: int, step: int) -> torch.Generator:
    """The stream of noise of a step."""
    return torch.Generator().manual_seed((seed * 1_000_003 + step) % 2**63)


def tensors(batch: Any, device: torch.device) -> dict[str, Tensor]:
    """The arrays of a batch on a device."""
    found = {item.name: getattr(batch, item.name) for item in fields(batch)}
    return {
        name: torch.from_numpy(np.ascontiguousarray(value)).to(device)
        for name, value in found.items()
        if isinstance(value, np.ndarray)
    }
