"""`text2sim data`: info, check, build and view of tiny data sets, and builds that go on."""

import json
import os

import numpy as np
import pytest

from tests.test_data_features import FPS, walk
from tests.test_data_sets import released  # noqa: F401 - a fixture
from text2sim.cli import main
from text2sim.data import build as building
from text2sim.data import pack
from text2sim.data.amass import write_amass
from text2sim.data.build import build
from text2sim.data.dataset import MotionDataset
from text2sim.data.layouts import HUMANML3D
from text2sim.data.statistics import statistics
from text2sim.errors import ConfigError, MotionFileError, ShapeError
from text2sim.io import bvh
from text2sim.types import Motion


def run(capsys, *arguments):
    """Exit code, and what was printed, parsed if it is JSON."""
    with pytest.raises(SystemExit) as leave:
        main(["data", *map(str, arguments)])
    out, err = capsys.readouterr()
    return leave.value.code, json.loads(out) if "--json" in arguments else out + err


@pytest.fixture
def takes(tmp_path):
    """Five BVH files, the fourth of them truncated."""
    folder = tmp_path / "takes"
    (folder / "deep").mkdir(parents=True)
    for number in range(5):
        place = folder / ("deep" if number == 2 else ".") / f"walk{number}.bvh"
        bvh.save_track(walk(12 + number), FPS, place)
    text = (folder / "walk3.bvh").read_text().splitlines()
    (folder / "walk3.bvh").write_text("\n".join(text[:-4]) + "\n")
    return folder


# -- info and check.


def test_info(capsys, released):  # noqa: F811
    code, found = run(capsys, "info", released, "--json")
    assert code == 0
    assert found == {
        "kind": "features", "clips": 3, "unreadable": 0, "missing": 0, "seconds": 5.8,
        "fps": [20.0], "joints": [22], "captions": 2, "splits": ["train", "val"],
    }  # fmt: skip
    code, found = run(capsys, "info", released, "--split", "val", "--json")
    assert (found["clips"], found["missing"]) == (1, 1)
    assert "HumanML3D" not in run(capsys, "info", released)[1]


def test_info_goes_on_past_bad_files(capsys, takes):
    code, found = run(capsys, "info", takes, "--json")
    assert (code, found["kind"], found["clips"], found["unreadable"]) == (0, "bvh", 5, 1)


def test_check_of_a_good_set(capsys, released):  # noqa: F811
    code, text = run(capsys, "check", released)
    assert (code, text.strip()) == (0, "3 clips, 0 problem(s).")


def test_check_names_file_line_and_expectation(capsys, takes):
    code, text = run(capsys, "check", takes)
    assert code == 4
    assert "walk3.bvh, line " in text
    assert "expected" in text
    assert "5 clips, 1 problem(s)." in text


def test_check_finds_lost_captions_and_statistics(capsys, released):  # noqa: F811
    (released / "texts" / "000009.txt").write_text("a man runs#a/DET#0#0\n")
    (released / "texts" / "000000.txt").write_text("a man runs\n")
    (released / "Std.npy").unlink()
    code, found = run(capsys, "check", released, "--json")
    assert (code, found["ok"]) == (4, False)
    assert set(found["problems"]) == {"000000", "000009", "statistics"}
    assert "captions without a motion" in found["problems"]["000009"]
    assert "000000.txt, line 1: expected" in found["problems"]["000000"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("info", "nowhere"), 4), (("check", ".", "--kind", "bhv"), 2), (("info", "."), 2)],
)
def test_wrong_folders_have_exit_codes(capsys, tmp_path, monkeypatch, arguments, code):
    monkeypatch.chdir(tmp_path)
    found, text = run(capsys, *arguments)
    assert (found, text.count("\n")) == (code, 1)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_links_pipes_and_folders_that_are_called_like_files(capsys, takes):
    (takes / "lost.bvh").symlink_to("nowhere.bvh")
    (takes / "loop.bvh").symlink_to("loop.bvh")
    (takes / "folder.bvh").mkdir()
    (takes / "deep" / "up").symlink_to("..")
    os.mkfifo(takes / "pipe.bvh")  # Nobody writes into it: reading would never end.
    code, found = run(capsys, "check", takes, "--json")
    assert (code, set(found["problems"])) == (4, {"walk3", "lost", "loop", "folder", "pipe"})
    assert "There is no file" in found["problems"]["lost"]
    for name in ("folder", "pipe"):
        assert "no regular file" in found["problems"][name]


def test_json_lines_of_others_are_no_pack(capsys, takes):
    (takes / "index.jsonl").write_text('{"id": "walk0", "file": "walk0.bvh"}\n')
    assert run(capsys, "info", takes, "--json")[1]["kind"] == "bvh"


# -- build.


def test_build_converts_skips_and_lists(capsys, takes, tmp_path):
    out = tmp_path / "out"
    code, found = run(capsys, "build", takes, "-o", out, "--licence", "CC0-1.0", "--json")
    assert (code, found["new"], found["old"], list(found["skipped"])) == (0, 4, 0, ["walk3"])
    assert (out / "skipped.txt").read_text().startswith("walk3\t")
    data = MotionDataset.open(out)
    assert data.kind == "pack"
    assert sorted(clip.id for clip in data) == ["deep/walk2", "walk0", "walk1", "walk4"]
    clip = data["walk4"]
    assert (clip.source, clip.licence) == ("takes", "CC0-1.0")
    track, wanted = clip.motion().tracks[0], walk(16)
    assert np.abs(track.positions() - wanted.positions()).max() < 2e-3


def test_build_writes_statistics(takes, tmp_path):
    out = tmp_path / "out"
    build(MotionDataset.open(takes), out)
    data = MotionDataset.open(out)
    frames = np.concatenate([clip.features() for clip in data])
    mean, deviation = np.load(out / "Mean.npy"), np.load(out / "Std.npy")
    np.testing.assert_allclose(mean, frames.mean(axis=0), atol=1e-9)
    wanted = frames.std(axis=0)
    for part in HUMANML3D.parts.values():  # As released: one number a kind of feature.
        wanted[part] = wanted[part].mean()
    np.testing.assert_allclose(deviation, np.where(wanted > 1e-8, wanted, 1.0), atol=1e-9)
    np.testing.assert_array_equal(data.statistics(), [mean, deviation])
    for name in ("Mean", "Std"):
        (out / f"{name}.npy").unlink()
    np.testing.assert_allclose(data.statistics(), [mean, deviation])


def test_statistics_need_clips_of_one_width():
    with pytest.raises(ShapeError, match="no clip"):
        statistics([])
    with pytest.raises(ShapeError, match="263"):
        statistics([np.zeros((4, 263)), np.zeros((4, 251))])


def test_build_keeps_captions(released, tmp_path):  # noqa: F811
    done = build(MotionDataset.open(released, split="val"), tmp_path / "val")
    assert (done.new, list(done.skipped)) == (1, ["000009"])
    data = MotionDataset.open(released)
    build(data, tmp_path / "all")
    built = MotionDataset.open(tmp_path / "all")
    assert [c.text for c in built["000001"].captions()] == ["a person walks."]


def test_build_goes_on_where_it_was_stopped(takes, tmp_path, monkeypatch):
    out, data = tmp_path / "out", MotionDataset.open(takes)
    write, calls = pack.write_layer, []

    def killed(path, clips):
        calls.append(path)
        write(path, clips)
        if len(calls) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(building.pack, "write_layer", killed)
    with pytest.raises(KeyboardInterrupt):
        build(data, out, part=2)
    monkeypatch.undo()
    assert [path.name for path in sorted(out.glob("part*"))] == ["part-00000.jsonl",
                                                                 "part-00000.npz"]  # fmt: skip
    done = build(data, out, part=2)
    assert (done.new, done.old) == (2, 2)
    assert len(MotionDataset.open(out)) == 4
    again = build(data, out, part=2)
    assert (again.new, again.old, list(again.skipped)) == (0, 4, ["walk3"])
    bvh.save_track(walk(9), FPS, takes / "walk3.bvh")  # Mended: the next build takes it.
    mended = build(MotionDataset.open(takes), out, part=2)
    assert (mended.new, mended.skipped) == (1, {})
    assert (out / "skipped.txt").read_text() == ""


def test_build_ignores_a_part_without_its_index(takes, tmp_path):
    out, data = tmp_path / "out", MotionDataset.open(takes)
    build(data, out, part=2)
    parts = sorted(out.glob("part-*.jsonl"))
    parts[-1].unlink()  # As if it had been killed between the two files.
    assert build(data, out, part=2).new > 0
    assert len(MotionDataset.open(out)) == 4


def test_build_reports_progress(takes, tmp_path):
    seen = []
    build(MotionDataset.open(takes), tmp_path / "out", report=lambda *at: seen.append(at))
    assert seen == [(number, 5) for number in range(1, 6)]


def test_build_leaves_other_folders_alone(takes, released, tmp_path):  # noqa: F811
    data = MotionDataset.open(takes)
    with pytest.raises(ConfigError, match="not empty"):
        build(data, takes)
    build(data, tmp_path / "out")
    with pytest.raises(ConfigError, match="another data set"):
        build(MotionDataset.open(released), tmp_path / "out")


def test_damaged_index_is_named(takes, tmp_path):
    data = MotionDataset.open(takes)
    build(data, tmp_path / "out")
    index = next((tmp_path / "out").glob("*.jsonl"))
    index.write_text(index.read_text() + '{"id": 3')
    with pytest.raises(MotionFileError, match=r"jsonl, line 5: expected JSON"):
        build(data, tmp_path / "out")


# -- view.


@pytest.mark.parametrize("suffix", [".png", ".html", ".csv", ".bvh", ".mp4"])
def test_view(capsys, takes, tmp_path, suffix):
    if suffix == ".png":
        pytest.importorskip("matplotlib")
    out = tmp_path / f"a{suffix}"
    code, text = run(capsys, "view", takes / "walk0.bvh", "-o", out)
    assert code == 0, text
    assert "walk0, 0.6 s" in text
    assert out.stat().st_size > 1000
    assert run(capsys, "view", takes / "walk0.bvh", "-o", out)[0] == 4
    assert run(capsys, "view", takes / "walk0.bvh", "-o", out, "--force")[0] == 0


def test_view_of_every_kind_of_file(capsys, released, tmp_path):  # noqa: F811
    write_amass(Motion(fps=FPS, tracks=(walk(12),)), tmp_path / "a_poses.npz")
    files = [tmp_path / "a_poses.npz", released / "new_joint_vecs" / "000000.npy",
             released / "new_joints" / "000000.npy"]  # fmt: skip
    for number, path in enumerate(files):
        code, text = run(capsys, "view", path, "-o", tmp_path / f"{number}.csv")
        assert code == 0, text
    code, found = run(capsys, "view", released, "--clip", "000001", "-o", tmp_path / "x.html",
                      "--json")  # fmt: skip
    assert (code, found["duration"]) == (0, 39 / 20)


def test_view_says_what_is_missing(capsys, released, takes, tmp_path):  # noqa: F811
    assert "name one by --clip: 000000" in run(capsys, "view", released, "-o", "x.html")[1]
    code, text = run(capsys, "view", takes / "walk0.bvh", "-o", tmp_path / "x.docx")
    assert (code, "shown as" in text) == (2, True)
    assert run(capsys, "view", takes / "none.bvh", "-o", tmp_path / "x.html")[0] == 4
