"""Metrics of motion, physics and picture."""
