"""What is known of a clip before its pictures: the trace and all that led to it."""

from __future__ import annotations

import copy
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from text2sim.errors import ConfigError
from text2sim.evaluation.clip import ContactSpan, contact_timeline, evaluate
from text2sim.evaluation.metrics import Metrics
from text2sim.types import Motion, Outcome, Scene, ScenePlan, Script, Trace, World

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Recording(ABC):
    """A simulated clip, with its pictures (`Animation`) or about to be rendered (`Stream`)."""

    __slots__ = ("_config",)
    _config: dict[str, Any]

    def __init__(self, config: Mapping[str, Any]) -> None:
        """Keep the configuration.

        Args:
            config: what is needed to make the clip again, see `text2sim.provenance`; what JSON
                can't hold is kept as its `repr`.

        Raises:
            ConfigError: it is not a mapping of strings.
        """
        try:
            own = json.loads(json.dumps(dict(config), default=repr))
        except (TypeError, ValueError) as error:
            raise ConfigError(f"The config of an animation is no mapping: {error}.") from error
        object.__setattr__(self, "_config", own)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"An {type(self).__name__} is read-only; {name} can't be set.")

    @property
    @abstractmethod
    def trace(self) -> Trace:
        """What happened in the simulation."""

    @property
    @abstractmethod
    def size(self) -> tuple[int, int]:
        """Width and height of the picture [px]."""

    @property
    @abstractmethod
    def fps(self) -> float:
        """Frames per second."""

    @abstractmethod
    def __len__(self) -> int: ...

    @property
    @abstractmethod
    def warnings(self) -> tuple[str, ...]:
        """Warnings of all stages, in order, each once."""

    @property
    def duration(self) -> float:
        """Length [s]."""
        return len(self) / self.fps

    @property
    def start(self) -> float:
        """Where the first frame lies on the clock of the whole clip [s]; 0 unless it was sliced."""
        return self.trace.start

    @property
    def world(self) -> World:
        """The world before the first step."""
        return self.trace.world

    @property
    def motion(self) -> Motion:
        """The motion before physics, of the whole clip."""
        return self.world.motion

    @property
    def scene(self) -> Scene:
        """Meshes, bodies and materials."""
        assert self.motion.scene is not None  # `World` promises it.
        return self.motion.scene

    @property
    def plan(self) -> ScenePlan:
        """Where everything stands and when everything happens."""
        return self.scene.plan

    @property
    def script(self) -> Script:
        """What was understood of the prompt."""
        return self.plan.script

    @property
    def prompt(self) -> str:
        """The sentence it was made from."""
        return self.script.prompt

    @property
    def outcome(self) -> Outcome:
        """How the simulation ended."""
        return self.trace.outcome

    @property
    def config(self) -> dict[str, Any]:
        """All that is needed to make it again: prompt, options, backends, versions; a copy."""
        return copy.deepcopy(self._config)

    def credits(self) -> dict[str, Any]:
        """Prompt, seed and version, for the metadata of files."""
        from text2sim import __version__

        return {"prompt": self.prompt, "seed": self._config.get("seed"), "text2sim": __version__}

    def metrics(self) -> Metrics:
        """Figures with units, by name: tracking error, foot skate, penetration, assist, ...

        What a motion has without physics, too, is given `before` and after it.
        """
        return evaluate(self.trace)

    def contact_timeline(self) -> tuple[ContactSpan, ...]:
        """When each sole point was on the ground, by the engine's contacts, in order of time."""
        return contact_timeline(self.trace)

    def plot_physics(self) -> Figure:
        """A figure of every actor over time: contacts, feet, errors, assist, effort.

        `anim.plot_physics().savefig("physics.png")` keeps it; notebooks show it.

        Raises:
            MissingExtraError: matplotlib is not installed.
        """
        from text2sim.io.physics_plot import plot_physics

        return plot_physics(self.trace)

    def _warnings(self, *more: Any) -> tuple[str, ...]:
        values = (self.script, self.plan, self.scene, self.motion, self.world, self.trace, *more)
        return tuple(dict.fromkeys(text for value in values for text in value.warnings))
