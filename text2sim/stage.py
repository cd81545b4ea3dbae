"""The one interface of all stages, and the context that a run hands to them."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

import numpy as np

from text2sim.errors import Cancelled, ConfigError, PipelineError, nearest
from text2sim.shots import camera_wish
from text2sim.types.frames import CHANNELS
from text2sim.types.plan import CameraPlan

STAGES: tuple[str, ...] = (
    "parser", "planner", "assets", "motion", "physics", "controller", "renderer", "enhancer",
)  # fmt: skip
"""The eight stages in order; the names are the keywords of `Pipeline`."""
REFINE = "refine"
"""What may stand between motion and physics; it counts as a part of the motion stage."""

MAX_DURATION = 600.0
MAX_FPS = 240.0
MIN_SIZE, MAX_SIZE = 16, 7680


class Progress(NamedTuple):
    """Where a run is: `done` of `total` within stage number `number` (0 to 7)."""

    stage: str
    number: int
    done: int
    total: int


def number_of(stage: str) -> int:
    """Number of a stage, 0 to 7."""
    return STAGES.index("motion" if stage == REFINE else stage)


@dataclass(frozen=True, kw_only=True)
class Options:
    """What one call asks for, beside the prompt.

    Attributes:
        seed: root of all random streams, 0 to 2**63 - 1.
        duration: length of the clip [s], or None to let the planner estimate it.
        fps: frames per second of motion and video.
        size: width and height of the picture [px], both even.
        channels: pictures to make, see `text2sim.types.Frames`; "rgb" is always among them.
        strict: what would be a warning about the prompt (an unknown noun) is an error.
        camera: name of a camera (see `text2sim.shots`), keyframes, or None for the planner's.

    Raises:
        ConfigError: a value is out of bounds.
    """

    seed: int = 0
    duration: float | None = None
    fps: float = 30.0
    size: tuple[int, int] = (640, 480)
    channels: tuple[str, ...] = ("rgb",)
    strict: bool = False
    camera: str | CameraPlan | None = None

    def __post_init__(self) -> None:
        if isinstance(self.camera, str):
            camera_wish(self.camera)
        elif self.camera is not None and not isinstance(self.camera, CameraPlan):
            raise ConfigError(
                f"camera must be a name, a CameraPlan or None; got {type(self.camera).__name__}."
            )
        _check_int("seed", self.seed, 0, 2**63 - 1)
        if self.duration is not None:
            _check_number("duration", self.duration, 0.1, MAX_DURATION, "s")
        _check_number("fps", self.fps, 1.0, MAX_FPS, "frames/s")
        self._check_size()
        object.__setattr__(self, "channels", _checked_channels(self.channels))

    def as_dict(self) -> dict[str, Any]:
        """All options as JSON-ready values."""
        return json.loads(json.dumps(dataclasses.asdict(self), default=_plain))

    def _check_size(self) -> None:
        try:
            width, height = self.size
        except (TypeError, ValueError):
            raise ConfigError(
                f"size must be (width, height) in pixels; got {self.size!r}."
            ) from None
        for name, value in (("width", width), ("height", height)):
            _check_int(name, value, MIN_SIZE, MAX_SIZE)
            if value % 2:
                raise ConfigError(f"{name} must be even, as video encoders need it; got {value}.")
        object.__setattr__(self, "size", (int(width), int(height)))


def _checked_channels(channels: Any) -> tuple[str, ...]:
    """The channels in their order, each once, with rgb."""
    known = ", ".join(CHANNELS)
    if isinstance(channels, str) or not isinstance(channels, Iterable):
        raise ConfigError(f"channels must be a tuple of names out of {known}; got {channels!r}.")
    wanted = list(channels)
    for name in wanted:
        if name not in CHANNELS:
            hint = nearest(str(name), CHANNELS)
            raise ConfigError(f"There is no channel {name!r}.{hint} Known: {known}.")
    return tuple(name for name in CHANNELS if name == "rgb" or name in wanted)


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else repr(value)


def _check_int(name: str, value: Any, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise ConfigError(f"{name} must be a whole number; got {value!r}.")
    if not low <= value <= high:
        raise ConfigError(f"{name} must lie between {low} and {high}; got {value}.")


def _check_number(name: str, value: Any, low: float, high: float, unit: str) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.number)):
        raise ConfigError(f"{name} must be a number; got {value!r}.")
    if not math.isfinite(value) or not low <= value <= high:
        raise ConfigError(f"{name} must lie between {low:g} and {high:g} {unit}; got {value}.")


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a run hands to a stage: its options, its random stream, progress and cancellation.

    A stage reads only the options that it declares in `Stage.options`, since those are part of
    its cache key; reading another one raises `PipelineError`.
    """

    request: Options = field(default_factory=Options)
    stage: str = "parser"
    allowed: tuple[str, ...] = tuple(item.name for item in dataclasses.fields(Options))
    on_progress: Callable[[Progress], None] | None = None
    cancel: threading.Event = field(default_factory=threading.Event)

    def _option(self, name: str) -> Any:
        if name not in self.allowed:
            raise PipelineError(
                f"The {self.stage} stage reads the option {name!r} but does not declare it; "
                f"add it to the class attribute `options`."
            )
        return getattr(self.request, name)

    @property
    def duration(self) -> float | None:
        """Requested length of the clip [s], or None."""
        return self._option("duration")

    @property
    def fps(self) -> float:
        """Frames per second."""
        return self._option("fps")

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture [px]."""
        return self._option("size")

    @property
    def channels(self) -> tuple[str, ...]:
        """Pictures to make."""
        return self._option("channels")

    @property
    def strict(self) -> bool:
        """Doubts about the prompt are errors."""
        return self._option("strict")

    @property
    def camera(self) -> str | CameraPlan | None:
        """Camera that was asked for, or None for the planner's."""
        return self._option("camera")

    def rng(self) -> np.random.Generator:
        """The random stream of (seed, stage), from its beginning at each call."""
        return np.random.default_rng([self._option("seed"), number_of(self.stage)])

    def report(self, done: int, total: int) -> None:
        """Report progress; call it often.

        Raises:
            Cancelled: the caller asked to stop.
        """
        if self.cancel.is_set():
            raise Cancelled(f"Cancelled in the {self.stage} stage; nothing was written.")
        if self.on_progress is not None:
            self.on_progress(Progress(self.stage, number_of(self.stage), done, total))


@dataclass(frozen=True, kw_only=True)
class Stage(ABC):
    """A step of the pipeline: a frozen, keyword-only dataclass whose fields are its configuration.

    Class attributes:
        stage: which of `STAGES` it is.
        name: of the backend, as in the registry.
        consumes, produces: types of the value that goes in and comes out.
        options: names of the `Options` that `run` reads.
    """

    stage: ClassVar[str]
    name: ClassVar[str]
    consumes: ClassVar[type]
    produces: ClassVar[type]
    options: ClassVar[tuple[str, ...]] = ()

    def check(self, options: Options) -> None:
        """Say before anything runs whether this backend can do what a call asks for.

        Raises:
            ConfigError: it can't.
            MissingExtraError: a package or program that it needs is not installed.
            ResourceError: one that was named can't be used.
        """
        return

    @abstractmethod
    def run(self, value: Any, ctx: Context) -> Any:
        """Turn the value of the stage before into this stage's value."""

    def config(self) -> dict[str, Any]:
        """Name and fields, as JSON-ready values."""
        return {"backend": self.name, **dataclasses.asdict(self)}

    def fingerprint(self) -> str:
        """Hash of what determines the output beside input and options; extend it by weights."""
        text = json.dumps(
            [type(self).__module__, type(self).__qualname__, self.config()], default=repr
        )
        return hashlib.sha256(text.encode()).hexdigest()
