"""The `physics-ssm` refiner: our network, which has learnt what simulated bodies do."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, final

import numpy as np

from text2sim.edit import resample
from text2sim.errors import ConfigError, ResourceError
from text2sim.graphs import open_graph
from text2sim.physical_body import PhysicalBody
from text2sim.refine.changes import (
    Array,
    at_rate,
    changed,
    on_body,
    reference_ground,
    refined_changes,
)
from text2sim.refine.config import PhysicsSSMConfig
from text2sim.refine.stage import Refiner
from text2sim.refine.staging import floor
from text2sim.refine.state import physics_state
from text2sim.resources import resource
from text2sim.stage import Context
from text2sim.types import Motion, Scene, Track

FPS = 20.0
SHORTEST = 4
"""Frames at `FPS` of the shortest track that is changed."""
FILES = ("config.json", "normaliser.npz", "refiner.onnx")


@final
@dataclass(frozen=True, kw_only=True)
class PhysicsSSMRefiner(Refiner):
    """Corrects a motion by `PhysicsSSM`, from the motion and its physical state.

    Attributes:
        model: folder of an exported model; None is one that ships, if any does.
        strength: how much of every change is made, 0 to 1.
    """

    name: ClassVar[str] = "physics-ssm"

    model: str | None = None
    strength: float = 1.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.strength <= 1.0:
            raise ConfigError(f"strength must lie between 0 and 1; got {self.strength}.")

    def folder(self) -> Path:
        """Where the weights are.

        Raises:
            ResourceError: nowhere.
        """
        if self.model:
            return Path(self.model)
        try:
            return resource("models", "physics-ssm")
        except ResourceError as error:
            raise ResourceError(
                "No weights of physics-ssm ship with this text2sim. Train some (text2sim train "
                "physics-ssm, docs/refine.md) and give PhysicsSSMRefiner(model=FOLDER), or take "
                "refine='foot-lock'."
            ) from error

    def fingerprint(self) -> str:
        """Other weights are another refiner."""
        folder = self.folder()
        content = b"".join(
            (folder / name).read_bytes() for name in FILES if (folder / name).is_file()
        )
        text = Refiner.fingerprint(self) + hashlib.sha256(content).hexdigest()
        return hashlib.sha256(text.encode()).hexdigest()

    def check(self, options: Any) -> None:
        """Raise before anything runs if the weights are not there."""
        _network(self.folder())

    def run(self, value: Motion, ctx: Context) -> Motion:
        """The motion with every track corrected; one too short to have a state stays as it is.

        Raises:
            ResourceError: the weights are missing or damaged.
        """
        network = _network(self.folder())
        tracks = []
        for number, track in enumerate(value.tracks):
            ctx.report(number, len(value.tracks))
            tracks.append(self._refined(network, track, value))
        return replace(value, tracks=tuple(tracks))

    def _refined(self, network: OnnxRefiner, track: Track, motion: Motion) -> Track:
        slow = track
        if abs(motion.fps - FPS) > 1e-9:
            slow = resample(replace(motion, tracks=(track,), grasps=()), FPS).tracks[0]
        if len(slow.root_positions) < SHORTEST or not self.strength:
            return track
        state = physics_state(slow, _body(track, motion.scene), FPS, motion.scene)
        own, scale = on_body(slow)
        heights = np.zeros((len(state), 4))
        if motion.scene is not None:
            heights = motion.scene.ground_height(slow.soles()[..., :2]) / scale
        changes = refined_changes(network, own, state, reference_ground(heights))
        count = len(track.root_positions)
        return changed(track, self.strength * at_rate(changes, FPS, motion.fps, count), scale)


def _body(track: Track, scene: Scene | None) -> PhysicalBody:
    """The physical body of a track: its actor's, or an adult's."""
    actors = {actor.id: actor for actor in scene.actors} if scene else {}
    if track.actor in actors:
        actor = actors[track.actor]
        return PhysicalBody.of(track.skeleton, actor.character, actor.girths)
    return PhysicalBody.of(track.skeleton, floor().actors[0].character)


@final
class OnnxRefiner:
    """The graph of a released folder, by onnxruntime on one thread."""

    def __init__(self, folder: Path) -> None:
        self.config = _config(folder / "config.json")
        self.mean, self.scale = _normaliser(folder / "normaliser.npz", self.config)
        self._session = open_graph(folder / "refiner.onnx", "The physics-ssm refiner")

    def changes(self, motion: Array, state: Array, mask: Array) -> Array:
        """See `Network`."""
        given = {
            "motion": motion[None].astype(np.float32), "state": state[None].astype(np.float32),
            "mask": mask[None],
        }  # fmt: skip
        return self._session.run(None, given)[0][0]


@lru_cache(maxsize=2)
def _network(folder: Path) -> OnnxRefiner:
    return OnnxRefiner(folder)


def _config(path: Path) -> PhysicsSSMConfig:
    try:
        return PhysicsSSMConfig.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        if isinstance(error, ConfigError):
            raise
        raise ResourceError(
            f"{path} can't be read as the config of a physics-ssm model: {error}. Train one "
            "(text2sim train physics-ssm), or reinstall text2sim."
        ) from error


def _normaliser(path: Path, config: PhysicsSSMConfig) -> tuple[Array, Array]:
    try:
        with np.load(path, allow_pickle=False) as file:
            mean, scale = file["mean"], file["scale"]
    except (OSError, ValueError, KeyError) as error:
        raise ResourceError(f"{path} can't be read: {error}.") from error
    good = mean.shape == scale.shape == (config.features,) and np.isfinite(mean).all()
    if not good or not (scale > 0).all():
        raise ResourceError(f"{path} must hold mean and scale of {config.features} features.")
    return mean.astype(np.float32), scale.astype(np.float32)
