"""What the user holds at the end: pictures, and everything that led to them."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, final

import numpy as np

from text2sim import io
from text2sim.errors import ConfigError
from text2sim.evaluation.metrics import Metrics
from text2sim.evaluation.pictures import evaluate_pictures
from text2sim.recording import Recording
from text2sim.types import CameraTrack, Frames, Joints, Trace


@final
class Animation(Recording):
    """A finished clip: pictures, and the values of all stages.

    `len(animation)` is the number of frames, iterating yields them, and `animation[1.0:3.5]` is
    the part between two times [s], as an Animation of its own.
    """

    __slots__ = ("rendered",)
    rendered: Frames

    def __init__(self, frames: Frames, config: Mapping[str, Any]) -> None:
        """Join pictures and configuration.

        Args:
            frames: the output of the last stage.
            config: what is needed to make them again, see `text2sim.provenance`.

        Raises:
            ConfigError: there is no frame, or the config is not a mapping of strings.
        """
        if not len(frames.rgb):
            raise ConfigError("An animation needs at least one frame.")
        super().__init__(config)
        object.__setattr__(self, "rendered", frames)

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
    def trace(self) -> Trace:
        """What happened in the simulation."""
        return self.rendered.trace

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings of all stages, in order, each once."""
        return self._warnings(self.rendered)

    def metrics(self) -> Metrics:
        """Figures with units, by name; those of the pictures are there if an enhancer made them."""
        return Metrics({**super().metrics(), **evaluate_pictures(self.rendered)})

    def save(
        self,
        path: str | os.PathLike[str],
        *,
        overwrite: bool = True,
        channels: tuple[str, ...] | None = None,
        exr: bool = False,
    ) -> Path:
        """Write .mp4, .webm, .gif, .png (contact sheet), .npz (lossless), .json, .html, ....

        `text2sim.io.WRITERS` lists all suffixes. A path that ends with a slash is a folder of
        `channels` (all that were made unless given), which `text2sim.io.folder` describes; `exr`
        writes OpenEXR files. The file or folder appears whole or not at all.

        Raises:
            ConfigError: the suffix is not one of those, or a channel was not made.
            ResourceError: the file can't be written, or it exists and `overwrite` is False.
            MissingExtraError: the format needs a library that is not installed.
        """
        return io.save(self, path, overwrite=overwrite, channels=channels, exr=exr)

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
