"""Build the open motion pack: python -m text2sim.data.pack_builder SOURCE RECORDINGS assets/motions

SOURCE has, for each layer, `<layer>.npz` with Y-up joint positions of 22 joints at 20 frames/s (one
array a clip, in steps of 1/q metre), `<layer>_index.jsonl` (id, frames, q, src, licence) and
`<layer>_captions.jsonl` (id, text, source, start, end in frames; -1 is the clip's end). RECORDINGS
has, for some layers, `<layer>_source_index.jsonl` (see `text2sim.data.pack_twist`) with BVH or AMC
files, which tell the twist. Rotations are fitted, strange frames at the head cut, stray ones
mended, and the floor is put to 0.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from text2sim.data.captions import Caption
from text2sim.data.fit import fit
from text2sim.data.pack import FPS, PackedClip, write_layer
from text2sim.data.pack_feet import cleaned, figures, planted
from text2sim.data.pack_twist import Recordings, calm
from text2sim.io.files import read_text
from text2sim.maths import axes
from text2sim.types.motion import Track

Array = NDArray[np.floating]
Turns = Callable[[str, Array], Array | None]

LAYERS: dict[str, str] = {
    "cmu": "cmu", "koeln": "koeln", "cc0_ual": "cc0_ual", "cc0_stylised": "cc0_stylised",
    "reactidle": "reactidle",
    "bysa_hdm05": "share_alike/hdm05", "bysa_zeroad": "share_alike/zeroad",
}  # fmt: skip
"""Layer of the source -> file of the pack, without suffix."""
WINDOWS: dict[str, float] = {"reactidle": 20.0}
"""Layer -> seconds of each clip that are taken: minutes of standing would outweigh the rest."""
WORDS: dict[str, str] = {"acts standing idle": "stands idle"}
"""Words of captions that are put plainly."""
UNCLEAR = ("kitml",)
"""Sources of captions that stay out, since their terms are unclear."""
HEAD = 12
"""Frames at the beginning of a clip that may be cut: a T-pose, or what jumps to the motion."""
JUMP = 0.3
"""Four joints jump if they move further than this against the pelvis in a frame [m], and four
times as far as in any of the next three."""
STRAY = 0.15
"""Four joints this far from the middle of their neighbours in time [m], and back, are stray."""
SHIFT = 0.15
"""A body is lowered no further than this [m]: beyond it, someone climbs or floats."""


@final
@dataclass(frozen=True, kw_only=True)
class Cleaned:
    """A clip after cleaning, our axes, (T, 22, 3), and what was done to it."""

    positions: Array
    cut: int
    mended: tuple[int, ...]


def clean(positions: Array) -> Cleaned:
    """Cut strange frames at the head of a clip (T, 22, 3), Z up, and mend stray ones."""
    cut = _strange_head(positions)
    p = positions[cut:].copy()
    middle = 0.5 * (p[2:] + p[:-2])
    off = np.linalg.norm(p[1:-1] - middle, axis=-1)
    across = np.linalg.norm(p[2:] - p[:-2], axis=-1)
    stray = np.flatnonzero(((off > STRAY) & (off > 2.0 * across)).sum(axis=1) >= 4) + 1
    p[stray] = middle[stray - 1]
    return Cleaned(positions=p, cut=cut, mended=tuple(stray.tolist()))


def _strange_head(positions: Array) -> int:
    """Frames to cut: those in T-pose from the beginning, and those before a jump."""
    if len(positions) <= 2 * HEAD:
        return 0
    posed = int(np.argmin([*_t_pose(positions[: HEAD + 1]), False]))
    posed = posed if posed <= HEAD else 0  # Arms held out for longer are meant.
    head = positions[: HEAD + 4] - positions[: HEAD + 4, :1]
    moved = np.linalg.norm(np.diff(head, axis=0), axis=-1)
    after = np.lib.stride_tricks.sliding_window_view(moved[1:], 3, axis=0).max(axis=-1)
    jumps = ((moved[:HEAD] > JUMP) & (moved[:HEAD] > 4.0 * after[:HEAD])).sum(axis=1) >= 4
    jumped = int(np.flatnonzero(jumps)[-1]) + 1 if jumps.any() else 0
    return max(posed, jumped)


def _t_pose(positions: Array) -> NDArray[np.bool_]:
    """Whether both arms point sideways, (T,)."""
    across = positions[:, 16] - positions[:, 17]
    across /= np.linalg.norm(across, axis=-1, keepdims=True)
    left, right = positions[:, 20] - positions[:, 16], positions[:, 17] - positions[:, 21]
    sideways = [
        np.sum(a * across, axis=-1) > 0.9 * np.linalg.norm(a, axis=-1) for a in (left, right)
    ]
    return sideways[0] & sideways[1]


def liveliest(positions: Array, seconds: float | None) -> Array:
    """The part of a clip (T, 22, 3), of so many seconds, in which the body moves most."""
    size = round((seconds or 0.0) * FPS)
    if not 0 < size < len(positions):
        return positions
    body = positions - positions[:, :1] * [1.0, 1.0, 0.0]
    starts = range(0, len(positions) - size + 1, round(FPS))
    spreads = [float(body[start : start + size].std(axis=0).mean()) for start in starts]
    start = starts[int(np.argmax(spreads))]
    return positions[start : start + size]


def is_broken(positions: Array, captions: list[str]) -> bool:
    """Whether a clip is all T-pose though no caption speaks of arms: they were not recorded."""
    return bool(_t_pose(positions).all()) and not any("arm" in text for text in captions)


def on_floor(track: Track) -> Track:
    """The track, moved so that the soles of its lowest frames are at z = 0."""
    low = np.quantile(track.soles()[..., 2].min(axis=1), 0.05)
    if low > SHIFT:
        return track
    return Track(
        actor=track.actor, skeleton=track.skeleton,
        root_positions=track.root_positions - [0.0, 0.0, low],
        rotations_wxyz=track.rotations_wxyz, contacts=track.contacts,
    )  # fmt: skip


@final
@dataclass
class _Layer:
    """A layer while it is built, and what was done to its clips."""

    clips: list[tuple[PackedClip, Track]] = field(default_factory=list)
    recorded: list[Track] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    cut: int = 0
    mended: int = 0
    turned: int = 0
    feet: Counter[str] = field(default_factory=Counter)
    worst: float = 0.0

    def add(
        self, row: dict[str, Any], positions: Array, captions: list[dict[str, Any]], turns: Turns
    ) -> None:
        """Clean a clip and fit rotations to it."""
        if is_broken(positions, [caption["text"] for caption in captions]):
            self.broken.append(row["id"])
            return
        known, found = turns(row["id"], positions), clean(positions)
        known = None if known is None else known[found.cut :]
        track = fit(found.positions, FPS, turns_wxyz=known)
        error = np.linalg.norm(track.positions() - found.positions, axis=-1).max(axis=1)
        error[list(found.mended)] = 0.0  # Half way between two poses bones are short.
        self.worst = max(self.worst, float(error.max()))
        track = planted(on_floor(calm(track)), FPS)
        result, how = cleaned(track, FPS)
        self.cut += bool(found.cut)
        self.mended += len(found.mended)
        self.turned += known is not None
        self.feet[how] += 1
        self.recorded.append(track)
        self.clips.append((_packed(row, captions, found), result))

    def report(self) -> str:
        """What was done, and figures before and after it."""
        minutes = sum(clip.frames for clip, _ in self.clips) / FPS / 60.0
        after = figures([track for _, track in self.clips], FPS)
        return (
            f"{len(self.clips)} clips, {minutes:.1f} min; {self.cut} heads cut, {self.mended} "
            f"frames mended, {self.turned} with recorded twist, fitted within "
            f"{self.worst * 1e3:.1f} mm; left out: {', '.join(self.broken) or 'none'}; feet "
            f"only locked in {self.feet['locked']}, as recorded in {self.feet['recorded']}\n"
            f"  recorded: {figures(self.recorded, FPS)}\n  cleaned:  {after}"
        )


def build(source: Path, recordings: Path, target: Path) -> None:
    """Build all layers and say what was done.

    Raises:
        ResourceError: a file of the source is missing.
    """
    for layer, name in LAYERS.items():
        rows = {row["id"]: row for row in _lines(source / f"{layer}_index.jsonl")}
        captions: dict[str, list[dict[str, Any]]] = {}
        for row in _lines(source / f"{layer}_captions.jsonl"):
            if row["source"] not in UNCLEAR:
                captions.setdefault(row["id"], []).append(row)
        built, turns = _Layer(), Recordings(recordings, layer).turns
        with np.load(source / f"{layer}.npz", allow_pickle=False) as arrays:
            for key in sorted(rows):
                positions = axes.z_up(arrays[key] / float(rows[key]["q"]))
                positions = liveliest(positions, WINDOWS.get(layer))
                built.add(rows[key], positions, captions.get(key, []), turns)
        path = (target / name).with_suffix(".npz")
        path.parent.mkdir(parents=True, exist_ok=True)
        write_layer(path, built.clips)
        print(f"{name}: {path.stat().st_size / 1e6:.2f} MB; {built.report()}", flush=True)


def _packed(row: dict[str, Any], captions: list[dict[str, Any]], cleaned: Cleaned) -> PackedClip:
    frames = len(cleaned.positions)
    return PackedClip(
        id=row["id"], frames=frames, source=row["src"], licence=row["licence"],
        captions=tuple(_caption(item, cleaned.cut, frames) for item in captions),
    )  # fmt: skip


def _caption(row: dict[str, Any], cut: int, frames: int) -> Caption:
    text = row["text"]
    for words, plain in WORDS.items():
        text = text.replace(words, plain)
    if row["end"] < 0 and row["start"] <= cut:
        return Caption(text=text)
    end = frames if row["end"] < 0 else min(row["end"] - cut, frames)
    return Caption(text=text, start=max(row["start"] - cut, 0) / FPS, end=end / FPS)


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in read_text(path).splitlines() if line.strip()]


if __name__ == "__main__":
    build(*map(Path, sys.argv[1:4]))
