"""Film: lens, shutter and laboratory for the renderer's pictures. Needs no weights."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from text2sim.enhance.film.looks import PRESETS, Film, Preset
from text2sim.enhance.stage import Enhancer
from text2sim.errors import ConfigError, nearest
from text2sim.stage import Context
from text2sim.types import Frames

BOUNDS: dict[str, tuple[float, float]] = {
    "exposure": (-6.0, 6.0), "metering": (0.0, 1.0), "contrast": (0.0, 1.0), "fade": (0.0, 0.3),
    "saturation": (0.0, 2.0), "warmth": (-1.0, 1.0), "bloom": (0.0, 1.0), "aperture": (0.0, 1.0),
    "shutter": (0.0, 1.0), "grain": (0.0, 30.0), "vignette": (0.0, 1.0), "letterbox": (0.0, 10.0),
}  # fmt: skip
"""Smallest and largest value of each setting."""


@final
@dataclass(frozen=True, kw_only=True)
class FilmEnhancer(Enhancer):
    """Looks like film: depth of field, motion blur, bloom, tone, colour, grain, letterbox.

    Depth of field follows the true depth, motion blur the true flow. Settings that are None are
    those of the preset; `text2sim.enhance.film.looks.Film` says what they mean.

    Attributes:
        preset: "neutral" changes nothing by itself.
        focus: distance of the sharp plane [m]; None focuses on the people.

    Raises:
        ConfigError: there is no such preset, or a setting is out of bounds.
    """

    name: ClassVar[str] = "film"
    framewise: ClassVar[bool] = True
    options: ClassVar[tuple[str, ...]] = ("seed",)
    preset: Preset = "cinematic"
    focus: float | None = None
    exposure: float | None = None
    metering: float | None = None
    contrast: float | None = None
    fade: float | None = None
    saturation: float | None = None
    warmth: float | None = None
    bloom: float | None = None
    aperture: float | None = None
    shutter: float | None = None
    grain: float | None = None
    vignette: float | None = None
    letterbox: float | None = None

    def __post_init__(self) -> None:
        if self.preset not in PRESETS:
            hint = nearest(str(self.preset), tuple(PRESETS))
            raise ConfigError(
                f"There is no film preset {self.preset!r}.{hint} Known: {', '.join(PRESETS)}."
            )
        for name, (low, high) in {**BOUNDS, "focus": (0.05, 1e4)}.items():
            value: Any = getattr(self, name)
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, (int, float, np.number)):
                raise ConfigError(f"{name} must be a number or None; got {value!r}.")
            if not low <= value <= high:
                raise ConfigError(f"{name} must lie between {low:g} and {high:g}; got {value}.")

    @property
    def film(self) -> Film:
        """All settings: the preset's and the own ones."""
        own = {name: getattr(self, name) for name in BOUNDS if getattr(self, name) is not None}
        return PRESETS[self.preset]._replace(**own)

    def needs(self) -> tuple[str, ...]:
        """Depth for the lens and to blur what moves in front; flow for the shutter."""
        film = self.film
        lens = ("depth",) if film.aperture > 0.0 or film.shutter > 0.0 else ()
        return (*lens, *(("flow", "flow_state") if film.shutter > 0.0 else ()))

    def run(self, value: Frames, ctx: Context) -> Frames:
        """Develop the clip.

        Raises:
            Cancelled: the caller asked to stop.
            ConfigError: the frames lack a channel that it needs.
        """
        (whole,) = self.stream(iter([value]), ctx)
        return whole

    def stream(self, parts: Iterator[Frames], ctx: Context) -> Iterator[Frames]:
        """Develop parts in their order; exposure and focus follow from one to the next.

        Raises:
            Cancelled: the caller asked to stop.
            ConfigError: the frames lack a channel that it needs.
        """
        from text2sim.enhance.film.darkroom import Darkroom
        from text2sim.threads import Team

        room: Darkroom | None = None
        with Team() as team:
            for part in parts:
                self._check(part)
                rgb, count = np.empty_like(part.rgb), len(part.rgb)
                if room is None:
                    room = Darkroom(self.film, self.focus, part.size, part.fps, ctx.rng(), team)
                for frame in range(count):
                    ctx.report(frame, count)
                    room.develop(part, frame, rgb[frame])
                yield dataclasses.replace(part, rgb=rgb)

    def _check(self, frames: Frames) -> None:
        missing = [name for name in self.needs() if name not in frames.channels]
        if missing:
            raise ConfigError(
                f"The film enhancer needs the channels {', '.join(missing)}; render with them, or "
                f"switch off what needs them: aperture=0, shutter=0."
            )
