"""Reading channels: what one sample at the centre of each pixel sees, without light.

`ids` holds that sample's face, (H, W, 1); boxes and planes are those of `setup`.
"""

from __future__ import annotations

import numpy as np

from text2sim.compiling import inner, kernel
from text2sim.render.kernels.drawing import GROUND, SKY
from text2sim.render.kernels.lighting import Colour
from text2sim.render.kernels.setup import NEAR
from text2sim.render.kernels.shadowing import Shadow, sunlit
from text2sim.render.kernels.surfaces import Camera, Floor, Geometry, fill_face, fill_ground
from text2sim.render.kernels.vectors import blend, dot, scale, unit, view_ray
from text2sim.render.kernels.work import BLUE, GREEN, NX, NY, NZ, PX, PY, PZ, RED, X, Y

NONE, SEEN, HIDDEN, OUTSIDE = range(4)
"""Values of the channel `flow_state`."""
SLACK = 1e-3
"""Relative difference in depth below which a point counts as seen in the next frame."""


@inner
def _weights(
    face: int, x: float, y: float, boxes: np.ndarray, planes: np.ndarray
) -> tuple[float, float, float, float]:
    """Barycentric coordinates at picture position (x, y) [px], and the depth [m]."""
    px, py = x - boxes[face, 0], y - boxes[face, 2]
    a = planes[face, 0, 0] * px + planes[face, 0, 1] * py + planes[face, 0, 2]
    b = planes[face, 1, 0] * px + planes[face, 1, 1] * py + planes[face, 1, 2]
    c = planes[face, 2, 0] * px + planes[face, 2, 1] * py + planes[face, 2, 2]
    depth = 1.0 / (a + b + c)
    return a * depth, b * depth, c * depth, depth


@inner
def _on_face(array: np.ndarray, faces: np.ndarray, face: int, weights: tuple) -> Colour:
    """A vertex attribute (V, 3) at barycentric coordinates."""
    bary = (weights[0], weights[1], weights[2])
    return blend(array, faces[face, 0], faces[face, 1], faces[face, 2], bary)


@kernel
def read_depth(
    start: int, stop: int, ids: np.ndarray, nearness: np.ndarray, out: np.ndarray
) -> None:
    """Rows of the distance along the optical axis [m], (H, W); sky is 0."""
    for y in range(start, stop):
        for x in range(ids.shape[1]):
            out[y, x] = 0.0 if ids[y, x, 0] == SKY else 1.0 / nearness[y, x, 0]


@kernel
def read_labels(
    start: int, stop: int, ids: np.ndarray, labels: np.ndarray, numbers: np.ndarray, out: np.ndarray
) -> None:
    """Rows of `numbers[label]`, (H, W): 0 sky, 1 ground, then `labels` of the faces (F,)."""
    for y in range(start, stop):
        for x in range(ids.shape[1]):
            face = ids[y, x, 0]
            out[y, x] = numbers[face - SKY if face < 0 else labels[face]]


@kernel
def read_normals(
    start: int, stop: int, ids: np.ndarray, boxes: np.ndarray, planes: np.ndarray, camera: Camera,
    geometry: Geometry, axes: np.ndarray, out: np.ndarray,
) -> None:  # fmt: skip
    """Rows of unit normals in the frame whose axes are the rows of `axes`, (H, W, 3)."""
    for y in range(start, stop):
        for x in range(ids.shape[1]):
            face = ids[y, x, 0]
            if face == SKY:
                normal = (0.0, 0.0, 0.0)
            elif face == GROUND:
                normal = (0.0, 0.0, 1.0 if camera.eye[2] > 0.0 else -1.0)
            else:
                ray = view_ray(camera, x + 0.5, y + 0.5)
                weights = _weights(face, x + 0.5, y + 0.5, boxes, planes)
                normal = unit(_on_face(geometry.normals, geometry.faces, face, weights))
                if dot(_facing(geometry.world, geometry.faces, face), ray) > 0.0:
                    normal = scale(normal, -1.0)  # the back of an open mesh
            for i in range(3):
                out[y, x, i] = dot((axes[i, 0], axes[i, 1], axes[i, 2]), normal)


@inner
def _facing(world: np.ndarray, faces: np.ndarray, face: int) -> Colour:
    """The face's own normal, of any length."""
    i, j, k = faces[face, 0], faces[face, 1], faces[face, 2]
    ax, ay, az = world[j, 0] - world[i, 0], world[j, 1] - world[i, 1], world[j, 2] - world[i, 2]
    bx, by, bz = world[k, 0] - world[i, 0], world[k, 1] - world[i, 1], world[k, 2] - world[i, 2]
    return ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx


@kernel
def read_albedo(
    start: int, stop: int, rows: int, ids: np.ndarray, boxes: np.ndarray, planes: np.ndarray,
    camera: Camera, geometry: Geometry, floor: Floor, floats: np.ndarray, out: np.ndarray,
) -> None:  # fmt: skip
    """Bands of the linear base colour, patterns included, (H, W, 3); sky is 0.

    `floats` is the working space of each band, see `work`.
    """
    for band in range(start, stop):
        work = floats[band]
        for y in range(band * rows, min(len(ids), band * rows + rows)):
            for x in range(ids.shape[1]):
                face = ids[y, x, 0]
                work[X], work[Y] = x + 0.5, y + 0.5
                if face == SKY:
                    work[RED] = work[GREEN] = work[BLUE] = 0.0
                elif face == GROUND:
                    fill_ground(work, 1, camera, floor)
                else:
                    fill_face(work, 1, face, camera, geometry, boxes[face], planes[face])
                out[y, x, 0], out[y, x, 1], out[y, x, 2] = work[RED], work[GREEN], work[BLUE]


@kernel
def read_shadow(
    start: int, stop: int, rows: int, ids: np.ndarray, boxes: np.ndarray, planes: np.ndarray,
    camera: Camera, geometry: Geometry, floor: Floor, shadow: Shadow, floats: np.ndarray,
    out: np.ndarray,
) -> None:  # fmt: skip
    """Bands of the share of the sun that the shadow map hides, (H, W); sky is 0."""
    for band in range(start, stop):
        work = floats[band]
        for y in range(band * rows, min(len(ids), band * rows + rows)):
            for x in range(ids.shape[1]):
                face = ids[y, x, 0]
                work[X], work[Y] = x + 0.5, y + 0.5
                if face == SKY:
                    out[y, x] = 0.0
                    continue
                if face == GROUND:
                    fill_ground(work, 1, camera, floor)
                else:
                    fill_face(work, 1, face, camera, geometry, boxes[face], planes[face])
                out[y, x] = 1.0 - sunlit(
                    shadow, work[PX], work[PY], work[PZ], work[NX], work[NY], work[NZ]
                )


@kernel
def read_occlusion(
    start: int, stop: int, ids: np.ndarray, openness: np.ndarray, out: np.ndarray
) -> None:
    """Rows of the hidden share of the surroundings, (H, W); `openness` is of half the size."""
    for y in range(start, stop):
        for x in range(ids.shape[1]):
            row, column = min(y // 2, len(openness) - 1), min(x // 2, openness.shape[1] - 1)
            out[y, x] = 0.0 if ids[y, x, 0] == SKY else 1.0 - openness[row, column]


@inner
def _to_camera(camera: Camera, point: Colour, eye: Colour) -> Colour:
    offset = (point[0] - eye[0], point[1] - eye[1], point[2] - eye[2])
    return dot(camera.right, offset), dot(camera.down, offset), dot(camera.forward, offset)


@inner
def _pixel(camera: Camera, local: Colour) -> tuple[float, float]:
    """Picture position [px] of a point in front of the camera."""
    factor = camera.focal / local[2]
    return camera.centre_x + factor * local[0], camera.centre_y + factor * local[1]


@inner
def _state(nearness: np.ndarray, x: float, y: float, depth: float) -> int:
    """Whether a point at picture position (x, y) and a depth is seen there: see `read_flow`."""
    height, width, _ = nearness.shape
    if x < 0.0 or y < 0.0 or x >= width or y >= height:
        return OUTSIDE
    left, top = int(np.floor(x - 0.5)), int(np.floor(y - 0.5))
    limit = (1.0 + SLACK) / depth
    for j in range(max(top, 0), min(top + 2, height)):
        for i in range(max(left, 0), min(left + 2, width)):
            if nearness[j, i, 0] <= limit:
                return SEEN
    return HIDDEN


@kernel
def read_flow(
    start: int, stop: int, ids: np.ndarray, boxes: np.ndarray, planes: np.ndarray,
    faces: np.ndarray, world: np.ndarray, camera: Camera, next_world: np.ndarray,
    next_camera: Camera, next_nearness: np.ndarray, flow: np.ndarray, state: np.ndarray,
) -> None:  # fmt: skip
    """Rows of the flow [px], (H, W, 2), and of its state, (H, W).

    A point is hidden in the next frame if something nearer is at all four pixel centres around it,
    so within a pixel of an edge it counts as seen.
    """
    origin = (0.0, 0.0, 0.0)
    for y in range(start, stop):
        for x in range(ids.shape[1]):
            face = ids[y, x, 0]
            ray = view_ray(camera, x + 0.5, y + 0.5)
            if face == SKY:
                here = _to_camera(camera, ray, origin)
                there = _to_camera(next_camera, ray, origin)
            elif face == GROUND:
                t = -camera.eye[2] / ray[2]
                point = (camera.eye[0] + t * ray[0], camera.eye[1] + t * ray[1], 0.0)
                here = _to_camera(camera, point, camera.eye)
                there = _to_camera(next_camera, point, next_camera.eye)
            else:
                weights = _weights(face, x + 0.5, y + 0.5, boxes, planes)
                here = _to_camera(camera, _on_face(world, faces, face, weights), camera.eye)
                moved = _on_face(next_world, faces, face, weights)
                there = _to_camera(next_camera, moved, next_camera.eye)
            flow[y, x, 0] = flow[y, x, 1] = 0.0
            state[y, x] = NONE
            if there[2] > NEAR:
                x0, y0 = _pixel(camera, here)
                x1, y1 = _pixel(next_camera, there)
                flow[y, x, 0], flow[y, x, 1] = x1 - x0, y1 - y0
                depth = 1e9 if face == SKY else there[2]
                state[y, x] = _state(next_nearness, x1, y1, depth)
