"""A USD stage under construction: names, meshes, materials, poses over time; by usd-core.

USD takes our axes as they are: Z up, metres. Time codes count frames.
"""

from __future__ import annotations

import errno
import os
import tempfile
import time
from pathlib import Path
from typing import Any, final

import numpy as np

from text2sim.errors import MissingExtraError, ResourceError
from text2sim.io.moving import moves
from text2sim.io.textures import Texture
from text2sim.types import RGB, Surface

try:  # At once, so that a missing library is known before minutes of work.
    from pxr import Gf, Sdf, Tf, Usd, UsdGeom, UsdShade, UsdUtils, Vt
except ImportError:
    raise MissingExtraError('Saving USD needs usd-core: pip install "text2sim[usd]"') from None

ROOT = "/World"
_LONG_AGO = time.mktime((1980, 1, 2, 0, 0, 0, 0, 0, -1))
"""A date for packages, so that their bytes don't depend on the clock."""


@final
class Stage:
    """Wraps a stage in memory; materials are stored once.

    Args:
        fps: time codes in a second.
        frames: number of time codes.
        textures: whether patterns become pictures, which only a package has room for.
    """

    def __init__(self, fps: float, frames: int, *, textures: bool) -> None:
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
        self._pictures: dict[Texture, str] | None = {} if textures else None

    @property
    def textures(self) -> bool:
        """Whether there is room for pictures."""
        return self._pictures is not None

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

    def material(self, surface: Surface, picture: Texture | None = None) -> Any:
        """A UsdPreviewSurface; a picture multiplies the colour, where the file has room for it."""
        if not self.textures:
            picture = None
        look = (surface.roughness, surface.metalness, surface.opacity)
        key = (*look, surface.colour, picture)
        if key not in self._materials:
            material, shader = self._new_material(*look)
            colour = shader.CreateInput("diffuseColor", Sdf.ValueTypeNames.Color3f)
            if picture is None:
                colour.Set(Gf.Vec3f(*map(float, surface.colour)))
            else:
                colour.ConnectToSource(self._picture(material, picture, surface.colour))
            self._materials[key] = material
        return self._materials[key]

    def vertex_material(self, surface: Surface) -> Any:
        """A UsdPreviewSurface that takes its colour from the vertices."""
        look = (surface.roughness, surface.metalness, surface.opacity)
        if look not in self._materials:
            material, shader = self._new_material(*look)
            colour = shader.CreateInput("diffuseColor", Sdf.ValueTypeNames.Color3f)
            source = self._reader(material, "displayColor", "float3", Sdf.ValueTypeNames.Float3)
            colour.ConnectToSource(source)
            self._materials[look] = material
        return self._materials[look]

    def _new_material(self, roughness: float, metalness: float, opacity: float) -> tuple[Any, Any]:
        path = f"{ROOT}/materials/material{len(self._materials) + 1}"
        material = UsdShade.Material.Define(self.usd, path)
        shader = UsdShade.Shader.Define(self.usd, f"{path}/surface")
        shader.CreateIdAttr("UsdPreviewSurface")
        shader.CreateInput("roughness", Sdf.ValueTypeNames.Float).Set(float(roughness))
        shader.CreateInput("metallic", Sdf.ValueTypeNames.Float).Set(float(metalness))
        if opacity < 1.0:
            shader.CreateInput("opacity", Sdf.ValueTypeNames.Float).Set(float(opacity))
        output = shader.CreateOutput("surface", Sdf.ValueTypeNames.Token)
        material.CreateSurfaceOutput().ConnectToSource(output)
        return material, shader

    def _reader(self, material: Any, primvar: str, kind: str, value_type: Any) -> Any:
        """Output of a node that reads values of vertices."""
        reader = UsdShade.Shader.Define(self.usd, f"{material.GetPath()}/{primvar}")
        reader.CreateIdAttr(f"UsdPrimvarReader_{kind}")
        reader.CreateInput("varname", Sdf.ValueTypeNames.String).Set(primvar)
        return reader.CreateOutput("result", value_type)

    def _picture(self, material: Any, picture: Texture, colour: RGB) -> Any:
        """Output of a node that reads a picture and multiplies it with a colour."""
        assert self._pictures is not None
        name = self._pictures.setdefault(picture, f"texture{len(self._pictures) + 1}.jpg")
        node = UsdShade.Shader.Define(self.usd, f"{material.GetPath()}/picture")
        node.CreateIdAttr("UsdUVTexture")
        types = Sdf.ValueTypeNames
        node.CreateInput("file", types.Asset).Set(f"./{name}")
        node.CreateInput("sourceColorSpace", types.Token).Set("sRGB")
        for axis in ("wrapS", "wrapT"):
            node.CreateInput(axis, types.Token).Set("repeat")
        red, green, blue = (float(picture.peak * channel) for channel in colour)
        node.CreateInput("scale", types.Float4).Set(Gf.Vec4f(red, green, blue, 1.0))
        places = self._reader(material, "st", "float2", types.Float2)
        node.CreateInput("st", types.Float2).ConnectToSource(places)
        return node.CreateOutput("rgb", types.Float3)

    def save(self, path: Path) -> None:
        """Write the stage; the suffix says how: .usda text, .usd binary, .usdz one package.

        Raises:
            OSError: the file can't be written.
        """
        try:
            if path.suffix.lower() == ".usdz":
                done = self._package(path)
            else:
                done = self.usd.GetRootLayer().Export(str(path))
        except Tf.ErrorException as error:
            raise _reason(error) from None
        if not done:
            raise ResourceError("USD could not write the file. Nothing was written.")

    def _package(self, path: Path) -> bool:
        with tempfile.TemporaryDirectory() as folder:
            inner = Path(folder, "scene.usdc")
            if not self.usd.GetRootLayer().Export(str(inner)):
                return False
            for picture, name in (self._pictures or {}).items():
                Path(folder, name).write_bytes(picture.jpeg)
            for item in Path(folder).iterdir():
                os.utime(item, (_LONG_AGO, _LONG_AGO))  # The package keeps it.
            return UsdUtils.CreateNewUsdzPackage(str(inner), str(path))


def _reason(error: Any) -> OSError:
    """Why USD, which reports every failed write at length, could not write the file."""
    for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        if os.strerror(number) in str(error):
            return OSError(number, os.strerror(number))
    first = getattr(next(iter(error.args), None), "commentary", "no reason given")
    return ResourceError(f"USD could not write the file: {first}. Nothing was written.")


def vec3(values: np.ndarray) -> Any:
    """Vectors (N, 3) as USD holds them, float32."""
    return Vt.Vec3fArray.FromNumpy(np.ascontiguousarray(values, dtype=np.float32))


def vec2(values: np.ndarray) -> Any:
    """Vectors (N, 2) as USD holds them, float32."""
    return Vt.Vec2fArray.FromNumpy(np.ascontiguousarray(values, dtype=np.float32))


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
