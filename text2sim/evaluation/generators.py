"""What is evaluated: anything that makes a motion of a sentence, and where it is looked up."""

from __future__ import annotations

import hashlib
import importlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, final

import numpy as np

from text2sim.errors import ConfigError, ResourceError, ShapeError, Text2SimError, nearest
from text2sim.evaluation.samples import FPS
from text2sim.io.files import replacing
from text2sim.maths import quaternions as quat
from text2sim.skeleton import Skeleton
from text2sim.types import Motion, Track

Generator = Callable[[str, float, int], Track]
"""(sentence, length [s], seed) -> a track at 20 frames/s, of about that length."""


DIRECT: dict[str, str] = {
    "retrieval": "text2sim.motion.retrieval.direct:generate",
    "ssm": "text2sim.motion.ssm.direct:generate",
}
"""Backends that make motion of a sentence without a plan: "module:function"."""


@final
@dataclass(frozen=True, kw_only=True)
class ThroughPipeline:
    """The first actor of `Pipeline(motion=...)`: parser and planner are judged too."""

    backend: str

    def __call__(self, text: str, duration: float, seed: int) -> Track:
        """The motion before physics.

        Raises:
            Text2SimError: the prompt can't be animated.
        """
        motion = _pipeline(self.backend)(
            text, seed=seed, duration=max(duration, 0.5), fps=FPS, until="motion", progress=False
        )
        return motion.tracks[0]


@cache
def _pipeline(backend: str) -> Any:
    """One pipeline a backend, as it keeps what was loaded."""
    from text2sim.pipeline import Pipeline

    return Pipeline(motion=backend)


def known() -> tuple[str, ...]:
    """Names that `generator` takes, beside "real"."""
    from text2sim.registry import backends

    return backends("motion")


def generator(name: str) -> Generator:
    """A generator by its name: what makes motion of a sentence alone, else the whole pipeline.

    Args:
        name: of a motion backend, or the folder of a training run or of released weights; then
            "+foot-lock" or another refiner, if its motions are to be refined.

    Raises:
        ConfigError: there is none of that name.
        ResourceError: the folder is no run's, or damaged.
    """
    base, plus, refiner = name.partition("+")
    if plus and not Path(name).is_dir():
        return Refined(make=generator(base), refiner=_refiner(refiner))
    if name not in known():
        if Path(name).is_dir():
            return _of_folder(Path(name))
        names = ("real", *known())
        raise ConfigError(
            f"Nothing to evaluate is called {name!r}.{nearest(name, names)} "
            f"Known: {', '.join(names)}, and folders of training runs."
        )
    if name in DIRECT:
        module, _, attribute = DIRECT[name].partition(":")
        return getattr(importlib.import_module(module), attribute)
    return ThroughPipeline(backend=name)


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Refined:
    """What a generator makes, refined."""

    make: Generator
    refiner: Any

    def __call__(self, text: str, duration: float, seed: int) -> Track:
        """The refined motion."""
        from text2sim.stage import Context

        motion = Motion(fps=FPS, tracks=(self.make(text, duration, seed),))
        return self.refiner.run(motion, Context(stage="refine")).tracks[0]


@cache
def _refiner(name: str) -> Any:
    from text2sim.registry import backend_class
    from text2sim.stage import Options

    refiner = backend_class("refine", name)()
    refiner.check(Options())
    return refiner


def title(name: str) -> str:
    """What a row is called: a folder by its last part."""
    base, plus, refiner = name.partition("+")
    if plus and not Path(name).is_dir():
        return f"{title(base)}+{refiner}"
    return name if name in known() or not Path(name).is_dir() else Path(name).resolve().name


def fingerprint(name: str) -> str:
    """Hash of the weights and settings behind a name; the code is not in it."""
    base, plus, refiner = name.partition("+")
    if plus and not Path(name).is_dir():
        both = fingerprint(base) + _refiner(refiner).fingerprint()
        return hashlib.sha256(both.encode()).hexdigest()[:12]
    if name in known():
        from text2sim.registry import backend_class

        return backend_class("motion", name)().fingerprint()[:12]
    total = hashlib.sha256()
    for path in sorted(Path(name).iterdir()):
        if path.suffix in (".safetensors", ".onnx", ".npz", ".json"):
            total.update(path.name.encode() + path.read_bytes())
    return total.hexdigest()[:12]


@cache
def _of_folder(folder: Path) -> Generator:
    """What a training run has learnt, or released weights of MotionSSM."""
    if (folder / "denoiser.onnx").is_file():
        from text2sim.motion.ssm.direct import generate
        from text2sim.motion.ssm.onnx_network import OnnxNetwork
        from text2sim.motion.ssm.sampler import Sampler

        return partial(generate, sampler=Sampler(network=OnnxNetwork(folder)))
    if not (folder / "checkpoint.safetensors").is_file():
        raise ResourceError(f"There is no checkpoint in {folder}: is it the folder of a run?")
    from text2sim.training.cli import check_extra

    check_extra()
    from text2sim.training.runs import teller_of

    return teller_of(folder)[1]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Told:
    """What was made of a sentence.

    Attributes:
        done: whether anything was: a body that stands still takes the place of nothing.
        cpu: CPU seconds that it took.
    """

    track: Track
    done: bool
    cpu: float


def safely(make: Generator, text: str, duration: float, seed: int) -> Told:
    """What a generator makes.

    Raises:
        ResourceError: weights or data are missing: that is no answer to a sentence.
    """
    since = time.process_time()
    try:
        track, done = make(text, duration, seed), True
    except (ResourceError, ImportError):
        raise
    except Text2SimError:
        track, done = still(duration), False
    return Told(track=track, done=done, cpu=time.process_time() - since)


@final
@dataclass(frozen=True, kw_only=True)
class Kept:
    """A folder with what a generator made: an evaluation that is cut short goes on from there."""

    folder: Path

    def told(self, make: Generator, text: str, duration: float, seed: int) -> Told:
        """As `safely`, from the folder if it is there."""
        key = hashlib.sha256(f"{text}|{duration:.4f}|{seed}".encode()).hexdigest()[:24]
        path = self.folder / f"{key}.npz"
        if path.is_file():
            return _read(path)
        told = safely(make, text, duration, seed)
        self.folder.mkdir(parents=True, exist_ok=True)
        t = told.track
        with replacing(path) as target, target.open("wb") as file:
            np.savez(
                file, offsets=t.skeleton.offsets, root=t.root_positions,
                turns=t.rotations_wxyz.astype(np.float32), contacts=t.contacts,
                done=told.done, cpu=told.cpu,
            )  # fmt: skip
        return told


def _read(path: Path) -> Told:
    try:
        with np.load(path, allow_pickle=False) as file:
            track = Track(
                actor="actor", skeleton=Skeleton(offsets=file["offsets"]),
                root_positions=file["root"], contacts=file["contacts"],
                rotations_wxyz=quat.normalise(file["turns"].astype(np.float64)),
            )  # fmt: skip
            return Told(track=track, done=bool(file["done"]), cpu=float(file["cpu"]))
    except (OSError, ValueError, KeyError, ShapeError) as error:
        raise ResourceError(f"{path} is damaged ({error}). Delete it: it is made again.") from error


def still(duration: float) -> Track:
    """A body in the rest pose."""
    frames, skeleton = max(5, round(duration * FPS)), Skeleton.of_stature()
    return Track(
        actor="actor", skeleton=skeleton,
        root_positions=np.tile(skeleton.offsets[0], (frames, 1)),
        rotations_wxyz=np.tile([1.0, 0.0, 0.0, 0.0], (frames, 22, 1)),
        contacts=np.ones((frames, 4), dtype=bool),
    )  # fmt: skip
