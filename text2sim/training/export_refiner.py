"""A released refiner from a run: graph for onnxruntime, weights, configuration, normaliser.

python -m text2sim.training.export_refiner runs/physics-ssm models/physics-ssm
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from safetensors.torch import save_file

from text2sim.io.files import replacing
from text2sim.refine.config import PhysicsSSMConfig
from text2sim.refine.net import PhysicsSSM
from text2sim.training import checkpoints
from text2sim.training.export import graph, halved, write


def export(net: PhysicsSSM, mean: np.ndarray, scale: np.ndarray, folder: Path) -> None:
    """Write the files of a released model; weights are kept in 16 bits, computed with in 32."""
    folder.mkdir(parents=True, exist_ok=True)
    net, config = net.eval().float(), net.config
    with torch.no_grad():
        for value in net.parameters():
            value.copy_(value.half().float())
    total = config.context + config.window
    given = {
        "motion": torch.randn(2, total, config.features),
        "state": torch.randn(2, total, config.states),
        "mask": torch.ones(2, total, dtype=torch.bool),
    }
    model = halved(graph(net, given, ["changes"]))
    write(folder / "refiner.onnx", model.SerializeToString())
    weights = {name: value.half().contiguous() for name, value in net.state_dict().items()}
    with replacing(folder / "weights.safetensors") as path:
        save_file(weights, path)
    with replacing(folder / "normaliser.npz") as path, path.open("wb") as file:
        np.savez(file, mean=mean, scale=scale)
    write(
        folder / "config.json", (json.dumps(dataclasses.asdict(config), indent=2) + "\n").encode()
    )


def of_run(run: Path) -> tuple[PhysicsSSM, np.ndarray, np.ndarray, dict[str, str]]:
    """The average of a run, its normaliser, and the notes of its checkpoint."""
    content, notes = checkpoints.read(checkpoints.path(run))
    net = PhysicsSSM(PhysicsSSMConfig.from_dict(json.loads(notes["config"])["network"]))
    average = checkpoints.part(content, "average")
    checkpoints.check_keys(net.state_dict(), average, checkpoints.path(run))
    net.load_state_dict(average)
    mean, scale = (content[f"normaliser.{name}"].numpy() for name in ("mean", "scale"))
    return net, mean, scale, notes


def main(
    run: Annotated[Path, typer.Argument(help="Folder of a training run.")],
    folder: Annotated[Path, typer.Argument(help="Folder to write.")],
) -> None:
    """Release the average of a run."""
    net, mean, scale, notes = of_run(run)
    export(net, mean, scale, folder)
    hours = float(notes["seconds"]) / 3600
    typer.echo(f"{folder}: step {notes['step']}, {hours:.2f} h of training")


if __name__ == "__main__":
    typer.run(main)
