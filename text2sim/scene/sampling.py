"""The action at regular moments: what a camera has to show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from text2sim.actions import ACTIONS
from text2sim.scene.geometry import Array, Box, unit
from text2sim.types import PlannedActor, PlannedObject, Segment

STEP = 0.2
"""Time between samples of the action [s]."""
TALL = frozenset(
    ("jump", "raise_arms", "stretch", "throw", "wave", "catch", "dance", "skip", "hop")
)
LONG = {"lie": 1.0, "fall": 1.1, "crawl": 0.75, "sit": 0.6, "kneel": 0.5, "bow": 0.5}
"""Reach of the body from its ground point where it is not upright [m]."""
SEEN = 3.2
"""Goals that are nearer than this [m] are kept in the picture."""
BIG = 1.6
"""Of bigger goals only a part of this width is kept in the picture [m]."""
ROLL = 1.0
"""A ball is followed this far after a kick [m]."""
BODY = 2.05
"""Height of the space that a body needs in the picture [m]."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Sample:
    """The action at one moment.

    Attributes:
        points: what to show: bodies, then their goals, (P, 3).
        must: how many of the points belong to bodies, which must never leave the picture.
        bodies: ground points, (A, 3). headings: yaws [rad], (A,).
        moves: horizontal steps since the sample before [m], (A, 2).
    """

    time: float
    points: Array
    must: int
    bodies: Array
    headings: Array
    moves: Array


def place_at(segment: Segment, time: float) -> Array:
    """Ground point (3,) of a body in a segment at a time [s], at constant speed."""
    path = segment.path
    if len(path) == 1:
        return path[0]
    along = np.append(0.0, np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1)))
    share = np.clip((time - segment.start) / max(segment.duration, 1e-9), 0.0, 1.0)
    return np.array([np.interp(share * along[-1], along, column) for column in path.T])


def heading_at(segment: Segment, time: float) -> float:
    """Heading [rad] of the body, taken to change evenly from start to end."""
    share = np.clip((time - segment.start) / max(segment.duration, 1e-9), 0.0, 1.0)
    return float(segment.heading_start + share * (segment.heading_end - segment.heading_start))


def sample_action(
    objects: Sequence[PlannedObject], actors: Sequence[PlannedActor], timeline: Sequence[Segment],
    duration: float, close: bool,
) -> list[Sample]:  # fmt: skip
    """Samples from 0 to `duration` [s]; close ones show faces and no goals."""
    known = {item.id: item for item in objects}
    times = np.linspace(0.0, duration, int(np.ceil(duration / STEP)) + 1)
    samples: list[Sample] = []
    for time in times:
        shown, goals, bodies, headings = [], [], [], []
        for actor in actors:
            active = [seg for seg in timeline if seg.actor == actor.id
                      and seg.start <= time + 1e-9 and time <= seg.end + 1e-9]  # fmt: skip
            full = [seg for seg in active if ACTIONS[seg.action].layer == "full"]
            body = place_at(full[-1], time) if full else actor.position
            bodies.append(body)
            headings.append(heading_at(full[-1], time) if full else actor.heading)
            shown.append(_body_points(body, actor, active, close))
            if not close:
                goals += [_goal_points(seg, known, body) for seg in active]
        if not actors:
            shown = [_box_points(item) for item in objects] or [np.zeros((1, 3))]
            bodies, headings = [np.zeros(3)], [0.0]
        place = np.array(bodies)
        moves = place[:, :2] - samples[-1].bodies[:, :2] if samples else np.zeros((len(place), 2))
        samples.append(
            Sample(
                time=float(time), points=np.concatenate([*shown, *goals]),
                must=sum(map(len, shown)), bodies=place, headings=np.array(headings), moves=moves,
            )
        )  # fmt: skip
    return samples


def _body_points(body: Array, actor: PlannedActor, active: Sequence[Segment], close: bool) -> Array:
    names = {segment.action for segment in active}
    reach = max([0.38, *(LONG.get(name, 0.0) for name in names)])
    high = min(BODY, actor.character.stature + 0.4) + (0.3 if names & TALL else 0.0)
    low = 0.0
    if close:
        low, high, reach = 0.62 * actor.character.stature, actor.character.stature + 0.12, 0.3
    signs = np.array([[x, y] for x in (-1, 1) for y in (-1, 1)], dtype=float) * reach
    return np.concatenate(
        [body + np.append(sign, height) for sign in signs for height in (low, high)]
    ).reshape(-1, 3)


def _goal_points(segment: Segment, known: dict[str, PlannedObject], body: Array) -> Array:
    """What an action aims at, if it is near enough to show."""
    points = [np.zeros((0, 3))]
    if segment.point is not None and np.linalg.norm(segment.point - body) < SEEN:
        points.append(segment.point[None])
        if segment.action == "kick":
            points.append(segment.point[None] + ROLL * np.append(unit(segment.heading_end), 0.0))
    item = known.get(segment.target or "")
    if item is not None and item.id != segment.holding:
        corners = _box_points(item, body[:2])
        near = np.linalg.norm(corners[:, :2] - body[:2], axis=1).min() < SEEN
        points.append(corners if near else points[0])
    return np.concatenate(points)


def _box_points(item: PlannedObject, viewer: Array | None = None) -> Array:
    """Corners of a thing, (8, 3); of a big one only of the part nearest to a viewer (2,)."""
    box = Box.of(item)
    corners = box.local(box.corners())
    high = box.high
    if viewer is not None:
        nearest = np.clip(box.local(viewer), -box.half, box.half)
        corners = np.clip(corners, nearest - BIG / 2, nearest + BIG / 2)
        high = min(box.high, box.low + BODY)
    around = box.world(corners)
    return np.concatenate([np.column_stack([around, np.full(4, z)]) for z in (box.low, high)])
