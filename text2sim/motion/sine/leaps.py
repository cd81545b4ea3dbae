"""Jumps: crouch, flight on a parabola, and a landing that absorbs."""

from __future__ import annotations

import numpy as np

from text2sim.maths import filters
from text2sim.motion.sine.feet import Step
from text2sim.motion.sine.footholds import Route, route
from text2sim.motion.sine.performer import Performer, Shot
from text2sim.motion.sine.sheet import LEFT, RIGHT

GRAVITY = 9.81
LEAP = 1.25
"""Usual length of a jump along a path [m] of an adult."""
FARTHEST = 3.0
"""Longest jump over something [m]."""


def jump(performer: Performer, shot: Shot) -> None:
    """Jump on the spot or along the path, as often as asked for or as the path needs."""
    segment = shot.segment
    performer.settle(shot, time=0.25, place=0)
    way = route(performer.scene, [segment.path])
    moves = way.length > 0.1
    longest = FARTHEST if _obstacle(performer, way.points) > 0.0 else 1.35 * LEAP * performer.scale
    needed = int(np.ceil(way.length / longest)) if moves else 1
    fits = max(1, round(shot.duration / 0.95))
    count = max(needed, segment.repetitions or (1 if moves else fits))
    if moves and segment.repetitions:
        count = max(segment.repetitions, needed)
    beat = shot.duration / count
    cuts = np.linspace(0.0, way.length, count + 1)
    for i in range(count):
        _leap(performer, shot, way, (cuts[i], cuts[i + 1]), i * beat, beat)


def _leap(
    performer: Performer,
    shot: Shot,
    way: Route,
    ends: tuple[float, float],
    start: float,
    beat: float,
) -> None:
    """One jump from ends[0] to ends[1] along the route, in `beat` seconds from `start`."""
    sheet, span, size = performer.sheet, shot.span, performer.scale
    height = _apex(performer, shot, way, ends)
    flight = min(np.sqrt(8.0 * height / GRAVITY), 0.62 * beat)
    height = GRAVITY * flight**2 / 8.0
    spare = beat - flight
    off, land = start + 0.52 * spare, start + 0.52 * spare + flight
    inside = (shot.t >= start - 1e-9) & (shot.t < start + beat - 1e-9)
    if start + beat >= shot.duration - 1e-6:
        inside |= shot.t >= start + beat - 1e-9
    t = shot.t
    s = _progress(t, ends, (start, off, land, start + beat))
    base = way.at(s)
    low, high = way.at(np.array(ends[0])), way.at(np.array(ends[1]))
    u = np.clip((t - off) / flight, 0.0, 1.0)
    base[:, 2] = low[2] + (high[2] - low[2]) * u
    sheet.base[span][inside] = base[inside]
    z = _height(t, (start, off, land, start + beat), flight, height, size)
    sheet.pelvis[span, 2][inside] += z[inside]
    _shape(performer, shot, inside, (start, off, land, start + beat), moving=ends[1] - ends[0])
    yaw = shot.segment.heading_end
    for side in (LEFT, RIGHT):
        goal = performer.stance(high, yaw, side)
        begin = shot.segment.start
        performer.feet.step(
            side,
            Step(start=begin + off, end=begin + land, to=goal, lift=0.92 * height + 0.03 * size,
                 toe_off=0.75, strike=0.30, rise=0.14, roll=0.07, tuck=0.55),
        )  # fmt: skip


def _apex(performer: Performer, shot: Shot, way: Route, ends: tuple[float, float]) -> float:
    """Height of a jump [m]: usual, or enough to clear what is jumped over or onto."""
    energy = np.clip(shot.segment.energy, 0.6, 1.6)
    height = 0.26 * performer.scale * shot.style.bounce * energy**0.5 + 0.05 * (ends[1] - ends[0])
    samples = way.at(np.linspace(*ends, 30))
    top = _obstacle(performer, samples)
    floor = max(samples[0, 2], samples[-1, 2])
    rise = max(
        (top - floor + 0.10) * 1.25 if top > 0.0 else 0.0,
        abs(samples[-1, 2] - samples[0, 2]) + 0.12,
    )
    return float(np.clip(max(height, rise), 0.08, 0.95))


def _obstacle(performer: Performer, points: np.ndarray) -> float:
    """Height [m] of what lies under points (N, 3) and can be jumped over; 0 if there is nothing."""
    tops = [item.top(points[:, :2]).max() for item in performer.scene.objects if not item.walkable]
    return float(max([top for top in tops if top < 1.3], default=0.0))


def _progress(t: np.ndarray, ends: tuple[float, float], marks: tuple[float, ...]) -> np.ndarray:
    """Length along the route: a lean before, even speed in flight, a soft stop after."""
    start, off, land, end = marks
    gap = ends[1] - ends[0]
    knots = np.array([start, off, land, end])
    values = ends[0] + gap * np.array([0.0, 0.10, 0.87, 1.0])
    pace = 0.77 * gap / (land - off)
    return filters.hermite(knots, values, np.array([0.0, pace, 0.8 * pace, 0.0]), t)


def _height(
    t: np.ndarray, marks: tuple[float, ...], flight: float, height: float, size: float
) -> np.ndarray:
    """Pelvis above easy standing [m]: down, up through take-off, parabola, down, up."""
    start, off, land, end = marks
    speed = 0.5 * GRAVITY * flight
    dip = min(0.26 * size, 0.10 * size + 0.35 * height, 0.30 * speed * (off - start))
    push = min(0.55 * (off - start), 2.0 * dip / max(speed, 0.3))
    sink = min(0.40 * (end - land), 1.8 * dip / max(speed, 0.3))
    knots = np.array([start, off - push, off, land, land + sink, end])
    values = np.array([0.0, -dip, 0.0, 0.0, -0.95 * dip, 0.0])
    slopes = np.array([0.0, 0.0, speed, -speed, 0.0, 0.0])
    ground = filters.hermite(knots, values, slopes, t)
    air = np.clip(t - off, 0.0, flight)
    return ground * ((t <= off) | (t >= land)) + air * (flight - air) * 0.5 * GRAVITY


def _shape(
    performer: Performer, shot: Shot, inside: np.ndarray, marks: tuple[float, ...], moving: float
) -> None:
    """Trunk folds to load, opens in flight and folds to land; arms swing back and then up."""
    start, off, land, end = marks
    sheet, span, t = performer.sheet, shot.span, shot.t
    load = filters.envelope(t, start, off + 0.06, 0.6 * (off - start), 0.16)
    soak = filters.envelope(t, land - 0.10, end, 0.18, 0.75 * (end - land))
    air = filters.envelope(t, off - 0.20, land + 0.15, 0.32, 0.30)
    lean = 0.10 * np.clip(moving, 0.0, 1.0)
    sheet.tilt[span, 1] += np.where(inside, 0.42 * load + 0.34 * soak + lean * air, 0.0)
    sheet.spine[span, 1] += np.where(inside, 0.20 * load + 0.18 * soak - 0.06 * air, 0.0)
    swing = np.where(inside, -0.70 * load + (1.6 + 0.3 * moving) * air + 0.3 * soak, 0.0)
    sheet.arms[span, :, 0] += swing[:, None]
    sheet.arms[span, :, 1] += np.where(inside, 0.22 * (load + air), 0.0)[:, None]
    sheet.arms[span, :, 3] += np.where(inside, 0.55 * air + 0.25 * soak, 0.0)[:, None]
