"""Motion as a tracking policy sees it: one row for each of its decisions.

Everything is of the light body (`text2sim.light_body`), also where the body that is simulated is
the full one. Letters: K decisions, P probes of the ground.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import final

import numpy as np
from numpy.typing import NDArray

from text2sim.control.pd import Plan
from text2sim.light_body import merged
from text2sim.maths import quaternions as quat
from text2sim.types import Scene

Array = NDArray[np.floating]

RATE = 30.0
"""Decisions a second."""
PROBES = (-0.2, 0.0, 0.2, 0.4, 0.7, 1.0)
"""Where the ground is felt, along the heading from the pelvis [m]."""


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class ClipTable:
    """Clips one after the other.

    Attributes:
        offsets: of the skeleton of each row's body [m], (K, 22, 3).
        roots, root_velocities [m/s], root_spins [rad/s]: pelvis, world, (K, 3).
        rotations_wxyz: relative to the parent, (K, 22, 4).
        spins: relative to the parent, in the joint's own frame [rad/s], (K, 22, 3).
        positions, velocities: of the joints, world [m], [m/s], (K, 22, 3).
        turns_wxyz: of the segments, world, (K, 22, 4).
        setpoints_wxyz: of stable PD, leading, of the full body, (K, 22, 4).
        torques: feed-forward [N m], (K, 22, 3).
        ground: heights of the ground at the probes [m], world, (K, P).
        wrench: force and torque that supports can't supply [N], [N m], world, (K, 6).
    """

    offsets: Array
    roots: Array
    root_velocities: Array
    root_spins: Array
    rotations_wxyz: Array
    spins: Array
    positions: Array
    velocities: Array
    turns_wxyz: Array
    setpoints_wxyz: Array
    torques: Array
    ground: Array
    wrench: Array

    def __len__(self) -> int:
        return len(self.roots)

    @classmethod
    def joined(cls, tables: Sequence[ClipTable]) -> ClipTable:
        """All rows of some tables, in order."""
        parts = {
            item.name: np.concatenate([getattr(table, item.name) for table in tables])
            for item in fields(cls)
        }
        return cls(**parts)


def clip_table(plan: Plan, scene: Scene, timestep: float) -> ClipTable:
    """The table of one actor's plan, at every decision.

    Args:
        plan: at every step of the simulation.
        scene: whose ground is felt.
        timestep: of the simulation [s].
    """
    every = slice(None, None, stride(timestep))
    period = stride(timestep) * timestep
    motion = plan.reference
    rotations = merged(motion.rotations_wxyz[every])
    roots = motion.root_positions[every]
    positions, turns = motion.skeleton.forward(roots, rotations)
    spins = quat.inv_rotate(rotations, quat.angular_velocity(rotations, 1.0 / period))
    rows = len(roots)
    return ClipTable(
        offsets=np.broadcast_to(motion.skeleton.offsets, (rows, 22, 3)),
        roots=roots,
        root_velocities=motion.root_velocities[every],
        root_spins=motion.root_spins[every],
        rotations_wxyz=rotations,
        spins=spins,
        positions=positions,
        velocities=np.gradient(positions, axis=0) / period
        if rows > 1
        else np.zeros_like(positions),
        turns_wxyz=turns,
        setpoints_wxyz=plan.setpoints_wxyz[every],
        torques=(plan.torques + plan.pushes.sum(axis=1))[every],
        ground=_ground(scene, roots, rotations[:, 0]),
        wrench=np.concatenate([plan.force[every], plan.torque[every]], axis=1),
    )


def stride(timestep: float) -> int:
    """Steps of a simulation between two decisions."""
    return max(1, round(1.0 / (RATE * timestep)))


def _ground(scene: Scene, roots: Array, turns_wxyz: Array) -> Array:
    yaw = quat.heading(turns_wxyz)
    ahead = np.stack([np.cos(yaw), np.sin(yaw)], axis=-1)
    points = roots[:, None, :2] + np.array(PROBES)[:, None] * ahead[:, None]
    return scene.ground_height(points)
