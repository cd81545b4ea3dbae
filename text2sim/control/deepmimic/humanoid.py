"""DeepMimic's humanoid in a world of its own: 13 segments, 45 kg, flat ground.

Its world is Y-up and it faces +X, as its policies were trained; quaternions are Bullet's xyzw here.
"""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import final

import numpy as np

from text2sim.bullet import Client
from text2sim.maths import quaternions as quat

RATE, CONTROL = 240, 30
"""Steps and decisions a second, as in training."""
GRAVITY, FRICTION, ITERATIONS, SCALE = 9.8, 0.9, 10, 0.25
LINKS = 15
TRUNK = (0, 1, 2)
"""Links of root, chest and neck: whoever lands on them has fallen."""
# Link of each joint, numbers of its set point, gains [N m/rad], [N m s/rad] and largest torque
# [N m], in the order of the motion files.
JOINTS: tuple[tuple[int, int, float, float, float], ...] = (
    (1, 4, 1000.0, 100.0, 200.0), (2, 4, 100.0, 10.0, 50.0), (3, 4, 500.0, 50.0, 200.0),
    (4, 1, 500.0, 50.0, 150.0), (5, 4, 400.0, 40.0, 90.0), (6, 4, 400.0, 40.0, 100.0),
    (7, 1, 300.0, 30.0, 60.0), (9, 4, 500.0, 50.0, 200.0), (10, 1, 500.0, 50.0, 150.0),
    (11, 4, 400.0, 40.0, 90.0), (12, 4, 400.0, 40.0, 100.0), (13, 1, 300.0, 30.0, 60.0),
)  # fmt: skip
LIMP = 0.05
"""Share of the gains that a fallen body has left."""


@final
class Humanoid:
    """A live humanoid; close it."""

    def __init__(self, folder: Path) -> None:
        self._bullet = bullet = Client()
        bullet.setAdditionalSearchPath(str(folder))
        bullet.setGravity(0.0, -GRAVITY, 0.0)
        bullet.setPhysicsEngineParameter(
            numSolverIterations=ITERATIONS, numSubSteps=1, deterministicOverlappingPairs=1
        )
        bullet.setTimeStep(1.0 / RATE)
        flat = bullet.getQuaternionFromEuler([-0.5 * np.pi, 0.0, 0.0])
        self._ground = bullet.loadURDF(
            "plane_implicit.urdf", [0, 0, 0], flat, useMaximalCoordinates=True
        )
        bullet.changeDynamics(self._ground, -1, lateralFriction=FRICTION)
        flags = bullet.URDF_MAINTAIN_LINK_ORDER | bullet.URDF_USE_SELF_COLLISION
        flags |= bullet.URDF_USE_SELF_COLLISION_EXCLUDE_ALL_PARENTS
        with TemporaryDirectory() as copy:
            path = Path(copy) / "humanoid.urdf"
            urdf = (folder / "humanoid/humanoid.urdf").read_text("latin-1")
            path.write_text(_with_axes(urdf), "latin-1")
            self._body = bullet.loadURDF(str(path), [0, 0.89, 0], globalScaling=SCALE, flags=flags)
        self._prepare()

    def _prepare(self) -> None:
        bullet, body = self._bullet, self._body
        for link in range(-1, LINKS):
            bullet.changeDynamics(body, link, lateralFriction=FRICTION)
        bullet.changeDynamics(body, -1, linearDamping=0.0, angularDamping=0.0)
        for link, *_ in JOINTS:
            bullet.setJointMotorControl2(
                body, link, bullet.POSITION_CONTROL, targetPosition=0, positionGain=0, force=0
            )
            bullet.setJointMotorControlMultiDof(
                body, link, bullet.POSITION_CONTROL, targetPosition=[0, 0, 0, 1],
                targetVelocity=[0, 0, 0], positionGain=0, velocityGain=1, force=[0, 0, 0],
            )  # fmt: skip

    def close(self) -> None:
        """Leave its world."""
        self._bullet.close()

    def place(self, frame: np.ndarray, following: np.ndarray, duration: float) -> None:
        """Put it into a pose of a motion file, moving towards the following one.

        Args:
            frame, following: root position, root rotation wxyz and joints, (43,).
            duration: between them [s].
        """
        bullet, poses, speeds, at = self._bullet, list[list[float]](), list[list[float]](), 7
        spin = quat.log(quat.mul_inv(following[3:7], frame[3:7])) / duration
        bullet.resetBasePositionAndOrientation(self._body, frame[:3], frame[[4, 5, 6, 3]])
        bullet.resetBaseVelocity(self._body, (following[:3] - frame[:3]) / duration, spin)
        for _, size, *_ in JOINTS:
            pose, after = frame[at : at + size], following[at : at + size]
            poses.append((pose if size == 1 else pose[[1, 2, 3, 0]]).tolist())
            step = after - pose if size == 1 else quat.log(quat.inv_mul(pose, after))
            speeds.append((step / duration).tolist())
            at += size
        bullet.resetJointStatesMultiDof(self._body, [row[0] for row in JOINTS], poses, speeds)

    def frame(self) -> np.ndarray:
        """Present pose as in a motion file: root, then joints, quaternions wxyz, (43,)."""
        place, turn = self._bullet.getBasePositionAndOrientation(self._body)
        states = self._bullet.getJointStatesMultiDof(self._body, [row[0] for row in JOINTS])
        numbers = [*place, *np.array(turn)[[3, 0, 1, 2]]]
        for (_, size, *_), state in zip(JOINTS, states):
            numbers += list(state[0]) if size == 1 else list(np.array(state[0])[[3, 0, 1, 2]])
        return np.array(numbers)

    def state(self, phase: float) -> np.ndarray:
        """What the policy sees, (197,): phase of the clip, height of the root, then of each link
        place from the root, rotation wxyz, velocity and spin, all turned to the heading."""
        bullet = self._bullet
        place, turn = bullet.getBasePositionAndOrientation(self._body)
        links = bullet.getLinkStates(
            self._body, list(range(LINKS)), computeForwardKinematics=1, computeLinkVelocity=1
        )
        forward = quat.rotate(np.array(turn)[[3, 0, 1, 2]], [1.0, 0.0, 0.0])
        facing = quat.about_y(-np.arctan2(-forward[2], forward[0]))
        places = quat.rotate(facing, np.array([link[0] for link in links]) - place)
        turns = quat.mul(facing, np.array([link[1] for link in links])[:, [3, 0, 1, 2]])
        turns = np.where(turns[:, :1] < 0.0, -turns, turns)
        moves = [
            quat.rotate(facing, np.array([link[number] for link in links])) for number in (6, 7)
        ]
        poses = np.concatenate([places, turns], axis=1).ravel()
        return np.concatenate([[phase, place[1]], poses, np.concatenate(moves, axis=1).ravel()])

    def drive(self, action: np.ndarray, effort: float = 1.0) -> None:
        """Follow set points until the next decision.

        Args:
            action: for each joint an angle [rad] and, of a ball joint, its axis, (36,).
            effort: factor on gains and strength.
        """
        bullet, targets, at = self._bullet, list[list[float]](), 0
        for _, size, *_ in JOINTS:
            angle, axis = float(action[at]), action[at + 1 : at + size]
            turn = [angle] if size == 1 else bullet.getQuaternionFromAxisAngle(axis, angle)
            targets.append(list(turn))
            at += size
        widths = [1 if size == 1 else 3 for _, size, *_ in JOINTS]
        for _ in range(RATE // CONTROL):
            bullet.setJointMotorControlMultiDofArray(
                self._body, [row[0] for row in JOINTS], bullet.STABLE_PD_CONTROL,
                targetPositions=targets, targetVelocities=[[0.0] * width for width in widths],
                forces=[[effort * row[4]] * width for row, width in zip(JOINTS, widths)],
                positionGains=[effort * row[2] for row in JOINTS],
                velocityGains=[effort * row[3] for row in JOINTS],
            )  # fmt: skip
            bullet.stepSimulation()

    def down(self) -> bool:
        """Whether the trunk touches the ground."""
        points = self._bullet.getContactPoints(self._body, self._ground)
        return any(point[3] in TRUNK for point in points)


def _with_axes(urdf: str) -> str:
    """The description with axes for its ball joints: Bullet prints a warning for each without."""
    return re.sub(r'(type="spherical"\s*>)', r'\1<axis xyz="1 0 0"/>', urdf)
