"""Every format, and that a file appears whole or not at all."""

import dataclasses
import json
import os
import re
import subprocess
import sys
import textwrap
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.clips import make_clip
from text2sim import io
from text2sim.animation import Animation
from text2sim.errors import ConfigError, MissingExtraError, ResourceError
from text2sim.io import pictures, video
from text2sim.types import Outcome

NO_USD = pytest.mark.skipif(find_spec("pxr") is None, reason="needs the extra usd (usd-core)")
NO_BLENDER = pytest.mark.skipif(
    "TEXT2SIM_BLENDER" not in os.environ, reason="needs a Blender; see tests/test_render_cycles.py"
)
MARKS = {".usd": NO_USD, ".usda": NO_USD, ".usdz": NO_USD, ".blend": NO_BLENDER}
FORMATS = [pytest.param(suffix, marks=MARKS.get(suffix, ())) for suffix in io.WRITERS]


@pytest.fixture(scope="module")
def anim():
    return make_clip(frames=20)


def probe(path: Path) -> str:
    """What ffmpeg says about a file."""
    run = subprocess.run([video.ffmpeg(), "-i", str(path)], capture_output=True, check=False)
    return run.stderr.decode()


def decode(path: Path, size: tuple[int, int]) -> np.ndarray:
    command = [video.ffmpeg(), "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt",
               "rgb24", "-"]  # fmt: skip
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, size[1], size[0], 3)


def test_mp4_is_h264_yuv420p_with_the_index_first_and_the_prompt_inside(anim, tmp_path):
    path = anim.save(tmp_path / "clip.mp4")
    text = probe(path)
    assert "h264" in text
    assert re.search(r"yuv420p\(tv, bt709", text)
    assert "32x24" in text
    assert "10 fps" in text
    assert re.search(r"title\s*: a man walks up stairs", text)
    assert re.search(
        r'comment\s*: {"prompt": "a man walks up stairs", "seed": 7, "text2sim": "[^"]+"}', text
    )
    data = path.read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")


def test_mp4_keeps_every_frame_and_the_colours(tmp_path):
    columns = np.array([[200, 40, 30], [30, 160, 60], [40, 60, 190], [128, 128, 128]], np.uint8)
    picture = np.repeat(columns, 16, axis=0)[None].repeat(48, axis=0)
    clip = np.stack([np.roll(picture, 16 * index, axis=1) for index in range(4)])
    video.encode(clip, (64, 48), 29.97, tmp_path / "colours.mp4")
    back = decode(tmp_path / "colours.mp4", (64, 48))
    assert back.shape == clip.shape
    inner = (slice(None), slice(None), np.arange(64) % 16 // 4 % 3 > 0)
    assert np.abs(back[inner].astype(int) - clip[inner]).mean() < 3
    assert "29.97 fps" in probe(tmp_path / "colours.mp4")


def test_mp4_of_odd_size_is_padded(tmp_path):
    video.encode(np.full((3, 33, 51, 3), 90, np.uint8), (51, 33), 10.0, tmp_path / "odd.mp4")
    assert "52x34" in probe(tmp_path / "odd.mp4")


def test_mp4_of_a_nasty_prompt(anim, tmp_path, monkeypatch):
    nasty = 'a man; "walks"\n=\\ \x00 -y \u202e %d'
    monkeypatch.setattr(type(anim), "prompt", property(lambda self: nasty))
    text = probe(anim.save(tmp_path / "nasty.mp4"))
    assert json.loads(re.search(r"comment\s*: ({.*})", text)[1])["prompt"] == nasty


def test_gif_lasts_as_long_as_the_clip(tmp_path):
    anim = make_clip(fps=33.0, size=(600, 20), frames=33)
    with Image.open(anim.save(tmp_path / "clip.gif")) as gif:
        total = 0
        for index in range(gif.n_frames):
            gif.seek(index)
            total += gif.info["duration"]
        assert gif.n_frames == 11
        assert gif.width == 480
        assert total == 1000
        assert gif.info["loop"] == 0
        assert json.loads(gif.info["comment"])["seed"] == 7


def test_gif_is_close_to_the_picture_and_keeps_small_bright_things(tmp_path):
    anim = make_clip(frames=5, channels=False)
    x = np.linspace(100, 220, 32).astype(np.uint8)
    rgb = np.broadcast_to(np.stack([x, x, x // 2 + 60], 1), anim.frames.shape).copy()
    rgb[:, 10:12, 10:12] = 220, 40, 30
    smooth = Animation(dataclasses.replace(anim.rendered, rgb=rgb), {})
    with Image.open(smooth.save(tmp_path / "smooth.gif")) as gif:
        found = np.asarray(gif.convert("RGB")).astype(int)
    assert np.abs(found - rgb[0]).mean() < 3
    assert np.abs(found[10, 10] - rgb[0, 10, 10]).max() < 16


def test_gif_shows_a_sky_without_bands(tmp_path):
    """A gradient of 40 greys and blues keeps nearly all its steps, and what is still stays so."""
    anim = make_clip(size=(64, 80), frames=4, channels=False)
    steps = np.linspace(0, 1, 80)[:, None, None]
    sky = (np.array([170, 188, 214]) * (1 - steps) + np.array([206, 206, 208]) * steps).round()
    rgb = np.broadcast_to(sky, anim.frames.shape).astype(np.uint8).copy()
    for index in range(4):
        rgb[index, 60:70, 5 + 9 * index : 15 + 9 * index] = 30, 60, 160
    clip = Animation(dataclasses.replace(anim.rendered, rgb=rgb), {})
    with Image.open(clip.save(tmp_path / "sky.gif")) as gif:
        shown = []
        for index in range(gif.n_frames):
            gif.seek(index)
            shown.append(np.asarray(gif.convert("RGB")).astype(int))
    assert np.abs(np.array(shown) - rgb).mean() < 0.5
    assert (shown[0][:60] == shown[-1][:60]).all()


def test_png_is_a_labelled_sheet_that_ends_with_the_last_frame(tmp_path):
    anim = make_clip(size=(320, 240), frames=40, outcome=Outcome(status="fell", time=1.5))
    with Image.open(anim.save(tmp_path / "clip.png")) as sheet:
        assert sheet.width <= 1600
        assert sheet.text["Title"] == "a man walks up stairs"
        assert json.loads(sheet.text["Comment"])["seed"] == 7
        pixels = np.asarray(sheet).astype(int)
    gap = 8
    last = pixels[-gap - 240 : -gap, -gap - 320 : -gap]
    assert np.array_equal(last[60:], anim.frames[-1][60:])
    assert (pixels[:40, :600].min(axis=-1) < 100).any()  # The caption.


@pytest.mark.parametrize(("frames", "columns", "width"), [(1, 4, 300), (5, 2, 200), (99, 9, 1000)])
def test_contact_sheet_never_exceeds_its_width(anim, frames, columns, width):
    sheet = pictures.contact_sheet(anim, frames=frames, columns=columns, width=width)
    assert sheet.width <= width


@pytest.mark.parametrize("bad", [{"frames": 0}, {"columns": 0}, {"width": 10}])
def test_contact_sheet_bounds(anim, bad):
    with pytest.raises(ConfigError, match="contact sheet"):
        pictures.contact_sheet(anim, **bad)


def test_json_tells_the_whole_story(anim, tmp_path):
    report = json.loads(anim.save(tmp_path / "clip.json").read_text())
    assert report["config"] == anim.config
    assert report["outcome"]["status"] == "completed"
    assert report["metrics"]["tracking_error"]["unit"] == "mm"
    assert report["script"]["actions"][0]["paths"] == [{"kind": "up", "targets": ["stairs1"]}]
    assert report["plan"]["objects"][0]["id"] == "stairs1"
    assert "script" not in report["plan"]
    assert report["warnings"] == ["motion", "world", "trace", "frames"]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("clip.mp3", "Did you mean '.mp4'"),
        ("clip", "without a suffix"),
        ("clip.xyz", "Known: .mp4"),
    ],
)
def test_unknown_suffix(anim, tmp_path, name, hint):
    with pytest.raises(ConfigError, match=re.escape(hint)):
        anim.save(tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("path", [None, 3, "a\0.mp4", b"clip.mp4"])
def test_what_is_no_path(anim, path):
    with pytest.raises(ConfigError, match="path of a file"):
        anim.save(path)


def test_suffix_in_capitals_and_paths_as_text(anim, tmp_path):
    assert anim.save(str(tmp_path / "CLIP.JSON")) == tmp_path / "CLIP.JSON"
    assert (tmp_path / "CLIP.JSON").is_file()


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize(("size", "frames", "fps"), [((2, 2), 1, 1.0), ((700, 16), 3, 240.0)])
def test_every_format_takes_extreme_clips(tmp_path, suffix, size, frames, fps):
    anim = make_clip(size=size, frames=frames, fps=fps, channels=False)
    assert anim.save(tmp_path / f"clip{suffix}").stat().st_size > 0


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_replaces_a_file_or_refuses_to(anim, tmp_path, suffix):
    path = tmp_path / f"clip{suffix}"
    path.write_bytes(b"old")
    path.chmod(0o640)
    with pytest.raises(ResourceError, match="exists already"):
        anim.save(path, overwrite=False)
    assert path.read_bytes() == b"old"
    anim.save(path)
    assert path.stat().st_size > 100
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [path]
    path.unlink()
    anim.save(path, overwrite=False)
    assert list(tmp_path.iterdir()) == [path]


def test_saving_through_a_link_keeps_the_link(anim, tmp_path):
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    anim.save(tmp_path / "link.json")
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").is_file()


def test_bad_places(anim, tmp_path):
    (tmp_path / "folder.mp4").mkdir()
    (tmp_path / "file").write_text("")
    os.mkfifo(tmp_path / "pipe.gif")
    for name, reason in {
        "folder.mp4": "is a folder; name a file in it",
        "missing/clip.mp4": "does not exist; create it first",
        "file/clip.mp4": "is not a folder",
        "pipe.gif": "not a regular file",
        "x" * 300 + ".png": "name is too long|File name too long",
    }.items():
        with pytest.raises(ResourceError, match=reason):
            anim.save(tmp_path / name)
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.skipif(sys.platform != "linux", reason="/proc takes no files, even from root")
def test_unwritable_folder_is_found_before_encoding(anim, monkeypatch):
    monkeypatch.setattr(video, "encode", lambda *a, **k: pytest.fail("encoded first"))
    with pytest.raises(ResourceError, match=r"Can't write /proc/clip.mp4"):
        anim.save("/proc/clip.mp4")


def test_check_outputs_finds_problems_and_leaves_nothing(tmp_path):
    (tmp_path / "old.gif").write_bytes(b"old")
    io.check_outputs([tmp_path / "new.mp4", tmp_path / "old.gif"])
    assert [p.name for p in tmp_path.iterdir()] == ["old.gif"]
    with pytest.raises(ResourceError, match="exists already"):
        io.check_outputs([tmp_path / "old.gif"], overwrite=False)
    with pytest.raises(ConfigError, match="listed twice"):
        io.check_outputs([tmp_path / "a.gif", tmp_path / "." / "a.gif"])
    with pytest.raises(ConfigError, match="Known"):
        io.check_outputs([tmp_path / "a.avi"])


@pytest.mark.parametrize("suffix", io.WRITERS)
@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (OSError(28, "No space left on device"), ResourceError),
        (KeyboardInterrupt, KeyboardInterrupt),
    ],
)
def test_whatever_goes_wrong_no_half_file_is_left(
    anim, tmp_path, monkeypatch, suffix, raised, expected
):
    def half(animation, path):
        path.write_bytes(b"half")
        raise raised

    path = tmp_path / f"clip{suffix}"
    path.write_bytes(b"old")
    monkeypatch.setattr(io, "writer", lambda path: half)
    with pytest.raises(expected):
        anim.save(path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_called_that(anim, tmp_path, monkeypatch):
    def full(animation, path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(io, "writer", lambda path: full)
    with pytest.raises(ResourceError, match=r"the disk is full: free some space"):
        anim.save(tmp_path / "clip.npz")


@pytest.mark.skipif(sys.platform == "win32", reason="no RLIMIT_FSIZE")
@pytest.mark.parametrize("suffix", [".mp4", ".gif", ".png", ".npz"])
def test_hitting_the_file_size_limit_while_encoding(tmp_path, suffix):
    script = f"""
        import resource
        from tests.clips import make_clip
        anim = make_clip(size=(320, 240), frames=40)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        try:
            anim.save({str(tmp_path / "clip")!r} + {suffix!r})
        except Exception as error:
            print(type(error).__name__, error)
    """
    (tmp_path / f"clip{suffix}").write_bytes(b"old")
    run = [sys.executable, "-c", textwrap.dedent(script)]
    done = subprocess.run(run, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.startswith("ResourceError")
    assert f"Can't write {tmp_path / 'clip'}{suffix}: it grew past the file size" in done.stdout
    assert (tmp_path / f"clip{suffix}").read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def fake_ffmpeg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    program = tmp_path / "ffmpeg"
    program.write_text(f"#!{sys.executable}\n{body}")
    program.chmod(0o755)
    monkeypatch.setattr(video, "ffmpeg", lambda: str(program))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("import sys; print('first\\nthe last line', file=sys.stderr); sys.exit(3)",
         r"the last line \(exit code 3\)"),
        ("import sys; sys.stdin.buffer.read(9); print('x' * 10**6 + '!', file=sys.stderr); "
         "sys.exit(1)", r"xx! \(exit code 1\)"),
        ("import os; os.kill(os.getpid(), 9)", "stopped by SIGKILL"),
        ("import sys; sys.stdin.buffer.read(); sys.exit(2)", "exit code 2"),
    ],
)  # fmt: skip
def test_a_failing_ffmpeg_says_why(anim, tmp_path, monkeypatch, body, message):
    fake_ffmpeg(tmp_path, monkeypatch, body)
    with pytest.raises(ResourceError, match=message):
        anim.save(tmp_path / "clip.mp4")
    assert [p.name for p in tmp_path.iterdir()] == ["ffmpeg"]


def test_ctrl_c_while_encoding_ends_ffmpeg(tmp_path, monkeypatch):
    def interrupted():
        yield np.zeros((24, 32, 3), np.uint8)
        raise KeyboardInterrupt

    pids: list[int] = []
    start = subprocess.Popen

    def recording(*args, **kwargs):
        process = start(*args, **kwargs)
        pids.append(process.pid)
        return process

    monkeypatch.setattr(subprocess, "Popen", recording)
    with pytest.raises(KeyboardInterrupt):
        video.encode(interrupted(), (32, 24), 10.0, tmp_path / "c.mp4")
    assert len(pids) == 1
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)


def test_missing_ffmpeg(anim, tmp_path, monkeypatch):
    import imageio_ffmpeg

    def missing():
        raise RuntimeError("no ffmpeg exe")

    monkeypatch.setattr(imageio_ffmpeg, "get_ffmpeg_exe", missing)
    with pytest.raises(ResourceError, match="IMAGEIO_FFMPEG_EXE"):
        anim.save(tmp_path / "clip.mp4")
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(MissingExtraError, match="pip install imageio-ffmpeg"):
        anim.save(tmp_path / "clip.mp4")
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(MissingExtraError, match="pip install pillow"):
        anim.save(tmp_path / "clip.gif")
    assert not list(tmp_path.iterdir())


def test_importing_is_light():
    heavy = {"PIL", "scipy", "imageio_ffmpeg", "spacy", "pybullet"}
    code = f"import sys, text2sim.animation; print({heavy} & {{*sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
