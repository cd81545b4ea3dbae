"""Refiners: physical state, pairs, the physics-consistency loss, the network, and the pipeline."""

import dataclasses
import json

import numpy as np
import pytest

from text2sim import Pipeline
from text2sim.errors import ConfigError, PipelineError, ResourceError
from text2sim.maths import quaternions as quat
from text2sim.motion.ssm.features import BODY
from text2sim.physical_body import PhysicalBody
from text2sim.refine import pairs
from text2sim.refine.disturb import disturbed
from text2sim.refine.physics_ssm import PhysicsSSMRefiner
from text2sim.refine.staging import floor, on_floor
from text2sim.refine.state import (
    DIM,
    EFFORT,
    FORCE,
    GAP,
    KNOWN,
    LOAD,
    SLIDE,
    TORQUE,
    VELOCITY,
    physics_state,
)
from text2sim.types import Motion, Track

FPS = 20.0


def standing(frames=30, lift=0.0):
    """A body that stands still, in the air if lifted [m]."""
    return Track(
        actor="a", skeleton=BODY,
        root_positions=np.tile(BODY.offsets[0] + [0.0, 0.0, lift], (frames, 1)),
        rotations_wxyz=np.tile([1.0, 0.0, 0.0, 0.0], (frames, 22, 1)),
        contacts=np.full((frames, 4), lift == 0.0),
    )  # fmt: skip


def moved(track, way):
    return dataclasses.replace(track, root_positions=track.root_positions + way)


def falling(frames=24):
    """A body in free flight: up at 3 m/s, then down."""
    times = np.arange(frames) / 60.0
    rise = 3.0 * times - 0.5 * 9.81 * times**2
    return moved(standing(frames, lift=1.0), rise[:, None] * [0.0, 0.0, 1.0])


def body():
    actor = floor().actors[0]
    return PhysicalBody.of(BODY, actor.character, actor.girths)


@pytest.fixture(scope="module")
def walk():
    motion = Pipeline(motion="sine")("a man walks", until="motion", fps=FPS, duration=4.0)
    return on_floor(dataclasses.replace(motion, scene=None)).tracks[0]


# --- the physical state ---


def test_who_stands_is_carried_by_both_feet():
    state = physics_state(standing(), body(), FPS)
    assert state.shape == (30, DIM)
    np.testing.assert_allclose(state[:, LOAD], [[0.5, 0.5, 0.0]] * 30, atol=0.05)
    assert np.abs(state[:, GAP]).max() < 1e-5
    assert np.abs(state[:, FORCE]).max() < 0.02
    assert np.abs(state[:, TORQUE]).max() < 0.02
    assert (state[:, KNOWN] == 1.0).all()


def test_who_hovers_lacks_the_whole_weight():
    state = physics_state(standing(lift=0.5), body(), FPS)
    np.testing.assert_allclose(state[:, FORCE], [[0.0, 0.0, 1.0]] * 30, atol=1e-6)
    np.testing.assert_allclose(state[:, GAP], 5.0, atol=1e-6)
    assert not state[:, LOAD].any()


def test_free_flight_needs_nothing():
    state = physics_state(falling(), body(), 60.0)[3:-3]
    assert np.abs(state[:, FORCE]).max() < 1e-6
    assert np.abs(state[:, EFFORT]).max() < 1e-6


def test_slide_and_velocity_are_seen_from_the_body():
    glide = moved(standing(), np.arange(30)[:, None] / FPS * [0.0, 0.7, 0.0])
    turn = quat.about_z(np.full(30, np.pi / 2))
    rotations = glide.rotations_wxyz.copy()
    rotations[:, 0] = quat.mul(turn, rotations[:, 0])
    state = physics_state(dataclasses.replace(glide, rotations_wxyz=rotations), body(), FPS)
    np.testing.assert_allclose(state[:, SLIDE], 0.7, atol=1e-6)
    np.testing.assert_allclose(state[:, VELOCITY], [[0.7, 0.0, 0.0]] * 30, atol=1e-6)


def test_the_state_does_not_depend_on_place_and_compass(walk):
    turn = quat.about_z(2.0)
    rotations = walk.rotations_wxyz.copy()
    rotations[:, 0] = quat.mul(turn, rotations[:, 0])
    other = dataclasses.replace(
        walk, rotations_wxyz=rotations,
        root_positions=quat.rotate(turn, walk.root_positions) + [3.0, -2.0, 0.0],
    )  # fmt: skip
    first, second = (physics_state(track, body(), FPS) for track in (walk, other))
    # Friction is a pyramid with corners, so what nothing supplies may differ a little.
    same = [*range(LOAD.start), *range(LOAD.stop, FORCE.start)]
    np.testing.assert_allclose(first[:, same], second[:, same], atol=1e-4)
    assert np.abs(first - second).mean() < 0.01


def test_a_state_needs_a_few_frames():
    with pytest.raises(ConfigError, match="at least 4 frames; got 3"):
        physics_state(standing(3), body(), FPS)


# --- pairs ---


def test_disturbed_motions_slide_and_float_the_same_for_the_same_seed(walk):
    worse = disturbed(walk, FPS, np.random.default_rng(2))
    again = disturbed(walk, FPS, np.random.default_rng(2))
    np.testing.assert_array_equal(worse.root_positions, again.root_positions)
    clean, bad = (physics_state(track, body(), FPS) for track in (walk, worse))
    assert np.abs(bad[:, GAP]).mean() > np.abs(clean[:, GAP]).mean()
    assert np.abs(bad[:, FORCE]).mean() > np.abs(clean[:, FORCE]).mean()


@pytest.fixture(scope="module")
def folder(tmp_path_factory, walk):
    target = tmp_path_factory.mktemp("pairs")
    tasks = [
        pairs.Task(id="walk", source="recorded", track=walk.slice(0, 40)),
        pairs.Task(id="short", source="recorded", track=walk.slice(0, 8)),
    ]
    done = pairs.simulate(tasks, target)
    assert done.new == 1
    assert "24 frames" in done.skipped["short"]
    return target


def test_a_pair_holds_what_was_asked_for_and_what_was_done(folder, walk):
    rows = pairs.listed(folder)
    assert [row["source"] for row in rows] == ["recorded", "disturbed"]
    clean, worse = (pairs.load(folder / row["file"]) for row in rows)
    assert clean.about.outcome == "completed"
    np.testing.assert_allclose(clean.asked().root_positions, walk.root_positions[:40], atol=1e-5)
    off = np.linalg.norm(clean.done().positions() - clean.asked().positions(), axis=-1)
    assert 0.0 < off.mean() < 0.06
    np.testing.assert_array_equal(clean.simulated_root, worse.simulated_root)
    assert np.abs(worse.reference_root - clean.reference_root).max() > 0.002
    assert (folder / "skipped.txt").read_text().startswith("short: ")


def test_a_build_goes_on_where_it_was(folder, walk):
    task = pairs.Task(id="walk", source="recorded", track=walk.slice(0, 40))
    assert pairs.simulate([task], folder).old == 1


def test_damaged_and_foreign_pairs_are_named(folder, tmp_path):
    (tmp_path / "x.npz").write_bytes(b"nothing")
    with pytest.raises(ResourceError, match=r"x\.npz is no pair"):
        pairs.load(tmp_path / "x.npz")
    with pytest.raises(ResourceError, match="text2sim data simulate"):
        pairs.listed(tmp_path)
    pair = pairs.load(next(iter(sorted(folder.glob("*.npz")))))
    old = dataclasses.replace(pair, about=dataclasses.replace(pair.about, layout=0))
    pairs.save(old, tmp_path / "old.npz")
    with pytest.raises(ResourceError, match="layout 0"):
        pairs.load(tmp_path / "old.npz")


def test_frames_after_a_fall_are_left_out(folder):
    pair = pairs.load(next(iter(sorted(folder.glob("*.npz")))))
    about = dataclasses.replace(pair.about, outcome="fell", time=1.0)
    assert dataclasses.replace(pair, about=about).frames == 10


# --- the pipeline ---


def test_foot_lock_holds_feet(walk):
    worse = on_floor(Motion(fps=FPS, tracks=(disturbed(walk, FPS, np.random.default_rng(2)),)))
    pipeline = Pipeline(refine="foot-lock")
    from text2sim.stage import Context

    held = pipeline.refine.run(worse, Context(stage="refine")).tracks[0]
    before, after = (physics_state(t, body(), FPS)[:, GAP].min() for t in (worse.tracks[0], held))
    assert before < -0.1
    assert after > before + 0.05


def test_the_motion_of_a_pipeline_is_the_refined_one():
    plain, refined = (
        Pipeline(motion="sine", refine=refine)("a man walks", until="motion", fps=FPS, duration=2.0)
        for refine in (None, "foot-lock")
    )
    assert plain.frames == refined.frames
    assert (plain.tracks[0].rotations_wxyz != refined.tracks[0].rotations_wxyz).any()
    assert [stage.stage for stage in Pipeline(refine="foot-lock").stages][3:6] == [
        "motion", "refine", "physics",
    ]  # fmt: skip
    assert Pipeline(refine="foot-lock").replace(refine=None).refine is None


def test_a_refiner_is_named_or_an_object_of_its_kind():
    with pytest.raises(ConfigError, match="Known: foot-lock, physics-ssm"):
        Pipeline(refine="physics-sm")
    with pytest.raises(PipelineError, match="refine stage object"):
        Pipeline(refine=Pipeline().motion)
    with pytest.raises(ConfigError, match="between 0 and 1"):
        PhysicsSSMRefiner(strength=1.5)


# --- what needs torch ---


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch", reason="torch is not installed")


def terms_of(torch, track, fps=FPS, contact=None, load=None):
    from text2sim.training.pair_windows import matrices
    from text2sim.training.physics_terms import BodyTensors, physics_terms

    count = len(track.root_positions)
    shares = physics_state(track, body(), fps)[:, LOAD] if load is None else load
    found = physics_terms(
        BodyTensors.of(body(), torch.float64), torch.tensor(track.root_positions)[None],
        torch.tensor(matrices(track.rotations_wxyz), dtype=torch.float64)[None],
        ground=torch.zeros(1, count, 4, dtype=torch.float64),
        contact=torch.tensor(np.array(track.contacts if contact is None else contact))[None],
        load=torch.tensor(np.array(shares), dtype=torch.float64)[None],
        mask=torch.ones(1, count, dtype=torch.bool), fps=fps,
    )  # fmt: skip
    return {name: float(value) for name, value in found.items()}


def test_standing_costs_nothing(torch):
    assert max(terms_of(torch, standing()).values()) < 1e-6


def test_each_term_tells_its_own_fault(torch):
    sunk = terms_of(torch, standing(lift=-0.03), contact=np.ones((30, 4), bool))
    assert sunk["penetration"] == pytest.approx(4 * 0.3**2, rel=1e-3)
    high = terms_of(torch, standing(lift=0.02), contact=np.ones((30, 4), bool))
    assert high["floating"] == pytest.approx(4 * 0.2**2, rel=1e-3)
    glide = moved(standing(), 0.01 * np.arange(30)[:, None] * [1.0, 0.0, 0.0])
    assert terms_of(torch, glide)["skate"] == pytest.approx(4.0 * 29 / 29, rel=0.05)
    hover = terms_of(torch, standing(lift=0.5))
    assert 0.7 < hover["flight"] < 1.0
    assert terms_of(torch, falling(), 60.0)["flight"] < 1e-6
    dragged = moved(standing(), np.cumsum(np.linspace(0, 0.3, 30))[:, None] * [1.0, 0.0, 0.0])
    assert terms_of(torch, dragged, load=[[0.5, 0.5, 0.0]] * 30)["balance"] > 0.1


def test_forces_and_torques_are_those_of_inverse_dynamics(torch, walk):
    from text2sim.inverse_dynamics import inverse_dynamics
    from text2sim.training.pair_windows import matrices
    from text2sim.training.physics_terms import BodyTensors, dynamics, pose, sole_points

    tensors = BodyTensors.of(body(), torch.float64)
    places, world = pose(
        tensors, torch.tensor(walk.root_positions)[None],
        torch.tensor(matrices(walk.rotations_wxyz), dtype=torch.float64)[None],
    )  # fmt: skip
    soles = sole_points(tensors, places, world)
    np.testing.assert_allclose(soles[0].numpy(), walk.soles(), atol=1e-5)
    load = torch.zeros(1, len(walk.root_positions), 3, dtype=torch.float64)
    load[..., 2] = 1.0
    found = dynamics(tensors, places, world, soles, load, FPS)
    loads = inverse_dynamics(body(), walk.root_positions, walk.rotations_wxyz, FPS)
    middle = slice(2, -2)
    np.testing.assert_allclose(
        found.force[0].numpy(), loads.force[middle] / (9.81 * body().mass), atol=1e-3
    )
    torques = np.linalg.norm(loads.torques[middle, 1:], axis=-1) / body().strength[1:]
    np.testing.assert_allclose(found.torques[0].numpy(), torques, atol=0.02)


@pytest.fixture(scope="module")
def tiny(torch):
    from text2sim.refine.config import PhysicsSSMConfig
    from text2sim.refine.net import PhysicsSSM

    torch.manual_seed(0)
    config = PhysicsSSMConfig(
        d_model=32, d_physics=8, d_state=4, n_layers=1, expand=2, head_width=8, window=24,
        context=8, ahead=6, chunk=8,
    )  # fmt: skip
    net = PhysicsSSM(config)
    torch.nn.init.normal_(net.leave.weight, std=0.05)
    torch.nn.init.normal_(net.blocks[0].modulation.weight, std=0.2)
    return net.eval()


def test_an_untrained_network_changes_nothing(torch):
    from text2sim.refine.config import PhysicsSSMConfig
    from text2sim.refine.net import PhysicsSSM

    config = PhysicsSSMConfig(d_model=32, d_physics=8, d_state=4, n_layers=1, head_width=8)
    total = config.context + config.window
    net = PhysicsSSM(config)
    made = net(torch.randn(2, total, 203), torch.randn(2, total, DIM), torch.ones(2, total) > 0)
    assert made.shape == (2, config.window, 69)
    assert not made.any()


def test_the_state_rules_what_is_changed_frame_by_frame(torch, tiny):
    torch.manual_seed(1)
    motion, state = torch.randn(1, 32, 203), torch.randn(1, 32, DIM)
    other = state.clone()
    other[:, 20] += 2.0
    there = torch.ones(1, 32, dtype=torch.bool)
    change = (tiny(motion, state, there) - tiny(motion, other, there)).abs().mean(dim=-1)[0]
    assert change[12] > 3.0 * change[:8].max()


def test_streamed_windows_are_those_of_the_whole(torch, tiny, walk):
    from text2sim.refine.changes import refined_changes
    from text2sim.refine.torch_refiner import TorchRefiner

    network = TorchRefiner(tiny, np.zeros(203, np.float32), np.ones(203, np.float32))
    state, ground = physics_state(walk, body(), FPS), np.zeros(len(walk.root_positions))
    whole = refined_changes(network, walk, state, ground)
    stride = tiny.config.window - tiny.config.ahead
    part = tiny.config.window + stride
    first = refined_changes(network, walk.slice(0, part), state[:part], ground[:part])
    settled = 2 * stride - 6
    np.testing.assert_allclose(first[:settled], whole[:settled], atol=2e-3)
    assert np.abs(whole).max() > 1e-3


@pytest.fixture(scope="module")
def released(torch, tiny, tmp_path_factory):
    pytest.importorskip("onnx", reason="onnx is not installed")
    pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    from text2sim.training.export_refiner import export

    target = tmp_path_factory.mktemp("physics-ssm")
    export(tiny, np.zeros(203, np.float32), np.ones(203, np.float32), target)
    return target


def test_the_graph_is_the_network(torch, tiny, released):
    from text2sim.refine.physics_ssm import OnnxRefiner
    from text2sim.refine.torch_refiner import TorchRefiner

    rng = np.random.default_rng(0)
    motion, state = (rng.normal(size=(32, n)).astype(np.float32) for n in (203, DIM))
    there = np.arange(32) < 29
    graph = OnnxRefiner(released)
    module = TorchRefiner(tiny, graph.mean, graph.scale)
    np.testing.assert_allclose(
        graph.changes(motion, state, there)[:21], module.changes(motion, state, there)[:21],
        atol=1e-4,
    )  # fmt: skip


@pytest.mark.parametrize("fps", [20.0, 30.0])
def test_a_pipeline_with_a_trained_refiner(released, fps):
    plain = Pipeline(motion="sine")
    ask = {"prompt": "a boy walks up stairs", "until": "motion", "fps": fps, "duration": 3.0}
    before = plain(**ask)
    after = plain.replace(refine=PhysicsSSMRefiner(model=str(released)))(**ask)
    idle = plain.replace(refine=PhysicsSSMRefiner(model=str(released), strength=0.0))(**ask)
    moved_by = np.abs(after.tracks[0].positions() - before.tracks[0].positions())
    assert 1e-4 < moved_by.max() < 0.5
    np.testing.assert_array_equal(idle.tracks[0].rotations_wxyz, before.tracks[0].rotations_wxyz)
    assert after.grasps == before.grasps


def test_motion_too_short_for_a_state_stays(released):
    from text2sim.stage import Context

    motion = Motion(fps=FPS, tracks=(standing(3),))
    refiner = PhysicsSSMRefiner(model=str(released))
    assert refiner.run(motion, Context(stage="refine")).tracks[0] is motion.tracks[0]


def test_missing_and_foreign_weights_are_said_before_anything_runs(released, tmp_path):
    with pytest.raises(ResourceError, match=r"config\.json can't be read"):
        Pipeline(refine=PhysicsSSMRefiner(model=str(tmp_path)))("a man walks", until="motion")
    with pytest.raises(ResourceError, match="No weights of physics-ssm ship"):
        Pipeline(refine="physics-ssm")("a man walks", until="motion")
    config = json.loads((released / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | {"layout": 7}))
    with pytest.raises(ConfigError, match="layout 7"):
        Pipeline(refine=PhysicsSSMRefiner(model=str(tmp_path)))("a man walks", until="motion")


def test_disturbed_windows_want_the_clean_motion(torch, folder):
    from text2sim.refine.config import PhysicsSSMConfig
    from text2sim.training.pair_windows import prepare_pairs

    sizes = PhysicsSSMConfig(window=24, context=8, ahead=6)
    data = prepare_pairs(folder, None, sizes, stateless=0.0, seed=0, report=lambda _: None)
    clean, worse = data.train.clips
    np.testing.assert_array_equal(clean.root, clean.wanted_root)
    np.testing.assert_array_equal(worse.wanted_root, clean.root)
    assert np.abs(worse.root - worse.wanted_root).max() > 0.002
    batch = data.train.batch(0, 4)
    assert not batch.state[:, : sizes.context].any()
    assert batch.there[:, sizes.context :].all()


def test_training_goes_on_after_a_kill_to_the_same_curve(torch, folder, tmp_path):
    pytest.importorskip("lightning_fabric", reason="text2sim[train] is not installed")
    from text2sim.refine.config import PhysicsSSMConfig
    from text2sim.training.config import PhysicsTrainingConfig
    from text2sim.training.loop import Trainer

    sizes = PhysicsSSMConfig(
        d_model=32, d_physics=8, d_state=4, n_layers=1, head_width=8, window=24, context=8, ahead=6
    )

    def run(out, steps):
        config = PhysicsTrainingConfig(
            out=out, pairs=folder, held=folder, steps=steps, batch_size=2, log_every=1,
            checkpoint_every=2, decay=0.0, warmup=1, precision="32-true", network=sizes,
        )  # fmt: skip
        trainer = Trainer(config, report=lambda _: None)
        trainer.run()
        return trainer

    run(tmp_path / "a", 4)
    run(tmp_path / "b", 2)
    run(tmp_path / "b", 4)
    logs = [(tmp_path / name / "log.csv").read_text().splitlines() for name in "ab"]
    names = logs[0][0].split(",")
    assert {"penetration", "skate", "flight", "balance", "held_loss"} <= set(names)
    loss = names.index("loss")
    curves = [[float(row.split(",")[loss]) for row in rows[1:]] for rows in logs]
    np.testing.assert_allclose(curves[0], curves[1], rtol=1e-5)
    assert curves[0][-1] != curves[0][0]


def test_an_evaluation_can_ask_for_refined_motion():
    from text2sim.evaluation.generators import fingerprint, generator, title

    make = generator("sine+foot-lock")
    track = make("a man walks", 1.5, 0)
    assert len(track.root_positions) == 30
    assert title("sine+foot-lock") == "sine+foot-lock"
    assert fingerprint("sine+foot-lock") != fingerprint("sine")
    with pytest.raises(ConfigError, match="Known: foot-lock"):
        generator("sine+nothing")
