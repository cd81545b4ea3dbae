"""Implicit surfaces, of which soft animals are made."""

import numpy as np
import pytest
import trimesh

from text2sim.assets import implicit


def test_surface_nets_find_a_sphere() -> None:
    ball = implicit.ellipsoid((0.1, 0.0, 0.05), (0.3, 0.3, 0.3))
    patch = implicit.surface(ball, (-0.3, -0.4, -0.35), (0.5, 0.4, 0.45), 0.05)
    radius = np.linalg.norm(patch.vertices - [0.1, 0.0, 0.05], axis=1)
    assert np.allclose(radius, 0.3, atol=1e-4)
    assert np.allclose(patch.normals, (patch.vertices - [0.1, 0, 0.05]) / 0.3, atol=1e-3)
    solid = trimesh.Trimesh(patch.vertices, patch.faces, process=False)
    assert solid.is_watertight
    assert solid.volume == pytest.approx(4 / 3 * np.pi * 0.3**3, rel=0.02)
    assert solid.euler_number == 2
