"""Weights of other people's generative models: where they are, whether they are safe, what fits.

Nothing is downloaded unless a backend's `download` says so, and nothing that is pickled is loaded.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from text2sim.errors import ConfigError, MissingExtraError, ResourceError, StageError, Text2SimError

Precision = Literal["float32", "float16", "bfloat16"]
PICKLES = (".bin", ".ckpt", ".pt", ".pth", ".pkl", ".pickle")
"""Suffixes of weights that can run code when they are loaded."""


def torch_for(extra: str) -> Any:
    """The torch module, for a backend that an extra brings.

    Raises:
        MissingExtraError: torch, diffusers or transformers is not installed.
    """
    try:
        import diffusers
        import torch
        import transformers
    except ImportError as error:
        raise MissingExtraError(
            f"This backend needs {error.name or 'diffusers'}. Install what it needs with: "
            f'pip install "text2sim[{extra}]"'
        ) from error
    del diffusers, transformers
    return torch


def device_for(torch: Any, device: str, precision: Precision) -> str:
    """The device, "auto" being the best there is.

    Raises:
        ConfigError: it is not there, or half precision is asked of a CPU.
    """
    if precision not in ("float32", "float16", "bfloat16"):
        raise ConfigError(
            f"precision must be 'float32', 'float16' or 'bfloat16'; got {precision!r}."
        )
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        kind = torch.device(device).type
    except RuntimeError as error:
        raise ConfigError(f"There is no device {device!r}: use 'auto', 'cpu' or 'cuda'.") from error
    if kind == "cuda" and not torch.cuda.is_available():
        raise ConfigError(
            "device='cuda' needs an NVIDIA card and a CUDA build of torch; use 'cpu'."
        )
    if kind == "cpu" and precision == "float16":
        raise ConfigError(
            "float16 does not run on a CPU: torch lacks some of its operations there and is slow "
            "at the others. Use precision='float32' (or 'bfloat16'), or device='cuda'."
        )
    return device


def is_folder(model: str) -> bool:
    """The model is named by a path rather than as OWNER/NAME of a hub."""
    named = Path(model).expanduser()
    return named.exists() or model.startswith((".", "/", "~")) or model.count("/") != 1


def check_model(model: str, index: str, kinds: Sequence[str], *, download: bool) -> None:
    """That a model is there and is the one that is needed, before anything runs.

    Args:
        model: folder, or OWNER/NAME of a hub.
        index: file that every such model has: "model_index.json" for pipelines.
        kinds: the classes it may name as `_class_name`.
        download: may be fetched.

    Raises:
        ResourceError: it is missing, another kind of model, or pickled.
    """
    if not is_folder(model):
        if not download and _cached(model, index) is None:
            raise ResourceError(
                f"{model} is not in the local cache of the Hugging Face hub. Give the folder that "
                "holds it, or allow to fetch it: download=True."
            )
        return
    folder = Path(model).expanduser()
    if not (folder / index).is_file():
        raise ResourceError(
            f"{folder} is no model: it has no {index}. Give the folder that holds it, saved by "
            "diffusers' save_pretrained or fetched with `hf download`."
        )
    found = _class_of(folder / index)
    if found not in kinds:
        raise ResourceError(f"{folder} holds a {found}; this backend needs a {' or '.join(kinds)}.")
    refuse_pickles(folder)


def refuse_pickles(folder: Path) -> None:
    """That every part of a model has weights that can't run code.

    Raises:
        ResourceError: a folder in it has pickled weights only.
    """
    for place in (folder, *(item for item in sorted(folder.iterdir()) if item.is_dir())):
        names = [item.name for item in place.iterdir() if item.is_file()]
        pickled = [name for name in names if name.lower().endswith(PICKLES)]
        if pickled and not any(name.endswith(".safetensors") for name in names):
            raise ResourceError(
                f"{place} has only pickled weights ({pickled[0]}), which can run code when they "
                "are loaded. Get the safetensors of this model, or convert it on a machine that "
                "may be lost."
            )


def _class_of(path: Path) -> str:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return str(found["_class_name"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ResourceError(f"{path} can't be read as the index of a model: {error!r}.") from error


def _cached(model: str, index: str) -> str | None:
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(model, index)
    return found if isinstance(found, str) else None


def load(kind: Any, model: str, *, dtype: Any, download: bool, **parts: Any) -> Any:
    """`kind.from_pretrained` of a model, from safetensors and with errors that say what to do.

    Raises:
        ResourceError: it can't be loaded or fetched.
    """
    where = str(Path(model).expanduser()) if is_folder(model) else model
    try:
        return kind.from_pretrained(
            where, torch_dtype=dtype, use_safetensors=True, local_files_only=not download, **parts
        )
    except Text2SimError:
        raise
    except Exception as error:
        advice = (
            "Look into the folder." if is_folder(model)
            else "Check the name and the network, or give a local folder."
        )  # fmt: skip
        raise ResourceError(
            f"{model} can't be loaded as {kind.__name__}: {type(error).__name__}: "
            f"{str(error)[:300]}. {advice}"
        ) from error


def fingerprint(*models: str) -> str:
    """Of the files of local models by size and time, and of the names of others."""
    found = []
    for model in filter(None, models):
        folder = Path(model).expanduser()
        files = sorted(item for item in folder.rglob("*") if item.is_file()) if model else []
        states = [(str(f.relative_to(folder)), f.stat().st_size, f.stat().st_mtime_ns)
                  for f in files]  # fmt: skip
        found.append((model, states))
    return hashlib.sha256(json.dumps(found).encode()).hexdigest()


@contextmanager
def advised(work: str, advice: str) -> Iterator[None]:
    """Turns a lack of memory within the block into an error with advice, so that a batch goes on.

    Raises:
        StageError: there was too little memory.
    """
    try:
        yield
    except Exception as error:
        text = str(error).lower()
        lacking = isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError"
        if lacking or "out of memory" in text or "can't allocate memory" in text:
            _free()
            raise StageError(f"{work} needs more memory than there is. {advice}") from error
        raise


def _free() -> None:
    import gc

    gc.collect()
    import torch

    if torch.cuda.is_available():
        torch.cuda.empty_cache()
