"""Gymnasium's view of `ImitationBatch`: one body, or many in one vector environment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, final

import gymnasium as gym
import numpy as np
from gymnasium.spaces import Box
from gymnasium.vector.utils import batch_space

from text2sim.imitation.batch import ImitationBatch
from text2sim.imitation.suites import suite
from text2sim.imitation.task import Task
from text2sim.types import Motion

LIMIT = 1.0
"""Of an action; it turns a set point by `text2sim.control.tracking.observation.REACH` [rad]."""


def _batch(motions: Motion | Sequence[Motion] | str, count: int, **task: Any) -> ImitationBatch:
    if isinstance(motions, str):
        motions = [motion for _, motion in suite(motions)]
    elif isinstance(motions, Motion):
        motions = [motions]
    return ImitationBatch(motions, count, task=Task(**task))


def _spaces(batch: ImitationBatch) -> tuple[Box, Box]:
    seen = Box(-np.inf, np.inf, (batch.observations,), np.float32)
    return seen, Box(-LIMIT, LIMIT, (batch.actions,), np.float32)


@final
class ImitationEnv(gym.Env):  # type: ignore[misc, unused-ignore]
    """One light body that follows motion.

    Observation: (D,) float32, see `text2sim.control.tracking.observation`. Action: turns of the set
    points of 12 joints, (36,), from -1 to 1. An episode terminates when the motion is lost, and is
    truncated when its time or the motion is over. `info` has each reward term by name and "error",
    the mean distance of the joints [m].
    """

    metadata: ClassVar[dict[str, Any]] = {  # type: ignore[misc, unused-ignore]
        "render_modes": [],
        "render_fps": 30,
    }

    def __init__(
        self, motions: Motion | Sequence[Motion] | str = "core", *, render_mode: None = None,
        **task: Any,
    ) -> None:  # fmt: skip
        """Args:
        motions: to follow, each with a scene with one person; or the name of a suite.
        render_mode: None; `text2sim.imitation.batch.ImitationBatch` has the states to draw.
        task: fields of `text2sim.imitation.task.Task`.
        """
        self._batch, self.render_mode = _batch(motions, 1, **task), render_mode
        self.observation_space, self.action_space = _spaces(self._batch)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Begin an episode; `options` may have "clip" and "start" [s]."""
        super().reset(seed=seed)
        if seed is not None:
            self._batch.reseed(seed)
        return self._batch.reset(np.arange(1), **(options or {}))[0], {}

    def step(self, action: np.ndarray) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """One decision, a thirtieth of a second."""
        found = self._batch.step(np.asarray(action, dtype=np.float64)[None])
        info = {name: float(term[0]) for name, term in found.terms.items()}
        info["error"] = float(found.errors[0])
        return (
            found.observations[0], float(found.rewards[0]), bool(found.failed[0]),
            bool(found.ended[0]), info,
        )  # fmt: skip

    def close(self) -> None:
        """Free the engine."""
        self._batch.close()


@final
class ImitationVectorEnv(gym.vector.VectorEnv):  # type: ignore[misc, unused-ignore]
    """N light bodies, stepped together. Rows whose episode is over are reset in the same step.

    `info` has each reward term by name, (N,), and where episodes ended "final_obs", (N, D).
    """

    metadata: ClassVar[dict[str, Any]] = {  # type: ignore[misc, unused-ignore]
        "render_modes": [], "autoreset_mode": gym.vector.AutoresetMode.SAME_STEP
    }  # fmt: skip

    def __init__(
        self, num_envs: int = 64, motions: Motion | Sequence[Motion] | str = "core",
        *, render_mode: None = None, **task: Any,
    ) -> None:  # fmt: skip
        """See `ImitationEnv`; `num_envs` is N."""
        self.num_envs, self.render_mode = num_envs, render_mode
        self._batch = _batch(motions, num_envs, **task)
        self.single_observation_space, self.single_action_space = _spaces(self._batch)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Begin an episode in every row."""
        if seed is not None:
            self._batch.reseed(seed)
        return self._batch.reset(np.arange(self.num_envs), **(options or {})), {}

    def step(
        self, actions: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """One decision of every row."""
        found = self._batch.step(np.asarray(actions, dtype=np.float64))
        info: dict[str, Any] = {**found.terms, "error": found.errors}
        seen, done = found.observations, found.failed | found.ended
        if done.any():
            info["final_obs"], info["_final_obs"] = seen.copy(), done
            rows = np.flatnonzero(done)
            seen[rows] = self._batch.reset(rows)
        return seen, found.rewards, found.failed, found.ended, info

    def close_extras(self, **kwargs: Any) -> None:
        """Free the engine."""
        self._batch.close()
