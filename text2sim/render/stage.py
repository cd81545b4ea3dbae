"""M7: a `Trace` becomes `Frames`."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Generator, Iterator
from contextlib import closing
from typing import Any, ClassVar

import numpy as np

from text2sim.errors import ConfigError
from text2sim.render.camera import camera_track
from text2sim.render.geometry import scene_labels
from text2sim.render.storage import allocate_channels
from text2sim.stage import Context, Options, Stage
from text2sim.types import CameraTrack, Frames, Trace

Picture = dict[str, np.ndarray]
"""One frame: each channel asked for, (H, W, ...)."""


class Renderer(Stage):
    """M7: a `Trace` becomes `Frames`, all at once (`run`) or one at a time (`stream`).

    A backend says in `channels` what it can make and paints in `pictures`.
    """

    stage: ClassVar[str] = "renderer"
    consumes: ClassVar[type] = Trace
    produces: ClassVar[type] = Frames
    options: ClassVar[tuple[str, ...]] = ("size", "channels", "camera")
    channels: ClassVar[tuple[str, ...]] = ("rgb",)

    @abstractmethod
    def pictures(
        self, value: Trace, camera: CameraTrack, ctx: Context
    ) -> Generator[Picture, None, None]:
        """Yield every frame of the trace in order, in arrays that nobody else holds.

        `ctx.size` and `ctx.channels` say what is wanted. Progress and cancellation are taken care
        of between the frames.
        """

    def check(self, options: Options) -> None:
        """The channels asked for are among those that the backend makes.

        Raises:
            ConfigError: one isn't.
        """
        self._check_channels(options.channels)

    def run(self, value: Trace, ctx: Context) -> Frames:
        """Render the whole clip.

        Raises:
            Cancelled: the caller asked to stop.
            ConfigError: the backend can't make a channel that was asked for.
            ResourceError: a long clip does not fit on the disk.
        """
        camera, count = camera_track(value, ctx.size, ctx.camera), len(value.object_positions)
        channels = allocate_channels(count, ctx.size, ctx.channels)
        for frame, picture in enumerate(self._shots(value, camera, ctx)):
            for name, content in channels.items():
                content[frame] = picture[name]
        return _frames(value, camera, channels)

    def stream(self, value: Trace, ctx: Context) -> Iterator[Frames]:
        """Render one frame at a time, each with its part of the trace, in constant memory.

        Raises:
            Cancelled: the caller asked to stop.
            ConfigError: the backend can't make a channel that was asked for.
        """
        camera = camera_track(value, ctx.size, ctx.camera)
        for i, picture in enumerate(self._shots(value, camera, ctx)):
            channels = {name: picture[name][None] for name in ctx.channels}
            yield _frames(value.slice(i, i + 1), camera.slice(i, i + 1), channels)

    def _shots(self, value: Trace, camera: CameraTrack, ctx: Context) -> Iterator[Picture]:
        self._check_channels(ctx.channels)
        count = len(value.object_positions)
        with closing(self.pictures(value, camera, ctx)) as pictures:
            for frame in range(count):
                ctx.report(frame, count)
                yield next(pictures)
        ctx.report(count, count)

    def _check_channels(self, channels: tuple[str, ...]) -> None:
        missing = [name for name in channels if name not in self.channels]
        if missing:
            raise ConfigError(
                f"The {self.name} renderer can't make {', '.join(missing)}; it makes "
                f"{', '.join(self.channels)}. The raster renderer makes all channels."
            )


def _frames(trace: Trace, camera: CameraTrack, channels: dict[str, Any]) -> Frames:
    scene = trace.world.motion.scene
    assert scene is not None
    return Frames(trace=trace, fps=trace.fps, camera=camera, labels=scene_labels(scene), **channels)
