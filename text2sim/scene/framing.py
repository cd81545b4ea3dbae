"""Framing: the nearest camera in a given direction that shows what it must."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from text2sim.maths.camera import fit_view, look_at
from text2sim.scene.geometry import Array, unit
from text2sim.scene.sampling import STEP, Sample
from text2sim.types import CameraPlan, Framing

FOV = 0.7
"""Angle across the shorter side of the picture [rad]."""
MARGIN = 0.9
"""Part of the picture that the action may fill."""
COMFORTABLE = 4.5
"""A still camera is fine up to this distance [m]: a person fills over half the height."""
ROUND = 6.4
"""The same where people go round or back and forth: a still camera is calmer."""
NEAREST, NEAREST_FACE = 3.4, 1.5
"""Least distance of the camera, and of a close-up [m]."""
SMOOTHING, SMOOTHING_CLOSE = 0.7, 0.45
"""Time scale of a moving camera, and of a close-up [s]; less for fast bodies."""
SLOPE = MARGIN * np.tan(FOV / 2)
SLOPES, WIDE = np.array([SLOPE, SLOPE]), np.array([SLOPE * 4 / 3, SLOPE])
"""Half width and height of the usable picture at distance 1: for bodies, which must be seen in a
picture of any shape, and for goals, so that people are not made small for the sake of things."""


def frame(
    samples: Sequence[Sample], azimuth: float, elevation: float, framing: Framing
) -> CameraPlan:
    """Keyframes of a camera that looks from a direction [rad]; it stands still if it can."""
    towards = np.append(np.cos(elevation) * unit(azimuth), np.sin(elevation))
    axes = look_at(towards, np.zeros(3))
    local = [sample.points @ axes.T for sample in samples]
    centre, distance = _fit(*_merged(samples, local))
    times = np.array([samples[0].time, samples[-1].time])
    centres, distances = np.stack([centre, centre]), np.array([distance, distance])
    close = framing == "close"
    nearest = NEAREST_FACE if close else NEAREST
    if close or distance > (COMFORTABLE if _leads_away(samples) else ROUND):
        slowest = SMOOTHING_CLOSE if close else SMOOTHING
        moving = _follow(samples, local, nearest if close else COMFORTABLE, slowest)
        if moving[1].mean() < 0.95 * distance:
            times = np.array([sample.time for sample in samples])
            centres, distances = moving
    distances = np.maximum(distances, nearest)
    if framing == "wide":
        distances = 1.6 * distances
    targets = centres @ axes
    eyes = targets + distances[:, None] * towards
    return CameraPlan(times=times, eye=eyes, target=targets, fov=FOV)


def _merged(samples: Sequence[Sample], local: Sequence[Array]) -> tuple[Array, Array]:
    """Points of bodies and points of goals of several samples, in camera axes, (N, 3) each."""
    bodies = [points[: sample.must] for sample, points in zip(samples, local)]
    goals = [points[sample.must :] for sample, points in zip(samples, local)]
    return np.concatenate(bodies), np.concatenate(goals)


def _fit(bodies: Array, goals: Array) -> tuple[Array, float]:
    """Centre and least distance that show all points (N, 3), in camera axes."""
    groups: list[tuple[Array, Array, float]] = [(bodies, SLOPES, 0.0)]
    if len(goals):
        groups.append((goals, WIDE, 0.0))
    centre, distance = fit_view(groups)
    return np.asarray(centre, dtype=np.float64), distance


def _extremes(points: Array, depth: float, slope: Array) -> tuple[Array, Array]:
    z = slope * (points[:, 2:] - depth)
    return (points[:, :2] + z).min(axis=0), (points[:, :2] - z).max(axis=0)


def _follow(
    samples: Sequence[Sample], local: Sequence[Array], nearest: float, slowest: float
) -> tuple[Array, Array]:
    """Centres (S, 3) and distances (S,) of a camera that moves smoothly with the action.

    It shows all that happens within its time scale; then it is pushed to where bodies, at least,
    never leave the picture.
    """
    times = np.array([sample.time for sample in samples])
    apart = np.abs(times[:, None] - times)
    scale = _time_scale(samples, slowest)
    fits = []
    for row in apart:
        span = [int(j) for j in np.flatnonzero(row <= scale)]
        fits.append(_fit(*_merged([samples[j] for j in span], [local[j] for j in span])))
    wanted = np.array([fit[1] for fit in fits])
    widest = np.array([wanted[row <= 1.0].max() for row in apart])
    distances = np.maximum(_blur(apart, 1.0) @ widest, nearest)
    centres = _blur(apart, scale) @ np.array([fit[0] for fit in fits])
    bodies = [points[: sample.must] for sample, points in zip(samples, local)]
    for index, points in enumerate(bodies):
        low, high = _extremes(points, float(centres[index, 2]), SLOPES)
        room = SLOPE * distances[index]
        middle = (low + high) / 2
        slack = np.maximum(low + room - middle, 0.0)
        centres[index, :2] = np.clip(centres[index, :2], middle - slack, middle + slack)
    centres = _blur(apart, 0.25) @ centres
    needed = [_needed(points, centre) for points, centre in zip(bodies, centres)]
    return centres, np.maximum(distances, _blur(apart, 0.3) @ np.maximum(distances, needed))


def _blur(apart: Array, scale: float) -> Array:
    """Weights (S, S) of a Gaussian smoothing over times that are `apart` [s]."""
    weights = np.exp(-0.5 * (apart / scale) ** 2)
    return weights / weights.sum(axis=1, keepdims=True)


def _needed(points: Array, centre: Array) -> float:
    """Least distance at which a camera that looks at a centre shows points (N, 3)."""
    offset = points - centre
    return float((np.abs(offset[:, :2]).max(axis=1) / SLOPE - offset[:, 2]).max())


def _time_scale(samples: Sequence[Sample], slowest: float) -> float:
    """Time scale of the camera's movement [s]: a runner would leave a slow camera's picture."""
    fastest = max(float(np.linalg.norm(sample.moves, axis=1).max()) for sample in samples) / STEP
    return float(np.clip(0.9 / max(fastest, 0.1), 0.3, slowest))


def _leads_away(samples: Sequence[Sample]) -> bool:
    """Somebody ends far from where it began, compared with the way that it went."""
    way = np.sum([np.linalg.norm(sample.moves, axis=1) for sample in samples], axis=0)
    gone = np.linalg.norm(samples[-1].bodies[:, :2] - samples[0].bodies[:, :2], axis=1)
    return bool((gone > 0.5 * way + 0.3).any())
