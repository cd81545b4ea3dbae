"""What a scene can hold: textures need places, and have bounds."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tests import samples
from text2sim.errors import ShapeError
from text2sim.skeleton import Skeleton
from text2sim.types import Surface, Texture, Visual


def test_a_texture_needs_places_on_its_mesh():
    picture = Texture(pixels=np.zeros((2, 3, 3)))
    mesh = samples.box_mesh(np.zeros(3), np.ones(3))
    surface = Surface(colour=(1.0, 1.0, 1.0), texture=picture)
    with pytest.raises(ShapeError, match="uv"):
        Visual(mesh=mesh, surface=surface)
    placed = dataclasses.replace(mesh, uv=mesh.vertices[:, :2])
    assert Visual(mesh=placed, surface=surface).mesh.uv.dtype == np.float32
    skin = samples.stick_skin(Skeleton.of_stature(1.7))
    with pytest.raises(ShapeError, match="uv"):
        dataclasses.replace(skin, texture=picture)


@pytest.mark.parametrize("shape", [(0, 4, 3), (4, 0, 3), (4097, 1, 3), (4, 4, 4), (4, 4)])
def test_textures_have_bounds(shape):
    with pytest.raises(ShapeError):
        Texture(pixels=np.zeros(shape, np.uint8))


def test_places_and_colours_are_one_a_vertex():
    mesh = samples.box_mesh(np.zeros(3), np.ones(3))
    for name, width in (("uv", 2), ("colours", 3)):
        with pytest.raises(ShapeError, match=name):
            dataclasses.replace(mesh, **{name: np.zeros((3, width))})
