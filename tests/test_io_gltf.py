"""GLB files, read back by a reader of our own (glTF 2.0 specification, 2021) and by trimesh."""

import dataclasses
import io
import json
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import trimesh
from PIL import Image

from tests import samples
from tests.moving import dressed_clip, moving_clip, with_objects
from text2sim.errors import ConfigError
from text2sim.io import gltf
from text2sim.io.moving import MovingScene
from text2sim.io.textures import texture, unwrapped
from text2sim.maths import camera as lens
from text2sim.maths import quaternions as quat
from text2sim.render.geometry import LiveGeometry
from text2sim.skeleton import JOINTS, PARENTS
from text2sim.threads import Team
from text2sim.types import Surface, Visual

DTYPES = {5121: np.uint8, 5123: np.uint16, 5125: np.uint32, 5126: np.float32}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}


class Glb:
    """A binary glTF file: JSON, accessors, and the pose of every node at a time."""

    def __init__(self, path: Path) -> None:
        data = path.read_bytes()
        magic, version, length = struct.unpack_from("<4sII", data)
        assert (magic, version, length) == (b"glTF", 2, len(data))
        size, kind = struct.unpack_from("<I4s", data, 12)
        assert (kind, size % 4) == (b"JSON", 0)
        self.json = json.loads(data[20 : 20 + size])
        more, kind = struct.unpack_from("<I4s", data, 20 + size)
        assert (kind, more % 4, 28 + size + more) == (b"BIN\0", 0, length)
        self.binary = data[28 + size :]
        self.nodes = self.json["nodes"]
        self.index = {node["name"]: i for i, node in enumerate(self.nodes)}
        self.parents = {
            child: i for i, n in enumerate(self.nodes) for child in n.get("children", [])
        }

    def accessor(self, index: int) -> np.ndarray:
        item = self.json["accessors"][index]
        view = self.json["bufferViews"][item["bufferView"]]
        assert view["byteOffset"] % 4 == 0
        assert "byteStride" not in view
        dtype, width = DTYPES[item["componentType"]], WIDTHS[item["type"]]
        size = item["count"] * width
        assert size * np.dtype(dtype).itemsize == view["byteLength"]
        values = np.frombuffer(self.binary, dtype, size, view["byteOffset"]).reshape(-1, width)
        if "min" in item:
            assert values.min(axis=0).tolist() == item["min"]
            assert values.max(axis=0).tolist() == item["max"]
        return values / np.iinfo(dtype).max if item.get("normalized") else values

    def pose(self, node: int, time: float) -> np.ndarray:
        """Local transform, (4, 4)."""
        found = dict(self.nodes[node])
        for channel in self.json["animations"][0]["channels"]:
            if channel["target"]["node"] == node:
                sampler = self.json["animations"][0]["samplers"][channel["sampler"]]
                assert sampler["interpolation"] == "LINEAR"
                times, values = (
                    self.accessor(sampler["input"])[:, 0],
                    self.accessor(sampler["output"]),
                )
                found[channel["target"]["path"]] = interpolate(times, values, time)
        matrix = np.eye(4)
        x, y, z, w = found.get("rotation", [0, 0, 0, 1])
        matrix[:3, :3] = quat.to_matrix(quat.normalise(np.array([w, x, y, z], float)))
        matrix[:3, 3] = found.get("translation", [0, 0, 0])
        return matrix

    def world(self, node: int, time: float) -> np.ndarray:
        """Transform to the world, (4, 4)."""
        local = self.pose(node, time)
        return self.world(self.parents[node], time) @ local if node in self.parents else local

    def triangles(self, name: str) -> np.ndarray:
        """Corners of the triangles of a node's mesh, (F, 3, 3)."""
        return np.concatenate([
            self.accessor(p["attributes"]["POSITION"])[self.accessor(p["indices"]).reshape(-1, 3)]
            for p in self.primitives(name)
        ])  # fmt: skip

    def primitives(self, name: str) -> list[dict]:
        return self.json["meshes"][self.nodes[self.index[name]]["mesh"]]["primitives"]

    def skinned(self, name: str, time: float) -> np.ndarray:
        """Vertices of a skinned node in the world, of all primitives."""
        skin = self.json["skins"][self.nodes[self.index[name]]["skin"]]
        bind = self.accessor(skin["inverseBindMatrices"]).reshape(-1, 4, 4).swapaxes(1, 2)
        bones = np.stack([self.world(j, time) for j in skin["joints"]]) @ bind
        clouds = []
        for part in self.primitives(name):
            read = {key: self.accessor(value) for key, value in part["attributes"].items()}
            points = np.column_stack([read["POSITION"], np.ones(len(read["POSITION"]))])
            mixed = np.einsum("vk,vkab->vab", read["WEIGHTS_0"], bones[read["JOINTS_0"]])
            clouds.append(np.einsum("vab,vb->va", mixed, points)[:, :3])
        return np.concatenate(clouds)


def interpolate(times: np.ndarray, values: np.ndarray, time: float) -> np.ndarray:
    if values.shape[1] == 3:
        return np.stack([np.interp(time, times, column) for column in values.T])
    i = int(np.clip(np.searchsorted(times, time, side="right") - 1, 0, max(len(times) - 2, 0)))
    j = min(i + 1, len(times) - 1)
    share = np.clip((time - times[i]) / max(times[j] - times[i], 1e-9), 0, 1)
    mixed = (1 - share) * values[i] + share * values[j]  # Keys are near: no slerp needed.
    return mixed / np.linalg.norm(mixed)


def ours(vectors: np.ndarray) -> np.ndarray:
    """glTF's axes (Y up, front +Z) back in ours (Z up, front +X)."""
    return np.asarray(vectors)[..., [2, 0, 1]]


@pytest.fixture(scope="module")
def anim():
    return moving_clip()


@pytest.fixture(scope="module")
def glb(anim, tmp_path_factory):
    return Glb(anim.save(tmp_path_factory.mktemp("glb") / "clip.glb"))


TIMES = (0, 3, 11)


@pytest.mark.parametrize("frame", TIMES)
def test_joints_are_where_the_trace_has_them(anim, glb, frame):
    for number, track in enumerate(anim.trace.tracks):
        skin = glb.json["skins"][number]
        assert [glb.nodes[j]["name"] for j in skin["joints"]] == list(JOINTS)
        found = [ours(glb.world(j, frame / anim.fps)[:3, 3]) for j in skin["joints"]]
        assert np.abs(found - track.positions()[frame]).max() < 1e-5


def test_between_frames_joints_go_straight_on(anim, glb):
    track, frame = anim.trace.tracks[0], 5  # Here the signs of the quaternions change.
    half = quat.normalise(np.add(*quat.unroll(track.rotations_wxyz[frame : frame + 2])))
    root = track.root_positions[frame : frame + 2].mean(axis=0)
    expected, _ = track.skeleton.forward(root, half)
    joints = glb.json["skins"][0]["joints"]
    found = [ours(glb.world(j, (frame + 0.5) / anim.fps)[:3, 3]) for j in joints]
    assert np.abs(found - expected).max() < 1e-5


@pytest.mark.parametrize("frame", TIMES)
def test_skin_lies_where_the_renderer_draws_it(anim, glb, frame):
    live, scene = LiveGeometry(anim.trace), anim.scene
    with Team() as team:
        world = live.show(frame, team).world
    start = sum(len(v.mesh.vertices) for item in scene.objects for v in item.visuals)
    for actor in scene.actors:
        stop = start + len(actor.skin.vertices)
        drawn, start = world[start:stop], stop
        found = ours(glb.skinned(f"{actor.id}_body", frame / anim.fps))
        order = vertex_order(actor.skin)
        assert len(found) == len(order)
        assert np.abs(found - drawn[order]).max() < 1e-4


def vertex_order(skin) -> np.ndarray:
    """Vertices in the order of the file: by the roughness of the faces that use them."""
    roughness = skin.roughness[skin.faces[:, 0]]
    return np.concatenate([np.unique(skin.faces[roughness == r]) for r in np.unique(roughness)])


@pytest.mark.parametrize("frame", TIMES)
def test_objects_are_where_the_trace_has_them(anim, glb, frame):
    for number, item in enumerate(anim.scene.objects):
        matrix = glb.world(glb.index[item.id], frame / anim.fps)
        found = ours(glb.triangles(item.id) @ matrix[:3, :3].T + matrix[:3, 3])
        own = np.concatenate([v.mesh.vertices[v.mesh.faces] for v in item.visuals])
        rotation = anim.trace.object_rotations_wxyz[frame, number]
        expected = quat.rotate(rotation, own) + anim.trace.object_positions[frame, number]
        assert np.abs(found - expected).max() < 1e-5


def test_only_what_moves_is_animated(anim, glb):
    moved = {glb.nodes[c["target"]["node"]]["name"] for c in glb.json["animations"][0]["channels"]}
    assert moved == {*JOINTS, "ball1", "camera"}


@pytest.mark.parametrize("size", [(64, 36), (36, 64)])
def test_the_camera_sees_what_the_pictures_show(tmp_path, size):
    clip = moving_clip(size=size)
    glb, frame, track = Glb(clip.save(tmp_path / "clip.glb")), 5, clip.rendered.camera
    points = np.random.default_rng(1).normal(size=(20, 3)) + track.target[frame]
    expected, _ = lens.project(points, track.eye[frame], track.target[frame], track.fov, size)
    camera = glb.json["cameras"][0]["perspective"]
    view = np.linalg.inv(glb.world(glb.index["camera"], frame / clip.fps))
    local = points[:, [1, 2, 0]] @ view[:3, :3].T + view[:3, 3]
    flat = local[:, :2] / -local[:, 2:] / np.tan(camera["yfov"] / 2)
    flat[:, 0] /= camera["aspectRatio"]
    assert np.abs((flat * [0.5, -0.5] + 0.5) * size - expected).max() < 1e-3


def test_pictures_may_have_a_clock_of_their_own(anim, tmp_path):
    moving = dataclasses.replace(MovingScene.of_animation(anim), camera_fps=2 * anim.fps)
    gltf.write_moving(moving, tmp_path / "clip.glb")
    glb, frame = Glb(tmp_path / "clip.glb"), 8
    eye = ours(glb.world(glb.index["camera"], frame / (2 * anim.fps))[:3, 3])
    assert np.allclose(eye, anim.rendered.camera.eye[frame], atol=1e-5)


def test_the_ground_lies_under_all_that_happens(anim):
    moving = MovingScene.of_animation(anim)
    far = moving.object_positions.copy()
    far[-1, 2] += [60.0, 10.0, 0.0]
    tracks = [
        dataclasses.replace(t, root_positions=t.root_positions + 500.0) for t in moving.tracks
    ]
    moved = dataclasses.replace(moving, object_positions=far + 500.0, tracks=tuple(tracks))
    for scene in (dataclasses.replace(moving, object_positions=far), moved):
        points = np.concatenate(
            [
                scene.object_positions.reshape(-1, 3),
                *(track.root_positions for track in scene.tracks),
            ]
        )
        centre, half = scene.floor()
        assert centre[2] == 0.0
        assert (np.abs(points - centre)[:, :2] < half - 5.0).all()
        assert half < 45.0


def test_the_sun_shines_down_from_behind_the_camera(anim, glb):
    assert glb.json["extensionsUsed"] == ["KHR_lights_punctual"]
    ray = ours(-glb.world(glb.index["sun"], 0.0)[:3, 2])
    view = anim.rendered.camera.target[0] - anim.rendered.camera.eye[0]
    assert ray[2] < -0.5
    assert ray @ view > 0.0


def test_rotations_never_jump_to_the_other_hemisphere(glb):
    samplers = [s["output"] for s in glb.json["animations"][0]["samplers"]]
    curves = [c for c in map(glb.accessor, samplers) if c.shape[1] == 4]
    assert len(curves) >= len(JOINTS)
    for curve in curves:
        assert (np.sum(curve[1:] * curve[:-1], axis=1) > 0.0).all()
        assert np.abs(np.linalg.norm(curve, axis=1) - 1.0).max() < 1e-6


def test_names_tree_and_origin(anim, glb):
    about = glb.json["asset"]["extras"]
    assert about == {"prompt": anim.prompt, "seed": 7, "version": about["version"]}
    assert glb.json["asset"]["generator"] == f"text2sim {about['version']}"
    assert glb.json["animations"][0]["name"] == anim.prompt
    roots = {glb.nodes[i]["name"] for i in glb.json["scenes"][0]["nodes"]}
    ids = {item.id for item in (*anim.scene.objects, *anim.scene.actors)}
    assert roots == ids | {"ground", "camera", "sun", "man1_body", "woman1_body"}
    for skin in glb.json["skins"]:
        joints = skin["joints"]
        for joint, parent in zip(joints[1:], PARENTS[1:]):
            assert glb.parents[joint] == joints[parent]
    extras, ball = glb.nodes[glb.index["ball1"]]["extras"], anim.scene.objects[2]
    assert (extras["kind"], extras["fixed"], extras["mass"]) == ("ball", False, ball.mass)


def test_at_rest_an_actor_stands_in_a_t_pose_where_it_begins(anim, glb):
    del glb.json["animations"][0]["channels"][:]
    actor = anim.scene.actors[1]
    rest = quat.rotate(quat.about_z(actor.heading), actor.skeleton.rest_positions())
    found = [ours(glb.world(j, 0.0)[:3, 3]) for j in glb.json["skins"][1]["joints"]]
    assert np.abs(found - rest - actor.position).max() < 1e-5


def test_materials_hold_the_colours(anim, glb):
    materials = glb.json["materials"]
    for actor in anim.scene.actors:
        skin, order, seen = actor.skin, vertex_order(actor.skin), []
        for part in glb.primitives(f"{actor.id}_body"):
            shading = materials[part["material"]]["pbrMetallicRoughness"]
            assert shading["metallicFactor"] == 0.0
            count = glb.json["accessors"][part["attributes"]["POSITION"]]["count"]
            colour = np.tile(shading["baseColorFactor"][:3], (count, 1))
            if "COLOR_0" in part["attributes"]:
                colour = colour * glb.accessor(part["attributes"]["COLOR_0"])[:, :3]
            rough = np.full((count, 1), shading["roughnessFactor"])
            seen.append(np.hstack([colour, rough]))
        expected = np.column_stack([skin.colours, skin.roughness])[order]
        assert np.abs(np.concatenate(seen) - expected).max() < 2e-5
    mixed = [p for m in glb.json["meshes"] for p in m["primitives"] if "COLOR_0" in p["attributes"]]
    assert mixed


def test_equal_meshes_are_stored_once_and_one_surface_is_one_primitive(tmp_path):
    clip = with_objects(
        dataclasses.replace(samples.stairs_scene().objects[0], id=name) for name in ("a", "b")
    )
    glb = Glb(clip.save(tmp_path / "clip.glb"))
    assert glb.nodes[glb.index["a"]]["mesh"] == glb.nodes[glb.index["b"]]["mesh"]
    (part,) = glb.primitives("a")
    assert glb.json["accessors"][part["indices"]]["count"] == 6 * 12 * 3
    assert glb.json["accessors"][part["indices"]]["componentType"] == 5123


def test_patterns_are_laid_on_in_metres(anim, glb):
    stone, textures = glb.primitives("stairs1")[0], glb.json["textures"]
    material = glb.json["materials"][stone["material"]]["pbrMetallicRoughness"]
    image = glb.json["images"][textures[material["baseColorTexture"]["index"]]["source"]]
    view = glb.json["bufferViews"][image["bufferView"]]
    jpeg = glb.binary[view["byteOffset"] :][: view["byteLength"]]
    grey = np.asarray(Image.open(io.BytesIO(jpeg)), float) / 255
    linear = np.where(grey < 0.04, grey / 12.92, ((grey + 0.055) / 1.055) ** 2.4)
    colour = anim.scene.objects[0].visuals[0].surface.colour
    mean = np.array(material["baseColorFactor"][:3]) * linear.mean()
    assert np.allclose(mean, colour, rtol=0.05)

    faces = glb.accessor(stone["indices"]).reshape(-1, 3)
    places = texture("stone").span * glb.accessor(stone["attributes"]["TEXCOORD_0"])[faces]
    corners = glb.accessor(stone["attributes"]["POSITION"])[faces]
    sides = [np.linalg.norm(p - np.roll(p, 1, axis=1), axis=2) for p in (places, corners)]
    assert np.abs(sides[0] - sides[1]).max() < 1e-3  # Boxes with tiny bevels: nothing is stretched.


@pytest.mark.parametrize("pattern", ["tile", "wood", "brick", "stone", "grass", "leaves"])
@pytest.mark.parametrize("ground", [False, True])
def test_textures_repeat_without_a_seam(pattern, ground):
    found = texture(pattern, ground=ground)
    grey = np.asarray(Image.open(io.BytesIO(found.jpeg)), float)
    for axis in (0, 1):
        seam = np.abs(grey.take(0, axis) - grey.take(-1, axis)).mean()
        inside = np.abs(np.diff(grey, axis=axis)).mean(axis=1 - axis)
        assert seam <= 1.05 * inside.max()
    assert texture("plain") is None


def test_wood_grain_runs_along_the_longest_side():
    plank = samples.box_mesh(np.zeros(3), np.array([0.1, 0.02, 2.0]))
    index, places, faces = unwrapped(plank, grain=True)
    front = np.abs(plank.normals[index][:, 1]) > 0.9
    assert np.allclose(places[front], plank.vertices[index][front][:, [2, 0]])
    assert np.array_equal(plank.vertices[index][faces], plank.vertices[plank.faces])


def test_metal_open_and_large_meshes(tmp_path):
    sheet = trimesh.creation.icosphere(subdivisions=7)
    half = sheet.faces[: len(sheet.faces) // 2]
    mesh = dataclasses.replace(
        samples.box_mesh(np.zeros(3), np.ones(3)),
        vertices=sheet.vertices, normals=0.0 * sheet.vertices, faces=half,
    )  # fmt: skip
    item = samples.stairs_scene().objects[2]
    surface = Surface(colour=(1.0, 0.7, 0.25), roughness=0.25, metalness=1.0)
    item = dataclasses.replace(item, visuals=(*item.visuals, Visual(mesh=mesh, surface=surface)))
    glb = Glb(with_objects([item]).save(tmp_path / "clip.glb"))
    box, dome = glb.primitives("ball1")
    materials = [glb.json["materials"][part["material"]] for part in (box, dome)]
    assert [m.get("doubleSided", False) for m in materials] == [False, True]
    assert materials[1]["pbrMetallicRoughness"]["metallicFactor"] == 1.0
    assert glb.json["accessors"][dome["indices"]]["componentType"] == 5125
    normals = glb.accessor(dome["attributes"]["NORMAL"])  # The file had none: they point up.
    assert np.allclose(np.linalg.norm(normals, axis=1), 1.0)


def test_trimesh_reads_the_same_scene(anim, tmp_path):
    scene = trimesh.load(anim.save(tmp_path / "clip.glb"))
    stairs, found = anim.scene.objects[0], []
    for node in scene.graph.nodes_geometry:
        transform, name = scene.graph[node]
        if name.startswith("stairs"):
            found.append(trimesh.transform_points(scene.geometry[name].vertices, transform))
            assert scene.geometry[name].visual.material.roughnessFactor == pytest.approx(0.9)
    own = np.concatenate([v.mesh.vertices for v in stairs.visuals]) + stairs.position
    cloud = ours(np.concatenate(found))
    assert np.allclose(cloud.min(axis=0), own.min(axis=0), atol=1e-5)
    assert np.allclose(cloud.max(axis=0), own.max(axis=0), atol=1e-5)


def test_equal_clips_give_equal_bytes(anim, tmp_path):
    paths = [anim.save(tmp_path / name) for name in ("a.glb", "b.glb")]
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_a_part_of_a_clip_begins_at_zero(anim, tmp_path):
    part = anim[0.5:1.0]
    glb = Glb(part.save(tmp_path / "part.glb"))
    joints = glb.json["skins"][0]["joints"]
    found = [ours(glb.world(j, 0.0)[:3, 3]) for j in joints]
    assert np.abs(found - part.trace.tracks[0].positions()[0]).max() < 1e-5


def test_a_motion_without_physics_can_be_written(anim, tmp_path):
    gltf.write_moving(MovingScene.of_motion(anim.motion), tmp_path / "motion.glb")
    glb = Glb(tmp_path / "motion.glb")
    assert "cameras" not in glb.json
    joints, frame = glb.json["skins"][0]["joints"], 7
    found = [ours(glb.world(j, frame / anim.motion.fps)[:3, 3]) for j in joints]
    assert np.abs(found - anim.motion.tracks[0].positions()[frame]).max() < 1e-5
    with pytest.raises(ConfigError, match="has no scene"):
        MovingScene.of_motion(dataclasses.replace(anim.motion, scene=None))


def test_tracks_must_fit_the_scene(anim):
    moving = MovingScene.of_animation(anim)
    with pytest.raises(ConfigError, match="man1, woman1"):
        dataclasses.replace(moving, tracks=moving.tracks[:1])
    with pytest.raises(ConfigError, match="same number of frames"):
        dataclasses.replace(moving, tracks=tuple(t.slice(0, 2) for t in moving.tracks))


def test_without_the_library_nothing_runs_and_the_install_line_is_shown(tmp_path):
    code = (
        "import sys; sys.modules['pygltflib'] = None\n"
        "from text2sim import io\n"
        f"io.check_outputs([{str(tmp_path / 'clip.glb')!r}])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (
        'MissingExtraError: Saving .glb needs pygltflib: pip install "text2sim[export]"'
        in done.stderr
    )
    assert not list(tmp_path.iterdir())


def test_pictures_glass_and_colours_of_meshes_are_read_by_others(tmp_path):
    clip, ramp = dressed_clip()
    path = clip.save(tmp_path / "clip.glb")
    scene = trimesh.load(path)
    names = sorted(name for name in scene.geometry if name.startswith("ball"))
    glass, painted, mixed = (scene.geometry[name] for name in names)
    assert glass.visual.material.alphaMode == "BLEND"
    assert glass.visual.material.baseColorFactor[3] == pytest.approx(0.3 * 255, abs=1)
    picture, uv = np.asarray(painted.visual.material.baseColorTexture), painted.visual.uv
    assert painted.visual.material.alphaMode in (None, "OPAQUE")
    # trimesh turns v upside down again: the top of the box is 1 and red, as with us.
    top = ours(painted.vertices)[:, 2] > 0.0
    rows = np.clip(((1.0 - uv[:, 1]) * 32).astype(int), 0, 31)
    assert (picture[rows[top], 8, 0] > 200).all()
    assert (picture[rows[~top], 8, 2] > 200).all()
    found = np.asarray(mixed.visual.vertex_attributes["color"], float)
    assert np.abs(found[:, :3] / 65535 - ramp).max() < 2e-5


def test_a_body_takes_its_picture_along(tmp_path):
    clip, _ = dressed_clip()
    glb, skin = Glb(clip.save(tmp_path / "clip.glb")), clip.scene.actors[0].skin
    order = vertex_order(skin)
    parts = glb.primitives(f"{clip.scene.actors[0].id}_body")
    uv = np.concatenate([glb.accessor(part["attributes"]["TEXCOORD_0"]) for part in parts])
    assert np.abs(uv - (skin.uv * [1, -1] + [0, 1])[order]).max() < 1e-6
    shadings = [glb.json["materials"][part["material"]]["pbrMetallicRoughness"] for part in parts]
    (found,) = {shading["baseColorTexture"]["index"] for shading in shadings}
    view = glb.json["bufferViews"][glb.json["images"][found]["bufferView"]]
    jpeg = glb.binary[view["byteOffset"] :][: view["byteLength"]]
    picture = np.asarray(Image.open(io.BytesIO(jpeg)), int)
    assert np.abs(picture - skin.texture.pixels).max() < 12
    assert len(glb.json["images"]) == 2  # The ground's tiles, and one for ball and body.
