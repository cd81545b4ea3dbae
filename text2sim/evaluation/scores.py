"""The table of an evaluation: all measures of a generator's motions, with intervals."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from text2sim.errors import ConfigError
from text2sim.evaluation import distances
from text2sim.evaluation.distances import POOL, TOP, Interval, interval
from text2sim.evaluation.evaluator import Evaluator
from text2sim.evaluation.generators import Generator, Kept, Told, safely
from text2sim.evaluation.metrics import Metrics
from text2sim.evaluation.physical import physical
from text2sim.evaluation.samples import FPS, SHORTEST, Sample, features
from text2sim.types import Track

Array = NDArray[np.floating]
Report = Callable[[str, int, int], None]
_PERSON = re.compile(r"\b(?:a|an|the) (?:man|woman|person|boy|girl)\b|\bsomeone\b")


@final
@dataclass(frozen=True, kw_only=True)
class Protocol:
    """How an evaluation is done.

    Attributes:
        repeats: deals of pools, over which intervals are taken.
        generations: motions made of every sentence, with other seeds; repeats take them in turn.
        texts, motions: multimodality looks at so many motions of so many sentences.
    """

    repeats: int = 20
    generations: int = 2
    texts: int = 16
    motions: int = 6
    seed: int = 0

    def __post_init__(self) -> None:
        for name, low in (("repeats", 1), ("generations", 1), ("texts", 1), ("motions", 2)):
            if getattr(self, name) < low:
                raise ConfigError(f"{name} must be {low} or more; got {getattr(self, name)}.")


@final
@dataclass(frozen=True, kw_only=True)
class Row:
    """One generator's figures.

    Attributes:
        scores: measures by name; "r3_unseen" is R-precision among captions that training lacked.
        physical: means over all motions, generation by generation, and over these.
        failed: sentences of which nothing was made; a standing body took the place.
        seconds: CPU seconds a motion second.
    """

    name: str
    scores: dict[str, Interval]
    physical: Metrics
    windows: int
    failed: int = 0
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        scores = {k: {"mean": v.mean, "half": v.half} for k, v in self.scores.items()}
        return {"name": self.name, "windows": self.windows, "failed": self.failed,
                "seconds": self.seconds, "scores": scores,
                "physical": self.physical.as_dict()}  # fmt: skip


def text_scores(
    texts: Array, motions: Array, names: Sequence[str], *, repeats: int, seed: int,
    pool: int = POOL,
) -> dict[str, Interval]:  # fmt: skip
    """R-precision 1, 2, 3 and the matching distance of pairs (N, E), over deals of the pools."""
    return _text_scores([motions], texts, names, repeats=repeats, seed=seed, pool=pool)


def real_row(judge: Evaluator, held: Sequence[Sample], other: Sequence[Sample],
             seen: Collection[str], protocol: Protocol) -> Row:  # fmt: skip
    """The figures of the real windows themselves.

    Their FID is measured to as many windows of other recordings: how far real is from real.
    """
    motions = judge.motions([s.features for s in held])
    rng = np.random.default_rng(protocol.seed)
    apart = [other[i] for i in rng.permutation(len(other))[: len(held)]]
    made = _Made(motions=[motions], bodies=[physical([s.track for s in held], FPS)])
    reference = judge.motions([s.features for s in apart]) if len(apart) > 1 else motions
    return _row("real", judge, held, reference, made, seen, protocol)


def generated_row(
    name: str, make: Generator, judge: Evaluator, held: Sequence[Sample], seen: Collection[str],
    protocol: Protocol, report: Report | None = None, *, kept: Kept | None = None,
) -> Row:  # fmt: skip
    """The figures of what a generator makes of the windows' sentences, at the windows' lengths.

    Args:
        name: of the row.
        make: what is judged.
        judge: by what.
        held: windows.
        seen: sentences of training.
        protocol: how.
        report: is told the name, how many motions are made, and how many there will be.
        kept: where motions are looked up, and left.
    """
    made = _Made(tell=kept.told if kept else safely)
    real = judge.motions([s.features for s in held])
    total = protocol.generations * len(held)
    for generation in range(protocol.generations):
        tracks = []
        for place, sample in enumerate(held):
            tracks.append(made.add(make, sample, protocol.seed + 1000 * generation + place))
            if report:
                report(name, generation * len(held) + place + 1, total)
        made.motions.append(judge.motions([features(t, FPS) for t in tracks]))
        made.bodies.append(physical(tracks, FPS))
    made.several = _several(made, make, judge, held, protocol)
    return _row(name, judge, held, real, made, seen, protocol)


@final
@dataclass(kw_only=True, eq=False)
class _Made:
    """Motions of a generator: embeddings (N, E) and physical measures, a generation."""

    motions: list[Array] = field(default_factory=list)
    bodies: list[Metrics] = field(default_factory=list)
    tell: Callable[[Generator, str, float, int], Told] = safely
    several: Array | None = None
    failed: set[str] = field(default_factory=set)
    cpu: float = 0.0
    length: float = 0.0

    def add(self, make: Generator, sample: Sample, seed: int) -> Track:
        told = self.tell(make, sample.texts[-1], sample.duration, seed)
        self.cpu += told.cpu
        self.length += sample.duration
        if not told.done:
            self.failed.add(sample.id)
        return _long_enough(told.track)


def _several(
    made: _Made, make: Generator, judge: Evaluator, held: Sequence[Sample], protocol: Protocol
) -> Array:
    """Embeddings (C, K, E) of several motions of each of some sentences."""
    rng = np.random.default_rng(protocol.seed)
    rows = []
    for place in rng.permutation(len(held))[: protocol.texts]:
        text, length = held[place].texts[-1], held[place].duration
        tracks = [made.tell(make, text, length, 7919 + k).track for k in range(protocol.motions)]
        rows.append(judge.motions([features(_long_enough(t), FPS) for t in tracks]))
    return np.array(rows)


def _row(
    name: str, judge: Evaluator, held: Sequence[Sample], reference: Array, made: _Made,
    seen: Collection[str], protocol: Protocol,
) -> Row:  # fmt: skip
    names = [s.texts[-1] for s in held]
    texts = judge.texts(names)
    known = np.array([anybody(text) in seen for text in names])
    scores: dict[str, Interval] = {}
    for part, chosen in (("", known | True), ("_seen", known), ("_unseen", ~known)):
        at = np.flatnonzero(chosen)
        if len(at) >= POOL:
            found = _text_scores(
                [m[at] for m in made.motions], texts[at], [names[i] for i in at],
                repeats=protocol.repeats, seed=protocol.seed,
            )  # fmt: skip
            scores |= {f"{key}{part}": value for key, value in found.items()}
    streams = np.random.default_rng(protocol.seed + 1).spawn(protocol.repeats)
    scores["fid"] = interval([distances.frechet_distance(reference, m) for m in made.motions])
    scores["diversity"] = interval([
        distances.diversity(made.motions[i % len(made.motions)], rng)
        for i, rng in enumerate(streams)
    ])  # fmt: skip
    if made.several is not None:
        several = made.several
        scores["multimodality"] = interval(
            [distances.multimodality(several, rng) for rng in streams]
        )
    return Row(
        name=name, scores=scores, physical=_mean(made.bodies), windows=len(held),
        failed=len(made.failed), seconds=made.cpu / made.length if made.length else 0.0,
    )  # fmt: skip


def _mean(tables: Sequence[Metrics]) -> Metrics:
    """The mean of tables of the same measures."""
    return Metrics({
        name: replace(one, value=float(np.mean([table[name].value for table in tables])))
        for name, one in tables[0].items()
    })  # fmt: skip


def _text_scores(
    motions: Sequence[Array], texts: Array, names: Sequence[str], *, repeats: int, seed: int,
    pool: int = POOL,
) -> dict[str, Interval]:  # fmt: skip
    """As `text_scores`; repeats take the generations (N, E) in turn."""
    streams = np.random.default_rng(seed).spawn(repeats)
    turns = [motions[i % len(motions)] for i in range(repeats)]
    found = [distances.r_precision(texts, m, names, rng, pool=pool)
             for m, rng in zip(turns, streams)]  # fmt: skip
    scores = {f"r{k}": interval([f[k - 1] for f in found]) for k in range(1, TOP + 1)}
    matching = [distances.matching_distance(texts, m) for m in motions]
    return {**scores, "mm_distance": interval(matching)}


def anybody(text: str) -> str:
    """The sentence with "a person" for a man or a woman: the same caption of another actor."""
    return _PERSON.sub("a person", text)


def _long_enough(track: Track) -> Track:
    """The track, its last frame held if it is shorter than an evaluation's shortest window."""
    missing = SHORTEST + 1 - len(track.root_positions)
    if missing <= 0:
        return track
    held = np.concatenate([np.arange(len(track.root_positions)), np.full(missing, -1)])
    return Track(
        actor=track.actor, skeleton=track.skeleton, root_positions=track.root_positions[held],
        rotations_wxyz=track.rotations_wxyz[held], contacts=track.contacts[held],
    )  # fmt: skip
