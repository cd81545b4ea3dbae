"""M7: a `Trace` becomes `Frames`."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from text2sim.stage import Context, Stage
from text2sim.types import Frames, Trace


class Renderer(Stage):
    """M7: a `Trace` becomes `Frames`."""

    stage: ClassVar[str] = "renderer"
    consumes: ClassVar[type] = Trace
    produces: ClassVar[type] = Frames

    @abstractmethod
    def run(self, value: Trace, ctx: Context) -> Frames:
        """Produce the next value."""
