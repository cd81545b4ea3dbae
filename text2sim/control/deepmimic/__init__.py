"""The policies of DeepMimic (Peng et al. 2018) that come with PyBullet, on their own humanoid."""

from text2sim.control.deepmimic.controller import DeepMimicController

__all__ = ["DeepMimicController"]
