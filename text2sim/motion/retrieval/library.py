"""The clips that can be looked up: windows of the pack's training split, and what is told of them.

python -m text2sim.motion.retrieval.library --output models/retrieval/library.json

The library is a list of windows with sentences and a few measures; motion stays in the pack. Clips
of the validation and test split are not in it, so that it can be evaluated.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated, Any, final

import numpy as np
import typer
from numpy.typing import NDArray

from text2sim.data.captioner import mirror_words
from text2sim.data.dataset import MotionDataset
from text2sim.data.sources import Clip
from text2sim.data.told import FPS, told_windows
from text2sim.edit.common import facing
from text2sim.errors import ResourceError
from text2sim.io.files import read_text, replacing
from text2sim.language.marks import COLUMN
from text2sim.language.tokens import encode
from text2sim.resources import resource
from text2sim.types import Motion, Track

Array = NDArray[np.floating]
FORMAT = 1
_SIDES = [COLUMN[n] for n in ("left", "right", "clockwise", "counterclockwise")]
_TOLD = [COLUMN[n] for n in ("forward", "backward", "sideways", "up", "down", "straight", "round",
                             "slow", "fast", "count", "angle")]  # fmt: skip


@final
@dataclass(frozen=True, kw_only=True)
class Entry:
    """A window of a clip that can be looked up.

    Attributes:
        clip: id in the pack.
        start, stop: frames at 20 frames/s.
        texts: what is told of it: people's sentences, then automatic ones.
        events: kind, start and end [s] of what the automatic caption tells, in order.
        speed: way of the pelvis along the ground over time [m/s].
        way: from the first to the last frame [m], ahead and to the left as the body faces first.
        turned: by how much the body faces elsewhere in the end [rad].
        low, first, last: height of the pelvis over that of standing: least, first, last.
        arms: mean height of the higher wrist over the pelvis [m].
        mirrored: to be mirrored before use; texts and numbers are those of the mirror image.
    """

    clip: str
    start: int
    stop: int
    texts: tuple[str, ...]
    events: tuple[tuple[str, float, float], ...]
    speed: float
    way: tuple[float, float]
    turned: float
    low: float
    first: float
    last: float
    arms: float
    mirrored: bool = False

    @property
    def duration(self) -> float:
        """Length [s]."""
        return (self.stop - self.start) / FPS

    def mirror(self) -> Entry:
        """The same of the mirror image."""
        return replace(
            self, texts=tuple(map(mirror_words, self.texts)), way=(self.way[0], -self.way[1]),
            turned=-self.turned, mirrored=not self.mirrored,
        )  # fmt: skip

    def motion(self) -> Motion:
        """The window's motion, on the pack's skeleton, at 20 frames/s."""
        from text2sim.edit import crop, mirror

        found = crop(_clip(self.clip), self.start / FPS, self.stop / FPS)
        return mirror(found) if self.mirrored else found


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Library:
    """Entries, and rows for all their sentences.

    Attributes:
        vectors: a unit row a sentence, (S, D).
        owners: the entry that each sentence belongs to, (S,).
        rarity: of tokens; a word that every sentence has says little.
    """

    entries: tuple[Entry, ...]
    vectors: Array
    owners: NDArray[np.intp]
    rarity: dict[str, float]

    def scores(self, text: str) -> Array:
        """How near the nearest sentence of each entry is to a text, cosine, (N,)."""
        similar = self.vectors @ sentence_vector(text, self.rarity)
        best = np.full(len(self.entries), -1.0)
        np.maximum.at(best, self.owners, similar)
        return best


@cache
def library() -> Library:
    """The released library, each entry with its mirror image where a sentence names a side.

    Raises:
        ResourceError: it is missing or damaged.
    """
    path = resource("models", "retrieval", "library.json")
    try:
        content = json.loads(read_text(path))
        if content["format"] != FORMAT:
            raise ValueError(f"format {content['format']}, not {FORMAT}")
        entries = [_entry(row) for row in content["entries"]]
    except (ValueError, KeyError, TypeError) as error:
        raise ResourceError(f"{path} is no library of clips: {error!r}.") from error
    return indexed(entries)


def indexed(entries: list[Entry]) -> Library:
    """A library of entries and mirror images."""
    both = entries + [e.mirror() for e in entries if e.mirror().texts != e.texts or e.turned]
    pieces = [set(encode(text).pieces) for e in entries for text in e.texts]
    counts: dict[str, int] = {}
    for found in pieces:
        for piece in found:
            counts[piece] = counts.get(piece, 0) + 1
    rarity = {piece: float(np.log(len(pieces) / n)) for piece, n in counts.items()}
    rarity[""] = float(np.log(len(pieces)))
    pairs = [(owner, text) for owner, entry in enumerate(both) for text in entry.texts]
    rows = {text: sentence_vector(text, rarity) for _, text in pairs}
    return Library(
        entries=tuple(both), vectors=np.array([rows[text] for _, text in pairs]),
        owners=np.array([owner for owner, _ in pairs]), rarity=rarity,
    )  # fmt: skip


def sentence_vector(text: str, rarity: dict[str, float]) -> Array:
    """A unit row (D,): mean of token vectors weighted by rarity, beside marks of sides and ways."""
    found = encode(text)
    if not len(found.vectors):
        return np.zeros(256 + len(_SIDES) + len(_TOLD))
    weight = np.array([rarity.get(piece, rarity[""]) for piece in found.pieces])
    weight *= 1.0 - 0.7 * found.marks[:, COLUMN["function"]]
    vectors = found.vectors / np.linalg.norm(found.vectors, axis=1, keepdims=True)
    mean = weight @ vectors / max(1e-9, weight.sum())
    mean /= max(1e-9, float(np.linalg.norm(mean)))
    row = np.concatenate([
        mean, 0.45 * found.marks[:, _SIDES].max(axis=0), 0.25 * found.marks[:, _TOLD].max(axis=0)
    ])  # fmt: skip
    return row / np.linalg.norm(row)


def build(clips: Iterable[Clip]) -> list[Entry]:
    """Entries of clips, in order; windows of which nothing is told have none."""
    return [
        Entry(
            clip=w.clip, start=w.start, stop=w.stop, texts=w.texts,
            events=tuple((e.kind, round(e.start, 2), round(e.end, 2)) for e in w.events),
            **_measures(w.track),
        )
        for w in told_windows(clips)
    ]  # fmt: skip


def _measures(track: Track) -> dict[str, Any]:
    """The numbers of an entry."""
    p = track.positions()
    root, yaw = track.root_positions, np.unwrap(facing(p))
    steps = np.linalg.norm(np.diff(root[:, :2], axis=0), axis=1)
    c, s = np.cos(yaw[0]), np.sin(yaw[0])
    x, y = root[-1, :2] - root[0, :2]
    height = root[:, 2] / track.skeleton.pelvis_height
    return {
        "speed": round(float(steps.mean() * FPS), 3),
        "way": (round(float(c * x + s * y), 3), round(float(c * y - s * x), 3)),
        "turned": round(float(yaw[-1] - yaw[0]), 3),
        "low": round(float(height.min()), 3), "first": round(float(height[0]), 3),
        "last": round(float(height[-1]), 3),
        "arms": round(float((p[:, [20, 21], 2] - p[:, :1, 2]).max(axis=1).mean()), 3),
    }  # fmt: skip


def _entry(row: dict[str, Any]) -> Entry:
    lists = {key: tuple(row[key]) for key in ("texts", "way")}
    return Entry(**{**row, **lists, "events": tuple(map(tuple, row["events"]))})


@lru_cache(maxsize=64)
def _clip(name: str) -> Motion:
    return _pack()[name].motion()


@cache
def _pack() -> MotionDataset:
    return MotionDataset.open_pack()


def _main(output: Annotated[Path, typer.Option(help="library.json")]) -> None:
    """Build the library from the pack's training split."""
    from text2sim.data.splits import clips_of

    rows = []
    for entry in build(clips_of(_pack(), "train")):
        row = asdict(entry)
        del row["mirrored"]
        rows.append(json.dumps(row))
    text = f'{{"format": {FORMAT}, "entries": [\n' + ",\n".join(rows) + "\n]}\n"
    with replacing(output) as path:
        path.write_text(text, encoding="utf-8")
    print(f"{len(rows)} entries")


if __name__ == "__main__":
    typer.run(_main)
