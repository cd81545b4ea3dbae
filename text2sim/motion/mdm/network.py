"""The network of the Motion Diffusion Model (Tevet et al. 2023, section 3), variant trans_enc.

A transformer encoder sees one token for step and sentence, and one for each noisy frame, and tells
the clean frames. Names of parameters are those of the published checkpoints, so that these load;
their CLIP and their table of sinusoids are left aside.

Does not include: the decoder and GRU variants, conditions on action classes, geometric losses.

Shapes: B batch, T frames, D features, W width, C numbers of a sentence.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from text2sim.errors import ResourceError
from text2sim.motion.mdm.config import MDMConfig


class MDMNetwork(nn.Module):
    """Clean frames of noisy ones."""

    places: Tensor

    def __init__(self, config: MDMConfig) -> None:
        super().__init__()
        width, self.features = config.width, config.features
        self.input_process = nn.ModuleDict({"poseEmbedding": nn.Linear(config.features, width)})
        steps = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
        self.embed_timestep = nn.ModuleDict({"time_embed": steps})
        self.embed_text = nn.Linear(config.sentence, width)
        layer = nn.TransformerEncoderLayer(
            width, config.heads, config.feedforward, config.dropout, "gelu"
        )
        self.seqTransEncoder = nn.TransformerEncoder(
            layer, config.layers, enable_nested_tensor=False
        )
        self.output_process = nn.ModuleDict({"poseFinal": nn.Linear(width, config.features)})
        self.register_buffer("places", _sinusoids(5000, width), persistent=False)

    def forward(
        self, x: Tensor, step: Tensor, sentence: Tensor, mask: Tensor | None = None
    ) -> Tensor:  # fmt: skip
        """Clean frames (B, T, D).

        Args:
            x: noisy frames, (B, T, D).
            step: of the diffusion, 0 is the last, (B,) whole numbers.
            sentence: (B, C); zeros stand for no sentence.
            mask: frames that there are, (B, T); all of them if None.
        """
        token = self.embed_timestep["time_embed"](self.places[step]) + self.embed_text(sentence)
        frames = self.input_process["poseEmbedding"](x).transpose(0, 1)
        sequence = torch.cat([token[None], frames]) + self.places[: x.shape[1] + 1, None]
        absent = None if mask is None else nn.functional.pad(~mask, (1, 0))
        out = self.seqTransEncoder(sequence, src_key_padding_mask=absent)[1:]
        return self.output_process["poseFinal"](out.transpose(0, 1))


def load_checkpoint(path: str | Path, config: MDMConfig | None = None) -> MDMNetwork:
    """The network of a published checkpoint (.pt): only tensors are read, no code is run.

    Raises:
        ResourceError: it is missing, damaged or another network's; the message names the key.
    """
    path = Path(path)
    if not path.is_file():
        raise ResourceError(f"There is no checkpoint {path}.")
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise ResourceError(
            f"{path} is no checkpoint of tensors alone: {error}. Give an MDM checkpoint such as "
            "humanml_trans_enc_512/model000475000.pt."
        ) from error
    net = MDMNetwork(config or MDMConfig())
    net.load_state_dict(matched(state, net.state_dict(), str(path)))
    return net.eval()


def matched(
    state: object, expected: Mapping[str, Tensor], where: str
) -> dict[str, Tensor]:  # fmt: skip
    """The tensors that a network expects, of a state that may hold CLIP and tables beside them.

    Raises:
        ResourceError: a key is missing, unknown or of another shape.
    """
    if not isinstance(state, Mapping):
        raise ResourceError(f"{where}: expected names with tensors, found {type(state).__name__}.")
    found = {
        key: value for key, value in state.items()
        if not str(key).startswith("clip_model.") and not str(key).endswith(".pe")
    }  # fmt: skip
    for key in sorted({*expected} - {*found}):
        raise ResourceError(f"{where}: the key {key!r} is missing; it is another network's.")
    for key in sorted({*found} - {*expected}):
        raise ResourceError(f"{where}: the key {key!r} is not known; it is another network's.")
    for key, tensor in expected.items():
        shape = tuple(getattr(found[key], "shape", ()))
        if shape != tuple(tensor.shape):
            raise ResourceError(
                f"{where}: the key {key!r} has the shape {shape}; expected {tuple(tensor.shape)}."
            )
    return found


def _sinusoids(count: int, width: int) -> Tensor:
    """Sinusoids (count, W), Vaswani et al. 2017, section 3.5."""
    at = torch.arange(count)[:, None] * torch.exp(
        torch.arange(0, width, 2) * (-math.log(10_000.0) / width)
    )
    return torch.stack([at.sin(), at.cos()], dim=-1).reshape(count, width)
