"""Textures, vertex colours, glass, looks, rooms and motion blur."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tests.render_samples import FRONT, SIZE, ball, box, quad, render, scene_of, trace_of
from text2sim.errors import ConfigError
from text2sim.maths.camera import project
from text2sim.render.look import LOOKS
from text2sim.render.raster import RasterRenderer
from text2sim.types import CameraPlan, Surface, Texture, Visual

WALL = [[-1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 0.0, 2.0], [-1.0, 0.0, 2.0]]
CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])


def dressed(item, pixels, uv=CORNERS, **changes):
    """A quad with a picture on it."""
    visual = item.visuals[0]
    surface = Surface(
        colour=(1.0, 1.0, 1.0), texture=Texture(pixels=np.asarray(pixels, np.uint8)), **changes
    )
    mesh = dataclasses.replace(visual.mesh, uv=uv)
    return dataclasses.replace(item, visuals=(Visual(mesh=mesh, surface=surface),))


def chequers(cells: int, size: int) -> np.ndarray:
    """White where the cells of row (from the bottom) and column add up to an even number."""
    n = np.arange(size) * cells // size
    even = (n[::-1, None] + n[None, :]) % 2 == 0
    return np.repeat(np.where(even, 255, 0)[..., None], 3, axis=-1)


def albedo(scene, size=SIZE):
    return render(trace_of(scene), size=size, channels=("rgb", "albedo")).albedo[0]


def test_a_texture_stands_upright_and_is_linear_light():
    red, green, blue, grey = [255, 0, 0], [0, 255, 0], [0, 0, 255], [128, 128, 128]
    pixels = np.kron(np.array([[red, green], [blue, grey]]), np.ones((16, 16, 1)))
    seen = albedo(scene_of(dressed(quad("q", WALL), pixels)))
    places = [[-0.5, 0, 1.5], [0.5, 0, 1.5], [-0.5, 0, 0.5], [0.5, 0, 0.5]]
    at, _ = project(places, FRONT.eye[0], FRONT.target[0], FRONT.fov, SIZE)
    found = [seen[int(y), int(x)] for x, y in at]
    light = ((128 / 255 + 0.055) / 1.055) ** 2.4
    np.testing.assert_allclose(found, [[1, 0, 0], [0, 1, 0], [0, 0, 1], [light] * 3], atol=5e-3)


def test_textures_are_correct_under_perspective():
    """On a floor that runs away from the eye each cell is where `project` puts it."""
    floor = [[-2.0, -2.0, 0.01], [2.0, -2.0, 0.01], [2.0, 6.0, 0.01], [-2.0, 6.0, 0.01]]
    uv = CORNERS * [1.0, 2.0]
    size = (640, 480)
    camera = CameraPlan(times=[0.0], eye=[[0.3, -5, 2.2]], target=[[0, 1, 0]], fov=0.8)
    seen = albedo(scene_of(dressed(quad("q", floor), chequers(4, 256), uv), camera=camera), size)
    for i in range(4):
        for j in range(8):
            centre = [[-1.5 + i, -1.5 + j, 0.01]]
            at, _ = project(centre, camera.eye[0], camera.target[0], camera.fov, size)
            x, y = at[0]
            assert abs(seen[int(y), int(x), 0] - (1.0 - (i + j) % 2)) < 0.2, (i, j)


def test_far_textures_fade_to_their_mean_instead_of_flickering():
    """Half of the light of black and white cells is left, whatever the camera's sub-pixel place."""
    plane = [[-30.0, 30.0, 0.0], [30.0, 30.0, 0.0], [30.0, 30.0, 30.0], [-30.0, 30.0, 30.0]]
    item = dressed(quad("q", plane), chequers(256, 512), CORNERS * 8.0)
    for shift in (0.0, 0.013, 0.031):
        camera = CameraPlan(times=[0.0], eye=[[shift, -5, 9]], target=[[shift, 20, 9]], fov=0.7)
        seen = albedo(scene_of(item, camera=camera))[30:90, 30:130, 0]
        assert seen.mean() == pytest.approx(0.5, abs=0.01)
        assert seen.std() < 0.02


def test_textures_of_any_size_keep_their_mean():
    from text2sim.render.textures import LINEAR, pack

    rng = np.random.default_rng(3)
    for shape in ((1, 1), (5, 3), (64, 7), (17, 33)):
        pixels = rng.integers(0, 256, (*shape, 3)).astype(np.uint8)
        packed = pack([Texture(pixels=pixels)], np.zeros(1, np.int16), np.zeros((3, 2)))
        first, width, height = packed.levels[0, -1]
        assert (width, height) == (1, 1)
        smallest = LINEAR[packed.texels[first]]
        np.testing.assert_allclose(smallest, LINEAR[pixels].mean(axis=(0, 1)), atol=0.02)


def test_vertex_colours_multiply_the_surface():
    item = quad("q", WALL)
    mesh = dataclasses.replace(item.visuals[0].mesh, colours=np.tile([1.0, 0.5, 0.0], (4, 1)))
    visual = Visual(mesh=mesh, surface=Surface(colour=(0.5, 0.5, 0.5)))
    seen = albedo(scene_of(dataclasses.replace(item, visuals=(visual,))))
    np.testing.assert_allclose(seen[60, 80], [0.5, 0.25, 0.0], atol=1e-4)


def panes(*opacities: float):
    """Red panes, one behind the other, before a white wall."""
    wall = box("wall", [-1, 1, 0], [1, 1.2, 2], surface=Surface(colour=(0.9, 0.9, 0.9)))
    glass = [
        box(
            f"pane{i}", [-1, -0.4 * i, 0], [1, -0.4 * i + 0.02, 2],
            surface=Surface(colour=(0.5, 0.1, 0.1), opacity=opacity, roughness=0.6),
        )
        for i, opacity in enumerate(opacities)
    ]  # fmt: skip
    return wall, *glass


def middle(*items) -> np.ndarray:
    return render(trace_of(scene_of(*items))).rgb[0, 50:70, 70:90].astype(float).mean(axis=(0, 1))


def test_glass_lets_through_what_it_says():
    bare, thin, thick, solid = (
        middle(*panes(*o)) for o in ((), (0.2,), (0.7,), (1.0,))
    )  # fmt: skip
    assert bare[1] > thin[1] + 10 > thick[1] + 20 > solid[1] + 25
    assert thin[0] - thin[1] > bare[0] - bare[1] + 10  # what comes through is tinted


def test_two_panes_lie_over_each_other_whatever_their_order():
    wall, first, second = panes(0.3, 0.3)
    there, back = middle(wall, first, second), middle(second, first, wall)
    np.testing.assert_allclose(there, back, atol=0.01)
    assert there[1] < middle(wall, first)[1] - 5


def test_channels_see_the_first_surface_even_of_glass():
    frames = render(trace_of(scene_of(*panes(0.2))))
    assert frames.labels[frames.segmentation[0, 60, 80]] == "pane0"
    assert frames.depth[0, 60, 80] == pytest.approx(5.0, abs=0.03)


def test_glass_throws_no_shadow():
    ground = Surface(colour=(0.4, 0.4, 0.4))
    above = CameraPlan(times=[0.0], eye=[[0, -4, 6]], target=[[0, 0, 0]], fov=0.7)
    darkest = []
    for opacity in (1.0, 0.2):
        surface = Surface(colour=(0.8, 0.8, 0.8), opacity=opacity)
        item = box("b", [-0.3, -0.3, 0.4], [0.3, 0.3, 1.0], surface=surface)
        scene = dataclasses.replace(scene_of(item, camera=above), ground=ground)
        frames = render(trace_of(scene))
        floor = frames.rgb[0][frames.segmentation[0] == 1].astype(float).mean(axis=-1)
        darkest.append(np.percentile(floor, 1))
    assert darkest[0] < 0.75 * darkest[1]


@pytest.mark.parametrize("name", list(LOOKS))
def test_every_look_makes_a_picture_of_its_own(name):
    trace = trace_of(scene_of(ball("b", 0.5, position=(0, 0, 0.5))))
    plain = render(trace, renderer=RasterRenderer(look="studio")).rgb.astype(float)
    picture = render(trace, renderer=RasterRenderer(look=name)).rgb.astype(float)
    assert 40.0 < picture.mean() < 225.0
    if name != "studio":
        assert np.abs(picture - plain).mean() > 4.0


def test_the_scene_chooses_the_look_and_the_renderer_may_overrule_it():
    scene = scene_of(ball("b", 0.5))
    outdoors = dataclasses.replace(scene, look="outdoor")
    chosen = render(trace_of(outdoors)).rgb
    forced = render(trace_of(scene), renderer=RasterRenderer(look="outdoor")).rgb
    np.testing.assert_array_equal(chosen, forced)
    studio = render(trace_of(outdoors), renderer=RasterRenderer(look="studio")).rgb
    np.testing.assert_array_equal(studio, render(trace_of(scene)).rgb)


def test_walls_are_behind_everything_and_measured():
    """From any side: all of the scene is seen as in the studio, and no pixel is left empty."""
    scene = scene_of(ball("b", 0.5, position=(0, 0, 0.5)), people=True)
    for azimuth in (0.0, 1.1, 2.5, 4.0):
        eye = [[5 * np.cos(azimuth), 5 * np.sin(azimuth), 1.6]]
        camera = CameraPlan(times=[0.0], eye=eye, target=[[0, 0, 0.9]], fov=0.8)
        placed = dataclasses.replace(scene, plan=dataclasses.replace(scene.plan, camera=camera))
        inside = render(trace_of(placed), renderer=RasterRenderer(look="indoor"))
        studio = render(trace_of(placed))
        things = studio.segmentation >= 2
        np.testing.assert_array_equal(inside.segmentation[things], studio.segmentation[things])
        assert (inside.depth > 0).all()
        assert inside.depth.max() < 25.0


def test_a_hall_has_no_walls():
    far = box("far", [30, 0, 0], [31, 1, 1])
    frames = render(trace_of(scene_of(far)), renderer=RasterRenderer(look="indoor"))
    assert (frames.depth == 0).any()


def passing(speed: float):
    """A dark ball that passes before the sky; three frames."""
    item = ball("b", 0.3, surface=Surface(colour=(0.01, 0.01, 0.01)))
    trace = trace_of(scene_of(item), frames=3)
    positions = np.array([[[-speed, 0, 1.4]], [[0, 0, 1.4]], [[speed, 0, 1.4]]])
    return dataclasses.replace(trace, object_positions=positions)


def widths(trace, shutter: float) -> list[int]:
    frames = render(trace, renderer=RasterRenderer(motion_blur=shutter))
    row = frames.rgb[1, 48].astype(float).mean(axis=-1)
    sky = np.median(row)
    return [int((row < sky - level).sum()) for level in (5, 100)]


def test_motion_blur_smears_what_moves_and_only_that():
    still, moving = passing(0.0), passing(0.5)
    sharp, blurred = widths(moving, 0.0), widths(moving, 0.8)
    # 0.5 m a frame at 5 m is 16.4 px; 0.8 of it is added at the faint edge.
    assert blurred[0] - sharp[0] == pytest.approx(0.8 * 16.4, abs=4)
    assert abs(widths(still, 0.8)[0] - widths(still, 0.0)[0]) <= 1


def test_blurred_pictures_repeat_and_leave_the_channels_alone():
    trace = passing(0.5)
    blurred = [render(trace, renderer=RasterRenderer(motion_blur=0.5)) for _ in range(2)]
    np.testing.assert_array_equal(blurred[0].rgb, blurred[1].rgb)
    sharp = render(trace)
    np.testing.assert_array_equal(blurred[0].segmentation, sharp.segmentation)
    np.testing.assert_array_equal(blurred[0].depth, sharp.depth)


@pytest.mark.parametrize(
    "bad", [{"motion_blur": 1.5}, {"motion_blur": -0.1}, {"motion_blur": float("nan")},
            {"look": "moon"}, {"quality": "best"}],
)  # fmt: skip
def test_wrong_settings_are_named(bad):
    with pytest.raises(ConfigError, match=next(iter(bad))):
        RasterRenderer(**bad)


def test_user_meshes_bring_their_pictures_and_colours(tmp_path):
    import trimesh
    from PIL import Image

    from text2sim.assets.usermesh import load
    from text2sim.types import PlannedObject

    mesh = trimesh.creation.box(extents=[1, 1, 1])
    mesh.unmerge_vertices()
    picture = Image.fromarray(np.full((8, 8, 3), [200, 40, 10], np.uint8))
    material = trimesh.visual.material.PBRMaterial(baseColorTexture=picture)
    mesh.visual = trimesh.visual.TextureVisuals(uv=mesh.vertices[:, :2] + 0.5, material=material)
    path = tmp_path / "crate.glb"
    path.write_bytes(mesh.export(file_type="glb"))
    limits = {"max_bytes": 1 << 20, "max_faces": 1000}
    plan = PlannedObject(id="m1", kind=str(path), label="crate", position=[0, 0, 0], size=[1, 1, 1])
    item = load(plan, **limits)
    assert item.visuals[0].surface.texture.pixels[0, 0].tolist() == [200, 40, 10]
    seen = albedo(scene_of(item))
    expected = ((np.array([200, 40, 10]) / 255 + 0.055) / 1.055) ** 2.4
    np.testing.assert_allclose(seen[80, 80], expected, atol=0.01)
    painted = load(dataclasses.replace(plan, colour=(0.1, 0.2, 0.3)), **limits)
    assert painted.visuals[0].surface.texture is None  # what the prompt says goes before
