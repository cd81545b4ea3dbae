"""Sentences as arrays: vectors and marks of tokens."""

import subprocess
import sys

import numpy as np
import pytest

from text2sim.data.captioner import mirror_words
from text2sim.errors import ConfigError, ResourceError
from text2sim.language import tokens
from text2sim.language.marks import COLUMN, MARKS, words
from text2sim.language.tokens import LIMIT, encode, encode_batch


def marked(text, mark):
    """The words of a text that carry a mark, with its value."""
    return {text[w.start : w.end]: float(w.marks[COLUMN[mark]]) for w in words(text)
            if w.marks[COLUMN[mark]]}  # fmt: skip


def test_vectors_belong_to_tokens_and_marks_to_words():
    found = encode("A man walks forward")
    assert found.pieces == (" a", " man", " wal", "ks", " forward")
    assert found.vectors.shape == (5, 256)
    assert found.vectors.dtype == np.float32
    assert found.marks.shape == (5, len(MARKS))
    assert found.marks[:, COLUMN["begins"]].tolist() == [1, 1, 1, 0, 1]
    assert found.marks[:, COLUMN["verb"]].tolist() == [0, 0, 1, 1, 0]
    assert found.marks[4, COLUMN["forward"]] == 1
    assert np.array_equal(found.vectors[0], encode("a dog").vectors[0])


def test_vectors_of_similar_words_are_near_and_marks_tell_sides_apart():
    def cosine(a, b):
        u, v = encode(a).vectors.mean(axis=0), encode(b).vectors.mean(axis=0)
        return u @ v / np.linalg.norm(u) / np.linalg.norm(v)

    assert cosine("walk", "stroll") > cosine("walk", "kick") + 0.4
    assert cosine("turn left", "turn right") > cosine("walk", "stroll")
    left, right = encode("turn left").marks[1], encode("turn right").marks[1]
    differs = [MARKS[i] for i in np.flatnonzero(left != right)]
    assert differs == ["left", "right"]


@pytest.mark.parametrize("text", [
    "a person turns left by 90 degrees", "he waves", "he spins clockwise, then counter-clockwise",
    "she kicks with the right foot right away and then left the room",
])  # fmt: skip
def test_mirrored_words_swap_the_marks_of_sides_and_nothing_else(text):
    rows, mirrored = (np.array([w.marks for w in words(t)]) for t in (text, mirror_words(text)))
    for one, two in (("left", "right"), ("clockwise", "counterclockwise")):
        a, b = COLUMN[one], COLUMN[two]
        assert rows[:, a].any() == mirrored[:, b].any()
        assert rows[:, b].any() == mirrored[:, a].any()


@pytest.mark.parametrize(("text", "mark", "expected"), [
    ("waves three times", "count", {"three": 0.5}),
    ("turns by 90 degrees", "angle", {"90": 0.25}),
    ("turns ninety degrees", "angle", {"ninety": 0.25}),
    ("makes a half turn", "angle", {"half": 0.5}),
    ("leaves right away", "right", {}),
    ("steps backwards slowly", "backward", {"backwards": 1.0}),
    ("steps backwards slowly", "slow", {"slowly": 1.0}),
    ("goes up and sits down", "up", {"up": 1.0}),
    ("does not run", "not", {"not": 1.0}),
    ("spins anti-clockwise", "counterclockwise", {"anti": 1.0, "-": 1.0, "clockwise": 1.0}),
    ("walks, then turns and stops", "clause",
     {",": 0.25, "then": 0.25, "turns": 0.25, "and": 0.5, "stops": 0.5}),
    ("stopping, hopped, carries", "verb", {"stopping": 1.0, "hopped": 1.0, "carries": 1.0}),
])  # fmt: skip
def test_marks(text, mark, expected):
    assert marked(text, mark) == expected


def test_every_word_has_one_part_of_speech():
    for word in words("a 2 quickly walks, over the frobnicator & Ünïcödé don't 3.5"):
        assert word.marks[:7].sum() == 1


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\ud800"])
def test_blank_text_has_no_tokens_and_a_masked_row(text):
    assert encode(text).vectors.shape == (0, 256)
    batch = encode_batch([text])
    assert batch.vectors.shape == (1, 1, 256)
    assert not batch.mask.any()
    assert not batch.vectors.any()


@pytest.mark.parametrize(
    ("text", "cut"), [("walk " * 200, False), ("qzxv" * 250, True), ("\U0001f642" * 1000, True)]
)
def test_long_unknown_and_foreign_text(text, cut):
    found = encode(text)
    assert 0 < len(found.vectors) <= LIMIT
    assert found.cut == cut
    assert np.isfinite(found.vectors).all()
    assert found.vectors.any(axis=1).all()


def test_batches_are_padded_and_cut():
    batch = encode_batch(["a man", "a man walks up the stairs"])
    assert batch.mask.sum(axis=1).tolist() == [2, 8]
    assert np.array_equal(batch.vectors[0, :2], encode("a man").vectors)
    assert not batch.vectors[~batch.mask].any()
    assert encode_batch(["a man walks up the stairs"], length=3).mask.all()
    with pytest.raises(ConfigError):
        encode_batch([])
    with pytest.raises(ConfigError, match="string"):
        encode(7)


def test_neither_torch_nor_a_network_is_needed():
    code = (
        "import socket, sys\n"
        "def refuse(*a, **k): raise OSError('network')\n"
        "socket.socket.connect = refuse\n"
        "from text2sim.language.tokens import encode\n"
        "assert encode('a man').vectors.any()\n"
        "print([m for m in ('torch', 'wordllama', 'requests', 'spacy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stderr


def test_missing_or_damaged_files_say_what_to_install(monkeypatch, tmp_path):
    tokens._embedding.cache_clear()
    monkeypatch.setattr(tokens.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ResourceError, match="pip install wordllama"):
        tokens._embedding()
    (tmp_path / "a.safetensors").write_bytes(b"nothing")
    with pytest.raises(ResourceError, match="damaged"):
        tokens._read(tmp_path / "a.json", tmp_path / "a.safetensors")
