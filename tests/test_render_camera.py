"""The director: every shot frames what it should, calmly, past whatever stands in the way."""

from __future__ import annotations

import dataclasses
import functools
import json

import numpy as np
import pytest

from text2sim.errors import ConfigError, ResourceError
from text2sim.io.keyframes import read_camera
from text2sim.maths.camera import focal_length, look_at
from text2sim.pipeline import Pipeline
from text2sim.render.calm import calm, envelope
from text2sim.render.camera import camera_track
from text2sim.render.obstacles import find_obstacles
from text2sim.render.subjects import find_subjects
from text2sim.scene.views import framing_of, shot_of, view_words
from text2sim.shots import MOVES, camera_wish
from text2sim.stage import Options
from text2sim.types import CameraPlan, CameraTrack, Trace

WIDE, SQUARE, TALL = (640, 360), (480, 480), (360, 640)
PROMPTS = {
    "stairs": "a man walks up stairs",
    "fall": "a man falls",
    "long": "a man walks ten meters",
    "pair": "a man and a woman walk towards each other and shake hands",
    "wall": "a man walks around a wall",
    "shelf": "a woman walks past a shelf and waves",
    "boy": "a boy jumps over a box",
}
WHOLE = [shot for shot in MOVES if shot != "over_shoulder"]
"""Shots that show people from head to foot."""


@pytest.fixture(scope="module")
def traces() -> dict[str, Trace]:
    pipeline = Pipeline(controller="kinematic")
    return {
        name: pipeline(prompt, until="controller", fps=15.0) for name, prompt in PROMPTS.items()
    }


@pytest.fixture(scope="module")
def shoot(traces):
    """The camera of a prompt for a shot; each is directed once."""
    return functools.cache(lambda name, shot: camera_track(traces[name], WIDE, shot))


def seen(trace: Trace, camera: CameraTrack, size: tuple[int, int]) -> np.ndarray:
    """Bounds of all bodies in each frame as parts of the picture: left, top, right, bottom."""
    bodies = find_subjects(trace, "full").bodies
    axes = look_at(camera.eye, camera.target)
    local = np.einsum("tij,tpj->tpi", axes, bodies - camera.eye[:, None])
    assert (local[..., 2] > 0.0).all()
    spots = 0.5 + local[..., :2] / local[..., 2:] * focal_length(camera.fov, size) / np.array(size)
    return np.concatenate([spots.min(axis=1), spots.max(axis=1)], axis=1)


def speeds(camera: CameraTrack, fps: float) -> tuple[float, float, float, float]:
    """Greatest velocity and acceleration of the eye [m/s], [m/s2], and of the view [rad]."""
    view = camera.target - camera.eye
    view = view / np.linalg.norm(view, axis=1, keepdims=True)
    sizes = [
        np.linalg.norm(np.diff(values, order, axis=0), axis=1).max(initial=0.0) * fps**order
        for values in (camera.eye, view)
        for order in (1, 2)
    ]
    return tuple(sizes)


def hidden(trace: Trace, camera: CameraTrack) -> float:
    """Share of the points of the upper bodies that can't be seen."""
    upper = find_subjects(trace, "full").upper
    owners = np.arange(upper.shape[1]) * len(trace.tracks) // upper.shape[1]
    obstacles = find_obstacles(trace, np.arange(len(upper)))
    return float(obstacles.hide(camera.eye[:, None], upper, owners).mean())


@pytest.mark.parametrize("shot", WHOLE)
@pytest.mark.parametrize("name", PROMPTS)
def test_whole_bodies_are_in_the_picture(traces, shoot, name, shot):
    left, top, right, bottom = seen(traces[name], shoot(name, shot), WIDE).T
    assert min(left.min(), top.min()) > 0.04
    assert max(right.max(), bottom.max()) < 0.93


@pytest.mark.parametrize("size", [WIDE, SQUARE, TALL])
def test_people_are_large_whatever_the_shape_of_the_picture(traces, size):
    for name in ("stairs", "long", "shelf"):
        box = seen(traces[name], camera_track(traces[name], size), size)
        assert box.min() > 0.04
        assert box.max() < 0.95
        share = (box[:, 2:] - box[:, :2]).max(axis=1).mean()
        assert 0.33 < share < 0.9, name


@pytest.mark.parametrize("shot", MOVES)
@pytest.mark.parametrize("name", PROMPTS)
def test_every_shot_is_calm(shoot, name, shot):
    speed, acceleration, turn, turning = speeds(shoot(name, shot), 15.0)
    assert speed < 6.5
    assert acceleration < 8.5
    assert turn < 1.3
    assert turning < 1.3


@pytest.mark.parametrize("shot", MOVES)
@pytest.mark.parametrize("name", PROMPTS)
def test_the_camera_stays_out_of_things_and_above_the_ground(traces, shoot, name, shot):
    camera = shoot(name, shot)
    obstacles = find_obstacles(traces[name], np.arange(len(camera.eye)))
    assert obstacles.gap(camera.eye[:, None]).min() > 0.15
    assert camera.eye[:, 2].min() > 0.25


def test_the_upper_body_is_seen(traces, shoot):
    shares = [
        hidden(traces[name], shoot(name, shot))
        for name in ("stairs", "wall", "shelf", "boy")
        for shot in ("auto", "static", "follow", "orbit", "top")
    ]
    assert max(shares) < 0.09
    assert np.mean(shares) < 0.02


def test_a_wall_makes_the_camera_go_round(traces):
    """Without the way past obstacles the wall would hide the walker for long."""
    trace = traces["wall"]
    track = trace.world.motion.scene.plan.camera
    straight = camera_track(trace, WIDE, "follow")
    away = straight.eye - straight.target
    azimuths = np.unwrap(np.arctan2(away[:, 1], away[:, 0]))
    assert np.ptp(azimuths) > 0.3
    fixed = track.eye[0] - track.target[0]
    rigid = dataclasses.replace(straight, eye=straight.target + fixed)
    assert hidden(trace, rigid) > 3.0 * hidden(trace, straight)


def test_static_stands_and_follow_goes_along(traces):
    trace = traces["long"]
    still, moving = (camera_track(trace, WIDE, shot) for shot in ("static", "follow"))
    assert np.ptp(still.eye, axis=0).max() == 0.0
    assert np.ptp(still.target, axis=0).max() == 0.0
    travel = trace.tracks[0].root_positions[-1] - trace.tracks[0].root_positions[0]
    gone = moving.eye[-1] - moving.eye[0]
    assert gone @ travel > 0.7 * travel @ travel
    heights = [np.diff(seen(trace, c, WIDE)[:, [1, 3]], axis=1).mean() for c in (still, moving)]
    assert heights[1] > 1.8 * heights[0]


def test_shots_are_what_their_names_say(traces):
    trace = traces["long"]
    cameras = {shot: camera_track(trace, WIDE, shot) for shot in MOVES}
    away = {shot: camera.eye - camera.target for shot, camera in cameras.items()}
    distance = {shot: np.linalg.norm(way, axis=1) for shot, way in away.items()}
    orbit = np.unwrap(np.arctan2(away["orbit"][:, 1], away["orbit"][:, 0]))
    assert orbit[-1] - orbit[0] > 1.5
    assert (np.diff(orbit) >= -1e-9).all()
    assert distance["dolly"][0] > 1.6 * distance["dolly"][-1]
    assert distance["pull_back"][-1] > 1.6 * distance["pull_back"][0]
    assert np.degrees(np.arcsin(away["top"][:, 2] / distance["top"])).min() > 60.0
    travel = trace.tracks[0].root_positions[-1] - trace.tracks[0].root_positions[0]
    for shot in ("behind", "over_shoulder"):
        cosine = (away[shot] @ travel) / (distance[shot] * np.linalg.norm(travel))
        assert cosine.max() < -0.75, shot
    heads = trace.tracks[0].positions()[:, 15]
    assert np.linalg.norm(cameras["over_shoulder"].eye - heads, axis=1).max() < 2.2


def test_a_close_up_shows_faces_and_a_wide_shot_surroundings(traces):
    trace = traces["stairs"]
    sizes = {
        name: np.diff(seen(trace, camera_track(trace, WIDE, name), WIDE)[:, [1, 3]], axis=1).mean()
        for name in ("auto", "close_up", "wide")
    }
    assert sizes["close_up"] > 2.5 * sizes["auto"]
    assert sizes["wide"] < 0.75 * sizes["auto"]


def test_what_really_happens_is_followed(traces):
    """A body that is carried off the planned way stays in the picture."""
    trace = traces["long"]
    shift = np.linspace(0.0, 1.0, len(trace.object_positions))[:, None] ** 2 * [0.0, 4.0, 0.0]
    track = trace.tracks[0]
    strayed = dataclasses.replace(
        trace,
        tracks=(dataclasses.replace(track, root_positions=track.root_positions + shift),),
    )
    for shot in ("auto", "follow", "static"):
        assert seen(strayed, camera_track(strayed, WIDE, shot), WIDE).max() < 0.93


def test_keyframes_are_passed_exactly(traces):
    plan = CameraPlan(
        times=[0.0, 1.0, 2.0], eye=[[0, -5, 1], [1, -5, 2], [3, -5, 2]],
        target=[[0, 0, 1], [1, 0, 1], [3, 0, 1]], fov=0.9,
    )  # fmt: skip
    camera = camera_track(traces["stairs"], WIDE, plan)
    np.testing.assert_allclose(camera.eye[[0, 15, 30]], plan.eye, atol=1e-9)
    np.testing.assert_allclose(camera.target[[0, 15, 30]], plan.target, atol=1e-9)
    assert camera.fov == 0.9
    np.testing.assert_allclose(camera.eye[-1], plan.eye[-1])


def test_another_camera_renders_again_and_nothing_else():
    pipeline = Pipeline(controller="kinematic")
    small = {"duration": 1.0, "fps": 10.0, "size": (64, 48)}
    first = pipeline("a man walks", **small)
    second = pipeline("a man walks", camera="top", **small)
    assert second.trace is first.trace
    assert not np.array_equal(first.frames, second.frames)
    assert second.config["camera"] == "top"
    plan = CameraPlan(times=[0.0], eye=[[0, -6, 2]], target=[[0, 0, 1]])
    third = pipeline("a man walks", camera=plan, **small)
    assert third.trace is first.trace
    assert third.config["camera"]["eye"] == [[0.0, -6.0, 2.0]]
    np.testing.assert_array_equal(third.rendered.camera.eye[0], [0, -6, 2])


@pytest.mark.parametrize(
    ("values", "match"),
    [
        ({"times": []}, "at least one"),
        ({"times": [0.0, 0.0], "eye": [[0, 0, 1]] * 2, "target": [[1, 0, 1]] * 2}, "must increase"),
        ({"eye": [[0, 0, 1]], "target": [[0, 0, 1]]}, "eye at its target"),
        ({"fov": 4.0}, "fov must lie"),
        ({"fov": 0.0}, "fov must lie"),
    ],
)
def test_impossible_cameras(values, match):
    plan = {"times": [0.0], "eye": [[0, -5, 1]], "target": [[0, 0, 1]], **values}
    if values.get("times") == []:
        plan |= {"eye": np.zeros((0, 3)), "target": np.zeros((0, 3))}
    with pytest.raises(ConfigError, match=match):
        CameraPlan(**plan)


def test_a_camera_that_is_not_finite():
    with pytest.raises(Exception, match="NaN"):
        CameraPlan(times=[0.0], eye=[[np.nan, 0, 0]], target=[[0, 0, 1]])


def test_names_of_cameras():
    assert camera_wish("orbit") == ("orbit", None)
    assert camera_wish("close_up+orbit") == ("orbit", "close")
    with pytest.raises(ConfigError, match=r"'orbitt'.*orbit"):
        Options(camera="orbitt")
    with pytest.raises(ConfigError, match="join"):
        camera_wish("orbit+top")
    with pytest.raises(ConfigError, match="name, a CameraPlan or None"):
        Options(camera=7)


@pytest.mark.parametrize(
    ("view", "shot", "framing"),
    [
        ("from above", "auto", "full"), ("close-up", "auto", "close"),
        ("from behind", "behind", "full"), ("over his shoulder", "over_shoulder", "full"),
        ("camera orbits around him", "orbit", "full"), ("wide shot", "auto", "wide"),
        ("tracking shot", "follow", "full"), ("camera zooms in", "dolly", "full"),
        ("bird's eye view", "top", "full"), (None, "auto", "full"),
        ("camera slowly pulls back", "pull_back", "full"), ("from afar", "auto", "wide"),
        ("camera tracks her", "follow", "full"), ("camera circles around", "orbit", "full"),
    ],
)  # fmt: skip
def test_words_choose_the_shot(view, shot, framing):
    words = view_words(view)
    assert shot_of(words) == shot
    assert framing_of(words) == framing


def test_a_camera_file(tmp_path):
    path = tmp_path / "camera.json"
    content = {"times": [0, 2], "eye": [[0, -5, 1], [2, -5, 1]], "target": [[0, 0, 1], [2, 0, 1]]}
    path.write_text(json.dumps(content))
    plan = read_camera(path)
    np.testing.assert_array_equal(plan.times, [0, 2])
    assert plan.shot is None
    for change, match in (
        ({"times": "soon"}, "times must be"),
        ({"eye": [[0, 0]]}, r"camera\.json"),
        ({"zoom": 1}, "has zoom"),
        ({"times": [2, 0]}, "must increase"),
    ):
        path.write_text(json.dumps({**content, **change}))
        with pytest.raises(ConfigError, match=match):
            read_camera(path)
    path.write_text("{")
    with pytest.raises(ConfigError, match="not JSON"):
        read_camera(path)
    with pytest.raises(ResourceError, match="Can't read"):
        read_camera(tmp_path / "none.json")


def test_calm_curves_keep_their_bounds():
    steps = np.repeat([0.0, 3.0, -2.0, 5.0], 30)[:, None]
    curve = calm(steps, 30.0, scale=0.1, speed=2.0, acceleration=3.0)
    assert np.abs(np.diff(curve[:, 0])).max() * 30 <= 2.0
    assert np.ptp(curve) < np.ptp(steps)
    steady = calm(
        np.sin(np.arange(120) / 30.0)[:, None], 30.0, scale=0.1, speed=2.0, acceleration=3.0
    )
    assert np.abs(np.diff(steady[:, 0], 2)).max() * 900 <= 3.0
    values = np.abs(np.sin(np.arange(200) * 0.3)) + np.arange(200) * 0.01
    above = envelope(values, 30.0, 1.0)
    assert (above >= values - 1e-12).all()
    assert np.abs(np.diff(above, 2)).max() < 0.2 * np.abs(np.diff(values, 2)).max()
