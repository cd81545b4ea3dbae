"""M5: a `Motion` becomes a `World` that can be stepped."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from text2sim.stage import Context, Stage
from text2sim.types import Motion, Simulation, World


class PhysicsEngine(Stage):
    """M5: a `Motion` becomes a `World` that can be stepped."""

    stage: ClassVar[str] = "physics"
    consumes: ClassVar[type] = Motion
    produces: ClassVar[type] = World

    @abstractmethod
    def run(self, value: Motion, ctx: Context) -> World:
        """Produce the next value."""

    @abstractmethod
    def open(self, world: World) -> Simulation:
        """A live simulation of the world at time 0."""
