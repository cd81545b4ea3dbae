"""What PhysicsSSM learns: to undo what was disturbed, and to ask of a body only what it can do."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import final

import numpy as np
import torch
from torch import Tensor, nn

from text2sim.motion.ssm.features import BODY
from text2sim.physical_body import PhysicalBody
from text2sim.refine.changes import changed as on_track
from text2sim.refine.changes import reference_ground, refined_changes
from text2sim.refine.net import PhysicsSSM
from text2sim.refine.pairs import FPS, Pair, listed, load
from text2sim.refine.staging import floor
from text2sim.refine.torch_refiner import TorchRefiner
from text2sim.training.config import PhysicsTrainingConfig
from text2sim.training.pair_windows import PreparedPairs, prepare_pairs
from text2sim.training.physics_terms import BodyTensors, physics_terms, pose
from text2sim.types import Motion, Track


@final
class RefineTask:
    """See `text2sim.training.tasks.Task`."""

    def __init__(self, config: PhysicsTrainingConfig) -> None:
        self.config, self.weights = config, config.losses
        actor = floor().actors[0]
        self.body = BodyTensors.of(PhysicalBody.of(BODY, actor.character, actor.girths))

    def prepare(self, report: Callable[[str], None]) -> PreparedPairs:
        """The pairs of the run."""
        config = self.config
        return prepare_pairs(
            config.pairs, config.held, config.network, stateless=config.stateless,
            seed=config.seed, report=report,
        )  # fmt: skip

    def network(self) -> nn.Module:
        """A fresh network."""
        return PhysicsSSM(self.config.network)

    def losses(
        self, net: nn.Module, values: dict[str, Tensor], generator: torch.Generator,
        scale: Tensor, mean: Tensor,
    ) -> dict[str, Tensor]:  # fmt: skip
        """Losses of the corrected window by name, their weighted sum as "loss"."""
        changes = net(values["motion"], values["state"], values["there"])
        root, local = changed(values["root"], values["local"], values["facing"], changes)
        places, _ = pose(self.body, root, local)
        wanted, _ = pose(self.body, values["wanted_root"], values["wanted_local"])
        there = values["mask"].float()
        pairs = there[:, 1:] * there[:, :-1]
        off = (10.0 * (places - wanted)).square().sum(dim=-1).mean(dim=-1)
        way = (100.0 * (places.diff(dim=1) - wanted.diff(dim=1))).square().sum(dim=-1).mean(dim=-1)
        turn = (local - values["wanted_local"]).square().sum(dim=(-1, -2)).mean(dim=-1)
        found = {
            "place": (off * there).sum() / there.sum().clamp(min=1.0),
            "velocity": (way * pairs).sum() / pairs.sum().clamp(min=1.0),
            "turn": (turn * there).sum() / there.sum().clamp(min=1.0),
        }
        motion = sum(getattr(self.weights, name) * value for name, value in found.items())
        terms = physics_terms(
            self.body, root, local, ground=values["ground"], contact=values["contact"],
            load=values["load"], mask=values["mask"], fps=FPS,
        )  # fmt: skip
        physics = sum(getattr(self.weights, name) * value for name, value in terms.items())
        total = motion + self.weights.physics * physics
        return {
            **found, **terms, "physics": torch.as_tensor(physics), "loss": torch.as_tensor(total),
        }  # fmt: skip

    def shown(self, net: nn.Module, mean: np.ndarray, scale: np.ndarray, seed: int) -> Motion:
        """Pairs as asked for, and as corrected."""
        assert isinstance(net, PhysicsSSM)
        network = TorchRefiner(net, mean, scale)
        folder = self.config.held or self.config.pairs
        rows = [row for row in listed(folder) if row["source"] != "recorded"] or listed(folder)
        tracks = []
        for row in rows[:: max(1, len(rows) // 3)][:3]:
            pair = load(folder / row["file"])
            tracks += _before_and_after(network, pair)
        size = min(len(track.root_positions) for track in tracks)
        return Motion(fps=FPS, tracks=tuple(track.slice(0, size) for track in tracks))


def _before_and_after(network: TorchRefiner, pair: Pair) -> list[Track]:
    """A pair's motion as it was asked for, and as corrected."""
    asked, size = pair.asked(), pair.frames
    ground = reference_ground(pair.ground[:size])
    changes = refined_changes(network, asked, pair.reference_state[:size], ground)
    name, source = pair.about.id, pair.about.source
    return [
        dataclasses.replace(asked, actor=f"{name} ({source})"),
        dataclasses.replace(on_track(asked, changes), actor=f"{name} (corrected)"),
    ]


def changed(root: Tensor, local: Tensor, facing: Tensor, changes: Tensor) -> tuple[Tensor, Tensor]:
    """A window after the network's changes: root (B, W, 3), local rotations (B, W, 22, 3, 3).

    Args:
        root, local: before them; the pelvis' rotation in the world.
        facing: way the body faces [rad], (B, W).
        changes: (B, W, `CHANGES`): pelvis [m] as the body faces, turns of joints [rad].
    """
    cosine, sine = facing.cos(), facing.sin()
    ahead, left, up = changes[..., 0], changes[..., 1], changes[..., 2]
    shift = torch.stack([cosine * ahead - sine * left, sine * ahead + cosine * left, up], dim=-1)
    turns = changes[..., 3:].unflatten(-1, (22, 3))
    return root + shift, local @ rotation(turns)


def rotation(turns: Tensor) -> Tensor:
    """Rotation matrices (..., 3, 3) of rotation vectors (..., 3) (Rodrigues' formula)."""
    angle = turns.square().sum(dim=-1).add(1e-12).sqrt()[..., None, None]
    x, y, z = turns.unbind(dim=-1)
    zero = torch.zeros_like(x)
    skew = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], dim=-1).unflatten(-1, (3, 3))
    unit = torch.eye(3, dtype=turns.dtype, device=turns.device)
    return unit + (angle.sin() / angle) * skew + ((1 - angle.cos()) / angle**2) * (skew @ skew)
