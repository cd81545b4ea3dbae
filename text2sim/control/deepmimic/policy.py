"""The policy network: 197 numbers of state to 36 of set points."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np

from text2sim.control.deepmimic.checkpoint import read_checkpoint
from text2sim.errors import ResourceError
from text2sim.types.arrays import array, check_arrays

_NAMES = {
    "first": "agent/main/actor/0/dense", "second": "agent/main/actor/1/dense",
    "last": "agent/main/actor/dense",
}  # fmt: skip
_SHAPES = {
    "agent/main/actor/0/dense/kernel": (197, 1024),
    "agent/main/actor/1/dense/kernel": (1024, 512),
    "agent/main/actor/dense/kernel": (512, 36),
    "agent/resource/s_norm/mean": (197,),
    "agent/resource/a_norm/mean": (36,),
}


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class DeepMimicPolicy:
    """Mean of the trained Gaussian policy, two hidden layers of rectified linear units.

    Attributes:
        state_mean, state_std: normaliser of the state, (197,).
        action_mean, action_std: of the action, (36,).
        weights: of the three layers, and biases.
    """

    state_mean: np.ndarray = array("197")
    state_std: np.ndarray = array("197")
    action_mean: np.ndarray = array("36")
    action_std: np.ndarray = array("36")
    weights: tuple[tuple[np.ndarray, np.ndarray], ...]

    def __post_init__(self) -> None:
        check_arrays(self)

    @classmethod
    def load(cls, path: Path) -> DeepMimicPolicy:
        """Read a checkpoint of DeepMimic's humanoid.

        Raises:
            ResourceError: it is missing, or no policy of this body.
        """
        found = read_checkpoint(path)
        for name, shape in _SHAPES.items():
            have = found[name].shape if name in found else "nothing"
            if have != shape:
                raise ResourceError(
                    f"{path} is no policy of DeepMimic's humanoid: {name} should have the shape "
                    f"{shape}, it has {have}."
                )
        layers = [(found[f"{name}/kernel"], found[f"{name}/bias"]) for name in _NAMES.values()]
        norm = "agent/resource/{}_norm/{}".format
        return cls(
            state_mean=found[norm("s", "mean")],
            state_std=found[norm("s", "std")],
            action_mean=found[norm("a", "mean")],
            action_std=found[norm("a", "std")],
            weights=tuple(layers),
        )

    def act(self, state: np.ndarray) -> np.ndarray:
        """Set points (36,) for a state (197,)."""
        x = (state - self.state_mean) / self.state_std
        *hidden, (kernel, bias) = self.weights
        for weight, offset in hidden:
            x = np.maximum(x @ weight + offset, 0.0)
        return (x @ kernel + bias) * self.action_std + self.action_mean
