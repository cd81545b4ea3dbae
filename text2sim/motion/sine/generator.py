"""The stage: goes through the timeline of each actor and lets every action write its part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, final

import numpy as np

from text2sim.motion.sine.actions import FULL, UPPER
from text2sim.motion.sine.feet import FootPlan, beside
from text2sim.motion.sine.handling import grip, hands_for, hands_on, hold, let_go
from text2sim.motion.sine.idle import breathe
from text2sim.motion.sine.performer import STANCE, Performer, Shot
from text2sim.motion.sine.sheet import Sheet
from text2sim.motion.sine.solve import solve
from text2sim.motion.sine.travel import flows_into, travel, travels
from text2sim.motion.stage import MotionGenerator
from text2sim.stage import Context
from text2sim.types import Grasp, Motion, Scene, SceneActor, Segment, Track

LOW = frozenset(("stand", "stand_up", "sit", "lie", "kneel", "crawl", "fall", "squat"))
"""Actions that may begin while the body is down."""


@final
@dataclass(frozen=True, kw_only=True)
class SineMotion(MotionGenerator):
    """Placeholder motion that needs no data: every action is written by hand from smooth curves."""

    name: ClassVar[str] = "sine"
    options: ClassVar[tuple[str, ...]] = ("seed", "fps")

    def run(self, value: Scene, ctx: Context) -> Motion:
        """Animate every actor of the scene over the length of its plan."""
        tracks: list[Track] = []
        grasps: list[Grasp] = []
        streams = ctx.rng().spawn(len(value.actors))
        for number, actor in enumerate(value.actors):
            ctx.report(number, len(value.actors))
            performer = performer_of(value, actor, ctx.fps, streams[number])
            tracks.append(perform(performer))
            grasps += performer.grasps
        ctx.report(len(value.actors), len(value.actors))
        return Motion(scene=value, fps=ctx.fps, tracks=tuple(tracks), grasps=tuple(grasps))


def performer_of(
    scene: Scene, actor: SceneActor, fps: float, rng: np.random.Generator
) -> Performer:
    """An actor who stands where the plan puts it, with an empty sheet over the plan's length."""
    count = max(1, round(scene.plan.duration * fps))
    base = actor.position.copy()
    base[2] = scene.ground_height(base[:2])
    sheet = Sheet.standing(
        times=np.arange(count) / fps, base=base, yaw=actor.heading, skeleton=actor.skeleton
    )
    width = STANCE * actor.skeleton.scale
    first = (
        beside(scene, actor.skeleton, base, actor.heading, 0, width),
        beside(scene, actor.skeleton, base, actor.heading, 1, width),
    )
    words = next((a.adjectives for a in scene.plan.script.actors if a.id == actor.id), ())
    return Performer(
        scene=scene, actor=actor, sheet=sheet, rng=rng, words=words,
        feet=FootPlan(scene=scene, skeleton=actor.skeleton, first=first),
    )  # fmt: skip


def perform(performer: Performer) -> Track:
    """Write all segments of one actor, full ones first, and solve the joints."""
    actor, sheet = performer.actor, performer.sheet
    mine = sorted(
        (s for s in performer.scene.plan.timeline if s.actor == actor.id), key=lambda s: s.start
    )
    full = [s for s in mine if s.action in FULL or travels(s)]
    done = 0
    for group in _flows(full):
        done = _write(performer, group, done)
    _linger(performer, done, len(sheet.times))
    for segment in mine:
        if segment.action in UPPER:
            UPPER[segment.action](performer, performer.shot(segment))
    for item in list(performer.held):
        let_go(performer, item, performer.scene.plan.duration)
    breathe(performer)
    return solve(
        sheet, performer.feet.evaluate(sheet.times), performer.goals, performer.scene, actor.id,
        actor.skeleton,
    )  # fmt: skip


def _flows(segments: list[Segment]) -> Iterator[list[Segment]]:
    """Segments in groups: those that travel on in the same direction belong together."""
    group: list[Segment] = []
    for segment in segments:
        if group and not flows_into(group[-1], segment):
            yield group
            group = []
        group.append(segment)
    if group:
        yield group


def _write(performer: Performer, group: list[Segment], done: int) -> int:
    """Write a group of segments; returns the frame after it."""
    if done and _must_rise(performer, group[0], done):
        up, rest = _rise_first(group[0])
        done = _write(performer, [up], done)
        group = [rest, *group[1:]]
    shots = [performer.shot(segment) for segment in group]
    start, stop = shots[0].span.start, shots[-1].span.stop
    if stop - start < 2:
        return done
    _linger(performer, done, start)
    if done and group[0].action == "stand" and _off_the_ground(performer, group[0]):
        _linger(performer, start, stop)
        return stop
    for shot in shots:
        _hold(performer, shot)
    if travels(group[0]):
        travel(performer, shots)
        for shot in shots:
            if shot.segment.action in ("push", "pull"):
                hands_on(performer, shot)
    else:
        FULL[group[0].action](performer, shots[0])
    performer.sheet.close_seam(start, stop)
    return stop


def _off_the_ground(performer: Performer, segment: Segment) -> bool:
    """Whether a place lies above all ground, as on a ladder: there one stays as one is."""
    place = segment.path[-1]
    return bool(place[2] > performer.scene.ground_height(place[:2]) + 0.15)


def _must_rise(performer: Performer, segment: Segment, done: int) -> bool:
    """Whether the body is down and the action needs it to stand."""
    low = performer.sheet.pelvis[done - 1, 2] < 0.8 * performer.stand
    return bool(low and segment.action not in LOW)


def _rise_first(segment: Segment) -> tuple[Segment, Segment]:
    """Getting up in the first part of a segment, and what is left of it."""
    time = segment.start + min(2.2, 0.6 * segment.duration)
    up = replace(
        segment, action="stand_up", end=time, path=segment.path[:1], point=None, target=None,
        heading_end=segment.heading_start,
    )  # fmt: skip
    return up, replace(segment, start=time)


def _linger(performer: Performer, done: int, until: int) -> None:
    """Go on as in the last written frame, hands included, where the plan says nothing."""
    if not 0 < done < until:
        return
    performer.sheet.copy_forward(done, until)
    for index, goal in enumerate(performer.goals):
        if goal.start + len(goal.points) == done:
            more = until - done
            performer.goals[index] = replace(
                goal,
                points=np.concatenate([goal.points, np.repeat(goal.points[-1:], more, axis=0)]),
                weight=np.concatenate([goal.weight, np.repeat(goal.weight[-1:], more)]),
            )


def _hold(performer: Performer, shot: Shot) -> None:
    """Keep what is carried in the hands; let go what the plan holds no longer."""
    segment = shot.segment
    for name in [name for name in performer.held if name != segment.holding]:
        let_go(performer, name, segment.start)
    item = segment.holding
    if item is None or performer.object(item) is None:
        return
    if item not in performer.held:
        grip(performer, item, hands_for(performer, shot, item), segment.start)
    if segment.action not in ("put_down", "throw", "pick_up"):
        hold(performer, shot, item)
