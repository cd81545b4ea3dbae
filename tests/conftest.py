"""Settings of the whole suite, and what several files need."""

import pytest
from hypothesis import Phase, settings

# The same examples in every run, and no minutes of shrinking: a red suite stays a quick one.
settings.register_profile(
    "quick",
    derandomize=True,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
)
settings.load_profile("quick")

CLIPS = ("cmu_12_03", "cmu_16_29", "koeln_2014_12_16_01_13_02_PM")


@pytest.fixture(scope="session")
def three_clips(tmp_path_factory):
    """A pack of three clips, under names that all fall into the training split."""
    from text2sim.data.dataset import MotionDataset
    from text2sim.data.pack import PackedClip, write_layer
    from text2sim.data.splits import split_of

    root = tmp_path_factory.mktemp("three")
    pack, pairs, number = MotionDataset.open_pack(), [], 0
    for name in CLIPS:
        while split_of(f"clip{number}") != "train":
            number += 1
        motion = pack[name].motion()
        clip = PackedClip(
            id=f"clip{number}", frames=motion.frames, source="test", licence="CC0",
            captions=pack[name].captions(),
        )  # fmt: skip
        pairs.append((clip, motion.tracks[0]))
        number += 1
    write_layer(root / "three.npz", pairs)
    return root


@pytest.fixture(autouse=True)
def _own_mesh_store(tmp_path_factory, monkeypatch):
    """Treated meshes of tests stay out of the user's cache."""
    folder = tmp_path_factory.getbasetemp() / "meshes"
    monkeypatch.setattr("text2sim.assets.meshing.store.folder", lambda: folder)
