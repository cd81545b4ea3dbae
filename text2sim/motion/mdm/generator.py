"""The stage: MDM makes each actor's motion of the prompt, from a checkpoint of the user's."""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, final

import numpy as np

from text2sim.errors import ConfigError, MissingExtraError, ResourceError
from text2sim.motion.stage import MotionGenerator
from text2sim.stage import Context, Options
from text2sim.types import Motion, Scene, SceneActor, Track

if TYPE_CHECKING:
    from text2sim.motion.mdm.network import MDMNetwork

FPS = 20.0
LONGEST = 196
"""Frames that MDM was trained on at most."""
INSTALL = 'MDM needs torch and transformers: pip install "text2sim[mdm]"'


@final
@dataclass(frozen=True, kw_only=True)
class MDMMotion(MotionGenerator):
    """The Motion Diffusion Model with its published weights; paths and things are not followed.

    Attributes:
        checkpoint: file of a published checkpoint, such as `model000475000.pt` of
            `humanml_trans_enc_512`.
        statistics: folder with the Mean.npy and Std.npy that it was trained with.
        clip: folder of CLIP ViT-B/32 as transformers stores it.
        guidance: how strongly the sentence leads; the paper's is 2.5.
        steps: that are taken, of `trained`.
        trained: steps of the checkpoint's schedule: 1000, or 50 for the fast ones.
    """

    name: ClassVar[str] = "mdm"
    options: ClassVar[tuple[str, ...]] = ("seed", "fps")
    checkpoint: str = ""
    statistics: str = ""
    clip: str = ""
    guidance: float = 2.5
    steps: int = 50
    trained: int = 1000

    def __post_init__(self) -> None:
        if not 1 <= self.steps <= self.trained <= 10_000:
            raise ConfigError(
                f"steps must be from 1 to trained, and trained up to 10000; got {self.steps} of "
                f"{self.trained}."
            )
        if not 0.0 <= self.guidance <= 100.0:
            raise ConfigError(f"guidance must lie between 0 and 100; got {self.guidance}.")

    def check(self, request: Options) -> None:
        """That files are named and there.

        Raises:
            ResourceError: a file is missing.
            MissingExtraError: torch is not installed.
        """
        named = {"checkpoint": self.checkpoint, "statistics": self.statistics, "clip": self.clip}
        for field, path in named.items():
            if not path or not Path(path).exists():
                raise ResourceError(
                    f"MDM's {field} {path!r} is not there. Its weights and statistics can't be "
                    "shipped: give MDMMotion(checkpoint=..., statistics=..., clip=...), see "
                    "docs/motion.md."
                )
        _torch()

    def fingerprint(self) -> str:
        """Of class and fields, and of the checkpoint's size and time."""
        text = MotionGenerator.fingerprint(self)
        for path in (self.checkpoint, self.statistics, self.clip):
            if path and Path(path).exists():
                found = Path(path).stat()
                text += f"{found.st_size} {found.st_mtime_ns}"
        return hashlib.sha256(text.encode()).hexdigest()

    def run(self, value: Scene, ctx: Context) -> Motion:
        """Motion of the prompt for every actor, from where it stands.

        Raises:
            ResourceError: a file is missing or another network's.
            MissingExtraError: torch or transformers is not installed.
        """
        from text2sim.motion.mdm.text import clip_sentences

        net = _network(self.checkpoint)
        sentence = clip_sentences([value.plan.script.prompt], self.clip)
        mean, std = statistics(self.statistics, net.features)
        tracks, seconds = [], value.plan.duration
        for actor, rng in zip(value.actors, ctx.rng().spawn(len(value.actors))):
            frames = min(LONGEST, max(10, round(seconds * FPS) + 1))
            made = sampled_features(self, net, sentence, frames, int(rng.integers(2**62)), ctx)
            tracks.append(placed(made * std + mean, actor, value, ctx.fps))
        warnings = [
            "MDM follows the sentence alone: paths, things and other actors are not heeded."
        ]
        if seconds > LONGEST / FPS:
            warnings.append(f"MDM makes {LONGEST / FPS:g} s at most; the last pose is held.")
        return Motion(scene=value, fps=ctx.fps, tracks=tuple(tracks), warnings=tuple(warnings))


def sampled_features(
    stage: MDMMotion, net: MDMNetwork, sentence: Any, frames: int, seed: int, ctx: Context
) -> np.ndarray:  # fmt: skip
    """Normalised features (T, D) of a sentence (1, C)."""
    from text2sim.motion.mdm.diffusion import Schedule, guided, sample

    schedule = Schedule.cosine(stage.trained, stage.steps)
    denoise = guided(net, sentence, stage.guidance)
    made = sample(denoise, (1, frames, net.features), schedule, seed, ctx.report)
    return made[0].numpy().astype(np.float64)


def statistics(folder: str, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation (D,) of a folder's Mean.npy and Std.npy.

    Raises:
        ResourceError: one is missing, damaged or of another width.
    """
    found = []
    for name in ("Mean.npy", "Std.npy"):
        path = Path(folder) / name
        try:
            values = np.load(path, allow_pickle=False).astype(np.float64)
        except (OSError, ValueError) as error:
            raise ResourceError(f"Can't read {path}: {error}.") from error
        if values.shape != (width,) or not np.isfinite(values).all():
            raise ResourceError(f"{path}: expected {width} finite numbers, found {values.shape}.")
        found.append(values)
    return found[0], found[1]


def placed(features: np.ndarray, actor: SceneActor, scene: Scene, fps: float) -> Track:
    """Features (T, 263) as a track of an actor, from its place and heading, over the clip."""
    from text2sim.data.convert import from_features
    from text2sim.edit import foot_lock, onto_terrain, retarget
    from text2sim.edit.common import facing, moved
    from text2sim.edit.timing import sampled
    from text2sim.physical_body import PhysicalBody

    body = PhysicalBody.of_actor(actor)
    generated = from_features(features, actor=actor.id)
    motion = foot_lock(retarget(generated, actor.skeleton, body=body), detect=True)
    track = motion.tracks[0]
    turn = actor.heading - float(facing(track.positions()[0]))
    start = track.root_positions[0] * [1.0, 1.0, 0.0]
    track = moved(moved(track, 0.0, -start), turn, actor.position * [1.0, 1.0, 0.0])
    soles = track.soles()
    if track.contacts.any() and np.abs(scene.ground_height(soles[..., :2])).max() > 1e-3:
        motion = dataclasses.replace(motion, tracks=(track,))
        track = onto_terrain(motion, scene).tracks[0]
    count = max(1, round(scene.plan.duration * fps))
    at = np.minimum(np.arange(count) * (FPS / fps), len(track.root_positions) - 1)
    return dataclasses.replace(sampled(track, at), actor=actor.id)


@lru_cache(maxsize=1)
def _network(checkpoint: str) -> MDMNetwork:
    _torch()
    from text2sim.motion.mdm.network import load_checkpoint

    return load_checkpoint(checkpoint)


def _torch() -> Any:
    try:
        import torch
    except ImportError as error:
        raise MissingExtraError(INSTALL) from error
    return torch
