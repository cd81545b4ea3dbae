"""The standard benchmark: Stable-Baselines3's PPO on Gymnasium's Humanoid.

The hyper-parameters are those that RL Baselines3 Zoo found for Humanoid-v4 (Raffin 2020).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import final

import gymnasium
import numpy as np
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import DummyVecEnv, VecNormalize
from torch import nn

from text2sim.training import checkpoints
from text2sim.training.humanoid_config import FREE, HumanoidConfig
from text2sim.training.logs import Logs
from text2sim.training.sb3_state import (
    check_settings,
    load_optimiser,
    load_weights,
    tensors_of,
    write,
)


@final
class HumanoidTrainer:
    """One run: environments, policy, and where it is."""

    def __init__(self, config: HumanoidConfig, report: Callable[[str], None] = print) -> None:
        torch.set_num_threads(1)
        self.config, self.report, self.seconds = config, report, 0.0
        self.normal = VecNormalize(
            DummyVecEnv([lambda: Monitor(gymnasium.make(config.env))] * config.envs),
            gamma=config.gamma,
        )
        self.model = PPO(
            "MlpPolicy", self.normal, learning_rate=config.learning_rate,
            n_steps=config.horizon, batch_size=config.minibatch, n_epochs=config.epochs,
            gamma=config.gamma, gae_lambda=config.lam, clip_range=config.clip,
            ent_coef=config.entropy, vf_coef=config.value, max_grad_norm=config.gradient,
            seed=config.seed, device="cpu",
            policy_kwargs={
                "net_arch": {"pi": [256, 256], "vf": [256, 256]}, "activation_fn": nn.ReLU,
                "log_std_init": -2.0, "ortho_init": False,
            },
        )  # fmt: skip
        self.model.set_logger(Logger(None, []))
        self._restore()

    @property
    def checkpoint(self) -> Path:
        """The file that a run goes on from."""
        return checkpoints.path(self.config.out)

    def run(self) -> None:
        """Train until the steps or the minutes of this sitting are used up."""
        left = self.config.steps - self.model.num_timesteps
        logs = Logs(self.config.out, step=self.model.num_timesteps)
        try:
            if left > 0:
                self.model.learn(left, _Watch(self, logs), reset_num_timesteps=False)
            self.save()
        finally:
            logs.close()
            self.normal.close()

    def note(self, logs: Logs) -> None:
        """Log the returns of the last hundred episodes, and save now and then."""
        episodes = list(self.model.ep_info_buffer or [])
        returns = [item["r"] for item in episodes] or [np.nan]
        lengths = [item["l"] for item in episodes] or [np.nan]
        values = {"return": float(np.mean(returns)), "return_std": float(np.std(returns)),
                  "length": float(np.mean(lengths)), "hours": self.seconds / 3600.0}  # fmt: skip
        logs.write(self.model.num_timesteps, values)
        self.save()
        self.report(
            f"{self.model.num_timesteps} steps, {self.seconds / 60:.0f} min: return "
            f"{values['return']:.0f} +- {values['return_std']:.0f}, {values['length']:.0f} steps"
        )

    def save(self) -> None:
        """Write the state of the run, all or nothing."""
        write(self.checkpoint, tensors_of(self.model, self.normal), {
            "step": str(self.model.num_timesteps), "seconds": str(self.seconds),
            "config": json.dumps(self.config.as_json()),
        })  # fmt: skip

    def _restore(self) -> None:
        if not self.checkpoint.is_file():
            return
        content, notes = checkpoints.read(self.checkpoint)
        check_settings(self.config.as_json(), notes, self.checkpoint, FREE)
        load_weights(self.model, self.normal, content, self.checkpoint)
        load_optimiser(self.model, content)
        self.model.num_timesteps, self.seconds = int(notes["step"]), float(notes["seconds"])
        self.report(f"goes on from step {self.model.num_timesteps}")


@final
class _Watch(BaseCallback):  # type: ignore[misc, unused-ignore]
    """Logs and saves every `log_every` steps, and stops when the minutes are over."""

    def __init__(self, trainer: HumanoidTrainer, logs: Logs) -> None:
        super().__init__()
        self._trainer, self._logs = trainer, logs
        self._began, self._spent = time.monotonic(), trainer.seconds
        self._next = trainer.model.num_timesteps + trainer.config.log_every

    def _on_rollout_start(self) -> None:
        trainer = self._trainer
        trainer.seconds = self._spent + time.monotonic() - self._began
        if trainer.model.num_timesteps >= self._next:
            self._next += trainer.config.log_every
            trainer.note(self._logs)

    def _on_step(self) -> bool:
        minutes = self._trainer.config.minutes
        return minutes is None or time.monotonic() - self._began < 60.0 * minutes
