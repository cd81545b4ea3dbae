"""The CPU rasteriser: pictures of a trace without GPU or system packages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, final

import numpy as np

from text2sim.render.camera import camera_track
from text2sim.render.geometry import scene_labels
from text2sim.render.painter import CENTRE, Painter, Quality
from text2sim.render.stage import Renderer
from text2sim.render.storage import Channels
from text2sim.render.threads import Team
from text2sim.stage import Context
from text2sim.types import Frames, Trace

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
    """

    name: ClassVar[str] = "raster"
    options: ClassVar[tuple[str, ...]] = ("size", "channels")
    quality: Literal["draft", "standard", "high"] = "standard"

    def run(self, value: Trace, ctx: Context) -> Frames:
        """Render every frame of the trace.

        Raises:
            Cancelled: the caller asked to stop.
            ResourceError: a long clip does not fit on the disk.
        """
        scene = value.world.motion.scene
        assert scene is not None
        camera, frames = camera_track(value), len(value.object_positions)
        channels = Channels.allocate(frames, ctx.size, ctx.channels)
        with Team() as team:
            painter = Painter(value, camera, ctx.size, QUALITIES[self.quality], team)
            for frame in range(frames):
                ctx.report(frame, frames)
                painter.paint(frame, channels.rgb[frame])
                if channels.measured:
                    painter.measure(*channels.measures(frame))
        ctx.report(frames, frames)
        return Frames(
            trace=value,
            fps=value.fps,
            camera=camera,
            rgb=channels.rgb,
            depth=channels.depth,
            segmentation=channels.segmentation,
            labels=scene_labels(scene),
        )
