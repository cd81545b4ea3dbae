"""PyBullet's renderer agrees with the rasteriser on what is where."""

from __future__ import annotations

import numpy as np
import pytest

from tests.render_samples import box, render, scene_of, trace_of
from text2sim.types import CameraPlan, Frames

pytest.importorskip("pybullet")

VIEW = CameraPlan(times=[0.0], eye=[[-2.5, -4.5, 2.2]], target=[[0, 0, 0.7]], fov=0.6)


@pytest.fixture(scope="module")
def both() -> tuple[Frames, Frames]:
    from text2sim.render.pybullet import PyBulletRenderer

    boxes = [
        box("near", [-0.3, -1.0, 0.0], [0.4, -0.5, 0.7]),
        box("far", [-0.9, 0.5, 0.0], [0.9, 0.9, 1.3]),
    ]
    trace = trace_of(scene_of(*boxes, camera=VIEW, people=True), frames=2)
    return render(trace), render(trace, renderer=PyBulletRenderer())


def test_silhouettes_agree(both):
    ours, theirs = both
    assert ours.labels == theirs.labels == ("sky", "ground", "near", "far", "man1")
    for label in (2, 3, 4):
        a, b = ours.segmentation[1] == label, theirs.segmentation[1] == label
        assert (a & b).sum() / (a | b).sum() > 0.98


def test_depths_agree(both):
    ours, theirs = both
    same = (ours.segmentation == theirs.segmentation) & (ours.segmentation >= 1)
    error = np.abs(ours.depth - theirs.depth)[same] / ours.depth[same]
    assert error.max() < 0.01
    assert (theirs.depth[theirs.segmentation == 0] == 0).all()


def test_colours_are_alike(both):
    ours, theirs = both
    seen = (ours.segmentation == 2) & (theirs.segmentation == 2)
    for frames in (ours, theirs):
        red, green, blue = frames.rgb[seen].mean(axis=0)
        assert red > 1.5 * green
        assert red > 1.5 * blue


def test_worlds_are_closed_again():
    from text2sim.render.pybullet import PyBulletRenderer

    trace = trace_of(scene_of(box("b", [0, 0, 0], [1, 1, 1])))
    results = [render(trace, size=(16, 16), renderer=PyBulletRenderer()) for _ in range(30)]
    np.testing.assert_array_equal(results[0].rgb, results[-1].rgb)
