"""A released tracking policy: its graph, and which bodies it is for."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np
from numpy.typing import NDArray

from text2sim.control.tracking.observation import ACTIONS
from text2sim.errors import ConfigError, ResourceError
from text2sim.graphs import open_graph
from text2sim.types import SceneActor

VERSION = 1
"""Of what a policy sees and does; raised when older policies no longer fit."""


@final
@dataclass(frozen=True, kw_only=True)
class PolicyConfig:
    """What goes with the graph.

    Attributes:
        version: see `VERSION`.
        seen: numbers that the policy sees.
        statures: least and largest [m] of the bodies that it was trained for.
        masses: the same [kg].
    """

    version: int
    seen: int
    statures: tuple[float, float]
    masses: tuple[float, float]

    def check(self, actor: SceneActor) -> None:
        """That the policy knows bodies like an actor's.

        Raises:
            ConfigError: it does not.
        """
        who = actor.character
        for name, value, (low, high), unit in (
            ("tall", who.stature, self.statures, "m"), ("heavy", who.mass, self.masses, "kg"),
        ):  # fmt: skip
            if not low <= value <= high:
                raise ConfigError(
                    f"The tracking policy knows bodies {low:g} to {high:g} {unit} {name}; "
                    f"{actor.id} is {value:.2f} {unit}. Choose another seed or prompt, or "
                    'controller="pd".'
                )


@final
class TrackingPolicy:
    """Mean actions for what is seen."""

    def __init__(self, folder: Path) -> None:
        """Read a folder with config.json and policy.onnx.

        Raises:
            ResourceError: a file is missing or damaged.
            ConfigError: the policy is of another version.
        """
        self.folder, self.config = folder, _config(folder / "config.json")
        self._session = open_graph(folder / "policy.onnx", "The ppo controller")
        shape = self._session.get_inputs()[0].shape
        if shape[-1] != self.config.seen:
            raise ResourceError(
                f"{folder}: the graph sees {shape[-1]} numbers, config.json says "
                f"{self.config.seen}."
            )

    def act(self, seen: NDArray[np.float32]) -> NDArray[np.float64]:
        """Actions (N, `ACTIONS`) for what is seen, (N, D).

        Raises:
            ConfigError: the policy sees something else.
        """
        if seen.shape[1] != self.config.seen:
            raise ConfigError(
                f"The policy in {self.folder} sees {self.config.seen} numbers, not "
                f"{seen.shape[1]}: it is of another version of text2sim."
            )
        actions = self._session.run(None, {"seen": seen})[0]
        return np.asarray(actions, dtype=np.float64).reshape(len(seen), ACTIONS)


def digest(folder: Path) -> str:
    """One sha256 over the files that a policy is read from; empty where one is missing."""
    files = [folder / name for name in ("config.json", "policy.onnx")]
    if not all(file.is_file() for file in files):
        return ""
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _config(path: Path) -> PolicyConfig:
    if not path.is_file():
        raise ResourceError(
            f"There is no tracking policy in {path.parent}: {path.name} is missing. Train one with "
            "`text2sim train controller`, and write it with `python -m "
            "text2sim.training.export_controller RUN FOLDER`."
        )
    try:
        raw = json.loads(path.read_text("utf-8"))
        low, high = (float(value) for value in raw["statures"])
        light, heavy = (float(value) for value in raw["masses"])
        config = PolicyConfig(
            version=int(raw["version"]), seen=int(raw["seen"]), statures=(low, high),
            masses=(light, heavy),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise ResourceError(f"{path} is no configuration of a policy: {error}.") from error
    if config.version != VERSION:
        raise ConfigError(
            f"The policy in {path.parent} is of version {config.version}; this text2sim runs "
            f"version {VERSION}. Export it again with the text2sim that trained it, or train anew."
        )
    return config
