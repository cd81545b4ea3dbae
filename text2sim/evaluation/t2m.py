"""The official evaluators of HumanML3D and KIT-ML (Guo et al. 2022), from a checkpoint.

For users who have the data set and the authors' `finest.tar`: figures then compare with published
ones. Three networks: movements (convolutions over the features without contacts), motion (a GRU
over movements) and text (a GRU over GloVe vectors and parts of speech). Names of parameters are
those of the checkpoint.

Shapes: B batch, T frames, D features, L words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

from text2sim.errors import ResourceError, ShapeError

WORD, PARTS = 300, 15
"""Numbers of a GloVe vector; parts of speech of the authors' vocabulary."""
CONTACTS = 4
"""The last features of a frame, which the evaluators do not see."""


class Recurrent(nn.Module):
    """A GRU both ways over a sequence; its two last states become the embedding."""

    def __init__(self, inputs: int, hidden: int, outputs: int, parts: int = 0) -> None:
        super().__init__()
        if parts:
            self.pos_emb = nn.Linear(parts, inputs)
        self.input_emb = nn.Linear(inputs, hidden)
        self.gru = nn.GRU(hidden, hidden, batch_first=True, bidirectional=True)
        self.output_net = nn.Sequential(
            nn.Linear(2 * hidden, hidden), nn.LayerNorm(hidden), nn.LeakyReLU(0.2),
            nn.Linear(hidden, outputs),
        )  # fmt: skip
        self.hidden = nn.Parameter(torch.zeros(2, 1, hidden))

    def forward(self, x: Tensor, lengths: Tensor, parts: Tensor | None = None) -> Tensor:
        """Embeddings (B, E) of sequences (B, N, I) of given lengths (B,)."""
        if parts is not None:
            x = x + self.pos_emb(parts)
        packed = pack_padded_sequence(
            self.input_emb(x), lengths.cpu(), batch_first=True, enforce_sorted=False
        )
        last = self.gru(packed, self.hidden.expand(-1, len(x), -1).contiguous())[1]
        return self.output_net(torch.cat([last[0], last[1]], dim=-1))


class Movements(nn.Module):
    """Features without contacts (B, T, D - 4) to one snippet of movement for four frames."""

    def __init__(self, inputs: int, hidden: int = 512, outputs: int = 512) -> None:
        super().__init__()
        self.width = inputs + CONTACTS
        # The places of the checkpoint's layers; its dropouts do nothing here.
        self.main = nn.Sequential(
            nn.Conv1d(inputs, hidden, 4, 2, 1), nn.Identity(), nn.LeakyReLU(0.2),
            nn.Conv1d(hidden, outputs, 4, 2, 1), nn.Identity(), nn.LeakyReLU(0.2),
        )  # fmt: skip
        self.out_net = nn.Linear(outputs, outputs)

    def forward(self, features: Tensor) -> Tensor:
        """(B, T / 4, 512)."""
        return self.out_net(self.main(features.transpose(1, 2)).transpose(1, 2))


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class T2MEvaluator:
    """The three networks of a checkpoint."""

    movement: Movements
    motion: Recurrent
    text: Recurrent

    @classmethod
    def load(cls, path: str | Path, *, features: int = 263) -> T2MEvaluator:
        """From `finest.tar` of `text_mot_match/model`; only tensors are read, no code is run.

        Args:
            path: of the checkpoint.
            features: 263 for HumanML3D's, 251 for KIT-ML's.

        Raises:
            ResourceError: it is missing, damaged or another network's; the message names the key.
        """
        state = _read(Path(path))
        parts: dict[str, nn.Module] = {
            "movement_encoder": Movements(features - CONTACTS),
            "motion_encoder": Recurrent(512, 1024, 512),
            "text_encoder": Recurrent(WORD, 512, 512, parts=PARTS),
        }
        for name, network in parts.items():
            if name not in state:
                raise ResourceError(
                    f"{path}: the part {name!r} is missing; it is no T2M evaluator."
                )
            _fill(network, state[name], f"{path}, {name}")
        movement, motion, text = parts.values()
        assert isinstance(movement, Movements)
        assert isinstance(motion, Recurrent)
        assert isinstance(text, Recurrent)
        return cls(movement=movement, motion=motion, text=text)

    @torch.no_grad()
    def motions(self, features: Tensor, lengths: Tensor) -> Tensor:
        """Embeddings (B, 512) of features (B, T, D), normalised by the *evaluator's* mean and std.

        Args:
            features: padded to one length.
            lengths: frames of each, (B,), 4 or more.

        Raises:
            ShapeError: a length is under 4 or over T, or features are of another width.
        """
        width = self.movement.width
        if features.ndim != 3 or features.shape[2] != width:
            raise ShapeError(f"Features must be (B, T, {width}); got {tuple(features.shape)}.")
        if int(lengths.min()) < 4 or int(lengths.max()) > features.shape[1]:
            raise ShapeError(
                f"Lengths must lie between 4 and {features.shape[1]} frames; got "
                f"{int(lengths.min())} to {int(lengths.max())}."
            )
        return self.motion(self.movement(features[..., :-CONTACTS]), lengths // 4)

    @torch.no_grad()
    def texts(self, words: Tensor, parts: Tensor, lengths: Tensor) -> Tensor:
        """Embeddings (B, 512) of GloVe vectors (B, L, 300) and parts of speech (B, L, 15).

        Raises:
            ShapeError: widths are others.
        """
        if words.shape[-1] != WORD or parts.shape[-1] != PARTS:
            raise ShapeError(
                f"Words must be (B, L, {WORD}) and parts (B, L, {PARTS}); got "
                f"{tuple(words.shape)} and {tuple(parts.shape)}."
            )
        return self.text(words, lengths, parts)


def _read(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        raise ResourceError(f"There is no checkpoint {path}.")
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise ResourceError(f"{path} is no checkpoint of tensors alone: {error}") from error
    if not isinstance(state, Mapping):
        raise ResourceError(f"{path}: expected named parts, found {type(state).__name__}.")
    return state


def _fill(network: nn.Module, state: object, where: str) -> None:
    expected = network.state_dict()
    if not isinstance(state, Mapping):
        raise ResourceError(f"{where}: expected names with tensors, found {type(state).__name__}.")
    for key in sorted({*expected} ^ {*state}):
        word = "missing" if key in expected else "not known"
        raise ResourceError(f"{where}: the key {key!r} is {word}; it is another network's.")
    for key, tensor in expected.items():
        if tuple(state[key].shape) != tuple(tensor.shape):
            raise ResourceError(
                f"{where}: the key {key!r} has the shape {tuple(state[key].shape)}; expected "
                f"{tuple(tensor.shape)}."
            )
    network.load_state_dict(dict(state))
    network.eval()
