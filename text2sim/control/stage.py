"""M6: a `World` becomes a `Trace`: the roll-out under a controller."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from text2sim.stage import Context, Stage
from text2sim.types import Trace, World


class RLController(Stage):
    """M6: a `World` becomes a `Trace`: the roll-out under a controller."""

    stage: ClassVar[str] = "controller"
    consumes: ClassVar[type] = World
    produces: ClassVar[type] = Trace

    @abstractmethod
    def run(self, value: World, ctx: Context) -> Trace:
        """Produce the next value."""
