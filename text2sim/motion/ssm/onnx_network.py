"""`Network` by exported graphs and onnxruntime: no torch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, final

import numpy as np

from text2sim.errors import ConfigError, ResourceError
from text2sim.graphs import open_graph
from text2sim.motion.ssm.config import SSMMotionConfig
from text2sim.motion.ssm.features import DIM
from text2sim.motion.ssm.sampler import Array, State

GRAPHS = ("text", "memory", "denoiser")


@final
class OnnxNetwork:
    """The graphs of a released folder; see `text2sim.training.export`."""

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        self.folder = folder
        self.config = _config(folder)
        self.mean, self.scale = _normaliser(folder)
        self._sessions = {
            name: open_graph(folder / f"{name}.onnx", "The ssm backend", threads=threads)
            for name in GRAPHS
        }
        for name, session in self._sessions.items():
            _check_inputs(session, _channels(self.config)[name], folder / f"{name}.onnx")
        frames = self._sessions["memory"].get_inputs()[0].shape[1]
        self._span = frames if isinstance(frames, int) else self.config.chunk

    def read(self, tokens: Array, present: Array, known: Array) -> tuple[Array, Array]:
        """See `Network`."""
        given = {"tokens": tokens.astype(np.float32), "present": present, "known": known}
        read, total = self._sessions["text"].run(None, given)
        return read, total

    def remember(self, past: Array, mask: Array, state: State) -> tuple[Array, State]:
        """See `Network`; chunk by chunk, as the recurrence goes, or as the graph was exported."""
        run, parts, size = self._sessions["memory"].run, [], self._span
        for first in range(0, past.shape[1], size):
            part = slice(first, first + size)
            given = {"past": past[:, part], "mask": mask[:, part],
                     "state": state[0], "tail": state[1]}  # fmt: skip
            seen, *after = run(None, given)
            state = (after[0], after[1])
            parts.append(seen)
        return np.concatenate(parts, axis=1), state

    def denoise(self, noisy: Array, time: Array, given: dict[str, Array]) -> Array:
        """See `Network`."""
        return self._sessions["denoiser"].run(None, {"noisy": noisy, "time": time, **given})[0]


def _config(folder: Path) -> SSMMotionConfig:
    path = folder / "config.json"
    try:
        return SSMMotionConfig.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        if isinstance(error, ConfigError):
            raise
        raise ResourceError(f"{path} can't be read as the network's config: {error}.") from error


def _normaliser(folder: Path) -> tuple[Array, Array]:
    path = folder / "normaliser.npz"
    try:
        with np.load(path, allow_pickle=False) as file:
            mean, scale = file["mean"], file["scale"]
    except (OSError, ValueError, KeyError) as error:
        raise ResourceError(f"{path} can't be read: {error}.") from error
    good = mean.shape == scale.shape == (DIM,) and np.isfinite(mean).all() and (scale > 0).all()
    if not good:
        raise ResourceError(f"{path} must hold mean and scale of {DIM} features, scale over 0.")
    return mean.astype(np.float32), scale.astype(np.float32)


def _channels(config: SSMMotionConfig) -> dict[str, dict[str, int]]:
    """Numbers of a row of each graph's inputs, as the configuration has them."""
    return {
        "text": {"tokens": config.token_width},
        "memory": {"past": config.features},
        "denoiser": {
            "noisy": config.features, "context": config.d_model, "plan": config.plan,
            "manner": config.manner, "tokens": config.text_width, "mask": config.window,
        },
    }  # fmt: skip


def _check_inputs(session: Any, expected: dict[str, int], path: Path) -> None:
    given = {item.name: item.shape[-1] for item in session.get_inputs()}
    for name, size in expected.items():
        if name not in given:
            raise ResourceError(f"{path} has no input {name!r}: it is another network's graph.")
        if given[name] != size:
            raise ResourceError(
                f"{path}: the input {name!r} has {given[name]} numbers a row, config.json says "
                f"{size}: graph and configuration are of different networks."
            )
