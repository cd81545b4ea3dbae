"""The text-motion evaluator: embeds motions and sentences on one sphere, torch-free.

>>> judge = Evaluator.load()
>>> judge.texts(["a man walks"]) @ judge.motions([features]).T    # cosine, (1, 1)

Motions are judged by joint positions: whatever made them, they get HumanML3D's 263 features at 20
frames/s (`samples.features`). How it is trained: `training`; how good it is: models/evaluator.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from text2sim.errors import ResourceError, ShapeError
from text2sim.evaluation.samples import LONGEST
from text2sim.graphs import open_graph
from text2sim.language.tokens import encode_batch
from text2sim.resources import resource
from text2sim.types.arrays import array, check_arrays

Array = NDArray[np.floating]
_BATCH = 32


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Normaliser:
    """Mean and standard deviation (D,) of the features of a frame."""

    mean: np.ndarray = array("D")
    std: np.ndarray = array("D")

    def __post_init__(self) -> None:
        check_arrays(self)

    @classmethod
    def of(cls, features: list[np.ndarray]) -> Normaliser:
        """From clips' features (T, D); columns that hardly change are not blown up."""
        frames = np.concatenate(features)
        std = frames.std(axis=0)
        for part in (slice(0, 4), slice(4, 67), slice(67, 193), slice(193, 259), slice(259, None)):
            std[part] = np.maximum(std[part], 0.1 * std[part].mean())
        return cls(mean=frames.mean(axis=0), std=std)


def batch_of(
    features: list[np.ndarray], norm: Normaliser, size: int = 4
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Clips' features (T, D) normalised and padded to (B, N, D), N >= size, and the mask (B, N)."""
    size = max(size, *(len(f) for f in features))
    size = min(LONGEST, -4 * (-size // 4))
    rows = np.zeros((len(features), size, len(norm.mean)), dtype=np.float32)
    mask = np.zeros((len(features), size), dtype=bool)
    for row, clip in enumerate(features):
        clip = clip[:size]
        rows[row, : len(clip)] = (clip - norm.mean) / norm.std
        mask[row, : len(clip)] = True
    return rows, mask


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Evaluator:
    """Two graphs, run by onnxruntime, and the normaliser of features."""

    folder: Path
    norm: Normaliser
    _motion: Any
    _text: Any

    @classmethod
    def load(cls, folder: Path | None = None) -> Evaluator:
        """From a folder as `export` writes it; None takes the released one.

        Raises:
            MissingExtraError: onnxruntime is not installed.
            ResourceError: a file is missing or damaged.
        """
        folder = resource("models", "evaluator") if folder is None else Path(folder)
        try:
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            norm = Normaliser(
                mean=np.array(config["normaliser"]["mean"], dtype=np.float32),
                std=np.array(config["normaliser"]["std"], dtype=np.float32),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ResourceError(
                f"{folder / 'config.json'} is no evaluator's configuration: {error!r}."
            ) from error
        return cls(
            folder=folder, norm=norm, _motion=open_graph(folder / "motion.onnx", "The evaluator"),
            _text=open_graph(folder / "text.onnx", "The evaluator"),
        )  # fmt: skip

    def motions(self, features: Sequence[Array]) -> Array:
        """Embeddings (N, E) of length 1 of clips' features (T, 263), at 20 frames/s.

        Raises:
            ShapeError: a clip is under 4 frames or not 263 wide, or holds NaN.
        """
        for clip in features:
            if clip.ndim != 2 or clip.shape[1] != len(self.norm.mean) or len(clip) < 4:
                raise ShapeError(
                    f"The evaluator needs (T, {len(self.norm.mean)}) features of 4 frames or more; "
                    f"got {clip.shape}."
                )
            if not np.isfinite(clip).all():
                raise ShapeError("The evaluator got features with NaN or infinite numbers.")
        found = []
        for start in range(0, len(features), _BATCH):
            part = list(features[start : start + _BATCH])
            # The convolutions see a little of the padding: one length for all, whatever the batch.
            rows, mask = batch_of(part, self.norm, LONGEST)
            found.append(self._motion.run(None, {"features": rows, "mask": mask})[0])
        return np.concatenate(found)

    def texts(self, texts: Sequence[str]) -> Array:
        """Embeddings (N, E) of length 1 of sentences.

        Raises:
            ConfigError: there are none.
        """
        found = []
        for start in range(0, max(1, len(texts)), _BATCH):
            words = encode_batch(texts[start : start + _BATCH])
            feed = {"vectors": words.vectors, "marks": words.marks, "mask": words.mask}
            found.append(self._text.run(None, feed)[0])
        return np.concatenate(found)
