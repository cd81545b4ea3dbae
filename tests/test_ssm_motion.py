"""The ssm backend with its released weights: streams, sides, plans, graphs, bad input."""

import dataclasses
import json
import shutil
import sys
import tracemalloc

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="needs onnxruntime")

from text2sim import Pipeline
from text2sim.errors import ConfigError, MissingExtraError, ResourceError
from text2sim.evaluation.gates import counted, lifted, speed, travelled, turned
from text2sim.motion.ssm.backend import SSMMotion
from text2sim.motion.ssm.conditioning import PLAN, manner_channels, path_channels, time_channels
from text2sim.motion.ssm.direct import generate, spoken
from text2sim.motion.ssm.features import DIM, POSITIONS, Anchor
from text2sim.motion.ssm.onnx_network import OnnxNetwork
from text2sim.motion.ssm.prompts import sentence
from text2sim.motion.ssm.sampler import Request, Sampler
from text2sim.resources import resource
from text2sim.skeleton import PARENTS
from text2sim.types import Segment

FOLDER = resource("models", "motion-ssm")


@pytest.fixture(scope="module")
def network():
    return OnnxNetwork(FOLDER)


@pytest.fixture(scope="module")
def sampler(network):
    return Sampler(network=network)


def test_a_stream_goes_on_as_if_all_past_frames_were_read_at_once(sampler):
    rng, stream, parts = np.random.default_rng(3), sampler.start(), []
    for frames in (64, 5, 30):
        request = Request(text="a person walks forward.", frames=frames)
        made, stream = sampler.window(stream, request, rng)
        parts.append(made)
    whole = sampler.after(sampler.start(), np.concatenate(parts))
    for one, other in zip((*stream.state, stream.context), (*whole.state, whole.context)):
        assert np.abs(one - other).max() < 1e-4
    assert np.allclose(dataclasses.astuple(stream.anchor), dataclasses.astuple(whole.anchor))
    request = Request(text="a person stands.", frames=20)
    first, _ = sampler.window(stream, request, np.random.default_rng(4))
    again, _ = sampler.window(whole, request, np.random.default_rng(4))
    assert np.abs(first - again).max() < 1e-3


def test_a_stream_keeps_its_size(sampler):
    rng, stream = np.random.default_rng(0), sampler.start()
    request = Request(text="a person walks forward.", frames=64)
    _, stream = sampler.window(stream, request, rng)
    sizes = [part.nbytes for part in (*stream.state, stream.context)]
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for _ in range(6):
        _, stream = sampler.window(stream, request, rng)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [part.nbytes for part in (*stream.state, stream.context)] == sizes
    assert after - before < 200_000


def test_the_same_seed_gives_the_same_motion_and_another_one_another(sampler):
    one, two, other = (
        spoken(sampler, "a person dances.", np.random.default_rng(seed), frames=70)
        for seed in (1, 1, 2)
    )
    assert (one == two).all()
    assert np.abs(one - other)[:, POSITIONS].max() > 0.05


def share(sampler, text, seconds, test, seeds=4):
    return np.mean([test(generate(text, seconds, seed, sampler=sampler)) for seed in range(seeds)])


def test_it_does_what_it_is_told(sampler):
    higher = lambda t, a, b: lifted(t, f"{a}_wrist") > lifted(t, f"{b}_wrist")  # noqa: E731
    for side, other in (("left", "right"), ("right", "left")):
        text = f"a person waves with the {side} hand."
        assert share(sampler, text, 3.0, lambda t, a=side, b=other: higher(t, a, b)) >= 0.75
    ahead = lambda t: travelled(t)[0]  # noqa: E731
    assert share(sampler, "a person walks forward.", 3.0, lambda t: ahead(t) > 0.8) >= 0.75
    assert share(sampler, "a person walks backward.", 3.0, lambda t: ahead(t) < -0.4) >= 0.75
    assert share(sampler, "a person runs forward.", 3.0, lambda t: speed(t) > 2.0) >= 0.75
    assert share(sampler, "a person walks slowly.", 3.0, lambda t: speed(t) < 1.2) >= 0.75
    assert share(sampler, "a person jumps up twice.", 3.2, lambda t: counted(t, ("jump",))) >= 0.5


def test_it_goes_where_the_plan_says(sampler):
    angle = np.linspace(0.0, np.pi / 2, 64)
    places = np.column_stack([2.0 * np.sin(angle), 2.0 * (1.0 - np.cos(angle)), angle])
    for sign in (1.0, -1.0):
        planned = places * [1.0, sign, sign]
        plan = np.zeros((64, PLAN))
        plan[:, :9] = path_channels(planned, Anchor())
        request = Request(text="a person walks forward.", frames=64, plan=plan, places=planned)
        features, stream = sampler.window(sampler.start(), request, np.random.default_rng(0))
        assert np.hypot(stream.anchor.x - 2.0, stream.anchor.y - sign * 2.0) < 0.1
        assert abs(stream.anchor.yaw - sign * np.pi / 2) < 0.15
        assert features.shape == (64, DIM)


def test_what_is_kept_is_met_exactly_and_the_rest_is_made_anew(sampler):
    """Edit a part: legs and way are kept, arms and trunk are made anew."""
    rng = np.random.default_rng(0)
    kept = spoken(sampler, "a person stands.", rng, frames=60)
    legs = [1, 2, 4, 5, 7, 8, 10, 11]
    held = np.zeros((60, DIM), dtype=bool)
    held[:, :10] = True
    for joint in legs:
        held[:, 4 + 6 * joint : 10 + 6 * joint] = True
        held[:, POSITIONS.start + 3 * (joint - 1) : POSITIONS.start + 3 * joint] = True
    text = "a person waves with the right hand."
    request = Request(text=text, frames=60, kept=kept, held=held)
    made, _ = sampler.window(sampler.start(), request, rng)
    assert np.abs(made - kept)[held].max() < 1e-4
    assert np.abs(made - kept)[~held].max() > 0.05


@pytest.mark.parametrize("prompt", ["a man walks up stairs", "a girl runs and then waves"])
def test_the_backend_follows_the_plan_with_feet_that_stand(prompt):
    motion = Pipeline(motion="ssm")(prompt, until="motion", seed=1, progress=False)
    track, plan = motion.tracks[0], motion.scene.plan
    assert motion.frames == round(plan.duration * motion.fps)
    end = plan.timeline[-1].path[-1]
    assert np.linalg.norm(track.root_positions[-1, :2] - end[:2]) < 0.3
    soles, on = track.soles(), track.contacts
    slide = np.linalg.norm(np.diff(soles[..., :2], axis=0), axis=-1) * motion.fps
    assert slide[on[1:] & on[:-1]].mean() < 0.03
    assert track.root_positions[-1, 2] - end[2] == pytest.approx(
        track.skeleton.pelvis_height, abs=0.25
    )
    positions = track.positions()
    for joint, parent in enumerate(PARENTS[1:], 1):
        bone = np.linalg.norm(positions[:, joint] - positions[:, parent], axis=-1)
        assert np.ptp(bone) < 1e-6


def test_sentences_name_sides_ways_and_counts():
    path = np.column_stack([np.linspace(0, 2, 21), np.zeros(21), np.zeros(21)])
    walk = Segment(actor="a", action="walk", start=0.0, end=2.0, path=path, manner=("slowly",))
    wave = Segment(actor="a", action="wave", start=0.0, end=2.0, path=path[:1], side="left")
    assert sentence(walk) == "a person walks forward slowly."
    assert sentence(walk, [wave]) == "a person walks forward slowly and waves with the left hand."
    up = dataclasses.replace(walk, path=path + path[:, [1, 1, 0]], manner=())
    assert sentence(up) == "a person walks up the stairs."
    turn = Segment(
        actor="a", action="turn", start=0.0, end=1.0, path=path[:1], heading_end=-np.pi / 2
    )
    assert sentence(turn) == "a person turns to the right by 90 degrees."
    jump = dataclasses.replace(turn, action="jump", repetitions=2)
    assert sentence(jump) == "a person jumps up twice."


def test_channels_say_what_they_should():
    places = np.array([[1.0, 0.0, 0.0], [1.0, 1.0, np.pi / 2]])
    seen = path_channels(places, Anchor(x=1.0, y=0.0, yaw=np.pi / 2))
    assert np.allclose(seen[1, :4], [1.0, 0.0, 0.0, 1.0])
    assert np.allclose(seen[1, 4:6], [10.0, 0.0])
    assert time_channels(np.array([1.0]), np.array([100.0])).tolist() == [[0.25, 2.0, 1.0]]
    assert not manner_channels(None, None).any()


@pytest.mark.parametrize("text", ["", "   ", "qwxz blorf", "行走", "a person " + "walks " * 400])
def test_any_text_makes_a_finite_motion(sampler, text):
    assert np.isfinite(spoken(sampler, text, np.random.default_rng(0), frames=12)).all()


@pytest.mark.parametrize("seconds", [0.1, 0.15, 7.0])
def test_any_length_is_met(sampler, seconds):
    track = generate("a person walks forward.", seconds, 0, sampler=sampler)
    assert len(track.root_positions) == round(seconds * 20)


def test_an_hour_is_made_window_by_window():
    class Still:
        """A network that tells the mean pose."""

        def __init__(self, network):
            self.config, self.mean, self.scale = network.config, network.mean, network.scale

        def read(self, tokens, present, known):
            return np.zeros((*tokens.shape[:2], 1), np.float32), np.zeros((len(tokens), 1))

        def remember(self, past, mask, state):
            return np.zeros((*past.shape[:2], self.config.d_model), np.float32), state

        def denoise(self, noisy, time, given):
            return 0.0 * noisy

    still = Sampler(network=Still(OnnxNetwork(FOLDER)), evaluations=1)
    made = spoken(still, "a person stands.", np.random.default_rng(0), frames=72_000)
    assert made.shape == (72_000, DIM)
    assert np.abs(made - still.network.mean).max() < 1e-5


def test_without_onnxruntime_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(MissingExtraError, match="pip install onnxruntime"):
        OnnxNetwork(FOLDER)


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan"), 1e9])
def test_lengths_that_make_no_sense_are_refused(sampler, seconds):
    with pytest.raises(ConfigError, match="duration must lie between"):
        generate("a person walks.", seconds, 0, sampler=sampler)


def test_a_contradictory_plan_and_text_still_follow_the_plan(sampler):
    places = np.column_stack([np.linspace(0, -3, 64), np.zeros(64), np.zeros(64)])
    plan = np.zeros((64, PLAN))
    plan[:, :9] = path_channels(places, Anchor())
    request = Request(text="a person walks forward.", frames=64, plan=plan, places=places)
    _, stream = sampler.window(sampler.start(), request, np.random.default_rng(0))
    assert abs(stream.anchor.x + 3.0) < 0.1


def test_damaged_models_are_named(tmp_path):
    copy = tmp_path / "model"
    shutil.copytree(FOLDER, copy)
    (copy / "text.onnx").write_bytes(b"no graph")
    with pytest.raises(ResourceError, match=r"text\.onnx is no graph"):
        OnnxNetwork(copy)
    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps(config | {"wings": 2}))
    with pytest.raises(ConfigError, match="Unknown key in the network's config: wings"):
        OnnxNetwork(copy)
    (copy / "text.onnx").write_bytes((FOLDER / "text.onnx").read_bytes())
    (copy / "config.json").write_text(json.dumps(config | {"d_model": 128}))
    with pytest.raises(
        ResourceError, match=r"'context' has 256 numbers a row, config.json says 128"
    ):
        OnnxNetwork(copy)
    (copy / "config.json").write_text(json.dumps(config))
    (copy / "denoiser.onnx").write_bytes((FOLDER / "text.onnx").read_bytes())
    with pytest.raises(ResourceError, match=r"denoiser\.onnx has no input 'noisy'"):
        OnnxNetwork(copy)
    (copy / "config.json").write_text("{")
    with pytest.raises(ResourceError, match=r"config\.json can't be read"):
        OnnxNetwork(copy)
    with pytest.raises(ResourceError, match=r"config\.json can't be read"):
        OnnxNetwork(tmp_path / "nowhere")


def test_settings_that_make_no_sense_are_refused(network):
    with pytest.raises(ConfigError, match="evaluations must lie between 1 and 100; got 0"):
        SSMMotion(evaluations=0)
    with pytest.raises(ConfigError, match="guidance must lie between"):
        SSMMotion(guidance=-1.0)
    sampler, rng = Sampler(network=network), np.random.default_rng(0)
    request = Request(text="", frames=65)
    with pytest.raises(ConfigError, match="A window has 1 to 64 frames; got 65"):
        sampler.window(sampler.start(), request, rng)


def test_another_model_has_another_fingerprint(tmp_path):
    copy = tmp_path / "model"
    shutil.copytree(FOLDER, copy)
    same = SSMMotion(model=str(copy)).fingerprint()
    (copy / "config.json").write_text((copy / "config.json").read_text() + " ")
    from text2sim.motion.ssm.backend import _digest

    _digest.cache_clear()
    assert SSMMotion(model=str(copy)).fingerprint() != same


def test_the_graphs_are_the_module():
    torch = pytest.importorskip("torch", reason='needs pip install "text2sim[train]"')
    pytest.importorskip("onnx", reason='needs pip install "text2sim[train]"')
    from text2sim.motion.ssm.torch_network import TorchNetwork
    from text2sim.training.export import load_net

    torch.manual_seed(0)
    both = [Sampler(network=OnnxNetwork(FOLDER)), Sampler(network=TorchNetwork(*load_net(FOLDER)))]
    made = [spoken(s, "a person walks.", np.random.default_rng(0), frames=100) for s in both]
    assert np.abs(made[0] - made[1]).max() < 1e-3
    assert abs(turned(generate("a person stands.", 2.0, 0, sampler=both[0]))) < 1.0


@pytest.mark.parametrize(
    ("prompt", "blind"), [("a man climbs a ladder", True), ("a man kicks a ball", False)]
)
def test_what_is_played_without_seeing_the_thing_is_said(prompt, blind):
    motion = Pipeline(motion="ssm")(prompt, until="motion", progress=False)
    assert any("without seeing" in text for text in motion.warnings) == blind
