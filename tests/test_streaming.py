"""Streams: the same pictures as a whole clip, constant memory, and no half file."""

from __future__ import annotations

import dataclasses
import json
import threading
import tracemalloc
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

from tests.fakes import FakeEnhancer, FakeRenderer, fake_pipeline
from tests.test_io import decode, probe
from text2sim import Pipeline
from text2sim.enhance.stage import Enhancer
from text2sim.errors import Cancelled, ConfigError, ResourceError, StageError
from text2sim.io.folder_reader import read_folder
from text2sim.types import Frames

PROMPT = "a man kicks a ball"
SMALL: dict[str, Any] = {"duration": 1.0, "fps": 10.0, "size": (64, 48), "seed": 3}


@pytest.fixture(scope="module")
def pipeline():
    return Pipeline(controller="kinematic")


@dataclass(frozen=True, kw_only=True)
class Negative(Enhancer):
    """Each frame by itself."""

    name: ClassVar[str] = "negative"
    framewise: ClassVar[bool] = True

    def run(self, value: Frames, ctx: Any) -> Frames:
        return dataclasses.replace(value, rgb=255 - value.rgb)


def test_streamed_files_equal_those_of_the_whole(pipeline, tmp_path):
    channels = ("depth", "flow")
    anim = pipeline(PROMPT, channels=channels, **SMALL)
    for name in ("whole.mp4", "whole.webm", "whole.json", "whole/"):
        anim.save(f"{tmp_path}/{name}")
    stream = pipeline.stream(PROMPT, channels=channels, **SMALL)
    assert (len(stream), stream.size, stream.duration) == (10, (64, 48), 1.0)
    paths = [f"{tmp_path}/part{end}" for end in (".mp4", ".webm", ".json", "/")]
    stream.save(*paths)
    for suffix in (".mp4", ".webm"):
        whole, part = (decode(tmp_path / f"{name}{suffix}", (64, 48)) for name in ("whole", "part"))
        assert len(whole) == 10
        np.testing.assert_array_equal(whole, part)
    assert (tmp_path / "whole.mp4").read_bytes() == (tmp_path / "part.mp4").read_bytes()
    whole, part = (json.loads((tmp_path / f"{n}.json").read_text()) for n in ("whole", "part"))
    assert whole == part
    folder = read_folder(tmp_path / "part")
    for name in ("rgb", *channels):
        np.testing.assert_array_equal(folder.channel(name), anim.channels[name])
    assert len(list(tmp_path.iterdir())) == 8


def test_webm_is_vp9_with_the_prompt_inside(pipeline, tmp_path):
    pipeline.stream(PROMPT, **SMALL).save(tmp_path / "a.webm")
    text = probe(tmp_path / "a.webm")
    assert "vp9" in text
    assert '"prompt": "a man kicks a ball", "seed": 3' in text
    assert "matroska,webm" in text


def test_a_stream_is_an_iterator_of_single_frames(pipeline):
    anim = pipeline(PROMPT, **SMALL)
    stream = pipeline.stream(PROMPT, **SMALL)
    for _ in range(2):  # Iterating again renders again.
        parts = list(stream)
        assert len(parts) == 10
        np.testing.assert_array_equal(np.concatenate([part.rgb for part in parts]), anim.frames)
    assert stream.outcome == anim.outcome
    assert stream.prompt == PROMPT
    assert [part.trace.start for part in parts] == pytest.approx([t / 10 for t in range(10)])


def peak(fps: float, path) -> tuple[int, int]:
    """Number of frames of 48 kB, and the most memory that writing them took."""
    stream = fake_pipeline(enhancer=Negative()).stream("walk", size=(160, 100), fps=fps)
    tracemalloc.start()
    stream.save(path)
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return len(stream), found


def test_memory_does_not_grow_with_the_clip(tmp_path):
    """A thousand frames more are 48 MB of pictures; the file takes them all, memory none."""
    (few, short), (many, long) = peak(20.0, tmp_path / "a.mp4"), peak(240.0, tmp_path / "b.mp4")
    assert many - few > 1000
    assert len(decode(tmp_path / "b.mp4", (160, 100))) == many
    assert long - short < 1_000_000


def test_an_enhancer_that_needs_whole_clips_is_refused_before_anything_runs(tmp_path):
    with pytest.raises(ConfigError, match="fake enhancer needs the whole clip"):
        fake_pipeline(enhancer=FakeEnhancer()).stream("walk")


def test_an_enhancer_of_single_frames_is_applied(pipeline):
    plain = pipeline.stream(PROMPT, **SMALL)
    negative = pipeline.replace(enhancer=Negative()).stream(PROMPT, **SMALL)
    for a, b in zip(plain, negative):
        np.testing.assert_array_equal(a.rgb, 255 - b.rgb)


def test_cancelling_leaves_no_file_and_keeps_the_old_one(pipeline, tmp_path):
    cancel = threading.Event()

    def stop(progress):
        if progress.stage == "renderer" and progress.done == 3:
            cancel.set()

    stream = pipeline.stream(PROMPT, progress=stop, cancel=cancel, **SMALL)
    (tmp_path / "old.mp4").write_bytes(b"old")
    with pytest.raises(Cancelled):
        stream.save(tmp_path / "old.mp4", tmp_path / "new.webm", f"{tmp_path}/new/")
    assert [item.name for item in tmp_path.iterdir()] == ["old.mp4"]
    assert (tmp_path / "old.mp4").read_bytes() == b"old"


def test_a_full_disk_leaves_no_file_and_names_the_right_one(pipeline, tmp_path, monkeypatch):
    from text2sim.io import folder

    def full(path, values):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folder, "_write_png", full)
    with pytest.raises(ResourceError, match="frames: the disk is full"):
        pipeline.stream(PROMPT, **SMALL).save(
            tmp_path / "a.mp4", f"{tmp_path}/frames/", tmp_path / "b.webm"
        )
    assert not list(tmp_path.iterdir())


def test_one_dead_ffmpeg_among_two_ends_both(pipeline, tmp_path, monkeypatch):
    from text2sim.io import video

    whole = video.ffmpeg()
    program = tmp_path / "dead"
    program.write_text(f'#!/bin/sh\ncase "$*" in *webm*) exit 9;; esac\nexec {whole} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setattr(video, "ffmpeg", lambda: str(program))
    for names in (("a.webm", "b.mp4"), ("b.mp4", "a.webm")):
        with pytest.raises(ResourceError, match="exit code 9"):
            pipeline.stream(PROMPT, **{**SMALL, "size": (640, 480)}).save(
                *(tmp_path / name for name in names)
            )
        assert not (tmp_path / "a.webm").exists()


def test_formats_that_need_the_whole_clip_say_so(pipeline, tmp_path):
    stream = pipeline.stream(PROMPT, **SMALL)
    with pytest.raises(ConfigError, match=r"\.gif needs all of it"):
        stream.save(tmp_path / "a.mp4", tmp_path / "a.gif")
    with pytest.raises(ConfigError, match="Known"):
        stream.save(tmp_path / "a.xyz")
    assert not list(tmp_path.iterdir())


def test_errors_of_a_renderer_are_blamed_on_it():
    @dataclass(frozen=True, kw_only=True)
    class Broken(FakeRenderer):
        def pictures(self, value, camera, ctx):
            yield from list(super().pictures(value, camera, ctx))[:1]
            raise ZeroDivisionError("oh")

    stream = fake_pipeline(renderer=Broken(), enhancer=Negative()).stream("walk")
    with pytest.raises(StageError, match=r"renderer stage \(fake\) failed: ZeroDivisionError"):
        list(stream)
