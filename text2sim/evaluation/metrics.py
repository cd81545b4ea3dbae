"""Figures with units, and what they are made of: errors, sliding, sinking and floating feet, jerk.

The functions are pure and take arrays in world frame [m]; T frames, J joints, P sole points.
Their results are in SI units. `text2sim.evaluation.clip` measures a simulated clip by them,
`text2sim.evaluation.physical` any motion: each quantity has one definition, and it is here.
"""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import ArrayLike

from text2sim.skeleton import PARENTS

GRAVITY = 9.81
Height = Callable[[np.ndarray], np.ndarray]

TOUCH = 0.03
"""A sole point that is lower [m] touches."""
SLIDE = 0.025
"""A foot that moves further in a frame [m] while it touches, slides (GMD: Karunratanakul 2023)."""
SLIDE_FPS = 20.0
"""Slides a frame depend on the frame rate: they are taken at this one."""

_RADII = np.arange(0.005, 0.15, 0.005)
_DIRECTIONS = np.array([(np.cos(a), np.sin(a)) for a in np.arange(8) * np.pi / 4])


@final
@dataclass(frozen=True, kw_only=True)
class Metric:
    """A figure with its unit; NaN where the clip has nothing to measure.

    Attributes:
        before: the same figure of the motion before physics; None where there is no such thing.
    """

    value: float
    unit: str
    meaning: str
    before: float | None = None

    def __float__(self) -> float:
        return self.value

    def __str__(self) -> str:
        return _number(self.value, self.unit)

    @property
    def was(self) -> str:
        """The figure before physics in words, or nothing."""
        return "" if self.before is None else f"(before: {_number(self.before, self.unit)})"


def _number(value: float, unit: str) -> str:
    if math.isnan(value):
        return "-"
    number = "0" if abs(value) < 5e-4 else f"{value:.4g}"
    return f"{number} {unit}".strip()


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
        were = max((len(metric.was) for metric in self.values()), default=0)
        return "\n".join(
            f"{name:<{names}}  {metric!s:<{values}}  {metric.was:<{were}}  {metric.meaning}"
            for name, metric in self.items()
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td><code>{name}</code></td><td style='text-align:right'>{metric}</td>"
            f"<td style='text-align:right'>{metric.was}</td>"
            f"<td style='text-align:left'>{html.escape(metric.meaning)}</td></tr>"
            for name, metric in self.items()
        )
        return f"<table>{rows}</table>"

    def as_dict(self) -> dict[str, dict[str, float | str | None]]:
        """JSON-ready: name -> value, unit, meaning; a value of NaN is None.

        Figures that the motion had before physics have that as "before", too.
        """
        return {
            name: {
                "value": _json(metric.value),
                **({} if metric.before is None else {"before": _json(metric.before)}),
                "unit": metric.unit,
                "meaning": metric.meaning,
            }
            for name, metric in self.items()
        }


def _json(value: float) -> float | None:
    return None if math.isnan(value) else value


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
    slips = _slips(soles, contacts, fps)
    return slips[np.isfinite(slips)]


def slip_course(soles: ArrayLike, contacts: ArrayLike, fps: float) -> np.ndarray:
    """Of the speeds of `skate_speeds` the largest up to each frame [m/s], (T,); NaN if none."""
    slips = _slips(soles, contacts, fps)
    fastest = np.where(np.isfinite(slips), slips, -1.0).max(axis=-1)
    return np.concatenate([[np.nan], np.where(fastest < 0.0, np.nan, fastest)])


def _slips(soles: ArrayLike, contacts: ArrayLike, fps: float) -> np.ndarray:
    """Speeds between frames [m/s], (T - 1, P), NaN where a point is not in contact in both."""
    points, touch = np.asarray(soles), np.asarray(contacts, dtype=bool)
    speed = np.linalg.norm(np.diff(points[..., :2], axis=0), axis=-1) * fps
    return np.where(touch[1:] & touch[:-1], speed, np.nan)


def touching(soles: ArrayLike, height: Height) -> np.ndarray:
    """Which sole points (T, P, 3) are at most `TOUCH` above the ground, (T, P) bool."""
    points = np.asarray(soles)
    return points[..., 2] - height(points[..., :2]) < TOUCH


def slide_ratio(soles: ArrayLike, touch: ArrayLike) -> float:
    """Part of the frames with a touching point in which one moves over `SLIDE`.

    Args:
        soles: (T, P, 3). touch: (T, P) bool.
    """
    points, down = np.asarray(soles), np.asarray(touch, dtype=bool)
    moved = np.linalg.norm(np.diff(points[..., :2], axis=0), axis=-1)
    both = down[1:] & down[:-1]
    if not both.any():
        return float("nan")
    return float(((moved > SLIDE) & both).any(axis=1)[both.any(axis=1)].mean())


def bone_length_errors(positions: ArrayLike) -> np.ndarray:
    """How far each bone is from its median length in the clip [m], (T, 21), of (T, 22, 3)."""
    p = np.asarray(positions)
    lengths = np.linalg.norm(p[:, 1:] - p[:, list(PARENTS[1:])], axis=-1)
    return np.abs(lengths - np.median(lengths, axis=0))


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


def mean_metric(
    values: Iterable[np.ndarray], unit: str, meaning: str, scale: float = 1.0
) -> Metric:
    """Mean of all finite numbers of some arrays, times `scale`; NaN if there are none."""
    flat = _finite(values)
    return Metric(value=scale * float(flat.mean()) if flat.size else math.nan, unit=unit,
                  meaning=meaning)  # fmt: skip


def max_metric(values: Iterable[np.ndarray], unit: str, meaning: str, scale: float = 1.0) -> Metric:
    """As `mean_metric`, the largest."""
    flat = _finite(values)
    return Metric(value=scale * float(flat.max()) if flat.size else math.nan, unit=unit,
                  meaning=meaning)  # fmt: skip


def _finite(values: Iterable[np.ndarray]) -> np.ndarray:
    flat = np.concatenate([np.empty(0), *(np.ravel(value) for value in values)])
    return flat[np.isfinite(flat)]
