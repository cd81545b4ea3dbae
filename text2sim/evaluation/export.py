"""A release of a trained evaluator: graphs for onnxruntime, configuration, figures.

python -m text2sim.evaluation.export runs/evaluator --out models/evaluator

The test split is read here for the first time: `metrics.json` says how the released graphs do on
the real windows of all splits. Weights are stored in half precision and computed with in single.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer
from torch.export import Dim

from text2sim.data.dataset import MotionDataset
from text2sim.data.splits import SPLITS, clips_of
from text2sim.evaluation.config import EvaluatorConfig
from text2sim.evaluation.evaluator import Evaluator
from text2sim.evaluation.network import EvaluatorNetwork
from text2sim.evaluation.samples import samples
from text2sim.evaluation.scores import text_scores
from text2sim.io.files import replacing


def export(run: Path, out: Path) -> Evaluator:
    """Write graphs and configuration of a run's best weights to a folder."""
    settings = json.loads((run / "config.json").read_text(encoding="utf-8"))
    config = EvaluatorConfig(**settings["network"])
    net = EvaluatorNetwork(config)
    saved = torch.load(run / "best.pt", weights_only=True)
    net.load_state_dict(saved["net"])
    net.eval()
    out.mkdir(parents=True, exist_ok=True)
    write_graphs(net, config, out)
    with np.load(run / "normaliser.npz", allow_pickle=False) as norm:
        settings["normaliser"] = {
            name: [round(float(v), 6) for v in norm[name]] for name in ("mean", "std")
        }
    settings["step"] = saved["step"]
    with replacing(out / "config.json") as path:
        path.write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")
    return Evaluator.load(out)


def write_graphs(net: EvaluatorNetwork, config: EvaluatorConfig, out: Path) -> None:
    """motion.onnx and text.onnx of any batch and length."""
    batch, frames, tokens = 2, 32, 9
    mask = torch.ones(batch, frames, dtype=torch.bool)
    words = torch.ones(batch, tokens, dtype=torch.bool)
    inputs = {
        "motion": {"features": torch.randn(batch, frames, config.features), "mask": mask},
        "text": {"vectors": torch.randn(batch, tokens, config.tokens),
                 "marks": torch.rand(batch, tokens, config.marks), "mask": words},
    }  # fmt: skip
    # The fused kernel of PyTorch's encoder layer has no ONNX counterpart.
    torch.backends.mha.set_fastpath_enabled(False)
    for name, example in inputs.items():
        shapes = tuple({0: Dim("batch", min=1), 1: _length(name)} for _ in example)
        with replacing(out / f"{name}.onnx") as path:
            program = torch.onnx.export(
                getattr(net, name), tuple(example.values()), dynamo=True, verbose=False,
                input_names=list(example), output_names=["embedding"], dynamic_shapes=shapes,
            )  # fmt: skip
            assert program is not None
            program.save(str(path), external_data=False)
            halve(path)


def _length(name: str) -> Any:
    """The second axis of a graph's inputs: tokens, or frames in fours."""
    return 4 * Dim("fours", min=1, max=64) if name == "motion" else Dim("tokens", min=1, max=255)


def halve(path: Path) -> None:
    """Store the large weights of a graph in half precision, with a cast behind each."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    model = onnx.load(str(path))
    graph, casts = model.graph, []
    for weight in list(graph.initializer):
        values = numpy_helper.to_array(weight)
        if weight.data_type != TensorProto.FLOAT or values.size < 1024:
            continue
        small = numpy_helper.from_array(values.astype(np.float16), f"{weight.name}_half")
        casts.append(helper.make_node("Cast", [small.name], [weight.name], to=TensorProto.FLOAT))
        graph.initializer.remove(weight)
        graph.initializer.append(small)
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def figures(judge: Evaluator, data: MotionDataset) -> dict[str, Any]:
    """R-precision of real windows in each split, in pools of 32, 20 deals."""
    table: dict[str, Any] = {}
    for split in SPLITS:
        held = samples(clips_of(data, split))
        names = [sample.texts[-1] for sample in held]
        motions = judge.motions([sample.features for sample in held])
        found = text_scores(judge.texts(names), motions, names, repeats=20, seed=0)
        table[split] = {
            "windows": len(held),
            **{k: list(v) for k, v in found.items() if not np.isnan(v.half)},
        }
    return table


def _main(
    run: Path,
    out: Annotated[Path, typer.Option(help="folder of the release")],
) -> None:
    """Release the best weights of a run."""
    judge = export(run, out)
    table = figures(judge, MotionDataset.open_pack())
    with replacing(out / "metrics.json") as path:
        path.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(table, indent=1))


if __name__ == "__main__":
    typer.run(_main)
