"""MotionSSM: a selective state-space denoiser of windows of motion, in plain torch.

Symbols, and where they are from (Mamba-2: Dao and Gu 2024, "Transformers are SSMs"; Motion Mamba:
Zhang et al. 2024, which scans a window in both directions):

    B  batch      T  frames of a window      D  width of the model (`d_model`)
    H  heads      P  width of a head         N  size of a head's state (`d_state`)
    G  groups of heads that share B and C (Mamba-2, section 8.2); here one a direction

    x  (B, T, H, P)   input of the recurrence, times the step dt
    a  (B, T, H)      log of the decay of a frame: dt * A, A < 0 a scalar a head (Mamba-2, eq. 1)
    b  (B, T, G, N)   what a frame writes into the state          (B in the papers)
    c  (B, T, G, N)   what a frame reads from the state           (C in the papers)
    h  (B, H, N, P)   the state: h_t = exp(a_t) h_{t-1} + b_t x_t;   y_t = c_t h_t

`scan` evaluates the recurrence by matrix products of chunks (Mamba-2, section 6, "SSD"), `step` one
frame at a time. Past frames go through a causal scan whose state is carried from window to window
(`Memory`); inside a window half of the heads run forward and half backward (`Mixer`).

Not here: convolution kernels in CUDA, variable-length packing, caching of attention.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from text2sim.motion.ssm.config import SSMMotionConfig

LOWEST = -1e9
"""Log of no weight at all; finite, so that an exported graph has no NaN."""


def scan(
    x: Tensor, a: Tensor, b: Tensor, c: Tensor, *, chunk: int, state: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """The recurrence over T frames in chunks: y (B, T, H, P) and the last state (B, H, N, P).

    Args:
        x, a, b, c: see the glossary; heads of a group are neighbours.
        chunk: frames a chunk; the last may be shorter.
        state: the state before the first frame; zeros if None.
    """
    heads = x.shape[2] // b.shape[2]
    if state is None:
        state = x.new_zeros(x.shape[0], x.shape[2], b.shape[3], x.shape[3])
    outputs = []
    for start in range(0, x.shape[1], chunk):
        part = slice(start, start + chunk)
        y, state = _chunk(
            x[:, part].transpose(1, 2), a[:, part].transpose(1, 2),
            b[:, part].transpose(1, 2), c[:, part].transpose(1, 2), heads, state,
        )  # fmt: skip
        outputs.append(y.transpose(1, 2))
    return torch.cat(outputs, dim=1), state


def _chunk(
    x: Tensor, a: Tensor, b: Tensor, c: Tensor, heads: int, state: Tensor
) -> tuple[Tensor, Tensor]:
    """One chunk, heads before frames: within it as masked attention, the past through `state`."""
    total = a.cumsum(dim=-1)
    later = torch.ones(a.shape[-1], a.shape[-1], dtype=torch.bool, device=a.device).triu(1)
    decay = (total[..., :, None] - total[..., None, :]).to(x.dtype).masked_fill(later, LOWEST).exp()
    affinity = (c @ b.transpose(-1, -2)).repeat_interleave(heads, dim=1)
    b, c = b.repeat_interleave(heads, dim=1), c.repeat_interleave(heads, dim=1)
    y = (affinity * decay) @ x
    y = y + (c * total.exp()[..., None].to(c.dtype)) @ state.to(c.dtype)
    fading = (total[..., -1:] - total).exp()
    written = b.transpose(-1, -2) @ (x * fading[..., None].to(x.dtype))
    return y, state * total[..., -1, None, None].exp().to(state.dtype) + written.to(state.dtype)


def step(x: Tensor, a: Tensor, b: Tensor, c: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
    """One frame of the recurrence: y (B, H, P) and the new state (B, H, N, P).

    Args:
        x, a, b, c: of one frame, without the axis T.
        state: before it, (B, H, N, P).
    """
    heads = x.shape[1] // b.shape[1]
    b, c = b.repeat_interleave(heads, dim=1), c.repeat_interleave(heads, dim=1)
    state = state * a.exp()[..., None, None] + b[..., None] * x[..., None, :]
    return (c[..., None, :] @ state).squeeze(-2), state


def _precise(value: Tensor) -> Tensor:
    """Sums of logarithms need 32 bits at least, whatever the matrix products are done in."""
    return value if value.dtype == torch.float64 else value.float()


def _rms_norm(value: Tensor, weight: Tensor) -> Tensor:
    """Root mean square norm (Zhang and Sennrich 2019); ONNX has no operator for it."""
    if torch.onnx.is_in_onnx_export():
        return value * (value.square().mean(dim=-1, keepdim=True) + 1e-5).rsqrt() * weight
    return F.rms_norm(value, weight.shape, weight, 1e-5)


class Mixer(nn.Module):
    """A Mamba-2 mixer (section 7): projections, short convolution, recurrence, gate.

    With two directions half of the heads read the window backward.
    """

    def __init__(self, config: SSMMotionConfig, *, directions: int) -> None:
        super().__init__()
        self.inner, self.state = config.expand * config.d_model, config.d_state
        self.width, self.chunk, self.kernel = config.head_width, config.chunk, config.kernel
        self.heads, self.groups = self.inner // self.width, directions
        mixed = self.inner + 2 * directions * self.state
        self.enter = nn.Linear(config.d_model, self.inner + mixed + self.heads, bias=False)
        self.taps = nn.Parameter(torch.randn(self.kernel, mixed) / math.sqrt(self.kernel))
        self.tap_bias = nn.Parameter(torch.zeros(mixed))
        rates = torch.linspace(1.0, 8.0, self.heads // directions)
        self.log_rate = nn.Parameter(rates.log().repeat(directions))
        steps = torch.linspace(-4.0, -1.0, self.heads // directions)
        self.step_bias = nn.Parameter(steps.repeat(directions))
        self.skip = nn.Parameter(torch.ones(self.heads))
        self.norm = nn.Parameter(torch.ones(self.inner))
        self.leave = nn.Linear(self.inner, config.d_model, bias=False)

    def forward(
        self, u: Tensor, mask: Tensor, state: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Mix frames u (B, T, D); frames that `mask` (B, T) leaves out change nothing.

        With one direction `state` is what an earlier call returned: recurrence and the last inputs
        of the convolution; the result is then what one call over all frames would give.
        """
        gate, mixed, dt = self._entered(u)
        mixed = mixed * mask[..., None].to(mixed.dtype)
        mixed, tail = self._convolved(mixed, None if state is None else state[1])
        x, b, c = self._split(mixed)
        dt = F.softplus(_precise(dt) + self.step_bias) * mask[..., None]
        a = -self.log_rate.exp() * dt
        x = x.unflatten(-1, (self.heads, self.width))
        dx = x * dt[..., None].to(x.dtype)
        y, last = scan(
            *self._turned(dx, a, b, c), chunk=self.chunk, state=None if state is None else state[0]
        )
        y = self._turned_heads(y) + x * self.skip[:, None].to(x.dtype)
        y = y.flatten(-2) * F.silu(gate)
        return self.leave(_rms_norm(y, self.norm.to(y.dtype))), (last, tail)

    def _entered(self, u: Tensor) -> tuple[Tensor, ...]:
        mixed = self.inner + 2 * self.groups * self.state
        return self.enter(u).split([self.inner, mixed, self.heads], dim=-1)

    def _convolved(self, mixed: Tensor, tail: Tensor | None) -> tuple[Tensor, Tensor]:
        """Depth-wise convolution along the frames; centred with two directions, else causal."""
        reach = self.kernel - 1
        ahead = reach // 2 if self.groups == 2 else 0
        if tail is None:
            tail = mixed.new_zeros(mixed.shape[0], reach - ahead, mixed.shape[2])
        padded = F.pad(torch.cat([tail.to(mixed.dtype), mixed], dim=1), (0, 0, 0, ahead))
        kernels = self.taps.t()[:, None].to(mixed.dtype)
        y = F.conv1d(padded.transpose(1, 2), kernels, groups=len(kernels)).transpose(1, 2)
        tail = padded[:, padded.shape[1] - reach :]
        return F.silu(y + self.tap_bias.to(mixed.dtype)), tail

    def _split(self, mixed: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        size = self.groups * self.state
        x, b, c = mixed.split([self.inner, size, size], dim=-1)
        return x, b.unflatten(-1, (self.groups, -1)), c.unflatten(-1, (self.groups, -1))

    def _turned(self, *values: Tensor) -> list[Tensor]:
        return [self._turned_heads(value) for value in values]

    def _turned_heads(self, value: Tensor) -> Tensor:
        """The second half of heads or groups (B, T, H, ...) in reverse order of frames."""
        if self.groups == 1:
            return value
        forward, backward = value.chunk(2, dim=2)
        return torch.cat([forward, backward.flip(1)], dim=2)


class CrossAttention(nn.Module):
    """Frames read the tokens of the text."""

    def __init__(self, width: int, text_width: int, heads: int = 4) -> None:
        super().__init__()
        self.heads, self.norm = heads, nn.LayerNorm(width)
        self.query, self.pairs = nn.Linear(width, width), nn.Linear(text_width, 2 * width)
        self.leave = nn.Linear(width, width)
        nn.init.zeros_(self.leave.weight)

    def forward(self, x: Tensor, tokens: Tensor, present: Tensor) -> Tensor:
        """What frames x (B, T, D) read from tokens (B, K, E), where present (B, K)."""
        split = (self.heads, x.shape[-1] // self.heads)
        query = self.query(self.norm(x)).unflatten(-1, split).transpose(1, 2)
        keys, values = self.pairs(tokens).chunk(2, dim=-1)
        keys, values = (v.unflatten(-1, split).transpose(1, 2) for v in (keys, values))
        scores = (query * split[1] ** -0.5) @ keys.transpose(-1, -2)
        scores = scores.float().masked_fill(~present[:, None, None], LOWEST).softmax(dim=-1)
        return self.leave((scores.to(values.dtype) @ values).transpose(1, 2).flatten(-2))


class Block(nn.Module):
    """Mixer, text and feed-forward, each scaled and shifted by the condition (adaLN)."""

    def __init__(self, config: SSMMotionConfig, *, reads_text: bool) -> None:
        super().__init__()
        width = config.d_model
        self.norms = nn.ModuleList(nn.LayerNorm(width, elementwise_affine=False) for _ in range(2))
        self.mixer = Mixer(config, directions=2)
        self.text = CrossAttention(width, config.text_width) if reads_text else None
        self.feed = nn.Sequential(
            nn.Linear(width, config.feed * width), nn.GELU(), nn.Linear(config.feed * width, width)
        )
        self.modulation = nn.Linear(width, 6 * width)
        nn.init.zeros_(self.modulation.weight)
        nn.init.zeros_(self.modulation.bias)

    def forward(
        self, x: Tensor, mask: Tensor, condition: Tensor, tokens: Tensor, present: Tensor
    ) -> Tensor:
        """Frames x (B, T, D) after the block."""
        parts = self.modulation(condition)[:, None].chunk(6, dim=-1)
        mixed, _ = self.mixer(self.norms[0](x) * (1 + parts[0]) + parts[1], mask)
        x = x + (1 + parts[2]) * mixed
        if self.text is not None:
            x = x + self.text(x, tokens, present)
        return x + (1 + parts[5]) * self.feed(self.norms[1](x) * (1 + parts[3]) + parts[4])


class TextEncoder(nn.Module):
    """Tokens of a sentence in their context, and one vector for all of it."""

    def __init__(self, config: SSMMotionConfig) -> None:
        super().__init__()
        width = config.text_width
        self.enter = nn.Linear(config.token_width, width)
        self.places = nn.Parameter(0.02 * torch.randn(config.tokens, width))
        self.layers = nn.ModuleList(TextLayer(width) for _ in range(2))
        self.norm = nn.LayerNorm(width)
        self.query = nn.Parameter(0.05 * torch.randn(width))
        self.nothing = nn.Parameter(0.02 * torch.randn(width))

    def forward(self, tokens: Tensor, present: Tensor, known: Tensor) -> tuple[Tensor, Tensor]:
        """Encode tokens (B, K, E) where present (B, K); where not known (B,), "no text"."""
        x = self.enter(tokens) + self.places[: tokens.shape[1]]
        for layer in self.layers:
            x = layer(x, present)
        x = torch.where(known[:, None, None], self.norm(x), self.nothing.to(x.dtype))
        scores = (x.float() @ self.query.float()).masked_fill(~present, LOWEST).softmax(dim=-1)
        return x, (scores[..., None] * x.float()).sum(dim=1)


class TextLayer(nn.Module):
    """A layer of a transformer's encoder, normalised before."""

    def __init__(self, width: int, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(2))
        self.enter, self.leave = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.feed = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """Tokens x (B, K, E) that have looked at those present (B, K)."""
        split = (self.heads, x.shape[-1] // self.heads)
        parts = self.enter(self.norms[0](x)).chunk(3, dim=-1)
        query, keys, values = (v.unflatten(-1, split).transpose(1, 2) for v in parts)
        scores = (query * split[1] ** -0.5) @ keys.transpose(-1, -2)
        scores = scores.float().masked_fill(~present[:, None, None], LOWEST).softmax(dim=-1)
        read = (scores.to(values.dtype) @ values).transpose(1, 2).flatten(-2)
        x = x + self.leave(read)
        return x + self.feed(self.norms[1](x))


class Memory(nn.Module):
    """What went before: a causal scan over past frames, whose state can be carried on."""

    def __init__(self, config: SSMMotionConfig) -> None:
        super().__init__()
        self.enter = nn.Linear(config.features, config.d_model)
        self.norm = nn.LayerNorm(config.d_model)
        self.mixer = Mixer(config, directions=1)

    def forward(
        self, past: Tensor, mask: Tensor, state: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Past frames (B, T, F), where mask (B, T), to (B, T, D), and the state to go on from."""
        x = self.enter(past * mask[..., None])
        mixed, state = self.mixer(self.norm(x), mask, state)
        return x + mixed, state


class MotionSSM(nn.Module):
    """Predicts the clean window from a noisy one, the past, the text and the plan."""

    def __init__(self, config: SSMMotionConfig) -> None:
        super().__init__()
        self.config = config
        width = config.d_model
        self.text = TextEncoder(config)
        self.memory = Memory(config)
        self.enter = nn.Linear(config.features + config.plan, width)
        self.places = nn.Parameter(0.02 * torch.randn(config.context + config.window, width))
        self.time = nn.Sequential(nn.Linear(128, width), nn.SiLU(), nn.Linear(width, width))
        self.pooled = nn.Linear(config.text_width, width)
        self.manner = nn.Linear(config.manner, width, bias=False)
        self.blocks = nn.ModuleList(
            Block(config, reads_text=index % 2 == 1) for index in range(config.n_layers)
        )
        self.norm = nn.LayerNorm(width)
        self.leave = nn.Linear(width, config.features)
        nn.init.zeros_(self.leave.weight)

    def forward(self, noisy: Tensor, time: Tensor, given: dict[str, Tensor]) -> Tensor:
        """Clean frames (B, W, F) from a batch of training: past and text are encoded on the way.

        Args:
            noisy, time: see `denoise`.
            given: past (B, history, F), past_mask, mask, plan, manner, tokens (B, K, E), present
                and known: see `denoise`, `Memory` and `TextEncoder`.
        """
        tokens, pooled = self.text(given["tokens"], given["present"], given["known"])
        context, _ = self.memory(given["past"], given["past_mask"])
        last = slice(context.shape[1] - self.config.context, None)
        return self.denoise(
            noisy, time, context[:, last], given["past_mask"][:, last], given["mask"],
            given["plan"], given["manner"], tokens, pooled, given["present"],
        )  # fmt: skip

    def denoise(
        self,
        noisy: Tensor,
        time: Tensor,
        context: Tensor,
        context_mask: Tensor,
        mask: Tensor,
        plan: Tensor,
        manner: Tensor,
        tokens: Tensor,
        pooled: Tensor,
        present: Tensor,
    ) -> Tensor:
        """Clean frames (B, W, F).

        Args:
            noisy: the window so far, (B, W, F), normalised.
            time: of the flow, 0 noise to 1 motion, (B,).
            context: the last outputs of `memory`, (B, C, D), and which there are, (B, C).
            context_mask: see `context`.
            mask: frames of the window that are wanted, (B, W).
            plan: channels of a frame, see `conditioning`, (B, W, Q).
            manner: channels of the window, (B, M).
            tokens, pooled, present: from `text`.
        """
        x = self.enter(torch.cat([noisy, plan], dim=-1) * mask[..., None])
        x = torch.cat([context.to(x.dtype) * context_mask[..., None], x], dim=1) + self.places
        every = torch.cat([context_mask, mask], dim=1)
        condition = self.time(waves(time)) + self.pooled(pooled) + self.manner(manner)
        condition = F.silu(condition)
        for block in self.blocks:
            x = block(x, every, condition, tokens, present)
        return self.leave(self.norm(x[:, self.config.context :])).float()


def waves(time: Tensor) -> Tensor:
    """Sines and cosines (B, 128) of the time of the flow (B,)."""
    rates = torch.exp(torch.linspace(0.0, math.log(1000.0), 64, device=time.device))
    angle = time[:, None].float() * rates
    return torch.cat([angle.sin(), angle.cos()], dim=-1)
