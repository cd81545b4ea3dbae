"""Pairs of pictures to learn from: what the rasteriser draws, and the same traced by Cycles.

    OUT/pairs.json            what was asked for, and how well the two agree
    OUT/00000.npz             one scene: see `FIELDS`

A scene is a prompt of `scene_of`, simulated by the kinematic controller, seen at some moments for
`FRAMES` frames each, so that flow joins the frames of a moment. Both renderers get the same trace
and camera. Every `HELD_OUT`th scene is for testing. What is there is not made again.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from text2sim.errors import ConfigError, ResourceError, Text2SimError
from text2sim.pipeline import Pipeline
from text2sim.render.cycles import CyclesRenderer
from text2sim.render.raster import RasterRenderer
from text2sim.shots import MOVES
from text2sim.stage import Context, Options
from text2sim.types import Trace

CHANNELS = (
    "rgb", "depth", "segmentation", "normals", "albedo", "shadow", "occlusion", "flow",
    "flow_state",
)  # fmt: skip
FIELDS: dict[str, str] = {
    **dict.fromkeys(CHANNELS, "as in text2sim.types.Frames, (F, H, W, ...)"),
    "traced": "the same frames by Cycles, (F, H, W, 3) uint8",
    "agree": "both see the same thing in this pixel, (F, H, W) bool",
    "moment": "which frames follow each other, (F,)",
    "about": "prompt, camera and whether it is held out, as JSON",
}
"""Arrays of a scene's file."""
FRAMES = 2
HELD_OUT = 8
_WHO = (
    "a man", "a woman", "a boy", "a girl", "an old man", "an old woman",
    "a tall man in a red shirt",
    "a heavy man in a yellow shirt", "a woman in a green dress", "a short woman in a white shirt",
    "a girl in a purple dress", "a bald man in a black jacket",
)  # fmt: skip
_WHAT = (
    "walks around a table", "kicks a ball", "sits down on a chair", "waves next to a car",
    "picks up a box", "walks up stairs", "dances next to a lamp", "jumps over a box",
    "throws a ball", "pushes a crate", "walks past a shelf", "kneels next to a dog",
    "runs past a bench", "carries a box to the table", "walks up a ramp", "stands next to a sofa",
)  # fmt: skip
_WHERE = (
    "", "", "in a room", "in the kitchen", "in the park", "on the grass", "in the street",
    "on the beach", "in the snow",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class PairSettings:
    """What to make.

    Attributes:
        scenes: how many.
        moments: of each scene.
        size: width and height [px].
        samples: paths a pixel of Cycles, which are denoised.
        seed: of prompts, cameras and moments.
        blender: see `CyclesRenderer`.

    Raises:
        ConfigError: a value is out of bounds.
    """

    scenes: int = 200
    moments: int = 3
    size: tuple[int, int] = (256, 144)
    samples: int = 48
    seed: int = 0
    blender: str | None = None

    def __post_init__(self) -> None:
        for name, low, high in (("scenes", 1, 100_000), ("moments", 1, 100)):
            if not low <= getattr(self, name) <= high:
                raise ConfigError(
                    f"{name} must lie between {low} and {high}; got {getattr(self, name)}."
                )
        Options(seed=self.seed, size=self.size)
        CyclesRenderer(samples=self.samples)


class PairScene:
    """Prompt and camera of a scene; the same for the same seed and number."""

    def __init__(self, seed: int, number: int) -> None:
        rng = np.random.default_rng([seed, number])
        who, what, where = (str(rng.choice(words)) for words in (_WHO, _WHAT, _WHERE))
        self.prompt = f"{who} {what} {where}".strip()
        shot = str(rng.choice([name for name in MOVES if name != "auto"]))
        self.camera = f"{shot}+close_up" if rng.random() < 0.3 else shot
        self.shares = rng.random(64)
        self.held_out = number % HELD_OUT == HELD_OUT - 1


def make_pairs(
    folder: Path, settings: PairSettings, say: Callable[[str], None] = lambda line: None
) -> dict[str, Any]:
    """Make the scenes that are not there yet; returns what `pairs.json` says.

    A scene that can't be simulated or traced is reported and left out.

    Raises:
        ConfigError: the folder holds pairs with other settings.
        MissingExtraError: there is no Blender.
        ResourceError: the folder can't be written.
    """
    tracer = CyclesRenderer(samples=settings.samples, blender=settings.blender)
    tracer.check(Options(channels=("segmentation",)))
    _claim(folder, settings)
    failed: dict[str, str] = {}
    for number in range(settings.scenes):
        path = folder / f"{number:05d}.npz"
        if path.exists():
            continue
        try:
            arrays = _scene(PairScene(settings.seed, number), settings, tracer)
        except Text2SimError as error:
            failed[path.name] = str(error)
            say(f"{path.name}: left out: {error}")
            continue
        _keep(path, arrays)
        say(f"{path.name}: {json.loads(str(arrays['about']))['prompt']}")
    return _report(folder, settings, failed)


def _claim(folder: Path, settings: PairSettings) -> None:
    """The folder is made, or holds pairs of the same settings but for their number."""
    report, now, before = folder / "pairs.json", _described(settings), None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if report.exists():
            before = json.loads(report.read_text(encoding="utf-8"))["settings"]
    except (OSError, ValueError, KeyError) as error:
        raise ResourceError(f"{folder} can't hold pairs: {error}.") from error
    other = [name for name in now if before and name != "scenes" and before.get(name) != now[name]]
    if other:
        raise ConfigError(
            f"{folder} holds pairs with another {', '.join(other)}; choose another folder, "
            f"or the same settings to go on."
        )
    _write(report, json.dumps({"settings": now}).encode())


def _described(settings: PairSettings) -> dict[str, Any]:
    found = json.loads(json.dumps(asdict(settings)))
    del found["blender"]
    return found


def _scene(scene: PairScene, settings: PairSettings, tracer: CyclesRenderer) -> dict[str, Any]:
    trace = Pipeline(controller="kinematic")(
        scene.prompt, seed=settings.seed, until="controller", fps=15.0
    )
    last = len(trace.object_positions) - FRAMES
    firsts = sorted({int(share * last) for share in scene.shares[: settings.moments]})
    parts = [_moment(trace.slice(i, i + FRAMES), scene, settings, tracer) for i in firsts]
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    about = {"prompt": scene.prompt, "camera": scene.camera, "held_out": scene.held_out}
    return {
        **joined,
        "moment": np.repeat(np.arange(len(parts)), FRAMES),
        "about": np.array(json.dumps(about)),
    }


def _moment(
    trace: Trace, scene: PairScene, settings: PairSettings, tracer: CyclesRenderer
) -> dict[str, np.ndarray]:
    drawn = RasterRenderer().run(trace, _context(settings, scene, CHANNELS))
    traced = tracer.run(trace, _context(settings, scene, ("rgb", "segmentation")))
    assert drawn.segmentation is not None
    assert traced.segmentation is not None
    agree = (drawn.segmentation == traced.segmentation) & (drawn.segmentation > 0)
    return {**drawn.channels, "traced": traced.rgb, "agree": agree}


def _context(settings: PairSettings, scene: PairScene, channels: tuple[str, ...]) -> Context:
    request = Options(size=settings.size, channels=channels, camera=scene.camera)
    return Context(request=request, stage="renderer")


def agreement(drawn: np.ndarray, traced: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """How well two pictures of the same scene agree, before anything is learned.

    Args:
        drawn: sRGB (F, H, W, 3) uint8 of the rasteriser.
        traced: the same of the tracer.
        labels: where both see the same thing, (F, H, W) bool.
    """
    ours, theirs = (_linear(picture[labels]) for picture in (drawn, traced))
    ratio = np.log2((theirs.mean(axis=0) + 1e-4) / (ours.mean(axis=0) + 1e-4))
    error = float(np.mean(np.square(drawn[labels] / 255.0 - traced[labels] / 255.0)))
    return {
        "exposure_red": float(ratio[0]), "exposure_green": float(ratio[1]),
        "exposure_blue": float(ratio[2]), "psnr": float(-10.0 * np.log10(max(error, 1e-9))),
    }  # fmt: skip


def _linear(values: np.ndarray) -> np.ndarray:
    encoded = values / 255.0
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def label_overlap(ours: np.ndarray, agree: np.ndarray) -> float:
    """Share of the pixels that the rasteriser fills with objects and people in which both agree."""
    things = ours > 1
    return float(agree[things].mean()) if things.any() else float("nan")


def _report(folder: Path, settings: PairSettings, failed: dict[str, str]) -> dict[str, Any]:
    """Write `pairs.json`: settings, files by split, means of the agreement over scenes."""
    figures: list[dict[str, float]] = []
    splits: dict[str, list[str]] = {"train": [], "held_out": []}
    for path in sorted(folder.glob("[0-9]*.npz")):
        with np.load(path, allow_pickle=False) as file:
            about = json.loads(str(file["about"]))
            splits["held_out" if about["held_out"] else "train"].append(path.name)
            agree = file["agree"]
            if agree.any():
                overlap = {"overlap": label_overlap(file["segmentation"], agree)}
                figures.append(agreement(file["rgb"], file["traced"], agree) | overlap)
    means = {name: round(float(np.nanmean([f[name] for f in figures])), 4) for name in
             (figures[0] if figures else ())}  # fmt: skip
    report = {
        "settings": _described(settings), "fields": FIELDS, "splits": splits, "agreement": means,
        "failed": failed,
    }  # fmt: skip
    _write(folder / "pairs.json", json.dumps(report, indent=1).encode())
    return report


def _keep(path: Path, arrays: dict[str, Any]) -> None:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    _write(path, buffer.getvalue())


def _write(path: Path, content: bytes) -> None:
    """Write a file, all or nothing."""
    temporary = path.with_suffix(".part")
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)
    except OSError as error:
        raise ResourceError(f"{path} can't be written: {error.strerror}.") from error
