"""Stable-Baselines3's view of `ImitationBatch`."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any, final

import numpy as np
from gymnasium.spaces import Box

from text2sim.control.tracking.clip import RATE
from text2sim.control.tracking.observation import LARGEST
from text2sim.errors import MissingExtraError
from text2sim.imitation.batch import ImitationBatch, Stepped

try:
    from stable_baselines3.common.vec_env.base_vec_env import VecEnv
except ImportError as error:
    raise MissingExtraError(
        'Training needs stable-baselines3. Install it with: pip install "text2sim[rl]"'
    ) from error


@final
class RowsVecEnv(VecEnv):  # type: ignore[misc, unused-ignore]
    """All rows of a batch as one vectorised environment; it keeps account of what happened."""

    def __init__(self, batch: ImitationBatch) -> None:
        self.batch, self.render_mode = batch, None
        self._sums: dict[str, list[float]] = {}
        self._ages: deque[int] = deque(maxlen=1000)
        super().__init__(
            batch.count,
            Box(-np.inf, np.inf, (batch.observations,), np.float32),
            Box(-LARGEST, LARGEST, (batch.actions,), np.float32),
        )

    def reset(self) -> np.ndarray:
        """Begin an episode in every row."""
        return self.batch.reset(np.arange(self.num_envs))

    def step_async(self, actions: np.ndarray) -> None:
        """Take note of the actions, (N, A)."""
        self._actions = actions.astype(np.float64)

    def step_wait(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[dict[str, Any]]]:
        """Advance; rows whose episode is over begin another one."""
        found = self.batch.step(self._actions)
        done = found.failed | found.ended
        self._account(found, done)
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        seen, rows = found.observations, np.flatnonzero(done)
        for row in rows:
            infos[row] = {"terminal_observation": seen[row].copy(),
                          "TimeLimit.truncated": bool(found.ended[row])}  # fmt: skip
        if len(rows):
            seen[rows] = self.batch.reset(rows)
        return seen, found.rewards.astype(np.float32), done, infos

    def _account(self, found: Stepped, done: np.ndarray) -> None:
        self._ages.extend(self.batch.age[done])
        named = {"reward": found.rewards, "error": found.errors, "failed": found.failed}
        for name, numbers in (named | found.terms).items():
            self._sums.setdefault(name, []).append(float(numbers.mean()))

    def seconds_alive(self) -> float:
        """Mean length of the last thousand episodes [s]."""
        return float(np.mean(self._ages or [0])) / RATE

    def rounds(self) -> int:
        """Steps since the last summary."""
        return len(self._sums.get("reward", ()))

    def summary(self) -> dict[str, float]:
        """Means since the last call, by name: reward and its terms, error, failed."""
        means = {name: float(np.mean(numbers)) for name, numbers in self._sums.items()}
        self._sums = {}
        return means | {"seconds_alive": self.seconds_alive()}

    def close(self) -> None:
        """Free the engine."""
        self.batch.close()

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """Of this environment, for each row."""
        return [getattr(self, attr_name)] * len(self._rows(indices))

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """Of this environment, for all rows."""
        setattr(self, attr_name, value)

    def env_method(self, method_name: str, *args: Any, **kwargs: Any) -> list[Any]:
        """Rows are no environments of their own.

        Raises:
            NotImplementedError: always.
        """
        raise NotImplementedError(f"Rows of a batch have no method {method_name}.")

    def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> list[bool]:
        """No row is."""
        return [False] * len(self._rows(indices))

    def seed(self, seed: int | None = None) -> Sequence[int | None]:
        """Seed the stream of all rows."""
        self.batch.reseed(seed or 0)
        return [seed] * self.num_envs

    def _rows(self, indices: Any) -> list[int]:
        return list(self._get_indices(indices))
