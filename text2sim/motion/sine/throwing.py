"""Throwing and catching."""

from __future__ import annotations

import numpy as np

from text2sim.maths import filters
from text2sim.motion.sine.feet import Step
from text2sim.motion.sine.handling import grip, hands_for, hold_point, let_go
from text2sim.motion.sine.performer import Performer, Shot
from text2sim.motion.sine.sheet import LEFT, RIGHT, SIGN

THROW_AT, CATCH_AT = 0.56, 0.50
"""When a thing leaves the hand or comes into it, as a fraction of the segment's time."""


def throw(performer: Performer, shot: Shot) -> None:
    """Wind up, step into it and let fly towards the point."""
    performer.settle(shot, time=0.25)
    segment, sheet, span, size = shot.segment, performer.sheet, shot.span, performer.scale
    item = segment.holding or segment.target or ""
    hands = performer.held.get(item, (hands_for(performer, shot, item), 0.0))[0]
    side = hands[0] if len(hands) == 1 else shot.side
    big = len(hands) == 2 and float(performer.size_of(item).max()) > 0.30
    _stride(performer, shot, 1 - side)
    if not big and len(hands) == 2 and item in performer.held:
        let_go(performer, item, segment.start + 0.12 * segment.duration)
        grip(performer, item, (side,), segment.start + 0.12 * segment.duration)
    u = shot.u
    wind = filters.envelope(u, 0.04, THROW_AT + 0.02, 0.26, 0.16)
    follow = filters.envelope(u, THROW_AT - 0.12, 0.98, 0.14, 0.28)
    if big:
        _two_handed(performer, shot, item)
    else:
        _overarm(performer, shot, side, item, hands)
        sheet.spine[span, 2] += SIGN[side] * (0.50 * wind - 0.55 * follow)
        sheet.tilt[span, 2] += SIGN[side] * (0.25 * wind - 0.25 * follow)
        sheet.arms[span, 1 - side, 0] += 1.1 * wind - 0.5 * follow
        sheet.arms[span, 1 - side, 1] += 0.4 * wind
    sheet.pelvis[span, 0] += size * (-0.06 * wind + 0.13 * follow)
    sheet.pelvis[span, 2] -= size * (0.02 * wind + 0.06 * follow)
    sheet.spine[span, 1] += -0.16 * wind + 0.30 * follow
    sheet.tilt[span, 1] += -0.04 * wind + 0.14 * follow
    let_go(performer, item, segment.start + THROW_AT * segment.duration)


_OVERHEAD = ((0.0, (0.5, -0.05, -0.5)), (0.30, (-0.02, -0.02, 0.80)), (0.44, (-0.12, -0.02, 0.82)),
             (0.51, (0.45, -0.05, 0.80)), (THROW_AT, (0.95, -0.08, 0.35)),
             (0.70, (0.80, -0.05, -0.35)), (1.0, (0.4, 0.0, -0.8)))  # fmt: skip


def _along(shot: Shot, keys: tuple[tuple[float, tuple[float, float, float]], ...]) -> np.ndarray:
    knots = np.array([u for u, _ in keys])
    values = np.array([point for _, point in keys])
    slopes = np.zeros_like(values)
    slopes[1:-1] = (values[2:] - values[:-2]) / (knots[2:] - knots[:-2])[:, None]
    return filters.hermite(knots, values, slopes, shot.u)


def _overarm(
    performer: Performer, shot: Shot, side: int, item: str, hands: tuple[int, ...]
) -> None:
    """The hand goes back over the shoulder and passes its release point at the launch velocity."""
    size, out = performer.scale, SIGN[side]
    base, yaw = shot.segment.path[-1], shot.segment.heading_end
    keys = np.array([
        (0.30, 0.12 * out, 1.15), (-0.22, 0.52 * out, 1.52), (-0.34, 0.46 * out, 1.60),
        (0.46, 0.20 * out, 1.66), (0.62, -0.06 * out, 1.10), (0.30, 0.10 * out, 0.95),
    ])  # fmt: skip
    knots = np.array([0.0, 0.30, 0.42, THROW_AT, 0.72, 1.0])
    points = np.stack([performer.to_world(tuple(key * size), base, yaw) for key in keys])
    slopes = np.zeros_like(points)
    slopes[1:-1] = 0.5 * (points[2:] - points[:-2]) / (knots[2:] - knots[:-2])[:, None]
    slopes[3] = launch_velocity(shot, points[3]) * shot.duration
    path = filters.hermite(knots, points, slopes, shot.u)
    weight = filters.envelope(shot.u, 0.0, 1.0, 0.18, 0.25)
    performer.reach(shot, side, path, weight, frame="world", pole=(-0.3, 1.0, -0.2))
    if len(hands) == 2:
        helping = 1.0 - filters.minimum_jerk(shot.u / 0.22)
        point, pole = hold_point(performer, item, hands)
        performer.reach(shot, 1 - side, point, helping, pole=pole)


def launch_velocity(shot: Shot, start: np.ndarray) -> np.ndarray:
    """Velocity [m/s] at which something let go at `start` lands at the segment's point."""
    goal = shot.segment.point
    ahead = np.array([np.cos(shot.segment.heading_end), np.sin(shot.segment.heading_end), 0.0])
    if goal is None:
        goal = shot.segment.path[-1] + 4.0 * ahead
    gap = goal - start
    flight = float(np.clip(np.linalg.norm(gap[:2]) / 8.0, 0.30, 1.3))
    velocity = gap / flight + [0.0, 0.0, 0.5 * 9.81 * flight]
    speed = float(np.linalg.norm(velocity))
    return velocity * min(1.0, 11.0 / speed)


def _two_handed(performer: Performer, shot: Shot, item: str) -> None:
    half = 0.5 * float(np.clip(np.sort(performer.size_of(item))[1], 0.1, 0.6))
    shift = (half - 0.185 * performer.scale) / performer.skeleton.arm_length
    weight = filters.envelope(shot.u, 0.0, 1.0, 0.10, 0.25)
    for side in (LEFT, RIGHT):
        points = _along(shot, _OVERHEAD) + np.array([0.0, shift, 0.0])
        performer.reach(shot, side, points, weight, pole=(0.2, 1.0, -0.3))


def _stride(performer: Performer, shot: Shot, side: int) -> None:
    """Step forward into a throw and back."""
    segment, size = shot.segment, performer.scale
    base, yaw = segment.path[-1], segment.heading_end
    ahead = performer.stance(performer.to_world((0.32 * size, 0.0, 0.0), base, yaw), yaw, side)
    start = max(
        segment.start + 0.26 * shot.duration, performer.feet.free_at(0), performer.feet.free_at(1)
    )
    land = max(segment.start + 0.47 * shot.duration, start + 0.15)
    performer.feet.step(
        side, Step(start=start, end=land, to=ahead, lift=0.07, toe_off=0.25, strike=-0.1)
    )
    back = max(segment.start + 0.76 * shot.duration, land + 0.1)
    home = performer.stance(base, yaw, side)
    performer.feet.step(
        side,
        Step(start=back, end=max(segment.end - 0.03, back + 0.2), to=home, lift=0.05, toe_off=0.3),
    )


def catch(performer: Performer, shot: Shot) -> None:
    """Raise both hands to what comes, close them at the point and draw it in."""
    performer.settle(shot, width=0.06, time=0.3)
    segment, sheet, span, size = shot.segment, performer.sheet, shot.span, performer.scale
    item = segment.target or ""
    ready = filters.envelope(shot.u, 0.0, 1.0, 0.30, 0.20)
    meet = filters.envelope(shot.u, CATCH_AT - 0.30, CATCH_AT + 0.28, 0.26, 0.26)
    thrown = _was_thrown(performer, item, segment.start + CATCH_AT * segment.duration)
    half = 0.5 * float(np.clip(np.sort(performer.size_of(item))[1], 0.16, 0.6))
    for side in (LEFT, RIGHT):
        performer.reach(shot, side, np.array([0.68, -0.20, -0.15]), ready, pole=(-0.3, 0.9, -0.7))
        if thrown:
            point, pole = hold_point(performer, item, (LEFT, RIGHT))
            kept = filters.minimum_jerk((shot.u - CATCH_AT - 0.05) / 0.35)
            performer.reach(shot, side, point, kept, pole=pole)
        if segment.point is not None:
            palm = performer.to_world(
                (0.0, SIGN[side] * half, 0.0), segment.point, segment.heading_end
            )
            performer.reach(shot, side, palm, meet, frame="world", pole=(-0.3, 0.9, -0.6))
    sheet.pelvis[span, 2] -= size * (0.05 * ready + 0.05 * meet)
    sheet.tilt[span, 1] += 0.10 * ready
    sheet.spine[span, 1] += 0.06 * ready + 0.06 * meet
    if thrown:
        grip(performer, item, (LEFT, RIGHT), segment.start + CATCH_AT * segment.duration)


def _was_thrown(performer: Performer, item: str, time: float) -> bool:
    """Whether somebody else throws this thing before the catch."""
    return any(
        s.action == "throw" and s.actor != performer.actor.id and s.start < time
        and item in (s.target, s.holding)
        for s in performer.scene.plan.timeline
    )  # fmt: skip
