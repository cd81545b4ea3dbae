"""Rails for a camera: the cheapest smooth way past what hides the action.

A camera is asked to look from a direction. Here it may turn aside, rise or come nearer at a price;
dynamic programming over time (Viterbi 1967) finds the cheapest way on a grid of such deviations.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np

from text2sim.render.obstacles import Obstacles

Array = np.ndarray

STEP = 0.25
"""Time between the moments at which the camera's way is chosen [s]."""
TURNS = np.radians(np.arange(-180.0, 180.0, 10.0))
LIFTS = np.radians([0.0, 12.0, 24.0, 38.0, 52.0])
SHRINKS = np.array([1.0, 0.75, 0.55])
"""Deviations: turns about the vertical and rises [rad], and factors on the distance."""
STEEPEST = np.radians(78.0)
CLEARANCE = 0.35
"""Least distance of the camera from things [m]."""
FLOOR = 0.3
"""Least height of the camera above the ground [m]."""
BLOCKED, HIDDEN = 30.0, 8.0
"""Prices of standing in a thing, and of not seeing anybody, for a moment."""
TURNED, LIFTED, SHRUNK = 0.5, 1.2, 3.0
"""Prices of a deviation: by its square [rad], or by what is lost of the distance."""
MOVED = (0.25, 0.3, 0.4)
"""Prices of one step on the grid in turn, lift and distance."""
MOVES = list(product((-1, 0, 1), repeat=3))


class Course(NamedTuple):
    """Where a camera is asked to be at S moments, or at each of them: arrays (S,) or (S, 3)."""

    pivots: Array
    azimuths: Array
    elevations: Array
    distances: Array


class Sight(NamedTuple):
    """What should be seen at S moments, (S, U, 3), of which actors, (U,), and what is about."""

    points: Array
    owners: Array
    obstacles: Obstacles

    def hidden(self, eyes: Array) -> Array:
        """Share of the points that eyes (S, C, 3) can't see, (S, C)."""
        if not len(self.owners):
            return np.zeros(eyes.shape[:2])
        return np.asarray(self.obstacles.hide(eyes, self.points, self.owners).mean(axis=2))


class Deviation(NamedTuple):
    """How a camera deviates from its course, (S,) each: turn and lift [rad], factor of distance."""

    turns: Array
    lifts: Array
    shrinks: Array


def directions(azimuths: Array, elevations: Array) -> Array:
    """Unit vectors (..., 3) from the scene to a camera."""
    azimuths, elevations = np.broadcast_arrays(azimuths, elevations)
    flat = np.cos(elevations)
    return np.stack([flat * np.cos(azimuths), flat * np.sin(azimuths), np.sin(elevations)], axis=-1)


def find_way(course: Course, sight: Sight, widest: float) -> Deviation:
    """The cheapest way of a camera that may move.

    Args:
        widest: greatest turn aside [rad].
    """
    prices = _prices(course, sight, widest)
    states = _cheapest(prices)
    return _deviation(course, states)


def find_place(course: Course, sight: Sight) -> Deviation:
    """The cheapest deviation that stays the same for the whole clip."""
    prices = _prices(course, sight, np.pi).mean(axis=0)
    state = np.unravel_index(int(prices.argmin()), prices.shape)
    return _deviation(course, np.tile(state, (len(course.pivots), 1)))


def _deviation(course: Course, states: Array) -> Deviation:
    turns, lifts, shrinks = states.T
    lift = np.minimum(LIFTS[lifts], np.maximum(STEEPEST - course.elevations, 0.0))
    return Deviation(np.unwrap(TURNS[turns]), lift, SHRINKS[shrinks])


def _prices(course: Course, sight: Sight, widest: float) -> Array:
    """Price of every deviation at every moment, (S, turns, lifts, shrinks)."""
    grid = (len(TURNS), len(LIFTS), len(SHRINKS))
    turn, lift, shrink = (
        item.ravel() for item in np.meshgrid(TURNS, LIFTS, SHRINKS, indexing="ij")
    )
    azimuths = course.azimuths[:, None] + turn
    elevations = np.minimum(course.elevations[:, None] + lift, STEEPEST)
    reach = course.distances[:, None, None] * shrink[:, None]
    eyes = course.pivots[:, None] + reach * directions(azimuths, elevations)
    blocked = (sight.obstacles.gap(eyes) < CLEARANCE) | (eyes[..., 2] < FLOOR)
    price = HIDDEN * _around(sight.hidden(eyes)) + BLOCKED * _around(blocked.astype(float))
    price = price + TURNED * turn**2 + LIFTED * lift**2 + SHRUNK * (1.0 - shrink)
    price[:, np.abs(turn) > widest + 1e-9] = np.inf
    return price.reshape(len(price), *grid)


def _around(values: Array) -> Array:
    """Greatest of each value (S, C) and those half a second before and after."""
    reach = round(0.5 / STEP)
    padded = np.pad(values, ((reach, reach), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=0)
    return np.asarray(windows.max(axis=-1))


def _cheapest(prices: Array) -> Array:
    """Indices (S, 3) of the states of the cheapest way, at most one step a moment and axis."""
    total, choices = prices[0], []
    fares = [float(np.abs(move) @ np.array(MOVED)) for move in MOVES]
    for price in prices[1:]:
        offers = np.stack([_moved(total, move) + fare for move, fare in zip(MOVES, fares)])
        choices.append(offers.argmin(axis=0))
        total = offers.min(axis=0) + price
    state = np.array(np.unravel_index(int(total.argmin()), total.shape))
    states = [state]
    for choice in reversed(choices):
        state = state - np.array(MOVES[choice[tuple(state)]])
        state[0] %= len(TURNS)
        states.append(state)
    return np.array(states[::-1])


def _moved(total: Array, move: tuple[int, ...]) -> Array:
    """`total` of the state that a move comes from, inf where there is none."""
    result = np.roll(total, move, axis=(0, 1, 2))
    for axis in (1, 2):
        gone = [slice(None)] * 3
        if move[axis]:
            gone[axis] = slice(0, 1) if move[axis] > 0 else slice(-1, None)
            result[tuple(gone)] = np.inf
    return result
