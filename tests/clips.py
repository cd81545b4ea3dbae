"""A small clip with every channel, all kinds of parents, and things shared between them."""

from __future__ import annotations

import dataclasses

import numpy as np

from tests import samples
from tests.fakes import FakeEngine, still_trace
from text2sim.animation import Animation
from text2sim.types import CameraTrack, Contact, Frames, Grasp, Outcome, Trace, World

FPS = 10.0


def make_trace(*, fps: float = FPS, frames: int | None = None, **changes: object) -> Trace:
    """The stairs walk as a trace with contacts, assist and moving objects."""
    motion = samples.gliding_motion(samples.stairs_scene(), fps)
    motion = dataclasses.replace(
        motion,
        tracks=tuple(track.slice(0, frames or motion.frames) for track in motion.tracks),
        grasps=(Grasp(actor="man1", hand="left", object="ball1", start=0.5, end=1.0),),
        warnings=("motion",),
    )
    world = World(motion=motion, engine=FakeEngine(), timestep=1 / 240, warnings=("world",))
    trace, rng = still_trace(world), np.random.default_rng(5)
    shape = trace.assist_force.shape
    contact = Contact(time=1.25, a="man1", b="ball1", point=(0.1, 1 / 3, 2.0), normal=(0.0, 0, 1.0),
                      force=12.5, joint="left_foot")  # fmt: skip
    fields = {
        "object_positions": trace.object_positions + rng.normal(size=trace.object_positions.shape),
        "assist_force": rng.uniform(size=shape),
        "assist_torque": rng.uniform(size=shape),
        "contacts": (contact, dataclasses.replace(contact, time=2.0, joint=None)),
        "warnings": ("trace", "motion"),
    }
    return dataclasses.replace(trace, **{**fields, **changes})


def make_clip(
    *,
    size: tuple[int, int] = (32, 24),
    fps: float = FPS,
    frames: int | None = None,
    channels: bool = True,
    outcome: Outcome | None = None,
) -> Animation:
    """A clip of noise over a gradient."""
    trace = make_trace(fps=fps, frames=frames)
    if outcome is not None:
        trace = dataclasses.replace(trace, outcome=outcome)
    rng, count = np.random.default_rng(3), len(trace.object_positions)
    shape = (count, size[1], size[0])
    rendered = Frames(
        trace=trace, fps=fps, labels=("sky", "ground", "man1"), warnings=("frames",),
        camera=CameraTrack(eye=rng.normal(size=(count, 3)), target=rng.normal(size=(count, 3))),
        rgb=rng.integers(0, 256, (*shape, 3), np.uint8),
        depth=rng.uniform(0, 9, shape).astype(np.float32) if channels else None,
        segmentation=rng.integers(0, 3, shape, np.uint16) if channels else None,
    )  # fmt: skip
    return Animation(rendered, {"prompt": trace.world.motion.scene.plan.script.prompt, "seed": 7})
