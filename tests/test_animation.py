import copy
import dataclasses
import json
import pickle
import re
from pathlib import Path

import numpy as np
import pytest

from tests.clips import FPS, make_clip
from text2sim.animation import Animation
from text2sim.errors import ConfigError
from text2sim.types import Outcome


@pytest.fixture(scope="module")
def anim():
    return make_clip()


def test_reaches_everything_behind_it(anim):
    assert anim.frames.shape[1:] == (24, 32, 3)
    assert anim.depth.shape == anim.segmentation.shape == anim.frames.shape[:3]
    assert anim.labels[2] == "man1"
    assert anim.trace is anim.rendered.trace
    assert anim.script is anim.plan.script is anim.trace.world.motion.scene.plan.script
    assert anim.prompt == "a man walks up stairs"
    assert anim.outcome is anim.trace.outcome
    assert anim.duration == len(anim) / FPS
    assert len(list(anim)) == len(anim)


def test_warnings_come_in_order_and_once(anim):
    assert anim.warnings == ("motion", "world", "trace", "frames")


def test_is_read_only(anim):
    with pytest.raises(ValueError, match="read-only"):
        anim.frames[0] = 0
    with pytest.raises(AttributeError, match="read-only"):
        anim.fps = 3
    anim.config["seed"] = 8
    assert anim.config["seed"] == 7


def test_can_be_copied_and_sent_to_another_process(anim):
    assert copy.copy(anim).rendered is anim.rendered
    sent = pickle.loads(pickle.dumps(anim))
    assert np.array_equal(sent.frames, anim.frames)
    assert sent.config == anim.config


def test_config_is_json_ready_whatever_was_given(anim):
    given = {"size": (64, 48), "mesh": Path("a.obj"), "a": [1, None]}
    config = Animation(anim.rendered, given).config
    assert config == json.loads(json.dumps(config))
    assert config == {"size": [64, 48], "mesh": repr(Path("a.obj")), "a": [1, None]}


def test_repr_is_one_informative_line(anim):
    text = repr(anim)
    assert "\n" not in text
    for part in ("a man walks up stairs", "32x24", "10 fps", "completed", "4 warning"):
        assert part in text
    assert "fell at 1.50 s" in repr(make_clip(outcome=Outcome(status="fell", time=1.5)))


def test_slice_cuts_every_array_at_the_same_frames(anim):
    part = anim[1.0:2.5]
    assert len(part) == 15
    assert part.start == pytest.approx(1.0)
    assert np.array_equal(part.frames, anim.frames[10:25])
    assert np.array_equal(part.depth, anim.depth[10:25])
    assert np.array_equal(part.segmentation, anim.segmentation[10:25])
    for name in ("object_positions", "object_rotations_wxyz", "assist_force", "assist_torque"):
        assert np.array_equal(getattr(part.trace, name), getattr(anim.trace, name)[10:25])
    for name in ("root_positions", "rotations_wxyz", "contacts"):
        whole = getattr(anim.trace.tracks[0], name)
        assert np.array_equal(getattr(part.trace.tracks[0], name), whole[10:25])
    assert np.array_equal(part.rendered.camera.eye, anim.rendered.camera.eye[10:25])
    assert part.motion is anim.motion
    assert part.config["part"] == {"start": pytest.approx(1.0), "end": pytest.approx(2.5)}


@pytest.mark.parametrize(
    ("part", "first", "last"),
    [
        (slice(None, None), 0, 48),
        (slice(None, 1), 0, 10),
        (slice(-1.0, None), 38, 48),
        (slice(-2, -1), 28, 38),
        (slice(np.float32(0.5), np.int64(2)), 5, 20),
        (slice(-99, 99), 0, 48),
        (slice(0, float("inf")), 0, 48),
        (slice(0.96, 1.04), 10, 10),
        (slice(-0.04, None), 48, 48),
    ],
)
def test_slice_bounds(part, first, last):
    anim = make_clip(frames=48)
    if first == last:
        with pytest.raises(ConfigError, match="No frame lies between"):
            anim[part]
    else:
        assert np.array_equal(anim[part].frames, anim.frames[first:last])


def test_slices_tile_the_clip_and_nest(anim):
    parts = [anim[:1.23], anim[1.23:2.77], anim[2.77:]]
    assert np.array_equal(np.concatenate([p.frames for p in parts]), anim.frames)
    inner = anim[1:3][0.5:1.0]
    assert np.array_equal(inner.frames, anim.frames[15:20])
    assert inner.start == pytest.approx(1.5)


def test_metrics_of_a_part_compare_with_the_same_moments(anim):
    assert anim[1.0:2.5].metrics()["tracking_error"].value == 0.0


def test_slice_keeps_times_on_one_clock():
    anim = make_clip(outcome=Outcome(status="fell", time=2.2, message="tripped"))
    assert [c.time for c in anim[1:1.5].trace.contacts] == [1.25]
    assert anim[0:2].outcome == Outcome(status="completed", time=2.0)
    assert anim[1:3].outcome.status == anim[2.5:3].outcome.status == "fell"
    assert anim[1:3].outcome.time == 2.2
    assert anim[1:3].metrics()["completed"].value == pytest.approx(0.6)
    assert anim[2.5:3].metrics()["completed"].value == 0.0


@pytest.mark.parametrize(
    "key",
    [3, 1.0, slice(0, 2, 1), slice("a", None), slice(True, 2), slice(float("nan"), 2), (1, 2)],
)
def test_bad_slices(anim, key):
    with pytest.raises(ConfigError, match=r"seconds"):
        anim[key]


def test_bad_constructor(anim):
    frames = dataclasses.replace(anim.rendered, rgb=anim.frames[:0], depth=None, segmentation=None)
    with pytest.raises(ConfigError, match="at least one frame"):
        Animation(frames, {})
    with pytest.raises(ConfigError, match="no mapping"):
        Animation(anim.rendered, {(1, 2): 3})
    with pytest.raises(ConfigError, match="no mapping"):
        Animation(anim.rendered, 3)


def test_notebook_view_shows_video_outcome_metrics_and_escapes():
    trace_outcome = Outcome(status="fell", time=1.5, message="<b>fell</b>")
    html = make_clip(outcome=trace_outcome)._repr_html_()
    video = re.search(r'src="data:video/mp4;base64,([A-Za-z0-9+/=]+)"', html)
    assert video is not None
    assert len(video[1]) > 1000
    assert "fell at 1.50 s: &lt;b&gt;fell&lt;/b&gt;" in html
    assert "<li>world</li>" in html
    assert "tracking_error" in html
