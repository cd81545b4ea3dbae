"""Runs inside Blender, beside `inside.py`: the shader nodes of sky, haze and measuring."""

from __future__ import annotations

import math
from typing import Any

import bpy
import numpy as np


def calculate(tree: Any, kind: str, operation: str, *inputs: Any) -> Any:
    """The result of a new node of arithmetic; inputs are sockets, numbers or vectors."""
    node = tree.nodes.new(kind)
    node.operation = operation
    for place, value in enumerate(inputs):
        slot = 3 if operation == "SCALE" and place == 1 else place
        if isinstance(value, bpy.types.NodeSocket):
            tree.links.new(value, node.inputs[slot])
        else:
            node.inputs[slot].default_value = value
    return node.outputs["Value" if operation == "DOT_PRODUCT" else 0]


def number(tree: Any, operation: str, *inputs: Any) -> Any:
    """Arithmetic with numbers."""
    return calculate(tree, "ShaderNodeMath", operation, *inputs)


def vector(tree: Any, operation: str, *inputs: Any) -> Any:
    """Arithmetic with vectors and colours."""
    return calculate(tree, "ShaderNodeVectorMath", operation, *inputs)


def sky(light: dict[str, Any]) -> Any:
    """A node group from a direction to the colour of the sky: a gradient with a glow at the sun."""
    tree = bpy.data.node_groups.new("sky", "ShaderNodeTree")
    tree.interface.new_socket("Direction", in_out="INPUT", socket_type="NodeSocketVector")
    tree.interface.new_socket("Colour", in_out="OUTPUT", socket_type="NodeSocketColor")
    direction = tree.nodes.new("NodeGroupInput").outputs[0]
    split = tree.nodes.new("ShaderNodeSeparateXYZ")
    tree.links.new(direction, split.inputs[0])
    low = number(tree, "SUBTRACT", 1.0, number(tree, "MAXIMUM", split.outputs["Z"], 0.0))
    zenith, horizon = np.array(light["zenith"]), np.array(light["horizon"])
    haze = vector(tree, "SCALE", list(horizon - zenith), number(tree, "POWER", low, 3.0))
    near = vector(tree, "DOT_PRODUCT", direction, light["sun"]["direction"])
    glow = number(tree, "POWER", number(tree, "MAXIMUM", near, 0.0), 4.0)
    halo = vector(tree, "SCALE", list(light["glow"] * np.array(light["sun"]["colour"])), glow)
    colour = vector(tree, "ADD", vector(tree, "ADD", list(zenith), haze), halo)
    tree.links.new(colour, tree.nodes.new("NodeGroupOutput").inputs[0])
    return tree


def use_group(tree: Any, group: Any, direction: Any) -> Any:
    """The group's result for a direction."""
    node = tree.nodes.new("ShaderNodeGroup")
    node.node_tree = group
    tree.links.new(direction, node.inputs[0])
    return node.outputs[0]


def world(sky_tree: Any, light: dict[str, Any]) -> Any:
    """The sky that is seen and mirrored, and the even light that it gives to matt surfaces."""
    found = bpy.data.worlds.new("sky")
    found.use_nodes = True
    tree = found.node_tree
    tree.nodes.clear()
    path = tree.nodes.new("ShaderNodeLightPath").outputs
    shown = number(tree, "MAXIMUM", path["Is Camera Ray"], path["Is Glossy Ray"])
    seen = use_group(tree, sky_tree, tree.nodes.new("ShaderNodeTexCoord").outputs["Generated"])
    shade = vector(tree, "SCALE", light["ambient"], number(tree, "SUBTRACT", 1.0, shown))
    background = tree.nodes.new("ShaderNodeBackground")
    colour = vector(tree, "ADD", vector(tree, "SCALE", seen, shown), shade)
    tree.links.new(colour, background.inputs["Color"])
    output = tree.nodes.new("ShaderNodeOutputWorld")
    tree.links.new(background.outputs[0], output.inputs["Surface"])
    return found


def add_haze(tree: Any, sky_tree: Any, reach: float) -> None:
    """Let a material fade into the sky with distance: 1 - exp(-(distance / reach)^2)."""
    output = next((n for n in tree.nodes if n.type == "OUTPUT_MATERIAL"), None)
    if output is None or not output.inputs["Surface"].is_linked:
        return
    surface = output.inputs["Surface"].links[0].from_socket
    distance = tree.nodes.new("ShaderNodeCameraData").outputs["View Distance"]
    ratio = number(tree, "DIVIDE", distance, reach)
    clear = number(
        tree,
        "POWER",
        math.e,
        number(tree, "MULTIPLY", ratio, number(tree, "MULTIPLY", ratio, -1.0)),
    )
    camera = tree.nodes.new("ShaderNodeLightPath").outputs["Is Camera Ray"]
    share = number(tree, "MULTIPLY", number(tree, "SUBTRACT", 1.0, clear), camera)
    away = vector(tree, "SCALE", tree.nodes.new("ShaderNodeNewGeometry").outputs["Incoming"], -1.0)
    air = tree.nodes.new("ShaderNodeEmission")
    tree.links.new(use_group(tree, sky_tree, away), air.inputs["Color"])
    mix = tree.nodes.new("ShaderNodeMixShader")
    for source, target in ((share, 0), (surface, 1), (air.outputs[0], 2)):
        tree.links.new(source, mix.inputs[target])
    tree.links.new(mix.outputs[0], output.inputs["Surface"])


def gauge() -> Any:
    """A material that shines with depth in red and the number of its object in green."""
    found = bpy.data.materials.get("text2sim gauge")
    if found is not None:
        return found
    material = bpy.data.materials.new("text2sim gauge")
    material.use_nodes = True
    tree = material.node_tree
    tree.nodes.clear()
    colour = tree.nodes.new("ShaderNodeCombineXYZ")
    depth = tree.nodes.new("ShaderNodeCameraData").outputs["View Z Depth"]
    index = tree.nodes.new("ShaderNodeObjectInfo").outputs["Object Index"]
    tree.links.new(depth, colour.inputs[0])
    tree.links.new(index, colour.inputs[1])
    emission = tree.nodes.new("ShaderNodeEmission")
    tree.links.new(colour.outputs[0], emission.inputs["Color"])
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    tree.links.new(emission.outputs[0], output.inputs["Surface"])
    return material
