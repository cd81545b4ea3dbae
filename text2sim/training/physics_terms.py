"""The physics-consistency loss: what a body can't do, term by term, differentiable.

The body is the simulator's (`PhysicalBody`): its masses, inertias, strengths and bones. Forces come
from the frames by Newton and Euler (Featherstone 2008, chapter 5), as in `inverse_dynamics`, but
with rotation matrices in torch. B windows of W frames; 22 joints; lengths in metres, forces in body
weights; every term is a mean over the frames that there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
import torch
from torch import Tensor

from text2sim.maths import rotation6d
from text2sim.physical_body import PhysicalBody
from text2sim.skeleton import PARENTS

GRAVITY, FRICTION = 9.81, 0.7
REACH = 0.05
"""Half a foot's width: the centre of pressure may lie so far from the line of its soles [m]."""
FREE = 0.05
"""A body that bears less than this on anything is in flight [W]."""
_SOLES = (7, 10, 8, 11)
TERMS = (
    "penetration", "floating", "skate", "flight", "push", "balance", "torque", "jerk",
)  # fmt: skip
_PAIRS = tuple((i, j) for i in range(4) for j in range(i, 4))


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class BodyTensors:
    """The constants of a body as tensors."""

    offsets: Tensor
    masses: Tensor
    centres: Tensor
    axes: Tensor
    inertias: Tensor
    strength: Tensor
    soles: Tensor
    weight: float
    stature: float

    @classmethod
    def of(cls, body: PhysicalBody, dtype: torch.dtype = torch.float32) -> BodyTensors:
        """Of a body in numbers."""
        skeleton, rest = body.skeleton, body.skeleton.rest_positions()
        ends = {7: -0.055, 10: 0.065, 8: -0.055, 11: 0.065}
        soles = [[x * skeleton.scale, 0.0, -rest[joint, 2]] for joint, x in ends.items()]
        axes = rotation6d.to_matrix(rotation6d.from_quaternion(body.axes_wxyz))
        made = {
            "offsets": skeleton.offsets, "masses": body.masses, "centres": body.centres,
            "axes": axes, "inertias": body.inertias, "strength": body.strength, "soles": soles,
        }  # fmt: skip
        return cls(
            **{name: torch.tensor(np.array(value), dtype=dtype) for name, value in made.items()},
            weight=GRAVITY * body.mass, stature=1.75 * skeleton.scale,
        )  # fmt: skip


def pose(body: BodyTensors, root: Tensor, local: Tensor) -> tuple[Tensor, Tensor]:
    """World joint positions (..., 22, 3) and rotations (..., 22, 3, 3).

    Args:
        root: pelvis [m], (..., 3).
        local: rotations relative to the parent, (..., 22, 3, 3); the pelvis' in the world.
    """
    world, places = [local[..., 0, :, :]], [root]
    for joint, parent in enumerate(PARENTS[1:], 1):
        places.append(places[parent] + world[parent] @ body.offsets[joint])
        world.append(world[parent] @ local[..., joint, :, :])
    return torch.stack(places, dim=-2), torch.stack(world, dim=-3)


def sole_points(body: BodyTensors, places: Tensor, world: Tensor) -> Tensor:
    """Left heel, left toe, right heel, right toe [m], (..., 4, 3)."""
    joints = list(_SOLES)
    turned = (world[..., joints, :, :] @ body.soles[..., None])[..., 0]
    return places[..., joints, :] + turned


def spins(world: Tensor, fps: float) -> Tensor:
    """Angular velocity [rad/s] of rotations (B, W, J, 3, 3), (B, W - 2, J, 3).

    By central differences, from the skew part of R(t+1) R(t-1)', exact to second order in the step.
    """
    turn = world[:, 2:] @ world[:, :-2].transpose(-1, -2)
    skew = turn - turn.transpose(-1, -2)
    axis = torch.stack([skew[..., 2, 1], skew[..., 0, 2], skew[..., 1, 0]], dim=-1)
    return axis * (0.25 * fps)


def rate(values: Tensor, fps: float) -> Tensor:
    """Central difference along the frames, two frames shorter."""
    return (values[:, 2:] - values[:, :-2]) * (0.5 * fps)


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Dynamics:
    """What moves a body, of frames 2 to W - 3; see `dynamics`.

    Attributes:
        force: from outside [W], (B, W - 4, 3).
        pressure: where on the level through the support it would have to act, (B, W - 4, 2).
        torques: of joints from the parent on the child, if nothing touched the body, over strength
            and with the feet's support taken in, (B, W - 4, 22).
    """

    force: Tensor
    pressure: Tensor
    torques: Tensor


def dynamics(
    body: BodyTensors, places: Tensor, world: Tensor, soles: Tensor, load: Tensor, fps: float
) -> Dynamics:
    """Newton and Euler over all frames at once.

    Args:
        places, world: of the joints, see `pose`.
        soles: (B, W, 4, 3).
        load: what the left foot, the right foot and the rest bear [W], (B, W, 3).
        fps: frames per second.
    """
    arms = (world @ body.centres[..., None])[..., 0]
    mass_points = places + arms
    acceleration = rate(rate(mass_points, fps), fps)
    spin = spins(world, fps)
    middle = slice(2, -2)
    turned = world[:, middle] @ body.axes
    local = lambda v: (turned.transpose(-1, -2) @ v[..., None])[..., 0]  # noqa: E731
    own, change = local(spin[:, 1:-1]), local(rate(spin, fps))
    moment = body.inertias * change + torch.linalg.cross(own, body.inertias * own)
    moment = (turned @ moment[..., None])[..., 0]
    up = torch.tensor([0.0, 0.0, GRAVITY], dtype=places.dtype)
    forces = body.masses[:, None] * (acceleration + up)
    joints, at = places[:, middle], mass_points[:, middle]
    total = forces.sum(dim=-2)
    about = torch.linalg.cross(at - joints[..., :1, :], forces).sum(dim=-2) + moment.sum(dim=-2)
    level = _level(soles[:, middle], load[:, middle])
    pressure = _pressure(joints[..., 0, :], total, about, level)
    torques = _torques(body, joints, at, forces, moment, soles[:, middle], load[:, middle], total)
    return Dynamics(force=total / body.weight, pressure=pressure, torques=torques)


def _level(soles: Tensor, load: Tensor) -> Tensor:
    """Height [m] of the ground that bears the body, (B, F)."""
    low = soles[..., 2].unflatten(-1, (2, 2)).amin(dim=-1)
    feet = load[..., :2].clamp(min=0.0) + 1e-3
    return (low * feet).sum(dim=-1) / feet.sum(dim=-1)


def _pressure(pelvis: Tensor, force: Tensor, moment: Tensor, level: Tensor) -> Tensor:
    """Where on a level one force would have the moment about the pelvis, (B, F, 2)."""
    drop = level - pelvis[..., 2]
    upward = force[..., 2].clamp(min=0.1 * GRAVITY)
    x = (force[..., 0] * drop - moment[..., 1]) / upward
    y = (force[..., 1] * drop + moment[..., 0]) / upward
    return pelvis[..., :2] + torch.stack([x, y], dim=-1)


def _torques(
    body: BodyTensors, joints: Tensor, at: Tensor, forces: Tensor, moment: Tensor, soles: Tensor,
    load: Tensor, total: Tensor,
) -> Tensor:  # fmt: skip
    """Torque over strength of every joint, with the feet borne as `load` shares the weight."""
    share = load[..., :2].clamp(min=0.0)
    share = share / load.clamp(min=0.0).sum(dim=-1, keepdim=True).clamp(min=FREE)
    force = [forces[..., joint, :] for joint in range(len(PARENTS))]
    torque = [
        moment[..., joint, :]
        + torch.linalg.cross(at[..., joint, :] - joints[..., joint, :], force[joint])
        for joint in range(len(PARENTS))
    ]
    for side, ankle in enumerate((7, 8)):
        push = share[..., side, None] * total
        point = soles[..., 2 * side : 2 * side + 2, :].mean(dim=-2)
        torque[ankle] = torque[ankle] - torch.linalg.cross(point - joints[..., ankle, :], push)
        force[ankle] = force[ankle] - push
    for joint in range(len(PARENTS) - 1, 0, -1):
        parent = PARENTS[joint]
        arm = joints[..., joint, :] - joints[..., parent, :]
        torque[parent] = torque[parent] + torque[joint] + torch.linalg.cross(arm, force[joint])
        force[parent] = force[parent] + force[joint]
    stacked = torch.stack(torque, dim=-2).square().sum(dim=-1).add(1e-6).sqrt()
    return stacked[..., 1:] / body.strength[1:]


def outside(points: Tensor, soles: Tensor, contact: Tensor) -> Tensor:
    """How far [m] points (B, F, 2) lie from the lines between touching soles, over `REACH`."""
    found = []
    for first, second in _PAIRS:
        start, end = soles[..., first, :2], soles[..., second, :2]
        along = end - start
        part = ((points - start) * along).sum(dim=-1) / along.square().sum(dim=-1).clamp(min=1e-6)
        nearest = start + part.clamp(0.0, 1.0)[..., None] * along
        away = (points - nearest).square().sum(dim=-1).add(1e-8).sqrt()
        both = contact[..., first] & contact[..., second]
        found.append(torch.where(both, away, torch.full_like(away, 10.0)))
    away = torch.stack(found, dim=-1).amin(dim=-1)
    away = torch.where(contact.any(dim=-1), away, torch.zeros_like(away))
    return (away - REACH).clamp(min=0.0)


def physics_terms(
    body: BodyTensors, root: Tensor, local: Tensor, *, ground: Tensor, contact: Tensor,
    load: Tensor, mask: Tensor, fps: float,
) -> dict[str, Tensor]:  # fmt: skip
    """Every term of `TERMS` by name, unweighted.

    Args:
        body: whose masses and bones.
        root: pelvis [m], world, (B, W, 3).
        local: rotations relative to the parent, (B, W, 22, 3, 3).
        ground: height under each sole point [m], (B, W, 4).
        contact: sole points that should touch, (B, W, 4) bool.
        load: what the left foot, the right foot and the rest should bear [W], (B, W, 3).
        mask: frames that there are, (B, W).
        fps: frames per second.

    Returns:
        penetration, floating [dm2] of soles below the ground, and of touching ones above it;
        skate [cm2/frame2] of touching ones; flight [W2] of what holds or pushes a body that bears
        on nothing; push [W2] of pulling down and of friction beyond `FRICTION`; balance [dm2] of
        the centre of pressure beside the feet; torque [1] over the strength of joints; jerk
        [(10 mm/frame3)2].
    """
    places, world = pose(body, root, local)
    soles = sole_points(body, places, world)
    there = mask.to(root.dtype)
    gap = soles[..., 2] - ground
    down = contact & mask[..., None]
    both = (down[:, 1:] & down[:, :-1]).to(root.dtype)
    slip = soles[:, 1:, :, :2] - soles[:, :-1, :, :2]
    inner = (mask[:, 4:] & mask[:, :-4]).to(root.dtype)
    moving = dynamics(body, places, world, soles, load, fps)
    middle = slice(2, -2)
    free = (load.sum(dim=-1) < FREE)[:, middle]
    feet_only = ~free & (load[..., 2] < FREE)[:, middle]
    side = moving.force[..., :2].square().sum(dim=-1).add(1e-8).sqrt()
    upward = moving.force[..., 2]
    pull = (-upward).clamp(min=0.0) + (side - FRICTION * upward.clamp(min=0.0)).clamp(min=0.0)
    off = outside(moving.pressure, soles[:, middle], contact[:, middle])
    jerk = places[:, 3:] - 3.0 * places[:, 2:-1] + 3.0 * places[:, 1:-2] - places[:, :-3]
    steps = (mask[:, 3:] & mask[:, :-3]).to(root.dtype)
    capped = lambda value, most: most * torch.tanh(value / most)  # noqa: E731
    return {
        "penetration": _mean((10.0 * gap.clamp(max=0.0)).square().sum(dim=-1), there),
        "floating": _mean(
            ((10.0 * gap.clamp(min=0.0)).square() * down.to(root.dtype)).sum(dim=-1), there
        ),
        "skate": _mean(
            ((100.0 * slip).square().sum(dim=-1) * both).sum(dim=-1), there[:, 1:] * there[:, :-1]
        ),
        "flight": _mean(capped(moving.force.square().sum(dim=-1), 4.0), inner * free),
        "push": _mean(capped(pull.square(), 4.0), inner * ~free),
        "balance": _mean(capped((10.0 * off).square(), 9.0), inner * feet_only),
        "torque": _mean(
            capped((moving.torques - 1.0).clamp(min=0.0).square().sum(dim=-1), 9.0), inner
        ),
        "jerk": _mean((100.0 * jerk).square().sum(dim=-1).mean(dim=-1), steps),
    }  # fmt: skip


def _mean(values: Tensor, weights: Tensor) -> Tensor:
    """Mean of values over all of the batch, where weights are; frames without weight count as 0."""
    return (values * weights).sum() / weights.new_tensor(weights.numel()).clamp(min=1.0)
