"""Training of the evaluator on the train split; the validation split says when to stop.

python -m text2sim.evaluation.training --out runs/evaluator

Checkpoints are written at every check, and the same command goes on from the last one. The test
split is not read. A run writes `log.csv` (step, loss, R-precisions of validation, rate) and keeps
the weights of the best check in `best.pt`; `text2sim.evaluation.export` makes a release of them.
"""

from __future__ import annotations

import csv
import dataclasses
import json
import math
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, final

import numpy as np
import torch
import typer
from torch import Tensor

from text2sim.data.dataset import MotionDataset
from text2sim.data.splits import clips_of
from text2sim.errors import StageError
from text2sim.evaluation.config import EvaluatorConfig, EvaluatorTraining
from text2sim.evaluation.distances import r_precision
from text2sim.evaluation.evaluator import Normaliser, batch_of
from text2sim.evaluation.network import EvaluatorNetwork, contrastive_loss
from text2sim.evaluation.samples import Sample, mirrored, samples
from text2sim.io.files import replacing
from text2sim.language.tokens import TokenBatch, encode, encode_batch

_PERSON = re.compile(r"\ba (?:man|woman|person)\b")
_TOKENS = 64
"""Tokens of the longest sentence in training."""
_PEOPLE = ("a man", "a woman", "a person", "someone")


def train(
    out: Path, training: EvaluatorTraining, config: EvaluatorConfig, data: MotionDataset
) -> Path:
    """Train, or go on training; returns the file with the best weights.

    Raises:
        StageError: the loss is not a finite number.
    """
    torch.manual_seed(training.seed)
    out.mkdir(parents=True, exist_ok=True)
    learn = samples(clips_of(data, "train"), tellings=training.tellings, seed=training.seed)
    learn += [mirrored(sample) for sample in learn]
    held = samples(clips_of(data, "val"), seed=training.seed)
    norm = Normaliser.of([s.features for s in learn])
    np.savez(out / "normaliser.npz", mean=norm.mean, std=norm.std)
    settings = {"network": dataclasses.asdict(config), "training": dataclasses.asdict(training),
                "windows": {"train": len(learn), "val": len(held)}}  # fmt: skip
    (out / "config.json").write_text(json.dumps(settings, indent=2) + "\n")
    run = _Run.start(out, training, config)
    _loop(run, learn, held, norm)
    return out / "best.pt"


@final
@dataclass(kw_only=True, eq=False)
class _Run:
    """What a checkpoint holds."""

    out: Path
    training: EvaluatorTraining
    net: EvaluatorNetwork
    optimiser: torch.optim.Optimizer
    step: int = 0
    best: float = -1.0
    worse: int = 0
    seconds: float = 0.0

    @classmethod
    def start(cls, out: Path, training: EvaluatorTraining, config: EvaluatorConfig) -> _Run:
        net = EvaluatorNetwork(config)
        plain = [p for p in net.parameters() if p.ndim < 2]
        large = [p for p in net.parameters() if p.ndim >= 2]
        groups = [{"params": large, "weight_decay": training.decay},
                  {"params": plain, "weight_decay": 0.0}]  # fmt: skip
        run = cls(
            out=out, training=training, net=net,
            optimiser=torch.optim.AdamW(groups, lr=training.rate),
        )  # fmt: skip
        if (out / "last.pt").is_file():
            run._resume(torch.load(out / "last.pt", weights_only=True))
        return run

    def _resume(self, state: dict[str, Any]) -> None:
        self.net.load_state_dict(state["net"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.best, self.worse = state["step"], state["best"], state["worse"]
        self.seconds = state["seconds"]

    def save(self) -> None:
        state = {"net": self.net.state_dict(), "optimiser": self.optimiser.state_dict(),
                 "step": self.step, "best": self.best, "worse": self.worse,
                 "seconds": self.seconds}  # fmt: skip
        with replacing(self.out / "last.pt") as path:
            torch.save(state, path)
        if self.worse == 0:
            with replacing(self.out / "best.pt") as path:
                torch.save({"net": self.net.state_dict(), "step": self.step}, path)

    def rate(self) -> float:
        t = self.training
        done = max(0, self.step - t.warmup) / max(1, t.steps - t.warmup)
        return t.rate * min(1.0, (self.step + 1) / t.warmup) * 0.5 * (1 + math.cos(math.pi * done))


def _loop(run: _Run, learn: list[Sample], held: list[Sample], norm: Normaliser) -> None:
    t, total, since = run.training, 0.0, time.process_time()
    while run.step < t.steps and run.worse < t.patience:
        rng = np.random.default_rng([t.seed, run.step])
        torch.manual_seed(t.seed * 1_000_003 + run.step)
        for group in run.optimiser.param_groups:
            group["lr"] = run.rate()
        total += _step(run, _draw(learn, norm, t, rng))
        run.step += 1
        if run.step % t.check == 0 or run.step == t.steps:
            run.seconds += time.process_time() - since
            since = time.process_time()
            _check(run, held, norm, total / t.check)
            total = 0.0


def _step(run: _Run, batch: tuple[Tensor, Tensor, TokenBatch, Tensor]) -> float:
    features, mask, words, same = batch
    run.net.train()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        motions = run.net.motion(features, mask)
        texts = run.net.text(*_tensors(words))
    loss = contrastive_loss(motions, texts, run.net.scale, same)
    if not torch.isfinite(loss):
        raise StageError(
            f"The loss is {loss.item()} at step {run.step}. {run.out / 'best.pt'} holds the last "
            "good weights; try a lower rate."
        )
    run.optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(run.net.parameters(), 1.0)
    run.optimiser.step()
    return float(loss.detach())


def _check(run: _Run, held: list[Sample], norm: Normaliser, loss: float) -> None:
    """Validate, log, and keep the weights."""
    found = validation(run.net, held, norm, seed=run.training.seed)
    score = float(found.mean())
    run.worse = 0 if score > run.best else run.worse + 1
    run.best = max(run.best, score)
    run.save()
    new = not (run.out / "log.csv").is_file()
    with (run.out / "log.csv").open("a", newline="") as file:
        writer = csv.writer(file)
        if new:
            writer.writerow(["step", "loss", "val_r1", "val_r2", "val_r3", "rate", "cpu_seconds"])
        row = [run.step, round(loss, 4), *found.round(4), round(run.rate(), 7), int(run.seconds)]
        writer.writerow(row)
    print(*row, flush=True)


@torch.no_grad()
def validation(
    net: EvaluatorNetwork, held: list[Sample], norm: Normaliser, *, seed: int
) -> np.ndarray:
    """R-precision 1, 2, 3 of real windows, in pools of 32 at most, mean of 20 deals, (3,)."""
    net.eval()
    rows, mask = batch_of([s.features for s in held], norm)
    motions = net.motion(torch.from_numpy(rows), torch.from_numpy(mask)).numpy()
    names = [s.texts[-1] for s in held]
    words = encode_batch(names)
    texts = net.text(*_tensors(words)).numpy()
    pool = min(32, len(held))
    deals = np.random.default_rng(seed).spawn(20)
    return np.mean([r_precision(texts, motions, names, rng, pool=pool) for rng in deals], axis=0)


def _draw(
    learn: list[Sample], norm: Normaliser, t: EvaluatorTraining, rng: np.random.Generator
) -> tuple[Tensor, Tensor, TokenBatch, Tensor]:
    """A batch: features, mask, tokens, and which pairs say the same."""
    size = min(t.batch, len(learn))
    chosen = [learn[i] for i in rng.choice(len(learn), size, replace=False)]
    rows, mask = batch_of([_cropped(s.features, rng) for s in chosen], norm)
    rows += rng.normal(0.0, 0.05, rows.shape).astype(np.float32)
    texts = [_worded(s, rng) for s in chosen]
    words = encode_batch(texts, length=_TOKENS)
    kept = words.mask & ((rng.random(words.mask.shape) > 0.08) | (words.mask.sum(1) < 4)[:, None])
    kept[:, 0] = words.mask[:, 0]
    words = dataclasses.replace(words, mask=kept)
    return (
        torch.from_numpy(rows), torch.from_numpy(mask), words,
        torch.from_numpy(_same(texts, t.alike)),
    )  # fmt: skip


def _tensors(words: TokenBatch) -> list[Tensor]:
    return [torch.tensor(x) for x in (words.vectors, words.marks, words.mask)]


def _cropped(features: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The clip without up to a tenth at each end."""
    spare = len(features) // 10
    first, last = rng.integers(0, spare + 1, size=2)
    return features[first : len(features) - last]


def _worded(sample: Sample, rng: np.random.Generator) -> str:
    """One of the sentences, about another kind of person."""
    written = sample.written and (not sample.told or rng.random() < 0.6)
    lines = sample.written if written else sample.told
    return _PERSON.sub(_PEOPLE[rng.integers(len(_PEOPLE))], lines[rng.integers(len(lines))])


def _same(texts: list[str], alike: float) -> np.ndarray:
    """Pairs of sentences that say the same, sides included, (B, B) bool."""
    rows = []
    for text in texts:
        found = encode(_PERSON.sub("a person", text))
        rows.append(np.concatenate([found.vectors, 8.0 * found.marks], axis=1).mean(axis=0))
    unit = np.array(rows)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    return unit @ unit.T > alike


def _main(
    out: Annotated[Path, typer.Option(help="folder of the run")],
    data: Annotated[Path | None, typer.Option(help="data set; the open pack if none")] = None,
    steps: int = EvaluatorTraining.steps,
    batch: int = EvaluatorTraining.batch,
    seed: int = 0,
) -> None:
    """Train the evaluator, or go on with a run."""
    torch.set_num_threads(1)
    opened = MotionDataset.open(data) if data else MotionDataset.open_pack()
    training = EvaluatorTraining(steps=steps, batch=batch, seed=seed)
    print(train(out, training, EvaluatorConfig(), opened))


if __name__ == "__main__":
    typer.run(_main)
