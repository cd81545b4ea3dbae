"""Training of the neural enhancer on pairs of `text2sim data pairs`; the same command goes on.

RUN/checkpoint.safetensors  weights, moments of the optimiser, step
RUN/log.jsonl               losses
RUN/model/                  graph.onnx, config.json, metrics.json, README.md
"""

from __future__ import annotations

import dataclasses
import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from text2sim.enhance.neural import FORMAT, finish
from text2sim.enhance.neural.inputs import FEATURES, MULTIPLE, NEEDS, inputs, known
from text2sim.errors import ConfigError, ResourceError
from text2sim.evaluation.pictures import ssim, warping_error
from text2sim.io.files import replacing
from text2sim.training.retoucher import Retoucher, loss

_FREE = {"steps", "minutes", "checkpoint_every", "pairs", "out", "learning_rate"}
"""Settings that may change when a run goes on."""


@final
@dataclass(frozen=True, kw_only=True)
class EnhancerTraining:
    """Settings of a run.

    Attributes:
        pairs: folder of `text2sim data pairs`.
        out: folder of the run.
        steps: to make in all.
        minutes: to stop after, as far as they are made; None for no limit.
        batch: moments a step.
        crop: side of the squares that are learned from [px].
        width: of the network.

    Raises:
        ConfigError: a value is out of bounds.
    """

    pairs: Path
    out: Path
    steps: int = 20_000
    minutes: float | None = None
    batch: int = 4
    crop: int = 96
    width: int = 24
    learning_rate: float = 1e-3
    checkpoint_every: int = 500
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("steps", "batch", "width", "checkpoint_every"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} must be at least 1; got {getattr(self, name)}.")
        if self.crop < MULTIPLE or self.crop % MULTIPLE:
            raise ConfigError(f"crop must be a multiple of {MULTIPLE}; got {self.crop}.")

    def as_json(self) -> dict[str, Any]:
        """The settings that a run keeps."""
        found = dataclasses.asdict(self)
        return {name: value for name, value in found.items() if name not in ("pairs", "out")}


@final
class Trainer:
    """A run, new or going on.

    Raises:
        ResourceError: there are no pairs, or the checkpoint is damaged.
        ConfigError: the checkpoint is of a run with other settings.
    """

    def __init__(self, config: EnhancerTraining, say: Callable[[str], None]) -> None:
        self.config, self.say, self.step = config, say, 0
        self.files = split_files(config.pairs)
        torch.manual_seed(config.seed)
        self.net = Retoucher(FEATURES, config.width)
        self.optimiser = torch.optim.Adam(self.net.parameters(), lr=config.learning_rate)
        self._scenes: dict[str, dict[str, np.ndarray]] = {}
        config.out.mkdir(parents=True, exist_ok=True)
        self._restore()

    def run(self) -> dict[str, float]:
        """Train as long as asked for, then write the model; returns its metrics."""
        config, begin = self.config, time.monotonic()
        self.net.train()
        while self.step < config.steps:
            if config.minutes is not None and time.monotonic() - begin > 60.0 * config.minutes:
                break
            terms = self._learn()
            if self.step % config.checkpoint_every == 0:
                self._note(terms)
                self._save()
        self._save()
        return self.release()

    def _learn(self) -> dict[str, float]:
        for group in self.optimiser.param_groups:
            group["lr"] = self.config.learning_rate * _rate(self.step, self.config.steps)
        batch = self._batch(np.random.default_rng([self.config.seed, self.step]))
        count, pair = batch["inputs"].shape[:2]
        found = self.net(batch["inputs"].flatten(0, 1), batch["known"].flatten(0, 1))
        terms = loss(
            found.unflatten(0, (count, pair)), batch["traced"], batch["agree"], batch["flow"],
            batch["steady"],
        )  # fmt: skip
        self.optimiser.zero_grad()
        terms["total"].backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimiser.step()
        self.step += 1
        return {name: float(value.detach()) for name, value in terms.items()}

    def _batch(self, rng: np.random.Generator) -> dict[str, Tensor]:
        """Crops of moments, some of them mirrored."""
        parts = [self._crop(rng) for _ in range(self.config.batch)]
        return {
            name: torch.from_numpy(np.stack([part[name] for part in parts])) for name in parts[0]
        }

    def _crop(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        train = self.files["train"]
        scene = self._scene(train[int(rng.integers(len(train)))])
        first = 2 * int(rng.integers(len(scene["inputs"]) // 2))
        height, width = scene["inputs"].shape[-2:]
        side = self.config.crop
        rows, columns = (min(side, size // MULTIPLE * MULTIPLE) for size in (height, width))
        y, x = int(rng.integers(height - rows + 1)), int(rng.integers(width - columns + 1))
        window = (..., slice(y, y + rows), slice(x, x + columns))
        part = {
            name: scene[name][first : first + 2][window].astype(np.float32)
            for name in ("inputs", "known", "traced", "agree")
        }
        part["steady"] = scene["steady"][first][window].astype(np.float32)
        part["flow"] = scene["flow"][first][y : y + rows, x : x + columns]
        return {name: np.ascontiguousarray(value) for name, value in part.items()}

    def _scene(self, path: Path) -> dict[str, np.ndarray]:
        if path.name not in self._scenes:
            self._scenes[path.name] = read_scene(path)
        return self._scenes[path.name]

    def _note(self, terms: dict[str, float]) -> None:
        line = {"step": self.step, **{name: round(value, 5) for name, value in terms.items()}}
        with open(self.config.out / "log.jsonl", "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        self.say(f"step {self.step}: {terms['total']:.4f}")

    def _save(self) -> None:
        content = {f"net.{name}": value for name, value in self.net.state_dict().items()}
        state = self.optimiser.state_dict()["state"]
        for number, moments in state.items():
            content |= {f"optimiser.{number}.{name}": value for name, value in moments.items()}
        notes = {"step": str(self.step), "config": json.dumps(self.config.as_json())}
        with replacing(self.config.out / "checkpoint.safetensors") as path:
            save_file({k: v.detach().contiguous().clone() for k, v in content.items()}, path, notes)

    def _restore(self) -> None:
        path = self.config.out / "checkpoint.safetensors"
        if not path.is_file():
            return
        try:
            with safe_open(path, "pt") as file:
                notes = dict(file.metadata() or {})
                content = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            before, self.step = json.loads(notes["config"]), int(notes["step"])
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise ResourceError(f"{path} is damaged: {error}. Delete it to begin anew.") from error
        except Exception as error:  # safetensors' own, of no common class
            raise ResourceError(f"{path} is damaged: {error}. Delete it to begin anew.") from error
        now = self.config.as_json()
        other = [name for name in now if name not in _FREE and before.get(name) != now[name]]
        if other:
            raise ConfigError(f"{path} is of a run with another {', '.join(other)}.")
        self.net.load_state_dict({k[4:]: v for k, v in content.items() if k.startswith("net.")})
        state = self.optimiser.state_dict()
        for name, value in content.items():
            if name.startswith("optimiser."):
                _, number, moment = name.split(".")
                state["state"].setdefault(int(number), {})[moment] = value
        self.optimiser.load_state_dict(state)
        self.say(f"goes on from step {self.step}")

    def release(self) -> dict[str, float]:
        """Write graph, configuration, metrics on held-out scenes, and card."""
        folder = self.config.out / "model"
        folder.mkdir(exist_ok=True)
        export(self.net, folder / "graph.onnx")
        about = {"format": FORMAT, "features": FEATURES, "width": self.config.width}
        _write(folder / "config.json", json.dumps(about, indent=1))
        metrics = evaluate(folder / "graph.onnx", self.files["held_out"])
        metrics["steps"] = self.step
        _write(folder / "metrics.json", json.dumps(metrics, indent=1))
        _write(folder / "README.md", card(metrics))
        return metrics


def split_files(pairs: Path) -> dict[str, list[Path]]:
    """The files of a folder of pairs, by split.

    Raises:
        ResourceError: it is no such folder, or has nothing to learn from.
    """
    try:
        splits = json.loads((pairs / "pairs.json").read_text(encoding="utf-8"))["splits"]
        found = {name: [pairs / file for file in splits[name]] for name in ("train", "held_out")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ResourceError(
            f"{pairs} is no finished folder of `text2sim data pairs`: {error!r}."
        ) from error
    if not found["train"] or not found["held_out"]:
        raise ResourceError(
            f"{pairs} needs scenes to train on and held-out ones; every eighth is held out, so "
            f"make at least 8."
        )
    return found


def read_scene(path: Path) -> dict[str, np.ndarray]:
    """What a step needs of a scene, small: see `text2sim.training.retoucher.loss`."""
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files if name != "about"}
    count = len(arrays["rgb"])
    frames = [{name: arrays[name][i] for name in ("rgb", *NEEDS)} for i in range(count)]
    return {
        "inputs": np.stack([inputs(frame) for frame in frames]).astype(np.float16),
        "known": np.stack([known(frame["segmentation"]) for frame in frames]).astype(np.float16),
        "traced": (np.moveaxis(arrays["traced"], -1, 1) / np.float32(255.0)).astype(np.float16),
        "agree": arrays["agree"][:, None],
        "steady": (arrays["flow_state"] == 1)[:, None],
        "flow": arrays["flow"],
    }


def export(net: Retoucher, path: Path) -> None:
    """Write the network as an ONNX graph for pictures of any size."""
    from text2sim.training.export import OPSET

    axes = {name: {0: "rows", 2: "height", 3: "width"} for name in ("inputs", "known", "picture")}
    example = torch.rand(1, FEATURES, 32, 48), torch.ones(1, 1, 32, 48)
    with replacing(path) as target, torch.no_grad():
        torch.onnx.export(
            net.eval(), example, str(target), input_names=["inputs", "known"],
            output_names=["picture"], dynamic_axes=axes, opset_version=OPSET, dynamo=False,
        )  # fmt: skip


def evaluate(graph: Path, files: list[Path]) -> dict[str, float]:
    """PSNR [dB], SSIM and warping error [of 255] of held-out scenes, beside those of the input.

    PSNR is over the pixels in which both renderers show the same thing, SSIM over whole pictures.
    """
    import onnxruntime

    session = onnxruntime.InferenceSession(str(graph), providers=["CPUExecutionProvider"])
    squares = {"psnr": [0.0, 0], "psnr_input": [0.0, 0]}
    warps: dict[str, list[float]] = {
        name: [] for name in ("ssim", "ssim_input", "warping_error", "warping_error_input")
    }
    for arrays in _held_out(files):
        count = len(arrays["rgb"])
        frames = [{name: arrays[name][i] for name in ("rgb", *NEEDS)} for i in range(count)]
        found = np.stack([finish(session, frame) for frame in frames])
        for end, rgb in (("", found), ("_input", arrays["rgb"])):
            gap = (rgb / 255.0 - arrays["traced"] / 255.0)[arrays["agree"]]
            squares[f"psnr{end}"][0] += float(np.square(gap).sum())
            squares[f"psnr{end}"][1] += gap.size
            warps[f"ssim{end}"] += [ssim(a, b) for a, b in zip(rgb, arrays["traced"])]
            for i in range(0, count, 2):
                flow, state = arrays["flow"][i : i + 2], arrays["flow_state"][i : i + 2]
                warps[f"warping_error{end}"].append(warping_error(rgb[i : i + 2], flow, state))
    decibels = {
        name: -10.0 * math.log10(max(total / max(size, 1), 1e-9))
        for name, (total, size) in squares.items()
    }
    return decibels | {name: float(np.nanmean(values)) for name, values in warps.items()}


def _held_out(files: list[Path]) -> Iterator[dict[str, np.ndarray]]:
    for path in files:
        with np.load(path, allow_pickle=False) as file:
            yield {name: file[name] for name in file.files if name != "about"}


def card(metrics: dict[str, float]) -> str:
    """What travels with the weights."""
    return (
        "# Neural enhancer\n\nLearned from pairs of `text2sim data pairs`: the rasteriser's frames "
        "with their channels, and the same scenes traced by Cycles. Held-out scenes, pixels in "
        "which both show the same thing:\n\n"
        "| | rasteriser | this |\n|---|---|---|\n"
        f"| PSNR [dB] | {metrics['psnr_input']:.2f} | {metrics['psnr']:.2f} |\n"
        f"| SSIM | {metrics['ssim_input']:.3f} | {metrics['ssim']:.3f} |\n"
        f"| warping error [of 255] | {metrics['warping_error_input']:.2f} | "
        f"{metrics['warping_error']:.2f} |\n\n"
        f"{metrics['steps']:.0f} steps of `text2sim train neural-enhancer`.\n"
    )


def _rate(step: int, steps: int) -> float:
    """Warm up over 200 steps, then a cosine down to a twentieth."""
    return min((step + 1) / 200, 1.0) * (0.525 + 0.475 * math.cos(math.pi * step / steps))


def _write(path: Path, text: str) -> None:
    with replacing(path) as target:
        target.write_text(text, encoding="utf-8")
