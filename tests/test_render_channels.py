"""Channels against closed forms: what is seen at the centre of each pixel, and where it goes."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tests.render_samples import FRONT, SIZE, ball, box, context, quad, render, scene_of, trace_of
from text2sim import Pipeline
from text2sim.catalogue import KINDS
from text2sim.classes import CLASSES, OTHER, PERSON, class_id
from text2sim.errors import ConfigError
from text2sim.maths import quaternions as quat
from text2sim.maths.camera import focal_length, look_at, project
from text2sim.render.look import LOOKS
from text2sim.render.look import lights as lights_of
from text2sim.render.pybullet import PyBulletRenderer
from text2sim.render.raster import RasterRenderer
from text2sim.stage import CHANNELS, Options
from text2sim.types import CameraPlan, Frames, Surface

MOVING = CameraPlan(
    times=[0.0, 0.1], eye=[[0.3, -5, 1.2], [0.5, -4.7, 1.3]], target=[[0, 0, 1], [0.2, 0.1, 0.9]],
    fov=0.7,
)  # fmt: skip


def centres(size=SIZE) -> np.ndarray:
    """Pixel centres [px], (H, W, 2)."""
    rows, columns = np.mgrid[: size[1], : size[0]] + 0.5
    return np.stack([columns, rows], axis=-1)


def rays(frames: Frames, frame: int) -> np.ndarray:
    """World directions of depth 1 through the pixel centres, (H, W, 3)."""
    local = (centres(frames.size) - 0.5 * np.array(frames.size)) / focal_length(
        frames.camera.fov, frames.size
    )
    local = np.concatenate([local, np.ones((*local.shape[:2], 1))], axis=-1)
    return local @ look_at(frames.camera.eye[frame], frames.camera.target[frame])


def points(frames: Frames, frame: int) -> np.ndarray:
    """World points of the pixel centres by the depth channel, (H, W, 3)."""
    return frames.camera.eye[frame] + frames.depth[frame][..., None] * rays(frames, frame)


def expected_flow(frames: Frames, moved: np.ndarray) -> np.ndarray:
    """Flow from frame 0 to 1 if the points of frame 0 are at `moved` then, (H, W, 2)."""
    camera = frames.camera
    there, _ = project(moved, camera.eye[1], camera.target[1], camera.fov, frames.size)
    return there - centres(frames.size)


def test_normals_of_planes_are_exact_and_face_the_camera():
    corners = np.array([[-1.0, 0.0, 0.2], [1.0, 1.0, 0.2], [1.0, 1.0, 1.8], [-1.0, 0.0, 1.8]])
    for order in (corners, corners[::-1]):  # An open mesh is seen from both sides.
        frames = render(trace_of(scene_of(quad("q", order))))
        seen, ground = frames.segmentation[0] == 2, frames.segmentation[0] == 1
        normal = np.array([1.0, -2.0, 0.0]) / np.sqrt(5)
        np.testing.assert_allclose(frames.normals[0][seen], [normal] * seen.sum(), atol=1e-6)
        assert (frames.normals[0][ground] == [0, 0, 1]).all()
        assert (frames.normals[0][frames.segmentation[0] == 0] == 0).all()


def test_normals_and_depth_of_a_sphere():
    centre = np.array([0.2, 0.3, 1.1])
    frames = render(trace_of(scene_of(ball("b", 0.7, position=centre))))
    seen, direction = frames.segmentation[0] == 2, rays(frames, 0)
    offset = frames.camera.eye[0] - centre
    a, b = (direction**2).sum(-1), direction @ offset
    root = b**2 - a * (offset @ offset - 0.49)
    inner = seen & (root > 0.3)  # Away from the outline, where the polyhedron is not the sphere.
    depth = (-b - np.sqrt(np.maximum(root, 0))) / a
    exact = (frames.camera.eye[0] + depth[..., None] * direction - centre) / 0.7
    assert inner.sum() > 300
    assert (frames.depth[0] - depth)[inner].min() >= 0.0
    assert (frames.depth[0] - depth)[inner].max() < 0.006  # The facets' distance to the sphere.
    assert (frames.normals[0] * exact).sum(-1)[inner].min() > np.cos(0.02)


def test_normals_are_unit_and_turn_into_the_cameras_axes():
    frames = render(trace_of(scene_of(ball("b", 0.7, position=(0, 0, 1)), camera=MOVING), frames=2))
    for frame in (0, 1):
        axes = look_at(frames.camera.eye[frame], frames.camera.target[frame])
        turned = frames.normals[frame] @ axes.T
        np.testing.assert_allclose(frames.camera_normals[frame], turned, atol=1e-6)
        seen = frames.segmentation[frame] > 0
        np.testing.assert_allclose(
            np.linalg.norm(frames.normals[frame][seen], axis=-1), 1.0, atol=1e-6
        )


def test_albedo_is_the_base_colour_whatever_the_light():
    surface = Surface(colour=(0.5, 0.25, 0.05))
    scene = scene_of(ball("b", 0.7, position=(0, 0, 1), surface=surface))
    scene = dataclasses.replace(scene, ground=Surface(colour=(0.1, 0.2, 0.3)))
    frames = render(trace_of(scene))
    for label, colour in ((0, (0, 0, 0)), (1, (0.1, 0.2, 0.3)), (2, surface.colour)):
        seen = frames.segmentation[0] == label
        np.testing.assert_allclose(frames.albedo[0][seen], [colour] * seen.sum(), atol=1e-6)


def hidden_share(origins: np.ndarray, to_sun, low, high, size: float) -> np.ndarray:
    """Share of 64 directions of a sun of that angle [rad] in which a ray hits the box, (N,)."""
    spin = np.arange(64) * 2.399963
    offset = 0.5 * size * np.sqrt((np.arange(64) + 0.5) / 64)
    axes = look_at(np.asarray(to_sun), np.zeros(3))[:2]
    rays = to_sun + (offset * np.stack([np.cos(spin), np.sin(spin)])).T @ axes
    near, far = ((np.asarray(side) - origins[:, None]) / rays[None] for side in (low, high))
    enter = np.minimum(near, far).max(axis=-1)
    leave = np.maximum(near, far).min(axis=-1)
    return ((leave > enter) & (leave > 0)).mean(axis=1)


@pytest.mark.parametrize("look", ["studio", "sunset"])
def test_shadow_is_where_rays_to_the_sun_meet_the_box(look):
    low, high = np.array([-0.5, -0.4, 0.3]), np.array([0.5, 0.4, 1.4])
    plan = CameraPlan(times=[0.0], eye=[[1.0, -5, 3.0]], target=[[0, 0.3, 0.3]], fov=0.8)
    scene = dataclasses.replace(scene_of(box("b", low, high), camera=plan), look=look)
    frames = render(trace_of(scene))
    ground = (frames.segmentation[0] == 1) & (frames.depth[0] < 9)
    origin, view = points(frames, 0)[ground], frames.camera.target[0] - frames.camera.eye[0]
    lights = lights_of(view, scene.ground, look)
    share = hidden_share(origin, np.array(lights.to_sun), low, high, LOOKS[look].size)
    found = frames.shadow[0][ground]
    assert (share == 1).sum() > 100
    dark, lit = share == 1, share == 0
    assert (found[dark] > 0.6).mean() > 0.98  # All but the seam of the filter's width.
    assert (found[lit] < 0.4).mean() > 0.99
    assert found[dark].mean() > 0.93
    assert found[lit].mean() < 0.01
    assert (frames.shadow[0][frames.segmentation[0] == 0] == 0).all()


def test_occlusion_is_in_the_hollows_within_its_reach():
    plan = CameraPlan(times=[0.0], eye=[[0, -4, 2.0]], target=[[0, 0, 0.2]], fov=0.5)
    bare = render(trace_of(scene_of(camera=plan)), size=(320, 240))
    assert (bare.occlusion == 0).all()
    frames = render(
        trace_of(scene_of(box("b", [-3, 0, 0], [3, 1, 2]), camera=plan)), size=(320, 240)
    )
    ground = frames.segmentation[0] == 1
    away = -points(frames, 0)[..., 1]  # Distance from the foot of the box.
    hidden = frames.occlusion[0]
    assert hidden[ground & (away < 0.06)].mean() > 0.25
    assert (
        hidden[ground & (away > 0.14) & (away < 0.20)].mean()
        < hidden[ground & (away < 0.06)].mean()
    )
    assert hidden[ground & (away > 0.40)].max() < 0.02
    assert (hidden >= 0).all()
    assert (hidden <= 1).all()


def test_shadow_and_occlusion_are_those_of_the_frame_with_motion_blur_too():
    trace = trace_of(scene_of(box("b", [-0.4, -0.4, 0], [0.4, 0.4, 1.2])), frames=3)
    moved = trace.object_positions + np.array([0.0, 0.4, 0.8])[:, None, None] * [1.0, 0, 0]
    trace = dataclasses.replace(trace, object_positions=moved)
    sharp = render(trace)
    blurred = render(trace, renderer=RasterRenderer(motion_blur=0.8, quality="standard"))
    np.testing.assert_allclose(blurred.shadow, sharp.shadow, atol=1e-6)
    assert abs(blurred.occlusion - sharp.occlusion).mean() < 0.01


def test_flow_of_a_moving_box_under_a_static_camera():
    """Focal length times displacement over depth, to a thousandth of a pixel."""
    trace = trace_of(scene_of(box("b", [-0.4, -0.4, 0.4], [0.4, 0.4, 1.6])), frames=2)
    shift = np.array([0.11, 0.0, -0.05])
    moved = trace.object_positions + [[[0, 0, 0]], [shift]]
    frames = render(dataclasses.replace(trace, object_positions=moved))
    seen = frames.segmentation[0] == 2
    focal = focal_length(FRONT.fov, SIZE)
    exact = focal * np.array([shift[0], -shift[2]]) / frames.depth[0][seen][:, None]
    np.testing.assert_allclose(frames.flow[0][seen], exact, atol=1e-3)
    assert (frames.flow[0][~seen] == 0).all()
    assert (frames.flow[1] == 0).all()
    assert (frames.flow_state[1] == 0).all()


def test_flow_of_a_turning_object():
    trace = trace_of(scene_of(box("b", [-0.5, -0.5, 0.3], [0.5, 0.5, 1.5])), frames=2)
    turn = quat.about_z(np.array(0.2))
    rotations = np.array([[[1.0, 0, 0, 0]], [turn]])
    frames = render(dataclasses.replace(trace, object_rotations_wxyz=rotations))
    seen = frames.segmentation[0] == 2
    moved = quat.rotate(turn, points(frames, 0))
    np.testing.assert_allclose(frames.flow[0][seen], expected_flow(frames, moved)[seen], atol=2e-3)


def test_flow_of_a_static_scene_under_a_moving_camera():
    scene = scene_of(box("b", [-0.4, -0.4, 0], [0.4, 0.4, 1.6]), camera=MOVING)
    frames = render(trace_of(scene, frames=2))
    depth = frames.depth[0]
    exact = expected_flow(frames, points(frames, 0))
    near = (depth > 0) & (depth < 60)  # Depth in float32 is coarse at the horizon.
    assert (frames.segmentation[0][near] == 1).sum() > 3000
    np.testing.assert_allclose(frames.flow[0][near], exact[near], atol=2e-3)


def test_flow_of_the_sky_is_the_rotation_of_the_camera():
    frames = render(trace_of(scene_of(camera=MOVING), frames=2))
    sky = frames.segmentation[0] == 0
    exact = expected_flow(frames, frames.camera.eye[1] + rays(frames, 0))
    assert sky.sum() > 3000
    np.testing.assert_allclose(frames.flow[0][sky], exact[sky], atol=1e-4)


def test_flow_of_a_skinned_body_is_that_of_its_bones():
    """A stick body, where every vertex belongs to one joint: raise an arm, compare each pixel."""
    trace = trace_of(scene_of(people=True, camera=MOVING), frames=2)
    track = trace.tracks[0]
    rotations = track.rotations_wxyz.copy()
    rotations[1, [1, 16]] = quat.about_x(np.array(0.25))  # The left hip and shoulder.
    roots = track.root_positions + [[0, 0, 0], [0.02, 0.03, 0.01]]
    track = dataclasses.replace(track, rotations_wxyz=rotations, root_positions=roots)
    frames = render(dataclasses.replace(trace, tracks=(track,)))
    skin = trace.world.motion.scene.actors[0].skin
    assert (skin.weights.max(axis=1) == 1).all()
    positions, turns = track.joints()
    bound = skin.joints[np.arange(len(skin.joints)), skin.weights.argmax(axis=1)]
    offsets = skin.vertices - track.skeleton.rest_positions()[bound]
    before, after = (
        positions[frame, bound] + quat.rotate(turns[frame, bound], offsets) for frame in (0, 1)
    )
    pixels, _ = project(before, *camera(frames, 0), SIZE)
    there, _ = project(after, *camera(frames, 1), SIZE)
    seen, flow = frames.segmentation[0] == 2, frames.flow[0]
    assert np.abs(there - pixels).max() > 3.0
    errors = []
    for vertex, (x, y) in enumerate(pixels):
        column, row = int(x), int(y)
        if not (0 <= row < SIZE[1] and 0 <= column < SIZE[0]) or not seen[row, column]:
            continue
        if np.linalg.norm(points(frames, 0)[row, column] - before[vertex]) < 0.03:
            errors.append(flow[row, column] - (there - pixels)[vertex])
    assert len(errors) > 20
    assert np.median(np.abs(errors)) < 0.1


def camera(frames: Frames, frame: int):
    return frames.camera.eye[frame], frames.camera.target[frame], frames.camera.fov


def test_flow_state_tells_seen_hidden_outside_and_nothing():
    wall = box("wall", [-5, 1, 0], [5, 1.2, 3])
    plate = box("plate", [-0.3, -1, 0.5], [0.3, -0.9, 1.5])
    trace = trace_of(scene_of(wall, plate), frames=3)
    moved = trace.object_positions.copy()
    moved[1, 1, 0], moved[2, 1, 0] = 0.6, 3.0
    frames = render(dataclasses.replace(trace, object_positions=moved))
    state, labels = frames.flow_state, frames.segmentation
    assert (state[0][labels[0] == 3] == 1).all()
    assert (state[1][labels[1] == 3] == 3).all()
    assert (state[2] == 0).all()
    behind = (labels[0] == 2) & (labels[1] == 3)  # Wall that the plate will hide.
    assert behind.sum() > 300
    assert (state[0][behind] == 2).mean() > 0.85  # All but a seam of a pixel.
    assert (state[0][(labels[0] == 2) & (labels[1] == 2)] == 1).all()


@pytest.fixture(scope="module")
def walk():
    return Pipeline(controller="kinematic")(
        "a man kicks a ball", duration=1.0, fps=15, size=(240, 180),
        channels=CHANNELS,
    )  # fmt: skip


def test_the_next_picture_pulled_back_by_the_flow_is_this_picture(walk):
    from scipy.ndimage import map_coordinates

    rgb, flow = walk.frames.astype(np.float32), walk.channels["flow"]
    state = walk.channels["flow_state"]
    moving = walk.segmentation > 1
    warped_error, still_error = [], []
    for t in range(len(rgb) - 1):
        x, y = np.moveaxis(centres(walk.size) + flow[t] - 0.5, -1, 0)
        back = np.stack(
            [
                map_coordinates(rgb[t + 1, ..., c], [y, x], order=1, mode="nearest")
                for c in range(3)
            ],
            axis=-1,
        )
        use = (state[t] == 1) & moving[t]
        warped_error.append(np.abs(back - rgb[t])[use].mean())
        still_error.append(np.abs(rgb[t + 1] - rgb[t])[use].mean())
    assert np.mean(still_error) > 10.0
    assert np.mean(warped_error) < 0.35 * np.mean(still_error)


def test_joints_are_where_project_says_and_inside_the_body(walk):
    joints = walk.joints()
    world = walk.trace.tracks[0].positions()
    pixels, depth = project(
        world, walk.camera.eye[:, None], walk.camera.target[:, None], walk.camera.fov, walk.size
    )
    np.testing.assert_allclose(joints.pixels[:, 0], pixels)
    np.testing.assert_allclose(joints.depth[:, 0], depth)
    np.testing.assert_allclose(joints.world[:, 0], world)
    person = walk.labels.index("man1")
    for t, (x, y) in enumerate(joints.pixels[:, 0, 0]):  # The pelvis.
        if joints.visibility[t, 0, 0] == 2:
            assert walk.segmentation[t, int(y), int(x)] == person
    assert (joints.visibility == 2).any()


def test_matrices_take_the_world_to_the_picture(walk):
    joints = walk.joints()
    extrinsics, intrinsics = walk.camera.extrinsics(), walk.camera.intrinsics(walk.size)
    points4 = np.concatenate([joints.world, np.ones((*joints.world.shape[:-1], 1))], axis=-1)
    local = np.einsum("tij,takj->taki", extrinsics, points4)[..., :3]
    np.testing.assert_allclose(local, joints.camera, atol=1e-9)
    np.testing.assert_allclose(local[..., 2], joints.depth, atol=1e-9)
    image = np.einsum("tij,takj->taki", intrinsics, local)
    np.testing.assert_allclose(image[..., :2] / image[..., 2:], joints.pixels, atol=1e-6)


def test_visibility_of_joints():
    """A wall hides the legs; the camera looks past the raised hands."""
    wall = box("wall", [-1, -1, 0], [1, -0.9, 0.7])
    frames = render(trace_of(scene_of(wall, people=True)))
    seen = frames.joints().visibility[0, 0]
    assert (seen[[4, 5, 7, 8, 10, 11]] == 1).all()  # Knees, ankles, feet.
    assert (seen[[0, 15]] == 2).all()
    away = CameraPlan(times=[0.0], eye=[[0, -5, 1]], target=[[0, -9, 1]], fov=0.7)
    gone = render(trace_of(scene_of(people=True, camera=away))).joints()
    assert (gone.visibility == 0).all()
    assert (gone.depth < 0).all()
    without = render(trace_of(scene_of(people=True)), channels=("rgb",))
    assert without.joints().visibility is None


def test_classes_name_every_kind_and_keep_their_numbers():
    assert CLASSES[:8] == (
        "sky",
        "ground",
        "person",
        "other",
        "stairs",
        "ramp",
        "platform",
        "bridge",
    )
    assert (CLASSES.index("ball"), CLASSES.index("house")) == (11, 77)
    assert len(set(CLASSES)) == len(CLASSES)
    assert set(KINDS) <= set(CLASSES)
    assert class_id("spaceship") == class_id("person") == class_id("sky") == OTHER


def test_classes_are_those_of_the_instances(walk):
    found = walk.channels["classes"]
    for label, number in (("man1", PERSON), ("ball1", CLASSES.index("ball")), ("ground", 1)):
        seen = walk.segmentation == walk.labels.index(label)
        assert seen.any()
        assert (found[seen] == number).all()


def test_pybullet_refuses_what_it_cannot_make_before_anything_runs():
    pipeline = Pipeline(renderer="pybullet")
    with pytest.raises(ConfigError, match="pybullet renderer can't make flow"):
        pipeline("a man walks", channels=("flow",))
    with pytest.raises(ConfigError, match="can't make normals"):
        PyBulletRenderer().run(trace_of(scene_of()), context(channels=("normals",)))


def test_channels_of_a_call_are_ordered_and_hold_rgb():
    assert Options(channels=("flow", "depth", "flow")).channels == ("rgb", "depth", "flow")
    with pytest.raises(ConfigError, match=r"no channel 'normal'\. Did you mean 'normals'"):
        Options(channels=("normal",))
    with pytest.raises(ConfigError, match="tuple of names"):
        Options(channels="depth")


@pytest.mark.parametrize("renderer", [RasterRenderer(), PyBulletRenderer()])
def test_a_stream_gives_the_frames_of_the_whole(renderer):
    scene = scene_of(ball("b", 0.5, position=(0, 0, 1)), people=True, camera=MOVING)
    trace = trace_of(scene, frames=3)
    whole = render(trace, renderer=renderer)
    parts = list(renderer.stream(trace, context(channels=renderer.channels)))
    assert len(parts) == 3
    for t, part in enumerate(parts):
        assert part.labels == whole.labels
        assert part.trace.start == pytest.approx(t / trace.fps)
        np.testing.assert_array_equal(part.camera.eye[0], whole.camera.eye[t])
        assert [*part.channels] == [*whole.channels] == [*renderer.channels]
        for name, content in part.channels.items():
            np.testing.assert_array_equal(content[0], whole.channels[name][t], err_msg=name)
