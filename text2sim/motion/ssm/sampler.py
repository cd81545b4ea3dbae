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
from text2sim.maths import filters
from text2sim.motion.ssm.conditioning import PLAN, manner_channels
from text2sim.motion.ssm.config import SSMMotionConfig
from text2sim.motion.ssm.features import CONTACTS, DIM, FPS, Anchor, places

Array = np.ndarray
State = tuple[Array, Array]
_SEAM = 0.35
"""How long the jump at the border of two windows takes to decay [s]."""
_STEER = 6.0
"""Standard deviation of the Gaussian that separates a way from its sway [frames]."""


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
        places: where the body must get and face, (T, 3): x, y [m] and yaw [rad], world. The plan
            alone is a wish; with places the way is drawn there while the motion takes shape.
    """

    text: str
    frames: int
    plan: Array | None = None
    speed: float | None = None
    tags: tuple[str, ...] | None = None
    kept: Array | None = None
    held: Array | None = None
    places: Array | None = None


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Stream:
    """Where a motion has got to: all that the next window needs, of constant size.

    Attributes:
        anchor: place and facing of the last frame.
        state: of the memory.
        context: its last outputs, (C, D), and how many of them are real (`seen`).
        last: the last two frames, (2, `DIM`), which the next window goes on from smoothly.
    """

    anchor: Anchor
    state: State
    context: Array
    seen: int = 0
    last: Array | None = None


@final
@dataclass(frozen=True, kw_only=True)
class Sampler:
    """Draws windows.

    Attributes:
        network: see `Network`.
        evaluations: of the network for a window, each for the text and, if guided, without it.
        guidance: how much more the text counts than it does by itself; 1 is as trained.
        shift: how much denser steps are near the noise, where the action is decided.
        noise: standard deviation of what a window begins with; 0 for a network of regression.
    """

    network: Network
    evaluations: int = 8
    guidance: float = 3.5
    shift: float = 2.0
    noise: float = 1.0
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
        first = features[:1] if stream.last is None else stream.last
        place = places(np.asarray(features, dtype=np.float64), stream.anchor)[-1]
        return replace(
            stream, anchor=Anchor(x=place[0], y=place[1], yaw=place[2]), state=state,
            context=np.concatenate([stream.context, seen[0]])[-size:],
            seen=min(stream.seen + normal.shape[1], size),
            last=np.concatenate([first, features])[-2:],
        )  # fmt: skip

    def window(
        self, stream: Stream, request: Request, rng: np.random.Generator
    ) -> tuple[Array, Stream]:
        """The next frames, features (T, `DIM`), and the stream after them."""
        size = self.network.config.window
        if not 1 <= request.frames <= size:
            raise ConfigError(f"A window has 1 to {size} frames; got {request.frames}.")
        given = self._given(stream, request)
        noise = np.float32(self.noise) * rng.standard_normal((1, size, DIM)).astype(np.float32)
        normal = self._flow(noise, given, self._held(request), stream.anchor, request)
        features = normal[0, : request.frames] * self.network.scale + self.network.mean
        features = _joined(stream.last, features, self._held(request)[0][0, : request.frames])
        return features, self.after(stream, features)

    def _flow(
        self, x: Array, given: dict[str, Array], held: tuple[Array, Array], anchor: Anchor,
        request: Request,
    ) -> Array:  # fmt: skip
        times = np.linspace(0.0, 1.0, self.evaluations + 1) ** self.shift
        for now, then in pairwise(times):
            x = np.where(held[0], held[1], x)
            clean = np.where(held[0], held[1], self._clean(x, now, given))
            if request.places is not None:
                self._steer(clean[0, : request.frames], request.places, anchor)
            x = x + np.float32((then - now) / (1.0 - now)) * (clean - x)
        return x

    def _steer(self, clean: Array, wanted: Array, anchor: Anchor) -> None:
        """Draw turn and velocity of a normalised window (T, `DIM`), in place, to wanted places.

        What is corrected is the smooth part of the error alone: steps keep their sway.
        """
        part = slice(0, 3)
        mean, scale = self.network.mean[part], self.network.scale[part]
        raw = np.asarray(clean[:, part] * scale + mean, dtype=np.float64)
        yaw = wanted[:, 2] - places(raw, anchor)[:, 2]
        raw[:, 0] += _smooth_steps(yaw)
        found = places(raw, anchor)
        steps = np.column_stack([_smooth_steps(wanted[:, i] - found[:, i]) for i in range(2)])
        cosine, sine = np.cos(found[:, 2]), np.sin(found[:, 2])
        raw[:, 1] += cosine * steps[:, 0] + sine * steps[:, 1]
        raw[:, 2] += cosine * steps[:, 1] - sine * steps[:, 0]
        clean[:, part] = (raw - mean) / scale

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


def _smooth_steps(error: Array) -> Array:
    """Steps (T,) that undo the smooth part of an error (T,), which is 0 in the frame before."""
    size = len(error)
    late = np.concatenate([np.zeros(size), error, np.full(size, error[-1])])
    smooth = filters.gaussian(late, min(_STEER, 0.4 * size))[size : 2 * size]
    rise = filters.minimum_jerk((np.arange(size) + 1.0) / min(_STEER, size))
    return np.diff(smooth * rise, prepend=0.0)


def _joined(last: Array | None, features: Array, held: Array) -> Array:
    """Features (T, `DIM`) without the jump after the `last` two frames (2, `DIM`).

    The difference in value and velocity decays (inertialisation, Bollo 2018); contacts and what is
    `held` (T, `DIM`) stay.
    """
    if last is None or len(features) < 3:
        return features
    jump = 2.0 * last[1] - last[0] - features[0]
    speed = (last[1] - last[0] - features[1] + features[0]) * FPS
    times = np.arange(len(features)) / FPS
    offset = filters.decaying_offset(jump, speed, times, _SEAM)
    offset[:, CONTACTS] = 0.0
    return np.where(held, features, features + offset).astype(np.float32)
