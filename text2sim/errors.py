"""Every error that text2sim raises on purpose: catch `Text2SimError` for all of them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class Text2SimError(Exception):
    """Base of all errors raised by text2sim; the message says what to do."""


class ConfigError(Text2SimError, ValueError):
    """An argument is wrong: nothing has run yet."""


class PromptError(ConfigError):
    """The prompt can't be animated: empty, too long, not English, or nobody does anything."""


class EmptyPromptError(PromptError):
    """The prompt is empty or blank."""


class PromptTooLongError(PromptError):
    """The prompt is longer than the parser reads."""


class LanguageError(PromptError):
    """The prompt is not English text."""


class NoActorError(PromptError):
    """Nobody is in the prompt: only people can be animated."""


class PipelineError(ConfigError):
    """The stages don't fit together."""


class UnknownBackendError(ConfigError):
    """No backend of that name; the message lists the known ones and the nearest."""


class UnknownKindError(ConfigError):
    """`strict=True` and the prompt names an object that the catalogue lacks."""


class MissingExtraError(Text2SimError, ImportError):
    """An optional dependency is missing; the message holds the install line."""


class ResourceError(Text2SimError, OSError):
    """A file can't be found, read or written."""


class MeshError(ResourceError):
    """A mesh file is corrupt, empty or too large."""


class MotionFileError(ResourceError):
    """A motion file is damaged or not of its format; the message names file and line."""


class ShapeError(Text2SimError, ValueError):
    """An array has the wrong shape, type or values."""


class StageError(Text2SimError, RuntimeError):
    """A stage failed while running."""


class SimulationDiverged(StageError):
    """The physics engine returned non-finite or absurd states.

    `dump` is the path of an .npz file with the last second before that, or None.
    """

    def __init__(self, message: str, dump: str | None = None) -> None:
        super().__init__(message)
        self.dump = dump

    def __reduce__(self) -> tuple[type, tuple[str, str | None]]:
        return type(self), (str(self), self.dump)


class Cancelled(Text2SimError):
    """The caller cancelled the run; nothing was left half written."""


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint ' Did you mean ...?' for the nearest known name, or an empty string."""
    match = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f" Did you mean {match[0]!r}?" if match else ""
