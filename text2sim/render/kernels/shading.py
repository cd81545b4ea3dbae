"""Light and colour: from face ids to the picture.

Colours are linear until `expose`, which applies exposure, filmic tone mapping and the sRGB curve
through a table; the samples of a pixel are averaged after it, which keeps bright edges smooth.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from text2sim.render.kernels.compiling import inner, kernel
from text2sim.render.kernels.drawing import GROUND, SKY
from text2sim.render.kernels.patterns import ground_pattern, surface_pattern
from text2sim.render.kernels.shadowing import Shadow, sunlit

Colour = tuple[float, float, float]


class Camera(NamedTuple):
    """Eye [m], world, unit axes of `text2sim.maths.camera`, focal length and centre [px]."""

    eye: Colour
    right: Colour
    down: Colour
    forward: Colour
    focal: float
    centre_x: float
    centre_y: float


class Geometry(NamedTuple):
    """All triangles: vertex arrays (V, ...) and face arrays (F, ...)."""

    world: np.ndarray
    normals: np.ndarray
    local: np.ndarray
    colours: np.ndarray
    roughness: np.ndarray
    faces: np.ndarray
    closed: np.ndarray
    """Faces of closed meshes, whose back is never seen."""
    patterns: np.ndarray
    metalness: np.ndarray


class Lights(NamedTuple):
    """Directions (unit, towards the light) and linear radiances."""

    to_sun: Colour
    sun: Colour
    to_fill: Colour
    fill: Colour
    ambient: Colour
    """Light of the whole sky on surfaces that face up."""
    zenith: Colour
    horizon: Colour
    bounce: Colour
    haze: float
    """Distance at which 63 % of the colour is the horizon's [m]."""


class Floor(NamedTuple):
    """Look of the plane z = 0."""

    colour: Colour
    mortar: Colour
    roughness: float
    pattern: int


class Tables(NamedTuple):
    """Constants: the noise lattice (256, 256) and the tone curve over sqrt(radiance)."""

    noise: np.ndarray
    tone: np.ndarray
    dither: np.ndarray


class Point(NamedTuple):
    """What is seen at a sample."""

    position: Colour
    normal: Colour
    colour: Colour
    roughness: float
    metalness: float


@inner
def _dot(a: Colour, b: Colour) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@inner
def _scale(a: Colour, factor: float) -> Colour:
    return a[0] * factor, a[1] * factor, a[2] * factor


@inner
def _add(a: Colour, b: Colour) -> Colour:
    return a[0] + b[0], a[1] + b[1], a[2] + b[2]


@inner
def _times(a: Colour, b: Colour) -> Colour:
    return a[0] * b[0], a[1] * b[1], a[2] * b[2]


@inner
def _mix(a: Colour, b: Colour, t: float) -> Colour:
    return a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t


@inner
def _unit(a: Colour) -> Colour:
    return _scale(a, 1.0 / np.sqrt(max(_dot(a, a), 1e-20)))


@inner
def _blend(array: np.ndarray, i: int, j: int, k: int, b: Colour) -> Colour:
    """Rows i, j, k of (V, 3) with barycentric coordinates b."""
    return (
        b[0] * array[i, 0] + b[1] * array[j, 0] + b[2] * array[k, 0],
        b[0] * array[i, 1] + b[1] * array[j, 1] + b[2] * array[k, 1],
        b[0] * array[i, 2] + b[1] * array[j, 2] + b[2] * array[k, 2],
    )


@inner
def _view_ray(camera: Camera, x: float, y: float) -> Colour:
    """Direction, with depth 1, through picture position (x, y) [px]."""
    u, v = (x - camera.centre_x) / camera.focal, (y - camera.centre_y) / camera.focal
    return _add(camera.forward, _add(_scale(camera.right, u), _scale(camera.down, v)))


@inner
def _sky(lights: Lights, up: float, towards_sun: float) -> Colour:
    """Sky in a direction whose vertical part is `up`, with a wide glow around the sun."""
    t = 1.0 - (1.0 - min(max(up, 0.0), 1.0)) ** 3
    glow = max(towards_sun, 0.0)
    glow = glow * glow * glow * glow
    return _add(_mix(lights.horizon, lights.zenith, t), _scale(lights.sun, 0.035 * glow))


@inner
def _ground_point(camera: Camera, floor: Floor, tables: Tables, ray: Colour) -> Point:
    eye, right, down = camera.eye, camera.right, camera.down
    t = -eye[2] / ray[2]
    u, v = eye[0] + t * ray[0], eye[1] + t * ray[1]
    # Footprint of a pixel: how far the hit moves for one pixel to the right and one down.
    step, slant_x, slant_y = t / camera.focal, right[2] / ray[2], down[2] / ray[2]
    fu = step * (abs(right[0] - ray[0] * slant_x) + abs(down[0] - ray[0] * slant_y))
    fv = step * (abs(right[1] - ray[1] * slant_x) + abs(down[1] - ray[1] * slant_y))
    tone, joint = ground_pattern(tables.noise, floor.pattern, u, v, fu, fv)
    colour = _mix(_scale(floor.colour, tone), floor.mortar, joint)
    return Point((u, v, 0.0), (0.0, 0.0, 1.0), colour, floor.roughness, 0.0)


@inner
def _surface_point(
    camera: Camera, geometry: Geometry, tables: Tables, face: int, b: Colour, depth: float,
    view: Colour,
) -> Point:  # fmt: skip
    faces = geometry.faces
    i, j, k = faces[face, 0], faces[face, 1], faces[face, 2]
    position = _blend(geometry.world, i, j, k, b)
    normal = _unit(_blend(geometry.normals, i, j, k, b))
    if _dot(normal, view) > 0.25:  # the back of an open mesh
        normal = _scale(normal, -1.0)
    colour = _blend(geometry.colours, i, j, k, b)
    pattern = geometry.patterns[face]
    if pattern > 0:
        local = _blend(geometry.local, i, j, k, b)
        footprint = depth / camera.focal / max(-_dot(normal, view), 0.25)
        tone, joint = surface_pattern(
            tables.noise, pattern, local[0], local[1], local[2], footprint
        )
        colour = _mix(_scale(colour, tone), (0.42, 0.40, 0.37), joint)
    rough = geometry.roughness
    roughness = b[0] * rough[i] + b[1] * rough[j] + b[2] * rough[k]
    return Point(position, normal, colour, roughness, np.float64(geometry.metalness[face]))


@inner
def _highlight(point: Point, view: Colour, to_light: Colour, floor_f: float) -> float:
    """GGX highlight times cosine, in Karis' mobile approximation (SIGGRAPH 2013 course)."""
    half = _unit(_add(to_light, _scale(view, -1.0)))
    nh, lh = max(_dot(point.normal, half), 0.0), max(_dot(to_light, half), 0.0)
    a = max(point.roughness * point.roughness, 0.02)
    d = nh * nh * (a * a - 1.0) + 1.0
    return floor_f * a * a / (d * d * max(lh * lh, 0.1) * (4.0 * point.roughness + 2.0))


@inner
def _light(point: Point, view: Colour, lights: Lights, share: float, openness: float) -> Colour:
    """Radiance towards the eye (Lambert and GGX under sun, fill, sky and bounced light)."""
    normal, metal = point.normal, point.metalness
    up = 0.5 + 0.5 * normal[2]
    cosine = max(_dot(normal, lights.to_sun), 0.0) * share
    wrap = 0.5 + 0.5 * _dot(normal, lights.to_fill)
    ambient = _add(_mix(lights.bounce, lights.ambient, up), _scale(lights.fill, wrap * wrap))
    arriving = _add(_scale(lights.sun, cosine), _scale(ambient, openness))
    diffuse = _scale(_times(arriving, point.colour), 1.0 - metal)
    facing = 1.0 - min(max(-_dot(normal, view), 0.0), 1.0)
    fresnel = facing * facing * facing * facing * facing * (1.0 - point.roughness)
    base = _mix((0.04, 0.04, 0.04), point.colour, metal)
    mirror = _add(view, _scale(normal, -2.0 * _dot(normal, view)))
    sharpness = 1.0 + 5.0 * (1.0 - point.roughness) * (1.0 - point.roughness)
    skyward = min(max(0.5 + sharpness * (mirror[2] + 0.05), 0.0), 1.0)
    around = _mix(lights.bounce, _mix(lights.horizon, lights.zenith, max(mirror[2], 0.0)), skyward)
    gloss = _scale(around, openness * (1.0 - 0.75 * point.roughness * (1.0 - metal)))
    shine = _scale(lights.sun, cosine * _highlight(point, view, lights.to_sun, 1.0))
    reflected = _times(_add(gloss, shine), _mix(base, (1.0, 1.0, 1.0), 0.25 * fresnel))
    return _add(diffuse, reflected)


@inner
def _radiance(
    face: int, x: float, y: float, camera: Camera, geometry: Geometry, boxes: np.ndarray,
    planes: np.ndarray, lights: Lights, floor: Floor, shadow: Shadow, tables: Tables,
    openness: float,
) -> Colour:  # fmt: skip
    """Linear colour at picture position (x, y) [px], where `face` is seen."""
    ray = _view_ray(camera, x, y)
    view = _unit(ray)
    sky = _sky(lights, view[2], _dot(view, lights.to_sun))
    if face == SKY:
        return sky
    if face == GROUND:
        depth = -camera.eye[2] / ray[2]
        point = _ground_point(camera, floor, tables, ray)
    else:
        px, py = x - boxes[face, 0], y - boxes[face, 2]
        w0 = planes[face, 0, 0] * px + planes[face, 0, 1] * py + planes[face, 0, 2]
        w1 = planes[face, 1, 0] * px + planes[face, 1, 1] * py + planes[face, 1, 2]
        w2 = planes[face, 2, 0] * px + planes[face, 2, 1] * py + planes[face, 2, 2]
        depth = 1.0 / (w0 + w1 + w2)
        bary = (w0 * depth, w1 * depth, w2 * depth)
        point = _surface_point(camera, geometry, tables, face, bary, depth, view)
    share = sunlit(shadow, point.position, point.normal)
    colour = _light(point, view, lights, share, openness)
    distance = depth * np.sqrt(_dot(ray, ray))
    haze = distance / lights.haze
    return _mix(colour, sky, 1.0 - np.exp(-haze * haze))


@inner
def _expose(tone: np.ndarray, radiance: float) -> float:
    """Display value, 0 to 255, before rounding."""
    index = np.sqrt(max(radiance, 0.0)) * 1024.0
    return tone[max(min(int(index), len(tone) - 1), 0)]


@kernel
def shade(
    start: int, stop: int, ids: np.ndarray, boxes: np.ndarray,
    planes: np.ndarray, offsets: np.ndarray, open_sky: np.ndarray, camera: Camera,
    geometry: Geometry, lights: Lights, floor: Floor, shadow: Shadow, tables: Tables,
    out: np.ndarray,
) -> None:  # fmt: skip
    """Fill rows of the sRGB picture (H, W, 3): each face is shaded once a pixel."""
    _, width, samples = ids.shape
    for y in range(start, stop):
        for x in range(width):
            openness = open_sky[min(y // 2, len(open_sky) - 1), x // 2]
            red = green = blue = 0.0
            r = g = b = 0.0
            previous = SKY - 1
            for s in range(samples):
                face = ids[y, x, s]
                if face != previous:
                    previous = face
                    px, py = x + offsets[s, 0], y + offsets[s, 1]
                    colour = _radiance(
                        face, px, py, camera, geometry, boxes, planes, lights, floor, shadow,
                        tables, openness,
                    )  # fmt: skip
                    r = _expose(tables.tone, colour[0])
                    g = _expose(tables.tone, colour[1])
                    b = _expose(tables.tone, colour[2])
                red, green, blue = red + r, green + g, blue + b
            grain = tables.dither[y & 7, x & 7]
            out[y, x, 0] = min(red / samples + grain, 255.0)
            out[y, x, 1] = min(green / samples + grain, 255.0)
            out[y, x, 2] = min(blue / samples + grain, 255.0)
