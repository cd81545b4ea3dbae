"""Who is where at which moment: the plan of an actor as the network wants it, on its own body.

Places, support heights and the goals of hands are those that the procedural backend makes of the
same segments: when each foot leaves for its way, how a run gathers speed, when a hand is to grasp.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

import numpy as np

from text2sim.actions import ACTIONS
from text2sim.maths import filters
from text2sim.motion.sine.generator import perform, performer_of
from text2sim.motion.sine.sheet import HandGoal
from text2sim.motion.ssm.conditioning import Height
from text2sim.motion.ssm.features import BODY, FPS, Array
from text2sim.motion.ssm.given import Mask, given
from text2sim.motion.ssm.prompts import sentence
from text2sim.types import Grasp, Scene, SceneActor, Segment

STANDS = "a person stands."
_MOMENT = 16
"""Standing that is no longer is no thing of its own [frames]."""
SMOOTH, SUPPORT = 5.0, 5.0
"""Standard deviations of the Gaussians that smooth places and reference ground [frames]."""
LOW = frozenset(("sit", "lie", "kneel", "squat", "crawl", "stand_up", "pick_up", "put_down"))
"""Actions in which the height of the pelvis is given: by a seat, the ground, a thing to take."""


@final
@dataclass(frozen=True, kw_only=True)
class Doing:
    """A stretch of frames, start to stop (exclusive), with one sentence.

    Attributes:
        text: see `prompts`.
        speed: over ground [m/s], None on the spot.
        tags: of style.
        low: the height of the pelvis is given.
    """

    start: int
    stop: int
    text: str
    speed: float | None
    tags: tuple[str, ...]
    low: bool


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Blocking:
    """The plan of one actor at `FPS`, in the size of `BODY`.

    Attributes:
        scale: size of the actor, times `BODY`; lengths below are divided by it.
        places: x, y [m] and yaw [rad], (T, 3).
        ground: reference ground [m], (T,).
        pelvis: height above it that the procedural motion has [m], (T,).
        height: of the ground at points.
        numbers: which of `scenes` a frame is in, (T,).
        scenes: in order.
        given: features of the procedural motion, (T, `DIM`), and `held` (T, `DIM`) which of them
            the network is given, see `text2sim.motion.ssm.given`.
        goals: of hands, in the world, in the actor's own size.
        grasps: of things.
    """

    scale: float
    places: Array
    ground: Array
    pelvis: Array
    height: Height
    numbers: Array
    scenes: tuple[Doing, ...]
    given: Array
    held: Mask
    goals: tuple[HandGoal, ...]
    grasps: tuple[Grasp, ...]


def block(scene: Scene, actor: SceneActor, rng: np.random.Generator) -> Blocking:
    """The plan of an actor."""
    performer = performer_of(scene, actor, FPS, rng)
    track = perform(performer)
    sheet = performer.sheet
    scale = actor.skeleton.pelvis_height / BODY.pelvis_height
    root = track.root_positions
    width = min(SMOOTH, 0.2 * len(root))
    places = np.column_stack(
        [filters.gaussian(root[:, :2], width) / scale, filters.gaussian(sheet.yaw, width)]
    )
    ground = filters.gaussian(sheet.base[:, 2], min(SUPPORT, 0.2 * len(root)))
    mine = [s for s in scene.plan.timeline if s.actor == actor.id]
    features, held = given(track, scale, ground / scale, mine, performer.goals)
    numbers, scenes = _scenes(scene, actor, held)
    return Blocking(
        scale=scale, places=places, ground=ground / scale,
        pelvis=(root[:, 2] - ground) / scale,
        height=lambda points: scene.ground_height(np.asarray(points) * scale) / scale,
        numbers=numbers, scenes=scenes, given=features, held=held, goals=tuple(performer.goals),
        grasps=tuple(performer.grasps),
    )  # fmt: skip


def _scenes(scene: Scene, actor: SceneActor, held: Mask) -> tuple[Array, tuple[Doing, ...]]:
    """What is done in each frame: the full action, and the gestures over it.

    Args:
        scene, actor: whose plan.
        held: what is given, (T, `DIM`).
    """
    frames = len(held)
    mine = sorted((s for s in scene.plan.timeline if s.actor == actor.id), key=lambda s: s.start)
    full = [s for s in mine if ACTIONS[s.action].layer == "full"]
    upper = [s for s in mine if ACTIONS[s.action].layer == "upper"]
    times = np.arange(frames) / FPS + 1e-6
    base = np.searchsorted([s.start for s in full], times, side="right") - 1
    over = np.zeros(frames, dtype=int)
    for bit, gesture in enumerate(upper[:20]):
        over += ((times >= gesture.start) & (times < gesture.end)) << bit
    keys = list(zip(base.tolist(), over.tolist()))
    numbers = np.zeros(frames, dtype=int)
    made: list[Doing] = []
    for start in range(frames):
        if start and keys[start] == keys[start - 1]:
            numbers[start] = len(made) - 1
            continue
        stop = next((i for i in range(start, frames) if keys[i] != keys[start]), frames)
        made.append(_doing(full, upper, keys[start], start, stop))
        numbers[start] = len(made) - 1
    return _merged(numbers, made, [bool(held[numbers == i].any()) for i in range(len(made))])


def _merged(
    numbers: Array, made: list[Doing], guided: list[bool]
) -> tuple[Array, tuple[Doing, ...]]:
    """Moments of standing belong to what is done next, or to what was done on the spot before.

    That is how training told it, and windows of a few frames are nothing that it ever showed. What
    is `guided` by given limbs ends when they do, though.
    """
    owner = list(range(len(made)))
    for number, doing in enumerate(made):
        if doing.text != STANDS or np.count_nonzero(numbers == number) > _MOMENT:
            continue
        before = made[owner[number - 1]] if number else None
        guides = bool(number and guided[owner[number - 1]])
        if before is not None and before.speed is None and not before.low and not guides:
            owner[number] = owner[number - 1]
        elif before is None and number + 1 < len(made):
            owner[number] = number + 1
    result: list[Doing] = []
    places = np.zeros(len(made), dtype=int)
    for number, own in enumerate(owner):
        members = [i for i, other in enumerate(owner) if other == own]
        if number == members[0]:
            there = np.flatnonzero(np.isin(numbers, members))
            start, stop = min(made[own].start, there[0]), max(made[own].stop, there[-1] + 1)
            result.append(replace(made[own], start=int(start), stop=int(stop)))
        places[number] = len(result) - 1
    return places[numbers], tuple(result)


def _doing(
    full: list[Segment], upper: list[Segment], key: tuple[int, int], start: int, stop: int
) -> Doing:
    gestures = [gesture for bit, gesture in enumerate(upper[:20]) if key[1] >> bit & 1]
    if not 0 <= key[0] < len(full):
        return Doing(start=start, stop=stop, text=STANDS, speed=None, tags=(), low=False)
    segment = full[key[0]]
    travels = ACTIONS[segment.action].travels and segment.length > 0.2
    speed = segment.length / max(segment.duration, 0.1) if travels else None
    climbs = abs(float(segment.path[-1, 2] - segment.path[0, 2])) > 0.1
    first, last = round(segment.start * FPS), round(segment.end * FPS)
    return Doing(
        start=first if not gestures else start, stop=max(last, start + 1) if not gestures else stop,
        text=sentence(segment, gestures), speed=speed,
        tags=("terrain",) if climbs else (), low=segment.action in LOW,
    )  # fmt: skip
