"""Token vectors of sentences: wordllama's static embedding (MIT), read offline without torch.

>>> found = encode("a man turns left")
>>> found.vectors.shape, found.marks.shape
((4, 256), (4, 27))

Each token has 256 numbers that depend on the token alone; there is no network to run, and 1,000
sentences take about 150 ms. What distinguishes left from right is in the marks: see `marks.MARKS`.
"""

from __future__ import annotations

import importlib.util
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, final

import numpy as np

from text2sim.errors import ConfigError, ResourceError
from text2sim.language.marks import COLUMN, MARKS, words
from text2sim.types.arrays import array, check_arrays

WIDTH = 256
"""Numbers of a token's vector; their root mean square over the vocabulary is about 0.9."""
LIMIT = 256
"""Tokens of the longest text; what is over is cut, and `TextTokens.cut` says so."""
LONGEST_TEXT = 10_000
"""Characters that are looked at."""
_TOKENIZER = ("tokenizers", "l2_supercat_tokenizer_config.json")
_WEIGHTS = ("weights", "l2_supercat_256.safetensors")
_BEGINS = COLUMN["begins"]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class TextTokens:
    """A sentence as the models read it; L tokens, 0 for a blank text.

    Attributes:
        vectors: (L, 256) float32.
        marks: (L, M) float32, columns `marks.MARKS`.
        pieces: the tokens as written, with a space where a word begins.
        cut: tokens were left out at the end, as there are over `LIMIT`.
    """

    vectors: np.ndarray = array("L D", np.float32)
    marks: np.ndarray = array("L M", np.float32)
    pieces: tuple[str, ...] = ()
    cut: bool = False

    def __post_init__(self) -> None:
        check_arrays(self)


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class TokenBatch:
    """Several sentences, padded with zeros to one length L >= 1.

    Attributes:
        vectors: (B, L, 256) float32.
        marks: (B, L, M) float32.
        mask: True where a token is, (B, L) bool.
    """

    vectors: np.ndarray = array("B L D", np.float32)
    marks: np.ndarray = array("B L M", np.float32)
    mask: np.ndarray = array("B L", np.bool_)

    def __post_init__(self) -> None:
        check_arrays(self)


@lru_cache(maxsize=1024)
def encode(text: str) -> TextTokens:
    """Vectors and marks of the tokens of a text, in any script; unknown words go in pieces.

    Raises:
        ConfigError: it is no text.
        ResourceError: wordllama's files are not installed.
    """
    text = cleaned(text)
    embedding = _embedding()
    tokens = embedding.tokenizer.encode(text, add_special_tokens=False)
    ids = np.asarray(tokens.ids[:LIMIT], dtype=np.int64)
    pieces = tuple(piece.replace("\u2581", " ") for piece in tokens.tokens[:LIMIT])
    return TextTokens(
        vectors=embedding.vectors[ids].astype(np.float32).reshape(-1, WIDTH),
        marks=_marks(text, tokens.offsets[:LIMIT]), pieces=pieces, cut=len(tokens.ids) > LIMIT,
    )  # fmt: skip


def encode_batch(texts: Sequence[str], *, length: int | None = None) -> TokenBatch:
    """Several texts, padded to the longest, or to `length` tokens with longer ones cut.

    Raises:
        ConfigError: there is no text, or `length` is under 1.
        ResourceError: wordllama's files are not installed.
    """
    if not texts or (length is not None and length < 1):
        raise ConfigError(f"Give at least one text and a length over 0; got {length}.")
    found = [encode(text) for text in texts]
    size = length or max(1, *(len(item.vectors) for item in found))
    vectors = np.zeros((len(found), size, WIDTH), dtype=np.float32)
    marks = np.zeros((len(found), size, len(MARKS)), dtype=np.float32)
    mask = np.zeros((len(found), size), dtype=bool)
    for row, item in enumerate(found):
        count = min(len(item.vectors), size)
        vectors[row, :count], marks[row, :count] = item.vectors[:count], item.marks[:count]
        mask[row, :count] = True
    return TokenBatch(vectors=vectors, marks=marks, mask=mask)


def cleaned(text: str) -> str:
    """The text in lower case with single spaces, as it is tokenised.

    Raises:
        ConfigError: it is no text.
    """
    if not isinstance(text, str):
        raise ConfigError(f"A text must be a string; got {type(text).__name__}.")
    normal = unicodedata.normalize("NFKC", text[:LONGEST_TEXT].encode("utf-8", "ignore").decode())
    return " ".join(normal.lower().split())


def _marks(text: str, offsets: Sequence[tuple[int, int]]) -> np.ndarray:
    """Marks (L, M) of tokens at places in the text: those of the word in which each ends."""
    owner = np.full(len(text) + 1, -1)
    found = words(text)
    for number, word in enumerate(found):
        owner[word.start : word.end] = number
    marks = np.zeros((len(offsets), len(MARKS)), dtype=np.float32)
    last = -1
    for row, (start, end) in enumerate(offsets):
        number = int(owner[max(start, end - 1)])
        if number >= 0:
            marks[row] = found[number].marks
            marks[row, _BEGINS] = number != last
            last = number
    return marks


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class _Embedding:
    """The tokenizer, and vectors (V, 256) float16 of its tokens."""

    tokenizer: Any
    vectors: np.ndarray


@cache
def _embedding() -> _Embedding:
    """From the files of the installed package, which is not imported: it would want a network."""
    spec = importlib.util.find_spec("wordllama")
    places = list(spec.submodule_search_locations or ()) if spec else []
    if not places:
        raise ResourceError(
            "The word vectors are not installed. Install them with: pip install wordllama"
        )
    tokenizer, weights = (Path(places[0], *parts) for parts in (_TOKENIZER, _WEIGHTS))
    for path in (tokenizer, weights):
        if not path.is_file():
            raise ResourceError(
                f"{path} is missing: this wordllama has other files. "
                "Install the tested one with: pip install wordllama==0.4.0.post1"
            )
    return _read(tokenizer, weights)


def _read(tokenizer: Path, weights: Path) -> _Embedding:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    try:
        vectors = load_file(weights)["embedding.weight"]
        if vectors.ndim != 2 or vectors.shape[1] != WIDTH:
            raise ValueError(f"its vectors have the shape {vectors.shape}")
        made = Tokenizer.from_file(str(tokenizer))
    except (SafetensorError, KeyError, ValueError, OSError) as error:
        raise ResourceError(f"{weights} or {tokenizer} is damaged: {error}.") from error
    return _Embedding(tokenizer=made, vectors=vectors)
