"""A hinge in PyBullet: two points of a rigid body that stay where they are, stops and friction."""

from __future__ import annotations

from typing import final

import numpy as np

from text2sim.bullet import Client
from text2sim.io.inertia import inertia
from text2sim.maths import quaternions as quat
from text2sim.physics.pybullet_build import wxyz
from text2sim.types import SceneObject

SPAN = 0.5
"""Distance of the points from the middle of the hinge [m]."""
STRENGTH = 1e5
"""Largest force of a point along each axis [N]."""
STOP = 30.0
"""How quickly a stop acts [1/s]: a critically damped spring."""


@final
class LiveHinge:
    """Holds an object on its line, and turns it back from its stops."""

    def __init__(self, bullet: Client, number: int, item: SceneObject) -> None:
        assert item.hinge is not None
        self._number, self._hinge, self._item = number, item.hinge, item
        self._axis = quat.rotate(item.rotation_wxyz, item.hinge.axis)
        axis, arm = item.hinge.axis, item.centre_of_mass - item.hinge.point
        level = arm - (arm @ axis) * axis
        self._inertia = float(axis @ inertia(item) @ axis + item.mass * level @ level)
        for part in (-SPAN, SPAN):
            point = item.hinge.point + part * axis
            place = item.position + quat.rotate(item.rotation_wxyz, point)
            constraint = bullet.createConstraint(
                number, -1, -1, -1, bullet.JOINT_POINT2POINT, [0, 0, 0],
                (point - item.centre_of_mass).tolist(), place.tolist(),
            )  # fmt: skip
            bullet.changeConstraint(constraint, maxForce=STRENGTH)

    def turn(self, bullet: Client, timestep: float) -> None:
        """Friction and stops as a torque; call it before each step."""
        turn = wxyz(bullet.getBasePositionAndOrientation(self._number)[1])
        angle = self._item.hinge_angle(turn)
        speed = float(np.array(bullet.getBaseVelocity(self._number)[1]) @ self._axis)
        torque = -self._hinge.damping * speed
        beyond = angle - min(max(angle, self._hinge.low), self._hinge.high)
        if beyond:
            torque -= self._inertia * (STOP**2 * beyond + 2.0 * STOP * speed)
        most = self._inertia * abs(speed) / timestep + self._inertia * STOP**2 * abs(beyond)
        torque = float(np.clip(torque, -most, most))
        bullet.applyExternalTorque(
            self._number, -1, (torque * self._axis).tolist(), bullet.WORLD_FRAME
        )
