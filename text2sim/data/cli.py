"""`text2sim data`: look into data sets of motion, check, convert and view them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from text2sim.errors import ConfigError, ResourceError, Text2SimError
from text2sim.terminal import Json, errors, print_json

if TYPE_CHECKING:
    from text2sim.data.dataset import MotionDataset
    from text2sim.data.sources import Clip
    from text2sim.types.motion import Motion

app = typer.Typer(help="Data sets of motion: info, check, build, view.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(help="HumanML3D, KIT-ML, BVH, ASF/AMC, AMASS, ...")]
KindOption = Annotated[str | None, typer.Option(help="Kind of data; found out if absent.")]
Split = Annotated[str | None, typer.Option(help="Take the clips that SPLIT.txt lists.")]
Fps = Annotated[float, typer.Option(help="Frame rate of .amc files, which don't say it.")]


@app.command()
def info(
    folder: Folder, kind: KindOption = None, split: Split = None, fps: Fps = 120.0,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Say what a data set holds: kind, clips, length, frame rate, splits, captions."""
    with errors(as_json):
        found = _describe(_open(folder, kind, split, fps))
        if as_json:
            print_json(found)
            return
        for name, value in found.items():
            text = ", ".join(map(str, value)) if isinstance(value, list) else value
            typer.echo(f"{name:<12}{'none' if text == '' else text}")


@app.command()
def check(
    folder: Folder, kind: KindOption = None, split: Split = None, fps: Fps = 120.0,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Read every file; list those that are wrong, with line and what was expected (exit code 4)."""
    with errors(as_json):
        data = _open(folder, kind, split, fps)
        problems = dict(_problems(data))
        if as_json:
            print_json({"ok": not problems, "clips": len(data), "problems": problems})
        else:
            for name, reason in problems.items():
                typer.echo(f"{name}: {reason}")
            typer.echo(f"{len(data)} clips, {len(problems)} problem(s).")
        if problems:
            raise typer.Exit(4)


@app.command()
def build(
    folder: Folder,
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder of the result.")],
    kind: KindOption = None,
    split: Split = None,
    fps: Fps = 120.0,
    licence: Annotated[str, typer.Option(help="Of clips that don't say it themselves.")] = "",
    as_json: Json = False,
) -> None:
    """Convert a data set to text2sim's compact format; run it again to go on after a stop."""
    with errors(as_json):
        from text2sim.data.build import build as convert

        data = _open(folder, kind, split, fps)
        with _progress(len(data)) as report:
            done = convert(data, output, licence=licence, report=report)
        if as_json:
            print_json({"ok": True, "new": done.new, "old": done.old, "skipped": done.skipped})
            return
        for name, reason in done.skipped.items():
            typer.echo(f"skipped {name}: {reason}")
        typer.echo(
            f"{done.new} clips converted, {done.old} were there, {len(done.skipped)} skipped: "
            f"{output}"
        )


@app.command()
def simulate(
    output: Annotated[Path, typer.Argument(help="Folder for the pairs; run again to go on.")],
    data: Annotated[
        Path | None, typer.Option(help="Folder of motion; the open pack if absent.")
    ] = None,
    split: Annotated[str, typer.Option(help="train, val or test.")] = "train",
    engine: Annotated[str, typer.Option(help="pybullet or mujoco.")] = "mujoco",
    generator: Annotated[
        str | None, typer.Option(help="Simulate what this motion backend makes of the captions.")
    ] = None,
    limit: Annotated[int | None, typer.Option(help="At most so many clips, spread out.")] = None,
    disturbed: Annotated[int, typer.Option(help="Disturbed motions for each recorded one.")] = 1,
    workers: Annotated[int, typer.Option(help="Processes side by side.")] = 1,
    seed: Annotated[int, typer.Option(help="Of generated motions.")] = 0,
    as_json: Json = False,
) -> None:
    """Simulate clips, or what a backend makes of their captions: pairs to train physics-ssm on."""
    with errors(as_json):
        from text2sim.refine import pairs

        tasks = pairs.tasks_for(data, split, generator, limit, disturbed, seed)
        with _progress(len(tasks)) as report:
            done = pairs.simulate(
                tasks, output, engine=engine, workers=workers,
                report=lambda number: report(number, len(tasks)),
            )  # fmt: skip
        if as_json:
            print_json({"ok": True, "new": done.new, "old": done.old, "skipped": done.skipped})
            return
        for name, reason in done.skipped.items():
            typer.echo(f"skipped {name}: {reason}")
        typer.echo(
            f"{done.new} motions simulated, {done.old} were there, {len(done.skipped)} skipped: "
            f"{output}"
        )


@app.command()
def pairs(
    output: Annotated[Path, typer.Argument(help="Folder of the pairs; what is there stays.")],
    scenes: Annotated[int, typer.Option(help="How many scenes.")] = 200,
    moments: Annotated[int, typer.Option(help="Of each scene, two frames each.")] = 3,
    size: Annotated[str, typer.Option(help="WIDTHxHEIGHT [px].")] = "256x144",
    samples: Annotated[int, typer.Option(help="Paths a pixel.")] = 48,
    seed: Annotated[int, typer.Option(help="Of prompts, cameras and moments.")] = 0,
    as_json: Json = False,
) -> None:
    """Make frames of the rasteriser with their channels, and the same by Cycles, to learn from."""
    with errors(as_json):
        from text2sim.data.picture_pairs import PairSettings, make_pairs

        width, cross, height = size.partition("x")
        if not (cross and width.isdigit() and height.isdigit()):
            raise ConfigError(f"--size must look like 256x144; got {size!r}.")
        settings = PairSettings(
            scenes=scenes, moments=moments, size=(int(width), int(height)), samples=samples,
            seed=seed,
        )  # fmt: skip
        done = make_pairs(output, settings, (lambda line: None) if as_json else typer.echo)
        if as_json:
            print_json({"ok": not done["failed"], **done})
            return
        counts = ", ".join(f"{len(names)} {split}" for split, names in done["splits"].items())
        typer.echo(f"{counts}, {len(done['failed'])} left out; {done['agreement']}")


@app.command()
def view(
    path: Annotated[Path, typer.Argument(help="A file of motion, or a data set with --clip.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", help=".png, .html, .mp4, .csv or .bvh.")
    ],
    clip: Annotated[str | None, typer.Option(help="Id of a clip of a data set.")] = None,
    fps: Fps = 120.0,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    as_json: Json = False,
) -> None:
    """Show one clip: as a figure (.png), a page that plays (.html), a video, a table or BVH."""
    with errors(as_json):
        motion, title = _motion(path, clip, fps)
        _save(motion, output, title, force)
        if as_json:
            print_json({"ok": True, "output": str(output), "duration": motion.duration})
        else:
            typer.echo(f"{title}, {motion.duration:.1f} s: {output}")


def _open(folder: Path, kind: str | None, split: str | None, fps: float) -> MotionDataset:
    from text2sim.data.dataset import MotionDataset

    return MotionDataset.open(folder, kind=kind, split=split, fps=fps)  # type: ignore[arg-type]


def _describe(data: MotionDataset) -> dict[str, Any]:
    """What `info` prints; clips that can't be read count as such."""
    seconds, captions, unreadable = 0.0, 0, 0
    rates, joints = Counter[float](), Counter[int]()
    for clip in data:
        try:
            frames, fps, count = _size(data, clip)
            captions += len(clip.captions())
        except Text2SimError:
            unreadable += 1
            continue
        seconds += frames / fps
        rates[fps] += 1
        joints[count] += 1
    return {
        "kind": data.kind,
        "clips": len(data),
        "unreadable": unreadable,
        "missing": len(data.missing),
        "seconds": round(seconds, 1),
        "fps": [rate for rate, _ in rates.most_common()],
        "joints": [count for count, _ in joints.most_common()],
        "captions": captions,
        "splits": _splits(data) if data.kind == "features" else [],
    }


def _size(data: MotionDataset, clip: Clip) -> tuple[int, float, int]:
    """Frames, frame rate and joints; of features without fitting a body to them."""
    from text2sim.data.layouts import LAYOUTS

    if data.kind == "features":
        shape = clip.features().shape
        layout = LAYOUTS[shape[1]]
        return shape[0], layout.fps, layout.joints
    motion = clip.motion()
    return motion.frames, motion.fps, motion.tracks[0].rotations_wxyz.shape[1]


def _splits(data: MotionDataset) -> list[str]:
    return sorted(path.stem for path in data.folder.glob("*.txt") if " " not in path.stem)


def _problems(data: MotionDataset) -> Iterator[tuple[str, str]]:
    """All that is wrong with a data set, as pairs of a name and a sentence."""
    yield from ((name, "listed in the split, but there is no motion") for name in data.missing)
    with _progress(len(data)) as report:
        for number, clip in enumerate(data, 1):
            try:
                clip.motion()
                clip.captions()
            except Text2SimError as error:
                yield clip.id, str(error)
            report(number, len(data))
    if data.kind == "features":
        texts = sorted((data.folder / "texts").glob("*.txt"))
        known = {path.stem for path in (data.folder / "new_joint_vecs").glob("*.npy")}
        lost = (path for path in texts if path.stem not in known)
        yield from ((path.stem, f"{path}: captions without a motion") for path in lost)
        try:
            data.statistics()
        except Text2SimError as error:
            yield "statistics", str(error)


def _motion(path: Path, clip: str | None, fps: float) -> tuple[Motion, str]:
    """The motion of a file, or of a clip of a folder, and a title."""
    from text2sim.data import convert
    from text2sim.data.amass import read_amass
    from text2sim.data.sources import read_array

    if path.is_dir():
        data = _open(path, None, None, fps)
        if clip is None:
            known = ", ".join(item.id for item in data[:5])
            raise ConfigError(f"{path} holds {len(data)} clips; name one by --clip: {known}, ...")
        return data[clip].motion(), clip
    if not path.is_file():
        raise ResourceError(f"There is no file or folder {path}.")
    kinds = {".bvh": "bvh", ".amc": "cmu", ".txt": "deepmimic"}
    suffix = path.suffix.lower()
    if suffix in kinds:
        return _open(path.parent, kinds[suffix], None, fps)[path.stem].motion(), path.stem
    if suffix == ".npz":
        return read_amass(path), path.stem
    if suffix == ".npy":
        array = read_array(path)
        read = convert.from_features if array.ndim == 2 else convert.from_joints
        return read(array), path.stem
    raise ConfigError(f"{path}: expected .bvh, .amc, .txt, .npz, .npy or a folder.")


def _save(motion: Motion, output: Path, title: str, force: bool) -> None:
    from text2sim.io import bvh, motion_video, table, web_page
    from text2sim.io.files import replacing

    suffix = output.suffix.lower()
    if suffix == ".html":
        web_page.save_motion(motion, output, title=title, overwrite=force)
    elif suffix == ".mp4":
        motion_video.save_video(motion, output, overwrite=force)
    elif suffix == ".csv":
        table.save_motion(motion, output, overwrite=force)
    elif suffix == ".png":
        with replacing(output, overwrite=force) as temporary:
            motion.plot().savefig(temporary)
    elif suffix == ".bvh":
        bvh.save_track(motion.tracks[0], motion.fps, output, overwrite=force)
    else:
        raise ConfigError(f"A clip can be shown as .png, .html, .mp4, .csv or .bvh; got {output}.")


@contextmanager
def _progress(total: int) -> Iterator[Any]:
    """A bar on the terminal's error stream, where there is one; yields report(done, total)."""
    import sys

    from tqdm import tqdm

    with tqdm(total=total, unit="clip", leave=False, disable=not sys.stderr.isatty()) as bar:
        yield lambda done, total: bar.update(done - bar.n)
