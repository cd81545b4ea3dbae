"""An OpenGL context without a window, and the programs that run in it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from text2sim.errors import MissingExtraError, ResourceError

VERSION = 330


def import_moderngl() -> Any:
    """The moderngl module.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import moderngl
    except ImportError as error:
        raise MissingExtraError(
            "The 'opengl' renderer needs moderngl, which is missing: "
            'pip install "text2sim[opengl]"'
        ) from error
    return moderngl


@contextlib.contextmanager
def opened() -> Iterator[Any]:
    """A context of its own, freed with all that was made in it.

    Raises:
        MissingExtraError: moderngl is not installed.
        ResourceError: the system has no OpenGL 3.3.
    """
    moderngl = import_moderngl()
    chosen = {"backend": "egl"} if sys.platform.startswith("linux") else {}
    try:
        context = moderngl.create_context(standalone=True, require=VERSION, **chosen)
    except Exception as error:  # Each system and driver has errors of its own.
        raise ResourceError(
            f"The 'opengl' renderer finds no OpenGL 3.3 ({error}). Install a graphics driver; on "
            "Debian `apt-get install libegl1 libgl1-mesa-dri` brings a slow one that needs no "
            "graphics card. The raster renderer needs none."
        ) from error
    try:
        yield context
    finally:
        context.release()


def describe() -> str:
    """Name of the graphics card or driver.

    Raises:
        MissingExtraError, ResourceError: see `opened`.
    """
    with opened() as context:
        return f"{context.info['GL_RENDERER']}, OpenGL {context.version_code / 100:.1f}"


def program(context: Any, vertex: str, *fragment: str) -> Any:
    """Compile a program from files of `glsl/`; each of its shaders begins with the camera."""
    return context.program(
        vertex_shader=_source("view.glsl", vertex), fragment_shader=_source("view.glsl", *fragment)
    )


def _source(*names: str) -> str:
    folder = Path(__file__).with_name("glsl")
    texts = [(folder / name).read_text(encoding="utf-8") for name in names]
    return "\n".join([f"#version {VERSION}", *texts])


def set_uniforms(target: Any, values: dict[str, Any]) -> None:
    """Set those uniforms that the program uses; matrices are given row by row."""
    for name, value in values.items():
        if name not in target:
            continue
        if isinstance(value, int):
            target[name].value = value
        else:
            matrix = np.asarray(value, np.float32)
            target[name].write(np.ascontiguousarray(matrix.T).tobytes())
