"""M2: a `Script` becomes a `ScenePlan`: poses, sizes, timeline, camera."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from text2sim.stage import Context, Stage
from text2sim.types import ScenePlan, Script


class ScenePlanner(Stage):
    """M2: a `Script` becomes a `ScenePlan`: poses, sizes, timeline, camera."""

    stage: ClassVar[str] = "planner"
    consumes: ClassVar[type] = Script
    produces: ClassVar[type] = ScenePlan

    @abstractmethod
    def run(self, value: Script, ctx: Context) -> ScenePlan:
        """Produce the next value."""
