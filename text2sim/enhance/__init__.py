"""M8: `Frames` become the finished `Frames`."""
