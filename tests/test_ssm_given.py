"""What the plan gives the network: legs that kick, arms that wave, moments of standing."""

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="needs onnxruntime")

from text2sim import Pipeline
from text2sim.evaluation.gates import counted, lifted, reach
from text2sim.motion.ssm.blocking import STANDS, block
from text2sim.motion.ssm.features import ARMS, DIM, LEGS, POSITIONS, ROTATIONS, channels


@pytest.fixture(scope="module")
def pipeline():
    return Pipeline(motion="ssm")


def made(pipeline, prompt, **options):
    return pipeline(prompt, until="motion", fps=20.0, seed=0, progress=False, **options)


def planned(motion):
    scene = motion.scene
    return block(scene, scene.actors[0], np.random.default_rng(0))


def test_channels_of_legs_and_arms_are_all_channels_once():
    assert sorted((*LEGS, *ARMS)) == list(range(DIM))
    wrist = channels((20,))
    assert wrist == (
        *range(ROTATIONS.start + 120, ROTATIONS.start + 126),
        *range(POSITIONS.start + 57, POSITIONS.start + 60),
    )


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_leg_that_is_named_kicks(pipeline, side):
    motion = made(pipeline, f"a person kicks with the {side} leg", duration=2.2)
    track, other = motion.tracks[0], "right" if side == "left" else "left"
    assert reach(track, f"{side}_ankle") > 2.0 * reach(track, f"{other}_ankle")
    assert lifted(track, f"{side}_ankle") > 0.3
    plan = planned(motion)
    kick = np.flatnonzero(plan.held.any(axis=1))
    assert not plan.held[:, 0:3].any()  # the way is drawn, not given
    assert 4 < kick[0] < 30
    assert kick[-1] < len(plan.held) - 1


def test_waves_and_jumps_are_counted(pipeline):
    wave = made(pipeline, "a person waves with the right hand three times", duration=3.2)
    assert 2 <= counted(wave.tracks[0], ("wave",)) <= 4
    jump = made(pipeline, "a person jumps up twice", duration=4.5).tracks[0]
    assert counted(jump, ("jump", "hop")) == 2


def test_moments_of_standing_are_no_windows_of_their_own(pipeline):
    motion = made(pipeline, "a person hops on the left leg three times", duration=3.2)
    plan = planned(motion)
    assert [scene.text for scene in plan.scenes] == ["a person hops on the left leg three times."]
    assert set(plan.numbers) == {0}
    assert (plan.scenes[0].start, plan.scenes[0].stop) == (0, len(plan.numbers))
    kick = planned(made(pipeline, "a person kicks with the left leg", duration=2.2))
    assert kick.scenes[-1].text == STANDS  # what is given ends where it ends


def test_an_arm_is_raised_on_the_side_that_is_named(pipeline):
    assert planned(made(pipeline, "a person raises the left hand", duration=3.0)).scenes[
        0
    ].text == ("a person raises the left arm above the head.")
