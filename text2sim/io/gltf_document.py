"""A glTF 2.0 document under construction: accessors, materials, nodes, by pygltflib.

glTF has Y up and a front that faces +Z. The two functions below turn our axes (Z up, front +X) by
120 degrees: x y z becomes y z x. Nothing is rounded, and no node has to carry a rotation.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, final

import numpy as np
from numpy.typing import ArrayLike

from text2sim.errors import MissingExtraError
from text2sim.io.textures import Texture
from text2sim.types import Surface

try:  # At once, so that a missing library is known before minutes of work.
    import pygltflib as lib
except ImportError:
    raise MissingExtraError('Saving .glb needs pygltflib: pip install "text2sim[export]"') from None

_COMPONENTS: dict[str, int] = {"uint8": 5121, "uint16": 5123, "uint32": 5125, "float32": 5126}
_SHAPES: dict[tuple[int, ...], str] = {
    (): "SCALAR",
    (2,): "VEC2",
    (3,): "VEC3",
    (4,): "VEC4",
    (4, 4): "MAT4",
}
_TARGETS: dict[str, int | None] = {"vertex": 34962, "index": 34963, "plain": None}
_SAMPLER = 0


def vectors(values: ArrayLike) -> np.ndarray:
    """Our vectors (..., 3) in glTF's axes, float32."""
    return np.asarray(values)[..., [1, 2, 0]].astype(np.float32)


def quaternions(wxyz: ArrayLike) -> np.ndarray:
    """Our rotations (..., 4) in glTF's axes and order, xyzw, float32."""
    return np.asarray(wxyz)[..., [2, 3, 1, 0]].astype(np.float32)


@final
class Document:
    """Collects data and nodes; equal data, materials and meshes are stored once."""

    def __init__(self) -> None:
        self.gltf = lib.GLTF2(scene=0, scenes=[lib.Scene()])
        self._data = bytearray()
        self._accessors: dict[Any, int] = {}
        self._materials: dict[Any, int] = {}
        self._textures: dict[Texture, int] = {}
        self._meshes: dict[Any, int] = {}

    def accessor(
        self,
        values: np.ndarray,
        use: Literal["vertex", "index", "plain"] = "plain",
        *,
        normalised: bool = False,
        bounds: bool = False,
    ) -> int:
        """Index of an accessor with these values, (N, ...)."""
        values = np.ascontiguousarray(values)
        content = values.tobytes()
        key = (content, values.dtype.str, values.shape, use, normalised, bounds)
        if key not in self._accessors:
            self._accessors[key] = len(self.gltf.accessors)
            accessor = lib.Accessor(
                bufferView=self._view(content, use),
                componentType=_COMPONENTS[values.dtype.name],
                type=_SHAPES[values.shape[1:]],
                count=len(values),
                normalized=normalised or None,
            )
            if bounds:
                rows = values.reshape(len(values), -1)
                accessor.min, accessor.max = rows.min(axis=0).tolist(), rows.max(axis=0).tolist()
            self.gltf.accessors.append(accessor)
        return self._accessors[key]

    def _view(self, content: bytes, use: str) -> int:
        view = lib.BufferView(
            buffer=0, byteOffset=len(self._data), byteLength=len(content), target=_TARGETS[use]
        )
        self._data += content
        self.gltf.bufferViews.append(view)
        return len(self.gltf.bufferViews) - 1

    def indices(self, faces: np.ndarray, vertices: int) -> int:
        """Accessor of triangles (F, 3), in the smallest type that graphics cards like."""
        dtype = np.uint16 if vertices < 65536 else np.uint32  # 65535 restarts, so it's no index.
        return self.accessor(faces.reshape(-1).astype(dtype), "index")

    def material(
        self, surface: Surface, *, double_sided: bool, name: str, texture: Texture | None = None
    ) -> int:
        """Index of a metal-rough material; a texture multiplies the colour, opacity blends."""
        look = (surface.colour, surface.roughness, surface.metalness, surface.opacity)
        key = (*look, double_sided, texture)
        if key not in self._materials:
            self._materials[key] = len(self.gltf.materials)
            peak = 1.0 if texture is None else texture.peak
            red, green, blue = (float(np.clip(peak * c, 0.0, 1.0)) for c in surface.colour)
            shading = lib.PbrMetallicRoughness(
                baseColorFactor=[red, green, blue, float(surface.opacity)],
                baseColorTexture=texture and lib.TextureInfo(index=self._texture(texture)),
                metallicFactor=float(surface.metalness),
                roughnessFactor=float(surface.roughness),
            )
            self.gltf.materials.append(
                lib.Material(
                    name=name,
                    pbrMetallicRoughness=shading,
                    doubleSided=double_sided,
                    alphaMode=lib.BLEND if surface.opacity < 1.0 else lib.OPAQUE,
                    alphaCutoff=None,
                )
            )
        return self._materials[key]

    def _texture(self, texture: Texture) -> int:
        if texture not in self._textures:
            self._textures[texture] = len(self.gltf.textures)
            image = lib.Image(mimeType="image/jpeg", bufferView=self._view(texture.jpeg, "plain"))
            self.gltf.images.append(image)
            self.gltf.textures.append(
                lib.Texture(source=len(self.gltf.images) - 1, sampler=_SAMPLER)
            )
            self.gltf.samplers = [lib.Sampler(magFilter=9729, minFilter=9987)]  # Trilinear.
        return self._textures[texture]

    def mesh(self, name: str, primitives: list[tuple[dict[str, int], int, int]]) -> int:
        """Index of a mesh of primitives: accessors by attribute, indices, material."""
        key = tuple((*sorted(attributes.items()), *rest) for attributes, *rest in primitives)
        if key not in self._meshes:
            self._meshes[key] = len(self.gltf.meshes)
            parts = [
                lib.Primitive(
                    attributes=lib.Attributes(**attributes), indices=indices, material=material
                )
                for attributes, indices, material in primitives
            ]
            self.gltf.meshes.append(lib.Mesh(name=name, primitives=parts))
        return self._meshes[key]

    def node(self, name: str, *, root: bool = True, **fields: Any) -> int:
        """Index of a new node; a root node is put into the scene."""
        index = len(self.gltf.nodes)
        self.gltf.nodes.append(lib.Node(name=name, **fields))
        if root:
            self.gltf.scenes[0].nodes.append(index)
        return index

    def save(self, path: Path) -> None:
        """Write the document as one binary file; pygltflib aligns what is in it."""
        self.gltf.buffers = [lib.Buffer(byteLength=len(self._data))]
        self.gltf.set_binary_blob(bytes(self._data))
        path.write_bytes(b"".join(self.gltf.save_to_bytes()))
