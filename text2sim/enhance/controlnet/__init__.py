"""ControlNet: frames repainted by Stable Diffusion, held to the scene by exact conditions."""

from text2sim.enhance.controlnet.enhancer import ControlNetEnhancer

__all__ = ["ControlNetEnhancer"]
