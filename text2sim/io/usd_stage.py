"""A USD stage under construction: names, meshes, materials, poses over time; by usd-core.

USD takes our axes as they are: Z up, metres. Time codes count frames.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import Any, final

import numpy as np

from text2sim.errors import MissingExtraError, ResourceError
from text2sim.io.moving import moves
from text2sim.types import Surface

try:  # At once, so that a missing library is known before minutes of work.
    from pxr import Gf, Sdf, Tf, Usd, UsdGeom, UsdShade, UsdUtils, Vt
except ImportError:
    raise MissingExtraError('Saving USD needs usd-core: pip install "text2sim[usd]"') from None

ROOT = "/World"
_LONG_AGO = time.mktime((1980, 1, 2, 0, 0, 0, 0, 0, -1))
"""A date for packages, so that their bytes don't depend on the clock."""


@final
class Stage:
    """Wraps a stage in memory; materials are stored once."""

    def __init__(self, fps: float, frames: int) -> None:
        self.usd = Usd.Stage.CreateInMemory()
        UsdGeom.SetStageUpAxis(self.usd, UsdGeom.Tokens.z)
        UsdGeom.SetStageMetersPerUnit(self.usd, 1.0)
        self.usd.SetTimeCodesPerSecond(fps)
        self.usd.SetFramesPerSecond(fps)
        self.usd.SetStartTimeCode(0)
        self.usd.SetEndTimeCode(frames - 1)
        self.usd.SetDefaultPrim(UsdGeom.Xform.Define(self.usd, ROOT).GetPrim())
        UsdGeom.Scope.Define(self.usd, f"{ROOT}/materials")
        self._materials: dict[Any, Any] = {}

    def path(self, *names: str) -> str:
        """A free path below the root, made of valid identifiers."""
        path = "/".join([ROOT, *map(Tf.MakeValidIdentifier, names)])
        number, free = 1, path
        while self.usd.GetPrimAtPath(free):
            number, free = number + 1, f"{path}_{number + 1}"
        return free

    def mesh(self, path: str, vertices: np.ndarray, normals: np.ndarray, faces: np.ndarray) -> Any:
        """A mesh of triangles: vertices (V, 3), normals (V, 3), faces (F, 3)."""
        mesh = UsdGeom.Mesh.Define(self.usd, path)
        mesh.CreateSubdivisionSchemeAttr(UsdGeom.Tokens.none)
        mesh.CreatePointsAttr(vec3(vertices))
        mesh.CreateNormalsAttr(vec3(normals))
        mesh.SetNormalsInterpolation(UsdGeom.Tokens.vertex)
        mesh.CreateFaceVertexCountsAttr(ints(np.full(len(faces), 3)))
        mesh.CreateFaceVertexIndicesAttr(ints(faces.reshape(-1)))
        mesh.CreateExtentAttr(vec3(np.stack([vertices.min(axis=0), vertices.max(axis=0)])))
        return mesh

    def material(self, surface: Surface | None, roughness: float = 0.8) -> Any:
        """A UsdPreviewSurface; without a surface, one that takes the colours of the vertices."""
        key: object = roughness
        if surface is not None:
            key = (surface.colour, surface.roughness, surface.metalness)
        if key not in self._materials:
            path = f"{ROOT}/materials/material{len(self._materials) + 1}"
            self._materials[key] = self._new_material(path, surface, roughness)
        return self._materials[key]

    def _new_material(self, path: str, surface: Surface | None, roughness: float) -> Any:
        material = UsdShade.Material.Define(self.usd, path)
        shader = UsdShade.Shader.Define(self.usd, f"{path}/surface")
        shader.CreateIdAttr("UsdPreviewSurface")
        rough = surface.roughness if surface else roughness
        shader.CreateInput("roughness", Sdf.ValueTypeNames.Float).Set(float(rough))
        metallic = surface.metalness if surface else 0.0
        shader.CreateInput("metallic", Sdf.ValueTypeNames.Float).Set(float(metallic))
        colour = shader.CreateInput("diffuseColor", Sdf.ValueTypeNames.Color3f)
        if surface:
            colour.Set(Gf.Vec3f(*map(float, surface.colour)))
        else:
            reader = UsdShade.Shader.Define(self.usd, f"{path}/colours")
            reader.CreateIdAttr("UsdPrimvarReader_float3")
            reader.CreateInput("varname", Sdf.ValueTypeNames.String).Set("displayColor")
            colour.ConnectToSource(
                reader.CreateOutput("result", Sdf.ValueTypeNames.Float3).GetAttr().GetPath()
            )
        output = shader.CreateOutput("surface", Sdf.ValueTypeNames.Token)
        material.CreateSurfaceOutput().ConnectToSource(output)
        return material

    def save(self, path: Path) -> None:
        """Write the stage; the suffix says how: .usda text, .usd binary, .usdz one package.

        Raises:
            ResourceError: the file can't be written.
        """
        layer = self.usd.GetRootLayer()
        try:
            if path.suffix.lower() == ".usdz":
                with tempfile.TemporaryDirectory() as folder:
                    inner = Path(folder, "scene.usdc")
                    done = layer.Export(str(inner))
                    os.utime(inner, (_LONG_AGO, _LONG_AGO))  # The package keeps it.
                    done = done and UsdUtils.CreateNewUsdzPackage(str(inner), str(path))
            else:
                done = layer.Export(str(path))
        except Tf.ErrorException as error:
            raise ResourceError(f"USD could not write the file: {error}") from error
        if not done:
            raise ResourceError("USD could not write the file. Nothing was written.")


def vec3(values: np.ndarray) -> Any:
    """Vectors (N, 3) as USD holds them, float32."""
    return Vt.Vec3fArray.FromNumpy(np.ascontiguousarray(values, dtype=np.float32))


def ints(values: np.ndarray) -> Any:
    """Integers (N,) as USD holds them."""
    return Vt.IntArray.FromNumpy(np.ascontiguousarray(values, dtype=np.int32))


def quats(wxyz: np.ndarray) -> Any:
    """Rotations (N, 4) as USD holds them, float32; in memory it puts w last."""
    xyzw = np.ascontiguousarray(np.asarray(wxyz)[:, [1, 2, 3, 0]], dtype=np.float32)
    return Vt.QuatfArray.FromNumpy(xyzw)


def place(prim: Any, positions: np.ndarray, rotations: np.ndarray, times: np.ndarray) -> None:
    """Give a prim its place: positions (T, 3) and rotations wxyz (T, 4) at time codes (T,).

    What does not move gets one value without a time.
    """
    moving = UsdGeom.Xformable(prim)
    translate = moving.AddTranslateOp(UsdGeom.XformOp.PrecisionDouble)
    orient = moving.AddOrientOp(UsdGeom.XformOp.PrecisionFloat)
    vectors = [Gf.Vec3d(*row) for row in np.asarray(positions, dtype=float).tolist()]
    turns = list(quats(rotations))
    for op, values, rows in ((translate, vectors, positions), (orient, turns, rotations)):
        if not moves(rows):
            op.Set(values[0])
            continue
        for code, value in zip(times.tolist(), values):
            op.Set(value, code)
