"""Draws docs/images/meshes.jpg: broken meshes as given, as mended, and their convex parts.

python docs/make_mesh_pictures.py     (in a checkout, from its root; needs matplotlib)
"""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from mpl_toolkits.mplot3d.art3d import Poly3DCollection
from scipy.spatial import ConvexHull

from tests.broken_meshes import broken
from text2sim.assets.meshing.treat import MeshTreatment, treat
from text2sim.assets.meshing.triangles import Triangles

NUMBERS = (120, 42, 123, 121, 171)
"""Holes, flipped, self-intersecting, wide open, non-manifold."""
LIGHT = np.array([0.4, -0.7, 0.6]) / np.linalg.norm([0.4, -0.7, 0.6])


def shaded(triangles: np.ndarray, colour: np.ndarray, back: tuple[float, ...]) -> np.ndarray:
    """Colours of triangles (F, 3, 3); those whose front is turned away are `back`."""
    normals = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    up, turn = np.radians(20.0), np.radians(-60.0)
    eye = np.array([np.cos(up) * np.cos(turn), np.cos(up) * np.sin(turn), np.sin(up)])
    bright = 0.55 + 0.45 * np.clip(np.abs(normals @ LIGHT), 0.0, 1.0)
    colours = np.clip(bright[:, None] * np.asarray(colour), 0, 1)
    colours[normals @ eye < 0.0] = back
    return colours


def draw(axes: plt.Axes, triangles: np.ndarray, colours: np.ndarray, title: str) -> None:
    """One panel."""
    axes.add_collection3d(Poly3DCollection(triangles, facecolors=colours, edgecolors="none"))
    points = triangles.reshape(-1, 3)
    middle, reach = 0.5 * (points.max(0) + points.min(0)), 0.42 * np.ptp(points, axis=0).max()
    axes.set(xlim=middle[0] + [-reach, reach], ylim=middle[1] + [-reach, reach],
             zlim=middle[2] + [-reach, reach])  # fmt: skip
    axes.set_axis_off()
    axes.view_init(20, -60)
    axes.set_title(title, fontsize=9)


def main() -> None:
    """Three rows: given, drawn, parts."""
    figure = plt.figure(figsize=(11, 6.6), dpi=110)
    for column, number in enumerate(NUMBERS):
        mesh = broken(number)
        given = Triangles(mesh.vertices.astype(float), mesh.faces)
        made = treat(given, MeshTreatment(store=False))
        triangles = given.vertices[given.faces]
        drawn = made.drawn.vertices[made.drawn.faces]
        panels = [
            figure.add_subplot(3, 5, 5 * row + column + 1, projection="3d") for row in range(3)
        ]
        draw(
            panels[0], triangles, shaded(triangles, (0.75, 0.78, 0.8), (0.8, 0.25, 0.2)), mesh.fault
        )
        draw(panels[1], drawn, shaded(drawn, (0.55, 0.75, 0.95), (0.8, 0.25, 0.2)), made.closed)
        parts, colours = [], []
        for i, part in enumerate(made.parts):
            hull = ConvexHull(part)
            sides = part[hull.simplices]
            parts.append(sides)
            tone = np.array(plt.get_cmap("tab20")(i % 20)[:3])
            colours.append(shaded(sides, tone, tuple(0.7 * tone)))
        draw(
            panels[2], np.concatenate(parts), np.concatenate(colours), f"{len(parts)} convex parts"
        )
    figure.subplots_adjust(0, 0, 1, 0.96, 0.0, 0.08)
    figure.savefig(Path(__file__).parent / "images" / "meshes.jpg", pil_kwargs={"quality": 88})


if __name__ == "__main__":
    main()
