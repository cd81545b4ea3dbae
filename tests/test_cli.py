import json
import subprocess
import sys

import pytest

from text2sim.cli import main
from text2sim.stage import REFINE, STAGES

FAST = ["--duration", "1", "--fps", "8", "--size", "64x48"]


def call(capsys, *arguments):
    """Exit code, standard output and error of one call in this process."""
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return ended.value.code or 0, out, err


def test_prompt_makes_files_and_a_summary(capsys, tmp_path):
    video, sheet = tmp_path / "a.mp4", tmp_path / "a.png"
    code, out, _ = call(capsys, "a man walks", "-o", video, "-o", sheet, *FAST)
    assert code == 0
    assert video.stat().st_size > 500
    assert sheet.stat().st_size > 500
    assert str(video) in out


def test_json_summary_for_programs(capsys, tmp_path):
    code, out, _ = call(capsys, "a man walks", "-o", tmp_path / "a.json", "--json", *FAST)
    report = json.loads(out)
    assert code == 0
    assert report["ok"] is True
    assert report["outcome"]["status"] in ("completed", "fell")
    assert "assist" in report["metrics"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["", "-o", "a.mp4"], 2, "prompt"),
        (["a red ball", "-o", "a.mp4"], 2, ""),
        (["a man walks", "-o", "a.mp4", "--motion", "sin"], 2, "Did you mean 'sine'"),
        (["a man walks", "-o", "a.mp4", "--fps", "0"], 2, "fps"),
        (["a man walks", "-o", "a.mp4", "--size", "big"], 2, "640x480"),
        (["a man walks", "-o", "a.avi"], 2, ".mp4"),
        (["a man walks", "-o", "missing/a.mp4"], 4, "does not exist"),
        (["a man walks", "-o", "taken.mp4"], 4, "--force"),
    ],
)
def test_errors_are_one_line_with_an_exit_code(
    capsys, tmp_path, monkeypatch, arguments, code, message
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken.mp4").write_text("precious")
    found, out, err = call(capsys, *arguments)
    assert found == code
    assert out == ""
    assert len(err.strip().splitlines()) == 1
    assert message in err
    assert [path.name for path in tmp_path.iterdir()] == ["taken.mp4"]
    assert (tmp_path / "taken.mp4").read_text() == "precious"


def test_errors_as_json(capsys, tmp_path):
    code, out, _ = call(capsys, "walk", "-o", tmp_path / "a.mp4", "--parser", "x", "--json")
    assert code == 2
    assert json.loads(out)["error"] == "UnknownBackendError"


def test_force_replaces(capsys, tmp_path):
    path = tmp_path / "a.gif"
    path.write_text("old")
    assert call(capsys, "a man walks", "-o", path, "--force", *FAST)[0] == 0
    assert path.read_bytes()[:3] == b"GIF"


def test_interrupt_leaves_nothing(capsys, tmp_path, monkeypatch):
    from text2sim.pipeline import Pipeline

    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(Pipeline, "stream", interrupt)
    code, _, err = call(capsys, "a man walks", "-o", tmp_path / "a.mp4")
    assert code == 130
    assert "nothing was written" in err
    assert not list(tmp_path.iterdir())


def test_backends_lists_every_stage(capsys):
    code, out, _ = call(capsys, "backends")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == [*STAGES, REFINE]
    assert "pd*" in out
    assert json.loads(call(capsys, "backends", "--json")[1])["defaults"]["motion"] == "sine"


def test_doctor_finds_this_installation_healthy(capsys):
    code, out, _ = call(capsys, "doctor", "--json")
    report = json.loads(out)
    assert code == 0, report
    assert {"physics", "video encoder", "data files"} <= {c["name"] for c in report["checks"]}


def test_doctor_names_what_is_missing(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "trimesh", None)
    code, out, _ = call(capsys, "doctor")
    assert code == 3
    assert "FAIL trimesh" in out
    assert "pip install" in out


def test_bench_reports_every_stage(capsys):
    arguments = ["--duration", "1", "--size", "64x48", "--repeats", "1", "--json"]
    code, out, _ = call(capsys, "bench", *arguments)
    report = json.loads(out)
    assert code == 0
    assert set(report["warm"]) == {*STAGES, "save", "total"}
    assert report["real_time_factor"] > 0


def test_module_runs_as_a_command():
    done = subprocess.run(
        [sys.executable, "-m", "text2sim", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("text2sim 0.")
