"""Blender's Cycles or EEVEE, in a process of its own: text2sim itself never loads Blender."""

from __future__ import annotations

import contextlib
import functools
import tempfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, final

from text2sim.errors import ConfigError, ResourceError
from text2sim.render.cycles import program
from text2sim.render.stage import Picture, Renderer
from text2sim.stage import Context, Options
from text2sim.types import CameraTrack, Trace


@final
@dataclass(frozen=True, kw_only=True)
class CyclesRenderer(Renderer):
    """Hands the scene to a Blender and takes its frames back; docs/renderer.md shows how.

    Attributes:
        blender: path of a Blender 4.2 or newer, or of a Python that has bpy; None takes what the
            environment variable TEXT2SIM_BLENDER names, or the command `blender`.
        engine: "CYCLES" traces paths; "EEVEE" is faster and needs a display or a graphics card.
        device: "GPU" is an error where Cycles finds no graphics card.
        samples: paths, or EEVEE's samples, for each pixel.
        denoise: filter the noise of few samples with Open Image Denoise.
        shutter: share of a frame's time for which the shutter is open: motion blur; 0 for none.
        folder: keep what is exchanged here, and go on at the first missing frame when the same clip
            is rendered again; None uses a temporary folder.
        patience: longest time for one frame [s]; the first includes Blender's start.

    Raises:
        ConfigError: a value is out of bounds.
    """

    name: ClassVar[str] = "cycles"
    channels: ClassVar[tuple[str, ...]] = ("rgb", "depth", "segmentation", "classes")
    blender: str | None = None
    engine: Literal["CYCLES", "EEVEE"] = "CYCLES"
    device: Literal["CPU", "GPU"] = "CPU"
    samples: int = 32
    denoise: bool = True
    shutter: float = 0.0
    folder: str | None = None
    patience: float = 900.0

    def __post_init__(self) -> None:
        for name, known in (("engine", ("CYCLES", "EEVEE")), ("device", ("CPU", "GPU"))):
            if getattr(self, name) not in known:
                raise ConfigError(
                    f"{name} must be one of {', '.join(known)}; got {getattr(self, name)!r}."
                )
        bounds = {"samples": (1, 65536), "shutter": (0, 1), "patience": (1, 86400)}
        for name, (low, high) in bounds.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not low <= value <= high:
                raise ConfigError(f"{name} must lie between {low} and {high}; got {value!r}.")
        if int(self.samples) != self.samples:
            raise ConfigError(f"samples must be a whole number; got {self.samples!r}.")

    def check(self, options: Options) -> None:
        """See `Stage.check`.

        Raises:
            ConfigError: it can't make a channel that was asked for.
            MissingExtraError: no Blender is found, or pygltflib is not installed.
            ResourceError: what was named is no Blender.
        """
        super().check(options)
        program.find(self.blender)
        import text2sim.io.gltf  # noqa: F401

    def pictures(
        self, value: Trace, camera: CameraTrack, ctx: Context
    ) -> Generator[Picture, None, None]:
        """Run Blender and yield each frame as soon as it is there.

        Raises:
            Cancelled: the caller asked to stop; Blender is killed.
            MissingExtraError: no Blender is found, or pygltflib is not installed.
            ResourceError: what was named is no Blender, or the folder can't be written.
            StageError: Blender failed, hung, or returned something else than the pictures.
        """
        from text2sim.render.cycles import exchange

        blender, count = program.find(self.blender), len(value.object_positions)
        with self._exchange(value, camera, ctx) as folder:
            log, place = folder / "blender.log", folder / "frames"
            command = blender.command(folder / "inside.py", [str(folder), str(place)])
            with program.running(command, log) as process:
                for frame in range(count):
                    program.wait(
                        process, log, functools.partial(exchange.done, folder, frame),
                        patience=self.patience, look=functools.partial(ctx.report, frame, count),
                    )  # fmt: skip
                    yield exchange.read(folder, frame, value, ctx.size, ctx.channels)

    def settings(self) -> dict[str, Any]:
        """What the job says about quality."""
        return {
            "engine": self.engine, "device": self.device, "samples": int(self.samples),
            "denoise": self.denoise, "shutter": float(self.shutter), "seed": 0,
        }  # fmt: skip

    @contextlib.contextmanager
    def _exchange(self, trace: Trace, camera: CameraTrack, ctx: Context) -> Iterator[Path]:
        """The folder with the job; it goes away again unless the user chose the place."""
        from text2sim.render.cycles import exchange

        job = exchange.describe(trace, camera, ctx.size, ctx.channels, self.settings())
        if self.folder is None:
            with tempfile.TemporaryDirectory(prefix="text2sim-") as folder:
                yield exchange.pack(trace, job, Path(folder))
            return
        try:
            place = exchange.pack(trace, job, Path(self.folder).expanduser().resolve())
        except OSError as error:
            raise ResourceError(f"Can't write into {self.folder}: {error.strerror}.") from error
        yield place
