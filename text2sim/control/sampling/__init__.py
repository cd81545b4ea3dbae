"""Sampling-based control: a beam search over what the joints are asked for."""

from text2sim.control.sampling.controller import SamplingController
from text2sim.control.sampling.cost import Weights
from text2sim.control.sampling.search import Scales

__all__ = ["SamplingController", "Scales", "Weights"]
