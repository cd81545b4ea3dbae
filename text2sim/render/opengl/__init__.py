"""The pictures of the rasteriser on a graphics card, through OpenGL 3.3 and without a window."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import ClassVar, Literal, final

from text2sim.render.opengl.context import opened
from text2sim.render.raster import QUALITIES
from text2sim.render.stage import Picture, Renderer
from text2sim.render.storage import blank
from text2sim.stage import Context, Options
from text2sim.threads import Team
from text2sim.types import CameraTrack, Trace


@final
@dataclass(frozen=True, kw_only=True)
class OpenGLRenderer(Renderer):
    """Renders through moderngl (extra `opengl`); for machines with a graphics card.

    Attributes:
        quality: as of the rasteriser; samples a pixel are bounded by what the card can do.
    """

    name: ClassVar[str] = "opengl"
    channels: ClassVar[tuple[str, ...]] = (
        "rgb", "depth", "segmentation", "classes", "normals", "camera_normals", "albedo",
    )  # fmt: skip
    quality: Literal["draft", "standard", "high"] = "standard"

    def check(self, options: Options) -> None:
        """See `Stage.check`.

        Raises:
            ConfigError: it can't make a channel that was asked for.
            MissingExtraError: moderngl is not installed.
            ResourceError: the system has no OpenGL 3.3.
        """
        super().check(options)
        with opened():
            pass

    def pictures(
        self, value: Trace, camera: CameraTrack, ctx: Context
    ) -> Generator[Picture, None, None]:
        """Draw frame by frame.

        Raises:
            MissingExtraError: moderngl is not installed.
            ResourceError: the system has no OpenGL 3.3.
        """
        from text2sim.render.opengl.canvas import Canvas

        with Team() as team, opened() as context:
            with context:
                canvas = Canvas(context, value, camera, ctx.size, QUALITIES[self.quality], team)
            for frame in range(len(value.object_positions)):
                picture = blank(ctx.size, ctx.channels)
                with context:  # Between the frames another one may be current.
                    canvas.paint(frame, picture)
                yield picture
