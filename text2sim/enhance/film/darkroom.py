"""One clip on its way through lens, shutter and laboratory: the passes of a frame, in order."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from text2sim.enhance.film import lens, printing, shutter
from text2sim.enhance.film.looks import KNEE, Film, curves, grain, light_table, matrix
from text2sim.maths.camera import focal_length, look_at
from text2sim.threads import Team
from text2sim.types import Frames

BODY = 0.4
"""What is this close to the subject's middle is sharp [m]."""
WIDEST = 13.0 / 720.0
"""Largest circle of confusion, as a radius over the picture's height."""
FARTHEST = 30.0 / 720.0
"""Longest blur of movement over the picture's height."""
DAYLIGHT = math.log(0.28)
"""Logarithm of the mean luminance that the metering works towards."""
FOLLOW_EXPOSURE, FOLLOW_FOCUS = 0.8, 0.35
"""Time constants of the exposure and of the focus [s]."""
LEVELS = 5
"""Halvings of the bloom."""


class Memory(NamedTuple):
    """What is carried from frame to frame.

    Attributes:
        exposure: gain of the metering, as a logarithm.
        sharp: inverse depths [1/m] between which all is sharp, the larger first.
        flow: of the frame before.
    """

    exposure: float
    sharp: np.ndarray
    flow: np.ndarray | None


class Darkroom:
    """Develops the frames of a clip in their order.

    Args:
        film: what to make.
        focus: distance of the focus [m]; None is the subject's.
        size: width and height of the picture [px].
        fps: frames per second.
        rng: for the grain.
        team: threads.
    """

    def __init__(
        self, film: Film, focus: float | None, size: tuple[int, int], fps: float,
        rng: np.random.Generator, team: Team,
    ) -> None:  # fmt: skip
        width, height = size
        self._film, self._focus, self._size, self._fps, self._team = film, focus, size, fps, team
        self._table, self._curves = light_table(), curves(film)
        self._matrix, self._grain = matrix(film), grain(rng, height)
        self._offsets = rng.integers(0, 256, 2)
        self._bars = bars(film.letterbox, size)
        self._share = np.asarray(np.minimum(film.bloom * np.array(film.halo), 1.0), np.float32)
        self._taps = _disc(max(2, math.ceil(WIDEST * height / 4 / 1.8)))
        self._memory: Memory | None = None
        self._allocate(width, height)

    def _allocate(self, width: int, height: int) -> None:
        def empty(*shape: int) -> np.ndarray:
            return np.empty(shape, np.float32)

        rows, columns = height // 2, width // 2
        quarter = (-(-rows // 2), -(-columns // 2))
        self._half, self._circles = empty(3, rows, columns), empty(rows, columns)
        self._plain, self._blurry = empty(3, *quarter), empty(3, *quarter)
        self._wide, self._near = empty(*quarter), empty(*quarter)
        self._front = np.empty(quarter[0], np.bool_)
        self._gathered, self._closed = empty(4, *quarter), empty(4, *quarter)
        self._pyramid, shape = [self._plain], quarter
        for _ in range(LEVELS):
            shape = (-(-shape[0] // 2), -(-shape[1] // 2))
            self._pyramid.append(empty(3, *shape))
        self._light, self._smeared = empty(3, height, width), empty(3, height, width)
        tiles = (-(-height // shutter.TILE), -(-width // shutter.TILE), 2)
        self._tiles, self._around = empty(*tiles), empty(*tiles)
        self._speed, self._inverse = empty(height, width), empty(height, width)
        self._lines = empty(tiles[0], 4, shutter.TILE)
        self._bands = -(-height // lens.BAND)
        self._work = empty(self._bands, 9, width)
        self._nothing = np.zeros((height, width), np.float32)

    def develop(self, frames: Frames, index: int, out: np.ndarray) -> None:
        """Fill `out` (H, W, 3) with the finished frame `index` of a part of the clip."""
        film, team = self._film, self._team
        memory = self._memory = self._look(frames, index)
        picture = frames.rgb[index]
        depth = self._nothing if frames.depth is None else frames.depth[index]
        optics = self._optics(frames, memory)
        team.run(
            lens.halve, len(self._circles),
            picture, self._table, depth, optics, self._half, self._circles,
        )  # fmt: skip
        team.run(
            lens.halve_again, len(self._wide),
            self._half, self._circles, self._plain, self._blurry, self._wide, self._front,
        )  # fmt: skip
        exposure = self._expose()
        self._blur(optics)
        team.run(
            lens.focus, self._bands,
            picture, self._table, depth, optics, self._half, self._closed, self._work, self._light,
        )  # fmt: skip
        light = self._smear(depth, memory.flow)
        if film.bloom > 0.0:
            self._glow()
        corner = film.vignette / (0.25 * (self._size[0] ** 2 + self._size[1] ** 2))
        number = round(frames.trace.start * self._fps) + index
        team.run(
            printing.develop, self._bands,
            light, self._plain, self._share, self._matrix * np.float32(math.exp(exposure)),
            np.float32(KNEE), self._curves, (np.float32(film.vignette), np.float32(corner)),
            self._grain, self._shift(number), np.float32(film.grain), self._bars, self._work, out,
        )  # fmt: skip

    def _look(self, frames: Frames, index: int) -> Memory:
        """What is remembered for this frame: the focus follows, the flow of the last is kept."""
        before, flow = self._memory, None if frames.flow is None else frames.flow[index]
        sharp = self._sharp(frames, index)
        if before is None:
            return Memory(math.nan, sharp, flow)
        if (
            flow is not None
            and frames.flow_state is not None
            and not frames.flow_state[index].any()
        ):
            flow = before.flow  # Nothing follows the last frame: it moves as the one before.
        pull = 1.0 - math.exp(-1.0 / (FOLLOW_FOCUS * self._fps))
        return Memory(before.exposure, before.sharp + pull * (sharp - before.sharp), flow)

    def _sharp(self, frames: Frames, index: int) -> np.ndarray:
        """Inverse depths [1/m] of the nearest and farthest point in focus, (2,)."""
        if self._focus is not None:
            return np.full(2, 1.0 / self._focus)
        eye, target = frames.camera.eye[index], frames.camera.target[index]
        forward = look_at(eye, target)[2]
        roots = np.array([track.root_positions[index] for track in frames.trace.tracks])
        depths = (roots.reshape(-1, 3) - eye) @ forward
        depths = depths[depths > BODY]
        if not len(depths):
            depths = np.array([max(float(np.linalg.norm(target - eye)), 2.0 * BODY)])
        return 1.0 / np.array([max(depths.min() - BODY, 0.2), depths.max() + BODY])

    def _optics(self, frames: Frames, memory: Memory) -> tuple[np.float32, ...]:
        """The lens as `lens.confusion` takes it."""
        focal = float(focal_length(frames.camera.fov, self._size))
        scale, widest = 0.5 * self._film.aperture * focal, WIDEST * self._size[1]
        return (
            np.float32(scale), np.float32(memory.sharp[0]), np.float32(memory.sharp[1]),
            np.float32(widest),
        )  # fmt: skip

    def _expose(self) -> float:
        """The metering's gain, as a logarithm: it follows slowly, so that nothing flickers."""
        if self._film.metering == 0.0:
            return 0.0
        rows = np.empty(len(self._wide), np.float32)
        self._team.run(printing.meter, len(rows), self._plain, rows)
        wanted = DAYLIGHT - float(rows.sum(dtype=np.float64)) / self._wide.size
        wanted = self._film.metering * min(max(wanted, -1.2), 1.2)
        assert self._memory is not None
        before = self._memory.exposure
        pull = 1.0 - math.exp(-1.0 / (FOLLOW_EXPOSURE * self._fps))
        gain = wanted if math.isnan(before) else before + pull * (wanted - before)
        self._memory = self._memory._replace(exposure=gain)
        return gain

    def _blur(self, optics: tuple[np.float32, ...]) -> None:
        team, rows = self._team, len(self._wide)
        if self._film.aperture == 0.0:
            self._closed[:] = 0.0
            return
        reach = math.ceil(float(optics[3]) / 4)
        team.run(lens.reach_out, rows, self._wide, self._front, reach, self._near)
        team.run(
            lens.gather, rows, self._blurry, self._wide, self._near, self._taps, self._gathered
        )
        team.run(lens.close_gaps, rows, self._gathered, self._wide, self._closed)

    def _smear(self, depth: np.ndarray, flow: np.ndarray | None) -> np.ndarray:
        """The light with what moves blurred; the same array if nothing does."""
        if flow is None or self._film.shutter == 0.0:
            return self._light
        team, share = self._team, np.float32(self._film.shutter)
        limit, rows = np.float32(FARTHEST * self._size[1]), len(self._tiles)
        team.run(shutter.find_fastest, rows, flow, share, limit, self._tiles)
        team.run(shutter.spread, rows, self._tiles, self._around)
        if float(np.square(self._around).sum(axis=2).max()) < float(shutter.STILL) ** 2:
            return self._light
        team.run(shutter.prepare, len(depth), flow, depth, share, limit, self._speed, self._inverse)
        team.run(
            shutter.smear, rows,
            self._light, self._speed, self._inverse, self._around, self._lines, self._smeared,
        )  # fmt: skip
        return self._smeared

    def _glow(self) -> None:
        """Turn the quarter-size picture into its bloom: means over wider and wider tents."""
        pyramid, team = self._pyramid, self._team
        for large, small in pairwise(pyramid):
            team.run(lens.shrink, small.shape[1], large, small)
        for large, small in reversed(list(pairwise(pyramid))):
            team.run(lens.grow, large.shape[1], small, np.float32(0.72), large)

    def _shift(self, number: int) -> tuple[int, int]:
        """Where the grain of a frame begins: places that are far from those just before."""
        x = self._offsets[0] + 256.0 * ((0.7548776662 * number) % 1.0)
        y = self._offsets[1] + 256.0 * ((0.5698402910 * number) % 1.0)
        return int(y) % 256, int(x) % 256


def bars(ratio: float, size: tuple[int, int]) -> int:
    """Rows of each black bar [px]; they take an eighth of the height at most, so heads stay in."""
    width, height = size
    if ratio <= 0.0:
        return 0
    return int(min(max(0.5 * (height - width / ratio), 0.0), height / 8.0))


def _disc(rings: int) -> np.ndarray:
    """Points that cover the unit disc evenly, (N, 2) float32."""
    points = [(0.0, 0.0)]
    for ring in range(1, rings + 1):
        turn = np.arange(6 * ring) * (2.0 * np.pi / (6 * ring)) + 0.4 * ring
        radius = ring / (rings + 0.5)
        points += list(zip(radius * np.cos(turn), radius * np.sin(turn)))
    return np.array(points, np.float32)
