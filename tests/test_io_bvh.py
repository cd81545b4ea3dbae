"""BVH: what we write, what others read, and files as they are found in the wild."""

import dataclasses

import numpy as np
import pytest

from tests.clips import make_clip, make_trace
from text2sim.errors import ConfigError, MotionFileError, ResourceError
from text2sim.io import bvh
from text2sim.io.bvh_reader import read_bvh
from text2sim.maths import axes, euler
from text2sim.maths import quaternions as quat
from text2sim.skeleton import JOINTS, PARENTS, Skeleton
from text2sim.types import Track

SMALL = """HIERARCHY
ROOT Hip
{
\tOFFSET 1.0 2.0 3.0
\tCHANNELS 6 Yrotation Xposition Zposition Xrotation Yposition Zrotation
\tJOINT Bip01 Knee
\t{
\t\tOFFSET 0 -4 0
\t\tCHANNELS 1 Xrotation
\t\tEnd Site
\t\t{
\t\t\tOFFSET 0 -4.5 0
\t\t}
\t}
}
MOTION
Frames: 2
Frame Time: 0.0333333
0 0 0 0 0 0 0
90 7 9 0 8 0 90
"""


def tumbling(frames: int = 60, stature: float = 1.6) -> Track:
    """Every joint turns about its own axis, through all orientations."""
    rng = np.random.default_rng(2)
    axis = rng.normal(size=(22, 3))
    axis /= np.linalg.norm(axis, axis=1, keepdims=True)
    angle = np.linspace(0, 7, frames)[:, None] * rng.uniform(0.5, 2, 22)
    return Track(
        actor="man1", skeleton=Skeleton.of_stature(stature),
        root_positions=np.cumsum(rng.normal(size=(frames, 3)) * 0.1, axis=0),
        rotations_wxyz=quat.about(axis, angle), contacts=np.zeros((frames, 4), bool),
    )  # fmt: skip


def ours(track: Track) -> np.ndarray:
    """World positions of a track as our files have them: centimetres, Y up."""
    return axes.y_up(track.positions()) * 100


def by_name(clip: bvh.BvhClip, values: np.ndarray) -> np.ndarray:
    return values[:, [clip.names.index(name) for name in JOINTS]]


@pytest.fixture
def small(tmp_path):
    """Write a text, changed by replacements, and give its path."""

    def write(*changes: tuple[str, str], encoding: str = "utf-8"):
        text = SMALL
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / "small.bvh"
        path.write_bytes(text.encode(encoding))
        return path

    return write


def test_round_trip_keeps_positions_and_rotations(tmp_path):
    track = tumbling()
    clip = read_bvh(bvh.save_track(track, 25.0, tmp_path / "a.bvh"))
    positions, rotations = clip.forward()
    assert np.abs(by_name(clip, positions) - ours(track)).max() < 1e-3  # cm: 0.01 mm
    turns = axes.y_up_wxyz(track.joints()[1])
    assert np.abs(np.sum(by_name(clip, rotations) * turns, axis=-1)).min() > 1 - 1e-12
    assert clip.fps == 25.0
    assert clip.frame_time == pytest.approx(0.04)


def test_saved_clip_is_the_simulated_motion_of_its_actor(tmp_path):
    anim = make_clip(frames=7)
    path = anim.save(tmp_path / "walk.BVH")
    clip = read_bvh(path)
    assert (len(clip), clip.fps) == (7, anim.fps)
    assert clip.names[0] == "pelvis"
    tree = {name: clip.names[parent] for name, parent in zip(clip.names, clip.parents)}
    assert all(tree[JOINTS[j]] == JOINTS[PARENTS[j]] for j in range(1, 22))
    found = by_name(clip, clip.forward()[0])
    assert np.abs(found - ours(anim.trace.tracks[0])).max() < 1e-3
    # A person walks upright: the head is above, the left side at +X when facing +Z.
    assert (found[:, JOINTS.index("head"), 1] > 140).all()
    assert (found[:, JOINTS.index("left_hip"), 0] > found[:, JOINTS.index("right_hip"), 0]).all()


def test_angles_do_not_jump(tmp_path):
    clip = bvh.from_track(tumbling(600), 60.0)
    assert np.abs(np.diff(clip.values[:, 3:], axis=0)).max() < 60
    assert np.abs(clip.values[:, 3:]).max() > 360  # It turns on, and does not wrap around.


def test_several_actors_are_refused_and_saved_one_by_one(tmp_path):
    anim = make_clip(frames=3)
    track = anim.trace.tracks[0]
    twice = dataclasses.replace(
        make_trace(frames=3), tracks=(track, dataclasses.replace(track, actor="woman1"))
    )
    anim = type(anim)(dataclasses.replace(anim.rendered, trace=twice), {})
    with pytest.raises(ConfigError, match=r"2 \(man1, woman1\).*save_track"):
        anim.save(tmp_path / "a.bvh")
    assert not list(tmp_path.iterdir())
    bvh.save_track(anim.trace.tracks[1], anim.fps, tmp_path / "b.bvh")
    with pytest.raises(ResourceError, match="exists already"):
        bvh.save_track(anim.trace.tracks[1], anim.fps, tmp_path / "b.bvh", overwrite=False)


def test_an_independent_reader_agrees_within_a_millimetre(tmp_path):
    bvhio = pytest.importorskip("bvhio", reason="bvhio pulls PyGLM (50 MB): pip install bvhio")
    track = tumbling(12)
    root = bvhio.readAsHierarchy(str(bvh.save_track(track, 30.0, tmp_path / "a.bvh")))
    joints = {joint.Name: joint for joint, _, _ in root.layout()}
    assert set(JOINTS) <= set(joints)
    for frame in range(12):
        root.loadPose(frame)
        found = np.array([list(joints[name].PositionWorld) for name in JOINTS])
        assert np.abs(found - ours(track)[frame]).max() < 0.1  # cm: 1 mm


def test_channels_of_any_order_and_names_with_spaces(small):
    clip = read_bvh(small())
    assert clip.names == ("Hip", "Bip01 Knee")
    assert clip.parents == (-1, 0)
    assert clip.ends == ((1, (0.0, -4.5, 0.0)),)
    assert clip.fps == 30.0
    positions, rotations = clip.forward()
    np.testing.assert_allclose(positions[1], [[7, 8, 9], [7, 4, 9]])
    # Yaw by 90 degrees takes the knee's bend about X to one about -Z.
    np.testing.assert_allclose(quat.rotate(rotations[1, 1], [0, -1, 0]), [-1, 0, 0], atol=1e-12)


@pytest.mark.parametrize(
    "changes",
    [
        [("\n", "\r\n")] * 20,
        [("\n", "\r")] * 20,
        [("HIERARCHY", "\n\nhierarchy"), ("ROOT Hip\n{", "root Hip {")],
        [("Frame Time: ", "Frame  time:\t"), ("Frames: 2", "FRAMES:2")],
        [("CHANNELS 1 Xrotation", "channels 1 xRotation")],
        [("0 0 0 0 0 0 0\n", "0 0 0 0\n0 0 0\n\n")],
        [("HIERARCHY", "\ufeffHIERARCHY")],
    ],
)
def test_habits_of_other_programs(small, changes):
    np.testing.assert_array_equal(read_bvh(small(*changes)).values, read_bvh(small()).values)


def test_utf16_with_its_mark(small):
    assert read_bvh(small(("Hip", "Hüfte"), encoding="utf-16")).names[0] == "Hüfte"


@pytest.mark.parametrize(
    ("change", "line", "expected"),
    [
        (("HIERARCHY", "HIERARCY"), 1, "expected HIERARCHY, found 'HIERARCY'"),
        (("ROOT Hip", "JOINT Hip"), 2, "a ROOT around every joint"),
        (("ROOT Hip", "ROOT"), 2, "a name after ROOT"),
        (("ROOT Hip\n{", "ROOT Hip\n"), 4, "'{' after Hip, found 'OFFSET'"),
        (("OFFSET 1.0 2.0 3.0", ""), 2, "an OFFSET in Hip"),
        (("OFFSET 1.0 2.0 3.0", "OFFSET 1.0 2.0"), 4, "three numbers, found 2"),
        (("OFFSET 1.0 2.0 3.0", "OFFSET 1,0 2,0 3,0"), 4, "decimals with a point"),
        (("CHANNELS 6", "CHANNELS 5"), 5, "CHANNELS, their number"),
        (("CHANNELS 6", "CHANNELS"), 5, "CHANNELS, their number"),
        (("Zrotation\n", "Wrotation\n"), 5, "found 'Wrotation'"),
        (("Zrotation\n", "Xrotation\n"), 5, "each channel once"),
        (("Bip01 Knee", "Hip"), 6, "'Hip' again, as in line 2"),
        (("\t\t}\n\t}\n}\nMOTION", "\t\t}\n\t}\nMOTION"), 15, "'}' that closes Hip, found MOTION"),
        (("}\nMOTION", "}\nROOT B\n{\nOFFSET 0 0 0\n}\nMOTION"), 16, "one ROOT a file"),
        (("}\nMOTION", "}\n}\nMOTION"), 16, "each in its place"),
        (("MOTION", "MOTIF"), 21, "MOTION, found the end of the file: it is cut off"),
        (("Frames: 2", "Frames: 0"), 17, "at least one, found 0"),
        (("Frames: 2", "Frames: 1e12"), 20, "1000000000000 frames as announced, found 2"),
        (("Frames: 2", "Frames: 3"), 20, "3 frames as announced, found 2"),
        (("Frames: 2", "2"), 17, "'Frames:' and a number"),
        (("0.0333333", "0"), 18, "a frame time"),
        (("90 7 9 0 8 0 90", "90 7 9 0 8"), 20, "7 numbers, one a channel, found 5"),
        (("90 7 9 0 8 0 90\n", ""), 19, "2 frames as announced, found 1"),
        (("90 7 9", "90 nan 9"), 20, "a finite number, found 'nan'"),
        (("90 7 9", "90 1.#QNAN 9"), 20, "a number, found '1.#QNAN'"),
        (("90 7 9", "90 7,5 9"), 20, "decimals with a point"),
        (("Hip", "H\0p"), 2, "found binary data"),
    ],
)  # fmt: skip
def test_damage_is_named_by_file_and_line(small, change, line, expected):
    path = small(change)
    with pytest.raises(MotionFileError) as error:
        read_bvh(path)
    assert f"{path}, line {line}: expected" in str(error.value)
    assert expected in str(error.value)


def test_mixed_encoding_is_named(small):
    with pytest.raises(MotionFileError, match="line 2: expected UTF-8 text, found the byte 0xfc"):
        read_bvh(small(("Hip", "Hüfte"), encoding="latin-1"))


@pytest.mark.parametrize("cut", range(0, len(SMALL) - 2, 7))
def test_every_truncation_is_an_error(tmp_path, cut):
    path = tmp_path / "cut.bvh"
    path.write_text(SMALL[:cut])
    with pytest.raises(MotionFileError, match=r"cut\.bvh, line \d+: expected"):
        read_bvh(path)


def test_missing_file(tmp_path):
    with pytest.raises(ResourceError, match="There is no file"):
        read_bvh(tmp_path / "none.bvh")


@pytest.mark.parametrize("order", ["XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX"])
def test_euler_angles_of_every_order(order):
    rng = np.random.default_rng(4)
    q = quat.normalise(rng.normal(size=(200, 3, 4)))
    q[0, 0] = euler.from_euler([0.3, np.pi / 2, -0.4], order)  # Gimbal lock.
    q[1, 0] = euler.from_euler([0.3, -np.pi / 2, -0.4], order)
    angles = euler.to_euler(q, order)
    for found in (angles, euler.continuous(angles)):
        back = euler.from_euler(found, order)
        assert np.abs(np.sum(back * q, axis=-1)).min() > 1 - 1e-12
    with pytest.raises(ConfigError, match="each axis once"):
        euler.to_euler(q, "XYX")


def test_angles_go_straight_through_gimbal_lock():
    bend = np.linspace(0.0, 3.0, 60)
    angles = np.stack([0.2 + 0 * bend, bend, -0.1 + 0 * bend], axis=1)
    found = euler.to_euler(euler.from_euler(angles, "ZXY"), "ZXY")
    assert np.abs(np.diff(found, axis=0)).max() > 3.0
    np.testing.assert_allclose(euler.continuous(found), angles, atol=1e-9)


def test_axes_keep_handedness_and_sides():
    q = quat.normalise(np.random.default_rng(5).normal(size=(20, 4)))
    v = np.random.default_rng(6).normal(size=(20, 3))
    turned = quat.rotate(axes.y_up_wxyz(q), axes.y_up(v))
    np.testing.assert_allclose(turned, axes.y_up(quat.rotate(q, v)), atol=1e-12)
    np.testing.assert_array_equal(axes.z_up(axes.y_up(v)), v)
    np.testing.assert_array_equal(axes.z_up_wxyz(axes.y_up_wxyz(q)), q)
    np.testing.assert_array_equal(axes.y_up([[1, 0, 0], [0, 1, 0]]), [[0, 0, 1], [1, 0, 0]])
