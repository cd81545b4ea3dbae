"""M3: a `ScenePlan` becomes a `Scene`: meshes, collision shapes, bodies."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from text2sim.stage import Context, Stage
from text2sim.types import Scene, ScenePlan


class AssetGenerator(Stage):
    """M3: a `ScenePlan` becomes a `Scene`: meshes, collision shapes, bodies."""

    stage: ClassVar[str] = "assets"
    consumes: ClassVar[type] = ScenePlan
    produces: ClassVar[type] = Scene

    @abstractmethod
    def run(self, value: ScenePlan, ctx: Context) -> Scene:
        """Produce the next value."""
