"""Physical scenes for other engines, read back by those engines where they are installed."""

import csv
from xml.etree import ElementTree as Xml

import numpy as np
import pytest

from tests.clips import make_clip
from tests.test_data_features import FPS, walk
from text2sim.errors import ConfigError, ResourceError
from text2sim.io import inertia, table, urdf
from text2sim.maths import quaternions as quat
from text2sim.physical_body import PhysicalBody
from text2sim.skeleton import JOINTS
from text2sim.types import ConvexPart, Motion, SceneObject


@pytest.fixture(scope="module")
def clip():
    return make_clip()


@pytest.fixture(scope="module")
def body(clip):
    actor = clip.scene.actors[0]
    return PhysicalBody.of_actor(actor)


def thing(*parts, **changes):
    fields = {"mass": 3.0, "centre_of_mass": [0, 0, 0], "position": [0, 0, 0]}
    return SceneObject(
        id="thing1", kind="thing", label="thing", visuals=(), rotation_wxyz=[1, 0, 0, 0],
        parts=tuple(ConvexPart(vertices=part) for part in parts), **{**fields, **changes},
    )  # fmt: skip


def box(low, high):
    return np.array(np.meshgrid(*zip(low, high))).reshape(3, -1).T


# -- Mass properties.


def test_inertia_of_boxes_and_balls():
    whole = inertia.inertia(thing(box((-0.5, -1.0, 0.0), (0.5, 1.0, 3.0))))
    np.testing.assert_allclose(whole, np.diag([4 + 9, 1 + 9, 1 + 4]) * 3.0 / 12, atol=1e-9)
    halves = thing(box((-0.5, -1.0, 0.0), (0.0, 1.0, 3.0)), box((0.0, -1.0, 0.0), (0.5, 1.0, 3.0)))
    np.testing.assert_allclose(inertia.inertia(halves), whole, atol=1e-9)
    rng = np.random.default_rng(0)
    round_one = quat.normalise(rng.normal(size=(400, 4)))[:, 1:]
    round_one = np.concatenate([np.eye(3), -np.eye(3), round_one]) + [0, 0, 1]
    round_one[6:] = [0, 0, 1] + (round_one[6:] - [0, 0, 1]) / np.linalg.norm(
        round_one[6:] - [0, 0, 1], axis=1, keepdims=True
    )
    centre, radius = inertia.ball(thing(0.2 * round_one))
    np.testing.assert_allclose(centre, [0, 0, 0.2], atol=1e-9)
    assert radius == pytest.approx(0.2)
    assert inertia.inertia(thing(0.2 * round_one))[0, 0] == pytest.approx(0.4 * 3 * 0.04)
    assert inertia.ball(thing(box((0, 0, 0), (1, 1, 1)))) is None


# -- CSV.


def test_csv_holds_every_joint_of_everybody(tmp_path, clip):
    clip.save(tmp_path / "clip.csv")
    with open(tmp_path / "clip.csv", newline="") as file:
        header, *rows = csv.reader(file)
    assert header[:5] == ["frame", "time [s]", "man1.pelvis.x [m]", "man1.pelvis.y [m]",
                          "man1.pelvis.z [m]"]  # fmt: skip
    assert header[-1] == "man1.right_wrist.z [m]"
    values = np.array(rows, dtype=float)
    np.testing.assert_allclose(values[:, 1], np.arange(len(clip)) / clip.fps, atol=1e-6)
    wanted = clip.trace.tracks[0].positions().reshape(len(clip), -1)
    np.testing.assert_allclose(values[:, 2:], wanted, atol=6e-6)


def test_csv_of_a_part_keeps_the_clock(tmp_path, clip):
    clip[1.0:2.0].save(tmp_path / "part.csv")
    assert (tmp_path / "part.csv").read_text().splitlines()[1].startswith("0,1.000000,")


def test_csv_of_motion_with_two_actors(tmp_path):
    pair = Motion(fps=FPS, tracks=(walk(5), walk(5)))
    rows = table.save_motion(pair, tmp_path / "a.csv").read_text().splitlines()
    assert len(rows) == 6
    assert {row.count(",") for row in rows} == {1 + 2 * 66}
    with pytest.raises(ResourceError, match="exists already"):
        table.save_motion(pair, tmp_path / "a.csv", overwrite=False)


# -- MJCF.


def test_mjcf_has_bodies_masses_and_motors(tmp_path, clip, body):
    clip.save(tmp_path / "clip.xml")
    model = Xml.parse(tmp_path / "clip.xml").getroot()
    names = [item.get("name") for item in model.iter("body")]
    assert set(names) == {item.id for item in clip.scene.objects} | {f"man1_{j}" for j in JOINTS}
    masses = [
        float(item.find("inertial").get("mass"))
        for item in model.iter("body") if item.get("name").startswith("man1")
    ]  # fmt: skip
    assert sum(masses) == pytest.approx(body.mass)
    assert len(list(model.iter("motor"))) == 63
    assert len(model.find("worldbody").findall("body")) == 4


def test_mujoco_reads_the_scene(tmp_path, clip, body):
    import mujoco

    clip.save(tmp_path / "clip.xml")
    model = mujoco.MjModel.from_xml_path(str(tmp_path / "clip.xml"))
    data = mujoco.MjData(model)
    for joint, name in enumerate(JOINTS):
        assert model.body(f"man1_{name}").mass[0] == pytest.approx(body.masses[joint], rel=1e-6)
        assert model.joint(f"man1_{name}").id >= 0
    loose = next(item for item in clip.scene.objects if not item.fixed)
    assert model.body(loose.id).mass[0] == pytest.approx(loose.mass)
    mujoco.mj_resetDataKeyframe(model, data, 0)
    mujoco.mj_forward(model, data)
    track = clip.trace.tracks[0]
    places = [data.body(f"man1_{name}").xpos for name in JOINTS]
    np.testing.assert_allclose(places, track.positions()[0], atol=1e-6)
    corners = {item.id: item.parts[0].vertices for item in clip.scene.objects}
    stairs = model.geom("stairs1_0")
    mesh = model.mesh("stairs1_0")
    points = model.mesh_vert[mesh.vertadr[0] :][: mesh.vertnum[0]]
    moved = quat.rotate(stairs.quat, points) + stairs.pos
    np.testing.assert_allclose(moved.min(axis=0), corners["stairs1"].min(axis=0), atol=1e-5)
    np.testing.assert_allclose(moved.max(axis=0), corners["stairs1"].max(axis=0), atol=1e-5)
    for _ in range(960):
        mujoco.mj_step(model, data)
    assert np.isfinite(data.qpos).all()
    assert not any(warning.number for warning in data.warning)
    assert data.body("man1_pelvis").xpos[2] > 0.0  # A limp body falls, not through the floor.


# -- URDF.


def test_urdf_of_several_actors_is_refused(tmp_path, clip):
    import dataclasses

    scene = clip.scene
    two = dataclasses.replace(scene, actors=scene.actors * 2)
    trace = clip.trace
    motion = dataclasses.replace(clip.motion, scene=two)
    trace = dataclasses.replace(trace, world=dataclasses.replace(trace.world, motion=motion))
    from text2sim.animation import Animation

    pair = Animation(dataclasses.replace(clip.rendered, trace=trace), clip.config)
    with pytest.raises(ConfigError, match="has 2; write a folder"):
        pair.save(tmp_path / "two.urdf")
    assert not list(tmp_path.iterdir())


def test_pybullet_reads_bodies_and_objects(tmp_path, clip, body):
    pybullet = pytest.importorskip("pybullet")
    files = urdf.save_scene(clip.scene, tmp_path / "scene")
    clip.save(tmp_path / "man.urdf")
    assert (tmp_path / "man.urdf").read_bytes() == files[0].read_bytes()
    assert [path.stem for path in files] == ["man1", "stairs1", "landing1", "ball1"]
    world = pybullet.connect(pybullet.DIRECT)
    try:
        flags = pybullet.URDF_USE_INERTIA_FROM_FILE
        man = pybullet.loadURDF(str(files[0]), flags=flags, physicsClientId=world)
        links = {}
        for link in range(pybullet.getNumJoints(man, physicsClientId=world)):
            info = pybullet.getJointInfo(man, link, physicsClientId=world)
            links[info[12].decode()] = link
            assert info[2] == pybullet.JOINT_SPHERICAL
        assert set(links) == set(JOINTS[1:])
        pelvis = clip.scene.actors[0].skeleton.offsets[0]
        for joint, name in enumerate(JOINTS):
            found = pybullet.getDynamicsInfo(man, links.get(name, -1), physicsClientId=world)
            assert found[0] == pytest.approx(body.masses[joint], rel=1e-6)
            np.testing.assert_allclose(
                sorted(found[2]), sorted(body.inertias[joint]), rtol=1e-4, atol=1e-9
            )
            if joint:
                state = pybullet.getLinkState(man, links[name], physicsClientId=world)
                rest = body.skeleton.rest_positions()[joint] - pelvis
                np.testing.assert_allclose(state[4], rest, atol=1e-6)
        for path, item in zip(files[1:], clip.scene.objects):
            thing = pybullet.loadURDF(str(path), flags=flags, physicsClientId=world)
            found = pybullet.getDynamicsInfo(thing, -1, physicsClientId=world)
            assert found[0] == pytest.approx(0.0 if item.fixed else item.mass)
            assert found[1] == pytest.approx(item.friction)
            shapes = pybullet.getCollisionShapeData(thing, -1, physicsClientId=world)
            assert len(shapes) == len(item.parts)
    finally:
        pybullet.disconnect(physicsClientId=world)


def test_folder_that_cannot_be_made(tmp_path, clip):
    (tmp_path / "file").write_text("")
    with pytest.raises(ResourceError, match="Can't write"):
        urdf.save_scene(clip.scene, tmp_path / "file")
