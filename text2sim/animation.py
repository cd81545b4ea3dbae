"""What the user holds at the end: pictures, and everything that led to them."""

from __future__ import annotations

import copy
import json
import math
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, final

import numpy as np

from text2sim import io
from text2sim.errors import ConfigError
from text2sim.evaluation.metrics import Metrics, evaluate
from text2sim.types import (
    CameraTrack,
    Frames,
    Joints,
    Motion,
    Outcome,
    Scene,
    ScenePlan,
    Script,
    Trace,
    World,
)


@final
class Animation:
    """A finished clip: pictures, and the values of all stages.

    `len(animation)` is the number of frames, iterating yields them, and `animation[1.0:3.5]` is
    the part between two times [s], as an Animation of its own.
    """

    __slots__ = ("_config", "rendered")
    rendered: Frames
    _config: dict[str, Any]

    def __init__(self, frames: Frames, config: Mapping[str, Any]) -> None:
        """Join pictures and configuration.

        Args:
            frames: the output of the last stage.
            config: what is needed to make them again, see `text2sim.provenance`; what JSON can't
                hold is kept as its `repr`.

        Raises:
            ConfigError: there is no frame, or the config is not a mapping of strings.
        """
        if not len(frames.rgb):
            raise ConfigError("An animation needs at least one frame.")
        try:
            own = json.loads(json.dumps(dict(config), default=repr))
        except (TypeError, ValueError) as error:
            raise ConfigError(f"The config of an animation is no mapping: {error}.") from error
        object.__setattr__(self, "rendered", frames)
        object.__setattr__(self, "_config", own)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"An Animation is read-only; {name} can't be set.")

    def __reduce__(self) -> tuple[Any, ...]:
        return Animation, (self.rendered, self._config)

    @property
    def frames(self) -> np.ndarray:
        """Pictures, sRGB, (T, H, W, 3) uint8; row 0 is the top."""
        return self.rendered.rgb

    @property
    def depth(self) -> np.ndarray | None:
        """Distance along the optical axis [m], (T, H, W) float32, 0 = sky; None if not made."""
        return self.rendered.depth

    @property
    def segmentation(self) -> np.ndarray | None:
        """Index into `labels`, (T, H, W) uint16; None if not made."""
        return self.rendered.segmentation

    @property
    def channels(self) -> dict[str, np.ndarray]:
        """All channels that were made, by name, rgb among them: see `text2sim.types.Frames`."""
        return self.rendered.channels

    def joints(self) -> Joints:
        """Joints of all actors in the picture [px], in the camera's axes and in the world [m]."""
        return self.rendered.joints()

    @property
    def camera(self) -> CameraTrack:
        """The camera of every frame; it gives `intrinsics(size)` and `extrinsics()`."""
        return self.rendered.camera

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture [px]."""
        return self.rendered.size

    @property
    def labels(self) -> tuple[str, ...]:
        """What the numbers in `segmentation` stand for."""
        return self.rendered.labels

    @property
    def fps(self) -> float:
        """Frames per second."""
        return self.rendered.fps

    @property
    def duration(self) -> float:
        """Length [s]."""
        return len(self) / self.fps

    @property
    def start(self) -> float:
        """Where the first frame lies on the clock of the whole clip [s]; 0 unless it was sliced."""
        return self.trace.start

    @property
    def trace(self) -> Trace:
        """What happened in the simulation."""
        return self.rendered.trace

    @property
    def world(self) -> World:
        """The world before the first step."""
        return self.trace.world

    @property
    def motion(self) -> Motion:
        """The motion before physics, of the whole clip."""
        return self.world.motion

    @property
    def scene(self) -> Scene:
        """Meshes, bodies and materials."""
        assert self.motion.scene is not None  # `World` promises it.
        return self.motion.scene

    @property
    def plan(self) -> ScenePlan:
        """Where everything stands and when everything happens."""
        return self.scene.plan

    @property
    def script(self) -> Script:
        """What was understood of the prompt."""
        return self.plan.script

    @property
    def prompt(self) -> str:
        """The sentence it was made from."""
        return self.script.prompt

    @property
    def outcome(self) -> Outcome:
        """How the simulation ended."""
        return self.trace.outcome

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings of all stages, in order, each once."""
        chain = (self.script, self.plan, self.scene, self.motion, self.world, self.trace,
                 self.rendered)  # fmt: skip
        return tuple(dict.fromkeys(text for value in chain for text in value.warnings))

    @property
    def config(self) -> dict[str, Any]:
        """All that is needed to make it again: prompt, options, backends, versions; a copy."""
        return copy.deepcopy(self._config)

    def metrics(self) -> Metrics:
        """Figures with units, by name: tracking error, foot skate, penetration, assist, ..."""
        return evaluate(self.trace)

    def save(self, path: str | os.PathLike[str], *, overwrite: bool = True) -> Path:
        """Write .mp4, .gif, .png (contact sheet), .npz (lossless), .json, .html, .bvh, .glb, ....

        `text2sim.io.WRITERS` lists all suffixes. The file appears whole or not at all.

        Raises:
            ConfigError: the suffix is not one of those.
            ResourceError: the file can't be written, or it exists and `overwrite` is False.
        """
        return io.save(self, path, overwrite=overwrite)

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, limit: int | None = None) -> Animation:
        """Read an .npz archive; everything is as it was when it was saved.

        Args:
            path: of the archive.
            limit: largest size of its contents [bytes]; 8 GiB unless given.

        Raises:
            ResourceError: there is no such file, or it can't be read.
        """
        from text2sim.io.archive import MAX_BYTES, read_npz

        frames, config = read_npz(Path(path), limit=MAX_BYTES if limit is None else limit)
        return cls(frames, config)

    def __len__(self) -> int:
        return len(self.frames)

    def __iter__(self) -> Iterator[np.ndarray]:
        return iter(self.frames)

    def __getitem__(self, part: slice) -> Animation:
        """The part between two times [s]; negative times count from the end.

        Trace and pictures are cut; motion, plan and script stay whole, and so does their clock:
        times of contacts and outcome are on it, and `start` says where the part lies.

        Raises:
            ConfigError: it is no slice of times, or no frame lies in it.
        """
        if not isinstance(part, slice) or part.step is not None:
            raise ConfigError(
                "Cut an animation by times in seconds, without a step: anim[1.0:3.5]."
            )
        first = self._index(part.start, 0)
        last = self._index(part.stop, len(self))
        if first >= last:
            raise ConfigError(
                f"No frame lies between {part.start} s and {part.stop} s; the clip has "
                f"{self.duration:.2f} s."
            )
        frames = self.rendered.slice(first, last)
        span = {"start": frames.trace.start, "end": frames.trace.start + (last - first) / self.fps}
        return Animation(frames, {**self._config, "part": span})

    def _index(self, time: Any, default: int) -> int:
        """The frame that begins at a time [s]."""
        if time is None:
            return default
        number = isinstance(time, (int, float, np.integer, np.floating))
        if not number or isinstance(time, bool) or math.isnan(time):
            raise ConfigError(f"Times must be numbers of seconds; got {time!r}.")
        seconds = float(time) + (self.duration if time < 0 else 0.0)
        return math.floor(min(max(seconds, 0.0), self.duration) * self.fps + 0.5)

    def __repr__(self) -> str:
        height, width = self.frames.shape[1:3]
        ended: str = self.outcome.status
        if ended != "completed":
            ended += f" at {self.outcome.time:.2f} s"
        warned = f", {len(self.warnings)} warning(s)" if self.warnings else ""
        return (
            f"<Animation {self.prompt!r}: {self.duration:.2f} s, {len(self)} frames of "
            f"{width}x{height} at {self.fps:g} fps, {ended}{warned}>"
        )

    def _repr_html_(self) -> str:
        from text2sim.io.notebook import html_of

        return html_of(self)
