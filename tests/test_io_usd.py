"""USD files, read back through usd-core's own skinning, camera and validators."""

import dataclasses
import io
import re
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from PIL import Image

from tests.clips import make_clip
from tests.moving import dressed_clip, moving_clip
from text2sim.maths import camera as lens
from text2sim.maths import quaternions as quat
from text2sim.render.geometry import LiveGeometry
from text2sim.threads import Team


def test_without_the_library_nothing_runs_and_the_install_line_is_shown(tmp_path):
    code = (
        "import sys; sys.modules['pxr'] = None\n"
        "from text2sim import io\n"
        f"io.check_outputs([{str(tmp_path / 'clip.usdz')!r}])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    line = 'MissingExtraError: Saving USD needs usd-core: pip install "text2sim[usd]"'
    assert line in done.stderr
    assert not list(tmp_path.iterdir())


try:
    from pxr import Tf, Usd, UsdGeom, UsdShade, UsdSkel

    from text2sim.io import usd
    from text2sim.io.moving import MovingScene
    from text2sim.io.textures import texture
except ImportError:
    Usd = None

needs_usd = pytest.mark.skipif(Usd is None, reason="needs the extra usd (usd-core)")
TIMES = (0, 3, 11)


@pytest.fixture(scope="module")
def anim():
    return moving_clip()


@pytest.fixture(scope="module")
def stage(anim, tmp_path_factory):
    return Usd.Stage.Open(str(anim.save(tmp_path_factory.mktemp("usd") / "clip.usd")))


def skeleton(stage, name: str):
    """Query and skinned mesh of an actor."""
    root = UsdSkel.Root.Get(stage, f"/World/{name}")
    cache = UsdSkel.Cache()
    assert cache.Populate(root, Usd.PrimDefaultPredicate)
    (binding,) = cache.ComputeSkelBindings(root, Usd.PrimDefaultPredicate)
    (target,) = binding.GetSkinningTargets()
    return cache.GetSkelQuery(binding.GetSkeleton()), target


def to_world(stage, path: str, time: float) -> np.ndarray:
    prim = UsdGeom.Xformable(stage.GetPrimAtPath(path))
    return np.array(prim.ComputeLocalToWorldTransform(time)).T


@needs_usd
@pytest.mark.parametrize("frame", TIMES)
def test_joints_are_where_the_trace_has_them(anim, stage, frame):
    for track in anim.trace.tracks:
        query, _ = skeleton(stage, track.actor)
        poses = np.array(query.ComputeJointWorldTransforms(UsdGeom.XformCache(frame)))
        assert np.abs(poses[:, 3, :3] - track.positions()[frame]).max() < 1e-4


@needs_usd
def test_between_frames_joints_go_straight_on(anim, stage):
    track, frame = anim.trace.tracks[0], 5  # Here the signs of the quaternions change.
    half = quat.normalise(np.add(*quat.unroll(track.rotations_wxyz[frame : frame + 2])))
    root = track.root_positions[frame : frame + 2].mean(axis=0)
    expected, _ = track.skeleton.forward(root, half)
    query, _ = skeleton(stage, track.actor)
    poses = np.array(query.ComputeJointWorldTransforms(UsdGeom.XformCache(frame + 0.5)))
    assert np.abs(poses[:, 3, :3] - expected).max() < 1e-4


@needs_usd
@pytest.mark.parametrize("frame", TIMES)
def test_skin_lies_where_the_renderer_draws_it(anim, stage, frame):
    live = LiveGeometry(anim.trace)
    with Team() as team:
        world = live.show(frame, team).world
    start = sum(len(v.mesh.vertices) for item in anim.scene.objects for v in item.visuals)
    for actor in anim.scene.actors:
        stop = start + len(actor.skin.vertices)
        drawn, start = world[start:stop], stop
        query, target = skeleton(stage, actor.id)
        mesh = UsdGeom.Mesh(target.GetPrim())
        points = mesh.GetPointsAttr().Get()
        assert target.ComputeSkinnedPoints(query.ComputeSkinningTransforms(frame), points, frame)
        place = to_world(stage, f"/World/{actor.id}/{actor.id}_skeleton", frame)
        found = np.array(points) @ place[:3, :3].T + place[:3, 3]
        assert np.abs(found - drawn).max() < 1e-4


@needs_usd
@pytest.mark.parametrize("frame", TIMES)
def test_objects_are_where_the_trace_has_them(anim, stage, frame):
    for number, item in enumerate(anim.scene.objects):
        place = to_world(stage, f"/World/{item.id}", frame)
        rotation = quat.to_matrix(anim.trace.object_rotations_wxyz[frame, number])
        assert np.abs(place[:3, 3] - anim.trace.object_positions[frame, number]).max() < 1e-9
        assert np.abs(place[:3, :3] - rotation).max() < 1e-5
        parts = stage.GetPrimAtPath(f"/World/{item.id}").GetChildren()
        faces = sum(len(UsdGeom.Mesh(part).GetFaceVertexCountsAttr().Get()) for part in parts)
        assert faces == sum(len(visual.mesh.faces) for visual in item.visuals)
    ball, stairs = (UsdGeom.Xformable(stage.GetPrimAtPath(f"/World/{name}1"))
                    for name in ("ball", "stairs"))  # fmt: skip
    assert ball.TransformMightBeTimeVarying()
    assert not stairs.TransformMightBeTimeVarying()


@needs_usd
@pytest.mark.parametrize("size", [(64, 36), (36, 64)])
def test_the_camera_sees_what_the_pictures_show(tmp_path, size):
    clip, frame = moving_clip(size=size), 5
    stage, track = Usd.Stage.Open(str(clip.save(tmp_path / "clip.usd"))), clip.rendered.camera
    points = np.random.default_rng(1).normal(size=(20, 3)) + track.target[frame]
    expected, _ = lens.project(points, track.eye[frame], track.target[frame], track.fov, size)
    camera = UsdGeom.Camera.Get(stage, "/World/camera").GetCamera(frame).frustum
    matrix = np.array(camera.ComputeViewMatrix() * camera.ComputeProjectionMatrix())
    clipped = np.column_stack([points, np.ones(20)]) @ matrix
    flat = clipped[:, :2] / clipped[:, 3:]
    assert np.abs((flat * [0.5, -0.5] + 0.5) * size - expected).max() < 1e-3


@needs_usd
def test_stage_and_names(anim, stage):
    assert UsdGeom.GetStageUpAxis(stage) == "Z"
    assert UsdGeom.GetStageMetersPerUnit(stage) == 1.0
    assert (stage.GetTimeCodesPerSecond(), stage.GetEndTimeCode()) == (anim.fps, len(anim) - 1)
    assert stage.GetDefaultPrim().GetPath() == "/World"
    about = stage.GetRootLayer().customLayerData
    assert (about["prompt"], about["seed"]) == (anim.prompt, 7)
    names = {prim.GetName() for prim in stage.GetDefaultPrim().GetChildren()}
    ids = {item.id for item in (*anim.scene.objects, *anim.scene.actors)}
    assert names == ids | {"ground", "camera", "sun", "sky", "materials"}


@needs_usd
def test_materials_hold_the_colours(anim, stage):
    for actor in anim.scene.actors:
        mesh = UsdGeom.Mesh.Get(stage, f"/World/{actor.id}/{actor.id}_body")
        colours = np.array(mesh.GetDisplayColorAttr().Get())
        assert np.array_equal(colours, actor.skin.colours)
        subsets = UsdShade.MaterialBindingAPI(mesh).GetMaterialBindSubsets()
        seen, read = [], 0
        for subset in subsets:
            faces = np.array(subset.GetIndicesAttr().Get())
            seen.append(faces)
            material, _ = UsdShade.MaterialBindingAPI(subset).ComputeBoundMaterial()
            shader, _, _ = material.ComputeSurfaceSource()
            used = np.unique(actor.skin.faces[faces])
            rough = shader.GetInput("roughness").Get()
            assert np.allclose(actor.skin.roughness[used], rough)
            colour = shader.GetInput("diffuseColor")
            if colour.HasConnectedSource():
                read += 1
            else:
                assert np.allclose(colours[used], np.array(colour.Get()))
        assert np.array_equal(np.sort(np.concatenate(seen)), np.arange(len(actor.skin.faces)))
    assert read  # The woman's colours change from vertex to vertex.


@needs_usd
@pytest.mark.parametrize("suffix", [".usd", ".usda", ".usdz"])
def test_the_validators_of_usd_find_nothing(anim, tmp_path, suffix):
    validation = pytest.importorskip("pxr.UsdValidation")
    try:
        validators = validation.ValidationRegistry().GetOrLoadAllValidators()
    except Tf.ErrorException:
        pytest.skip("this usd-core came without its validators, as version 25.5 does")
    context = validation.ValidationContext(validators)
    stage = Usd.Stage.Open(str(anim.save(tmp_path / f"clip{suffix}")))
    assert [error.GetMessage() for error in context.Validate(stage)] == []
    UsdGeom.Mesh.Define(stage, "/World/materials/material1/mesh")  # It would find something.
    assert context.Validate(stage)


@needs_usd
def test_suffixes_say_the_format_and_equal_clips_give_equal_bytes(anim, tmp_path):
    for suffix, start in {".usd": b"PXR-USDC", ".usda": b"#usda 1.0", ".usdz": b"PK"}.items():
        paths = [anim.save(tmp_path / f"{name}{suffix}") for name in "ab"]
        assert paths[0].read_bytes().startswith(start)
        assert paths[0].read_bytes() == paths[1].read_bytes()
    members = {m.filename: m.date_time[0] for m in zipfile.ZipFile(tmp_path / "a.usdz").infolist()}
    assert members["scene.usdc"] == members["texture1.jpg"] == 1980


@needs_usd
def test_packages_hold_the_patterns(anim, tmp_path):
    stage = Usd.Stage.Open(str(anim.save(tmp_path / "clip.usdz")))
    mesh = UsdGeom.Mesh.Get(stage, "/World/stairs1/stairs1_part1")
    surface = anim.scene.objects[0].visuals[0].surface
    material, _ = UsdShade.MaterialBindingAPI(mesh).ComputeBoundMaterial()
    node = UsdShade.Shader(stage.GetPrimAtPath(f"{material.GetPath()}/picture"))
    picture = texture(surface.pattern)
    scale = np.array(node.GetInput("scale").Get())[:3]
    assert np.allclose(scale, picture.peak * np.array(surface.colour))
    with zipfile.ZipFile(tmp_path / "clip.usdz") as package:
        name = node.GetInput("file").Get().path.removeprefix("./")
        assert package.read(name) == picture.jpeg
    faces = np.array(mesh.GetFaceVertexIndicesAttr().Get()).reshape(-1, 3)
    st = np.array(UsdGeom.PrimvarsAPI(mesh).GetPrimvar("st").Get())[faces] * picture.span
    points = np.array(mesh.GetPointsAttr().Get())[faces]
    sides = [np.linalg.norm(p - np.roll(p, 1, axis=1), axis=2) for p in (st, points)]
    assert np.abs(sides[0] - sides[1]).max() < 1e-3


@needs_usd
@pytest.mark.parametrize("suffix", [".usda", ".usdz"])
def test_pictures_glass_and_colours_of_meshes(tmp_path, suffix):
    clip, ramp = dressed_clip()
    stage = Usd.Stage.Open(str(clip.save(tmp_path / f"clip{suffix}")))
    meshes = [UsdGeom.Mesh.Get(stage, f"/World/ball1/ball1_part{n}") for n in (1, 2, 3)]
    materials = [UsdShade.MaterialBindingAPI(m).ComputeBoundMaterial()[0] for m in meshes]
    shaders = [material.ComputeSurfaceSource()[0] for material in materials]
    assert shaders[0].GetInput("opacity").Get() == pytest.approx(0.3)
    assert not shaders[1].GetInput("opacity")
    st = np.array(UsdGeom.PrimvarsAPI(meshes[1]).GetPrimvar("st").Get())
    assert np.allclose(st, clip.scene.objects[0].visuals[1].mesh.uv)
    assert np.allclose(meshes[2].GetDisplayColorAttr().Get(), ramp * [0.5, 1.0, 1.0])
    assert shaders[2].GetInput("diffuseColor").HasConnectedSource()
    assert shaders[1].GetInput("diffuseColor").HasConnectedSource() == (suffix == ".usdz")
    if suffix == ".usdz":
        with zipfile.ZipFile(tmp_path / "clip.usdz") as package:
            node = UsdShade.Shader(stage.GetPrimAtPath(f"{materials[1].GetPath()}/picture"))
            jpeg = package.read(node.GetInput("file").Get().path.removeprefix("./"))
        found = np.asarray(Image.open(io.BytesIO(jpeg)), int)
        pixels = clip.scene.objects[0].visuals[1].surface.texture.pixels
        assert np.abs(found - pixels).max() < 12
        actor = clip.scene.actors[0]
        body = UsdGeom.Mesh.Get(stage, f"/World/{actor.id}/{actor.id}_body")
        assert np.allclose(UsdGeom.PrimvarsAPI(body).GetPrimvar("st").Get(), actor.skin.uv)


@needs_usd
@pytest.mark.skipif(sys.platform == "win32", reason="no RLIMIT_FSIZE")
@pytest.mark.parametrize("suffix", [".usd", ".usda", ".usdz"])
def test_a_full_disk_is_called_that(tmp_path, suffix):
    code = (
        "import resource; from tests.moving import moving_clip; anim = moving_clip()\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        f"try: anim.save({str(tmp_path / 'clip')!r} + {suffix!r})\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert re.match(r"ResourceError Can't write .*: it grew past the file size limit", done.stdout)
    assert not list(tmp_path.iterdir())


@needs_usd
def test_odd_ids_become_valid_names(tmp_path):
    moving = MovingScene.of_animation(make_clip(frames=3, channels=False))
    ids = ("a-b", "a_b", "materials", "sky", "1 ünï")
    item = moving.scene.objects[0]
    objects = tuple(dataclasses.replace(item, id=name) for name in ids)
    moving = dataclasses.replace(
        moving, scene=dataclasses.replace(moving.scene, objects=objects),
        object_positions=np.zeros((3, 5, 3)), object_rotations_wxyz=np.eye(4)[[[0] * 5] * 3],
    )  # fmt: skip
    usd.write_moving(moving, tmp_path / "clip.usda")
    stage = Usd.Stage.Open(str(tmp_path / "clip.usda"))
    kinds = [prim.GetTypeName() for prim in stage.GetDefaultPrim().GetChildren()]
    assert kinds.count("Xform") == len(ids)
    assert kinds.count("DomeLight") == kinds.count("Scope") == 1


@needs_usd
def test_a_motion_without_physics_can_be_written(anim, tmp_path):
    usd.write_moving(MovingScene.of_motion(anim.motion), tmp_path / "motion.usd")
    stage = Usd.Stage.Open(str(tmp_path / "motion.usd"))
    assert not stage.GetPrimAtPath("/World/camera")
    query, _ = skeleton(stage, "man1")
    poses = np.array(query.ComputeJointWorldTransforms(UsdGeom.XformCache(7)))
    assert np.abs(poses[:, 3, :3] - anim.motion.tracks[0].positions()[7]).max() < 1e-4
