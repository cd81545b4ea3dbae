"""The graphics card draws what the rasteriser draws."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from tests.render_samples import ball, box, context, quad, render, scene_of, trace_of
from text2sim import Pipeline, diagnosis
from text2sim.errors import ConfigError, MissingExtraError, ResourceError
from text2sim.render.kernels.patterns import PATTERNS
from text2sim.render.raster import RasterRenderer
from text2sim.stage import Options
from text2sim.types import CameraPlan, Frames, Surface

moderngl = pytest.importorskip("moderngl", reason="needs the extra opengl (moderngl)")

from text2sim.render.opengl import OpenGLRenderer  # noqa: E402

try:
    OpenGLRenderer().check(Options())
except ResourceError as error:
    pytest.skip(str(error), allow_module_level=True)

VIEW = CameraPlan(
    times=[0.0, 0.1], eye=[[-2.5, -4.5, 2.2], [-2.2, -4.3, 1.8]], target=[[0, 0, 0.7]] * 2, fov=0.6
)
CHANNELS = OpenGLRenderer.channels


def pair(trace, **options) -> tuple[Frames, Frames]:
    """The same by the rasteriser and by OpenGL."""
    options.setdefault("channels", CHANNELS)
    quality = options.pop("quality", "standard")
    return (
        render(trace, renderer=RasterRenderer(quality=quality), **options),
        render(trace, renderer=OpenGLRenderer(quality=quality), **options),
    )


@pytest.fixture(scope="module")
def both() -> tuple[Frames, Frames]:
    things = [
        box("near", [-0.3, -1.0, 0.0], [0.4, -0.5, 0.7]),
        ball("ball", 0.3, position=(0.9, -0.4, 0.3), surface=Surface(
            colour=(0.8, 0.6, 0.2), roughness=0.3, metalness=1.0)),
        box("far", [-0.9, 0.5, 0.0], [0.9, 0.9, 1.3]),
    ]  # fmt: skip
    return pair(trace_of(scene_of(*things, camera=VIEW, people=True), frames=2), size=(240, 180))


def test_silhouettes_agree(both):
    ours, theirs = both
    assert ours.labels == theirs.labels
    for label in range(len(ours.labels)):
        a, b = ours.segmentation == label, theirs.segmentation == label
        assert (a & b).sum() / (a | b).sum() > 0.99, ours.labels[label]
    same = ours.segmentation == theirs.segmentation
    np.testing.assert_array_equal(ours.classes[same], theirs.classes[same])


def test_depths_and_normals_agree(both):
    ours, theirs = both
    same = ours.segmentation == theirs.segmentation
    sky = ours.segmentation == 0
    assert (theirs.depth[sky & same] == 0).all()
    error = np.abs(ours.depth - theirs.depth)[same & ~sky] / ours.depth[same & ~sky]
    assert np.quantile(error, 0.999) < 1e-3
    for name in ("normals", "camera_normals"):
        apart = np.abs(getattr(ours, name) - getattr(theirs, name))[same].max(axis=-1)
        assert np.quantile(apart, 0.99) < 0.01, name


def test_pictures_agree(both):
    ours, theirs = both
    assert np.abs(ours.rgb.astype(int) - theirs.rgb).mean() < 0.5
    for label in range(len(ours.labels)):
        seen = (ours.segmentation == label) & (theirs.segmentation == label)
        apart = ours.rgb[seen].mean(axis=0) - theirs.rgb[seen].mean(axis=0)
        assert np.abs(apart).max() < 1.5, ours.labels[label]


@pytest.mark.parametrize("quality", ["draft", "high"])
def test_other_qualities(quality):
    trace = trace_of(scene_of(box("b", [-0.5, -0.5, 0], [0.5, 0.5, 1]), camera=VIEW))
    ours, theirs = pair(trace, quality=quality, channels=("rgb",))
    assert np.abs(ours.rgb.astype(int) - theirs.rgb).mean() < 0.5


def test_shadows_fall_where_the_rasteriser_puts_them(both):
    ours, theirs = both
    ground = (ours.segmentation == 1) & (theirs.segmentation == 1)
    middle = ours.rgb[ground].mean()
    dark = ours.rgb.mean(axis=-1) < middle - 30, theirs.rgb.mean(axis=-1) < middle - 30
    a, b = dark[0] & ground, dark[1] & ground
    assert a.sum() > 200
    assert (a & b).sum() / (a | b).sum() > 0.9


@pytest.mark.parametrize("pattern", PATTERNS)
def test_patterns(pattern):
    surface = Surface(colour=(0.4, 0.3, 0.2), pattern=pattern)
    scene = scene_of(box("b", [-0.87, -0.87, 0], [0.88, 0.89, 1.23], surface=surface), camera=VIEW)
    object.__setattr__(scene, "ground", surface)
    ours, theirs = pair(trace_of(scene))
    for label in (1, 2):
        seen = (ours.segmentation == label) & (theirs.segmentation == label)
        a, b = ours.albedo[seen], theirs.albedo[seen]
        assert (np.abs(a - b).max(axis=-1) > 0.01).mean() < 0.02
    assert np.abs(ours.rgb.astype(int) - theirs.rgb).mean() < 0.5


def test_open_meshes_show_both_sides_and_closed_ones_no_back():
    corners = np.array([[-1.0, 0.0, 0.2], [1.0, 0.3, 0.2], [1.0, 0.3, 1.8], [-1.0, 0.0, 1.8]])
    for order in (corners, corners[::-1]):
        ours, theirs = pair(trace_of(scene_of(quad("q", order))))
        assert (theirs.segmentation == 2).sum() > 2000
        np.testing.assert_allclose(ours.normals, theirs.normals, atol=0.01)
    inside = CameraPlan(times=[0.0], eye=[[0, -0.5, 1]], target=[[0, 5, 1]], fov=0.7)
    _, theirs = pair(trace_of(scene_of(box("room", [-2, -2, 0], [2, 2, 2]), camera=inside)))
    assert not (theirs.segmentation == 2).any()


def test_what_crosses_the_near_plane_and_the_view_from_below():
    beam = box("beam", [-0.2, -9, 0.6], [0.2, 3, 0.8])
    ours, theirs = pair(trace_of(scene_of(beam)))
    assert (ours.segmentation == theirs.segmentation).mean() > 0.995
    below = CameraPlan(times=[0.0], eye=[[0, -5, -1]], target=[[0, 0, 1]], fov=0.7)
    ours, theirs = pair(trace_of(scene_of(beam, camera=below)))
    assert (ours.segmentation == theirs.segmentation).mean() > 0.99


def test_nothing_but_the_ground():
    ours, theirs = pair(trace_of(scene_of()))
    assert (ours.segmentation == theirs.segmentation).mean() > 0.995
    assert np.abs(ours.rgb.astype(int) - theirs.rgb).mean() < 0.5


def test_contexts_are_freed_again():
    trace = trace_of(scene_of(box("b", [0, 0, 0], [1, 1, 1])))
    rendered = [
        render(trace, size=(16, 16), channels=("rgb",), renderer=OpenGLRenderer())
        for _ in range(12)
    ]
    np.testing.assert_array_equal(rendered[0].rgb, rendered[-1].rgb)


def test_two_at_a_time_do_not_meet():
    trace = trace_of(scene_of(box("b", [0, 0, 0], [1, 1, 1]), camera=VIEW), frames=2)
    other = trace_of(scene_of(ball("b", 0.6)), frames=2)
    alone = [render(t, renderer=OpenGLRenderer()) for t in (trace, other)]
    streams = [OpenGLRenderer().stream(t, context(channels=CHANNELS)) for t in (trace, other)]
    for frame in range(2):
        for stream, whole in zip(streams, alone):
            np.testing.assert_array_equal(next(stream).rgb[0], whole.rgb[frame])
    for stream in streams:
        stream.close()


def test_flow_is_left_to_the_rasteriser():
    with pytest.raises(ConfigError, match="can't make flow"):
        OpenGLRenderer().check(Options(channels=("rgb", "flow")))


def test_a_missing_library_or_driver_is_known_before_anything_runs(monkeypatch):
    def refuse(*args, **options):
        raise Exception("(standalone) libEGL.so not loaded")

    with monkeypatch.context() as patch:
        patch.setattr(moderngl, "create_context", refuse)
        with pytest.raises(ResourceError, match=r"no OpenGL 3\.3 .*libEGL(.|\n)*raster"):
            Pipeline(renderer="opengl")("a man walks")
    monkeypatch.setitem(sys.modules, "moderngl", None)
    with pytest.raises(MissingExtraError, match=r"text2sim\[opengl\]"):
        Pipeline(renderer="opengl")("a man walks")


def test_doctor_names_the_card():
    found = {check.name: check for check in diagnosis.examine()}["opengl"]
    assert (found.ok, found.optional) == (True, True)
    assert "OpenGL" in found.detail
