"""What a tracking policy sees and does: plain functions of arrays, N bodies at once.

Vectors are seen from the heading of the body: X forward, Y left, Z up.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from text2sim.control.tracking.clip import ClipTable
from text2sim.light_body import DRIVEN, merged
from text2sim.maths import kinematics
from text2sim.maths import quaternions as quat
from text2sim.skeleton import INDEX, PARENTS
from text2sim.types.batch import BatchStates

Array = NDArray[np.floating]
Rows = NDArray[np.intp]

KEY = (0, *DRIVEN)
"""Joints whose places are seen, 13."""
ENDS = tuple(INDEX[n] for n in ("pelvis", "left_ankle", "right_ankle", "left_elbow", "right_elbow"))
"""Joints whose places are seen farther ahead."""
AHEAD = (3, 6, 12)
"""Decisions ahead at which the motion is seen, beside the next one."""
ACTIONS = 3 * len(DRIVEN)
REACH = 0.3
"""Turn of a set point for an action of 1 [rad]."""
LARGEST = 3.0
"""Actions are cut off here."""
SLOW = 0.1
"""Factor on angular velocities, so that all that is seen is about as large."""


def pose(states: BatchStates, offsets: Array) -> tuple[BatchStates, Array, Array]:
    """The light body's states, and its joints and segments: positions [m] (N, 22, 3), turns wxyz.

    Args:
        states: of full or light bodies.
        offsets: of their skeletons [m], (N, 22, 3).
    """
    rotations = merged(states.rotations_wxyz)
    light = BatchStates(
        root_positions=states.root_positions, root_velocities=states.root_velocities,
        root_spins=states.root_spins, rotations_wxyz=rotations,
        joint_velocities=states.joint_velocities,
    )  # fmt: skip
    by_joint = np.moveaxis(offsets, 1, 0)
    positions, turns = kinematics.forward(PARENTS, by_joint, states.root_positions, rotations)
    return light, positions, turns


def observe(
    states: BatchStates, positions: Array, down: Array, table: ClipTable, now: Rows, last: Rows
) -> NDArray[np.float32]:
    """What the policy sees, (N, D).

    Args:
        states, positions: of light bodies; see `pose`.
        down: whether left and right foot bear weight, (N, 2).
        table: of the motion.
        now: row of the present, (N,).
        last: last row of the clip, (N,).
    """
    root, turn = states.root_positions, states.rotations_wxyz[:, 0]
    back = quat.about_z(-quat.heading(turn))

    def seen(vectors: Array) -> Array:
        """Vectors (N, ..., 3) from the heading, flat."""
        extra = vectors.ndim - 2
        frame = back.reshape(len(back), *[1] * extra, 4)
        return quat.rotate(frame, vectors).reshape(len(back), -1)

    goal = np.minimum(now + 1, last)
    driven = list(DRIVEN)
    upright = quat.mul(back, turn)
    parts = [
        root[:, 2:] - table.ground[now, 1:2],
        quat.rotate(upright, np.array([1.0, 0.0, 0.0])),
        quat.rotate(upright, np.array([0.0, 0.0, 1.0])),
        seen(states.root_velocities),
        SLOW * seen(states.root_spins) * 3.0,
        seen(positions[:, KEY[1:]] - root[:, None]),
        _flat(quat.log(states.rotations_wxyz[:, driven])),
        SLOW * _flat(states.joint_velocities[:, driven]),
        down,
        3.0 * seen(table.positions[goal][:, KEY] - positions[:, KEY]),
        _flat(quat.log(quat.inv_mul(
            states.rotations_wxyz[:, driven], table.rotations_wxyz[goal][:, driven]
        ))),
        quat.log(quat.inv_mul(turn, table.rotations_wxyz[goal, 0])),
        seen(table.root_velocities[goal]),
        SLOW * _flat(table.spins[goal][:, driven]),
        table.ground[goal] - root[:, 2:],
    ]  # fmt: skip
    for step in AHEAD:
        row = np.minimum(now + step, last)
        yaw = quat.heading(table.rotations_wxyz[row, 0]) - quat.heading(turn)
        parts += [
            seen(table.positions[row][:, ENDS] - root[:, None]),
            np.stack([np.cos(yaw), np.sin(yaw)], axis=-1),
        ]
    return np.concatenate(parts, axis=1).astype(np.float32)


def setpoints(table: ClipTable, goal: Rows, actions: Array) -> Array:
    """Set points wxyz (N, 22, 4): those of the motion, turned by what the policy adds.

    Args:
        goal: row of the next decision, (N,).
        actions: (N, `ACTIONS`).
    """
    turns = REACH * np.clip(actions, -LARGEST, LARGEST).reshape(len(actions), -1, 3)
    result = table.setpoints_wxyz[goal].copy()
    result[:, list(DRIVEN)] = quat.mul(result[:, list(DRIVEN)], quat.exp(turns))
    return result


def _flat(values: Array) -> Array:
    return values.reshape(len(values), -1)
