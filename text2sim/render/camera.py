"""The camera of every frame: keyframes as they are, or a shot for the director."""

from __future__ import annotations

import numpy as np

from text2sim.maths.filters import monotone
from text2sim.render.director import direct, with_wish
from text2sim.shots import camera_wish
from text2sim.types import CameraPlan, CameraTrack, Trace


def camera_track(
    trace: Trace, size: tuple[int, int] = (640, 480), camera: str | CameraPlan | None = None
) -> CameraTrack:
    """The camera that the user asked for, or else the planned one, for a picture of some size.

    Args:
        camera: a name (see `text2sim.shots`), keyframes, or None for the planner's camera.

    Raises:
        ConfigError: no camera is called so.
    """
    scene = trace.world.motion.scene
    assert scene is not None
    plan = camera if isinstance(camera, CameraPlan) else scene.plan.camera
    if isinstance(camera, str):
        plan = with_wish(plan, *camera_wish(camera))
    if plan.shot is not None:
        return direct(trace, size, plan)
    times = trace.start + np.arange(len(trace.object_positions)) / trace.fps
    return CameraTrack(
        eye=monotone(plan.times, plan.eye, times),
        target=monotone(plan.times, plan.target, times),
        fov=plan.fov,
    )
