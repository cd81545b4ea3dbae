"""Motion as data: feature representations, fitting of rotations, and loaders of data sets.

Nothing is imported here: take what you need from `text2sim.data.humanml3d`, `.fit`, `.dataset`.
"""
