"""M1: a sentence becomes a `Script`."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from text2sim.stage import Context, Stage
from text2sim.types import Script


class PromptParser(Stage):
    """M1: a sentence becomes a `Script`."""

    stage: ClassVar[str] = "parser"
    consumes: ClassVar[type] = str
    produces: ClassVar[type] = Script

    @abstractmethod
    def run(self, value: str, ctx: Context) -> Script:
        """Produce the next value."""
