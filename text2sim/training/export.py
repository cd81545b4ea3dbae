"""A released model from a checkpoint: graphs for onnxruntime, weights, configuration, normaliser.

python -m text2sim.training.export runs/motion-ssm models/motion-ssm

Weights are kept in 16 bits, in the graphs as in the safetensors file, and computed with in 32: the
graphs and the module that is loaded from the file are therefore the same network.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import warnings
from pathlib import Path
from typing import Annotated, Any, final

import numpy as np
import onnx
import torch
import typer
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import save_file
from torch import Tensor, nn

from text2sim.io.files import replacing
from text2sim.motion.ssm.config import SSMMotionConfig
from text2sim.motion.ssm.net import MotionSSM
from text2sim.training import checkpoints

OPSET = 18
_SMALL = 256
"""Constants with fewer numbers stay in 32 bits."""


@final
class _Remember(nn.Module):
    """A chunk of the memory at most, with its state as plain tensors."""

    def __init__(self, net: MotionSSM) -> None:
        super().__init__()
        self.memory = net.memory

    def forward(
        self, past: Tensor, mask: Tensor, state: Tensor, tail: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        seen, (state, tail) = self.memory(past, mask, (state, tail))
        return seen, state, tail


@final
class _Denoise(nn.Module):
    """`MotionSSM.denoise` as a forward pass."""

    def __init__(self, net: MotionSSM) -> None:
        super().__init__()
        self.net = net

    def forward(self, *values: Tensor) -> Tensor:
        return self.net.denoise(*values)


def examples(config: SSMMotionConfig, rows: int = 2) -> dict[str, dict[str, Tensor]]:
    """Inputs of each graph, by name, of the right shapes."""
    inner = config.expand * config.d_model
    width = config.head_width
    mixed = inner + 2 * config.d_state
    yes = lambda *shape: torch.ones(*shape, dtype=torch.bool)  # noqa: E731
    return {
        "text": {
            "tokens": torch.randn(rows, config.tokens, config.token_width),
            "present": yes(rows, config.tokens), "known": yes(rows),
        },
        "memory": {
            "past": torch.randn(1, config.chunk, config.features), "mask": yes(1, config.chunk),
            "state": torch.zeros(1, inner // width, config.d_state, width),
            "tail": torch.zeros(1, config.kernel - 1, mixed),
        },
        "denoiser": {
            "noisy": torch.randn(rows, config.window, config.features),
            "time": torch.rand(rows),
            "context": torch.randn(rows, config.context, config.d_model),
            "context_mask": yes(rows, config.context), "mask": yes(rows, config.window),
            "plan": torch.randn(rows, config.window, config.plan),
            "manner": torch.randn(rows, config.manner),
            "tokens": torch.randn(rows, config.tokens, config.text_width),
            "pooled": torch.randn(rows, config.text_width),
            "present": yes(rows, config.tokens),
        },
    }  # fmt: skip


OUTPUTS = {"text": ["read", "sum"], "memory": ["seen", "next_state", "next_tail"],
           "denoiser": ["clean"]}  # fmt: skip


def export(net: MotionSSM, mean: np.ndarray, scale: np.ndarray, folder: Path) -> None:
    """Write graphs, weights, normaliser and configuration of a network into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    net = net.eval().float()
    with torch.no_grad():
        for value in net.parameters():
            value.copy_(value.half().float())
    modules = {"text": net.text, "memory": _Remember(net), "denoiser": _Denoise(net)}
    for name, given in examples(net.config).items():
        model = halved(graph(modules[name], given, OUTPUTS[name]))
        write(folder / f"{name}.onnx", model.SerializeToString())
    weights = {name: value.half().contiguous() for name, value in net.state_dict().items()}
    with replacing(folder / "weights.safetensors") as path:
        save_file(weights, path)
    with replacing(folder / "normaliser.npz") as path, path.open("wb") as file:
        np.savez(file, mean=mean, scale=scale)
    text = json.dumps(_plain(net.config), indent=2) + "\n"
    write(folder / "config.json", text.encode())


def _plain(config: SSMMotionConfig) -> dict[str, Any]:
    import dataclasses

    return dataclasses.asdict(config)


def write(path: Path, content: bytes) -> None:
    """Write a file, all or nothing."""
    with replacing(path) as target:
        target.write_bytes(content)


def graph(module: nn.Module, given: dict[str, Tensor], outputs: list[str]) -> onnx.ModelProto:
    """The ONNX graph of a module, checked; the number of rows is free but for the memory's.

    Args:
        module: called with the values of `given`.
        given: examples of the inputs, by name.
        outputs: names of the results.
    """
    names = list(given)
    dynamic = {name: {0: "rows"} for name in [*names, *outputs]}
    if "past" in given:
        dynamic = {name: {1: "frames"} for name in ("past", "mask", "seen")}
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        target = str(Path(folder) / "graph.onnx")
        torch.onnx.export(
            module, tuple(given.values()), target, input_names=names, output_names=outputs,
            dynamic_axes=dynamic, opset_version=OPSET, dynamo=False,
        )  # fmt: skip
        model = onnx.load(target)
    onnx.checker.check_model(model)
    return model


def halved(model: onnx.ModelProto) -> onnx.ModelProto:
    """The graph with its large constants stored in 16 bits and cast to 32 where they are used."""
    casts = []
    for item in model.graph.initializer:
        if item.data_type != TensorProto.FLOAT or np.prod(item.dims) < _SMALL:
            continue
        value = numpy_helper.to_array(item).astype(np.float16)
        name, short = item.name, f"{item.name}.half"
        item.CopyFrom(numpy_helper.from_array(value, short))
        casts.append(helper.make_node("Cast", [short], [name], to=TensorProto.FLOAT))
    for place, node in enumerate(casts):
        model.graph.node.insert(place, node)
    return model


def load_net(folder: Path) -> tuple[MotionSSM, np.ndarray, np.ndarray]:
    """The module, and mean and scale of its features, of a released folder."""
    from safetensors.torch import load_file

    config = SSMMotionConfig.from_dict(json.loads((folder / "config.json").read_text()))
    net = MotionSSM(config)
    source = folder / "weights.safetensors"
    weights = {name: value.float() for name, value in load_file(source).items()}
    checkpoints.check_keys(net.state_dict(), weights, source)
    net.load_state_dict(weights)
    with np.load(folder / "normaliser.npz") as norm:
        return net.eval(), norm["mean"], norm["scale"]


def of_run(run: Path) -> tuple[MotionSSM, np.ndarray, np.ndarray, dict[str, str]]:
    """The average of a run, its normaliser, and the notes of its checkpoint."""
    content, notes = checkpoints.read(checkpoints.path(run))
    config = SSMMotionConfig.from_dict(json.loads(notes["config"])["network"])
    net = MotionSSM(config)
    net.load_state_dict(checkpoints.part(content, "average"))
    return (
        net, content["normaliser.mean"].numpy(), content["normaliser.scale"].numpy(), notes,
    )  # fmt: skip


def digest(folder: Path) -> str:
    """One sha256 over the files that a backend reads."""
    names = ("config.json", "normaliser.npz", "text.onnx", "memory.onnx", "denoiser.onnx")
    total = hashlib.sha256()
    for name in names:
        total.update((folder / name).read_bytes())
    return total.hexdigest()


def main(
    run: Annotated[Path, typer.Argument(help="Folder of a training run.")],
    folder: Annotated[Path, typer.Argument(help="Folder to write.")],
) -> None:
    """Release the average of a run."""
    net, mean, scale, notes = of_run(run)
    export(net, mean, scale, folder)
    typer.echo(
        f"{folder}: step {notes['step']}, {float(notes['seconds']) / 3600:.2f} h of training"
    )


if __name__ == "__main__":
    typer.run(main)
