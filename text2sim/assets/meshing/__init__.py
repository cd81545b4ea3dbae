"""From any triangles to a body that physics can use: see `treat`."""
