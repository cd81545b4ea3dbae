"""Shap-E and TripoSR: diffusers' real pipelines with tiny random weights; no hub."""

from __future__ import annotations

import sys
import threading
import types

import numpy as np
import pytest

from text2sim.assets.generated import in_words
from text2sim.assets.meshing.treat import MeshTreatment
from text2sim.assets.shap_e import ShapEAssets
from text2sim.assets.triposr import TripoSRAssets
from text2sim.errors import Cancelled, ConfigError, MissingExtraError, ResourceError, StageError
from text2sim.pipeline import Pipeline
from text2sim.provenance import describe
from text2sim.stage import Context, Options
from text2sim.types import Prop

pytest.importorskip("diffusers", reason="the extra shap-e is not installed")
torch = pytest.importorskip("torch")

from tests import tiny_models  # noqa: E402

PROMPT = "a man walks to a dragon next to a chair"
HULLS = MeshTreatment(decomposition="hulls", cells=24, store=False)


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return str(tiny_models.shap_e(tmp_path_factory.mktemp("shap-e")))


@pytest.fixture(scope="module")
def plan():
    return Pipeline()(PROMPT, until="planner", duration=2.0)


@pytest.fixture
def picture(tmp_path):
    from PIL import Image

    noise = np.random.default_rng(0).integers(0, 255, (48, 40, 4), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "dragon.png")
    return str(tmp_path / "dragon.png")


def assets(model, **changes):
    return ShapEAssets(**{"model": model, "steps": 3, "grid": 12, "meshes": HULLS, **changes})


def scene(stage, plan, **options):
    stage.check(Options())
    return stage.run(plan, Context(request=Options(**options), stage="assets", allowed=("seed",)))


def test_words_say_what_the_prompt_said():
    prop = Prop(id="chair1", noun="chair", colour="red", material="wooden", size="small")
    assert in_words(prop) == "a small red wooden chair"
    assert in_words(Prop(id="a", noun="owl", size="medium")) == "an owl"


def test_what_the_catalogue_lacks_is_generated_and_nothing_else(model, plan):
    made = scene(assets(model), plan)
    by_label = {item.label: item for item in made.objects}
    dragon, chair = by_label["dragon"], by_label["chair"]
    assert chair.origin is None
    assert dragon.origin.source == "shap-e"
    assert dict(dragon.origin.details)["prompt"] == "a dragon"
    planned = next(item for item in plan.objects if item.label == "dragon")
    cloud = dragon.visuals[0].mesh.vertices
    assert np.allclose(np.ptp(cloud, axis=0), planned.size, atol=1e-4)
    assert dragon.visuals[0].mesh.colours is not None
    assert dragon.mass > 0.0
    assert any("dragon" in text and "shap-e" in text for text in made.warnings)
    listed = describe(Pipeline(), PROMPT, Options(), made)["meshes"]
    assert listed[dragon.id]["sha256"] == dragon.origin.sha256


def test_the_seed_decides_and_all_can_be_asked_for(model, plan):
    first, again, other = (scene(assets(model, wanted="all"), plan, seed=s) for s in (1, 1, 2))
    assert all(item.origin for item in first.objects if item.label in ("dragon", "chair"))

    def points(made):
        return made.objects[0].visuals[0].mesh.vertices

    assert np.array_equal(points(first), points(again))
    assert not np.array_equal(points(first)[:9], points(other)[:9])


def test_latents_follow_words_seed_and_guidance(model):
    context = Context(stage="assets")
    first, _ = assets(model).latents("a dragon", 3, context)
    assert first.shape == (1, 32, 16)
    assert not torch.equal(first, assets(model).latents("a dragon", 4, context)[0])
    assert not torch.equal(first, assets(model).latents("two cats", 3, context)[0])
    assert torch.equal(first, assets(model).latents("a dragon", 3, context)[0])


def test_a_picture_leads_in_place_of_words(model, plan, picture, tmp_path):
    eye = str(tiny_models.shap_e_from_pictures(tmp_path / "eye"))
    made = scene(assets(model, image_model=eye, images={"dragon": picture}), plan)
    (dragon,) = (item for item in made.objects if item.label == "dragon")
    details = dict(dragon.origin.details)
    assert details["model"] == eye
    assert len(details["picture"]) == 64


def test_treated_meshes_are_not_generated_twice(model, plan, monkeypatch, tmp_path):
    monkeypatch.setattr("text2sim.assets.meshing.store.folder", lambda: tmp_path)
    stage = assets(model, meshes=MeshTreatment(decomposition="hulls", cells=24))
    first = scene(stage, plan)
    monkeypatch.setattr(ShapEAssets, "latents", None)
    again = scene(stage, plan)
    for one, two in zip(first.objects, again.objects):
        assert np.array_equal(one.visuals[0].mesh.vertices, two.visuals[0].mesh.vertices)
        if one.origin:
            assert np.array_equal(one.visuals[0].mesh.colours, two.visuals[0].mesh.colours)


def test_wrong_folders_are_named_before_anything_runs(model, tmp_path):
    (tmp_path / "empty").mkdir()
    other = tmp_path / "other"
    other.mkdir()
    (other / "model_index.json").write_text('{"_class_name": "StableDiffusionPipeline"}')
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "model_index.json").write_text("no json")
    pickled = tmp_path / "pickled"
    (pickled / "prior").mkdir(parents=True)
    (pickled / "model_index.json").write_text('{"_class_name": "ShapEPipeline"}')
    (pickled / "prior" / "diffusion_pytorch_model.bin").write_bytes(b"\x80\x04.")
    for folder, words in (
        ("empty", "no model_index.json"), ("nowhere", "no model_index.json"),
        ("other", "holds a StableDiffusionPipeline; .* needs a ShapEPipeline"),
        ("broken", "can't be read as the index"), ("pickled", "only pickled weights"),
    ):  # fmt: skip
        with pytest.raises(ResourceError, match=words):
            assets(str(tmp_path / folder)).check(Options())


def test_a_name_of_the_hub_is_fetched_only_if_that_is_allowed(plan, monkeypatch):
    with pytest.raises(ResourceError, match="download=True"):
        assets("nobody/no-such-model").check(Options())
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ResourceError, match="network"):
        scene(assets("nobody/no-such-model", download=True), plan)


def test_tables_are_needed(plan, tmp_path):
    bare = str(tiny_models.shap_e(tmp_path / "bare", tables=False))
    with pytest.raises(ResourceError, match="marching-cubes tables"):
        scene(assets(bare), plan)


def test_it_stops_half_way(model, plan):
    cancel, seen = threading.Event(), []

    def watch(progress):
        seen.append(progress)
        if progress.total > 3 and progress.done == 2:
            cancel.set()

    context = Context(stage="assets", on_progress=watch, cancel=cancel)
    with pytest.raises(Cancelled):
        assets(model, steps=8).run(plan, context)
    assert max(p.done for p in seen if p.total > 3) == 2


def test_half_precision_is_refused_on_a_cpu(model):
    with pytest.raises(ConfigError, match="float16 does not run on a CPU"):
        assets(model, precision="float16", device="cpu").check(Options())
    with pytest.raises(ConfigError, match="no device"):
        assets(model, device="abacus").check(Options())


def test_lack_of_memory_is_said_and_the_batch_goes_on(model, monkeypatch):
    from diffusers import ShapEPipeline

    def fail(*args, **more):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(ShapEPipeline, "__call__", fail)
    pipeline = Pipeline(assets=assets(model), controller="kinematic")
    options = {"duration": 0.2, "size": (32, 32), "fps": 5.0}
    first, second = pipeline.map([PROMPT, "a man waves"], **options)
    assert isinstance(first.error, StageError)
    assert "more memory than there is. Use a smaller `grid`" in str(first.error)
    assert second.animation is not None


def test_latents_that_are_not_finite_are_an_error(model, plan, monkeypatch):
    from diffusers import ShapEPipeline

    bad = types.SimpleNamespace(images=torch.full((1, 32, 16), float("nan")))
    monkeypatch.setattr(ShapEPipeline, "__call__", lambda *args, **more: bad)
    with pytest.raises(StageError, match="not finite"):
        scene(assets(model), plan)


class _TSR:
    """Stands in for TripoSR's class, which is on no package index; it makes a box."""

    def __init__(self, settings):
        self.settings, self.seen = settings, []

    def load_state_dict(self, weights):
        assert set(weights) == {"weight"}

    def eval(self):
        return self

    def to(self, device):
        return self

    def __call__(self, images, device):
        self.seen.append(np.asarray(images[0]))
        return torch.ones(1, 3)

    def extract_mesh(self, codes, has_vertex_color, resolution, threshold):
        import trimesh

        box = trimesh.creation.box(extents=[1.0, 2.0, 0.5])
        colours = np.tile(self.seen[-1][0, 0], (len(box.vertices), 1))
        return [trimesh.Trimesh(box.vertices, box.faces, vertex_colors=colours)]


@pytest.fixture
def triposr(tmp_path, monkeypatch):
    pytest.importorskip("omegaconf")
    from safetensors.torch import save_file

    from text2sim.assets import triposr

    module = types.ModuleType("tsr.system")
    module.TSR = _TSR
    monkeypatch.setitem(sys.modules, "tsr", types.ModuleType("tsr"))
    monkeypatch.setitem(sys.modules, "tsr.system", module)
    triposr._model.cache_clear()
    folder = tmp_path / "triposr"
    folder.mkdir()
    (folder / "config.yaml").write_text("decoder_cls: tsr.models.network_utils.NeRFMLP\n")
    save_file({"weight": torch.zeros(1)}, folder / "model.safetensors")
    yield folder
    triposr._model.cache_clear()


def test_triposr_makes_a_thing_of_a_picture(triposr, plan, picture):
    stage = TripoSRAssets(model=str(triposr), images={"dragon": picture}, meshes=HULLS)
    made = scene(stage, plan)
    (dragon,) = (item for item in made.objects if item.label == "dragon")
    assert dragon.origin.source == "triposr"
    assert len(dragon.parts) == 1
    assert dragon.visuals[0].mesh.colours is not None


def test_triposr_draws_what_has_no_picture(triposr, plan, tmp_path):
    bare = TripoSRAssets(model=str(triposr), meshes=HULLS)
    with pytest.raises(ConfigError, match="no picture of 'dragon'"):
        scene(bare, plan)
    drawer = str(tiny_models.stable_diffusion(tmp_path / "drawer"))
    stage = TripoSRAssets(
        model=str(triposr), text_to_image=drawer, steps=2, side=64, guidance=1.0, meshes=HULLS
    )
    made = scene(stage, plan)
    assert "text_to_image" in dict(next(i.origin for i in made.objects if i.origin).details)


def test_triposr_refuses_pickles_and_foreign_code(triposr):
    (triposr / "config.yaml").write_text("decoder_cls: os.system\n")
    with pytest.raises(ResourceError, match="not TripoSR's"):
        TripoSRAssets(model=str(triposr)).check(Options())
    (triposr / "model.safetensors").rename(triposr / "model.ckpt")
    with pytest.raises(ResourceError, match=r"a pickle and not loaded; convert it"):
        TripoSRAssets(model=str(triposr)).check(Options())


def test_without_tsr_the_install_line_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "tsr.system", None)
    with pytest.raises(MissingExtraError, match="git clone"):
        TripoSRAssets(model="x").check(Options())
