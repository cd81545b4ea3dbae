"""The rasteriser under bad input, and the steadiness of its pictures."""

from __future__ import annotations

import dataclasses
import threading
from itertools import pairwise

import numba
import numpy as np
import pytest
import trimesh

from tests import samples
from tests.render_samples import SIZE, ball, box, object_of, quad, render, scene_of, trace_of
from text2sim.errors import ConfigError, ShapeError
from text2sim.render.raster import RasterRenderer
from text2sim.stage import Options
from text2sim.threads import Team
from text2sim.types import CameraPlan, Mesh, Surface


def looking(eye, target, fov=0.7):
    return CameraPlan(times=[0.0], eye=[eye], target=[target], fov=fov)


def test_a_mesh_with_nan_is_refused_when_it_is_made():
    with pytest.raises(ShapeError, match="NaN"):
        Mesh(vertices=[[0, 0, np.nan]] * 3, normals=[[0, 0, 1]] * 3, faces=[[0, 1, 2]])


def test_degenerate_triangles_vanish_and_harm_nobody():
    mesh = samples.box_mesh(np.array([-0.5, -0.5, 0.0]), np.array([0.5, 0.5, 1.0]))
    extra = np.array([[0, 0, 0], [0, 0, 1], [0, 1, 1]])
    worse = dataclasses.replace(
        mesh, faces=np.concatenate([mesh.faces, extra]), normals=np.zeros_like(mesh.normals)
    )
    good, bad = (render(trace_of(scene_of(object_of("b", m)))) for m in (mesh, worse))
    np.testing.assert_array_equal(good.segmentation, bad.segmentation)
    line = dataclasses.replace(mesh, vertices=np.zeros_like(mesh.vertices) + mesh.vertices[:1])
    assert (render(trace_of(scene_of(object_of("b", line)))).segmentation < 2).all()


def test_what_is_behind_or_around_the_camera_is_drawn_right():
    behind = box("behind", [-1, -9, 0], [1, -8, 2])
    assert (render(trace_of(scene_of(behind))).segmentation < 2).all()
    around = box("around", [-1, -6, 0], [1, -4, 2])
    frames = render(trace_of(scene_of(around)))  # closed, seen from inside: its backs are culled
    assert frames.rgb.std() > 1.0
    assert np.isfinite(frames.depth).all()


def test_a_camera_that_passes_through_what_it_looks_at_is_named():
    """Its keyframes are fine, and in between there is a frame without a direction."""
    eye, target = [[0, -5, 1], [0, 5, 1]], [[0, 0, 1], [0, 0, 1]]
    camera = CameraPlan(times=[0.0, 0.4], eye=eye, target=target)
    with pytest.raises(ConfigError, match=r"where it looks at.*frame 2"):
        render(trace_of(scene_of(camera=camera), frames=5))


@pytest.mark.parametrize("eye", [[0, 0, 8], [0, 0.001, 8], [0, -5, 0.0], [0, -5, -2]])
def test_odd_places_of_the_camera_make_a_picture(eye):
    camera = looking(eye, [0, 0, 0.5])
    frames = render(trace_of(scene_of(ball("b", 0.5, position=(0, 0, 0.5)), camera=camera)))
    assert np.isfinite(frames.depth).all()
    assert (frames.segmentation == 2).any() or eye[2] < 0


def test_a_hundred_thousand_faces_are_drawn():
    sphere = trimesh.creation.icosphere(6, 0.8)
    sphere = sphere.subdivide() if len(sphere.faces) < 100_000 else sphere
    mesh = Mesh(vertices=sphere.vertices, normals=sphere.vertex_normals, faces=sphere.faces)
    assert len(mesh.faces) > 100_000
    frames = render(trace_of(scene_of(object_of("s", mesh, position=(0, 0, 1)))))
    seen = (frames.segmentation == 2).sum()
    focal = 0.5 * min(SIZE) / np.tan(0.35)
    radius = focal * 0.8 / np.sqrt(25 - 0.64)
    assert seen == pytest.approx(np.pi * radius**2, rel=0.02)


def test_pictures_may_be_as_wide_as_8k_and_no_wider():
    frames = render(trace_of(scene_of(ball("b", 0.5))), size=(7680, 16), channels=("rgb",))
    assert frames.rgb.shape == (1, 16, 7680, 3)
    with pytest.raises(ConfigError, match="7680"):
        Options(size=(7682, 4320))


@pytest.mark.long
def test_a_whole_8k_picture():
    trace = trace_of(scene_of(ball("b", 0.5), people=True))
    frames = render(trace, size=(7680, 4320), channels=("rgb",))
    assert frames.rgb.std() > 5.0


def test_without_threads_the_caller_draws(monkeypatch):
    trace = trace_of(samples.stairs_scene())
    expected = render(trace)
    monkeypatch.setattr(numba, "get_num_threads", lambda: 4)

    def refuse(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with Team() as team:
        assert team._pool is None
    np.testing.assert_array_equal(render(trace).rgb, expected.rgb)


@pytest.mark.parametrize("threads", [2, 4])
def test_the_number_of_threads_does_not_show(monkeypatch, threads):
    glass = ball("g", 0.4, position=(0, -1, 1), surface=Surface(colour=(0.5,) * 3, opacity=0.3))
    trace = trace_of(scene_of(glass, box("b", [-1, 0, 0], [1, 1, 1]), people=True))
    renderer = RasterRenderer(look="outdoor", motion_blur=0.5)
    monkeypatch.setattr(numba, "get_num_threads", lambda: 1)
    alone = render(trace, renderer=renderer)
    monkeypatch.setattr(numba, "get_num_threads", lambda: threads)
    together = render(trace, renderer=renderer)
    for name in ("rgb", "depth", "segmentation"):
        np.testing.assert_array_equal(getattr(alone, name), getattr(together, name))


def slanted() -> list:
    """White posts and a slanted edge before the sky."""
    surface = Surface(colour=(0.01, 0.01, 0.01), roughness=1.0)
    posts = [
        box(f"p{i}", [0.3 * i, 0, 0], [0.3 * i + 0.04, 0.02, 2], surface=surface)
        for i in (-2, -1, 1)
    ]
    edge = quad("edge", [[-0.2, 0, 0.2], [0.2, 0, 0.2], [0.5, 0, 1.9], [0.1, 0, 1.9]])
    return [*posts, edge]


def shifted(amount: float, quality: str) -> np.ndarray:
    camera = looking([amount, -5, 1], [amount, 0, 1])
    frames = render(
        trace_of(scene_of(*slanted(), camera=camera)), channels=("rgb",),
        renderer=RasterRenderer(quality=quality),
    )  # fmt: skip
    return frames.rgb[0, 20:100].astype(float)


def test_edges_do_not_crawl_when_the_camera_moves_by_part_of_a_pixel():
    """A step of 1/16 px moves two samples at most, and the mean brightness hardly at all."""
    pixel = 5.0 / (0.5 * min(SIZE) / np.tan(0.35))
    for quality, jump, drift in (("standard", 0.5, 0.5), ("high", 0.3, 0.5)):
        pictures = [shifted(k * pixel / 16, quality) for k in range(17)]
        steps = [np.abs(b - a).max() for a, b in pairwise(pictures)]
        contrast = pictures[0].max() - pictures[0].min()
        assert max(steps) < jump * contrast
        means = [picture.mean() for picture in pictures]
        assert max(means) - min(means) < drift
        # After one whole pixel the picture is the same, one pixel further.
        np.testing.assert_allclose(pictures[-1][:, 8:-8], pictures[0][:, 9:-7], atol=20)


def test_highlights_on_shiny_curves_do_not_sparkle():
    surface = Surface(colour=(0.8, 0.8, 0.8), roughness=0.1, metalness=1.0)
    brightest = []
    for k in range(6):
        camera = looking([0.001 * k, -5, 1], [0.001 * k, 0, 1])
        item = ball("b", 0.15, position=(0, 0, 1), surface=surface)
        frames = render(trace_of(scene_of(item, camera=camera)))
        ball_pixels = frames.rgb[0][frames.segmentation[0] == 2].astype(float)
        brightest.append(ball_pixels.mean())
    assert max(brightest) - min(brightest) < 3.0
