"""What happens in a motion: walks, turns, jumps, gestures, each with its quantities.

>>> detect(track, fps=20.0)
(Event(kind="walk", direction="forward", ...), Event(kind="turn", angle=1.57, ...))
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, final

from text2sim.types import Direction, Side, Track

Kind = Literal[
    "walk", "run", "move", "step", "crawl", "march", "turn", "jump", "hop", "crouch", "kneel",
    "sit", "lie", "bend", "stand_up", "stand", "raise", "wave", "clap", "kick", "punch",
    "reach_down",
]  # fmt: skip
Shape = Literal["straight", "curve", "circle", "zigzag"]
UPPER = frozenset({"raise", "wave", "clap", "punch"})
"""Kinds that only need arms and torso; all others need the whole body."""


@final
@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that the body does from `start` to `end` [s]; what is None is not claimed.

    Attributes:
        side: limb that acts, the body's own left or right.
        direction: of travel, a jump or a kick, in the body's own frame.
        rise: "up" or "down" where the travel ends higher or lower than it began.
        shape: of the path.
        angle: of a turn, or of the whole path of a curve or circle [rad], positive to the left.
        speed: over ground [m/s]. distance: over ground [m]. height: see `rise` and jumps [m].
        count: steps of a walk, waves, claps, jumps, kicks, punches.
        whole: its beginning and its end are both in the clip.
        enters: it begins in the clip: somebody sits down instead of sitting.
    """

    kind: Kind
    start: float
    end: float
    side: Side | None = None
    direction: Direction | None = None
    rise: Literal["up", "down"] | None = None
    shape: Shape | None = None
    angle: float | None = None
    speed: float | None = None
    distance: float | None = None
    height: float | None = None
    count: int | None = None
    whole: bool = True
    enters: bool = True

    @property
    def layer(self) -> Literal["full", "upper"]:
        """Part of the body it needs."""
        return "upper" if self.kind in UPPER else "full"

    def mirrored(self) -> Event:
        """What the mirrored motion does."""
        sides: dict[Side | None, Side | None] = {"left": "right", "right": "left"}
        ways: dict[Direction | None, Direction | None] = {"left": "right", "right": "left"}
        return replace(
            self,
            side=sides.get(self.side, self.side),
            direction=ways.get(self.direction, self.direction),
            angle=None if self.angle is None else -self.angle,
        )


def detect(track: Track, fps: float) -> tuple[Event, ...]:
    """The events of a track in the order of their beginnings.

    Thresholds are an adult's and scale with the leg. What is doubtful is left out rather than
    guessed, as captions are made of this.
    """
    from text2sim.data import limb_events, posture_events, travel_events
    from text2sim.data.event_signals import Signals

    signals = Signals(track=track, fps=fps)
    if signals.frames < 0.4 * fps:
        return ()
    postures = posture_events.postures(signals)
    moves = travel_events.moves(signals, postures)
    limbs = limb_events.gestures(signals, moves + postures)
    low = posture_events.bends(signals, postures, moves)
    events = moves + postures + limbs + low
    events += posture_events.stands(signals, events)
    return tuple(joined(sorted(events, key=lambda e: (e.start, e.end, e.kind))))


def joined(events: list[Event]) -> list[Event]:
    """Events where the same thing twice, with nothing but gestures between, is one thing."""
    result: list[Event] = []
    for event in events:
        index = next((i for i in range(len(result) - 1, -1, -1) if _goes_on(result[i], event)), -1)
        between = result[index + 1 :] if index >= 0 else []
        if index < 0 or any(e.layer == "full" for e in between if event.layer == "full"):
            result.append(event)
        else:
            result[index] = _both(result[index], event)
    return result


def _goes_on(first: Event, second: Event) -> bool:
    same = (first.kind, first.side, first.direction, first.rise) == (
        second.kind, second.side, second.direction, second.rise,
    )  # fmt: skip
    mergeable = first.kind in ("walk", "run", "move", "stand", "bend", "raise", "crouch", "crawl")
    return same and mergeable and second.start - first.end < (0.3 if first.kind == "raise" else 0.8)


def _both(first: Event, second: Event) -> Event:
    """One event for two; what only one of them has is not claimed."""
    speed = None
    distance = None
    if first.distance is not None and second.distance is not None:
        distance = first.distance + second.distance
        speed = distance / (first.end - first.start + second.end - second.start)
    elif first.speed == second.speed:
        speed = first.speed
    return replace(
        first, end=max(first.end, second.end), speed=speed, distance=distance, shape=None,
        angle=None, count=None, whole=first.whole and second.whole,
    )  # fmt: skip
