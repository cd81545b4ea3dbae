"""A clip that is rendered while it is written: no more than two frames are ever held."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, final

from text2sim import io
from text2sim.errors import ConfigError
from text2sim.recording import Recording
from text2sim.types import Frames, Trace

Render = Callable[[], Iterator[Frames]]


@final
class Stream(Recording):
    """A simulated clip whose frames are rendered when they are asked for.

    Iterating renders it: one `Frames` of one frame each, with its part of the trace. Iterating
    again renders again. `save` renders once for all the files it is given.
    """

    __slots__ = ("_channels", "_render", "_size", "_trace")
    _trace: Trace
    _size: tuple[int, int]
    _channels: tuple[str, ...]
    _render: Render

    def __init__(
        self,
        trace: Trace,
        *,
        size: tuple[int, int],
        channels: tuple[str, ...],
        render: Render,
        config: Mapping[str, Any],
    ) -> None:
        """Join what happened and the way to show it.

        Args:
            trace: the output of the controller.
            size: width and height of the picture [px].
            channels: those that `render` makes.
            render: begins to render from the first frame.
            config: see `text2sim.provenance`.
        """
        if not len(trace.object_positions):
            raise ConfigError("A stream needs at least one frame.")
        super().__init__(config)
        for name, value in (
            ("_trace", trace), ("_size", size), ("_channels", channels), ("_render", render),
        ):  # fmt: skip
            object.__setattr__(self, name, value)

    @property
    def trace(self) -> Trace:
        """What happened in the simulation."""
        return self._trace

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture [px]."""
        return self._size

    @property
    def fps(self) -> float:
        """Frames per second."""
        return self._trace.fps

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings of all stages before the renderer, in order, each once."""
        return self._warnings()

    def __len__(self) -> int:
        return len(self._trace.object_positions)

    def __iter__(self) -> Iterator[Frames]:
        return self._render()

    def save(
        self,
        *paths: str | os.PathLike[str],
        overwrite: bool = True,
        channels: tuple[str, ...] | None = None,
        exr: bool = False,
    ) -> list[Path]:
        """Render, and write .mp4, .webm, .json and folders of channels on the way.

        The arguments are those of `Animation.save`. The files appear in the end; none does if
        rendering fails or is cancelled.

        Raises:
            ConfigError: a format needs the whole clip, or a channel is not made.
            ResourceError: a file can't be written, or it exists and `overwrite` is False.
            Cancelled: the caller asked to stop.
        """
        with (
            io.filling(
                self, paths, overwrite=overwrite, made=self._channels, channels=channels, exr=exr
            ) as put,
            closing(_generator(self)) as parts,
        ):
            for frames in parts:
                put(frames)
        return [Path(path) for path in paths]

    def __repr__(self) -> str:
        width, height = self.size
        return (
            f"<Stream {self.prompt!r}: {self.duration:.2f} s, {len(self)} frames of "
            f"{width}x{height} at {self.fps:g} fps, {self.outcome.status}>"
        )


def _generator(parts: Iterable[Frames]) -> Any:
    """One that can be closed, so that a renderer ends with the block."""
    yield from parts
