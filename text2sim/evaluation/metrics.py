"""Metrics of a simulated clip: how well it follows the motion, and how physical it looks.

The functions are pure and take arrays in world frame [m]; T frames, J joints, P sole points.
Their results are in SI units; `evaluate` turns a `Trace` into a table in the units of the papers.
"""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import ArrayLike

from text2sim.types import Trace, Track

GRAVITY = 9.81
Height = Callable[[np.ndarray], np.ndarray]

_RADII = np.arange(0.005, 0.15, 0.005)
_DIRECTIONS = np.array([(np.cos(a), np.sin(a)) for a in np.arange(8) * np.pi / 4])


@final
@dataclass(frozen=True, kw_only=True)
class Metric:
    """A figure with its unit; NaN where the clip has nothing to measure."""

    value: float
    unit: str
    meaning: str

    def __float__(self) -> float:
        return self.value

    def __str__(self) -> str:
        if math.isnan(self.value):
            return "-"
        number = "0" if abs(self.value) < 5e-4 else f"{self.value:.4g}"
        return f"{number} {self.unit}".strip()


@final
class Metrics(Mapping[str, Metric]):
    """Metrics by name; prints as a table."""

    def __init__(self, metrics: Mapping[str, Metric]) -> None:
        self._metrics = dict(metrics)

    def __getitem__(self, name: str) -> Metric:
        return self._metrics[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._metrics)

    def __len__(self) -> int:
        return len(self._metrics)

    def __repr__(self) -> str:
        names = max(map(len, self), default=0)
        values = max((len(str(metric)) for metric in self.values()), default=0)
        return "\n".join(
            f"{name:<{names}}  {metric!s:<{values}}  {metric.meaning}"
            for name, metric in self.items()
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td><code>{name}</code></td><td style='text-align:right'>{metric}</td>"
            f"<td style='text-align:left'>{html.escape(metric.meaning)}</td></tr>"
            for name, metric in self.items()
        )
        return f"<table>{rows}</table>"

    def as_dict(self) -> dict[str, dict[str, float | str | None]]:
        """JSON-ready: name -> value, unit, meaning; a value of NaN is None."""
        return {
            name: {
                "value": None if math.isnan(metric.value) else metric.value,
                "unit": metric.unit,
                "meaning": metric.meaning,
            }
            for name, metric in self.items()
        }


def joint_errors(positions: ArrayLike, reference: ArrayLike) -> np.ndarray:
    """Distance of every joint from its reference [m], (..., J), of positions (..., J, 3).

    The mean is MPJPE (Ionescu et al. 2014), here in the world frame (PHC's E_g-mpjpe, Luo et al.
    2023).
    """
    return np.linalg.norm(np.subtract(positions, reference), axis=-1)


def local_joint_errors(positions: ArrayLike, reference: ArrayLike) -> np.ndarray:
    """As `joint_errors`, with both pelvises (joint 0) moved to the origin (PHC's E_mpjpe)."""
    p, r = np.asarray(positions), np.asarray(reference)
    return joint_errors(p - p[..., :1, :], r - r[..., :1, :])


def skate_speeds(soles: ArrayLike, contacts: ArrayLike, fps: float) -> np.ndarray:
    """Horizontal speed [m/s] of sole points while they touch the ground, (N,).

    PhysDiff's Skate (Yuan et al. 2023): the horizontal displacement between two adjacent frames of
    every point that is in contact in both, here divided by the time between them.

    Args:
        soles: (T, P, 3). contacts: (T, P) bool. fps: frames per second.
    """
    points, touch = np.asarray(soles), np.asarray(contacts, dtype=bool)
    speed = np.linalg.norm(np.diff(points[..., :2], axis=0), axis=-1) * fps
    return speed[touch[1:] & touch[:-1]]


def clearance(points: ArrayLike, height: Height) -> np.ndarray:
    """Height of the point that is lowest above the ground under it [m], (T,); negative below.

    The mean of its positive part is PhysDiff's Float; we look at the four sole points instead of a
    body mesh and grant no tolerance (PhysDiff: 5 mm).

    Args:
        points: (T, P, 3). height: height of the ground [m] (...) at points (..., 2).
    """
    points = np.asarray(points)
    return (points[..., 2] - height(points[..., :2])).min(axis=-1)


def penetration_depths(points: ArrayLike, height: Height) -> np.ndarray:
    """Distance of points in the ground to where they would be free [m], (T, P); 0 above it.

    On flat ground that is the way up, as in PhysDiff's Penetrate. Beside a step it may be the way
    back: a toe 1 cm inside a riser is 1 cm deep, and not as deep as the step is high. The ground is
    sampled in eight directions in steps of 5 mm.

    Args:
        points: (T, P, 3). height: height of the ground [m] (...) at points (..., 2).
    """
    points = np.asarray(points)
    depths = np.maximum(0.0, height(points[..., :2]) - points[..., 2])
    deep = depths > _RADII[0]
    found = points[deep][:, None, None]
    sideways = found[..., :2] + _DIRECTIONS[:, None] * _RADII[:, None]
    upwards = np.maximum(0.0, height(sideways) - found[..., 2])
    out = np.hypot(_RADII, upwards).min(axis=(1, 2))
    depths[deep] = np.minimum(depths[deep], out)
    return depths


def jerks(positions: ArrayLike, fps: float) -> np.ndarray:
    """Third derivative of positions (T, J, 3) by differences, its magnitude [m/s3], (T - 3, J)."""
    return np.linalg.norm(np.diff(positions, n=3, axis=0), axis=-1) * fps**3


def completed_fraction(time: float, start: float, duration: float) -> float:
    """Part of a clip that lies before `time` [s], 0 to 1."""
    return float(np.clip((time - start) / duration, 0.0, 1.0)) if duration else 1.0


def evaluate(trace: Trace) -> Metrics:
    """All metrics of a trace; with several actors, means over all of them and the worst maximum.

    The reference is the motion before physics (`trace.world.motion`).
    """
    duration = _duration(trace)
    metrics = {
        "duration": Metric(value=duration, unit="s", meaning="length of the clip"),
        "completed": Metric(
            value=completed_fraction(_end(trace), trace.start, duration), unit="",
            meaning="part of the clip before a fall or divergence",
        ),
        **_tracking(trace), **_ground(trace), **_assist(trace),
    }  # fmt: skip
    return Metrics(metrics)


def _tracking(trace: Trace) -> dict[str, Metric]:
    positions = [track.positions() for track in trace.tracks]
    references = [_reference(trace, track).positions() for track in trace.tracks]
    world = [joint_errors(p, r).ravel() for p, r in zip(positions, references)]
    local = [local_joint_errors(p, r).ravel() for p, r in zip(positions, references)]
    jerk = [jerks(p, trace.fps).ravel() for p in positions]
    return {
        "tracking_error": _mean(
            world, "mm", "distance of the joints from the motion, world (MPJPE)", 1000
        ),
        "tracking_error_local": _mean(
            local, "mm", "the same with the pelvis aligned (root-relative MPJPE)", 1000
        ),
        "jerk": _mean(jerk, "m/s3", "third derivative of the joint positions"),
    }


def _reference(trace: Trace, track: Track) -> Track:
    """The motion that a simulated track should follow, at the times of its frames."""
    motion = trace.world.motion
    reference = next(item for item in motion.tracks if item.actor == track.actor)
    times = trace.start + np.arange(len(track.root_positions)) / trace.fps
    index = np.clip(np.floor(times * motion.fps + 0.5).astype(int), 0, motion.frames - 1)
    return Track(
        actor=track.actor,
        skeleton=reference.skeleton,
        root_positions=reference.root_positions[index],
        rotations_wxyz=reference.rotations_wxyz[index],
        contacts=reference.contacts[index],
    )


def _ground(trace: Trace) -> dict[str, Metric]:
    scene = trace.world.motion.scene
    height = scene.ground_height if scene else _flat
    soles = [track.soles() for track in trace.tracks]
    pairs = zip(soles, trace.tracks)
    skates = [skate_speeds(points, track.contacts, trace.fps) for points, track in pairs]
    below = [penetration_depths(points, height).max(axis=-1) for points in soles]
    above = [np.maximum(0.0, clearance(points, height)) for points in soles]
    return {
        "foot_skate": _mean(skates, "m/s", "horizontal speed of sole points in contact"),
        "penetration": _mean(below, "mm", "depth of the deepest sole point in the ground", 1000),
        "penetration_max": _max(below, "mm", "the same, in the worst frame", 1000),
        "float": _mean(above, "mm", "height of the lowest sole point, jumps included", 1000),
    }


def _flat(points: np.ndarray) -> np.ndarray:
    return np.zeros(points.shape[:-1])


def _assist(trace: Trace) -> dict[str, Metric]:
    scene = trace.world.motion.scene
    mass = {actor.id: actor.character.mass for actor in scene.actors} if scene else {}
    weights = np.array([mass.get(track.actor, math.nan) * GRAVITY for track in trace.tracks])
    # A body that lies needs no help: frames after a fall would flatter.
    frames = round(completed_fraction(_end(trace), trace.start, _duration(trace)) * _frames(trace))
    force, torque = trace.assist_force[:frames], trace.assist_torque[:frames]
    return {
        "assist": _mean([force / weights], "of body weight", "external force that holds the body"),
        "assist_force": _mean([force], "N", "the same in newtons"),
        "assist_force_max": _max([force], "N", "the same, in the worst frame"),
        "assist_torque": _mean([torque], "N m", "external torque on the pelvis"),
    }


def _frames(trace: Trace) -> int:
    return len(trace.object_positions)


def _duration(trace: Trace) -> float:
    return _frames(trace) / trace.fps


def _end(trace: Trace) -> float:
    """When the body fell or the simulation diverged [s]; infinity if neither happened."""
    return math.inf if trace.outcome.status == "completed" else trace.outcome.time


def _mean(values: list[np.ndarray], unit: str, meaning: str, scale: float = 1.0) -> Metric:
    flat = np.concatenate([value.ravel() for value in values]) if values else np.empty(0)
    mean = scale * float(flat.mean()) if flat.size else math.nan
    return Metric(value=mean, unit=unit, meaning=meaning)


def _max(values: list[np.ndarray], unit: str, meaning: str, scale: float = 1.0) -> Metric:
    flat = np.concatenate([value.ravel() for value in values]) if values else np.empty(0)
    largest = scale * float(flat.max()) if flat.size else math.nan
    return Metric(value=largest, unit=unit, meaning=meaning)
