"""Measures of generated motion against closed forms."""

import re

import numpy as np
import pytest

from text2sim.data.splits import SPLITS, clips_of
from text2sim.errors import ConfigError, ResourceError, ShapeError
from text2sim.evaluation import distances as d
from text2sim.evaluation import physical as p
from text2sim.evaluation.generators import (
    Kept,
    fingerprint,
    generator,
    safely,
    still,
    title,
)
from text2sim.evaluation.samples import LONGEST, SHORTEST, mirrored, samples
from text2sim.skeleton import Skeleton
from text2sim.types import Track

RNG = np.random.default_rng(0)
NAMES = [str(i) for i in range(96)]


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def test_perfect_embeddings_are_always_found():
    points = unit(RNG.normal(size=(96, 16)))
    assert d.r_precision(points, points, NAMES, RNG).tolist() == [1, 1, 1]
    assert d.matching_distance(points, points) == 0


def test_random_embeddings_are_found_by_chance():
    texts, motions = unit(RNG.normal(size=(2, 3200, 8)))
    names = [str(i) for i in range(3200)]
    found = d.r_precision(texts, motions, names, RNG)
    assert found == pytest.approx([1 / 32, 2 / 32, 3 / 32], abs=0.015)


def test_a_generator_that_collapses_to_one_point_finds_nothing():
    texts, motions = unit(RNG.normal(size=(96, 8))), np.ones((96, 8))
    assert d.r_precision(texts, motions, NAMES, RNG).tolist() == [0, 0, 0]


def test_equal_sentences_are_no_rivals():
    points = unit(RNG.normal(size=(32, 8)))
    motions = np.roll(points, 1, axis=0)
    assert d.r_precision(points, motions, NAMES[:32], RNG)[0] == 0
    assert d.r_precision(points, motions, ["walk"] * 32, RNG)[0] == 1


def test_frechet_distance_of_two_gaussians():
    # |m|^2 + sum (s1 - s2)^2 for diagonal covariances.
    a = RNG.normal(size=(200_000, 3)) * [1.0, 2.0, 0.5]
    b = RNG.normal(size=(200_000, 3)) * [2.0, 2.0, 1.0] + [3.0, 0.0, 0.0]
    assert d.frechet_distance(a, b) == pytest.approx(9.0 + 1.0 + 0.25, rel=0.02)
    assert d.frechet_distance(a, a) == pytest.approx(0.0, abs=1e-9)
    turn = np.linalg.qr(RNG.normal(size=(3, 3)))[0]
    assert d.frechet_distance(a @ turn, b @ turn) == pytest.approx(d.frechet_distance(a, b))


def test_frechet_distance_with_fewer_points_than_dimensions():
    a = RNG.normal(size=(10, 64))
    assert d.frechet_distance(a, a) == pytest.approx(0.0, abs=1e-6)
    assert d.frechet_distance(a, a + 1.0) == pytest.approx(64.0, rel=1e-6)


def test_diversity_and_multimodality():
    two = np.repeat([[0.0, 0.0], [3.0, 4.0]], 500, axis=0)
    assert d.diversity(two, RNG, pairs=20_000) == pytest.approx(2.5, abs=0.1)
    assert d.diversity(np.array([[0.0, 0.0], [3.0, 4.0]]), RNG) == 5.0
    assert d.multimodality(np.ones((4, 5, 3)), RNG) == 0
    assert d.multimodality(np.array([[[0.0, 0.0], [3.0, 4.0]]]), RNG) == 5.0


def test_intervals_are_of_the_mean():
    values = RNG.normal(5.0, 2.0, size=400)
    found = d.interval(values)
    assert found.mean == pytest.approx(5.0, abs=0.3)
    assert found.half == pytest.approx(1.96 * 2.0 / 20, rel=0.1)
    assert str(d.interval([3.0])) == "3.000"
    assert str(d.interval([0.5, 0.5])) == "0.500 ±0.000"


@pytest.mark.parametrize("call", [
    lambda: d.r_precision(np.ones((8, 2)), np.ones((8, 2)), NAMES[:8], RNG),
    lambda: d.frechet_distance(np.ones((1, 2)), np.ones((5, 2))),
    lambda: d.frechet_distance(np.ones((5, 2)), np.ones((5, 3))),
    lambda: d.diversity(np.ones((1, 2)), RNG),
    lambda: d.multimodality(np.ones((3, 1, 2)), RNG),
])  # fmt: skip
def test_too_little_is_an_error(call):
    with pytest.raises(ConfigError):
        call()


def test_wrong_shapes_are_an_error():
    with pytest.raises(ShapeError):
        d.matching_distance(np.ones((3, 2)), np.ones((2, 2)))


def standing(frames=41, speed=0.0, lift=0.0):
    """A T-pose at 20 frames/s that slides along X [m/s], raised by `lift` [m]."""
    skeleton = Skeleton.of_stature()
    root = np.tile(skeleton.offsets[0], (frames, 1))
    root[:, 0] += speed * np.arange(frames) / 20.0
    root[:, 2] += lift
    turns = np.tile([1.0, 0.0, 0.0, 0.0], (frames, 22, 1))
    return Track(
        actor="a", skeleton=skeleton, root_positions=root, rotations_wxyz=turns,
        contacts=np.zeros((frames, 4), dtype=bool),
    )  # fmt: skip


@pytest.mark.parametrize(("speed", "ratio"), [(0.0, 0.0), (0.4, 0.0), (0.6, 1.0)])
def test_a_foot_of_known_speed_slides(speed, ratio):
    found = p.physical([standing(speed=speed)], 20.0)
    assert found["foot_slide"].value == pytest.approx(50.0 * speed, abs=1e-9)
    assert found["slide_ratio"].value == ratio


@pytest.mark.parametrize(
    ("lift", "below", "above"), [(0.004, 0, 0), (-0.02, 20, 0), (0.1, 0, 100), (-0.004, 0, 0)]
)
def test_heights_over_and_under_the_ground(lift, below, above):
    found = p.physical([standing(lift=lift)], 20.0)
    assert found["penetration"].value == pytest.approx(below, abs=1e-6)
    assert found["float"].value == pytest.approx(above, abs=1e-6)


def test_slides_a_frame_do_not_depend_on_the_frame_rate():
    half = p.physical([standing(speed=0.4)], 10.0)
    assert half["foot_slide"].value == pytest.approx(10.0)


def test_the_ground_may_rise():
    raised = p.physical([standing(lift=0.3)], 20.0, height=lambda xy: np.full(xy.shape[:-1], 0.3))
    assert raised["float"].value == 0
    assert raised["foot_slide"].value == 0


def test_feet_in_the_air_do_not_slide():
    found = p.physical([standing(speed=2.0, lift=0.5)], 20.0)
    assert np.isnan(found["foot_slide"].value)
    assert np.isnan(found["slide_ratio"].value)


def test_jerk_and_bones():
    assert p.physical([standing(speed=1.0)], 20.0)["jerk"].value == pytest.approx(0.0, abs=1e-6)
    assert p.physical([standing()], 20.0)["bone_error"].value == pytest.approx(0.0, abs=1e-9)
    positions = standing().positions().copy()
    positions[::4, 21] += [0.0, -0.04, 0.0]
    assert p.bone_length_errors(positions)[0, 20] == pytest.approx(0.04, rel=1e-3)


@pytest.fixture(scope="module")
def windows():
    from text2sim.data.dataset import MotionDataset

    clips = clips_of(MotionDataset.open_pack(), "test")
    return samples([c for c in clips if c.id.startswith(("koeln_2014_05", "cmu_16", "cmu_05"))][:9])


def test_windows_have_features_and_sentences(windows):
    assert SPLITS[2] == "test"
    assert len(windows) > 5
    for window in windows:
        assert SHORTEST <= len(window.features) <= LONGEST
        assert len(window.track.root_positions) == len(window.features) + 1
        assert window.texts
        assert not any(text.startswith("straightforward,") for text in window.texts)


def test_mirrored_windows_have_mirrored_words_and_motion(windows):
    sided = next(w for w in windows if any("left" in t or "right" in t for t in w.told))
    other = mirrored(sided)
    assert other.told != sided.told
    assert mirrored(other).told == sided.told
    assert np.allclose(mirrored(other).features, sided.features, atol=1e-4)
    # The yaw velocity turns round; the height of the root stays.
    assert np.allclose(other.features[:, 0], -sided.features[:, 0], atol=1e-4)
    assert np.allclose(other.features[:, 3], sided.features[:, 3], atol=1e-4)


def test_a_generator_that_returns_the_real_motion_scores_like_it(windows, monkeypatch):
    from text2sim.evaluation import scores
    from text2sim.evaluation.evaluator import Evaluator

    monkeypatch.setattr(scores, "POOL", 4)
    monkeypatch.setattr(scores._text_scores, "__kwdefaults__", {"pool": 4})
    judge, plan = Evaluator.load(), scores.Protocol(repeats=4, generations=1, texts=2, motions=2)
    by_text = {w.texts[-1]: w.track for w in windows}
    held = list({w.texts[-1]: w for w in windows}.values())
    seen = {scores.anybody(held[0].texts[-1])}
    good = scores.generated_row("good", lambda t, d, s: by_text[t], judge, held, seen, plan)
    bad = scores.generated_row("bad", lambda t, d, s: still(d), judge, held, seen, plan)
    real = scores.real_row(judge, held, [], seen, plan)
    assert good.scores["r1"] == real.scores["r1"]
    assert good.scores["r1"].mean > bad.scores["r1"].mean
    assert good.scores["fid"].mean < 1e-4 < bad.scores["fid"].mean
    assert good.scores["multimodality"].mean == pytest.approx(0.0, abs=1e-6)
    assert good.physical["jerk"].value == real.physical["jerk"].value
    assert "r3_unseen" in good.scores


def test_a_sentence_that_can_not_be_animated_counts_as_not_made():
    from text2sim.errors import NoActorError

    def refuses(text, duration, seed):
        raise NoActorError("Nobody is here.")

    def broken(text, duration, seed):
        raise ResourceError("No weights.")

    told = safely(refuses, "rain", 1.0, 0)
    assert not told.done
    assert len(told.track.root_positions) == 20
    with pytest.raises(ResourceError):
        safely(broken, "a man walks", 1.0, 0)


def test_motions_that_are_kept_are_not_made_again(tmp_path, windows):
    calls = []

    def make(text, duration, seed):
        calls.append((text, seed))
        return windows[seed].track

    kept = Kept(folder=tmp_path / "made")
    first = kept.told(make, "a man walks", 2.0, 0)
    again, other = (kept.told(make, "a man walks", 2.0, seed) for seed in (0, 1))
    assert calls == [("a man walks", 0), ("a man walks", 1)]
    assert np.abs(again.track.positions() - first.track.positions()).max() < 1e-5
    assert (again.track.contacts == first.track.contacts).all()
    assert (again.done, again.cpu) == (first.done, first.cpu)
    assert len(other.track.root_positions) == len(windows[1].track.root_positions)
    for file in kept.folder.iterdir():
        file.write_bytes(b"half a fi")
    with pytest.raises(ResourceError, match="is damaged"):
        kept.told(make, "a man walks", 2.0, 0)


def test_a_folder_is_a_generator_if_a_run_or_a_release_is_in_it(tmp_path):
    from text2sim.resources import resource

    folder = tmp_path / "mine"
    folder.mkdir()
    with pytest.raises(ResourceError, match="is it the folder of a run"):
        generator(str(folder))
    release = resource("models", "motion-ssm")
    tell = generator(str(release))
    made = tell("a person walks forward.", 1.0, 3)
    same = generator("ssm")("a person walks forward.", 1.0, 3)
    assert np.array_equal(made.rotations_wxyz, same.rotations_wxyz)
    assert title(str(folder)) == "mine"
    assert title("ssm") == "ssm"
    assert fingerprint(str(release)) != fingerprint(str(folder))


@pytest.mark.parametrize(("arguments", "message"), [
    (["nothing"], "Nothing to evaluate"), (["real", "--split", "dev"], "train, val, test"),
    (["real", "--limit", "5"], "32 or more"), (["real", "-o", "x.txt"], r"\.json or \.md"),
    (["real", "--repeats", "0"], "repeats"),
])  # fmt: skip
def test_wrong_arguments_of_the_command(arguments, message):
    from typer.testing import CliRunner

    from text2sim.cli import app

    done = CliRunner().invoke(app, ["evaluate", *arguments])
    assert done.exit_code == 2
    assert re.search(message, done.output)
