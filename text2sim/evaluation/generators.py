"""What is evaluated: anything that makes a motion of a sentence, and where it is looked up."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, final

import numpy as np

from text2sim.errors import ConfigError, ResourceError, Text2SimError, nearest
from text2sim.evaluation.samples import FPS
from text2sim.skeleton import Skeleton
from text2sim.types import Track

Generator = Callable[[str, float, int], Track]
"""(sentence, length [s], seed) -> a track at 20 frames/s, of about that length."""


DIRECT: dict[str, str] = {
    "retrieval": "text2sim.motion.retrieval.direct:generate",
    "ssm": "text2sim.motion.ssm.direct:generate",
}
"""Backends that make motion of a sentence without a plan: "module:function"."""


@final
@dataclass(frozen=True, kw_only=True)
class ThroughPipeline:
    """The first actor of `Pipeline(motion=...)`: parser and planner are judged too."""

    backend: str

    def __call__(self, text: str, duration: float, seed: int) -> Track:
        """The motion before physics.

        Raises:
            Text2SimError: the prompt can't be animated.
        """
        motion = _pipeline(self.backend)(
            text, seed=seed, duration=max(duration, 0.5), fps=FPS, until="motion", progress=False
        )
        return motion.tracks[0]


@cache
def _pipeline(backend: str) -> Any:
    """One pipeline a backend, as it keeps what was loaded."""
    from text2sim.pipeline import Pipeline

    return Pipeline(motion=backend)


def known() -> tuple[str, ...]:
    """Names that `generator` takes, beside "real"."""
    from text2sim.registry import backends

    return backends("motion")


def generator(name: str) -> Generator:
    """A generator by its name: what makes motion of a sentence alone, else the whole pipeline.

    Raises:
        ConfigError: there is none of that name.
    """
    if name not in known():
        names = ("real", *known())
        raise ConfigError(
            f"Nothing to evaluate is called {name!r}.{nearest(name, names)} "
            f"Known: {', '.join(names)}."
        )
    if name in DIRECT:
        module, _, attribute = DIRECT[name].partition(":")
        return getattr(importlib.import_module(module), attribute)
    return ThroughPipeline(backend=name)


def safely(make: Generator, text: str, duration: float, seed: int) -> tuple[Track, bool]:
    """What a generator makes, and whether it did: a body that stands still takes its place.

    Raises:
        ResourceError: weights or data are missing: that is no answer to a sentence.
    """
    try:
        return make(text, duration, seed), True
    except (ResourceError, ImportError):
        raise
    except Text2SimError:
        return still(duration), False


def still(duration: float) -> Track:
    """A body in the rest pose."""
    frames, skeleton = max(5, round(duration * FPS)), Skeleton.of_stature()
    return Track(
        actor="actor", skeleton=skeleton,
        root_positions=np.tile(skeleton.offsets[0], (frames, 1)),
        rotations_wxyz=np.tile([1.0, 0.0, 0.0, 0.0], (frames, 22, 1)),
        contacts=np.ones((frames, 4), dtype=bool),
    )  # fmt: skip
