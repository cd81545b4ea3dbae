"""The loader of the official evaluators, on a checkpoint with their names and random weights."""

import pytest

from text2sim.errors import ResourceError, ShapeError

torch = pytest.importorskip("torch", reason="the official evaluators need torch")

from text2sim.evaluation.t2m import T2MEvaluator  # noqa: E402


def recurrent(inputs, hidden):
    square, flat = (3 * hidden, hidden), (3 * hidden,)
    shapes = {"weight_ih": square, "weight_hh": square, "bias_ih": flat, "bias_hh": flat}
    gru = {f"gru.{n}_l0{way}": s for way in ("", "_reverse") for n, s in shapes.items()}
    return {
        "hidden": (2, 1, hidden), "input_emb.weight": (hidden, inputs), "input_emb.bias": (hidden,),
        **gru, "output_net.0.weight": (hidden, 2 * hidden), "output_net.0.bias": (hidden,),
        "output_net.1.weight": (hidden,), "output_net.1.bias": (hidden,),
        "output_net.3.weight": (512, hidden), "output_net.3.bias": (512,),
    }  # fmt: skip


SHAPES = {
    "movement_encoder": {
        "main.0.weight": (512, 259, 4), "main.0.bias": (512,), "main.3.weight": (512, 512, 4),
        "main.3.bias": (512,), "out_net.weight": (512, 512), "out_net.bias": (512,),
    },
    "motion_encoder": recurrent(512, 1024),
    "text_encoder": recurrent(300, 512) | {"pos_emb.weight": (300, 15), "pos_emb.bias": (300,)},
}  # fmt: skip


@pytest.fixture(scope="module")
def state():
    source = torch.Generator().manual_seed(0)
    return {part: {key: 0.05 * torch.randn(shape, generator=source) for key, shape in keys.items()}
            for part, keys in SHAPES.items()} | {"epoch": 3}  # fmt: skip


@pytest.fixture(scope="module")
def judge(state, tmp_path_factory):
    path = tmp_path_factory.mktemp("t2m") / "finest.tar"
    torch.save(state, path)
    return T2MEvaluator.load(path)


def test_published_names_load(judge, state):
    assert torch.equal(judge.motion.hidden, state["motion_encoder"]["hidden"])
    assert torch.equal(judge.movement.main[3].weight, state["movement_encoder"]["main.3.weight"])
    assert torch.equal(judge.text.pos_emb.bias, state["text_encoder"]["pos_emb.bias"])


def test_padding_and_contacts_do_not_count(judge):
    clip = torch.randn(1, 40, 263)
    padded = torch.cat([clip, torch.zeros(1, 20, 263)], dim=1)
    alone = judge.motions(clip[:, :36], torch.tensor([32]))
    assert alone.shape == (1, 512)
    changed = clip.clone()
    changed[..., -4:] = 9.0
    long = judge.motions(padded, torch.tensor([32]))
    assert torch.allclose(judge.motions(changed, torch.tensor([32])), long, atol=1e-5)
    assert torch.allclose(alone, long, atol=1e-5)
    assert not torch.allclose(judge.motions(clip, torch.tensor([16])), long, atol=1e-3)


def test_sentences_by_words_and_parts(judge):
    words, parts = torch.randn(2, 7, 300), torch.eye(15)[torch.randint(15, (2, 7))]
    found = judge.texts(words, parts, torch.tensor([7, 4]))
    assert found.shape == (2, 512)
    shorter = judge.texts(words[1:, :4], parts[1:, :4], torch.tensor([4]))
    assert torch.allclose(found[1:], shorter, atol=1e-5)


@pytest.mark.parametrize(("change", "message"), [
    (lambda s: s.pop("text_encoder"), "'text_encoder' is missing"),
    (lambda s: s["motion_encoder"].pop("hidden"), "'hidden' is missing"),
    (lambda s: s["motion_encoder"].update(x=torch.zeros(1)), "'x' is not known"),
    (lambda s: s["movement_encoder"].update({"out_net.bias": torch.zeros(3)}), "has the shape"),
])  # fmt: skip
def test_foreign_checkpoints_are_refused_by_key(state, tmp_path, change, message):
    other = {key: dict(value) if isinstance(value, dict) else value for key, value in state.items()}
    change(other)
    torch.save(other, tmp_path / "finest.tar")
    with pytest.raises(ResourceError, match=message):
        T2MEvaluator.load(tmp_path / "finest.tar")


def test_wrong_files_widths_and_lengths(judge, tmp_path):
    (tmp_path / "noise.tar").write_bytes(b"noise")
    for name in ("noise.tar", "none.tar"):
        with pytest.raises(ResourceError):
            T2MEvaluator.load(tmp_path / name)
    with pytest.raises(ShapeError, match="263"):
        judge.motions(torch.zeros(1, 8, 251), torch.tensor([8]))
    for length in (3, 9):
        with pytest.raises(ShapeError, match="Lengths"):
            judge.motions(torch.zeros(1, 8, 263), torch.tensor([length]))
    with pytest.raises(ShapeError, match="300"):
        judge.texts(torch.zeros(1, 4, 200), torch.zeros(1, 4, 15), torch.tensor([4]))
