"""The `text2sim` command.

Exit codes: 0 done, 1 a stage failed, 2 wrong arguments or prompt, 3 something is not installed,
4 a file can't be read or written, 130 cancelled.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from text2sim import __version__
from text2sim.data.cli import app as data_app
from text2sim.errors import ConfigError
from text2sim.evaluation.cli import evaluate
from text2sim.registry import DEFAULTS, backends
from text2sim.stage import CHANNELS, REFINE, STAGES
from text2sim.terminal import Json, errors, print_json
from text2sim.training.cli import app as train_app

if TYPE_CHECKING:
    from text2sim.recording import Recording

app = typer.Typer(
    help='Turn a sentence into a simulated 3D animation: text2sim "a man walks up stairs"',
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(data_app, name="data")
app.add_typer(train_app, name="train")
app.command()(evaluate)


def main(arguments: list[str] | None = None) -> None:
    """Entry point: `text2sim PROMPT ...` is short for `text2sim make PROMPT ...`."""
    arguments = sys.argv[1:] if arguments is None else arguments
    commands = {
        "make", "backends", "doctor", "bench", "data", "train", "evaluate", "--help", "--version",
    }  # fmt: skip
    if arguments and arguments[0] not in commands:
        arguments = ["make", *arguments]
    app(arguments, prog_name="text2sim")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"text2sim {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command()
def make(
    prompt: Annotated[str, typer.Argument(help="An English sentence in which somebody acts.")],
    output: Annotated[
        list[str],
        typer.Option(
            "-o",
            "--output",
            help=".mp4 .webm .gif .png .npz .json .html .glb ..., or FOLDER/ for channels; "
            "may be repeated.",
        ),
    ] = ["text2sim.mp4"],  # noqa: B006 - typer copies it
    seed: Annotated[int, typer.Option(help="The same seed gives the same animation.")] = 0,
    duration: Annotated[float | None, typer.Option(help="Length [s]; estimated if absent.")] = None,
    fps: Annotated[float, typer.Option(help="Frames per second.")] = 30.0,
    size: Annotated[str, typer.Option(help="WIDTHxHEIGHT [px].")] = "640x480",
    channels: Annotated[
        str, typer.Option(help=f"Some of {','.join(CHANNELS)}, for .npz and FOLDER/.")
    ] = "rgb",
    exr: Annotated[bool, typer.Option("--exr", help="OpenEXR files in FOLDER/.")] = False,
    camera: Annotated[
        str | None, typer.Option(help="orbit, follow, top, close_up ..., or keyframes in a .json.")
    ] = None,
    parser: Annotated[str, typer.Option(help="M1 backend.")] = DEFAULTS["parser"],
    planner: Annotated[str, typer.Option(help="M2 backend.")] = DEFAULTS["planner"],
    assets: Annotated[str, typer.Option(help="M3 backend.")] = DEFAULTS["assets"],
    motion: Annotated[str, typer.Option(help="M4 backend.")] = DEFAULTS["motion"],
    refine: Annotated[
        str | None, typer.Option(help="Correct the motion: foot-lock or physics-ssm.")
    ] = None,
    physics: Annotated[str, typer.Option(help="M5 backend.")] = DEFAULTS["physics"],
    controller: Annotated[str, typer.Option(help="M6 backend.")] = DEFAULTS["controller"],
    renderer: Annotated[str, typer.Option(help="M7 backend.")] = DEFAULTS["renderer"],
    enhancer: Annotated[str, typer.Option(help="M8 backend.")] = DEFAULTS["enhancer"],
    film: Annotated[
        str | None, typer.Option(help="Preset of the film enhancer: cinematic, noir, warm ...")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Doubts are errors.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace existing files.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar, no summary.")] = False,
    as_json: Json = False,
) -> None:
    """Animate a prompt (the word `make` may be left out)."""
    with errors(as_json):
        from text2sim.io import check_outputs, is_folder, streamable
        from text2sim.pipeline import Pipeline
        from text2sim.streaming import Stream

        check_outputs(output, overwrite=force)
        if exr and not any(map(is_folder, output)):
            raise ConfigError("--exr needs a folder to write to: -o FOLDER/ with a slash.")
        wish = _camera(camera)
        pipeline = Pipeline(
            parser=parser, planner=planner, assets=assets, motion=motion, refine=refine,
            physics=physics, controller=controller, renderer=renderer,
            enhancer=_enhancer(enhancer, film),
        )  # fmt: skip
        # Frame by frame where all outputs can be, so that long clips take no more memory.
        streams = pipeline.streams and all(map(streamable, output))
        clip = (pipeline.stream if streams else pipeline)(
            prompt,
            seed=seed,
            duration=duration,
            fps=fps,
            size=_size(size),
            channels=tuple(channels.split(",")),
            strict=strict,
            camera=wish,
            progress=False if quiet or as_json else None,
        )
        if isinstance(clip, Stream):
            clip.save(*output, overwrite=force, exr=exr)
        else:
            for path in output:
                clip.save(path, overwrite=force, exr=exr and is_folder(path))
        if as_json:
            print_json(_summary(clip, output))
        elif not quiet:
            _print_summary(clip, output)


def _size(text: str) -> tuple[int, int]:
    width, cross, height = text.lower().partition("x")
    if not (cross and width.isdigit() and height.isdigit()):
        raise ConfigError(f"--size must look like 640x480; got {text!r}.")
    return int(width), int(height)


def _enhancer(name: str, film: str | None) -> Any:
    if film is None:
        return name
    if name not in (DEFAULTS["enhancer"], "film"):
        raise ConfigError(f"--film is a preset of the film enhancer, not of {name}; give one.")
    from text2sim.enhance.film import FilmEnhancer

    return FilmEnhancer(preset=cast(Any, film))


def _camera(text: str | None) -> Any:
    if text is None or not text.lower().endswith(".json"):
        return text
    from text2sim.io.keyframes import read_camera

    return read_camera(text)


def _summary(animation: Recording, output: list[str]) -> dict[str, Any]:
    outcome = animation.outcome
    return {
        "ok": True,
        "outputs": output,
        "duration": animation.duration,
        "outcome": {"status": outcome.status, "time": outcome.time, "message": outcome.message},
        "metrics": animation.metrics().as_dict(),
        "warnings": list(animation.warnings),
    }


def _print_summary(animation: Recording, output: list[str]) -> None:
    for warning in animation.warnings:
        typer.echo(f"note: {warning}", err=True)
    outcome = animation.outcome
    ending = (
        outcome.status if outcome.status == "completed" else f"{outcome.status} ({outcome.message})"
    )
    typer.echo(f"{animation.duration:.1f} s, {ending}: {', '.join(output)}")


@app.command(name="backends")
def list_backends(as_json: Json = False) -> None:
    """List the backends of every stage; the default is marked with a star."""
    with errors(as_json):
        table = {stage: list(backends(stage)) for stage in (*STAGES, REFINE)}
        if as_json:
            print_json({"backends": table, "defaults": DEFAULTS})
            return
        for stage, names in table.items():
            marked = [f"{name}*" if name == DEFAULTS.get(stage) else name for name in names]
            typer.echo(f"{stage:<11}{'  '.join(marked)}")


@app.command()
def doctor(as_json: Json = False) -> None:
    """Check that this installation can make a video; says what to do where it can't."""
    with errors(as_json):
        from text2sim.diagnosis import examine

        checks = examine()
        healthy = all(check.ok or check.optional for check in checks)
        if as_json:
            print_json({"ok": healthy, "checks": [check._asdict() for check in checks]})
        else:
            for check in checks:
                mark = "ok  " if check.ok else ("-   " if check.optional else "FAIL")
                typer.echo(f"{mark} {check.name:<24}{check.detail}")
        if not healthy:
            raise typer.Exit(3)


@app.command()
def bench(
    prompt: Annotated[str, typer.Argument()] = "a man walks up stairs",
    duration: Annotated[float, typer.Option(help="Length of the clip [s].")] = 6.0,
    size: Annotated[str, typer.Option(help="WIDTHxHEIGHT [px].")] = "640x480",
    fps: Annotated[float, typer.Option(help="Frames per second.")] = 30.0,
    repeats: Annotated[int, typer.Option(min=1, max=100, help="Warm runs to time.")] = 3,
    as_json: Json = False,
) -> None:
    """Time every stage, cold and warm, with peak memory and the real-time factor."""
    with errors(as_json):
        from text2sim.benchmark import measure, table
        from text2sim.stage import Options

        options = Options(duration=duration, fps=fps, size=_size(size))
        report = measure(prompt, options, repeats)
        if as_json:
            print_json(report)
        else:
            typer.echo(table(report))
