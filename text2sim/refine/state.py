"""The physical state of a motion: what its simulation, or the laws alone, say frame by frame.

The state is read from the frames of a track by the inverse dynamics of the body that the engines
simulate. Of a simulated track it is the state of the simulation; of a motion that nobody simulated
yet it tells what the motion would need, and where nothing supplies it.

Layout `VERSION`, `DIM` channels a frame. Vectors are seen from the body's facing (X ahead, Y left,
Z up); W is the body's weight, h its stature:

    gap        4   sole points above what is under them [0.1 m]: left heel, left toe, right ...
    slide      4   speed of the sole points over the ground [m/s]
    load       3   what the left foot, the right foot and the rest of the body bear [W]
    centre     3   centre of mass from the pelvis [0.1 m]
    velocity   3   of the centre of mass [m/s]
    spin       3   angular momentum about the centre of mass, over mass and h squared [1/s]
    force      3   residual force on the pelvis, which nothing supplies [W]
    torque     3   residual torque on the pelvis, which nothing supplies [W h]
    effort     5   largest torque over strength: left leg, right leg, trunk, left arm, right arm
    known      1   1: there is a state

Residuals are zero where supports can carry the motion, and in free flight.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from text2sim.control.feedforward import support_forces
from text2sim.control.support import bearing_points, bearing_shares
from text2sim.errors import ConfigError
from text2sim.inverse_dynamics import derivative, inverse_dynamics
from text2sim.maths import quaternions as quat
from text2sim.motion.ssm.features import steady_facing
from text2sim.physical_body import PhysicalBody
from text2sim.skeleton import INDEX
from text2sim.types import Scene, Track

Array = NDArray[np.floating]

VERSION = 1
GAP, SLIDE, LOAD = slice(0, 4), slice(4, 8), slice(8, 11)
CENTRE, VELOCITY, SPIN = slice(11, 14), slice(14, 17), slice(17, 20)
FORCE, TORQUE, EFFORT, KNOWN = slice(20, 23), slice(23, 26), slice(26, 31), 31
DIM = 32
GRAVITY = 9.81
_BOUND = 8.0
"""No channel goes beyond: a teleport must not blind a network."""
_LIMBS = tuple(
    tuple(INDEX[name] for name in names)
    for names in (
        ("left_hip", "left_knee", "left_ankle"), ("right_hip", "right_knee", "right_ankle"),
        ("spine1", "spine2", "spine3", "neck"), ("left_shoulder", "left_elbow"),
        ("right_shoulder", "right_elbow"),
    )
)  # fmt: skip
"""Joints whose effort is told together."""
_FEET = {"left": ("left_ankle", "left_foot"), "right": ("right_ankle", "right_foot")}


def physics_state(
    track: Track, body: PhysicalBody, fps: float, scene: Scene | None = None
) -> Array:
    """The state of a track, (T, `DIM`) float32; see the module for the layout.

    Args:
        track: of at least 4 frames.
        body: of the same skeleton.
        fps: frames per second.
        scene: what is stood on; without it there is a floor at 0.

    Raises:
        ConfigError: the track is too short.
    """
    if len(track.root_positions) < 4:
        raise ConfigError(
            f"A physical state needs at least 4 frames; got {len(track.root_positions)}."
        )
    positions, turns = track.joints()
    home = quat.about_z(steady_facing(positions))
    result = np.zeros((len(positions), DIM))
    result[:, GAP], result[:, SLIDE] = _soles(track, fps, scene)
    _centre(result, body, positions, turns, home, fps)
    _loads(result, track, body, home, fps, scene)
    result[:, KNOWN] = 1.0
    return np.clip(result, -_BOUND, _BOUND).astype(np.float32)


def _soles(track: Track, fps: float, scene: Scene | None) -> tuple[Array, Array]:
    """Gap [0.1 m] and speed over the ground [m/s] of the sole points, (T, 4) each."""
    soles = track.soles()
    ground = scene.ground_height(soles[..., :2]) if scene else np.zeros(soles.shape[:-1])
    speed = np.linalg.norm(derivative(soles[..., :2], fps), axis=-1)
    return 10.0 * (soles[..., 2] - ground), speed


def _centre(
    result: Array, body: PhysicalBody, positions: Array, turns: Array, home: Array, fps: float
) -> None:
    """Fill in centre of mass, its velocity, and angular momentum."""
    places = positions + quat.rotate(turns, body.centres)
    share = body.masses / body.mass
    centre = np.einsum("j,tji->ti", share, places)
    velocity = derivative(centre, fps)
    arm, way = places - centre[:, None], derivative(places, fps) - velocity[:, None]
    spin = np.einsum("j,tji->ti", body.masses, np.cross(arm, way))
    axes = quat.mul(turns, body.axes_wxyz)
    own = quat.inv_rotate(axes, quat.angular_velocity(turns, fps))
    spin += quat.rotate(axes, body.inertias * own).sum(axis=1)
    stature = 1.75 * body.skeleton.scale
    result[:, CENTRE] = 10.0 * quat.inv_rotate(home, centre - positions[:, 0])
    result[:, VELOCITY] = quat.inv_rotate(home, velocity)
    result[:, SPIN] = quat.inv_rotate(home, spin) / (body.mass * stature**2)


def _loads(
    result: Array, track: Track, body: PhysicalBody, home: Array, fps: float, scene: Scene | None
) -> None:
    """Fill in what is borne, what nothing supplies, and the effort of the joints."""
    loads = inverse_dynamics(body, track.root_positions, track.rotations_wxyz, fps)
    points, joints = bearing_points(track, body)
    forces = support_forces(loads, points, bearing_shares(points, scene, fps))
    left = loads.relieved(points, joints, forces)
    weight, stature = GRAVITY * body.mass, 1.75 * body.skeleton.scale
    borne = {side: np.isin(joints, [INDEX[n] for n in names]) for side, names in _FEET.items()}
    upward = forces[..., 2] / weight
    feet = [upward[:, mask].sum(axis=1) for mask in borne.values()]
    result[:, LOAD] = np.stack([*feet, upward.sum(axis=1) - feet[0] - feet[1]], axis=1)
    result[:, FORCE] = quat.inv_rotate(home, left.force) / weight
    result[:, TORQUE] = quat.inv_rotate(home, left.torques[:, 0]) / (weight * stature)
    strength = np.maximum(body.strength, 1e-6)
    share = np.linalg.norm(left.torques, axis=-1) / strength
    result[:, EFFORT] = np.stack([share[:, list(limb)].max(axis=1) for limb in _LIMBS], axis=1)
