"""The lossless archive: exact, shared, and closed to foreign content."""

import dataclasses
import io
import json
import zipfile

import numpy as np
import pytest

from tests.clips import make_clip
from text2sim import registry
from text2sim.animation import Animation
from text2sim.errors import ConfigError, ResourceError
from text2sim.io import archive
from text2sim.io.codec import TYPES, Decoder, Encoder, plain
from text2sim.stage import Stage


@pytest.fixture(autouse=True)
def _known_engine(monkeypatch):
    engines = {**registry.BUILTIN["physics"], "fake": "tests.fakes:FakeEngine"}
    monkeypatch.setitem(registry.BUILTIN, "physics", engines)


@pytest.fixture(scope="module")
def anim():
    return make_clip(frames=20)


@pytest.fixture(scope="module")
def saved(anim, tmp_path_factory):
    return anim.save(tmp_path_factory.mktemp("archive") / "clip.npz")


def assert_same(a, b, path="frames"):
    """Equal types, bits and values, through every field; a NumPy scalar may become Python's."""
    a = a.item() if isinstance(a, np.generic) else a
    assert type(a) is type(b), path
    if dataclasses.is_dataclass(a):
        for item in dataclasses.fields(a):
            assert_same(getattr(a, item.name), getattr(b, item.name), f"{path}.{item.name}")
    elif isinstance(a, np.ndarray):
        assert (a.dtype, a.shape) == (b.dtype, b.shape), path
        assert a.tobytes() == b.tobytes(), path
    elif isinstance(a, tuple):
        assert len(a) == len(b), path
        for index, (x, y) in enumerate(zip(a, b)):
            assert_same(x, y, f"{path}.{index}")
    else:
        assert a == b, path


def test_round_trip_is_exact(anim, saved):
    loaded = Animation.load(saved)
    assert_same(anim.rendered, loaded.rendered)
    assert loaded.config == anim.config
    assert loaded.metrics() == anim.metrics()
    assert not loaded.frames.flags.writeable


def test_a_part_survives_too(anim, tmp_path):
    part = anim[0.5:1.5]
    loaded = Animation.load(part.save(tmp_path / "part.npz"))
    assert_same(part.rendered, loaded.rendered)
    assert loaded.start == part.start


def test_what_was_shared_is_stored_once_and_shared_again(anim, saved):
    loaded = Animation.load(saved)
    skeleton = loaded.scene.actors[0].skeleton
    assert anim.scene.actors[0].skeleton is anim.motion.tracks[0].skeleton
    assert skeleton is loaded.motion.tracks[0].skeleton is loaded.trace.tracks[0].skeleton
    names = np.load(saved).files
    assert sum(name.endswith("skeleton.offsets") for name in names) == 1


def test_plain_numpy_reads_it(anim, saved):
    with np.load(saved, allow_pickle=False) as file:
        assert np.array_equal(file["rgb"], anim.frames)
        track = file["trace.tracks.0.rotations_wxyz"]
        assert np.array_equal(track, anim.trace.tracks[0].rotations_wxyz)


def test_same_animation_gives_same_bytes(anim, saved, tmp_path):
    assert anim.save(tmp_path / "again.npz").read_bytes() == saved.read_bytes()


def test_every_exported_dataclass_can_be_stored():
    assert {"Frames", "Trace", "World", "Motion", "Scene", "ScenePlan", "Script", "Skeleton",
            "SkinnedMesh", "Grasp", "Contact", "CameraTrack"} <= set(TYPES)  # fmt: skip


def test_plain_values_of_stages_survive():
    value = {"a": (1, [2.5, None], True, "ü"), "b": {"c": np.float32(0.1), "d": np.int64(3)}}
    encoder = Encoder()
    content = json.loads(json.dumps(encoder.encode(value)))
    back = Decoder([], encoder.arrays.__getitem__).decode(content)
    assert back == {"a": (1, [2.5, None], True, "ü"), "b": {"c": float(np.float32(0.1)), "d": 3}}


@pytest.mark.parametrize("value", [{1, 2}, object(), b"x", {1: 2}, np.array([object()]), int])
def test_what_can_not_be_stored_is_named(value):
    with pytest.raises(ConfigError, match=r"can't hold trace\.world"):
        Encoder().encode({"world": value}, "trace")


def test_plain_is_json_ready():
    assert plain((np.float64("nan"), np.arange(2), {"a": float("inf")})) == [
        None, [0, 1], {"a": None},
    ]  # fmt: skip


def rewritten(saved, tmp_path, change):
    """A copy of the archive with members changed by `change(name, data)`; None leaves one out."""
    path = tmp_path / "changed.npz"
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = change(name, old.read(name))
            if data is not None:
                new.writestr(name, data)
    return path


def with_manifest(saved, tmp_path, change):
    def edit(name, data):
        if name != archive.MANIFEST:
            return data
        manifest = json.loads(data)
        return json.dumps(change(manifest) or manifest)

    return rewritten(saved, tmp_path, edit)


def npy(content: np.ndarray, **header) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, content, allow_pickle=True)
    return stream.getvalue()


HUGE = (
    b"\x93NUMPY\x01\x00v\x00"
    + b"{'descr': '|u1', 'fortran_order': False, 'shape': (9000000000000,), }".ljust(117)
    + b"\n"
)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (HUGE, "another length"),
        (npy(np.zeros((2, 2), np.uint8)), "must have shape"),
        (npy(np.array([{"a": 1}])), "not allowed"),
        (npy(np.zeros(3, "U4")), "not allowed"),
        (npy(np.zeros(3, [("a", "f4")])), "not allowed"),
        (b"nonsense", "magic string"),
        (b"", "magic string"),
        (None, "array rgb is missing"),
    ],
)
def test_bad_members(saved, tmp_path, content, reason):
    path = rewritten(saved, tmp_path, lambda n, d: content if n == "rgb.npy" else d)
    with pytest.raises(ResourceError, match=reason):
        Animation.load(path)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda m: m.update(version=2), "upgrade with pip install -U text2sim"),
        (lambda m: m.update(version="x"), "version 'x' is unknown"),
        (lambda m: m.update(format="other"), "not a text2sim animation"),
        (lambda m: m.update(config=[]), "config is not a mapping"),
        (lambda m: m.update(root={"value": 0}), "trace is missing"),
        (lambda m: m.update(root={"value": 10**9}), "unexpected content"),
        (lambda m: m.update(root={"value": -1}), "unexpected content"),
        (lambda m: m.update(root="frames"), "trace is missing"),
        (lambda m: m.pop("root"), "KeyError: 'root'"),
        (lambda m: m["values"].insert(0, {"type": "Popen", "fields": {}}), "unknown type 'Popen'"),
        (lambda m: m["values"][-1]["fields"].update(evil=1), "evil"),
        (lambda m: m["values"][-1]["fields"].pop("rgb"), "rgb"),
        (lambda m: m["values"][0].pop("fields"), "fields"),
        (lambda m: m["values"].insert(0, 3), "not those of a text2sim archive"),
        (lambda m: m["values"].insert(0, {"stage": "os", "backend": "x", "fields": {}}), "os"),
        (lambda m: m["values"].insert(0, {"stage": "physics", "backend": "bulet", "fields": {}}),
         "No physics backend is called 'bulet'"),
        (lambda m: [], "not a text2sim animation"),
    ],
)  # fmt: skip
def test_bad_structure(saved, tmp_path, change, reason):
    def edit(manifest):
        result = change(manifest)
        return result if isinstance(result, list) else None

    path = with_manifest(saved, tmp_path, lambda m: "[]" if edit(m) == [] else None)
    with pytest.raises(ResourceError, match=reason):
        Animation.load(path)


def test_deep_nesting_is_refused(saved, tmp_path):
    path = rewritten(saved, tmp_path, lambda n, d: b"[" * 200_000 if n == archive.MANIFEST else d)
    with pytest.raises(ResourceError, match="Can't load"):
        Animation.load(path)


def test_a_bomb_is_refused_before_it_is_read(saved, tmp_path):
    path = rewritten(saved, tmp_path, lambda n, d: bytes(30_000_000) if n == "rgb.npy" else d)
    with pytest.raises(ResourceError, match=r"more than the limit of .*load it with limit="):
        Animation.load(path, limit=20_000_000)


def test_too_many_members_are_refused(saved, monkeypatch):
    monkeypatch.setattr(archive, "MAX_MEMBERS", 5)
    with pytest.raises(ResourceError, match="more than 5"):
        Animation.load(saved)


def test_damage_anywhere_is_noticed(saved, tmp_path):
    data, path = saved.read_bytes(), tmp_path / "damaged.npz"
    for cut in (0, 10, len(data) // 2, len(data) - 5):
        path.write_bytes(data[:cut])
        with pytest.raises(ResourceError, match="damaged or not an"):
            Animation.load(path)
    rng = np.random.default_rng(0)
    for index in rng.integers(200, len(data) // 2, 10):
        flipped = bytearray(data)
        flipped[index] ^= 0x55
        path.write_bytes(flipped)
        try:
            loaded = Animation.load(path)
        except ResourceError:
            continue
        assert_same(Animation.load(saved).rendered, loaded.rendered)  # It hit a date or the like.


def test_other_files(tmp_path):
    np.savez(tmp_path / "other.npz", a=np.zeros(3))
    with pytest.raises(ResourceError, match=r"holds no text2sim\.json"):
        Animation.load(tmp_path / "other.npz")
    (tmp_path / "text.npz").write_text("hello")
    with pytest.raises(ResourceError, match=r"damaged or not an \.npz archive"):
        Animation.load(tmp_path / "text.npz")
    with pytest.raises(ResourceError, match="no file"):
        Animation.load(tmp_path / "missing.npz")
    with pytest.raises(ResourceError, match="no file"):
        Animation.load(tmp_path)


def test_engine_comes_back_with_its_fields(anim, saved):
    engine = Animation.load(saved).world.engine
    assert isinstance(engine, Stage)
    assert engine == anim.world.engine
