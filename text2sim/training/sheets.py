"""Sample sheets of a run: what the average of the weights makes, as strips of poses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from text2sim.training.loop import Trainer


def sheet(trainer: Trainer) -> Path:
    """Write `sheets/step.png` of a run."""
    net = trainer.task.network()
    net.load_state_dict(trainer.average)
    mean, scale = trainer.mean.cpu().numpy(), trainer.scale.cpu().numpy()
    path = trainer.config.out / "sheets" / f"{trainer.step:06d}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    motion = trainer.task.shown(net.eval(), mean, scale, trainer.config.seed)
    motion.plot().savefig(path, dpi=60)
    return path
