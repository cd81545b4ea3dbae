"""Losses of a predicted window, by name; each is a mean over the frames that there are."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import torch
from torch import Tensor

from text2sim.motion.ssm.features import (
    BODY,
    CONTACTS,
    DIM,
    HEIGHT,
    POSITIONS,
    ROTATIONS,
    VELOCITY,
    YAW,
)  # fmt: skip
from text2sim.skeleton import PARENTS
from text2sim.training.config import LossWeights

_TOES = (7, 10, 8, 11)
"""Joints that the contacts belong to: heels move with the ankle, toes with the ball."""


def feature_weights() -> Tensor:
    """What a channel counts in the flow, (`DIM`,), mean 1: the path and the ends of limbs more."""
    result = torch.ones(DIM)
    for part, weight in ((YAW, 8.0), (VELOCITY, 8.0), (HEIGHT, 8.0), (CONTACTS, 2.0)):
        result[part] = weight
    result[4:10] = 2.0
    for joint in (7, 8, 10, 11, 20, 21):
        start = POSITIONS.start + 3 * (joint - 1)
        result[start : start + 3] = 2.0
    return result / result.mean()


def matrices(sixes: Tensor) -> Tensor:
    """Rotation matrices (..., 3, 3) of 6D rotations (..., 6), columns."""
    x = torch.nn.functional.normalize(sixes[..., :3], dim=-1, eps=1e-6)
    y = sixes[..., 3:] - (x * sixes[..., 3:]).sum(dim=-1, keepdim=True) * x
    y = torch.nn.functional.normalize(y, dim=-1, eps=1e-6)
    return torch.stack([x, y, torch.linalg.cross(x, y)], dim=-1)


def forward_kinematics(rotations: Tensor) -> Tensor:
    """Joint positions [m] (..., 22, 3) from the pelvis, of 6D rotations (..., 132)."""
    local = matrices(rotations.unflatten(-1, (len(PARENTS), 6)))
    offsets = torch.as_tensor(np.array(BODY.offsets), dtype=local.dtype, device=local.device)
    world, places = [local[..., 0, :, :]], [torch.zeros_like(local[..., 0, :, 0])]
    for joint, parent in enumerate(PARENTS[1:], 1):
        places.append(places[parent] + world[parent] @ offsets[joint])
        world.append(world[parent] @ local[..., joint, :, :])
    return torch.stack(places, dim=-2)


def losses(clean: Tensor, truth: Tensor, mask: Tensor, time: Tensor, scale: Tensor, mean: Tensor,
           weights: LossWeights) -> dict[str, Tensor]:  # fmt: skip
    """Every loss by name, unweighted, and their weighted sum as "loss".

    Args:
        clean: predicted, and `truth`: (B, W, F), normalised.
        mask: frames that there are, (B, W).
        time: of the flow, (B,).
        scale, mean: of the features, (F,).
        weights: see `LossWeights`.
    """
    there = mask.float()
    total = there.sum().clamp(min=1.0)
    pairs = there[:, 1:] * there[:, :-1]
    error = (feature_weights().to(clean) * (clean - truth) ** 2).mean(dim=-1)
    change = ((clean.diff(dim=1) - truth.diff(dim=1)) ** 2).mean(dim=-1)
    near = 0.2 + 0.8 * time[:, None]
    raw, true = clean * scale + mean, truth * scale + mean
    joints, seen = forward_kinematics(raw[..., ROTATIONS]), _joints(true)
    off = ((10.0 * (joints - seen)) ** 2).mean(dim=(-1, -2))
    own = ((10.0 * (joints - _joints(raw))) ** 2).mean(dim=(-1, -2))
    slip = 10.0 * (_foot_velocity(joints, raw) - _foot_velocity(seen, true))
    skate = (slip**2).sum(dim=-1) * (true[:, 1:, CONTACTS] + 0.1)
    found = {
        "flow": (error * there / (1.0 - time[:, None]).clamp(min=0.2)).sum() / total,
        "velocity": (change * pairs * near).sum() / total,
        "fk": (off * there * near).sum() / total,
        "skate": (skate.mean(dim=-1) * pairs * near).sum() / total,
        "agree": (own * there * near).sum() / total,
    }
    found["loss"] = sum(getattr(weights, f.name) * found[f.name] for f in fields(weights))
    return found


def _joints(raw: Tensor) -> Tensor:
    """Joint positions [m] (B, W, 22, 3) from the pelvis, as the position channels say."""
    others = raw[..., POSITIONS].unflatten(-1, (len(PARENTS) - 1, 3))
    others = torch.cat([others[..., :2], others[..., 2:] - raw[..., None, HEIGHT]], dim=-1)
    return torch.cat([torch.zeros_like(others[..., :1, :]), others], dim=-2)


def _foot_velocity(joints: Tensor, raw: Tensor) -> Tensor:
    """Way on the level [m/frame] of ankles and balls, (B, W - 1, 4, 2), in the body's frame."""
    feet = joints[..., _TOES, :2]
    before, now, turn = feet[:, :-1], feet[:, 1:], raw[:, 1:, 0, None]
    cosine, sine = turn.cos(), turn.sin()
    # A point that stood still is seen turned back by the body's own turn.
    x = cosine * before[..., 0] + sine * before[..., 1]
    y = cosine * before[..., 1] - sine * before[..., 0]
    return now - torch.stack([x, y], dim=-1) + raw[:, 1:, None, VELOCITY]
