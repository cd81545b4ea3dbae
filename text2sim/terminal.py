"""What all commands share: errors as one line and an exit code, JSON for programs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, NoReturn

import typer

from text2sim.errors import (
    Cancelled,
    ConfigError,
    MissingExtraError,
    ResourceError,
    Text2SimError,
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@contextmanager
def errors(as_json: bool) -> Iterator[None]:
    """Turn our errors into a message and an exit code; see `text2sim.cli` for the codes."""
    try:
        yield
    except (KeyboardInterrupt, Cancelled):
        _fail("Cancelled", "Cancelled; nothing was written.", 130, as_json)
    except Text2SimError as error:
        _fail(type(error).__name__, str(error), _exit_code(error), as_json)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(141) from None


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    typer.echo(json.dumps(value, indent=2, allow_nan=False))


def _exit_code(error: Text2SimError) -> int:
    kinds = ((ConfigError, 2), (MissingExtraError, 3), (ResourceError, 4))
    return next((code for kind, code in kinds if isinstance(error, kind)), 1)


def _fail(name: str, message: str, code: int, as_json: bool) -> NoReturn:
    if as_json:
        print_json({"ok": False, "error": name, "message": message})
    else:
        typer.echo(f"text2sim: {message}", err=True)
    raise typer.Exit(code)
