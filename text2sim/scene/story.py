"""The acting-out of a script: who is where, when, doing what; it grows segment by segment."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike

from text2sim.actions import ACTIONS
from text2sim.maths import pace
from text2sim.scene.geometry import Array, unit, wrap
from text2sim.scene.layout import Layout
from text2sim.scene.paths import end_headings, length, smooth, tangent_headings
from text2sim.scene.props import Model
from text2sim.types import Action, Actor, Character, Direction, PlannedActor, Script, Segment

LEAD_IN = 0.4
"""Everybody stands for this long before anything happens [s]."""
FACING: dict[str, float] = {
    "forward": 0.0, "up": 0.0, "down": 0.0, "backward": np.pi, "left": -np.pi / 2,
    "right": np.pi / 2,
}  # fmt: skip
"""Heading of the body relative to the way it moves [rad], by direction of movement."""
SOFT_TURN = 0.6
"""Smaller changes of heading [rad] are walked as a curve, larger ones turned on the spot."""
LASTING = {"sit": "seated", "lie": "lying", "kneel": "kneeling", "fall": "lying"}
"""Actions after which the body stays down, and what it is then."""

PACE = {"slowly": 0.6, "quickly": 1.4, "fast": 1.5, "drunk": 0.75, "tired": 0.75, "sad": 0.8,
        "sadly": 0.8, "limping": 0.65, "carefully": 0.7, "injured": 0.65, "exhausted": 0.65,
        "angrily": 1.15, "happily": 1.1, "nervously": 1.1}  # fmt: skip
"""Factor on speed of a manner where no word of speed was said."""
ENERGY = {"tired": 0.6, "exhausted": 0.5, "sad": 0.7, "sadly": 0.7, "weakly": 0.6, "slowly": 0.8,
          "gently": 0.7, "softly": 0.7, "calmly": 0.8, "lazily": 0.6, "sleepily": 0.6,
          "happily": 1.2, "happy": 1.2, "angrily": 1.3, "angry": 1.3, "quickly": 1.2,
          "excitedly": 1.35, "energetically": 1.4, "wildly": 1.5, "hard": 1.4, "strongly": 1.3,
          "forcefully": 1.4, "vigorously": 1.4, "high": 1.3, "proudly": 1.1}  # fmt: skip
AGE_PACE = {"child": 0.9, "adult": 1.0, "old": 0.72}
CLIMB_COST = 2.5
"""A metre up or down takes as long as this many metres on the level."""
CYCLIC = frozenset(
    ("wave", "clap", "talk", "dance", "nod", "shake_head", "look", "drink", "stretch", "hop")
)
"""What goes on as long as there is time."""
HALTS = frozenset(("stop", "halt", "pause", "freeze", "hesitate"))
HALT = 0.8
"""Length of a halt between two actions [s]."""


@dataclass(kw_only=True, eq=False)
class Performer:
    """An actor in the middle of the story.

    Attributes:
        position: ground point [m] (3,). heading: yaw [rad], not wrapped.
        time: when the body is free for the next thing [s].
        holding: id of the object in its hands.
        posture: "standing", "seated", "lying" or "kneeling".
        level: id of the landing it stands on.
        gait: how it went last.
        gait_time: when it last went anywhere [s].
    """

    actor: Actor
    character: Character
    position: Array
    heading: float = 0.0
    time: float = LEAD_IN
    holding: str | None = None
    posture: str = "standing"
    level: str | None = None
    gait: str = "walk"
    gait_time: float = 0.0

    @property
    def id(self) -> str:
        """Id of the actor."""
        return self.actor.id


@dataclass(frozen=True, kw_only=True, eq=False)
class Shove:
    """What is about to make somebody fall: change of velocity [m/s], world, (3,), at a time [s]."""

    velocity: Array
    time: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Beat:
    """A segment that doesn't know its time yet: `path` (N, 3), None on the spot; `turn` [rad]."""

    name: str
    duration: float
    path: Array | None = None
    turn: float = 0.0
    direction: Direction = "forward"
    target: str | None = None
    point: Array | None = None
    repetitions: int = 0
    handed: bool = False
    """The acting hand or foot matters: it is `right` where the prompt does not say."""


@dataclass(kw_only=True, eq=False)
class Story:
    """All that happens.

    Attributes:
        stretch: factor on the length of what is open-ended.
        elastic: something open-ended happened, so that `stretch` has an effect.
        spans: begin and end [s] of each action by id.
        models: what the props are, by id.
        starts: the actors as they begin.
        notes: what the user should know.
        shoves: pushes that are about to make somebody fall, by actor.
    """

    script: Script
    layout: Layout
    people: dict[str, Performer] = field(default_factory=dict)
    models: dict[str, Model] = field(default_factory=dict)
    starts: list[PlannedActor] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    stretch: float = 1.0
    elastic: bool = False
    segments: list[Segment] = field(default_factory=list)
    spans: dict[str, tuple[float, float]] = field(default_factory=dict)
    shoves: dict[str, Shove] = field(default_factory=dict)

    def warn(self, note: str) -> None:
        """Note something for the user."""
        self.notes.append(note)

    def add(self, who: Performer, beat: Beat, action: Action) -> Segment:
        """Append a full-body beat to what an actor does and let the actor have done it."""
        path = who.position[None] if beat.path is None else beat.path
        if beat.path is not None and len(path) > 1:
            first, last = end_headings(path)
            begin = who.heading + wrap(first + FACING[beat.direction] - who.heading)
            end = begin + last - first
        else:
            begin, end = who.heading, who.heading + beat.turn
        segment = self._segment(who, beat, action, path, begin, end)
        self.segments.append(segment)
        who.time, who.heading, who.position = segment.end, end, path[-1]
        who.posture = LASTING.get(beat.name, "standing")
        self.layout.bodies[who.id] = who.position
        if len(path) > 1:
            self.layout.taken.append(path)
            who.gait_time = who.time
        return segment

    def overlay(self, who: Performer, beat: Beat, action: Action, start: float) -> Segment:
        """Append an upper-body gesture that runs beside what the legs do."""
        position, heading = who.position[None], who.heading
        segment = self._segment(who, beat, action, position, heading, heading)
        segment = replace(segment, start=start, end=start + beat.duration)
        self.segments.append(segment)
        return segment

    def _segment(
        self, who: Performer, beat: Beat, action: Action, path: Array, begin: float, end: float
    ) -> Segment:
        return Segment(
            actor=who.id, action=beat.name, start=who.time, end=who.time + beat.duration,
            path=path, heading_start=begin, heading_end=end, direction=beat.direction,
            target=beat.target, point=beat.point, manner=manner(who, action),
            side=action.side or ("right" if beat.handed else None),
            energy=energy(who, action), repetitions=beat.repetitions, holding=who.holding,
        )  # fmt: skip

    def turn(self, who: Performer, angle: float, action: Action) -> None:
        """Turn on the spot by an angle [rad], positive to the left."""
        if abs(angle) < 0.02:
            return
        self.rise(who, action)
        pace = speed_factor(who, action)
        self.add(
            who, Beat(name="turn", duration=(0.45 + 0.3 * abs(angle)) / pace, turn=angle), action
        )

    def face(self, who: Performer, point: ArrayLike, action: Action, least: float = 0.1) -> None:
        """Turn towards a place unless the heading is within `least` [rad] of it."""
        offset = np.asarray(point, dtype=float)[:2] - who.position[:2]
        if np.linalg.norm(offset) < 0.05:
            return
        angle = wrap(float(np.arctan2(offset[1], offset[0])) - who.heading)
        if abs(angle) > least:
            self.turn(who, angle, action)

    def rise(self, who: Performer, action: Action) -> None:
        """Stand up first, where the body is down."""
        if who.posture != "standing":
            self.add(who, Beat(name="stand_up", duration=ACTIONS["stand_up"].duration), action)

    def go(
        self,
        who: Performer,
        name: str,
        waypoints: ArrayLike,
        action: Action,
        *,
        direction: Direction = "forward",
        target: str | None = None,
        point: Array | None = None,
        repetitions: int = 0,
        duration: float | None = None,
    ) -> None:
        """Move along waypoints (N, 2) from where the actor stands, turning first if needed."""
        self.rise(who, action)
        points = np.concatenate([who.position[None, :2], np.asarray(waypoints, dtype=float)])
        if length(points) < 0.05:
            return
        steps = np.linalg.norm(np.diff(points, axis=0), axis=1) > 1e-3
        points = points[np.append(True, steps)]
        course = tangent_headings(points)[0] + FACING[direction]
        bend = wrap(course - who.heading)
        if abs(bend) > SOFT_TURN or length(points) < 0.8:
            self.turn(who, bend, action)
        elif abs(bend) > 0.05:
            lead = who.heading - FACING[direction]
            points = np.insert(points, 1, points[0] + 0.3 * unit(lead), axis=0)
        path = self.layout.ground(smooth(points))
        self.layout.cover(who.level, path[-1:, :2])
        path = self.layout.ground(path)
        if duration is None:
            duration = travel_time(who, action, name, path, direction)
        beat = Beat(
            name=name, duration=duration, path=path, direction=direction, target=target,
            point=point, repetitions=repetitions,
        )  # fmt: skip
        self.add(who, beat, action)
        who.gait = name if name in ("walk", "run", "sneak", "march") else who.gait

    def open_length(
        self,
        who: Performer,
        action: Action,
        name: str,
        usual: float,
        direction: Direction = "forward",
    ) -> float:
        """Distance [m] of a movement without a goal: as said, else usual times the stretch."""
        if action.distance is not None:
            return max(action.distance, 0.1)
        if action.duration is not None:
            return max(action.duration * ground_speed(who, action, name, direction), 0.1)
        self.elastic = True
        return usual * min(max(self.stretch, 0.3), 40.0) * min(action.speed, 1.3)

    def open_time(self, action: Action, name: str) -> float:
        """Duration [s] of something on the spot: as said, by repetitions, or as usual."""
        usual = ACTIONS[name].duration / min(max(action.speed, 0.5), 1.8)
        if action.duration is not None:
            return action.duration
        if action.verb in HALTS:
            return HALT
        if action.repetitions:
            once = 0.7 if name in CYCLIC else usual
            return max(usual, once * action.repetitions)
        if name in CYCLIC or name == "stand":
            self.elastic = True
            return usual * max(self.stretch, 0.5)
        return usual

    def single_time(self, action: Action, name: str) -> float:
        """Duration [s] of one performance: as said, else as usual at the speed said."""
        usual = ACTIONS[name].duration / min(max(action.speed, 0.6), 1.6)
        return usual if action.duration is None else max(action.duration, 0.5 * usual)

    def followers(self, who: Performer, target: str) -> int:
        """How many later actors go the same way, so that one leaves them room."""
        order = list(self.people)
        later = set(order[order.index(who.id) + 1 :])
        return len(
            {
                action.actor
                for action in self.script.actions
                if action.actor in later and any(target in cue.targets for cue in action.paths)
            }
        )


def manner(who: Performer, action: Action) -> tuple[str, ...]:
    """Words that colour the motion: of the action, then of the person."""
    return tuple(dict.fromkeys((*action.manner, *who.actor.adjectives)))


def speed_factor(who: Performer, action: Action) -> float:
    """Factor on the usual speed by words, age and build."""
    factor = action.speed
    if factor == 1.0:
        factor = float(np.prod([PACE.get(word, 1.0) for word in manner(who, action)]))
    factor *= AGE_PACE[who.character.age] * (0.92 if who.character.build == "heavy" else 1.0)
    return min(max(factor, 0.3), 2.5)


def energy(who: Performer, action: Action) -> float:
    """Vigour of the motion; 1 is usual."""
    value = float(np.prod([ENERGY.get(word, 1.0) for word in manner(who, action)]))
    value *= min(max(action.speed, 0.25), 4.0) ** 0.4
    return min(max(value * (0.85 if who.character.age == "old" else 1.0), 0.4), 2.0)


def ground_speed(
    who: Performer, action: Action, name: str, direction: Direction = "forward"
) -> float:
    """Speed on level ground [m/s]; slower with a load and where the body doesn't go forward."""
    speed = ACTIONS[name].speed or ACTIONS["walk"].speed
    speed *= 1.0 if FACING[direction] == 0.0 else 0.65
    return speed * speed_factor(who, action) * (0.85 if who.holding else 1.0)


def travel_time(
    who: Performer, action: Action, name: str, path: Array, direction: Direction = "forward"
) -> float:
    """Time [s] along a path (N, 3): more where it rises, falls or bends, and to start and stop."""
    steps = np.diff(path, axis=0)
    rise = float(np.abs(steps[:, 2]).sum())
    speed = ground_speed(who, action, name, direction)
    level = pace.travel_time(path[:, :2], pace.pace(path[:, :2], speed))
    return level + CLIMB_COST * rise / speed + 0.25
