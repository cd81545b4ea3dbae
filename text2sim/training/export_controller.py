"""A tracking policy from a run: a graph for onnxruntime, weights, and which bodies it is for.

python -m text2sim.training.export_controller runs/controller models/controller-tracker
"""

from __future__ import annotations

import json
import tempfile
import warnings
from pathlib import Path
from typing import Annotated

import onnx
import torch
import typer
from safetensors.torch import save_file

from text2sim.control.tracking.observation import ACTIONS
from text2sim.control.tracking.policy import VERSION
from text2sim.imitation.suites import suite
from text2sim.io.files import replacing
from text2sim.training import checkpoints
from text2sim.training.tracking_net import TrackingNet, net_from

OPSET = 18
TOLERANCE = 0.03
"""Bodies may be larger or smaller than those of the training by this share."""


def net_of(run: Path) -> tuple[TrackingNet, dict[str, str]]:
    """Network of a run, and the notes of its checkpoint."""
    content, notes = checkpoints.read(checkpoints.path(run))
    return net_from(content), notes


def export(net: TrackingNet, folder: Path, characters: list[tuple[float, float]]) -> None:
    """Write graph, weights and configuration into a folder.

    Args:
        characters: stature [m] and mass [kg] of every body of the training.
    """
    folder.mkdir(parents=True, exist_ok=True)
    seen = net.mean.shape[0]
    with tempfile.TemporaryDirectory() as scratch, warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        target = str(Path(scratch) / "policy.onnx")
        torch.onnx.export(
            net, (torch.zeros(2, seen),), target, input_names=["seen"], output_names=["actions"],
            dynamic_axes={"seen": {0: "rows"}, "actions": {0: "rows"}}, opset_version=OPSET,
            dynamo=False,
        )  # fmt: skip
        graph = onnx.load(target)
    onnx.checker.check_model(graph)
    with replacing(folder / "policy.onnx") as path:
        path.write_bytes(graph.SerializeToString())
    with replacing(folder / "weights.safetensors") as path:
        save_file({k: v.detach().clone().contiguous() for k, v in net.state_dict().items()}, path)
    statures, masses = zip(*characters)
    config = {
        "version": VERSION, "seen": seen, "actions": ACTIONS,
        "statures": _around(statures), "masses": _around(masses),
    }  # fmt: skip
    with replacing(folder / "config.json") as path:
        path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def _around(values: tuple[float, ...]) -> list[float]:
    return [round(min(values) * (1 - TOLERANCE), 3), round(max(values) * (1 + TOLERANCE), 3)]


def main(
    run: Annotated[Path, typer.Argument(help="Folder of a training run.")],
    folder: Annotated[Path, typer.Argument(help="Folder to write.")],
) -> None:
    """Write the policy of a run."""
    net, notes = net_of(run)
    people = []
    for _, motion in suite(json.loads(notes["config"])["suite"]):
        assert motion.scene is not None
        who = motion.scene.actors[0].character
        people.append((float(who.stature), float(who.mass)))
    export(net, folder, people)
    hours = float(notes["seconds"]) / 3600
    typer.echo(f"{folder}: {int(notes['step']) / 1e6:.2f} M samples, {hours:.2f} h of training")


if __name__ == "__main__":
    typer.run(main)
