"""Encoders on a real clip: python docs/benchmarks/video.py (needs `pip install av`).

H.264 by imageio-ffmpeg, as text2sim uses it, and by PyAV with the same settings; VP9; GIF.
"""

from __future__ import annotations

import resource
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageSequence

from text2sim import Animation, Pipeline
from text2sim.io.video import ffmpeg

SIZES = ((640, 480), (1280, 720))


def main() -> None:
    """A line for each encoder and size, the median of three runs."""
    for size in SIZES:
        anim = Pipeline(controller="kinematic")(
            "a man walks up stairs", seed=7, duration=4.0, size=size
        )
        with tempfile.TemporaryDirectory() as folder:
            for name in ("a.mp4", "pyav.mp4", "a.webm", "a.gif"):
                path = Path(folder, name)
                write = with_pyav if name == "pyav.mp4" else Animation.save
                report(f"{size[0]}x{size[1]} {name}", anim, path, write)


def report(label: str, anim: Animation, path: Path, write: Callable) -> None:
    """Time, size and quality of one file."""
    runs = []
    for _ in range(3):
        wall, cpu = time.perf_counter(), _cpu()
        write(anim, path)
        runs.append((_cpu() - cpu, time.perf_counter() - wall))
    cpu, wall = sorted(runs)[1]
    print(f"{label:<20} {wall:6.2f} s wall {cpu:6.2f} s cpu {path.stat().st_size / 1e3:8.0f} kB"
          f"  PSNR {_quality(anim, path):.1f} dB")  # fmt: skip


def with_pyav(anim: Animation, path: Path) -> None:
    """The same settings as `text2sim.io.video`."""
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        options = {"preset": "veryfast", "crf": "18"}
        stream = container.add_stream("libx264", rate=round(anim.fps), options=options)
        stream.width, stream.height, stream.pix_fmt = *anim.size, "yuv420p"
        for picture in anim:
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame = frame.reformat(
                format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG"
            )
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _cpu() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def _quality(anim: Animation, path: Path) -> float:
    """Peak signal-to-noise ratio [dB] against the frames that the file shows."""
    if path.suffix == ".gif":
        shown = [np.asarray(f.convert("RGB")) for f in ImageSequence.Iterator(Image.open(path))]
        small = (shown[0].shape[1], shown[0].shape[0])
        made = [np.asarray(Image.fromarray(p).resize(small)) for p in anim.frames[::2]]
    else:
        command = [ffmpeg(), "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", "rgb24",
                   "-"]  # fmt: skip
        raw = subprocess.run(command, capture_output=True, check=True).stdout
        shown, made = np.frombuffer(raw, np.uint8).reshape(anim.frames.shape), anim.frames
    error = np.mean([np.mean((a.astype(float) - b) ** 2) for a, b in zip(shown, made)])
    return 10.0 * np.log10(255.0**2 / error)


if __name__ == "__main__":
    main()
