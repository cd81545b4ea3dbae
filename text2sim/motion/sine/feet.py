"""The foot plan: where each foot stands, when it moves, and how it rolls.

A foot stands still in the world between two steps, so it can't slide. It rolls about its heel
when it lands and about its ball when it leaves; both points stay where they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import final

import numpy as np

from text2sim.maths import filters
from text2sim.maths import quaternions as quat
from text2sim.motion.sine.sheet import SIGN
from text2sim.skeleton import Skeleton
from text2sim.types import Scene

TOE_BEND = 0.95
"""Largest bend of the toes [rad] when the heel is up."""


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Placement:
    """A foot at rest.

    Attributes:
        point: of the sole under the ankle [m], world, (3,).
        yaw: direction of the toes [rad].
        slope: pitch of the ground under it, positive where the toes are lower [rad].
        pitch: of the foot against the ground [rad]: positive on the ball, negative on the heel.
    """

    point: np.ndarray
    yaw: float
    slope: float = 0.0
    pitch: float = 0.0


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Step:
    """A move of one foot from where it stands to a new placement.

    Attributes:
        start, end: when it leaves and lands [s].
        lift: height of the arc above the line between the placements [m].
        toe_off: pitch at which it leaves. strike: pitch at which it lands [rad].
        rise, roll: how long before leaving the heel rises, and after landing it comes down [s].
        tuck: pitch in the middle of the arc [rad].
        skew: where the arc is highest: below 1 late, above 1 early.
        via: points (time [s], point [m], pitch [rad]) that the foot passes, in place of the arc.
    """

    start: float
    end: float
    to: Placement
    lift: float = 0.05
    toe_off: float = 0.35
    strike: float = 0.0
    rise: float = 0.18
    roll: float = 0.1
    tuck: float | None = None
    skew: float = 1.0
    via: tuple[tuple[float, np.ndarray, float], ...] = ()


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class FootPose:
    """Both feet, frame by frame: ankles [m] (T, 2, 3), rotations wxyz (T, 2, 4), toe bend [rad]
    (T, 2), whether the foot stands (T, 2), and whether heel and toe bear on the ground (T, 4).
    """

    ankles: np.ndarray
    rotations_wxyz: np.ndarray
    toes: np.ndarray
    planted: np.ndarray
    bearing: np.ndarray


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class FootPlan:
    """Steps of both feet in order of time; actions append to it."""

    scene: Scene
    skeleton: Skeleton
    first: tuple[Placement, Placement]
    steps: tuple[list[Step], list[Step]] = field(default_factory=lambda: ([], []))

    def now(self, side: int) -> Placement:
        """Where the foot stands after all the steps that are planned so far."""
        return self.steps[side][-1].to if self.steps[side] else self.first[side]

    def step(self, side: int, step: Step) -> None:
        """Append a step, raised as far as it needs to clear what lies under its arc."""
        self.steps[side].append(self._cleared(self.now(side), step))

    def free_at(self, side: int) -> float:
        """When the last planned step of a foot ends [s]."""
        return self.steps[side][-1].end if self.steps[side] else 0.0

    def _cleared(self, origin: Placement, step: Step) -> Step:
        if step.via:
            return step
        u = np.linspace(0.06, 0.94, 23)
        points, _ = _arc(origin, step, u)
        yaw = origin.yaw + _turn(origin.yaw, step.to.yaw) * u
        forward = np.stack([np.cos(yaw), np.sin(yaw)], axis=-1)
        scale = self.skeleton.scale
        probes = np.stack([points[:, :2] + d * scale * forward for d in (-0.055, 0.0, 0.1, 0.205)])
        need = self.scene.ground_height(probes).max(axis=0) + 0.02 - points[:, 2]
        shape = filters.bump(u**step.skew)
        extra = np.max((need / np.maximum(shape, 0.1))[shape > 0.3], initial=0.0)
        return step if extra <= 0.0 else _with_lift(step, step.lift + extra)

    def evaluate(self, times: np.ndarray) -> FootPose:
        """Pose of both feet at the given times [s], (T,)."""
        return _stack([self._foot(side, times) for side in range(2)])

    def _foot(self, side: int, times: np.ndarray) -> tuple[np.ndarray, ...]:
        points, yaw, slope, planted = self._track(side, times)
        pitch = _pitch(self.first[side], self.steps[side], times)
        flat = quat.mul(quat.about_z(yaw), quat.about_y(slope))
        foot = quat.mul(flat, quat.about_y(pitch))
        rest = self.skeleton.rest_positions()
        ankle, ball = rest[7 + side], rest[10 + side]
        ball = ball - [ankle[0], ankle[1], 0.0]
        heel = np.array([-0.055 * self.skeleton.scale, 0.0, 0.0])
        pivot = np.where(pitch[:, None] > 0.0, ball, heel)
        up = np.array([0.0, 0.0, ankle[2]])
        # The toes lie flat until they are bent as far as they go, and unbend when the foot is laid
        # on its instep; the foot is raised so that their tip stays above the ground.
        toes = -np.clip(pitch, 0.0, TOE_BEND) * (1.0 - filters.smoothstep((pitch - 1.5) / 0.7))
        tip = (
            ball[2]
            - 0.065 * self.skeleton.scale * np.sin(pitch + toes)
            - ball[2] * np.cos(pitch + toes)
        )
        lift = np.where(pitch > 0.0, np.maximum(-tip, 0.0), 0.0)
        ankles = points + quat.rotate(flat, pivot) + quat.rotate(foot, up - pivot)
        ankles[:, 2] += lift
        heel_on, toe_on = pitch < 0.02, (pitch > -0.02) & (pitch < TOE_BEND)
        bearing = np.stack([planted & heel_on, planted & toe_on], axis=-1)
        return ankles, foot, toes, planted, bearing

    def _track(self, side: int, times: np.ndarray) -> tuple[np.ndarray, ...]:
        place = self.first[side]
        points, count = np.tile(np.asarray(place.point, np.float64), (len(times), 1)), len(times)
        yaw, slope = np.full(count, place.yaw), np.full(count, place.slope)
        planted = np.ones(count, bool)
        for step in self.steps[side]:
            inside = slice(*np.searchsorted(times, [step.start, step.end], side="right"))
            u = (times[inside] - step.start) / (step.end - step.start)
            turned = place.yaw + _turn(place.yaw, step.to.yaw)
            points[inside], ease = _arc(place, step, u)
            yaw[inside] = place.yaw + (turned - place.yaw) * ease
            slope[inside] = place.slope + (step.to.slope - place.slope) * ease
            planted[inside] = False
            after = slice(inside.stop, None)
            points[after], yaw[after], slope[after] = step.to.point, turned, step.to.slope
            place = step.to
        return points, yaw, slope, planted


def _stack(poses: list[tuple[np.ndarray, ...]]) -> FootPose:
    ankles, rotations, toes, planted, bearing = (np.stack(pair, axis=1) for pair in zip(*poses))
    return FootPose(
        ankles=ankles, rotations_wxyz=rotations, toes=toes, planted=planted,
        bearing=bearing.reshape(len(bearing), 4),
    )  # fmt: skip


def _with_lift(step: Step, lift: float) -> Step:
    return replace(step, lift=lift)


def _turn(start: float, end: float) -> float:
    """Shortest way from one yaw to another [rad]."""
    return float((end - start + np.pi) % (2.0 * np.pi) - np.pi)


def _arc(origin: Placement, step: Step, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points of a step (N, 3) at fractions u of its time, and its eased progress (N,)."""
    start, end = np.asarray(origin.point, np.float64), np.asarray(step.to.point, np.float64)
    if step.via:
        ease = filters.minimum_jerk(u)
        span = step.end - step.start
        knots = np.array([0.0, *((t - step.start) / span for t, _, _ in step.via), 1.0])
        values = np.stack([start, *(point for _, point, _ in step.via), end])
        return filters.hermite(knots, values, _passing_slopes(knots, values), u), ease
    # Up a step the foot rises before it goes forward, down a step it sinks after.
    climb = end[2] - start[2]
    up, down = np.clip(climb / 0.15, 0.0, 1.0), np.clip(-climb / 0.15, 0.0, 1.0)
    late, early = 0.55 * down, 1.0 - 0.50 * up
    ease = filters.minimum_jerk((u - 0.16 * up) / (1.0 - 0.16 * (up + down)))
    points = start + (end - start) * ease[:, None]
    points[:, 2] = start[2] + climb * filters.minimum_jerk((u - late) / (early - late))
    points[:, 2] += step.lift * filters.bump(u**step.skew)
    return points, ease


def _passing_slopes(knots: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Catmull-Rom slopes inside, rest at both ends."""
    slopes = np.zeros_like(values)
    slopes[1:-1] = (values[2:] - values[:-2]) / (knots[2:] - knots[:-2])[:, None]
    return slopes


def _pitch(first: Placement, steps: list[Step], times: np.ndarray) -> np.ndarray:
    """Pitch of a foot through all of its steps (T,)."""
    knots: list[tuple[float, float]] = [(-1.0, first.pitch)]
    place = first
    for index, step in enumerate(steps):
        span = step.end - step.start
        stance = steps[index + 1].start - step.end if index + 1 < len(steps) else 9.0
        stood = step.start - steps[index - 1].end if index else 9.0
        leave = place.pitch + step.toe_off
        land = step.to.pitch + step.strike
        settled = max(knots[-1][0] + 0.01, step.start - min(step.rise, 0.6 * stood))
        knots += [(settled, place.pitch), (step.start, leave)]
        if step.via:
            knots += [(time, pitch) for time, _, pitch in step.via]
        else:
            swing = step.tuck if step.tuck is not None else 1.25 * step.toe_off + place.pitch
            knots += [(step.start + 0.22 * span, swing), (step.start + 0.72 * span, 0.5 * land)]
        knots += [(step.end, land), (step.end + min(step.roll, 0.35 * stance), step.to.pitch)]
        place = step.to
    ordered = [knots[0]]
    for time, value in knots[1:]:
        ordered.append((max(time, ordered[-1][0] + 1e-3), value))
    x, y = np.array(ordered).T
    return filters.monotone(x, y, times)


def placement_at(
    scene: Scene, skeleton: Skeleton, point: np.ndarray, yaw: float, pitch: float = 0.0
) -> Placement:
    """A foot set on the ground at a point (x, y): flat, tilted on a ramp, on top of any edge."""
    scale = skeleton.scale
    forward = np.array([np.cos(yaw), np.sin(yaw)])
    reach = np.array([-0.055, 0.0, 0.07, 0.145, 0.21]) * scale
    heights = scene.ground_height(np.asarray(point)[:2] + reach[:, None] * forward)
    line = np.polyfit(reach, heights, 1)
    ramp = np.abs(np.polyval(line, reach) - heights).max() < 0.004 and abs(line[0]) < 0.7
    slope, height = (-np.arctan(line[0]), line[1]) if ramp else (0.0, heights.max())
    at = np.array([point[0], point[1], height])
    return Placement(point=at, yaw=float(yaw), slope=float(slope), pitch=pitch)


def beside(
    scene: Scene, skeleton: Skeleton, base: np.ndarray, yaw: float, side: int, width: float
) -> Placement:
    """The place of one foot when the body stands at `base`, facing `yaw`, feet `width` apart."""
    out = np.array([-np.sin(yaw), np.cos(yaw)]) * SIGN[side] * 0.5 * width
    return placement_at(scene, skeleton, np.asarray(base)[:2] + out, yaw + SIGN[side] * 0.11)
