"""No enhancement: the renderer's frames are the finished ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from text2sim.enhance.stage import Enhancer
from text2sim.stage import Context
from text2sim.types import Frames


@final
@dataclass(frozen=True, kw_only=True)
class NoEnhancer(Enhancer):
    """Returns the frames unchanged."""

    name: ClassVar[str] = "none"
    framewise: ClassVar[bool] = True

    def run(self, value: Frames, ctx: Context) -> Frames:
        """The same frames.

        Raises:
            Cancelled: the caller asked to stop.
        """
        ctx.report(1, 1)
        return value
