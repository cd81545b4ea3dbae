"""The rasteriser's inner loops, compiled by numba.

Every kernel works on a range `start` to `stop` of bands, rows or items, and writes nothing outside
it, so threads never meet and the picture does not depend on how many there are.
"""
