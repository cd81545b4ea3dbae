"""The hand-over to Blender, with a program that stands in for it, and with a real one if named."""

from __future__ import annotations

import ast
import base64
import json
import os
import runpy
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from tests.clips import make_clip
from tests.render_samples import box, render, scene_of, trace_of
from text2sim import Pipeline, diagnosis
from text2sim.classes import PERSON
from text2sim.errors import Cancelled, ConfigError, MissingExtraError, ResourceError, StageError
from text2sim.maths.camera import project
from text2sim.render.camera import camera_track
from text2sim.render.cycles import CyclesRenderer, exchange, program
from text2sim.stage import Context, Options
from text2sim.types import CameraPlan

pytest.importorskip("pygltflib")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in needs #!")

VIEW = CameraPlan(
    times=[0.0, 0.3], eye=[[-2.5, -4.5, 2.2], [-2.0, -4.6, 2.0]], target=[[0, 0, 0.7]] * 2, fov=0.6
)
REAL = os.environ.get(program.ENVIRONMENT)
needs_blender = pytest.mark.skipif(
    not REAL, reason=f"set {program.ENVIRONMENT} to a Blender or a Python with bpy"
)


@pytest.fixture
def blender(tmp_path, monkeypatch):
    """The path of the stand-in."""
    monkeypatch.delenv(program.ENVIRONMENT, raising=False)
    source = Path(__file__).with_name("fake_blender.py").read_text(encoding="utf-8")
    path = tmp_path / "blender"
    path.write_text(f"#!{sys.executable}\n{source}", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def a_trace(frames=4):
    boxes = [
        box("near", [-0.3, -1.0, 0.0], [0.4, -0.5, 0.7]),
        box("far", [-0.9, 0.5, 0.0], [0.9, 0.9, 1.3], position=(0.1, 0.2, 0.0)),
    ]
    return trace_of(scene_of(*boxes, camera=VIEW, people=True), frames=frames)


def shown(blender, trace=None, size=(32, 24), **fields):
    return render(trace or a_trace(), size=size, renderer=CyclesRenderer(blender=blender, **fields))


def test_frames_come_back_each_in_its_place(blender):
    frames = shown(blender, samples=7)
    assert frames.labels == ("sky", "ground", "near", "far", "man1")
    assert frames.rgb.shape == (4, 24, 32, 3)
    eye = (1000 * frames.camera.eye[:, 0].round(6)).astype(int) % 256
    for frame in range(4):
        assert (frames.rgb[frame] == [frame, 7, eye[frame]]).all()
        assert (frames.depth[frame] == frame + 0.5).all()
    assert (frames.segmentation == 4).all()
    assert (frames.classes == PERSON).all()


def test_only_the_channels_asked_for_are_kept(blender):
    frames = render(a_trace(), (32, 24), ("rgb", "classes"), CyclesRenderer(blender=blender))
    assert list(frames.channels) == ["rgb", "classes"]
    with pytest.raises(ConfigError, match="can't make flow"):
        CyclesRenderer(blender=blender).check(Options(channels=("rgb", "flow")))


def test_the_job_says_what_is_seen(blender):
    trace = a_trace()
    camera = camera_track(trace)
    settings = CyclesRenderer(samples=5, shutter=0.5).settings()
    job = exchange.describe(trace, camera, (64, 36), ("rgb",), settings)
    assert json.loads(json.dumps(job, allow_nan=False)) == json.loads(json.dumps(job))
    assert job["labels"] == {"ground": 1, "near": 2, "far": 3, "man1": 4}
    assert (job["frames"], job["fps"], job["size"]) == (4, 10.0, [64, 36])
    assert (job["samples"], job["shutter"], job["engine"]) == (5, 0.5, "CYCLES")
    # Its camera puts points where ours does.
    from text2sim.maths import quaternions as quat

    points = np.array([[0.3, -0.2, 0.4], [-0.5, 0.6, 1.1]])
    for frame in range(4):
        turn = np.array(job["camera"]["rotations_wxyz"][frame])
        local = quat.inv_rotate(turn, points - job["camera"]["positions"][frame])
        focal = 18.0 / np.tan(job["camera"]["fov"] / 2)
        seen = np.stack([local[:, 0], -local[:, 1]], 1) / -local[:, 2:] * focal + [32, 18]
        wanted, _ = project(points, camera.eye[frame], camera.target[frame], camera.fov, (64, 36))
        np.testing.assert_allclose(seen, wanted, atol=1e-3)


def test_the_temporary_folder_goes_away(blender, tmp_path, monkeypatch):
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    shown(blender)
    monkeypatch.setenv("FAKE_BLENDER", "crash")
    with pytest.raises(StageError):
        shown(blender)
    assert list(place.iterdir()) == []


def test_after_a_crash_it_goes_on_at_the_next_frame(blender, tmp_path, monkeypatch):
    folder = tmp_path / "film"
    monkeypatch.setenv("FAKE_BLENDER", "crash")
    with pytest.raises(StageError, match=r"ended with code 11(.|\n)*ran out of paint"):
        shown(blender, folder=str(folder))
    monkeypatch.delenv("FAKE_BLENDER")
    frames = shown(blender, folder=str(folder))
    assert (frames.rgb[:, 0, 0, 0] == range(4)).all()
    (place,) = folder.iterdir()
    assert (place / "frames" / "painted.txt").read_text().split() == ["0", "1", "2", "3"]
    shown(blender, folder=str(folder), samples=2)
    assert len(list(folder.iterdir())) == 2, "another job has a folder of its own"


@pytest.mark.parametrize(
    ("trouble", "message"),
    [
        ("early", "ended with code 0 before"),
        ("small", "is RGB of 16x24, not RGB of 32x24"),
        ("garbled", "can't be read"),
        ("nonsense", "impossible values"),
    ],
)
def test_bad_output(blender, monkeypatch, trouble, message):
    monkeypatch.setenv("FAKE_BLENDER", trouble)
    with pytest.raises(StageError, match=message):
        shown(blender)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (np.zeros((24, 32), np.float64), "is float64"),
        (np.zeros((24, 31), np.float32), r"\(24, 31\)"),
        (np.full((24, 32), np.nan, np.float32), "impossible"),
        (np.full((24, 32), -1, np.float32), "impossible"),
        (np.array([{"a": 1}]), "can't be read"),
    ],
)
def test_arrays_are_checked(tmp_path, content, message):
    (tmp_path / "frames").mkdir()
    np.save(tmp_path / "frames" / "depth_00000.npy", content)
    with pytest.raises(StageError, match=message):
        exchange.read_array(tmp_path, "depth", 0, (32, 24), 5)


def test_a_program_that_hangs_is_killed(blender, monkeypatch):
    monkeypatch.setenv("FAKE_BLENDER", "hang")
    begin = time.monotonic()
    with pytest.raises(StageError, match="has not finished within 1 s"):
        shown(blender, patience=1.0)
    assert time.monotonic() - begin < 20


def test_progress_and_cancel(blender, monkeypatch, tmp_path):
    monkeypatch.setenv("FAKE_BLENDER", "hang")
    cancel, seen = threading.Event(), []

    def watch(progress):
        seen.append(progress.done)
        if progress.done == 2:
            cancel.set()

    context = Context(
        request=Options(size=(32, 24)), stage="renderer", on_progress=watch, cancel=cancel
    )
    begin = time.monotonic()
    with pytest.raises(Cancelled):
        CyclesRenderer(blender=blender).run(a_trace(), context)
    assert time.monotonic() - begin < 20
    assert sorted(set(seen)) == [0, 1, 2]


def test_a_missing_blender_is_known_before_anything_runs(monkeypatch, tmp_path):
    monkeypatch.delenv(program.ENVIRONMENT, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    begin = time.monotonic()
    with pytest.raises(MissingExtraError, match=r"Install Blender 4\.2(.|\n)*pip install bpy"):
        Pipeline(renderer="cycles")("a man walks")
    assert time.monotonic() - begin < 1.0, "it ran stages first"
    with pytest.raises(MissingExtraError, match="TEXT2SIM_BLENDER"):
        make_clip(frames=2).save(tmp_path / "clip.blend")
    assert list(tmp_path.iterdir()) == []


def test_stages_before_the_renderer_need_no_blender(monkeypatch, tmp_path):
    monkeypatch.setenv(program.ENVIRONMENT, str(tmp_path / "nowhere"))
    assert Pipeline(renderer="cycles")("a man walks", until="parser").actions


def test_programs_that_are_none(blender, monkeypatch, tmp_path):
    with pytest.raises(ResourceError, match="no program '/nowhere/blender'"):
        program.find("/nowhere/blender")
    with pytest.raises(MissingExtraError, match="a Python without bpy"):
        program.find(sys.executable)
    monkeypatch.setenv("FAKE_BLENDER", "mute")
    with pytest.raises(ResourceError, match=r"neither a Blender nor a Python: it says 'Ham 1\.0'"):
        program.find(blender)
    monkeypatch.setenv("FAKE_BLENDER", "")
    monkeypatch.setenv(program.ENVIRONMENT, blender)
    assert program.find() == (blender, "4.2.0", False)


def test_how_a_script_is_run():
    python = program.Program("/opt/python", "5.0.1", is_python=True)
    assert python.command(Path("/a/s.py"), ["x"]) == ["/opt/python", "/a/s.py", "x"]
    blender = program.Program("/opt/blender", "4.2.0", is_python=False)
    assert blender.command(Path("/a/s.py"), ["x"])[-4:] == ["--python", "/a/s.py", "--", "x"]


@pytest.mark.parametrize(
    "fields",
    [
        {"engine": "cycles"}, {"device": "TPU"}, {"samples": 0}, {"samples": 2.5},
        {"shutter": -0.1}, {"shutter": float("nan")}, {"patience": 0}, {"samples": True},
    ],
)  # fmt: skip
def test_wrong_settings(fields):
    with pytest.raises(ConfigError, match=next(iter(fields))):
        CyclesRenderer(**fields)


def test_a_folder_that_cannot_be_written(blender, tmp_path):
    (tmp_path / "file").write_text("here")
    with pytest.raises(ResourceError, match="Can't write into"):
        shown(blender, folder=str(tmp_path / "file" / "folder"))


def test_doctor_knows_blender(blender, monkeypatch, tmp_path):
    monkeypatch.setenv(program.ENVIRONMENT, blender)
    found = {check.name: check for check in diagnosis.examine()}["blender"]
    assert (found.ok, found.optional) == (True, True)
    assert found.detail == f"4.2.0, {blender}"
    monkeypatch.setenv(program.ENVIRONMENT, str(tmp_path / "nowhere"))
    found = {check.name: check for check in diagnosis.examine()}["blender"]
    assert (found.ok, found.optional) == (False, True)


# Files


def test_blend_is_saved_by_blender(blender, tmp_path, monkeypatch):
    monkeypatch.setenv(program.ENVIRONMENT, blender)
    path = make_clip(frames=3).save(tmp_path / "clip.blend")
    content = path.read_bytes()
    assert content.startswith(b"BLENDER")
    assert json.loads(content[7:])["frames"] == 3
    for trouble, message in (("crash", "no memory left"), ("early", "saved nothing")):
        monkeypatch.setenv("FAKE_BLENDER", trouble)
        with pytest.raises(StageError, match=message):
            make_clip(frames=3).save(tmp_path / "other.blend")
        assert not (tmp_path / "other.blend").exists()


def test_script_for_a_blender_elsewhere_carries_everything(tmp_path, monkeypatch):
    monkeypatch.delenv(program.ENVIRONMENT, raising=False)
    path = make_clip(frames=3).save(tmp_path / "clip.py")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    (files,) = [node.value for node in tree.body if isinstance(node, ast.Assign)]
    files = {name: base64.b64decode(text) for name, text in ast.literal_eval(files).items()}
    assert sorted(files) == ["inside.py", "job.json", "scene.glb", "shaders.py"]
    assert json.loads(files["job.json"])["size"] == [32, 24]
    # It unpacks itself and hands over: here to a stand-in for the script that needs bpy.
    said = tmp_path / "said.txt"
    told = "repr((sys.argv[2:], os.listdir(sys.argv[2])))"
    script = f"import sys, os; open({str(said)!r}, 'w').write({told})"
    changed = path.read_text().replace(
        base64.b64encode(files["inside.py"]).decode(), base64.b64encode(script.encode()).decode()
    )
    path.write_text(changed)
    for given, wanted in (([], "-"), (["--", "a.blend"], "a.blend"), (["frames"], "frames")):
        monkeypatch.setattr(sys, "argv", [str(path), *given])
        runpy.run_path(str(path))
        (folder, place), listed = ast.literal_eval(said.read_text())
        assert place == wanted
        assert sorted(listed) == sorted(files)
        assert not Path(folder).exists()


def test_a_prompt_cannot_break_out_of_the_script(tmp_path):
    anim = make_clip(frames=2)
    script = anim.script
    object.__setattr__(script, "prompt", 'a man """; import os\nwalks \\')
    tree = ast.parse(anim.save(tmp_path / "clip.py").read_text(encoding="utf-8"))
    assert 'a man """; import os' in ast.get_docstring(tree)


# With a real Blender: TEXT2SIM_BLENDER=... pytest -m long tests/test_render_cycles.py


@pytest.fixture(scope="module")
def stairs():
    trace = Pipeline(controller="kinematic")(
        "a man walks up stairs", seed=7, duration=3.0, fps=4.0, until="controller"
    )
    return render(trace, (240, 180)), render(trace, (240, 180), renderer=CyclesRenderer(samples=8))


@needs_blender
@pytest.mark.long
def test_blender_sees_what_the_rasteriser_sees(stairs):
    ours, theirs = stairs
    assert ours.labels == theirs.labels
    for label in range(1, len(ours.labels)):
        a, b = ours.segmentation == label, theirs.segmentation == label
        assert (a & b).sum() / (a | b).sum() > 0.98, ours.labels[label]
    same = (ours.segmentation == theirs.segmentation) & (ours.segmentation > 1)
    error = np.abs(ours.depth - theirs.depth)[same] / ours.depth[same]
    assert np.quantile(error, 0.999) < 1e-3
    assert (theirs.depth[theirs.segmentation == 0] == 0).all()


@needs_blender
@pytest.mark.long
def test_joints_are_on_the_body(stairs):
    _, theirs = stairs
    camera, hits = theirs.camera, []
    for frame, joints in enumerate(theirs.trace.tracks[0].positions()):
        pixels, _ = project(joints, camera.eye[frame], camera.target[frame], camera.fov, (240, 180))
        column, row = np.floor(pixels).astype(int).T
        within = (column >= 0) & (column < 240) & (row >= 0) & (row < 180)
        label = theirs.segmentation[frame][row[within], column[within]]
        hits.append(label == theirs.labels.index("man1"))
    assert np.concatenate(hits).mean() > 0.95


@needs_blender
@pytest.mark.long
def test_colours_and_light_are_those_of_the_rasteriser(stairs):
    ours, theirs = stairs
    difference = np.abs(ours.rgb.astype(int) - theirs.rgb)
    assert difference.mean() < 12
    for label in range(len(ours.labels)):
        seen = (ours.segmentation == label) & (theirs.segmentation == label)
        apart = ours.rgb[seen].mean(axis=0) - theirs.rgb[seen].mean(axis=0)
        assert np.abs(apart).max() < 25, ours.labels[label]


@needs_blender
@pytest.mark.long
def test_real_blend_file(tmp_path):
    content = make_clip(frames=3).save(tmp_path / "clip.blend").read_bytes()
    assert content[:4] in (b"BLEN", b"\x28\xb5\x2f\xfd"), "plain or zstd"
