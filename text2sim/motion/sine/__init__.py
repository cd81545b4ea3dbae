"""The 'sine' backend of M4: procedural motion by footstep plans, smooth curves and two-bone IK."""

from text2sim.motion.sine.generator import SineMotion

__all__ = ["SineMotion"]
