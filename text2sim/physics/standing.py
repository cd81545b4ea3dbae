"""What every engine begins with: the scene, the time step, and where bodies stand."""

from __future__ import annotations

import math

import numpy as np

from text2sim.errors import PipelineError
from text2sim.maths import quaternions as quat
from text2sim.skeleton import JOINTS
from text2sim.types import BodyState, Motion, Scene, SceneActor

FARTHEST, FASTEST = 1e3, 1e2
"""Beyond this place [m] or speed [m/s] a body has diverged."""


def time_step(fps: float, rate: float) -> float:
    """The longest step [s] that divides a frame and makes at least `rate` steps a second."""
    return 1.0 / (fps * max(1, math.ceil(rate / fps - 1e-6)))


def scene_of(motion: Motion) -> Scene:
    """The scene of a motion.

    Raises:
        PipelineError: it has none.
    """
    if motion.scene is None:
        raise PipelineError("This motion has no scene to simulate; give `Motion` a scene.")
    return motion.scene


def standing(actor: SceneActor) -> BodyState:
    """An actor at rest in the rest pose, where the scene puts it."""
    turn = quat.about_z(actor.heading)
    rotations = np.tile(quat.IDENTITY, (len(JOINTS), 1))
    rotations[0] = turn
    return BodyState(
        root_position=actor.position + quat.rotate(turn, actor.skeleton.offsets[0]),
        root_velocity=np.zeros(3),
        root_angular_velocity=np.zeros(3),
        rotations_wxyz=rotations,
        joint_velocities=np.zeros((len(JOINTS), 3)),
    )
