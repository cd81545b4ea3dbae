"""The passes of one frame on the graphics card, and the memory that they share there."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from text2sim.classes import label_classes
from text2sim.maths.camera import focal_length, look_at
from text2sim.render import look
from text2sim.render.geometry import LiveGeometry
from text2sim.render.kernels.shading import EXPOSURE
from text2sim.render.opengl.context import program, set_uniforms
from text2sim.render.painter import Quality, _directions
from text2sim.render.shadows import ShadowPass
from text2sim.render.stage import Picture
from text2sim.threads import Team
from text2sim.types import CameraTrack, Trace

ROW = 4096
"""Faces in one row of the texture that holds their constants."""
_SURFACE = ("surface.glsl", "patterns.glsl")
_MESH = ("faces.glsl", *_SURFACE, "mesh.glsl")
_GROUND = (*_SURFACE, "ground.glsl")
_LIGHT = ("shadow.glsl", "light.glsl")
_MEASURED = {
    "depth": (1, "f4"),
    "segmentation": (1, "u2"),
    "normals": (4, "f4"),
    "albedo": (4, "f4"),
}
"""Components and type of what the last pass measures, in the order of its outputs."""


class _Both(NamedTuple):
    """The same pass for the meshes and for the ground."""

    meshes: Any
    ground: Any


class Canvas:
    """Draws the frames of a trace; everything it makes lives as long as its OpenGL context."""

    def __init__(
        self, context: Any, trace: Trace, camera: CameraTrack, size: tuple[int, int],
        quality: Quality, team: Team,
    ) -> None:  # fmt: skip
        scene = trace.world.motion.scene
        assert scene is not None
        self._gl, self._track, self._size, self._quality = context, camera, size, quality
        self._team, self._live = team, LiveGeometry(trace)
        self._classes = np.array(label_classes(scene), np.uint16)
        lights = look.lights(camera.target[0] - camera.eye[0], scene.ground, scene.look)
        angle = look.LOOKS[scene.look].size
        self._sun = ShadowPass(trace, lights.to_sun, quality.shadow_size, angle)
        floor = look.floor(scene.ground)
        self._constants = {
            **lights._asdict(), "exposure": float(EXPOSURE), "size": size,
            "focal": focal_length(camera.fov, size),
            "floor_colour": floor.colour, "floor_mortar": floor.mortar,
            "floor_rough": floor.roughness, "floor_pattern": int(floor.pattern),
            "sun_size": quality.shadow_size, "sun_texel": self._sun._texel,
            "sun_angle": float(angle),
            "half_focal": 0.5 * focal_length(camera.fov, size), "offset": quality.samples[0],
        }  # fmt: skip
        self._upload()
        self._make_pictures()
        self._make_passes()

    def _upload(self) -> None:
        """Vertices, faces and their constants; a buffer can't be empty."""
        gl, geometry = self._gl, self._live.geometry
        still = np.column_stack([geometry.local, geometry.colours, geometry.roughness])
        self._still = gl.buffer(_bytes(still, "f4") or bytes(28))
        self._world = gl.buffer(_bytes(geometry.world, "f4") or bytes(12), dynamic=True)
        self._normals = gl.buffer(_bytes(geometry.normals, "f4") or bytes(12), dynamic=True)
        self._faces = gl.buffer(_bytes(geometry.faces, "i4") or bytes(12))
        count = len(geometry.faces)
        width, height = min(max(count, 1), ROW), -(-max(count, 1) // ROW)
        data = np.zeros((width * height, 4), np.float32)
        data[:count] = np.column_stack(
            [geometry.patterns, geometry.metalness, self._live.labels, geometry.closed]
        )
        self._face_data = gl.texture((width, height), 4, data.tobytes(), dtype="f4")

    def _make_pictures(self) -> None:
        gl, size, quality = self._gl, self._size, self._quality
        half, side = (size[0] // 2, size[1] // 2), (quality.shadow_size, quality.shadow_size)
        self._sun_map = gl.depth_texture(side)
        self._sun_map.compare_func = ""
        self._sun_target = gl.framebuffer(depth_attachment=self._sun_map)
        samples = min(len(quality.samples), gl.max_samples) if len(quality.samples) > 1 else 0
        self._drawn = gl.framebuffer(
            gl.renderbuffer(size, 4, samples=samples), gl.depth_renderbuffer(size, samples=samples)
        )
        self._shown = gl.framebuffer(gl.renderbuffer(size, 3))
        self._half = [gl.texture(half, 1, dtype="f4") for _ in range(3)]
        self._half_targets = [gl.framebuffer(texture) for texture in self._half]
        self._half_near = gl.framebuffer(self._half[0], gl.depth_renderbuffer(half))
        self._half_targets[2].clear(1.0)
        table = _directions(max(quality.occlusion_pairs, 1))
        self._table = gl.texture(
            (table.shape[1], table.shape[0]), 2, _bytes(table, "f4"), dtype="f4"
        )
        self._measured = [gl.texture(size, *kind[:1], dtype=kind[1]) for kind in _MEASURED.values()]
        self._measures = gl.framebuffer(self._measured, gl.depth_renderbuffer(size))

    def _make_passes(self) -> None:
        gl = self._gl
        self._cast = self._meshes("sun.vert", "faces.glsl", "sun.frag")
        self._near = _Both(
            self._meshes("mesh.vert", *_MESH, "near.frag"),
            self._ground("ground.vert", *_GROUND, "near.frag"),
        )
        self._shade = _Both(
            self._meshes("mesh.vert", *_MESH, *_LIGHT, "shade.frag"),
            self._ground("ground.vert", *_GROUND, *_LIGHT, "shade.frag"),
        )
        self._measure = _Both(
            self._meshes("mesh.vert", *_MESH, "measure.frag"),
            self._ground("ground.vert", *_GROUND, "measure.frag"),
        )
        self._sky, self._occlude, self._smooth = (
            gl.vertex_array(program(gl, "screen.vert", *parts), [])
            for parts in (
                (*_SURFACE, *_LIGHT, "sky.frag"), ("occlude.frag",), ("smooth.frag",),
            )
        )  # fmt: skip

    def _meshes(self, *sources: str) -> Any:
        return self._gl.vertex_array(
            program(self._gl, *sources),
            [
                (self._world, "3f", "in_world"),
                (self._normals, "3f", "in_normal"),
                (self._still, "3f 3f 1f", "in_local", "in_colour", "in_rough"),
            ],
            index_buffer=self._faces,
            index_element_size=4,
            skip_errors=True,
        )

    def _ground(self, *sources: str) -> Any:
        """An endless plane: four corners at infinity around the point below the eye."""
        points = np.array([[0, 0, 0, 1], [1, 0, 0, 0], [0, 1, 0, 0], [-1, 0, 0, 0], [0, -1, 0, 0]])
        faces = np.array([[0, 1, 2], [0, 2, 3], [0, 3, 4], [0, 4, 1]])
        corners = self._gl.buffer(_bytes(points, "f4"))
        return self._gl.vertex_array(
            program(self._gl, *sources),
            [(corners, "4f", "in_place")],
            index_buffer=self._gl.buffer(_bytes(faces, "i4")),
            index_element_size=4,
        )

    def paint(self, frame: int, picture: Picture) -> None:
        """Fill the channels of a frame."""
        self._move(frame)
        self._cast_shadows()
        if self._quality.occlusion_pairs:
            self._find_openness()
        self._draw(picture["rgb"])
        if len(picture) > 1:
            self._take_measures(picture)

    def _move(self, frame: int) -> None:
        """Bring the vertices and the camera to where they are in a frame."""
        geometry = self._live.show(frame, self._team)
        if len(geometry.faces):
            self._world.write(_bytes(geometry.world, "f4"))
            self._normals.write(_bytes(geometry.normals, "f4"))
        eye, target = self._track.eye[frame], self._track.target[frame]
        sun_frame = self._sun._frame(frame)
        near = geometry.world @ sun_frame[2, :3] + sun_frame[2, 3] if len(geometry.world) else [0.0]
        self._axes = look_at(eye, target)
        self._constants |= {
            "eye": eye, "axes": self._axes.T, "sun_frame": sun_frame, "shift": (0.0, 0.0),
            "sun_range": (float(np.min(near)) - 0.1, float(np.max(near)) + 0.1),
        }  # fmt: skip

    def _render(self, what: Any, *, screen: bool = False, **textures: Any) -> None:
        """Run one program with the constants that it knows."""
        values: dict[str, Any] = dict(self._constants)
        given = {**textures, "face_data": self._face_data}
        for place, (name, texture) in enumerate(given.items()):
            if name in what.program:
                texture.use(place)
                values[name] = place
        set_uniforms(what.program, values)
        if screen:
            what.render(self._gl.TRIANGLES, vertices=3)
        elif len(self._live.geometry.faces) or "face_data" not in what.program:
            what.render(self._gl.TRIANGLES)

    def _begin(self, target: Any, *, depth: bool) -> None:
        target.use()
        self._gl.front_face = (
            "cw"  # The picture is upside down for OpenGL, so that row 0 is its top.
        )
        if depth:
            self._gl.enable_only(self._gl.DEPTH_TEST)
        else:
            self._gl.enable_only(self._gl.NOTHING)

    def _cast_shadows(self) -> None:
        self._begin(self._sun_target, depth=True)
        self._sun_target.clear(depth=1.0)
        self._render(self._cast)

    def _find_openness(self) -> None:
        near, noisy, _ = self._half
        offset = np.asarray(self._quality.samples[0], np.float64)
        self._constants["shift"] = 2.0 * (1.0 - offset) / np.asarray(self._size)
        self._begin(self._half_near, depth=True)
        self._half_near.clear(0.0, depth=1.0)
        for what in self._near:
            self._render(what)
        self._constants["shift"] = (0.0, 0.0)
        self._begin(self._half_targets[1], depth=False)
        self._render(self._occlude, screen=True, half_nearness=near, directions=self._table)
        self._begin(self._half_targets[2], depth=False)
        self._render(self._smooth, screen=True, half_nearness=near, noisy=noisy)

    def _draw(self, rgb: np.ndarray) -> None:
        light = {"sun_map": self._sun_map, "openness": self._half[2]}
        self._begin(self._drawn, depth=False)
        self._drawn.clear(depth=1.0)
        self._render(self._sky, screen=True, **light)
        self._begin(self._drawn, depth=True)
        for what in self._shade:
            self._render(what, **light)
        self._gl.copy_framebuffer(self._shown, self._drawn)
        rgb[:] = np.frombuffer(self._shown.read(components=3, alignment=1), np.uint8).reshape(
            rgb.shape
        )

    def _take_measures(self, picture: Picture) -> None:
        self._begin(self._measures, depth=True)
        self._measures.clear(depth=1.0)
        for what in self._measure:
            self._render(what)
        height, width = picture["rgb"].shape[:2]
        found = {}
        for texture, (name, (components, kind)) in zip(self._measured, _MEASURED.items()):
            content = np.frombuffer(texture.read(alignment=1), kind)
            found[name] = content.reshape(height, width, components)
        labels = found["segmentation"][..., 0]
        found |= {"depth": found["depth"][..., 0], "segmentation": labels}
        found |= {name: found[name][..., :3] for name in ("normals", "albedo")}
        found["classes"] = self._classes[labels]
        found["camera_normals"] = found["normals"] @ self._axes.T
        for name, content in found.items():
            if name in picture:
                picture[name][:] = content


def _bytes(values: np.ndarray, kind: str) -> bytes:
    return np.ascontiguousarray(values, kind).tobytes()
