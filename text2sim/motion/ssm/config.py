"""Sizes of the network: what a checkpoint needs to be built again."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, final

from text2sim.errors import ConfigError
from text2sim.language.marks import MARKS
from text2sim.motion.ssm.conditioning import MANNER, PLAN
from text2sim.motion.ssm.features import DIM


@final
@dataclass(frozen=True, kw_only=True)
class SSMMotionConfig:
    """Sizes of `MotionSSM`.

    Attributes:
        d_model: width of a frame inside the network.
        d_state: size of a head's state.
        n_layers: blocks.
        expand: inner width of a mixer, times `d_model`.
        head_width: of the recurrence.
        feed: inner width of the feed-forward part, times `d_model`.
        kernel: frames of the short convolution.
        chunk: frames a chunk of the scan.
        window: frames that are generated at once.
        context: past frames that the window sees one by one.
        history: past frames that training feeds to the memory, context included.
        tokens: longest sentence; longer ones are cut.
        token_width: of the static embedding of a token and its marks.
        text_width: of a token inside the network.
        features, plan, manner: channels, see `features` and `conditioning`.
    """

    d_model: int = 256
    d_state: int = 32
    n_layers: int = 4
    expand: int = 2
    head_width: int = 64
    feed: int = 2
    kernel: int = 3
    chunk: int = 40
    window: int = 64
    context: int = 16
    history: int = 32
    tokens: int = 32
    token_width: int = 256 + len(MARKS)
    text_width: int = 192
    features: int = DIM
    plan: int = PLAN
    manner: int = MANNER

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise ConfigError(f"{item.name} must be a whole number over 0; got {value!r}.")
        inner = self.expand * self.d_model
        if inner % self.head_width or (inner // self.head_width) % 2:
            raise ConfigError(
                f"expand * d_model ({inner}) must be an even number of heads of {self.head_width}."
            )
        if self.d_model % 4 or self.text_width % 4:
            raise ConfigError("d_model and text_width must be multiples of 4, for the heads.")
        if self.history < self.context:
            raise ConfigError(
                f"history ({self.history}) must not be shorter than context ({self.context})."
            )

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> SSMMotionConfig:
        """From a config.json.

        Raises:
            ConfigError: a key is unknown or a value does not fit.
        """
        known = {item.name for item in fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise ConfigError(f"Unknown key in the network's config: {', '.join(unknown)}.")
        return cls(**values)
