"""Pushes of the plan, and what a body does that falls by one: it braces itself, then lies limp."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from text2sim.maths import quaternions as quat
from text2sim.maths.filters import minimum_jerk
from text2sim.skeleton import INDEX
from text2sim.types import BodyState, Drive, Event, Outcome, Simulation, World

Array = NDArray[np.floating]

PUSH_TIME = 0.15
"""How long hands push [s]."""
PUSHED_PART = "spine3"
YIELD_TIME, YIELDING = 0.5, 0.2
"""For this long after a push [s] the root assist is held to this share of its bounds."""
REACTION, BRACE_TIME = 0.1, 0.3
"""A falling body goes on as before for this long [s], and then takes so long to brace itself."""
BRACED, LIMP = 0.35, 0.07
"""Effort of joints that brace, and of a body that lies."""
RELAX_TIME = 0.6
"""From the impact until the body is limp [s]."""
DOWN, UP = 0.4, 0.75
"""A body is down once its pelvis is lower than this share of its height in standing, and up again
above the other."""


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Push:
    """A push of the plan.

    Attributes:
        start, until: [s]; until it gets up, if it `falls`.
        impulse: [N s], world, (3,).
        falls: it is meant to bring the body down.
    """

    actor: str
    start: float
    until: float
    impulse: Array
    falls: bool


def pushes(world: World) -> tuple[Push, ...]:
    """All pushes of a plan."""
    scene = world.motion.scene
    assert scene is not None
    masses = {actor.id: actor.character.mass for actor in scene.actors}
    timeline = sorted(scene.plan.timeline, key=lambda segment: segment.start)
    found = []
    for number, segment in enumerate(timeline):
        if segment.push is None or segment.actor not in masses:
            continue
        rises = (
            item.start for item in timeline[number + 1 :]
            if item.actor == segment.actor and item.action not in ("fall", "lie")
        )  # fmt: skip
        falls = segment.action == "fall"
        found.append(
            Push(
                actor=segment.actor,
                start=segment.start,
                until=next(rises, np.inf) if falls else segment.start + YIELD_TIME,
                impulse=masses[segment.actor] * segment.push,
                falls=falls,
            )
        )
    return tuple(found)


@final
class Pushing:
    """Lets the pushes of a plan act, and notes them and the falls of all bodies as events."""

    def __init__(self, world: World) -> None:
        self.events: list[Event] = []
        self._pushes = pushes(world)
        self._begun: set[int] = set()
        self._fallen: set[str] = set()
        scene = world.motion.scene
        assert scene is not None
        self._ground = scene.ground_height
        self._heights = {
            track.actor: float(track.skeleton.offsets[0][2]) for track in world.motion.tracks
        }

    def update(self, simulation: Simulation, time: float) -> None:
        """Push with a constant force, `PUSH_TIME` long; call it before each step."""
        for number, push in enumerate(self._pushes):
            if not push.start <= time + 1e-9 < push.start + PUSH_TIME:
                continue
            if number not in self._begun:
                self._begun.add(number)
                x, y, z = (float(value) for value in push.impulse)
                self.events.append(
                    Event(time=time, actor=push.actor, kind="push", impulse=(x, y, z))
                )
            force = push.impulse / PUSH_TIME
            simulation.push(push.actor, force, np.zeros(3), joint=PUSHED_PART)

    def watch(self, simulation: Simulation, time: float) -> None:
        """Note who is down, and who is up again; call it at each frame."""
        for actor, standing in self._heights.items():
            place = simulation.body(actor).root_position
            share = (place[2] - float(self._ground(place[:2]))) / standing
            if share < DOWN and actor not in self._fallen and self._falls(simulation, actor):
                self._fallen.add(actor)
                self.events.append(Event(time=time, actor=actor, kind="fall"))
            elif share > UP and actor in self._fallen:
                self._fallen.remove(actor)
                self.events.append(Event(time=time, actor=actor, kind="rise"))

    def _falls(self, simulation: Simulation, actor: str) -> bool:
        """The trunk has come to lie: who squats, sits or crawls has not fallen."""
        touching = {contact.joint for contact in simulation.contacts() if contact.a == actor}
        return bool(touching & {"pelvis", "spine1", "spine2", "spine3", "head"})


def tell(outcome: Outcome, events: Iterable[Event]) -> Outcome:
    """The outcome, with a message of what happened to the bodies."""
    told = {
        "push": lambda e: (
            f"{e.actor} is thrown off balance at {e.time:.2f} s "
            f"({np.linalg.norm(e.impulse):.0f} N s)"
        ),
        "fall": lambda e: f"{e.actor} is down at {e.time:.2f} s",
        "rise": lambda e: f"{e.actor} is up again at {e.time:.2f} s",
    }
    sentences = [told[event.kind](event) for event in sorted(events, key=lambda e: e.time)]
    if not sentences:
        return outcome
    parts = ([outcome.message.rstrip(".")] if outcome.message else []) + [", ".join(sentences)]
    return Outcome(status=outcome.status, time=outcome.time, message=". ".join(parts) + ".")


@final
class Falling:
    """Drives bodies that are meant to fall, from the push until they get up; no assist at all."""

    def __init__(self, world: World) -> None:
        self._pushes = pushes(world)
        self._braces: dict[Push, Array] = {}
        self._impacts: dict[Push, tuple[float, Array]] = {}
        self._heights = {
            track.actor: float(track.skeleton.offsets[0][2]) for track in world.motion.tracks
        }
        scene = world.motion.scene
        assert scene is not None
        self._ground = scene.ground_height

    def help(self, actor: str, time: float) -> float:
        """Share of the assist's bounds that a body may use: it gives way to a push."""
        pushed = any(
            push.actor == actor and push.start <= time < push.until for push in self._pushes
        )
        return YIELDING if pushed else 1.0

    def drive(
        self, body: BodyState, actor: str, time: float, setpoints_wxyz: Array
    ) -> Drive | None:
        """What a falling body does; None for one that does not fall by a push.

        Args:
            setpoints_wxyz: of the motion, (22, 4): what the body does until it reacts.
        """
        push = next(
            (p for p in self._pushes if p.falls and p.actor == actor and p.start <= time < p.until),
            None,
        )
        if push is None:
            return None
        since = time - push.start
        if since < REACTION:
            return _drive(setpoints_wxyz, 1.0 - (1.0 - BRACED) * since / REACTION)
        if push not in self._braces:
            self._braces[push] = brace(body, push.impulse)
        height = body.root_position[2] - float(self._ground(body.root_position[:2]))
        if push not in self._impacts and height < DOWN * self._heights[actor]:
            self._impacts[push] = time, body.rotations_wxyz
        if push in self._impacts:
            hit, pose = self._impacts[push]
            rest = float(minimum_jerk((time - hit) / RELAX_TIME))
            calm = quat.slerp(pose, rest_pose(), 0.7 * rest)
            return _drive(calm, BRACED + (LIMP - BRACED) * rest)
        part = float(minimum_jerk((since - REACTION) / BRACE_TIME))
        return _drive(quat.slerp(body.rotations_wxyz, self._braces[push], part), BRACED)


def _drive(setpoints_wxyz: Array, effort: float) -> Drive:
    return Drive(
        setpoints_wxyz=setpoints_wxyz, torques=np.zeros((22, 3)), effort=effort,
        force=np.zeros(3), torque=np.zeros(3),
    )  # fmt: skip


def brace(body: BodyState, impulse: Array) -> Array:
    """Pose in which a body meets the ground that it is pushed towards, wxyz (22, 4).

    Forward the arms reach ahead, backward the body folds and the chin goes to the chest, sideways
    the arm of that side goes out.
    """
    ahead, left, _ = quat.inv_rotate(body.rotations_wxyz[0], impulse / np.linalg.norm(impulse))
    pose = rest_pose().copy()
    front, back = max(ahead, 0.0), max(-ahead, 0.0)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        out = max(sign * left, 0.0)
        lift = 1.25 * front - 0.5 * back + 0.2
        _set(pose, f"{side}_shoulder", quat.mul(
            quat.about_y(-lift), quat.about_x(-sign * (1.15 - 0.85 * out - 0.2 * front))
        ))  # fmt: skip
        _set(pose, f"{side}_elbow", quat.about_z(-sign * (0.5 + 0.3 * front)))
        _set(pose, f"{side}_hip", quat.about_y(-(0.25 + 0.55 * back + 0.25 * out)))
        _set(pose, f"{side}_knee", quat.about_y(0.5 + 0.35 * back + 0.2 * out))
        _set(pose, f"{side}_ankle", quat.about_y(-0.15))
    bend = 0.12 + 0.2 * back - 0.12 * front
    for joint in ("spine1", "spine2", "spine3"):
        _set(pose, joint, quat.about_y(bend))
    _set(pose, "neck", quat.about_y(0.45 * back - 0.35 * front))
    return pose


def rest_pose() -> Array:
    """Arms down beside the body, elbows and knees a little bent, wxyz (22, 4)."""
    pose = np.tile(quat.IDENTITY, (22, 1))
    for side, sign in (("left", 1.0), ("right", -1.0)):
        _set(pose, f"{side}_shoulder", quat.about_x(-sign * 1.15))
        _set(pose, f"{side}_elbow", quat.about_z(-sign * 0.35))
        _set(pose, f"{side}_hip", quat.about_y(-0.08))
        _set(pose, f"{side}_knee", quat.about_y(0.12))
    return pose


def _set(pose: Array, joint: str, rotation: Array) -> None:
    pose[INDEX[joint]] = rotation
