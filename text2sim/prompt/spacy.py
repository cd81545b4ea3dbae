"""Backend "spacy": spaCy's tags and dependencies, read by rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from text2sim.prompt.guard import clean
from text2sim.prompt.interpret import interpret
from text2sim.prompt.reading import read
from text2sim.prompt.stage import PromptParser
from text2sim.stage import Context
from text2sim.types import Script


@final
@dataclass(frozen=True, kw_only=True)
class SpacyParser(PromptParser):
    """Reads a sentence with spaCy and rules; the model is loaded once per process, at first use."""

    name: ClassVar[str] = "spacy"

    def run(self, value: str, ctx: Context) -> Script:
        """Parse a prompt.

        Raises:
            PromptError: it is not a sentence in English about somebody; see its subclasses.
        """
        text = clean(value)
        ctx.report(0, 2)
        reading = read(text)
        ctx.report(1, 2)
        script = interpret(value, reading)
        ctx.report(2, 2)
        return script
