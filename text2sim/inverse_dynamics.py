"""Inverse dynamics: the forces that a motion needs, by the recursive Newton-Euler method.

Featherstone (2008), chapter 5, written in world coordinates: instead of passing velocities and
accelerations from parent to child, those of each segment come from differences over time, so that
all frames are done at once. Letters: T frames, 22 joints.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from text2sim.maths import quaternions as quat
from text2sim.physical_body import PhysicalBody
from text2sim.skeleton import JOINTS, PARENTS

Array = NDArray[np.floating]
GRAVITY = np.array([0.0, 0.0, -9.81])
"""[m/s2]."""


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Loads:
    """What moves a body as asked, if nothing touches it.

    Attributes:
        force: on the pelvis from outside [N], world, (T, 3).
        torques: about each joint [N m], world, (T, 22, 3): row 0 from outside on the pelvis, the
            others from the parent segment on the child.
        joints: world joint positions [m], (T, 22, 3).
    """

    force: Array
    torques: Array
    joints: Array

    def relieved(self, points: Array, joints: list[int], forces: Array) -> Loads:
        """The loads that remain if forces from outside act on the body.

        Args:
            points: where they act [m], world, (T, P, 3).
            joints: the joint whose segment each acts on, P.
            forces: [N], world, (T, P, 3).
        """
        torques = self.torques.copy()
        for index, joint in enumerate(joints):
            while joint >= 0:
                arm = points[:, index] - self.joints[:, joint]
                torques[:, joint] -= np.cross(arm, forces[:, index])
                joint = PARENTS[joint]
        return Loads(force=self.force - forces.sum(axis=1), torques=torques, joints=self.joints)


def inverse_dynamics(
    body: PhysicalBody, root_positions: Array, rotations_wxyz: Array, fps: float
) -> Loads:
    """Forces and torques of a motion, from its frames alone.

    Args:
        root_positions: pelvis [m], world, (T, 3).
        rotations_wxyz: joint rotations relative to the parent, (T, 22, 4).
        fps: frames per second.
    """
    joints, turns = body.skeleton.forward(root_positions, rotations_wxyz)
    arms = quat.rotate(turns, body.centres)
    acceleration = derivative(derivative(joints + arms, fps), fps)
    spin = quat.angular_velocity(turns, fps)
    forces = body.masses[:, None] * (acceleration - GRAVITY)
    torques = _moment(body, turns, spin, derivative(spin, fps)) + np.cross(arms, forces)
    for joint in range(len(JOINTS) - 1, 0, -1):
        parent = PARENTS[joint]
        arm = joints[:, joint] - joints[:, parent]
        forces[:, parent] += forces[:, joint]
        torques[:, parent] += torques[:, joint] + np.cross(arm, forces[:, joint])
    return Loads(force=forces[:, 0], torques=torques, joints=joints)


def _moment(body: PhysicalBody, turns: Array, spin: Array, spin_rate: Array) -> Array:
    """Rate of change of each segment's angular momentum [N m], world: Euler's equation."""
    axes, inertias = quat.mul(turns, body.axes_wxyz), body.inertias
    local, rate = quat.inv_rotate(axes, spin), quat.inv_rotate(axes, spin_rate)
    return quat.rotate(axes, inertias * rate + np.cross(local, inertias * local))


def carried(body: PhysicalBody, joints: Array, turns: Array) -> Array:
    """Joint torques with which a body turns and moves as one when its pelvis is pushed.

    Args:
        body: who.
        joints, turns: world joint positions [m] (T, 22, 3) and rotations wxyz (T, 22, 4).

    Returns:
        Torques about each joint, world, from the parent segment on the child, for each unit of
        force [m] and of torque [1] on the pelvis, (T, 22, 3, 6); row 0 is the wrench itself.
    """
    centres = joints + quat.rotate(turns, body.centres)
    middle = np.einsum("j,tjx->tx", body.masses, centres) / body.mass
    axes = quat.to_matrix(quat.mul(turns, body.axes_wxyz))
    inertias = np.einsum("tjxa,ja,tjya->tjxy", axes, body.inertias, axes)
    lever = _crossing(centres - middle[:, None])
    total = (inertias - body.masses[:, None, None] * (lever @ lever)).sum(axis=1)
    push, twist = np.eye(3, 6), np.eye(3, 6, 3)
    spin = np.linalg.solve(total, twist + _crossing(joints[:, 0] - middle) @ push)
    moves = push / body.mass - lever @ spin[:, None]
    forces = body.masses[:, None, None] * moves
    torques = inertias @ spin[:, None] + _crossing(centres - joints) @ forces
    for joint in range(len(JOINTS) - 1, 0, -1):
        parent = PARENTS[joint]
        arm = _crossing(joints[:, joint] - joints[:, parent])
        forces[:, parent] += forces[:, joint]
        torques[:, parent] += torques[:, joint] + arm @ forces[:, joint]
    return torques


def _crossing(vectors: Array) -> Array:
    """Matrices (..., 3, 3) that take the cross product of a vector (..., 3) with another."""
    x, y, z = np.moveaxis(vectors, -1, 0)
    o = np.zeros_like(x)
    rows = [[o, -z, y], [z, o, -x], [-y, x, o]]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def derivative(values: Array, fps: float) -> Array:
    """Rate of change along axis 0, by central differences; zero for a single frame."""
    return np.gradient(values, axis=0) * fps if len(values) > 1 else np.zeros_like(values)
