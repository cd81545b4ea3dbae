"""Walks on stairs and ramps, made of walks on a floor: the pack's own climbs stand on nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from text2sim.data.composition import CaptionedMotion
from text2sim.data.corpus import FPS, Segment, Take
from text2sim.edit import along, onto_terrain, retime
from text2sim.edit.common import standing
from text2sim.edit.feet import spans
from text2sim.errors import Text2SimError
from text2sim.maths import filters

Told = Sequence[tuple[str, CaptionedMotion]]

REFERENCE = 5.0
"""Standard deviation of the Gaussian that makes the reference ground of stairs [frames]."""
_TREAD, _RISER = (0.26, 0.34), (0.11, 0.19)
_SHRINK = 1.55
"""The most that `along` shortens steps at once."""
_UP = ("walks up the stairs", "climbs the stairs", "goes up the steps", "walks upstairs",
       "climbs up the stairs", "steps up the stairs")  # fmt: skip
_DOWN = ("walks down the stairs", "goes down the steps", "descends the stairs",
         "walks downstairs", "climbs down the stairs", "steps down the stairs")  # fmt: skip
_RAMP = {
    "up": ("walks up a ramp", "walks uphill", "goes up the slope"),
    "down": ("walks down a ramp", "walks downhill", "goes down the slope"),
}


@final
@dataclass(frozen=True, kw_only=True)
class Steps:
    """Heights along a straight line from the origin: a flat, then steps or a slope, then a flat.

    Attributes:
        yaw: where the line points [rad].
        start: where the first edge is [m].
        tread, riser: of each step [m]; the riser is negative on the way down.
        count: steps.
        ramp: a slope over the same length instead of steps.
    """

    yaw: float
    start: float
    tread: float
    riser: float
    count: int
    ramp: bool = False

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """Heights [m] (...) at points (..., 2)."""
        ahead = np.asarray(points) @ np.array([np.cos(self.yaw), np.sin(self.yaw)])
        passed = (ahead - self.start) / self.tread + (0.0 if self.ramp else 1.0)
        done = np.clip(passed if self.ramp else np.floor(passed), 0.0, self.count)
        # Edges belong to the higher step on the way up as on the way down.
        return np.asarray(done * self.riser)


def climbed(told: Told, number: int, rng: np.random.Generator) -> Take:
    """A straight walk, with shorter steps, up or down stairs or a ramp.

    Raises:
        ConfigError: the walk that was drawn can't be put there.
        IndexError: there is no straight walk.
    """
    walks = [item for item in told if _straight(item[1])]
    name, one = walks[int(rng.integers(len(walks)))]
    ramp, up = bool(rng.random() < 0.2), bool(rng.random() < 0.6)
    tread = float(rng.uniform(*_TREAD))
    motion = one.motion
    if not ramp:
        factor = np.clip(tread / _step_length(one), 0.4, 1.2)
        motion = retime(motion, float(rng.uniform(0.75, 1.0)))
        for _ in range(2):
            motion = along(motion, _line(motion, max(factor, 1.0 / _SHRINK)), stretch=True)
            factor = max(factor * _SHRINK, 1.0) if factor < 1.0 / _SHRINK else 1.0
            if factor == 1.0:
                break
    path = filters.gaussian(motion.tracks[0].root_positions[:, :2], 4.0)
    way = path[-1] - path[0]
    length = float(np.linalg.norm(way))
    yaw = float(np.arctan2(way[1], way[0]))
    riser = float(rng.uniform(*_RISER)) * (1.0 if up else -1.0) * (0.5 if ramp else 1.0)
    origin = float(path[0] @ np.array([np.cos(yaw), np.sin(yaw)]))
    terrain = Steps(
        yaw=yaw, start=origin + float(rng.uniform(0.15, 0.6)), tread=tread, riser=riser,
        count=max(2, int(rng.integers(int(0.5 * length / tread), int(length / tread) + 3))),
        ramp=ramp,
    )  # fmt: skip
    moved = onto_terrain(motion, terrain)
    root = moved.tracks[0].root_positions
    ground = filters.gaussian(terrain(filters.gaussian(root[:, :2], 4.0)), REFERENCE)
    words = _RAMP["up" if up else "down"] if ramp else (_UP if up else _DOWN)
    chosen = tuple(f"a person {words[i]}." for i in rng.permutation(len(words))[:3])
    segment = Segment(
        start=0, stop=moved.frames, texts=chosen, kind="ramp" if ramp else f"stairs {up}",
        tags=("terrain",),
    )  # fmt: skip
    return Take(
        id=f"climbed:{number}:{name}", motion=moved, segments=(segment,), ground=ground,
        height=terrain,
    )  # fmt: skip


def climbs(told: Told, count: int, rng: np.random.Generator) -> list[Take]:
    """About `count` takes on stairs and ramps; none where nobody walks straight ahead."""
    if not any(_straight(one) for _, one in told):
        return []
    made: list[Take] = []
    for number in range(2 * count):
        if len(made) == count:
            break
        try:
            made.append(climbed(told, number, rng))
        except Text2SimError:
            continue
    return made


def _straight(one: CaptionedMotion) -> bool:
    """Whether it is one walk straight ahead at a pace for stairs, and nothing else."""
    moves = [e for e in one.caption.events if e.kind != "stand"]
    return (
        len(moves) == 1 and moves[0].kind in ("walk", "move") and moves[0].direction == "forward"
        and moves[0].shape == "straight" and 0.5 < (moves[0].speed or 0.0) < 1.8
        and moves[0].rise is None and one.motion.frames >= 2.0 * FPS
    )  # fmt: skip


def _step_length(one: CaptionedMotion) -> float:
    track = one.motion.tracks[0]
    feet = standing(track.contacts)
    landings = sum(len(spans(feet[:, side])) for side in range(2))
    way = np.linalg.norm(track.root_positions[-1, :2] - track.root_positions[0, :2])
    return float(np.clip(way / max(landings - 1, 1), 0.3, 0.9))


def _line(motion: object, factor: float) -> np.ndarray:
    track = motion.tracks[0]  # type: ignore[attr-defined]
    path = filters.gaussian(track.root_positions[:, :2], 6.0)
    way = float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum())
    ahead = path[-1] - path[0]
    ahead = ahead / max(float(np.linalg.norm(ahead)), 1e-6)
    return path[0] + np.linspace(0.0, way * factor, 50)[:, None] * ahead


Maker = Callable[[Told, int, np.random.Generator], Take]
