"""Motion that is looked up: choice of clips, their place and path, seams, warnings."""

import json

import numpy as np
import pytest

from text2sim.data.dataset import MotionDataset
from text2sim.data.splits import clips_of
from text2sim.edit.common import facing
from text2sim.errors import ResourceError
from text2sim.evaluation.metrics import penetration_depths
from text2sim.motion.retrieval import library as lib
from text2sim.motion.retrieval.choose import choose, phrase
from text2sim.motion.retrieval.direct import generate
from text2sim.motion.retrieval.perform import perform, repeated
from text2sim.pipeline import Pipeline
from text2sim.skeleton import INDEX, Skeleton
from text2sim.types import Segment

BODY = Skeleton.of_stature(1.75)
PIPELINE = Pipeline(motion="retrieval")


def segment(action="walk", end=3.0, path=((0.0, 0.0, 0.0),), **options):
    return Segment(actor="a", action=action, start=0.0, end=end, path=np.array(path), **options)


def line(length=3.6, heading=0.0, spacing=0.1):
    s = np.arange(0.0, length + 1e-9, spacing)
    return np.stack([s * np.cos(heading), s * np.sin(heading), 0.0 * s], axis=1)


def chosen(asked, seed=0):
    return choose(asked, lib.library(), 1.0, np.random.default_rng(seed))


def motion(prompt, seed=0):
    return PIPELINE(prompt, seed=seed, until="motion", progress=False)


def test_nothing_that_is_held_out_is_in_the_library():
    pack = MotionDataset.open_pack()
    train = {clip.id for clip in clips_of(pack, "train")}
    assert {entry.clip for entry in lib.library().entries} <= train


def test_the_released_library_is_what_the_command_builds():
    pack = MotionDataset.open_pack()
    some = [c for c in clips_of(pack, "train") if c.id.startswith(("kay_Si", "cmu_16_1", "ual_P"))]
    fresh = {(e.clip, e.start): e for e in lib.build(some)}
    released = {(e.clip, e.start): e for e in lib.library().entries if not e.mirrored}
    assert len(fresh) > 10
    # The pack may be cleaned by millimetres without making the library stale.
    same = [released.get(key) is not None and released[key].texts == entry.texts
            for key, entry in fresh.items()]  # fmt: skip
    assert np.mean(same) > 0.9, "build the library again: models/retrieval/README.md"


@pytest.mark.parametrize(("asked", "expected"), [
    (segment("walk", path=line()), "a person walks forward"),
    (segment("walk", path=line(), direction="backward", manner=("slowly",)),
     "a person walks backward slowly"),
    (segment("kick", side="left"), "a person kicks with the left leg"),
    (segment("turn", heading_end=np.pi / 2), "a person turns left by 90 degrees"),
    (segment("jump", repetitions=2), "a person jumps on the spot twice"),
    (segment("pick_up"), "a person picks something up"),
])  # fmt: skip
def test_phrases(asked, expected):
    assert phrase(asked) == expected


@pytest.mark.parametrize(("action", "word", "options"), [
    ("walk", "walk", {"path": line()}), ("run", "run", {"path": line(9.0)}),
    ("walk", "back", {"path": line(), "direction": "backward"}),
    ("kick", "kick", {"side": "left"}), ("sit", "sit", {}), ("dance", "danc", {}),
    ("pick_up", "pick", {}), ("throw", "throw", {}), ("wave", "wave", {"side": "right"}),
])  # fmt: skip
def test_the_clip_tells_of_the_action(action, word, options):
    choice = chosen(segment(action, **options))
    assert any(word in text for text in choice.entry.texts), choice
    assert choice.fit > 0.5
    if "side" in options:
        assert any(options["side"] in text for text in choice.entry.texts)


def test_mirrored_clips_are_mirrored():
    left, right = (chosen(segment("kick", side=side)).entry for side in ("left", "right"))
    for entry, name in ((left, "left_foot"), (right, "right_foot")):
        p = entry.motion().tracks[0].positions()
        other = name.replace("left", "x").replace("right", "left").replace("x", "right")
        assert p[:, INDEX[name], 2].max() > p[:, INDEX[other], 2].max() + 0.15


@pytest.mark.parametrize("heading", [0.0, 2.0])
@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_a_walk_goes_along_its_path_in_its_time(heading, direction):
    way = heading + (np.pi if direction == "backward" else 0.0)
    length = 3.6 if direction == "forward" else 2.0
    asked = segment(
        "walk",
        path=line(length, way),
        heading_start=heading,
        heading_end=heading,
        direction=direction,
    )
    made, note = perform(asked, chosen(asked).entry, BODY, 60)
    track = made.tracks[0]
    assert note == ""
    assert abs(made.frames - 60) <= 1
    assert np.linalg.norm(track.root_positions[-1, :2] - asked.path[-1, :2]) < 0.25
    across = np.array([-np.sin(way), np.cos(way)])
    assert np.abs(track.root_positions[:, :2] @ across).max() < 0.25
    yaw = facing(track.positions())
    assert np.cos(yaw - heading).mean() > 0.9


@pytest.mark.parametrize("angle", [np.pi / 2, -np.pi / 2, np.pi])
def test_a_turn_ends_at_its_heading(angle):
    asked = segment("turn", end=1.5, path=[(1.0, 2.0, 0.0)], heading_start=0.5,
                    heading_end=0.5 + angle)  # fmt: skip
    made, _ = perform(asked, chosen(asked).entry, BODY, 30)
    yaw = np.unwrap(facing(made.tracks[0].positions()))
    assert yaw[-1] - yaw[0] == pytest.approx(angle, abs=0.15)
    assert np.linalg.norm(made.tracks[0].root_positions[-1, :2] - [1.0, 2.0]) < 0.1


def test_repeating_a_walk_does_not_halt_it():
    entry = next(e for e in lib.library().entries if e.clip == "cmu_09_07")
    long = repeated(entry.motion(), 80).tracks[0]
    assert len(long.root_positions) >= 80
    speed = np.linalg.norm(np.diff(long.root_positions[:, :2], axis=0), axis=1) * 20.0
    assert speed.min() > 0.6 * np.median(speed)


def test_the_stage_follows_the_plan():
    made = motion("a man walks to the table and waves with his left hand")
    plan, track = made.scene.plan, made.tracks[0]
    assert made.frames == round(plan.duration * made.fps)
    walk = next(s for s in plan.timeline if s.action == "walk")
    end = track.root_positions[round(walk.end * made.fps), :2]
    assert np.linalg.norm(end - walk.path[-1, :2]) < 0.3
    wave = next(s for s in plan.timeline if s.action == "wave")
    span = slice(round(wave.start * made.fps) + 5, round(wave.end * made.fps) - 5)
    p = track.positions()[span]
    assert p[:, INDEX["left_wrist"], 2].max() > p[:, INDEX["right_wrist"], 2].max() + 0.2


def test_stairs_are_climbed_on_their_treads():
    made = motion("a man walks up stairs")
    track, ground = made.tracks[0], made.scene.ground_height
    top = made.scene.plan.timeline[-1].path[-1, 2]
    assert track.root_positions[-1, 2] > top + 0.8
    soles = track.soles()
    gap = soles[..., 2] - ground(soles[..., :2])
    depths = penetration_depths(soles, ground).max(axis=1)
    assert depths.mean() < 0.008
    assert depths.max() < 0.06
    assert gap.min(axis=1).max() < 0.25


def test_bodies_that_fall_are_not_in_the_ground():
    p = motion("a man falls down").tracks[0].positions()
    assert p[-1, 0, 2] < 0.4
    assert p[..., 2].min() > -0.03


def test_seams_do_not_jump():
    track = motion("a man walks forward, then turns around, then waves").tracks[0]
    steps = np.linalg.norm(np.diff(track.positions(), axis=0), axis=-1) * 30.0
    assert steps.max() < 9.0
    pelvis = steps[:, 0]
    assert np.abs(np.diff(pelvis)).max() * 30.0 < 40.0


def test_seeds_change_the_choice_and_nothing_else_does():
    one, two, other = (motion("a man walks forward", seed=s) for s in (1, 1, 2))
    assert np.array_equal(one.tracks[0].rotations_wxyz, two.tracks[0].rotations_wxyz)
    several = [motion("a man walks forward", seed=s).tracks[0].rotations_wxyz for s in (2, 3, 4)]
    assert any(not np.array_equal(other.tracks[0].rotations_wxyz, s) for s in several[1:])


def test_what_no_clip_shows_is_said():
    assert any("does not touch" in w for w in motion("a man picks up a cup").warnings)
    assert motion("a man walks forward").warnings == ()
    assert any("No clip" in w for w in motion("a man claps").warnings)


def test_a_whole_sentence_gets_its_own_clip():
    track = generate("a person sits down on a chair", 2.0, 0)
    assert len(track.root_positions) == 40
    assert track.root_positions[-1, 2] < 0.75 * track.root_positions[0, 2]
    assert len(generate("", 1.0, 0).root_positions) == 20


def test_a_damaged_library_is_an_error(monkeypatch, tmp_path):
    (tmp_path / "models" / "retrieval").mkdir(parents=True)
    path = tmp_path / "models" / "retrieval" / "library.json"
    monkeypatch.setenv("TEXT2SIM_DATA", str(tmp_path))
    for content in ("{", json.dumps({"format": 9, "entries": []})):
        path.write_text(content)
        lib.library.cache_clear()
        with pytest.raises(ResourceError, match="no library"):
            lib.library()
    lib.library.cache_clear()
