"""Environments for Gymnasium: bodies that follow motion, on any ground, pushed or not.

Importing this registers `text2sim/Imitation-v0`, `text2sim/Terrain-v0` and `text2sim/Push-v0`; it
needs `pip install "text2sim[rl]"`. `text2sim.imitation`, which is behind them, does not.
"""

from __future__ import annotations

from typing import Any

from text2sim.errors import MissingExtraError

try:
    from gymnasium.envs.registration import register, registry
except ImportError as error:
    raise MissingExtraError(
        'These environments need gymnasium. Install it with: pip install "text2sim[rl]"'
    ) from error

ENVIRONMENTS: dict[str, dict[str, Any]] = {
    "text2sim/Imitation-v0": {"motions": "core"},
    "text2sim/Terrain-v0": {"motions": "terrain"},
    "text2sim/Push-v0": {"motions": "core", "push_every": 2.0},
}
"""Names and what they are made with, unless `gymnasium.make` is told otherwise."""

for _name, _options in ENVIRONMENTS.items():
    if _name not in registry:
        register(
            id=_name,
            entry_point="text2sim.envs.gym_env:ImitationEnv",
            vector_entry_point="text2sim.envs.gym_env:ImitationVectorEnv",
            kwargs=_options,
        )
