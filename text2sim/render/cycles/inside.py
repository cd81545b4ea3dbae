"""Runs inside Blender 4.2 or newer, not inside text2sim: builds a scene, then renders or saves it.

    blender --background --factory-startup --python inside.py -- FOLDER PLACE
    python inside.py FOLDER PLACE                    # a Python that has bpy

FOLDER holds `job.json` and `scene.glb` as `text2sim.render.cycles.exchange` writes them. PLACE is a
folder for frames, a .blend file, or "-" to build the scene and leave it open.
"""

from __future__ import annotations

import json
import math
import os
import sys
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from mathutils import Vector

sys.path.insert(0, str(Path(__file__).resolve().parent))
import shaders

OLDEST = (4, 2)
GROUND = 1000.0
"""Half the side of the square that stands for the endless ground [m]."""
GPUS = ("OPTIX", "CUDA", "HIP", "METAL", "ONEAPI")


def main(arguments: list[str]) -> None:
    """Do what the command line asks for."""
    if bpy.app.version < OLDEST:
        sys.exit(f"text2sim needs Blender 4.2 or newer; this is {bpy.app.version_string}.")
    folder, place = Path(arguments[0]), arguments[1]
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    build(job, folder / "scene.glb")
    if place.lower().endswith(".blend"):
        bpy.ops.file.pack_all()
        bpy.ops.wm.save_as_mainfile(filepath=str(Path(place).resolve()), compress=True)
    elif place != "-":
        render(job, Path(place))


def build(job: dict[str, Any], glb: Path) -> None:
    """Replace what is open by the scene of a job."""
    for item in list(bpy.data.objects):
        bpy.data.objects.remove(item)
    scene = bpy.context.scene
    whole = max(1, round(job["fps"]))
    scene.render.fps, scene.render.fps_base = whole, whole / job["fps"]
    import_bodies(job, glb)
    add_camera(scene, job["camera"], job["size"])
    add_lights(scene, job["light"])
    sky = shaders.sky(job["light"])
    scene.world = shaders.world(sky, job["light"])
    for material in bpy.data.materials:
        if material.node_tree is not None:
            shaders.add_haze(material.node_tree, sky, job["light"]["haze"])
    set_up(scene, job)


def import_bodies(job: dict[str, Any], glb: Path) -> None:
    """Meshes, skins and their animation; every mesh gets the number of its label."""
    enable("io_scene_gltf2")
    operator = bpy.ops.import_scene.gltf
    known = operator.get_rna_type().properties.keys()
    operator(
        filepath=str(glb), **({"disable_bone_shape": True} if "disable_bone_shape" in known else {})
    )
    labels, missing = job["labels"], set(job["labels"])
    for item in list(bpy.data.objects):
        name = item.name if item.name in labels else getattr(item.parent, "name", "")
        if item.type == "MESH" and name in labels:
            item.pass_index = labels[name]
            missing.discard(name)
        elif item.type in ("MESH", "LIGHT", "CAMERA"):
            bpy.data.objects.remove(item)
    if missing - set(job["bare"]):
        sys.exit(f"Blender imported no mesh for {', '.join(sorted(missing))}.")
    widen(bpy.data.objects["ground"].data)
    turn_to_our_axes()


def turn_to_our_axes() -> None:
    """Hang everything under a node that is turned so that Blender's x, y, z are text2sim's."""
    roots = [item for item in bpy.data.objects if item.parent is None]
    world = bpy.data.objects.new("world", None)
    world.rotation_euler = (0.0, 0.0, 0.5 * math.pi)
    bpy.context.scene.collection.objects.link(world)
    for item in roots:
        item.parent = world


def enable(addon: str) -> None:
    """Switch on an add-on that comes with Blender."""
    import addon_utils

    if addon_utils.enable(addon) is None:
        sys.exit(f"This Blender lacks its add-on {addon}; take a complete one.")


def widen(mesh: Any) -> None:
    """Stretch the ground to the horizon; its texture keeps its size."""
    factor = GROUND / max(abs(vertex.co.x) for vertex in mesh.vertices)
    for vertex in mesh.vertices:
        vertex.co *= factor
    for layer in mesh.uv_layers:
        places = np.empty((len(layer.data), 2), np.float32)
        layer.data.foreach_get("uv", places.ravel())
        middle = 0.5 * (places.min(axis=0) + places.max(axis=0))
        layer.data.foreach_set("uv", (middle + factor * (places - middle)).ravel())


def add_camera(scene: Any, track: dict[str, Any], size: list[int]) -> None:
    """A pinhole with a key at every frame; its angle spans the shorter side of the picture."""
    lens = bpy.data.cameras.new("camera")
    lens.sensor_fit = "VERTICAL" if size[1] <= size[0] else "HORIZONTAL"
    lens.sensor_width = lens.sensor_height = 24.0
    lens.angle = track["fov"]
    lens.clip_start, lens.clip_end = 0.05, 4.0 * GROUND
    camera = bpy.data.objects.new("camera", lens)
    camera.rotation_mode = "QUATERNION"
    scene.collection.objects.link(camera)
    for frame, (place, turn) in enumerate(zip(track["positions"], track["rotations_wxyz"])):
        camera.location, camera.rotation_quaternion = place, turn
        camera.keyframe_insert("location", frame=frame)
        camera.keyframe_insert("rotation_quaternion", frame=frame)
    scene.camera = camera


def add_lights(scene: Any, light: dict[str, Any]) -> None:
    """The sun, and a broad fill; a lamp of strength pi shows a matt surface in its own colour."""
    for name in ("sun", "fill"):
        lamp = bpy.data.lights.new(name, "SUN")
        peak = max(light[name]["colour"])
        lamp.color = [part / peak for part in light[name]["colour"]]
        lamp.energy, lamp.angle = math.pi * peak, light[name]["angle"]
        item = bpy.data.objects.new(name, lamp)
        item.rotation_mode = "QUATERNION"
        item.rotation_quaternion = Vector(light[name]["direction"]).to_track_quat("Z", "Y")
        item.location = 20.0 * Vector(light[name]["direction"])
        scene.collection.objects.link(item)


def set_up(scene: Any, job: dict[str, Any]) -> None:
    """Size, length, engine and quality."""
    width, height = job["size"]
    render = scene.render
    render.resolution_x, render.resolution_y, render.resolution_percentage = width, height, 100
    render.use_persistent_data, render.filepath = True, "//frames/"
    scene.frame_start, scene.frame_end = 0, job["frames"] - 1
    scene.frame_set(0)
    render.use_motion_blur, render.motion_blur_shutter = job["shutter"] > 0, job["shutter"]
    enable("cycles")
    use_engine(scene, job["engine"])
    scene.cycles.samples, scene.cycles.seed = job["samples"], job["seed"]
    scene.cycles.use_denoising, scene.cycles.use_animated_seed = job["denoise"], True
    scene.eevee.taa_render_samples = job["samples"]
    if job["device"] == "GPU":
        use_gpu(scene)


def use_engine(scene: Any, engine: str) -> None:
    """Choose Cycles, or EEVEE by the name that it has in this version."""
    names = ("CYCLES",) if engine == "CYCLES" else ("BLENDER_EEVEE_NEXT", "BLENDER_EEVEE")
    for name in names:
        try:
            scene.render.engine = name
            return
        except TypeError:
            continue
    sys.exit(f"This Blender has no engine {engine}.")


def use_gpu(scene: Any) -> None:
    """Let Cycles compute on every graphics card of the first kind that it finds."""
    preferences = bpy.context.preferences.addons["cycles"].preferences
    for kind in GPUS:
        try:
            preferences.compute_device_type = kind
        except TypeError:
            continue
        preferences.get_devices()
        found = [device for device in preferences.devices if device.type == kind]
        if found:
            for device in preferences.devices:
                device.use = device.type == kind
            scene.cycles.device = "GPU"
            return
    sys.exit('Cycles finds no graphics card that it can use; choose device="CPU".')


def render(job: dict[str, Any], folder: Path) -> None:
    """Fill a folder with the frames that it lacks; the picture of a frame comes last."""
    folder.mkdir(parents=True, exist_ok=True)
    scene, tone = bpy.context.scene, np.array(job["tone"], np.float32)
    wanted = {"segmentation" if name == "classes" else name for name in job["channels"]}
    measured = wanted - {"rgb"}
    for frame in range(job["frames"]):
        picture = folder / f"rgb_{frame:05d}.png"
        if picture.exists():
            continue
        scene.frame_set(frame)
        if measured:
            for name, values in measure(scene, folder).items():
                if name in measured:
                    keep_array(values, folder / f"{name}_{frame:05d}.npy")
        keep_picture(develop(shoot(scene, folder)[..., :3], tone), picture)


def shoot(scene: Any, folder: Path) -> np.ndarray:
    """Render the present frame: linear colour and alpha, (H, W, 4) float32, row 0 at the top."""
    settings, path = scene.render.image_settings, folder / "shot.exr"
    if hasattr(settings, "media_type"):
        settings.media_type = "IMAGE"
    settings.file_format, settings.color_mode, settings.color_depth = "OPEN_EXR", "RGBA", "32"
    scene.render.filepath, scene.render.use_file_extension = str(path.resolve()), False
    bpy.ops.render.render(write_still=True)
    image = bpy.data.images.load(str(path.resolve()), check_existing=False)
    image.colorspace_settings.is_data = True
    pixels = np.empty((image.size[1], image.size[0], 4), np.float32)
    image.pixels.foreach_get(pixels.ravel())
    bpy.data.images.remove(image)
    path.unlink()
    return pixels[::-1]


def develop(linear: np.ndarray, tone: np.ndarray) -> np.ndarray:
    """Display values 0 to 1 by a table over sqrt(radiance), which ends at sqrt(radiance) = 4."""
    place = np.sqrt(np.maximum(linear, 0.0)) * (len(tone) / 4.0)
    return tone[np.minimum(place, len(tone) - 1).astype(np.int32)] / 255.0


def measure(scene: Any, folder: Path) -> dict[str, np.ndarray]:
    """Depth [m] and label numbers at the centres of the pixels, from one ray each."""
    layer, render, cycles = bpy.context.view_layer, scene.render, scene.cycles
    wanted = [
        (layer, "material_override", shaders.gauge()), (render, "engine", "CYCLES"),
        (render, "film_transparent", True), (render, "use_motion_blur", False),
        (cycles, "samples", 1), (cycles, "use_denoising", False), (cycles, "max_bounces", 0),
        (cycles, "pixel_filter_type", "BOX"), (cycles, "filter_width", 0.01),
    ]  # fmt: skip
    before = [getattr(owner, name) for owner, name, _ in wanted]
    try:
        for owner, name, value in wanted:
            setattr(owner, name, value)
        depth, label, _, alpha = np.moveaxis(shoot(scene, folder), -1, 0)
    finally:
        for (owner, name, _), value in zip(wanted, before):
            setattr(owner, name, value)
    hit = alpha > 0.5
    labels = np.where(hit, np.round(label), 0.0).astype(np.uint16)
    return {"depth": np.where(hit, depth, 0.0).astype(np.float32), "segmentation": labels}


def keep_array(values: np.ndarray, path: Path) -> None:
    """Write a .npy file, whole or not at all."""
    temporary = path.with_suffix(".part")
    with open(temporary, "wb") as file:
        np.save(file, np.ascontiguousarray(values), allow_pickle=False)
    os.replace(temporary, path)


def keep_picture(display: np.ndarray, path: Path) -> None:
    """Write display values (H, W, 3) as PNG, whole or not at all."""
    height, width = display.shape[:2]
    image = bpy.data.images.new("frame", width, height, alpha=False)
    pixels = np.ones((height, width, 4), np.float32)
    pixels[..., :3] = display[::-1]
    image.pixels.foreach_set(pixels.ravel())
    temporary = path.with_name("part.png")
    image.filepath_raw, image.file_format = str(temporary.resolve()), "PNG"
    image.save()
    bpy.data.images.remove(image)
    os.replace(temporary, path)


if __name__ == "__main__":
    main(sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:])
