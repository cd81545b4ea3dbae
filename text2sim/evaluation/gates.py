"""Geometry gates: does a generated motion do what its sentence says, told by the geometry alone.

python -m text2sim.evaluation.gates text2sim.motion.ssm.direct:generate --seeds 10
python -m text2sim.evaluation.gates pipeline:ssm --seeds 5

Metrics of learned evaluators hardly tell left from right; these do. Every gate is a list of
sentences with a test of the track; the share that passes is what counts.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, final

import numpy as np
import typer

from text2sim.data.events import detect
from text2sim.edit.common import facing
from text2sim.errors import ConfigError
from text2sim.skeleton import INDEX
from text2sim.types import Track

FPS = 20.0
Generator = Callable[[str, float, int], Track]
Test = Callable[[Track], bool]


@final
@dataclass(frozen=True, kw_only=True)
class Trial:
    """A sentence, its length [s], and what must be true of the track."""

    text: str
    seconds: float
    test: Test


def turned(track: Track) -> float:
    """Angle [rad] by which the body turns, positive to the left."""
    yaw = np.unwrap(facing(track.positions()))
    return float(yaw[-3:].mean() - yaw[:3].mean())


def travelled(track: Track) -> np.ndarray:
    """Way of the pelvis [m], (2,): ahead and to the left of where the body faces on average."""
    positions = track.positions()
    way = positions[-1, 0, :2] - positions[0, 0, :2]
    yaw = np.unwrap(facing(positions)).mean()
    cosine, sine = np.cos(yaw), np.sin(yaw)
    return np.array([cosine * way[0] + sine * way[1], cosine * way[1] - sine * way[0]])


def speed(track: Track) -> float:
    """Median speed of the pelvis over the ground [m/s], in the faster half of the time."""
    steps = np.linalg.norm(np.diff(track.root_positions[:, :2], axis=0), axis=1) * FPS
    return float(np.median(np.sort(steps)[len(steps) // 2 :]))


def reach(track: Track, joint: str) -> float:
    """How far a hand or foot gets away from where it usually is beside the pelvis [m]."""
    positions = track.positions()
    local = positions[:, INDEX[joint]] - positions[:, 0]
    return float(np.linalg.norm(local - np.median(local, axis=0), axis=1).max())


def lifted(track: Track, joint: str) -> float:
    """Highest place of a joint above its lowest [m]."""
    heights = track.positions()[:, INDEX[joint], 2]
    return float(heights.max() - heights.min())


def counted(track: Track, kinds: tuple[str, ...]) -> int:
    """How often something is done, by the detector of the captioner."""
    events = [event for event in detect(track, FPS) if event.kind in kinds]
    return sum(event.count or 1 for event in events)


def _turn(side: str, degrees: int) -> Trial:
    sign = 1.0 if side == "left" else -1.0
    low, high = np.radians([0.5 * degrees, 1.6 * degrees])
    return Trial(
        text=f"a person turns to the {side} by {degrees} degrees.", seconds=2.8,
        test=lambda track: bool(low < sign * turned(track) < high),
    )  # fmt: skip


def _arm(verb: str, side: str) -> Trial:
    other = "right" if side == "left" else "left"
    return Trial(
        text=f"a person {verb} {side} hand.", seconds=3.0,
        test=lambda t: lifted(t, f"{side}_wrist") > 1.3 * lifted(t, f"{other}_wrist")
        and reach(t, f"{side}_wrist") > 0.2,
    )  # fmt: skip


def _leg(side: str) -> Trial:
    other = "right" if side == "left" else "left"
    return Trial(
        text=f"a person kicks with the {side} leg.", seconds=2.2,
        test=lambda t: reach(t, f"{side}_ankle") > 1.2 * reach(t, f"{other}_ankle")
        and lifted(t, f"{side}_ankle") > 0.15,
    )  # fmt: skip


def _way(words: str, axis: int, sign: float) -> Trial:
    return Trial(
        text=f"a person {words}.", seconds=3.2,
        test=lambda t: bool(
            sign * travelled(t)[axis] > 0.4
            and abs(travelled(t)[axis]) > 1.5 * abs(travelled(t)[1 - axis])
        ),
    )  # fmt: skip


def _between(words: str, low: float, high: float) -> Trial:
    return Trial(text=f"a person {words}.", seconds=3.2, test=lambda t: low < speed(t) < high)


def _times(words: str, kinds: tuple[str, ...], count: int, seconds: float) -> Trial:
    return Trial(
        text=f"a person {words}.", seconds=seconds,
        test=lambda t: count - 1 <= counted(t, kinds) <= count + 1 and counted(t, kinds) > 0,
    )  # fmt: skip


def _low(words: str, below: float) -> Trial:
    return Trial(
        text=f"a person {words}.", seconds=3.0,
        test=lambda t: bool(t.positions()[:, 0, 2].min() < below * t.skeleton.pelvis_height),
    )  # fmt: skip


def _stands_at_the_end(track: Track) -> bool:
    way = np.linalg.norm(np.diff(track.root_positions[-9:, :2], axis=0), axis=1).mean() * FPS
    return bool(way < 0.2 and speed(track) > 0.5)


GATES: dict[str, tuple[Trial, ...]] = {
    "turns": tuple(_turn(side, d) for side in ("left", "right") for d in (90, 180)),
    "arms": tuple(
        _arm(verb, side) for verb in ("waves with the", "raises the", "punches with the")
        for side in ("left", "right")
    ),
    "legs": tuple(_leg(side) for side in ("left", "right")),
    "ways": (
        _way("walks forward", 0, 1.0), _way("walks backward", 0, -1.0),
        _way("walks sideways to the left", 1, 1.0), _way("walks sideways to the right", 1, -1.0),
    ),
    "speeds": (
        _between("walks forward slowly", 0.15, 1.0), _between("walks forward", 0.7, 1.9),
        _between("runs forward", 2.2, 7.0),
    ),
    "counts": (
        _times("jumps up twice", ("jump", "hop"), 2, 3.2),
        _times("jumps up three times", ("jump", "hop"), 3, 4.5),
        _times("waves with the right hand three times", ("wave",), 3, 3.2),
        _times("hops on the left leg three times", ("hop", "jump"), 3, 3.2),
    ),
    "heights": (
        _low("crouches", 0.75), _low("sits down", 0.75), _low("kneels down", 0.8),
        _low("lies on the ground", 0.4),
    ),
    "stops": (
        Trial(text="a person walks forward and stands.", seconds=5.0, test=_stands_at_the_end),
        Trial(text="a person runs forward and then stands.", seconds=4.5, test=_stands_at_the_end),
    ),
}  # fmt: skip


def measure(generate: Generator, *, seeds: int = 10) -> dict[str, dict[str, Any]]:
    """Share of passing tracks, by gate and by sentence."""
    result: dict[str, dict[str, Any]] = {}
    for gate, trials in GATES.items():
        rows = {
            trial.text: float(np.mean([
                trial.test(generate(trial.text, trial.seconds, seed)) for seed in range(seeds)
            ]))
            for trial in trials
        }  # fmt: skip
        result[gate] = {"share": float(np.mean(list(rows.values()))), "sentences": rows}
    return result


def generator(name: str) -> Generator:
    """The function "module:function", or "pipeline:backend" for all of `Pipeline(motion=backend)`.

    Raises:
        ConfigError: there is none.
    """
    module, _, attribute = name.partition(":")
    if module == "pipeline":
        from text2sim.evaluation.generators import ThroughPipeline

        return ThroughPipeline(backend=attribute)
    try:
        return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigError(f"{name!r} is no module:function: {error}.") from error


def main(
    name: Annotated[str, typer.Argument(help="module:function, or pipeline:backend.")],
    seeds: Annotated[int, typer.Option(help="Tracks of each sentence.")] = 10,
) -> None:
    """Print the share of passing tracks as JSON."""
    typer.echo(json.dumps(measure(generator(name), seeds=seeds), indent=2))


if __name__ == "__main__":
    typer.run(main)
