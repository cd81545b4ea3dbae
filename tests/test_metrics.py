import dataclasses
import json
import math

import numpy as np
import pytest

from tests import samples
from tests.clips import make_trace
from text2sim.evaluation import metrics
from text2sim.evaluation.clip import contact_timeline, evaluate
from text2sim.evaluation.metrics import GRAVITY, Metric
from text2sim.evaluation.physical import physical
from text2sim.io.physics_plot import plot_physics
from text2sim.maths import quaternions as quat
from text2sim.types import Outcome, Track

FPS = 20.0


def moved(track: Track, offset) -> Track:
    """The track displaced by (T, 3) or (3,) metres."""
    return dataclasses.replace(track, root_positions=track.root_positions + offset)


def standing(*, offset=(0.0, 0.0, 0.0), contacts=False, frames=30, turn=0.0):
    """A trace of a man who stands at the start; the simulated one is moved by `offset`."""
    trace = make_trace(fps=FPS, frames=frames)
    still = trace.tracks[0]
    turned = quat.about_z(turn)
    rotations = still.rotations_wxyz.copy()
    still = dataclasses.replace(
        still, root_positions=np.tile(still.root_positions[0], (frames, 1)),
        contacts=np.full((frames, 4), contacts),
    )  # fmt: skip
    rotations[:, 0] = turned
    motion = dataclasses.replace(trace.world.motion, tracks=(still,))
    world = dataclasses.replace(trace.world, motion=motion)
    simulated = dataclasses.replace(moved(still, np.asarray(offset)), rotations_wxyz=rotations)
    return dataclasses.replace(trace, world=world, tracks=(simulated,))


def test_a_foot_that_slides_at_known_speed_skates_at_that_speed():
    slide = np.outer(np.arange(30) / FPS, [0.3, 0.4, 0.7])  # 0.5 m/s along the ground
    found = evaluate(standing(offset=slide, contacts=True))["foot_skate"]
    assert found.value == pytest.approx(0.5)
    assert found.unit == "m/s"


def test_skate_counts_only_points_in_contact_in_both_frames():
    soles = np.zeros((4, 2, 3))
    soles[:, 0, 0] = [0, 1, 3, 6]
    contacts = np.array([[1, 0], [1, 0], [0, 0], [1, 1]], bool)
    assert metrics.skate_speeds(soles, contacts, 10.0).tolist() == [10.0]
    assert metrics.skate_speeds(soles, np.zeros((4, 2), bool), 10.0).size == 0


def test_a_foot_2_cm_under_the_ground_penetrates_20_mm():
    found = evaluate(standing(offset=(0, 0, -0.02)))
    assert found["penetration"].value == pytest.approx(20.0)
    assert found["penetration_max"].value == pytest.approx(20.0)
    assert found["float"].value == pytest.approx(0.0, abs=1e-9)


def test_penetration_is_a_mean_over_frames_and_its_maximum_the_worst():
    depth = np.zeros((30, 3))
    depth[:15, 2], depth[20, 2] = -0.01, 0.06
    found = evaluate(standing(offset=depth))
    assert found["penetration"].value == pytest.approx(5.0)
    assert found["penetration_max"].value == pytest.approx(10.0)
    assert found["float"].value == pytest.approx(2.0)


def step(points):
    """Ground of a step 0.17 m high from x = 0 on."""
    return np.where(points[..., 0] >= 0, 0.17, 0.0)


@pytest.mark.parametrize(
    ("point", "depth"),
    [
        ((-0.1, 0, 0.02), 0.0),  # Above the lower level.
        ((-0.1, 0, -0.03), 0.03),  # Under it: out is up.
        ((0.5, 0, 0.11), 0.06),  # Under the upper level.
        ((0.0095, 0, 0.02), 0.01),  # In the riser: out is back, in steps of 5 mm.
        ((0.0145, 0, -0.02), 0.025),  # Under both: out is back and up.
        ((0.5, 0, 0.0), 0.17),
    ],
)
def test_depth_is_the_shortest_way_out(point, depth):
    found = metrics.penetration_depths(np.array([[point]]), step)
    assert found.shape == (1, 1)
    assert found[0, 0] == pytest.approx(depth)


def test_clearance_is_that_of_the_lowest_point():
    points = np.array([[(-0.1, 0, 0.3), (0.1, 0, 0.2)], [(-0.1, 0, 0.3), (0.1, 0, 0.1)]])
    assert metrics.clearance(points, step) == pytest.approx([0.03, -0.07])


def test_ground_is_that_of_the_scene():
    x = samples.STAIRS_X + 2.5 * samples.GOING - 0.0625  # Soles in the middle of the third step.
    on_step = evaluate(standing(offset=(x, 0, 3 * samples.RISE - 0.004)))
    assert on_step["penetration"].value == pytest.approx(4.0, abs=1e-3)
    toe_in_riser = evaluate(standing(offset=(x + 0.017, 0, 3 * samples.RISE)))  # 13 mm
    assert toe_in_riser["penetration"].value == pytest.approx(15.0, abs=1e-3)
    above = evaluate(standing(offset=(x, 0, 3 * samples.RISE + 0.05)))
    assert above["float"].value == pytest.approx(50.0, abs=1e-3)


def test_tracking_error_is_the_displacement_and_locally_zero():
    found = evaluate(standing(offset=(0.03, -0.04, 0.0)))
    assert found["tracking_error"].value == pytest.approx(50.0)
    assert found["tracking_error"].unit == "mm"
    assert found["tracking_error_local"].value == pytest.approx(0.0, abs=1e-9)


def test_tracking_error_of_a_half_turn_is_twice_the_distance_from_the_axis():
    trace = standing(turn=math.pi)
    reference = trace.world.motion.tracks[0].positions()[0]
    radius = np.linalg.norm((reference - reference[0])[:, :2], axis=-1)
    found = evaluate(trace)["tracking_error_local"].value
    assert found == pytest.approx(2000 * radius.mean())


def test_jerk_of_a_cubic_path_is_six_times_its_coefficient():
    t = np.arange(30) / FPS
    cubic = np.stack([2.0 * t**3, -1.5 * t**2, 0 * t], axis=1)
    assert evaluate(standing(offset=cubic))["jerk"].value == pytest.approx(12.0)


def test_assist_in_newtons_and_body_weights():
    force = np.full((30, 1), 76.0 * GRAVITY)
    force[:15] = 0.0
    trace = dataclasses.replace(standing(), assist_force=force, assist_torque=force * 0 + 3.0)
    found = evaluate(trace)
    assert found["assist"].value == pytest.approx(0.5)
    assert found["assist_force"].value == pytest.approx(38 * GRAVITY)
    assert found["assist_force_max"].value == pytest.approx(76 * GRAVITY)
    assert found["assist_torque"].value == pytest.approx(3.0)


def test_assist_after_a_fall_does_not_count():
    force = np.zeros((30, 1))
    force[:10] = 100.0
    fell = Outcome(status="fell", time=0.5)
    trace = dataclasses.replace(standing(), assist_force=force, outcome=fell)
    assert evaluate(trace)["assist_force"].value == pytest.approx(100.0)
    at_once = dataclasses.replace(trace, outcome=Outcome(status="fell", time=0.0))
    assert math.isnan(evaluate(at_once)["assist_force"].value)


def test_completed_fraction_ends_at_the_fall():
    trace = standing()
    assert evaluate(trace)["completed"].value == 1.0
    fell = dataclasses.replace(trace, outcome=Outcome(status="fell", time=0.6))
    assert evaluate(fell)["completed"].value == pytest.approx(0.4)
    assert evaluate(fell)["duration"].value == pytest.approx(1.5)


def test_several_actors_are_averaged():
    trace = standing(offset=(0.02, 0, 0))
    other = moved(trace.tracks[0], (0.02, 0, 0))
    reference = trace.world.motion.tracks[0]
    twin = dataclasses.replace(reference, actor="twin")
    motion = dataclasses.replace(trace.world.motion, tracks=(reference, twin))
    both = dataclasses.replace(
        trace, world=dataclasses.replace(trace.world, motion=motion),
        tracks=(trace.tracks[0], dataclasses.replace(other, actor="twin")),
        assist_force=np.zeros((30, 2)), assist_torque=np.zeros((30, 2)),
    )  # fmt: skip
    assert evaluate(both)["tracking_error"].value == pytest.approx(30.0)


def test_what_can_not_be_measured_is_nan_and_null():
    found = evaluate(standing(frames=2))
    assert math.isnan(found["jerk"].value)
    assert str(found["jerk"]) == "-"
    text = json.dumps(found.as_dict(), allow_nan=False)
    assert json.loads(text)["jerk"] == {
        "value": None, "before": None, "unit": "m/s3", "meaning": found["jerk"].meaning,
    }  # fmt: skip


def test_the_motion_before_physics_is_measured_alike():
    deep = standing(offset=(0, 0, -0.02))
    motion = dataclasses.replace(deep.world.motion, tracks=deep.tracks)
    world = dataclasses.replace(deep.world, motion=motion)
    mended = dataclasses.replace(deep, world=world, tracks=standing().tracks)
    found = evaluate(mended)
    assert found["penetration"].value == pytest.approx(0.0, abs=1e-9)
    assert found["penetration"].before == pytest.approx(20.0)
    assert found["float"].before == pytest.approx(0.0, abs=1e-9)
    assert found["tracking_error"].before is None
    assert "(before: 20 mm)" in repr(found)
    assert found.as_dict()["penetration"]["before"] == pytest.approx(20.0)


def test_a_slide_a_frame_is_that_of_any_motion():
    slide = np.outer(np.arange(60) / 40.0, [0.3, 0.4, 0.0])
    trace = dataclasses.replace(standing(offset=slide, frames=60), fps=40.0)
    found = evaluate(trace)["foot_slide"].value
    assert found == pytest.approx(25.0)  # 0.5 m/s in a twentieth of a second
    assert found == pytest.approx(physical(trace.tracks, 40.0)["foot_slide"].value)


def test_slips_are_there_frame_by_frame():
    soles = np.zeros((4, 2, 3))
    soles[:, 0, 0] = [0, 1, 3, 6]
    contacts = np.array([[1, 0], [1, 0], [0, 0], [1, 1]], bool)
    course = metrics.slip_course(soles, contacts, 10.0)
    np.testing.assert_equal(course, [np.nan, 10.0, np.nan, np.nan])


def test_contacts_make_a_timeline_on_the_clock_of_the_motion():
    trace = standing()
    contacts = np.zeros((30, 4), bool)
    contacts[:10, 0] = contacts[20:, 3] = True
    track = dataclasses.replace(trace.tracks[0], contacts=contacts)
    spans = contact_timeline(dataclasses.replace(trace, tracks=(track,), start=2.0))
    assert [(s.point, s.start, s.end) for s in spans] == [
        ("left heel", 2.0, 2.5), ("right toe", 3.0, 3.5),
    ]  # fmt: skip


def test_energy_is_power_times_time_and_saturation_a_mean():
    power = np.full((30, 1), 100.0)
    power[0] = 0.0
    trace = dataclasses.replace(standing(), power=power, saturation=power / 400.0)
    found = evaluate(trace)
    assert found["energy"].value == pytest.approx(29 / FPS * 100.0)
    assert found["saturation"].value == pytest.approx(0.25 * 29 / 30)
    assert math.isnan(evaluate(standing())["energy"].value)  # nobody drove any joint


def test_fall_time_is_when_the_body_fell():
    fell = dataclasses.replace(standing(), outcome=Outcome(status="fell", time=0.6))
    assert evaluate(fell)["fall_time"].value == pytest.approx(0.6)
    assert math.isnan(evaluate(standing())["fall_time"].value)


def test_a_picture_of_the_physics_says_what_the_figures_say():
    pytest.importorskip("matplotlib")
    fell = Outcome(status="fell", time=0.6)
    trace = dataclasses.replace(standing(offset=(0.03, 0.04, -0.02)), outcome=fell)
    figure = plot_physics(trace)
    _, feet, _, errors, assist, effort = figure.axes
    assert feet.lines[1].get_ydata()[:5] == pytest.approx(-20.0)
    assert errors.lines[0].get_ydata()[:5] == pytest.approx(1000 * math.hypot(0.03, 0.04, 0.02))
    assert any(list(line.get_xdata()) == [0.6, 0.6] for line in assist.lines)
    assert "no joints" in effort.texts[0].get_text()


def test_table_has_a_line_a_metric_with_its_unit():
    found = evaluate(standing(offset=(0, 0, -0.02)))
    lines = repr(found).splitlines()
    assert len(lines) == len(found)
    assert any(line.startswith("penetration ") and " 20 mm " in line for line in lines)
    assert len({line.index(m.meaning) for line, m in zip(lines, found.values())}) == 1
    assert "<code>penetration</code>" in found._repr_html_()


def test_metric_is_a_number_when_asked():
    assert float(Metric(value=2.5, unit="m", meaning="")) == 2.5
