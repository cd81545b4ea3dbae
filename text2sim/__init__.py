"""text2sim turns a sentence into a physically simulated 3D animation.

from text2sim import Pipeline
Pipeline()("a man walks up stairs").save("stairs.mp4")
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from text2sim.errors import Text2SimError

if TYPE_CHECKING:
    from text2sim.animation import Animation
    from text2sim.pipeline import Pipeline, Result
    from text2sim.stage import Context, Options, Stage

__version__ = "0.1.0.dev0"
__all__ = [
    "Animation",
    "Context",
    "Options",
    "Pipeline",
    "Result",
    "Stage",
    "Text2SimError",
    "load",
]

_HOMES = {
    "Animation": "text2sim.animation",
    "Context": "text2sim.stage",
    "Options": "text2sim.stage",
    "Pipeline": "text2sim.pipeline",
    "Result": "text2sim.pipeline",
    "Stage": "text2sim.stage",
}


def load(path: str) -> Animation:
    """The animation in a `.npz` file that `Animation.save` wrote.

    Raises:
        ResourceError: the file is missing, corrupt, or not of this kind.
    """
    from text2sim.animation import Animation

    return Animation.load(path)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'text2sim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
