"""Sizes of MDM's networks: the published one, and one that learns its own reading of sentences."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, final

from text2sim.errors import ConfigError
from text2sim.motion.ssm.config import SSMMotionConfig
from text2sim.motion.ssm.features import DIM


@final
@dataclass(frozen=True, kw_only=True)
class MDMConfig:
    """Sizes; the defaults are `humanml_trans_enc_512`'s."""

    features: int = 263
    width: int = 512
    layers: int = 8
    heads: int = 4
    feedforward: int = 1024
    sentence: int = 512
    dropout: float = 0.1


@final
@dataclass(frozen=True, kw_only=True)
class TokenMDMConfig:
    """Sizes of `TokenMDM`; the defaults have as many weights as MotionSSM.

    Attributes:
        width, layers, heads, feedforward, dropout: of MDM.
        window: frames of the longest motion.
        history: past frames that it sees: none.
        tokens: longest sentence; longer ones are cut.
        text_width: of a token inside the network, and of the sentence.
        features: of a frame, see `text2sim.motion.ssm.features`.
    """

    width: int = 288
    layers: int = 8
    heads: int = 4
    feedforward: int = 576
    dropout: float = 0.1
    window: int = 196
    history: int = 0
    tokens: int = 32
    text_width: int = 192
    features: int = DIM

    def __post_init__(self) -> None:
        whole = (f.name for f in fields(self) if f.name not in ("history", "dropout"))
        for name in whole:
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise ConfigError(f"{name} must be a whole number over 0; got {value!r}.")
        if self.width % (2 * self.heads) or self.text_width % 4:
            raise ConfigError(
                "width must be a multiple of twice the heads, and text_width of 4; got "
                f"{self.width}, {self.heads} and {self.text_width}."
            )
        if self.history or self.features != DIM or not 0.0 <= self.dropout < 1.0:
            raise ConfigError(
                f"MDM sees no past and {DIM} features, and dropout lies between 0 and 1; got "
                f"{self.history}, {self.features} and {self.dropout}."
            )

    @property
    def mdm(self) -> MDMConfig:
        """Sizes of the part that is MDM's."""
        return MDMConfig(
            features=self.features, width=self.width, layers=self.layers, heads=self.heads,
            feedforward=self.feedforward, sentence=self.text_width, dropout=self.dropout,
        )  # fmt: skip

    @property
    def text(self) -> SSMMotionConfig:
        """Sizes of the text encoder, which is MotionSSM's."""
        return SSMMotionConfig(tokens=self.tokens, text_width=self.text_width)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> TokenMDMConfig:
        """From the notes of a checkpoint.

        Raises:
            ConfigError: a key is unknown or a value does not fit.
        """
        unknown = sorted(set(values) - {item.name for item in fields(cls)})
        if unknown:
            raise ConfigError(f"Unknown key in the network's config: {', '.join(unknown)}.")
        return cls(**values)
