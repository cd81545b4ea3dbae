"""Neural: a small network that brings the rasteriser's frame nearer to a path-traced one."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, final

import numpy as np

from text2sim.enhance.neural.inputs import FEATURES, NEEDS, inputs, known, padded
from text2sim.enhance.stage import Enhancer
from text2sim.errors import ResourceError
from text2sim.graphs import open_graph
from text2sim.resources import resource
from text2sim.stage import Context, Options
from text2sim.types import Frames

FORMAT = "text2sim neural enhancer"
FILES = ("config.json", "graph.onnx")


@final
@dataclass(frozen=True, kw_only=True)
class NeuralEnhancer(Enhancer):
    """Soft shadows, light between things and contact shadows by a network, frame by frame.

    Attributes:
        weights: folder of a trained model (`text2sim train neural-enhancer`); None takes the
            released one.
        threads: of the network; 0 lets onnxruntime choose.
    """

    name: ClassVar[str] = "neural"
    framewise: ClassVar[bool] = True
    weights: str | None = None
    threads: int = 0

    def needs(self) -> tuple[str, ...]:
        """All that describes the surface in a pixel."""
        return NEEDS

    def folder(self) -> Path:
        """Where the model is.

        Raises:
            ResourceError: there is none, or it is of another kind.
        """
        if self.weights is None:
            try:
                found = resource("models", "enhancer-neural")
            except ResourceError as error:
                raise ResourceError(
                    "No weights of the neural enhancer are released yet. Train your own "
                    "(`text2sim data pairs PAIRS/`, then `text2sim train neural-enhancer "
                    "--pairs PAIRS/ --out RUN/`) and give NeuralEnhancer(weights='RUN/model'), or "
                    "choose enhancer='film', which needs none."
                ) from error
        else:
            found = Path(self.weights).expanduser()
        for name in FILES:
            if not (found / name).is_file():
                raise ResourceError(f"{found} is no neural enhancer: it has no {name}.")
        try:
            about = json.loads((found / "config.json").read_text(encoding="utf-8"))
            right = about["format"] == FORMAT and about["features"] == FEATURES
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ResourceError(f"{found / 'config.json'} can't be read: {error!r}.") from error
        if not right:
            raise ResourceError(f"{found} is a model of another kind or version, not a {FORMAT}.")
        return found

    def check(self, options: Options) -> None:
        """See `Stage.check`.

        Raises:
            ResourceError: there are no weights, or they are of another kind.
        """
        self.folder()

    def fingerprint(self) -> str:
        """The weights count too."""
        try:
            content = (self.folder() / "graph.onnx").read_bytes()
        except ResourceError:
            return super().fingerprint()
        return hashlib.sha256(super().fingerprint().encode() + content).hexdigest()

    def run(self, value: Frames, ctx: Context) -> Frames:
        """Finish every frame by itself.

        Raises:
            Cancelled: the caller asked to stop.
            ResourceError: there are no weights, or they can't be read.
        """
        session = _session(self.folder() / "graph.onnx", self.threads)
        rgb, count = np.empty_like(value.rgb), len(value.rgb)
        for frame in range(count):
            ctx.report(frame, count)
            channels = {name: value.channels[name][frame] for name in ("rgb", *NEEDS)}
            rgb[frame] = finish(session, channels)
        return dataclasses.replace(value, rgb=rgb)


def finish(session: Any, channels: dict[str, np.ndarray]) -> np.ndarray:
    """The finished sRGB picture (H, W, 3) uint8 of the channels of one frame."""
    height, width = channels["depth"].shape
    given = {
        "inputs": padded(inputs(channels))[None],
        "known": padded(known(channels["segmentation"]))[None],
    }
    (picture,) = session.run(None, given)
    values = picture[0, :, :height, :width] * 255.0 + 0.5
    return np.moveaxis(np.clip(values, 0.0, 255.0), 0, -1).astype(np.uint8)


_SESSIONS: dict[tuple[str, int, int], Any] = {}


def _session(path: Path, threads: int) -> Any:
    """An open graph; the last one stays open, as streams ask for it with every frame."""
    key = (str(path.resolve()), path.stat().st_mtime_ns, threads)
    if key not in _SESSIONS:
        session = open_graph(path, "The neural enhancer", threads=threads)
        _SESSIONS.clear()
        _SESSIONS[key] = session
    return _SESSIONS[key]
