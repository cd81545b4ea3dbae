"""An example of a package that adds a motion backend: everybody stands like a statue.

Its pyproject.toml would say:

    [project.entry-points."text2sim.motion"]
    statue = "text2sim_statue:StatueMotion"
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from text2sim.motion.stage import MotionGenerator
from text2sim.stage import Context
from text2sim.types import Motion, Scene, SceneActor, Track


@dataclass(frozen=True, kw_only=True)
class StatueMotion(MotionGenerator):
    """Holds the rest pose for the length of the clip."""

    name: ClassVar[str] = "statue"
    options: ClassVar[tuple[str, ...]] = ("fps",)

    def run(self, value: Scene, ctx: Context) -> Motion:
        """One motionless track an actor."""
        frames = round(value.plan.duration * ctx.fps)
        tracks = tuple(still(actor, frames) for actor in value.actors)
        return Motion(scene=value, fps=ctx.fps, tracks=tracks)


def still(actor: SceneActor, frames: int) -> Track:
    """The rest pose at the actor's place."""
    root = actor.position + [0.0, 0.0, actor.skeleton.pelvis_height]
    return Track(
        actor=actor.id,
        skeleton=actor.skeleton,
        root_positions=np.tile(root, (frames, 1)),
        rotations_wxyz=np.tile([1.0, 0.0, 0.0, 0.0], (frames, 22, 1)),
        contacts=np.ones((frames, 4), bool),
    )
