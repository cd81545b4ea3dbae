"""MDM: the network by its published names, sampling, and the stage with weights of a test's own."""

import numpy as np
import pytest

from text2sim.errors import ConfigError, ResourceError
from text2sim.motion.mdm.generator import MDMMotion
from text2sim.pipeline import Pipeline
from text2sim.stage import Context, Options

torch = pytest.importorskip("torch", reason="MDM needs torch")

from text2sim.motion.mdm import generator, text  # noqa: E402
from text2sim.motion.mdm.diffusion import Schedule, guided, posterior, sample  # noqa: E402
from text2sim.motion.mdm.network import MDMConfig, MDMNetwork, load_checkpoint  # noqa: E402

TINY = MDMConfig(width=32, layers=2, heads=2, feedforward=48, sentence=16)


def published(config):
    """A state dict with the names of the published checkpoints, shapes by the paper's sizes."""
    w, f = config.width, config.feedforward
    shapes = {
        "input_process.poseEmbedding.weight": (w, 263), "input_process.poseEmbedding.bias": (w,),
        "sequence_pos_encoder.pe": (5000, 1, w),
        "embed_timestep.sequence_pos_encoder.pe": (5000, 1, w),
        "embed_timestep.time_embed.0.weight": (w, w), "embed_timestep.time_embed.0.bias": (w,),
        "embed_timestep.time_embed.2.weight": (w, w), "embed_timestep.time_embed.2.bias": (w,),
        "embed_text.weight": (w, config.sentence), "embed_text.bias": (w,),
        "output_process.poseFinal.weight": (263, w), "output_process.poseFinal.bias": (263,),
        "clip_model.ln_final.weight": (512,),
    }  # fmt: skip
    for i in range(config.layers):
        name = f"seqTransEncoder.layers.{i}"
        shapes |= {
            f"{name}.self_attn.in_proj_weight": (3 * w, w),
            f"{name}.self_attn.in_proj_bias": (3 * w,),
            f"{name}.self_attn.out_proj.weight": (w, w), f"{name}.self_attn.out_proj.bias": (w,),
            f"{name}.linear1.weight": (f, w), f"{name}.linear1.bias": (f,),
            f"{name}.linear2.weight": (w, f), f"{name}.linear2.bias": (w,),
            f"{name}.norm1.weight": (w,), f"{name}.norm1.bias": (w,),
            f"{name}.norm2.weight": (w,), f"{name}.norm2.bias": (w,),
        }  # fmt: skip
    source = torch.Generator().manual_seed(0)
    return {key: 0.05 * torch.randn(shape, generator=source) for key, shape in shapes.items()}


def test_published_names_load_and_the_rest_is_left_aside(tmp_path):
    state = published(TINY)
    torch.save(state, tmp_path / "model.pt")
    net = load_checkpoint(tmp_path / "model.pt", TINY)
    for key, value in net.state_dict().items():
        assert torch.equal(value, state[key])


def test_sizes_are_those_of_the_paper():
    with torch.device("meta"):
        own = MDMNetwork(MDMConfig()).state_dict()
    assert own["seqTransEncoder.layers.7.linear1.weight"].shape == (1024, 512)
    assert sum(value.numel() for value in own.values()) == pytest.approx(17.88e6, abs=5e3)


@pytest.mark.parametrize(("change", "message"), [
    (lambda s: s.pop("embed_text.bias"), r"'embed_text\.bias' is missing"),
    (lambda s: s.update(rot2xyz=torch.zeros(1)), "'rot2xyz' is not known"),
    (lambda s: s.update({"embed_text.bias": torch.zeros(3)}), r"'embed_text\.bias' has the shape"),
])  # fmt: skip
def test_foreign_checkpoints_are_refused_by_key(tmp_path, change, message):
    state = published(TINY)
    change(state)
    torch.save(state, tmp_path / "model.pt")
    with pytest.raises(ResourceError, match=message):
        load_checkpoint(tmp_path / "model.pt", TINY)


def test_checkpoints_with_code_or_without_tensors_are_refused(tmp_path):
    torch.save({"model": TINY}, tmp_path / "code.pt")
    (tmp_path / "noise.pt").write_bytes(b"noise")
    torch.save([1, 2], tmp_path / "list.pt")
    for name in ("code.pt", "noise.pt", "list.pt", "none.pt"):
        with pytest.raises(ResourceError):
            load_checkpoint(tmp_path / name, TINY)


def test_the_schedule_is_a_cosine_and_ends_in_noise():
    whole = Schedule.cosine(1000, 1000)
    assert whole.steps.tolist() == list(range(1000))
    # Nichol and Dhariwal 2021, equation 17, half way.
    half, none = (np.cos((t + 0.008) / 1.008 * np.pi / 2) ** 2 for t in (0.5, 0.0))
    expected = half / none
    assert float(whole.kept[499]) == pytest.approx(expected, rel=1e-6)
    assert float(whole.kept[-1]) < 1e-4
    few = Schedule.cosine(1000, 50)
    assert len(few.steps) == 50
    assert (int(few.steps[0]), int(few.steps[-1])) == (0, 999)
    with pytest.raises(ConfigError):
        Schedule.cosine(50, 51)


def test_the_posterior_of_a_gaussian():
    """Of x0 ~ N(0, 1), steps backwards with the true denoiser keep x ~ N(0, 1)."""
    schedule = Schedule.cosine(1000, 100)

    def denoise(x, step):
        kept = schedule.kept[(schedule.steps == step[0]).nonzero()[0, 0]]
        return x * kept.sqrt().float()

    made = sample(denoise, (1, 100, 400), schedule, seed=1)
    assert float(made.mean()) == pytest.approx(0.0, abs=0.02)
    # The last step takes the mean, and the posterior's lower variance makes it a little narrow.
    assert float(made.std()) == pytest.approx(1.0, abs=0.15)
    _, spread = posterior(schedule, 50, torch.zeros(1), torch.zeros(1))
    assert 0.0 < spread < 1.0


def test_a_denoiser_that_knows_the_answer_gives_it():
    answer = torch.randn(2, 7, 5)
    made = sample(lambda x, step: answer, (2, 7, 5), Schedule.cosine(1000, 10), seed=0)
    assert torch.equal(made, answer)


def test_guidance_goes_from_no_sentence_towards_the_sentence():
    def network(x, step, sentence):
        return sentence[:, :1, None].expand(x.shape)

    x, step, sentence = torch.zeros(2, 3, 4), torch.zeros(2, dtype=torch.long), torch.ones(2, 8)
    assert (guided(network, sentence, 2.5)(x, step) == 2.5).all()
    assert (guided(network, sentence, 1.0)(x, step) == 1.0).all()


@pytest.fixture
def stage(tmp_path, monkeypatch):
    """The stage with a tiny checkpoint, statistics of the pack's kind, and no CLIP."""
    torch.save(published(TINY), tmp_path / "model.pt")
    from text2sim.data.convert import to_features
    from text2sim.data.dataset import MotionDataset

    features = to_features(MotionDataset.open_pack()["cmu_16_15"].motion().tracks[0], 20.0)
    np.save(tmp_path / "Mean.npy", features.mean(axis=0))
    np.save(tmp_path / "Std.npy", 0.05 * features.std(axis=0) + 1e-4)
    monkeypatch.setattr(generator, "_network", lambda path: load_checkpoint(path, TINY))
    monkeypatch.setattr(text, "clip_sentences", lambda texts, folder: torch.ones(len(texts), 16))
    return MDMMotion(
        checkpoint=str(tmp_path / "model.pt"), statistics=str(tmp_path), clip=str(tmp_path), steps=3
    )


def test_the_stage_makes_a_motion_of_the_plan(stage):
    scene = Pipeline()("a man walks up stairs", until="assets", progress=False)
    ctx = Context(request=Options(seed=3), stage="motion", allowed=stage.options)
    stage.check(ctx.request)
    made, again = stage.run(scene, ctx), stage.run(scene, ctx)
    assert made.frames == round(scene.plan.duration * 30.0)
    track = made.tracks[0]
    assert np.isfinite(track.positions()).all()
    assert np.array_equal(track.rotations_wxyz, again.tracks[0].rotations_wxyz)
    assert np.linalg.norm(track.root_positions[0, :2] - scene.actors[0].position[:2]) < 0.3
    assert any("sentence alone" in warning for warning in made.warnings)


@pytest.mark.parametrize(
    "options", [{"steps": 0}, {"steps": 51, "trained": 50}, {"guidance": float("nan")}]
)
def test_wrong_settings(options):
    with pytest.raises(ConfigError):
        MDMMotion(**options)


def test_missing_files_say_what_to_give(stage, tmp_path):
    with pytest.raises(ResourceError, match="checkpoint"):
        MDMMotion().check(Options())
    np.save(tmp_path / "Mean.npy", np.ones(251))
    with pytest.raises(ResourceError, match="263 finite numbers"):
        generator.statistics(str(tmp_path), 263)
    with pytest.raises(ResourceError, match="CLIP"):
        text._clip(str(tmp_path / "nothing"))
