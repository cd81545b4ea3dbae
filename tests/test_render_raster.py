"""The rasteriser: geometry, light, channels and determinism."""

from __future__ import annotations

import dataclasses

import numba
import numpy as np
import pytest

from tests import samples
from tests.render_samples import (
    FRONT,
    SIZE,
    ball,
    box,
    context,
    object_of,
    quad,
    render,
    scene_of,
    trace_of,
)  # fmt: skip
from text2sim.errors import Cancelled
from text2sim.maths.camera import focal_length, project
from text2sim.render.raster import RasterRenderer
from text2sim.stage import Context, Options
from text2sim.types import CameraPlan, Surface


def test_edges_lie_where_project_says():
    """A box face is found between its projected edges to 0.01 px, by the depth channel's slope."""
    plan = CameraPlan(times=[0.0], eye=[[0.7, -4.0, 2.1]], target=[[0.1, 0.2, 0.7]], fov=0.6)
    corners = np.array([[-0.8, 0.1, 0.3], [0.9, 0.4, 0.2], [0.7, 0.8, 1.6], [-0.7, 0.5, 1.4]])
    scene = scene_of(quad("q", corners), camera=plan)
    seen = render(trace_of(scene)).segmentation[0] == 2
    pixels, _ = project(corners, plan.eye[0], plan.target[0], plan.fov, SIZE)
    rows, columns = np.mgrid[: SIZE[1], : SIZE[0]] + 0.5
    # Distance of each pixel centre inside all four edges (planar quad up to its diagonal split).
    inside = np.full(seen.shape, np.inf)
    for a, b in zip(pixels, np.roll(pixels, -1, axis=0)):
        edge = (b - a) / np.linalg.norm(b - a)
        inside = np.minimum(inside, -(edge[0] * (rows - a[1]) - edge[1] * (columns - a[0])))
    assert seen[inside > 0.01].all()
    assert not seen[inside < -0.01].any()
    assert (np.abs(inside) < 0.3).sum() > 50  # the edges were put to the test


def test_depth_of_a_slanted_quad_is_exact():
    corners = np.array([[-1.0, 0.0, 0.2], [1.0, 1.0, 0.2], [1.0, 1.0, 1.8], [-1.0, 0.0, 1.8]])
    frames = render(trace_of(scene_of(quad("q", corners))))
    depth, seen = frames.depth[0], frames.segmentation[0] == 2
    rows, columns = np.nonzero(seen)
    focal = focal_length(FRONT.fov, SIZE)
    slope = (columns + 0.5 - SIZE[0] / 2) / focal  # x / depth; the quad is y = (x + 1) / 2
    expected = (5.0 + 0.5) / (1.0 - 0.5 * slope)
    assert seen.sum() > 1000
    np.testing.assert_allclose(depth[rows, columns], expected, rtol=2e-5)


def test_depth_of_ground_and_sky():
    frames = render(trace_of(scene_of()))
    depth, labels = frames.depth[0], frames.segmentation[0]
    row = SIZE[1] - 1
    down = (row + 0.5 - SIZE[1] / 2) / focal_length(FRONT.fov, SIZE)
    np.testing.assert_allclose(depth[row], 1.0 / down, rtol=1e-5)
    assert (depth[labels == 0] == 0).all()
    assert (labels[0] == 0).all()
    assert (labels[row] == 1).all()


def test_a_floor_that_passes_under_the_camera_is_clipped_not_dropped():
    """The slab reaches behind the eye; all rows below the horizon show it, at the right depth."""
    slab = box("slab", [-50, -50, 0.0], [50, 50, 0.5])
    frames = render(trace_of(scene_of(slab)))
    below = frames.segmentation[0, 70:]
    assert (below == 2).all()
    down = (np.arange(70, SIZE[1]) + 0.5 - SIZE[1] / 2) / focal_length(FRONT.fov, SIZE)
    np.testing.assert_allclose(frames.depth[0, 70:, 80], 0.5 / down, rtol=1e-4)


def test_nearer_things_hide_farther_ones_and_labels_name_them():
    near = box("near", [-0.3, -1.2, 0.5], [0.3, -1.0, 1.5])
    far = box("far", [-1.0, 1.0, 0.5], [1.0, 1.2, 1.5])
    for order in ((near, far), (far, near)):
        frames = render(trace_of(scene_of(*order)))
        assert frames.labels == ("sky", "ground", order[0].id, order[1].id)
        middle = frames.segmentation[0, SIZE[1] // 2]
        assert frames.labels[middle[SIZE[0] // 2]] == "near"
        assert frames.labels[middle[SIZE[0] // 2 + 25]] == "far"


def test_what_is_below_the_ground_is_hidden():
    frames = render(trace_of(scene_of(box("cellar", [-1, -1, -2.0], [1, 1, -0.01]))))
    assert set(np.unique(frames.segmentation)) == {0, 1}


def test_a_box_throws_its_shadow_away_from_the_sun():
    from text2sim.render import look

    above = CameraPlan(times=[0.0], eye=[[0, -4, 6]], target=[[0, 0, 0]], fov=0.7)
    scene = scene_of(box("box", [-0.3, -0.3, 0], [0.3, 0.3, 0.6]), camera=above)
    plain = dataclasses.replace(scene, ground=Surface(colour=(0.4, 0.4, 0.4)))
    picture = render(trace_of(plain)).rgb[0].astype(float).mean(axis=-1)
    sun = np.array(look.lights(above.target[0] - above.eye[0], plain.ground).to_sun)
    away = -sun[:2] / np.linalg.norm(sun[:2]) * 0.6
    points = np.array([[*away, 0.0], [*-away, 0.0]])
    (dark, light), _ = project(points, above.eye[0], above.target[0], above.fov, SIZE)
    shaded = picture[int(dark[1]), int(dark[0])]
    lit = picture[int(light[1]), int(light[0])]
    assert shaded < 0.75 * lit


def test_contact_darkens_the_ground_softly():
    """Ambient occlusion: beside a wall that throws no shadow there, the ground is darker."""
    above = CameraPlan(times=[0.0], eye=[[0, -4, 3]], target=[[0, 0, 0]], fov=0.6)
    scene = scene_of(box("wall", [-2, 0, 0], [2, 0.5, 1.0]), camera=above)
    trace = trace_of(dataclasses.replace(scene, ground=Surface(colour=(0.4, 0.4, 0.4))))
    plain, occluded = (
        render(trace, renderer=RasterRenderer(quality=q)).rgb[0].astype(float)
        for q in ("draft", "standard")
    )
    at, _ = project([[0, -0.06, 0], [0, -1.2, 0]], above.eye[0], above.target[0], above.fov, SIZE)
    loss = [plain[int(y), int(x)].mean() - occluded[int(y), int(x)].mean() for x, y in at]
    assert loss[0] > 4.0
    assert loss[0] > 3.0 * abs(loss[1])


def test_edges_are_smooth_in_standard_and_hard_in_draft():
    scene = scene_of(
        ball("ball", 0.6, position=(0, 0, 1.2), surface=Surface(colour=(0.02, 0.02, 0.02)))
    )
    counts = {}
    for quality in ("draft", "standard"):
        frames = render(trace_of(scene), renderer=RasterRenderer(quality=quality))
        row = frames.rgb[0, 45].astype(int).mean(axis=-1)
        edge = np.nonzero(np.diff(row < 0.5 * (row.max() + row.min())))[0]
        across = row[edge[0] - 1 : edge[0] + 3]
        counts[quality] = (np.abs(np.diff(across)) > 12).sum()
    assert counts["standard"] >= 2
    assert counts["draft"] == 1


def test_the_same_bytes_whatever_the_number_of_threads():
    trace = trace_of(samples.stairs_scene(), motion=short_motion())
    before = numba.get_num_threads()
    results = []
    try:
        for threads in (1, 2, 2):
            numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))
            results.append(render(trace))
    finally:
        numba.set_num_threads(before)
    for other in results[1:]:
        for name in ("rgb", "depth", "segmentation"):
            np.testing.assert_array_equal(getattr(results[0], name), getattr(other, name))


def short_motion():
    motion = samples.gliding_motion(samples.stairs_scene(), fps=10.0)
    return dataclasses.replace(motion, tracks=(motion.tracks[0].slice(10, 13),))


@pytest.mark.parametrize("size", [(16, 16), (18, 64), (64, 18)])
def test_small_and_odd_shapes(size):
    frames = render(trace_of(scene_of(ball("b", 0.5), people=True)), size=size)
    assert frames.rgb.shape == (1, size[1], size[0], 3)
    assert frames.depth.shape == frames.segmentation.shape == (1, size[1], size[0])
    assert np.isfinite(frames.depth).all()


def test_an_empty_scene_is_a_clean_gradient():
    frames = render(trace_of(scene_of(), frames=2))
    assert frames.rgb.shape[0] == 2
    sky = frames.rgb[0, :40, 80].astype(int)
    assert (np.abs(np.diff(sky, axis=0)) <= 3).all()
    assert sky.min() > 100


def test_channels_not_asked_for_are_not_made():
    trace = trace_of(scene_of())
    frames = render(trace, channels=("rgb",))
    assert frames.depth is None
    assert frames.segmentation is None
    assert render(trace, channels=("rgb", "depth")).segmentation is None
    assert render(trace, channels=("rgb", "segmentation")).depth is None


@pytest.mark.parametrize(
    "pattern", ["plain", "wood", "stone", "metal", "cloth", "grass", "leaves", "brick", "tile"]
)
def test_every_pattern_varies_the_surface_but_keeps_its_colour(pattern):
    surface = Surface(colour=(0.3, 0.2, 0.1), pattern=pattern)
    scene = scene_of(box("b", [-1, 0, 0], [1, 1, 2], surface=surface))
    scene = dataclasses.replace(scene, ground=surface)
    frames = render(trace_of(scene))
    picture = frames.rgb[0].astype(float)
    for label in (1, 2):
        seen = picture[frames.segmentation[0] == label]
        red, green, blue = seen.mean(axis=0)
        assert red > green > blue
    wall = picture[40:70, 60:100, 1]
    assert wall.std() < 40
    if pattern in ("wood", "stone", "leaves", "grass", "brick", "tile"):
        assert wall.std() > 1.0


def test_objects_move_with_their_poses():
    scene = scene_of(box("b", [-0.2, -0.2, 0], [0.2, 0.2, 0.4]))
    trace = trace_of(scene, frames=3)
    positions = np.array([[[-1.0, 0, 0.5]], [[1.0, 0, 0.5]], [[1.0, 0, 0.5]]])
    turned = np.tile([np.cos(0.4), 0, np.sin(0.4), 0], (3, 1, 1))
    frames = render(
        dataclasses.replace(trace, object_positions=positions, object_rotations_wxyz=turned)
    )
    columns = [np.nonzero(frame == 2)[1].mean() for frame in frames.segmentation]
    assert columns[0] < 70 < 90 < columns[1]
    np.testing.assert_array_equal(frames.rgb[1], frames.rgb[2])


def test_cancelling_stops_between_frames():
    ctx = Context(request=Options(size=SIZE), stage="renderer")
    reports = []

    def stop_after_two(progress):
        reports.append(progress.done)
        if len(reports) == 2:
            ctx.cancel.set()

    ctx = dataclasses.replace(ctx, on_progress=stop_after_two)
    with pytest.raises(Cancelled):
        RasterRenderer().run(trace_of(scene_of(), frames=9), ctx)
    assert reports == [0, 1]


def test_progress_reaches_the_total():
    reports = []
    ctx = dataclasses.replace(context(), on_progress=lambda p: reports.append((p.done, p.total)))
    RasterRenderer().run(trace_of(scene_of(), frames=3), ctx)
    assert reports[0] == (0, 3)
    assert reports[-1] == (3, 3)


def test_open_meshes_are_lit_from_both_sides():
    front = [[-0.5, 0, 0.5], [0.5, 0, 0.5], [0.5, 0, 1.5], [-0.5, 0, 1.5]]
    pictures = [render(trace_of(scene_of(quad("q", c)))).rgb[0] for c in (front, front[::-1])]
    middle = [picture[50:70, 70:90].astype(float).mean() for picture in pictures]
    assert abs(middle[0] - middle[1]) < 2.0


def test_closed_meshes_are_recognised():
    from text2sim.render.geometry import is_closed

    mesh = samples.box_mesh(np.zeros(3), np.ones(3))
    assert is_closed(mesh.vertices, mesh.faces)
    assert not is_closed(mesh.vertices, mesh.faces[1:])
    assert not is_closed(mesh.vertices, mesh.faces[:, ::-1])
    assert object_of("o", mesh).visuals
