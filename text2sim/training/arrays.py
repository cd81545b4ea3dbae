"""The corpus as arrays on disk: built once for a configuration, then memory-mapped."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, final

import numpy as np

from text2sim.data.captioner import mirror_words
from text2sim.data.corpus import Segment, Take, read_index, write_index
from text2sim.data.corpus import weights as draw_weights
from text2sim.errors import ResourceError
from text2sim.language.tokens import encode_batch
from text2sim.motion.ssm.conditioning import ground_channels
from text2sim.motion.ssm.features import DIM, encode, statistics

VERSION = 2
"""Of the layout; raised when older files no longer fit."""
_NAMES = ("features", "places", "ground", "starts")


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Corpus:
    """Frames of all takes one after the other, and the segments to draw.

    Attributes:
        features: (N, `DIM`) float16.
        places: x, y [m] and yaw [rad], world, (N, 3) float32.
        ground: plan channels of the ground, (N, 9) float16.
        starts: first frame of each take, and the end of the last, (K + 1,).
        segments: with the take of each; frames count from the take's first.
        weights: how often each is drawn, (S,).
        mean, scale: of the features, (`DIM`,).
    """

    features: np.ndarray
    places: np.ndarray
    ground: np.ndarray
    starts: np.ndarray
    segments: tuple[tuple[int, Segment], ...]
    weights: np.ndarray
    mean: np.ndarray
    scale: np.ndarray

    @property
    def minutes(self) -> float:
        """Length of all takes."""
        return len(self.features) / 20.0 / 60.0


def key_of(settings: dict[str, Any]) -> str:
    """Name of the folder for a corpus of these settings."""
    text = json.dumps([VERSION, DIM, settings], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def open_corpus(folder: Path, build: Callable[[], Sequence[Take]]) -> Corpus:
    """The corpus in `folder`; built and written first where it is not there.

    Raises:
        ResourceError: the folder is damaged.
    """
    if not (folder / "index.jsonl").is_file():
        _write(folder, build())
    try:
        arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in _NAMES}
        rows = tuple(read_index(folder / "index.jsonl"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ResourceError(
            f"The training corpus in {folder} is damaged ({error}). Delete the folder: it is built "
            "again at the next start."
        ) from error
    mean, scale = statistics(
        np.asarray(
            arrays["features"][:: max(1, len(arrays["features"]) // 200_000)], dtype=np.float32
        )
    )
    drawn = draw_weights([segment for _, segment in rows])
    return Corpus(**arrays, segments=rows, weights=drawn, mean=mean, scale=scale)


def _write(folder: Path, takes: Iterable[Take]) -> None:
    features, places, ground, starts, rows = [], [], [], [0], []
    for number, take in enumerate(takes):
        made, place = encode(take.motion.tracks[0], take.ground)
        felt = np.tile(np.append(np.zeros(8), 1.0), (len(made), 1))
        if take.ground is not None and take.height is not None:
            felt = ground_channels(place, take.ground, take.height)
        features.append(made.astype(np.float16))
        places.append(place.astype(np.float32))
        ground.append(felt.astype(np.float16))
        starts.append(starts[-1] + len(made))
        rows += [(number, segment) for segment in take.segments]
    folder.mkdir(parents=True, exist_ok=True)
    arrays = (features, places, ground)
    for name, content in zip(
        _NAMES, [np.concatenate(part) for part in arrays] + [np.array(starts)]
    ):
        temporary = folder / f"{name}.part.npy"
        np.save(temporary, content, allow_pickle=False)
        os.replace(temporary, folder / f"{name}.npy")
    write_index(folder / "index.jsonl", rows)


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Sentences:
    """Tokens of all sentences of a corpus and of their mirror images.

    Attributes:
        places: sentence -> row.
        tokens: vectors and marks, (n, L, E) float16.
        present: (n, L) bool.
    """

    places: dict[str, int]
    tokens: np.ndarray
    present: np.ndarray

    @classmethod
    def of(cls, segments: Iterable[Segment], length: int) -> Sentences:
        """Encode what segments say, as it is and mirrored."""
        plain = [text for segment in segments for text in segment.texts]
        texts = list(dict.fromkeys([*plain, *map(mirror_words, plain)]))
        parts = [encode_batch(texts[i : i + 512], length=length) for i in range(0, len(texts), 512)]
        tokens = [
            np.concatenate([part.vectors, part.marks], axis=-1).astype(np.float16) for part in parts
        ]
        return cls(
            places={text: row for row, text in enumerate(texts)},
            tokens=np.concatenate(tokens), present=np.concatenate([p.mask for p in parts]),
        )  # fmt: skip


def without(corpus: Corpus, tags: Iterable[str]) -> Corpus:
    """The corpus with other weights: segments with any of these tags are never drawn."""
    barred = set(tags)
    kept = np.array([not barred & set(segment.tags) for _, segment in corpus.segments])
    drawn = corpus.weights * kept
    return replace(corpus, weights=drawn / drawn.sum())
