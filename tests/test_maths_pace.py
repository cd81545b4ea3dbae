"""The speed along a path: gathered, lost, and held back in bends."""

import numpy as np

from text2sim.maths.pace import ACCELERATION, STEP_OFF, bends, lengths, pace, travel_time

LINE = np.column_stack([np.linspace(0.0, 20.0, 201), np.zeros(201)])


def test_a_walk_is_never_held_back():
    assert np.allclose(pace(LINE, 1.3), 1.3)
    assert np.isclose(travel_time(LINE, pace(LINE, 1.3)), 20.0 / 1.3)


def test_a_sprint_gathers_and_loses_speed_at_the_same_rate():
    speed = pace(LINE, 5.0)
    gain = np.diff(speed**2) / (2.0 * np.diff(lengths(LINE)))
    assert np.isclose(speed[0], STEP_OFF)
    assert np.isclose(speed[100], 5.0)
    assert np.abs(gain).max() <= ACCELERATION + 1e-9
    assert np.allclose(speed, speed[::-1])
    assert travel_time(LINE, speed) > 20.0 / 5.0 + 0.5


def test_a_bend_bounds_the_sideways_acceleration():
    angle = np.linspace(0.0, np.pi, 120)
    circle = 2.0 * np.column_stack([np.cos(angle), np.sin(angle)])
    middle = pace(circle, 5.0)[60]
    assert np.isclose(middle, np.sqrt(2.0 * ACCELERATION), rtol=0.02)


def test_no_point_is_faster_than_any_other_allows():
    """The definition, pair by pair, on a crooked path with uneven steps."""
    rng = np.random.default_rng(3)
    points = np.cumsum(rng.uniform(-0.2, 0.4, (300, 2)), axis=0)
    top = rng.uniform(2.0, 6.0, 300)
    s = lengths(points)
    alone = np.minimum(np.maximum(np.sqrt(ACCELERATION / bends(points, s)), STEP_OFF), top)
    alone[[0, -1]] = STEP_OFF
    allowed = np.sqrt(alone**2 + 2.0 * ACCELERATION * np.abs(s[:, None] - s))
    assert np.allclose(pace(points, top), allowed.min(axis=1))


def test_ten_minutes_of_path_take_no_time():
    """Pair by pair this would fill 80 GB."""
    line = np.column_stack([np.arange(100_000) * 0.01, np.zeros(100_000)])
    assert np.isclose(pace(line, 5.0)[50_000], 5.0)
