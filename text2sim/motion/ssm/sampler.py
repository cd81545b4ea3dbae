"""Windows of motion, one after the other, from a trained network: flow matching in a few steps.

The network is asked through `Network`, which an ONNX graph and the torch module both fulfil, so
that nothing here needs torch.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Protocol, final

import numpy as np

from text2sim.errors import ConfigError
from text2sim.language.tokens import encode_batch
from text2sim.motion.ssm.conditioning import PLAN, manner_channels
from text2sim.motion.ssm.config import SSMMotionConfig
from text2sim.motion.ssm.features import DIM, Anchor, places

Array = np.ndarray
State = tuple[Array, Array]


class Network(Protocol):
    """The three parts of `MotionSSM`, on NumPy arrays; shapes as there."""

    config: SSMMotionConfig
    mean: Array
    scale: Array

    def read(self, tokens: Array, present: Array, known: Array) -> tuple[Array, Array]:
        """`TextEncoder`: tokens in their context, and their sum."""
        ...

    def remember(self, past: Array, mask: Array, state: State) -> tuple[Array, State]:
        """`Memory`: past frames, and the state to go on from."""
        ...

    def denoise(self, noisy: Array, time: Array, given: dict[str, Array]) -> Array:
        """`MotionSSM.denoise`: the clean window; `given` by the names of its arguments."""
        ...


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Request:
    """What a window should show.

    Attributes:
        text: a sentence; "" for none.
        frames: 1 to the window of the network.
        plan: channels (T, `PLAN`), see `conditioning`; None: nothing is planned.
        speed: over ground [m/s]. tags: see `conditioning.TAGS`. None: not said.
        kept: features (T, `DIM`) of which those that `held` (T, `DIM`) marks are met exactly: a
            pose to reach, an arm that keeps its motion.
        held: see `kept`.
    """

    text: str
    frames: int
    plan: Array | None = None
    speed: float | None = None
    tags: tuple[str, ...] | None = None
    kept: Array | None = None
    held: Array | None = None


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Stream:
    """Where a motion has got to: all that the next window needs, of constant size.

    Attributes:
        anchor: place and facing of the last frame.
        state: of the memory.
        context: its last outputs, (C, D), and how many of them are real (`seen`).
    """

    anchor: Anchor
    state: State
    context: Array
    seen: int = 0


@final
@dataclass(frozen=True, kw_only=True)
class Sampler:
    """Draws windows.

    Attributes:
        network: see `Network`.
        evaluations: of the network for a window, each for the text and, if guided, without it.
        guidance: how much more the text counts than it does by itself; 1 is as trained.
        shift: how much denser steps are near the noise, where the action is decided.
    """

    network: Network
    evaluations: int = 8
    guidance: float = 2.0
    shift: float = 2.0
    _texts: dict[str, tuple[Array, Array, Array]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if not 1 <= self.evaluations <= 1000:
            raise ConfigError(f"evaluations must lie between 1 and 1000; got {self.evaluations}.")
        if not 0.0 <= self.guidance <= 20.0 or not 0.2 <= self.shift <= 5.0:
            raise ConfigError(
                "guidance must lie between 0 and 20 and shift between 0.2 and 5; got "
                f"{self.guidance:g} and {self.shift:g}."
            )

    def start(self, anchor: Anchor | None = None) -> Stream:
        """A stream without a past."""
        config = self.network.config
        inner = config.expand * config.d_model
        mixed = inner + 2 * config.d_state
        heads = inner // config.head_width
        return Stream(
            anchor=anchor or Anchor(),
            state=(
                np.zeros((1, heads, config.d_state, config.head_width), np.float32),
                np.zeros((1, config.kernel - 1, mixed), np.float32),
            ),
            context=np.zeros((config.context, config.d_model), np.float32),
        )  # fmt: skip

    def after(self, stream: Stream, features: Array) -> Stream:
        """The stream after frames of features (T, `DIM`), which may come from elsewhere."""
        if not len(features):
            return stream
        network = self.network
        normal = ((features - network.mean) / network.scale).astype(np.float32)[None]
        there = np.ones((1, normal.shape[1]), dtype=bool)
        seen, state = network.remember(normal, there, stream.state)
        size = network.config.context
        place = places(np.asarray(features, dtype=np.float64), stream.anchor)[-1]
        return replace(
            stream, anchor=Anchor(x=place[0], y=place[1], yaw=place[2]), state=state,
            context=np.concatenate([stream.context, seen[0]])[-size:],
            seen=min(stream.seen + normal.shape[1], size),
        )  # fmt: skip

    def window(
        self, stream: Stream, request: Request, rng: np.random.Generator
    ) -> tuple[Array, Stream]:
        """The next frames, features (T, `DIM`), and the stream after them."""
        size = self.network.config.window
        if not 1 <= request.frames <= size:
            raise ConfigError(f"A window has 1 to {size} frames; got {request.frames}.")
        given = self._given(stream, request)
        noise = rng.standard_normal((1, size, DIM)).astype(np.float32)
        normal = self._flow(noise, given, self._held(request))
        features = normal[0, : request.frames] * self.network.scale + self.network.mean
        return features, self.after(stream, features)

    def _flow(self, x: Array, given: dict[str, Array], held: tuple[Array, Array]) -> Array:
        times = np.linspace(0.0, 1.0, self.evaluations + 1) ** self.shift
        for now, then in pairwise(times):
            clean = self._clean(x, now, given)
            clean = np.where(held[0], held[1], clean)
            x = x + np.float32((then - now) / (1.0 - now)) * (clean - x)
        return x

    def _clean(self, x: Array, time: float, given: dict[str, Array]) -> Array:
        """The clean window, pushed away from what would be without the text."""
        rows = len(given["plan"])
        made = self.network.denoise(
            np.repeat(x, rows, axis=0), np.full(rows, time, dtype=np.float32), given
        )
        if rows == 1:
            return made
        return made[1:] + np.float32(self.guidance) * (made[:1] - made[1:])

    def _given(self, stream: Stream, request: Request) -> dict[str, Array]:
        """Arguments of `denoise`: one row, or a second without the text for the guidance."""
        config = self.network.config
        rows = 2 if request.text.strip() and self.guidance != 1.0 else 1
        tokens, pooled, present = self._read(request.text, rows)
        planned = np.zeros((config.window, PLAN), dtype=np.float32)
        if request.plan is not None:
            planned[: request.frames] = request.plan
        manner = manner_channels(request.speed, request.tags).astype(np.float32)
        mask = np.arange(config.window) < request.frames
        seen = np.arange(config.context) >= config.context - stream.seen
        each: dict[str, Array] = {
            "context": stream.context, "context_mask": seen, "mask": mask, "plan": planned,
            "manner": manner,
        }  # fmt: skip
        repeated = {name: np.repeat(value[None], rows, axis=0) for name, value in each.items()}
        return repeated | {"tokens": tokens, "pooled": pooled, "present": present}

    def _read(self, text: str, rows: int) -> tuple[Array, Array, Array]:
        key = f"{rows}:{text}"
        if key not in self._texts:
            found = encode_batch([text] * rows, length=self.network.config.tokens)
            known = np.array([bool(text.strip()), False][:rows])
            present = found.mask.copy()
            present[:, 0] = True
            both = np.concatenate([found.vectors, found.marks], axis=-1)
            if len(self._texts) > 256:
                self._texts.clear()
            self._texts[key] = (*self.network.read(both, present, known), present)
        return self._texts[key]

    def _held(self, request: Request) -> tuple[Array, Array]:
        """Where features are given, and what they are, normalised, (1, W, `DIM`)."""
        size = self.network.config.window
        where, values = np.zeros((1, size, DIM), bool), np.zeros((1, size, DIM), np.float32)
        if request.kept is not None and request.held is not None:
            where[0, : request.frames] = request.held
            normal = (request.kept - self.network.mean) / self.network.scale
            values[0, : request.frames] = normal
        return where, values
