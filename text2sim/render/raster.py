"""The CPU rasteriser: pictures of a trace without GPU or system packages."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import ClassVar, Literal, final

import numpy as np

from text2sim.errors import ConfigError
from text2sim.render.look import LOOKS
from text2sim.render.measuring import Measurer
from text2sim.render.painter import CENTRE, Painter, Quality
from text2sim.render.stage import Picture, Renderer
from text2sim.render.storage import blank
from text2sim.stage import CHANNELS, Context
from text2sim.threads import Team
from text2sim.types import CameraTrack, Look, Trace

_FOUR = np.array([[3, 1], [7, 3], [5, 7], [1, 5]], np.float32) / 8
_EIGHT = np.array(
    [[9, 5], [7, 11], [13, 9], [5, 3], [3, 13], [1, 7], [11, 15], [15, 1]], np.float32
) / 16  # fmt: skip
QUALITIES: dict[str, Quality] = {
    "draft": Quality(samples=CENTRE, shadow_size=1024, occlusion_pairs=0),
    "standard": Quality(samples=_FOUR, shadow_size=2048, occlusion_pairs=6),
    "high": Quality(samples=_EIGHT, shadow_size=4096, occlusion_pairs=11),
}


@final
@dataclass(frozen=True, kw_only=True)
class RasterRenderer(Renderer):
    """Renders with numba kernels on as many threads as `NUMBA_NUM_THREADS` allows.

    Attributes:
        quality: "draft" takes one sample a pixel and no ambient occlusion, "standard" four, "high"
            eight with finer shadows.
        motion_blur: share of the time between two frames in which the shutter is open, 0 to 1.
        look: light and surroundings, see `text2sim.render.look.LOOKS`; None takes the scene's.
    """

    name: ClassVar[str] = "raster"
    channels: ClassVar[tuple[str, ...]] = CHANNELS
    quality: Literal["draft", "standard", "high"] = "standard"
    look: Look | None = None
    motion_blur: float = 0.0

    def __post_init__(self) -> None:
        """Check the settings.

        Raises:
            ConfigError: there is no such quality or look, or the shutter is out of bounds.
        """
        for label, value, known in (
            ("quality", self.quality, tuple(QUALITIES)), ("look", self.look, (None, *LOOKS)),
        ):  # fmt: skip
            if value not in known:
                raise ConfigError(f"{label} must be one of {known}; got {value!r}.")
        if not 0.0 <= self.motion_blur <= 1.0:
            raise ConfigError(f"motion_blur must lie between 0 and 1; got {self.motion_blur}.")

    def pictures(
        self, value: Trace, camera: CameraTrack, ctx: Context
    ) -> Generator[Picture, None, None]:
        """Paint and measure frame by frame; flow needs the frame after, so it comes one late."""
        before: Picture | None = None
        with Team() as team:
            painter = Painter(
                value, camera, ctx.size, QUALITIES[self.quality], team,
                name=self.look, shutter=self.motion_blur,
            )  # fmt: skip
            measurer = Measurer(painter, ctx.channels)
            for frame in range(len(value.object_positions)):
                picture = blank(ctx.size, ctx.channels)
                painter.paint(frame, picture["rgb"])
                measurer.measure(picture)
                if not measurer.looks_ahead:
                    yield picture
                    continue
                if before is not None:
                    measurer.compare(before)
                    yield before
                measurer.remember()
                before = picture
            if before is not None:
                yield before
