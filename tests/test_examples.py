"""Every example runs, and writes what it says."""

import runpy
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("[0-9]*.py"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example(path, tmp_path, capsys):
    runpy.run_path(str(path))["main"](tmp_path)
    written = list(tmp_path.iterdir())
    assert written
    assert all(item.stat().st_size > 2000 for item in written if item.is_file())


def test_examples_are_numbered_without_gaps():
    assert [int(path.name[:2]) for path in EXAMPLES] == list(range(1, len(EXAMPLES) + 1))
