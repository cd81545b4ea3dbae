"""What a motion needs from muscles and ground, worked out before it is simulated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from text2sim.control.support import bearing_points, bearing_shares
from text2sim.inverse_dynamics import Loads, inverse_dynamics
from text2sim.maths import quaternions as quat
from text2sim.physical_body import PhysicalBody
from text2sim.skeleton import INDEX, JOINTS
from text2sim.types import Grasp, Scene, Track

Array = NDArray[np.floating]

NEAR, SLOW = 0.03, 1.2
"""A point takes load below this gap [m] and speed [m/s], and fully at half of them."""
FRICTION = 0.7
SMOOTHING = 0.02
"""Standard deviation of the filter over time [s]: forces that jump at footfall shake the body."""
_DOWN = np.array([[FRICTION, 0, 1], [-FRICTION, 0, 1], [0, FRICTION, 1], [0, -FRICTION, 1]])
_AROUND = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
"""Directions in which what is stood on, and what is held on to, can push the body, (4, 3)."""


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class FeedForward:
    """Forces that a motion needs, at its frames.

    Attributes:
        torques: of the joints, in their own frames [N m], (T, 22, 3), of a body that hangs free.
        bearers: joints whose segments bear weight at some time, B.
        pushes: what to add while a bearer is down, so that it pushes, (T, B, 22, 3).
        force, torque: on the pelvis, that supports can't supply [N], [N m], world, (T, 3).
    """

    torques: Array
    bearers: tuple[int, ...]
    pushes: Array
    force: Array
    torque: Array


def feed_forward(
    track: Track, body: PhysicalBody, scene: Scene, fps: float, grasps: Sequence[Grasp] = ()
) -> FeedForward:
    """Inverse dynamics, with the weight shared among the points of the body that bear it.

    Args:
        track, body: who moves.
        scene: what is stood on.
        fps: of the track.
        grasps: holds of the actor's hands on fixed things.
    """
    loads = inverse_dynamics(body, track.root_positions, track.rotations_wxyz, fps)
    points, joints = bearing_points(track, body)
    shares = bearing_shares(points, scene, fps, NEAR, SLOW)
    edges = np.tile(_DOWN, (len(joints), 1, 1))
    for side in sorted({grasp.hand for grasp in grasps}):
        wrist = INDEX[f"{side}_wrist"]
        points = np.concatenate([points, loads.joints[:, None, wrist]], axis=1)
        held = _held([grasp for grasp in grasps if grasp.hand == side], len(points), fps)
        shares = np.concatenate([shares, held[:, None]], axis=1)
        edges = np.concatenate([edges, _AROUND[None]])
        joints.append(wrist)
    forces = support_forces(loads, points, shares, edges)
    carriers = np.array(joints)
    bearers = tuple(int(j) for j in np.unique(carriers[forces.any(axis=(0, 2))]))
    _, turns = track.joints()
    pushes = np.zeros((len(points), len(bearers), len(JOINTS), 3))
    for number, joint in enumerate(bearers):
        part = np.where((carriers == joint)[:, None], forces, 0.0)
        change = loads.relieved(points, joints, part).torques - loads.torques
        pushes[:, number] = quat.inv_rotate(turns, change)
    left = loads.relieved(points, joints, forces)
    return FeedForward(
        torques=_smooth(quat.inv_rotate(turns, loads.torques), fps),
        bearers=bearers,
        pushes=_smooth(pushes, fps),
        force=_smooth(left.force, fps),
        torque=_smooth(left.torques[:, 0], fps),
    )


def _held(grasps: Sequence[Grasp], frames: int, fps: float) -> Array:
    """1 while a hand holds on, else 0, (T,)."""
    times = np.arange(frames) / fps
    return np.any([(g.start <= times) & (times < g.end) for g in grasps], axis=0).astype(float)


def support_forces(loads: Loads, points: Array, shares: Array, edges: Array | None = None) -> Array:
    """Forces on points of the body [N], world, (T, P, 3), that best carry it.

    Args:
        loads: of the body.
        points: where it may be carried [m], world, (T, P, 3).
        shares: how much of a load each may bear, 0 to 1, (T, P).
        edges: directions in which each can be pushed, (P, 4, 3); friction pyramids if None.
    """
    if edges is None:
        edges = np.tile(_DOWN, (points.shape[1], 1, 1))
    return np.stack([_support(loads, points, shares, edges, i) for i in range(len(points))])


def _support(loads: Loads, points: Array, shares: Array, edges: Array, frame: int) -> Array:
    """Forces on the points of one frame [N], (P, 3), that best carry the body.

    Non-negative least squares on the edges of the friction pyramids, (P, 4, 3), in N and N m;
    moments weigh more, since a small lever carries much force.
    """
    from scipy.optimize import nnls

    forces = np.zeros((points.shape[1], 3))
    active = np.flatnonzero(shares[frame] > 0.0)
    if not len(active):
        return forces
    pushes = shares[frame, active, None, None] * edges[active]
    arms = points[frame, active] - loads.joints[frame, 0]
    columns = np.concatenate([pushes, 3.0 * np.cross(arms[:, None], pushes)], axis=-1).reshape(
        -1, 6
    )
    wanted = np.concatenate([loads.force[frame], 3.0 * loads.torques[frame, 0]])
    thrift = 0.02 * np.eye(len(columns))
    amounts, _ = nnls(
        np.concatenate([columns.T, thrift]), np.concatenate([wanted, np.zeros(len(columns))])
    )
    forces[active] = (amounts.reshape(-1, 4, 1) * pushes).sum(axis=1)
    return forces


def _smooth(values: Array, fps: float) -> Array:
    from scipy.ndimage import gaussian_filter1d

    return gaussian_filter1d(values, SMOOTHING * fps, axis=0, mode="nearest")
