"""What stands between M4 and M5 if asked for: a `Motion` becomes a better `Motion`."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from text2sim.stage import Context, Stage
from text2sim.types import Motion


class Refiner(Stage):
    """A `Motion` becomes one that a body can rather do; tracks keep their actors and lengths."""

    stage: ClassVar[str] = "refine"
    consumes: ClassVar[type] = Motion
    produces: ClassVar[type] = Motion

    @abstractmethod
    def run(self, value: Motion, ctx: Context) -> Motion:
        """Produce the next value."""
