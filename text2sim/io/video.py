"""MP4 video by ffmpeg: H.264, yuv420p, BT.709, index first so that browsers play it at once."""

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
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np

from text2sim.errors import MissingExtraError, ResourceError

if TYPE_CHECKING:
    from text2sim.animation import Animation


def write_mp4(animation: Animation, path: Path) -> None:
    """Write a clip; its metadata hold the prompt (title) and prompt and seed (comment, JSON).

    Raises:
        ResourceError: ffmpeg is missing or failed; the message holds its last line.
    """
    seed = animation.config.get("seed")
    prompt = " ".join("".join(c if c.isprintable() else " " for c in animation.prompt).split())
    comment = json.dumps({"prompt": animation.prompt, "seed": seed})
    encode(animation.frames, animation.fps, path, title=prompt, comment=comment)


def encode(
    rgb: np.ndarray,
    fps: float,
    path: Path,
    *,
    crf: int = 18,
    width: int | None = None,
    title: str = "",
    comment: str = "",
) -> None:
    """Encode pictures as an MP4 file.

    Args:
        rgb: sRGB pictures, (T, H, W, 3) uint8.
        fps: frames per second.
        path: file to write.
        crf: x264's constant rate factor: 18 looks lossless, 28 is small.
        width: scale the video to this width [px] if the pictures are wider.
        title: metadata entry.
        comment: metadata entry.

    Raises:
        ResourceError: ffmpeg is missing or failed.
        OSError: the disk is full, or a file size limit was met.
    """
    command = _command(rgb.shape[2], rgb.shape[1], fps, path, crf, width)
    command += ["-metadata", f"title={title}", "-metadata", f"comment={comment}", str(path)]
    with _ffmpeg(command) as pipe:
        for picture in rgb:
            pipe.write(np.ascontiguousarray(picture).data)


def _command(
    width: int, height: int, fps: float, path: Path, crf: int, limit: int | None
) -> list[str]:
    rate = Fraction(fps).limit_denominator(1001)
    wide = min(limit or width, width)
    # Even sides, as yuv420p needs; the matrix is named, since players guess it from the size.
    scale = f"scale={wide + wide % 2}:-2" if wide < width else "pad=ceil(iw/2)*2:ceil(ih/2)*2"
    colours = "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"
    return [
        ffmpeg(), "-y", "-hide_banner", "-loglevel", "error", "-nostdin",
        "-f", "rawvideo", "-pix_fmt", "rgb24", "-video_size", f"{width}x{height}",
        "-framerate", f"{rate.numerator}/{rate.denominator}", "-i", "pipe:0",
        "-vf", f"{scale},{colours}", "-c:v", "libx264", "-preset", "veryfast", "-crf", str(crf),
        "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "iec61966-2-1",
        "-movflags", "+faststart", "-f", "mp4",
    ]  # fmt: skip


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


@contextlib.contextmanager
def _ffmpeg(command: list[str]) -> Iterator[IO[bytes]]:
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
    assert process.stdin is not None
    assert process.stderr is not None
    lines: deque[str] = deque(maxlen=20)
    reader = threading.Thread(target=_collect, args=(process.stderr, lines), daemon=True)
    reader.start()
    try:
        with contextlib.suppress(BrokenPipeError):  # It died; the exit code and stderr say why.
            yield process.stdin
            process.stdin.close()
        code = process.wait()
    finally:
        process.kill()
        process.wait()
        with contextlib.suppress(OSError):
            process.stdin.close()
        reader.join(timeout=5)
        process.stderr.close()
    if code:
        raise _error(code, lines)


def _collect(stream: IO[bytes], lines: deque[str]) -> None:
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
