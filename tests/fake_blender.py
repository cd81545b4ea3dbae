"""Stands in for Blender: reads what text2sim hands over and paints frames that tell what it read.

FAKE_BLENDER says what goes wrong: "crash", "hang", "small", "garbled", "nonsense", "mute", "early".
"""

import json
import os
import struct
import sys
import time
import zlib
from pathlib import Path

TROUBLE = os.environ.get("FAKE_BLENDER", "")


def main() -> None:
    words = sys.argv[1:]
    if words == ["--version"]:
        print("Ham 1.0" if TROUBLE == "mute" else "Blender 4.2.0\n\tbuild date: today")
        return
    quiet = ["--background", "--factory-startup", "--python-exit-code", "1", "--python"]
    assert words[: len(quiet)] == quiet, words
    script, dashes, folder, place = words[len(quiet) :]
    assert dashes == "--"
    assert "bpy" in Path(script).read_text(encoding="utf-8")
    assert not os.environ.get("PYTHONPATH")
    job = json.loads((Path(folder) / "job.json").read_text(encoding="utf-8"))
    scene = (Path(folder) / "scene.glb").read_bytes()
    assert scene[:4] == b"glTF"
    if place.endswith(".blend"):
        if TROUBLE == "crash":
            sys.exit("no memory left for the scene")
        if TROUBLE != "early":
            Path(place).write_bytes(b"BLENDER" + json.dumps(job).encode())
        return
    for frame in range(job["frames"]):
        paint(job, Path(place), frame)


def paint(job, folder: Path, frame: int) -> None:
    if (folder / f"rgb_{frame:05d}.png").exists():
        return
    if frame == 2 and TROUBLE == "crash":
        print("Error: ran out of paint")
        sys.exit(11)
    if frame == 2 and TROUBLE == "early":
        sys.exit(0)
    if frame == 2 and TROUBLE == "hang":
        time.sleep(60)
    width, height = job["size"]
    keep(folder / f"depth_{frame:05d}.npy", array("<f4", job, struct.pack("<f", frame + 0.5)))
    label = 99 if TROUBLE == "nonsense" else max(job["labels"].values())
    keep(folder / f"segmentation_{frame:05d}.npy", array("<u2", job, struct.pack("<H", label)))
    with open(folder / "painted.txt", "a", encoding="utf-8") as file:
        file.write(f"{frame}\n")
    size = (width // 2, height) if TROUBLE == "small" else (width, height)
    colour = (frame, job["samples"], int(1000 * job["camera"]["positions"][frame][0]) % 256)
    content = b"not a picture" if TROUBLE == "garbled" else png(size, colour)
    keep(folder / f"rgb_{frame:05d}.png", content)


def keep(path: Path, content: bytes) -> None:
    path.with_suffix(".part").write_bytes(content)
    path.with_suffix(".part").replace(path)


def array(kind: str, job, value: bytes) -> bytes:
    """A .npy file (H, W) of one value."""
    width, height = job["size"]
    head = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': ({height}, {width}), }}"
    head = head.ljust(117) + "\n"
    return (
        b"\x93NUMPY\x01\x00"
        + struct.pack("<H", len(head))
        + head.encode()
        + value * (width * height)
    )


def png(size, colour) -> bytes:
    width, height = size
    rows = (b"\0" + bytes(colour) * width) * height
    parts = [b"\x89PNG\r\n\x1a\n"]
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    for name, data in ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")):
        parts += [
            struct.pack(">I", len(data)),
            name,
            data,
            struct.pack(">I", zlib.crc32(name + data)),
        ]
    return b"".join(parts)


if __name__ == "__main__":
    main()
