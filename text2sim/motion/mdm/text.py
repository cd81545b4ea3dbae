"""Sentences as CLIP ViT-B/32 embeds them, through transformers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from torch import Tensor, no_grad

from text2sim.errors import MissingExtraError, ResourceError

TOKENS = 22
"""MDM cuts sentences of HumanML3D here, start and end counted."""


def clip_sentences(texts: Sequence[str], folder: str) -> Tensor:
    """Projected embeddings (B, 512) of sentences.

    Raises:
        MissingExtraError: transformers is not installed.
        ResourceError: the folder does not hold CLIP as transformers stores it.
    """
    tokenizer, model = _clip(folder)
    words = tokenizer(
        list(texts), truncation=True, max_length=TOKENS, padding=True, return_tensors="pt"
    )
    with no_grad():
        return model(**words).text_embeds.float()


@lru_cache(maxsize=1)
def _clip(folder: str) -> tuple[Any, Any]:
    try:
        from transformers import AutoTokenizer, CLIPTextModelWithProjection
    except ImportError as error:
        raise MissingExtraError('CLIP needs transformers: pip install "text2sim[mdm]"') from error
    if not Path(folder).is_dir():
        raise ResourceError(f"There is no folder {folder!r} with CLIP ViT-B/32.")
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = CLIPTextModelWithProjection.from_pretrained(folder, local_files_only=True)
    except Exception as error:
        raise ResourceError(
            f"{folder} does not hold CLIP as transformers stores it: {error}"
        ) from error
    return tokenizer, model.eval()
