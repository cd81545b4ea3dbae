"""Captioned clips made of others: their sentences are true of the new motion."""

import numpy as np
import pytest

from text2sim.data.caption_check import claims
from text2sim.data.captioner import mirror_words
from text2sim.data.composition import bent, captioned, during, faster, mirrored, then
from text2sim.data.dataset import MotionDataset
from text2sim.data.events import detect
from text2sim.errors import ConfigError

PACK = MotionDataset.open_pack()
WAVE, WALK, JUMP, CROUCH = (
    "koeln_2014_12_16_01_09_51_PM", "cmu_16_15", "cmu_13_40", "koeln_2014_12_16_01_11_45_PM",
)  # fmt: skip


def clip(name: str):
    return captioned(PACK[name].motion(), np.random.default_rng(0))


def rng() -> np.random.Generator:
    return np.random.default_rng(5)


def untrue(made) -> list:
    return [
        (name, event) for _, name, good, event in claims(made.motion, made.caption, "") if not good
    ]


def test_then_tells_both_in_order():
    made = then(clip(CROUCH), clip(WALK), clip(WAVE), rng=rng())
    assert made.motion.duration == pytest.approx(
        sum(clip(name).motion.duration for name in (CROUCH, WALK, WAVE))
    )
    kinds = [event.kind for event in made.caption.events if event.kind != "stand"]
    assert kinds[:4] == ["crouch", "stand_up", "walk", "wave"]
    assert made.text.index("walk" if "walk" in made.text else "goes") < made.text.index("wav")
    assert not untrue(made)
    assert {"crouch", "walk", "wave"} <= {e.kind for e in detect(made.motion.tracks[0], 20.0)}


def test_during_waves_while_walking():
    made = during(clip(WAVE), clip(WALK), rng=rng())
    assert " while " in made.text
    assert "left" in made.text
    assert made.caption.layer == "full"
    assert made.motion.duration == clip(WALK).motion.duration
    again = detect(made.motion.tracks[0], made.motion.fps)
    waves = [e for e in again if e.kind == "wave"]
    assert [w.side for w in waves] == ["left"]
    assert not untrue(made)


def test_faster_and_slower_change_the_words_of_pace():
    slow = faster(clip(WALK), 0.55, rng=rng())
    quick = faster(clip(WALK), 1.7, rng=rng())
    assert slow.motion.duration > 1.7 * clip(WALK).motion.duration
    assert "slow" in slow.caption.style
    assert "fast" in quick.caption.style
    assert not {"slow", "fast"} & set(clip(WALK).caption.style)
    assert not untrue(slow)
    assert not untrue(quick)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_bent_walk_goes_in_a_curve(sign):
    made = bent(clip(WALK), sign * np.radians(80), rng=rng())
    assert not untrue(made)
    assert any(
        "curv" in bent(clip(WALK), sign * 1.4, rng=np.random.default_rng(s)).text for s in range(4)
    )
    walk = next(e for e in detect(made.motion.tracks[0], made.motion.fps) if e.kind == "walk")
    assert walk.shape == "curve"
    assert np.sign(walk.angle) == sign


def test_mirrored_clips_get_mirrored_words():
    made = mirrored(clip(WAVE))
    assert "right" in made.text
    assert "left" not in made.text
    assert made.text == mirror_words(clip(WAVE).text)
    assert not untrue(made)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: then(clip(WALK), rng=rng()), "two clips"),
        (lambda: during(clip(WALK), clip(WAVE), rng=rng()), "no gesture"),
        (lambda: faster(clip(JUMP), 2.5, rng=rng()), "can't jump"),
        (lambda: bent(clip(WAVE), 1.0, rng=rng()), "one straight travel"),
        (lambda: bent(clip(WALK), 3.0, rng=rng()), "150 degrees"),
    ],
)
def test_what_cannot_be_true_is_refused(make, words):
    with pytest.raises(ConfigError, match=words):
        make()


def test_random_compositions_are_true():
    generator = np.random.default_rng(2)
    chosen = [PACK[int(i)].motion() for i in generator.permutation(len(PACK))[:60]]
    clips = [c for m in chosen if m.frames < 200 and (c := captioned(m, generator))]
    verdicts = []
    for _ in range(50):
        a, b = (clips[int(i)] for i in generator.integers(len(clips), size=2))
        for make in (
            lambda a=a, b=b: then(a, b, rng=generator),
            lambda a=a, b=b: during(a, b, rng=generator),
            lambda a=a: bent(a, 1.2, rng=generator),
        ):
            try:
                made = make()
            except ConfigError:
                continue
            verdicts += [good for _, _, good, _ in claims(made.motion, made.caption, "")]
    assert len(verdicts) > 150
    assert np.mean(verdicts) >= 0.95
