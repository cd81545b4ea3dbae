"""Video by ffmpeg: H.264 (.mp4) and VP9 (.webm), yuv420p, BT.709, frame by frame."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from text2sim.errors import MissingExtraError, ResourceError
from text2sim.io import Sink

if TYPE_CHECKING:
    from text2sim.animation import Animation
    from text2sim.recording import Recording
    from text2sim.types import Frames

Codec = Literal["h264", "vp9"]
CODECS: dict[str, tuple[str, ...]] = {
    # The index goes first, so that browsers play the file while it loads.
    "h264": ("libx264", "-preset", "veryfast", "-crf", "18", "-movflags", "+faststart",
             "-f", "mp4"),
    "vp9": ("libvpx-vp9", "-deadline", "good", "-cpu-used", "5", "-row-mt", "1", "-b:v", "0",
            "-crf", "26", "-f", "webm"),
}  # fmt: skip
"""Encoder and settings of ffmpeg; a later `-crf` replaces the one given here."""


def write_mp4(animation: Animation, path: Path) -> None:
    """Write a clip as H.264; see `video_sink`.

    Raises:
        ResourceError: ffmpeg is missing or failed; the message holds its last line.
    """
    with mp4_sink(animation, path) as put:
        put(animation.rendered)


def write_webm(animation: Animation, path: Path) -> None:
    """Write a clip as VP9; see `video_sink`.

    Raises:
        ResourceError: ffmpeg is missing or failed; the message holds its last line.
    """
    with webm_sink(animation, path) as put:
        put(animation.rendered)


def mp4_sink(recording: Recording, path: Path) -> Sink:
    """Takes frames for an .mp4 file."""
    return _sink(recording, path, "h264")


def webm_sink(recording: Recording, path: Path) -> Sink:
    """Takes frames for a .webm file."""
    return _sink(recording, path, "vp9")


@contextlib.contextmanager
def _sink(recording: Recording, path: Path, codec: Codec) -> Iterator[Callable[[Frames], None]]:
    """Its metadata hold the prompt (title), and prompt, seed and version (comment, JSON)."""
    prompt = recording.prompt
    title = " ".join("".join(c if c.isprintable() else " " for c in prompt).split())
    with encoder(
        recording.size, recording.fps, path, codec=codec, title=title,
        comment=json.dumps(recording.credits()),
    ) as put:  # fmt: skip

        def put_all(frames: Frames) -> None:
            for picture in frames.rgb:
                put(picture)

        yield put_all


def encode(pictures: Iterable[np.ndarray], size: tuple[int, int], fps: float, path: Path,
           *, crf: int = 18, width: int | None = None, title: str = "") -> None:  # fmt: skip
    """Encode pictures as an MP4 file; arguments and errors are those of `encoder`."""
    with encoder(size, fps, path, crf=crf, width=width, title=title) as put:
        for picture in pictures:
            put(picture)


@contextlib.contextmanager
def encoder(
    size: tuple[int, int],
    fps: float,
    path: Path,
    *,
    codec: Codec = "h264",
    crf: int | None = None,
    width: int | None = None,
    title: str = "",
    comment: str = "",
) -> Iterator[Callable[[np.ndarray], None]]:
    """A function that takes the pictures of a video, one by one, and holds none.

    Args:
        size: width and height of the pictures [px]; odd sizes are padded by one pixel.
        fps: frames per second.
        path: file to write; it is whole when the block ends.
        codec: "h264" (MP4) or "vp9" (WebM).
        crf: constant rate factor; for H.264, 18 looks lossless and 28 is small.
        width: scale the video to this width [px] if the pictures are wider.
        title: metadata entry.
        comment: metadata entry.

    Raises:
        MissingExtraError: imageio-ffmpeg is not installed.
        ResourceError: ffmpeg is missing or failed.
        OSError: the disk is full, or a file size limit was met.
    """
    command = _command(size, fps, codec, width)
    command += [] if crf is None else ["-crf", str(crf)]
    command += ["-metadata", f"title={title}", "-metadata", f"comment={comment}", str(path)]
    shape = (size[1], size[0], 3)
    with _ffmpeg(command) as write:

        def put(picture: np.ndarray) -> None:
            if picture.shape != shape or picture.dtype != np.uint8:
                raise ValueError(f"A picture must be {shape} uint8; got {picture.shape}.")
            write(np.ascontiguousarray(picture).data)

        yield put


def _command(size: tuple[int, int], fps: float, codec: Codec, limit: int | None) -> list[str]:
    rate, (width, height) = Fraction(fps).limit_denominator(1001), size
    wide = min(limit or width, width)
    # Even sides, as yuv420p needs; the matrix is named, since players guess it from the size.
    scale = f"scale={wide + wide % 2}:-2" if wide < width else "pad=ceil(iw/2)*2:ceil(ih/2)*2"
    colours = "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"
    return [
        ffmpeg(), "-y", "-hide_banner", "-loglevel", "error", "-nostdin",
        "-f", "rawvideo", "-pix_fmt", "rgb24", "-video_size", f"{width}x{height}",
        "-framerate", f"{rate.numerator}/{rate.denominator}", "-i", "pipe:0",
        "-vf", f"{scale},{colours}",
        "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "iec61966-2-1",
        "-c:v", *CODECS[codec],
    ]  # fmt: skip


def filtered(pictures: np.ndarray, chain: str, form: str) -> bytes:
    """What ffmpeg's filters make of pictures (T, H, W, 3) uint8, as raw pixels.

    Raises:
        MissingExtraError: imageio-ffmpeg is not installed.
        ResourceError: ffmpeg is missing or failed.
    """
    _, height, width, _ = pictures.shape
    command = [
        ffmpeg(), "-hide_banner", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24",
        "-video_size", f"{width}x{height}", "-i", "pipe:0", "-vf", chain,
        "-f", "rawvideo", "-pix_fmt", form, "pipe:1",
    ]  # fmt: skip
    try:
        done = subprocess.run(command, input=pictures.tobytes(), capture_output=True, check=False)
    except OSError as error:
        raise ResourceError(f"Can't start {command[0]}: {error}.") from error
    if done.returncode:
        raise _error(done.returncode, deque(done.stderr.decode(errors="replace").splitlines()))
    return done.stdout


def ffmpeg() -> str:
    """Path of the ffmpeg program.

    Raises:
        MissingExtraError: imageio-ffmpeg is not installed.
        ResourceError: it has no ffmpeg for this platform.
    """
    try:
        import imageio_ffmpeg
    except ImportError:
        raise MissingExtraError(
            "Writing video needs imageio-ffmpeg: pip install imageio-ffmpeg"
        ) from None
    try:
        return imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError as error:
        raise ResourceError(
            "No ffmpeg was found: install it and set IMAGEIO_FFMPEG_EXE to its path."
        ) from error


class _Died(Exception):
    """The ffmpeg of one block stopped listening; its exit code and last words say why."""


@contextlib.contextmanager
def _ffmpeg(command: list[str]) -> Iterator[Callable[[memoryview], None]]:
    """Run ffmpeg on what the block writes; it never outlives the block.

    Its own session keeps Ctrl-C from reaching it, so that there is one place to clean up; signals
    that Python ignores stay ignored, so that a file size limit is an error and not a death.
    """
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            start_new_session=True, restore_signals=False,
        )  # fmt: skip
    except OSError as error:
        raise ResourceError(f"Can't start {command[0]}: {error}.") from error
    pipe, errors = process.stdin, process.stderr
    assert pipe is not None
    assert errors is not None
    lines: deque[str] = deque(maxlen=20)
    reader = threading.Thread(target=_collect, args=(errors, lines), daemon=True)
    reader.start()
    died = _Died()

    def write(data: memoryview) -> None:
        try:
            pipe.write(data)
        except BrokenPipeError:
            raise died from None

    try:
        try:
            yield write
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
        except _Died as reason:
            if reason is not died:  # Another video of the same clip.
                raise
        code = process.wait()
    finally:
        process.kill()
        process.wait()
        with contextlib.suppress(OSError):
            pipe.close()
        reader.join(timeout=5)
        errors.close()
    if code:
        raise _error(code, lines)


def _collect(stream: Iterable[bytes], lines: deque[str]) -> None:
    for line in stream:
        text = line.decode(errors="replace").strip()
        if text:
            lines.append(text)


def _error(code: int, lines: deque[str]) -> OSError:
    """Why ffmpeg ended with a code other than 0."""
    for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        if any(os.strerror(number) in line for line in lines):
            return OSError(number, os.strerror(number))
    reason = f"exit code {code}"
    if lines:
        reason = f"{re.sub(r' @ 0x[0-9a-f]+', '', lines[-1])} ({reason})"
    elif code < 0:
        reason = f"it was stopped by {signal.Signals(-code).name}"
    return ResourceError(f"ffmpeg could not write the video: {reason}. Nothing was written.")
