"""A motion without a scene on a bare floor, so that an engine can simulate it."""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np

from text2sim.edit import retarget
from text2sim.errors import ConfigError
from text2sim.motion.ssm.features import BODY
from text2sim.types import Motion, Scene

ACTOR = "person1"


def on_floor(motion: Motion) -> Motion:
    """The motion of one actor on the body that models know, on a floor at 0.

    Raises:
        ConfigError: it has more than one actor, or none.
    """
    if len(motion.tracks) != 1:
        raise ConfigError(f"A motion of one actor is needed; this one has {len(motion.tracks)}.")
    if not np.allclose(motion.tracks[0].skeleton.offsets, BODY.offsets, atol=1e-6):
        motion = retarget(motion, BODY)
    track = dataclasses.replace(motion.tracks[0], actor=ACTOR)
    return dataclasses.replace(motion, tracks=(track,), grasps=(), scene=floor())


@cache
def floor() -> Scene:
    """A floor with one adult of 1.75 m on it."""
    from text2sim.pipeline import Pipeline

    scene = Pipeline(assets="procedural")("a man stands", until="assets", progress=False)
    actor = dataclasses.replace(scene.actors[0], id=ACTOR, skeleton=BODY)
    return dataclasses.replace(scene, actors=(actor,))
