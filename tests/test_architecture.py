"""The house rules that a reader can't see at one glance, and a machine can."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "text2sim"
STAGE_FOLDERS = (
    "prompt", "scene", "assets", "motion", "physics", "control", "render", "enhance",
)  # fmt: skip
ABOVE = ("pipeline", "animation", "registry", "cli", "benchmark", "diagnosis", "cache")
MODULES = sorted(ROOT.rglob("*.py"))


def imported(path):
    """Names of the text2sim modules that a file imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("text2sim"):
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("text2sim."))


@pytest.mark.parametrize("folder", STAGE_FOLDERS)
def test_stages_know_neither_each_other_nor_the_pipeline(folder):
    forbidden = {*STAGE_FOLDERS, *ABOVE} - {folder}
    for path in (ROOT / folder).rglob("*.py"):
        for module in imported(path):
            assert module.split(".")[1] not in forbidden, f"{path.name} imports {module}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_and_functions_fit_in_the_head(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno < 80, f"{node.name} is too long"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_pickle_no_shell_no_eval(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [a.name for a in node.names] + [getattr(node, "module", "") or ""]
            assert not {"pickle", "marshal", "shelve"} & set(names)
        if isinstance(node, ast.Call):
            assert getattr(node.func, "id", "") not in ("eval", "exec")
            assert getattr(node.func, "attr", "") != "system"
            shell = [k for k in node.keywords if k.arg in ("shell", "allow_pickle")]
            assert not any(getattr(k.value, "value", None) is True for k in shell)
