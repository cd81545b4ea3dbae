"""Refiners: what goes over a generated motion before it is simulated."""
