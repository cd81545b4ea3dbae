"""What every engine begins with: the scene, the time step, where bodies stand, what can't be."""

from __future__ import annotations

import math
from itertools import combinations
from typing import get_args

import numpy as np

from text2sim.errors import ConfigError, PipelineError, SimulationDiverged
from text2sim.maths import quaternions as quat
from text2sim.skeleton import JOINTS
from text2sim.types import BodyState, Motion, OnDivergence, Scene, SceneActor, SceneObject

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


DEEPEST = 0.1
"""Things that stick into each other deeper than this [m] would burst apart."""


def check_engine(rate: float, iterations: int, on_divergence: str) -> None:
    """Refuse settings that no engine can run with.

    Raises:
        ConfigError: which setting, and what it may be.
    """
    if not (math.isfinite(rate) and 30.0 <= rate <= 1e5):
        raise ConfigError(f"rate must lie between 30 and 100000 steps/s; got {rate}.")
    if not 1 <= iterations <= 10_000:
        raise ConfigError(f"iterations must lie between 1 and 10000; got {iterations}.")
    if on_divergence not in get_args(OnDivergence):
        raise ConfigError(f"on_divergence must be 'raise' or 'end'; got {on_divergence!r}.")


def check_spawn(scene: Scene) -> None:
    """Refuse a scene whose things begin inside each other: contacts would throw them apart.

    Raises:
        PipelineError: which two, and how deep.
    """
    for a, b in combinations(scene.objects, 2):
        if a.fixed and b.fixed:
            continue
        depth = max(_sunk(a, b), _sunk(b, a))
        if depth > DEEPEST:
            raise PipelineError(
                f"{a.id!r} and {b.id!r} begin inside each other, {depth:.2f} m deep: contacts "
                f"would throw them apart. Move one of them, or make both `fixed`."
            )


def _sunk(a: SceneObject, b: SceneObject) -> float:
    """How deep corners and middles of a's parts are inside parts of b [m]; 0 if none is."""
    deepest = 0.0
    for part in a.parts:
        points = np.concatenate([part.vertices, part.vertices.mean(axis=0, keepdims=True)])
        world = quat.rotate(a.rotation_wxyz, points) + a.position
        local = quat.inv_rotate(b.rotation_wxyz, world - b.position)
        for other in b.parts:
            low, high = other.vertices.min(axis=0), other.vertices.max(axis=0)
            near = local[((local > low) & (local < high)).all(axis=1)]
            if len(near):
                planes = other.planes
                inside = -(near @ planes[:, :3].T + planes[:, 3]).max(axis=1)
                deepest = max(deepest, float(inside.max()))
    return deepest


def lost(*numbers: np.ndarray) -> bool:
    """Place [m] and velocity [m/s] of a body are absurd, or these or others are not finite."""
    place, velocity, *others = numbers
    sane = np.abs(place).max() < FARTHEST and np.abs(velocity).max() < FASTEST
    return not (sane and all(np.isfinite(item).all() for item in others))


def diverged(
    actor: str, time: float, place: np.ndarray, velocity: np.ndarray
) -> SimulationDiverged:
    """The error of a body whose numbers ran away."""
    return SimulationDiverged(
        f"The simulation of {actor!r} diverged after {time:.2f} s: place {place} m, velocity "
        f"{velocity} m/s. Try a higher `rate` of the physics engine."
    )


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
