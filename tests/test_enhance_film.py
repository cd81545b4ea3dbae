"""Film against closed forms: the thin lens, the shutter's ramp, what bloom keeps, and time."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
import pytest

from tests.fakes import RUNS, fake_pipeline
from tests.render_samples import FRONT, box, render, scene_of, trace_of
from text2sim import Pipeline
from text2sim.cache import Cache
from text2sim.enhance.film import FilmEnhancer
from text2sim.enhance.film.darkroom import bars
from text2sim.enhance.film.looks import PRESETS, light_table
from text2sim.errors import Cancelled, ConfigError
from text2sim.maths.camera import focal_length
from text2sim.stage import Context, Options
from text2sim.types import Frames

SIZE = (320, 240)
LIGHT = light_table()


@functools.cache
def blank(count: int) -> Frames:
    trace = trace_of(scene_of(box("b", [-1, -1, 0], [1, 1, 1])), frames=count)
    return render(trace, size=SIZE)


def clip(rgb: np.ndarray, *, depth: float | np.ndarray = 5.0, flow=(0.0, 0.0)) -> Frames:
    """Pictures (T, H, W, 3) with a depth and a flow for all pixels."""
    shape = rgb.shape[:3]
    return dataclasses.replace(
        blank(len(rgb)), rgb=rgb,
        depth=np.broadcast_to(np.float32(depth), shape).astype(np.float32),
        flow=np.broadcast_to(np.float32(flow), (*shape, 2)).astype(np.float32),
        flow_state=np.ones(shape, np.uint8),
    )  # fmt: skip


def context(seed: int = 0) -> Context:
    return Context(request=Options(seed=seed), stage="enhancer", allowed=("seed",))


def film(frames: Frames, seed: int = 0, **settings) -> np.ndarray:
    settings = {"preset": "neutral", **settings}
    return FilmEnhancer(**settings).run(frames, context(seed)).rgb


def edge(low: int = 40, high: int = 200, shift: int = 0) -> np.ndarray:
    """One picture, dark on the left and bright on the right."""
    picture = np.full((1, SIZE[1], SIZE[0], 3), low, np.uint8)
    picture[:, :, SIZE[0] // 2 + shift :] = high
    return picture


def spread_of(picture: np.ndarray) -> float:
    """Standard deviation [px] of the light's slope across the picture's middle row."""
    light = LIGHT[picture[0, SIZE[1] // 2, :, 1]].astype(float)
    slope = np.diff(light)
    place = np.arange(len(slope))
    mean = (place * slope).sum() / slope.sum()
    return float(np.sqrt((slope * (place - mean) ** 2).sum() / slope.sum()))


def test_neutral_film_changes_no_picture():
    rgb = np.random.default_rng(1).integers(0, 256, (2, SIZE[1], SIZE[0], 3), dtype=np.uint8)
    np.testing.assert_array_equal(film(clip(rgb)), rgb)


@pytest.mark.parametrize(("depth", "focus"), [(20.0, 4.0), (1.5, 4.0)])
def test_blur_of_a_plane_out_of_focus_is_the_thin_lens_disc(depth, focus):
    focal = focal_length(FRONT.fov, SIZE)
    for radius in (1.0, 2.0, 3.0, 4.0):
        aperture = 2 * radius / (focal * abs(1 / focus - 1 / depth))
        spreads = [  # The mean over all places in the grid of 4 px that the lens works on.
            spread_of(film(clip(edge(shift=shift), depth=depth), aperture=aperture, focus=focus))
            for shift in range(4)
        ]
        deviation = np.sqrt(np.mean(np.square(spreads)))
        assert deviation == pytest.approx(radius / 2, rel=0.2)  # A disc's.
    sharp = film(clip(edge(), depth=focus), aperture=aperture, focus=focus)
    np.testing.assert_array_equal(sharp, edge())


def test_what_is_sharp_keeps_its_edge_and_does_not_leak_into_the_blur():
    depth = np.where(edge(0, 1)[0, :, :, 0] > 0, 4.0, 60.0)
    rgb = edge(30, 230)
    seen = film(clip(rgb, depth=depth), aperture=0.2, focus=4.0)
    half = SIZE[0] // 2
    np.testing.assert_array_equal(seen[:, :, half:], rgb[:, :, half:])
    assert (abs(seen[:, :, : half - 1].astype(int) - 30) <= 2).all()


def test_what_is_blurred_in_front_covers_what_is_sharp_behind():
    depth = np.where(edge(0, 1)[0, :, :, 0] > 0, 1.2, 6.0)
    seen = film(clip(edge(30, 230), depth=depth), aperture=0.1, focus=6.0)[0, 120, :, 1].astype(int)
    half = SIZE[0] // 2
    assert seen[half - 3] > 45  # Its disc reaches over the edge,
    assert seen[half - 12] <= 33  # but not far beyond its radius of 4 px.


def test_motion_blur_is_as_long_as_the_way_while_the_shutter_is_open():
    for speed in (16.0, 30.0):
        seen = film(clip(edge(), flow=(speed, 0.0)), shutter=0.5)
        length = min(0.5 * speed, SIZE[1] / 24)
        assert spread_of(seen) == pytest.approx(length / np.sqrt(12), rel=0.25)
    across = film(clip(edge(), flow=(0.0, 30.0)), shutter=0.5)
    np.testing.assert_array_equal(across, edge())


def test_motion_blur_leaves_what_is_far_from_movement_alone():
    flow = np.zeros((SIZE[1], SIZE[0], 2), np.float32)
    flow[100:140, 150:170] = 20.0, 0.0
    rgb = np.random.default_rng(2).integers(0, 256, (1, SIZE[1], SIZE[0], 3), dtype=np.uint8)
    seen = film(clip(rgb, flow=flow), shutter=0.5)
    np.testing.assert_array_equal(seen[:, :64], rgb[:, :64])
    assert (seen[0, 110:130, 152:168] != rgb[0, 110:130, 152:168]).mean() > 0.8


def test_bloom_keeps_even_light_and_the_sum_of_light():
    even = np.full((1, SIZE[1], SIZE[0], 3), 120, np.uint8)
    np.testing.assert_array_equal(film(clip(even), bloom=0.3), even)
    spot = np.full((1, SIZE[1], SIZE[0], 3), 60, np.uint8)
    spot[:, 112:128, 152:168] = 250
    seen = film(clip(spot), bloom=0.3)
    assert LIGHT[seen].sum() == pytest.approx(LIGHT[spot].sum(), rel=0.02)
    assert seen[0, 120, 176, 0] > 64  # There is a halo,
    assert (seen[0, 120, 112:152, 0].astype(int).min()) >= 60
    assert seen[0, 120, 160, 0] < 250  # which the spot has given.


def test_grain_has_the_strength_asked_for_and_its_own_seed():
    grey = np.full((2, SIZE[1], SIZE[0], 3), 128, np.uint8)
    first, again = film(clip(grey), grain=8.0), film(clip(grey), grain=8.0)
    np.testing.assert_array_equal(first, again)
    noise = first.astype(float) - 128
    assert abs(noise.mean()) < 0.3
    assert noise.std() == pytest.approx(8.0, rel=0.1)
    assert abs(np.corrcoef(noise[0].ravel(), noise[1].ravel())[0, 1]) < 0.05
    other = film(clip(grey), seed=1, grain=8.0).astype(float) - 128
    assert abs(np.corrcoef(noise[0].ravel(), other[0].ravel())[0, 1]) < 0.05


def test_letterbox_is_black_and_never_takes_more_than_a_quarter():
    bright = np.full((1, SIZE[1], SIZE[0], 3), 200, np.uint8)
    seen = film(clip(bright), letterbox=1.6)[0]
    assert bars(1.6, SIZE) == 20
    assert not seen[:20].any()
    assert not seen[-20:].any()
    assert (seen[20:-20] == 200).all()
    assert bars(2.39, SIZE) == 30
    assert bars(1.2, SIZE) == bars(0.0, SIZE) == 0


def test_exposure_follows_slowly_and_only_as_far_as_asked():
    rgb = np.full((40, SIZE[1], SIZE[0], 3), 180, np.uint8)
    rgb[10:] = 60
    means = film(clip(rgb), metering=1.0)[:, ::8, ::8].mean(axis=(1, 2, 3))
    assert means[0] < 180  # The bright beginning is held back,
    assert 60 < means[-1] < means[0]  # the dark end is lifted in time,
    steps = np.diff(means[10:])
    assert (steps >= 0).all()
    assert steps.max() < 0.25 * (means[-1] - means[10]) + 1
    assert (film(clip(rgb))[10:] == 60).all()


def test_the_people_are_in_focus():
    frames = render(trace_of(scene_of(box("far", [-9, 30, 0], [9, 31, 9]), people=True)), size=SIZE)
    frames = dataclasses.replace(
        frames, rgb=np.random.default_rng(3).integers(0, 256, frames.rgb.shape, dtype=np.uint8)
    )
    seen = film(frames, aperture=0.15)
    person, far = frames.segmentation == 3, frames.segmentation == 2
    person &= abs(frames.depth - 5.0) < 0.38  # The arms reach farther.
    assert person.sum() > 300
    np.testing.assert_array_equal(seen[person], frames.rgb[person])
    assert seen[far].astype(float).std() < 0.3 * frames.rgb[far].astype(float).std()


@pytest.mark.parametrize("preset", PRESETS)
def test_parts_of_a_clip_are_developed_like_the_whole(preset):
    rgb = np.random.default_rng(4).integers(0, 256, (5, SIZE[1], SIZE[0], 3), dtype=np.uint8)
    frames, enhancer = clip(rgb, flow=(6.0, 1.0)), FilmEnhancer(preset=preset)
    whole = enhancer.run(frames, context())
    parts = enhancer.stream((frames.slice(i, i + 1) for i in range(5)), context())
    np.testing.assert_array_equal(np.concatenate([part.rgb for part in parts]), whole.rgb)
    assert (whole.rgb != rgb).any() == (preset != "neutral")


def test_film_in_the_pipeline_leaves_what_was_not_asked_for_and_streams():
    options = {"duration": 1.0, "fps": 5.0, "size": (96, 72), "channels": ("segmentation",)}
    pipeline = Pipeline(controller="kinematic", enhancer="film")
    anim = pipeline("a man kicks a ball", **options)
    assert tuple(anim.channels) == ("rgb", "segmentation")
    assert {"depth", "flow"} <= {*anim.rendered.source.channels}
    stream = pipeline.stream("a man kicks a ball", **options)
    np.testing.assert_array_equal(np.concatenate([part.rgb for part in stream]), anim.frames)
    assert tuple(next(iter(stream)).channels) == ("rgb", "segmentation")
    np.testing.assert_array_equal(anim[0.4:0.8].rendered.source.rgb, anim.rendered.source.rgb[2:4])


@pytest.mark.parametrize("room", [256 << 20, 1 << 20])
def test_another_preset_renders_nothing_again_while_the_clip_is_held(room):
    flat = {"aperture": 0.0, "shutter": 0.0}
    pipeline = fake_pipeline(enhancer=FilmEnhancer(preset="warm", **flat))
    pipeline = dataclasses.replace(pipeline, cache=Cache(max_bytes=room))
    first = pipeline("a man walks", size=(320, 240))
    noir = pipeline.replace(enhancer=FilmEnhancer(preset="noir", **flat))
    second = noir("a man walks", size=(320, 240))
    assert RUNS["renderer"] == 1
    assert second.rendered.source is first.rendered.source
    assert (first.frames != second.frames).any()


def test_a_renderer_that_lacks_a_channel_is_refused_before_anything_runs():
    with pytest.raises(ConfigError, match=r"film enhancer needs depth, flow.*renderer='raster'"):
        fake_pipeline(enhancer=FilmEnhancer())("a man walks")
    assert not RUNS["parser"]
    bare = dataclasses.replace(blank(1), depth=None)
    with pytest.raises(ConfigError, match="channels depth"):
        film(bare, aperture=0.1)


@pytest.mark.parametrize(
    "wrong",
    [{"preset": "cinematik"}, {"bloom": 1.5}, {"grain": float("nan")}, {"focus": 0.0},
     {"aperture": "wide"}, {"shutter": True}],
)  # fmt: skip
def test_wrong_settings_say_so(wrong):
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        FilmEnhancer(**wrong)


def test_developing_can_be_cancelled():
    ctx = context()
    ctx.cancel.set()
    with pytest.raises(Cancelled):
        FilmEnhancer(preset="neutral").run(clip(edge()), ctx)
