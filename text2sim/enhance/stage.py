"""M8: `Frames` become the finished `Frames`."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from text2sim.stage import Context, Stage
from text2sim.types import Frames


class Enhancer(Stage):
    """M8: `Frames` become the finished `Frames`."""

    stage: ClassVar[str] = "enhancer"
    consumes: ClassVar[type] = Frames
    produces: ClassVar[type] = Frames
    framewise: ClassVar[bool] = False
    """A clip may be enhanced in parts (`Pipeline.stream`) with the same result; the size stays."""

    @abstractmethod
    def run(self, value: Frames, ctx: Context) -> Frames:
        """Produce the next value."""
