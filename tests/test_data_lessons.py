"""Lessons: what their sentences say is what the motion does, and they have their share of draws."""

import numpy as np
import pytest

from text2sim.data.corpus import LESSONS, Segment, Take, take_of, weights
from text2sim.data.dataset import MotionDataset
from text2sim.data.lessons import TOPICS, lessons, pieces
from text2sim.evaluation.gates import counted, turned

CLIPS = (
    "cmu_16_29", "cmu_16_17", "cmu_10_02", "cmu_13_11", "ual_Punch_Cross", "cmu_90_05",
    "koeln_2014_12_16_01_13_02_PM", "koeln_2014_12_16_11_14_08_AM", "cmu_131_12",
)  # fmt: skip


@pytest.fixture(scope="module")
def takes():
    pack = MotionDataset.open_pack()
    made = [take_of(pack[name], np.random.default_rng(0)) for name in CLIPS]
    return [take for take in made if take is not None]


def test_lessons_do_what_they_say(takes):
    made = lessons(takes, 40, np.random.default_rng(0))
    topics = {take.segments[0].kind.split()[1] for take in made}
    assert {"turn", "stop"} <= topics <= set(TOPICS)
    for take in made:
        track, segment = take.motion.tracks[0], take.segments[0]
        assert (segment.start, segment.stop) == (0, take.motion.frames)
        assert all(text.startswith("a person ") and text.endswith(".") for text in segment.texts)
        _, topic, *rest = segment.kind.split()
        if topic == "turn":
            sign = 1.0 if rest[0] == "left" else -1.0
            assert abs(np.degrees(turned(track)) - sign * float(rest[1])) < 25.0
            assert any(f"{rest[0]} by {rest[1]} degrees" in text for text in segment.texts)
        if topic == "stop":
            way = np.diff(track.root_positions[-8:, :2], axis=0)
            assert np.linalg.norm(way, axis=1).max() * 20.0 < 0.3
        if topic == "jump":
            assert counted(track, ("jump",)) == int(rest[-1])


def test_the_same_seed_gives_the_same_lessons_and_takes_without_standing_none(takes):
    first, again = (lessons(takes, 12, np.random.default_rng(5)) for _ in range(2))
    assert [take.id for take in first] == [take.id for take in again]
    assert "stand" in pieces(takes)
    walk = [t for t in takes if "stand" not in pieces([t])]
    assert not lessons(walk, 12, np.random.default_rng(5))


def test_lessons_have_their_share_of_draws_whatever_their_number():
    plain = Segment(start=0, stop=60, texts=("a person walks.",), kind="walk forward")
    turn = Segment(start=0, stop=60, texts=("a person turns.",), kind="lesson turn left 90")
    stop = Segment(start=0, stop=60, texts=("a person stops.",), kind="lesson stop walks")
    for count in (1, 9):
        drawn = weights([plain, plain, *[turn] * count, stop])
        assert drawn.sum() == pytest.approx(1.0)
        shares = TOPICS["turn"], TOPICS["stop"]
        assert drawn[2 : 2 + count].sum() / drawn[-1] == pytest.approx(shares[0] / shares[1])
        given = LESSONS * sum(shares)
        assert drawn[2:].sum() == pytest.approx(given / (1.0 + given))
    assert weights([plain])[0] == pytest.approx(1.0)


def test_takes_on_stairs_give_no_lessons(takes):
    first = takes[0]
    raised = Take(id="s", motion=first.motion, segments=(), ground=np.zeros(first.motion.frames))
    assert not pieces([raised])
