"""Running one stage: its context, the check of what it returns, and whose fault an error is."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, cast

from text2sim.errors import StageError, Text2SimError
from text2sim.progress import Report
from text2sim.stage import Context, Options, Stage


def context_of(
    stage: Stage, options: Options, report: Report | None, cancel: threading.Event
) -> Context:
    """What a run hands to a stage."""
    return Context(
        request=options,
        stage=stage.stage,
        allowed=stage.options,
        on_progress=report,
        cancel=cancel,
    )


@contextmanager
def blaming(stage: Stage) -> Iterator[None]:
    """Unforeseen errors of the block are the stage's."""
    try:
        yield
    except (Text2SimError, MemoryError):
        raise
    except Exception as error:
        raise StageError(
            f"The {stage.stage} stage ({stage.name}) failed: {type(error).__name__}: {error}"
        ) from error


def blamed(stage: Stage, values: Iterator[Any]) -> Iterator[Any]:
    """The same values; unforeseen errors on the way are the stage's."""
    with blaming(stage), closing(cast(Any, values)):
        yield from values


def run_stage(stage: Stage, value: Any, context: Context) -> Any:
    """The stage's value; what an enhancer started from goes along with it."""
    with blaming(stage):
        result = checked(stage, stage.run(value, context))
    if stage.stage == "enhancer" and result is not value:
        return dataclasses.replace(result, source=value)
    return result


def checked(stage: Stage, result: Any) -> Any:
    """The result, if it is what the stage promises."""
    if not isinstance(result, stage.produces):
        raise StageError(
            f"The {stage.stage} stage ({stage.name}) returned {type(result).__name__} "
            f"instead of {stage.produces.__name__}."
        )
    return result
