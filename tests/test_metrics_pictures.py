"""Metrics of pictures against closed forms."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from tests.render_samples import box, render, scene_of, trace_of
from text2sim import Pipeline
from text2sim.enhance.film import FilmEnhancer
from text2sim.evaluation.pictures import (
    edge_identity,
    evaluate_pictures,
    flicker,
    luminance,
    warping_error,
)

H, W = 60, 80


def grey(values) -> np.ndarray:
    """Values (..., H, W) as sRGB pictures."""
    return np.repeat(np.asarray(values, np.uint8)[..., None], 3, axis=-1)


def flow_of(x: float, y: float, frames: int = 2) -> np.ndarray:
    return np.tile(np.float32([x, y]), (frames, H, W, 1))


SEEN = np.ones((2, H, W), np.uint8)


def test_a_picture_that_follows_its_flow_has_no_warping_error():
    texture = np.random.default_rng(0).integers(0, 256, (H, W))
    moved = grey([texture, np.roll(texture, (2, 3), axis=(0, 1))])
    assert warping_error(moved, flow_of(3, 2), SEEN) == pytest.approx(0.0, abs=1e-4)
    assert warping_error(moved, flow_of(0, 0), SEEN) > 50
    ramp = np.tile(10 + 2 * np.arange(W), (H, 1))
    assert warping_error(grey([ramp, ramp - 1]), flow_of(0.5, 0), SEEN) < 1e-4  # Half a pixel.


def test_warping_error_is_the_root_of_the_mean_square_where_points_are_seen():
    pictures = grey([np.full((H, W), 100), np.full((H, W), 107)])
    assert warping_error(pictures, flow_of(0, 0), SEEN) == pytest.approx(7.0, rel=1e-5)
    pictures[1, :, : W // 2] = 113
    assert warping_error(pictures, flow_of(0, 0), SEEN) == pytest.approx(
        math.sqrt((7**2 + 13**2) / 2), rel=1e-5
    )
    hidden = SEEN.copy()
    hidden[0, :, : W // 2] = 2
    assert warping_error(pictures, flow_of(0, 0), hidden) == pytest.approx(7.0, rel=1e-5)
    assert math.isnan(warping_error(pictures, flow_of(0, 0), 0 * SEEN))
    assert math.isnan(warping_error(pictures[:1], flow_of(0, 0, 1), SEEN[:1]))


def test_flicker_is_the_amplitude_of_what_alternates_and_not_of_what_rises():
    alternating = grey(np.full((9, H, W), 100) + 5 * (-1) ** np.arange(9)[:, None, None])
    assert flicker(alternating) == pytest.approx(5.0)
    assert flicker(grey(np.full((9, H, W), 60) + 6 * np.arange(9)[:, None, None])) < 1e-4
    assert math.isnan(flicker(alternating[:2]))


def test_edge_identity_knows_place_and_sign_but_not_exposure():
    labels = np.zeros((1, H, W), np.uint16)
    labels[:, 15:45, 20:60] = 2
    picture = grey(np.where(labels == 2, 90, 20))
    assert edge_identity(picture, picture, labels) == pytest.approx(1.0)
    assert edge_identity(picture, 2 * picture, labels) == pytest.approx(1.0)
    assert edge_identity(picture, 255 - picture, labels) == pytest.approx(-1.0)
    moved = np.roll(picture, 2, axis=2)
    uprights = 30 / 70  # The share of edge length that stands upright; the ends moved too.
    assert edge_identity(picture, moved, labels) == pytest.approx(1 - uprights, abs=0.05)
    assert math.isnan(edge_identity(picture, picture, 0 * labels))
    assert math.isnan(edge_identity(picture, 0 * picture, labels))


def test_luminance_is_rec_709():
    assert luminance(np.uint8([[[255, 0, 0], [0, 255, 0], [255, 255, 255]]])) == pytest.approx(
        np.array([[54.213, 182.376, 255.0]]), rel=1e-5
    )


def test_true_flow_explains_a_rendered_movement():
    trace = trace_of(scene_of(box("b", [-0.4, -0.4, 0.4], [0.4, 0.4, 1.6])), frames=4)
    moved = trace.object_positions + 0.12 * np.arange(4)[:, None, None] * [1.0, 0.0, 0.0]
    frames = render(dataclasses.replace(trace, object_positions=moved))
    still = warping_error(frames.rgb, 0 * frames.flow, frames.flow_state)
    assert warping_error(frames.rgb, frames.flow, frames.flow_state) < 0.5 * still


def test_metrics_of_an_animation_tell_what_the_enhancer_did():
    options = {"duration": 1.0, "fps": 6.0, "size": (96, 72)}
    plain = Pipeline(controller="kinematic")
    assert "warping_error" not in plain("a man kicks a ball", **options).metrics()
    pipeline = plain.replace(enhancer=FilmEnhancer(preset="vintage"))
    metrics = pipeline("a man kicks a ball", channels=("segmentation",), **options).metrics()
    for name in ("warping_error", "flicker"):
        assert metrics[name].unit == "of 255"
        assert metrics[f"{name}_rendered"].value >= 0.0
    assert metrics["warping_error"].value > 0.0
    assert 0.3 < metrics["edge_identity"].value < 1.0
    assert "foot_skate" in metrics
    anim = plain.replace(enhancer=FilmEnhancer(preset="neutral"))("a man kicks a ball", **options)
    found = evaluate_pictures(anim.rendered)
    assert math.isnan(found["warping_error"].value)
    assert math.isnan(found["edge_identity"].value)
    assert found["flicker"].value == found["flicker_rendered"].value
