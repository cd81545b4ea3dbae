"""Training of tracking policies: many bodies follow motion, with less and less help.

Proximal policy optimisation is that of Stable-Baselines3. A run is kept without its archives, which
hold pickles: weights, moments and normalisers are tensors in a safetensors file.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, final

import numpy as np
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.vec_env import VecNormalize
from torch import nn

from text2sim.envs.sb3 import RowsVecEnv
from text2sim.imitation.batch import ImitationBatch
from text2sim.imitation.suites import suite
from text2sim.training import checkpoints
from text2sim.training.logs import Logs
from text2sim.training.sb3_state import (
    check_settings,
    load_optimiser,
    load_weights,
    tensors_of,
    write,
)
from text2sim.training.tracker_config import FREE, TrackerConfig
from text2sim.training.tracking_net import EPSILON, SEEN_LIMIT, widths_of
from text2sim.training.tracking_net import noise as log_noise

CLOSE, FAR, TOO_FAR = 0.012, 0.03, 0.06
"""Divergences of an update [nats]: below and above, the learning rate changes; at the last, the
update ends."""
RATES = (1e-4, 1e-3)
NO_ASSIST = 0.01
"""An assist below this share of the weight is switched off."""


@final
class TrackerTrainer:
    """One run: bodies, policy, optimiser, and where it is."""

    def __init__(self, config: TrackerConfig, report: Callable[[str], None] = print) -> None:
        torch.set_num_threads(1)
        self.config, self.report = config, report
        self.names, motions = zip(*suite(config.suite))
        self.batch = ImitationBatch(
            motions, config.rows, task=config.task, weights=config.weights, seed=config.seed,
            threads=config.threads,
        )  # fmt: skip
        self.rows = RowsVecEnv(self.batch)
        self.normal = VecNormalize(
            self.rows, gamma=config.gamma, clip_obs=SEEN_LIMIT, epsilon=EPSILON
        )
        self.rate, self.updates, self.seconds = config.learning_rate, 0, 0.0
        self.model = self._model()
        if config.init is not None:
            self._begin_from(config.init)
        self._restore()

    def _model(self) -> PPO:
        config, layers = self.config, list(widths_of(self.config.width))
        model = PPO(
            "MlpPolicy", self.normal, learning_rate=lambda _: self.rate,
            n_steps=config.horizon, batch_size=config.minibatch, n_epochs=config.epochs,
            gamma=config.gamma, gae_lambda=config.lam, clip_range=config.clip,
            target_kl=TOO_FAR / 1.5, max_grad_norm=1.0, seed=config.seed, device="cpu",
            policy_kwargs={
                "net_arch": {"pi": layers, "vf": layers}, "activation_fn": nn.SiLU,
                "log_std_init": log_noise(config.noise), "ortho_init": False,
            },
        )  # fmt: skip
        head: Any = model.policy.action_net
        with torch.no_grad():
            head.weight.mul_(0.01)
            head.bias.zero_()
        model.set_logger(Logger(None, []))
        return model

    @property
    def checkpoint(self) -> Path:
        """The file that a run goes on from."""
        return checkpoints.path(self.config.out)

    def run(self) -> None:
        """Train until the samples or the minutes of this sitting are used up."""
        left = self.config.samples - self.model.num_timesteps
        logs = Logs(self.config.out, step=self.model.num_timesteps)
        try:
            if left > 0:
                self.model.learn(left, _Watch(self, logs), reset_num_timesteps=False)
                if self.rows.rounds() >= self.config.horizon:
                    self.after_update(logs)
            self.save()
        finally:
            logs.close()
            self.rows.close()

    def after_update(self, logs: Logs) -> None:
        """Log what the last round brought, adapt rate and assist, save now and then."""
        learnt = self.model.logger.name_to_value
        moved = float(learnt["train/approx_kl"])
        values = self.rows.summary() | {
            "divergence": moved, "value_loss": float(learnt["train/value_loss"]),
            "noise": float(learnt["train/std"]), "rate": self.rate,
            "assist": float(self.batch.assists.mean()), "hours": self.seconds / 3600.0,
        }  # fmt: skip
        self.updates += 1
        logs.write(self.model.num_timesteps, values)
        self._adapt(moved)
        if self.updates % self.config.checkpoint_every == 0:
            self.save()
            self._tell(values)

    def _adapt(self, moved: float) -> None:
        """Another learning rate after a step too far or too near; less help in clips that
        mostly last."""
        self.rate = max(self.rate / 1.3, RATES[0]) if moved > FAR else self.rate
        self.rate = min(self.rate * 1.2, RATES[1]) if moved < CLOSE else self.rate
        steady = self.batch.failures < 1.0 - self.config.steady
        less = self.batch.assists * np.where(steady, 1.0 - self.config.anneal, 1.0)
        self.batch.assists[:] = np.where(less > NO_ASSIST, less, 0.0)

    def _tell(self, values: dict[str, float]) -> None:
        chosen = ("reward", "seconds_alive", "error", "assist", "noise", "divergence")
        fails = sorted(zip(self.batch.failures, self.names), reverse=True)
        worst = ", ".join(f"{name} {share:.2f}" for share, name in fails[:4])
        self.report(
            f"{self.model.num_timesteps / 1e6:.2f} M samples, {self.seconds / 60:.0f} min: "
            + ", ".join(f"{name} {values[name]:.3g}" for name in chosen)
            + f"; fails most: {worst}"
        )

    def save(self) -> None:
        """Write the state of the run, all or nothing."""
        content = tensors_of(self.model, self.normal)
        content["failures"] = torch.from_numpy(self.batch.failures)
        content["assists"] = torch.from_numpy(self.batch.assists)
        write(self.checkpoint, content, {
            "step": str(self.model.num_timesteps), "updates": str(self.updates),
            "seconds": str(self.seconds),
            "rate": str(self.rate), "config": json.dumps(self.config.as_json()),
        })  # fmt: skip

    def _begin_from(self, folder: Path) -> None:
        source = checkpoints.path(folder)
        load_weights(self.model, self.normal, checkpoints.read(source)[0], source)

    def _restore(self) -> None:
        """Go on from the checkpoint of the run, if there is one."""
        if not self.checkpoint.is_file():
            return
        content, notes = checkpoints.read(self.checkpoint)
        check_settings(self.config.as_json(), notes, self.checkpoint, FREE)
        load_weights(self.model, self.normal, content, self.checkpoint)
        load_optimiser(self.model, content)
        if len(content["failures"]) == self.batch.clips:
            self.batch.failures[:] = content["failures"].numpy()
            self.batch.assists[:] = content["assists"].numpy()
        self.model.num_timesteps, self.updates = int(notes["step"]), int(notes["updates"])
        self.seconds, self.rate = float(notes["seconds"]), float(notes["rate"])
        self.report(f"goes on from {self.model.num_timesteps} samples")


@final
class _Watch(BaseCallback):  # type: ignore[misc, unused-ignore]
    """Calls the trainer after each update, and stops when the minutes are over."""

    def __init__(self, trainer: TrackerTrainer, logs: Logs) -> None:
        super().__init__()
        self._trainer, self._logs = trainer, logs
        self._began, self._spent = time.monotonic(), trainer.seconds
        self._first = True

    def _on_rollout_start(self) -> None:
        self._trainer.seconds = self._spent + time.monotonic() - self._began
        if not self._first:
            self._trainer.after_update(self._logs)
        self._first = False

    def _on_step(self) -> bool:
        minutes = self._trainer.config.minutes
        return minutes is None or time.monotonic() - self._began < 60.0 * minutes
