"""M8: `Frames` become the finished `Frames`."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from text2sim.stage import Context, Stage
from text2sim.types import Frames


class Enhancer(Stage):
    """M8: `Frames` become the finished `Frames`.

    Return `dataclasses.replace(value, rgb=...)`; the pipeline keeps what came in as
    `Frames.source` and drops channels that only the enhancer asked for.
    """

    stage: ClassVar[str] = "enhancer"
    consumes: ClassVar[type] = Frames
    produces: ClassVar[type] = Frames
    framewise: ClassVar[bool] = False
    """Frames are finished one after the other (`Pipeline.stream`), and the size stays."""

    def needs(self) -> tuple[str, ...]:
        """Channels that it reads beside rgb; the renderer makes them for it."""
        return ()

    @abstractmethod
    def run(self, value: Frames, ctx: Context) -> Frames:
        """Produce the next value."""

    def stream(self, parts: Iterator[Frames], ctx: Context) -> Iterator[Frames]:
        """Finish the parts of a clip in their order, with the same result as `run` on the whole.

        This one finishes every part by itself; override it if what went before matters.
        """
        for part in parts:
            yield self.run(part, ctx)
