"""`text2sim train`: options are the fields of the run's configuration, nothing else."""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import inspect
import types
import typing
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from text2sim.errors import ConfigError, MissingExtraError
from text2sim.terminal import errors

if TYPE_CHECKING:
    from text2sim.training.config import RunConfig

app = typer.Typer(
    help='Train learned backends; needs pip install "text2sim\\[train]".', no_args_is_help=True
)
_COMMANDS = {
    "motion-ssm": ("MotionSSM", "SSMTrainingConfig"),
    "physics-ssm": ("PhysicsSSM", "PhysicsTrainingConfig"),
    "mdm": ("a small Motion Diffusion Model, as a baseline", "MDMTrainingConfig"),
}
"""Command -> what it trains, its configuration."""


def _run(kind: type[RunConfig], options: dict[str, Any]) -> None:
    with errors(False):
        check_extra()
        from text2sim.training.config import config_from

        config = config_from(kind, {name: v for name, v in options.items() if v is not None})
        from text2sim.training.loop import Trainer

        Trainer(config, typer.echo).run()


def check_extra(
    extra: str = "train", modules: tuple[str, ...] = ("torch", "lightning_fabric", "safetensors")
) -> None:
    """That what training needs is installed.

    Raises:
        MissingExtraError: it is not.
    """
    for module in modules:
        if importlib.util.find_spec(module) is None:
            raise MissingExtraError(
                f'Training needs {module}. Install it with: pip install "text2sim[{extra}]"'
            )


def options_of(kind: type, prefix: str = "") -> list[inspect.Parameter]:
    """An option for each field of a dataclass; those of nested ones are called PART.FIELD."""
    from text2sim.training.config import parts_of

    found, parts, hints = [], parts_of(kind), typing.get_type_hints(kind)
    for item in dataclasses.fields(kind):
        if item.name in parts:
            found += options_of(parts[item.name], f"{item.name}.")
            continue
        default = None if item.default is dataclasses.MISSING else item.default
        words = f"{prefix}{item.name}"
        flags = [f"--{words.replace('_', '-')}"]
        if "_" in words:
            flags.append(f"--{words}")
        note = typer.Option(*flags, help=_help(kind, item.name), show_default=str(default))
        found.append(
            inspect.Parameter(
                words.replace(".", "__"), inspect.Parameter.KEYWORD_ONLY, default=None,
                annotation=typing.Annotated[_optional(hints[item.name]), note],
            )
        )  # fmt: skip
    return found


def _optional(hint: Any) -> Any:
    """The type that typer reads: one that may be absent; a choice is read as text."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        hint = next(part for part in typing.get_args(hint) if part is not type(None))
    if typing.get_origin(hint) is typing.Literal:
        hint = str
    return typing.Optional[hint if hint in (int, float, str, Path, bool) else str]  # noqa: UP045


def _help(kind: type, name: str) -> str:
    """What the docstring of a dataclass, or of what it derives from, says of a field."""
    documents = [base.__doc__ or "" for base in kind.__mro__]
    for line in "\n".join(documents).splitlines():
        names, _, text = line.strip().partition(": ")
        if name in names.split(", "):
            return text
    return ""


def _command(name: str) -> Callable[..., None]:
    from text2sim.training import config

    title, settings = _COMMANDS[name]
    kind = getattr(config, settings)

    def command(**options: Any) -> None:
        _run(kind, options)

    command.__doc__ = (
        f"Train {title}, or go on with a run: the same command resumes what is in --out."
    )
    command.__signature__ = inspect.Signature(options_of(kind))  # type: ignore[attr-defined]
    return command


@app.command("neural-enhancer")
def neural_enhancer(
    pairs: typing.Annotated[Path, typer.Option(help="Folder of `text2sim data pairs`.")],
    out: typing.Annotated[Path, typer.Option(help="Folder of the run.")],
    steps: typing.Annotated[int, typer.Option(help="To make in all.")] = 20_000,
    minutes: typing.Annotated[float | None, typer.Option(help="To stop after.")] = None,
    batch: typing.Annotated[int, typer.Option(help="Moments a step.")] = 4,
    crop: typing.Annotated[int, typer.Option(help="Side of what is learned from [px].")] = 96,
    width: typing.Annotated[int, typer.Option(help="Channels of the network.")] = 24,
    learning_rate: typing.Annotated[float, typer.Option(help="At its highest.")] = 1e-3,
    seed: typing.Annotated[int, typer.Option(help="Of weights and batches.")] = 0,
) -> None:
    """Train the neural enhancer, or go on with a run: the same command resumes what is in --out."""
    with errors(False):
        check_extra()
        from text2sim.training.enhancer import EnhancerTraining, Trainer

        config = EnhancerTraining(
            pairs=pairs, out=out, steps=steps, minutes=minutes, batch=batch, crop=crop,
            width=width, learning_rate=learning_rate, seed=seed,
        )  # fmt: skip
        for name, value in Trainer(config, typer.echo).run().items():
            typer.echo(f"{name:<20}{value:.4g}")


for _name in _COMMANDS:
    app.command(_name)(_command(_name))


_LEARNT = {
    "controller": (
        "a policy that follows motion", "tracker_config:TrackerConfig", "tracker:TrackerTrainer"
    ),
    "humanoid": (
        "Gymnasium's Humanoid, as a benchmark", "humanoid_config:HumanoidConfig",
        "humanoid:HumanoidTrainer",
    ),
}  # fmt: skip
"""Command -> what it trains by reinforcement learning, its configuration and its trainer."""


def _named(name: str) -> Any:
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(f"text2sim.training.{module}"), attribute)


def _learnt(name: str) -> Callable[..., None]:
    title, settings, trainer = _LEARNT[name]
    kind = _named(settings)

    def command(**options: Any) -> None:
        with errors(False):
            check_extra("rl", ("torch", "gymnasium", "stable_baselines3", "safetensors"))
            from text2sim.training.config import config_from

            given = {name: value for name, value in options.items() if value is not None}
            _named(trainer)(config_from(kind, given), typer.echo).run()

    command.__doc__ = (
        f"Train {title}; the same command resumes what is in --out. Needs text2sim\\[rl]."
    )
    command.__signature__ = inspect.Signature(options_of(kind))  # type: ignore[attr-defined]
    return command


for _name in _LEARNT:
    app.command(_name)(_learnt(_name))


def _enhancer(kind: str, **options: Any) -> None:
    """Tune an enhancer on pairs of pictures, or go on with a run; needs the extra controlnet."""
    with errors(False):
        from text2sim.training.controlnet_lora import LoraRun, train

        if kind != "controlnet-lora":
            raise ConfigError(f"--kind must be controlnet-lora; got {kind!r}.")
        given = {name: value for name, value in options.items() if value is not None}
        for name in ("pairs", "model", "controlnet", "out"):
            if name not in given:
                raise ConfigError(f"--{name} is missing; see docs/enhancer.md.")
        train(LoraRun(**given), typer.echo)


def _enhancer_command() -> Callable[..., None]:
    from text2sim.training.controlnet_lora import LoraRun

    kind = inspect.Parameter(
        "kind", inspect.Parameter.KEYWORD_ONLY, default="controlnet-lora",
        annotation=typing.Annotated[str, typer.Option("--kind", help="What is tuned.")],
    )  # fmt: skip

    def command(**options: Any) -> None:
        _enhancer(**options)

    command.__doc__ = _enhancer.__doc__
    command.__signature__ = inspect.Signature([kind, *options_of(LoraRun)])  # type: ignore[attr-defined]
    return command


app.command("enhancer")(_enhancer_command())
