"""From the planned camera to the camera of every frame."""

from __future__ import annotations

import numpy as np

from text2sim.types import CameraPlan, CameraTrack, Trace

DEAD_ZONE = 0.2
"""Actors may stray this far from the plan before the camera follows [m]."""
FOLLOW_TIME = 0.4
"""Standard deviation of the filter that makes following smooth [s]."""


def camera_track(trace: Trace) -> CameraTrack:
    """The planned camera, moved along where the simulated actors stray from the planned motion."""
    motion = trace.world.motion
    assert motion.scene is not None
    plan = motion.scene.plan.camera
    times = np.arange(len(trace.object_positions)) / trace.fps
    shift = _follow(trace)
    return CameraTrack(
        eye=_interpolate(plan, plan.eye, times) + shift * [1.0, 1.0, 0.0],
        target=_interpolate(plan, plan.target, times) + shift * [1.0, 1.0, 0.5],
        fov=plan.fov,
    )


def _interpolate(plan: CameraPlan, values: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Monotone cubic (Fritsch and Carlson 1980) through keyframes (K, 3): never overshoots."""
    if len(plan.times) == 1:
        return np.repeat(values, len(times), axis=0)
    from scipy.interpolate import PchipInterpolator

    within = np.clip(times, plan.times[0], plan.times[-1])
    return PchipInterpolator(plan.times, values, axis=0)(within)


def _follow(trace: Trace) -> np.ndarray:
    """How far the camera goes along with the actors [m], (T, 3): smooth, 0 for small errors."""
    frames = len(trace.object_positions)
    pairs = list(zip(trace.tracks, trace.world.motion.tracks))
    if not pairs:
        return np.zeros((frames, 3))
    strays = [real.root_positions - wanted.root_positions[:frames] for real, wanted in pairs]
    stray = np.mean(strays, axis=0)
    distance = np.linalg.norm(stray, axis=1, keepdims=True)
    beyond = stray * np.maximum(0.0, 1.0 - DEAD_ZONE / np.maximum(distance, 1e-9))
    return _smooth(beyond, FOLLOW_TIME * trace.fps)


def _smooth(values: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian filter along axis 0; `sigma` in frames; the ends are repeated."""
    reach = int(np.ceil(3.0 * sigma))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(sigma, 1e-6)) ** 2)
    padded = np.pad(values, ((reach, reach), (0, 0)), mode="edge")
    columns = [np.convolve(column, weights / weights.sum(), "valid") for column in padded.T]
    return np.stack(columns, axis=1)
