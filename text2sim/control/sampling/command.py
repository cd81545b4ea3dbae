"""What one body is asked for at one step: the same arithmetic for a crowd and for the replay.

Leading axes are free: none in the replay, (N,) in the search. Sums run in a fixed order, so that
both give the same bits.
"""

from __future__ import annotations

from typing import NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from text2sim.control.pd import Plan
from text2sim.maths import quaternions as quat

Array = NDArray[np.floating]

PULL, DRAG = 900.0, 400.0
"""Of the assist's force [N/m], [N s/m], for an adult of 75 kg: soft, since its bound is low."""
TWIST, TWIST_DRAG = 300.0, 30.0
"""Of the assist's torque [N m/rad], [N m s/rad], for the same at 1.75 m."""


@final
class Command(NamedTuple):
    """Set points wxyz (..., 22, 4), feed-forward torques [N m] (..., 22, 3), and the assist: force
    [N] and torque [N m] at the pelvis, world, (..., 3)."""

    setpoints_wxyz: Array
    torques: Array
    force: Array
    torque: Array


@final
class Pelvis(NamedTuple):
    """Where a pelvis is [m], its rotation wxyz, how fast [m/s] and turning [rad/s], world."""

    position: Array
    turn_wxyz: Array
    velocity: Array
    spin: Array


def command(
    plan: Plan, step: int, offsets: Array, loads: Array, pelvis: Pelvis, bound: float
) -> Command:
    """Follow the plan with set points moved by `offsets`.

    Args:
        offsets: rotation vectors in the joints' own frames [rad], (..., 22, 3).
        loads: how much each bearer bears of what the plan has it push, 0 to 1, (..., B).
        pelvis: where it is.
        bound: largest force [N] and torque [N m] of the assist.
    """
    torques = plan.torques[step] + np.zeros_like(offsets)
    for bearer, push in enumerate(plan.pushes[step]):
        torques = torques + loads[..., bearer, None, None] * push
    force, torque = assist(plan, step, pelvis, bound)
    return Command(quat.mul(plan.setpoints_wxyz[step], quat.exp(offsets)), torques, force, torque)


def assist(plan: Plan, step: int, pelvis: Pelvis, bound: float) -> tuple[Array, Array]:
    """Force and torque that help the pelvis along, each at most `bound`, (..., 3)."""
    if not bound:
        return np.zeros_like(pelvis.position), np.zeros_like(pelvis.position)
    to = plan.reference
    turn = quat.log(quat.mul_inv(to.rotations_wxyz[step, 0], pelvis.turn_wxyz))
    pull = PULL * (to.root_positions[step] - pelvis.position)
    pull = pull + DRAG * (to.root_velocities[step] - pelvis.velocity)
    twist = TWIST * turn + TWIST_DRAG * (to.root_spins[step] - pelvis.spin)
    return (
        _bounded(plan.force[step] + plan.heft * pull, bound),
        _bounded(plan.torque[step] + plan.bulk * twist, bound),
    )


def _bounded(vectors: Array, bound: float) -> Array:
    x, y, z = vectors[..., 0], vectors[..., 1], vectors[..., 2]
    sizes = np.sqrt(x * x + y * y + z * z)
    return vectors * (bound / np.maximum(sizes, bound))[..., None]
