"""Adapters of a ControlNet on disk: safetensors with their configuration beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from text2sim.errors import MissingExtraError, ResourceError

WEIGHTS, SETTINGS = "controlnet_lora.safetensors", "controlnet_lora.json"
TARGETS = ("to_q", "to_k", "to_v", "to_out.0", "conv1", "conv2", "proj_in", "proj_out")
"""Layers that get adapters."""


def add(net: Any, rank: int) -> Any:
    """The ControlNet with fresh adapters of a rank; only these are trained.

    Raises:
        MissingExtraError: peft is not installed.
    """
    try:
        from peft import LoraConfig, inject_adapter_in_model
    except ImportError as error:
        raise MissingExtraError(
            'LoRA needs peft. Install it with: pip install "text2sim[controlnet]"'
        ) from error
    config = LoraConfig(r=rank, lora_alpha=rank, target_modules=list(TARGETS))
    net.requires_grad_(False)
    made = inject_adapter_in_model(config, net)
    for name, weight in made.named_parameters():
        weight.requires_grad_("lora_" in name)
    return made


def save(net: Any, folder: Path, rank: int, notes: dict[str, Any]) -> None:
    """Write the adapters of a ControlNet."""
    from safetensors.torch import save_file

    weights = {n: w.detach().cpu().contiguous() for n, w in net.named_parameters() if "lora_" in n}
    folder.mkdir(parents=True, exist_ok=True)
    save_file(weights, folder / WEIGHTS)
    (folder / SETTINGS).write_text(json.dumps({"rank": rank, **notes}, indent=1))


def merge(net: Any, folder: str) -> None:
    """Add the adapters of a folder to a ControlNet's own weights.

    Raises:
        ResourceError: they are missing or another network's.
    """
    from safetensors.torch import load_file

    path = Path(folder).expanduser()
    try:
        rank = int(json.loads((path / SETTINGS).read_text(encoding="utf-8"))["rank"])
        weights = load_file(path / WEIGHTS)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ResourceError(
            f"{folder} can't be read as adapters of a ControlNet: {error}."
        ) from error
    made = add(net, rank)
    own = {name for name, _ in made.named_parameters() if "lora_" in name}
    shapes = dict(made.named_parameters())
    if own != set(weights) or any(shapes[n].shape != w.shape for n, w in weights.items()):
        raise ResourceError(f"The adapters in {folder} were trained for another ControlNet.")
    made.load_state_dict(weights, strict=False)
    for module in made.modules():
        if hasattr(module, "merge") and hasattr(module, "lora_A"):
            module.merge()
    made.requires_grad_(False)
