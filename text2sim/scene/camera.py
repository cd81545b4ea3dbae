"""Where the camera stands: it sees every body and its goal, at all times, from a telling side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from text2sim.scene.framing import frame
from text2sim.scene.geometry import Box, ground_height, heading_of, unit, wrap
from text2sim.scene.placement import CAMERA_AZIMUTH, camera_right
from text2sim.scene.sampling import Sample, sample_action
from text2sim.scene.views import framing_of, shot_of, view_words
from text2sim.types import CameraPlan, PlannedActor, PlannedObject, Script, Segment

ELEVATION, LOW, HIGH = np.radians(7.0), np.radians(4.0), np.radians(62.0)
"""Usual angle of the camera above the horizon, from below, and from above [rad]."""
ENOUGH = 60
"""So many moments are enough to choose a direction by."""
FROM_ABOVE = frozenset(("above", "top", "bird", "birds", "overhead", "aerial", "drone", "high"))
SIDES: tuple[tuple[frozenset[str], tuple[float, ...]], ...] = (
    (frozenset(("behind", "back", "rear")), (180.0, 165.0, -165.0)),
    (frozenset(("front",)), (0.0, 14.0, -14.0)),
    (frozenset(("left",)), (90.0, 75.0)),
    (frozenset(("right",)), (-90.0, -75.0)),
    (frozenset(("side",)), (-90.0, 90.0)),
)
"""Words and the angles that they mean [degrees], from where the actor goes to the camera."""
ONE_SIDED = frozenset(("shelf", "cupboard", "fridge", "television", "window", "piano"))
"""Kinds that are used, and so looked at, from their front only."""


def plan_camera(
    script: Script, objects: Sequence[PlannedObject], actors: Sequence[PlannedActor],
    timeline: Sequence[Segment], duration: float,
) -> CameraPlan:  # fmt: skip
    """Keyframes of a camera that keeps everybody and their goals in frame for any aspect ratio."""
    words = view_words(script.view)
    framing = framing_of(words)
    samples = sample_action(objects, actors, timeline, duration, framing == "close")
    few = samples[:: len(samples) // ENOUGH + 1]
    scores = {}
    for azimuth, elevation in _directions(words, samples):
        tried = frame(few, azimuth, elevation, framing)
        scores[azimuth, elevation] = _score(tried, few, objects, azimuth, timeline, script)
    azimuth, elevation = max(scores, key=lambda way: round(scores[way], 9))
    plan = frame(samples, azimuth, elevation, framing)
    return replace(plan, shot=shot_of(words), framing=framing)


def _directions(words: frozenset[str], samples: Sequence[Sample]) -> list[tuple[float, float]]:
    """Candidate directions (azimuth, elevation) from the scene to the camera."""
    main = _main_heading(samples)
    if words & FROM_ABOVE:
        return [(wrap(main + np.radians(side)), HIGH) for side in (-75.0, 75.0)]
    elevation = LOW if words & {"below", "low", "worm", "worms"} else ELEVATION
    for names, angles in SIDES:
        if words & names and shot_of(words) not in ("over_shoulder", "pull_back"):
            return [(wrap(main + np.radians(angle)), elevation) for angle in angles]
    return [(wrap(main + np.radians(angle)), elevation) for angle in range(-180, 180, 15)]


def _main_heading(samples: Sequence[Sample]) -> float:
    """Direction of the first actor's travel as a whole, or of its gaze if it stays."""
    travel = samples[-1].bodies[0, :2] - samples[0].bodies[0, :2]
    if np.linalg.norm(travel) > 1.0:
        return heading_of(travel)
    mean = np.mean([unit(sample.headings[0]) for sample in samples], axis=0)
    return heading_of(mean) if np.linalg.norm(mean) > 1e-3 else 0.0


def _best_angle(samples: Sequence[Sample]) -> float:
    """Angle between gaze and camera [rad] that shows most: wider for walks, more so for stairs."""
    first, last = samples[0].bodies, samples[-1].bodies
    if np.abs(last[:, 2] - first[:, 2]).max() > 0.3:
        return float(np.radians(68.0))
    return float(np.radians(58.0 if np.linalg.norm(last - first, axis=1).max() > 1.0 else 45.0))


def _score(
    plan: CameraPlan, samples: Sequence[Sample], objects: Sequence[PlannedObject], azimuth: float,
    timeline: Sequence[Segment], script: Script,
) -> float:  # fmt: skip
    """How well a camera shows the action."""
    facing = np.abs([[wrap(h - azimuth) for h in sample.headings] for sample in samples])
    score = -np.mean(np.abs(facing - _best_angle(samples))) / 1.2
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
    score -= 1.5 * _from_behind(objects, timeline, azimuth) + 0.8 * _in_line(samples, azimuth)
    return float(score - 2.5 * _hidden(plan, samples, objects) - 4.0 * _stuck(plan, objects))


def _from_behind(
    objects: Sequence[PlannedObject], timeline: Sequence[Segment], azimuth: float
) -> float:
    """How far the camera is behind the front of cupboards and the like that are used."""
    used = {segment.target for segment in timeline}
    used |= {item.support for item in objects if item.id in used}
    fronts = [item.heading for item in objects if item.id in used and item.kind in ONE_SIDED]
    spots = [segment.point for segment in timeline if segment.point is not None]
    for item in objects:
        near = any(Box.of(item).distance(spot[:2]) < 0.05 for spot in spots)
        if item.kind in ONE_SIDED and near:
            fronts.append(item.heading)
    return max((max(0.35 - float(np.cos(azimuth - front)), 0.0) for front in fronts), default=0.0)


def _in_line(samples: Sequence[Sample], azimuth: float) -> float:
    """Share of the time that two people stand one behind the other as the camera sees them."""
    count = len(samples[0].bodies)
    if count < 2:
        return 0.0
    right = np.array([-np.sin(azimuth), np.cos(azimuth)])
    across = np.array([sample.bodies[:, :2] @ right for sample in samples])
    first, second = np.triu_indices(count, 1)
    gaps = np.abs(across[:, :, None] - across[:, None])
    return float((gaps[:, first, second] < 0.4).mean())


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
