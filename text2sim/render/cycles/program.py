"""Another program: a Blender, or a Python that has bpy, found and run without a shell."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from text2sim.errors import MissingExtraError, ResourceError, StageError

ENVIRONMENT = "TEXT2SIM_BLENDER"
"""Environment variable: path of a Blender, or of a Python interpreter that has bpy."""
PAUSE = 0.05
"""Time between two looks at what a program has done [s]."""
WAYS_OUT = (
    "Install Blender 4.2 or newer (https://www.blender.org) so that `blender` is found, "
    f"or set {ENVIRONMENT} (or the field `blender`) to the path of a Blender, or of a Python that "
    "has bpy in an environment of its own: "
    "`python3.11 -m venv bpy-env && bpy-env/bin/pip install bpy==5.0.1`, then bpy-env/bin/python."
)


class Program(NamedTuple):
    """A Blender that can be run."""

    path: str
    version: str
    is_python: bool

    def command(self, script: Path, arguments: list[str]) -> list[str]:
        """The words that run a script in it."""
        if self.is_python:
            return [self.path, str(script), *arguments]
        quiet = ["--background", "--factory-startup", "--python-exit-code", "1"]
        return [self.path, *quiet, "--python", str(script), "--", *arguments]


def find(chosen: str | os.PathLike[str] | None = None) -> Program:
    """The Blender that was chosen, that the environment names, or that is on the PATH.

    Raises:
        MissingExtraError: there is none, or the Python that was named has no bpy.
        ResourceError: what was named can't be run, or is neither a Blender nor a Python.
    """
    named = os.fspath(chosen) if chosen is not None else os.environ.get(ENVIRONMENT)
    path = shutil.which(named or "blender")
    if path is None and named:
        raise ResourceError(f"There is no program {named!r} to run. {WAYS_OUT}")
    if path is None:
        raise MissingExtraError(f"The 'cycles' renderer needs a Blender. {WAYS_OUT}")
    answer = _ask(path, "--version")
    words = answer.split()
    if answer.startswith("Blender ") and len(words) > 1:
        return Program(path, words[1], is_python=False)
    if not answer.startswith("Python "):
        raise ResourceError(f"{path} is neither a Blender nor a Python: it says {answer[:80]!r}.")
    version = _ask(path, "-c", "import importlib.metadata as m; print('bpy', m.version('bpy'))")
    if not version.startswith("bpy "):
        raise MissingExtraError(f"{path} is a Python without bpy. {WAYS_OUT}")
    return Program(path, version.split()[1], is_python=True)


def _ask(path: str, *arguments: str) -> str:
    """The first words that a program prints."""
    try:
        done = subprocess.run(
            [path, *arguments], capture_output=True, text=True, errors="replace", timeout=60,
            stdin=subprocess.DEVNULL, env=_surroundings(), check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ResourceError(f"{path} can't be run: {error}. {WAYS_OUT}") from error
    return (done.stdout.strip() or done.stderr.strip())[:400]


def _surroundings() -> dict[str, str]:
    """Our environment without what would lead another Python to our packages."""
    ours = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV")
    return {name: value for name, value in os.environ.items() if name not in ours}


@contextlib.contextmanager
def running(command: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program whose words go to `log`; it is killed if it outlives the block.

    Raises:
        ResourceError: it can't be started.
    """
    with open(log, "wb") as file:
        try:
            process = subprocess.Popen(
                command, stdout=file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                env=_surroundings(), cwd=log.parent, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise ResourceError(f"{command[0]} can't be run: {error}. {WAYS_OUT}") from error
        try:
            yield process
        finally:
            _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a program and what it started."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            if sys.platform == "win32":
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait(
    process: subprocess.Popen[bytes],
    log: Path,
    finished: Callable[[], bool],
    *,
    patience: float,
    look: Callable[[], None] = lambda: None,
) -> None:
    """Return when something is finished; `look` is called often and may raise.

    Raises:
        StageError: the program ended without it, or worked on it for longer than `patience` [s].
    """
    begin = time.monotonic()
    while not finished():
        look()
        if process.poll() is not None:
            if finished():
                return
            raise StageError(
                f"Blender ended with code {process.returncode} before it was done. It said:\n"
                f"{last_words(log)}"
            )
        if time.monotonic() - begin > patience:
            raise StageError(
                f"Blender has not finished within {patience:g} s; allow it more `patience`, or ask "
                f"for fewer samples or a smaller size. It said:\n{last_words(log)}"
            )
        time.sleep(PAUSE)


def last_words(log: Path, lines: int = 8) -> str:
    """The end of a log."""
    try:
        text = log.read_bytes()[-4000:].decode("utf-8", "replace")
    except OSError:
        return ""
    return "\n".join([line for line in text.splitlines() if line.strip()][-lines:])
