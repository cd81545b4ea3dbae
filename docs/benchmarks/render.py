"""Figures of docs/renderer.md: python docs/benchmarks/render.py [--frames N] [--flat N].

Renders one scene (a person, stairs, a box, a ball, shadow) with every backend that works here, in
one run, and prints processor time and wall time a frame. Then how `raster` scales, and whether
memory stays flat over a long clip.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import platform
import resource
import time
from collections.abc import Callable
from typing import Any

import numba
import numpy as np

from text2sim import Pipeline
from text2sim.errors import Text2SimError
from text2sim.render.pybullet import PyBulletRenderer
from text2sim.render.raster import RasterRenderer
from text2sim.render.stage import Renderer
from text2sim.stage import Context, Options
from text2sim.types import Scene, SkinnedMesh, Trace

PROMPT = "a man walks up stairs next to a box and a ball"
SIZE = (1280, 720)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--frames", type=int, default=12, help="frames of each measurement")
    parser.add_argument("--flat", type=int, default=3000, help="frames of the memory test; 0: none")
    options = parser.parse_args()
    trace = Pipeline(controller="kinematic")(PROMPT, seed=7, until="controller")
    scene = _scene(trace)
    vertices = sum(len(actor.skin.vertices) for actor in scene.actors)
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, "
          f"numba threads {numba.get_num_threads()}")  # fmt: skip
    print(f"{PROMPT!r}: body of {vertices:,} vertices, {SIZE[0]}x{SIZE[1]}, shadow\n")
    _compare(trace, options.frames)
    _scale(trace, options.frames)
    if options.flat:
        _memory(trace, options.flat)


def _compare(trace: Trace, frames: int) -> None:
    print(f"{'backend':24} {'cpu ms':>8} {'wall ms':>8} {'frames/s':>9} {'cpu':>6} {'frames/s':>9}")
    backends: list[tuple[str, Callable[[], Renderer]]] = [
        ("TinyRenderer, shadow", lambda: PyBulletRenderer(shadow=True)),
        ("TinyRenderer, no shadow", PyBulletRenderer),
        *((f"raster {q}", lambda q=q: RasterRenderer(quality=q))
          for q in ("draft", "standard", "high")),
        ("raster motion blur", lambda: RasterRenderer(motion_blur=0.5)),
        ("opengl", _opengl),
    ]  # fmt: skip
    first: tuple[float, float] | None = None
    for name, make in backends:
        try:
            cpu, wall = _measure(make(), trace, SIZE, frames)
        except Text2SimError as error:
            print(f"{name:24} not here: {str(error).splitlines()[0][:60]}")
            continue
        first = first or (cpu, wall)
        share = f"1/{first[0] / cpu:.1f}"
        faster = f"x{first[1] / wall:.1f}"
        print(f"{name:24} {cpu:8.1f} {wall:8.1f} {1000 / wall:9.1f} {share:>6} {faster:>9}")
    print()


def _opengl() -> Renderer:
    from text2sim.registry import backend_class

    renderer: Any = backend_class("renderer", "opengl")()
    return renderer


def _measure(
    renderer: Renderer, trace: Trace, size: tuple[int, int], frames: int
) -> tuple[float, float]:
    """Processor and wall time a frame [ms], after a first frame that compiles and sets up."""
    context = Context(request=Options(size=size), stage="renderer")
    last = len(trace.object_positions) - 1
    chosen = np.linspace(0, last, frames + 1).astype(int)
    shots = renderer.stream(_picked(trace, chosen), context)
    next(shots)
    cpu, wall = time.process_time(), time.perf_counter()
    count = sum(1 for _ in shots)
    return (
        1e3 * (time.process_time() - cpu) / count,
        1e3 * (time.perf_counter() - wall) / count,
    )


def _picked(trace: Trace, frames: np.ndarray) -> Trace:
    """A trace of these frames only."""
    motion = trace.world.motion
    tracks = tuple(
        dataclasses.replace(
            track, root_positions=track.root_positions[frames],
            rotations_wxyz=track.rotations_wxyz[frames], contacts=track.contacts[frames],
        )
        for track in trace.tracks
    )  # fmt: skip
    motion = dataclasses.replace(motion, tracks=tracks)
    return dataclasses.replace(
        trace, world=dataclasses.replace(trace.world, motion=motion), tracks=tracks,
        object_positions=trace.object_positions[frames],
        object_rotations_wxyz=trace.object_rotations_wxyz[frames],
        assist_force=trace.assist_force[frames], assist_torque=trace.assist_torque[frames],
    )  # fmt: skip


def _scale(trace: Trace, frames: int) -> None:
    print("raster standard            cpu ms  wall ms")
    for size in ((320, 240), (640, 480), (1280, 720), (1920, 1080), (3840, 2160)):
        cpu, wall = _measure(RasterRenderer(), trace, size, frames)
        print(f"{f'{size[0]}x{size[1]}':24} {cpu:8.1f} {wall:8.1f}")
    for times in (1, 4, 16):
        dense = _denser(trace, times)
        count = sum(len(actor.skin.vertices) for actor in _scene(dense).actors)
        cpu, wall = _measure(RasterRenderer(), dense, SIZE, frames)
        print(f"{f'{count:,} vertices':24} {cpu:8.1f} {wall:8.1f}")
    before = numba.get_num_threads()
    for threads in range(1, before + 1):
        numba.set_num_threads(threads)
        cpu, wall = _measure(RasterRenderer(), trace, SIZE, frames)
        print(f"{f'{threads} threads':24} {cpu:8.1f} {wall:8.1f}")
    numba.set_num_threads(before)
    print()


def _denser(trace: Trace, times: int) -> Trace:
    """The same with `times` as many triangles on the body: each is cut in four, again and again."""
    motion = trace.world.motion
    scene = _scene(trace)
    actors = []
    for actor in scene.actors:
        skin = actor.skin
        for _ in range(int(np.log2(times)) // 2):
            skin = _subdivided(skin)
        actors.append(dataclasses.replace(actor, skin=skin))
    scene = dataclasses.replace(scene, actors=tuple(actors))
    motion = dataclasses.replace(motion, scene=scene)
    return dataclasses.replace(trace, world=dataclasses.replace(trace.world, motion=motion))


def _subdivided(skin: SkinnedMesh) -> SkinnedMesh:
    """Each triangle becomes four; the new vertices follow the joints of one end of their edge."""
    edges = np.sort(skin.faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    unique, index = np.unique(edges, axis=0, return_inverse=True)
    middle = len(skin.vertices) + index.reshape(-1, 3)
    a, b, c = skin.faces.T
    ab, bc, ca = middle.T
    faces = np.concatenate([
        np.stack(corners, axis=1)
        for corners in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))
    ])  # fmt: skip

    def mixed(values: np.ndarray) -> np.ndarray:
        return np.concatenate([values, values[unique].mean(axis=1)])

    def first(values: np.ndarray) -> np.ndarray:
        return np.concatenate([values, values[unique[:, 0]]])

    return dataclasses.replace(
        skin, vertices=mixed(skin.vertices), normals=mixed(skin.normals), faces=faces,
        colours=mixed(skin.colours), roughness=mixed(skin.roughness), joints=first(skin.joints),
        weights=first(skin.weights), uv=None if skin.uv is None else mixed(skin.uv),
    )  # fmt: skip


def _memory(trace: Trace, frames: int) -> None:
    """Peak memory after a tenth of a long clip, and at its end."""
    last = len(trace.object_positions)
    long = _picked(trace, np.arange(frames) % last)
    context = Context(request=Options(size=(320, 240)), stage="renderer")
    peaks = []
    for number, _ in enumerate(RasterRenderer().stream(long, context)):
        if number in (frames // 10, frames - 1):
            peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    print(f"peak memory after {frames // 10} frames {peaks[0]:.0f} MB, "
          f"after {frames} frames {peaks[1]:.0f} MB")  # fmt: skip


def _scene(trace: Trace) -> Scene:
    scene = trace.world.motion.scene
    assert scene is not None
    return scene


if __name__ == "__main__":
    main()
