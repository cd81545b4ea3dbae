"""Import cost, data files, wheel, command line."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from text2sim import resources
from text2sim.errors import ResourceError
from text2sim.resources import resource

ROOT = Path(__file__).parent.parent
HEAVY = ("torch", "spacy", "pybullet", "numba", "scipy", "trimesh", "PIL", "imageio", "typer")


def run(*arguments, **options):
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def test_importing_is_free():
    code = (
        "import sys, text2sim; from text2sim import Pipeline, Animation, Stage;"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = run("-c", code)
    assert done.stdout.strip() == "[]", done.stderr
    assert done.stderr == ""


def test_public_names_resolve():
    import text2sim

    assert all(getattr(text2sim, name) is not None for name in text2sim.__all__)
    with pytest.raises(AttributeError):
        text2sim.nothing  # noqa: B018


def test_resources_are_found_and_the_environment_comes_first(tmp_path, monkeypatch):
    assert json.loads(resource("models", "manifest.json").read_text())["format"] == 1
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "manifest.json").write_text("{}")
    monkeypatch.setenv(resources.ENVIRONMENT, str(tmp_path))
    assert resource("models", "manifest.json").read_text() == "{}"
    assert resource("assets").is_dir()


@pytest.mark.parametrize("parts", [("models", "none.onnx"), ("..", "etc"), ("/etc/passwd",)])
def test_missing_or_outside_resources_are_errors(parts):
    with pytest.raises(ResourceError):
        resource(*parts)


def test_wheel_holds_package_and_data(tmp_path):
    done = run("-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for wanted in ("text2sim/pipeline.py", "text2sim/_data/models/manifest.json"):
        assert wanted in names
    assert not [name for name in names if name.startswith(("tests/", "examples/"))]
    code = (
        f"import sys; sys.path.insert(0, {str(wheel)!r}); import text2sim; print(text2sim.__file__)"
    )
    assert str(wheel) in run("-c", code, cwd=tmp_path).stdout


def test_no_path_of_a_developers_machine_is_tracked():
    for path in ROOT.glob("text2sim/**/*.py"):
        text = path.read_text(encoding="utf-8")
        assert "/home/" not in text, path


def test_released_models_are_those_of_the_manifest():
    import hashlib

    manifest = json.loads((ROOT / "models" / "manifest.json").read_text())
    for name, model in manifest["models"].items():
        folder = ROOT / "models" / name
        assert sorted(model["files"]) == sorted(path.name for path in folder.iterdir())
        for file, digest in model["files"].items():
            found = hashlib.sha256((folder / file).read_bytes()).hexdigest()
            assert found == digest, f"{name}/{file}"
        assert model["licence"]
