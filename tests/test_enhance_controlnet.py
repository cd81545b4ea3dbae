"""ControlNet: conditions, warping, and diffusers' real pipelines with tiny random weights."""

from __future__ import annotations

import dataclasses
import threading

import numpy as np
import pytest

from tests import tiny_models
from text2sim.classes import CLASSES
from text2sim.enhance.controlnet import ControlNetEnhancer
from text2sim.enhance.controlnet.conditions import KINDS, NEEDS, conditions, edges
from text2sim.enhance.controlnet.enhancer import in_words
from text2sim.enhance.controlnet.pose import COLOURS, LIMBS, POINTS, draw_body, points
from text2sim.enhance.controlnet.warping import carried, spans, tiled
from text2sim.errors import Cancelled, ConfigError, ResourceError, StageError
from text2sim.pipeline import Pipeline
from text2sim.skeleton import INDEX
from text2sim.stage import Context, Options

PROMPT = "a man waves next to a chair in the park"
CHANNELS = ("rgb", "depth", "segmentation", "classes", "camera_normals", "flow", "flow_state")


@pytest.fixture(scope="module")
def clip():
    return Pipeline(controller="kinematic")(
        PROMPT, duration=0.75, fps=4.0, size=(72, 64), channels=CHANNELS
    ).rendered


def test_every_condition_is_a_picture_made_of_what_it_says(clip):
    for kind in KINDS:
        kept = {name: None for name in CHANNELS[1:] if name not in NEEDS[kind]}
        made = conditions(dataclasses.replace(clip, **kept), kind)
        assert made.shape == clip.rgb.shape
        assert made.dtype == np.uint8
        assert made.std() > 1.0, kind


def test_near_is_white_the_sky_black_and_the_scale_is_the_clips(clip):
    made = conditions(clip, "depth")[..., 0].astype(float)
    assert (made[clip.depth == 0.0] == 0.0).all()
    seen = clip.depth > 0.0
    order = np.argsort(clip.depth[seen])
    assert (np.diff(made[seen][order]) <= 0.0).all()
    assert made.max() == 255.0
    double = dataclasses.replace(clip, depth=2.0 * clip.depth)
    assert np.abs(conditions(double, "depth").astype(int) - made[..., None]).max() <= 1


def test_normals_are_blue_in_front_red_at_the_left_green_on_top(clip):
    for normal, colour in (
        ((0, 0, -1), (128, 128, 255)), ((-1, 0, 0), (255, 128, 128)),
        ((0, -1, 0), (128, 255, 128)),
    ):  # fmt: skip
        field = np.broadcast_to(np.float32(normal), clip.camera_normals.shape).copy()
        depth = np.ones_like(clip.depth)
        made = conditions(dataclasses.replace(clip, camera_normals=field, depth=depth), "normal")
        assert np.abs(made[0, 0, 0].astype(int) - colour).max() <= 1


def test_classes_have_the_colours_of_ade20k(clip):
    made = conditions(clip, "segmentation")
    for name, colour in (("person", (150, 5, 61)), ("chair", (204, 70, 3)),
                         ("ground", (4, 250, 7)), ("sky", (6, 230, 230))):  # fmt: skip
        here = clip.classes == CLASSES.index(name)
        if here.any():
            assert (made[here] == colour).all(), name
    assert (clip.classes == CLASSES.index("person")).any()


def test_outlines_lie_between_things_and_are_thin(clip):
    outline, bend = edges(clip)
    beside = np.zeros_like(outline)
    labels = clip.segmentation
    beside[:, :, 1:] |= labels[:, :, 1:] != labels[:, :, :-1]
    beside[:, :, :-1] |= labels[:, :, 1:] != labels[:, :, :-1]
    beside[:, 1:] |= labels[:, 1:] != labels[:, :-1]
    beside[:, :-1] |= labels[:, 1:] != labels[:, :-1]
    assert (outline & beside).sum() > 0.4 * beside.sum()
    assert not (outline & bend).any()
    assert not (outline | bend)[clip.depth == 0.0].any()
    assert bend.any()


def test_poses_follow_the_joints_and_the_face_where_it_looks(clip):
    pixels, drawn = points(clip)
    joints = clip.joints()
    for name in ("right_wrist", "left_knee"):
        mine = pixels[:, 0, POINTS.index(name)]
        assert np.allclose(mine, joints.pixels[:, 0, INDEX[name]], atol=1e-6)
    assert drawn.shape == (3, 1, 18)
    behind = 2.0 * clip.trace.tracks[0].positions()[:3, INDEX["head"]] - clip.camera.eye
    away = dataclasses.replace(clip.camera, eye=behind)
    seen, turned = drawn[0, 0, 0], points(dataclasses.replace(clip, camera=away))[1][0, 0, 0]
    assert bool(seen) != bool(turned)


def test_limbs_and_points_have_openposes_colours():
    picture = np.zeros((200, 200, 3), dtype=np.uint8)
    body = np.random.default_rng(0).uniform(20, 180, (18, 2))
    seen = np.zeros(18, dtype=bool)
    a, b = LIMBS[3]
    seen[[a, b]] = True
    body[a], body[b] = [40, 50], [120, 50]
    draw_body(picture, body, seen, 4.0)
    assert (picture[50, 80] == (0.6 * COLOURS[3]).astype(np.uint8)).all()
    assert (picture[50, 40] == COLOURS[a]).all()
    assert (picture[50, 120] == COLOURS[b]).all()
    assert not picture[70:].any()


def test_a_frame_is_carried_exactly_and_new_parts_are_masked():
    picture = np.random.default_rng(0).integers(0, 255, (20, 30, 3)).astype(np.uint8)
    flow = np.full((20, 30, 2), [3.0, -2.0], dtype=np.float32)
    moved, mask = carried(picture, flow, np.ones((20, 30), np.uint8))
    assert np.array_equal(moved[:18, 3:], picture[2:, :27])
    assert mask[:18, 3:].all()
    assert not mask[18:].any()
    assert not mask[:, :3].any()
    nothing = carried(picture, flow, np.full((20, 30), 2, np.uint8))[1]
    assert not nothing.any()


def test_tiles_cover_a_picture_and_fade_without_a_trace():
    assert spans(100, 128, 16) == [(0, 100)]
    assert spans(200, 96, 32) == [(0, 96), (52, 148), (104, 200)]
    picture = np.random.default_rng(1).integers(0, 255, (120, 200, 3)).astype(np.uint8)
    made = tiled((200, 120), 96, 32, lambda rows, columns: picture[rows, columns])
    assert np.array_equal(made, picture)


# --- with diffusers


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    pytest.importorskip("diffusers", reason="the extra controlnet is not installed")
    torch = pytest.importorskip("torch")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("models")
    yield {
        "model": str(tiny_models.stable_diffusion(folder / "base")),
        "depth": str(tiny_models.controlnet(folder / "depth")),
        "pose": str(tiny_models.controlnet(folder / "pose", seed=5)),
        "folder": folder,
    }
    torch.set_num_threads(before)


def enhancer(models, **changes):
    usual = {"model": models["model"], "controls": {"depth": models["depth"]}, "steps": 4,
             "guidance": 1.0, "device": "cpu"}  # fmt: skip
    return ControlNetEnhancer(**{**usual, **changes})


def enhanced(stage, clip, **more):
    stage.check(Options())
    return stage.run(clip, Context(request=Options(seed=1), stage="enhancer",
                                   allowed=("seed",), **more))  # fmt: skip


def test_frames_are_repainted_and_the_rest_stays(models, clip):
    first = enhanced(enhancer(models), clip)
    assert first.rgb.shape == clip.rgb.shape
    assert not np.array_equal(first.rgb, clip.rgb)
    assert np.array_equal(first.depth, clip.depth)
    assert np.array_equal(first.rgb, enhanced(enhancer(models), clip).rgb)
    loose = enhanced(enhancer(models, consistency=0.0), clip)
    assert np.array_equal(loose.rgb[0], first.rgb[0])
    assert not np.array_equal(loose.rgb[1], first.rgb[1])


def test_the_pipeline_makes_the_channels_and_keeps_the_render(models):
    pipeline = Pipeline(controller="kinematic", enhancer=enhancer(models, steps=2))
    made = pipeline("a man waves", duration=0.5, fps=4.0, size=(64, 64))
    assert made.frames.shape == (2, 64, 64, 3)
    assert not np.array_equal(made.frames, made.rendered.source.rgb)
    assert made.config["stages"]["enhancer"]["backend"] == "controlnet"


def test_several_controlnets_and_text_alone_follow_their_conditions(models, clip):
    both = {"depth": models["depth"], "openpose": models["pose"]}
    stage = enhancer(models, controls=both, mode="text", scales={"openpose": 0.5})
    first = enhanced(stage, clip).rgb
    flat = dataclasses.replace(clip, depth=np.ones_like(clip.depth))
    assert not np.array_equal(first[0], enhanced(stage, flat).rgb[0])
    other = dataclasses.replace(clip, rgb=np.zeros_like(clip.rgb))
    assert np.array_equal(first, enhanced(stage, other).rgb)  # text starts from noise


def test_xl_runs_too_and_a_controlnet_of_another_base_is_named(models, clip):
    base = str(tiny_models.stable_diffusion_xl(models["folder"] / "xl"))
    net = str(tiny_models.controlnet_xl(models["folder"] / "depth-xl"))
    still = clip.slice(0, 1)
    made = enhanced(enhancer(models, model=base, controls={"depth": net}), still)
    assert made.rgb.shape == still.rgb.shape
    with pytest.raises(ResourceError, match="made for another base model"):
        enhanced(enhancer(models, controls={"depth": net}), still)


@pytest.mark.parametrize("mode", ["img2img", "text"])
def test_frames_are_made_together_by_animatediff(models, clip, mode):
    adapter = str(tiny_models.motion_adapter(models["folder"] / "motion"))
    stage = enhancer(models, motion=adapter, window=2, overlap=1, mode=mode)
    made = enhanced(stage, clip).rgb
    assert made.shape == clip.rgb.shape
    assert not np.array_equal(made[0], made[2])


def test_large_pictures_are_painted_in_tiles(models, clip, monkeypatch):
    from text2sim.enhance.controlnet import enhancer as module

    seen, paint = [], module.paint

    def watched(sources, wish, start, controls, ctx, at):
        seen.append(controls[0].shape)
        return paint(sources, wish, start, controls, ctx, at)

    monkeypatch.setattr(module, "paint", watched)
    enhanced(enhancer(models, tile=48, tile_overlap=16, steps=2), clip.slice(0, 1))
    assert seen == [(48, 48, 3)] * 4


def test_an_interrupted_run_goes_on_at_the_next_frame(models, clip, tmp_path):
    stage = enhancer(models, resume=str(tmp_path))
    whole = enhanced(enhancer(models), clip).rgb
    cancel, seen = threading.Event(), []

    def watch(progress):
        seen.append(progress.done)
        if progress.done == 2:
            cancel.set()

    with pytest.raises(Cancelled):
        enhanced(stage, clip, on_progress=watch, cancel=cancel)
    (run,) = tmp_path.iterdir()
    assert sorted(item.name for item in run.iterdir()) == ["000000.png", "000001.png"]
    before = (run / "000000.png").stat().st_mtime_ns
    assert np.array_equal(enhanced(stage, clip).rgb, whole)
    assert (run / "000000.png").stat().st_mtime_ns == before
    assert len(list(run.iterdir())) == 3


def test_wrong_models_devices_and_clips_are_refused(models, clip, tmp_path):
    with pytest.raises(ResourceError, match=r"no model_index\.json"):
        enhancer(models, model=models["depth"]).check(Options())
    with pytest.raises(ResourceError, match=r"no config.json"):
        enhancer(models, controls={"depth": models["model"]}).check(Options())
    with pytest.raises(ConfigError, match="float16 does not run on a CPU"):
        enhancer(models, precision="float16").check(Options())
    with pytest.raises(ConfigError, match="offload"):
        enhancer(models, offload="model").check(Options())
    with pytest.raises(ConfigError, match=r"channels=\('rgb', 'depth'"):
        enhanced(enhancer(models), dataclasses.replace(clip, depth=None))
    for wrong in ({"controls": {"smell": "x"}}, {"controls": {}}, {"strength": 0.0},
                  {"overlap": 16}, {"tile": 100}):  # fmt: skip
        with pytest.raises(ConfigError):
            ControlNetEnhancer(**wrong)


def test_lack_of_memory_and_values_that_are_not_finite_are_said(models, clip, monkeypatch):
    import diffusers

    kind = diffusers.StableDiffusionControlNetImg2ImgPipeline

    def fail(*args, **more):
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory")

    monkeypatch.setattr(kind, "__call__", fail)
    with pytest.raises(StageError, match="offload='model'"):
        enhanced(enhancer(models), clip)
    bad = type("Made", (), {"images": [np.full((64, 72, 3), np.nan)]})
    monkeypatch.setattr(kind, "__call__", lambda *args, **more: bad)
    with pytest.raises(StageError, match="not finite"):
        enhanced(enhancer(models), clip)


def test_words_are_sentence_place_and_style():
    script = Pipeline()("a man walks. He is in a park.", until="parser")
    assert in_words(script, "film still").endswith(", film still")
    moved = dataclasses.replace(script, prompt="A man walks.", setting="kitchen")
    assert in_words(moved, "") == "A man walks, in a kitchen"
