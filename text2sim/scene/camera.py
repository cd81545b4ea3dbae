"""Where the camera stands: it sees every body and its goal, at all times, from a telling side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from text2sim.maths.camera import look_at
from text2sim.scene.geometry import Array, Box, ground_height, heading_of, unit, wrap
from text2sim.scene.placement import CAMERA_AZIMUTH, camera_right
from text2sim.types import CameraPlan, PlannedActor, PlannedObject, Script, Segment

FOV = 0.7
"""Angle across the shorter side of the picture [rad]."""
MARGIN = 0.88
"""Part of the picture that the action may fill."""
ELEVATION = np.radians(11.0)
COMFORTABLE = 5.3
"""A static camera is fine up to this distance [m]: a person fills almost half the height."""
ROUND = 7.2
"""The same where people go round or back and forth: a still camera is calmer."""
NEAREST = 3.4
STEP = 0.2
"""Time between samples of the action [s]."""
KEY = 0.5
"""Time between keyframes [s]."""
SMOOTHING = 0.7
"""How far a moving camera looks ahead and back to be smooth [s]; less for fast bodies."""
TALL = frozenset(
    ("jump", "raise_arms", "stretch", "throw", "wave", "catch", "dance", "skip", "hop")
)
LONG = {"lie": 1.0, "fall": 1.1, "crawl": 0.75, "sit": 0.6, "kneel": 0.5, "bow": 0.5}
"""Reach of the body from its ground point where it is not upright [m]."""
SEEN = 3.2
"""Goals that are nearer than this [m] are kept in the picture."""
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


def plan_camera(
    script: Script, objects: Sequence[PlannedObject], actors: Sequence[PlannedActor],
    timeline: Sequence[Segment], duration: float,
) -> CameraPlan:  # fmt: skip
    """Keyframes of a camera that keeps everybody and their goals in frame for any aspect ratio."""
    view = (script.view or "").lower()
    samples = _samples(objects, actors, timeline, duration, "close" in view)
    best: tuple[float, CameraPlan] | None = None
    for azimuth, elevation in _directions(view, samples):
        plan = _frame(samples, azimuth, elevation, duration, view)
        score = _score(plan, samples, objects, azimuth, script)
        if best is None or score > best[0] + 1e-9:
            best = score, plan
    assert best is not None
    return best[1]


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


def _samples(
    objects: Sequence[PlannedObject], actors: Sequence[PlannedActor], timeline: Sequence[Segment],
    duration: float, close: bool,
) -> list[Sample]:  # fmt: skip
    from text2sim.actions import ACTIONS

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
    high = BODY + (0.3 if names & TALL else 0.0)
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
    item = known.get(segment.target or "")
    if item is not None and item.id != segment.holding and item.size.max() < SEEN:
        near = Box.of(item).distance(body[:2]) < SEEN
        points.append(_box_points(item) if near else points[0])
    return np.concatenate(points)


def _box_points(item: PlannedObject) -> Array:
    box = Box.of(item)
    return np.concatenate(
        [np.column_stack([box.corners(), np.full(4, z)]) for z in (box.low, box.high)]
    )


def _directions(view: str, samples: Sequence[Sample]) -> list[tuple[float, float]]:
    """Candidate directions (azimuth, elevation) from the scene to the camera."""
    main = _main_heading(samples)
    if "above" in view or "top" in view or "bird" in view:
        return [(wrap(main + np.radians(side)), np.radians(62.0)) for side in (-75.0, 75.0)]
    angles: tuple[float, ...] = ()
    if "behind" in view or "back" in view:
        angles = (180.0, 165.0, -165.0)
    elif "front" in view:
        angles = (0.0, 14.0, -14.0)
    elif "left" in view:
        angles = (90.0, 75.0)
    elif "right" in view:
        angles = (-90.0, -75.0)
    elif "side" in view:
        angles = (-90.0, 90.0)
    elevation = np.radians(4.0) if "below" in view or "low" in view else ELEVATION
    if angles:
        return [(wrap(main + np.radians(angle)), elevation) for angle in angles]
    return [(wrap(main + np.radians(angle)), elevation) for angle in range(-180, 180, 15)]


def _main_heading(samples: Sequence[Sample]) -> float:
    """Direction of the first actor's travel as a whole, or of its gaze if it stays."""
    travel = samples[-1].bodies[0, :2] - samples[0].bodies[0, :2]
    if np.linalg.norm(travel) > 1.0:
        return heading_of(travel)
    mean = np.mean([unit(sample.headings[0]) for sample in samples], axis=0)
    return heading_of(mean) if np.linalg.norm(mean) > 1e-3 else 0.0


def _frame(
    samples: Sequence[Sample], azimuth: float, elevation: float, duration: float, view: str
) -> CameraPlan:
    """The nearest camera in a direction that shows everything; it moves if it must."""
    towards = np.array([*(np.cos(elevation) * unit(azimuth)), np.sin(elevation)])
    axes = look_at(towards, np.zeros(3))
    local = [sample.points @ axes.T for sample in samples]
    least = 1.5 if "close" in view else NEAREST
    centre, distance = _fit(np.concatenate(local))
    times = np.array([0.0, duration])
    centres = np.stack([centre, centre])
    if distance > (COMFORTABLE if _leads_away(samples) else ROUND):
        window = _smoothing(samples)
        spans = [[j for j, other in enumerate(samples) if abs(other.time - sample.time) <= window]
                 for sample in samples]  # fmt: skip
        fits = [_fit(np.concatenate([local[j] for j in span])) for span in spans]
        nearest = max(fit[1] for fit in fits)
        if nearest < 0.85 * distance:
            distance = max(nearest, min(COMFORTABLE, distance))
            times, centres = _follow(samples, np.array([fit[0] for fit in fits]), duration)
            distance = _clear(samples, local, times, centres, distance)
    distance = max(distance, least) * (1.6 if "wide" in view or "far" in view else 1.0)
    targets = centres @ axes
    eyes = targets + distance * towards
    return CameraPlan(times=times, eye=eyes, target=targets, fov=FOV)


def _smoothing(samples: Sequence[Sample]) -> float:
    """Time scale of the camera's movement [s]: a runner would leave a slow camera's picture."""
    fastest = max(float(np.linalg.norm(sample.moves, axis=1).max()) for sample in samples) / STEP
    return float(np.clip(0.9 / max(fastest, 0.1), 0.3, SMOOTHING))


def _leads_away(samples: Sequence[Sample]) -> bool:
    """Somebody ends far from where it began, compared with the way that it went."""
    way = np.sum([np.linalg.norm(sample.moves, axis=1) for sample in samples], axis=0)
    gone = np.linalg.norm(samples[-1].bodies[:, :2] - samples[0].bodies[:, :2], axis=1)
    return bool((gone > 0.5 * way + 0.3).any())


def _fit(points: Array) -> tuple[Array, float]:
    """Centre (camera axes) and least distance that show all points (N, 3) in camera axes.

    A point is inside if |x - cx| <= k (z - cz + d); the extremes of x - k z and x + k z give the
    least d and cx in closed form, and so for y.
    """
    k = MARGIN * np.tan(FOV / 2)
    depth = points[:, 2].mean()
    z = points[:, 2:] - depth
    low, high = (points[:, :2] + k * z).min(axis=0), (points[:, :2] - k * z).max(axis=0)
    centre = np.append((low + high) / 2, depth)
    return centre, float(((high - low) / (2 * k)).max())


def _follow(samples: Sequence[Sample], centres: Array, duration: float) -> tuple[Array, Array]:
    """Smooth keyframes through the centres (S, 3) of all samples."""
    at = np.array([sample.time for sample in samples])
    times = np.linspace(0.0, duration, max(round(duration / KEY), 1) + 1)
    weights = np.exp(-0.5 * ((times[:, None] - at) / _smoothing(samples)) ** 2)
    return times, weights @ centres / weights.sum(axis=1, keepdims=True)


def _clear(
    samples: Sequence[Sample], local: Sequence[Array], times: Array, centres: Array, distance: float
) -> float:
    """The least distance, from `distance` on, at which the moving camera shows all points."""
    k = MARGIN * np.tan(FOV / 2)
    for sample, points in zip(samples, local):
        points = points[: sample.must]
        centre = np.array([np.interp(sample.time, times, column) for column in centres.T])
        offset = points - centre
        distance = max(
            distance, float((np.abs(offset[:, :2]).max(axis=1) / k - offset[:, 2]).max())
        )
    return distance


def _score(
    plan: CameraPlan, samples: Sequence[Sample], objects: Sequence[PlannedObject], azimuth: float,
    script: Script,
) -> float:  # fmt: skip
    """How well a camera shows the action."""
    facing = np.abs([[wrap(h - azimuth) for h in sample.headings] for sample in samples])
    score = -np.mean(np.abs(facing - np.radians(52.0))) / 1.2
    steps = np.concatenate([sample.moves for sample in samples])
    speed = np.linalg.norm(steps, axis=1)
    if speed.sum() > 0.5:
        along = np.abs(steps @ unit(azimuth)) / np.maximum(speed, 1e-9)
        score -= 0.8 * float((speed * np.maximum(along - 0.6, 0.0)).sum() / speed.sum()) / 0.4
    score += 0.12 * np.cos(azimuth - CAMERA_AZIMUTH)
    score -= 0.05 * float(np.linalg.norm(plan.eye[0] - plan.target[0]))
    right = np.array([-np.sin(azimuth), np.cos(azimuth)])
    if any(item.kind in ("left_of", "right_of") for item in script.relations):
        score -= 6.0 * (right @ camera_right() < 0.5)
    return float(score - 2.5 * _hidden(plan, samples, objects) - 4.0 * _stuck(plan, objects))


def _hidden(plan: CameraPlan, samples: Sequence[Sample], objects: Sequence[PlannedObject]) -> float:
    """Share of the bodies' points that objects hide from the camera."""
    boxes = [Box.of(item) for item in objects if item.size[2] > 0.25]
    if not boxes:
        return 0.0
    hidden, total = 0, 0
    for sample in samples[::3]:
        eye = np.array([np.interp(sample.time, plan.times, column) for column in plan.eye.T])
        for height in (0.5, 1.1, 1.6):
            points = sample.bodies + np.array([0.0, 0.0, height])
            block = np.zeros(len(points), dtype=bool)
            for box in boxes:
                block |= box.hides(eye[None], points) & (box.distance(points[:, :2]) > 0.15)
            hidden, total = hidden + int(block.sum()), total + len(points)
    return hidden / max(total, 1)


def _stuck(plan: CameraPlan, objects: Sequence[PlannedObject]) -> float:
    """Share of keyframes at which the camera is in or right before an object, or underground."""
    bad = plan.eye[:, 2] < ground_height(objects, plan.eye[:, :2]) + 0.25
    for item in objects:
        box = Box.of(item)
        bad |= (box.distance(plan.eye[:, :2]) < 0.5) & (plan.eye[:, 2] < box.high + 0.3)
    return float(bad.mean())
