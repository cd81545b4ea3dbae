"""Parts of the renderer: camera track, skinning, shadow map, storage, enhancer."""

from __future__ import annotations

import dataclasses
import gc
import os
from pathlib import Path

import numpy as np
import pytest

from tests import samples
from tests.render_samples import FRONT, box, render, scene_of, trace_of
from text2sim.enhance.none import NoEnhancer
from text2sim.errors import ResourceError
from text2sim.maths import quaternions as quat
from text2sim.render import look, storage
from text2sim.render.camera import camera_track
from text2sim.render.geometry import LiveGeometry
from text2sim.render.shadows import ShadowPass
from text2sim.stage import Context
from text2sim.threads import Team
from text2sim.types import CameraPlan, SkinnedMesh


def test_the_camera_passes_its_keyframes_without_overshoot():
    plan = CameraPlan(
        times=[0.0, 1.0, 1.5, 3.0],
        eye=[[0, -5, 1], [1, -5, 1], [1, -5, 1.2], [4, -6, 2]],
        target=[[0, 0, 1], [1, 0, 1], [1, 0, 1], [4, 0, 1]],
    )
    track = camera_track(trace_of(scene_of(camera=plan, people=True), frames=31))
    for time, eye in zip(plan.times, plan.eye):
        np.testing.assert_allclose(track.eye[round(time * 10)], eye, atol=1e-9)
    assert (np.diff(track.eye[:, 0]) >= -1e-9).all()
    acceleration = np.diff(track.eye, 2, axis=0) * 100
    assert np.abs(acceleration).max() < 12.0


def test_a_still_camera_stays_still_after_its_last_keyframe():
    track = camera_track(trace_of(scene_of(people=True), frames=12))
    np.testing.assert_array_equal(track.eye, np.tile(FRONT.eye, (12, 1)))
    assert track.fov == FRONT.fov


def test_skinning_agrees_with_numpy():
    scene = scene_of(people=True)
    actor = scene.actors[0]
    rng = np.random.default_rng(3)
    count = len(actor.skin.vertices)
    weights = rng.random((count, 4))
    skin = SkinnedMesh(
        vertices=actor.skin.vertices, normals=actor.skin.normals, faces=actor.skin.faces,
        colours=actor.skin.colours, roughness=actor.skin.roughness,
        joints=rng.integers(0, 22, (count, 4)),
        weights=weights / weights.sum(axis=1, keepdims=True),
    )  # fmt: skip
    scene = dataclasses.replace(scene, actors=(dataclasses.replace(actor, skin=skin),))
    trace = trace_of(scene, frames=2)
    turns = quat.exp(rng.normal(0, 0.5, (2, 22, 3)))
    track = dataclasses.replace(trace.tracks[0], rotations_wxyz=turns)
    trace = dataclasses.replace(trace, tracks=(track,))
    with Team() as team:
        shown = LiveGeometry(trace).show(1, team)
    positions, rotations = track.joints()
    rest = actor.skeleton.rest_positions()
    local = skin.vertices[:, None] - rest[skin.joints]
    q = rotations[1][skin.joints]
    expected = (skin.weights[..., None] * (positions[1][skin.joints] + quat.rotate(q, local))).sum(
        1
    )
    normals = (skin.weights[..., None] * quat.rotate(q, skin.normals[:, None])).sum(1)
    np.testing.assert_allclose(shown.world, expected, atol=2e-6)
    np.testing.assert_allclose(shown.normals, normals, atol=2e-6)


def test_shadow_map_moves_by_whole_texels():
    """The same world point keeps its place within the texel as the map follows the actor."""
    trace = trace_of(samples.stairs_scene(), motion=samples.gliding_motion(samples.stairs_scene()))
    to_sun = look.lights(np.array([0.0, 1.0, 0.0]), trace.world.motion.scene.ground).to_sun
    shadows = ShadowPass(trace, to_sun, 512, 0.07)
    point = np.array([0.3, -0.2, 0.4, 1.0])
    places = np.array([shadows._frame(i)[:2] @ point for i in range(0, 100, 9)])
    assert np.ptp(places, axis=0).max() > 5
    steps = places - places[0]
    np.testing.assert_allclose(steps, np.round(steps), atol=1e-6)


def test_large_clips_live_in_a_file_that_goes_away(monkeypatch, tmp_path):
    monkeypatch.setattr(storage, "IN_MEMORY", 1000)
    monkeypatch.setattr(storage.tempfile, "tempdir", str(tmp_path))
    trace = trace_of(scene_of(), frames=2)
    frames = render(trace)
    assert isinstance(_root(frames.rgb), np.memmap)
    monkeypatch.setattr(storage, "IN_MEMORY", 10**9)
    np.testing.assert_array_equal(frames.rgb, render(trace).rgb)
    del frames
    gc.collect()
    assert os.listdir(tmp_path) == []


def _root(content):
    while isinstance(content.base, np.ndarray):
        content = content.base
    return content


def test_a_full_disk_is_named_before_anything_is_rendered(monkeypatch):
    monkeypatch.setattr(storage, "IN_MEMORY", 1000)
    usage = type("Usage", (), {"free": 10})
    monkeypatch.setattr(storage.shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(ResourceError, match="TMPDIR"):
        render(trace_of(scene_of(box("b", [0, 0, 0], [1, 1, 1]))))


def test_no_enhancement_returns_the_same_frames():
    frames = render(trace_of(scene_of()))
    assert NoEnhancer().run(frames, Context(stage="enhancer", allowed=())) is frames


def test_kernels_compile_where_no_cache_can_be_written(monkeypatch):
    from text2sim import compiling

    real = compiling.numba.njit

    def without_a_place(*args, cache=False, **options):
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return real(*args, **options)

    monkeypatch.setattr(compiling.numba, "njit", without_a_place)
    double = compiling.kernel(lambda x: 2 * x)
    assert double(21) == 42


def test_cached_kernels_are_tied_to_all_kernel_sources(monkeypatch):
    from text2sim import compiling

    def empty():
        return 0

    (cell,) = compiling._tied_to_sources(empty).__closure__
    folder = Path(__file__).parent
    before = compiling._sources(folder)
    assert cell.cell_contents == before
    compiling._sources.cache_clear()
    monkeypatch.setattr(compiling.Path, "read_bytes", lambda path: b"changed")
    assert compiling._sources(folder) != before
    compiling._sources.cache_clear()
