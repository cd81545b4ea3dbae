"""M4: a `Scene` becomes a `Motion`: moving skeletons."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from text2sim.stage import Context, Stage
from text2sim.types import Motion, Scene


class MotionGenerator(Stage):
    """M4: a `Scene` becomes a `Motion`: moving skeletons."""

    stage: ClassVar[str] = "motion"
    consumes: ClassVar[type] = Scene
    produces: ClassVar[type] = Motion

    @abstractmethod
    def run(self, value: Scene, ctx: Context) -> Motion:
        """Produce the next value."""
