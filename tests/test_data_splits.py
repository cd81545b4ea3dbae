"""Splits by source recording."""

from collections import Counter
from pathlib import Path

import pytest

from text2sim.data.captions import Caption
from text2sim.data.dataset import MotionDataset
from text2sim.data.sources import Clip
from text2sim.data.splits import SHARES, SPLITS, clips_of, split_of, trial
from text2sim.errors import ConfigError, ResourceError


def clip(name, *captions):
    return Clip(
        id=name, path=Path("x"), _motion=lambda: None,
        _captions=lambda: tuple(Caption(text=text) for text in captions),
    )  # fmt: skip


def data(*clips, folder=Path("nowhere")):
    return MotionDataset(folder=folder, kind="pack", clips=clips)


def test_the_pack_is_parted_once_and_completely():
    pack = MotionDataset.open_pack()
    parts = {name: {c.id for c in clips_of(pack, name)} for name in SPLITS}
    assert sum(map(len, parts.values())) == len(pack)
    assert set.union(*parts.values()) == {c.id for c in pack}
    for name in SPLITS:
        assert len(parts[name]) / len(pack) == pytest.approx(SHARES[name], abs=0.03)


def test_no_recording_is_on_two_sides():
    pack = MotionDataset.open_pack()
    sides = {}
    for name in SPLITS:
        for c in clips_of(pack, name):
            assert sides.setdefault(trial(c), name) == name
    # Several takes of one task within an hour are one recording.
    takes = Counter(trial(c) for c in pack)
    assert takes["koeln_2014_12_16_11/waving, left arm"] == 8


@pytest.mark.parametrize(("one", "two"), [
    (clip("ual_Roll"), clip("ual_Roll_RM")),
    (clip("000021"), clip("M000021")),
    (clip("koeln_2014_05_16_02_00_03_PM", "walk"), clip("koeln_2014_05_16_02_52_18_PM", "walk")),
    (clip("HDM_bd_depositFloorR_001_120"), clip("HDM_bd_depositFloorR_004_120")),
])  # fmt: skip
def test_what_looks_alike_stays_together(one, two):
    assert trial(one) == trial(two)


@pytest.mark.parametrize(("one", "two"), [
    (clip("cmu_07_01"), clip("cmu_07_02")),
    (clip("kay_Walking_A"), clip("kay_Walking_B")),
    (clip("koeln_2014_05_16_02_00_03_PM", "walk"), clip("koeln_2014_05_16_02_00_03_PM", "run")),
    (clip("HDM_bd_depositFloorR_001_120"), clip("HDM_mm_depositFloorR_001_120")),
])  # fmt: skip
def test_different_recordings_are_apart(one, two):
    assert trial(one) != trial(two)


def test_shares_are_kept_and_additions_move_nobody():
    names = [f"take_{i}" for i in range(4000)]
    counts = Counter(split_of(name) for name in names)
    for name, share in SHARES.items():
        assert counts[name] / len(names) == pytest.approx(share, abs=0.02)
    few, many = data(*map(clip, names[:300])), data(*map(clip, names[100:]))
    before = {c.id for c in clips_of(few, "test")} - set(names[:100])
    assert before <= {c.id for c in clips_of(many, "test")}


def test_lists_of_the_folder_come_first(tmp_path):
    for name, ids in (("train", "000001"), ("val", "000002"), ("test", "000003")):
        (tmp_path / f"{name}.txt").write_text(ids + "\n")
    (tmp_path / "a").mkdir()
    source = Path(__file__).parent.parent / "assets" / "motions"
    layer = (source / "cc0_ual.npz", source / "cc0_ual.jsonl")
    rows = layer[1].read_text().splitlines()
    names = [row.split('"')[3] for row in rows]
    for path in layer:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "test.txt").write_text("\n".join(names[:2]))
    found = clips_of(MotionDataset.open(tmp_path, kind="pack"), "test")
    assert [c.id for c in found] == sorted(names[:2])


def test_bad_input():
    with pytest.raises(ConfigError, match="train, val, test"):
        clips_of(data(clip("a")), "dev")
    with pytest.raises(ResourceError, match="too few recordings"):
        clips_of(data(clip("cmu_07_01"), clip("cmu_07_02")), "val")
