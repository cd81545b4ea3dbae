"""Sizes of the refiner's network: what a checkpoint needs to be built again."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, final

from text2sim.errors import ConfigError
from text2sim.motion.ssm.config import SSMMotionConfig
from text2sim.motion.ssm.features import DIM as MOTION
from text2sim.refine.state import DIM as STATE
from text2sim.refine.state import VERSION

CHANGES = 3 + 3 * 22
"""What is changed a frame: the place of the pelvis, and a turn of every joint."""


@final
@dataclass(frozen=True, kw_only=True)
class PhysicsSSMConfig:
    """Sizes of `PhysicsSSM`.

    Attributes:
        d_model: width of a frame inside the network.
        d_physics: width of the physical state inside the network.
        d_state: size of a head's state.
        n_layers: blocks.
        expand, head_width, kernel, chunk: of the mixers, see `SSMMotionConfig`.
        feed: inner width of the feed-forward part, times `d_model`.
        window: frames that are corrected at once.
        context: corrected frames before them that are seen.
        ahead: frames at the end of a window that are seen, and corrected by the next one.
        features: channels of the motion. states: of the physical state.
        layout: version of the physical state.
    """

    d_model: int = 256
    d_physics: int = 64
    d_state: int = 32
    n_layers: int = 3
    expand: int = 1
    head_width: int = 32
    feed: int = 2
    kernel: int = 3
    chunk: int = 40
    window: int = 64
    context: int = 16
    ahead: int = 12
    features: int = MOTION
    states: int = STATE
    layout: int = VERSION

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise ConfigError(f"{item.name} must be a whole number over 0; got {value!r}.")
        if self.ahead >= self.window:
            raise ConfigError(
                f"ahead ({self.ahead}) must be shorter than the window ({self.window})."
            )
        if (self.layout, self.states) != (VERSION, STATE):
            raise ConfigError(
                f"The network was trained on layout {self.layout} of the physical state "
                f"({self.states} channels); this text2sim has layout {VERSION} ({STATE}). "
                "Train it again, or use the text2sim that it came with."
            )
        self.mixer  # noqa: B018 - its own checks

    @property
    def mixer(self) -> SSMMotionConfig:
        """Sizes of the mixers."""
        return SSMMotionConfig(
            d_model=self.d_model, d_state=self.d_state, expand=self.expand,
            head_width=self.head_width, kernel=self.kernel, chunk=self.chunk,
        )  # fmt: skip

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> PhysicsSSMConfig:
        """From a config.json.

        Raises:
            ConfigError: a key is unknown or a value does not fit.
        """
        unknown = sorted(set(values) - {item.name for item in fields(cls)})
        if unknown:
            raise ConfigError(f"Unknown key in the network's config: {', '.join(unknown)}.")
        return cls(**values)
