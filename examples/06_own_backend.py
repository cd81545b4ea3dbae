"""A motion backend of your own in one class."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from text2sim import Context, Pipeline
from text2sim.maths import quaternions as quat
from text2sim.motion.stage import MotionGenerator
from text2sim.skeleton import INDEX
from text2sim.types import Motion, Scene, SceneActor, Track


@dataclass(frozen=True, kw_only=True)
class Windmill(MotionGenerator):
    """Everybody stands and turns the arms; the fields of the class are its settings."""

    name: ClassVar[str] = "windmill"
    options: ClassVar[tuple[str, ...]] = ("fps",)
    turns_per_second: float = 0.5

    def run(self, value: Scene, ctx: Context) -> Motion:
        """One track for each actor of the scene."""
        tracks = tuple(self.track(actor, value.plan.duration, ctx.fps) for actor in value.actors)
        return Motion(scene=value, fps=ctx.fps, tracks=tracks)

    def track(self, actor: SceneActor, duration: float, fps: float) -> Track:
        """The rest pose with turning shoulders."""
        time = np.arange(round(duration * fps)) / fps
        rotations = np.tile([1.0, 0.0, 0.0, 0.0], (len(time), 22, 1))
        angle = 2 * np.pi * self.turns_per_second * time
        rotations[:, INDEX["left_shoulder"]] = quat.about_x(angle)
        rotations[:, INDEX["right_shoulder"]] = quat.about_x(-angle)
        root = actor.position + [0.0, 0.0, actor.skeleton.pelvis_height]
        return Track(
            actor=actor.id,
            skeleton=actor.skeleton,
            root_positions=np.tile(root, (len(time), 1)),
            rotations_wxyz=rotations,
            contacts=np.ones((len(time), 4), bool),
        )


def main(folder: Path) -> None:
    """Use the class in place of a backend name."""
    pipeline = Pipeline(motion=Windmill(turns_per_second=1.0), controller="kinematic")
    pipeline("a woman stands", duration=2.0, size=(320, 240)).save(folder / "windmill.png")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
