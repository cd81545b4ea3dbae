"""Pages and figures of motion: whole, offline, true to the data, and of everybody in it."""

import base64
import dataclasses
import json
import re
import subprocess
import sys

import numpy as np
import pytest

from tests.clips import make_clip
from tests.test_data_features import FPS, walk
from text2sim.errors import ConfigError, MissingExtraError, ResourceError
from text2sim.evaluation.clip import spans
from text2sim.io.mannequin import mannequin
from text2sim.io.motion_plot import speed
from text2sim.maths import quaternions as quat
from text2sim.skeleton import Skeleton
from text2sim.types import Motion


def page_data(text):
    """What the page's script reads, and all of its meshes skinned as its shader does it."""
    content = re.search(r'type="application/json">(.*?)</script>', text, re.S).group(1)
    return json.loads(content)


def decode(text, kind, width):
    return np.frombuffer(base64.b64decode(text), dtype=kind).reshape(-1, width).astype(float)


def skinned(mesh, frame):
    """Vertices (V, 3) of a mesh in a frame."""
    bones = mesh["bones"]
    turns = decode(mesh["turns"], "<f4", 4).reshape(-1, bones, 4)
    places = decode(mesh["places"], "<f4", 3).reshape(-1, bones, 3)
    frame = min(frame, len(turns) - 1)
    at, joints = decode(mesh["v"], "<f4", 3), decode(mesh["j"], "u1", 4).astype(int)
    weights = decode(mesh["w"], "u1", 4)
    weights /= weights.sum(axis=1, keepdims=True)
    moved = quat.rotate(turns[frame][joints], at[:, None]) + places[frame][joints]
    return (weights[..., None] * moved).sum(axis=1)


@pytest.fixture(scope="module")
def motion():
    pair = [walk(40), dataclasses.replace(walk(40), actor="</script><b>&")]
    return Motion(fps=FPS, tracks=tuple(pair))


def test_page_of_an_animation_shows_what_was_simulated(tmp_path):
    clip = make_clip()
    clip.save(tmp_path / "clip.html")
    text = (tmp_path / "clip.html").read_text()
    data = page_data(text)
    assert (data["fps"], data["frames"]) == (clip.fps, len(clip))
    assert [actor["name"] for actor in data["actors"]] == ["man1"]
    assert len(data["meshes"]) == 1 + 1 + len(clip.scene.objects)  # Ground, actor, objects.
    frame, track = 7, clip.trace.tracks[0]
    actor = clip.scene.actors[0]
    positions, turns = track.joints()
    joint = actor.skin.joints[:, 0]
    local = actor.skin.vertices - track.skeleton.rest_positions()[joint]
    wanted = quat.rotate(turns[frame][joint], local) + positions[frame][joint]
    np.testing.assert_allclose(skinned(data["meshes"][1], frame), wanted, atol=1e-4)
    item, mesh = clip.scene.objects[2], data["meshes"][4]
    first = item.visuals[0].mesh.vertices
    pose = clip.trace.object_rotations_wxyz[frame, 2], clip.trace.object_positions[frame, 2]
    np.testing.assert_allclose(
        skinned(mesh, frame)[: len(first)], quat.rotate(pose[0], first) + pose[1], atol=1e-4
    )
    bits = track.contacts @ [1, 2, 4, 8]
    assert data["actors"][0]["contacts"] == bits.tolist()


def test_page_needs_no_network_and_keeps_metrics(tmp_path):
    clip = make_clip()
    text = clip.save(tmp_path / "clip.html").read_text()
    assert "default-src 'none'" in text
    assert not re.search(r"https?:|src=|@import|fetch\(|url\(", text)
    assert text.count("<tr>") == len(clip.metrics())
    assert f"<title>{clip.prompt}</title>" in text


def test_page_of_motion_alone_escapes_names(tmp_path, motion):
    path = motion.save_html(tmp_path / "pair.html")
    text = path.read_text()
    assert text.count("</script>") == 2
    data = page_data(text)
    assert [actor["name"] for actor in data["actors"]] == ["man1", "</script><b>&"]
    assert len(data["meshes"]) == 3
    body = skinned(data["meshes"][1], 10)
    joints = motion.tracks[0].positions()[10]
    nearest = np.linalg.norm(body[:, None] - joints, axis=-1).min(axis=0)
    assert nearest.max() < 0.15
    assert abs(body[:, 2].min() - motion.tracks[0].soles()[10, :, 2].min()) < 0.03
    np.testing.assert_allclose(data["actors"][0]["speed"], speed(motion.tracks[0], FPS), atol=1e-3)


def test_fast_clips_are_thinned(tmp_path):
    fast = Motion(fps=120.0, tracks=(walk(61),))
    data = page_data(fast.save_html(tmp_path / "fast.html").read_text())
    assert (data["fps"], data["frames"]) == (40.0, 21)


def test_page_is_refused_where_it_should(tmp_path, motion):
    motion.save_html(tmp_path / "a.html")
    with pytest.raises(ResourceError, match="exists already"):
        motion.save_html(tmp_path / "a.html", overwrite=False)
    empty = Motion(fps=FPS, tracks=(walk(40).slice(0, 0),))
    with pytest.raises(ConfigError, match="at least one frame"):
        empty.save_html(tmp_path / "b.html")
    assert not (tmp_path / "b.html").exists()


def test_mannequin_has_the_shapes_of_the_physics():
    from text2sim.physical_body import Box, segment_shapes

    skeleton = Skeleton.of_stature(1.6)
    body = mannequin(skeleton)
    assert body.vertices[:, 2].min() == pytest.approx(0.0, abs=1e-6)
    assert 1.5 < body.vertices[:, 2].max() < 1.65
    corners = body.vertices[body.faces].astype(float)
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    outward = np.sum(normals * body.normals[body.faces].mean(axis=1), axis=1)
    assert outward.min() > -1e-9
    owners = body.joints[body.faces[:, 0], 0]
    volumes = np.bincount(owners, np.sum(normals * corners[:, 0], axis=1) / 6.0)
    for volume, shape in zip(volumes, segment_shapes(skeleton, 68.0 * skeleton.scale**3)):
        if isinstance(shape, Box):
            wanted = np.prod(shape.extents)
        else:
            wanted = np.pi * shape.radius**2 * (shape.length + 4 / 3 * shape.radius)
        assert 0.93 * wanted < volume < 1.001 * wanted


def test_plot_draws_every_actor(tmp_path, motion):
    pytest.importorskip("matplotlib")
    figure = motion.plot(poses=5)
    assert len(figure.axes) == 8
    strip, contacts, pace, path = figure.axes[:4]
    assert len(strip.texts) == 5
    assert strip.get_title("left") == "man1"
    track = motion.tracks[0]
    bars = [len(bar.get_paths()) for bar in contacts.collections]
    assert bars == [len(spans(track.contacts[:, sole])) for sole in range(4)]
    np.testing.assert_allclose(pace.lines[0].get_ydata(), speed(track, FPS))
    np.testing.assert_allclose(path.lines[0].get_xydata(), track.root_positions[:, :2])
    figure.savefig(tmp_path / "walk.png", dpi=40)
    assert (tmp_path / "walk.png").stat().st_size > 5000


def test_plot_of_one_frame_and_of_none():
    pytest.importorskip("matplotlib")
    assert Motion(fps=FPS, tracks=(walk(40).slice(0, 1),)).plot().axes
    with pytest.raises(ConfigError, match="at least one frame"):
        Motion(fps=FPS, tracks=()).plot()


def test_plot_says_what_to_install(monkeypatch, motion):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtraError, match=r"text2sim\[plot\]"):
        motion.plot()


def test_spans():
    assert spans(np.array([1, 1, 0, 1, 0, 0, 1], bool)) == [(0, 2), (3, 4), (6, 7)]
    assert spans(np.zeros(3, bool)) == []


def test_motion_type_imports_nothing_heavy():
    code = "import sys, text2sim.types; print({'matplotlib', 'trimesh'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
