"""Meshes that users bring along."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh

from text2sim.assets.procedural import ProceduralAssets
from text2sim.assets.usermesh import load
from text2sim.errors import MeshError, UnknownKindError
from text2sim.io.meshes import is_path, natural_size
from text2sim.types import PlannedObject, SceneObject

LIMITS = {"max_bytes": 2_000_000, "max_faces": 20_000}


def tower() -> trimesh.Trimesh:
    """A wide foot and a narrow top: Z is up."""
    foot = trimesh.creation.box(extents=[2, 1, 0.5])
    top = trimesh.creation.icosphere(2, 0.4)
    top.apply_translation([0, 0, 1.6])
    return trimesh.util.concatenate([foot, top])


def plan(path: Path, size=(0.5, 0.4, 0.8), **changes) -> PlannedObject:
    return PlannedObject(
        id="mesh1", kind=str(path), label="tower", position=[1, 2, 0], size=size, **changes
    )


@pytest.mark.parametrize("suffix", ["obj", "stl", "ply", "glb", "STL"])
def test_each_format_is_read_and_fitted(tmp_path: Path, suffix: str) -> None:
    mesh = tower()
    if suffix == "glb":
        mesh.apply_transform(trimesh.transformations.rotation_matrix(-np.pi / 2, [1, 0, 0]))
    path = tmp_path / f"tower.{suffix}"
    path.write_bytes(mesh.export(file_type=suffix.lower(), **{}) if suffix.lower() != "obj"
                     else mesh.export(file_type="obj").encode())  # fmt: skip
    item = load(plan(path), **LIMITS)
    cloud = item.visuals[0].mesh.vertices
    assert np.allclose(np.ptp(cloud, axis=0), [0.5, 0.4, 0.8], atol=1e-5)
    assert cloud[:, 2].min() == pytest.approx(0.0, abs=1e-6)
    wide = cloud[cloud[:, 2] < 0.1]
    assert np.ptp(wide[:, 0]) == pytest.approx(0.5, abs=1e-4)
    assert len(item.parts) == 2
    assert item.mass > 0


def written(tmp_path: Path) -> Path:
    path = tmp_path / "tower.stl"
    tower().export(path)
    return path


def test_the_hulls_hold_the_mesh(tmp_path: Path) -> None:
    item = load(plan(written(tmp_path)), **LIMITS)
    cloud = item.visuals[0].mesh.vertices.astype(np.float64)
    gaps = [(cloud @ p.planes[:, :3].T + p.planes[:, 3]).max(axis=-1) for p in item.parts]
    assert np.min(gaps, axis=0).max() < 0.02
    assert all(len(part.vertices) <= 64 for part in item.parts)


def test_many_components_share_a_hull(tmp_path: Path) -> None:
    balls = []
    for i in range(20):
        ball = trimesh.creation.icosphere(1, 0.1)
        ball.apply_translation([i, i % 3, i % 2])
        balls.append(ball)
    path = tmp_path / "balls.ply"
    trimesh.util.concatenate(balls).export(path)
    assert len(load(plan(path), **LIMITS).parts) == 1


def test_colour_material_and_pose_come_from_the_plan(tmp_path: Path) -> None:
    where = plan(written(tmp_path), colour=(0.1, 0.2, 0.3), material="wood", fixed=True)
    item: SceneObject = load(where, **LIMITS)
    assert item.visuals[0].surface.colour == (0.1, 0.2, 0.3)
    assert item.visuals[0].surface.pattern == "wood"
    assert item.fixed
    assert np.allclose(item.position, [1, 2, 0])


def test_the_stage_takes_a_path_as_kind(tmp_path: Path) -> None:
    stage = ProceduralAssets()
    assert stage._object(plan(written(tmp_path))).kind.endswith("tower.stl")
    with pytest.raises(UnknownKindError):
        stage._object(plan(tmp_path / "tower.fbx"))


def test_natural_size_keeps_the_shape(tmp_path: Path) -> None:
    assert natural_size(str(written(tmp_path)), largest=3.0) == pytest.approx(
        (2 * 3 / 2.25, 1 * 3 / 2.25, 3.0)
    )


def test_paths_are_told_from_kinds() -> None:
    assert is_path("models/dragon.OBJ")
    assert is_path("C:\\things\\a.glb")
    assert not is_path("coffee table")
    assert not is_path("evil.pkl")


def broken(tmp_path: Path, name: str, content: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.obj", b"", "is empty"),
        ("b.obj", b"# nothing here\n", "no triangles|can't be read"),
        ("c.stl", b"\x00\xff" * 40, "can't be read|no triangles"),
        ("d.glb", b"glTF\x02\x00\x00\x00 rubbish", "can't be read"),
        ("e.ply", b"ply\nformat ascii 1.0\nelement vertex 3\n", "can't be read|no triangles"),
        ("f.obj", b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", "flat"),
        ("g.obj", b"v 0 0 nan\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 2 3\nf 1 2 4\n", "NaN|no triangles"),
        ("h.obj", b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 9\n", "can't be read|corrupt|no triangles"),
        ("i.obj", b"v 0 0 0\nv 1 1 1\nv 2 2 2\n", "no triangles|can't be read"),
    ],
)  # fmt: skip
def test_bad_files_are_mesh_errors(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    with pytest.raises(MeshError, match=message):
        load(plan(broken(tmp_path, name, content)), **LIMITS)


def test_missing_files_and_folders_are_mesh_errors(tmp_path: Path) -> None:
    with pytest.raises(MeshError, match="no mesh file"):
        load(plan(tmp_path / "nowhere.obj"), **LIMITS)
    (tmp_path / "folder.obj").mkdir()
    with pytest.raises(MeshError, match="no mesh file"):
        load(plan(tmp_path / "folder.obj"), **LIMITS)


def test_large_files_and_meshes_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path)
    with pytest.raises(MeshError, match="max_bytes"):
        load(plan(path), max_bytes=1000, max_faces=20_000)
    with pytest.raises(MeshError, match="max_faces"):
        load(plan(path), max_bytes=2_000_000, max_faces=100)


def test_a_file_cannot_pull_in_others(tmp_path: Path) -> None:
    (tmp_path / "secret.mtl").write_text("newmtl red\nmap_Kd secret.png\n")
    text = "mtllib secret.mtl\nusemtl red\n" + tower().export(file_type="obj")
    path = broken(tmp_path, "tower.obj", text.encode())
    item = load(plan(path), **LIMITS)
    assert len(item.visuals) == 1
